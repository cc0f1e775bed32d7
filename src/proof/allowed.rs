//! Which guides may use a machine: `allow` of guidepost.yaml.
//!
//! A machine does what files say, so each of them has to be allowed there: the guide, what it includes, its sidecar, the pages of
//! sections that say something of it, and the guides that it requires. So a text that may not use a machine gets there by no detour, either.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    config,
    diagnostic::{Diagnostic, Place},
    machine::Machine,
    plan::{Plan, Scope},
    site::load::Site,
    source::Span,
};

/// What is wrong with where a plan would be done; `required` are the pages that are done before it.
pub(crate) fn problems(
    site: &Site<'_>,
    machines: &BTreeMap<String, Machine>,
    plan: &Plan,
    required: &[usize],
) -> Vec<Diagnostic> {
    let Some(machine) = machines.get(&plan.machine).filter(|machine| machine.allow.is_some()) else {
        return Vec::new();
    };
    if plan.settings.skip.is_some() {
        return Vec::new();
    }
    let mut files: BTreeSet<&str> = plan.steps.iter().map(|step| step.at.path.as_str()).collect();
    files.insert(&plan.path);
    files.extend(site.sidecar_of(&plan.path));
    let origins = plan.settings.from.values().chain(plan.steps.iter().flat_map(|step| step.from.values()));
    // What is included is saved or typed there as if the guide said it.
    let own = site.library.by_source.get(&plan.path).map(|page| &site.library.pages[*page].record.files);
    files.extend(own.into_iter().flatten().map(|include| include.source.as_str()));
    // guidepost.yaml is whose the machine is.
    let said = origins.filter(|origin| origin.scope == Scope::Section);
    files.extend(said.map(|origin| origin.place.path.as_str()));
    for page in required {
        let record = &site.library.pages[*page].record;
        files.insert(&record.source);
        files.extend(site.sidecar_of(&record.source));
        files.extend(record.includes.iter().chain(&record.files).map(|include| include.source.as_str()));
    }
    let refused = files.into_iter().filter(|file| !machine.allows(file));
    refused.map(|file| problem(site, plan, machine, file)).collect()
}

fn problem(site: &Site<'_>, plan: &Plan, machine: &Machine, file: &str) -> Diagnostic {
    let name = &plan.machine;
    let whose = if file == plan.path { String::new() } else { format!(", where {} needs it", plan.path) };
    let globs: Vec<String> = machine.allow.iter().flatten().map(|glob| format!("`{glob}`")).collect();
    let allowed = if globs.is_empty() { "no guide".to_owned() } else { globs.join(", ") };
    let problem = Diagnostic::error("machine-not-allowed", format!("{file} may not use the machine `{name}`{whose}"));
    let help = format!(
        "choose another machine (`verify: {{machine: …}}`), or whoever owns {} adds it there: machines.{name} allows {allowed}",
        config::FILE_NAME
    );
    Diagnostic { place: Some(Box::new(place(site, plan))), ..problem.help(help) }
}

/// Where the machine is chosen; else the first step that would be done there.
fn place(site: &Site<'_>, plan: &Plan) -> Place {
    if let Some(place) = plan.settings.machine_at() {
        return place.clone();
    }
    let first = plan.steps.iter().find(|step| step.at.path == plan.path).map(|step| step.at.span);
    match (first, site.files.guide(&plan.path)) {
        (Some(span), Some(guide)) => {
            let line = guide.source.line_of(span.start).1;
            Place::new(&guide.source, Span::new(line.start, line.end))
        }
        _ => Place::whole_file(&plan.path),
    }
}
