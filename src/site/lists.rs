//! Pages that list pages: home, sections, terms, in pages of their own.

use serde_json::{Map, Value, json};

use super::{
    address::section_path,
    record::Kind,
    taxonomy::newest_first,
    view::{Views, is_listed, title_case},
};

/// One page of the output that is made by a template.
#[derive(Debug)]
pub(super) struct Listed {
    /// URL path without the base path.
    pub(super) url: String,
    pub(super) template: &'static str,
    pub(super) context: Map<String, Value>,
    /// The section page whose text is shown, to be rendered.
    pub(super) section: Option<usize>,
}

/// New guides that the home page shows.
const NEWEST: usize = 9;

impl Views<'_> {
    /// Every list of the site.
    pub(super) fn lists(&self) -> Vec<Listed> {
        let mut lists = Vec::new();
        for (index, page) in self.library.pages.iter().enumerate() {
            if page.record.kind == Kind::Section {
                if section_path(&page.record.source).is_empty() { lists.push(self.home(index)) } else { self.section(index, &mut lists) }
            }
        }
        for taxonomy in self.taxonomies {
            let about = json!({ "name": taxonomy.name, "title": title_case(&taxonomy.name), "url": self.links.absolute_path(&taxonomy.url) });
            let term = |t: &super::taxonomy::Term| json!({ "name": t.name, "url": self.links.absolute_path(&t.url), "count": t.pages.len() });
            let mut context = self.base(&title_case(&taxonomy.name), &taxonomy.url, "");
            context.insert("taxonomy".into(), about.clone());
            context.insert("terms".into(), taxonomy.terms.iter().map(term).collect());
            lists.push(Listed { url: taxonomy.url.clone(), template: "taxonomy.html", context, section: None });
            for group in &taxonomy.terms {
                self.paginate(&group.url, &group.pages, &mut lists, |url| {
                    let mut context = self.base(&group.name, url, "");
                    context.insert("taxonomy".into(), about.clone());
                    context.insert("term".into(), term(group));
                    Listed { url: url.to_owned(), template: "term.html", context, section: None }
                });
            }
        }
        lists
    }

    fn home(&self, index: usize) -> Listed {
        let mut newest: Vec<usize> = (0..self.library.pages.len()).filter(|i| is_listed(&self.library.pages[*i])).collect();
        newest.sort_by_cached_key(|i| newest_first(&self.library.pages[*i].record));
        newest.truncate(NEWEST);
        let mut listed = self.section_context(index, "/", "home.html");
        listed.context.insert("pages".into(), newest.iter().map(|i| self.lite(*i)).collect());
        listed.context.insert("paginator".into(), Value::Null);
        listed
    }

    fn section(&self, index: usize, lists: &mut Vec<Listed>) {
        let page = &self.library.pages[index];
        let pages = self.library.sections.get(section_path(&page.record.source)).map(Vec::as_slice).unwrap_or_default();
        self.paginate(&page.url, pages, lists, |url| self.section_context(index, url, "section.html"));
    }

    fn section_context(&self, index: usize, url: &str, template: &'static str) -> Listed {
        let page = &self.library.pages[index];
        let front = &page.record.front;
        let description = front.description.as_ref().unwrap_or(if template == "home.html" { &self.config.description } else { &page.record.summary });
        let title = front.title_meta.as_ref().unwrap_or(&page.record.title);
        let mut context = self.base(if template == "home.html" { &self.config.title } else { title }, url, description);
        let subsections = self.library.subsections(section_path(&page.record.source));
        context.insert("section".into(), self.page(index));
        context.insert("subsections".into(), subsections.iter().map(|i| self.subsection(*i)).collect());
        Listed { url: url.to_owned(), template, context, section: page.written.then_some(index) }
    }

    /// Cuts a list into pages: `URL`, `URLpage/2/`, …
    fn paginate(&self, url: &str, pages: &[usize], lists: &mut Vec<Listed>, context: impl Fn(&str) -> Listed) {
        let size = if self.config.paginate == 0 { pages.len().max(1) } else { self.config.paginate };
        let total = pages.len().div_ceil(size).max(1);
        let address = |number: usize| if number == 1 { url.to_owned() } else { format!("{url}page/{number}/") };
        for number in 1..=total {
            let here = address(number);
            let mut listed = context(&here);
            let shown = &pages[((number - 1) * size).min(pages.len())..(number * size).min(pages.len())];
            listed.context.insert("pages".into(), shown.iter().map(|i| self.lite(*i)).collect());
            let previous = (number > 1).then(|| self.links.absolute_path(&address(number - 1)));
            let next = (number < total).then(|| self.links.absolute_path(&address(number + 1)));
            listed.context["head"]["prev_url"] = previous.clone().into();
            listed.context["head"]["next_url"] = next.clone().into();
            if number > 1 {
                let title = listed.context["head"]["title"].as_str().unwrap_or_default();
                listed.context["head"]["title"] = format!("{title} ({number})").into();
                listed.section = None;
            }
            let each = |n: usize| json!({ "number": n, "url": self.links.absolute_path(&address(n)), "current": n == number });
            let paginator = json!({ "number": number, "total": total, "prev_url": previous, "next_url": next, "pages": (1..=total).map(each).collect::<Vec<_>>() });
            listed.context.insert("paginator".into(), if total > 1 { paginator } else { Value::Null });
            lists.push(listed);
        }
    }

    /// Addresses of every list, for links that lead to them.
    pub(super) fn list_urls(taxonomies: &[super::taxonomy::Taxonomy]) -> Vec<String> {
        taxonomies.iter().flat_map(|t| std::iter::once(t.url.clone()).chain(t.terms.iter().map(|term| term.url.clone()))).collect()
    }
}
