//! What is fuzzed: functions that take any bytes, and panic if something is not as it must be.
//!
//! `make fuzz` drives them with libFuzzer. tests/fuzz.rs, which shares this file, gives them their corpus and every input that ever
//! brought one down, so that each stays mended. How to add one: a row here, and a folder of its name in `corpus`.

use guidepost::{
    config::Config,
    diagnostic::Diagnostic,
    edit::{self, How},
    guide::{self, Guide, Registry},
    machine,
    matching::{self, Rule, Verdict, update},
    plan::{self, Plan},
    render::{self, ImageInfo, PageInfo, World},
    report::{
        Deny, Secrets, Whereabouts,
        asciicast::{Header, Recorder},
        github, gitlab, human, json, junit,
    },
    session::{Action, Answer, Engine, Foreground, Pattern, Settings, Step},
    source::Source,
};
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// One target.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&[u8]),
}

pub(crate) const TARGETS: [Target; 9] = [
    Target { name: "guide", run: guide },
    Target { name: "config", run: config },
    Target { name: "sidecar", run: sidecar },
    Target { name: "matching", run: matching },
    Target { name: "update", run: update },
    Target { name: "edit", run: edit },
    Target { name: "session", run: session },
    Target { name: "report", run: report },
    Target { name: "recording", run: recording },
];

/// Parts of an input, which this line parts.
const PART: &str = "\n%%%%\n";

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// Two parts; the second is empty if there is one only.
fn two(input: &[u8]) -> (String, String) {
    let text = text(input);
    match text.split_once(PART) {
        Some((first, second)) => (first.to_owned(), second.to_owned()),
        None => (text, String::new()),
    }
}

/// A site of one page, which shows blocks as they are.
struct Alone;

impl World for Alone {
    fn include(&self, _: &str) -> Option<Arc<Guide>> {
        None
    }
    fn include_names(&self) -> Vec<String> {
        Vec::new()
    }
    fn link(&self, target: &str, _: &str) -> String {
        target.to_owned()
    }
    fn image(&self, target: &str, _: &str) -> ImageInfo {
        ImageInfo { src: target.to_owned(), ..ImageInfo::default() }
    }
    fn highlight(&self, _: &str, code: &str) -> String {
        code.replace('&', "&amp;").replace('<', "&lt;")
    }
    fn language_of_path(&self, _: &str) -> Option<String> {
        None
    }
    fn shortcode(&self, name: &str, context: Map<String, Value>) -> Result<String, Diagnostic> {
        let field = |key: &str| context.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(format!("<div class=\"{name}\">{}{}</div>", field("code"), field("body")))
    }
}

/// Every problem can be drawn, and points into a line that is there.
fn drawn(problems: &[Diagnostic], lines: usize) {
    for problem in problems {
        assert!(!problem.draw(false).is_empty());
        if let Some(place) = &problem.place {
            assert!(place.line <= lines.max(1) + 1, "line {} of {lines}: {problem:?}", place.line);
            assert!(place.text.get(place.mark.0..place.mark.1).is_some(), "{problem:?}");
        }
    }
}

fn planned(guide: &Guide, sidecar: Option<&Source>) -> Vec<Plan> {
    let machines = ["debian".to_owned(), "server".to_owned()];
    let plans = plan::plans(guide, plan::Around::new(&|_| None, sidecar, &machines));
    assert!(!plans.is_empty(), "a guide has a plan at least");
    for plan in &plans {
        assert!(serde_json::to_string(plan).is_ok());
        for (at, step) in plan.steps.iter().enumerate() {
            assert_eq!(step.number, at + 1);
            if step.at.path == guide.path {
                let range = step.at.span.range();
                assert!(guide.source.text.get(range.clone()).is_some(), "{range:?} is no part of the guide");
            }
        }
    }
    plans
}

/// A text becomes a guide, its plans and its page.
fn guide(input: &[u8]) {
    let source = Source::new("content/guide.md", text(input));
    let lines = source.text.lines().count();
    let guide = guide::parse(source, &Registry::default(), &[], input.len().is_multiple_of(2));
    drawn(&guide.diagnostics, lines);
    for plan in planned(&guide, None) {
        drawn(&plan.diagnostics, lines);
    }
    let outline = render::outline(&guide, &Alone);
    let page = render::page(&guide, &Alone, &PageInfo::default());
    let _ = (outline, render::markdown(&guide, "Title", &Alone));
    // A page is at most so much larger than its text: nothing doubles with each level.
    assert!(page.html.len() <= 4096 + input.len() * 256, "{} bytes of HTML", page.html.len());
}

/// guidepost.yaml, and the machines that it describes.
fn config(input: &[u8]) {
    let source = Source::new("guidepost.yaml", text(input));
    let lines = source.text.lines().count();
    match Config::parse(&source) {
        Ok(config) => {
            let (machines, problems) = machine::machines(&config, &source);
            drawn(&problems, lines);
            for machine in machines.values() {
                let _ = machine.allows("content/guides/a.md");
            }
        }
        Err(problem) => drawn(&[problem], lines),
    }
}

/// Beside a guide with one block of each kind.
const GUIDE: &str = "---\ntitle: A\n---\n## First\n\n```command\necho a\nsudo true\n```\n\n```output\na\n```\n\n```file {title=\"x\"}\ny\n```\n\n## Second\n\n```console\n$ ls\nx\n```\n";

/// `verify.yaml`.
fn sidecar(input: &[u8]) {
    let guide = guide::parse(Source::new("content/a/index.md", GUIDE), &Registry::default(), &[], false);
    let sidecar = Source::new("content/a/verify.yaml", text(input));
    let lines = sidecar.text.lines().count().max(GUIDE.lines().count());
    for plan in planned(&guide, Some(&sidecar)) {
        drawn(&plan.diagnostics, lines);
    }
}

const RULES: [Rule; 7] =
    [Rule::Auto, Rule::Exact, Rule::Kinds, Rule::Contains, Rule::Regex, Rule::Json, Rule::Unordered];

/// Two outputs are compared by every rule.
fn matching(input: &[u8]) {
    let (documented, real) = two(input);
    for rule in RULES {
        let comparison = matching::compare(&documented, &real, rule);
        assert!(!comparison.why.is_empty());
        for line in &comparison.lines {
            assert!(line.documented.is_none_or(|line| line < documented.lines().count()), "{rule:?} {line:?}");
            assert!(line.real.end <= real.lines().count(), "{rule:?} {line:?}");
        }
        // What a page shows holds against itself, unless it is a pattern or no JSON.
        if !matches!(rule, Rule::Regex | Rule::Json) {
            let itself = matching::compare(&documented, &documented, rule);
            assert_eq!(itself.verdict, Verdict::Holds, "{rule:?}: {}", itself.why);
        }
    }
}

/// An output that is brought up to date holds.
fn update(input: &[u8]) {
    let (documented, real) = two(input);
    for rule in RULES {
        if let Some(new) = update::updated(&documented, &real, rule, &matching::Evidence::default()) {
            let comparison = matching::compare(&new, &real, rule);
            assert_eq!(comparison.verdict, Verdict::Holds, "{rule:?}: {new:?}: {}", comparison.why);
        }
    }
}

/// A block is put into a file.
fn edit(input: &[u8]) {
    let (existing, block) = two(input);
    for existing in [Some(existing.as_str()), None] {
        for how in [How::Auto, How::Replace, How::Patch, How::Append] {
            let Ok(edited) = edit::apply(existing, &block, &how) else { continue };
            assert_ne!(edited.how, How::Auto);
            assert!(edited.changed.end <= edited.text.lines().count(), "{edited:?}");
            // Each line that the block shows is in the file, but for those that stand for others. A byte order mark is of no line.
            let plain = |line: &'_ str| line.trim_start_matches('\u{feff}').trim().to_owned();
            let lines: Vec<String> = edited.text.lines().map(plain).collect();
            for line in block.lines().map(plain).filter(|line| !line.is_empty()) {
                assert!(lines.contains(&line) || is_elision(&line), "{how:?}: {line:?} is not in {:?}", edited.text);
            }
        }
    }
}

/// Generously: what may stand for lines that stay.
fn is_elision(line: &str) -> bool {
    line.replace(' ', "").contains("...") || line.contains('…')
}

/// A session on a terminal that prints anything, in pieces of any size.
fn session(input: &[u8]) {
    let Some((head, bytes)) = input.split_at_checked(2) else { return };
    let (size, rhythm) = (usize::from(head[0]) + 1, u64::from(head[1]));
    let mut now = Duration::ZERO;
    let mut engine = Engine::open(Settings::default(), now);
    let mut pieces = bytes.chunks(size);
    let step = || {
        let mut step = Step::block("echo one\nmore");
        let (question, reply) = (Pattern::Text("assword".into()), "hunter2".into());
        step.answers.push(Answer { question, reply, secret: true });
        step
    };
    let mut steps = 0;
    // So many turns are enough for an engine that always says what it waits for.
    for _ in 0..4 * (bytes.len() / size) + 400 {
        match engine.poll(now) {
            Action::Type(keys) => assert!(!keys.is_empty()),
            Action::Probe(_) => engine.probed(Foreground::Unknown, now),
            Action::Listening(_) => engine.listens(std::iter::once(3000).collect()),
            Action::Wait(until) => match pieces.next() {
                Some(piece) => {
                    now += Duration::from_millis(rhythm);
                    engine.feed(piece, now);
                    assert!(engine.shown().len() <= 2 * (bytes.len() + 4096));
                }
                None if until > now && until != Duration::MAX => now = until,
                None => engine.closed(Some(0), now),
            },
            Action::Done(outcome) => {
                assert!(outcome.output.len() <= 2 << 20);
                steps += 1;
                if steps > 4 || engine.is_closed() {
                    return;
                }
                engine.begin(step(), now);
            }
            Action::Idle => engine.begin(step(), now),
        }
        let _ = engine.places();
    }
    panic!("the session comes to no end");
}

/// A report is read, shown in every form, and comes back as it was.
fn report(input: &[u8]) {
    let Ok(report) = json::read(&text(input)) else { return };
    let written = json::json(&report);
    let again = json::read(&written).expect("what guidepost writes can be read");
    assert_eq!(json::json(&again), written);
    let (at, deny) = (Whereabouts::Site("docs"), Deny::default());
    let _ = human::human(&report, at, &|_| Some("a\nb\n".to_owned()), false);
    let _ = junit::junit(&report, at, deny);
    for text in
        [github::annotations(&report, at, deny), github::summary(&report, at, deny), gitlab::gitlab(&report, "", deny)]
    {
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
    let _ = guidepost::report::Report::merged(&[report, again]);
}

/// What a terminal shows is recorded in pieces: lines of JSON, without the secret.
fn recording(input: &[u8]) {
    const SECRET: &str = "hunter2hunter2";
    let Some((size, bytes)) = input.split_first() else { return };
    let mut recorder = Recorder::new(Vec::new(), &Header::new(80, 24), Secrets::new([SECRET])).expect("to memory");
    for (at, piece) in bytes.chunks(usize::from(*size) + 1).enumerate() {
        recorder.output(Duration::from_millis(at as u64), piece).expect("to memory");
    }
    let written = recorder.finish().expect("to memory");
    let written = String::from_utf8(written).expect("a recording is UTF-8");
    let mut shown = String::new();
    for line in written.lines() {
        let line: Value = serde_json::from_str(line).expect("a recording is lines of JSON");
        shown.push_str(line.get(2).and_then(Value::as_str).unwrap_or_default());
    }
    assert!(!shown.contains(SECRET), "{shown:?}");
}
