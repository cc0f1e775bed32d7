//! A page as plain Markdown, for readers that are programs: shortcodes become what any Markdown has.

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};
use std::sync::Arc;

use super::{Roles, World, html::begins_with_title};
use crate::{
    guide::{CodeBlock, Form, Guide, Role, Shortcode, Token, TokenKind},
    source::Span,
};

/// The text of a guide with its shortcodes written out.
pub fn markdown(guide: &Guide, title: &str, world: &dyn World) -> String {
    let start = match guide.tokens.first() {
        // A heading that serves as the title stands above already.
        Some(Token { kind: TokenKind::Markdown(Event::Start(Tag::Heading { .. })), span })
            if begins_with_title(guide, world) =>
        {
            span.end
        }
        first => line_start(&guide.source.text, first.map_or(guide.source.text.len(), |t| t.span.start)),
    };
    let mut writer = Writer { world, including: vec![guide.path.clone()], roles: world.roles(guide) };
    let text = writer.range(guide, &guide.tokens, start, guide.source.text.len());
    format!("# {title}\n\n{}\n", text.trim())
}

/// Inline Markdown to HTML: the paragraph around it is taken off, and `href` says where its links lead.
pub(crate) fn inline(text: &str, href: impl Fn(&str) -> String) -> String {
    let mut html = String::new();
    let events = Parser::new(text).map(|event| match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) if link_type != LinkType::Email => {
            Event::Start(Tag::Link { link_type, dest_url: href(&dest_url).into(), title, id })
        }
        other => other,
    });
    pulldown_cmark::html::push_html(&mut html, events);
    let trimmed = html.trim();
    trimmed.strip_prefix("<p>").and_then(|r| r.strip_suffix("</p>")).unwrap_or(trimmed).to_owned()
}

/// Where the links of inline Markdown lead, as written.
pub(crate) fn inline_targets(text: &str) -> Vec<String> {
    let target = |event| match event {
        Event::Start(Tag::Link { link_type, dest_url, .. }) if link_type != LinkType::Email => {
            Some(dest_url.to_string())
        }
        _ => None,
    };
    Parser::new(text).filter_map(target).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |i| i + 1)
}

struct Writer<'a> {
    world: &'a dyn World,
    including: Vec<String>,
    roles: Arc<Roles>,
}

impl Writer<'_> {
    /// The source from `start` to `end`, with the shortcodes among `tokens` written out and the links between files
    /// turned into addresses.
    fn range(&mut self, guide: &Guide, tokens: &[Token], start: usize, end: usize) -> String {
        let source = &guide.source.text;
        let mut text = String::new();
        let mut at = start;
        let mut targets = Vec::new();
        for token in tokens {
            if let TokenKind::Markdown(Event::Start(Tag::Link { dest_url, .. })) = &token.kind {
                targets.push((dest_url.to_string(), self.world.link(dest_url, &guide.path)));
            }
            if let TokenKind::Markdown(Event::Start(Tag::Image { dest_url, .. })) = &token.kind {
                targets.push((dest_url.to_string(), self.world.image(dest_url, &guide.path).src));
            }
            let (span, written) = match &token.kind {
                TokenKind::Markdown(Event::End(TagEnd::Link | TagEnd::Image)) => match targets.pop() {
                    Some((old, new)) if old != new => match target_span(source, token.span) {
                        Some(span) => (span, new),
                        None => continue,
                    },
                    _ => continue,
                },
                _ => match self.written(guide, token) {
                    Some(written) => (token.span, written),
                    None => continue,
                },
            };
            if span.start < at || span.end > end {
                continue;
            }
            text.push_str(&source[at..span.start]);
            if is_block(token) {
                begin_block(&mut text);
            }
            push_indented(&mut text, &written);
            // Blank lines after indented code count as part of it.
            at = span.start + source[span.range()].trim_end().len();
        }
        text.push_str(source.get(at..end).unwrap_or_default());
        text
    }

    /// What stands for a token in plain Markdown; `None` if it is plain already.
    fn written(&mut self, guide: &Guide, token: &Token) -> Option<String> {
        let source = &guide.source.text[token.span.range()];
        let has_tags = || source.contains("{{<") || source.contains("{{%");
        match &token.kind {
            // A quote is plain Markdown already, whatever it is called there.
            TokenKind::Shortcode(shortcode) if shortcode.quoted => {
                Some(self.range(guide, &shortcode.body, token.span.start, token.span.end))
            }
            TokenKind::Shortcode(shortcode) => Some(self.shortcode(guide, shortcode)),
            TokenKind::Code(code) if code.form == Form::Shortcode => Some(self.fence(guide, code, token.span)),
            TokenKind::Code(code) if code.form == Form::Indented && has_tags() => Some(shown(code)),
            TokenKind::Code(code) if has_tags() => Some(self.fence(guide, code, token.span)),
            TokenKind::Markdown(Event::Text(text)) if source.starts_with("{{") && source != text.as_ref() => {
                Some(text.to_string())
            }
            _ => None,
        }
    }

    fn shortcode(&mut self, guide: &Guide, shortcode: &Shortcode) -> String {
        let given = &shortcode.arguments;
        let body = |writer: &mut Self| {
            let inner = shortcode.inner.unwrap_or_default();
            outdented(&writer.range(guide, &shortcode.body, inner.start, inner.end), shortcode.margin)
        };
        match shortcode.name.as_str() {
            "content" => {
                let name = given.get("name", 0).unwrap_or_default();
                match self.world.include(name) {
                    Some(included) if !self.including.contains(&included.path) => {
                        self.including.push(included.path.clone());
                        let first = included.tokens.first().map_or(0, |t| t.span.start);
                        let text = self.range(&included, &included.tokens, first, included.source.text.len());
                        self.including.pop();
                        text.trim().to_owned()
                    }
                    _ => String::new(),
                }
            }
            "note" | "caution" => {
                let title = super::shortcode::note_title(self.world, given, &shortcode.name);
                let quoted = body(self).replace('\n', "\n> ");
                format!("> **{title}**\n>\n> {quoted}")
            }
            "tab" | "disclosure-note" | "card" => {
                format!("**{}**\n\n{}", given.get("title", 0).unwrap_or_default(), body(self))
            }
            "button" => {
                let link = self.world.link(given.named("link").unwrap_or_default(), &guide.path);
                format!("[{}]({link})", given.get("text", 0).unwrap_or(&link))
            }
            "badge" => format!("({})", given.get("text", 0).unwrap_or_default()),
            "icon" => given.named("label").unwrap_or_default().to_owned(),
            "placeholder" => format!("<{}>", given.get("name", 0).unwrap_or_default()),
            "image" => {
                format!("![{}]({})", given.get("alt", 1).unwrap_or_default(), given.get("src", 0).unwrap_or_default())
            }
            "youtube" => format!("<https://www.youtube.com/watch?v={}>", given.get("id", 0).unwrap_or_default()),
            "ref" | "relref" => self.world.link(given.get("path", 0).unwrap_or_default(), &guide.path),
            _ => body(self),
        }
    }

    fn fence(&self, guide: &Guide, code: &CodeBlock, span: Span) -> String {
        let (code, path) = self.roles.of(&guide.path, span.start, code);
        let code = code.as_ref();
        let mut text = shown(code);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let mut sign = "```".to_owned();
        while text.contains(&sign) {
            sign.push('`');
        }
        let title = match (code.title.as_ref().or(path.as_ref()), code.role) {
            (Some(title), Role::File) => format!("`{title}`:\n\n"),
            _ => String::new(),
        };
        let language = match (code.language.as_str(), code.role) {
            ("", Role::Command) => "bash".to_owned(),
            ("", Role::File) => code.title.as_deref().and_then(|t| self.world.language_of_path(t)).unwrap_or_default(),
            (language, _) => language.to_owned(),
        };
        format!("{title}{sign}{language}\n{text}{sign}")
    }
}

/// A body without the columns that belong to where it stands.
fn outdented(text: &str, margin: usize) -> String {
    let cut = |line: &str| (line.len() - line.trim_start_matches([' ', '\t']).len()).min(margin);
    let lines: Vec<&str> = text.lines().map(|line| &line[cut(line)..]).collect();
    lines.join("\n").trim().to_owned()
}

/// The text of code, with placeholders as a reader knows them: `<IP_ADDRESS>`.
fn shown(code: &CodeBlock) -> String {
    let mut text = code.text.clone();
    for (range, shortcode) in code.inserts.iter().rev() {
        if shortcode.name == "placeholder" {
            text.insert(range.end, '>');
            text.insert(range.start, '<');
        }
    }
    text
}

fn is_block(token: &Token) -> bool {
    match &token.kind {
        TokenKind::Code(code) => code.form == Form::Shortcode,
        TokenKind::Shortcode(shortcode) => shortcode.block,
        TokenKind::Markdown(_) => false,
    }
}

/// A block that stood behind other text gets lines of its own, at the indent of that text.
fn begin_block(text: &mut String) {
    let line = &text[line_start(text, text.len())..];
    let marker = line.trim_start().trim_end_matches(' ');
    if marker.is_empty() || marker.chars().all(|c| c.is_ascii_digit() || "-*+.)>|".contains(c)) {
        return;
    }
    let indent = " ".repeat(line.len() - line.trim_start().len());
    let kept = text.trim_end_matches(' ').len();
    text.truncate(kept);
    text.push_str("\n\n");
    text.push_str(&indent);
}

/// Adds lines at the column that the text has reached.
fn push_indented(text: &mut String, written: &str) {
    let column = text.len() - text.rfind('\n').map_or(0, |i| i + 1);
    for (number, line) in written.trim_end().lines().enumerate() {
        if number > 0 {
            text.push('\n');
            if !line.is_empty() {
                text.push_str(&" ".repeat(column));
            }
        }
        text.push_str(line);
    }
}

/// Where the target of an inline link or image stands: `[text](target "title")`. Other forms have none of their own.
fn target_span(source: &str, link: Span) -> Option<Span> {
    let text = source[link.range()].strip_suffix(')')?;
    let start = text.rfind("](")? + 2;
    let target = &text[start..];
    let end = match target.find(">}}").or_else(|| target.find("%}}")) {
        Some(end) if target.starts_with("{{") => end + 3,
        _ => target.find(" \"").unwrap_or(target.len()),
    };
    let target = target[..end].trim_end();
    Some(Span::new(link.start + start, link.start + start + target.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_links() {
        for (text, target) in [
            ("[a](b)", Some("b")),
            ("[a](b \"t\")", Some("b")),
            ("![a](../b.png)", Some("../b.png")),
            ("[![i](x)](b)", Some("b")),
            ("[a]({{< ref \"b\" >}})", Some("{{< ref \"b\" >}}")),
            ("[a]", None),
            ("<https://a.b>", None),
        ] {
            let found = target_span(text, Span::new(0, text.len())).map(|s| &text[s.range()]);
            assert_eq!(found, target, "{text}");
        }
    }
}
