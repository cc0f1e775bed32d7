//! Tags to calls: which closing tag belongs to which opening one.

use std::collections::BTreeSet;

use super::{
    Arguments, Body, Registry,
    lexer::{Piece, Tag, TagKind},
};
use crate::{
    diagnostic::{Diagnostic, nearest},
    source::{Source, Span},
};

/// Deepest nesting of shortcodes; a body deeper than this is an error, not a stack overflow.
pub(crate) const DEEPEST: usize = 32;

/// Shortcodes of Hugo and of its themes, and what says the same here.
const REPLACED: &[(&[&str], &str)] = &[
    (&["figure"], "write `{{< image src=\"…\" alt=\"…\" caption=\"…\" >}}`, or `![…](…)`"),
    (&["highlight"], "write a fence: its language, then `{hl_lines=\"1 3-4\" linenos=true}` behind it"),
    (&["details", "expand", "collapse"], "write `{{< disclosure-note \"…\" >}}` … `{{< /disclosure-note >}}`"),
    (
        &["admonition", "alert", "callout", "hint", "info", "notice", "tip", "warning"],
        "write `{{< note type=\"warning\" title=\"…\" >}}` … `{{< /note >}}`; types are primary, secondary, warning and alert",
    ),
];

/// What stands in the text instead of Markdown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Call(Call),
    Escape {
        span: Span,
        inner: Span,
    },
    /// Nothing of the page.
    Hidden(Span),
}

impl Item {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Call(call) => call.span,
            Self::Escape { span, .. } | Self::Hidden(span) => *span,
        }
    }
}

/// A shortcode with its body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// Opening tag to closing tag.
    pub(crate) span: Span,
    /// The opening tag.
    pub(crate) tag: Span,
    pub(crate) arguments: Arguments,
    /// Between the tags; `None` for a tag that stands alone.
    pub(crate) inner: Option<Span>,
    /// What stands in the body, in order.
    pub(crate) items: Vec<Item>,
    /// Columns of its lines that belong to where it stands, where a dialect says so.
    pub(crate) margin: Option<usize>,
}

/// An opened shortcode that waits for its closing tag.
struct Open {
    tag: Tag,
    items: Vec<Item>,
}

/// Pairs the tags.
pub(crate) fn pair(
    source: &Source,
    pieces: Vec<Piece>,
    registry: &Registry,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Item> {
    let closed: BTreeSet<String> = (pieces.iter())
        .filter_map(|piece| match piece {
            Piece::Tag(tag) if tag.kind == TagKind::Close => Some(tag.name.clone()),
            _ => None,
        })
        .collect();
    let mut pairing = Pairing { source, registry, diagnostics, open: Vec::new(), items: Vec::new() };
    for piece in pieces {
        match piece {
            Piece::Escape { span, inner } => pairing.add(Item::Escape { span, inner }),
            Piece::Tag(tag) => match tag.kind {
                TagKind::Close => pairing.close(&tag),
                TagKind::Open => {
                    let body = pairing.known(&tag, closed.contains(&tag.name));
                    if body == Body::None { pairing.alone(tag, false) } else { pairing.open(tag) }
                }
                TagKind::SelfClosing => {
                    let body = pairing.known(&tag, false);
                    pairing.alone(tag, body != Body::None);
                }
            },
        }
    }
    while !pairing.open.is_empty() {
        pairing.leave_unclosed();
    }
    pairing.items
}

struct Pairing<'a> {
    source: &'a Source,
    registry: &'a Registry,
    diagnostics: &'a mut Vec<Diagnostic>,
    open: Vec<Open>,
    items: Vec<Item>,
}

impl Pairing<'_> {
    fn add(&mut self, item: Item) {
        match self.open.last_mut() {
            Some(open) => open.items.push(item),
            None => self.items.push(item),
        }
    }

    /// The kind of body of a tag's name; an unknown name is reported.
    fn known(&mut self, tag: &Tag, closed: bool) -> Body {
        if let Some(body) = self.registry.body(&tag.name) {
            return body;
        }
        let replaced = REPLACED.iter().find(|(names, _)| names.contains(&tag.name.as_str()));
        let help = match (replaced, nearest(&tag.name, self.registry.names())) {
            (Some((_, instead)), _) => (*instead).to_owned(),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!(
                "add a template `themes/NAME/shortcodes/{0}.html`, or write `{{{{</* {0} */>}}}}` to show it as text",
                tag.name
            ),
        };
        let problem = Diagnostic::error("unknown-shortcode", format!("unknown shortcode `{}`", tag.name));
        self.diagnostics.push(problem.at(self.source, tag.name_span).help(help));
        if closed { Body::Markdown } else { Body::None }
    }

    fn alone(&mut self, tag: Tag, empty_body: bool) {
        let end = tag.span.end;
        self.add(Item::Call(Call {
            name: tag.name,
            span: tag.span,
            tag: tag.span,
            arguments: tag.arguments,
            inner: empty_body.then_some(Span::new(end, end)),
            items: Vec::new(),
            margin: None,
        }));
    }

    fn open(&mut self, tag: Tag) {
        if self.open.len() >= DEEPEST {
            let message = format!("shortcodes are nested more than {DEEPEST} deep");
            if self.diagnostics.last().is_none_or(|d| d.message != message) {
                self.diagnostics.push(
                    Diagnostic::error("too-deep", message).at(self.source, tag.span).help("close the outer ones first"),
                );
            }
            return;
        }
        self.open.push(Open { tag, items: Vec::new() });
    }

    fn close(&mut self, tag: &Tag) {
        let Some(depth) = self.open.iter().rposition(|open| open.tag.name == tag.name) else {
            return self.closes_nothing(tag);
        };
        while self.open.len() > depth + 1 {
            let inner = &self.open[self.open.len() - 1].tag;
            let (line, _) = self.source.line_of(inner.span.start);
            let message = format!("`{}` is closed while `{}` of line {line} is still open", tag.name, inner.name);
            let help = format!("write `{{{{< /{} >}}}}` before this tag", inner.name);
            self.diagnostics
                .push(Diagnostic::error("mis-nested-shortcode", message).at(self.source, tag.span).help(help));
            self.finish_without_body();
        }
        if let Some(Open { tag: opener, items }) = self.open.pop() {
            self.add(Item::Call(Call {
                name: opener.name,
                span: Span::new(opener.span.start, tag.span.end),
                tag: opener.span,
                arguments: opener.arguments,
                inner: Some(Span::new(opener.span.end, tag.span.start)),
                items,
                margin: None,
            }));
        }
    }

    fn closes_nothing(&mut self, tag: &Tag) {
        let (message, help) = match self.registry.body(&tag.name) {
            Some(Body::None) => {
                (format!("`{}` has no body, so it is not closed", tag.name), "remove this closing tag".to_owned())
            }
            Some(_) => (
                format!("`{}` is closed here and was not opened", tag.name),
                format!("remove this tag, or open it with `{{{{< {} >}}}}`", tag.name),
            ),
            None => {
                let open: Vec<&str> = self.open.iter().map(|o| o.tag.name.as_str()).collect();
                let near = nearest(&tag.name, open).or_else(|| nearest(&tag.name, self.registry.names()));
                let help = near.map_or("remove this tag".to_owned(), |near| format!("did you mean `{near}`?"));
                (format!("unknown shortcode `{}`", tag.name), help)
            }
        };
        self.diagnostics.push(Diagnostic::error("closes-nothing", message).at(self.source, tag.span).help(help));
    }

    fn leave_unclosed(&mut self) {
        if let Some(open) = self.open.last() {
            let name = &open.tag.name;
            let problem = Diagnostic::error("unclosed-shortcode", format!("shortcode `{name}` is never closed"));
            let help = format!("add `{{{{< /{name} >}}}}` where its body ends");
            self.diagnostics.push(problem.at(self.source, open.tag.span).help(help));
        }
        self.finish_without_body();
    }

    /// The innermost open shortcode becomes a tag that stands alone; what stood in it moves out.
    fn finish_without_body(&mut self) {
        if let Some(Open { tag, items }) = self.open.pop() {
            self.alone(tag, true);
            for item in items {
                self.add(item);
            }
        }
    }
}
