//! What a terminal shows, piece by piece, for whoever shows it on another one: as it was printed, without secrets.

use super::Secrets;
use crate::terminal::clean::whole_characters;

/// Bytes that are kept back at most.
pub(super) const HELD: usize = 64 << 10;

/// The part of a stream that cannot be told yet: a secret may be split between pieces, so what may be its beginning is kept back; and so is
/// the beginning of a character.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// Perhaps the beginning of a secret.
    pub(super) held: Vec<u8>,
    /// The beginning of a character.
    partial: Vec<u8>,
}

impl Stream {
    /// What can be told once these bytes have come.
    pub(crate) fn push(&mut self, bytes: &[u8], secrets: &Secrets) -> Option<String> {
        self.held.extend_from_slice(bytes);
        let mut text = self.take(secrets, false);
        // Only text made for it, a secret over and over, is kept for so long.
        if self.held.len() > HELD {
            text += &self.take(secrets, true);
        }
        (!text.is_empty()).then_some(text)
    }

    /// What was kept back.
    pub(crate) fn end(&mut self, secrets: &Secrets) -> Option<String> {
        Some(self.take(secrets, true)).filter(|text| !text.is_empty())
    }

    fn take(&mut self, secrets: &Secrets, end: bool) -> String {
        let (masked, used) = secrets.mask_part(&self.held, end);
        self.held.drain(..used);
        self.partial.extend(masked);
        let whole = if end { self.partial.len() } else { whole_characters(&self.partial) };
        let text = String::from_utf8_lossy(&self.partial[..whole]).into_owned();
        self.partial.drain(..whole);
        text
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
                let mut stream = Stream::default();
                let mut all: String = shown.chunks(size).filter_map(|piece| stream.push(piece, &secrets)).collect();
                all.extend(stream.end(&secrets));
                assert_eq!(all, told, "{shown:?} in pieces of {size}");
            }
        }
    }

    /// However large a piece is, a secret that begins at its end is kept back.
    #[test]
    fn a_large_piece_is_no_reason_to_tell_the_beginning_of_a_secret() {
        let (secrets, mut stream) = (Secrets::new(["hunter2"]), Stream::default());
        let told = stream.push(&[&[b'x'; HELD + 1][..], b" hunt"].concat(), &secrets).expect("most of it");
        assert!(told.len() > HELD && !told.contains("hunt"));
        assert_eq!(stream.push(b"er2 y", &secrets).as_deref(), Some("[masked] y"));
    }
}
