//! What a verdict stands on: the blocks that a reader would do or compare, and what became of each.
//!
//! A block is *done* if each of its steps was typed, saved or compared, on every machine that the guide wants it on. One that a
//! reader need not do, or that another machine of the guide does, is not asked for, and one that readers look at is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{GuideReport, Report, StepKind, StepReport, Verdict, difference::count};
use crate::plan::Omission;

/// What was done of a guide, or of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Blocks that a reader would do or compare. Each is counted below once more, in one of the next five.
    pub blocks: usize,
    /// Typed, saved or compared.
    pub done: usize,
    /// Broken.
    #[serde(default)]
    pub broken: usize,
    /// Not done, for a reason that the author gave.
    pub skipped: usize,
    /// Not done, because only an author can say whether readers do them.
    #[serde(default)]
    pub undecided: usize,
    /// Not done otherwise: no rule, no machine, or an earlier step that broke.
    pub not_done: usize,
    /// Blocks that a reader need not do, and that were not done.
    pub optional: usize,
    /// Blocks that readers look at.
    pub looked_at: usize,
    /// Commands that ran and ended as they should.
    pub commands: usize,
    /// Outputs that were compared.
    pub outputs: usize,
    /// Files that were saved.
    pub files: usize,
    /// Values of outputs that are others than the page's, and may be.
    #[serde(default)]
    pub forgiven: usize,
}

/// A block that was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Path of its file relative to the site's folder.
    pub path: String,
    /// The line where it begins, from 1.
    pub line: usize,
    /// Why, in a sentence.
    pub why: String,
    /// What that means for a reader.
    pub omission: Omission,
    /// Title of the tab that it stands in, if no machine is for that tab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
}

/// What became of a block. Worse comes last: of several steps or machines, the worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    LookedAt,
    Elsewhere,
    Optional,
    Done,
    Skipped,
    Undecided,
    NotDone,
    Broken,
}

impl State {
    fn of_omission(omission: Omission) -> Self {
        match omission {
            Omission::LookedAt => Self::LookedAt,
            Omission::Elsewhere => Self::Elsewhere,
            Omission::Optional => Self::Optional,
            Omission::Skipped => Self::Skipped,
            Omission::Undecided => Self::Undecided,
            Omission::NotDone => Self::NotDone,
        }
    }

    fn of_step(step: &StepReport) -> Self {
        match step.verdict {
            Verdict::Holds | Verdict::Drifted | Verdict::Partial => Self::Done,
            Verdict::Broken => Self::Broken,
            Verdict::Skipped => step.omission.map_or(Self::NotDone, Self::of_omission),
            Verdict::Unreached => Self::NotDone,
        }
    }
}

impl Coverage {
    /// Of the reports of one guide, one a machine.
    pub fn of_guide(reports: &[&GuideReport]) -> Self {
        let mut blocks: BTreeMap<(&str, usize), State> = BTreeMap::new();
        let mut block = |path, line, state: State| {
            blocks.entry((path, line)).and_modify(|worst| *worst = state.max(*worst)).or_insert(state);
        };
        // What several machines do alike counts once.
        let mut amounts: BTreeMap<(&str, usize, usize), Self> = BTreeMap::new();
        for report in reports {
            let mut before: BTreeMap<(&str, usize), usize> = BTreeMap::new();
            for step in &report.steps {
                block(&step.path, step.block, State::of_step(step));
                let number = before.entry((&step.path, step.block)).or_default();
                *number += 1;
                let most = amounts.entry((&step.path, step.block, *number)).or_default();
                *most = most.most(Self::of_step(step));
            }
            for gap in &report.undone {
                block(&gap.path, gap.line, State::of_omission(gap.omission));
            }
        }
        let mut coverage = amounts.into_values().fold(Self::default(), Self::plus);
        for state in blocks.into_values() {
            let one = match state {
                State::LookedAt => Self { looked_at: 1, ..Self::default() },
                State::Elsewhere => Self::default(),
                State::Optional => Self { optional: 1, ..Self::default() },
                State::Done => Self { blocks: 1, done: 1, ..Self::default() },
                State::Skipped => Self { blocks: 1, skipped: 1, ..Self::default() },
                State::Broken => Self { blocks: 1, broken: 1, ..Self::default() },
                State::Undecided => Self { blocks: 1, undecided: 1, ..Self::default() },
                State::NotDone => Self { blocks: 1, not_done: 1, ..Self::default() },
            };
            coverage = coverage.plus(one);
        }
        coverage
    }

    /// Of what a step does, without its block.
    fn of_step(step: &StepReport) -> Self {
        let state = State::of_step(step);
        match step.kind {
            StepKind::Run if state == State::Done => Self { commands: step.commands, ..Self::default() },
            StepKind::Write if state == State::Done => Self { files: 1, ..Self::default() },
            StepKind::Expect if matches!(state, State::Done | State::Broken) => {
                Self { outputs: 1, forgiven: step.forgiven().len(), ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    fn most(self, other: Self) -> Self {
        Self {
            commands: self.commands.max(other.commands),
            outputs: self.outputs.max(other.outputs),
            files: self.files.max(other.files),
            forgiven: self.forgiven.max(other.forgiven),
            ..self
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            blocks: self.blocks + other.blocks,
            done: self.done + other.done,
            broken: self.broken + other.broken,
            skipped: self.skipped + other.skipped,
            undecided: self.undecided + other.undecided,
            not_done: self.not_done + other.not_done,
            optional: self.optional + other.optional,
            looked_at: self.looked_at + other.looked_at,
            commands: self.commands + other.commands,
            outputs: self.outputs + other.outputs,
            files: self.files + other.files,
            forgiven: self.forgiven + other.forgiven,
        }
    }

    /// Whether something that a reader would do or compare was not done.
    pub fn is_partial(&self) -> bool {
        self.done < self.blocks
    }

    /// `15 of 20 blocks`.
    pub fn share(&self) -> String {
        format!("{} of {}", self.done, count(self.blocks, "block"))
    }

    /// `12 commands ran, 5 outputs compared, 2 files saved, 3 skipped, 2 not done`. That nothing was compared is said.
    pub fn parts(&self) -> String {
        let mut parts = Vec::new();
        let mut say = |number: usize, text: String| {
            if number > 0 {
                parts.push(text);
            }
        };
        say(self.commands, format!("{} ran", count(self.commands, "command")));
        say(self.outputs, format!("{} compared", count(self.outputs, "output")));
        say(usize::from(self.done > 0 && self.outputs == 0), "no output compared".to_owned());
        say(self.forgiven, format!("{} forgiven", count(self.forgiven, "value")));
        say(self.files, format!("{} saved", count(self.files, "file")));
        say(self.broken, format!("{} broken", self.broken));
        say(self.skipped, format!("{} skipped", self.skipped));
        say(self.undecided, format!("{} to decide", self.undecided));
        say(self.not_done, format!("{} not done", self.not_done));
        say(self.optional, format!("{} optional", self.optional));
        parts.join(", ")
    }

    /// [`Coverage::share`] and [`Coverage::parts`], in a line.
    pub fn text(&self) -> String {
        match (self.blocks, self.parts()) {
            (0, parts) if parts.is_empty() => "nothing was done".to_owned(),
            (0, parts) => parts,
            (_, parts) => format!("{}: {parts}", self.share()),
        }
    }
}

/// One guide, whatever the number of its machines.
#[derive(Debug)]
pub struct Whole<'a> {
    /// Path of its file.
    pub path: &'a str,
    /// One a machine, one at least.
    pub reports: Vec<&'a GuideReport>,
}

impl<'a> Whole<'a> {
    /// What the guide came to.
    pub fn verdict(&self) -> Verdict {
        let verdicts = || self.reports.iter().map(|report| report.verdict);
        let worst = verdicts().filter(|verdict| *verdict != Verdict::Skipped).max();
        match worst {
            Some(Verdict::Holds) if self.coverage().is_partial() || verdicts().any(|v| v == Verdict::Skipped) => {
                Verdict::Partial
            }
            Some(worst) => worst,
            None => Verdict::Skipped,
        }
    }

    /// Whether it was broken in one attempt, and not in the next.
    pub fn is_flaky(&self) -> bool {
        self.reports.iter().any(|report| report.flaky)
    }

    /// What that stands on.
    pub fn coverage(&self) -> Coverage {
        Coverage::of_guide(&self.reports)
    }

    /// Whether something that a reader would do was not done, whatever else is wrong. A guide that was skipped as a whole says
    /// so by its verdict.
    pub fn is_partial(&self) -> bool {
        self.verdict() != Verdict::Skipped && self.coverage().is_partial()
    }

    /// The blocks that a reader would do or might do, and that were not done, in the guide's order; those behind a step that
    /// broke are not among them.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        let mut add = |gap: Gap| {
            if !gaps.iter().any(|other| (&other.path, other.line) == (&gap.path, gap.line)) {
                gaps.push(gap);
            }
        };
        for report in &self.reports {
            let skipped = report.steps.iter().filter(|step| step.verdict == Verdict::Skipped);
            skipped.map(Gap::of_step).chain(report.undone.iter().cloned()).filter(Gap::is_told).for_each(&mut add);
        }
        let own = |gap: &Gap| gap.path != self.path;
        gaps.sort_by(|a, b| (own(a), &a.path, a.line).cmp(&(own(b), &b.path, b.line)));
        gaps
    }
}

impl Gap {
    fn of_step(step: &StepReport) -> Self {
        Self {
            path: step.path.clone(),
            line: step.block,
            why: step.message.clone().unwrap_or_else(|| "no reason is given".to_owned()),
            omission: step.omission.unwrap_or(Omission::NotDone),
            tab: None,
        }
    }

    pub(super) fn is_told(&self) -> bool {
        !matches!(self.omission, Omission::LookedAt | Omission::Elsewhere)
    }

    /// `skipped`, `to decide`, `not done`, `optional`.
    pub fn word(&self) -> &'static str {
        match self.omission {
            Omission::Skipped => "skipped",
            Omission::Optional | Omission::LookedAt | Omission::Elsewhere => "optional",
            Omission::Undecided => "to decide",
            Omission::NotDone => "not done",
        }
    }
}

impl Report {
    /// Its guides in order, each with the reports of all its machines.
    pub fn wholes(&self) -> Vec<Whole<'_>> {
        let mut at: BTreeMap<&str, usize> = BTreeMap::new();
        let mut wholes: Vec<Whole<'_>> = Vec::new();
        for guide in &self.guides {
            let place = *at.entry(&guide.path).or_insert(wholes.len());
            match wholes.get_mut(place) {
                Some(whole) => whole.reports.push(guide),
                None => wholes.push(Whole { path: &guide.path, reports: vec![guide] }),
            }
        }
        wholes
    }

    /// What all verdicts stand on.
    pub fn coverage(&self) -> Coverage {
        self.wholes().iter().map(Whole::coverage).fold(Coverage::default(), Coverage::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report of one guide on a machine. Of each step: the line of its block, what it does, what came of it.
    fn on(
        machine: &str,
        steps: &[(usize, StepKind, Verdict, Option<Omission>)],
        undone: &[(usize, Omission)],
    ) -> GuideReport {
        let mut report = GuideReport::new("a.md", "A", machine);
        for (index, (block, kind, verdict, omission)) in steps.iter().enumerate() {
            let step = StepReport::new(index + 1, *kind, "a.md", *block);
            report.steps.push(StepReport { verdict: *verdict, omission: *omission, commands: 2, ..step });
        }
        for (line, omission) in undone {
            let (path, why) = ("a.md".to_owned(), "why".to_owned());
            report.undone.push(Gap { path, line: *line, why, omission: *omission, tab: None });
        }
        report.judge();
        report
    }

    #[test]
    fn says_what_a_verdict_stands_on() {
        use Omission::{Elsewhere, LookedAt, NotDone, Optional, Skipped as Said, Undecided};
        use StepKind::{Expect, Run, Write};
        use Verdict::{Broken, Drifted, Holds, Partial, Skipped, Unreached};
        let run = |line| (line, Run, Holds, None);
        let skip = |line, omission| (line, Run, Skipped, Some(omission));
        for (reports, verdict, text) in [
            (vec![on("m", &[run(1)], &[])], Holds, "1 of 1 block: 2 commands ran, no output compared"),
            (
                vec![on("m", &[run(1), (1, Expect, Holds, None), (5, Write, Holds, None)], &[])],
                Holds,
                "2 of 2 blocks: 2 commands ran, 1 output compared, 1 file saved",
            ),
            (vec![on("m", &[run(1)], &[(9, LookedAt)])], Holds, "1 of 1 block: 2 commands ran, no output compared"),
            (
                vec![on("m", &[run(1), skip(4, Optional)], &[])],
                Holds,
                "1 of 1 block: 2 commands ran, no output compared, 1 optional",
            ),
            (
                vec![on("m", &[run(1)], &[(4, Undecided), (9, Optional)])],
                Partial,
                "1 of 2 blocks: 2 commands ran, no output compared, 1 to decide, 1 optional",
            ),
            (
                vec![on("m", &[run(1), skip(4, Said)], &[(9, NotDone)])],
                Partial,
                "1 of 3 blocks: 2 commands ran, no output compared, 1 skipped, 1 not done",
            ),
            (
                vec![on("m", &[run(1), (1, Expect, Drifted, None)], &[(9, NotDone)])],
                Drifted,
                "1 of 2 blocks: 2 commands ran, 1 output compared, 1 not done",
            ),
            (
                vec![on("m", &[run(1), (2, Run, Broken, None), (3, Run, Unreached, None)], &[])],
                Broken,
                "1 of 3 blocks: 2 commands ran, no output compared, 1 broken, 1 not done",
            ),
            // Skipped, and nobody knows why: not by the author.
            (
                vec![on("m", &[run(1), (4, Expect, Skipped, None)], &[])],
                Partial,
                "1 of 2 blocks: 2 commands ran, no output compared, 1 not done",
            ),
            (vec![on("m", &[skip(1, Said)], &[])], Skipped, "0 of 1 block: 1 skipped"),
            // Two machines: what both do counts once, and each does its own.
            (
                vec![
                    on("m", &[run(1), run(2), skip(3, Elsewhere)], &[]),
                    on("n", &[run(1), skip(2, Elsewhere), run(3)], &[]),
                ],
                Holds,
                "3 of 3 blocks: 6 commands ran, no output compared",
            ),
            (
                vec![on("m", &[run(1)], &[(9, NotDone)]), on("n", &[run(1), (5, Run, Holds, None)], &[(9, NotDone)])],
                Partial,
                "2 of 3 blocks: 4 commands ran, no output compared, 1 not done",
            ),
            (
                vec![on("m", &[run(1)], &[]), on("n", &[(1, Run, Unreached, None)], &[])],
                Broken,
                "0 of 1 block: 2 commands ran, 1 not done",
            ),
            (
                vec![on("m", &[run(1)], &[]), on("n", &[skip(2, Said)], &[])],
                Partial,
                "1 of 2 blocks: 2 commands ran, no output compared, 1 skipped",
            ),
        ] {
            let whole = Whole { path: "a.md", reports: reports.iter().collect() };
            assert_eq!((whole.verdict(), whole.coverage().text().as_str()), (verdict, text));
        }
        assert_eq!(Coverage::default().text(), "nothing was done");
    }

    #[test]
    fn gaps_are_told_once_and_in_order() {
        use Omission::{LookedAt, NotDone, Optional, Skipped};
        let run = |line, omission| (line, StepKind::Run, Verdict::Skipped, Some(omission));
        let steps = [run(7, Skipped), run(3, Optional), run(3, Optional)];
        let (m, n) = (on("m", &steps, &[(5, NotDone), (9, LookedAt)]), on("n", &steps, &[(5, NotDone)]));
        let whole = Whole { path: "a.md", reports: vec![&m, &n] };
        let told: Vec<String> = whole.gaps().iter().map(|gap| format!("{} {}", gap.line, gap.word())).collect();
        assert_eq!(told, ["3 optional", "5 not done", "7 skipped"]);
    }
}
