//! Components of MDX whose meaning is known: `<Tabs>`, `<TabItem>`, `<Steps>`, `<Card>` and `<Aside>` of Docusaurus and Starlight.

use super::{
    Argument, Block, Unread, argument, kind,
    lines::{Line, Lines, State},
};
use crate::source::Span;

/// A component: what it is here, and which of its attributes is its title, the first that is there.
struct Component {
    name: &'static str,
    is: Is,
    titles: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Is {
    /// A shortcode.
    Shortcode(&'static str),
    /// A note, of the kind that its attribute `type` says.
    Note,
}

const COMPONENTS: &[Component] = &[
    Component { name: "Tabs", is: Is::Shortcode("tabs"), titles: &[] },
    Component { name: "TabItem", is: Is::Shortcode("tab"), titles: &["label", "title", "value"] },
    Component { name: "Tab", is: Is::Shortcode("tab"), titles: &["label", "title", "value"] },
    Component { name: "Steps", is: Is::Shortcode("steps"), titles: &[] },
    Component { name: "CardGrid", is: Is::Shortcode("cards"), titles: &[] },
    Component { name: "Cards", is: Is::Shortcode("cards"), titles: &[] },
    Component { name: "Card", is: Is::Shortcode("card"), titles: &["title"] },
    Component { name: "Aside", is: Is::Note, titles: &["title"] },
    Component { name: "Admonition", is: Is::Note, titles: &["title"] },
];

/// What the known ones begin with.
pub(super) const SIGNS: &[&str] = &["<Tab", "<Steps", "<Card", "<Aside", "<Admonition"];

pub(super) fn read(lines: &Lines<'_>, at: usize, unread: &mut Vec<Unread>) -> Option<Block> {
    let line = &lines.all[at];
    let component = COMPONENTS.iter().find(|component| begins(line.text, component.name))?;
    let text = lines.text_from(line.at);
    let Some(tag) = tag(text) else {
        let help = "close the tag with `>`";
        unread.push(Unread { what: format!("`<{}` whose tag never ends", component.name), help, at: line.span() });
        return None;
    };
    let place = Span::new(line.at, line.at + tag.length);
    let arguments = arguments(component, &tag, place);
    if tag.is_alone {
        let name = name(component);
        let inner = Span::new(place.end, place.end);
        let margin = lines.margin + line.indent;
        return Some(Block { name, arguments, span: place, tag: place, inner, margin, parts: Vec::new() });
    }
    let Some((inner_end, end)) = closing(lines, place.end, component.name) else {
        let help = "close it with a tag of its name";
        unread.push(Unread { what: format!("`<{}>` that is never closed", component.name), help, at: place });
        return None;
    };
    let first = lines.all.partition_point(|line| line.start < place.end);
    let last = lines.all.partition_point(|line| line.start < inner_end);
    let own = first..last.max(first);
    // A closing tag on a line of its own says nothing of the body's indent.
    let closes = own.end > own.start && lines.all[own.end - 1].at >= inner_end;
    let body = own.start..own.end - usize::from(closes);
    let margin = if body.is_empty() { lines.margin + line.indent } else { lines.common(body) };
    Some(Block {
        name: name(component),
        arguments,
        span: Span::new(place.start, end),
        tag: place,
        inner: Span::new(place.end, inner_end),
        margin,
        parts: Vec::new(),
    })
}

fn name(component: &Component) -> &'static str {
    match component.is {
        Is::Shortcode(name) => name,
        Is::Note => "note",
    }
}

fn arguments(component: &Component, tag: &Tag<'_>, place: Span) -> Vec<Argument> {
    let attribute = |name: &str| tag.attributes.iter().find(|attribute| attribute.name == name);
    let at = |attribute: &Attribute<'_>| {
        Span::new(place.start + attribute.at, place.start + attribute.at + attribute.value.len())
    };
    let title = component.titles.iter().find_map(|name| attribute(name)).map(|a| (super::plain(a.value), at(a)));
    match component.is {
        Is::Note => {
            let kind = attribute("type").map_or(("note", place), |a| (a.value, at(a)));
            kind::arguments(kind, title)
        }
        Is::Shortcode("tab") => {
            let (title, at) = title.unwrap_or_else(|| ("Tab".to_owned(), place));
            vec![argument("title", title, at)]
        }
        Is::Shortcode(_) => title.into_iter().map(|(title, at)| argument("title", title, at)).collect(),
    }
}

/// Whether a text begins with a component's tag.
fn begins(text: &str, name: &str) -> bool {
    let rest = text.strip_prefix('<').and_then(|rest| rest.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '>', '/', '\n', '\r']))
}

struct Attribute<'a> {
    name: &'a str,
    /// Without quotes and braces.
    value: &'a str,
    /// Where the value begins in the tag.
    at: usize,
}

struct Tag<'a> {
    length: usize,
    is_alone: bool,
    attributes: Vec<Attribute<'a>>,
}

/// The tag that a text begins with; `None` if it never ends.
fn tag(text: &str) -> Option<Tag<'_>> {
    let mut at = text.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
    let mut attributes = Vec::new();
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        if rest.starts_with('>') {
            return Some(Tag { length: at + 1, is_alone: false, attributes });
        }
        if rest.starts_with("/>") {
            return Some(Tag { length: at + 2, is_alone: true, attributes });
        }
        let length = rest.find(|c: char| c.is_whitespace() || "=>/".contains(c))?;
        let name = &rest[..length];
        at += length.max(1);
        let Some(value) = text.get(at..).filter(|_| rest[length..].starts_with('=')).map(|_| &text[at + 1..]) else {
            continue;
        };
        at += 1;
        let (value, begin, taken) = value_of(value)?;
        attributes.push(Attribute { name, value, at: at + begin });
        at += taken;
    }
}

/// An attribute's value, where it begins, and how much of the text it takes: `"x"`, `'x'`, `{"x"}` or `{…}`.
fn value_of(text: &str) -> Option<(&str, usize, usize)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = text[1..].find(quote)?;
            Some((&text[1..=end], 1, end + 2))
        }
        '{' => {
            let mut depth = 0_usize;
            let end = text.char_indices().find(|(_, c)| {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                depth == 0
            })?;
            let inside = &text[1..end.0];
            let value = inside.trim_matches(['"', '\'', '`']);
            let begin = 1 + (inside.len() - inside.trim_start_matches(['"', '\'', '`']).len());
            Some((value, begin, end.0 + 1))
        }
        _ => {
            let end = text.find(|c: char| c.is_whitespace() || c == '>')?;
            Some((&text[..end], 0, end))
        }
    }
}

/// Where the closing tag begins and ends of a component whose opening one ends at `from`.
fn closing(lines: &Lines<'_>, from: usize, name: &str) -> Option<(usize, usize)> {
    let close = format!("</{name}>");
    let mut depth = 1_usize;
    for line in lines.all.iter().filter(|line| may_close(line)) {
        let mut at = from.saturating_sub(line.at).min(line.text.len());
        if !line.text.is_char_boundary(at) {
            continue;
        }
        while let Some(found) = line.text[at..].find('<').map(|found| at + found) {
            let rest = &line.text[found..];
            if rest.starts_with(&close) {
                depth -= 1;
                if depth == 0 {
                    return Some((line.at + found, line.at + found + close.len()));
                }
            } else if begins(rest, name) && !tag(rest).is_some_and(|tag| tag.is_alone) {
                depth += 1;
            }
            at = found + 1;
        }
    }
    None
}

/// In components white space means no code.
fn may_close(line: &Line<'_>) -> bool {
    matches!(line.state, State::Free | State::Indented)
}
