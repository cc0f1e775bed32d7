//! A paragraph in which a shortcode of the site's own makes a block: it ends before the block, and goes on in another one, as
//! HTML has it that a `<p>` holds no blocks.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

/// Elements that end a paragraph: HTML, section 13.2.6.4.7, "A start tag whose tag name is one of".
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "plaintext",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
];

/// Where the next event stands.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    state: State,
    /// Open elements of a line: emphasis, links, headings, and raw HTML.
    inline: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum State {
    #[default]
    None,
    Open,
    /// A block stood in it; it goes on with what is next.
    Suspended,
}

impl Paragraph {
    /// Hears of the next event; whether it is wanted.
    pub(super) fn follow(&mut self, event: &Event<'_>, events: &mut Vec<Event<'_>>) -> bool {
        match event {
            Event::Start(Tag::Paragraph) => (self.state, self.inline) = (State::Open, 0),
            Event::End(TagEnd::Paragraph) => {
                let wanted = self.state != State::Suspended;
                (self.state, self.inline) = (State::None, 0);
                return wanted;
            }
            Event::SoftBreak | Event::HardBreak if self.state == State::Suspended => return false,
            Event::Text(text) if self.state == State::Suspended && text.trim().is_empty() => return false,
            _ => self.resume(events),
        }
        match event {
            Event::Start(tag) if is_inline(tag.to_end()) => self.inline += 1,
            Event::End(tag) if is_inline(*tag) => self.inline = self.inline.saturating_sub(1),
            Event::InlineHtml(html) if html.starts_with("</") => self.inline = self.inline.saturating_sub(1),
            Event::InlineHtml(html) if opens(html) => self.inline += 1,
            _ => {}
        }
        true
    }

    fn resume(&mut self, events: &mut Vec<Event<'_>>) {
        if self.state == State::Suspended {
            events.push(Event::Start(Tag::Paragraph));
            self.state = State::Open;
        }
    }

    /// Puts what a shortcode in a line made; `false` if it is a block where no block can be.
    pub(super) fn put<'e>(&mut self, html: CowStr<'e>, events: &mut Vec<Event<'e>>) -> bool {
        let block = has_block(&html);
        if !block || self.inline > 0 || self.state == State::None {
            self.resume(events);
            events.push(Event::InlineHtml(html));
            return !block || self.inline == 0;
        }
        if self.state == State::Open {
            while matches!(events.last(), Some(Event::SoftBreak | Event::HardBreak)) {
                events.pop();
            }
            match events.last() {
                Some(Event::Start(Tag::Paragraph)) => drop(events.pop()),
                _ => events.push(Event::End(TagEnd::Paragraph)),
            }
        }
        events.push(Event::Html(format!("{}\n", html.trim_end()).into()));
        self.state = State::Suspended;
        true
    }
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image | TagEnd::Heading(_)
    )
}

/// Whether a tag opens an element that another tag closes.
fn opens(html: &str) -> bool {
    const VOID: &[&str] = &["br", "hr", "img", "input", "wbr", "area", "col", "embed", "source", "track"];
    name(html).is_some_and(|name| !VOID.contains(&name.as_str())) && !html.ends_with("/>")
}

fn has_block(html: &str) -> bool {
    html.match_indices('<').filter_map(|(at, _)| name(&html[at..])).any(|name| BLOCKS.contains(&name.as_str()))
}

/// The name of the element that a text begins to open, in lower case.
fn name(html: &str) -> Option<String> {
    let rest = html.strip_prefix('<')?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_ascii_lowercase())
}
