//! `verify.yaml` beside a guide whose text may not be touched: its settings, and what it says about single blocks.

use serde_json::{Map, Value, json};

use super::{
    attributes::{self, Given, NAMES, unknown},
    blocks::{Block, Origin},
    settings::{self, Layer, Settings},
    value::{self, Problem},
    yaml::{self, Key},
};
use crate::{
    diagnostic::{Diagnostic, Place, nearest},
    guide::Role,
    source::{
        Source, Span,
        key::{self, Form, Row, names},
    },
};

/// Name of the file in a page bundle.
pub const FILE_NAME: &str = "verify.yaml";

/// The key of what is said about single blocks.
pub(super) const STEPS: &str = "steps";

/// What an entry finds its block by.
#[rustfmt::skip]
const KEYS: &[Row] = &[
    Row { name: "at", form: Form::Text, says: "A heading that the block stands below; alone, all blocks of the section" },
    Row { name: "contains", form: Form::Text, says: "Text in the block, or in the path of its file" },
    Row { name: "line", form: Form::Count, says: "A line of the guide's file that belongs to the block" },
    Row { name: "index", form: Form::Count, says: "Which one of several, from 1" },
];

const SELECTORS: &[&str] = &names::<{ KEYS.len() }>(KEYS);

/// The JSON Schema of a sidecar.
pub fn sidecar_schema() -> Value {
    let mut entry = key::map(&[KEYS, attributes::KEYS].concat(), false);
    entry["anyOf"] = ["at", "contains", "line"].iter().map(|name| json!({ "required": [name] })).collect();
    let mut schema = key::map(settings::KEYS, false);
    schema["type"] = json!(["object", "null"]);
    schema["properties"][STEPS] =
        json!({ "type": ["array", "null"], "items": entry, "description": "What is said about single blocks" });
    schema
}

/// That of `verify:` in front matter.
pub fn settings_schema() -> Value {
    let mut schema = key::map(settings::KEYS, false);
    schema["type"] = json!(["object", "null"]);
    schema["description"] = "How the guide is verified".into();
    schema
}

/// A sidecar that could be read.
pub(super) struct Sidecar<'a> {
    layer: Layer<'a>,
    entries: Vec<Entry>,
}

/// One entry of `steps`.
#[derive(Debug, Default)]
struct Entry {
    /// Its number in the list, from 0.
    number: usize,
    /// A heading that the block stands below.
    heading: Option<String>,
    /// Text in the block, or in the path of its file.
    contains: Option<String>,
    /// A line of the guide's file that belongs to the block, from 1.
    line: Option<usize>,
    /// Which one of several, from 1.
    index: Option<usize>,
    attributes: Map<String, Value>,
}

impl<'a> Sidecar<'a> {
    /// Reads a sidecar; its settings go over those that are there.
    pub(super) fn read(source: &'a Source, settings: &mut Settings, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let layer = Layer { source, yaml: Span::new(0, source.text.len()), prefix: Vec::new() };
        let mut sidecar = Self { layer, entries: Vec::new() };
        match yaml::read(source) {
            Ok(map) => {
                settings.read(&map, &sidecar.layer, &[STEPS], diagnostics);
                sidecar.read_steps(map.get(STEPS).unwrap_or(&Value::Null), diagnostics);
            }
            Err(problem) => diagnostics.push(problem),
        }
        sidecar
    }

    fn read_steps(&mut self, steps: &Value, diagnostics: &mut Vec<Diagnostic>) {
        let items = match steps {
            Value::Null => return,
            Value::Array(items) => items,
            other => {
                let help = "write `- contains: apt install` and below it what is different";
                let problem = Problem::new(format!("`{STEPS}` is {}, a list is wanted", value::kind(other)), help);
                diagnostics.push(self.layer.error(problem, &[Key::Name(STEPS.into())]));
                return;
            }
        };
        for (number, item) in items.iter().enumerate() {
            let mut entry = Entry { number, ..Entry::default() };
            // What is selected wrongly selects nothing, and above all no whole section.
            let mut broken = false;
            let problem = match item {
                Value::Object(map) => {
                    for (name, value) in map {
                        match entry.selector(name, value) {
                            Ok(true) => {}
                            Ok(false) => {
                                entry.attributes.insert(name.clone(), value.clone());
                            }
                            Err(problem) => {
                                broken = true;
                                diagnostics.push(self.layer.error(problem, &entry.key(Some(name))));
                            }
                        }
                    }
                    entry.lacks()
                }
                other => Some(format!("this entry is {}, a map is wanted", value::kind(other))),
            };
            match problem {
                Some(problem) => {
                    let help = "select a block by `at: Heading`, `contains: text` or `line: 12`";
                    diagnostics.push(self.layer.error(Problem::new(problem, help), &entry.key(None)));
                }
                None if broken => {}
                None => self.entries.push(entry),
            }
        }
    }

    /// Adds what the entries say to what the blocks' own attributes say.
    pub(super) fn apply(
        &self,
        blocks: &[Block<'_>],
        given: &mut [(Given, Option<Place>)],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for entry in &self.entries {
            let indices = match entry.select(blocks) {
                Ok(indices) => indices,
                Err(problem) => {
                    let error = self.layer.error(problem, &entry.key(entry.first_selector()));
                    diagnostics.push(Diagnostic { code: "verify-step".into(), ..error });
                    continue;
                }
            };
            for index in indices {
                for (name, value) in &entry.attributes {
                    let key = entry.key(Some(name));
                    let (given, skipped) = &mut given[index];
                    match given.set(name, value) {
                        Ok(()) if matches!(name.as_str(), "skip" | "verify") => {
                            *skipped = Some(Place::new(self.layer.source, self.layer.span(&key)));
                        }
                        Ok(()) => {}
                        Err(problem) => diagnostics.push(self.layer.error(problem, &key)),
                    }
                }
            }
        }
    }
}

impl Entry {
    fn key(&self, name: Option<&str>) -> Vec<Key> {
        let mut key = vec![Key::Name(STEPS.into()), Key::Index(self.number)];
        key.extend(name.map(|name| Key::Name(name.to_owned())));
        key
    }

    fn first_selector(&self) -> Option<&'static str> {
        let is_given = [self.heading.is_some(), self.contains.is_some(), self.line.is_some(), self.index.is_some()];
        SELECTORS.iter().zip(is_given).find(|(_, given)| *given).map(|(name, _)| *name)
    }

    /// Takes a selector; false if the name is none.
    fn selector(&mut self, name: &str, value: &Value) -> Result<bool, Problem> {
        let number = |value: &Value| {
            let number = value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
            number.ok_or_else(|| {
                let message = format!("`{name}` is {}, a number from 1 is wanted", value::kind(value));
                Problem::new(message, "count from 1")
            })
        };
        match name {
            "at" => self.heading = Some(value::text(name, value)?),
            "contains" => self.contains = Some(value::text(name, value)?),
            "line" => self.line = Some(number(value)?),
            "index" => self.index = Some(number(value)?),
            _ if NAMES.contains(&name) => return Ok(false),
            _ => return Err(unknown(name, &[SELECTORS, NAMES].concat())),
        }
        Ok(true)
    }

    fn lacks(&self) -> Option<String> {
        if self.heading.is_none() && self.contains.is_none() && self.line.is_none() {
            return Some("this entry selects no block".into());
        }
        self.attributes.is_empty().then(|| "this entry says nothing about its block".into())
    }

    /// The one block that every selector fits; a heading alone selects all blocks of its section.
    fn select(&self, blocks: &[Block<'_>]) -> Result<Vec<usize>, Problem> {
        let below = |block: &Block<'_>| {
            self.heading.as_ref().is_none_or(|heading| block.section.eq_ignore_ascii_case(heading.trim()))
        };
        let holds = |block: &Block<'_>| {
            let code = &block.code;
            let titled = |text: &str| code.title.as_ref().is_some_and(|title| title.contains(text));
            self.contains.as_ref().is_none_or(|text| code.text.contains(text.trim()) || titled(text.trim()))
        };
        let spans = |block: &Block<'_>| {
            let own = matches!(block.origin, Origin::Page(_));
            self.line.is_none_or(|line| own && block.lines().contains(&line))
        };
        let fits = |block: &Block<'_>| below(block) && holds(block) && spans(block);
        let (listings, steps): (Vec<usize>, Vec<usize>) =
            (0..blocks.len()).filter(|i| fits(&blocks[*i])).partition(|i| blocks[*i].code.role == Role::Listing);
        // Where a block is one that a reader does, an entry does not mean those that he only looks at.
        let found = if steps.is_empty() { listings } else { steps };
        let section = self.contains.is_none() && self.line.is_none() && self.index.is_none();
        match (found.as_slice(), self.index) {
            ([one], None) => Ok(vec![*one]),
            (several, None) if section && !several.is_empty() => Ok(several.to_vec()),
            ([], _) => Err(self.nothing(blocks)),
            (several, None) => {
                let lines: Vec<String> = several.iter().map(|i| blocks[*i].lines().start().to_string()).collect();
                let message = format!("{} blocks fit, at lines {}", several.len(), lines.join(", "));
                Err(Problem::new(message, "say which one with `index: 1`, or select it more narrowly"))
            }
            (several, Some(index)) => several.get(index - 1).map(|one| vec![*one]).ok_or_else(|| {
                let help = "count the commands, files and outputs that the entry fits, from 1";
                Problem::new(format!("there is no block {index}: only {} fit", several.len()), help)
            }),
        }
    }

    fn nothing(&self, blocks: &[Block<'_>]) -> Problem {
        let mut help =
            "select it by `at: Heading`, `contains: text` or `line: 12` as the guide has them now".to_owned();
        if let Some(line) = self.line {
            let distance =
                |block: &&Block<'_>| block.lines().start().abs_diff(line).min(block.lines().end().abs_diff(line));
            let own = blocks.iter().filter(|block| matches!(block.origin, Origin::Page(_)));
            if let Some(near) = own.min_by_key(distance) {
                help = format!("the nearest block stands at lines {} to {}", near.lines().start(), near.lines().end());
            }
        }
        if let Some(heading) = &self.heading {
            let known: Vec<&str> = blocks.iter().map(|block| block.section.as_str()).collect();
            if !known.iter().any(|known| known.eq_ignore_ascii_case(heading.trim()))
                && let Some(near) = nearest(heading, known.iter().copied())
            {
                help = format!("did you mean the heading `{near}`?");
            }
        }
        Problem::new("no block of the guide fits this entry", help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_say_what_is_read() {
        let takes = |name: &str, value: &Value| matches!(Entry::default().selector(name, value), Ok(true));
        key::check(KEYS, takes);
    }
}
