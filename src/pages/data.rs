//! What templates are given, as types. Their names, fields and comments are the reference of those who write templates:
//! `content/reference/template-data.md` is made from them, see [`super::reference`].

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    pages::sidebar::Beside,
    render::Uses,
    report::{Coverage, shown::Shown},
    site::look,
};

/// What every template of a page has.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Base<'v> {
    /// The site.
    pub(crate) site: &'v Site,
    /// The language of the page: `en`.
    pub(crate) lang: &'v str,
    /// `ltr`, or `rtl` where the language is written from right to left.
    pub(crate) direction: &'static str,
    /// A way to each language of the site; empty if there is one.
    pub(crate) languages: Vec<LanguageLink>,
    /// What is told to browsers, search engines and other programs.
    pub(crate) head: Head,
}

/// The site, the same on every page of a language. Besides these, `site.data` has the [files of
/// data](/reference/templates/#data-files).
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "site")]
pub(crate) struct Site {
    /// The setting `title`.
    pub(crate) title: String,
    /// The setting `description`.
    pub(crate) description: String,
    /// The setting `base_url`.
    pub(crate) base_url: String,
    /// The setting `language`.
    pub(crate) language: String,
    /// The setting `author`.
    pub(crate) author: Option<String>,
    /// The footer's text. **HTML**
    pub(crate) copyright: Option<String>,
    /// The links of the header.
    pub(crate) menu: Vec<MenuLink>,
    /// Taxonomies that have terms.
    pub(crate) taxonomies: Vec<TaxonomyLink>,
    /// Address of the feed, if there is one.
    pub(crate) feed_url: Option<String>,
    /// Whether there is a search.
    pub(crate) search: bool,
    /// Where its index lies.
    pub(crate) search_url: Option<String>,
    /// Address of the page of all guides; null if the site has a page of its own there.
    pub(crate) all_url: Option<String>,
    /// Address of the page of results, if there is one.
    pub(crate) status_url: Option<String>,
    /// Address of the home page.
    pub(crate) home_url: String,
    /// What `look` in guidepost.yaml sets.
    pub(crate) look: look::Data,
    /// The bar above the header.
    pub(crate) announcement: Option<Announcement>,
    /// Links elsewhere.
    pub(crate) social: Vec<SocialLink>,
    /// Attributes of a script that counts, as JSON that may stand in a script.
    pub(crate) analytics: Option<String>,
    /// [Values](/reference/configuration/#params) that pages say.
    pub(crate) params: Value,
    /// Other versions of the site, if `versions` in guidepost.yaml says where they are told.
    pub(crate) versions: Option<VersionsData>,
    /// Your own settings, below `extra`.
    pub(crate) extra: Value,
    /// guidepost's version.
    pub(crate) version: &'static str,
}

/// Other versions of the site.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "versions")]
pub(crate) struct VersionsData {
    /// Address of the list of versions.
    pub(crate) url: String,
    /// The name of this version in the list.
    pub(crate) this: String,
    /// The path of this version: `/docs/1.2/`.
    pub(crate) base: String,
}

/// A way to a language: to the same page, or else to the home page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "language")]
pub(crate) struct LanguageLink {
    /// As `de`.
    pub(crate) tag: String,
    /// Its own name: `Deutsch`.
    pub(crate) name: String,
    /// The address.
    pub(crate) url: String,
    /// Whether it is that of this page.
    pub(crate) current: bool,
}

/// A page in a language, for search engines.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "alternate")]
pub(crate) struct Alternate {
    /// The language, or `x-default`.
    pub(crate) lang: String,
    /// The address with scheme and host.
    pub(crate) url: String,
}

/// A link of the menu.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "menu-link")]
pub(crate) struct MenuLink {
    /// What is shown.
    pub(crate) name: String,
    /// The address.
    pub(crate) url: String,
}

/// A list of terms.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "taxonomy")]
pub(crate) struct TaxonomyLink {
    /// As it is written in the configuration: `tags`.
    pub(crate) name: String,
    /// For readers: `Tags`.
    pub(crate) title: String,
    /// Address of its page.
    pub(crate) url: String,
}

/// The bar above the header.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "announcement")]
pub(crate) struct Announcement {
    /// Changes with the text, so that a bar which was closed is shown again.
    pub(crate) key: String,
    /// The text. **HTML**
    pub(crate) html: String,
}

/// A link of `social`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "social-link")]
pub(crate) struct SocialLink {
    /// What it is called.
    pub(crate) name: String,
    /// The address.
    pub(crate) url: String,
    /// The name of its icon, if the theme has one.
    pub(crate) icon: Option<&'static str>,
}

/// What a page's `<head>` says.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[schemars(rename = "head")]
pub(crate) struct Head {
    /// For the browser's tab: the page's title and the site's.
    pub(crate) title: String,
    /// In a sentence.
    pub(crate) description: String,
    /// The address with scheme and host.
    pub(crate) canonical: String,
    /// The title where the page is shared.
    pub(crate) og_title: String,
    /// The description there.
    pub(crate) og_description: String,
    /// `article` or `website`.
    pub(crate) og_type: &'static str,
    /// The picture there, with scheme and host.
    pub(crate) og_image: Option<String>,
    /// JSON-LD for a script element. **HTML**
    pub(crate) json_ld: Option<String>,
    /// Address of the Markdown copy.
    pub(crate) markdown_url: Option<String>,
    /// Address of the feed.
    pub(crate) feed_url: Option<String>,
    /// The same page in its languages.
    pub(crate) alternates: Vec<Alternate>,
    /// What the text needs besides its HTML.
    pub(crate) uses: Uses,
    /// Whether search engines are asked to pass.
    pub(crate) noindex: bool,
    /// Address of the page before in a list of several pages.
    pub(crate) prev_url: Option<String>,
    /// Of the one behind.
    pub(crate) next_url: Option<String>,
}

/// A guide, or the text of a section.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "page")]
pub(crate) struct Page<'v> {
    /// The title.
    pub(crate) title: &'v str,
    /// The title above the text, where the front matter has another for it.
    pub(crate) h1: &'v str,
    /// The title where there is little room, likewise.
    pub(crate) short_title: &'v str,
    /// The description, or empty.
    pub(crate) description: &'v str,
    /// The first paragraph as plain text, up to 200 characters.
    pub(crate) summary: &'v str,
    /// The address, without scheme and host.
    pub(crate) url: String,
    /// And with them.
    pub(crate) permalink: String,
    /// Address of the Markdown copy.
    pub(crate) markdown_url: Option<String>,
    /// Address to edit the page at.
    pub(crate) edit_url: Option<String>,
    /// Address for what a reader has to say of the page.
    pub(crate) feedback_url: Option<String>,
    /// Its file: `content/guides/nginx/index.md`.
    pub(crate) source_path: &'v str,
    /// When it was published.
    pub(crate) published: Option<Day>,
    /// When it was last changed.
    pub(crate) modified: Option<Day>,
    /// Who wrote it.
    pub(crate) authors: Vec<Person>,
    /// Who else did.
    pub(crate) contributors: Vec<Person>,
    /// Who last changed it. **HTML**
    pub(crate) modified_by: Option<String>,
    /// **HTML**
    pub(crate) license: Option<String>,
    /// The terms of the taxonomy `tags`.
    pub(crate) tags: Vec<TermLink>,
    /// The terms by taxonomy: `page.taxonomies.products`.
    #[schemars(with = "Map<String, Value>")]
    pub(crate) taxonomies: Map<String, Value>,
    /// As in the front matter.
    pub(crate) keywords: &'v [String],
    /// The picture of the front matter.
    pub(crate) image: Option<Picture>,
    /// As in the front matter.
    pub(crate) deprecated: bool,
    /// Address of what takes its place.
    pub(crate) deprecated_link: Option<String>,
    /// **HTML**, each.
    pub(crate) external_resources: Vec<String>,
    /// Headings of levels 2 to 4.
    pub(crate) toc: Vec<Entry>,
    /// The text. **HTML**
    pub(crate) content: String,
    /// How many words the text has, code left out.
    pub(crate) words: usize,
    /// Minutes to read them, at 200 words each.
    pub(crate) minutes: usize,
    /// The neighbour before it in its section.
    pub(crate) prev: Option<Link>,
    /// The one behind.
    pub(crate) next: Option<Link>,
    /// Guides about the like, best first.
    pub(crate) related: Vec<Card>,
    /// From the home page to the section.
    pub(crate) breadcrumbs: Vec<Link>,
    /// The section.
    pub(crate) section: Option<Link>,
    /// As in the front matter.
    pub(crate) draft: bool,
    /// What verification found; null without `build --report`, and for guides that were not verified.
    pub(crate) verified: Option<Proof>,
    /// As in the front matter.
    pub(crate) relations: Option<&'v Value>,
    /// Keys of the front matter that guidepost does not know.
    pub(crate) extra: &'v Map<String, Value>,
}

/// A date.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "date")]
pub(crate) struct Day {
    /// `2024-03-01`.
    pub(crate) iso: String,
    /// `2024-03-01T00:00:00Z`.
    pub(crate) rfc3339: String,
    /// `1 March 2024`.
    pub(crate) text: String,
}

/// Who wrote something.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "person")]
pub(crate) struct Person {
    /// The name.
    pub(crate) name: String,
    /// The page of the name among the terms of `authors`, or the address that stands behind it in the front matter.
    pub(crate) url: Option<String>,
}

/// A term of a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "tag")]
pub(crate) struct TermLink {
    /// As it is written.
    pub(crate) name: String,
    /// Address of its page.
    pub(crate) url: String,
}

/// A term in the list of a taxonomy.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "term")]
pub(crate) struct Term {
    /// As it is written.
    pub(crate) name: String,
    /// Address of its page.
    pub(crate) url: String,
    /// The number of its guides.
    pub(crate) count: usize,
}

/// An image file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "picture")]
pub(crate) struct Picture {
    /// The address.
    pub(crate) url: String,
    /// With scheme and host.
    pub(crate) permalink: String,
    /// Pixels; null if the file does not say, or is elsewhere.
    pub(crate) width: Option<usize>,
    /// Likewise.
    pub(crate) height: Option<usize>,
}

/// A heading in `page.toc`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "heading")]
pub(crate) struct Entry {
    /// 2 to 4.
    pub(crate) level: u8,
    /// Its anchor.
    pub(crate) id: String,
    /// As plain text.
    pub(crate) title: String,
    /// The headings below it, likewise.
    #[schemars(with = "Vec<Value>")]
    pub(crate) children: Vec<Self>,
}

/// A link to a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "link")]
pub(crate) struct Link {
    /// The short title.
    pub(crate) title: String,
    /// The address.
    pub(crate) url: String,
}

/// A guide or a section in a list, and what the function [`pages()`](/reference/templates/#pages) gives.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "card")]
pub(crate) struct Card {
    /// The title.
    pub(crate) title: String,
    /// The address.
    pub(crate) url: String,
    /// The description, or else the summary.
    pub(crate) description: String,
    /// When it was published.
    pub(crate) published: Option<Day>,
    /// When it was last changed.
    pub(crate) modified: Option<Day>,
    /// Its tags.
    pub(crate) tags: Vec<TermLink>,
    /// As in the front matter.
    pub(crate) deprecated: bool,
    /// Minutes to read it.
    pub(crate) minutes: usize,
    /// The title of its section; null at the top.
    pub(crate) section_title: Option<String>,
    /// The path of its section: `guides`.
    pub(crate) section_path: String,
    /// The picture of the front matter.
    pub(crate) image: Option<Picture>,
    /// What verification found, as [`state`](#verified).
    pub(crate) state: Option<&'static str>,
    /// What the machines are called that it was verified on.
    pub(crate) machine: Option<String>,
    /// Its language: `en`.
    pub(crate) language: String,
}

/// A section in a list: what a card has, and more.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "subsection")]
pub(crate) struct Subsection {
    #[serde(flatten)]
    pub(crate) card: Card,
    /// The number of its guides, those of its subsections included.
    pub(crate) count: usize,
}

/// A section as the home page shows it: what a subsection has, and more.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "shelf")]
pub(crate) struct Shelf {
    #[serde(flatten)]
    pub(crate) section: Subsection,
    /// The first of the sections in it.
    pub(crate) sections: Vec<Subsection>,
    /// The first of its guides.
    pub(crate) guides: Vec<Link>,
    /// The number of its guides that hold, of `count`.
    pub(crate) verified: usize,
}

/// What verification found of a guide.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "verified")]
pub(crate) struct Proof {
    /// `holds`, `partial`, `drifted`, `broken`, or `stale` if the guide, or what it depends on, has changed since.
    pub(crate) state: &'static str,
    /// The day.
    pub(crate) at: Option<Day>,
    /// What the machines are called, with commas between.
    pub(crate) machine: Option<String>,
    /// How long it took.
    pub(crate) seconds: f64,
    /// The same as text: `1 min 12 s`.
    pub(crate) duration: String,
    /// The number of its steps.
    pub(crate) steps: usize,
    /// How many of them were not done.
    pub(crate) skipped: usize,
    /// What the verdict [stands on](/reference/verification/#coverage).
    pub(crate) coverage: Stands,
    /// What is wrong with the guide as a whole.
    pub(crate) reason: Option<String>,
    /// [Replays](/reference/reading/#replays).
    pub(crate) recordings: Vec<Replay>,
}

/// What a verdict stands on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "coverage")]
pub(crate) struct Stands {
    #[serde(flatten)]
    pub(crate) coverage: Coverage,
    /// All of it in a sentence.
    pub(crate) text: String,
    /// Whether something is left out that readers do.
    pub(crate) partial: bool,
}

/// A recording of a run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "replay")]
pub(crate) struct Replay {
    /// What the machine is called.
    pub(crate) machine: String,
    /// Relative to the page.
    pub(crate) url: String,
}

/// The pages of a long list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "paginator")]
pub(crate) struct Paginator {
    /// Which page this is, from 1.
    pub(crate) number: usize,
    /// How many there are.
    pub(crate) total: usize,
    /// Address of the page before.
    pub(crate) prev_url: Option<String>,
    /// Of the one behind.
    pub(crate) next_url: Option<String>,
    /// All of them.
    pub(crate) pages: Vec<PaginatorPage>,
}

/// A page of a long list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "paginator-page")]
pub(crate) struct PaginatorPage {
    /// From 1.
    pub(crate) number: usize,
    /// The address.
    pub(crate) url: String,
    /// Whether it is this one.
    pub(crate) current: bool,
}

/// `page.html`: each guide.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "page.html")]
pub(crate) struct GuidePage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// The guide.
    pub(crate) page: Page<'v>,
}

/// `home.html`: the home page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "home.html")]
pub(crate) struct HomePage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// The text of `content/_index.md`.
    pub(crate) section: Page<'v>,
    /// The sections of the site.
    pub(crate) subsections: Vec<Shelf>,
    /// The nine newest guides.
    pub(crate) pages: Vec<Card>,
    /// Guides that were broken and hold, the last one first.
    pub(crate) mended: Vec<Mended>,
    /// How much of the site is verified; null without a report.
    pub(crate) proof: Option<SiteProof>,
    /// The number of all guides.
    pub(crate) total: usize,
}

/// A guide that was broken and holds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "mended")]
pub(crate) struct Mended {
    #[serde(flatten)]
    pub(crate) link: Link,
    /// Since when.
    pub(crate) day: Option<Day>,
}

/// How much of a site is verified.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "proof")]
pub(crate) struct SiteProof {
    /// The number of guides that hold.
    pub(crate) verified: usize,
    /// Of how many.
    pub(crate) total: usize,
    /// When the last one was verified.
    pub(crate) day: Option<Day>,
}

/// `section.html`: each section.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "section.html")]
pub(crate) struct SectionPage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// Its text.
    pub(crate) section: Page<'v>,
    /// The sections in it.
    pub(crate) subsections: Vec<Subsection>,
    /// Its guides, those of this page of the list.
    pub(crate) pages: Vec<Card>,
    /// Null where all fit into one.
    pub(crate) paginator: Option<Paginator>,
}

/// `all.html`: the page of all guides.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "all.html")]
pub(crate) struct AllPage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// Guides by their sections.
    pub(crate) groups: Vec<Group>,
    /// The number of all guides.
    pub(crate) total: usize,
}

/// The guides of a section.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "group")]
pub(crate) struct Group {
    /// The titles of the section and of those above it: `Web / Servers`.
    pub(crate) title: String,
    /// The address of the section.
    pub(crate) url: String,
    /// Its guides.
    pub(crate) pages: Vec<Card>,
}

/// `taxonomy.html`: the list of a taxonomy's terms.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "taxonomy.html")]
pub(crate) struct TaxonomyPage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// The taxonomy.
    pub(crate) taxonomy: TaxonomyLink,
    /// Its terms, by their names.
    pub(crate) terms: Vec<Term>,
    /// The same by the first letters of their names; empty if they are few.
    pub(crate) letters: Vec<Letter>,
    /// Those with the most guides; likewise.
    pub(crate) frequent: Vec<Term>,
    /// The text of `content/TAXONOMY/_index.md`, if there is one.
    pub(crate) section: Option<Page<'v>>,
}

/// The terms that begin with a letter.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "letter")]
pub(crate) struct Letter {
    /// The letter; `#` for names that begin with none.
    pub(crate) name: String,
    /// The terms.
    pub(crate) terms: Vec<Term>,
}

/// `term.html`: the guides of a term.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "term.html")]
pub(crate) struct TermPage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// The taxonomy.
    pub(crate) taxonomy: TaxonomyLink,
    /// The term.
    pub(crate) term: Term,
    /// The text of `content/TAXONOMY/TERM/_index.md`, if there is one.
    pub(crate) section: Option<Page<'v>>,
    /// Its guides, those of this page of the list.
    pub(crate) pages: Vec<Card>,
    /// Null where all fit into one.
    pub(crate) paginator: Option<Paginator>,
}

/// `status.html`: the state of the library at `/status/`, with `build --report`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "status.html")]
pub(crate) struct StatusPage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// What the reports say. All texts are plain.
    pub(crate) results: Shown,
    /// Day by day, the newest first; empty if there is one day only.
    pub(crate) history: Vec<HistoryDay>,
    /// The library as a whole.
    pub(crate) status: Library,
}

/// A day of the history.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "history-day")]
pub(crate) struct HistoryDay {
    /// The day.
    pub(crate) day: Option<Day>,
    /// Guides by verdict, the worst first.
    pub(crate) counts: Vec<Count>,
    /// Guides that broke or drifted since the day before.
    pub(crate) new: usize,
    /// Guides that hold again.
    pub(crate) mended: usize,
}

/// How many there are of something.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "count")]
pub(crate) struct Count {
    /// The verdict.
    pub(crate) name: &'static str,
    /// The number.
    pub(crate) count: usize,
}

/// The library as a whole.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "status")]
pub(crate) struct Library {
    /// Address of the page.
    pub(crate) url: String,
    /// With scheme and host.
    pub(crate) permalink: String,
    /// Address of the badge, with scheme and host.
    pub(crate) badge: String,
    /// Without them.
    pub(crate) badge_url: String,
    /// What the badge says.
    pub(crate) message: String,
    /// Guides that have changed since they were verified.
    pub(crate) changed: Vec<Link>,
    /// Guides of which no report speaks.
    pub(crate) unverified: Vec<Link>,
}

/// `redirect.html`: the page of an alias.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "redirect.html")]
pub(crate) struct RedirectPage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
    /// The new address.
    pub(crate) target: String,
    /// With scheme and host.
    pub(crate) canonical: String,
}

/// `404.html`: what is shown for addresses that lead nowhere.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "404.html")]
pub(crate) struct NotFoundPage<'v> {
    #[serde(flatten)]
    pub(crate) base: Base<'v>,
}

/// What all templates of pages are given.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Common<'v> {
    #[serde(flatten)]
    base: Base<'v>,
    /// The tree of sections and guides.
    sidebar: Beside,
}

/// What a template gets: its own data and the tree beside the page.
#[derive(Debug, Serialize)]
pub(crate) struct Filled<'c, T> {
    #[serde(flatten)]
    pub(crate) own: &'c T,
    pub(crate) sidebar: Beside,
}

/// A page that lists others.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum List<'v> {
    Home(HomePage<'v>),
    Section(SectionPage<'v>),
    All(AllPage<'v>),
    Taxonomy(TaxonomyPage<'v>),
    Term(TermPage<'v>),
}

impl List<'_> {
    pub(crate) fn head(&mut self) -> &mut Head {
        match self {
            Self::Home(page) => &mut page.base.head,
            Self::Section(page) => &mut page.base.head,
            Self::All(page) => &mut page.base.head,
            Self::Taxonomy(page) => &mut page.base.head,
            Self::Term(page) => &mut page.base.head,
        }
    }
}
