//! What is proved of a site: its guides as plans and jobs, what their verdicts depend on, and what is written into its files because
//! of them.
//!
//! It stands above [`site`](crate::site), [`pages`](crate::pages) and [`verify`](crate::verify), none of which knows it.

mod allowed;
mod changed;
pub(crate) mod decide;
mod git;
mod inputs;
mod machines;
pub(crate) mod plans;
mod recorded;
pub(crate) mod replace;
pub(crate) mod suggested;
pub(crate) mod taken;
mod update;
mod workspace;

use crate::{
    machine::title::title,
    pages::{
        badge::{STATUS, badge_url},
        verified::Verified,
    },
    site::load::Site,
};

pub use changed::changed_since;
pub use decide::{Choice, Place};
pub use machines::{add_machine, machines};
pub use plans::{jobs, jobs_and_unused, plans};
pub use recorded::{Recorded, otherwise};
pub use replace::Unwritten;
pub use suggested::{Suggested, Tried, suggest};
pub use update::{Updated, updates};

/// What the reports that a site was given say of it as it is now. Recordings, badges and the page of results get their addresses, and
/// what is wrong with reports is told among the site's problems.
pub(crate) fn verified(site: &mut Site<'_>) -> Verified {
    let Some(report) = site.inputs.report.as_ref() else { return Verified::default() };
    let mut problems = Vec::new();
    let lister = inputs::Lister::new(site, plans::outer);
    let current = |index, machine: &str| plans::current(site, &lister, index, machine);
    let machine = |name: &str| title(&site.inputs.config.machines, name);
    let verified = Verified::new(report, &site.library, &site.inputs.recordings, &machine, &current, &mut problems);
    site.diagnostics.extend(problems);
    let guides = site.guide_indices().into_iter().map(|index| site.library.pages[index].url.as_str());
    let badges: Vec<String> = guides.chain([STATUS]).map(badge_url).collect();
    let recordings = verified.recordings().map(|recording| &recording.url);
    for url in recordings.chain(&badges) {
        site.library.add_made(url);
    }
    site.library.add_made(STATUS);
    verified
}
