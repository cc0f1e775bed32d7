//! Secrets taken out of what is written down.

use std::ops::Range;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// What stands for a secret.
pub const MASK: &str = "[masked]";

/// A line of a secret of several lines is a secret of its own from this many bytes on.
const LINE: usize = 8;

/// Base64 text of a secret is looked for from this many characters on; shorter text says too little to be told from others.
const ENCODED: usize = 4;

/// What to take out: the secrets as they are, and inside base64 text, standard and URL-safe, at any of its three alignments.
///
/// Line ends inside a secret do not hide it: a terminal and `base64` break long lines. Mask a text *before* it is compared,
/// since a comparison holds offsets into it, and after escape sequences are out of it.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Without line ends, by first byte.
    needles: Vec<Vec<u8>>,
}

/// What a text, from one place on, has of a needle.
enum Found {
    Nothing,
    /// All of it, to this place.
    To(usize),
    /// Its beginning, and then the text ends.
    Perhaps,
}

impl Secrets {
    /// Secrets to mask. An empty one is none.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            let secret = secret.as_ref();
            let lines = secret.lines().filter(|line| line.len() >= LINE);
            for part in std::iter::once(secret).chain([secret.trim()]).chain(lines) {
                needles.push(part.bytes().filter(|b| !is_line_end(*b)).collect());
                needles.extend((0..3).flat_map(|before| encoded(part.as_bytes(), before)));
            }
        }
        needles.retain(|needle: &Vec<u8>| !needle.is_empty());
        needles.sort();
        needles.dedup();
        Self { needles }
    }

    /// Whether there is nothing to mask.
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// `text` with [`MASK`] for every secret; secrets that overlap become one mask.
    pub fn mask(&self, text: &str) -> String {
        let (masked, _) = self.mask_part(text.as_bytes(), true);
        // Needles begin and end where characters do, and so does what is left.
        String::from_utf8_lossy(&masked).into_owned()
    }

    /// `text` as [`mask`](Self::mask) gives it, and where its bytes are then.
    pub(super) fn masked(&self, text: &str) -> Masked {
        let (ranges, _) = if self.is_empty() { Default::default() } else { self.find(text.as_bytes()) };
        let mut masked = Masked { text: String::with_capacity(text.len()), masks: Vec::new() };
        let mut at = 0;
        for range in ranges {
            // Needles begin and end where characters do.
            masked.text.push_str(text.get(at..range.start).unwrap_or_default());
            at = range.end;
            masked.masks.push((range, masked.text.len()));
            masked.text.push_str(MASK);
        }
        masked.text.push_str(text.get(at..).unwrap_or_default());
        masked
    }

    /// Masks the part of a stream that no later part can change. Gives it, and how many bytes it was: the rest belongs before
    /// the next part. At the `end` there is no rest.
    pub(crate) fn mask_part(&self, bytes: &[u8], end: bool) -> (Vec<u8>, usize) {
        if self.is_empty() {
            return (bytes.to_vec(), bytes.len());
        }
        let (ranges, mut safe) = self.find(bytes);
        if end {
            safe = bytes.len();
        }
        let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
        for range in ranges {
            if range.end > safe {
                // A secret that may go on as a longer one.
                safe = safe.min(range.start);
                break;
            }
            out.extend_from_slice(&bytes[at..range.start]);
            out.extend_from_slice(MASK.as_bytes());
            at = range.end;
        }
        out.extend_from_slice(&bytes[at..safe]);
        (out, safe)
    }

    /// Where secrets stand, merged where they overlap, and from where on one may have begun.
    fn find(&self, bytes: &[u8]) -> (Vec<Range<usize>>, usize) {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut open = bytes.len();
        for (start, first) in bytes.iter().enumerate() {
            let from = self.needles.partition_point(|needle| needle[0] < *first);
            let mut end = start;
            for needle in self.needles[from..].iter().take_while(|needle| needle[0] == *first) {
                match found(bytes, start, needle) {
                    Found::Nothing => {}
                    Found::To(to) => end = end.max(to),
                    Found::Perhaps => open = open.min(start),
                }
            }
            if end > start {
                match ranges.last_mut() {
                    Some(last) if start < last.end => last.end = last.end.max(end),
                    _ => ranges.push(start..end),
                }
            }
        }
        (ranges, open)
    }
}

/// A text with masks, and what they stand for.
pub(super) struct Masked {
    /// The text.
    pub(super) text: String,
    /// Bytes of the text as it was, and where the mask for them begins.
    masks: Vec<(Range<usize>, usize)>,
}

impl Masked {
    /// Bytes of the text as it was, as bytes of this one: what touches a secret has its whole mask.
    pub(super) fn moved(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize, end: bool| {
            let before = self.masks.partition_point(|(mask, _)| if end { mask.start < at } else { mask.start <= at });
            match before.checked_sub(1).map(|last| &self.masks[last]) {
                None => at,
                Some((mask, begin)) if at < mask.end || end && at == mask.end => {
                    begin + if end { MASK.len() } else { 0 }
                }
                Some((mask, begin)) => begin + MASK.len() + (at - mask.end),
            }
        };
        let start = place(range.start, false);
        // An insertion stays one.
        if range.is_empty() { start..start } else { start..place(range.end, true) }
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn found(bytes: &[u8], start: usize, needle: &[u8]) -> Found {
    let mut at = start;
    for (index, wanted) in needle.iter().enumerate() {
        // One line end between two bytes of a secret is a broken line; more are something else, and would be kept for long.
        let ends = if index == 0 { 0 } else { bytes[at..].iter().take(2).take_while(|b| is_line_end(**b)).count() };
        at += ends;
        match bytes.get(at) {
            None => return Found::Perhaps,
            Some(byte) if byte == wanted => at += 1,
            Some(_) => return Found::Nothing,
        }
    }
    Found::To(at)
}

/// The characters that base64 has for a secret and nothing else, if `before` bytes (modulo 3) come before it.
fn encoded(secret: &[u8], before: usize) -> impl Iterator<Item = Vec<u8>> {
    let padded = [vec![0; before].as_slice(), secret, &[0; 2]].concat();
    let own = (before * 8).div_ceil(6)..(before + secret.len()) * 8 / 6;
    [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
        .into_iter()
        .filter_map(move |text| text.as_bytes().get(own.clone()).map(<[u8]>::to_vec))
        .filter(|needle| needle.len() >= ENCODED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    #[test]
    fn masks() {
        let secrets = Secrets::new(["hunter2", "ünsafe", "", "abcdef", "defghi", "line one\nline two, long"]);
        for (text, masked) in [
            ("no secret", "no secret"),
            ("pw=hunter2;", "pw=[masked];"),
            ("hunter2hunter2", "[masked][masked]"),
            ("hunt\r\ner2", "[masked]"),
            ("hunt\n\n\ner2", "hunt\n\n\ner2"),
            ("é ünsafe é", "é [masked] é"),
            ("abcdefghi", "[masked]"),
            ("line one\r\nline two, long.", "[masked]."),
            ("> line two, long", "> [masked]"),
            ("aHVudGVyMg==", "[masked]g=="),
        ] {
            assert_eq!(secrets.mask(text), masked, "{text:?}");
        }
        assert!(Secrets::new([""]).is_empty());
    }

    proptest! {
        #[test]
        fn is_found_in_base64(secret in "[!-~]{6,20}", before in ".{0,7}", after in ".{0,7}") {
            let secrets = Secrets::new([&secret]);
            let whole = format!("{before}{secret}{after}");
            for text in [STANDARD.encode(&whole), URL_SAFE.encode(&whole)] {
                prop_assert!(secrets.mask(&text).contains(MASK), "{}", text);
            }
            prop_assert!(!secrets.mask(&whole).contains(&secret));
        }

        #[test]
        fn parts_are_masked_as_the_whole(text in "([abc\n]|abcab|bcc){0,30}", cuts in prop::collection::vec(0usize..60, 0..5)) {
            let secrets = Secrets::new(["abcab", "bcc", "cabca"]);
            let (mut out, mut rest, mut at) = (Vec::new(), Vec::new(), 0);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            for cut in cuts {
                rest.extend_from_slice(&text.as_bytes()[at..cut]);
                let (masked, used) = secrets.mask_part(&rest, false);
                out.extend(masked);
                rest.drain(..used);
                at = cut;
            }
            rest.extend_from_slice(&text.as_bytes()[at..]);
            out.extend(secrets.mask_part(&rest, true).0);
            prop_assert_eq!(String::from_utf8(out).unwrap(), secrets.mask(&text));
        }
    }
}
