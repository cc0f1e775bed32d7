//! A range of the file to tokens: Markdown is parsed once, and shortcodes are read with their bodies.

use pulldown_cmark::{Options, Parser};

use super::{
    CodeBlock, Level, Registry, Shortcode, Token, TokenKind,
    assembler::Assembler,
    buffer::Buffer,
    code::Shown,
    dialect::{Unread, lines::columns},
    include::{Included, Reader},
    shortcode::{
        Body,
        tree::{Call, Item},
    },
    value,
};
use crate::{
    diagnostic::{Diagnostic, nearest},
    source::{Source, Span, front_matter::FrontMatter},
};

/// What every part of one file's parse shares.
pub(super) struct Builder<'a> {
    pub(super) source: &'a Source,
    /// The settings of the page.
    pub(super) front: &'a FrontMatter,
    pub(super) registry: &'a Registry,
    pub(super) smart_punctuation: bool,
    pub(super) mathematics: bool,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    pub(super) unread: &'a mut Vec<Unread>,
    /// Reads files of the site.
    pub(super) reader: Reader<'a>,
    /// Those that it was asked for.
    pub(super) included: &'a mut Vec<Included>,
}

impl Builder<'_> {
    /// Parses a range of the file: the whole body, or the body of a shortcode.
    pub(super) fn build(&mut self, range: Span, items: &[Item], dedent: usize) -> Vec<Token> {
        let buffer = Buffer::new(self.source, range, items, dedent);
        let mut options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_GFM
            | Options::ENABLE_DEFINITION_LIST;
        options.set(Options::ENABLE_SMART_PUNCTUATION, self.smart_punctuation);
        options.set(Options::ENABLE_MATH, self.mathematics);
        let parser = Parser::new_ext(&buffer.text, options).into_offset_iter();
        let mut assembler = Assembler::new(self, &buffer, items);
        for (event, range) in parser {
            assembler.event(event, range);
        }
        assembler.tokens
    }

    /// A shortcode as a token of its own.
    pub(super) fn call(&mut self, call: &Call) -> TokenKind {
        let end = call.span.end;
        let inner = call.inner.unwrap_or(Span::new(end, end));
        let dedent = call.margin.unwrap_or_else(|| self.dedent(call.tag, inner));
        if let Some(mut code) = CodeBlock::shortcode(&call.name, &call.arguments, inner) {
            self.raw_body(&mut code, &call.items, dedent);
            return TokenKind::Code(Box::new(code));
        }
        if call.name == "include" {
            return TokenKind::Code(Box::new(self.include(call)));
        }
        if call.name == "icon" {
            self.check_icon(call);
        }
        let has_markdown = call.inner.is_some() && self.registry.body(&call.name) != Some(Body::Raw);
        TokenKind::Shortcode(Box::new(Shortcode {
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            tag: call.tag,
            inner: call.inner,
            body: if has_markdown { self.build(inner, &call.items, dedent) } else { Vec::new() },
            block: call.margin.is_some() || self.registry.level(&call.name) == Level::Block,
            margin: dedent,
            quoted: false,
        }))
    }

    fn check_icon(&mut self, call: &Call) {
        let (icons, name) = (self.registry.icons(), call.arguments.get("name", 0).unwrap_or_default());
        if icons.is_empty() || icons.contains(name) {
            return;
        }
        let help = match nearest(name, icons.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "add the drawing as `icons/NAME.svg`; there are {}",
                icons.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
            ),
        };
        let problem = Diagnostic::error("unknown-icon", format!("there is no icon `{name}`"));
        self.diagnostics.push(problem.at(self.source, call.tag).help(help));
    }

    /// The text between the tags of a `file`, an `output` or a `command`, without the line ends next to the tags.
    pub(super) fn raw_body(&mut self, code: &mut CodeBlock, items: &[Item], dedent: usize) {
        let text = &self.source.text[code.inner.range()];
        let first_line = text.find('\n').map_or(0, |end| if text[..end].trim().is_empty() { end + 1 } else { 0 });
        let start = code.inner.start + first_line;
        let last_line =
            text.rfind('\n').map_or(text.len(), |i| if text[i..].trim().is_empty() { i + 1 } else { text.len() });
        code.inner = Span::new(start, (code.inner.start + last_line).max(start));
        let buffer = Buffer::new(self.source, code.inner, items, dedent);
        code.push(&buffer.text, |range| buffer.span(range), |index| self.shown(&items[index]));
        code.trim_end();
    }

    /// What an item shows inside code, and the shortcode to render there.
    pub(super) fn shown(&mut self, item: &Item) -> Shown {
        let written = self.written(item.span());
        let (text, shortcode) = match item {
            Item::Escape { .. } => (self.unescaped(item), None),
            Item::Hidden(_) => (String::new(), None),
            Item::Call(call) if value::is_value(&call.name) => (self.value(call), None),
            Item::Call(call) if call.name == "placeholder" => {
                (call.arguments.get("name", 0).unwrap_or_default().to_owned(), self.shortcode(call))
            }
            Item::Call(call) if self.registry.level(&call.name) != Level::Block => (written, self.shortcode(call)),
            Item::Call(call) => {
                let message = format!("shortcode `{}` stands inside code", call.name);
                let help = format!("to show it as text write `{{{{</* {} */>}}}}`", call.name);
                self.diagnostics
                    .push(Diagnostic::error("shortcode-in-code", message).at(self.source, call.tag).help(help));
                (written, None)
            }
        };
        Shown { text, from: item.span(), shortcode }
    }

    /// What stands in the source, with `\n` line ends.
    pub(super) fn written(&self, span: Span) -> String {
        self.source.text[span.range()].replace("\r\n", "\n")
    }

    pub(super) fn shortcode(&mut self, call: &Call) -> Option<Shortcode> {
        match self.call(call) {
            TokenKind::Shortcode(shortcode) => Some(*shortcode),
            _ => None,
        }
    }

    /// What an escaped shortcode shows; of another item, what is written.
    pub(super) fn unescaped(&self, item: &Item) -> String {
        let written = self.written(item.span());
        let Item::Escape { inner, .. } = item else { return written };
        let (open, close) = if written.starts_with("{{%") { ("{{%", "%}}") } else { ("{{<", ">}}") };
        format!("{open}{}{close}", self.written(*inner))
    }

    /// How many columns of a body belong to where the shortcode stands: never more than its own opening tag has before
    /// it, and never so many that the lines of the body would lose their shape.
    fn dedent(&self, tag: Span, inner: Span) -> usize {
        let line_start = self.source.text[..tag.start].rfind('\n').map_or(0, |i| i + 1);
        let before = &self.source.text[line_start..tag.start];
        if !before.bytes().all(|b| b" \t-*+.)0123456789>".contains(&b)) {
            return 0;
        }
        let lines = self.source.text[inner.range()].split('\n').skip(1);
        let indents = (lines.filter(|line| !line.trim().is_empty()))
            .map(|line| columns(&line[..line.len() - line.trim_start_matches([' ', '\t']).len()]));
        indents.min().unwrap_or(0).min(columns(before))
    }
}
