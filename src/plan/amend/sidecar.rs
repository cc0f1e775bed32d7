//! `verify.yaml` with one thing more in it. The text is changed at one place, so that comments and everything else stay as they
//! are; what comes out is read again, and must say what was meant and nothing else.

use serde_json::{Map, Value, json};

use super::{
    super::{
        sidecar::STEPS,
        yaml::{self, Key},
    },
    Saying,
    merge::{merge, says, scalar, with_lines},
};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span},
};

/// What an entry finds its block by.
pub type Selectors = Vec<(&'static str, Value)>;

/// A file that is not there yet.
const HEAD: &str = "# What verification does with single blocks of the guide beside this file.\n";
/// Entries are blocks, and what is in them is not.
const LEVELS: usize = 2;

/// Says something in the entry with this number, from 0; nothing if the entry is written so that it cannot be done.
pub fn amend(source: &Source, number: usize, saying: &Saying) -> Option<String> {
    let old = yaml::read(source).ok()?;
    let mut new = old.clone();
    let entry = new.get_mut(STEPS)?.get_mut(number)?.as_object_mut()?;
    for (name, value) in saying.attributes() {
        match value {
            Some(value) => drop(entry.insert(name.to_owned(), value.into())),
            None => drop(entry.remove(name)),
        }
    }
    let mut texts = vec![source.text.clone()];
    for (name, value) in saying.attributes() {
        let given = old[STEPS][number].get(name).is_some();
        let next = texts.iter().flat_map(|text| {
            let source = Source::new(source.path.as_str(), text.as_str());
            match (given, value) {
                (true, Some(value)) => replaced(&source, number, name, value).into_iter().collect(),
                (true, None) => removed(&source, number, name).into_iter().collect(),
                (false, Some(value)) => inserted(&source, number, name, value),
                (false, None) => vec![text.clone()],
            }
        });
        texts = next.collect();
    }
    let new = Value::Object(new);
    texts.into_iter().find(|text| says(source, text, &new))
}

/// Adds an entry at the end; nothing if the file is written so that it cannot be done. No file is an empty one.
pub fn append(source: &Source, selectors: &Selectors, saying: &Saying) -> Option<String> {
    // Selectors come first, as an author writes them.
    let mut entry: Map<String, Value> =
        selectors.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let said = saying.attributes().into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    entry.extend(said);
    let text = merge(source, &Map::from_iter([(STEPS.to_owned(), json!([entry]))]), LEVELS)?;
    Some(if source.text.trim().is_empty() { format!("{HEAD}{text}") } else { text })
}

/// An entry in the text.
struct Item {
    /// Where its first key stands, or its brace.
    at: usize,
    /// Bytes before that on its line.
    column: usize,
    /// It stands in braces.
    braces: bool,
    /// Where something can be added below its last key: behind the last line of it that is no comment, or the last at all.
    ends: [usize; 2],
}

fn item(source: &Source, number: usize) -> Option<Item> {
    let text = &source.text;
    let key = [Key::Name(STEPS.into()), Key::Index(number)];
    let mut at = yaml::find(source, Span::new(0, text.len()), &key)?.start;
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    // Of an entry in braces, the place can be that of its first key.
    let before = text[start..at].trim_end();
    let braces = text[at..].starts_with('{') || before.ends_with('{');
    if before.ends_with('{') {
        at = start + before.len() - 1;
    }
    let before = &text[start..at];
    let column = at - start;
    let is_alone = |dash: &usize| before[..*dash].trim().is_empty() && before[dash + 1..].trim().is_empty();
    let Some(dash) = before.find('-').filter(is_alone) else {
        return braces.then_some(Item { at, column, braces, ends: [at, at] });
    };
    let mut ends = [start, start];
    let mut end = start;
    for (index, line) in text[start..].split_inclusive('\n').enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let blank = line.trim().is_empty();
        if index > 0 && !blank && indent <= dash {
            break;
        }
        end += line.len();
        if !blank {
            ends[1] = end;
            if !line.trim_start().starts_with('#') {
                ends[0] = end;
            }
        }
    }
    Some(Item { at, column, braces, ends })
}

/// The texts with a key more in an entry, the likeliest first.
fn inserted(source: &Source, number: usize, name: &str, value: &str) -> Vec<String> {
    let Some(item) = item(source, number) else { return Vec::new() };
    let text = &source.text;
    let new = format!("{name}: {}", scalar(value));
    if !item.braces {
        let line = format!("{}{new}\n", " ".repeat(item.column));
        return item.ends.iter().map(|end| with_lines(text, *end, &line)).collect();
    }
    // Before each brace that could be the last.
    let braces = text[item.at..].match_indices('}').map(|(at, _)| item.at + at).take(8);
    let with = |end: usize| {
        let kept = text[..end].trim_end();
        format!("{kept}, {name}: {}{}", Value::from(value), &text[kept.len()..])
    };
    braces.map(with).collect()
}

/// Where the value of a key stands, if it is a plain or quoted text on the key's line.
fn value_of(source: &Source, number: usize, name: &str) -> Option<(Span, Span)> {
    let text = &source.text;
    let path = [Key::Name(STEPS.into()), Key::Index(number), Key::Name(name.to_owned())];
    let key = yaml::find(source, Span::new(0, text.len()), &path)?;
    let colon = key.end + text[key.end..].find(':')?;
    let rest = text[colon + 1..].lines().next().unwrap_or_default();
    let begin = rest.len() - rest.trim_start().len();
    let value = &rest[begin..];
    let length = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].find(quote)? + 2,
        '|' | '>' | '&' | '*' | '!' | '[' | '{' => return None,
        _ => {
            let in_braces = item(source, number)?.braces;
            let end = value.find(" #").unwrap_or(value.len());
            let end = value.find([',', '}']).filter(|_| in_braces).unwrap_or(end).min(end);
            value[..end].trim_end().len()
        }
    };
    let start = colon + 1 + begin;
    Some((key, Span::new(start, start + length)))
}

fn replaced(source: &Source, number: usize, name: &str, value: &str) -> Option<String> {
    let (_, span) = value_of(source, number, name)?;
    let mut text = source.text.clone();
    text.replace_range(span.range(), &scalar(value));
    Some(text)
}

/// Without a key that has a line of its own.
fn removed(source: &Source, number: usize, name: &str) -> Option<String> {
    let (key, value) = value_of(source, number, name)?;
    let text = &source.text;
    let start = text[..key.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[value.end..].find('\n').map_or(text.len(), |end| value.end + end + 1);
    let alone = text[start..key.start].trim().is_empty() && text[value.end..end].trim().is_empty();
    alone.then(|| format!("{}{}", &text[..start], &text[end..]))
}

/// Why a file cannot be read as YAML, if it cannot.
pub fn problem(source: &Source) -> Option<Diagnostic> {
    yaml::read(source).err()
}

/// How many entries a file has.
pub fn entries(source: &Source) -> usize {
    let read = yaml::read(source).ok();
    read.and_then(|read| Some(read.get(STEPS)?.as_array()?.len())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Act;

    fn saying(act: Act, path: Option<&str>) -> Saying {
        Saying { act, path: path.map(str::to_owned) }
    }

    /// With `role: listing`, and a file, in the entry of this number.
    fn amended(text: &str, number: usize, saying: &Saying) -> Option<String> {
        amend(&Source::new("verify.yaml", text), number, saying)
    }

    fn appended(text: &str) -> Option<String> {
        let selectors = vec![("contains", Value::from("it's: #1"))];
        append(&Source::new("verify.yaml", text), &selectors, &saying(Act::Elsewhere, None))
    }

    const NEW: &str = "- contains: 'it''s: #1'\n";

    #[test]
    fn an_entry_comes_behind_the_others_wherever_they_stand() {
        for (text, expected) in [
            ("", format!("{HEAD}steps:\n  {NEW}    role: elsewhere\n")),
            (
                "# Mine.\nvars: {a: b} # why\n",
                format!("# Mine.\nvars: {{a: b}} # why\n\nsteps:\n  {NEW}    role: elsewhere\n"),
            ),
            ("vars:\n  a: b", format!("vars:\n  a: b\n\nsteps:\n  {NEW}    role: elsewhere\n")),
            (
                "steps:\n# none yet\nvars: {a: b}\n",
                format!("steps:\n  {NEW}    role: elsewhere\n# none yet\nvars: {{a: b}}\n"),
            ),
            (
                "steps: [] # none\nvars: {a: b}\n",
                format!("steps: # none\n  {NEW}    role: elsewhere\nvars: {{a: b}}\n"),
            ),
            (
                "steps:\n- at: A\n  skip: true # for now\n\n# The machine.\nmachine: server\n",
                format!(
                    "steps:\n- at: A\n  skip: true # for now\n{NEW}  role: elsewhere\n\n# The machine.\nmachine: server\n"
                ),
            ),
            (
                "steps:\n    -   at: A\n        run: |\n            a\n            # no comment\n",
                format!(
                    "steps:\n    -   at: A\n        run: |\n            a\n            # no comment\n    {NEW}      role: elsewhere\n"
                ),
            ),
            (
                "steps:\n  - {at: A, skip: true}\n",
                format!("steps:\n  - {{at: A, skip: true}}\n  {NEW}    role: elsewhere\n"),
            ),
        ] {
            let found = appended(text);
            assert_eq!(found.as_deref(), Some(expected.as_str()), "{text}");
            let windows = text.replace('\n', "\r\n");
            let found = appended(&windows).unwrap_or_default();
            assert!(!found.replace("\r\n", "").contains('\n') || text.is_empty(), "{found:?}");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        for text in ["{vars: {a: b}}\n", "a: [\n", "- x\n", "a: 1\n...\n"] {
            assert_eq!(appended(text), None, "{text}");
        }
        for text in ["steps:\n- at: A\n  role: !!str file\n", "steps:\n- at: A\n  role: >-\n    file\n"] {
            assert_eq!(amended(text, 0, &saying(Act::Typed, None)), None, "{text}");
        }
    }

    #[test]
    fn only_the_entry_of_the_block_is_changed() {
        for (text, act, path, expected) in [
            (
                "steps:\n- at: A\n  skip: true # why\n- at: B\n  exit: 1\n",
                Act::Looked,
                None,
                "steps:\n- at: A\n  skip: true # why\n  role: listing\n- at: B\n  exit: 1\n",
            ),
            ("steps:\n- at: A\n  role: file # mine\n", Act::Typed, None, "steps:\n- at: A\n  role: command # mine\n"),
            (
                "steps:\n- at: A\n  role: 'file'\n  path: /a\n  # kept\n",
                Act::Typed,
                None,
                "steps:\n- at: A\n  role: command\n  # kept\n",
            ),
            (
                "steps:\n- at: A\n  role: file\n  path: /a # old\n",
                Act::Saved,
                Some("/b c"),
                "steps:\n- at: A\n  role: file\n  path: /b c # old\n",
            ),
            (
                "steps:\n- at: A\n  path: /a # old\n",
                Act::Saved,
                None,
                "steps:\n- at: A\n  path: /a # old\n  role: file\n",
            ),
            ("steps:\n- {at: A, role: file} # x\n", Act::Compared, None, "steps:\n- {at: A, role: output} # x\n"),
            (
                "steps:\n- {at: \"}\", exit: 1}\n",
                Act::Compared,
                None,
                "steps:\n- {at: \"}\", exit: 1, role: \"output\"}\n",
            ),
            (
                "steps:\n- at: A\n  run: |\n    a\n    # b\n\nvars: {}\n",
                Act::Typed,
                None,
                "steps:\n- at: A\n  run: |\n    a\n    # b\n  role: command\n\nvars: {}\n",
            ),
        ] {
            assert_eq!(amended(text, 0, &saying(act, path)).as_deref(), Some(expected), "{text}");
        }
        // A path with a comment is nobody's to remove.
        assert_eq!(amended("steps:\n- at: A\n  role: file\n  path: /a # old\n", 0, &saying(Act::Typed, None)), None);
    }
}
