//! Secrets taken out of what is written down.

use std::{collections::BTreeSet, ops::Range};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// What stands for a secret.
pub const MASK: &str = "[masked]";

/// A line of a secret of several lines is a secret of its own from this many bytes on.
const LINE: usize = 8;

/// Base64 and hexadecimal text of a secret is looked for from this many characters on; shorter text says too little to be told
/// from others.
const ENCODED: usize = 4;

/// A secret of fewer characters is masked only where it is a word of its own: an output in which every `1` is masked tells
/// nobody anything, and gives the secret away besides.
const SHORT: usize = 4;
/// Bytes of a word from which on it may be cut.
const LONGEST_WORD: usize = 256;

/// Bytes of escape sequences and line ends between two characters of a secret.
const GAP: usize = 256;

/// What to take out: the secrets as they are; as URLs, HTML, JSON and shells write them, character by character; and inside
/// base64 and hexadecimal text. What a program makes of a secret otherwise (its reverse, its hash) is not known.
///
/// Line ends inside a secret do not hide it, since a terminal and `base64` break long lines; nor do colours and a cursor that
/// steps back. Mask a text *before* it is compared, since a comparison holds offsets into it.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    needles: Vec<Needle>,
}

/// One form of a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Needle {
    /// For each character all that it may be written as.
    units: Vec<Vec<Vec<u8>>>,
    /// It counts only as a word of its own.
    word: bool,
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
        let mut needles = BTreeSet::new();
        for secret in secrets {
            let secret = secret.as_ref();
            let lines = secret.lines().filter(|line| line.len() >= LINE);
            for part in std::iter::once(secret).chain([secret.trim()]).chain(lines) {
                let word = part.chars().count() < SHORT;
                needles.insert(Needle { units: part.chars().map(forms).collect(), word });
                if !word {
                    needles.extend((0..3).flat_map(|before| encoded(part.as_bytes(), before)).map(Needle::plain));
                    needles.extend(hexadecimal(part.as_bytes()).map(Needle::plain));
                }
            }
        }
        needles.retain(|needle| needle.units.iter().any(|forms| !forms[0].is_empty()));
        Self { needles: needles.into_iter().collect() }
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
        let (ranges, _) = if self.is_empty() { Default::default() } else { self.find(text.as_bytes(), true) };
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
        let (ranges, mut safe) = self.find(bytes, end);
        if end {
            safe = bytes.len();
        } else if self.needles.iter().any(|needle| needle.word) {
            // What stands before a short secret says whether it is one, so no word is cut, but for one that is too long to be it.
            let word = bytes[..safe].iter().rev().take(LONGEST_WORD).take_while(|byte| is_word(byte)).count();
            safe -= word % LONGEST_WORD;
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
            sequences(&bytes[range.clone()], &mut out);
            at = range.end;
        }
        out.extend_from_slice(&bytes[at..safe]);
        (out, safe)
    }

    /// Where secrets stand, merged where they overlap, and from where on one may have begun.
    fn find(&self, bytes: &[u8], at_end: bool) -> (Vec<Range<usize>>, usize) {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut open = bytes.len();
        // By the byte that they begin with.
        let mut begins = vec![Vec::new(); 256];
        for (index, needle) in self.needles.iter().enumerate() {
            for first in needle.units.first().into_iter().flatten().filter_map(|form| form.first()) {
                let there: &mut Vec<usize> = &mut begins[usize::from(*first)];
                if there.last() != Some(&index) {
                    there.push(index);
                }
            }
        }
        for (start, first) in bytes.iter().enumerate() {
            let mut end = start;
            for index in &begins[usize::from(*first)] {
                match self.needles[*index].found(bytes, start, at_end) {
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

/// Whether a byte belongs to a word.
fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80
}

impl Needle {
    fn plain(text: Vec<u8>) -> Self {
        Self { units: text.into_iter().map(|byte| vec![vec![byte]]).collect(), word: false }
    }

    /// Walks over the text with all forms at once. The longest end counts.
    fn found(&self, bytes: &[u8], start: usize, at_end: bool) -> Found {
        if self.word && start.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(is_word) {
            return Found::Nothing;
        }
        let (mut perhaps, mut to) = (false, None);
        // Characters that are matched, and where the text goes on.
        let mut open = vec![(0, start)];
        let mut seen = Vec::new();
        while let Some((matched, at)) = open.pop() {
            if seen.contains(&(matched, at)) {
                continue;
            }
            seen.push((matched, at));
            let Some(forms) = self.units.get(matched) else {
                match bytes.get(at) {
                    None if self.word && !at_end => perhaps = true,
                    next if self.word && next.is_some_and(is_word) => {}
                    _ => to = to.max(Some(at)),
                }
                continue;
            };
            let mut go_on = |at: usize| {
                let rest = &bytes[at..];
                for form in forms {
                    if rest.starts_with(form) {
                        open.push((matched + 1, at + form.len()));
                    } else if rest.len() < form.len() && form.starts_with(rest) {
                        perhaps = true;
                    }
                }
            };
            go_on(at);
            if matched > 0 && bytes.get(at).is_some_and(|byte| matches!(byte, b'\x1b' | b'\x08' | b'\r' | b'\n' | b' '))
            {
                let gap = gap(bytes, at, !self.word);
                gap.ends.iter().for_each(|at| go_on(*at));
                perhaps |= gap.open;
                open.extend(gap.back.iter().filter(|_| matched > 1).map(|back| (matched - 1, *back)));
            }
        }
        match to {
            Some(to) => Found::To(to),
            None if perhaps => Found::Perhaps,
            None => Found::Nothing,
        }
    }
}

/// What may stand between two characters of a secret.
struct Gap {
    /// Where the next character may stand.
    ends: Vec<usize>,
    /// Behind a step back of the cursor: the character before it is written again.
    back: Vec<usize>,
    /// The text ends in it.
    open: bool,
}

/// Nothing; escape sequences; and, if it may `wrap`, one line end: more are something else, and would be kept for long.
fn gap(bytes: &[u8], start: usize, wrap: bool) -> Gap {
    let mut gap = Gap { ends: Vec::new(), back: Vec::new(), open: false };
    let (mut at, mut wrapped) = (start, !wrap);
    while at - start < GAP {
        let rest = &bytes[at..];
        let length = match rest {
            [] => break,
            [b'\x1b', ..] => match sequence(rest) {
                Some(length) => length,
                None => {
                    gap.open = true;
                    break;
                }
            },
            [b'\x08', ..] => {
                gap.back.push(at + 1);
                break;
            }
            [b'\r' | b'\n', ..] if !wrapped => {
                wrapped = true;
                rest.iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
            }
            // How readline goes to the next line at the edge of the terminal.
            [b' ', b'\r', ..] if !wrapped => {
                wrapped = true;
                2
            }
            [b' '] if !wrapped => {
                gap.open = true;
                break;
            }
            _ => break,
        };
        at += length;
        gap.ends.push(at);
    }
    gap
}

/// The length of the escape sequence that a text begins with; none if the text ends in it.
fn sequence(bytes: &[u8]) -> Option<usize> {
    let until = |from: usize, ends: fn(u8) -> bool| {
        let end = bytes.iter().take(GAP).skip(from).position(|byte| ends(*byte)).map(|at| from + at + 1);
        // One without an end is none.
        end.or((bytes.len() >= GAP).then_some(1))
    };
    match *bytes.get(1)? {
        b'[' => until(2, |byte| (0x40..=0x7e).contains(&byte)),
        b']' | b'P' | b'_' | b'^' => until(2, |byte| matches!(byte, 0x07 | b'\\')),
        0x20..=0x2f => bytes.get(2).map(|_| 3),
        _ => Some(2),
    }
}

/// Adds the escape sequences of a text: what they switch on or off holds behind it, too. Those that hold a text (a title, a mark)
/// could hold a secret.
fn sequences(bytes: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\x1b') {
        let begin = at + found;
        let Some(length) = sequence(&bytes[begin..]) else { return };
        at = begin + length;
        if !matches!(bytes[begin + 1], b']' | b'P' | b'_' | b'^') {
            out.extend_from_slice(&bytes[begin..at]);
        }
    }
}

/// All that a character is written as: as it is, in URLs, in HTML, in JSON and in shells.
fn forms(c: char) -> Vec<Vec<u8>> {
    let mut own = [0; 4];
    let own = c.encode_utf8(&mut own);
    let percent = |upper: bool| -> String {
        own.bytes().map(|byte| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") }).collect()
    };
    let code = u32::from(c);
    let mut forms: Vec<String> = match c {
        // A line end is found by what stands on its lines.
        '\n' => vec![String::new(), "\\n".into()],
        '\r' => vec![String::new(), "\\r".into()],
        _ => vec![own.to_owned()],
    };
    forms.extend([percent(true), percent(false)]);
    if !c.is_alphanumeric() {
        forms.extend([format!("&#{code};"), format!("&#{code:03};"), format!("&#x{code:x};"), format!("&#x{code:X};")]);
        forms.extend(c.is_ascii().then(|| format!("\\{code:03o}")));
        forms.extend((c.is_ascii() && !c.is_control()).then(|| format!("\\{c}")));
    }
    let mut units = [0; 2];
    let json = |upper: bool, units: &[u16]| -> String {
        units.iter().map(|unit| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }).collect()
    };
    let units = c.encode_utf16(&mut units);
    forms.extend([json(true, units), json(false, units)]);
    let more: &[&str] = match c {
        '&' => &["&amp;"],
        '<' => &["&lt;"],
        '>' => &["&gt;"],
        '"' => &["&quot;"],
        '\'' => &["&apos;", r"'\''", "'\"'\"'"],
        ' ' => &["+"],
        '\t' => &["\\t"],
        _ => &[],
    };
    forms.extend(more.iter().map(|form| (*form).to_owned()));
    let mut forms: Vec<Vec<u8>> = forms.into_iter().map(String::into_bytes).collect();
    forms.dedup();
    forms
}

/// As `od`, `xxd` and `hexdump` write it.
fn hexadecimal(secret: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let lower = |between: &str| secret.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between);
    [lower(""), lower(" "), lower(":")].into_iter().flat_map(|text| [text.to_uppercase(), text]).map(String::into_bytes)
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
            // Colours, the edge of a terminal, a cursor that goes back.
            ("h\u{1b}[01;31m\u{1b}[Kunter2\u{1b}[m\u{1b}[K!", "[masked]\u{1b}[01;31m\u{1b}[K\u{1b}[m\u{1b}[K!"),
            ("hun \rter2", "[masked]"),
            // A title, or a mark, with the secret in it.
            ("hunt\u{1b}]0;hunter2\u{7}\u{1b}[1mer2", "[masked]\u{1b}[1m"),
            ("hunte\u{8}\u{8}ter2", "[masked]"),
            ("68756e74657232", "[masked]"),
            ("68 75 6e 74 65 72 32", "[masked]"),
        ] {
            assert_eq!(secrets.mask(text), masked, "{text:?}");
        }
        assert!(Secrets::new([""]).is_empty());
    }

    #[test]
    fn knows_how_others_write_a_secret() {
        let secret = "s3'r\"t/p+w&u\\X <ü>";
        let secrets = Secrets::new([secret]);
        for (what, text) in [
            ("URL", "s3%27r%22t%2Fp%2Bw%26u%5CX%20%3C%C3%BC%3E"),
            ("URL, in small letters", "s3%27r%22t%2fp%2bw%26u%5cX%20%3c%c3%bc%3e"),
            ("form", "s3%27r%22t%2Fp%2Bw%26u%5CX+%3C%C3%BC%3E"),
            ("path of a URL", "s3'r%22t/p+w&u%5CX%20%3C%C3%BC%3E"),
            ("HTML", "s3'r&quot;t/p+w&amp;u\\X &lt;ü&gt;"),
            ("HTML, attribute", "s3&#39;r&quot;t/p+w&amp;u\\X &lt;ü&gt;"),
            ("HTML, Python and Go", "s3&#x27;r&#34;t/p+w&amp;u\\X &lt;ü&gt;"),
            ("JSON", r#"s3'r\"t/p+w&u\\X <ü>"#),
            ("JSON, PHP", r#"s3'r\"t\/p+w&u\\X <\u00fc>"#),
            ("JSON for HTML", r#"s3\u0027r\u0022t/p+w\u0026u\\X \u003cü\u003E"#),
            ("shell, quoted", r#"s3'\''r"t/p+w&u\X <ü>"#),
            ("shell, printf %q", r#"s3\'r\"t/p+w\&u\\X\ \<ü\>"#),
            ("shell, double quotes", r#"s3'r\"t/p+w&u\\X <ü>"#),
            ("set -x", "s3'\"'\"'r\"t/p+w&u\\X <ü>"),
        ] {
            assert_eq!(secrets.mask(&format!("a {text} z")), "a [masked] z", "{what}");
        }
    }

    #[test]
    fn short_secrets_are_masked_as_words() {
        let secrets = Secrets::new(["1", "ab", "pw#"]);
        for (text, masked) in [
            ("1 of 21, 10, x1, 1.5", "[masked] of 21, 10, x1, [masked].5"),
            ("ab cab abc ab", "[masked] cab abc [masked]"),
            ("pw# xpw#", "[masked] xpw#"),
            ("a\nb", "a\nb"),
            ("MQ== YWI=", "MQ== YWI="),
        ] {
            assert_eq!(secrets.mask(text), masked, "{text:?}");
        }
        // What follows decides, and it is waited for.
        assert_eq!(secrets.mask_part(b"x ab", false), (b"x ".to_vec(), 2));
        assert_eq!(secrets.mask_part(b"x abc ", false), (b"x abc ".to_vec(), 6));
    }

    #[test]
    fn long_texts_take_no_time() {
        let secrets = Secrets::new(["s3cr3t/p+w&uX", "aaaaaaaaab", "correct horse battery staple"]);
        let begin = std::time::Instant::now();
        let text = "aaaaaaaaaaaaaaaa\n%73%33&#x26; \\u0073 \u{1b}[0m".repeat(4_000);
        assert_eq!(secrets.mask(&text), text);
        assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    }

    proptest! {
        #[test]
        fn is_found_in_any_pieces_and_colours(
            secret in "[!-~]{4,12}", at in 0usize..12, size in 1usize..9, before in "[a-z ]{0,6}", sign in "\u{1b}\\[[0-9;]{0,5}m|\r\n| \r",
        ) {
            let secrets = Secrets::new([&secret]);
            let at = at.clamp(1, secret.len() - 1);
            let text = format!("{before} {}{sign}{} end", &secret[..at], &secret[at..]);
            let (mut out, mut rest) = (Vec::new(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                rest.extend_from_slice(piece);
                let (masked, used) = secrets.mask_part(&rest, false);
                out.extend(masked);
                rest.drain(..used);
            }
            out.extend(secrets.mask_part(&rest, true).0);
            let out = String::from_utf8(out).unwrap();
            prop_assert!(out.contains(MASK), "{out:?}");
        }

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
