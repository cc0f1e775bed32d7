//! A page with an attribute more on one of its blocks: in its fence, or in a comment before what has none.

use super::{Saying, merge::end_of_line};
use crate::{
    guide::{CodeBlock, Form, Guide},
    source::Span,
};

/// The text of a guide in which one of its own blocks says something; nothing if it is written so that it cannot be done. The
/// block is `code`, whose token has the span `span`.
pub fn amend(guide: &Guide, code: &CodeBlock, span: Span, saying: &Saying) -> Option<String> {
    let text = &guide.source.text;
    let mut edits: Vec<(Span, String)> = Vec::new();
    let mut more = String::new();
    for (name, value) in saying.attributes() {
        let written = value.map(|value| attribute(name, value));
        match (code.arguments.span_of(name), written) {
            (Some(old), Some(new)) => edits.push((old, new?)),
            // With the space before it.
            (Some(old), None) => {
                let start = text[..old.start].trim_end_matches(' ').len();
                edits.push((Span::new(start, old.end), String::new()));
            }
            (None, Some(new)) => more.push_str(&format!(" {}", new?)),
            (None, None) => {}
        }
    }
    if !more.is_empty() {
        edits.push(place(text, code, span, &more)?);
    }
    // From the end, so that places stay what they are.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut new = text.clone();
    for (span, written) in edits {
        new.replace_range(span.range(), &written);
    }
    Some(new)
}

/// `name=value`, in quotes if it has to be.
fn attribute(name: &str, value: &str) -> Option<String> {
    if value.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Some(format!("{name}={value}"));
    }
    let quote = ['"', '\''].into_iter().find(|quote| !value.contains(*quote))?;
    Some(format!("{name}={quote}{value}{quote}"))
}

/// Where further attributes go.
fn place(text: &str, code: &CodeBlock, span: Span, more: &str) -> Option<(Span, String)> {
    let in_comment = code.arguments.0.iter().filter(|argument| argument.span.start < span.start);
    if let Some(last) = in_comment.map(|argument| argument.span.end).max() {
        return Some((Span::new(last, last), more.to_owned()));
    }
    let start = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    if code.form == Form::Fence {
        let end = span.start + text[span.start..].lines().next()?.trim_end().len();
        let line = &text[span.start..end];
        let fence = line.trim_start_matches(['`', '~']);
        if fence.len() == line.len() {
            return None;
        }
        return Some(match line.rfind('}').filter(|at| line[at + 1..].trim().is_empty()) {
            Some(close) => {
                let at = span.start + line[..close].trim_end().len();
                let more = if line[..close].trim_end().ends_with('{') { more.trim_start() } else { more };
                (Span::new(at, at), more.to_owned())
            }
            None => (Span::new(end, end), format!(" {{{}}}", more.trim_start())),
        });
    }
    // On a line of its own, as deep as the list that the block stands in.
    let first = text[start..].lines().next()?;
    let depth = match code.form {
        Form::Indented => (first.len() - first.trim_start_matches(' ').len()).checked_sub(4)?,
        _ => span.start - start,
    };
    let is_alone = text[start..span.start].trim().is_empty();
    let end = end_of_line(text);
    let comment = format!("{}<!-- verify:{more} -->{end}", " ".repeat(depth));
    is_alone.then_some((Span::new(start, start), comment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        guide::{self, Registry, TokenKind},
        plan::Act,
        source::Source,
    };

    fn amended(text: &str, act: Act, path: Option<&str>) -> Option<String> {
        let guide = guide::parse(Source::new("a.md", text), &Registry::default(), &[], false);
        let token = guide.tokens.iter().find(|token| matches!(token.kind, TokenKind::Code(_))).expect("a block");
        let TokenKind::Code(code) = &token.kind else { return None };
        amend(&guide, code, token.span, &Saying { act, path: path.map(str::to_owned) })
    }

    #[test]
    fn attributes_stand_in_the_fence_or_in_a_comment_before_it() {
        for (text, act, path, expected) in [
            ("```\nx\n```\n", Act::Typed, None, "``` {role=command}\nx\n```\n"),
            ("~~~bash  \nx\n~~~\n", Act::Looked, None, "~~~bash {role=listing}  \nx\n~~~\n"),
            (
                "```ini {title=\"a b\"}\nx\n```\n",
                Act::Saved,
                Some("/a b"),
                "```ini {title=\"a b\" role=file path=\"/a b\"}\nx\n```\n",
            ),
            ("```ini {}\nx\n```\n", Act::Saved, None, "```ini {role=file}\nx\n```\n"),
            ("```ini {role=file path=/a}\nx\n```\n", Act::Typed, None, "```ini {role=command}\nx\n```\n"),
            (
                "1.  a\n\n    ```bash\n    x\n    ```\n",
                Act::Elsewhere,
                None,
                "1.  a\n\n    ```bash {role=elsewhere}\n    x\n    ```\n",
            ),
            ("a\n\n    x\n", Act::Looked, None, "a\n\n<!-- verify: role=listing -->\n    x\n"),
            (
                "{{< output >}}\nx\n{{< /output >}}\n",
                Act::Looked,
                None,
                "<!-- verify: role=listing -->\n{{< output >}}\nx\n{{< /output >}}\n",
            ),
            (
                "<!-- verify: exit=1 -->\n```bash\nx\n```\n",
                Act::Looked,
                None,
                "<!-- verify: exit=1 role=listing -->\n```bash\nx\n```\n",
            ),
            ("```\r\nx\r\n```\r\n", Act::Typed, None, "``` {role=command}\r\nx\r\n```\r\n"),
        ] {
            assert_eq!(amended(text, act, path).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(amended("```\nx\n```\n", Act::Saved, Some("/a'\"")), None);
    }
}
