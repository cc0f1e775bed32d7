//! The author's text: a file, its lines, and spans that point back into it.

use std::{ops::Range, sync::OnceLock};

pub(crate) mod data;
pub mod date;
pub mod front_matter;
pub mod inside;
pub(crate) mod key;
pub(crate) mod place;
pub(crate) mod yaml;

/// A text with its first letter as a capital.
pub(crate) fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A fence of backquotes for a block of code, longer than any in its text (CommonMark 0.31, 4.5).
pub(crate) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// A byte range in one [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// `start..end`, in bytes.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The place of `part`, which is a slice of `text`, where that begins at the byte `at`.
    pub(crate) fn of_part(at: usize, text: &str, part: &str) -> Self {
        let from = at + (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        Self::new(from, from + part.len())
    }

    /// As a range, to slice the source text with.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(r: Range<usize>) -> Self {
        Self::new(r.start, r.end)
    }
}

/// One file of the author's, as UTF-8, exactly as it is on disk (a byte order mark and CRLF included).
#[derive(Debug, Default)]
pub struct Source {
    /// Path relative to the site's folder, with `/`, as shown in messages.
    pub path: String,
    /// The whole text.
    pub text: String,
    line_starts: OnceLock<Vec<usize>>,
}

impl Source {
    /// A source from a path to show and its text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), line_starts: OnceLock::new() }
    }

    /// The line (from 1) that holds byte `offset`, and its byte range without the line end.
    pub fn line_of(&self, offset: usize) -> (usize, Range<usize>) {
        let starts = self.line_starts.get_or_init(|| {
            std::iter::once(0)
                .chain(self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1))
                .collect()
        });
        let line = starts.partition_point(|s| *s <= offset.min(self.text.len()));
        let start = starts[line - 1];
        let end = starts.get(line).map_or(self.text.len(), |next| next - 1);
        let end = if self.text[start..end].ends_with('\r') { end - 1 } else { end };
        (line, start..end)
    }
}
