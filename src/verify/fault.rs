//! What is wrong with a step.

use crate::report::{Cause, CauseKind, StepKind, StepReport, Verdict, cause};

/// What is wrong, and what to do about it: a problem whose place is known to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is wrong, in one sentence without a final stop.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: String,
    /// What it is by its kind and whom it is about, where more is known than what the command prints.
    pub(super) kind: Option<(CauseKind, String)>,
}

impl Fault {
    /// A fault in words.
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), kind: None }
    }

    /// A fault of a kind.
    pub(super) fn of(self, kind: CauseKind, what: impl Into<String>) -> Self {
        Self { kind: Some((kind, what.into())), ..self }
    }

    /// Why, for what is no step: by what was typed, and what is known of its output.
    pub(super) fn cause(&self, typed: &str, output: &str) -> Cause {
        let step = StepReport {
            message: Some(self.message.clone()),
            typed: vec![typed.to_owned()],
            output: output.to_owned(),
            ..StepReport::new(0, StepKind::Run, "", 0)
        };
        cause::of_step(self.kind.clone(), &step)
    }

    /// Makes it that of a step, which has its output already.
    pub(super) fn breaks(self, report: &mut StepReport) {
        report.verdict = Verdict::Broken;
        report.message = Some(self.message);
        report.help = Some(self.help);
        report.cause = Some(cause::of_step(self.kind, report));
    }
}
