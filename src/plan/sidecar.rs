//! `verify.yaml` beside a guide whose text may not be touched: its settings, and what it says about single blocks.

use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

use super::{
    At,
    attributes::{self, Given, NAMES, unknown},
    blocks::{Block, Origin},
    evidence,
    layer::{self, Layer, Scope},
    offers::Extra,
    prose::{Kind, Passage},
    settings::Written,
    value::{self, Problem},
    yaml::{self, Key},
};
use crate::{
    diagnostic::{Diagnostic, nearest},
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

/// The text of a step that has no block.
const TEXT: &str = "text";

/// What an entry finds its block by.
#[rustfmt::skip]
const KEYS: &[Row] = &[
    Row { name: "at", form: Form::Text, says: "A heading that the block stands below; alone, all blocks of the section" },
    Row { name: "contains", form: Form::Text, says: "Text in the block, or in the path of its file" },
    Row { name: "line", form: Form::Count, says: "A line of the guide's file that belongs to the block" },
    Row { name: "lines", form: Form::Range, says: "Lines of the guide's file: all blocks that begin there" },
    Row { name: "index", form: Form::Counts, says: "Which of several, from 1, or all" },
    Row { name: TEXT, form: Form::Text, says: "What the file at `path` has, where only the text at `line` asks for it" },
];

const SELECTORS: &[&str] = &names::<{ KEYS.len() }>(KEYS);

/// The JSON Schema of a sidecar.
pub fn sidecar_schema() -> Value {
    let mut entry = key::map(&[KEYS, attributes::KEYS].concat(), false);
    entry["anyOf"] = ["at", "contains", "line", "lines"].iter().map(|name| json!({ "required": [name] })).collect();
    let mut schema = layer::schema();
    schema["properties"][STEPS] =
        json!({ "type": ["array", "null"], "items": entry, "description": "What is said about single blocks" });
    schema
}

/// A sidecar that could be read.
pub(super) struct Sidecar<'a> {
    written: Written<'a>,
    /// What it says of its guide as a whole.
    pub(super) layer: Layer,
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
    /// A line of the guide's file that belongs to the block, or to the paragraph right above it, from 1.
    line: Option<usize>,
    /// Lines of the guide's file, the first and the last: every block that begins there.
    lines: Option<RangeInclusive<usize>>,
    /// Which ones of several.
    index: Option<Which>,
    /// The text of a step that has no block: what only the prose asks for.
    text: Option<String>,
    attributes: Map<String, Value>,
}

/// Which of the blocks that an entry fits.
#[derive(Debug)]
enum Which {
    All,
    /// These, from 1.
    Some(Vec<usize>),
}

impl<'a> Sidecar<'a> {
    /// Reads a sidecar.
    pub(super) fn read(source: &'a Source, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let yaml = Span::new(0, source.text.len());
        let written = Written { scope: Scope::Sidecar, source, yaml, prefix: Vec::new() };
        let mut sidecar = Self { written, layer: Layer::default(), entries: Vec::new() };
        match yaml::read(source) {
            Ok(map) => {
                sidecar.layer = Layer::read_map(&map, &sidecar.written, &[STEPS]);
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
                diagnostics.push(self.written.error(problem, &[Key::Name(STEPS.into())]));
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
                                diagnostics.push(self.written.error(problem, &entry.key(Some(name))));
                            }
                        }
                    }
                    entry.lacks()
                }
                other => Some(format!("this entry is {}, a map is wanted", value::kind(other))),
            };
            match problem {
                Some(problem) => {
                    let help =
                        "select a block by `at: Heading`, `contains: text` or `line: 12`, several by `lines: 12-40`";
                    diagnostics.push(self.written.error(Problem::new(problem, help), &entry.key(None)));
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
        prose: &[Passage],
        given: &mut [Given],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for entry in self.entries.iter().filter(|entry| entry.text.is_none()) {
            let indices = match entry.select(blocks, prose) {
                Ok(indices) => indices,
                Err(problem) => {
                    let error = self.written.error(problem, &entry.key(entry.first_selector()));
                    diagnostics.push(Diagnostic { code: "verify-step".into(), ..error });
                    continue;
                }
            };
            for index in indices {
                for (name, value) in &entry.attributes {
                    let key = entry.key(Some(name));
                    let origin = self.written.origin(&key);
                    if let Err(problem) = given[index].set_by(name, value, origin) {
                        diagnostics.push(self.written.error(problem, &key));
                    }
                }
            }
        }
    }
}

impl Sidecar<'_> {
    /// The steps that have no block, in the order of the lines that they stand for.
    pub(super) fn extras(&self, guide: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Extra> {
        let mut found = Vec::new();
        for entry in &self.entries {
            let (Some(text), Some(line)) = (&entry.text, entry.line) else { continue };
            let mut given = Given::default();
            for (name, value) in &entry.attributes {
                let problem = match name.as_str() {
                    "path" | "edit" | "how" | "after" | "before" | "old" => given.set(name, value).err(),
                    _ => Some(Problem::new(format!("`{name}` has no meaning beside `{TEXT}`"), "remove it")),
                };
                diagnostics.extend(problem.map(|problem| self.written.error(problem, &entry.key(Some(name)))));
            }
            let begin = guide.text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
            let Some(own) = guide.text.get(begin..).and_then(|rest| rest.lines().next()) else {
                let problem = Problem::new(format!("the guide has no line {line}"), "name the line that asks for it");
                diagnostics.push(self.written.error(problem, &entry.key(Some("line"))));
                continue;
            };
            let text = if text.ends_with('\n') { text.clone() } else { format!("{text}\n") };
            let at = At::new(guide, Span::new(begin, begin + own.len()));
            let path = given.path.unwrap_or_default();
            found.push(Extra { at, path, text, edit: given.edit.unwrap_or_default() });
        }
        found.sort_by_key(|extra| extra.at.span.start);
        found
    }
}

/// Whether a line is of the paragraph right above a block, which announces it.
fn introduces(block: &Block<'_>, line: usize) -> bool {
    let (first, text) = (*block.lines().start(), &block.origin.source.text);
    let between: Vec<&str> = text.lines().skip(line - 1).take(first.saturating_sub(line)).map(str::trim).collect();
    let paragraph = between.iter().take_while(|line| !line.is_empty()).count();
    let is_prose = |line: &&str| !line.starts_with(['#', '`', '~', '<', '{']);
    paragraph > 0
        && between[..paragraph].iter().all(is_prose)
        && between[paragraph..].iter().all(|line| line.is_empty())
}

impl Entry {
    fn key(&self, name: Option<&str>) -> Vec<Key> {
        let mut key = vec![Key::Name(STEPS.into()), Key::Index(self.number)];
        key.extend(name.map(|name| Key::Name(name.to_owned())));
        key
    }

    fn first_selector(&self) -> Option<&'static str> {
        let is_given = [
            self.heading.is_some(),
            self.contains.is_some(),
            self.line.is_some(),
            self.lines.is_some(),
            self.index.is_some(),
        ];
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
            "lines" => self.lines = Some(range(value)?),
            "index" if value.as_str() == Some("all") => self.index = Some(Which::All),
            "index" => {
                let numbers =
                    value.as_array().filter(|all| !all.is_empty()).map_or(std::slice::from_ref(value), Vec::as_slice);
                self.index = Some(Which::Some(numbers.iter().map(number).collect::<Result<_, _>>()?));
            }
            TEXT => self.text = Some(value::text(name, value)?),
            _ if NAMES.contains(&name) => return Ok(false),
            _ => return Err(unknown(name, &[SELECTORS, NAMES].concat())),
        }
        Ok(true)
    }

    fn lacks(&self) -> Option<String> {
        if self.heading.is_none() && self.contains.is_none() && self.line.is_none() && self.lines.is_none() {
            return Some("this entry selects no block".into());
        }
        if self.text.is_some() && (self.line.is_none() || !self.attributes.contains_key("path")) {
            return Some(format!("`{TEXT}` is a step without a block, which needs its `line` and its `path`"));
        }
        self.attributes.is_empty().then(|| "this entry says nothing about its block".into())
    }

    /// The one block that every selector fits, or those that `index` counts; a heading or a range of lines alone selects all
    /// blocks there.
    fn select(&self, blocks: &[Block<'_>], prose: &[Passage]) -> Result<Vec<usize>, Problem> {
        let holds = |block: &Block<'_>| {
            let code = &block.code;
            let titled = |text: &str| code.title.as_ref().is_some_and(|title| title.contains(text));
            self.contains.as_ref().is_none_or(|text| code.text.contains(text.trim()) || titled(text.trim()))
        };
        let own = |block: &Block<'_>| matches!(block.origin, Origin::Page(_));
        let spans = |block: &Block<'_>| {
            self.line.is_none_or(|line| own(block) && (block.lines().contains(&line) || introduces(block, line)))
        };
        let begins = |block: &Block<'_>| {
            self.lines.as_ref().is_none_or(|lines| own(block) && lines.contains(block.lines().start()))
        };
        let fits = |block: &Block<'_>| self.is_below(block, prose) && holds(block) && spans(block) && begins(block);
        let all: Vec<usize> = (0..blocks.len()).filter(|i| fits(&blocks[*i])).collect();
        let several = self.contains.is_none() && self.line.is_none() && self.index.is_none();
        if several && !all.is_empty() {
            return Ok(all);
        }
        // Where a block is one that a reader does, an entry does not mean those that he only looks at.
        let done = |i: &usize| blocks[*i].code.role != Role::Listing;
        let steps: Vec<usize> = all.iter().copied().filter(done).collect();
        let found = if steps.is_empty() { all } else { steps };
        match (found.as_slice(), &self.index) {
            ([], _) => Err(self.nothing(blocks, prose)),
            ([one], None) => Ok(vec![*one]),
            (several, None) => {
                let lines: Vec<String> = several.iter().map(|i| blocks[*i].lines().start().to_string()).collect();
                let message = format!("{} blocks fit, at lines {}", several.len(), lines.join(", "));
                let help = "say which with `index: 1` or `index: all`, or select it more narrowly";
                Err(Problem::new(message, help))
            }
            (several, Some(Which::All)) => Ok(several.to_vec()),
            (several, Some(Which::Some(numbers))) => {
                let one = |number: &usize| {
                    several.get(number - 1).copied().ok_or_else(|| {
                        let help = "count the commands, files and outputs that the entry fits, from 1";
                        let message = format!("there is no block {number}: only {} fit", several.len());
                        Problem::new(message, help)
                    })
                };
                numbers.iter().map(one).collect()
            }
        }
    }

    /// Whether a block stands in the section of the entry's heading, or in one below it.
    fn is_below(&self, block: &Block<'_>, prose: &[Passage]) -> bool {
        let Some(heading) = self.heading.as_ref().map(|heading| heading.trim()) else { return true };
        let is_it = |text: &str| text.replace('`', "").trim().eq_ignore_ascii_case(heading);
        block.section.eq_ignore_ascii_case(heading)
            || evidence::headings(&prose[..block.passages]).into_iter().any(is_it)
    }

    /// What is wrong where no block fits, and which one is the nearest.
    fn nothing(&self, blocks: &[Block<'_>], prose: &[Passage]) -> Problem {
        let own = || blocks.iter().filter(|block| matches!(block.origin, Origin::Page(_)));
        let place = |block: &Block<'_>| format!("at lines {} to {}", block.lines().start(), block.lines().end());
        let mut help =
            "select it by `at: Heading`, `contains: text` or `line: 12` as the guide has them now".to_owned();
        if let Some(text) = &self.contains {
            let lines = || own().flat_map(|block| block.code.text.lines().map(move |line| (line.trim(), block)));
            let near = nearest(text.trim(), lines().map(|(line, _)| line));
            let block = near.and_then(|near| lines().find(|(line, _)| *line == near));
            let elsewhere = own().find(|block| block.code.text.contains(text.trim()));
            if let Some(block) = elsewhere {
                help = format!("the block {} holds it, under the heading `{}`", place(block), block.section);
            } else if let Some((line, block)) = block {
                help = format!("the nearest block stands {}, with `{line}`", place(block));
            }
        }
        let wanted = self.line.or(self.lines.as_ref().map(|lines| *lines.start()));
        if let Some(line) = wanted {
            let distance =
                |block: &&Block<'_>| block.lines().start().abs_diff(line).min(block.lines().end().abs_diff(line));
            if let Some(near) = own().min_by_key(distance) {
                help = format!("the nearest block stands {}", place(near));
            }
        }
        if let Some(heading) = self.heading.as_ref().map(|heading| heading.trim()) {
            let known: Vec<String> = prose
                .iter()
                .filter(|passage| matches!(passage.kind, Kind::Heading(_)))
                .map(|passage| passage.text.replace('`', ""))
                .collect();
            let near = nearest(heading, known.iter().map(String::as_str));
            if known.iter().any(|known| known.eq_ignore_ascii_case(heading)) {
                if self.contains.is_none() && wanted.is_none() {
                    help = format!("there is no block of code in the section `{heading}`");
                }
            } else if let Some(near) = near {
                help = format!("did you mean the heading `{near}`?");
            }
        }
        Problem::new("no block of the guide fits this entry", help)
    }
}

/// A range of lines: `12-40`.
fn range(value: &Value) -> Result<RangeInclusive<usize>, Problem> {
    let written = match value {
        Value::String(text) => text.clone(),
        _ => String::new(),
    };
    let numbers: Vec<usize> = written.split('-').filter_map(|part| part.trim().parse().ok()).collect();
    let range = match (numbers.as_slice(), written.split('-').count()) {
        ([one], 1) => Some(*one..=*one),
        ([first, last], 2) => Some(*first..=*last),
        _ => None,
    };
    range.filter(|range| *range.start() > 0 && !range.is_empty()).ok_or_else(|| {
        let message = format!("`lines` is {}, a range of lines is wanted", value::kind(value));
        Problem::new(message, "write the first line and the last one: lines: 12-40")
    })
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
