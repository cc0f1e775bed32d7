//! What `check` says of a site, while its files are being written: what has changed is looked at again at once, and what may
//! be true no longer because of it when there is time.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    build::tidy,
    diagnostic::{Diagnostic, Place, Severity},
    proof::plans,
    site::{load::Site, sidecars},
};

/// What was found in the plans of a guide.
#[derive(Debug, Default)]
struct Planned {
    problems: Vec<Diagnostic>,
    /// Rules of its layers that fit it.
    fitted: Vec<Place>,
    /// Whether it depends on what other guides say.
    requires: bool,
}

/// What is known of the plans of a site's guides, by their files.
#[derive(Debug, Default)]
pub(super) struct Checks {
    planned: BTreeMap<String, Planned>,
    /// Guides of which it is not known, or may be otherwise by now.
    stale: BTreeSet<String>,
}

impl Checks {
    /// Whatever is known may be otherwise by now: it is told until it is looked at again.
    pub(super) fn doubt(&mut self) {
        self.stale.extend(self.planned.keys().cloned());
    }

    /// Of a site of which these files have changed. Guides that are made of them are planned at once, and those of which nothing is
    /// known are planned when there is time.
    pub(super) fn update(&mut self, site: &Site<'_>, changed: &[String]) {
        let pages = &site.library.pages;
        let is_below = |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let has_changed = |path: &str| changed.iter().any(|changed| changed == path || is_below(path, changed));
        let sections: Vec<&str> = changed.iter().filter_map(|path| path.strip_suffix("/_index.md")).collect();
        let guides: BTreeSet<&str> =
            site.guide_indices().into_iter().map(|index| pages[index].record.source.as_str()).collect();
        self.planned.retain(|path, _| guides.contains(path.as_str()));
        self.stale.retain(|path| guides.contains(path.as_str()));
        let mut now = Vec::new();
        for index in site.guide_indices() {
            let record = &pages[index].record;
            let path = &record.source;
            let includes = || record.includes.iter().chain(&record.files).any(|include| has_changed(&include.source));
            if has_changed(path) || changed.contains(&sidecars::sidecar_path(path)) || includes() {
                now.push(index);
            } else if self.planned.get(path).is_none_or(|known| known.requires)
                || sections.iter().any(|section| is_below(path, section))
            {
                self.stale.insert(path.clone());
            }
        }
        // A folder that has come is looked at page by page.
        match now.len() {
            0..=AT_ONCE => now.into_iter().for_each(|index| self.plan(site, index)),
            _ => self.stale.extend(now.into_iter().map(|index| pages[index].record.source.clone())),
        }
    }

    /// Looks at one guide that is stale, `wanted` ones first; whether there was one.
    pub(super) fn plan_next(&mut self, site: &Site<'_>, wanted: impl Fn(&str) -> bool) -> bool {
        let next = self.stale.iter().find(|path| wanted(path)).or(self.stale.first()).cloned();
        let Some(path) = next else { return false };
        match site.library.by_source.get(&path) {
            Some(index) => self.plan(site, *index),
            None => drop(self.stale.remove(&path)),
        }
        true
    }

    fn plan(&mut self, site: &Site<'_>, index: usize) {
        let plans = plans::plan_page(site, index);
        let planned = Planned {
            problems: plans::problems_of(site, index, &plans),
            requires: plans.iter().any(|plan| !plan.settings.requires.is_empty()),
            fitted: plans.into_iter().flat_map(|plan| plan.fitted).collect(),
        };
        let path = &site.library.pages[index].record.source;
        self.stale.remove(path);
        self.planned.insert(path.clone(), planned);
    }

    /// Everything that is known to be wrong with the site.
    pub(super) fn problems(&self, site: &Site<'_>) -> Vec<Diagnostic> {
        let mut problems = site.diagnostics.clone();
        problems.extend(site.check_links(Severity::Error));
        // What is wrong with what a section says is wrong with each guide below it.
        let mut seen = BTreeSet::new();
        let of_plans = self.planned.values().flat_map(|planned| &planned.problems);
        problems.extend(of_plans.filter(|problem| seen.insert(key(problem))).cloned());
        if self.stale.is_empty() {
            problems.extend(site.outer().unused(self.planned.values().flat_map(|planned| &planned.fitted)));
        }
        tidy(&mut problems);
        problems
    }
}

/// As many guides are planned before anything is told.
const AT_ONCE: usize = 8;

fn key(problem: &Diagnostic) -> (&str, Option<(&str, usize, usize)>) {
    let place = problem.place.as_ref().map(|place| (place.path.as_str(), place.line, place.column));
    (&problem.message, place)
}
