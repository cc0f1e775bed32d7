//! What guidepost has put into a shell's prompts is taken out of what the terminal prints: `echo "$PS1"` shows the reader's own.

use super::inject;
use std::borrow::Cow;

/// Takes known texts out of a stream of bytes that may come in pieces. All of them begin with a backslash.
#[derive(Debug, Default)]
pub(crate) struct Veil {
    /// The texts, in each form in which a shell shows a value.
    texts: Vec<Vec<u8>>,
    /// Bytes that may begin one.
    held: Vec<u8>,
}

impl Veil {
    /// From now on, what a shell was told under this key shows no more.
    pub(crate) fn hide(&mut self, key: &str) {
        for text in inject::in_prompts(key) {
            for form in [text.clone(), quoted(&text, "\\"), quoted(&text, "\\\"$`"), quoted(&text, "")] {
                if !self.texts.iter().any(|known| known == form.as_bytes()) {
                    self.texts.push(form.into_bytes());
                }
            }
        }
    }

    /// What of `bytes` shows. The end is held back if it may become one of the texts.
    pub(crate) fn take<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.held.is_empty() && !bytes.contains(&b'\\') {
            return Cow::Borrowed(bytes);
        }
        self.held.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.held);
        let mut shown = Vec::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
            shown.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            if let Some(text) = self.texts.iter().find(|text| rest.starts_with(text)) {
                rest = &rest[text.len()..];
            } else if self.texts.iter().any(|text| text.starts_with(rest)) {
                self.held = rest.to_vec();
                rest = &[];
            } else {
                shown.push(b'\\');
                rest = &rest[1..];
            }
        }
        shown.extend_from_slice(rest);
        Cow::Owned(shown)
    }

    /// Gives what is held: nothing has come after it.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// Whether something is held.
    pub(crate) fn holds(&self) -> bool {
        !self.held.is_empty()
    }
}

/// A text with a backslash before each of the characters `special`; without any, before all that mean something to a shell.
fn quoted(text: &str, special: &str) -> String {
    let is_special = |c: char| match special {
        "" => !(c.is_ascii_alphanumeric() || "_%+-./:=@,".contains(c)),
        special => special.contains(c),
    };
    let escaped = |c: char| is_special(c).then_some('\\').into_iter().chain([c]);
    text.chars().flat_map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(chunks: &[&str]) -> String {
        let mut veil = Veil::default();
        veil.hide("k.1");
        let mut all = Vec::new();
        for chunk in chunks {
            all.extend_from_slice(&veil.take(chunk.as_bytes()));
        }
        all.extend(veil.rest());
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn forms() {
        let plain = r"\[\e]133;A;k.1;$?;$$;${PIPESTATUS[@]};${PWD-}\a\]\w\$ \[\e]133;B;k.1\a\]";
        for (text, seen) in [
            (plain.to_owned(), r"\w\$ "),
            (format!("PS1='{plain}'"), r"PS1='\w\$ '"),
            (r#"PS1="\\[\\e]133;A;k.1;\$?;\$\$;\${PIPESTATUS[@]};\${PWD-}\\a\\]\\w""#.into(), r#"PS1="\\w""#),
            (r#""PS1": "\\[\\e]133;A;k.1;$?;$$;${PIPESTATUS[@]};${PWD-}\\a\\]\\w""#.into(), r#""PS1": "\\w""#),
            (r"\\\[\\e\]133\;A\;k.1\;\$\?\;\$\$\;\$\{PIPESTATUS\[@\]\}\;\$\{PWD-\}\\a\\\]x".into(), "x"),
            (r"PS0='\e]133;C;k.1\a'".into(), "PS0=''"),
            (r"\[\e]133;A;other.1;$?;".into(), r"\[\e]133;A;other.1;$?;"),
            (r"C:\> ".into(), r"C:\> "),
        ] {
            assert_eq!(shown(&[&text]), seen, "{text}");
        }
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(at in 0usize..80) {
            let text = r"a\[\e]133;B;k.1\a\]b\\[\\e]133;B;k.1\\a\\]c\[\e]133;B;k\[\e]133;P;k.1\a\]d";
            let at = at.min(text.len());
            prop_assert_eq!(shown(&[&text[..at], &text[at..]]), r"abc\[\e]133;B;kd");
        }
    }
}
