//! Keys and values of YAML that is being written, by its lines, and what a schema says of them: the schemas are made from the rows
//! that the readers have, so nothing is known here that they do not know.

use serde_json::Value;
use std::collections::BTreeSet;

use crate::source::Span;

/// A step of the way to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item,
}

/// What is written at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Key,
    Value,
    /// An item of a list, of which nobody knows yet.
    Either,
}

/// A place in YAML.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The way to the map that a key is in, or to the value.
    pub(super) path: Vec<Step>,
    pub(super) what: What,
    /// The word around the cursor.
    pub(super) written: Span,
    /// Keys that the map has already, besides the one that is written.
    pub(super) others: BTreeSet<String>,
}

/// A line: how far its content is indented, its items' dashes counted as spaces, and where each of them is.
struct Line<'t> {
    /// Where the line begins in the text.
    start: usize,
    text: &'t str,
    dashes: Vec<usize>,
    indent: usize,
}

impl<'t> Line<'t> {
    fn of(start: usize, text: &'t str) -> Self {
        let (mut at, mut dashes) = (0, Vec::new());
        loop {
            at += text[at..].len() - text[at..].trim_start_matches(' ').len();
            let rest = &text[at..];
            if rest.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')) {
                dashes.push(at);
                at += 1;
            } else {
                return Self { start, text, dashes, indent: at };
            }
        }
    }

    fn content(&self) -> &'t str {
        &self.text[self.indent..]
    }

    fn is_blank(&self) -> bool {
        self.content().is_empty() && self.dashes.is_empty() || self.content().starts_with('#')
    }

    /// Its key, and where the colon is in the content.
    fn key(&self) -> Option<(&'t str, usize)> {
        let content = self.content();
        let ends = |at: &usize| content[at + 1..].is_empty() || content[at + 1..].starts_with([' ', '\t']);
        let colon = content.match_indices(':').map(|(at, _)| at).find(ends)?;
        let key = content[..colon].trim().trim_matches(['"', '\'']);
        (!key.is_empty() && !content.starts_with(['[', '{', '#'])).then_some((key, colon))
    }
}

/// What stands at the byte `at`, in the YAML of a text; none in a comment or a block of text.
pub(super) fn spot(text: &str, yaml: Span, at: usize) -> Option<Spot> {
    let mut start = yaml.start;
    let lines: Vec<Line<'_>> = text[yaml.range()]
        .split_inclusive('\n')
        .map(|line| {
            start += line.len();
            Line::of(start - line.len(), line.trim_end_matches(['\n', '\r']))
        })
        .collect();
    let number = lines.iter().rposition(|line| line.start <= at);
    let empty = Line::of(at, "");
    // Behind the last line end there is a line, too.
    let is_behind = number.is_none_or(|number| text[lines[number].start..at].contains('\n'));
    let line = if is_behind { &empty } else { &lines[number?] };
    let above = &lines[..if is_behind { number.map_or(0, |number| number + 1) } else { number? }];
    let column = at - line.start;
    if line.text.get(..column)?.contains(" #") || line.content().starts_with('#') {
        return None;
    }
    let mut way: Vec<(usize, Step)> = Vec::new();
    let mut text_block = None;
    for line in above.iter().filter(|line| !line.is_blank()) {
        if text_block.is_some_and(|indent| line.indent > indent) {
            continue;
        }
        text_block = None;
        items(&mut way, line, line.indent);
        if let Some((key, colon)) = line.key() {
            way.retain(|(indent, _)| *indent < line.indent);
            way.push((line.indent, Step::Key(key.to_owned())));
            if line.content()[colon + 1..].trim_start().starts_with(['|', '>']) {
                text_block = Some(line.indent);
            }
        }
    }
    let is_blank = line.content().is_empty();
    let indent = if is_blank && line.dashes.is_empty() { column } else { line.indent };
    if text_block.is_some_and(|block| indent > block) {
        return None;
    }
    items(&mut way, line, indent);
    way.retain(|(known, step)| *known < indent || *step == Step::Item && *known + 1 < indent);
    let path: Vec<Step> = way.into_iter().map(|(_, step)| step).collect();
    let others = others(&lines, number.filter(|_| !is_behind), above.len(), indent);
    let begin = line.start + line.indent;
    match line.key() {
        Some((key, colon)) if at > begin + colon => {
            let mut path = path;
            path.push(Step::Key(key.to_owned()));
            Some(value(text, Span::new(begin + colon + 1, line.start + line.text.len()), at, path))
        }
        Some((_, colon)) => {
            let end = begin + line.content()[..colon].trim_end().len();
            Some(Spot { path, what: What::Key, written: Span::new(begin, end), others })
        }
        None => {
            let what = if line.dashes.is_empty() { What::Key } else { What::Either };
            let written = if is_blank { Span::new(at, at) } else { trimmed(text, begin, line.start + line.text.len()) };
            Some(Spot { path, what, written, others })
        }
    }
}

/// Takes the dashes of a line into the way.
fn items(way: &mut Vec<(usize, Step)>, line: &Line<'_>, indent: usize) {
    if line.dashes.is_empty() {
        way.retain(|(known, _)| *known < indent);
    }
    for dash in &line.dashes {
        // A list may stand as far left as its key.
        way.retain(|(known, step)| *known < *dash || *known == *dash && *step != Step::Item);
        way.push((*dash, Step::Item));
    }
}

/// Keys of the map that a line is in.
fn others(lines: &[Line<'_>], own: Option<usize>, at: usize, indent: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut take = |line: &Line<'_>| {
        let is_of_map = line.is_blank() || line.indent >= indent;
        if is_of_map && line.indent == indent && !line.is_blank() {
            found.extend(line.key().map(|(key, _)| key.to_owned()));
        }
        is_of_map
    };
    // A dash begins a map: what is above it is in another one.
    let own_begins = own.is_some_and(|own| !lines[own].dashes.is_empty());
    for line in lines[..at].iter().rev().take_while(|_| !own_begins) {
        if !take(line) || !line.dashes.is_empty() && line.indent == indent {
            break;
        }
    }
    for line in &lines[own.map_or(at, |own| own + 1)..] {
        if !line.dashes.is_empty() && line.dashes[0] < indent || !take(line) {
            break;
        }
    }
    found
}

/// Behind a key's colon. In brackets and braces on the line, the innermost one counts that is not closed.
fn value(text: &str, all: Span, at: usize, mut path: Vec<Step>) -> Spot {
    let before = &text[all.start..at];
    let open = before.rfind(['[', '{']).filter(|open| !before[*open..].contains([']', '}']));
    let spot =
        |path, what, from: usize, to: usize, others| Spot { path, what, written: trimmed(text, from, to), others };
    let Some(open) = open else {
        return spot(path, What::Value, all.start, all.end, BTreeSet::new());
    };
    let start = before[open..].rfind(',').map_or(open, |comma| open + comma) + 1 + all.start;
    let end = text[at..all.end].find([',', ']', '}']).map_or(all.end, |length| at + length);
    if before[open..].starts_with('[') {
        path.push(Step::Item);
        return spot(path, What::Value, start, end, BTreeSet::new());
    }
    match text[start..at].split_once(':') {
        Some((key, _)) => {
            path.push(Step::Key(key.trim().to_owned()));
            spot(path, What::Value, start + key.len() + 1, end, BTreeSet::new())
        }
        None => {
            let end = text[at..end].find(':').map_or(end, |length| at + length);
            let keys = text[all.start + open + 1..all.end].split([',', '}']).filter_map(|part| part.split_once(':'));
            let own = text[start..end].trim();
            let others = keys.map(|(key, _)| key.trim().to_owned()).filter(|key| key != own);
            let others = others.collect();
            spot(path, What::Key, start, end, others)
        }
    }
}

/// The word in a part of the text, without blanks and quotes around it.
fn trimmed(text: &str, from: usize, to: usize) -> Span {
    let part = &text[from..to.max(from)];
    let start = from + part.len() - part.trim_start_matches([' ', '"', '\'']).len();
    Span::new(start, (from + part.trim_end_matches([' ', '"', '\'']).len()).max(start))
}

/// What a schema says of a place: all that could be meant.
pub(super) fn schemas<'s>(root: &'s Value, path: &[Step]) -> Vec<&'s Value> {
    let mut found = expanded(root, root);
    for step in path {
        let below = found.into_iter().filter_map(|node| match step {
            Step::Key(key) => node["properties"].get(key).or(Some(&node["additionalProperties"])),
            Step::Item => Some(&node["items"]),
        });
        found = below.filter(|node| node.is_object()).flat_map(|node| expanded(root, node)).collect();
    }
    found
}

/// A schema and all that it is made of.
fn expanded<'s>(root: &'s Value, node: &'s Value) -> Vec<&'s Value> {
    let mut all = vec![node];
    let mut at = 0;
    while let Some(node) = all.get(at).copied() {
        let lists = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|list| node[list].as_array()).flatten();
        let named = node["$ref"].as_str().and_then(|path| root.pointer(path.strip_prefix('#')?));
        all.extend(lists.chain(named));
        at += 1;
        // A schema that is made of itself has nothing more to say.
        if at > DEEPEST {
            break;
        }
    }
    all
}

/// Schemas that one can be made of.
const DEEPEST: usize = 64;

/// Keys that the maps of these schemas know, each with what it says.
pub(super) fn known<'s>(schemas: &[&'s Value]) -> Vec<(&'s str, &'s str)> {
    let maps = schemas.iter().filter_map(|node| node["properties"].as_object()).flatten();
    let mut known: Vec<(&str, &str)> = maps.map(|(key, node)| (key.as_str(), says(node))).collect();
    known.sort_unstable();
    known.dedup_by_key(|(key, _)| *key);
    known
}

/// What a schema says in words.
pub(super) fn says(node: &Value) -> &str {
    node["description"].as_str().unwrap_or_default()
}

/// Values that these schemas name.
pub(super) fn values(schemas: &[&Value]) -> Vec<String> {
    let mut values = Vec::new();
    for node in schemas {
        let is_truth = |value: &Value| value.is_boolean();
        let listed = node["enum"].as_array().into_iter().flatten().chain(node.get("const"));
        let listed: Vec<&Value> = listed.collect();
        // Yes and no can be written in many ways, of which one is enough.
        let has_truth = listed.iter().any(|value| is_truth(value));
        let words = listed.into_iter().filter(|value| !has_truth || is_truth(value));
        let of_type =
            node["type"] == "boolean" || node["type"].as_array().is_some_and(|all| all.contains(&"boolean".into()));
        // A text may be written as a truth value, but nobody means that.
        let is_text = node["type"].as_array().is_some_and(|all| all.contains(&"number".into()));
        let truth: &[&str] = if of_type && !is_text { &["true", "false"] } else { &[] };
        let examples = node["examples"].as_array().into_iter().flatten();
        values.extend(words.chain(examples).filter_map(written));
        values.extend(truth.iter().map(|word| (*word).to_owned()));
    }
    values.dedup();
    values
}

fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// What in the site these schemas want the name of.
pub(super) fn named<'s>(schemas: &[&'s Value]) -> Option<&'s str> {
    schemas.iter().find_map(|node| node[crate::source::key::NAMES].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::document::tests::cursor;

    /// The way, what it is, what is written and what else is there, at `¦`.
    fn shown(marked: &str) -> Option<String> {
        let (text, at) = cursor(marked);
        let Spot { path, what, written, others } = spot(&text, Span::new(0, text.len()), at)?;
        let path: Vec<String> = path
            .into_iter()
            .map(|step| match step {
                Step::Key(key) => key,
                Step::Item => "[]".to_owned(),
            })
            .collect();
        let others: Vec<String> = others.into_iter().collect();
        Some(format!("{} {what:?} {:?} +{}", path.join("."), &text[written.range()], others.join(",")))
    }

    #[test]
    fn places() {
        for (marked, expected) in [
            ("ti¦", r#" Key "ti" +"#),
            ("a: 1\n¦\nb: 2\n", r#" Key "" +a,b"#),
            ("a: 1\n¦", r#" Key "" +a"#),
            ("ti¦tle: x\nb: 1\n", r#" Key "title" +b"#),
            ("title: x¦\n", r#"title Value "x" +"#),
            ("title: \"x¦\"\r\nb: 1\r\n", r#"title Value "x" +"#),
            ("verify:\n  ma¦\n", r#"verify Key "ma" +"#),
            ("verify:\n  machine: d¦\n  timeout: 5m\n", r#"verify.machine Value "d" +"#),
            ("verify:\n  timeout: 5m\n  ¦\nb: 1\n", r#"verify Key "" +timeout"#),
            ("verify:\n  timeout: 5m\n¦\nb: 1\n", r#" Key "" +b,verify"#),
            ("tags:\n  - a\n  - b¦\n", r#"tags.[] Either "b" +"#),
            ("tags:\n- b¦\n", r#"tags.[] Either "b" +"#),
            ("tags: [a, b¦]\n", r#"tags.[] Value "b" +"#),
            ("verify: { machine: d¦ }\n", r#"verify.machine Value "d" +"#),
            ("verify: { machine: d, t¦ }\n", r#"verify Key "t" +machine"#),
            ("steps:\n  - contains: x\n    sk¦\n  - at: y\n", r#"steps.[] Key "sk" +contains"#),
            ("steps:\n  - contains: x\n  - a¦t: y\n    skip: true\n", r#"steps.[] Key "at" +skip"#),
            ("steps:\n  - match: ¦\n", r#"steps.[].match Value "" +"#),
            ("a:\n  b:\n    c: 1\nd:\n  ¦\n", r#"d Key "" +"#),
            ("machines:\n  server:\n    im¦\n", r#"machines.server Key "im" +"#),
        ] {
            assert_eq!(shown(marked).as_deref(), Some(expected), "{marked:?}");
        }
        for marked in ["a: 1 # x¦\n", "# x¦\n", "setup: |\n  apt ¦\n"] {
            assert_eq!(shown(marked), None, "{marked:?}");
        }
    }

    #[test]
    fn every_place_of_odd_texts_is_something_or_nothing() {
        for text in ["é: [é, {é: é\n- - é:\n", "- \n  -\n-", "a: {b: [c\n   é", ": :\n", "\t- x: \"é\r\n"] {
            for place in (0..=text.len()).filter(|place| text.is_char_boundary(*place)) {
                let _ = spot(text, Span::new(0, text.len()), place);
            }
        }
    }

    #[test]
    fn a_schema_is_followed_through_what_it_is_made_of() {
        let schema = serde_json::json!({
            "properties": { "a": { "$ref": "#/definitions/a" } },
            "definitions": { "a": { "anyOf": [
                { "properties": { "b": { "enum": [true, false, "yes"], "description": "B" } } },
                { "type": "array", "items": { "const": "defaults" } },
            ] } },
        });
        let key = |key: &str| Step::Key(key.into());
        assert_eq!(known(&schemas(&schema, &[key("a")])), [("b", "B")]);
        assert_eq!(values(&schemas(&schema, &[key("a"), key("b")])), ["true", "false"]);
        assert_eq!(values(&schemas(&schema, &[key("a"), Step::Item])), ["defaults"]);
        assert!(schemas(&schema, &[key("x")]).is_empty());
    }
}
