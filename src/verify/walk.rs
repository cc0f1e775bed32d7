//! The steps of a guide in order: which of them are done, and what one that broke means for those after it.

use std::collections::BTreeMap;

use super::{
    Event,
    doing::{Doing, State, describe, mask},
    guide::{Attempt, ends, unmade_for, unreached},
    host::{Host, Running},
    live::{Live, Opening},
    visit::Stand,
};
use crate::{
    diagnostic::Diagnostic,
    machine::{self, Error},
    plan::{self, Omission, Step, StepKind as Planned},
    report::{Cause, CauseKind, GuideReport, StepReport, Verdict},
};

/// How far an attempt has come.
#[derive(Default)]
pub(super) struct Reached {
    /// Where a person would continue.
    pub(super) stand: Stand,
    /// The step that is being done.
    pub(super) running: Option<StepReport>,
    /// Whether its machine, which is kept, can be gone on with, or why not.
    pub(super) goes_on: Option<std::result::Result<(), String>>,
}

/// What comes after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The step behind it.
    Step,
    /// Nothing: it broke.
    End,
    /// Nothing: the environment has ended the guide, or its author left out what it builds on.
    Unreached,
}

/// A guide whose machine is prepared, and whose steps are done one by one.
pub(super) struct Walk<'a, H: Host> {
    attempt: &'a Attempt<'a, H>,
    pub(super) doing: Doing<'a, H::Running>,
    opening: Opening,
    /// In a README, the part that has broken, and its line.
    broken: Option<(usize, usize)>,
    /// A terminal as it was when everything was installed, for the part behind one that broke.
    spare: Option<Live<<H::Running as Running>::Terminal>>,
    /// Its examples that need what only a reader has.
    lacking: BTreeMap<usize, String>,
}

impl<'a, H: Host> Walk<'a, H> {
    /// Opens the guide's terminal, does the guides that it requires and its setup. It is `None` if that did not go well, which the
    /// report says.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn begin(
        attempt: &'a Attempt<'a, H>,
        machine: &'a H::Running,
        report: &mut GuideReport,
    ) -> machine::Result<Option<Self>> {
        let job = attempt.job;
        let folder = match &job.workspace {
            Some(workspace) => match workspace.put(&job.plan, machine, &job.machine).await {
                Err(Error::File(why)) => {
                    let why = format!("the project's own code is not there: {why}");
                    unreached(report, Cause::new(CauseKind::NoMachine, machine.name(), &why), why);
                    return Ok(None);
                }
                folder => folder?,
            },
            None => None,
        };
        let opening = Opening { columns: job.plan.settings.columns, folder, ..Opening::default() };
        let live = match Live::open(machine, opening.clone(), attempt.tape.clone()).await {
            // Nothing of the guide was done in it.
            Err(error @ Error::NoPrompt { .. }) => {
                let why = unmade_for(&error);
                unreached(report, Cause::new(CauseKind::NoMachine, machine.name(), &why), why);
                return Ok(None);
            }
            opened => opened?,
        };
        let mut doing = attempt.doing(machine, State::new(live));
        for required in &job.requires {
            let mut first =
                Doing { plan: required, values: required.own_values(), outputs: BTreeMap::new(), own: false, ..doing };
            if let Err(cause) = first.prepare(&mut report.diagnostics).await? {
                report.cause = Some(cause);
                match first.outside().await? {
                    Some(fault) => attempt.unreached_by(fault, report, None),
                    None => {
                        let why = format!("the setup of the guide that it requires, {}, failed", required.path);
                        report.reason = Some(why);
                    }
                }
                return Ok(None);
            }
            for step in required.steps.iter().filter(|step| step.undone().is_none()) {
                let done = first.step(step).await?;
                if let Some(fault) = first.ended_by(&done).await? {
                    attempt.unreached_by(fault, report, Some(&done));
                    return Ok(None);
                }
                if ends(&done, attempt.run.options.update) {
                    report.cause = done.cause;
                    report.reason = Some(format!(
                        "the guide that it requires, {}, broke at line {}: {}",
                        required.path,
                        done.line,
                        done.message.unwrap_or_default()
                    ));
                    return Ok(None);
                }
                if done.verdict == Verdict::Broken {
                    let what = format!("the guide that it requires shows another output: {}:{}", done.path, done.line);
                    let problem = Diagnostic::warning("required-output", what).in_file(&job.plan.path);
                    report.diagnostics.push(problem.help("update that guide, too"));
                }
            }
            doing = Doing { outputs: BTreeMap::new(), begun: Vec::new(), ..first };
        }
        doing = Doing { plan: &job.plan, values: job.plan.own_values(), own: true, ..doing };
        if let Err(cause) = attempt.set_up(&mut doing, report).await? {
            report.cause = Some(cause);
            report.reason = report.diagnostics.last().map(|problem| problem.message.clone());
            if let Some(fault) = doing.outside().await? {
                attempt.unreached_by(fault, report, None);
            }
            return Ok(None);
        }
        Ok(Some(Self { attempt, doing, opening, broken: None, spare: None, lacking: BTreeMap::new() }))
    }

    /// Goes on with another text of a guide where one was left.
    pub(super) fn resume(
        attempt: &'a Attempt<'a, H>,
        machine: &'a H::Running,
        state: State<<H::Running as Running>::Terminal>,
    ) -> Self {
        let (plan, opening) = (&attempt.job.plan, Opening::default());
        let doing = Doing { values: plan.own_values(), own: true, ..attempt.doing(machine, state) };
        Self { attempt, doing, opening, broken: None, spare: None, lacking: BTreeMap::new() }
    }

    /// Leaves what was done as it is.
    pub(super) fn leave(self) -> State<<H::Running as Running>::Terminal> {
        self.doing.into_state()
    }

    /// The steps that stay done stand elsewhere now, and what is documented of them may be another text: outputs are compared again.
    pub(super) fn judge_again(&self, report: &mut GuideReport) {
        for (step, done) in self.attempt.job.plan.steps.iter().zip(&mut report.steps) {
            let now = describe(step);
            if matches!(step.kind, Planned::Expect { .. }) && step.undone().is_none() {
                *done = StepReport { seconds: done.seconds, ..now };
                self.doing.judge(step, done);
                mask(done, self.doing.secrets);
            } else {
                let StepReport { number, path, line, block, section, .. } = now;
                *done = StepReport { number, path, line, block, section, ..done.clone() };
            }
            self.attempt.run.listener.event(&self.attempt.name, Event::StepDone { step: done });
        }
    }

    /// Does a step, or notes why it is not done.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn step(
        &mut self,
        step: &Step,
        reached: &mut Reached,
        report: &mut GuideReport,
    ) -> machine::Result<Next> {
        let Self { attempt, doing, .. } = self;
        let (plan, listener, name) = (&attempt.job.plan, attempt.run.listener, &attempt.name);
        let part = |step: &Step| plan.parts.get(&step.number).copied();
        if let Some((_, line)) =
            self.broken.filter(|(broken, _)| part(step) == Some(*broken) && step.undone().is_none())
        {
            let mut left = describe(step);
            left.verdict = Verdict::Unreached;
            left.message = Some(format!("line {line}, before it in its part of the page, is broken"));
            report.steps.push(left);
            return Ok(Next::Step);
        }
        let of_lacking = match &step.kind {
            Planned::Expect { of, .. } => self.lacking.get(of).cloned(),
            _ => None,
        };
        if let Some(reason) = step.undone().or(of_lacking) {
            let mut skipped = describe(step);
            skipped.omission = skipped.omission.or(Some(Omission::NotDone));
            skipped.verdict = Verdict::Skipped;
            skipped.message = Some(reason);
            report.steps.push(skipped);
            return Ok(Next::Step);
        }
        if self.spare.is_none() && part(step).is_some_and(|part| part != plan::order::INSTALLING) {
            self.spare = Some(doing.alike(attempt.tape.clone()).await?);
        }
        let first = describe(step).typed.into_iter().next().unwrap_or_default();
        listener.event(name, Event::Step { number: step.number, what: doing.secrets.mask(&first) });
        reached.stand = Stand::of(doing.live.places());
        reached.running = Some(describe(step));
        let mut done = doing.step(step).await?;
        reached.running = None;
        if let Some(fault) = doing.ended_by(&done).await? {
            done.verdict = Verdict::Unreached;
            listener.event(name, Event::StepDone { step: &done });
            attempt.unreached_by(fault, report, Some(&done));
            report.steps.push(done);
            return Ok(Next::Unreached);
        }
        if !doing.live.places().is_empty() {
            reached.stand = Stand::of(doing.live.places());
        }
        let ended = ends(&done, attempt.run.options.update);
        // Who left out a step for want of a value cannot say that the page is wrong. Examples of a README stand for themselves.
        let is_example = part(step).is_some_and(|part| part != plan::order::INSTALLING);
        let of_others =
            |other: &&Step| is_example && ![part(step), Some(plan::order::INSTALLING)].contains(&part(other));
        let mut before = plan.steps[..step.number - 1].iter().filter(|other| ended && !of_others(other));
        let missed = before.find_map(|left| Some((left, left.waits_for()?))).map(|(left, missed)| {
            let (line, left) = (step.at.line, left.at.line);
            let why = format!("line {line} failed, and line {left} before it was not done: {}", missed.missed());
            (missed, why)
        });
        // What an earlier example of the part would have made is not there either.
        let builds_on = || self.lacking.iter().find(|(number, _)| plan.parts.get(number).copied() == part(step));
        let earlier = || builds_on().map(|(_, why)| format!("an example before it was not done: {why}"));
        let lacked = match is_example && ended {
            true => doing.lacks(&done, &report.steps).await?.or_else(earlier),
            false => None,
        };
        match missed {
            Some((missed, why)) if !is_example => {
                done.verdict = Verdict::Unreached;
                done.cause = None;
                listener.event(name, Event::StepDone { step: &done });
                report.steps.push(done);
                let cause =
                    Cause::new(CauseKind::PlaceholderUnbound, &missed.name, &why).mended_by(missed.line_to_write());
                unreached(report, cause, why);
                return Ok(Next::Unreached);
            }
            missed => {
                if let Some(why) = missed.map(|(_, why)| why).or(lacked) {
                    self.lacking.insert(step.number, why.clone());
                    (done.verdict, done.omission, done.cause) = (Verdict::Skipped, Some(Omission::NotDone), None);
                    done.message = Some(why);
                    listener.event(name, Event::StepDone { step: &done });
                    report.steps.push(done);
                    return Ok(Next::Step);
                }
            }
        }
        listener.event(name, Event::StepDone { step: &done });
        let line = done.line;
        report.steps.push(done);
        match part(step).filter(|part| *part != plan::order::INSTALLING) {
            _ if !ended => {}
            // The other parts do not build on it: they begin where the reader began.
            Some(part) => {
                self.broken = Some((part, line));
                doing.live = match self.spare.take() {
                    Some(spare) => spare,
                    None => Live::open(doing.machine, self.opening.clone(), attempt.tape.clone()).await?,
                };
            }
            None => return Ok(Next::End),
        }
        Ok(Next::Step)
    }
}
