//! What can be done at a place of a guide by the preview that runs for its site.

use lsp_server::{ErrorCode, ResponseError};
use serde_json::{Value, json};
use std::path::Path;

use super::{document::Document, preview::Running};
use crate::{
    plan::Plan,
    preview::{StepState, aligned},
    proof::plans,
    report::Report,
};

/// Names of the commands, as the protocol has them.
pub(super) const RUN: &str = "guidepost.run";
pub(super) const RUN_TO: &str = "guidepost.runTo";
pub(super) const ACCEPT: &str = "guidepost.accept";

/// Something that can be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Action {
    pub(super) title: String,
    pub(super) command: &'static str,
    /// What the command is told, besides the site's folder.
    pub(super) arguments: Value,
}

/// What can be done with a guide as a whole, as far as the last of these lines of it, from 1, and with the outputs that stand in them.
/// `report` is what verification found last.
pub(super) fn actions(document: &Document<'_>, lines: (usize, usize), report: Option<&Report>) -> Vec<Action> {
    let Document { site, path, .. } = document;
    let Some(index) = site.library.by_source.get(*path) else { return Vec::new() };
    let plans = plans::plan_page(site, *index);
    let is_done = |plan: &&Plan| plan.settings.skip.is_none() && !plan.steps.is_empty();
    let done: Vec<&Plan> = plans.iter().filter(is_done).collect();
    let run =
        Action { title: "Run this guide in the preview".into(), command: RUN, arguments: json!({ "guide": path }) };
    let several = done.len() > 1;
    // A README is done as a whole.
    let begins = |plan: &&&Plan| {
        plan.parts.is_empty() && plan.steps.iter().any(|step| step.at.path == *path && step.block <= lines.1)
    };
    let to_here = done.iter().filter(begins).map(|plan| Action {
        title: match several {
            true => format!("Run to here on {}, in the preview", plan.machine),
            false => "Run to here in the preview".into(),
        },
        command: RUN_TO,
        arguments: json!({ "guide": path, "machine": plan.machine, "line": lines.1 }),
    });
    let to_here: Vec<Action> = to_here.collect();
    let accepted = done.iter().flat_map(|plan| acceptable(plan, lines, report)).map(|step| Action {
        title: format!("Accept what step {} really showed on {}", step.number, step.machine),
        command: ACCEPT,
        arguments: json!({ "guide": path, "machine": step.machine, "step": step.number }),
    });
    let accepted: Vec<Action> = accepted.collect();
    (!done.is_empty()).then_some(run).into_iter().chain(to_here).chain(accepted).collect()
}

/// Steps in these lines whose real output can be written into the guide.
fn acceptable(plan: &Plan, (first, last): (usize, usize), report: Option<&Report>) -> Vec<StepState> {
    let known = report.and_then(|report| report.guide(&plan.path, &plan.machine));
    let ends = |step: &StepState| {
        let block = plan.blocks.iter().find(|block| block.at.path == step.path && block.at.line == step.block);
        block.map_or(step.line, |block| block.last)
    };
    let steps = aligned(plan, known).into_iter();
    let at_lines = |step: &StepState| step.path == plan.path && step.block <= last && first <= ends(step);
    steps.filter(|step| step.acceptable && at_lines(step)).collect()
}

/// Has a command done by the preview of a site.
///
/// # Errors
/// Why it is not done.
pub(super) fn execute(site: &Path, command: &str, arguments: &Value) -> Result<(), String> {
    let running = Running::of(site).ok_or("no preview runs for this site: start it with `guidepost serve`")?;
    let text = |key: &str| arguments[key].as_str().ok_or_else(|| format!("`{command}` needs a {key}"));
    let number = |key: &str| arguments[key].as_u64().ok_or_else(|| format!("`{command}` needs a {key}"));
    match command {
        RUN => running.run(text("guide")?),
        RUN_TO => running.run_to(text("guide")?, text("machine")?, number("line")?),
        ACCEPT => running.accept(text("guide")?, text("machine")?, number("step")?),
        _ => Err(format!("there is no command {command}")),
    }
}

/// A fault in what was asked.
pub(super) fn invalid(message: impl Into<String>) -> ResponseError {
    ResponseError { code: ErrorCode::InvalidParams as i32, message: message.into(), data: None }
}
