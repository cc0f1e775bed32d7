//! The report for people: on a terminal or in a log.

use super::{
    CauseKind, Deny, Gap, GuideReport, Report, StepReport, Verdict, Whereabouts, Whole,
    baseline::Since,
    difference::{self, Row, count},
    problem::{FLAKY, Level, Problem, of_guide},
    safe::{defused, line, plain},
};
use std::collections::BTreeSet;

use crate::{
    diagnostic::{Diagnostic, Place, Severity},
    source::{Source, Span},
};

/// What a colour says.
const GOOD: &str = "32";
const BAD: &str = "1;31";
const MOVED: &str = "33";
const QUIET: &str = "2";

/// Of more guides than this, those that hold are only counted, and those that do not have a line each.
pub(super) const LONG: usize = 60;

/// Causes that are told, and guides that are named at each.
pub(super) const GROUPS: usize = 20;
const NAMED: usize = 5;

/// Blocks of one guide that are named as not done.
const GAPS: usize = 12;

/// The report: a line a guide, after it what it stands on, and what drifted or broke, and a summary last. `source` gives the text of a file by its
/// path, if it is as it was; the lines that steps stand in are drawn from it. `at` is where the guides are. Workflow commands of runners are [`defused`].
pub fn human(report: &Report, at: Whereabouts<'_>, source: &dyn Fn(&str) -> Option<String>, color: bool) -> String {
    let mut out = String::new();
    let wholes = report.wholes();
    if wholes.len() > LONG {
        return closing(report, color);
    }
    for whole in wholes {
        out.push_str(&headline(&whole, color));
        out.push_str(&standing(&whole, at, color));
        for guide in &whole.reports {
            if whole.reports.len() > 1 {
                let verdict = painted(guide.verdict.name(), tone(guide.verdict), color);
                out.push_str(&format!("          on {}: {verdict}\n", line(&guide.machine)));
            }
            told(&mut out, guide, at, source, color);
        }
    }
    let causes = causes(report);
    if !causes.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
    out.push_str(&causes);
    out.push_str(&format!("{}\n", summary(report)));
    defused(&out)
}

/// The end of a long log: guides that do not hold, a line each, why they do not, and the counts.
pub fn closing(report: &Report, color: bool) -> String {
    defused(&format!("{}{}{}\n", failures(&report.wholes(), color), causes(report), summary(report)))
}

/// Of many guides those that do not hold, a line each, the worst first: where, and why.
fn failures(wholes: &[Whole<'_>], color: bool) -> String {
    let mut worst: Vec<&Whole<'_>> =
        wholes.iter().filter(|whole| !matches!(whole.verdict(), Verdict::Holds | Verdict::Skipped)).collect();
    worst.sort_by(|a, b| b.verdict().cmp(&a.verdict()).then(a.path.cmp(b.path)));
    let mut out = String::new();
    for whole in worst {
        let verdict = painted(&format!("{:9}", whole.verdict().name()), tone(whole.verdict()), color);
        let cause = whole.reports.iter().find_map(|guide| guide.causes().first().copied());
        let told = match cause {
            Some((cause, at)) => format!("{}:{at}: {}", line(whole.path), about(cause.kind, &cause.what)),
            None => format!("{}: {}", line(whole.path), whole.coverage().text()),
        };
        out.push_str(&format!("{verdict} {told}\n"));
    }
    out
}

/// `a command is not there: sudo`.
pub(super) fn about(kind: CauseKind, what: &str) -> String {
    let what = line(what);
    if what.is_empty() { kind.words().to_owned() } else { format!("{}: {what}", kind.words()) }
}

/// What stands in the way of which guides, where there are several: the most frequent first, and what would mend it.
fn causes(report: &Report) -> String {
    let groups = report.causes();
    let failed: BTreeSet<&str> =
        groups.iter().flat_map(|group| &group.guides).map(|(guide, ..)| guide.path.as_str()).collect();
    if failed.len() < 2 {
        return String::new();
    }
    let mut out = format!("Why {} did not come to their end:\n", count(failed.len(), "guide"));
    for group in groups.iter().take(GROUPS) {
        let part = group.part.words();
        out.push_str(&format!("{:5}  {} ({part})\n", group.guides.len(), about(group.kind, group.what)));
        if let Some(mend) = group.mend {
            out.push_str(&format!("       for all of them: {}\n", line(mend)));
        }
        let named: Vec<String> =
            (group.guides.iter().take(NAMED)).map(|(guide, _, at)| format!("{}:{at}", line(&guide.path))).collect();
        let more = group.guides.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        out.push_str(&format!("       {}{more}\n", named.join(", ")));
    }
    if groups.len() > GROUPS {
        out.push_str(&format!("       and {} more causes\n", groups.len() - GROUPS));
    }
    out.push('\n');
    out
}

/// What has changed since the baseline, in lines.
pub fn since(since: &Since<'_>) -> String {
    let told = |what: &str, guides: &[&str]| match guides {
        [] => String::new(),
        guides => {
            let named: Vec<String> = guides.iter().take(GAPS).map(|path| line(path)).collect();
            let more = guides.len().saturating_sub(GAPS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{} {what}: {}{more}\n", guides.len(), named.join(", "))
        }
    };
    let nothing = if since.new.is_empty() { "nothing fails that did not fail before\n" } else { "" };
    defused(&format!(
        "since the baseline: {nothing}{}{}{}",
        told("newly failing", &since.new),
        told("mended", &since.mended),
        told("failing as before, and not told above", &since.still)
    ))
}

/// What is wrong with a guide on a machine.
fn told(
    out: &mut String,
    guide: &GuideReport,
    at: Whereabouts<'_>,
    source: &dyn Fn(&str) -> Option<String>,
    color: bool,
) {
    if let Some(began_on) = guide.began_on() {
        out.push_str(&format!("          {}\n", line(&began_on)));
    }
    for problem in of_guide(guide, Deny::default()) {
        if problem.level == Level::Notice {
            let at = problem.step.map(|_| format!("line {}: ", problem.line)).unwrap_or_default();
            out.push_str(&format!("          {at}{}\n", problem.message));
            continue;
        }
        let gap = if out.ends_with("\n\n") { "" } else { "\n" };
        out.push_str(&format!("{gap}{}\n", drawn(&problem, source, color)));
        if let Some(step) = problem.step.filter(|_| !problem.aside) {
            out.push_str(&details(guide, step, at, color));
        }
        out.push('\n');
    }
}

/// One line: `3 guides: 1 holds, 2 broken; 14 of 20 blocks: 12 commands ran, 5 outputs compared, 6 not done; in 92.3 s`.
pub fn summary(report: &Report) -> String {
    if report.guides.is_empty() {
        return "no guide was done".to_owned();
    }
    let counts = Verdict::ALL.iter().map(|verdict| (report.count(*verdict), verdict)).filter(|(n, _)| *n > 0);
    let counts: Vec<String> = counts
        .map(|(n, verdict)| match verdict {
            Verdict::Holds if n > 1 => format!("{n} hold"),
            _ => format!("{n} {}", verdict.name()),
        })
        .collect();
    let wholes = report.wholes();
    let flaky = wholes.iter().filter(|guide| guide.is_flaky()).count();
    let warnings = report.warnings();
    let counts = counts.into_iter().chain((flaky > 0).then(|| format!("{flaky} flaky")));
    let counts: Vec<String> = counts.chain((warnings > 0).then(|| count(warnings, "warning"))).collect();
    let coverage = report.coverage().text();
    format!("{}: {}; {coverage}; in {}", count(wholes.len(), "guide"), counts.join(", "), seconds(report.seconds))
}

/// `broken      12.5 s    3 of 4 blocks  content/x.md (debian)`.
fn headline(whole: &Whole<'_>, color: bool) -> String {
    let verdict = painted(&format!("{:9}", whole.verdict().name()), tone(whole.verdict()), color);
    let machines: Vec<String> = whole.reports.iter().map(|guide| line(&guide.machine)).collect();
    let machines = painted(&format!("({})", machines.join(", ")), QUIET, color);
    let attempts = whole.reports.iter().filter(|guide| guide.flaky).map(|guide| guide.attempts).max();
    let flaky = attempts.map(|attempts| painted(&format!(" flaky, {}", count(attempts, "attempt")), MOVED, color));
    let time = seconds(whole.reports.iter().map(|guide| guide.seconds).sum());
    let coverage = whole.coverage();
    let share = if coverage.blocks == 0 { String::new() } else { coverage.share() };
    format!("{verdict} {time:>9}  {share:>15}  {} {machines}{}\n", line(whole.path), flaky.unwrap_or_default())
}

/// What a verdict stands on, and what was not done: with its line, and why.
fn standing(whole: &Whole<'_>, at: Whereabouts<'_>, color: bool) -> String {
    let parts = whole.coverage().parts();
    let mut out = if parts.is_empty() { String::new() } else { format!("          {parts}\n") };
    let gaps = whole.gaps();
    let place = |gap: &Gap| match gap.path == whole.path {
        true => format!("line {}", gap.line),
        false => format!("{}:{}", line(&gap.path), gap.line),
    };
    for gap in gaps.iter().take(GAPS) {
        let word = painted(&format!("{:8}", gap.word()), MOVED, color);
        out.push_str(&format!("          {word}  {}: {}\n", place(gap), line(&gap.why)));
    }
    if gaps.len() > GAPS {
        out.push_str(&format!("          and {} more: {}\n", gaps.len() - GAPS, at.plan(whole.path)));
    }
    out
}

/// The problem with the author's line, as every problem is drawn.
fn drawn(problem: &Problem<'_>, source: &dyn Fn(&str) -> Option<String>, color: bool) -> String {
    let place = match (problem.plan, problem.step) {
        (Some(diagnostic), _) => diagnostic.place.as_deref().filter(|place| is_drawable(place)).cloned(),
        (_, Some(_)) => source(&problem.path).and_then(|text| place(&problem.path, &text, problem.line)),
        _ if problem.check == FLAKY => source(&problem.path).and_then(|text| place(&problem.path, &text, problem.line)),
        _ => None,
    };
    let unseen = || Place { line: problem.line, ..Place::whole_file(&problem.path) };
    let diagnostic = Diagnostic {
        severity: if problem.level == Level::Error { Severity::Error } else { Severity::Warning },
        code: problem.check.clone(),
        message: problem.message.clone(),
        help: problem.help.clone(),
        place: Some(Box::new(place.unwrap_or_else(unseen))),
    };
    diagnostic.draw(color)
}

/// Whether a place of the report, perhaps of an edited one, is plain and marks what it has.
fn is_drawable(place: &Place) -> bool {
    let (start, end) = place.mark;
    let marks = start <= end && place.text.get(start..end).is_some();
    marks && line(&place.path) == place.path && plain(&place.text) == place.text && !place.text.contains('\n')
}

/// A whole line as a place, without the space around it.
fn place(path: &str, text: &str, number: usize) -> Option<Place> {
    let line = text.split_inclusive('\n').nth(number.checked_sub(1)?)?;
    let start =
        text.split_inclusive('\n').take(number - 1).map(str::len).sum::<usize>() + line.len() - line.trim_start().len();
    let trimmed = line.trim();
    (!trimmed.is_empty()).then(|| Place::new(&Source::new(path, text), Span::new(start, start + trimmed.len())))
}

/// What was done, where, what came of it, and how to look for oneself.
fn details(guide: &GuideReport, step: &StepReport, at: Whereabouts<'_>, color: bool) -> String {
    let mut out = String::new();
    let mut say = |name: &str, text: &str| {
        for (index, line) in text.lines().enumerate() {
            let name = if index == 0 { name } else { "" };
            out.push_str(&format!("  {} {line}\n", painted(&format!("{name:8}"), QUIET, color)));
        }
    };
    let section = if step.section.is_empty() { String::new() } else { format!(" in \"{}\"", line(&step.section)) };
    let (number, all, kind) = (step.number, guide.steps.len(), step.kind.name());
    say("step", &format!("{number} of {all}, {kind}{section}, {}", seconds(step.seconds)));
    say("typed", &difference::typed(step));
    say("where", &step.place.iter().map(|place| line(place)).collect::<Vec<_>>().join(" > "));
    say("status", &step.status.map(|status| status.to_string()).unwrap_or_default());
    let rows = difference::rows(step);
    if !rows.is_empty() {
        let legend = if step.comparison.is_some() { "documented -, real +, forgiven ~" } else { "as printed" };
        say("output", legend);
    }
    for row in &rows {
        out.push_str(&format!("    {}\n", painted_row(row, color)));
    }
    if let Some(since) = &guide.since {
        out.push_str(&format!("  {} {}\n", painted("since   ", QUIET, color), line(&since.told())));
    }
    out.push_str(&format!("  {} {}\n", painted("look    ", QUIET, color), at.look(&guide.path)));
    out
}

pub(super) fn painted_row(row: &Row, color: bool) -> String {
    let tone = match row.mark {
        '-' => "31",
        '+' => GOOD,
        '~' => MOVED,
        '.' => QUIET,
        _ => return row.text(),
    };
    if !color {
        return row.text();
    }
    let pieces = row.pieces.iter().map(|piece| match piece.differs {
        true => painted(&piece.text, &format!("1;7;{tone}"), true),
        false => painted(&piece.text, tone, true),
    });
    let note = row.note.as_ref().map(|note| painted(&format!("  ({note})"), QUIET, true)).unwrap_or_default();
    format!("{} {}{note}", painted(&row.mark.to_string(), tone, true), pieces.collect::<String>())
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => GOOD,
        Verdict::Skipped => QUIET,
        Verdict::Partial | Verdict::Drifted => MOVED,
        Verdict::Unreached | Verdict::Broken => BAD,
    }
}

pub(super) fn painted(text: &str, tone: &str, color: bool) -> String {
    if color { format!("\u{1b}[{tone}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// `0.25 s`, `12.5 s`, `3 min 20 s`.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{s:.2} s"),
        s if s < 60.0 => format!("{s:.1} s"),
        s => format!("{} min {} s", (s as u64) / 60, (s as u64) % 60),
    }
}

#[cfg(test)]
#[path = "human_tests.rs"]
mod tests;
