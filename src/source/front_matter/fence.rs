//! Finding the front matter: the lines between two fences at the top of a file.

use super::super::{Source, Span};
use crate::diagnostic::Diagnostic;

/// A file cut at its fences.
#[derive(Debug)]
pub(super) struct Cut {
    /// The YAML between the fence lines, whole lines; `None` if there is no front matter.
    pub(super) yaml: Option<Span>,
    /// What follows the closing fence and its line end.
    pub(super) body: Span,
    /// The fence that is missing or of the wrong kind.
    pub(super) problem: Option<Diagnostic>,
}

/// Cuts `source` at a first line `---` and the next line `---`. A byte order mark before it belongs to neither part.
pub(super) fn cut(source: &Source) -> Cut {
    let text = source.text.as_str();
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let whole = Span::new(start, text.len());
    let mut lines = Lines { text, at: start };
    let Some(first) = lines.next() else { return Cut { yaml: None, body: whole, problem: None } };
    let opening = Span::new(start, start + 3);
    match fence(&text[first.range()]) {
        "---" => {}
        "+++" => {
            let body = lines.find(|line| fence(&text[line.range()]) == "+++").map_or(first.end, |line| line.end);
            let problem = Diagnostic::error("front-matter", "the front matter is written in TOML, YAML is wanted")
                .at(source, opening)
                .help("put it between two lines `---`, and write `title: …` for `title = …`");
            return Cut { yaml: None, body: Span::new(body, text.len()), problem: Some(problem) };
        }
        _ => return Cut { yaml: None, body: whole, problem: None },
    }
    let mut almost = None;
    for line in lines {
        let content = fence(&text[line.range()]);
        if content == "---" {
            let yaml = Some(Span::new(first.end, line.start));
            return Cut { yaml, body: Span::new(line.end, text.len()), problem: None };
        }
        let marks = content.trim_start();
        if almost.is_none() && (marks == "..." || marks.len() > 1 && marks.chars().all(|c| "-–—".contains(c))) {
            almost = Some(format!("line {} is `{content}`: make it `---`", source.line_of(line.start).0));
        }
    }
    let problem = Diagnostic::error("front-matter-unclosed", "the front matter is opened and never closed")
        .at(source, opening)
        .help(almost.unwrap_or_else(|| "end it with a line `---`".into()));
    Cut { yaml: None, body: Span::new(first.end, text.len()), problem: Some(problem) }
}

/// A line without its line end and trailing blanks.
fn fence(line: &str) -> &str {
    line.trim_end_matches([' ', '\t', '\r', '\n'])
}

/// Spans of lines, line ends included.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let line = self.text[self.at..].split_inclusive('\n').next()?;
        let span = Span::new(self.at, self.at + line.len());
        self.at = span.end;
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        // text, YAML, body
        let cases = [
            ("", None, ""),
            ("\u{feff}", None, ""),
            ("Hello\n", None, "Hello\n"),
            ("----\nHello\n", None, "----\nHello\n"),
            ("\n---\na: 1\n---\n", None, "\n---\na: 1\n---\n"),
            ("---\n---", Some(""), ""),
            ("---\na: 1\n---\nHello\n", Some("a: 1\n"), "Hello\n"),
            ("\u{feff}--- \na: ü\n---\t\nHello\n---\n", Some("a: ü\n"), "Hello\n---\n"),
            ("---\r\na: 1\r\n---\r\nHello\r\n", Some("a: 1\r\n"), "Hello\r\n"),
            ("---\na: |\n  ---\n---\n", Some("a: |\n  ---\n"), ""),
        ];
        for (text, yaml, body) in cases {
            let found = cut(&Source::new("a.md", text));
            assert_eq!(found.yaml.map(|s| &text[s.range()]), yaml, "{text:?}");
            assert_eq!(&text[found.body.range()], body, "{text:?}");
            assert!(found.problem.is_none(), "{text:?}");
        }
    }

    #[test]
    fn wrong_fences() {
        let cases = [
            ("---", "front-matter-unclosed", "end it with a line `---`", ""),
            ("---\na: 1\n", "front-matter-unclosed", "end it with a line `---`", "a: 1\n"),
            ("---\na: 1\n----\nb", "front-matter-unclosed", "line 3 is `----`: make it `---`", "a: 1\n----\nb"),
            ("---\na: 1\n...\nb", "front-matter-unclosed", "line 3 is `...`: make it `---`", "a: 1\n...\nb"),
            ("---\na: 1\n ---\nb", "front-matter-unclosed", "line 3 is ` ---`: make it `---`", "a: 1\n ---\nb"),
            (
                "+++\na = 1\n+++\nb",
                "front-matter",
                "put it between two lines `---`, and write `title: …` for `title = …`",
                "b",
            ),
        ];
        for (text, code, help, body) in cases {
            let found = cut(&Source::new("a.md", text));
            let problem = found.problem.expect("a problem");
            assert_eq!((problem.code.as_str(), problem.help.as_deref()), (code, Some(help)), "{text:?}");
            let place = problem.place.expect("a place");
            assert_eq!((place.line, place.column, place.mark), (1, 1, (0, 3)), "{text:?}");
            assert_eq!(&text[found.body.range()], body, "{text:?}");
        }
    }
}
