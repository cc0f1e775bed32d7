//! Where the top-level keys, their values and the items of their lists stand in the text.
//!
//! The YAML parser gives data without places, so a small scanner finds the places. It follows what people write in front
//! matter, never fails, and decides nothing: wherever it disagrees with the parser, the parser is right and the place is
//! not used.

use super::super::Span;

/// One top-level key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key, without quotes.
    pub(super) key: Span,
    /// The value, with its quotes or brackets; empty behind the colon if there is none on its line.
    pub(super) value: Span,
    /// The items of a list, with their quotes.
    pub(super) items: Vec<Span>,
}

/// Finds the top-level keys in the YAML at `yaml`, whole lines of `text`.
pub(super) fn scan(text: &str, yaml: Span) -> Vec<Entry> {
    let scanner = Scanner { text: &text[..yaml.end] };
    let mut entries = Vec::new();
    let mut base = None;
    let mut at = yaml.start;
    while at < yaml.end {
        let line = scanner.line(at);
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let next = scanner.next_line(at);
        if content.trim().is_empty() || content.starts_with('#') {
            at = next;
            continue;
        }
        if *base.get_or_insert(indent) != indent {
            at = next;
            continue;
        }
        let Some((key, colon)) = key(content) else {
            at = next;
            continue;
        };
        let start = at + indent;
        let (value, items, end) = scanner.value(start + colon + 1, indent);
        entries.push(Entry { key: Span::new(start + key.start, start + key.end), value, items });
        at = scanner.next_line(end).max(next);
    }
    entries
}

/// The key at the beginning of a line, and where its colon is.
fn key(content: &str) -> Option<(Span, usize)> {
    let quote = content.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (key, after) = if quote.is_some() {
        let end = quoted(content, 0)?;
        (Span::new(1, end - 1), end)
    } else {
        if content.starts_with(['[', '{', '|', '>', '&', '*', '!', '%', '@', '`']) || is_item(content) {
            return None;
        }
        let colon = content
            .match_indices(':')
            .map(|(i, _)| i)
            .find(|i| content[i + 1..].starts_with([' ', '\t']) || i + 1 == content.len())?;
        (Span::new(0, content[..colon].trim_end().len()), colon)
    };
    let colon = after + content[after..].len() - content[after..].trim_start().len();
    let ends = content[colon..].strip_prefix(':').is_some_and(|r| r.is_empty() || r.starts_with([' ', '\t']));
    (ends && key.end > key.start).then_some((key, colon))
}

/// Whether a line's content begins an item of a block list.
fn is_item(content: &str) -> bool {
    content.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// One past the closing quote of the quoted text at `at`.
fn quoted(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = bytes[at];
    let mut i = at + 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' if quote == b'"' => i += 1,
            b'\'' if quote == b'\'' && bytes.get(i + 1) == Some(&b'\'') => i += 1,
            b if b == quote => return Some(i + 1),
            _ => {}
        }
        i += 1;
    }
    None
}

#[derive(Clone, Copy)]
struct Scanner<'a> {
    /// The file up to the end of the YAML.
    text: &'a str,
}

impl<'a> Scanner<'a> {
    /// The rest of the line from `at`, without its line end.
    fn line(self, at: usize) -> &'a str {
        let rest = &self.text[at..];
        let line = rest.split('\n').next().unwrap_or(rest);
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn next_line(self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |i| at + i + 1)
    }

    /// The value behind a key's colon: its span, its items, and where the scan may go on.
    fn value(self, at: usize, indent: usize) -> (Span, Vec<Span>, usize) {
        if let Some((value, items)) = self.node(at, indent) {
            return (value, items, value.end);
        }
        let mut items = Vec::new();
        // Where the first line with content begins, how far it is indented, and whether it begins a list.
        let mut first = None;
        let mut next = self.next_line(at);
        let mut end = at;
        while next < self.text.len() {
            let line = self.line(next);
            let content = line.trim_start_matches(' ');
            let depth = line.len() - content.len();
            let start = next;
            next = self.next_line(start);
            if content.trim().is_empty() || content.starts_with('#') {
                continue;
            }
            if depth < indent || depth == indent && !is_item(content) {
                break;
            }
            end = start + line.trim_end().len();
            let (_, expected, list) = *first.get_or_insert((start + depth, depth, is_item(content)));
            if list && depth == expected && is_item(content) {
                let dash = start + depth + 1;
                let item = self.node(dash, depth).map_or(Span::new(dash, dash), |(item, _)| item);
                items.push(item);
                end = item.end.max(end);
                next = self.next_line(item.end).max(next);
            }
        }
        (Span::new(first.map_or(at, |(start, ..)| start), end), items, end)
    }

    /// The value that begins on the rest of the line at `at`, in a node with this indentation.
    fn node(self, at: usize, indent: usize) -> Option<(Span, Vec<Span>)> {
        let mut line = self.line(at);
        let mut start = at;
        loop {
            let content = line.trim_start_matches([' ', '\t']);
            start += line.len() - content.len();
            line = content;
            if !line.starts_with(['&', '!']) {
                break;
            }
            let rest = line.trim_start_matches(|c: char| !c.is_whitespace());
            start += line.len() - rest.len();
            line = rest;
        }
        let end_of_text = self.text.len();
        match line.chars().next()? {
            '#' => None,
            '[' | '{' => Some(self.flow(start)),
            '"' | '\'' => Some((Span::new(start, quoted(self.text, start).unwrap_or(end_of_text)), Vec::new())),
            first => {
                let block = matches!(first, '|' | '>');
                let length = if block { line.len() } else { without_comment(line).len() };
                let mut end = start + length;
                let mut next = self.next_line(start);
                while next < end_of_text {
                    let line = self.line(next);
                    let content = line.trim_start_matches(' ');
                    let blank = content.trim().is_empty();
                    if !blank && line.len() - content.len() <= indent || !block && content.starts_with('#') {
                        break;
                    }
                    if !blank {
                        end = next + if block { line.len() } else { without_comment(line).len() };
                    }
                    next = self.next_line(next);
                }
                Some((Span::new(start, end), Vec::new()))
            }
        }
    }

    /// The bracketed list or map at `at`, and its direct items.
    fn flow(self, at: usize) -> (Span, Vec<Span>) {
        let bytes = self.text.as_bytes();
        let mut items = Vec::new();
        let mut item: Option<Span> = None;
        let mut depth = 0;
        // Whether a value may begin here: only there is a quote a quote and not an apostrophe.
        let mut fresh = true;
        let mut i = at;
        while i < bytes.len() {
            let mut end = i + 1;
            match bytes[i] {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    i = end;
                    continue;
                }
                b'#' if bytes[i - 1].is_ascii_whitespace() => {
                    i = self.next_line(i);
                    continue;
                }
                b'[' | b'{' if fresh => depth += 1,
                b']' | b'}' => {
                    depth -= 1;
                    fresh = false;
                    if depth == 0 {
                        items.extend(item);
                        return (Span::new(at, end), items);
                    }
                }
                b',' => {
                    fresh = true;
                    if depth == 1 {
                        items.extend(item.take());
                        i = end;
                        continue;
                    }
                }
                b':' => fresh = true,
                b'"' | b'\'' if fresh => {
                    end = quoted(self.text, i).unwrap_or(bytes.len());
                    fresh = false;
                }
                _ => fresh = false,
            }
            if i > at {
                item = Some(Span::new(item.map_or(i, |s| s.start), end));
            }
            i = end;
        }
        (Span::new(at, bytes.len()), items)
    }
}

/// The line up to a ` #` comment, without trailing blanks.
fn without_comment(line: &str) -> &str {
    let end = line.match_indices('#').map(|(i, _)| i).find(|i| line[..*i].ends_with([' ', '\t'])).unwrap_or(line.len());
    line[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys with values and items, as `key=value[item|item]`.
    fn drawn(text: &str) -> Vec<String> {
        let at = |s: &Span| &text[s.range()];
        scan(text, Span::new(0, text.len()))
            .iter()
            .map(|e| format!("{}={}{:?}", at(&e.key), at(&e.value), e.items.iter().map(at).collect::<Vec<_>>()))
            .collect()
    }

    #[test]
    fn finds_keys_values_and_items() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a: 1\nb: x # c\n", &["a=1[]", "b=x[]"]),
            ("a:\nb: y\n", &["a=[]", "b=y[]"]),
            ("a: 1\r\nb: 2\r\n", &["a=1[]", "b=2[]"]),
            ("\"a\": 'it''s: x'\n'b' : \"q\\\"\"\n", &["a='it''s: x'[]", "b=\"q\\\"\"[]"]),
            ("  a: 1\n  b: 2\n", &["a=1[]", "b=2[]"]),
            (
                "a: ['/x/', \"/y,/\", it's, z] # c\n",
                &["a=['/x/', \"/y,/\", it's, z][\"'/x/'\", \"\\\"/y,/\\\"\", \"it's\", \"z\"]"],
            ),
            ("a: [\n  x, # one\n  y y,\n]\nb: 1\n", &["a=[\n  x, # one\n  y y,\n][\"x\", \"y y\"]", "b=1[]"]),
            ("a: [[b, c], {d: e}]\n", &["a=[[b, c], {d: e}][\"[b, c]\", \"{d: e}\"]"]),
            ("a:\n- x\n- 'y'\nb: 1\n", &["a=- x\n- 'y'[\"x\", \"'y'\"]", "b=1[]"]),
            (
                "a:\n  # c\n  - x\n\n  - \"y\n  z\"\nb: 1\n",
                &["a=- x\n\n  - \"y\n  z\"[\"x\", \"\\\"y\\n  z\\\"\"]", "b=1[]"],
            ),
            ("a:\n  - n: 1\n    m: 2\n  -\nb: 1\n", &["a=- n: 1\n    m: 2\n  -[\"n: 1\\n    m: 2\", \"\"]", "b=1[]"]),
            ("a: |\n  b: 1\n\n  c: 2\nd: 3\n", &["a=|\n  b: 1\n\n  c: 2[]", "d=3[]"]),
            ("a: one\n  two: x\nb: 1\n", &["a=one\n  two: x[]", "b=1[]"]),
            ("a: \"x\nb: y\"\nc: 1\n", &["a=\"x\nb: y\"[]", "c=1[]"]),
            ("a: &n 8.10\nb: !!str 2\n", &["a=8.10[]", "b=2[]"]),
            ("a:\n  b: 1\n  c:\n  - x\nd: http://x/#y\n", &["a=b: 1\n  c:\n  - x[]", "d=http://x/#y[]"]),
            ("a:\n  8.10\n\nb: 1\n", &["a=8.10[]", "b=1[]"]),
            ("{a: 1}\n", &[]),
            ("- a: 1\n", &[]),
            ("a: 'open\nb: 1\n", &["a='open\nb: 1\n[]"]),
            ("a: [open\nb: 1\n", &["a=[open\nb: 1\n[]"]),
        ];
        for (text, expected) in cases {
            assert_eq!(drawn(text), *expected, "{text:?}");
        }
    }
}
