//! What templates are given, for those who write them: the types of [`super::data`] as Markdown.

use crate::{
    pages::{
        data::{
            AllPage, Common, GuidePage, HomePage, NotFoundPage, RedirectPage, SectionPage, StatusPage, TaxonomyPage,
            TermPage,
        },
        sidebar::Around,
    },
    source::capitalized,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where definitions stand in a schema.
const DEFINITIONS: &str = "#/definitions/";

/// Every template with what it is given, and what all of that is made of, as sections of a page of Markdown. The text of types and
/// fields is that of their documentation in the code.
pub fn template_data() -> String {
    let mut types = BTreeMap::new();
    let common = schema::<Common<'_>>(&mut types);
    let templates = [
        schema::<GuidePage<'_>>(&mut types),
        schema::<HomePage<'_>>(&mut types),
        schema::<SectionPage<'_>>(&mut types),
        schema::<AllPage<'_>>(&mut types),
        schema::<TaxonomyPage<'_>>(&mut types),
        schema::<TermPage<'_>>(&mut types),
        schema::<StatusPage<'_>>(&mut types),
        schema::<RedirectPage<'_>>(&mut types),
        schema::<NotFoundPage<'_>>(&mut types),
        schema::<Around<'_>>(&mut types),
    ];
    let mut text = format!("## Every template\n\n{}", description(&common));
    text.push_str(&table(&common, &Map::new()));
    for template in &templates {
        let name = template["title"].as_str().unwrap_or_default();
        let file = format!("`{name}`: ");
        let says = description(template);
        text.push_str(&format!("\n## {name}\n\n{}", capitalized(says.strip_prefix(&file).unwrap_or(&says))));
        let is_part = template["properties"].get("head").is_none();
        text.push_str(&table(template, &if is_part { Map::new() } else { properties(&common) }));
    }
    text.push_str("\n## What they hold\n");
    for (name, schema) in &types {
        text.push_str(&format!("\n### {name}\n\n{}{}", description(schema), table(schema, &Map::new())));
    }
    text
}

/// The schema of a type; those that it is made of are put into `types`.
fn schema<T: JsonSchema>(types: &mut BTreeMap<String, Value>) -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>().to_value();
    if let Some(Value::Object(found)) = schema.as_object_mut().and_then(|schema| schema.remove("definitions")) {
        types.extend(found);
    }
    schema
}

/// Its fields by their names.
fn properties(schema: &Value) -> Map<String, Value> {
    schema["properties"].as_object().cloned().unwrap_or_default()
}

/// Its text as one paragraph, with an empty line behind it.
fn description(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
    if text.is_empty() { text } else { text + "\n\n" }
}

/// The fields of a type, without those that stand elsewhere.
fn table(schema: &Value, without: &Map<String, Value>) -> String {
    if let Some(words) = words(schema) {
        return format!("One of {words}.\n");
    }
    let mut own = properties(schema);
    own.retain(|name, _| !without.contains_key(name));
    if own.is_empty() {
        return "Nothing more than every template.\n".into();
    }
    let row = |(name, schema): (&String, &Value)| {
        let says = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
        format!("| `{name}` | {} | {says} |\n", kind(schema))
    };
    format!("| Value | Is | |\n| --- | --- | --- |\n{}", own.iter().map(row).collect::<String>())
}

/// The texts that a value is one of.
fn words(schema: &Value) -> Option<String> {
    let of = |schema: &Value| -> Vec<String> {
        let listed = schema["enum"].as_array().into_iter().flatten().chain(schema.get("const"));
        listed.filter_map(Value::as_str).map(|word| format!("`{word}`")).collect()
    };
    let parts = schema["oneOf"].as_array().into_iter().flatten().flat_map(of);
    let words: Vec<String> = of(schema).into_iter().chain(parts).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What a value is, in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix(DEFINITIONS)) {
        return format!("[{name}](#{name})");
    }
    let parts = ["anyOf", "allOf"].into_iter().find_map(|key| schema[key].as_array());
    if let Some(parts) = parts {
        return parts.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let one = |name: &str| match name {
        "array" if schema["items"].is_object() => format!("list of {}", kind(&schema["items"])),
        "array" => "list".to_owned(),
        "string" => "text".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "object" => "map".to_owned(),
        other => other.to_owned(),
    };
    match &schema["type"] {
        Value::String(name) => one(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(one).collect::<Vec<_>>().join(" or "),
        _ => "data".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_told() {
        let text = template_data();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
        assert!(rows.len() > 150, "{}", rows.len());
        for row in rows {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "documentation is missing: {row}");
            if let Some((_, link)) = cells[1].split_once("](#") {
                let name = link.trim_end_matches(" or null").trim_end_matches(')');
                assert!(text.contains(&format!("\n### {name}\n")), "{row}");
            }
        }
        for (template, value) in [("page.html", "page"), ("all.html", "groups"), ("parts/sidebar.html", "tree")] {
            let (_, section) = text.split_once(&format!("\n## {template}\n")).expect(template);
            let section = section.split("\n## ").next().unwrap_or_default();
            assert!(section.contains(&format!("| `{value}` |")) && !section.contains("| `head` |"), "{section}");
        }
    }

    #[test]
    fn what_values_are() {
        for (schema, expected) in [
            (r#"{"type": "string"}"#, "text"),
            (r#"{"type": ["string", "null"]}"#, "text or null"),
            (r##"{"type": "array", "items": {"$ref": "#/definitions/card"}}"##, "list of [card](#card)"),
            (r##"{"anyOf": [{"$ref": "#/definitions/date"}, {"type": "null"}]}"##, "[date](#date) or null"),
            ("true", "data"),
        ] {
            assert_eq!(kind(&serde_json::from_str(schema).expect("JSON")), expected);
        }
    }
}
