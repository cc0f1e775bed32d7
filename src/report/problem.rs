//! What a report has to complain about, one by one: the formats that list problems share this list.

use super::{Deny, Failure, Gap, GuideReport, Report, StepKind, StepReport, StepWarning, Verdict, Whole, safe::line};
use crate::{
    diagnostic::{Diagnostic, Severity},
    plan::Omission,
};

/// How bad a [`Problem`] is. Worse comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// It fails the run.
    Error,
    /// It does not.
    Warning,
    /// Nothing is wrong; somebody may want to know.
    Notice,
}

/// The check of a guide that broke in one attempt and held in another.
pub(super) const FLAKY: &str = "guide-flaky";

/// One thing to look at, at a line of a file. Its texts are plain.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    /// Whose.
    pub(super) guide: &'a GuideReport,
    /// Whose, if it is a step's.
    pub(super) step: Option<&'a StepReport>,
    /// Whether it is a warning of the step, and not its verdict.
    pub(super) aside: bool,
    /// Whose, if it is the plan's.
    pub(super) plan: Option<&'a Diagnostic>,
    /// How bad.
    pub(super) level: Level,
    /// A stable name, in kebab case.
    pub(super) check: String,
    /// Relative to the site's folder.
    pub(super) path: String,
    /// From 1.
    pub(super) line: usize,
    /// In a few words.
    pub(super) title: String,
    /// In a sentence.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<String>,
}

/// All problems, in the report's order.
pub(super) fn problems(report: &Report, deny: Deny) -> Vec<Problem<'_>> {
    let mut problems = Vec::new();
    for whole in report.wholes() {
        problems.extend(whole.reports.iter().flat_map(|guide| of_guide(guide, deny)));
        problems.extend(in_part(&whole, deny));
    }
    problems
}

/// The check of a guide of which something was not done.
pub(super) const PARTIAL: &str = "guide-partial";

/// Blocks that are named in a message.
const NAMED: usize = 5;

/// That something was not done, and what: a warning, since nothing is wrong with what was.
pub(super) fn in_part<'a>(whole: &Whole<'a>, deny: Deny) -> Option<Problem<'a>> {
    let guide = *whole.reports.first()?;
    if !whole.is_partial() || matches!(whole.verdict(), Verdict::Unreached | Verdict::Broken) {
        return None;
    }
    let gaps: Vec<Gap> = whole.gaps().into_iter().filter(|gap| gap.omission != Omission::Optional).collect();
    let place = |gap: &Gap| match gap.path == whole.path {
        true => format!("line {}", gap.line),
        false => format!("{}:{}", gap.path, gap.line),
    };
    let one = |gap: &Gap| format!("{} {} ({})", place(gap), gap.word(), line(&gap.why));
    let mut named: Vec<String> = gaps.iter().take(NAMED).map(one).collect();
    let more = gaps.len().saturating_sub(NAMED);
    named.extend((more > 0).then(|| format!("{more} more")));
    let first = gaps.first();
    Some(Problem {
        guide,
        step: None,
        aside: false,
        plan: None,
        level: if deny.partial { Level::Error } else { Level::Warning },
        check: PARTIAL.to_owned(),
        path: line(first.map_or(whole.path, |gap| &gap.path)),
        line: first.map_or(1, |gap| gap.line.max(1)),
        title: format!("{}: partial", name(guide)),
        message: format!("verified in part: {}: {}", whole.coverage().text(), named.join(", ")),
        help: Some(
            "see what is not done, and why: guidepost plan; {role=listing} says that readers only look at a block"
                .into(),
        ),
    })
}

/// The problems of a guide: those of its plan, its own, those of its steps.
pub(super) fn of_guide(guide: &GuideReport, deny: Deny) -> Vec<Problem<'_>> {
    let mut problems = of_plan(guide);
    let steps = guide.steps.iter().filter(|step| matches!(step.verdict, Verdict::Drifted | Verdict::Broken));
    let steps: Vec<Problem<'_>> = steps.map(|step| of_step(guide, step, deny)).collect();
    let told_by_plan = |reason: &String| guide.diagnostics.iter().any(|d| d.is_error() && d.message == *reason);
    let told = |reason: &String| {
        told_by_plan(reason)
            || steps.iter().any(|problem| problem.step.is_some_and(|s| s.message.as_ref() == Some(reason)))
    };
    let level = level(guide.verdict, deny);
    match &guide.reason {
        Some(reason) if !told(reason) => problems.push(of_whole(guide, level, line(reason))),
        // A failure is never left out, whatever the report lacks.
        None if level == Level::Error && !problems.iter().chain(&steps).any(|p| p.level == Level::Error) => {
            problems.push(of_whole(guide, level, format!("the guide is {}", guide.verdict.name())));
        }
        _ => {}
    }
    problems.extend(guide.failures.iter().filter(|_| guide.flaky).map(|failure| of_attempt(guide, failure, deny)));
    problems.extend(steps);
    problems.extend(guide.steps.iter().filter_map(|step| forgiven(guide, step)));
    for step in &guide.steps {
        problems.extend(step.warnings.iter().map(|warning| of_warning(guide, step, warning, deny)));
    }
    problems
}

/// The check of an output that holds, up to values that may differ.
pub(super) const FORGIVEN: &str = "values-forgiven";

/// What was forgiven in an output that holds; where one does not, its lines show it.
fn forgiven<'a>(guide: &'a GuideReport, step: &'a StepReport) -> Option<Problem<'a>> {
    let message = step.may_differ().filter(|_| step.verdict == Verdict::Holds)?;
    Some(Problem {
        guide,
        step: Some(step),
        aside: true,
        plan: None,
        level: Level::Notice,
        check: FORGIVEN.to_owned(),
        path: line(&step.path),
        line: step.line.max(1),
        title: format!("{}: step {}", name(guide), step.number),
        message,
        help: None,
    })
}

/// A warning of a step, whatever its verdict.
fn of_warning<'a>(guide: &'a GuideReport, step: &'a StepReport, warning: &StepWarning, deny: Deny) -> Problem<'a> {
    Problem {
        guide,
        step: Some(step),
        aside: true,
        plan: None,
        level: if deny.warnings { Level::Error } else { Level::Warning },
        check: line(&warning.code),
        path: line(&step.path),
        line: step.line.max(1),
        title: format!("{}: step {}: warning", name(guide), step.number),
        message: line(&warning.message),
        help: warning.help.as_deref().map(line),
    }
}

/// An attempt that broke, of a guide that then held.
fn of_attempt<'a>(guide: &'a GuideReport, failure: &Failure, deny: Deny) -> Problem<'a> {
    let typed = if failure.typed.is_empty() { String::new() } else { format!("`{}`: ", line(&failure.typed)) };
    Problem {
        guide,
        step: None,
        aside: false,
        plan: None,
        level: if deny.flaky { Level::Error } else { Level::Warning },
        check: FLAKY.to_owned(),
        path: line(&failure.path),
        line: failure.line.max(1),
        title: format!("{}: flaky", name(guide)),
        message: format!(
            "flaky: it broke here, and held at attempt {}: {typed}{}",
            guide.attempts,
            line(&failure.message)
        ),
        help: Some("wait for what it needs: retry=30s on the command, or a command that waits".to_owned()),
    }
}

fn of_plan<'a>(guide: &'a GuideReport) -> Vec<Problem<'a>> {
    let place = |diagnostic: &Diagnostic| match &diagnostic.place {
        Some(place) => (line(&place.path), place.line),
        None => (line(&guide.path), 1),
    };
    let problem = |diagnostic: &'a Diagnostic| {
        let (path, at) = place(diagnostic);
        Problem {
            guide,
            step: None,
            aside: false,
            plan: Some(diagnostic),
            level: if diagnostic.severity == Severity::Error { Level::Error } else { Level::Warning },
            check: line(&diagnostic.code),
            path,
            line: at,
            title: format!("{}: plan", name(guide)),
            message: line(&diagnostic.message),
            help: diagnostic.help.as_deref().map(line),
        }
    };
    guide.diagnostics.iter().map(problem).collect()
}

fn of_whole(guide: &GuideReport, level: Level, message: String) -> Problem<'_> {
    Problem {
        guide,
        step: None,
        aside: false,
        plan: None,
        level,
        check: format!("guide-{}", guide.verdict.name()),
        path: line(&guide.path),
        line: 1,
        title: format!("{}: {}", name(guide), guide.verdict.name()),
        message,
        help: None,
    }
}

fn of_step<'a>(guide: &'a GuideReport, step: &'a StepReport, deny: Deny) -> Problem<'a> {
    let why = step.message.as_deref().or(step.comparison.as_ref().map(|comparison| comparison.why.as_str()));
    Problem {
        guide,
        step: Some(step),
        aside: false,
        plan: None,
        level: level(step.verdict, deny),
        check: format!("step-{}", step.verdict.name()),
        path: line(&step.path),
        line: step.line.max(1),
        title: format!("{}: step {} is {}", name(guide), step.number, step.verdict.name()),
        message: why.map_or_else(|| format!("the step is {}", step.verdict.name()), line),
        help: step.help.as_deref().map(line),
    }
}

fn level(verdict: Verdict, deny: Deny) -> Level {
    match verdict {
        Verdict::Holds | Verdict::Skipped | Verdict::Partial => Level::Notice,
        Verdict::Drifted if !deny.drift => Level::Warning,
        Verdict::Drifted | Verdict::Unreached | Verdict::Broken => Level::Error,
    }
}

/// The guide's title, or its path if it has none.
fn name(guide: &GuideReport) -> String {
    line(if guide.title.trim().is_empty() { &guide.path } else { &guide.title })
}

/// A path from the root of the repository, where the site's folder is `folder` there; empty if they are the same.
pub(super) fn from_root(folder: &str, path: &str) -> String {
    let folder = folder.trim_start_matches("./").trim_matches('/');
    if matches!(folder, "" | ".") { path.to_owned() } else { format!("{folder}/{path}") }
}

impl Verdict {
    /// All, better ones first.
    pub const ALL: [Self; 6] =
        [Self::Holds, Self::Skipped, Self::Partial, Self::Drifted, Self::Unreached, Self::Broken];

    /// The word of the JSON report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Skipped => "skipped",
            Self::Partial => "partial",
            Self::Drifted => "drifted",
            Self::Unreached => "unreached",
            Self::Broken => "broken",
        }
    }
}

impl StepKind {
    /// The word of the JSON report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Write => "write",
            Self::Expect => "expect",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{self, HERE},
        *,
    };

    #[test]
    fn are_listed() {
        let report = sample::report();
        let listed: Vec<String> = problems(&report, Deny::default())
            .iter()
            .map(|p| format!("{:?} {} {}:{} {}", p.level, p.check, p.path, p.line, p.message))
            .collect();
        assert_eq!(
            listed,
            [
                "Warning unbound-placeholder content/guides/connect/index.md:4 nothing binds <your_ip>",
                "Warning step-drifted content/guides/connect/index.md:7 1 line moved: version",
                "Error step-broken content/parts/ping.md:2 the output is not as documented",
                "Notice guide-skipped content/guides/later.md:1 needs a real domain",
                "Error guide-broken content/guides/machine.md:1 the machine did not start",
            ]
        );
        let drift = Deny { drift: true, ..Deny::default() };
        assert!(problems(&report, drift).iter().all(|p| p.check != "step-drifted" || p.level == Level::Error));
    }

    #[test]
    fn flaky_guides_are_warnings() {
        let mut report = sample::report();
        report.guides.truncate(1);
        let failure = Failure {
            path: "content/guides/first.md".to_owned(),
            line: 7,
            typed: "curl localhost\n\u{1b}[31m".to_owned(),
            message: "it ended with status 7".to_owned(),
        };
        let guide = &mut report.guides[0];
        (guide.attempts, guide.flaky, guide.failures) = (2, true, vec![failure]);
        let found = problems(&report, Deny::default());
        assert_eq!((found.len(), found[0].level, found[0].line), (1, Level::Warning, 7));
        let message = "flaky: it broke here, and held at attempt 2: `curl localhost`: it ended with status 7";
        assert_eq!(found[0].message, message);
        assert!(!report.fails(Deny::default()) && report.is_flaky());
        let human = super::super::human::human(&report, HERE, &sample::source, false);
        assert!(human.contains("(debian) flaky, 2 attempts\n") && human.contains(message), "{human}");
        assert!(human.contains("1 guide: 1 holds, 1 flaky;"), "{human}");
        let xml = super::super::junit::junit(&report, HERE, Deny::default()).unwrap();
        assert!(xml.contains("<flakyFailure message=\"flaky: it broke here"), "{xml}");
        let summary = super::super::github::summary(&report, HERE, Deny::default());
        assert!(summary.starts_with("## guidepost: guides hold\n"), "{summary}");

        let deny = Deny { flaky: true, ..Deny::default() };
        assert_eq!((problems(&report, deny)[0].level, report.fails(deny)), (Level::Error, true));
        let summary = super::super::github::summary(&report, HERE, deny);
        assert!(summary.starts_with("## guidepost: guides are flaky\n"), "{summary}");
        let xml = super::super::junit::junit(&report, HERE, deny).unwrap();
        assert!(xml.contains("errors=\"1\"") && !xml.contains("flakyFailure"), "{xml}");
    }

    #[test]
    fn warnings_of_steps_are_told_in_every_format() {
        let mut report = sample::report();
        report.guides.truncate(1);
        let said = "`deploy` says that it failed (`ERROR: no disk`), and ended with status 0";
        report.guides[0].steps[0].warnings.push(StepWarning {
            code: "says-failure".to_owned(),
            message: said.to_owned(),
            help: Some("check what it did".to_owned()),
        });
        let denied = Deny { warnings: true, ..Deny::default() };
        for (deny, level, fails) in [(Deny::default(), Level::Warning, false), (denied, Level::Error, true)] {
            let found = &problems(&report, deny)[0];
            assert_eq!((found.level, found.line, found.message.as_str()), (level, 7, said));
            assert_eq!(report.fails(deny), fails);
            let xml = super::super::junit::junit(&report, HERE, deny).unwrap();
            assert!(xml.contains("<system-err>warning: `deploy` says"), "{xml}");
            assert!(xml.contains(if fails { "failures=\"1\"" } else { "failures=\"0\"" }), "{xml}");
        }
        let human = super::super::human::human(&report, HERE, &sample::source, false);
        assert!(human.contains("warning[says-failure]") && human.contains(said), "{human}");
        let github = super::super::github::annotations(&report, HERE, Deny::default());
        assert!(github.starts_with("::warning file=content/guides/connect/index.md,line=7,"), "{github}");
        let gitlab = super::super::gitlab::gitlab(&report, "", Deny::default());
        assert!(gitlab.contains("\"guidepost/says-failure\"") && gitlab.contains("\"minor\""), "{gitlab}");
        let json = super::super::json::json(&report);
        assert_eq!(super::super::json::read(&json).unwrap().guides[0].steps[0].warnings.len(), 1);
    }

    #[test]
    fn failures_without_a_reason_are_listed() {
        let mut report = sample::report();
        report.guides.drain(..3);
        report.guides[0].reason = None;
        assert_eq!(problems(&report, Deny::default())[0].message, "the guide is broken");
    }

    #[test]
    fn paths_begin_at_the_root() {
        for (folder, path) in [("", "a.md"), (".", "a.md"), ("docs", "docs/a.md"), ("./docs/", "docs/a.md")] {
            assert_eq!(from_root(folder, "a.md"), path);
        }
    }
}
