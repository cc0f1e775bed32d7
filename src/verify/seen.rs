//! What a terminal shows, for a listener that has a terminal of its own to show it: as it was printed, without secrets.

use crate::report::Secrets;

/// Bytes that are kept back at most.
const HELD: usize = 64 << 10;

/// What is shown, piece by piece. A secret may be split between pieces, so what may be its beginning is kept back; and so is the
/// beginning of a character.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    secrets: &'a Secrets,
    /// Perhaps the beginning of a secret.
    held: Vec<u8>,
    /// The beginning of a character.
    partial: Vec<u8>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(secrets: &'a Secrets) -> Self {
        Self { secrets, held: Vec::new(), partial: Vec::new() }
    }

    /// What can be told once these bytes have come.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<String> {
        self.held.extend_from_slice(bytes);
        // Only text made for it, a secret over and over, is kept for so long.
        self.told(self.held.len() > HELD)
    }

    /// What is left at the end of a step.
    pub(super) fn end(&mut self) -> Option<String> {
        self.told(true)
    }

    fn told(&mut self, end: bool) -> Option<String> {
        let (masked, used) = self.secrets.mask_part(&self.held, end);
        self.held.drain(..used);
        self.partial.extend(masked);
        let whole = match std::str::from_utf8(&self.partial) {
            Err(error) if error.error_len().is_none() && !end => error.valid_up_to(),
            _ => self.partial.len(),
        };
        let text = String::from_utf8_lossy(&self.partial[..whole]).into_owned();
        self.partial.drain(..whole);
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_as_it_was_printed_and_without_secrets_however_it_comes() {
        for (shown, told) in [
            (&b"a\r\n\x1b[31mred\x1b[0m"[..], "a\r\n\x1b[31mred\x1b[0m"),
            ("caf\u{e9} \u{1f389}".as_bytes(), "caf\u{e9} \u{1f389}"),
            (b"my hunter2 x hunt", "my [masked] x hunt"),
            (b"hunt\x1b[0mer2", "[masked]\x1b[0m"),
        ] {
            for size in 1..=shown.len() {
                let secrets = Secrets::new(["hunter2"]);
                let mut seen = Seen::new(&secrets);
                let mut all: String = shown.chunks(size).filter_map(|piece| seen.push(piece)).collect();
                all.extend(seen.end());
                assert_eq!(all, told, "{shown:?} in pieces of {size}");
            }
        }
    }
}
