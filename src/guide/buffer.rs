//! The text that Markdown sees: the author's, with each shortcode as one short word, and a way back.
//!
//! Hugo does the same: a shortcode is a word of the paragraph it stands in, whatever its body is and at whichever column
//! the body stands. That is why a list goes on counting around a `file` whose text begins at column 0. The way back is a
//! list of pieces copied from the source, so that every range of a Markdown event leads to the author's bytes.

use super::{shortcode::tree::Item, way::Way};
use crate::source::{Source, Span};

/// Begins the word that stands for a shortcode; a Unicode noncharacter, which no text may contain.
const BEGIN: char = '\u{fdd0}';
/// Ends it.
const END: char = '\u{fdd1}';

/// See the module.
pub(super) struct Buffer {
    pub(super) text: String,
    way: Way,
}

impl Buffer {
    /// The text of `range` with its items as words, each line without its first `dedent` columns of white space.
    pub(super) fn new(source: &Source, range: Span, items: &[Item], dedent: usize) -> Self {
        let mut buffer = Self { text: String::with_capacity(range.end - range.start), way: Way::default() };
        let mut at = range.start;
        for (index, item) in items.iter().enumerate() {
            let span = item.span();
            buffer.copy(source, at..span.start, dedent, range.start);
            at = span.end;
            if matches!(item, Item::Hidden(_)) {
                continue;
            }
            buffer.way.made(buffer.text.len(), span);
            buffer.text.push(BEGIN);
            buffer.text.push_str(&index.to_string());
            buffer.text.push(END);
        }
        buffer.copy(source, at..range.end, dedent, range.start);
        buffer
    }

    fn copy(&mut self, source: &Source, range: std::ops::Range<usize>, dedent: usize, begin: usize) {
        let text = &source.text[range.clone()];
        if dedent == 0 && !text.contains(['\r', BEGIN, END]) {
            self.push(text, range.start);
            return;
        }
        let mut at = range.start;
        for line in lines(text) {
            let line_starts = at == begin || source.text[..at].ends_with(['\n', '\r']);
            let cut = if line_starts { bytes_of(line, dedent) } else { 0 };
            let kept = line[cut..].replace([BEGIN, END], "\u{fffd}");
            match kept.strip_suffix("\r\n").or_else(|| kept.strip_suffix('\r')) {
                Some(kept) => {
                    self.push(kept, at + cut);
                    self.push("\n", at + line.len() - 1);
                }
                None => self.push(&kept, at + cut),
            }
            at += line.len();
        }
    }

    fn push(&mut self, text: &str, from: usize) {
        self.way.copied(self.text.len(), Span::new(from, from + text.len()));
        self.text.push_str(text);
    }

    /// The source span of a range of the text; that of a shortcode is whole.
    pub(super) fn span(&self, range: std::ops::Range<usize>) -> Span {
        self.way.span(range)
    }

    /// Whether the text there is this one, so that its bytes are those of the range.
    pub(super) fn is_at(&self, text: &str, range: &std::ops::Range<usize>) -> bool {
        self.text.get(range.clone()) == Some(text)
    }

    /// The source span of a range of a text that Markdown made of a range of this one: exact if it made nothing of it.
    pub(super) fn span_in(&self, text: &str, made_of: &std::ops::Range<usize>, part: std::ops::Range<usize>) -> Span {
        if self.is_at(text, made_of) {
            self.span(made_of.start + part.start..made_of.start + part.end)
        } else {
            self.span(made_of.clone())
        }
    }

    /// The parts of a text that Markdown made of a range of this one, each with where it stands in this one.
    pub(super) fn places<'t>(
        &self,
        text: &'t str,
        made_of: std::ops::Range<usize>,
    ) -> Vec<(Part<'t>, std::ops::Range<usize>)> {
        let all = &self.text[made_of.clone()];
        let mut at = 0;
        let mut places = Vec::new();
        for part in parts(text) {
            let rest = &all[at..];
            let (begin, end) = match part {
                // Between two shortcodes, text stands as it is, or as a whole if Markdown changed it.
                Part::Text(text, _) => {
                    let until = rest.find(BEGIN).unwrap_or(rest.len());
                    rest[..until].find(text).map_or((0, until), |from| (from, from + text.len()))
                }
                Part::Item(_) => {
                    let from = rest.find(BEGIN).unwrap_or(rest.len());
                    (from, rest[from..].find(END).map_or(rest.len(), |length| from + length + END.len_utf8()))
                }
            };
            places.push((part, made_of.start + at + begin..made_of.start + at + end));
            at += end;
        }
        places
    }
}

/// How many bytes of a line's white space its first columns are.
fn bytes_of(line: &str, columns: usize) -> usize {
    let (mut column, mut bytes) = (0, 0);
    for byte in line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')) {
        if column >= columns {
            break;
        }
        column += if byte == b'\t' { 4 - column % 4 } else { 1 };
        bytes += 1;
    }
    bytes
}

/// The lines of a text as Markdown cuts them, with their ends: a carriage return alone ends one, too.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.find(['\n', '\r']).map(|at| at + if rest[at..].starts_with("\r\n") { 2 } else { 1 });
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

/// A piece of a string that came out of Markdown.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'a> {
    /// Text, and its byte offset in the string.
    Text(&'a str, usize),
    /// The shortcode of this index.
    Item(usize),
}

/// Cuts a string at the words that stand for shortcodes.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(begin) = text[at..].find(BEGIN).map(|i| at + i) {
        let digits = begin + BEGIN.len_utf8();
        let Some(end) = text[digits..].find(END).map(|i| digits + i) else { break };
        let Ok(index) = text[digits..end].parse() else { break };
        if begin > at {
            parts.push(Part::Text(&text[at..begin], at));
        }
        parts.push(Part::Item(index));
        at = end + END.len_utf8();
    }
    if at < text.len() {
        parts.push(Part::Text(&text[at..], at));
    }
    parts
}

/// Whether the string holds a word that stands for a shortcode.
pub(super) fn has_items(text: &str) -> bool {
    text.contains(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str, shortcode: &str) -> Item {
        let start = text.find(shortcode).expect("the shortcode stands in the text");
        let span = Span::new(start, start + shortcode.len());
        Item::Escape { span, inner: span }
    }

    #[test]
    fn ranges_lead_back_to_the_source() {
        let text = "1.  a\r\n    {{x\nbody}} b\r\n";
        let source = Source::new("t.md", text);
        let buffer = Buffer::new(&source, Span::new(0, text.len()), &[item(text, "{{x\nbody}}")], 0);
        assert_eq!(buffer.text, "1.  a\n    \u{fdd0}0\u{fdd1} b\n");
        let at = |needle: &str| {
            let start = buffer.text.find(needle).expect(needle);
            &text[buffer.span(start..start + needle.len()).range()]
        };
        assert_eq!(at("a"), "a");
        assert_eq!(at("\u{fdd0}0\u{fdd1}"), "{{x\nbody}}");
        assert_eq!(at(" b"), " b");
        assert_eq!(at("\u{fdd0}0\u{fdd1} b"), "{{x\nbody}} b");
    }

    #[test]
    fn dedent_keeps_the_way_back() {
        let text = "    a\n      b\n  c\n";
        let source = Source::new("t.md", text);
        let buffer = Buffer::new(&source, Span::new(0, text.len()), &[], 4);
        assert_eq!(buffer.text, "a\n  b\nc\n");
        assert_eq!(buffer.span(2..5), Span::new(10, 13));
        assert_eq!(buffer.span(6..7), Span::new(16, 17));
    }

    #[test]
    fn noncharacters_of_the_author_are_no_shortcodes() {
        let source = Source::new("t.md", "x \u{fdd0}0\u{fdd1} y");
        let buffer = Buffer::new(&source, Span::new(0, source.text.len()), &[], 0);
        assert_eq!(buffer.text, "x \u{fffd}0\u{fffd} y");
        assert_eq!(buffer.text.len(), source.text.len());
    }
}
