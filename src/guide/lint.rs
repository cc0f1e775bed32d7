//! What an author should look at in blocks of code: things that no reader's terminal would take.

use super::{CodeBlock, Form, Role, Token, TokenKind, prompt};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span},
};

/// Looks at every block of code.
pub(super) fn lint(source: &Source, tokens: &[Token], diagnostics: &mut Vec<Diagnostic>) {
    for token in tokens {
        match &token.kind {
            TokenKind::Code(code) => {
                if code.form == Form::Fence {
                    closed_elsewhere(source, token.span, diagnostics);
                }
                let above = &source.text[..token.span.start];
                if let Some(sign) = admonition(above).filter(|_| code.form == Form::Indented && !code.said_role) {
                    let message = format!("these indented lines are the text of a `{sign}` elsewhere, and code here");
                    let problem = Diagnostic::warning("not-a-command", message).at(source, token.span);
                    diagnostics.push(problem.help(
                        "let `dialects` of guidepost.yaml have `mkdocs`, or write it as `> [!NOTE]`; until then it is shown and not typed",
                    ));
                }
                if code.role == Role::Command {
                    typographic(source, code, diagnostics);
                    not_a_command(source, code, token.span, diagnostics);
                }
            }
            TokenKind::Shortcode(shortcode) => lint(source, &shortcode.body, diagnostics),
            TokenKind::Markdown(_) => {}
        }
    }
}

/// What begins a line whose indented text belongs to it in MkDocs, of which CommonMark makes code: admonitions, collapsible
/// ones, and tabs.
const ADMONITIONS: &[&str] = &["!!!", "???+", "???", "==="];

/// The sign of an admonition that the last line of a text begins.
pub(super) fn admonition(above: &str) -> Option<&'static str> {
    let line = above.trim_end().rsplit('\n').next()?.trim_start();
    let sign = ADMONITIONS.iter().copied().find(|sign| line.starts_with(*sign))?;
    let rest = line[sign.len()..].strip_prefix('+').unwrap_or(&line[sign.len()..]);
    // `===` alone underlines a heading.
    let kind = rest.strip_prefix(' ')?.trim_start();
    let wanted = if sign == "===" { kind.starts_with('"') } else { kind.starts_with(char::is_alphabetic) };
    wanted.then_some(sign)
}

/// How far below a fence the one that was meant to close it is looked for.
const LINES_TO_LOOK_AT: usize = 200;

/// A fence that is opened inside a list item and closed at another indent: the item ends before the closing fence, which
/// then opens a new block.
fn closed_elsewhere(source: &Source, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let text = &source.text[span.range()];
    let opening = text.lines().next().unwrap_or_default().trim_start();
    let sign = opening.chars().next().unwrap_or('`');
    let length = opening.chars().take_while(|c| *c == sign).count();
    let is_closing = |line: &str| {
        let line = line.trim_start_matches([' ', '\t', '>']).trim_end();
        line.len() >= length && line.chars().all(|c| c == sign)
    };
    if text.trim_end().lines().skip(1).last().is_some_and(is_closing) {
        return;
    }
    let rest = &source.text[span.end..];
    let opening_indent = indent_at(source, span.start);
    let mut at = span.end;
    for line in rest.split_inclusive('\n').take(LINES_TO_LOOK_AT) {
        if is_closing(line) {
            let indent = line.len() - line.trim_start().len();
            let (number, _) = source.line_of(at);
            let message = format!(
                "this fence is opened at {opening_indent} spaces, and the one that should close it, in line {number}, stands at {indent}"
            );
            let problem = Diagnostic::warning("fence-indent", message).at(source, span);
            diagnostics.push(problem.help("give the closing fence the same indent: the list item ends before it"));
            return;
        }
        at += line.len();
    }
    let problem = Diagnostic::warning("fence-unclosed", "this fence is never closed");
    diagnostics.push(problem.at(source, span).help(format!("close it with `{}`", sign.to_string().repeat(length))));
}

fn indent_at(source: &Source, at: usize) -> usize {
    let start = source.text[..at].rfind('\n').map_or(0, |i| i + 1);
    at - start
}

/// Quotes and dashes of a word processor.
fn typographic(source: &Source, code: &CodeBlock, diagnostics: &mut Vec<Diagnostic>) {
    let kinds = prompt::lines(&code.language, &code.text);
    for (number, line) in code.text.lines().enumerate() {
        if kinds.get(number) == Some(&prompt::Line::Shown) {
            continue;
        }
        let found = line.char_indices().find(|(i, c)| match c {
            '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' => true,
            '\u{2013}' | '\u{2014}' => {
                line[..*i].ends_with(' ') && line[i + c.len_utf8()..].starts_with(char::is_alphanumeric)
            }
            _ => false,
        });
        if let Some((at, c)) = found {
            let plain = if matches!(c, '\u{2013}' | '\u{2014}') { "-- or -" } else { "a plain \" or '" };
            let message = format!("a typographic `{c}` in a command");
            let span = code.source_span(number, at..at + c.len_utf8());
            diagnostics
                .push(Diagnostic::warning("typographic", message).at(source, span).help(format!("write {plain}")));
        }
    }
}

/// A block that is marked as shell and is something else.
fn not_a_command(source: &Source, code: &CodeBlock, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    if code.form != Form::Fence || code.language.is_empty() {
        return;
    }
    let Some((number, first)) = code.text.lines().enumerate().find(|(_, l)| !l.trim().is_empty()) else { return };
    let Some((what, help)) = other_than_command(first) else { return };
    let at = if number < code.lines.len() { code.source_span(number, 0..first.len()) } else { span };
    let message = format!("this block is marked `{}`, and it looks like {what}", code.language);
    diagnostics.push(Diagnostic::warning("not-a-command", message).at(source, at).help(help));
}

fn other_than_command(line: &str) -> Option<(&'static str, &'static str)> {
    const OUTPUT: &str = "mark it as ```output, or put the command with its prompt above it";
    const FILE: &str = "mark it as ```file {title=\"PATH\"}, or with its own language";
    if line.starts_with("#!") {
        return Some(("a script", FILE));
    }
    let columns = line.trim().split("  ").filter(|c| !c.trim().is_empty()).count();
    if columns >= 2
        && line.chars().any(char::is_alphabetic)
        && !line.chars().any(char::is_lowercase)
        && !line.contains(['$', '='])
    {
        return Some(("a table that a command printed", OUTPUT));
    }
    if line.starts_with("+--") || line.starts_with("| ") {
        return Some(("a table that a command printed", OUTPUT));
    }
    if line.len() > 10
        && line.starts_with(['d', '-', 'l'])
        && line.as_bytes()[1..10].iter().all(|b| b"rwx-stST".contains(b))
    {
        return Some(("a list of files", OUTPUT));
    }
    let trimmed = line.trim_end();
    if trimmed.starts_with("<?")
        || trimmed.starts_with("<!DOCTYPE")
        || (trimmed.starts_with('<') && trimmed.ends_with('>'))
    {
        return Some(("markup", FILE));
    }
    if trimmed == "{" || trimmed.starts_with("{\"") || trimmed == "[" || trimmed.starts_with("[{") {
        return Some(("JSON", "mark it as ```output, ```json or ```file {title=\"PATH\"}"));
    }
    let section = trimmed.strip_prefix('[').and_then(|r| r.strip_suffix(']'));
    if section.is_some_and(|s| {
        !s.is_empty() && s.chars().all(|c| c.is_alphanumeric() || "._- ".contains(c)) && !s.starts_with(' ')
    }) {
        return Some(("a section of a settings file", FILE));
    }
    let key = trimmed.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).unwrap_or(trimmed.len());
    if key > 0 && (trimmed[key..].starts_with(": ") || &trimmed[key..] == ":") && !trimmed.starts_with(':') {
        return Some(("`key: value` lines", "mark it as ```output, ```yaml or ```file {title=\"PATH\"}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admonitions_of_others() {
        for (above, sign) in [
            ("!!! warning\n\n", Some("!!!")),
            ("text\n\n??? note \"é\"\n\n    ", Some("???")),
            ("- ???+ tip\n", None),
            ("=== \"Debian\"\n", Some("===")),
            ("Title\n===\n\n", None),
            ("Wow!!! Really\n\n", None),
            ("!!! 3\n", None),
            ("", None),
        ] {
            assert_eq!(admonition(above), sign, "{above}");
        }
    }

    #[test]
    fn commands_and_others() {
        for line in [
            "sudo apt update",
            "# comment",
            "[ -f x ] && y",
            "[[ -f x ]]",
            "{ a; b; }",
            "A=1 B=2 c",
            "ls -la",
            "if true; then",
            ": > file",
            "TZ=UTC  DATE",
            "écho a long line",
            "PS",
            "cat <<EOF",
        ] {
            assert_eq!(other_than_command(line), None, "{line}");
        }
        for line in [
            "#!/bin/bash",
            "CONTAINER ID   IMAGE   COMMAND",
            "+----+",
            "drwxr-xr-x 2 root",
            "<html>",
            "{",
            "[Unit]",
            "version: '3'",
            "services:",
        ] {
            assert!(other_than_command(line).is_some(), "{line}");
        }
    }
}
