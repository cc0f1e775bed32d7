//! What is said outside of guides about their verification: by guidepost.yaml for all, and by the page of a section for those below.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    config,
    diagnostic::{Diagnostic, Place},
    plan::Layer,
    site::{
        address,
        files::Files,
        library::Library,
        record::{Kind, PageRecord},
    },
};

/// What the pages of sections say, by their folders.
pub(crate) type Sections = BTreeMap<String, Layer>;

/// Reads what the pages of sections say.
pub(crate) fn sections(library: &Library, files: &Files<'_>) -> Sections {
    let says = library.pages.iter().filter(|page| says_of_verification(&page.record));
    let of_page = |source: &String| {
        let folder = source.rsplit_once('/')?.0.to_owned();
        Some((folder, Layer::of_section(&*files.guide(source)?)?))
    };
    says.filter_map(|page| of_page(&page.record.source)).collect()
}

/// Whether a page speaks for the guides of its folder: a translation of it does not.
pub(crate) fn says_of_verification(record: &PageRecord) -> bool {
    let name = record.source.rsplit_once('/').map_or("", |(_, name)| name);
    // `_index.md`, or what `page_names` says.
    let is_original = name.matches('.').count() == 1;
    record.kind == Kind::Section && record.front.verify.is_some() && is_original
}

/// What is said outside of guides.
#[derive(Clone, Copy)]
pub(crate) struct Outer<'s> {
    pub(crate) library: &'s Layer,
    pub(crate) sections: &'s Sections,
}

impl<'s> Outer<'s> {
    /// What concerns the guide in a file, the farthest first.
    pub(crate) fn of(&self, path: &str) -> Vec<&'s Layer> {
        let sections = address::folders(path).filter_map(|folder| self.sections.get(folder));
        [self.library].into_iter().chain(sections).collect()
    }

    /// Rules that fit nothing. `fitted` are the places of those that fit something in a plan, of all guides.
    pub(crate) fn unused<'p>(&self, fitted: impl Iterator<Item = &'p Place>) -> Vec<Diagnostic> {
        let fitted: BTreeSet<(&str, usize, usize)> =
            fitted.map(|place| (place.path.as_str(), place.line, place.column)).collect();
        let rules = [self.library].into_iter().chain(self.sections.values()).flat_map(Layer::rules);
        let unused = rules.filter(|(place, _)| !fitted.contains(&(place.path.as_str(), place.line, place.column)));
        let problem = |(place, told): (&Place, &str)| {
            let whose = if place.path == config::FILE_NAME { "guide" } else { "guide of its section" };
            let problem = Diagnostic::warning("unused-rule", format!("this rule, for {told}, fits no {whose}"));
            let help = "correct what it selects, or remove it";
            Diagnostic { place: Some(Box::new(place.clone())), ..problem.help(help) }
        };
        unused.map(problem).collect()
    }
}
