//! What a terminal shows while a step is done, made harmless for a listener.

use super::event::OUTPUT;
use crate::{
    report::Secrets,
    terminal::clean::{Cleaner, whole_characters},
};

/// The output of one step, piece by piece. A secret may be split between pieces, so what may be its beginning is kept back.
#[derive(Debug)]
pub(super) struct Heard<'a> {
    secrets: &'a Secrets,
    cleaner: Cleaner,
    /// The beginning of a character.
    partial: Vec<u8>,
    /// A carriage return at the end of a piece.
    returned: bool,
    /// Perhaps the beginning of a secret.
    held: String,
    /// Bytes that may still be told.
    left: usize,
}

impl<'a> Heard<'a> {
    pub(super) fn new(secrets: &'a Secrets) -> Self {
        let (cleaner, partial, held) = (Cleaner::default(), Vec::new(), String::new());
        Self { secrets, cleaner, partial, returned: false, held, left: OUTPUT }
    }

    /// What can be told once these bytes have come.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<String> {
        if self.left == 0 {
            return None;
        }
        self.partial.extend_from_slice(bytes);
        let whole = whole_characters(&self.partial);
        let text = String::from_utf8_lossy(&self.partial[..whole]).into_owned();
        self.partial.drain(..whole);
        for part in text.split_inclusive(['\r', '\n']) {
            let (part, returns) = part.strip_suffix('\r').map_or((part, false), |part| (part, true));
            if self.returned && part != "\n" && !(part.is_empty() && returns) {
                self.held.push('\r');
            }
            self.returned = returns;
            self.cleaner.push(part, &mut self.held);
        }
        self.told(false)
    }

    /// What is left at the end of the step.
    pub(super) fn end(&mut self) -> Option<String> {
        self.told(true)
    }

    fn told(&mut self, end: bool) -> Option<String> {
        let (masked, length) = self.secrets.mask_part(self.held.as_bytes(), end);
        // Secrets begin and end where characters do.
        let mut masked = String::from_utf8_lossy(&masked).into_owned();
        self.held = String::from_utf8_lossy(&self.held.as_bytes()[length..]).into_owned();
        let cut = (0..=self.left.min(masked.len())).rev().find(|at| masked.is_char_boundary(*at)).unwrap_or(0);
        if cut < masked.len() {
            masked.truncate(cut);
            self.left = 0;
        } else {
            self.left -= cut;
        }
        (!masked.is_empty()).then_some(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_clean_and_without_secrets_however_it_comes() {
        for (shown, told) in [
            (&b"a\r\nb\tc\n"[..], "a\nb\tc\n"),
            (b"10%\r20%\r\n", "10%\r20%\n"),
            (b"a\r\r\nb", "a\nb"),
            (b"\x1b[31mred\x1b[0m \x1b]0;title\x07x", "red x"),
            ("caf\u{e9} \u{9b}2J\u{202e}x".as_bytes(), "caf\u{e9} x"),
            (b"my hunter2 x hunt", "my [masked] x hunt"),
            (b"hunt\x1b[0mer2", "[masked]"),
        ] {
            for size in 1..=shown.len() {
                let secrets = Secrets::new(["hunter2"]);
                let mut heard = Heard::new(&secrets);
                let mut all: String = shown.chunks(size).filter_map(|piece| heard.push(piece)).collect();
                all.extend(heard.end());
                assert_eq!(all, told, "{shown:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn has_an_end() {
        let secrets = Secrets::default();
        let mut heard = Heard::new(&secrets);
        let told: usize = (0..100).filter_map(|_| heard.push("é".repeat(10_000).as_bytes())).map(|t| t.len()).sum();
        assert!(told <= OUTPUT && told > OUTPUT - 20_000, "{told}");
    }
}
