//! What a place of a text leads to, and what leads there: links, includes, images, names of machines and guides, headings.

use pulldown_cmark::{Event, Tag};

use super::{
    completion::schema_of,
    cursor::{self, At},
    document::Document,
    keys::{self, Spot, What},
};
use crate::{
    config,
    guide::{self, Guide, Token, TokenKind},
    proof::plans,
    schema::Of,
    site::{
        address::{Resolved, decode},
        images::Image,
        library::Page,
        load::Site,
        record::{PageRecord, Reference},
    },
    source::{Span, inside::beside, key::Named, place},
};

/// A place in a file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Goal {
    /// Relative to the site's folder.
    pub(super) path: String,
    /// In its text; its beginning, if it is meant as a whole.
    pub(super) span: Span,
}

impl Goal {
    fn whole(path: impl Into<String>) -> Self {
        Self { path: path.into(), span: Span::default() }
    }
}

/// What a text names at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// Where it does.
    pub(super) span: Span,
    pub(super) what: Named,
    pub(super) name: String,
    /// Whether it is shown as an image.
    pub(super) is_image: bool,
}

/// What is named at the byte `at`.
pub(super) fn mention(document: &Document<'_>, at: usize) -> Option<Mention> {
    let mention = |span, what, name: String| Some(Mention { span, what, name, is_image: false });
    match document.yaml() {
        Some(of) => return in_yaml(document, of, Span::new(0, document.text.len()), at),
        None if !document.is_page() => return None,
        None => {}
    }
    if let At::FrontMatter(yaml) = cursor::at(document.text, at) {
        return in_yaml(document, Of::FrontMatter, yaml, at);
    }
    if let Some(tag) = guide::tag_at(document.text, at) {
        let named = |name| tag.arguments.get(name, 0).map(str::to_owned);
        return match tag.name.as_str() {
            "content" => mention(tag.span, Named::Bundle, named("name")?),
            "include" => mention(tag.span, Named::File, named("source")?),
            "ref" | "relref" => mention(tag.span, Named::Page, named("path")?),
            "image" => Some(Mention { span: tag.span, what: Named::File, name: named("src")?, is_image: true }),
            _ => mention(tag.span, Named::Machine, tag.arguments.named("machine")?.to_owned()),
        };
    }
    if let At::Value { name: Some("machine"), written, .. } = cursor::at(document.text, at) {
        return mention(written, Named::Machine, document.text[written.range()].to_owned());
    }
    let guide = document.site.files.guide(document.path)?;
    let (span, target, is_image) = link_at(&guide.tokens, at)?;
    Some(Mention { span, what: if is_image { Named::File } else { Named::Page }, name: target, is_image })
}

/// A name of a machine or a guide in YAML.
fn in_yaml(document: &Document<'_>, of: Of, yaml: Span, at: usize) -> Option<Mention> {
    let Spot { path, what, written, .. } = keys::spot(document.text, yaml, at)?;
    let named = keys::named(&keys::schemas(schema_of(of), &path)).and_then(Named::of)?;
    let name = document.text[written.range()].to_owned();
    (what != What::Key).then_some(Mention { span: written, what: named, name, is_image: false })
}

/// The innermost link or image at a byte: its span, where it leads, and whether it is an image.
fn link_at(tokens: &[Token], at: usize) -> Option<(Span, String, bool)> {
    let mut found = None;
    for token in tokens.iter().filter(|token| token.span.start <= at && at <= token.span.end) {
        match &token.kind {
            TokenKind::Markdown(Event::Start(Tag::Link { dest_url, .. })) => {
                found = Some((token.span, dest_url.to_string(), false));
            }
            TokenKind::Markdown(Event::Start(Tag::Image { dest_url, .. })) => {
                found = Some((token.span, dest_url.to_string(), true));
            }
            TokenKind::Shortcode(shortcode) => found = link_at(&shortcode.body, at).or(found),
            _ => {}
        }
    }
    found
}

/// Where what is named at the byte `at` is.
pub(super) fn goal(document: &Document<'_>, at: usize) -> Option<Goal> {
    let Mention { what, name, is_image, .. } = mention(document, at)?;
    let site = document.site;
    match what {
        Named::Bundle => Some(Goal::whole(&site.files.bundle(&name)?.path)),
        Named::File if is_image => match site.links().image(&name, document.path, site.folder()) {
            Image::File { path, .. } => Some(Goal::whole(path)),
            _ => None,
        },
        Named::File => {
            let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = beside(if name.starts_with('/') { "" } else { folder }, &name)?;
            site.inputs.options.has(&path).then(|| Goal::whole(path))
        }
        Named::Machine => {
            let is_there = site.inputs.config.machines.contains_key(&name);
            let span = place::of(&site.inputs.source, &["machines", &name]);
            is_there.then(|| Goal { path: config::FILE_NAME.to_owned(), span })
        }
        Named::Guide => {
            let page = plans::find(site, &name).ok()?;
            Some(Goal::whole(&site.library.pages[page].record.source))
        }
        Named::Page => {
            let (target, anchor) = name.split_once('#').unwrap_or((&name, ""));
            let Some(page) = document.page_of(target).filter(|page| page.written) else {
                return file(document, target);
            };
            Some(heading(site, &page.record, anchor).unwrap_or_else(|| Goal::whole(&page.record.source)))
        }
        Named::Param => None,
    }
}

/// The file that a link leads to, which is no page.
fn file(document: &Document<'_>, target: &str) -> Option<Goal> {
    let Resolved::Here { url, page: None, .. } = document.site.links().resolve(target, document.path) else {
        return None;
    };
    Some(Goal::whole(document.site.library.files_by_url.get(&url)?))
}

/// Where the heading of an id stands: in the page's file, or in that of a bundle that it includes.
fn heading(site: &Site<'_>, record: &PageRecord, anchor: &str) -> Option<Goal> {
    let anchor = decode(anchor);
    let guide = site.files.guide(&record.source)?;
    let outline = site.files.outline(&guide);
    let at = outline.headings.iter().position(|heading| heading.id == anchor)?;
    let (path, span) = outline.places[at].clone();
    Some(Goal { path, span })
}

/// A heading of a text.
pub(super) struct Heading {
    /// Its number among all of the page.
    pub(super) index: usize,
    pub(super) id: String,
    /// The text of it, without signs and attributes.
    pub(super) span: Span,
}

/// The heading at the byte `at` of a page.
pub(super) fn heading_at(site: &Site<'_>, guide: &Guide, at: usize) -> Option<Heading> {
    let outline = site.files.outline(guide);
    let is_it = |(path, span): &(String, Span)| *path == guide.path && span.start <= at && at <= span.end;
    let index = outline.places.iter().position(is_it)?;
    let within = outline.places[index].1;
    let inner = inner(&guide.tokens, within)?;
    Some(Heading { index, id: outline.headings[index].id.clone(), span: inner })
}

/// What stands in the heading of this span.
fn inner(tokens: &[Token], heading: Span) -> Option<Span> {
    let start = tokens.iter().position(|token| {
        token.span == heading && matches!(token.kind, TokenKind::Markdown(Event::Start(Tag::Heading { .. })))
    });
    let Some(start) = start else {
        return tokens.iter().find_map(|token| match &token.kind {
            TokenKind::Shortcode(shortcode) => inner(&shortcode.body, heading),
            _ => None,
        });
    };
    let is_end =
        |token: &&Token| !matches!(token.kind, TokenKind::Markdown(Event::End(pulldown_cmark::TagEnd::Heading(_))));
    let parts = tokens[start + 1..].iter().take_while(is_end).map(|token| token.span);
    parts.reduce(|all, part| Span::new(all.start.min(part.start), all.end.max(part.end)))
}

/// Links of all pages that lead to a place of a page, with the pages whose links they are.
pub(super) fn leading_to<'s>(site: &'s Site<'_>, page: &Page, is_meant: impl Fn(&str) -> bool) -> Vec<&'s Reference> {
    let links = site.links();
    let mut found: Vec<&Reference> = Vec::new();
    for other in site.library.pages.iter().filter(|other| other.written) {
        let links = links.speaking(other.record.language);
        found.extend(other.record.links.iter().filter(|link| match links.resolve(&link.target, &link.from) {
            Resolved::Here { page: Some(index), anchor, .. } => {
                site.library.pages[index].record.source == page.record.source && is_meant(&decode(&anchor))
            }
            _ => false,
        }));
    }
    // What a bundle says is said by each page that includes it.
    found.sort_by(|a, b| (&a.from, a.place.line, a.place.column).cmp(&(&b.from, b.place.line, b.place.column)));
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::document::tests::Fixture;

    #[test]
    fn what_is_named_is_found() {
        let fixture = Fixture::new(&[
            (
                "guidepost.yaml",
                "title: T\nbase_url: https://example.org/\nmachines:\n  debian: { image: x }\n  server: { image: x }\n",
            ),
            ("content/a.md", "---\ntitle: A\n---\n\n## One thing\n\n{{< content \"note\" >}}\n"),
            ("content/g/index.md", "---\ntitle: G\n---\n\nText.\n"),
            ("content/g/x.png", "x"),
            ("content/g/x.txt", "x"),
            ("content/shared/note/index.md", "---\nheadless: true\n---\n\n### In the bundle\n"),
            ("code/x.py", "x"),
        ]);
        for (marked, expected) in [
            ("[te¦xt](a.md)", "content/a.md 0"),
            ("[text](a.md#one-th¦ing)", "content/a.md 18"),
            ("[text](/a/#in-the-bundle¦)", "content/shared/note/index.md 24"),
            ("[text][¦l]\n\n[l]: /g/", "content/g/index.md 0"),
            ("## Own\n\n[x](#ow¦n)", "content/x.md 0"),
            ("{{< ref \"/g¦/\" >}}", "content/g/index.md 0"),
            ("{{< note >}}\n\n[x](/¦g/)\n\n{{< /note >}}", "content/g/index.md 0"),
            ("{{< con¦tent \"note\" >}}", "content/shared/note/index.md 0"),
            ("{{< include \"/code/x.py\" ¦>}}", "code/x.py 0"),
            ("{{< include \"g/x.txt¦\" >}}", "content/g/x.txt 0"),
            ("![x](g/x.p¦ng)", "content/g/x.png 0"),
            ("[x](g/x.t¦xt)", "content/g/x.txt 0"),
            ("```bash {machine=ser¦ver}\nx\n```", "guidepost.yaml 75"),
            ("---\nverify: { machine: ser¦ver }\n---\n", "guidepost.yaml 75"),
            ("---\nverify:\n  requires: [a¦]\n---\n", "content/a.md 0"),
            ("[x](https://exam¦ple.org)", ""),
            ("[x](nowhe¦re.md)", ""),
            ("{{< include \"/nowhere¦\" >}}", ""),
            ("plain¦ text", ""),
        ] {
            fixture.with("content/x.md", marked, |document, at| {
                let found = goal(document, at).map(|goal| format!("{} {}", goal.path, goal.span.start));
                assert_eq!(found.unwrap_or_default(), expected, "{marked:?}");
            });
        }
    }
}
