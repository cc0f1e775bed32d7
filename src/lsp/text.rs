//! Positions of the protocol in a text, and back: lines end at `\n`, `\r\n` and `\r`, and columns count the units that client and
//! server have agreed on.
//!
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocuments>

use lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};
use serde_json::Value;

use crate::{diagnostic::Place, source::Span};

/// What columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    /// Bytes of UTF-8.
    Bytes,
    /// Code units of UTF-16: what every client understands.
    Utf16,
}

impl Units {
    /// Bytes, if the client can count them.
    pub(super) fn agreed(capabilities: &Value) -> Self {
        let offered = capabilities.pointer("/general/positionEncodings").and_then(Value::as_array);
        match offered.is_some_and(|offered| offered.iter().any(|encoding| encoding == "utf-8")) {
            true => Self::Bytes,
            false => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Bytes => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn of(self, character: char) -> usize {
        match self {
            Self::Bytes => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
        }
    }

    fn count(self, text: &str) -> u32 {
        let units: usize = text.chars().map(|character| self.of(character)).sum();
        u32::try_from(units).unwrap_or(u32::MAX)
    }
}

/// Where a line begins and where it ends, without its line end.
fn line(text: &str, number: u32) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut start = 0;
    for _ in 0..number {
        let end = start + bytes[start..].iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
        start = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    let length = bytes[start..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    Some((start, length.map_or(bytes.len(), |length| start + length)))
}

/// The byte at a position. One behind the end of its line is that end, and one behind the text is the text's end.
pub(super) fn offset(text: &str, at: Position, units: Units) -> usize {
    let Some((start, end)) = line(text, at.line) else { return text.len() };
    let (mut left, wanted) = (0, at.character as usize);
    for (index, character) in text[start..end].char_indices() {
        if left >= wanted {
            return start + index;
        }
        left += units.of(character);
    }
    end
}

/// The position of a byte.
pub(super) fn position(text: &str, at: usize, units: Units) -> Position {
    let at = crate::source::yaml::floor_boundary(text, at);
    let (mut number, mut start) = (0, 0);
    let bytes = text.as_bytes();
    for (index, byte) in bytes[..at].iter().enumerate() {
        let ends = *byte == b'\n' || *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n');
        if ends {
            (number, start) = (number + 1, index + 1);
        }
    }
    Position { line: number, character: units.count(text[start..at].trim_end_matches('\r')) }
}

/// The range of a span.
pub(super) fn range(text: &str, span: Span, units: Units) -> Range {
    Range { start: position(text, span.start, units), end: position(text, span.end, units) }
}

/// Where a problem is in a text of which only its line is known. `None` if that is not the whole line up to there.
pub(super) fn range_in_line(place: &Place, units: Units) -> Option<Range> {
    let before = place.text.get(..place.mark.0)?;
    if before.chars().count() + 1 != place.column {
        return None;
    }
    let number = u32::try_from(place.line.saturating_sub(1)).unwrap_or(u32::MAX);
    // No buffer of an editor has the mark.
    let before = before.strip_prefix('\u{feff}').filter(|_| number == 0).unwrap_or(before);
    let start = units.count(before);
    let marked = units.count(place.text.get(place.mark.0..place.mark.1).unwrap_or_default());
    Some(Range {
        start: Position { line: number, character: start },
        end: Position { line: number, character: start + marked },
    })
}

/// The bytes of a place in the text that it is in.
pub(super) fn span_of_place(text: &str, place: &Place) -> Span {
    let mut at = 0;
    for line in text.split_inclusive('\n').take(place.line.saturating_sub(1)) {
        at += line.len();
    }
    let rest = &text[at..];
    let after = |count: usize, rest: &str| rest.char_indices().nth(count).map_or(rest.len(), |(index, _)| index);
    let line = rest.split('\n').next().unwrap_or_default();
    let start = after(place.column.saturating_sub(1), line);
    let marked = place.text.get(place.mark.0..place.mark.1).unwrap_or_default().chars().count();
    let end = start + after(marked, &line[start..]);
    Span::new(at + start, at + end)
}

/// Does what an editor has done to a text.
pub(super) fn apply(text: &mut String, change: TextDocumentContentChangeEvent, units: Units) {
    match change {
        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
            let start = offset(text, change.range.start, units);
            let end = offset(text, change.range.end, units).max(start);
            text.replace_range(start..end, &change.text);
        }
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => *text = change.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use lsp_types::TextDocumentContentChangePartial;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn positions_count_what_was_agreed() {
        let text = "aé\r\n🦀b\r\rc\n";
        for (offset_of, in_bytes, in_utf16) in [
            (0, at(0, 0), at(0, 0)),
            (3, at(0, 3), at(0, 2)),
            (5, at(1, 0), at(1, 0)),
            (9, at(1, 4), at(1, 2)),
            (10, at(1, 5), at(1, 3)),
            (11, at(2, 0), at(2, 0)),
            (12, at(3, 0), at(3, 0)),
            (14, at(4, 0), at(4, 0)),
        ] {
            for (units, expected) in [(Units::Bytes, in_bytes), (Units::Utf16, in_utf16)] {
                assert_eq!(position(text, offset_of, units), expected, "{offset_of}, {units:?}");
                assert_eq!(offset(text, expected, units), offset_of, "{expected:?}, {units:?}");
            }
        }
        // What is behind a line or a text, and in the middle of a character.
        assert_eq!(offset(text, at(0, 99), Units::Utf16), 3);
        assert_eq!(offset(text, at(99, 0), Units::Utf16), text.len());
        assert_eq!(offset(text, at(1, 1), Units::Utf16), 9);
        assert_eq!(position(text, 4, Units::Bytes), at(0, 3), "between \\r and \\n");
    }

    #[test]
    fn a_place_is_the_same_by_its_line_and_by_its_text() {
        for (text, word) in
            [("one\ntwo 🦀 three\n", "three"), ("one\r\ntwo\r\n", "two"), ("é 🦀 é x", "x"), ("a\n", "a")]
        {
            let start = text.find(word).expect(word);
            let place = Place::new(&Source::new("a.md", text), Span::new(start, start + word.len()));
            assert_eq!(span_of_place(text, &place), Span::new(start, start + word.len()), "{text:?}");
            for units in [Units::Bytes, Units::Utf16] {
                let whole = range(text, Span::new(start, start + word.len()), units);
                assert_eq!(range_in_line(&place, units), Some(whole), "{text:?}, {units:?}");
            }
        }
        let marked = Place::new(&Source::new("a.md", "\u{feff}ab"), Span::new(4, 5));
        assert_eq!(range_in_line(&marked, Units::Utf16).map(|range| range.start), Some(at(0, 1)), "a byte order mark");
        let long = format!("{}x", "é ".repeat(500));
        let cut = Place::new(&Source::new("a.md", long.as_str()), Span::new(long.len() - 1, long.len()));
        assert_eq!(range_in_line(&cut, Units::Utf16), None);
        assert_eq!(span_of_place(&long, &cut), Span::new(long.len() - 1, long.len()));
    }

    #[test]
    fn changes_are_applied_one_after_the_other() {
        let mut text = "a🦀b\r\nc\r\n".to_owned();
        for (from, to, new, expected) in [
            (at(0, 1), at(0, 3), "é", "aéb\r\nc\r\n"),
            (at(1, 1), at(1, 1), "d\n", "aéb\r\ncd\n\r\n"),
            (at(0, 3), at(1, 0), "", "aébcd\n\r\n"),
            (at(9, 0), at(9, 9), "end", "aébcd\n\r\nend"),
        ] {
            let range = Range { start: from, end: to };
            let change = TextDocumentContentChangePartial { range, text: new.into(), ..Default::default() };
            apply(&mut text, change.into(), Units::Utf16);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn bytes_are_taken_where_they_are_offered() {
        for (capabilities, expected) in [
            (serde_json::json!({}), Units::Utf16),
            (serde_json::json!({ "general": { "positionEncodings": ["utf-16"] } }), Units::Utf16),
            (serde_json::json!({ "general": { "positionEncodings": ["utf-32", "utf-8"] } }), Units::Bytes),
        ] {
            assert_eq!(Units::agreed(&capabilities), expected, "{capabilities}");
        }
    }
}
