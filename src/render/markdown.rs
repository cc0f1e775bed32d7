//! A page as plain Markdown, for readers that are programs: shortcodes become what any Markdown has.

use super::World;
use crate::guide::{CodeBlock, Form, Guide, Role, Shortcode, Token, TokenKind};

/// The text of a guide with its shortcodes written out.
pub fn markdown(guide: &Guide, title: &str, world: &dyn World) -> String {
    let body = guide.tokens.first().map_or(0, |t| t.span.start);
    let start = guide.source.text[..body].rfind('\n').map_or(0, |i| i + 1);
    let mut writer = Writer { world, including: vec![guide.path.clone()] };
    let text = writer.range(guide, &guide.tokens, start, guide.source.text.len());
    format!("# {title}\n\n{}\n", text.trim())
}

/// Inline Markdown to HTML: the paragraph around it is taken off.
pub(crate) fn inline(text: &str) -> String {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(text));
    let trimmed = html.trim();
    trimmed.strip_prefix("<p>").and_then(|r| r.strip_suffix("</p>")).unwrap_or(trimmed).to_owned()
}

struct Writer<'a> {
    world: &'a dyn World,
    including: Vec<String>,
}

impl Writer<'_> {
    /// The source from `start` to `end`, with the shortcodes among `tokens` written out.
    fn range(&mut self, guide: &Guide, tokens: &[Token], start: usize, end: usize) -> String {
        let source = &guide.source.text;
        let mut text = String::new();
        let mut at = start;
        for token in tokens {
            let written = match &token.kind {
                TokenKind::Code(code) if code.form == Form::Shortcode => self.fence(code),
                TokenKind::Shortcode(shortcode) => self.shortcode(guide, shortcode),
                _ => continue,
            };
            if token.span.start < at || token.span.end > end {
                continue;
            }
            text.push_str(&source[at..token.span.start]);
            let column = text.len() - text.rfind('\n').map_or(0, |i| i + 1);
            for (number, line) in written.trim_end().lines().enumerate() {
                if number > 0 {
                    text.push('\n');
                }
                if number > 0 && !line.is_empty() {
                    text.push_str(&" ".repeat(column));
                }
                text.push_str(line);
            }
            at = token.span.end;
        }
        text.push_str(source.get(at..end).unwrap_or_default());
        text
    }

    fn shortcode(&mut self, guide: &Guide, shortcode: &Shortcode) -> String {
        let given = &shortcode.arguments;
        let body = |writer: &mut Self| {
            let inner = shortcode.inner.unwrap_or_default();
            writer.range(guide, &shortcode.body, inner.start, inner.end).trim().to_owned()
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
                let title = given.named("title").unwrap_or(if shortcode.name == "note" { "Note" } else { "Caution" });
                let quoted = body(self).replace('\n', "\n> ");
                format!("> **{title}**\n>\n> {quoted}")
            }
            "tab" | "disclosure-note" => {
                format!("**{}**\n\n{}", given.get("title", 0).unwrap_or_default(), body(self))
            }
            "placeholder" => format!("<{}>", given.get("name", 0).unwrap_or_default()),
            "image" => {
                format!("![{}]({})", given.get("alt", 1).unwrap_or_default(), given.get("src", 0).unwrap_or_default())
            }
            "youtube" => format!("<https://www.youtube.com/watch?v={}>", given.get("id", 0).unwrap_or_default()),
            "ref" | "relref" => self.world.link(given.get("path", 0).unwrap_or_default(), &guide.path),
            _ => body(self),
        }
    }

    fn fence(&self, code: &CodeBlock) -> String {
        let mut sign = "```".to_owned();
        while code.text.contains(&sign) {
            sign.push('`');
        }
        let title = match (&code.title, code.role) {
            (Some(title), Role::File) => format!("`{title}`:\n\n"),
            _ => String::new(),
        };
        let language = match (code.language.as_str(), code.role) {
            ("", Role::Command) => "bash".to_owned(),
            ("", Role::File) => code.title.as_deref().and_then(|t| self.world.language_of_path(t)).unwrap_or_default(),
            (language, _) => language.to_owned(),
        };
        format!("{title}{sign}{language}\n{}{sign}", code.text)
    }
}
