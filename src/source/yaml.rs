//! Where the YAML parser's errors stand in the text that it was given.

use super::Span;

/// The character that an error is about; empty at the end of a line or of the text. `None` if the error says no place.
///
/// libyaml counts lines at more characters than `\n`, but its index counts bytes.
pub(crate) fn error_span(text: &str, error: &serde_yaml::Error) -> Option<Span> {
    let index = error.location().map(|place| place.index()).filter(|index| *index > 0);
    // Of characters that YAML does not allow, the place is only in the message.
    let written = error.to_string();
    let position = || {
        let (_, bytes) = written.rsplit_once(" at position ")?;
        let digits: String = bytes.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let at = index.or_else(position).or_else(|| error.location().map(|_| 0))?;
    let at = floor_boundary(text, at);
    let width = text[at..].chars().next().filter(|c| !"\r\n".contains(*c)).map_or(0, char::len_utf8);
    Some(Span::new(at, at + width))
}

/// The last character boundary up to byte `at`.
pub(crate) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_that_an_error_is_about() {
        #[derive(Debug, serde::Deserialize)]
        struct Numbers {
            #[expect(dead_code, reason = "only read")]
            n: usize,
        }
        for (text, expected) in [
            ("n: “50”\n", "“"),
            ("# é\r\nn: “50”\r\n", "“"),
            ("\u{feff}n: x\n", "x"),
            ("\u{feff}# é\nn: “x”\n", "“"),
            ("# a\u{2028}b\u{85}c\nn: ü\n", "b"),
            ("n: ü: x\n", "ü"),
            ("ü: @\n", "@"),
            ("ü: 1\u{7}2\n", "\u{7}"),
            ("\u{feff}ü: 1\u{7}2\n", "\u{7}"),
            ("n: \"é\n", ""),
        ] {
            let error = serde_yaml::from_str::<Numbers>(text).expect_err(text);
            let span = error_span(text, &error).expect(text);
            assert_eq!(&text[span.range()], expected, "{text:?}: {error}");
        }
    }
}
