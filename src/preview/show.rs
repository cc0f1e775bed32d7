//! Answers from one state of a site.

use crate::{
    diagnostic::{self, Diagnostic},
    internal,
    pages::{badge, lists::Listed, maker::Pages, verified::Verified},
    proof::plans,
    render::{self, highlight::Highlighter},
    report::safe::plain,
    site::{
        address::{markdown_url, output_path},
        library::Target,
        load::{Inputs, Site},
        record::Kind,
    },
    source::inside::inside,
};
use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    rc::Rc,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use super::{Answer, Ask, Preview, Reply, State, Turn, blocks, steps};

/// How long nobody may ask before problems of the whole site are looked for: a page that was asked for comes first.
const IDLE: Duration = Duration::from_millis(30);

/// Style sheets of the theme: names, and addresses in the output.
pub(super) fn styles(inputs: &Inputs) -> Vec<(String, String)> {
    let base = inputs.config.base_path();
    let assets = inputs.theme.assets.iter().filter(|(name, _)| name.ends_with(".css"));
    assets.map(|(name, asset)| (name.clone(), format!("{base}{}", asset.output))).collect()
}

/// Answers until something changes, and tells the problems of the site once nobody asks for a moment.
pub(super) fn answer(
    preview: &mut Preview<'_>,
    site: &Site<'_>,
    verified: &Verified,
    highlighter: &Highlighter,
    asks: &Receiver<Ask>,
) -> Turn {
    let mut pages = Pages::new(site, verified, Some(highlighter));
    pages.world.preview = true;
    let show = Show {
        site,
        pages: &pages,
        lists: pages.lists().into_iter().map(|listed| (listed.url.clone(), listed)).collect(),
        styles: styles(site.inputs),
        made: OnceCell::new(),
        rendered: RefCell::default(),
        decided: preview.decisions.iter().map(|(guide, _)| guide.clone()).collect(),
    };
    listen(preview, &show, asks)
}

fn listen(preview: &mut Preview<'_>, show: &Show<'_>, asks: &Receiver<Ask>) -> Turn {
    let mut told = false;
    loop {
        let ask = if told {
            match asks.recv() {
                Ok(ask) => ask,
                Err(_) => return Turn::End,
            }
        } else {
            match asks.recv_timeout(IDLE) {
                Ok(ask) => ask,
                Err(RecvTimeoutError::Timeout) => {
                    told = true;
                    let problems = preview.problems(show.site);
                    (preview.tell)(super::Notice::Problems(problems.into()));
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Turn::End,
            }
        };
        match ask {
            Ask::Get(url, reply) => reply(or_fault(|| show.get(&url), |problem| show.fault(&problem))),
            Ask::State(url, reply) => reply(or_fault(
                || show.state(&url),
                |problem| Some(State { problems: vec![problem], ..State::default() }),
            )),
            Ask::Jobs(source, reply) => reply(or_fault(
                || plans::jobs_of(show.site, &source).map_err(|failure| failure.diagnostics()),
                |problem| Err(vec![problem]),
            )),
            Ask::Decide(choice, reply) => {
                let written = or_fault(|| preview.decide(show.site, &choice), |problem| Err(problem.message));
                if let Some(turn) = written_for(written, reply) {
                    return turn;
                }
            }
            Ask::TakeBack(guide, reply) => {
                if let Some(turn) = written_for(preview.take_back(&guide), reply) {
                    return turn;
                }
            }
            Ask::Changed(paths) => {
                if let Some(turn) = preview.turn(&paths, show.site.inputs) {
                    return turn;
                }
            }
            Ask::Report(report) => {
                preview.report = Some(*report);
                return Turn::Reload(Vec::new());
            }
        }
    }
}

/// Tells whoever asked what came of it. What was written is read at once: whoever watches files is slower.
fn written_for(written: Result<Option<String>, String>, reply: Reply<Result<(), String>>) -> Option<Turn> {
    let (told, path) = match written {
        Ok(path) => (Ok(()), path),
        Err(why) => (Err(why), None),
    };
    reply(told);
    path.map(|path| Turn::Update(vec![path]))
}

/// What is made for one page, or of a panic in it what is to be told: the thread that owns the site goes on, with other pages.
fn or_fault<T>(make: impl FnOnce() -> T, fault: impl FnOnce(Diagnostic) -> T) -> T {
    // What is kept between two answers is put there as a whole.
    catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|panic| {
        let said = internal::said(&*panic).unwrap_or("it panicked");
        let message = format!("guidepost failed while it made this page: {}", plain(said));
        let help = "this is a fault of guidepost: please report it with this message and the page; others are shown";
        fault(Diagnostic::error(internal::CODE, message).help(help))
    })
}

/// A page that was rendered.
struct Rendered {
    html: String,
    version: String,
    problems: Vec<Diagnostic>,
}

/// One state of a site.
struct Show<'a> {
    site: &'a Site<'a>,
    pages: &'a Pages<'a>,
    lists: HashMap<String, Listed<'a>>,
    styles: Vec<(String, String)>,
    made: OnceCell<BTreeMap<String, Vec<u8>>>,
    rendered: RefCell<HashMap<String, Rc<Rendered>>>,
    /// Guides about which decisions can be taken back.
    decided: BTreeSet<String>,
}

impl Show<'_> {
    /// The site's own URL path for one that has the base path.
    fn own(&self, url: &str) -> Option<String> {
        let base = self.site.inputs.config.base_path();
        let url = url.strip_prefix(base.as_str()).map(|rest| format!("/{rest}"))?;
        Some(match url.strip_suffix("/index.html") {
            Some(folder) => format!("{folder}/"),
            None => url,
        })
    }

    fn get(&self, asked: &str) -> Answer {
        let links = &self.pages.views.links;
        let library = &self.site.library;
        let Some(url) = self.own(asked) else {
            let base = self.site.inputs.config.base_path();
            return if asked == "/" || format!("{asked}/") == base { Answer::Moved(base) } else { self.missing() };
        };
        if let Some(page) = self.page(&url) {
            return Answer::Page { html: page.html.clone(), version: page.version.clone(), found: true };
        }
        if let Some(path) = library.files_by_url.get(&url) {
            // What was a file when it was found can be a link by now.
            return inside(self.site.folder(), Path::new(path)).map_or_else(|_| self.missing(), Answer::File);
        }
        if let Some(recording) = self.pages.views.verified.recordings().find(|recording| recording.url == url) {
            return Answer::File(recording.file.clone());
        }
        if let Some(asset) = self.site.inputs.theme.assets.values().find(|asset| output_path(&url) == asset.output) {
            return Answer::Made(asset.bytes.clone(), asset.output.clone());
        }
        match library.by_url.get(&url) {
            Some(Target::Page(index) | Target::Alias(index)) => {
                return Answer::Moved(links.absolute_path(&library.pages[*index].url));
            }
            _ if library.by_url.contains_key(&format!("{url}/")) => {
                return Answer::Moved(links.absolute_path(&format!("{url}/")));
            }
            _ => {}
        }
        if let Some(bytes) = self.copy(&url).or_else(|| self.made().get(&output_path(&url)).cloned()) {
            return Answer::Made(bytes, output_path(&url));
        }
        self.missing()
    }

    /// The Markdown copy of a page.
    fn copy(&self, url: &str) -> Option<Vec<u8>> {
        if !self.site.inputs.config.markdown_copies || !url.ends_with(".md") {
            return None;
        }
        let pages = &self.site.library.pages;
        let page = pages.iter().find(|page| page.record.kind == Kind::Guide && markdown_url(&page.url) == url)?;
        let guide = self.site.files.guide(&page.record.source)?;
        let world = self.pages.world.speaking(page.record.language);
        Some(render::markdown(&guide, &page.record.title, &world).into_bytes())
    }

    /// Feed, sitemap, search index and so on: made when the first of them is asked for.
    fn made(&self) -> &BTreeMap<String, Vec<u8>> {
        self.made.get_or_init(|| self.pages.for_programs().into_iter().collect())
    }

    fn missing(&self) -> Answer {
        let own = self.site.library.files_by_url.get("/404.html");
        if let Some(file) = own.and_then(|path| inside(self.site.folder(), Path::new(path)).ok())
            && let Ok(html) = std::fs::read_to_string(file)
        {
            return Answer::Page { version: self.version(&html), html, found: false };
        }
        let mut problems = Vec::new();
        let html = self.pages.fill(
            &self.pages.views,
            "404.html",
            None,
            &self.pages.not_found(&self.pages.views),
            &mut problems,
        );
        let html = html.unwrap_or_else(|| bare("Page not found"));
        Answer::Page { version: self.version(&html), html, found: false }
    }

    /// Instead of a page that cannot be made.
    fn fault(&self, problem: &Diagnostic) -> Answer {
        let html = bare(&render::escape(&problem.message));
        Answer::Page { version: self.version(&html), html, found: true }
    }

    /// A guide's page, or one that lists others.
    fn page(&self, url: &str) -> Option<Rc<Rendered>> {
        if let Some(page) = self.rendered.borrow().get(url) {
            return Some(Rc::clone(page));
        }
        let mut problems = Vec::new();
        let html = match (self.lists.get(url), self.guide(url)) {
            (Some(listed), _) => self.pages.listed(listed, &mut problems),
            (None, Some(index)) => self.pages.guide(index, &mut problems),
            (None, None) if url == badge::STATUS => {
                let context = self.pages.status()?;
                self.pages.fill(&self.pages.views, "status.html", None, &context, &mut problems)
            }
            (None, None) => return None,
        };
        let html = html.unwrap_or_else(|| bare("This page cannot be shown"));
        let page = Rc::new(Rendered { version: self.version(&html), html, problems });
        self.rendered.borrow_mut().insert(url.to_owned(), Rc::clone(&page));
        Some(page)
    }

    fn guide(&self, url: &str) -> Option<usize> {
        match self.site.library.by_url.get(url) {
            Some(Target::Page(index)) if self.site.library.pages[*index].record.kind == Kind::Guide => Some(*index),
            _ => None,
        }
    }

    /// A hash of a page without the part of addresses that changes with a style sheet.
    fn version(&self, html: &str) -> String {
        let mut html = html.to_owned();
        for (name, address) in &self.styles {
            html = html.replace(address.as_str(), name);
        }
        blake3::hash(html.as_bytes()).to_hex()[..16].to_owned()
    }

    fn state(&self, asked: &str) -> Option<State> {
        let url = self.own(asked).unwrap_or_default();
        let library = &self.site.library;
        let Some(page) = self.page(&url) else {
            let Answer::Page { version, .. } = self.missing() else { return None };
            return Some(State { version, styles: self.styles.clone(), ..State::default() });
        };
        let index = self.guide(&url).or_else(|| self.lists.get(&url).and_then(|listed| listed.text));
        let mut problems = page.problems.clone();
        if let Some(index) = index {
            let record = &library.pages[index].record;
            problems.extend(record.diagnostics.iter().cloned());
            let of_page = |problem: &&Diagnostic| problem.place.as_ref().is_some_and(|at| at.path == record.source);
            problems.extend(self.site.diagnostics.iter().filter(of_page).cloned());
            problems.extend(self.site.check_links_of(index));
        }
        let guide = self.guide(&url);
        let plans = guide.map(|index| plans::plan_page(self.site, index)).unwrap_or_default();
        let (steps, mut of_plan) = guide.map(|index| steps::of(self.site, index, &plans)).unwrap_or_default();
        let blocks = blocks::of(self.site, plans);
        problems.append(&mut of_plan);
        diagnostic::sort(&mut problems);
        problems.dedup();
        let is_any = !steps.is_empty() || !blocks.is_empty();
        let source = guide.filter(|_| is_any).map(|index| library.pages[index].record.source.clone());
        let (version, styles) = (page.version.clone(), self.styles.clone());
        let places = source.as_ref().filter(|_| !blocks.is_empty());
        let places = places.map(|guide| blocks::places(guide, self.decided.contains(guide)));
        let part = source.as_deref().and_then(|source| steps::part(self.site, source));
        Some(State { version, styles, guide: source, part, steps, blocks, places, problems })
    }
}

/// A page without a template.
fn bare(what: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{what}</title></head>\n<body><main><h1>{what}</h1></main></body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_and_the_thread_goes_on() {
        let text = "é".to_owned();
        let told = or_fault(|| text[1..].to_owned(), |problem| problem.message);
        assert!(
            told.starts_with("guidepost failed while it made this page: ") && told.contains("char boundary"),
            "{told}"
        );
        assert_eq!(or_fault(|| 1, |_| 2), 1);
    }
}
