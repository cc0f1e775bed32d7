//! What could be written at a place of a text, from what the site and the readers of its files know.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::{
    cursor::{self, At, Owner},
    document::Document,
    keys::{self, Spot, Step, What},
};
use crate::{
    guide::{self, Registry, arguments},
    plan,
    render::highlight::languages,
    schema::{self, Of},
    site::address::is_elsewhere,
    source::{
        Span,
        inside::{beside, relative},
        key::{Form, Named, Row},
    },
};

/// What an offer is, for the editor's sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Shortcode,
    Argument,
    Key,
    Value,
    Page,
    Anchor,
    File,
}

/// Something that could be written.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) kind: Kind,
    /// What it is called, and what is written.
    pub(super) text: String,
    /// What else it may be found by.
    pub(super) also: String,
    /// A few words beside it.
    pub(super) about: String,
    /// What it means.
    pub(super) says: String,
    /// What it takes the place of.
    pub(super) written: Span,
}

impl Offer {
    fn new(kind: Kind, text: impl Into<String>, written: Span) -> Self {
        Self { kind, text: text.into(), also: String::new(), about: String::new(), says: String::new(), written }
    }

    fn says(mut self, says: &str) -> Self {
        says.clone_into(&mut self.says);
        self
    }

    fn about(mut self, about: &str) -> Self {
        about.clone_into(&mut self.about);
        self
    }
}

/// As many offers are of use to anybody.
pub(super) const MOST: usize = 200;

/// What could be written at the byte `at`; and whether there is more than is offered.
pub(super) fn offers(document: &Document<'_>, at: usize) -> (Vec<Offer>, bool) {
    let all = match document.yaml() {
        Some(of) => in_yaml(document, of, Span::new(0, document.text.len()), at),
        None if !document.is_page() => Vec::new(),
        None => in_page(document, at),
    };
    let typed = |offer: &Offer| document.text[offer.written.start..at.max(offer.written.start)].to_lowercase();
    let fits = |offer: &Offer| {
        let typed = typed(offer);
        typed.is_empty() || offer.text.to_lowercase().contains(&typed) || offer.also.to_lowercase().contains(&typed)
    };
    let mut fitting: Vec<Offer> = all.into_iter().filter(fits).collect();
    let is_more = fitting.len() > MOST;
    fitting.truncate(MOST);
    (fitting, is_more)
}

fn in_page(document: &Document<'_>, at: usize) -> Vec<Offer> {
    match cursor::at(document.text, at) {
        At::FrontMatter(yaml) => in_yaml(document, Of::FrontMatter, yaml, at),
        At::Name { written, closes: false } => shortcodes(&document.site.inputs.theme.registry, written),
        At::Name { written, closes: true } => {
            let open = guide::open_tags(&document.text[..written.start]);
            let mut seen = BTreeSet::new();
            let open = open.into_iter().rev().filter(|name| seen.insert(name.clone()));
            open.map(|name| Offer::new(Kind::Shortcode, name, written)).collect()
        }
        At::Argument { of, written, position, given } => {
            let unnamed = unnamed(of).get(position).filter(|_| given.is_empty());
            let mut offers: Vec<Offer> = rows(of)
                .into_iter()
                .filter(|row| !given.contains(&row.name))
                .map(|row| Offer::new(Kind::Argument, format!("{}=", row.name), written).says(row.says))
                .collect();
            let quoted = |mut offer: Offer| {
                offer.text = format!("\"{}\"", offer.text);
                offer
            };
            offers.extend(unnamed.into_iter().flat_map(|row| of_form(document, row.form, written)).map(quoted));
            offers
        }
        At::Value { of, name, written, position } => {
            let rows = rows(of);
            let row = match name {
                Some(name) => rows.iter().find(|row| row.name == name),
                None => unnamed(of).get(position),
            };
            row.map_or_else(Vec::new, |row| of_form(document, row.form, written))
        }
        At::Fence { written } => fence(written),
        At::Link { written, is_image: true } => files(document, written),
        At::Link { written, is_image: false } => links(document, written),
        At::Text => Vec::new(),
    }
}

/// What arguments there are.
pub(super) fn rows(of: Owner<'_>) -> Vec<Row> {
    let (own, is_code) = match of {
        Owner::Shortcode(name) => (arguments::offered(name), ["file", "output", "command", "include"].contains(&name)),
        Owner::Block => (&[][..], true),
    };
    let of_code = if is_code { [arguments::LOOKS, plan::ATTRIBUTE_ROWS].concat() } else { Vec::new() };
    [own, &of_code].concat()
}

/// Those that can stand without their names.
fn unnamed(of: Owner<'_>) -> &'static [Row] {
    match of {
        Owner::Shortcode(name) => &arguments::offered(name)[..arguments::unnamed(name)],
        Owner::Block => &[],
    }
}

fn shortcodes(registry: &Registry, written: Span) -> Vec<Offer> {
    registry.names().map(|name| Offer::new(Kind::Shortcode, name, written).says(Registry::says(name))).collect()
}

/// Roles of blocks, then languages.
fn fence(written: Span) -> Vec<Offer> {
    let roles = guide::ROLES.iter().map(|(name, _, says)| Offer::new(Kind::Value, *name, written).says(says));
    roles.chain(languages().map(|name| Offer::new(Kind::Value, name, written).about("language"))).collect()
}

/// Values of a form.
fn of_form(document: &Document<'_>, form: Form, written: Span) -> Vec<Offer> {
    match form {
        Form::Name(named) | Form::Names(named) => of_site(document, named, written),
        form => {
            let schema = form.schema();
            keys::values(&[&schema]).into_iter().map(|value| Offer::new(Kind::Value, value, written)).collect()
        }
    }
}

/// Names of something in the site.
fn of_site(document: &Document<'_>, named: Named, written: Span) -> Vec<Offer> {
    let Document { site, .. } = document;
    let names = |kind, names: Vec<String>| names.into_iter().map(|name| Offer::new(kind, name, written)).collect();
    match named {
        Named::Machine => {
            let machines = &site.inputs.config.machines;
            let of = |name: &String| {
                Offer::new(Kind::Value, name, written).about(&crate::machine::title::title(machines, name))
            };
            machines.keys().map(of).collect()
        }
        Named::Bundle => names(Kind::Page, site.files.bundle_names()),
        Named::Param => names(Kind::Value, site.inputs.theme.registry.params().keys().cloned().collect()),
        Named::Guide => pages(document, written),
        Named::Page => links(document, written),
        Named::File => files(document, written),
    }
}

/// Pages by their addresses.
fn pages(document: &Document<'_>, written: Span) -> Vec<Offer> {
    let pages = document.site.library.pages.iter().filter(|page| page.written);
    pages
        .map(|page| Offer {
            also: page.record.title.clone(),
            about: page.record.title.clone(),
            says: page.record.front.description.clone().unwrap_or_default(),
            ..Offer::new(Kind::Page, page.url.clone(), written)
        })
        .collect()
}

/// Pages as links lead to them: by their addresses, by the paths of their files where one has begun so, and their places behind a `#`.
fn links(document: &Document<'_>, written: Span) -> Vec<Offer> {
    let Document { site, path, text } = document;
    let typed = &text[written.range()];
    if let Some((target, _)) = typed.split_once('#') {
        let behind = Span::new(written.start + target.len() + 1, written.end);
        let Some(page) = document.page_of(target) else { return Vec::new() };
        let headings = page.record.headings.iter().map(|heading| {
            let about = format!("{} {}", "#".repeat(heading.level.into()), heading.title);
            Offer { also: heading.title.clone(), ..Offer::new(Kind::Anchor, heading.id.clone(), behind).about(&about) }
        });
        let is_heading = |id: &&String| page.record.headings.iter().any(|heading| heading.id == **id);
        let others = page.record.anchors.iter().filter(|id| !is_heading(id));
        return headings.chain(others.map(|id| Offer::new(Kind::Anchor, id.clone(), behind))).collect();
    }
    let from = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let by_file = |source: &str| match typed.starts_with('@') {
        true => source.strip_prefix("content/").filter(|_| typed.starts_with("@/")).map(|path| format!("@/{path}")),
        false => {
            let path = relative(from, source);
            Some(if path.starts_with('.') { path } else { format!("./{path}") })
        }
    };
    let mut offers = pages(document, written);
    if typed.starts_with(['@', '.']) {
        let sources = site.library.pages.iter().filter(|page| page.written).map(|page| &page.record.source);
        for (offer, source) in offers.iter_mut().zip(sources) {
            offer.text = by_file(source).unwrap_or_default();
        }
        offers.retain(|offer| !offer.text.is_empty());
    }
    offers
}

/// Files that lie where a path that has begun leads: from the page's folder, or with `/` from that of the site or of its static files.
fn files(document: &Document<'_>, written: Span) -> Vec<Offer> {
    let Document { site, path, text } = document;
    let typed = &text[written.range()];
    if is_elsewhere(typed) {
        return Vec::new();
    }
    let folder = typed.rsplit_once('/').map_or("", |(folder, _)| folder);
    let roots: &[&str] = match typed.starts_with('/') {
        true => &["", "static"],
        false => &[path.rsplit_once('/').map_or("", |(folder, _)| folder)],
    };
    let written = Span::new(written.end - typed.rsplit('/').next().unwrap_or(typed).len(), written.end);
    let folders = roots.iter().filter_map(|root| beside(root, folder.trim_start_matches('/')));
    let entries = folders.filter_map(|folder| std::fs::read_dir(site.folder().join(folder)).ok()).flatten().flatten();
    let mut offers: Vec<Offer> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_str().filter(|name| !name.starts_with('.'))?.to_owned();
            let slash = if entry.path().is_dir() { "/" } else { "" };
            Some(Offer::new(Kind::File, format!("{name}{slash}"), written))
        })
        .collect();
    offers.sort_by(|a, b| a.text.cmp(&b.text));
    offers.dedup_by(|a, b| a.text == b.text);
    offers
}

/// The schema of a kind of YAML.
pub(super) fn schema_of(of: Of) -> &'static Value {
    static SCHEMAS: [OnceLock<Value>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
    let index = Of::ALL.iter().position(|other| *other == of).unwrap_or(0);
    SCHEMAS[index].get_or_init(|| schema::schema(of))
}

fn in_yaml(document: &Document<'_>, of: Of, span: Span, at: usize) -> Vec<Offer> {
    let Some(Spot { path, what, written, others }) = keys::spot(document.text, span, at) else { return Vec::new() };
    let schemas = keys::schemas(schema_of(of), &path);
    let mut offers = Vec::new();
    if what != What::Key {
        let named = keys::named(&schemas).and_then(Named::of);
        offers.extend(named.into_iter().flat_map(|named| of_site(document, named, written)));
        offers.extend(keys::values(&schemas).into_iter().map(|value| Offer::new(Kind::Value, value, written)));
        offers.extend(terms(document, of, &path, written));
    }
    if what != What::Value {
        let has_colon = document.text[written.end..].trim_start_matches([' ', '"', '\'']).starts_with(':');
        let colon = if has_colon { "" } else { ": " };
        let offer = |name: &str, says: &str| Offer::new(Kind::Key, format!("{name}{colon}"), written).says(says);
        let known = keys::known(&schemas);
        offers.extend(known.iter().filter(|(name, _)| !others.contains(*name)).map(|(name, says)| offer(name, says)));
        if of == Of::FrontMatter && path.is_empty() {
            let is_new = |name: &&String| !others.contains(*name) && !known.iter().any(|(known, _)| known == name);
            let groups = document.site.inputs.config.taxonomies.iter().filter(is_new);
            offers.extend(groups.map(|name| offer(name, "Terms that group pages")));
        }
    }
    offers
}

/// Terms that other pages have, where one of a taxonomy is written.
fn terms(document: &Document<'_>, of: Of, path: &[Step], written: Span) -> Vec<Offer> {
    let ([Step::Key(name)] | [Step::Key(name), Step::Item]) = path else { return Vec::new() };
    let groups = document.site.taxonomies.iter().filter(|group| of == Of::FrontMatter && group.name == *name);
    let offer = |term: &crate::site::taxonomy::Term| {
        let about = format!("{} pages", term.pages.len());
        Offer::new(Kind::Value, term.name.clone(), written).about(&about)
    };
    groups.flat_map(|group| &group.terms).map(offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::document::tests::Fixture;

    const FILES: &[(&str, &str)] = &[
        (
            "guidepost.yaml",
            "title: T\nbase_url: https://example.org/\nmachines:\n  debian: { image: \"debian:bookworm\" }\n  server: { image: x }\n",
        ),
        ("content/a.md", "---\ntitle: First page\ntags: [nginx]\n---\n\n## One thing\n\n## Other\n"),
        ("content/g/b/index.md", "---\ntitle: B\nheadless: false\n---\n\nText.\n"),
        ("content/shared/note/index.md", "---\nheadless: true\n---\n\nShared.\n"),
    ];

    #[test]
    fn offers_fit_the_place() {
        let fixture = Fixture::new(FILES);
        for (path, marked, expected, not) in [
            ("content/x.md", "{{< no¦ >}}", &["note"][..], &["tab"][..]),
            ("content/x.md", "{{< note ¦ >}}", &["type=", "title="], &["src="]),
            ("content/x.md", "{{< note title=\"x\" t¦ >}}", &["type="], &["title="]),
            ("content/x.md", "{{< note type=\"¦\" >}}", &["warning", "alert"], &["debian"]),
            ("content/x.md", "{{< note >}}\n{{< tabs >}}\n{{< /¦", &["tabs", "note"], &["tab"]),
            ("content/x.md", "{{< note >}}x{{< /note >}}\n{{< tabs >}}\n{{< /¦", &["tabs"], &["note"]),
            ("content/x.md", "{{< content \"¦\" >}}", &["note"], &["a"]),
            ("content/x.md", "{{< content ¦ >}}", &["\"note\"", "name="], &[]),
            ("content/x.md", "{{< tab title=\"x\" machine=\"¦\" >}}", &["debian", "server"], &[]),
            ("content/x.md", "{{< ref \"/¦\" >}}", &["/a/", "/g/b/"], &[]),
            ("content/x.md", "{{< include \"g/¦\" >}}", &["b/"], &["a.md"]),
            ("content/x.md", "```¦", &["command", "output", "file", "python"], &[]),
            ("content/x.md", "```bash {¦}", &["timeout=", "hl_lines=", "machine="], &[]),
            ("content/x.md", "```bash {match=¦}", &["regex", "json"], &["debian"]),
            ("content/x.md", "<!-- verify: ¦ -->", &["skip=", "reason="], &[]),
            ("content/x.md", "<!-- verify: machine=se¦ -->", &["server"], &["debian"]),
            ("content/x.md", "[x](¦", &["/a/", "/g/b/"], &["/shared/note/"]),
            ("content/x.md", "[x](/fir¦", &[], &["/a/"]),
            ("content/x.md", "[x](./¦", &["./a.md", "./g/b/index.md"], &["/a/"]),
            ("content/g/x.md", "[x](../¦", &["../a.md"], &[]),
            ("content/x.md", "[x](@/¦", &["@/a.md"], &["/a/"]),
            ("content/x.md", "[x](a.md#¦", &["one-thing", "other"], &[]),
            ("content/x.md", "[x](/a/#oth¦", &["other"], &["one-thing"]),
            ("content/x.md", "## Mine\n\n[x](#¦", &["mine"], &["other"]),
            ("content/x.md", "![x](g/¦", &["b/"], &[]),
            ("content/x.md", "---\nti¦\n---\n", &["title: "], &["tags: "]),
            ("content/x.md", "---\ntitle: x\n¦\n---\n", &["tags: ", "verify: "], &["title: "]),
            ("content/x.md", "---\ntags: [¦]\n---\n", &["nginx"], &[]),
            ("content/x.md", "---\nverify:\n  machine: ¦\n---\n", &["debian", "server"], &[]),
            ("content/x.md", "---\nverify:\n  requires: [¦]\n---\n", &["/a/"], &[]),
            ("content/x.md", "---\ndraft: ¦\n---\n", &["true", "false"], &[]),
            ("content/g/b/verify.yaml", "¦", &["machine: ", "steps: "], &[]),
            ("content/g/b/verify.yaml", "steps:\n  - contains: x\n    ¦", &["skip: ", "match: "], &["contains: "]),
            ("content/g/b/verify.yaml", "steps:\n  - match: ¦", &["kinds", "regex"], &[]),
            (
                "guidepost.yaml",
                "title: T\nbase_url: https://example.org/\n¦",
                &["language: ", "machines: "],
                &["title: "],
            ),
            ("guidepost.yaml", "title: T\nbase_url: https://example.org/\nmachines:\n  x:\n    ¦", &["image: "], &[]),
            ("code/x.py", "{{< ¦", &[], &["note"]),
        ] {
            fixture.with(path, marked, |document, at| {
                let (offers, _) = offers(document, at);
                let texts: Vec<&str> = offers.iter().map(|offer| offer.text.as_str()).collect();
                for wanted in expected {
                    assert!(texts.contains(wanted), "{wanted} in {marked:?}: {texts:?}");
                }
                for unwanted in not {
                    assert!(!texts.contains(unwanted), "{unwanted} in {marked:?}: {texts:?}");
                }
            });
        }
    }

    #[test]
    fn what_an_offer_is_written_over_holds_the_cursor() {
        let fixture = Fixture::new(FILES);
        for (marked, taken) in [
            ("{{< no¦te >}}", "note"),
            ("[x](a.md#o¦n)", "on"),
            ("![x](g/b¦)", "b"),
            ("---\nverify: {machine: se¦r}\n---\n", "ser"),
        ] {
            fixture.with("content/x.md", marked, |document, at| {
                let (offers, _) = offers(document, at);
                let written = offers.first().unwrap_or_else(|| panic!("an offer in {marked:?}")).written;
                assert!(written.start <= at && at <= written.end, "{marked:?}");
                assert_eq!(&document.text[written.range()], taken, "{marked:?}");
            });
        }
    }
}
