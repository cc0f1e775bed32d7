//! The whole way of a build, and of a check.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{
    load::{Inputs, Site},
    output::{Output, OutputError, Summary},
    plans, write,
};
use crate::{
    diagnostic::{self, Diagnostic, Severity},
    internal,
};

/// What the command line says.
#[derive(Debug, Clone)]
pub struct Options {
    /// The site's folder; of loose files, the folder that they lie in.
    pub site: PathBuf,
    /// Loose files, relative to that folder and sorted: Markdown that lies in no site. Without any, it is a site's folder.
    pub loose: Vec<String>,
    /// The output folder; `public` in the site's folder by default.
    pub out: Option<PathBuf>,
    /// Instead of the configuration's `base_url`.
    pub base_url: Option<String>,
    /// Whether machines get the files of the repository that loose files lie in.
    pub workspace: bool,
    /// Whether drafts are built.
    pub drafts: bool,
    /// Whether a warning fails the build.
    pub strict: bool,
    /// Reports of `guidepost verify` that pages show, and folders of them.
    pub reports: Vec<PathBuf>,
    /// The day of the build, `YYYY-MM-DD`: pages expire by it.
    pub today: String,
    /// Texts of `guidepost.yaml` and of sidecars that are read instead of what lies there, by their paths: so it can be tried what
    /// would come of them.
    pub texts: BTreeMap<String, String>,
}

impl Options {
    /// The text of a file of the site, by its path.
    pub(super) fn text(&self, path: &str) -> std::io::Result<String> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone()),
            None => std::fs::read_to_string(self.site.join(path)),
        }
    }
}

/// What a build came to.
#[derive(Debug, Default)]
pub struct Built {
    /// Everything that was found, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
    /// Guides of the site.
    pub guides: usize,
    /// The output folder.
    pub out: PathBuf,
    /// Files that were written; `None` if problems kept the site as it was.
    pub written: Option<Summary>,
}

impl Built {
    /// Errors and warnings.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.diagnostics.iter().filter(|d| d.is_error()).count();
        (errors, self.diagnostics.len() - errors)
    }
}

/// Why nothing could be built, whatever the pages say.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line is at fault: exit status 2.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// `guidepost.yaml`, or the output folder that was named, is at fault: exit status 2.
    #[error("the configuration cannot be used")]
    Configuration(Vec<Diagnostic>),
    /// The theme, or what pages are called, is at fault: exit status 1.
    #[error("the site cannot be built")]
    Pages(Vec<Diagnostic>),
    /// The machine is at fault (disk, permissions): exit status 3.
    #[error("{message}")]
    Environment {
        /// What went wrong.
        message: String,
    },
}

impl Failure {
    /// As problems, for a report.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Usage { message, help } => vec![Diagnostic::error("usage", message.as_str()).help(help.as_str())],
            Self::Configuration(diagnostics) | Self::Pages(diagnostics) => diagnostics.clone(),
            Self::Environment { message } => vec![Diagnostic::error("environment", message.as_str())],
        }
    }

    pub(crate) fn usage(message: String, help: &str) -> Self {
        Self::Usage { message, help: help.to_owned() }
    }

    pub(crate) fn environment(message: String) -> Self {
        Self::Environment { message }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        match &error {
            OutputError::Io { .. } | OutputError::Unfinished { .. } => Self::Environment { message: chain(&error) },
            OutputError::Path { .. } | OutputError::Twice { .. } | OutputError::Obstructed { .. } => {
                Self::Pages(error.diagnostics())
            }
            _ => Self::Configuration(error.diagnostics()),
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !message.contains(&text) {
            message.push_str(&format!(": {text}"));
        }
        cause = inner.source();
    }
    message
}

/// Hears how far a build is. Called from many threads.
pub trait Listener: Sync {
    /// `pages` pages are going to be rendered.
    fn begin(&self, _pages: usize) {}
    /// One page is rendered.
    fn rendered(&self) {}
}

/// Nobody listens.
impl Listener for () {}

/// What is wrong with a site that can be shown all the same: an image is missing, or of two pages with one address the first is there.
/// Libraries that are being moved have both for a while.
const SHOWN_ALL_THE_SAME: &[&str] = &["missing-image", "same-url"];

/// Builds a site.
///
/// The output folder changes only if no error was found (and, under `strict`, no warning): everything is written beside it
/// first and then renamed.
///
/// # Errors
/// If the command line, the configuration, the theme or the machine is at fault. Faults of pages are in [`Built`].
pub fn build(options: &Options, listener: &dyn Listener) -> Result<Built, Failure> {
    let inputs = Inputs::load(options)?;
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| if options.site.as_os_str() == "." { "public".into() } else { options.site.join("public") });
    let mut output = Output::open(&options.site, &out)?;
    let mut site = Site::read(&inputs, options);
    let mut diagnostics = std::mem::take(&mut site.diagnostics);
    diagnostics.extend(site.check_links(&options.site, Severity::Warning));
    diagnostics.extend(match options.strict {
        // Whoever wants a build without any warning wants all that `check` finds.
        true => plans::check(&site, options),
        false => plans::warnings(&site, options),
    });
    match write::write(&site, options, &mut output, listener) {
        // What pages are called is their fault, and does not hide what else is.
        Ok(more) | Err(Failure::Pages(more)) => diagnostics.extend(more),
        Err(failure) => return Err(failure),
    }
    tidy(&mut diagnostics);
    for problem in diagnostics.iter_mut().filter(|problem| SHOWN_ALL_THE_SAME.contains(&problem.code.as_str())) {
        problem.severity = Severity::Warning;
    }
    // A page that guidepost fails on stays as it was; the others are not held back by it.
    let fails = |d: &Diagnostic| d.is_error() && d.code != internal::CODE || options.strict;
    let written = if diagnostics.iter().any(fails) { None } else { Some(output.commit()?) };
    Ok(Built { diagnostics, guides: site.guides(), out, written })
}

/// In the order of files and lines; an error of a template that many pages show is told once.
pub(super) fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    diagnostic::sort(diagnostics);
    diagnostics
        .dedup_by(|a, b| a.code == "template" && a.code == b.code && a.message == b.message && a.place == b.place);
}

/// Looks at everything that needs no machine and writes nothing. Links and anchors that lead nowhere are errors here. With
/// `names`, only what is found in those guides is told.
///
/// # Errors
/// If a name fits no guide, and as for [`build`].
pub fn check(options: &Options, names: &[String]) -> Result<Built, Failure> {
    let inputs = Inputs::load(options)?;
    let mut site = Site::read(&inputs, options);
    let mut diagnostics = std::mem::take(&mut site.diagnostics);
    diagnostics.extend(site.check_links(&options.site, Severity::Error));
    if options.loose.is_empty() {
        diagnostics.extend(write::try_templates(&site, options));
    }
    diagnostics.extend(plans::check(&site, options));
    let mut guides = site.guides();
    if !names.is_empty() {
        let chosen = plans::chosen(&site, options, names)?;
        guides = chosen.len();
        let files: BTreeSet<String> = chosen.into_iter().flat_map(|index| plans::files_of(&site, index)).collect();
        diagnostics.retain(|problem| problem.place.as_ref().is_some_and(|place| files.contains(&place.path)));
    }
    tidy(&mut diagnostics);
    Ok(Built { diagnostics, guides, ..Built::default() })
}
