//! A change of an author's file as a unified diff.

use similar::TextDiff;

use super::human::painted;
use crate::terminal::clean::clean;

/// Red, green, cyan.
const TONES: [(&str, &str); 3] = [("-", "31"), ("+", "32"), ("@@", "36")];

/// The change from `old` to `new`, as `git apply` reads it; empty if there is none. Of control characters, only tabs and line
/// ends are in it.
pub fn unified(path: &str, old: &str, new: &str, color: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let text = diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\r', '\n']);
        let end = &line[body.len()..];
        let tone = TONES.iter().find(|(mark, _)| body.starts_with(mark)).filter(|_| color);
        match tone {
            Some((_, tone)) => out.push_str(&painted(&clean(body), tone, color)),
            None => out.push_str(&clean(body)),
        }
        out.push_str(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_changes() {
        let (old, new) = ("one\r\ntwo\r\nthree", "one\r\n2\u{1b}[31m\r\nthree");
        let plain =
            "--- a/x.md\n+++ b/x.md\n@@ -1,3 +1,3 @@\n one\r\n-two\r\n+2\r\n three\n\\ No newline at end of file\n";
        assert_eq!(unified("x.md", old, new, false), plain);
        let colored = unified("x.md", old, new, true);
        assert!(colored.contains("\u{1b}[32m+2\u{1b}[0m\r\n"), "{colored:?}");
        assert_eq!(unified("x.md", old, old, false), "");
    }
}
