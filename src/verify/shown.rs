//! What a step has shown, and how that is compared with what the page shows.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet};

use crate::{
    matching::{self, Evidence, State},
    plan::Rule,
    session::look::{behind_password, is_job_number, without_notices},
    terminal::{
        failure::{is_finding, says_failure},
        line::is_in_background,
        program::is_about_jobs,
    },
};

/// What a step has shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Shown {
    /// Its last command.
    pub(super) last: String,
    /// All of its commands.
    pub(super) all: String,
    /// As `all`, with the blank lines at the ends of outputs.
    pub(super) spaced: String,
    /// Bytes that were not kept of it.
    pub(super) dropped: u64,
    /// What came beside the last command's output: a page may show it.
    pub(super) beside: String,
    /// All, with what came beside it.
    pub(super) everything: String,
    /// What came beside the output before this step, which a page may show only here.
    pub(super) before: String,
    /// What was typed.
    pub(super) typed: Vec<String>,
    /// The first line of the last command.
    pub(super) command: Option<String>,
    /// Questions that were answered, alone and with their answers.
    pub(super) asked: Vec<String>,
    /// Where the last of it was typed.
    pub(super) place: Vec<String>,
}

impl Shown {
    /// One more command has ended, with so many blank lines at the end of its output.
    pub(super) fn add(&mut self, output: &str, blank_end: usize) {
        let Self { all, everything, beside, .. } = self;
        let add = |text: &mut String, more: &str| {
            if !text.is_empty() && !more.is_empty() {
                text.push('\n');
            }
            text.push_str(more);
        };
        add(all, output);
        add(everything, output);
        add(everything, beside);
        for line in output.lines().chain(std::iter::repeat_n("", blank_end)) {
            self.spaced.push_str(line);
            self.spaced.push('\n');
        }
    }

    /// The comparison with a documented output: most often that of the last command, and else that of the whole block, or
    /// either without the questions that were answered, which pages leave out. If some are as bad, the one that has more in
    /// common.
    pub(super) fn compare<'a>(
        &'a self,
        documented: &str,
        rule: matching::Rule,
        evidence: &Evidence<'_>,
    ) -> (matching::Comparison, Cow<'a, str>) {
        let of = |text: Cow<'a, str>| (matching::compare_by(documented, &text, rule, evidence), text);
        let is_asked = |line: &&str| self.asked.iter().any(|question| question == line.trim_end());
        let unasked = |text: &str| text.lines().filter(|line| !is_asked(line)).collect::<Vec<_>>().join("\n");
        let mut best = of(Cow::Borrowed(&self.last));
        let unasked = [&self.last, &self.all].map(|text| Cow::Owned(unasked(text)));
        // A question that a pipe answers shows none of what is typed, and has no line of its own.
        let fed = self.command.as_ref().is_some_and(|line| line.contains(['|', '<']));
        let behind = |line| behind_password(line).unwrap_or(line);
        let fed = fed.then(|| Cow::Owned(self.last.lines().map(behind).collect::<Vec<_>>().join("\n")));
        let all = [Cow::Borrowed(&*self.all), Cow::Borrowed(&*self.spaced)];
        for text in all.into_iter().chain(unasked).chain(fed) {
            if best.0.verdict == matching::Verdict::Holds || text == best.1 {
                continue;
            }
            let found = of(text);
            if (found.0.verdict, distance(&found.0)) < (best.0.verdict, distance(&best.0)) {
                best = found;
            }
        }
        // Notices of jobs, and what they say themselves, come when they come.
        let after = |beside: &str| {
            if beside.is_empty() { String::new() } else { format!("{}\n{beside}", self.last).trim_start().to_owned() }
        };
        let both = format!("{}\n{}", self.before, self.beside);
        let alone = if is_job_number(&self.last) { self.beside.clone() } else { String::new() };
        for text in [alone, after(&self.beside), self.everything.clone(), after(&self.before), after(both.trim())] {
            if best.0.verdict == matching::Verdict::Holds {
                return best;
            }
            if !text.is_empty() && text != best.1 {
                let found = of(Cow::Owned(text));
                let shows_notice = without_notices(documented.trim_end()).len() < documented.trim_end().len();
                if found.0.verdict == matching::Verdict::Holds
                    || shows_notice && distance(&found.0).1 <= distance(&best.0).1
                {
                    best = found;
                }
            }
        }
        best
    }

    /// Whether the page shows what may still come: the notice of a job that was stopped comes with this prompt or with the
    /// next, and what runs in the background says its first words when it gets to it.
    pub(super) fn lacks_what_comes_late(&self, documented: &str, rule: matching::Rule) -> bool {
        let documented = documented.trim_end();
        let notices =
            documented[without_notices(documented).len()..].lines().filter(|line| !line.trim().is_empty()).count();
        let told = [&self.beside, &self.before].iter().map(|text| text.lines().count()).sum::<usize>();
        let stopped = || notices > told && self.typed.iter().any(|line| is_about_jobs(line));
        let in_background = || self.typed.iter().any(|line| is_in_background(line));
        (stopped() || in_background())
            && self.compare(documented, rule, &Evidence::default()).0.verdict != matching::Verdict::Holds
    }

    /// Whether a documented output is this one, and has each line that says how the typed line failed, or what it found.
    pub(super) fn is_documented_failure(&self, line: &str, documented: &str, rule: matching::Rule) -> bool {
        let (comparison, real) = self.compare(documented, rule, &Evidence::default());
        // What `...` stands for is not shown.
        let seen = comparison.lines.iter().filter(|line| matches!(line.state, State::Same | State::Forgiven));
        let seen: BTreeSet<usize> = seen.flat_map(|line| line.real.clone()).collect();
        let tells = |said: &str| says_failure(said, line) || is_finding(said);
        let mut said = real.lines().enumerate().filter(|(_, said)| tells(said)).map(|(at, _)| at).peekable();
        comparison.verdict == matching::Verdict::Holds && said.peek().is_some() && said.all(|at| seen.contains(&at))
    }

    /// Whether a documented output is another one, and yet at least half of it, with a line that says how the typed line failed or
    /// what it found, is as printed: the page shows this failure, and is wrong about what it says.
    pub(super) fn resembles_documented_failure(&self, line: &str, documented: &str, rule: matching::Rule) -> bool {
        let (comparison, real) = self.compare(documented, rule, &Evidence::default());
        let seen = comparison.lines.iter().filter(|line| matches!(line.state, State::Same | State::Forgiven));
        let real: Vec<&str> = real.lines().collect();
        let seen: Vec<&str> = seen.flat_map(|line| line.real.clone()).filter_map(|at| real.get(at).copied()).collect();
        let seen: Vec<&str> = seen.into_iter().filter(|said| !said.trim().is_empty()).collect();
        let wanted = documented.lines().filter(|line| !matches!(line.trim(), "" | "..." | "[...]")).count();
        let tells = |said: &&str| says_failure(said, line) || is_finding(said);
        comparison.verdict != matching::Verdict::Holds && seen.len() * 2 >= wanted && seen.iter().any(tells)
    }
}

/// How far two outputs are from each other: lines too many or too few, and then lines that are not the same.
fn distance(comparison: &matching::Comparison) -> (usize, usize) {
    let lines = |state| comparison.lines.iter().filter(move |line| line.state == state);
    let missing = lines(matching::State::Missing).count();
    let extra: usize = lines(matching::State::Extra).map(|line| line.real.len()).sum();
    (missing.abs_diff(extra), missing + extra + lines(matching::State::Differs).count())
}

pub(super) fn matching_rule(rule: Option<Rule>) -> matching::Rule {
    match rule {
        None => matching::Rule::Auto,
        Some(Rule::Exact) => matching::Rule::Exact,
        Some(Rule::Kinds) => matching::Rule::Kinds,
        Some(Rule::Contains) => matching::Rule::Contains,
        Some(Rule::Regex) => matching::Rule::Regex,
        Some(Rule::Json) => matching::Rule::Json,
        Some(Rule::Unordered) => matching::Rule::Unordered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_documented_by_the_output_that_shows_it() {
        let error = "ls: cannot access '/x': No such file or directory";
        for (output, documented, rule, shows) in [
            (error, error, matching::Rule::Auto, true),
            (error, "ls: cannot access '[..]': No such file or directory", matching::Rule::Auto, true),
            (error, "No such file", matching::Rule::Contains, true),
            (error, "ls: .*", matching::Rule::Regex, true),
            (error, "...", matching::Rule::Auto, false),
            (error, "ls: cannot open directory '/x': Permission denied", matching::Rule::Auto, false),
            ("a\nls: failed", "a\n...", matching::Rule::Auto, false),
            ("error log: a\nls: failed", "error log: a\n...", matching::Rule::Auto, false),
            ("error log: a\nls: failed", "error log", matching::Rule::Contains, false),
            ("a", "a", matching::Rule::Auto, false),
            ("a.py:4: unused name", "a.py:4: unused name", matching::Rule::Auto, true),
            ("a.py:4: unused name\na.py:5: long", "a.py:4: unused name\n...", matching::Rule::Auto, false),
            ("", "", matching::Rule::Auto, false),
        ] {
            let shown = Shown { last: output.into(), all: output.into(), ..Shown::default() };
            assert!(!shown.resembles_documented_failure("ls /x", documented, rule) || !shows, "{output}: {documented}");
            assert_eq!(shown.is_documented_failure("ls /x", documented, rule), shows, "{output}: {documented}");
        }
    }

    #[test]
    fn a_question_may_be_left_out() {
        let shown = |asked: &[&str]| Shown {
            last: "[sudo] password for ann:\nroot".into(),
            all: "[sudo] password for ann:\nroot".into(),
            asked: asked.iter().map(|text| (*text).to_owned()).collect(),
            ..Shown::default()
        };
        for (documented, asked, holds) in [
            ("root", &["[sudo] password for ann:"][..], true),
            ("[sudo] password for ann:\nroot", &["[sudo] password for ann:"], true),
            ("ann", &["[sudo] password for ann:"], false),
            ("root", &[], false),
            ("root", &["Password:"], false),
        ] {
            let verdict = shown(asked).compare(documented, matching::Rule::Auto, &Evidence::default()).0.verdict;
            assert_eq!(verdict == matching::Verdict::Holds, holds, "{documented}: {asked:?}");
        }
    }

    #[test]
    fn an_output_belongs_to_the_last_command_or_to_all() {
        for (commands, documented, chosen) in [
            (&["a", "b"][..], "b", "b"),
            (&["a", "b"], "a\nb", "a\nb"),
            (&["a 1", "b 1"], "a 2\nb 2", "a 1\nb 1"),
            (&["a 1", "b 1"], "b 2", "b 1"),
            (&["a 1", "", "b 1\nc"], "b 2\nc", "b 1\nc"),
            (&["a"], "x", "a"),
        ] {
            let mut shown = Shown::default();
            for output in commands {
                shown.last = (*output).to_owned();
                shown.add(output, 0);
            }
            assert_eq!(
                shown.compare(documented, matching::Rule::Auto, &Evidence::default()).1,
                chosen,
                "{commands:?}: {documented}"
            );
        }
    }
}
