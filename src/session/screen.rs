//! What a person sees: bytes of a terminal as the text that stays on its screen and above it.

use super::text::Bounded;
use avt::observer::Observation;
use avt::parser::{EdScope, Function};
use avt::{Line, Observer, Operation, ScreenKind, Terminal};
use unicode_width::UnicodeWidthChar;

/// Columns of a terminal of which nobody says how wide it is. Wide, so that tables of programs are not cut: what is cut is lost, and
/// what has more room only looks different.
pub const COLUMNS: u16 = 200;
/// Rows of every terminal, but a person's own.
pub const ROWS: u16 = 50;

/// Stands in the last column of a row that a wide character did not fit into: no character of any text.
const GAP: char = '\u{fdd0}';
/// No character before it is wide.
const FIRST_WIDE: char = '\u{1100}';

/// A terminal's screen, and the lines that have left it at the top.
pub(crate) struct Screen {
    terminal: Terminal,
    above: Above,
    /// Bytes of a character that is not complete yet.
    partial: Vec<u8>,
    /// Columns and rows.
    size: (u16, u16),
}

/// Lines that have left the screen.
struct Above {
    text: Bounded,
    /// A program is erasing the screen: what leaves it now was wiped, not scrolled.
    erasing: bool,
}

impl Observer for Above {
    type Output = ();

    fn before(&mut self, _: &mut Observation<'_>, _: &Operation) {
        self.erasing = false;
    }

    fn after(&mut self, context: &mut Observation<'_>, operation: &Operation) {
        if let Operation::Function(Function::Ed(EdScope::All | EdScope::SavedLines) | Function::Ris) = operation
            && context.terminal().active_screen_kind() == ScreenKind::Primary
        {
            self.erasing = true;
            self.text.clear();
        }
    }

    fn evicted(&mut self, _: &mut Observation<'_>, line: &Line) {
        if !self.erasing {
            push(&mut self.text, line);
        }
    }

    fn end(&mut self, _: &mut Observation<'_>) {}
}

fn push(text: &mut Bounded, line: &Line) {
    let row: String = line.chars().filter(|c| *c != GAP).collect();
    if line.is_wrapped() {
        text.push(&row);
    } else {
        text.push(row.trim_end());
        text.push("\n");
    }
}

impl Screen {
    /// An empty screen that keeps at most `head` bytes of the first and `tail` bytes of the last text.
    pub(crate) fn new(head: usize, tail: usize, size: (u16, u16)) -> Self {
        Self {
            size,
            terminal: terminal(size),
            above: Above { text: Bounded::new(head, tail), erasing: false },
            partial: Vec::new(),
        }
    }

    /// Empties the screen, and shows `text` (no control characters) on it.
    pub(crate) fn reset(&mut self, text: &str) {
        self.terminal = terminal(self.size);
        self.above.text.clear();
        self.partial.clear();
        self.feed(text.as_bytes());
    }

    /// The screen has this size from the next [`reset`](Self::reset) on.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
    }

    /// Shows bytes. What is not UTF-8 shows as U+FFFD.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let joined;
        let mut rest = if self.partial.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.partial).as_slice(), bytes].concat();
            &joined
        };
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => return self.show(text),
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    self.show(std::str::from_utf8(valid).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        self.partial = after.to_vec();
                        return;
                    };
                    self.terminal.feed_with("\u{fffd}", &mut self.above);
                    rest = &after[length..];
                }
            }
        }
    }

    /// A wide character that does not fit into the last column begins the next row: what is left of this one is marked, for a blank
    /// there would be a part of the text.
    fn show(&mut self, text: &str) {
        let mut begin = 0;
        for (at, _) in text.char_indices().filter(|(_, c)| *c >= FIRST_WIDE && c.width() == Some(2)) {
            self.terminal.feed_with(&text[begin..at], &mut self.above);
            begin = at;
            if self.terminal.cursor().col + 1 == usize::from(self.size.0) {
                self.terminal.feed_with(GAP.encode_utf8(&mut [0; 4]), &mut self.above);
            }
        }
        self.terminal.feed_with(&text[begin..], &mut self.above);
    }

    /// A full-screen program has the screen.
    pub(crate) fn is_alternate(&self) -> bool {
        self.terminal.active_screen_kind() == ScreenKind::Alternate
    }

    /// The text from the start of the cursor's line (which may have wrapped) to the cursor.
    pub(crate) fn cursor_line(&self) -> String {
        let cursor = self.terminal.cursor();
        let rows: Vec<&Line> = self.terminal.screen().visible_lines().take(cursor.row + 1).collect();
        let Some((last, before)) = rows.split_last() else { return String::new() };
        let start = before.iter().rposition(|row| !row.is_wrapped()).map_or(0, |i| i + 1);
        let mut line: String = before[start..].iter().flat_map(|row| row.chars()).filter(|c| *c != GAP).collect();
        let mut column = 0;
        for cell in last.cells().iter().filter(|cell| cell.width() > 0) {
            if column >= cursor.col {
                break;
            }
            line.push(cell.char());
            column += usize::from(cell.width());
        }
        line
    }

    /// The visible rows, trimmed.
    pub(crate) fn visible(&self) -> String {
        let rows: Vec<String> = self
            .terminal
            .screen()
            .visible_lines()
            .map(|row| row.text().replace(GAP, "").trim_end().to_string())
            .collect();
        rows.join("\n").trim_end().to_string()
    }

    /// The last `bytes` bytes of all text, and a little more.
    pub(crate) fn recent(&self, bytes: usize) -> String {
        let mut text = self.above.text.last(bytes);
        text.push_str(&self.on_screen(false));
        if self.is_alternate() {
            text.push('\n');
            text.push_str(&self.visible());
        }
        text
    }

    /// All text, and how many bytes of it are not there. Without the cursor's line if `without_last`.
    pub(crate) fn text(&self, without_last: bool) -> (String, u64) {
        let screen = self.on_screen(without_last);
        let (mut text, dropped) = self.above.text.text();
        text.push_str(&screen);
        text.truncate(text.trim_end_matches('\n').len());
        (text, dropped)
    }

    /// How many blank lines were printed at the end of the text, which [`Screen::text`] leaves out.
    pub(crate) fn blank_end(&self) -> usize {
        let cursor = self.terminal.cursor().row;
        let rows = self.terminal.primary_screen().visible_lines().take(cursor).collect::<Vec<_>>();
        rows.iter().rev().take_while(|row| row.chars().all(|c| c == ' ')).count()
    }

    /// The primary screen's text, without blank rows at its end.
    fn on_screen(&self, without_last: bool) -> String {
        let mut screen = Bounded::new(usize::MAX, 0);
        let cursor = self.terminal.cursor().row;
        let rows: Vec<&Line> = self.terminal.primary_screen().visible_lines().collect();
        let mut end = rows.iter().rposition(|row| row.chars().any(|c| c != ' ')).map_or(0, |i| i + 1);
        if without_last && !self.is_alternate() && end == cursor + 1 {
            end = rows[..cursor].iter().rposition(|row| !row.is_wrapped()).map_or(0, |i| i + 1);
        }
        for row in &rows[..end] {
            push(&mut screen, row);
        }
        screen.text().0
    }
}

fn terminal((columns, rows): (u16, u16)) -> Terminal {
    Terminal::new(columns.max(2).into(), rows.max(2).into()).expect("a terminal has a size")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seen(bytes: &[u8]) -> String {
        let mut screen = Screen::new(1000, 1000, (COLUMNS, ROWS));
        screen.feed(bytes);
        screen.text(false).0
    }

    #[test]
    fn what_stays() {
        for (bytes, text) in [
            ("a\r\nb\r\n", "a\nb"),
            ("no newline", "no newline"),
            ("\r\n\r\nafter blank lines", "\n\nafter blank lines"),
            ("10%\r50%\r100%\r\ndone\r\n", "100%\ndone"),
            ("long text\rab\x1b[K\r\n", "ab"),
            ("\x1b[31mred\x1b[0m \x1b[1mbold\x1b[m\r\n", "red bold"),
            ("one\r\ntwo\r\n\x1b[2A\x1b[2Kthree\x1b[2B\r\n", "three\ntwo"),
            ("a\x08b", "b"),
            ("日本語 🎉\r\n", "日本語 🎉"),
            ("gone\r\n\x1b[H\x1b[2J\x1b[3Jseen\r\n", "seen"),
            ("\x1b[?1049h\x1b[Hfull screen\x1b[?1049lback\r\n", "back"),
            ("a\tb", "a       b"),
        ] {
            assert_eq!(seen(bytes.as_bytes()), text, "{bytes:?}");
        }
        assert_eq!(seen(b"bad \xff\xc3( end"), "bad \u{fffd}\u{fffd}( end");
    }

    #[test]
    fn long_lines_are_not_broken() {
        let line = "0123456789".repeat(73);
        assert_eq!(seen(format!("{line}\r\nend").as_bytes()), format!("{line}\nend"));
        let mut screen = Screen::new(1000, 1000, (COLUMNS, ROWS));
        screen.feed(line.as_bytes());
        assert_eq!(screen.cursor_line(), line);
    }

    #[test]
    fn cursor_line_keeps_its_space() {
        let mut screen = Screen::new(1000, 1000, (COLUMNS, ROWS));
        screen.feed("motd\r\n名@host:~$ ".as_bytes());
        assert_eq!(screen.cursor_line(), "名@host:~$ ");
        assert_eq!(screen.text(true).0, "motd");
    }

    #[test]
    fn a_hundred_megabytes_stay_small() {
        let mut screen = Screen::new(1000, 2000, (COLUMNS, ROWS));
        let chunk: String = (0..600).map(|i| format!("line {i} {}\r\n", "x".repeat(90))).collect();
        for _ in 0..40 {
            screen.feed(chunk.as_bytes());
        }
        let (text, dropped) = screen.text(false);
        assert!(text.starts_with("line 0 x") && text.ends_with('x'), "{text}");
        assert!(text.len() < 10_000 && dropped > 2_000_000, "{} {dropped}", text.len());
    }

    /// A wide character that does not fit into the last column goes to the next row, and leaves no blank behind.
    #[test]
    fn wide_characters_at_the_edge() {
        for columns in [9, 10, 11] {
            for text in [
                "日本語の長い行がここにある",
                "ab🎉cd🎉ef🎉gh🎉ij",
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}日日日日",
                "x日x日x日x日x日x日",
            ] {
                let mut screen = Screen::new(1000, 1000, (columns, ROWS));
                screen.feed(format!("{text}\r\nend").as_bytes());
                assert_eq!(screen.text(false).0, format!("{text}\nend"), "{columns}");
                let mut screen = Screen::new(1000, 1000, (columns, ROWS));
                screen.feed(text.as_bytes());
                assert_eq!(screen.cursor_line(), text, "{columns}");
            }
        }
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(text in "([a-z ]|\r|\n|é|日|🎉|\x1b\\[[0-3]?[AKJm]){0,80}", size in 1usize..9) {
            let mut screen = Screen::new(1000, 1000, (COLUMNS, ROWS));
            for chunk in text.as_bytes().chunks(size) {
                screen.feed(chunk);
            }
            prop_assert_eq!(screen.text(false).0, seen(text.as_bytes()));
        }
    }
}
