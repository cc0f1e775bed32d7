//! The steps of a guide as it is now, with what a report knows of them, which may be about an older text.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::{
    diagnostic::Diagnostic,
    pages::verified::excerpt,
    plan::Plan,
    proof::plans,
    report::{GuideReport, Report, StepKind, StepReport, Verdict, safe::plain},
    site::load::Site,
    verify::describe,
};

/// What is known of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// A reader sees what the page says.
    Holds,
    /// Not done, for a reason that the author gave.
    Skipped,
    /// A reader sees another version.
    Drifted,
    /// An earlier step broke.
    Unreached,
    /// A reader sees something else, or cannot go on.
    Broken,
    /// Its text is not that which was verified.
    Changed,
    /// The guide was not verified.
    Unknown,
}

/// A step, for a page that shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepState {
    /// From 1.
    pub number: usize,
    /// Name of its machine.
    pub machine: String,
    /// What it does.
    pub kind: StepKind,
    /// File that it stands in.
    pub path: String,
    /// Line of that file, from 1.
    pub line: usize,
    /// The line where its block begins, from 1.
    pub block: usize,
    /// What is typed, the path of a file, or nothing.
    pub typed: String,
    /// What is known of it.
    pub standing: Standing,
    /// Why it does not hold, in a sentence.
    pub message: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// What was really shown.
    pub output: Option<String>,
    /// Whether the output that was really shown can be written into the guide.
    pub acceptable: bool,
}

/// The steps of a page, and what is wrong with its plan.
pub(super) fn of(site: &Site<'_>, index: usize, plans: &[Plan]) -> (Vec<StepState>, Vec<Diagnostic>) {
    let problems = plans::problems_of(site, index, plans);
    let mut states = Vec::new();
    for plan in plans.iter().filter(|plan| plan.settings.skip.is_none()) {
        let known = site.inputs.report.as_ref().and_then(|report| report.guide(&plan.path, &plan.machine));
        states.extend(aligned(plan, known));
    }
    (states, problems)
}

/// That a guide was verified in part, and how much of it.
pub(super) fn part(site: &Site<'_>, source: &str) -> Option<String> {
    let wholes = site.inputs.report.iter().flat_map(Report::wholes);
    let whole = wholes.into_iter().find(|whole| whole.path == source && whole.is_partial())?;
    Some(format!("Verified in part: {}", whole.coverage().share()))
}

/// What makes a step the same as before, wherever it stands now.
fn content(step: &StepReport) -> (StepKind, String) {
    // An output that differs also tells what was typed before it.
    let text = match step.kind {
        StepKind::Run | StepKind::Write => step.typed.join("\n"),
        StepKind::Expect => step.documented.clone().unwrap_or_default(),
    };
    (step.kind, text)
}

/// The steps of a plan, with what a report of its guide knows of each.
pub(crate) fn aligned(plan: &Plan, report: Option<&GuideReport>) -> Vec<StepState> {
    let steps: Vec<StepReport> = plan.steps.iter().map(describe).collect();
    let unmatched = |standing| steps.iter().map(|now| state(plan, now, None, standing)).collect();
    let Some(report) = report.filter(|report| report.verdict != Verdict::Skipped) else {
        return unmatched(Standing::Unknown);
    };
    let new: Vec<_> = steps.iter().map(content).collect();
    let old: Vec<_> = report.steps.iter().map(content).collect();
    let mut states: Vec<StepState> = unmatched(Standing::Changed);
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for offset in 0..len {
                let (was, now) = (&report.steps[old_index + offset], &steps[new_index + offset]);
                states[new_index + offset] = state(plan, now, Some(was), standing(was.verdict));
            }
        }
    }
    states
}

fn standing(verdict: Verdict) -> Standing {
    match verdict {
        Verdict::Holds | Verdict::Partial => Standing::Holds,
        Verdict::Skipped => Standing::Skipped,
        Verdict::Drifted => Standing::Drifted,
        Verdict::Unreached => Standing::Unreached,
        Verdict::Broken => Standing::Broken,
    }
}

fn state(plan: &Plan, now: &StepReport, was: Option<&StepReport>, standing: Standing) -> StepState {
    let output = was.filter(|was| was.kind != StepKind::Write).map(|was| excerpt(&was.output));
    StepState {
        number: now.number,
        machine: plan.machine.clone(),
        kind: now.kind,
        path: now.path.clone(),
        line: now.line,
        block: now.block,
        typed: plain(&now.typed.join("\n")),
        standing,
        message: was.and_then(|was| was.message.as_deref()).map(plain),
        help: was.and_then(|was| was.help.as_deref()).map(plain),
        output: output.filter(|output| !output.is_empty()),
        acceptable: now.kind == StepKind::Expect
            && was.is_some_and(|was| matches!(was.verdict, Verdict::Drifted | Verdict::Broken)),
    }
}
