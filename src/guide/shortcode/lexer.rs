//! Text to tags.

use super::{Argument, Arguments};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span},
};

/// A piece of text that is not Markdown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// A tag.
    Tag(Tag),
    /// `{{</* … */>}}`: shown as `{{< … >}}`.
    Escape {
        /// The whole escape.
        span: Span,
        /// What stands between the comment signs.
        inner: Span,
    },
}

/// One tag.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tag {
    /// From `{{` to `}}`.
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) kind: TagKind,
    pub(crate) arguments: Arguments,
}

/// Which end of a shortcode a tag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagKind {
    Open,
    Close,
    SelfClosing,
}

/// Cuts `range` of the source into pieces, in order; what is no piece is left out.
///
/// `{{<` or `{{%` that no name follows is text, as in `cat {{<EOF`.
pub(crate) fn lex(source: &Source, range: Span, diagnostics: &mut Vec<Diagnostic>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let text = &source.text[..range.end];
    let mut at = range.start;
    // Where the last escape can end: an opening one behind it needs no search.
    let last_end = text.rfind("*/>}}").max(text.rfind("*/%}}")).unwrap_or(0);
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let mark = match text.as_bytes().get(start + 2) {
            Some(b'<') => '>',
            Some(b'%') => '%',
            _ => {
                at = start + 1;
                continue;
            }
        };
        let mut cursor = Cursor { text, at: start + 3, mark, last_end };
        at = match cursor.piece(start) {
            Ok(None) => start + 3,
            Ok(Some(piece)) => {
                pieces.push(piece);
                cursor.at
            }
            Err(problem) => {
                let end = line_end(text, start).min(problem.at.max(start + 3));
                let span = Span::new(start, end);
                diagnostics
                    .push(Diagnostic::error("shortcode-tag", problem.message).at(source, span).help(problem.help));
                start + 3
            }
        };
    }
    pieces
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |i| at + i)
}

struct Problem {
    at: usize,
    message: String,
    help: String,
}

/// A position inside one tag.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// `>` or `%`: what the closing braces follow.
    mark: char,
    last_end: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn end_mark(&self) -> &'static str {
        if self.mark == '>' { ">}}" } else { "%}}" }
    }

    /// The tag or escape that begins at `start`; `None` if it is plain text after all.
    fn piece(&mut self, start: usize) -> Result<Option<Piece>, Problem> {
        if self.rest().starts_with("/*") {
            let close = if self.mark == '>' { "*/>}}" } else { "*/%}}" };
            let inner = self.at + 2;
            let found = if inner <= self.last_end { self.text[inner..].find(close) } else { None };
            let Some(length) = found else {
                return Err(self.problem("this escaped shortcode never ends", format!("end it with `{close}`")));
            };
            self.at = inner + length + close.len();
            return Ok(Some(Piece::Escape {
                span: Span::new(start, self.at),
                inner: Span::new(inner, inner + length),
            }));
        }
        self.skip_space();
        let closing = self.rest().starts_with('/');
        if closing {
            self.at += 1;
            self.skip_space();
        }
        let length =
            self.rest().find(|c: char| !(c.is_alphanumeric() || "-_./".contains(c))).unwrap_or(self.rest().len());
        // A `/` at the end of the name is the end of a self-closing tag without a space: `{{< name/>}}`.
        let name = self.rest()[..length].trim_end_matches('/').to_owned();
        if !name.starts_with(char::is_alphabetic) {
            return Ok(None);
        }
        let name_span = Span::new(self.at, self.at + name.len());
        self.at = name_span.end;
        let (arguments, self_closing) = self.arguments()?;
        let kind = match (closing, self_closing) {
            (true, _) => TagKind::Close,
            (false, true) => TagKind::SelfClosing,
            (false, false) => TagKind::Open,
        };
        Ok(Some(Piece::Tag(Tag { span: Span::new(start, self.at), name, name_span, kind, arguments })))
    }

    /// Everything up to and including the end of the tag; whether it was `/>}}`.
    fn arguments(&mut self) -> Result<(Arguments, bool), Problem> {
        let mut arguments = Arguments::default();
        loop {
            self.skip_space();
            let end = self.end_mark();
            if self.rest().starts_with(end) {
                self.at += end.len();
                return Ok((arguments, false));
            }
            if self.rest().strip_prefix('/').is_some_and(|r| r.starts_with(end)) {
                self.at += 1 + end.len();
                return Ok((arguments, true));
            }
            let other = if self.mark == '>' { "%}}" } else { ">}}" };
            if self.rest().starts_with(other) {
                return Err(self.problem(
                    format!("this shortcode opens with `{}` and closes with `{other}`", self.open_mark()),
                    format!("close it with `{end}`"),
                ));
            }
            if self.rest().is_empty() || self.rest().starts_with("{{<") || self.rest().starts_with("{{%") {
                return Err(self.problem("this shortcode tag never ends", format!("end it with `{end}`")));
            }
            arguments.0.push(self.argument()?);
        }
    }

    fn open_mark(&self) -> &'static str {
        if self.mark == '>' { "{{<" } else { "{{%" }
    }

    fn argument(&mut self) -> Result<Argument, Problem> {
        let start = self.at;
        let name_length =
            self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(self.rest().len());
        let after_name = self.rest()[name_length..].trim_start();
        let name = (name_length > 0 && after_name.starts_with('=')).then(|| self.rest()[..name_length].to_owned());
        if name.is_some() {
            self.at += self.rest().len() - after_name.len() + 1;
            self.skip_space();
        }
        let value = self.value()?;
        Ok(Argument { name, value, span: Span::new(start, self.at) })
    }

    fn value(&mut self) -> Result<String, Problem> {
        match self.rest().chars().next() {
            Some('"') => self.quoted(),
            Some('`') => {
                let inner = self.at + 1;
                let Some(length) = self.text[inner..].find('`') else {
                    return Err(self.problem("this value has no closing backquote", "add a backquote".into()));
                };
                self.at = inner + length + 1;
                Ok(self.text[inner..inner + length].to_owned())
            }
            _ => {
                let end = self.end_mark();
                let rest = self.rest();
                let stop = |i: usize, c: char| {
                    c.is_whitespace() || rest[i..].starts_with(end) || (c == '/' && rest[i + 1..].starts_with(end))
                };
                let length = rest.char_indices().find(|(i, c)| stop(*i, *c)).map_or(rest.len(), |(i, _)| i);
                let value = rest[..length].to_owned();
                if value.is_empty() {
                    return Err(self.problem("this argument has no value", "write it as name=\"value\"".into()));
                }
                self.at += length;
                Ok(value)
            }
        }
    }

    /// `"…"` with the escapes `\"`, `\\`, `\n`, `\t`; other backslashes stay as they are.
    fn quoted(&mut self) -> Result<String, Problem> {
        let mut value = String::new();
        let mut chars = self.text[self.at + 1..].char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += 1 + i + 1;
                    return Ok(value);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, 't')) => value.push('\t'),
                    Some((_, c @ ('"' | '\\'))) => value.push(c),
                    Some((_, c)) => value.extend(['\\', c]),
                    None => break,
                },
                _ => value.push(c),
            }
        }
        Err(self.problem("this value has no closing quote", "add a `\"`".into()))
    }

    fn problem(&self, message: impl Into<String>, help: String) -> Problem {
        Problem { at: self.at, message: message.into(), help }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tags as `kind name [args]`, escapes as their text.
    fn shown(text: &str) -> (Vec<String>, Vec<String>) {
        let source = Source::new("t.md", text);
        let mut diagnostics = Vec::new();
        let pieces = lex(&source, Span::new(0, text.len()), &mut diagnostics);
        let shown = pieces.iter().map(|piece| match piece {
            Piece::Escape { inner, .. } => format!("escape {}", &text[inner.range()]),
            Piece::Tag(tag) => {
                assert_eq!(&text[tag.name_span.range()], tag.name);
                let arguments: Vec<String> = (tag.arguments.0.iter())
                    .map(|a| a.name.as_ref().map_or(format!("{:?}", a.value), |n| format!("{n}={:?}", a.value)))
                    .collect();
                format!("{:?} {} [{}]", tag.kind, tag.name, arguments.join(" "))
            }
        });
        (shown.collect(), diagnostics.iter().map(|d| d.message.clone()).collect())
    }

    #[test]
    fn tags() {
        for (text, expected) in [
            ("{{< note >}}", "Open note []"),
            ("{{<note>}}", "Open note []"),
            ("{{% note %}}", "Open note []"),
            ("{{</ output >}}", "Close output []"),
            ("{{< /note>}}", "Close note []"),
            ("{{</note>}}", "Close note []"),
            ("{{< / note >}}", "Close note []"),
            ("{{< image/>}}", "SelfClosing image []"),
            ("{{< image src=a.png />}}", r#"SelfClosing image [src="a.png"]"#),
            (r#"{{< file "/etc/hosts" conf >}}"#, r#"Open file ["/etc/hosts" "conf"]"#),
            (r#"{{<file lang="js" title='x'>}}"#, r#"Open file [lang="js" title="'x'"]"#),
            ("{{< a `x \"y\" \n z` b = \"c\" >}}", r#"Open a ["x \"y\" \n z" b="c"]"#),
            (r#"{{< a "q \" \\ \d >}} x" >}}"#, r#"Open a ["q \" \\ \\d >}} x"]"#),
            ("{{< a\n  b=1\n  c=2\n>}}", r#"Open a [b="1" c="2"]"#),
            ("{{< youtube id=-x_Y >}}", r#"Open youtube [id="-x_Y"]"#),
            ("{{< link /a/b/ >}}", r#"Open link ["/a/b/"]"#),
            ("{{< link https://x.y/?a=b >}}", r#"Open link ["https://x.y/?a=b"]"#),
            ("{{</* file \"x\" */>}}", "escape  file \"x\" "),
            ("{{%/* file */%}}", "escape  file "),
        ] {
            assert_eq!(shown(text), (vec![expected.to_owned()], vec![]), "{text}");
        }
    }

    #[test]
    fn text_that_looks_like_a_tag() {
        for text in ["cat {{<EOF", "{{ .Values.x }}", "{{{<", "{{<= 3", "a {{", "{{<", "{{%", "{{< >}}", "{{< 3x >}}"] {
            if text == "cat {{<EOF" {
                assert_eq!(shown(text).1, ["this shortcode tag never ends"]);
            } else {
                assert_eq!(shown(text), (vec![], vec![]), "{text}");
            }
        }
    }

    #[test]
    fn problems() {
        for (text, expected) in [
            ("{{< note", "this shortcode tag never ends"),
            ("{{< note {{< x", "this shortcode tag never ends"),
            ("{{< note %}}", "this shortcode opens with `{{<` and closes with `%}}`"),
            ("{{< a \"x >}}", "this value has no closing quote"),
            ("{{< a `x >}}", "this value has no closing backquote"),
            ("{{< a b= >}}", "this argument has no value"),
            ("{{</* a >}}", "this escaped shortcode never ends"),
        ] {
            assert_eq!(shown(text).1.first().map(String::as_str), Some(expected), "{text}");
        }
    }

    #[test]
    fn fifty_thousand_open_tags_take_linear_time() {
        let (tags, problems) = shown(&"{{< a ".repeat(50_000));
        assert_eq!((tags.len(), problems.len()), (0, 50_000));
    }
}
