//! Text that is safe to show: no control sequence of a program that ran reaches a terminal or a log of ours.

/// Where a [`Cleaner`] is in a control sequence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// CSI, until its final character.
    Sequence,
    /// ESC and an intermediate character, until the final one.
    Intermediate,
    /// OSC, DCS, SOS, PM or APC, until BEL or ST.
    Text,
    TextEscape,
}

/// Takes escape sequences and control characters out of text that may come in pieces.
///
/// What is left has, of all control characters, only tabs and line feeds: no ESC, no C1 control in any form (U+0080 to U+009F),
/// no carriage return, and none of the characters that turn the direction of text (they can make a log lie about itself).
#[derive(Debug, Default)]
pub struct Cleaner {
    state: State,
}

impl Cleaner {
    /// Adds what is left of `text` to `out`.
    pub fn push(&mut self, text: &str, out: &mut String) {
        for c in text.chars() {
            self.state = match (self.state, c) {
                // CAN and SUB cancel, ESC begins anew.
                (_, '\u{18}' | '\u{1a}') => State::Ground,
                (State::Text, '\u{1b}') => State::TextEscape,
                (_, '\u{1b}') => State::Escape,
                (State::TextEscape, '\\') => State::Ground,
                (State::Escape | State::TextEscape, '[') => State::Sequence,
                (State::Escape | State::TextEscape, ']' | 'P' | 'X' | '^' | '_') => State::Text,
                (State::Escape | State::TextEscape | State::Intermediate, ' '..='/') => State::Intermediate,
                (State::Escape | State::TextEscape | State::Intermediate, '0'..='~') => State::Ground,
                (State::Text, '\u{7}' | '\u{9c}') => State::Ground,
                (State::Text, _) => State::Text,
                (State::Sequence, '@'..='~') => State::Ground,
                (State::Sequence, ' '..='?') => State::Sequence,
                (_, '\u{9b}') => State::Sequence,
                (_, '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}') => State::Text,
                (_, c) => {
                    if shown(c) {
                        out.push(c);
                    }
                    State::Ground
                }
            };
        }
    }
}

/// Where the last character begins, if its end is still to come.
pub(crate) fn whole_characters(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    let begun = (from..bytes.len()).rev().find(|at| bytes[*at] & 0xc0 != 0x80);
    match begun {
        Some(at) if std::str::from_utf8(&bytes[at..]).is_err_and(|error| error.error_len().is_none()) => at,
        _ => bytes.len(),
    }
}

fn shown(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    matches!(c, '\t' | '\n') || !(c.is_control() || turns)
}

/// All of `text` as a [`Cleaner`] leaves it.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    Cleaner::default().push(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leaves_text() {
        for (text, left) in [
            ("plain\ttext\n日本語 🎉", "plain\ttext\n日本語 🎉"),
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}a\u{1b}]8;;http://x\u{1b}\\b\u{9d}x\u{9c}c", "abc"),
            ("\u{1b}(Bx\u{1b}=y\u{1b}7z", "xyz"),
            ("a\rb\u{8}c\u{0}d\u{7f}", "abcd"),
            ("a\u{1b}", "a"),
            ("\u{1b}\u{1b}[31mx", "x"),
            ("\u{1b}[3\u{1b}[1mx", "x"),
            ("user\u{202e}gpj.exe", "usergpj.exe"),
            ("\u{1b}]0;never ends", ""),
            ("\u{1b}[1\nline", "\nline"),
        ] {
            assert_eq!(clean(text), left, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_control_character_is_left(text in "([\u{0}-\u{ff}]|\u{1b}|\u{9b}|[\\[\\]0-9;mPX]){0,60}", cut in 0usize..60) {
            let whole = clean(&text);
            prop_assert!(whole.chars().all(|c| matches!(c, '\t' | '\n') || !c.is_control()));
            let at = text.char_indices().map(|(i, _)| i).nth(cut).unwrap_or(text.len());
            let (mut cleaner, mut out) = (Cleaner::default(), String::new());
            cleaner.push(&text[..at], &mut out);
            cleaner.push(&text[at..], &mut out);
            prop_assert_eq!(out, whole);
        }
    }
}
