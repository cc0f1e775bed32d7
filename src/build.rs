//! The whole way of a build, and of a check.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    diagnostic::{self, Diagnostic, Severity},
    external, internal,
    media::Depth,
    pages::{Listener, write},
    proof::{self, plans},
    site::{
        Failure, Options,
        load::{Inputs, Site},
        output::{Output, Summary},
    },
};

/// What a build came to.
#[derive(Debug, Default)]
pub struct Built {
    /// Everything that was found, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
    /// Guides of the site.
    pub guides: usize,
    /// The output folder.
    pub out: PathBuf,
    /// Links to other sites, if they were looked at.
    pub external: Option<external::Summary>,
    /// Files that were written; `None` if problems kept the site as it was.
    pub written: Option<Summary>,
}

impl Built {
    /// Errors and warnings.
    pub fn counts(&self) -> (usize, usize) {
        (self.count(Severity::Error), self.count(Severity::Warning))
    }

    /// Problems that are so bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|problem| problem.severity == severity).count()
    }
}

/// What is wrong with a site that can be shown all the same: an image is missing or broken, a footnote is, or of two pages with one address the first is there.
/// Libraries that are being moved have both for a while.
const SHOWN_ALL_THE_SAME: &[&str] = &["missing-image", "broken-image", "missing-footnote", "same-url"];

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
    let mut site = Site::read(&inputs);
    let verified = proof::verified(&mut site);
    let mut diagnostics = std::mem::take(&mut site.diagnostics);
    diagnostics.extend(site.check_links(Severity::Warning));
    diagnostics.extend(match options.strict {
        // Whoever wants a build without any warning wants all that `check` finds.
        true => plans::check(&site),
        false => plans::warnings(&site),
    });
    let pictures = site.pictures(Depth::Make);
    diagnostics.extend(site.check_pictures(&pictures));
    match write::write(&site, &verified, &pictures, &mut output, listener) {
        // What pages are called is their fault, and does not hide what else is.
        Ok(more) | Err(Failure::Pages(more)) => diagnostics.extend(more),
        Err(failure) => return Err(failure),
    }
    tidy(&mut diagnostics);
    for problem in diagnostics.iter_mut().filter(|problem| SHOWN_ALL_THE_SAME.contains(&problem.code.as_str())) {
        problem.severity = Severity::Warning;
    }
    // A page that guidepost fails on stays as it was; the others are not held back by it.
    let fails = |d: &Diagnostic| d.is_error() && d.code != internal::CODE || options.strict && d.fails(true);
    let written = if diagnostics.iter().any(fails) { None } else { Some(output.commit()?) };
    Ok(Built { diagnostics, guides: site.guides(), out, written, external: None })
}

/// In the order of files and lines; an error of a template that many pages show is told once.
pub(crate) fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    diagnostic::sort(diagnostics);
    diagnostics
        .dedup_by(|a, b| a.code == "template" && a.code == b.code && a.message == b.message && a.place == b.place);
}

/// Looks at everything that needs no machine and writes nothing. Links and anchors that lead nowhere are errors here. With
/// `names`, only what is found in those guides is told; with `external`, links to other sites are asked for, and it hears of each.
///
/// # Errors
/// If a name fits no guide, and as for [`build`].
pub fn check(options: &Options, names: &[String], external: Option<&dyn Listener>) -> Result<Built, Failure> {
    let inputs = Inputs::load(options)?;
    let mut site = Site::read(&inputs);
    let verified = proof::verified(&mut site);
    let mut diagnostics = std::mem::take(&mut site.diagnostics);
    diagnostics.extend(site.check_links(Severity::Error));
    diagnostics.extend(site.check_pictures(&site.pictures(Depth::Look)));
    if options.loose.is_empty() {
        diagnostics.extend(write::try_templates(&site, &verified));
    }
    diagnostics.extend(plans::check(&site));
    let mut guides = site.guides();
    let mut files = None;
    if !names.is_empty() {
        let chosen = plans::chosen(&site, names)?;
        guides = chosen.len();
        let chosen: BTreeSet<String> = chosen.into_iter().flat_map(|index| plans::files_of(&site, index)).collect();
        diagnostics.retain(|problem| problem.place.as_ref().is_some_and(|place| chosen.contains(&place.path)));
        files = Some(chosen);
    }
    let external = external.map(|listener| {
        let (found, summary) = external::check(&site, files.as_ref(), listener);
        diagnostics.extend(found);
        summary
    });
    tidy(&mut diagnostics);
    Ok(Built { diagnostics, guides, external, ..Built::default() })
}
