//! Runs of classes over a text: how a highlighted block is kept, and how it becomes HTML.
//!
//! A run is a class and a length in bytes. The text itself is not kept: whoever asks for the HTML has it. So a block of
//! ten lines takes some hundred bytes of memory and of the cache file, and nothing that the file holds can alter a text.

use super::class::Class;

/// Collects runs, joins equal neighbours and packs each into one to three bytes: a LEB128 number, length × 16 + class.
#[derive(Debug, Default)]
pub(super) struct Packer {
    packed: Vec<u8>,
    class: Class,
    length: usize,
    blank: usize,
}

impl Packer {
    /// Appends a piece of text of one class. White space takes the class of what surrounds it, so that `NOT NULL` is
    /// one span; it may include line ends.
    pub(super) fn push(&mut self, class: Class, length: usize, is_blank: bool) {
        if is_blank {
            self.blank += length;
        } else if class == self.class {
            self.length += self.blank + length;
            self.blank = 0;
        } else {
            self.flush();
            (self.class, self.length) = (class, length);
        }
    }

    /// Appends runs that were packed before, of `text`.
    pub(super) fn extend(&mut self, packed: &[u8], text: &str) {
        let mut rest = text;
        for (class, length) in Unpacker(packed) {
            let Some((piece, after)) = rest.split_at_checked(length) else {
                break;
            };
            self.push(class, length, is_blank(piece));
            rest = after;
        }
        if !rest.is_empty() {
            self.push(Class::Plain, rest.len(), is_blank(rest));
        }
    }

    /// The packed runs. Plain text at the end is left out.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.class != Class::Plain {
            self.flush();
        }
        self.packed
    }

    fn flush(&mut self) {
        if self.class == Class::Plain {
            self.length += self.blank;
        }
        self.pack(self.class, self.length);
        if self.class != Class::Plain {
            self.pack(Class::Plain, self.blank);
        }
        (self.length, self.blank) = (0, 0);
    }

    fn pack(&mut self, class: Class, length: usize) {
        if length == 0 {
            return;
        }
        let mut number = length << 4 | class as usize;
        while number >= 0x80 {
            self.packed.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.packed.push(number as u8);
    }
}

/// Reads packed runs; ends early at bytes that are none.
struct Unpacker<'a>(&'a [u8]);

impl Iterator for Unpacker<'_> {
    type Item = (Class, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some((Class::ALL[number & 0xf], number >> 4));
            }
            shift += 7;
            if shift > 28 {
                return None;
            }
        }
    }
}

/// True for text that a span would not change.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}

/// The HTML of `text`, line for line; every line closes the spans it opens, and white
/// space around a run stays outside. Runs that do not fit the text colour it
/// wrongly, but leave it whole.
pub(super) fn html(text: &str, packed: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + packed.len() * 12 + 16);
    let mut rest = text;
    for (class, length) in Unpacker(packed) {
        let Some((run, after)) = rest.split_at_checked(length) else {
            break;
        };
        rest = after;
        if class == Class::Plain {
            escape(run, &mut out);
            continue;
        }
        for (i, piece) in run.split('\n').enumerate() {
            if i > 0 {
                out.push('\n');
            }
            let after_indent = piece.trim_ascii_start();
            let code = after_indent.trim_ascii_end();
            out.push_str(&piece[..piece.len() - after_indent.len()]);
            if !code.is_empty() {
                out.push_str("<span class=");
                out.push(class.letter());
                out.push('>');
                escape(code, &mut out);
                out.push_str("</span>");
            }
            out.push_str(&after_indent[code.len()..]);
        }
    }
    escape(rest, &mut out);
    out
}

/// Appends text with what HTML reserves escaped.
fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(entity);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(pieces: &[(Class, &str)]) -> (String, Vec<u8>) {
        let mut packer = Packer::default();
        for (class, text) in pieces {
            packer.push(*class, text.len(), is_blank(text));
        }
        (pieces.iter().map(|(_, text)| *text).collect(), packer.finish())
    }

    #[test]
    fn joins_equal_neighbours_over_white_space() {
        let (text, packed) = pack(&[
            (Class::Keyword, "NOT"),
            (Class::Plain, " "),
            (Class::Keyword, "NULL"),
            (Class::Comment, " "),
            (Class::Plain, "x"),
        ]);
        assert_eq!(html(&text, &packed), "<span class=k>NOT NULL</span> x");
        assert_eq!(packed.len(), 3);
    }

    #[test]
    fn closes_and_opens_spans_at_line_ends() {
        let (text, packed) = pack(&[(Class::Comment, "/* a\n\n  b */"), (Class::Plain, "\n<")]);
        assert_eq!(html(&text, &packed), "<span class=c>/* a</span>\n\n  <span class=c>b */</span>\n&lt;");
    }

    #[test]
    fn runs_that_do_not_fit_leave_the_text_whole() {
        for packed in [&[0x21, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &[0x51, 0x22], &[0x11], &[0x80]] {
            let html = html("aé<b", packed);
            let text = html.replace("<span class=k>", "").replace("</span>", "");
            assert_eq!(text, "aé&lt;b");
        }
    }

    #[test]
    fn long_runs_take_more_bytes() {
        let long = "x".repeat(5000);
        let (text, packed) = pack(&[(Class::Keyword, &long), (Class::Plain, " y")]);
        assert_eq!(html(&text, &packed), format!("<span class=k>{long}</span> y"));
    }
}
