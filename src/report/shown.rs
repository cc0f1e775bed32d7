//! A report as data for templates: what the page of `--format html` and the site's `/status/` show, worst first.
//!
//! Every text here is plain, and templates escape all of them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Cause, GuideReport, Report, StepKind, StepReport, Verdict, Whole,
    cause::Group,
    difference::{self, count},
    human,
    safe::{line, plain, short},
};

/// Of more guides than this, those that hold have no transcript, and where there is a page of each, no list of steps either.
const LONG: usize = 200;

/// Characters of what was typed, in the line of a step that went well.
const TYPED: usize = 200;

/// Lines of an output in a transcript: so many of its beginning, and so many of its end.
const LINES: usize = 30;

/// Characters of a line of a transcript.
const CHARACTERS: usize = 400;

/// What stands as it is in a fragment of a URL, and in an id.
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'/').remove(b':');

/// A report.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "results")]
pub(crate) struct Shown {
    /// What it came to, in a few words.
    headline: String,
    /// In a line.
    summary: String,
    /// Version of guidepost.
    guidepost: String,
    /// The engine and its version.
    engine: String,
    /// What the verdicts stand on.
    coverage: String,
    /// When the newest guide began.
    newest: String,
    /// How many guides there are.
    total: usize,
    /// Whether transcripts are there of what does not hold only.
    brief: bool,
    /// Those that occur, the worst first.
    verdicts: Vec<OfVerdict>,
    /// What stands in the way, the most frequent first.
    causes: Vec<OfCause>,
    /// Kinds of these, the most frequent first.
    kinds: Vec<Choice>,
    /// Folders that guides lie in, and those above them.
    sections: Vec<Choice>,
}

/// Guides of a verdict.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "of-verdict")]
struct OfVerdict {
    /// The verdict.
    name: &'static str,
    /// How many guides have it.
    count: usize,
    /// Those.
    guides: Vec<OfGuide>,
}

/// Something to choose guides by.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "choice")]
struct Choice {
    /// What guides have that it chooses.
    key: String,
    /// For readers.
    name: String,
    /// How many guides have it.
    count: usize,
}

/// What stands in the way of guides.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "of-cause")]
struct OfCause {
    /// The same cause has the same key.
    key: String,
    /// Its kind: `command-not-found`.
    kind: &'static str,
    /// What it is about: the name of a program or a package.
    what: String,
    /// Whose turn it is.
    part: &'static str,
    /// What to do.
    mend: Option<String>,
    /// How many guides have it.
    count: usize,
    /// Those.
    guides: Vec<Link>,
}

/// A guide that is named elsewhere.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "guide-link")]
struct Link {
    /// A fragment of the page: where it stands.
    id: String,
    /// Its file.
    path: String,
    /// From 1.
    line: usize,
}

/// A guide in a report.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "of-guide")]
struct OfGuide {
    /// A fragment.
    id: String,
    /// Its file.
    path: String,
    /// Its title.
    title: String,
    /// Its page, where there is one.
    url: Option<String>,
    /// The folder that it lies in.
    section: String,
    /// The verdict of all machines.
    verdict: &'static str,
    /// Keys of its causes and of their kinds, with spaces between.
    causes: String,
    /// Why it does not hold, in a few words.
    why: Option<String>,
    /// Names of them.
    machines: String,
    /// How long it took.
    duration: String,
    /// What the verdict stands on.
    coverage: String,
    /// Whether it held at a later attempt only.
    flaky: bool,
    /// What is known of it from earlier reports.
    before: Option<String>,
    /// Blocks that were not done.
    gaps: Vec<OfGap>,
    /// It on each machine.
    runs: Vec<OfRun>,
}

/// A block that was not done.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "gap")]
struct OfGap {
    /// What that means for a reader.
    word: &'static str,
    /// File and line.
    place: String,
    /// Why, in a sentence.
    why: String,
}

/// A guide on a machine.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "run")]
struct OfRun {
    /// Its name.
    machine: String,
    /// The verdict on it.
    verdict: &'static str,
    /// When.
    started: String,
    /// What is wrong with the guide as a whole.
    reason: Option<String>,
    /// Why it did not come to its end.
    cause: Option<Why>,
    /// What has changed in the world since it held.
    since: Option<String>,
    /// That its setup was done earlier.
    began_on: Option<String>,
    /// What is wrong with its plan, and what went wrong in earlier attempts.
    problems: Vec<String>,
    /// What was done.
    steps: Vec<OfStep>,
    /// All that was typed and shown.
    transcript: Option<String>,
}

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "step")]
struct OfStep {
    /// From 1.
    number: usize,
    /// What is done.
    kind: StepKind,
    /// The verdict on it.
    verdict: &'static str,
    /// Its file, where that is another one than the guide's.
    file: Option<String>,
    /// From 1.
    line: usize,
    /// In a line.
    typed: String,
    /// What there is to see of it, if it is more than that line.
    more: Option<More>,
}

/// Of a step at which something is to be seen.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "more")]
struct More {
    /// What is wrong.
    message: Option<String>,
    /// What to do.
    help: Option<String>,
    /// Why it broke.
    cause: Option<Why>,
    /// What an author should look at.
    warnings: Vec<String>,
    /// All that was typed.
    typed: String,
    /// File and line.
    place: String,
    /// The exit status, where there is one.
    status: Option<i32>,
    /// How long it took.
    duration: String,
    /// What was documented beside what was shown.
    rows: Vec<OfRow>,
}

/// Why something broke.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "why")]
struct Why {
    /// The kind of cause, and what it is about.
    about: String,
    /// Whose turn it is.
    part: &'static str,
    /// What was seen.
    evidence: String,
    /// What to do.
    mend: Option<String>,
}

/// A row of a difference.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "row")]
struct OfRow {
    /// `-` was documented, `+` was shown, a space both.
    mark: char,
    /// Its text.
    pieces: Vec<Piece>,
    /// Why it may differ.
    note: Option<String>,
}

/// A part of a row.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "piece")]
struct Piece {
    /// The text.
    text: String,
    /// Whether it is what differs.
    differs: bool,
}

/// What a page knows of guides beside the report.
pub(crate) trait Around {
    /// The page of a guide.
    fn url(&self, _path: &str) -> Option<String> {
        None
    }

    /// What earlier reports say of a guide, in a few words.
    fn before(&self, _path: &str, _verdict: Verdict) -> Option<String> {
        None
    }
}

/// Nothing is known.
impl Around for () {}

impl Shown {
    pub(crate) fn new(report: &Report, around: &dyn Around) -> Self {
        let wholes = report.wholes();
        let brief = wholes.len() > LONG;
        let groups = report.causes();
        let newest = report.guides.iter().map(|guide| &guide.started).max().unwrap_or(&report.started);
        let of_verdict = |verdict: &Verdict| {
            let of = wholes.iter().filter(|whole| whole.verdict() == *verdict);
            let guides: Vec<OfGuide> = of.map(|whole| OfGuide::new(whole, brief, around)).collect();
            OfVerdict { name: verdict.name(), count: guides.len(), guides }
        };
        Self {
            headline: headline(report, wholes.len()),
            summary: human::summary(report),
            guidepost: line(&report.guidepost),
            engine: line(&report.engine_name()),
            coverage: report.coverage().text(),
            newest: at(newest),
            total: wholes.len(),
            brief,
            verdicts: Verdict::ALL.iter().rev().map(of_verdict).filter(|of| of.count > 0).collect(),
            kinds: kinds(&groups),
            causes: groups.iter().map(OfCause::new).collect(),
            sections: sections(&wholes),
        }
    }
}

/// `12 of 3000 guides are broken`: the worst that there is.
fn headline(report: &Report, total: usize) -> String {
    let words = |verdict| match verdict {
        Verdict::Broken => ("is broken", "are broken"),
        Verdict::Unreached => ("could not be done", "could not be done"),
        Verdict::Drifted => ("has drifted", "have drifted"),
        Verdict::Partial => ("holds in part", "hold in part"),
        Verdict::Skipped => ("was skipped", "were skipped"),
        Verdict::Holds => ("holds", "hold"),
    };
    let worst = Verdict::ALL.into_iter().map(|verdict| (verdict, report.count(verdict))).rfind(|(_, found)| *found > 0);
    match worst {
        None => "No guide was done".to_owned(),
        Some((Verdict::Holds, _)) if total > 1 => format!("All {total} guides hold"),
        Some((verdict, 1)) if total == 1 => format!("The guide {}", words(verdict).0),
        Some((verdict, 1)) => format!("1 of {total} guides {}", words(verdict).0),
        Some((verdict, found)) => format!("{found} of {total} guides {}", words(verdict).1),
    }
}

/// `2026-11-25 03:04 UTC` of a time by RFC 3339.
fn at(time: &str) -> String {
    match (time.get(..10), time.get(11..16), time.ends_with('Z')) {
        (Some(day), Some(minute), true) => line(&format!("{day} {minute} UTC")),
        _ => line(time),
    }
}

/// `command-not-found:sudo`, as a fragment has it.
fn key(cause: &Cause) -> String {
    key_of(cause.kind.key(), &cause.what)
}

fn key_of(kind: &str, what: &str) -> String {
    let what = line(what);
    if what.is_empty() { kind.to_owned() } else { format!("{kind}:{}", fragment(&what)) }
}

pub(super) fn fragment(text: &str) -> String {
    utf8_percent_encode(text, FRAGMENT).to_string()
}

/// Causes without what they are about, each with the number of its guides.
fn kinds(groups: &[Group<'_>]) -> Vec<Choice> {
    let mut guides: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for group in groups {
        guides.entry(group.kind).or_default().extend(group.guides.iter().map(|(guide, ..)| guide.path.as_str()));
    }
    let mut kinds: Vec<Choice> = (guides.into_iter())
        .map(|(kind, guides)| Choice { key: kind.key().to_owned(), name: kind.words().to_owned(), count: guides.len() })
        .collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds
}

/// The folder that a guide lies in; of a bundle, the one that the bundle lies in.
fn section(path: &str) -> &str {
    let folder = |path: &'_ str| path.rfind('/').map_or(0, |at| at);
    let own = &path[..folder(path)];
    if path.ends_with("/index.md") { &own[..folder(own)] } else { own }
}

/// Every folder with guides in it or below it.
fn sections(wholes: &[Whole<'_>]) -> Vec<Choice> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for whole in wholes {
        let mut folder = section(whole.path);
        while !folder.is_empty() {
            *counts.entry(folder).or_default() += 1;
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }
    let choice = |(folder, count): (&str, usize)| Choice { key: line(folder), name: line(folder), count };
    counts.into_iter().map(choice).collect()
}

impl OfCause {
    fn new(group: &Group<'_>) -> Self {
        let link = |(guide, _, at): &(&GuideReport, &Cause, usize)| Link {
            id: fragment(&guide.path),
            path: line(&guide.path),
            line: *at,
        };
        Self {
            key: key_of(group.kind.key(), group.what),
            kind: group.kind.words(),
            what: line(group.what),
            part: group.part.words(),
            mend: group.mend.map(line),
            count: group.guides.len(),
            guides: group.guides.iter().map(link).collect(),
        }
    }
}

impl OfGuide {
    fn new(whole: &Whole<'_>, brief: bool, around: &dyn Around) -> Self {
        let guide = whole.reports[0];
        let causes: Vec<&Cause> = whole.reports.iter().flat_map(|run| run.causes()).map(|(cause, _)| cause).collect();
        let keys: BTreeSet<String> =
            causes.iter().flat_map(|cause| [key(cause), cause.kind.key().to_owned()]).collect();
        let machines: Vec<String> = whole.reports.iter().map(|run| line(&run.machine)).collect();
        let verdict = whole.verdict();
        let transcripts = !brief || !matches!(verdict, Verdict::Holds | Verdict::Skipped);
        let url = around.url(whole.path);
        // Its page says so at each block.
        let steps = transcripts || url.is_none();
        let gap = |gap: &super::Gap| OfGap {
            word: gap.word(),
            place: place(&gap.path, gap.line, whole.path),
            why: line(&gap.why),
        };
        Self {
            id: fragment(whole.path),
            path: line(whole.path),
            title: line(if guide.title.is_empty() { whole.path } else { &guide.title }),
            url,
            section: line(section(whole.path)),
            verdict: verdict.name(),
            causes: keys.into_iter().collect::<Vec<_>>().join(" "),
            why: causes.first().map(|cause| human::about(cause.kind, &cause.what)).or_else(|| why(whole)),
            machines: machines.join(", "),
            duration: human::seconds(whole.reports.iter().map(|run| run.seconds).sum()),
            coverage: whole.coverage().text(),
            flaky: whole.is_flaky(),
            before: around.before(whole.path, verdict),
            gaps: whole.gaps().iter().map(gap).collect(),
            runs: whole.reports.iter().map(|run| OfRun::new(run, steps, transcripts)).collect(),
        }
    }
}

/// Why a guide does not hold, where no cause is known.
fn why(whole: &Whole<'_>) -> Option<String> {
    let reason = whole.reports.iter().find_map(|run| run.reason.as_deref());
    let steps = || whole.reports.iter().flat_map(|run| &run.steps).filter(|step| step.verdict == whole.verdict());
    let message = || steps().find_map(|step| step.message.as_deref());
    let gaps = || {
        let gaps = whole.gaps();
        gaps.first().map(|gap| format!("line {} {}: {}", gap.line, gap.word(), line(&gap.why)))
    };
    match whole.verdict() {
        Verdict::Holds => None,
        Verdict::Partial => gaps(),
        _ => reason.or_else(message).map(line),
    }
}

/// `line 7`, or with the file where that is another one than the guide's.
fn place(path: &str, at: usize, own: &str) -> String {
    if path == own { format!("line {at}") } else { format!("{}:{at}", line(path)) }
}

impl OfRun {
    fn new(run: &GuideReport, steps: bool, transcripts: bool) -> Self {
        let of_plan = run.diagnostics.iter().map(|problem| {
            let at = problem.place.as_deref().map(|at| format!("{}: ", place(&at.path, at.line, &run.path)));
            let help = problem.help.as_deref().map(|help| format!("; {}", line(help))).unwrap_or_default();
            format!("{}{}{help}", at.unwrap_or_default(), line(&problem.message))
        });
        let earlier = run.failures.iter().enumerate().map(|(index, failure)| {
            let at = place(&failure.path, failure.line, &run.path);
            format!("attempt {} broke at {at}: {}", index + 1, line(&failure.message))
        });
        Self {
            machine: line(&run.machine),
            verdict: run.verdict.name(),
            started: at(&run.started),
            reason: run.reason.as_deref().map(line),
            cause: run.cause.as_ref().map(Why::new),
            since: run.since.as_ref().map(|since| line(&since.told())),
            began_on: run.began_on().map(|text| line(&text)),
            problems: of_plan.chain(earlier).collect(),
            steps: run.steps.iter().filter(|_| steps).map(|step| OfStep::new(step, &run.path)).collect(),
            transcript: transcripts.then(|| transcript(run)).filter(|text| !text.is_empty()),
        }
    }
}

impl OfStep {
    fn new(step: &StepReport, own: &str) -> Self {
        let ends = matches!(step.verdict, Verdict::Drifted | Verdict::Broken);
        let told = step.message.is_some() && step.verdict != Verdict::Holds;
        let seen = ends || told || !step.warnings.is_empty() || step.cause.is_some();
        Self {
            number: step.number,
            kind: step.kind,
            verdict: step.verdict.name(),
            file: (step.path != own).then(|| line(&step.path)),
            line: step.line,
            typed: short(&line(step.first_typed()), TYPED).into_owned(),
            more: seen.then(|| More::new(step, ends)),
        }
    }
}

impl More {
    fn new(step: &StepReport, ends: bool) -> Self {
        let places: Vec<String> = step.place.iter().map(|place| line(place)).collect();
        let warnings = step.warnings.iter().map(|warning| {
            let help = warning.help.as_deref().map(|help| format!("; {}", line(help))).unwrap_or_default();
            format!("{}{help}", line(&warning.message))
        });
        let rows = if ends { difference::rows(step) } else { Vec::new() };
        Self {
            message: step.message.as_deref().map(line),
            help: step.help.as_deref().map(line),
            cause: step.cause.as_ref().map(Why::new),
            warnings: warnings.collect(),
            typed: if ends { difference::typed(step) } else { String::new() },
            place: places.join(" > "),
            status: step.status,
            duration: human::seconds(step.seconds),
            rows: rows.into_iter().map(OfRow::new).collect(),
        }
    }
}

impl Why {
    fn new(cause: &Cause) -> Self {
        Self {
            about: human::about(cause.kind, &cause.what),
            part: cause.part.words(),
            evidence: line(&cause.evidence),
            mend: cause.mend.as_deref().map(line),
        }
    }
}

impl OfRow {
    fn new(row: difference::Row) -> Self {
        let pieces = row.pieces.into_iter().map(|piece| Piece { text: piece.text, differs: piece.differs }).collect();
        Self { mark: row.mark, pieces, note: row.note }
    }
}

/// The difference of a step's output from what is documented, for a page; null where there is none to compare with.
pub(crate) fn differences(step: &StepReport) -> Value {
    match (&step.comparison, &step.documented) {
        (Some(_), Some(_)) => json!(difference::rows(step).into_iter().map(OfRow::new).collect::<Vec<_>>()),
        _ => Value::Null,
    }
}

/// What was typed, and what each command showed. An output is shown by the step whose command printed it, once.
fn transcript(run: &GuideReport) -> String {
    let done = |step: &&StepReport| !matches!(step.verdict, Verdict::Skipped | Verdict::Unreached);
    let mut out = String::new();
    for step in run.steps.iter().filter(done) {
        match step.kind {
            StepKind::Expect => continue,
            StepKind::Write => out.push_str(&format!("# saved {}\n", line(&step.typed.join(" ")))),
            StepKind::Run => {
                for typed in difference::typed(step).lines() {
                    out.push_str(&format!("$ {typed}\n"));
                }
                out.push_str(&excerpt(&step.output));
            }
        }
    }
    out
}

/// The beginning and the end of an output.
fn excerpt(output: &str) -> String {
    let output = plain(output);
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let cut = |lines: &[&str]| lines.iter().map(|line| format!("{}\n", short(line, CHARACTERS))).collect::<String>();
    match lines.len().checked_sub(2 * LINES).filter(|between| *between > 1) {
        None => cut(&lines),
        Some(between) => format!(
            "{}({} left out)\n{}",
            cut(&lines[..LINES]),
            count(between, "line"),
            cut(&lines[lines.len() - LINES..])
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_folders_that_guides_lie_in() {
        for (path, folder) in [
            ("content/a/b/index.md", "content/a"),
            ("content/a/b.md", "content/a"),
            ("docs/x.md", "docs"),
            ("README.md", ""),
            ("a/index.md", ""),
            ("index.md", ""),
        ] {
            assert_eq!(section(path), folder, "{path}");
        }
    }

    #[test]
    fn keys_and_ids_are_fragments() {
        assert_eq!(key_of("command-not-found", "apt get&x=1"), "command-not-found:apt%20get%26x%3D1");
        assert_eq!(key_of("out-of-memory", ""), "out-of-memory");
        assert_eq!(fragment("content/a b=c/é.md"), "content/a%20b%3Dc/%C3%A9.md");
    }

    #[test]
    fn a_long_output_is_its_beginning_and_its_end() {
        let output: String = (0..100).map(|n| format!("{n}\n")).collect();
        let text = excerpt(&output);
        assert!(text.starts_with("0\n") && text.contains("29\n(40 lines left out)\n70\n"), "{text}");
        assert_eq!(excerpt("a\u{1b}[31m\nb"), "a\nb\n");
    }
}
