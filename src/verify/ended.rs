//! A command that has ended, judged in one place: for steps, setup, what runs in the background, and what guidepost types itself.

use super::fault::Fault;
use crate::{
    matching::{self, Rule},
    session::{End, Kind, Outcome},
    terminal::{clean::clean, failure::admitted, line::pieces},
};

/// A command and its end, with what its page says of it.
pub(super) struct Ended<'a> {
    /// What was typed.
    pub(super) line: &'a str,
    pub(super) outcome: &'a Outcome,
    /// If it ends the terminal's own shell, a reader logs in again.
    pub(super) logs_out: bool,
    /// What it printed, without control characters.
    pub(super) output: String,
    /// Statuses that are all right.
    pub(super) exits: &'a [i32],
    /// What the page shows of it.
    pub(super) documented: &'a str,
    /// Whether the page shows how the line fails, by an output that is what it printed.
    pub(super) shows_failure: &'a dyn Fn() -> bool,
}

impl<'a> Ended<'a> {
    /// One of which no page speaks.
    pub(super) fn new(line: &'a str, outcome: &'a Outcome) -> Self {
        let output = clean(&outcome.output);
        Self { line, outcome, logs_out: false, output, exits: &[0], documented: "", shows_failure: &|| false }
    }

    /// What is wrong with it: with its end, or hidden behind an end that looks well.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.judge()
            .or_else(|| self.pipe().filter(|_| !(self.shows_failure)()))
            .or_else(|| self.missing())
            .or_else(|| self.hidden().filter(|_| !(self.shows_failure)()))
            .or_else(|| self.refused())
    }

    /// What it says against itself at the end of its output, with status 0. Where the page shows that very line, or the line is
    /// prepared for it, it is as the author wants it.
    pub(super) fn warning(&self) -> Option<Fault> {
        let at_program = self.outcome.before.last().is_some_and(|place| place.kind == Kind::Program);
        if self.outcome.end != (End::Prompt { status: Some(0) })
            || self.outcome.left
            || at_program
            || self.is_prepared()
        {
            return None;
        }
        let said = admitted(self.line, &self.output).into_iter().find(|said| !self.is_shown(said))?;
        let help = "see whether it has done what the page needs; if this is what a reader sees, show it in an output block, or say that it may fail: `|| true`";
        Some(Fault::new(format!("it says that it failed, though its status is 0: {said}"), help))
    }

    /// Whether the line itself says what is done when one of its commands fails.
    pub(super) fn is_prepared(&self) -> bool {
        let prepared = ["if", "elif", "while", "until", "!"];
        self.line.contains("||") || self.line.contains("$?") || pieces(self.line).any(|word| prepared.contains(&word))
    }

    /// Whether the page shows a line of the output.
    pub(super) fn is_shown(&self, said: &str) -> bool {
        let mut shown = self.documented.lines().filter(|shown| !matches!(shown.trim(), "" | "..." | "[...]"));
        shown.any(|shown| matching::compare(shown, said, Rule::Kinds).verdict == matching::Verdict::Holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_only_the_output_tells() {
        let rule = "Could not delete non-existent rule";
        for (line, output, status, documented, warns) in [
            ("ufw delete allow 80", rule, 0, "", true),
            ("ufw delete allow 80; echo on", rule, 0, "", true),
            ("ufw delete allow 80", rule, 0, rule, false),
            ("ufw delete allow 80", rule, 0, "Could not [..]", false),
            ("ufw delete allow 80", rule, 0, "...", true),
            ("ufw delete allow 80 || true", rule, 0, "", false),
            ("if ufw delete allow 80; then echo on; fi", rule, 0, "", false),
            ("! ufw delete allow 80", rule, 0, "", false),
            ("ufw delete allow 80", "Rule deleted", 0, "", false),
            ("cat log", rule, 0, "", false),
        ] {
            let end = End::Prompt { status: Some(status) };
            let outcome = Outcome { output: output.into(), ..Outcome::new(end) };
            let ended = Ended { documented, ..Ended::new(line, &outcome) };
            assert_eq!(ended.warning().is_some(), warns, "{line}: {output}: {documented}");
            assert_eq!(ended.fault(), None, "{line}");
        }
        let failed = Outcome { output: rule.into(), ..Outcome::new(End::Prompt { status: Some(1) }) };
        let ended = Ended::new("ufw delete allow 80", &failed);
        assert!(ended.fault().is_some() && ended.warning().is_none(), "what breaks is no warning");
    }
}
