//! Components of MDX whose meaning is known: `<Tabs>`, `<TabItem>`, `<Steps>`, `<Card>` and `<Aside>` of Docusaurus and Starlight.

use regex::Regex;
use std::sync::LazyLock;

use super::{
    super::{Registry, Shortcode},
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
    /// A card of nothing but a link and a description.
    LinkCard,
    /// A button, whose text is its body.
    Button,
}

const COMPONENTS: &[Component] = &[
    Component { name: "Tabs", is: Is::Shortcode("tabs"), titles: &[] },
    Component { name: "TabItem", is: Is::Shortcode("tab"), titles: &["label", "title", "value"] },
    Component { name: "Tab", is: Is::Shortcode("tab"), titles: &["label", "title", "value"] },
    Component { name: "Steps", is: Is::Shortcode("steps"), titles: &[] },
    Component { name: "CardGrid", is: Is::Shortcode("cards"), titles: &[] },
    Component { name: "Cards", is: Is::Shortcode("cards"), titles: &[] },
    Component { name: "Card", is: Is::Shortcode("card"), titles: &["title"] },
    Component { name: "LinkCard", is: Is::LinkCard, titles: &["title"] },
    Component { name: "LinkButton", is: Is::Button, titles: &[] },
    Component { name: "Aside", is: Is::Note, titles: &["title"] },
    Component { name: "Admonition", is: Is::Note, titles: &["title"] },
];

/// What the known ones begin with.
pub(super) const SIGNS: &[&str] = &["<Tab", "<Steps", "<Card", "<Link", "<Aside", "<Admonition"];

pub(super) fn read(lines: &Lines<'_>, at: usize, unread: &mut Vec<Unread>) -> Option<Block> {
    let line = &lines.all[at];
    let component = COMPONENTS.iter().find(|component| begins(line.text, component.name))?;
    let text = lines.text_from(line.at);
    let Some(tag) = tag(text) else {
        let help = "close the tag with `>`";
        unread.push(Unread {
            what: format!("`<{}` whose tag never ends", component.name),
            help,
            at: line.span(),
            left_out: false,
        });
        return None;
    };
    let place = Span::new(line.at, line.at + tag.length);
    let mut arguments = arguments(component, &tag, place);
    if tag.is_alone {
        let name = name(component);
        let description = tag.attribute("description").filter(|_| component.is == Is::LinkCard);
        let inner = description.map_or(Span::new(place.end, place.end), |attribute| attribute.span(place));
        let margin = lines.margin + line.indent;
        return Some(Block { name, arguments, span: place, tag: place, inner, margin, parts: Vec::new() });
    }
    let Some((inner_end, end)) = closing(lines, place.end, component.name) else {
        let help = "close it with a tag of its name";
        unread.push(Unread {
            what: format!("`<{}>` that is never closed", component.name),
            help,
            at: place,
            left_out: false,
        });
        return None;
    };
    if component.is == Is::Button {
        let inner = Span::new(place.end, inner_end);
        arguments.push(argument("text", super::plain(lines.text_of(inner)), inner));
    }
    let first = lines.all.partition_point(|line| line.start < place.end);
    let last = lines.all.partition_point(|line| line.start < inner_end);
    let own = first..last.max(first);
    // A closing tag on a line of its own says nothing of the body's indent.
    let closes = own.end > own.start && lines.all[own.end - 1].at >= inner_end;
    let body = own.start..own.end - usize::from(closes);
    let margin = if body.is_empty() { lines.margin + line.indent } else { lines.common(body) };
    let parts = match tag.attribute("values").filter(|_| component.name == "Tabs") {
        Some(values) => labelled(lines, own, values, place),
        None => Vec::new(),
    };
    Some(Block {
        name: name(component),
        arguments,
        span: Span::new(place.start, end),
        tag: place,
        inner: Span::new(place.end, inner_end),
        margin,
        parts,
    })
}

/// The tabs in the lines of `<Tabs values={[{label: 'A', value: 'a'}]}>`, whose titles stand there.
fn labelled(lines: &Lines<'_>, within: std::ops::Range<usize>, values: &Attribute<'_>, place: Span) -> Vec<Block> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"\{\s*(?:label:\s*['"](?P<l1>[^'"]*)['"]\s*,\s*value:\s*['"](?P<v1>[^'"]*)['"]|value:\s*['"](?P<v2>[^'"]*)['"]\s*,\s*label:\s*['"](?P<l2>[^'"]*)['"])"#,
        )
        .expect("a pattern")
    });
    let labels: Vec<(&str, regex::Match<'_>)> = (LABEL.captures_iter(values.value))
        .filter_map(|found| {
            let value = found.name("v1").or(found.name("v2"))?;
            Some((value.as_str(), found.name("l1").or(found.name("l2"))?))
        })
        .collect();
    let mut parts = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let Some(mut part) = Some(at).filter(|at| lines.may_begin(*at)).and_then(|at| read(lines, at, &mut Vec::new()))
        else {
            at += 1;
            continue;
        };
        at = lines.all.partition_point(|line| line.start < part.span.end).max(at + 1);
        for title in &mut part.arguments {
            if let Some((_, label)) = labels.iter().find(|(value, _)| *value == title.value) {
                let from = place.start + values.at + label.start();
                *title = argument("title", label.as_str(), Span::new(from, from + label.as_str().len()));
            }
        }
        parts.push(part);
    }
    parts
}

fn name(component: &Component) -> &'static str {
    match component.is {
        Is::Shortcode(name) => name,
        Is::Note => "note",
        Is::LinkCard => "card",
        Is::Button => "button",
    }
}

fn arguments(component: &Component, tag: &Tag<'_>, place: Span) -> Vec<Argument> {
    let attribute = |name: &str| tag.attribute(name);
    let at = |attribute: &Attribute<'_>| attribute.span(place);
    let link = || attribute("href").map(|a| argument("link", a.value, at(a)));
    let title = component.titles.iter().find_map(|name| attribute(name)).map(|a| (super::plain(a.value), at(a)));
    match component.is {
        Is::Note => {
            let kind = attribute("type").map_or(("note", place), |a| (a.value, at(a)));
            kind::arguments(kind, title)
        }
        Is::LinkCard => title.into_iter().map(|(title, at)| argument("title", title, at)).chain(link()).collect(),
        Is::Button => {
            let kind = attribute("variant").filter(|variant| variant.value != "primary");
            link().into_iter().chain(kind.map(|a| argument("type", "secondary", at(a)))).collect()
        }
        Is::Shortcode("tab") => {
            let (title, at) = title.unwrap_or_else(|| ("Tab".to_owned(), place));
            vec![argument("title", title, at)]
        }
        Is::Shortcode(_) => title.into_iter().map(|(title, at)| argument("title", title, at)).collect(),
    }
}

/// The shortcode that a tag in a line of text is: `<Badge text="New" />`, `<Icon name="star" />`.
pub(in crate::guide) fn inline(html: &str, at: Span, registry: &Registry) -> Option<Shortcode> {
    let html = html.trim();
    let tag = tag(html).filter(|tag| tag.is_alone && tag.length == html.len())?;
    let given = |name: &str, value: &str, attribute: &Attribute<'_>| argument(name, value, attribute.span(at));
    let (name, arguments) = if begins(html, "Badge") {
        let text = tag.attribute("text")?;
        let kind = tag.attribute("variant").and_then(|variant| {
            let is = match variant.value {
                "tip" | "success" => "secondary",
                "caution" => "warning",
                "danger" => "alert",
                _ => return None,
            };
            Some(given("type", is, variant))
        });
        ("badge", std::iter::once(given("text", text.value, text)).chain(kind).collect())
    } else if begins(html, "Icon") {
        let name = tag.attribute("name").filter(|name| registry.icons().contains(name.value))?;
        let label = tag.attribute("label").map(|label| given("label", label.value, label));
        ("icon", std::iter::once(given("name", name.value, name)).chain(label).collect())
    } else {
        return None;
    };
    Some(Shortcode::inline(name, arguments, at))
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

impl Attribute<'_> {
    /// Where its value stands, of a tag at `place`.
    fn span(&self, place: Span) -> Span {
        Span::new(place.start + self.at, place.start + self.at + self.value.len())
    }
}

struct Tag<'a> {
    length: usize,
    is_alone: bool,
    attributes: Vec<Attribute<'a>>,
}

impl<'a> Tag<'a> {
    fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
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
