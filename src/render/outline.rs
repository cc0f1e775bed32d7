//! The first walk over a guide: what the site must know before it can render.

use html5gum::{Tokenizer, emitters::default::DefaultEmitter};
use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::{
    World,
    headings::{self, Ids, end_of, plain_text},
};
use crate::{
    diagnostic::{Diagnostic, Place, nearest},
    guide::{CodeBlock, Guide, Registry, Role, Shortcode, Token, TokenKind},
    site::record::{Heading, Reference, SearchSection},
    source::Span,
};

/// A headless bundle that a page includes: its file.
pub type Include = String;

/// See the module.
#[derive(Debug, Default)]
pub struct Outline {
    /// The text of the first heading of level 1.
    pub first_heading: Option<String>,
    /// The first paragraph as plain text, cut at a word to 200 characters.
    pub summary: String,
    /// Headings in document order, those of included bundles too.
    pub headings: Vec<Heading>,
    /// For each of them, its file and where it stands in that.
    pub places: Vec<(String, Span)>,
    /// Every id that a link can point at.
    pub anchors: Vec<String>,
    /// Links in document order.
    pub links: Vec<Reference>,
    /// Images in document order.
    pub images: Vec<Reference>,
    /// Files of the included bundles, directly and indirectly.
    pub includes: Vec<Include>,
    /// Whether it includes bundles, found or not.
    pub uses_content: bool,
    /// Words of the text, code left out.
    pub words: usize,
    /// Text for the search index, cut at headings.
    pub search: Vec<SearchSection>,
    /// Includes that are missing or go in a circle.
    pub diagnostics: Vec<Diagnostic>,
}

/// Walks over a guide and what it includes.
pub fn outline(guide: &Guide, world: &dyn World) -> Outline {
    let mut walk = Walk {
        world,
        outline: Outline::default(),
        ids: Ids::default(),
        including: vec![guide.path.clone()],
        nesting: 0,
    };
    walk.outline.search.push(SearchSection::default());
    walk.tokens(guide, &guide.tokens);
    let mut outline = walk.outline;
    outline.anchors.extend(outline.headings.iter().map(|h| h.id.clone()));
    outline.search.retain(|s| !(s.title.is_empty() && s.text.is_empty() && s.code.is_empty()));
    outline
}

struct Walk<'a> {
    world: &'a dyn World,
    outline: Outline,
    ids: Ids,
    including: Vec<String>,
    /// Open lists, quotes, tables and shortcodes.
    nesting: usize,
}

impl Walk<'_> {
    fn tokens(&mut self, guide: &Guide, tokens: &[Token]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match &token.kind {
                TokenKind::Code(code) => {
                    self.code(code);
                    for (_, shortcode) in &code.inserts {
                        self.shortcode(guide, shortcode);
                    }
                }
                TokenKind::Shortcode(shortcode) => self.shortcode(guide, shortcode),
                TokenKind::Markdown(Event::Start(Tag::Heading { level, id, .. })) => {
                    let end = end_of(tokens, at);
                    self.heading(guide, *level as u8, id.as_deref(), &tokens[at..end]);
                    self.inline_references(guide, &tokens[at + 1..end]);
                    at = end;
                }
                TokenKind::Markdown(Event::Start(Tag::Paragraph)) => {
                    self.summary(&tokens[at..end_of(tokens, at)]);
                }
                TokenKind::Markdown(event) => self.event(guide, event, token.span),
            }
            at += 1;
        }
    }

    fn code(&mut self, code: &CodeBlock) {
        let is_typed_or_seen = match code.role {
            Role::Command | Role::Output => true,
            Role::File => false,
            Role::Listing => code.language.is_empty(),
        };
        let title = code.title.as_deref().filter(|title| !title.is_empty());
        let section = self.section();
        for line in title.into_iter().chain([code.text.as_str()]) {
            section.code.push_str(line);
            section.code.push('\n');
        }
        for line in title.into_iter().chain(is_typed_or_seen.then_some(code.text.as_str())) {
            section.commands.push_str(line);
            section.commands.push('\n');
        }
    }

    /// The first paragraph that is neither in a list or a quote nor says something through a shortcode of the site's.
    fn summary(&mut self, paragraph: &[Token]) {
        let own = |t: &Token| matches!(&t.kind, TokenKind::Shortcode(s) if s.name != "placeholder");
        if self.outline.summary.is_empty() && self.nesting == 0 && !paragraph.iter().any(own) {
            self.outline.summary = cut(plain_text(paragraph).trim(), 200);
        }
    }

    fn event(&mut self, guide: &Guide, event: &Event<'_>, span: Span) {
        match event {
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.text(text),
            Event::Code(text) => {
                self.text(text);
                self.section().commands.push_str(text);
                self.section().commands.push('\n');
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell) => {
                self.section().text.push(' ');
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                self.outline.anchors.extend(ids_of(html));
                self.outline.links.extend(links_of(guide, html, span));
            }
            Event::Start(Tag::List(_) | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) | Tag::DefinitionList) => {
                self.nesting += 1
            }
            Event::End(
                TagEnd::List(_) | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition | TagEnd::DefinitionList,
            ) => {
                self.nesting = self.nesting.saturating_sub(1);
            }
            Event::Start(Tag::Link { link_type, dest_url, .. }) if *link_type != LinkType::Email => {
                self.outline.links.push(reference(guide, dest_url, span));
            }
            Event::Start(Tag::Image { dest_url, .. }) => self.outline.images.push(reference(guide, dest_url, span)),
            _ => {}
        }
    }

    fn inline_references(&mut self, guide: &Guide, tokens: &[Token]) {
        for token in tokens {
            match &token.kind {
                TokenKind::Markdown(event @ Event::Start(_) | event @ Event::InlineHtml(_)) => {
                    self.event(guide, event, token.span);
                }
                // The text of a site's own is in the title.
                TokenKind::Shortcode(shortcode) if Registry::is_built_in(&shortcode.name) => {
                    self.shortcode(guide, shortcode);
                }
                _ => {}
            }
        }
    }

    fn heading(&mut self, guide: &Guide, level: u8, own: Option<&str>, tokens: &[Token]) {
        let headings::Title { text: title, typed } = headings::title(guide, tokens, self.world);
        let id = self.ids.next(own, &typed);
        if level == 1 && self.outline.first_heading.is_none() {
            self.outline.first_heading = Some(title.clone());
        }
        self.outline.words += title.split_whitespace().count();
        self.outline.search.push(SearchSection {
            anchor: id.clone(),
            title: title.clone(),
            ..SearchSection::default()
        });
        self.outline.headings.push(Heading { level, id, title });
        self.outline.places.push((guide.path.clone(), tokens.first().map(|token| token.span).unwrap_or_default()));
    }

    fn text(&mut self, text: &str) {
        self.outline.words += text.split_whitespace().count();
        self.section().text.push_str(text);
    }

    fn section(&mut self) -> &mut SearchSection {
        if self.outline.search.is_empty() {
            self.outline.search.push(SearchSection::default());
        }
        let last = self.outline.search.len() - 1;
        &mut self.outline.search[last]
    }

    fn shortcode(&mut self, guide: &Guide, shortcode: &Shortcode) {
        let given = &shortcode.arguments;
        match shortcode.name.as_str() {
            "content" => return self.content(guide, shortcode, given.get("name", 0).unwrap_or_default()),
            "ref" | "relref" => {
                if let Some(path) = given.get("path", 0) {
                    self.outline.links.push(reference(guide, path, shortcode.tag));
                }
            }
            "image" => {
                if let Some(src) = given.get("src", 0) {
                    self.outline.images.push(reference(guide, src, shortcode.tag));
                }
                if let Some(link) = given.named("link") {
                    self.outline.links.push(reference(guide, link, shortcode.tag));
                }
            }
            "button" | "card" if given.named("link").is_some() => {
                let link = given.named("link").unwrap_or_default();
                self.outline.links.push(reference(guide, link, shortcode.tag));
                let title = given.named("title").or_else(|| given.get("text", 0)).unwrap_or_default().to_owned() + " ";
                self.text(&title);
            }
            "placeholder" => self.text(given.get("name", 0).unwrap_or_default()),
            "note" | "tab" | "disclosure-note" | "card" => {
                let title = given.named("title").unwrap_or_default().to_owned() + " ";
                self.text(&title);
            }
            // What its template says around a body is not known before it is rendered.
            own if !Registry::is_built_in(own) && shortcode.body.is_empty() => {
                let text = headings::own_text(guide, shortcode, self.world);
                self.text(&text);
            }
            _ => {}
        }
        self.nesting += 1;
        self.tokens(guide, &shortcode.body);
        self.nesting -= 1;
        self.section().text.push(' ');
    }

    fn content(&mut self, guide: &Guide, shortcode: &Shortcode, name: &str) {
        let at = |problem: Diagnostic| problem.at(&guide.source, shortcode.tag);
        self.outline.uses_content = true;
        let Some(included) = self.world.include(name) else {
            let names = self.world.include_names();
            let help = match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add a folder `{name}` with an `index.md` that says `headless: true`"),
            };
            let problem =
                Diagnostic::error("missing-include", format!("there is no headless bundle `{name}` to include"));
            self.outline.diagnostics.push(at(problem).help(help));
            return;
        };
        if self.including.contains(&included.path) {
            let mut circle = self.including.clone();
            circle.push(included.path.clone());
            let problem =
                Diagnostic::error("include-cycle", format!("this include goes in a circle: {}", circle.join(" → ")));
            self.outline.diagnostics.push(at(problem).help("remove one of the includes"));
            return;
        }
        if !self.outline.includes.contains(&included.path) {
            self.outline.includes.push(included.path.clone());
        }
        self.including.push(included.path.clone());
        self.tokens(&included, &included.tokens);
        self.including.pop();
    }
}

fn reference(guide: &Guide, target: &str, span: Span) -> Reference {
    Reference { target: target.to_owned(), from: guide.path.clone(), place: Place::new(&guide.source, span) }
}

/// Values of `id` and `name` attributes in raw HTML.
fn ids_of(html: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for attribute in [" id=", " name="] {
        for (at, _) in html.match_indices(attribute) {
            let value = &html[at + attribute.len()..];
            let id = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
                _ => value.split([' ', '>', '/']).next(),
            };
            ids.extend(id.filter(|id| !id.is_empty()).map(str::to_owned));
        }
    }
    ids
}

/// Links of raw HTML to other sites. What leads into this site is the author's own address there, and is not looked at.
fn links_of(guide: &Guide, html: &str, span: Span) -> Vec<Reference> {
    let mut links = Vec::new();
    if !html.contains("://") {
        return links;
    }
    // Where lines were cut out of quotes, the author's text is not that of the event.
    let is_verbatim = guide.source.text.get(span.start..span.end).is_some_and(|text| text.starts_with(html));
    let emitter = DefaultEmitter::<usize>::new_with_span();
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        let html5gum::Token::StartTag(tag) = token else { continue };
        for name in [b"href".as_slice(), b"src"] {
            let Some(value) = tag.attributes.get(name) else { continue };
            let target = String::from_utf8_lossy(value);
            if target.starts_with("https://") || target.starts_with("http://") {
                let (from, to) = (span.start + tag.span.start, span.start + tag.span.end);
                let at = guide.source.text.get(from..to).filter(|_| is_verbatim).and_then(|tag| tag.find(&*target));
                let at = at.map_or(span, |at| Span::new(from + at, from + at + target.len()));
                links.push(reference(guide, &target, at));
            }
        }
    }
    links
}

/// Cuts at a word to at most `limit` characters, with `…`.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let end = text.char_indices().nth(limit).map_or(text.len(), |(i, _)| i);
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{}…", text[..end].trim_end_matches([',', ';', ':', '.']))
}
