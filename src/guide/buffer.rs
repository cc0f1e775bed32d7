//! The text that Markdown sees: the author's, with each shortcode as one short word, and a way back.
//!
//! Hugo does the same: a shortcode is a word of the paragraph it stands in, whatever its body is and at whichever column
//! the body stands. That is why a list goes on counting around a `file` whose text begins at column 0. The way back is a
//! list of pieces copied from the source, so that every range of a Markdown event leads to the author's bytes.

use super::shortcode::tree::Item;
use crate::source::{Source, Span};

/// Begins the word that stands for a shortcode; a Unicode noncharacter, which no text may contain.
const BEGIN: char = '\u{fdd0}';
/// Ends it.
const END: char = '\u{fdd1}';

/// See the module.
pub(super) struct Buffer {
    pub(super) text: String,
    /// Where each piece begins: in `text`, in the source, and how long it is in the source.
    pieces: Vec<(usize, usize, usize)>,
}

impl Buffer {
    /// The text of `range` with its items as words, each line without its first `dedent` spaces.
    pub(super) fn new(source: &Source, range: Span, items: &[Item], dedent: usize) -> Self {
        let mut buffer = Self { text: String::with_capacity(range.end - range.start), pieces: Vec::new() };
        let mut at = range.start;
        for (index, item) in items.iter().enumerate() {
            let span = item.span();
            buffer.copy(source, at..span.start, dedent, range.start);
            buffer.pieces.push((buffer.text.len(), span.start, span.end - span.start));
            buffer.text.push(BEGIN);
            buffer.text.push_str(&index.to_string());
            buffer.text.push(END);
            at = span.end;
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
        for line in text.split_inclusive('\n') {
            let line_starts = at == begin || source.text[..at].ends_with('\n');
            let spaces = line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let cut = if line_starts { spaces.min(dedent) } else { 0 };
            let kept = line[cut..].replace([BEGIN, END], "\u{fffd}");
            match kept.strip_suffix("\r\n") {
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
        self.pieces.push((self.text.len(), from, text.len()));
        self.text.push_str(text);
    }

    /// The source offset of a byte of the text: that of its own byte, or the begin of its shortcode.
    pub(super) fn source_offset(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|(start, _, _)| *start <= at);
        let Some(&(start, from, length)) = self.pieces.get(piece.saturating_sub(1)) else { return 0 };
        if self.is_word(start) && at > start && at < self.end_of(piece) {
            from
        } else {
            from + (at - start).min(length)
        }
    }

    /// The source span of a range of the text.
    pub(super) fn span(&self, range: std::ops::Range<usize>) -> Span {
        if range.end <= range.start {
            let at = self.source_offset(range.start);
            return Span::new(at, at);
        }
        // The end is looked up by its last byte, because the next piece may be far away in the source.
        let piece = self.pieces.partition_point(|(start, _, _)| *start < range.end);
        let Some(&(start, from, length)) = self.pieces.get(piece.saturating_sub(1)) else { return Span::default() };
        let end = if self.is_word(start) { from + length } else { from + (range.end - start).min(length) };
        Span::new(self.source_offset(range.start), end)
    }

    fn is_word(&self, start: usize) -> bool {
        self.text[start..].starts_with(BEGIN)
    }

    fn end_of(&self, next_piece: usize) -> usize {
        self.pieces.get(next_piece).map_or(self.text.len(), |(start, _, _)| *start)
    }
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
