//! Where a setting stands in `guidepost.yaml`.

use super::{Source, Span};

/// The span of the last key of a path that is found, in block YAML by indentation: `machines`, then `server` below it, then
/// `memory` below that. What is written in flow style is found by its name on the lines of its parent.
pub(crate) fn of(source: &Source, path: &[&str]) -> Span {
    block(source, path).0
}

/// Where a text stands below the key at the end of a path; else that key.
pub(crate) fn of_value(source: &Source, path: &[&str], value: &str) -> Span {
    let (key, end) = block(source, path);
    match source.text[key.end..end].find(value).filter(|_| !value.is_empty()) {
        Some(at) => Span::new(key.end + at, key.end + at + value.len()),
        None => key,
    }
}

/// The key at the end of a path, and where its block ends.
fn block(source: &Source, path: &[&str]) -> (Span, usize) {
    let (mut found, mut to) = (Span::new(0, 0), source.text.len());
    let mut from = path.first().map_or(0, |key| top(&source.text, key));
    for key in path {
        let Some((span, end)) = find(&source.text, from, to, key) else { break };
        found = span;
        (from, to) = (span.end, end);
    }
    (found, to)
}

/// Where the line of a key begins that is not indented; the text's start, if there is none.
fn top(text: &str, key: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(' ').starts_with(':')) {
            return at;
        }
        at += line.len();
    }
    0
}

/// The first `key:` within `from..to`, and where its block ends: at the next line that is indented no more than it.
fn find(text: &str, from: usize, to: usize, key: &str) -> Option<(Span, usize)> {
    let mut at = from;
    while let Some(position) = text[at..to].find(key) {
        let start = at + position;
        let end = start + key.len();
        at = end;
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let before = text[line_start..start].trim_start();
        let starts_there = before.is_empty() || before.ends_with(['{', ',', ' ', '"', '\'']);
        let rest = text[end..].trim_start_matches(['"', '\'']);
        if before.starts_with('#') || !starts_there || !rest.trim_start_matches(' ').starts_with(':') {
            continue;
        }
        let indent = |line: &str| line.len() - line.trim_start().len();
        let own = indent(&text[line_start..]);
        let mut block_end = text[end..to].find('\n').map_or(to, |i| end + i + 1);
        for line in text[block_end..to].split_inclusive('\n') {
            let blank = line.trim().is_empty() || line.trim_start().starts_with('#');
            if !blank && indent(line) <= own {
                break;
            }
            block_end += line.len();
        }
        return Some((Span::new(start, end), block_end));
    }
    None
}
