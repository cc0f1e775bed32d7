//! Markdown events to tokens: shortcodes come back to where they stood, and blocks end the paragraphs around them.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use std::ops::Range;

use super::{
    Argument, CodeBlock, Level, Shortcode, Token, TokenKind,
    buffer::{self, Buffer, Part},
    dialect::{Dialect, callouts, components},
    document::Builder,
    shortcode::tree::Item,
    value,
};
use crate::{diagnostic::Diagnostic, source::Span};

mod code;
mod raw;

/// Deepest nesting of quotes, lists and emphasis that a page may have.
const DEEPEST: usize = 200;

/// Elements whose text is meant as it is typed.
const VERBATIM: &[&str] =
    &["code", "kbd", "samp", "pre", "tt", "var", "script", "style", "textarea", "math", "xmp", "listing"];

/// Where a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Paragraph {
    None,
    /// Open since the token of this index.
    Open(usize),
    /// A block stood in it; it opens again with the next inline token.
    Suspended,
}

/// What surrounds a shortcode more closely than its paragraph.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Within {
    Text,
    /// A code span: only inline shortcodes can stand there.
    Code,
    /// A tag of raw HTML: only text can.
    Tag,
}

pub(super) struct Assembler<'a, 'b> {
    builder: &'a mut Builder<'b>,
    buffer: &'a Buffer,
    items: &'a [Item],
    pub(super) tokens: Vec<Token>,
    paragraph: Paragraph,
    /// Open emphasis, links and images: a block inside them cannot end the paragraph.
    inline_depth: usize,
    depth: usize,
    too_deep: bool,
    after_block: bool,
    within: Within,
    /// Open elements of raw HTML whose text is meant as it is.
    verbatim: usize,
    /// What a block of raw HTML has opened that would swallow the page.
    raw: Option<raw::Open>,
    code: Option<(CodeBlock, Range<usize>, Vec<usize>, bool)>,
    /// Quotes that are open, by their tokens.
    quotes: Vec<usize>,
    /// Arguments of a comment `<!-- verify: … -->` that waits for its block, and where it stands.
    comment: Option<(Vec<Argument>, Span)>,
}

impl<'a, 'b> Assembler<'a, 'b> {
    pub(super) fn new(builder: &'a mut Builder<'b>, buffer: &'a Buffer, items: &'a [Item]) -> Self {
        Self {
            builder,
            buffer,
            items,
            tokens: Vec::new(),
            paragraph: Paragraph::None,
            inline_depth: 0,
            depth: 0,
            too_deep: false,
            after_block: false,
            within: Within::Text,
            verbatim: 0,
            raw: None,
            code: None,
            quotes: Vec::new(),
            comment: None,
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Event::Html(html) = &event {
            self.follow_raw(html, range.clone());
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => self.start_code(&kind, range),
            Event::End(TagEnd::CodeBlock) => self.end_code(),
            Event::Text(_) if self.verbatim > 0 && self.is_typography(&range) => {
                let typed = self.buffer.text[range.clone()].to_owned();
                self.push(Event::Text(typed.into()), range);
            }
            Event::InlineHtml(html) if !buffer::has_items(&html) => {
                self.follow_verbatim(&html);
                match self.component(&html, &range) {
                    Some((shortcode, span)) => self.inline(TokenKind::Shortcode(Box::new(shortcode)), span),
                    None => self.push(Event::InlineHtml(html), range),
                }
            }
            Event::Text(text) if self.code.is_some() => self.code_text(&text, &range),
            Event::Text(text) if buffer::has_items(&text) => self.split(&text, range, Event::Text),
            Event::Html(html) if buffer::has_items(&html) => self.split(&html, range, Event::Html),
            Event::InlineHtml(html) if buffer::has_items(&html) => {
                // One tag or comment: what is put in must be text.
                self.within = Within::Tag;
                self.split(&html, range, Event::InlineHtml);
                self.within = Within::Text;
            }
            Event::Code(code) if buffer::has_items(&code) => {
                self.push(Event::InlineHtml("<code>".into()), range.clone());
                self.within = Within::Code;
                self.split(&code, range.clone(), Event::Text);
                self.within = Within::Text;
                self.push(Event::InlineHtml("</code>".into()), range);
            }
            Event::InlineMath(formula) => {
                let formula = self.expand(formula);
                self.push(Event::InlineMath(formula), range);
            }
            Event::DisplayMath(formula) => {
                let formula = self.expand(formula);
                self.push(Event::DisplayMath(formula), range);
            }
            Event::FootnoteReference(name) => {
                // As Markdown does, whatever their case.
                let name = self.expand(name).to_lowercase();
                self.push(Event::FootnoteReference(name.into()), range);
            }
            Event::Start(Tag::Paragraph) => {
                self.paragraph = Paragraph::Open(self.tokens.len());
                self.push(Event::Start(Tag::Paragraph), range);
            }
            Event::End(TagEnd::Paragraph) => {
                self.verbatim = 0;
                self.end_paragraph(range);
            }
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => {
                if tag == TagEnd::HtmlBlock {
                    self.close_raw(range.clone());
                }
                if !is_inline(tag) || matches!(tag, TagEnd::Heading(_)) {
                    self.verbatim = 0;
                }
                self.depth = self.depth.saturating_sub(1);
                if is_inline(tag) {
                    self.inline_depth = self.inline_depth.saturating_sub(1);
                }
                let is_quote = matches!(tag, TagEnd::BlockQuote(_));
                self.push(Event::End(tag), range);
                if is_quote {
                    self.end_quote();
                }
            }
            Event::Html(html) if let Some((shortcode, span)) = self.component(&html, &range) => {
                self.inline(TokenKind::Shortcode(Box::new(shortcode)), span);
            }
            Event::Html(html) => {
                self.follow_tags(&html);
                self.read_comment(&html, range.clone());
                self.push(Event::Html(html), range);
            }
            other => self.push(other, range),
        }
    }

    /// A component in a line of text, and its place.
    fn component(&self, html: &str, range: &Range<usize>) -> Option<(Shortcode, Span)> {
        if !self.builder.registry.reads(Dialect::Components) || !html.starts_with(['<']) {
            return None;
        }
        let span = self.buffer.span(range.clone());
        let is_whole = self.buffer.is_at(html, range);
        components::inline(html, span, self.builder.registry).filter(|_| is_whole).map(|shortcode| (shortcode, span))
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        self.depth += 1;
        if self.depth > DEEPEST && !self.too_deep {
            self.too_deep = true;
            let message = format!("quotes, lists or emphasis are nested more than {DEEPEST} deep");
            let span = self.buffer.span(range.clone());
            let problem = Diagnostic::error("too-deep", message).at(self.builder.source, span);
            self.builder.diagnostics.push(problem.help("no browser shows this; remove some of the nesting"));
        }
        let tag = match tag {
            Tag::Link { link_type, dest_url, title, id } => {
                Tag::Link { link_type, dest_url: self.expand(dest_url), title: self.expand(title), id }
            }
            Tag::Image { link_type, dest_url, title, id } => {
                Tag::Image { link_type, dest_url: self.expand(dest_url), title: self.expand(title), id }
            }
            Tag::Heading { level, id, classes, attrs } => Tag::Heading {
                level,
                id: id.map(|id| self.expand(id)),
                classes: classes.into_iter().map(|class| self.expand(class)).collect(),
                attrs: attrs.into_iter().map(|(k, v)| (self.expand(k), v.map(|v| self.expand(v)))).collect(),
            },
            Tag::FootnoteDefinition(name) => Tag::FootnoteDefinition(self.expand(name).to_lowercase().into()),
            Tag::HtmlBlock => {
                self.within = Within::Text;
                Tag::HtmlBlock
            }
            other => other,
        };
        let inline = is_inline(tag.to_end());
        if matches!(tag, Tag::BlockQuote(_)) {
            self.quotes.push(self.tokens.len());
        }
        self.push(Event::Start(tag), range);
        self.inline_depth += usize::from(inline);
    }

    /// A quote has ended; it may be a note in a dialect.
    fn end_quote(&mut self) {
        let Some(begin) = self.quotes.pop().filter(|_| self.builder.registry.reads(Dialect::Callouts)) else { return };
        callouts::read(self.builder.source, &mut self.tokens, begin, self.builder.unread);
    }

    /// Shortcodes in a place that holds text only: `ref` and `relref` become the path that they name.
    fn expand<'t>(&mut self, text: CowStr<'t>) -> CowStr<'t> {
        if !buffer::has_items(&text) {
            return text;
        }
        let items = self.items;
        let expanded: String = buffer::parts(&text)
            .into_iter()
            .map(|part| match part {
                Part::Text(text, _) => text.to_owned(),
                Part::Item(index) => self.as_text(&items[index]),
            })
            .collect();
        expanded.into()
    }

    /// A shortcode where only text can stand.
    fn as_text(&mut self, item: &Item) -> String {
        match item {
            Item::Call(call) if value::is_value(&call.name) => self.builder.value(call),
            Item::Call(call) if matches!(call.name.as_str(), "ref" | "relref") => {
                call.arguments.get("path", 0).unwrap_or_default().to_owned()
            }
            Item::Call(call) if call.name == "placeholder" => {
                call.arguments.get("name", 0).unwrap_or_default().to_owned()
            }
            item => self.builder.unescaped(item),
        }
    }

    fn push(&mut self, event: Event<'_>, range: Range<usize>) {
        let event = match event {
            Event::SoftBreak if self.after_block => return,
            Event::Text(text) if self.after_block => {
                let trimmed = text.trim_start();
                if trimmed.is_empty() {
                    return;
                }
                Event::Text(trimmed.to_owned().into())
            }
            other => other,
        };
        self.after_block = false;
        if self.paragraph == Paragraph::Suspended {
            self.paragraph = Paragraph::Open(self.tokens.len());
            let start = TokenKind::Markdown(Event::Start(Tag::Paragraph));
            self.tokens.push(Token { kind: start, span: self.buffer.span(range.clone()) });
        }
        self.tokens.push(Token { kind: TokenKind::Markdown(event.into_static()), span: self.buffer.span(range) });
    }

    /// Text around shortcodes.
    fn split(&mut self, text: &str, range: Range<usize>, wrap: fn(CowStr<'static>) -> Event<'static>) {
        for (part, place) in self.buffer.places(text, range) {
            match part {
                Part::Text(text, _) => {
                    if wrap(CowStr::Borrowed("")) == Event::Html(CowStr::Borrowed("")) {
                        self.follow_tags(text);
                    }
                    self.push(wrap(text.to_owned().into()), place);
                }
                Part::Item(index) => self.item(index),
            }
        }
    }

    /// Whether Markdown made the signs there into typographic ones, or would.
    fn is_typography(&self, range: &Range<usize>) -> bool {
        let typed = self.buffer.text.as_bytes().get(range.clone()).unwrap_or_default();
        !typed.is_empty() && typed.iter().all(|b| b"\"'.-".contains(b))
    }

    /// `<code>` and its like, as tags of raw HTML in a line.
    fn follow_verbatim(&mut self, html: &str) {
        let tag = html.trim_start_matches(['<', '/']);
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        if VERBATIM.contains(&name.as_str()) {
            self.verbatim =
                if html.starts_with("</") { self.verbatim.saturating_sub(1) } else { self.verbatim.saturating_add(1) };
        }
    }

    /// Whether a text of HTML leaves a tag open, in which a shortcode would stand.
    fn follow_tags(&mut self, html: &str) {
        match (html.rfind('<'), html.rfind('>')) {
            (None, None) => {}
            (open, close) => self.within = if open > close { Within::Tag } else { Within::Text },
        }
    }

    fn item(&mut self, index: usize) {
        let items = self.items;
        let item = &items[index];
        match (item, self.within) {
            (Item::Call(call), Within::Text | Within::Code) if value::is_value(&call.name) => {
                let text = self.builder.value(call);
                self.inline(TokenKind::Markdown(Event::Text(text.into())), call.span);
            }
            (Item::Call(call), Within::Code | Within::Tag)
                if call.name != "placeholder" && self.builder.registry.level(&call.name) == Level::Block =>
            {
                let shown = self.builder.shown(item);
                self.inline(TokenKind::Markdown(Event::Text(shown.text.into())), call.span);
            }
            (Item::Call(call), Within::Tag) if call.name == "placeholder" || value::is_value(&call.name) => {
                let mut escaped = String::new();
                // Writing to a string does not fail.
                let _ = pulldown_cmark_escape::escape_html(&mut escaped, &self.as_text(item));
                self.inline(TokenKind::Markdown(Event::InlineHtml(escaped.into())), call.span);
            }
            // No word stands for it in what Markdown reads.
            (Item::Hidden(_), _) => {}
            (Item::Escape { span, .. }, _) => {
                let text = self.builder.unescaped(item);
                self.inline(TokenKind::Markdown(Event::Text(text.into())), *span);
            }
            (Item::Call(call), _) => {
                let kind = self.builder.call(call);
                let block = match &kind {
                    TokenKind::Shortcode(shortcode) => shortcode.block,
                    _ => true,
                };
                if block { self.block(kind, call.span) } else { self.inline(kind, call.span) }
            }
        }
    }

    fn inline(&mut self, kind: TokenKind, span: Span) {
        self.after_block = false;
        if self.paragraph == Paragraph::Suspended {
            self.paragraph = Paragraph::Open(self.tokens.len());
            self.tokens.push(Token { kind: TokenKind::Markdown(Event::Start(Tag::Paragraph)), span });
        }
        self.tokens.push(Token { kind, span });
    }

    /// A block ends the paragraph that it stands in.
    fn block(&mut self, mut kind: TokenKind, span: Span) {
        self.attach_comment(&mut kind);
        if self.inline_depth > 0 {
            let problem = Diagnostic::error(
                "block-in-line",
                "this is a block, and it stands inside a heading, a link or emphasis",
            );
            let problem = problem
                .at(self.builder.source, span)
                .help("give it lines of its own, with a blank line before and after");
            self.builder.diagnostics.push(problem);
        }
        self.trim_end();
        if let Paragraph::Open(start) = self.paragraph
            && self.inline_depth == 0
        {
            if self.tokens.len() == start + 1 {
                self.tokens.pop();
            } else {
                self.tokens.push(Token { kind: TokenKind::Markdown(Event::End(TagEnd::Paragraph)), span });
            }
            self.paragraph = Paragraph::Suspended;
        }
        self.tokens.push(Token { kind, span });
        self.after_block = true;
    }

    /// Removes line breaks and spaces before a block.
    fn trim_end(&mut self) {
        while let Some(Token { kind: TokenKind::Markdown(event), .. }) = self.tokens.last_mut() {
            match event {
                Event::SoftBreak | Event::HardBreak => {}
                Event::Text(text) if text.trim().is_empty() => {}
                Event::Text(text) if text.ends_with(' ') => {
                    *text = text.trim_end().to_owned().into();
                    return;
                }
                _ => return,
            }
            self.tokens.pop();
        }
    }

    fn end_paragraph(&mut self, range: Range<usize>) {
        let paragraph = std::mem::replace(&mut self.paragraph, Paragraph::None);
        let Paragraph::Open(start) = paragraph else { return };
        let either = |token: &Token| match &token.kind {
            TokenKind::Shortcode(s) => self.builder.registry.level(&s.name) == Level::Either,
            TokenKind::Markdown(Event::SoftBreak) => true,
            _ => false,
        };
        if self.tokens.len() > start + 1 && self.tokens[start + 1..].iter().all(either) {
            self.tokens.remove(start);
            for token in &mut self.tokens[start..] {
                if let TokenKind::Shortcode(shortcode) = &mut token.kind {
                    shortcode.block = true;
                }
            }
        } else {
            self.push(Event::End(TagEnd::Paragraph), range);
        }
    }
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Heading(_)
    )
}
