//! Tokens to HTML: what CommonMark says is left to pulldown-cmark, the rest is put between its events.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    PageInfo, Rendered, Roles, Uses, World,
    headings::{self, Ids, OWN, end_of, plain_text},
    paragraph::Paragraph,
};
use crate::{
    diagnostic::Diagnostic,
    guide::{Guide, Token, TokenKind},
    plan,
    source::Span,
};

/// The HTML of a guide's text.
pub fn page(guide: &Guide, world: &dyn World, page: &PageInfo) -> Rendered {
    let mut renderer = Renderer {
        world,
        page,
        ids: Ids::default(),
        serial: 0,
        documents: 0,
        depth: 0,
        including: vec![guide.path.clone()],
        variables: variables(guide, world),
        roles: world.roles(guide),
        images: 0,
        links: 0,
        uses: Uses::default(),
        diagnostics: Vec::new(),
    };
    let tokens = without_title(guide, &mut renderer.ids, world);
    let html = renderer.document(guide, tokens);
    // Templates make these, those of a site among them.
    let uses = Uses { shortcodes: html.contains("class=\"shortcode-"), ..renderer.uses };
    Rendered { html, diagnostics: renderer.diagnostics, uses }
}

/// The reader variables of a page.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// With the values that verification puts in.
    pub(super) bound: BTreeMap<String, String>,
    /// Placeholders without a value, of the commands so far.
    pub(super) seen: BTreeSet<String>,
    /// What the prose says to stand for something.
    pub(super) said: plan::Said,
}

fn variables(guide: &Guide, world: &dyn World) -> Variables {
    Variables { bound: world.variables(guide), said: plan::Said::of_guide(guide), ..Variables::default() }
}

/// Whether a text begins with a heading that is the page's title: it has no other one, or one that says the same.
pub(super) fn begins_with_title(guide: &Guide, world: &dyn World) -> bool {
    let tokens = &guide.tokens;
    let Some(TokenKind::Markdown(Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }))) =
        tokens.first().map(|t| &t.kind)
    else {
        return false;
    };
    let Some(title) = guide.front.h1_title.as_ref().or(guide.front.title.as_ref()) else { return true };
    let heading = headings::title(guide, &tokens[..end_of(tokens, 0)], world).text;
    heading.trim().to_lowercase() == title.trim().to_lowercase()
}

/// The text without a first heading that serves as the page's title: the template shows it.
fn without_title<'a>(guide: &'a Guide, ids: &mut Ids, world: &dyn World) -> &'a [Token] {
    let tokens = &guide.tokens;
    let Some(TokenKind::Markdown(Event::Start(Tag::Heading { id, .. }))) = tokens.first().map(|t| &t.kind) else {
        return tokens;
    };
    if !begins_with_title(guide, world) {
        return tokens;
    }
    let end = end_of(tokens, 0);
    // The outline has counted it, so that ids are the same in both walks.
    ids.next(id.as_deref(), &headings::title(guide, &tokens[..end], world).typed);
    &tokens[end + 1..]
}

/// Alerts in alerts, deeper than this, are shown as quotes.
const DEEPEST: usize = 40;

pub(super) struct Renderer<'a> {
    pub(super) world: &'a dyn World,
    page: &'a PageInfo,
    ids: Ids,
    serial: usize,
    /// Texts with footnotes of their own so far.
    documents: usize,
    pub(super) depth: usize,
    /// The files whose text is being rendered, outermost first.
    pub(super) including: Vec<String>,
    /// What stands for a value of the reader's.
    pub(super) variables: Variables,
    /// What the blocks of code are.
    pub(super) roles: Arc<Roles>,
    /// Images so far.
    pub(super) images: usize,
    /// Open links, those of raw HTML too.
    pub(super) links: isize,
    pub(super) uses: Uses,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Renderer<'_> {
    /// A text with its own footnotes: a page, or an included bundle.
    pub(super) fn document(&mut self, guide: &Guide, tokens: &[Token]) -> String {
        self.documents += 1;
        let (text, notes) = super::footnotes::split(tokens, self.documents);
        let mut html = self.tokens(guide, &text, &notes);
        if !notes.is_empty() {
            html.push_str(&super::footnotes::section(self, guide, &notes));
        }
        html
    }

    /// The body of a shortcode or of an alert.
    pub(super) fn body(&mut self, guide: &Guide, tokens: &[Token]) -> String {
        self.document(guide, tokens)
    }

    pub(super) fn tokens(&mut self, guide: &Guide, tokens: &[Token], notes: &super::footnotes::Notes<'_>) -> String {
        let mut events: Vec<Event<'_>> = Vec::with_capacity(tokens.len() + 16);
        let mut paragraph = Paragraph::default();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if let TokenKind::Markdown(event) = &token.kind
                && !paragraph.follow(event, &mut events)
            {
                at += 1;
                continue;
            }
            match &token.kind {
                TokenKind::Code(code) => {
                    let html = self.code(guide, code, token.span);
                    events.push(Event::Html(html.into()));
                }
                TokenKind::Shortcode(shortcode) => {
                    let html: CowStr<'_> = self.shortcode(guide, shortcode).into();
                    if shortcode.block {
                        events.push(Event::Html(html));
                    } else if !paragraph.put(html, &mut events) {
                        let message = format!("`{}` makes a block here, inside of a line", shortcode.name);
                        let problem = Diagnostic::warning("block-in-line", message).at(&guide.source, shortcode.tag);
                        let help =
                            "give it lines of its own, or let its template make elements of a line, such as `<span>`";
                        self.diagnostics.push(problem.help(help));
                    }
                }
                TokenKind::Markdown(event) => match event {
                    Event::Start(Tag::Image { dest_url, title, .. }) => {
                        let end = end_of(tokens, at);
                        let alt = plain_text(&tokens[at..end]);
                        events.push(Event::InlineHtml(self.image(dest_url, &alt, title, &guide.path).into()));
                        at = end;
                    }
                    Event::Start(Tag::BlockQuote(Some(kind))) if self.depth < DEEPEST => {
                        let end = end_of(tokens, at);
                        self.depth += 1;
                        let html = super::alert::html(self, guide, *kind, token.span, &tokens[at + 1..end], notes);
                        self.depth -= 1;
                        events.push(Event::Html(html.into()));
                        at = end;
                    }
                    Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                        let title = headings::title(guide, &tokens[at..end_of(tokens, at)], self.world);
                        let id = self.ids.next(id.as_deref(), &title.typed);
                        events.push(Event::Start(Tag::Heading {
                            level: *level,
                            id: Some(id.into()),
                            classes: classes.clone(),
                            attrs: attrs.clone(),
                        }));
                    }
                    Event::End(TagEnd::Heading(level)) => {
                        if let Some(id) = last_heading_id(&events) {
                            let anchor = format!(
                                "<a class=\"anchor\" href=\"#{id}\" aria-hidden=\"true\" tabindex=\"-1\">#</a>"
                            );
                            events.push(Event::InlineHtml(anchor.into()));
                        }
                        events.push(Event::End(TagEnd::Heading(*level)));
                    }
                    Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                        let dest_url = match link_type {
                            LinkType::Email | LinkType::Autolink => dest_url.clone(),
                            _ => self.world.link(dest_url, &guide.path).into(),
                        };
                        let (title, id) = (title.clone(), id.clone());
                        self.links += 1;
                        events.push(Event::Start(Tag::Link { link_type: *link_type, dest_url, title, id }));
                    }
                    Event::End(TagEnd::Link) => {
                        self.links -= 1;
                        events.push(event.clone());
                    }
                    Event::Html(html) | Event::InlineHtml(html) => {
                        self.links += super::image::opened_links(html);
                        events.push(event.clone());
                    }
                    Event::Start(Tag::Table(_)) => {
                        events.push(Event::Html("<div class=\"table\" role=\"group\" tabindex=\"0\">".into()));
                        events.push(event.clone());
                    }
                    Event::End(TagEnd::Table) => events.extend([event.clone(), Event::Html("</div>\n".into())]),
                    Event::TaskListMarker(done) => {
                        let (checked, label) = if *done { (" checked", "Done") } else { ("", "To do") };
                        let input = format!("<input type=\"checkbox\" disabled{checked} aria-label=\"{label}\">\n");
                        events.push(Event::InlineHtml(input.into()));
                    }
                    Event::InlineMath(formula) | Event::DisplayMath(formula) => {
                        let display = matches!(event, Event::DisplayMath(_));
                        let html = self.formula(guide, formula, display, token.span);
                        events.push(Event::InlineHtml(html.into()));
                    }
                    Event::FootnoteReference(name) => events.push(Event::InlineHtml(notes.reference(name).into())),
                    _ => events.push(event.clone()),
                },
            }
            at += 1;
        }
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, events.into_iter());
        html
    }

    /// An id for a piece of the page that is no heading.
    pub(super) fn serial(&mut self) -> String {
        self.serial += 1;
        format!("{OWN}{}", self.serial)
    }

    /// Renders a template; an error becomes a diagnostic and nothing is shown.
    pub(super) fn template(
        &mut self,
        name: &str,
        mut context: Map<String, Value>,
        guide: &Guide,
        span: Span,
    ) -> String {
        context.insert("name".into(), name.into());
        context.insert("page".into(), json!({ "title": self.page.title, "url": self.page.url }));
        let id = self.serial();
        context.insert("id".into(), id.into());
        match self.world.shortcode(name, context) {
            Ok(html) => html,
            Err(problem) => {
                let (line, _) = guide.source.line_of(span.start);
                let used = format!("`{name}` is used in {}, line {line}", guide.path);
                self.diagnostics.push(problem.help(used));
                String::new()
            }
        }
    }
}

fn last_heading_id(events: &[Event<'_>]) -> Option<String> {
    events.iter().rev().find_map(|event| match event {
        Event::Start(Tag::Heading { id: Some(id), .. }) => Some(escape(id)),
        _ => None,
    })
}

/// Escapes text for HTML, quotes included.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
