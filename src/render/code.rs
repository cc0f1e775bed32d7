//! Blocks of code: highlighted lines, prompts that are not copied, marked lines, numbers.

use serde_json::{Map, Value, json};
use std::{
    borrow::Cow,
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use super::{
    Mark,
    html::{Renderer, escape},
};
use crate::{
    diagnostic::Diagnostic,
    guide::{
        CodeBlock, Guide, Role,
        prompt::{self, Line},
    },
    plan::{self, Named},
    source::Span,
};

/// Language of fences that Mermaid draws.
const DIAGRAM: &str = "mermaid";

impl Renderer<'_> {
    pub(super) fn code(&mut self, guide: &Guide, code: &CodeBlock, span: Span) -> String {
        let roles = Arc::clone(&self.roles);
        let (code, path) = roles.of(&guide.path, span.start, code);
        let code = code.as_ref();
        let language = self.language(code);
        if code.role == Role::Listing && language == super::mathematics::LANGUAGE {
            return format!("<p>{}</p>\n", self.formula(guide, code.text.trim_end(), true, code.inner));
        }
        let kinds = if code.role == Role::Command { prompt::lines(&code.language, &code.text) } else { Vec::new() };
        let mut lines = match code.role {
            Role::Command => self.commands(code, &language, &kinds),
            _ => lines_of(&self.world.highlight(&language, &code.text)),
        };
        self.inserts(guide, code, &kinds, &mut lines);
        let html = decorate(lines, code);
        let template = match code.role {
            Role::Command => "command",
            Role::Output => "output",
            Role::File => "file",
            Role::Listing => "listing",
        };
        let title = code.title.as_deref();
        let mut context = super::shortcode::arguments(&code.arguments);
        context.insert("code".into(), html.into());
        context.insert("text".into(), code.text.as_str().into());
        context.insert("inner".into(), code.text.as_str().into());
        context.insert("body".into(), "".into());
        context.insert("language".into(), language.as_str().into());
        context.insert("title".into(), title.unwrap_or_default().into());
        let path = (code.role == Role::File).then(|| Value::from(path.unwrap_or_default()));
        context.insert("path".into(), path.unwrap_or_default());
        let mark = self.mark(guide, span);
        context.insert("verdict".into(), json!(mark.as_ref().map(|mark| mark.verdict)));
        let (message, real, rows, replay) =
            mark.map_or_else(Default::default, |mark| (mark.message, mark.real, mark.rows, mark.replay));
        context.insert("message".into(), message.into());
        context.insert("real".into(), real.into());
        context.insert("rows".into(), rows);
        context.insert("replay".into(), replay.into());
        context.insert("copyable".into(), (code.role != Role::Output).into());
        let is_diagram = code.role == Role::Listing && language == DIAGRAM;
        let mut html = self.template(template, context, guide, code.inner);
        if is_diagram && self.world.draws_diagrams() {
            self.uses.diagrams = true;
            html = format!("<div class=\"diagram\">\n{html}</div>\n");
        } else if is_diagram {
            let problem = Diagnostic::notice("diagram", "this diagram is shown as its text");
            let help = "name a copy of Mermaid at `diagrams` of guidepost.yaml, and readers see it drawn";
            self.diagnostics.push(problem.at(&guide.source, code.inner).help(help));
        }
        if self.world.says_lines() { with_lines(&html, &guide.path, &lines_in(guide, span)) } else { html }
    }

    /// What verification found out about the block.
    fn mark(&self, guide: &Guide, span: Span) -> Option<Mark> {
        self.world.mark(self.including.first()?, &guide.path, lines_in(guide, span))
    }

    /// The language to highlight: the author's, that of the file's name, or the role's.
    fn language(&self, code: &CodeBlock) -> String {
        if !code.language.is_empty() {
            return code.language.clone();
        }
        match code.role {
            Role::Command => "bash".into(),
            Role::File => code.title.as_deref().and_then(|t| self.world.language_of_path(t)).unwrap_or_default(),
            Role::Output | Role::Listing => String::new(),
        }
    }

    /// Typed lines highlighted without their prompts, shown lines as they are.
    fn commands(&self, code: &CodeBlock, language: &str, kinds: &[Line]) -> Vec<String> {
        let text = &code.text;
        if kinds.iter().all(|kind| matches!(kind, Line::Typed { prompt: 0, .. })) {
            return lines_of(&self.world.highlight(language, text));
        }
        let mut typed = String::new();
        for (line, kind) in text.lines().zip(kinds) {
            if let Line::Typed { prompt, .. } = kind {
                typed.push_str(&line[*prompt..]);
                typed.push('\n');
            }
        }
        let mut highlighted = lines_of(&self.world.highlight(language, &typed)).into_iter();
        text.lines()
            .zip(kinds)
            .map(|(line, kind)| match kind {
                Line::Typed { prompt: 0, .. } => highlighted.next().unwrap_or_default(),
                Line::Typed { prompt, .. } => {
                    let code = highlighted.next().unwrap_or_default();
                    format!("<span class=prompt>{}</span>{code}", escape(&line[..*prompt]))
                }
                Line::Shown => format!("<span class=out>{}</span>", escape(line)),
            })
            .collect()
    }

    /// Puts rendered shortcodes where the text of theirs stands, and marks what stands for a value of the reader's.
    fn inserts(&mut self, guide: &Guide, code: &CodeBlock, kinds: &[Line], lines: &mut [String]) {
        let mut inserts: Vec<(Range<usize>, String)> =
            code.inserts.iter().map(|(range, shortcode)| (range.clone(), self.shortcode(guide, shortcode))).collect();
        for note in &code.notes {
            let context =
                Map::from_iter([("note".into(), note.id.as_str().into()), ("number".into(), note.number.into())]);
            inserts.push((note.at..note.at, self.template("code-note", context, guide, code.inner)));
        }
        for named in self.variables(code, kinds) {
            let text = &code.text[named.range.clone()];
            let context = Map::from_iter([("text".into(), text.into()), ("variable".into(), named.name.into())]);
            inserts.push((named.range, self.template("placeholder", context, guide, code.inner)));
        }
        inserts.sort_by_key(|(range, _)| range.start);
        let starts: Vec<usize> = std::iter::once(0).chain(code.text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        for (range, html) in inserts.iter().rev() {
            let line = starts.partition_point(|start| *start <= range.start) - 1;
            let from = code.text[starts[line]..range.start].chars().count();
            let to = from + code.text[range.clone()].chars().count();
            if let Some(found) = lines.get_mut(line) {
                *found = replace_text(found, from..to, html.trim());
            }
        }
    }

    /// What stands for a value, shortcodes left out. A placeholder that no variable binds counts in commands only, and below
    /// them where it is the same: elsewhere it may be markup.
    fn variables(&mut self, code: &CodeBlock, kinds: &[Line]) -> Vec<Named> {
        let own = code.arguments.named("vars").map(|vars| plan::values(&vars.into()));
        let mut bound = Cow::Borrowed(&self.variables.bound);
        if let Some(own) = own {
            bound.to_mut().extend(own);
        }
        let typed = code.role == Role::Command && plan::placeholder::may_have(&code.text);
        if bound.is_empty() && self.variables.seen.is_empty() && self.variables.said.is_empty() && !typed {
            return Vec::new();
        }
        let mut named = plan::named(code, &bound, plan::placeholder::How::Typed, &self.variables.said);
        if code.role == Role::Command {
            let is_typed = |named: &&Named| {
                let line = code.text[..named.range.start].matches('\n').count();
                matches!(kinds.get(line), Some(Line::Typed { .. }))
            };
            // A document in a command has markup, too.
            let is_markup = |named: &&Named| code.text.contains(&format!("</{}>", named.name));
            let loose = named.iter().filter(|named| named.sure && !named.bound && !named.shortcode);
            let asked_for = loose.filter(is_typed).filter(|named| !is_markup(named));
            self.variables.seen.extend(asked_for.map(|named| named.name.clone()));
        }
        let seen = &self.variables.seen;
        named.retain(|named| !named.shortcode && (named.bound || seen.contains(&named.name)));
        named
    }
}

/// The author's lines of a span.
pub(super) fn lines_in(guide: &Guide, span: Span) -> RangeInclusive<usize> {
    let line = |at: usize| guide.source.line_of(at).0;
    line(span.start)..=line(span.end.saturating_sub(1).max(span.start))
}

/// Adds to the first element of a block which lines of the author's it is, whatever the theme makes of it.
fn with_lines(html: &str, file: &str, lines: &RangeInclusive<usize>) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let element = html.match_indices('<').find(|(at, _)| html[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic()));
    let Some((at, _)) = element else { return html.to_owned() };
    let end = html[at + 1..].find(|c| !is_name(c)).map_or(html.len(), |length| at + 1 + length);
    let (first, last) = (lines.start(), lines.end());
    format!(
        "{} data-guidepost-file=\"{}\" data-guidepost-lines=\"{first}-{last}\"{}",
        &html[..end],
        escape(file),
        &html[end..]
    )
}

fn lines_of(html: &str) -> Vec<String> {
    html.split('\n').map(str::to_owned).collect()
}

/// Replaces the characters of a range of a line's text (its tags do not count) by HTML. What stands within one tag stays
/// there: a part of a prompt is still a prompt.
fn replace_text(line: &str, range: Range<usize>, html: &str) -> String {
    let mut out = String::with_capacity(line.len() + html.len());
    let mut rest = line;
    let mut count = 0;
    let mut open: Option<&str> = None;
    let mut inserted = false;
    while !rest.is_empty() {
        if !inserted && count == range.start && (!rest.starts_with('<') || range.is_empty()) {
            let (before, mut crossed) = (open, false);
            while count < range.end && !rest.is_empty() {
                if rest.starts_with('<') {
                    let end = rest.find('>').map_or(rest.len(), |i| i + 1);
                    open = (!rest.starts_with("</")).then_some(&rest[..end]);
                    rest = &rest[end..];
                    crossed = true;
                } else {
                    rest = &rest[character(rest)..];
                    count += 1;
                }
            }
            if let Some(tag) = before.filter(|_| crossed) {
                if out.ends_with(tag) {
                    out.truncate(out.len() - tag.len());
                } else {
                    out.push_str("</span>");
                }
            }
            out.push_str(html);
            if let Some(tag) = open.filter(|_| crossed) {
                if let Some(after) = rest.strip_prefix("</span>") {
                    rest = after;
                    open = None;
                } else {
                    out.push_str(tag);
                }
            }
            inserted = true;
        } else if rest.starts_with('<') {
            let end = rest.find('>').map_or(rest.len(), |i| i + 1);
            open = (!rest.starts_with("</")).then_some(&rest[..end]);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            let length = character(rest);
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            count += 1;
        }
    }
    if !inserted {
        out.push_str(html);
    }
    out
}

/// The length of the character that HTML begins with: `&lt;` is one.
fn character(html: &str) -> usize {
    if html.starts_with('&')
        && let Some(end) = html.find(';')
    {
        return end + 1;
    }
    html.chars().next().map_or(0, char::len_utf8)
}

/// Marks lines (`hl_lines`) and numbers them (`linenostart`), and joins them.
fn decorate(lines: Vec<String>, code: &CodeBlock) -> String {
    let marked = code.arguments.named("hl_lines").map(line_numbers).unwrap_or_default();
    let start: Option<u32> = code.arguments.named("linenostart").and_then(|n| n.parse().ok());
    let numbered =
        start.is_some() || code.arguments.flag("linenos", false) || code.arguments.named("linenos") == Some("table");
    if marked.is_empty() && !numbered {
        return lines.join("\n");
    }
    let first = start.unwrap_or(1) as usize;
    let width = (first + lines.len()).to_string().len();
    let mut html = String::new();
    for (index, line) in lines.iter().enumerate() {
        let number = if numbered { format!("<span class=ln>{:>width$} </span>", first + index) } else { String::new() };
        let last = if index + 1 == lines.len() { "" } else { "\n" };
        if marked.contains(&(index + 1)) {
            html.push_str(&format!("<span class=hl>{number}{line}{last}</span>"));
        } else {
            html.push_str(&format!("{number}{line}{last}"));
        }
    }
    html
}

/// `1 3-4` or `1,3-4`, counted from 1.
fn line_numbers(text: &str) -> Vec<usize> {
    text.split([' ', ','])
        .filter(|part| !part.is_empty())
        .flat_map(|part| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            match (from.parse::<usize>(), to.parse::<usize>()) {
                (Ok(from), Ok(to)) if to < 1_000_000 => from..to + 1,
                _ => 0..0,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_text_between_tags() {
        for (line, range, expected) in [
            ("ssh IP", 4..6, "ssh <v>"),
            ("<span class=k>ssh</span> IP x", 4..6, "<span class=k>ssh</span> <v> x"),
            ("<span class=s>a IP b</span>", 2..4, "<span class=s>a <v> b</span>"),
            ("<span class=s>IP</span> b", 0..2, "<span class=s><v></span> b"),
            ("<span class=o>&lt;</span>IP<span class=o>&gt;</span>.", 0..4, "<v>."),
            (
                "<span class=o>a&lt;</span>IP<span class=o>&gt;b</span>",
                1..5,
                "<span class=o>a</span><v><span class=o>b</span>",
            ),
            ("&lt;IP&gt;", 1..3, "&lt;<v>&gt;"),
            ("I<span class=s>P</span>.", 0..2, "<v>."),
            ("<span class=s>I</span>P.", 0..2, "<v>."),
            ("I<span class=s>Px</span>.", 0..2, "<v><span class=s>x</span>."),
            ("a", 1..1, "a<v>"),
            ("", 0..0, "<v>"),
        ] {
            assert_eq!(replace_text(line, range, "<v>"), expected, "{line}");
        }
    }

    #[test]
    fn line_numbers_of_hugo() {
        assert_eq!(line_numbers("1 3-5"), [1, 3, 4, 5]);
        assert_eq!(line_numbers("2,4-4"), [2, 4]);
        assert_eq!(line_numbers("x 9-1 7"), [7]);
    }
}
