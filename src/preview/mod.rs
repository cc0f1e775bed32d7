//! A site that is kept in memory while its files change: pages are rendered when they are asked for.
//!
//! ```text
//! Ask ─► Preview::run ─► read, arrange ─► show: answers, until something changes ─► update, or read again
//!                                          │
//!                      Notice ◄────────────┘
//! ```
//!
//! One thread owns the site. It hears questions one by one and answers through the closures that come with them, so that
//! nothing here knows of the network.

mod blocks;
mod show;
mod steps;

use crate::{
    build::tidy,
    diagnostic::{Diagnostic, Severity},
    proof::{
        self,
        decide::{self, Choice},
        replace::Change,
    },
    render::highlight::Highlighter,
    report::Report,
    site::{
        concern::Concern,
        failure::Failure,
        load::{Inputs, Site},
        options::Options,
    },
    verify::Job,
};
use serde::Serialize;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, mpsc::Receiver},
};

pub use blocks::{BlockState, Places};
pub(crate) use steps::aligned;
pub use steps::{Standing, StepState};

/// Takes an answer to whoever asked.
pub type Reply<T> = Box<dyn FnOnce(T) + Send>;

/// What a preview is asked, or told.
pub enum Ask {
    /// What stands at a URL path, which is decoded and has the site's base path.
    Get(String, Reply<Answer>),
    /// What there is to say about the page at a URL path.
    State(String, Reply<Option<State>>),
    /// The jobs of the guide in this file, one for each machine; or what is wrong.
    Jobs(String, Reply<Result<Vec<Job>, Vec<Diagnostic>>>),
    /// An author decides about a block. Says why that is not written, if it is not.
    Decide(Box<Choice>, Reply<Result<(), String>>),
    /// The last decision about the guide in this file is taken back. Likewise.
    TakeBack(String, Reply<Result<(), String>>),
    /// Files below the site's folder have changed: paths relative to it.
    Changed(Vec<PathBuf>),
    /// What verification found last.
    Report(Box<Report>),
}

/// What stands at an address.
#[derive(Debug)]
pub enum Answer {
    /// A page.
    Page {
        /// Its HTML.
        html: String,
        /// Changes when its HTML does, addresses of style sheets aside.
        version: String,
        /// Whether there is a page at that address; else this is the one that says so.
        found: bool,
    },
    /// A file of the author's, by its real path inside the site's folder.
    File(PathBuf),
    /// A file that guidepost makes, with its name.
    Made(Vec<u8>, String),
    /// Another address has it.
    Moved(String),
    /// Nothing can be shown: the configuration or the theme is at fault.
    Nothing,
}

/// What there is to say about a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct State {
    /// [`Answer::Page::version`].
    pub version: String,
    /// Names and addresses of the theme's style sheets.
    pub styles: Vec<(String, String)>,
    /// Path of its file relative to the site's folder, if it is a guide that can be done.
    pub guide: Option<String>,
    /// That it was verified in part, and how much of it, if it was.
    pub part: Option<String>,
    /// The steps of its plan, with what is known of each.
    pub steps: Vec<StepState>,
    /// Its blocks of code in order, with what was decided for each.
    pub blocks: Vec<BlockState>,
    /// Where decisions can be written.
    pub places: Option<Places>,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
}

/// What a preview tells.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Something has changed, and pages may have.
    Changed {
        /// Addresses of style sheets, as they were and as they are.
        styles: Vec<(String, String)>,
        /// Addresses of other files that have changed.
        files: Vec<String>,
    },
    /// Files, relative to the site's folder, that pages include or the configuration names, wherever they lie.
    Included(BTreeSet<String>),
    /// Everything that is wrong with the site now.
    Problems(Arc<Vec<Diagnostic>>),
}

/// Whether there is a site to keep, whatever is wrong with it.
///
/// # Errors
/// If there is none.
pub fn exists(options: &Options) -> Result<(), Failure> {
    match Inputs::load(options) {
        Err(failure @ (Failure::Usage { .. } | Failure::Environment { .. })) => Err(failure),
        _ => Ok(()),
    }
}

/// The folder in a site where what was found from pages is kept: `report.json`, and recordings.
pub fn folder(options: &Options) -> PathBuf {
    crate::site::cache::folder(&options.site).join("verified")
}

/// The file with what was found last.
pub(crate) fn report_file(options: &Options) -> PathBuf {
    folder(options).join("report.json")
}

/// A site to keep.
pub struct Preview<'a> {
    options: Options,
    /// Where the site is served, without the base path: `http://127.0.0.1:8017`.
    origin: String,
    report: Option<Report>,
    /// What was written for decisions, each with its guide, the last one last.
    decisions: Vec<(String, Change)>,
    /// Files that pages include.
    included: BTreeSet<String>,
    tell: &'a (dyn Fn(Notice) + Sync),
}

/// Why a site is not shown any longer.
enum Turn {
    /// Files of `content/` and `static/` have changed.
    Update(Vec<String>),
    /// Something that all pages depend on has.
    Reload(Vec<String>),
    /// Nobody asks any more.
    End,
}

impl<'a> Preview<'a> {
    /// `report` is what verification found last; one that the options name is merged with it.
    pub fn new(options: Options, origin: &str, report: Option<Report>, tell: &'a (dyn Fn(Notice) + Sync)) -> Self {
        Self { options, origin: origin.to_owned(), report, decisions: Vec::new(), included: BTreeSet::new(), tell }
    }

    /// Answers until nobody can ask any more.
    pub fn run(mut self, asks: &Receiver<Ask>) {
        let highlighter = Highlighter::new(Some(&crate::site::cache::folder(&self.options.site).join("highlight")));
        let (mut styles, mut changed) = (Vec::new(), Vec::new());
        loop {
            let turn = match Inputs::load(&self.options) {
                Ok(inputs) => self.show(self.prepared(inputs), &highlighter, asks, &mut styles, &changed),
                Err(failure) => self.show_failure(&failure, asks),
            };
            changed = match turn {
                Turn::Update(changed) | Turn::Reload(changed) => changed,
                Turn::End => break,
            };
        }
        // A cache that cannot be written costs time, not pages.
        let _ = highlighter.save();
    }

    fn prepared(&self, mut inputs: Inputs) -> Inputs {
        let base_path = inputs.config.base_path();
        for config in std::iter::once(&mut inputs.config).chain(&mut inputs.others) {
            config.base_url = format!("{}{base_path}", self.origin);
        }
        inputs.recordings.push(folder(&self.options));
        inputs.report = Report::merged(&inputs.report.into_iter().chain(self.report.clone()).collect::<Vec<_>>());
        inputs
    }

    /// Shows the site until what all of its pages depend on has changed. `styles` are the style sheets that were shown before,
    /// `changed` are the files that changed since.
    fn show(
        &mut self,
        inputs: Inputs,
        highlighter: &Highlighter,
        asks: &Receiver<Ask>,
        styles: &mut Vec<(String, String)>,
        changed: &[String],
    ) -> Turn {
        let mut site = Site::read(&inputs);
        let now = show::styles(&inputs);
        let moved = styles.iter().filter_map(|(name, old)| {
            let (_, new) = now.iter().find(|(known, new)| known == name && new != old)?;
            Some((old.clone(), new.clone()))
        });
        let mut notice = Notice::Changed { styles: moved.collect(), files: site.addresses(changed) };
        *styles = now;
        loop {
            self.included = site.included();
            (self.tell)(Notice::Included(self.included.clone()));
            (self.tell)(notice);
            let verified = proof::verified(&mut site);
            match show::answer(self, &site, &verified, highlighter, asks) {
                Turn::Update(changed) => {
                    site = site.update(&changed);
                    notice = Notice::Changed { styles: Vec::new(), files: site.addresses(&changed) };
                }
                turn => return turn,
            }
        }
    }

    fn show_failure(&mut self, failure: &Failure, asks: &Receiver<Ask>) -> Turn {
        let mut problems = failure.diagnostics();
        tidy(&mut problems);
        (self.tell)(Notice::Changed { styles: Vec::new(), files: Vec::new() });
        (self.tell)(Notice::Problems(Arc::new(problems.clone())));
        while let Ok(ask) = asks.recv() {
            match ask {
                Ask::Get(_, reply) => reply(Answer::Nothing),
                Ask::State(_, reply) => {
                    reply(Some(State { problems: problems.clone(), ..State::default() }));
                }
                Ask::Jobs(_, reply) => reply(Err(problems.clone())),
                Ask::Decide(_, reply) | Ask::TakeBack(_, reply) => reply(Err("there is no site to write into".into())),
                Ask::Changed(_) => return Turn::Reload(Vec::new()),
                Ask::Report(report) => self.report = Some(*report),
            }
        }
        Turn::End
    }

    /// What has to be done about changed files.
    fn turn(&self, paths: &[PathBuf], inputs: &Inputs) -> Option<Turn> {
        let reads_site = inputs.theme.any_reads_site();
        let changed: Vec<String> = paths.iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect();
        let own = |report: &'_ PathBuf| report.strip_prefix(&self.options.site).unwrap_or(report).to_owned();
        let reports: Vec<PathBuf> = self.options.reports.iter().map(own).collect();
        let concern = |path: &String| match Concern::of(path, &inputs.config, &self.included) {
            Concern::Nothing if reports.iter().any(|report| Path::new(path) == report) => Concern::All,
            Concern::Files if reads_site => Concern::All,
            concern => concern,
        };
        if changed.iter().any(|path| concern(path) == Concern::All) {
            return Some(Turn::Reload(changed));
        }
        let pages: Vec<String> = changed.into_iter().filter(|path| concern(path) == Concern::Files).collect();
        (!pages.is_empty()).then_some(Turn::Update(pages))
    }

    /// Writes what an author has chosen; the path of the file that was written, if one had to be.
    fn decide(&mut self, site: &Site<'_>, choice: &Choice) -> Result<Option<String>, String> {
        let Some(change) = decide::change(site, choice)? else { return Ok(None) };
        self.put(&change)?;
        let path = change.path.clone();
        self.decisions.push((choice.guide.clone(), change));
        Ok(Some(path))
    }

    /// Takes the last decision about a guide back.
    fn take_back(&mut self, guide: &str) -> Result<Option<String>, String> {
        let Some(last) = self.decisions.iter().rposition(|(of, _)| of == guide) else {
            return Err("nothing was decided here since the preview began".into());
        };
        // Whether it can be taken back or not, that one is over.
        let change = self.decisions.remove(last).1.back();
        self.put(&change)?;
        Ok(Some(change.path))
    }

    fn put(&self, change: &Change) -> Result<(), String> {
        change.write(&self.options.site, "has changed meanwhile").map_err(|unwritten| unwritten.to_string())
    }

    fn problems(&self, site: &Site<'_>) -> Vec<Diagnostic> {
        let mut problems = site.diagnostics.clone();
        problems.extend(site.check_links(Severity::Warning));
        tidy(&mut problems);
        problems
    }
}

impl Site<'_> {
    /// Addresses, with the base path, of files that are no pages.
    fn addresses(&self, paths: &[String]) -> Vec<String> {
        let library = &self.library;
        let url = |path: &String| library.resources.get(path).or_else(|| library.statics.get(path));
        paths.iter().filter_map(url).map(|url| self.links().absolute_path(url)).collect()
    }
}
