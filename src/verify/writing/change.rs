//! What a new text of a guide means for what was done of the one before.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::{Plan, Step, StepKind},
    report::{StepKind as Kind, StepReport, Verdict},
    terminal::failure::speaks_of_failure,
    verify::{InputKind, Job},
};

/// What a step does, whatever its place in the page is: two steps with equal deeds do the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deed(String);

impl Deed {
    /// What a step does. A documented output is judged again whenever the guide changes, so it is no part of it.
    fn of(step: &Step) -> Self {
        let what = match &step.kind {
            StepKind::Run { commands } => {
                let typed: Vec<_> = commands.iter().map(|command| (&command.lines, command.stopped)).collect();
                format!("types {typed:?}")
            }
            StepKind::Write { file, text, edit, owner, through } => {
                format!("writes {file:?} {text:?} {edit:?} {owner:?} {through:?}")
            }
            StepKind::Expect { of, .. } => format!("compares {of}"),
        };
        Self(format!("{what} {:?} {}", step.attributes, step.undone().is_some()))
    }
}

/// The line as far as which a guide is done now that was done as far as a line before, by its whole plans: the block that was the last stands
/// elsewhere when something was written above.
pub fn moved(line: usize, before: &Plan, now: &Plan) -> usize {
    let is_before = |step: &&Step| step.at.path == before.path && step.block <= line;
    let Some(last) = before.steps.iter().rfind(is_before) else { return line };
    let deed = Deed::of(last);
    let own = now.steps.iter().filter(|step| step.at.path == now.path);
    let same = own.clone().filter(|step| Deed::of(step) == deed);
    // If it does something else now, it is the one in its place.
    let nearest = same.min_by_key(|step| step.number.abs_diff(last.number));
    nearest.or_else(|| own.take_while(|step| step.number <= last.number).last()).map_or(line, |step| step.block)
}

/// What a machine is prepared with, before the first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Ground(String);

impl Ground {
    fn of(job: &Job) -> Self {
        let lines = |plan: &Plan| -> Vec<Vec<String>> {
            plan.settings.setup.iter().map(|command| command.lines.clone()).collect()
        };
        let required: Vec<_> = job
            .requires
            .iter()
            .map(|plan| (&plan.path, lines(plan), plan.steps.iter().map(Deed::of).collect::<Vec<_>>()))
            .collect();
        let folders: Vec<_> = job.inputs.iter().filter(|input| input.kind == InputKind::Build).collect();
        let settings = &job.plan.settings;
        Self(format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            job.machine,
            lines(&job.plan),
            required,
            folders,
            settings.columns,
            job.plan.order,
            job.workspace
        ))
    }
}

/// A text of a guide as far as it says what is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Score {
    ground: Ground,
    deeds: Vec<Deed>,
    /// What is shown of each step that types something, by its number.
    shown: BTreeMap<usize, Vec<String>>,
    /// Those that may end the terminal, because something stands behind them.
    leaves: BTreeSet<usize>,
    /// Those that are done again until what is shown is there.
    retried: BTreeSet<usize>,
    /// Replies that are said for the whole guide.
    answers: String,
    /// It is of several parts, of which each is done whatever came of the others: a README.
    in_parts: bool,
    /// The lines on which the steps stand.
    lines: Vec<usize>,
}

impl Score {
    pub(super) fn of(job: &Job) -> Self {
        let plan = &job.plan;
        let mut shown: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for step in &plan.steps {
            if let StepKind::Expect { text, of, rule, told, .. } = &step.kind {
                shown.entry(*of).or_default().push(format!("{text:?} {rule:?} {told:?}"));
            }
        }
        Self {
            ground: Ground::of(job),
            deeds: plan.steps.iter().map(Deed::of).collect(),
            shown,
            leaves: plan.steps.iter().filter(|step| may_leave(step)).map(|step| step.number).collect(),
            retried: plan.steps.iter().filter(|step| step.attributes.retry.is_some()).map(|step| step.number).collect(),
            answers: format!("{:?} {:?}", plan.settings.answers, plan.settings.timeout),
            in_parts: !plan.parts.is_empty(),
            lines: plan.steps.iter().map(|step| step.at.line).collect(),
        }
    }

    /// How many steps of both do the same, from the first on; `None` if they are not even prepared in the same way.
    pub(super) fn alike(&self, other: &Self) -> Option<usize> {
        let pairs = self.deeds.iter().zip(&other.deeds);
        (self.ground == other.ground).then(|| pairs.take_while(|(a, b)| a == b).count())
    }

    /// How many steps that were done come to the same in both, whatever the page shows of them.
    pub(super) fn judged_alike(&self, other: &Self, done: &[StepReport]) -> Option<usize> {
        let alike = self.alike(other)?.min(done.len());
        let judged_by_page = |number: &usize| {
            let step = &done[*number];
            if step.verdict == Verdict::Broken
                && self.leaves.contains(&step.number) != other.leaves.contains(&step.number)
            {
                return true;
            }
            let shown_otherwise = self.shown.get(&step.number) != other.shown.get(&step.number);
            step.kind == Kind::Run && shown_otherwise && (!is_plain(step) || self.retried.contains(&step.number))
        };
        Some((0..alike).find(judged_by_page).unwrap_or(alike))
    }

    /// How many steps there are.
    pub(super) fn len(&self) -> usize {
        self.deeds.len()
    }
}

/// What is to be done about a new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// What was done stays, and what is new is done behind it.
    Goes {
        /// How many steps stay done; those behind them that were done, have broken.
        kept: usize,
        /// A step that had broken was tried here with another text: what comes now is of a machine that no reader has.
        bent: bool,
    },
    /// It is done again, in another machine.
    Back {
        /// In a sentence.
        why: String,
    },
}

impl Change {
    /// From a text of which these steps were done, to another one.
    pub(super) fn between(old: &Score, done: &[StepReport], new: &Score) -> Self {
        let Some(alike) = old.judged_alike(new, done) else {
            return Self::Back { why: "what the machine is prepared with has changed".into() };
        };
        let line = |number: usize| new.lines.get(number).or(new.lines.last()).copied().unwrap_or(0);
        if old.in_parts || new.in_parts {
            return Self::Back { why: "a README is done as a whole: its parts stand for themselves".into() };
        }
        let broken = done.last().filter(|last| last.verdict == Verdict::Broken && last.kind != Kind::Expect);
        let before_broken = broken.map_or(done.len(), |_| done.len() - 1);
        if alike < before_broken {
            let why = match alike < new.len() {
                true => format!("line {}, which was done, has changed", line(alike)),
                false => "steps that were done are gone, or behind the line as far as which it is done now".into(),
            };
            return Self::Back { why };
        }
        let same = alike == done.len() && (broken.is_none() || old.answers == new.answers);
        match same {
            true => Self::Goes { kept: done.len(), bent: false },
            false => Self::Goes { kept: before_broken, bent: true },
        }
    }
}

/// Whether a step may end the terminal in which it is done.
fn may_leave(step: &Step) -> bool {
    matches!(&step.kind, StepKind::Run { commands } if commands.iter().any(|command| command.logs_out))
}

/// Whether a step's verdict is the same whatever the page shows of it: it ended well, and says nothing else.
fn is_plain(step: &StepReport) -> bool {
    step.verdict == Verdict::Holds
        && step.status == Some(0)
        && step.message.is_none()
        && speaks_of_failure(&step.output).is_none()
}
