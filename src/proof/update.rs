//! `verify --update` on the files of a site: guides are read again, and what changes is written in their place.

use similar::{Algorithm, capture_diff_slices};
use std::{collections::BTreeMap, path::Path};

use crate::{
    diagnostic::Diagnostic,
    matching::update::apply_edits,
    plan::{self, Plan},
    proof::{
        inputs::Lister,
        plans,
        replace::{Change, Unwritten},
    },
    report::{GuideReport, Report, Secrets, StepKind, Verdict, unified::unified},
    site::{
        failure::Failure,
        load::{Inputs, Site},
        options::Options,
    },
    verify::{
        self, Input,
        update::{Done, Shown},
    },
};

/// A guide whose documented outputs are not those of the report.
#[derive(Debug)]
pub struct Updated {
    /// Path of its file relative to the site's folder.
    pub path: String,
    /// Numbers of the steps whose outputs change, and the lines where they stand.
    pub steps: Vec<(usize, usize)>,
    /// Outputs that differ and stay as they are, with reasons; or why all of them do.
    pub refused: Vec<Diagnostic>,
    /// The text of the file as it was verified.
    pub old: String,
    /// The text that is to be.
    pub new: String,
    /// What is to be said in the reports of its machines, by their names.
    notes: BTreeMap<String, Note>,
    /// What must not be shown of either.
    secrets: Secrets,
}

/// What a report has to say of a guide that was written.
#[derive(Debug, Default)]
struct Note {
    /// The outputs that are documented then, by the numbers of their steps.
    documented: BTreeMap<usize, String>,
}

impl Note {
    /// `updated` are the numbers of the steps whose outputs were written.
    fn of(plan: Plan, updated: &[usize]) -> Self {
        let documented = plan.steps.into_iter().filter(|step| updated.contains(&step.number));
        let documented = documented.filter_map(|step| match step.kind {
            plan::StepKind::Expect { text, .. } => Some((step.number, text)),
            _ => None,
        });
        Self { documented: documented.collect() }
    }
}

/// Brings the guides of a report up to date, and writes nothing yet. Guides whose outputs all hold are left out.
///
/// # Errors
/// As for every [`Failure`].
pub fn updates(options: &Options, report: &Report) -> Result<Vec<Updated>, Failure> {
    let mut guides: BTreeMap<&str, Vec<&GuideReport>> = BTreeMap::new();
    for guide in &report.guides {
        guides.entry(&guide.path).or_default().push(guide);
    }
    guides.retain(|_, machines| machines.iter().any(|guide| shown(guide).values().any(|shown| !shown.holds)));
    if guides.is_empty() {
        return Ok(Vec::new());
    }
    let inputs = Inputs::load(options)?;
    let site = Site::read(&inputs);
    let lister = Lister::new(&site, plans::outer);
    Ok(guides.into_iter().map(|(path, machines)| one(&site, &lister, path, &machines)).collect())
}

/// What was really shown where the guide documents an output.
fn shown(guide: &GuideReport) -> BTreeMap<usize, Shown> {
    // Steps stand in the order of their numbers, and an output comes after its command.
    let mut cut = false;
    let mut found = BTreeMap::new();
    for step in &guide.steps {
        if step.kind == StepKind::Run {
            cut = step.dropped > 0;
        }
        if step.kind == StepKind::Expect && !matches!(step.verdict, Verdict::Unreached | Verdict::Skipped) {
            let holds = step.verdict == Verdict::Holds;
            found.insert(step.number, Shown { output: step.output.clone(), cut, holds });
        }
    }
    found
}

fn one(site: &Site<'_>, lister: &Lister<'_>, path: &str, reports: &[&GuideReport]) -> Updated {
    let path = path.to_owned();
    let none = |why: String| {
        let problem = Diagnostic::error("not-updated", format!("the outputs of this guide are not updated: {why}"));
        let refused = vec![problem.in_file(&path)];
        Updated {
            path: path.clone(),
            steps: Vec::new(),
            refused,
            old: String::new(),
            new: String::new(),
            notes: BTreeMap::new(),
            secrets: Secrets::default(),
        }
    };
    let Some(index) = site.library.by_source.get(&path).copied() else {
        return none("it is not there any more".into());
    };
    for report in reports {
        let now = plans::current(site, lister, index, &report.machine);
        let mut keys = report.inputs.keys().chain(now.keys());
        if let Some(changed) = keys.find(|key| report.inputs.get(*key) != now.get(*key)) {
            return none(format!("{changed} has changed since it was verified; verify it again"));
        }
    }
    let plans = plans::plan_page(site, index);
    let Some(guide) = site.files.guide(&path) else {
        return none("it cannot be read".into());
    };
    let required: Vec<Plan> = plans.iter().flat_map(|plan| plans::required(site, plan)).collect();
    let secrets = verify::secrets(plans.iter().chain(&required), &[]);
    let read = |source| {
        let guide = site.files.parse(source);
        let plans = plans::plan_guide(site, &guide);
        (guide, plans)
    };
    let of = |plan: &Plan| reports.iter().find(|report| report.machine == plan.machine);
    let all_shown: Vec<_> = plans.iter().map(|plan| of(plan).map(|report| shown(report)).unwrap_or_default()).collect();
    let done: Vec<Done<'_>> = plans.iter().zip(&all_shown).map(|(plan, shown)| Done { plan, shown }).collect();
    let update = verify::update::update(&guide, &done, &secrets, &read);
    let old = guide.source.text.clone();
    // Edits that overlap were refused.
    let new = apply_edits(&old, update.edits).unwrap_or_else(|_| old.clone());
    let (_, plans) = read(crate::source::Source::new(&*path, &*new));
    let notes = plans.into_iter().zip(&update.numbers);
    let notes = notes.map(|(plan, numbers)| (plan.machine.clone(), Note::of(plan, numbers))).collect();
    Updated { path, steps: update.steps, refused: update.refused, old, new, notes, secrets }
}

impl Updated {
    /// The change as a unified diff; secrets in it are masked.
    pub fn diff(&self, color: bool) -> String {
        self.secrets.mask(&unified(&self.path, &self.old, &self.new, color))
    }

    /// Says in the reports of the guide that it was written: its outputs are those that were shown.
    pub fn note(&self, guides: &mut [GuideReport]) {
        let hash = Input::hash_of(self.new.as_bytes());
        let lines = moved_lines(&self.old, &self.new);
        let moved = |line: usize| line.checked_sub(1).and_then(|at| lines.get(at).copied()).unwrap_or(line);
        for guide in guides.iter_mut().filter(|guide| guide.path == self.path) {
            if let Some(note) = self.notes.get(&guide.machine) {
                guide.set_updated(&note.documented);
            }
            guide.set_lines(&moved);
            guide.hash.clone_from(&hash);
            guide.inputs.entry(self.path.clone()).and_modify(|known| known.clone_from(&hash));
        }
    }

    /// Writes the file, as `Change::write` does.
    ///
    /// # Errors
    /// [`Unwritten`]; the file is then as it was.
    pub fn write(&self, site: &Path) -> Result<(), Unwritten> {
        let (old, new) = (Some(self.old.clone()), Some(self.new.clone()));
        Change { path: self.path.clone(), old, new }.write(site, "has changed since it was verified")
    }
}

/// Where each line of a text stands in a new one, from 1: one that is gone, where what replaces it begins.
fn moved_lines(old: &str, new: &str) -> Vec<usize> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut lines = vec![0; old.len()];
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let to = op.new_range();
        for (offset, from) in op.old_range().enumerate() {
            let last = to.len().saturating_sub(1);
            lines[from] = to.start + offset.min(last) + 1;
        }
    }
    lines
}
