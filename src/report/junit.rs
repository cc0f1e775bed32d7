//! JUnit XML, as CI systems show it: a suite a guide, a case a step.

use chrono::{DateTime, FixedOffset};
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestRerun, TestSuite};
use std::time::Duration;

use super::{
    Deny, Gap, GuideReport, Report, StepReport, Verdict, Whereabouts, Whole, difference,
    problem::{FLAKY, Level, PARTIAL, Problem, in_part, of_guide},
    safe::{defused, line, plain},
};

/// The report as XML. A drifted step and a flaky guide fail only if `deny` says so; an unreached one counts as skipped, since the step
/// that broke has failed. What is wrong with a guide as a whole is a case of its own, and an error.
///
/// A block that was not done is a case that was skipped, and so is `the guide: guide-partial` of a guide that holds only in
/// part: JUnit knows no other state that fails no job and that every reader of it shows as something else than passed.
/// `from` is where the guides are.
///
/// # Errors
/// If the XML cannot be written, which for memory does not happen.
pub fn junit(report: &Report, from: Whereabouts<'_>, deny: Deny) -> Result<String, SerializeError> {
    let mut xml = quick_junit::Report::new("guidepost");
    xml.set_time(duration(report.seconds));
    if let Some(started) = time(&report.started) {
        xml.set_timestamp(started);
    }
    xml.add_test_suites(report.guides.iter().map(|guide| suite(report, guide, from, deny)));
    // It may be printed into the log of a job.
    Ok(defused(&xml.to_string()?))
}

fn suite(report: &Report, guide: &GuideReport, from: Whereabouts<'_>, deny: Deny) -> TestSuite {
    let several = report.guides.iter().filter(|other| other.path == guide.path).count() > 1;
    let name = if several { format!("{} on {}", guide.path, guide.machine) } else { guide.path.clone() };
    let mut suite = TestSuite::new(legal(&line(&name)));
    suite.set_time(duration(guide.seconds));
    if let Some(started) = time(&guide.started) {
        suite.set_timestamp(started);
    }
    for (name, value) in [
        ("title", guide.title.as_str()),
        ("verdict", guide.verdict.name()),
        ("machine", &guide.machine),
        ("image", &guide.image),
        ("digest", guide.digest.as_deref().unwrap_or_default()),
        ("hash", &guide.hash),
        ("engine", &report.engine),
        ("guidepost", &report.guidepost),
    ] {
        if !value.is_empty() {
            suite.add_property((name, legal(&line(value)).as_str()));
        }
    }
    let own = Whole { path: &guide.path, reports: vec![guide] };
    if guide.verdict != Verdict::Skipped {
        suite.add_property(("coverage", legal(&own.coverage().text()).as_str()));
    }
    // One guide on several machines is one guide: what no machine has done is said once.
    let (before, after): (Vec<&GuideReport>, Vec<&GuideReport>) = {
        let mut same = report.guides.iter().filter(|other| other.path == guide.path);
        (same.by_ref().take_while(|other| !std::ptr::eq(*other, guide)).collect(), same.collect())
    };
    let is_first = before.is_empty();
    let whole = Whole { path: &guide.path, reports: [vec![guide], after].concat() };
    let part = is_first.then(|| in_part(&whole, deny)).flatten();
    let told = |gap: &&Gap| {
        let same = |other: &Gap| (&other.path, other.line) == (&gap.path, gap.line);
        gap.is_told() && !before.iter().any(|other| other.undone.iter().any(same))
    };
    let problems: Vec<Problem<'_>> = of_guide(guide, deny).into_iter().chain(part).collect();
    suite.add_test_cases(problems.iter().filter(|problem| problem.step.is_none()).map(of_whole));
    suite.add_test_cases(guide.undone.iter().filter(told).map(|gap| undone(guide, gap)));
    suite.add_test_cases(guide.steps.iter().map(|step| {
        let of_step = |problem: &&Problem<'_>| problem.step.is_some_and(|s| std::ptr::eq(s, step));
        let (warnings, verdict): (Vec<_>, Vec<_>) = problems.iter().filter(of_step).partition(|problem| problem.aside);
        // A warning that is denied fails the step as its verdict would.
        let denied = warnings.iter().copied().find(|problem| problem.level == Level::Error);
        let mut case = case(
            guide,
            step,
            from,
            verdict.first().copied().filter(|problem| problem.level == Level::Error).or(denied),
        );
        let word = |problem: &Problem<'_>| if problem.level == Level::Notice { "note" } else { "warning" };
        let told: Vec<String> =
            warnings.iter().map(|problem| format!("{}: {}", word(problem), problem.message)).collect();
        if !told.is_empty() {
            case.set_system_err(legal(&told.join("\n")));
        }
        case
    }));
    suite
}

/// A case for what is no step's.
fn of_whole(problem: &Problem<'_>) -> TestCase {
    let status = match problem.level {
        Level::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Level::Warning if problem.check == FLAKY => {
            let mut status = TestCaseStatus::success();
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun.set_message(legal(&problem.message)).set_type(FLAKY);
            status.add_rerun(rerun);
            status
        }
        Level::Warning if problem.check == PARTIAL => TestCaseStatus::skipped(),
        Level::Warning => TestCaseStatus::success(),
        Level::Notice => TestCaseStatus::skipped(),
    };
    let mut case = TestCase::new(format!("the guide: {}", legal(&problem.check)), said(status, problem, None));
    case.set_classname(legal(&line(&problem.guide.path)));
    at(&mut case, &problem.path, problem.line);
    if problem.level == Level::Warning {
        case.set_system_out(legal(&problem.message));
    }
    case
}

/// A block of which there is no step.
fn undone(guide: &GuideReport, gap: &Gap) -> TestCase {
    let mut status = TestCaseStatus::skipped();
    status.set_message(legal(&line(&format!("{}: {}", gap.word(), gap.why))));
    let mut case = TestCase::new(format!("block of line {}", gap.line), status);
    case.set_classname(legal(&line(&guide.path)));
    at(&mut case, &line(&gap.path), gap.line);
    case.add_property(("verdict", gap.word()));
    case
}

fn case(guide: &GuideReport, step: &StepReport, from: Whereabouts<'_>, problem: Option<&Problem<'_>>) -> TestCase {
    let status = match (step.verdict, problem) {
        (_, Some(problem)) if problem.level == Level::Error => {
            let description = description(guide, step, from);
            said(TestCaseStatus::non_success(NonSuccessKind::Failure), problem, Some(&description))
        }
        (Verdict::Skipped | Verdict::Unreached, _) => {
            let mut status = TestCaseStatus::skipped();
            let default = if step.verdict == Verdict::Skipped { "skipped" } else { "an earlier step broke" };
            status.set_message(legal(&line(step.message.as_deref().unwrap_or(default))));
            status
        }
        _ => TestCaseStatus::success(),
    };
    let typed = line(step.typed.first().map_or("", String::as_str));
    let name = format!("{} {} {}: {typed}", step.number, step.kind.name(), line(&step.section));
    let mut case = TestCase::new(legal(&name), status);
    case.set_classname(legal(&line(&guide.path)));
    case.set_time(duration(step.seconds));
    at(&mut case, &line(&step.path), step.line);
    case.add_property(("verdict", step.verdict.name()));
    if let Some(status) = step.status {
        case.add_property(("exit-status", status.to_string().as_str()));
    }
    if let Some(message) = &step.message {
        case.add_property(("message", legal(&line(message)).as_str()));
    }
    if !step.output.is_empty() {
        case.set_system_out(legal(&plain(&step.output)));
    }
    case
}

fn said(mut status: TestCaseStatus, problem: &Problem<'_>, description: Option<&str>) -> TestCaseStatus {
    status.set_message(legal(&problem.message));
    status.set_type(legal(&problem.check));
    if let Some(description) = description {
        status.set_description(legal(description));
    }
    status
}

/// Where GitLab and others look for the place.
pub(super) fn at(case: &mut TestCase, path: &str, number: usize) {
    case.extra.insert("file".into(), legal(path).into());
    case.extra.insert("line".into(), number.to_string().into());
}

fn description(guide: &GuideReport, step: &StepReport, from: Whereabouts<'_>) -> String {
    let mut out = format!("{}:{}\n", line(&step.path), step.line);
    out.push_str(&format!("typed: {}\n", difference::typed(step)));
    out.push_str(&format!("where: {}\n", line(&step.place.join(" > "))));
    out.push_str(&difference::text(step, ""));
    if let Some(help) = &step.help {
        out.push_str(&format!("help: {}\n", line(help)));
    }
    out + &format!("look: {}", from.look(&guide.path))
}

/// Text that XML 1.0 can hold: `plain` leaves only two characters that it cannot. Tabs become spaces, because quick-junit
/// takes them out.
pub(super) fn legal(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "").replace('\t', "    ")
}

fn time(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

/// A report's seconds, which may come from an edited file.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{self, HERE},
        *,
    };
    use proptest::prelude::*;
    use quick_junit::Report as Xml;

    #[test]
    fn a_suite_a_guide() {
        let text = junit(&sample::report(), Whereabouts::Site("docs"), Deny::default()).unwrap();
        let xml = Xml::deserialize_from_str(&text).unwrap();
        assert_eq!((xml.tests, xml.failures, xml.errors, xml.skipped), (9, 1, 1, 2), "{text}");
        let connect = &xml.test_suites[1];
        assert_eq!(connect.name.as_str(), "content/guides/connect/index.md");
        let names: Vec<&str> = connect.test_cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "the guide: unbound-placeholder",
                "1 run Install: node --version",
                "2 expect Install: node --version",
                "3 expect Ping: ping -c 1 db",
                "4 run Install: node --version"
            ]
        );
        for part in [
            "name=\"title\" value=\"Connect: 100%, really\"",
            "file=\"content/parts/ping.md\" line=\"2\"",
            "look: guidepost verify --site docs content/guides/connect/index.md --shell",
            "message=\"an earlier step broke\"",
            "message=\"the machine did not start\"",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn suites_of_one_guide_are_called_by_their_machines() {
        let mut report = sample::report();
        let mut other = report.guides[1].clone();
        other.machine = "server".to_owned();
        report.guides.push(other);
        let xml = Xml::deserialize_from_str(&junit(&report, HERE, Deny::default()).unwrap()).unwrap();
        let names: Vec<&str> = xml.test_suites.iter().map(|suite| suite.name.as_str()).collect();
        assert_eq!(names[1], "content/guides/connect/index.md on debian");
        assert_eq!((names[0], names[4]), ("content/guides/first.md", "content/guides/connect/index.md on server"));
    }

    #[test]
    fn what_no_machine_has_done_is_said_once() {
        let report = sample::with_every_verdict();
        let xml = Xml::deserialize_from_str(&junit(&report, HERE, Deny::default()).unwrap()).unwrap();
        let cases = || xml.test_suites.iter().flat_map(|suite| &suite.test_cases);
        for name in ["block of line 30", "the guide: guide-partial"] {
            assert_eq!(cases().filter(|case| case.name.as_str() == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn drift_fails_if_denied() {
        for (drift, failures) in [(false, 1), (true, 2)] {
            let text = junit(&sample::report(), Whereabouts::Site("docs"), Deny { drift, ..Deny::default() }).unwrap();
            assert_eq!(Xml::deserialize_from_str(&text).unwrap().failures, failures);
        }
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        for seconds in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(duration(seconds), Duration::ZERO);
        }
    }

    proptest! {
        #[test]
        fn is_always_legal(text in "([\u{0}-\u{ff}]|[\u{fff0}-\u{ffff}]|\\]\\]>|&|<){0,30}") {
            let mut report = sample::report();
            for guide in &mut report.guides {
                (guide.title, guide.path, guide.reason) = (text.clone(), text.clone(), Some(text.clone()));
                for step in &mut guide.steps {
                    (step.message, step.output, step.section) = (Some(text.clone()), text.clone(), text.clone());
                    step.typed = vec![text.clone()];
                }
            }
            let xml = junit(&report, HERE, Deny::default()).unwrap();
            let legal = |c: char| matches!(c, '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            prop_assert!(xml.chars().all(legal));
            prop_assert!(Xml::deserialize_from_str(&xml).is_ok());
        }
    }
}
