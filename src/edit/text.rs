//! A file's lines, and how they end.

use std::fmt;

/// A text that can be changed line by line and written as it was.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// The lines, without their ends.
    pub(super) lines: Vec<String>,
    /// Whether lines end with `\r\n`.
    pub(super) crlf: bool,
    /// Whether the last line ends too.
    pub(super) final_newline: bool,
    /// Whether a byte order mark comes first.
    pub(super) mark: bool,
}

const MARK: char = '\u{feff}';

impl Text {
    /// Splits a text. Line ends are of one kind, that of most lines.
    pub(super) fn of(text: &str) -> Self {
        let (mark, body) = text.strip_prefix(MARK).map_or((false, text), |body| (true, body));
        let crlf = body.matches("\r\n").count() * 2 > body.matches('\n').count();
        Self { lines: body.lines().map(str::to_owned).collect(), crlf, final_newline: body.ends_with('\n'), mark }
    }

    /// Takes over how another text is written, unless that is empty.
    pub(super) fn take_style(&mut self, other: &Self) {
        if !other.lines.is_empty() {
            (self.crlf, self.mark) = (other.crlf, other.mark);
        }
        self.final_newline = !self.lines.is_empty();
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.crlf { "\r\n" } else { "\n" };
        if self.mark {
            write!(f, "{MARK}")?;
        }
        f.write_str(&self.lines.join(end))?;
        if self.final_newline && !self.lines.is_empty() { f.write_str(end) } else { Ok(()) }
    }
}
