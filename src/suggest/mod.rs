//! What a run has learned: what a library, or a guide, should say of its verification so that the next run gets further.
//!
//! ```text
//! reports, plans ─ learn ─► suggestions ─ placed ─► texts (site::suggested) ─ plans, runs ─► further? ─► kept, or dropped
//! ```
//!
//! Each is a piece of a [layer](crate::plan::Layer), as data, from the line that a [cause](crate::report::Cause) says would mend it. Nothing here
//! makes a page true: what a page shows wrongly, and what is gone from the world, is suggested to nobody.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::{Origin, Plan, Scope, Step, is_setting},
    report::{Cause, CauseKind, GuideReport, Verdict, cause::BLANK},
    terminal::line::Run,
};

/// Guides that need the same, for it to be said once for all.
const SEVERAL: usize = 2;

/// Something that should be said.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// As a layer says it.
    pub says: Map<String, Value>,
    /// What stands in the way.
    pub kind: CauseKind,
    /// What that is about.
    pub what: String,
    /// The guides that need it, by the paths of their files.
    pub needs: BTreeMap<String, Need>,
    /// It is to be said for each guide by itself.
    pub apart: bool,
}

/// Where a guide needs it.
#[derive(Debug, Clone)]
pub struct Need {
    /// Line of the step, from 1.
    pub line: usize,
    /// The program whose command it is about; empty if it is about none.
    pub program: String,
    /// What came of trying it.
    pub trial: Trial,
}

/// What came of trying a suggestion at a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// It is being tried.
    Running,
    /// The guide gets further: how far.
    Further(String),
    /// It does not.
    Vain,
    /// It cannot be tried, and why.
    Untried(String),
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In `guidepost.yaml`.
    Library,
    /// In the sidecar of the guide with this path.
    Guide(String),
}

/// What is to be said where.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The number of the suggestion.
    pub number: usize,
    /// Where.
    pub place: Place,
    /// As the layer there says it.
    pub says: Map<String, Value>,
}

/// All that has been learned.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    suggestions: Vec<Suggestion>,
}

/// A piece of a layer, or why there is none.
type Piece = Result<Map<String, Value>, (Map<String, Value>, String)>;

impl Learned {
    /// The suggestions, in the order in which they were learned.
    pub fn suggestions(&self) -> &[Suggestion] {
        &self.suggestions
    }

    /// Takes what a guide needs that was not known. `machine` gives the name of the library's
    /// machine that is like one of guidepost's own: `server`, `docker`.
    pub fn learn(&mut self, report: &GuideReport, plan: &Plan, machine: &dyn Fn(&str) -> Option<String>) {
        if plan.settings.skip.is_some() {
            return;
        }
        for (cause, line) in report.causes() {
            // What a step waits for is in the plan, with its kind.
            if cause.kind == CauseKind::PlaceholderUnbound {
                continue;
            }
            let Some(piece) = of_cause(cause, report, plan, machine) else { continue };
            let step = report.steps.iter().find(|step| step.line == line && step.cause.is_some());
            let program = step.and_then(|step| Run::of(step.first_typed())).map(|run| run.name).unwrap_or_default();
            self.take(piece, (cause.kind, &cause.what), plan, line, program);
        }
        for (placeholder, line) in plan.steps.iter().filter_map(|step| Some((step.waits_for()?, step.at.line))) {
            let piece = match placeholder.kind.default_value() {
                Some(value) => Ok(map(json!({"kinds": {placeholder.kind.name(): value}}))),
                None => {
                    let blank = map(json!({"vars": {placeholder.name.as_str(): BLANK}}));
                    Err((blank, "only its author knows a value".to_owned()))
                }
            };
            let kind = CauseKind::PlaceholderUnbound;
            self.take(piece, (kind, &placeholder.name), plan, line, String::new());
        }
    }

    fn take(&mut self, piece: Piece, (kind, what): (CauseKind, &str), plan: &Plan, line: usize, program: String) {
        let (says, trial) = match piece {
            Ok(says) => (says, Trial::Running),
            Err((says, why)) => (says, Trial::Untried(why)),
        };
        let known = self.suggestions.iter().position(|known| known.says == says);
        let number = known.unwrap_or_else(|| {
            let needs = BTreeMap::new();
            self.suggestions.push(Suggestion { says, kind, what: what.to_owned(), needs, apart: false });
            self.suggestions.len() - 1
        });
        let needs = &mut self.suggestions[number].needs;
        needs.entry(plan.path.clone()).or_insert(Need { line, program, trial });
    }

    /// The guides at which something is being tried.
    pub fn trying(&self) -> BTreeSet<String> {
        let needs = self.suggestions.iter().flat_map(|suggestion| &suggestion.needs);
        needs.filter(|(_, need)| need.trial == Trial::Running).map(|(path, _)| path.clone()).collect()
    }

    /// Where all of it is to be said that is tried or has helped: what several guides need, once for all, if there is a place for that.
    pub fn placed(&self, has_library: bool) -> Vec<Placed> {
        let mut placed = Vec::new();
        for (number, suggestion) in self.suggestions.iter().enumerate() {
            let counts = |need: &Need| matches!(need.trial, Trial::Running | Trial::Further(_));
            let needs: Vec<(&String, &Need)> = suggestion.needs.iter().filter(|(_, need)| counts(need)).collect();
            let wide = (has_library && !suggestion.apart && needs.len() >= SEVERAL).then(|| suggestion.wide(&needs));
            match wide.flatten() {
                Some(says) => placed.push(Placed { number, place: Place::Library, says }),
                None => placed.extend(needs.iter().map(|(path, _)| Placed {
                    number,
                    place: Place::Guide((*path).clone()),
                    says: suggestion.says.clone(),
                })),
            }
        }
        placed
    }

    /// A suggestion is to be said for each guide by itself.
    pub fn set_apart(&mut self, number: usize) {
        self.suggestions[number].apart = true;
    }

    /// What was being tried at a guide comes to this. A value that its plan, as it is then, still lacks was given in vain.
    pub fn judge(&mut self, path: &str, trial: &Trial, plan: Option<&Plan>) {
        let lacks = |name: &str| {
            plan.is_some_and(|plan| plan.steps.iter().filter_map(Step::waits_for).any(|lacked| lacked.name == name))
        };
        for suggestion in &mut self.suggestions {
            let vain = suggestion.kind == CauseKind::PlaceholderUnbound && lacks(&suggestion.what);
            if let Some(need) = suggestion.needs.get_mut(path).filter(|need| need.trial == Trial::Running) {
                need.trial = if vain { Trial::Vain } else { trial.clone() };
            }
        }
    }

    /// A suggestion cannot be said where it should be.
    pub fn give_up(&mut self, number: usize, path: &str, why: &str) {
        if let Some(need) = self.suggestions[number].needs.get_mut(path) {
            need.trial = Trial::Untried(why.to_owned());
        }
    }

    /// Guides that have come further come still further with what was found later.
    pub fn renew(&mut self, path: &str, how: &str) {
        for need in self.suggestions.iter_mut().filter_map(|suggestion| suggestion.needs.get_mut(path)) {
            if matches!(need.trial, Trial::Further(_)) {
                need.trial = Trial::Further(how.to_owned());
            }
        }
    }
}

impl Suggestion {
    /// How it is said for all guides; nothing if it can only be said for each.
    fn wide(&self, needs: &[(&String, &Need)]) -> Option<Map<String, Value>> {
        let Some(machine) = self.says.get("machine") else { return Some(self.says.clone()) };
        // Not all guides need it, and what these have in common is what they run.
        let programs: BTreeSet<&str> = needs.iter().map(|(_, need)| need.program.as_str()).collect();
        let named = programs.iter().all(|program| !program.is_empty());
        named.then(|| map(json!({"rules": [{"command": programs, "machine": machine}]})))
    }
}

/// What the author of a guide can be offered to say, who has it before them: what a cause says would mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    /// The number of the cause in the report, from 0.
    pub number: usize,
    /// Line of the step, from 1.
    pub line: usize,
    /// What stands in the way.
    pub cause: &'a Cause,
    /// A line of YAML.
    pub says: &'a str,
    /// Only its author knows what stands in its blank: the reply to a question.
    pub asks: bool,
}

/// What can be offered to the author of a guide. Another machine is chosen by hand.
pub fn offers(report: &GuideReport) -> Vec<Offer<'_>> {
    let mut offers = Vec::new();
    for (number, (cause, line)) in report.causes().into_iter().enumerate() {
        let Some(says) = cause.mend.as_deref() else { continue };
        let is_offered = match cause.says() {
            Some(says) => says.keys().all(|key| is_setting(key) && key != "machine"),
            None => cause.kind == CauseKind::QuestionUnanswered,
        };
        if is_offered && cause.kind != CauseKind::PlaceholderUnbound {
            offers.push(Offer { number, line, cause, says, asks: cause.says().is_none() });
        }
    }
    offers
}

/// What a layer has to say so that a cause is mended, with the reply of a question that only its author knows; else why there is no such line.
pub(crate) fn offered(
    cause: &Cause,
    report: &GuideReport,
    plan: &Plan,
    reply: Option<&str>,
) -> Result<Map<String, Value>, String> {
    let none = || "nothing is offered any more".to_owned();
    match of_cause(cause, report, plan, &|_| None).ok_or_else(none)? {
        Ok(says) => Ok(says),
        Err((_, _)) if cause.kind == CauseKind::QuestionUnanswered && cause.says().is_none() => {
            let reply = reply.ok_or("say what to answer")?;
            Ok(map(json!({"answers": {cause.what.as_str(): reply}})))
        }
        // Only its author knows whether it takes so long.
        Err((says, _)) if cause.kind == CauseKind::OutOfTime => Ok(says),
        Err((_, why)) => Err(why),
    }
}

/// What a layer has to say against a cause; nothing if no line mends it.
fn of_cause(
    cause: &Cause,
    report: &GuideReport,
    plan: &Plan,
    machine: &dyn Fn(&str) -> Option<String>,
) -> Option<Piece> {
    let mend = cause.mend.as_deref()?;
    let Some(says) = cause.says() else {
        let blank = serde_yaml::from_str(mend).ok()?;
        return Some(Err((blank, "only its author knows what to say".to_owned())));
    };
    if cause.kind == CauseKind::OutOfTime {
        return Some(Err((says, "it takes its time".to_owned())));
    }
    let key = says.keys().next()?;
    if !is_setting(key) {
        return Some(Err((says, "it is said of the machine, in guidepost.yaml".to_owned())));
    }
    if let Some(wanted) = says.get("machine").and_then(Value::as_str) {
        return match machine(wanted) {
            Some(name) if name == report.machine => None,
            Some(name) => Some(Ok(map(json!({"machine": name})))),
            None => {
                Some(Err((says.clone(), format!("there is no such machine yet: `guidepost machines add {wanted}`"))))
            }
        };
    }
    // What stands nearer takes the place of what is said of it elsewhere.
    let elsewhere = |origin: &Origin| origin.scope != Scope::Sidecar;
    if key == "setup" && plan.settings.from.get(key).is_some_and(elsewhere) {
        return Some(Err((says, "the guide's `setup` is said elsewhere, and would no longer count".to_owned())));
    }
    Some(Ok(says))
}

/// How far a guide gets with a suggestion, if that is further than without.
pub fn further(before: &GuideReport, after: &GuideReport) -> Option<String> {
    let undone = |guide: &GuideReport| guide.steps.iter().filter(|step| step.verdict == Verdict::Skipped).count();
    let first = |guide: &GuideReport| {
        let (cause, line) = *guide.causes().first()?;
        // A guide that is not reached for want of a value has a step that failed.
        let line = guide.steps.iter().find(|step| step.verdict.ends_early()).map_or(line, |step| step.line);
        Some((cause.kind, cause.what.clone(), line))
    };
    let ended = || format!("it {}", verdict(after.verdict));
    match (before.ends_early(), after.ends_early()) {
        (true, false) => Some(ended()),
        (false, true) => None,
        (false, false) => (after.verdict < before.verdict || undone(after) < undone(before)).then(ended),
        (true, true) => {
            let (kind, what, line) = first(before)?;
            let (new_kind, new_what, new_line) = first(after)?;
            // One question may follow the other, and what is installed may find something else missing.
            let next =
                matches!(kind, CauseKind::QuestionUnanswered | CauseKind::CommandNotFound | CauseKind::NeedsMachine);
            let fewer = after.causes().len() < before.causes().len();
            let is_further =
                fewer || new_line > line || new_line == line && next && (new_kind, &new_what) != (kind, &what);
            is_further.then(|| format!("it goes on to line {new_line}: {}", new_kind.words()))
        }
    }
}

/// A verdict, behind “it”.
fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Skipped => "is skipped",
        Verdict::Partial => "comes to its end, and something was not done",
        Verdict::Drifted => "comes to its end, and has drifted",
        Verdict::Unreached => "is not reached",
        Verdict::Broken => "breaks",
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests;
