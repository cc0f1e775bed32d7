//! A report with everything in it, for the tests of the formats.

use super::{
    Cause, CauseKind, Gap, GuideReport, Report, SCHEMA, StepKind, StepReport, StepWarning, Verdict, Whereabouts,
};
use crate::{
    diagnostic::{Diagnostic, Place},
    matching::{Rule, compare},
    plan::Omission,
};

/// Text of the guide that drifts and breaks.
/// In the folder of the site.
pub(super) const HERE: Whereabouts<'static> = Whereabouts::Site("");

pub(super) const SOURCE: &str =
    "# Connect\n\n## Install\n\nping <your_ip>\n\n    node --version\n\n    v18.12.0\n\n## Ping\n";

/// Text of the file that it includes.
pub(super) const PART: &str = "First:\nping -c 1 db\n";

/// Text of a file of the sample.
pub(super) fn source(path: &str) -> Option<String> {
    match path {
        "content/guides/connect/index.md" => Some(SOURCE.to_owned()),
        "content/parts/ping.md" => Some(PART.to_owned()),
        _ => None,
    }
}

/// Four guides: one holds, one drifts, breaks and reaches not everything, one is skipped, one broke its machine.
pub(super) fn report() -> Report {
    let mut first = guide("content/guides/first.md", "First steps", Verdict::Holds);
    first.steps = vec![step(1, StepKind::Run, Verdict::Holds), step(2, StepKind::Write, Verdict::Holds)];
    let mut later = guide("content/guides/later.md", "Later", Verdict::Skipped);
    later.reason = Some("needs a real domain".to_owned());
    let mut machine = guide("content/guides/machine.md", "Machine", Verdict::Broken);
    machine.reason = Some("the machine did not start".to_owned());
    Report {
        schema: SCHEMA,
        guidepost: "0.1.0".to_owned(),
        started: "2026-01-02T03:04:05Z".to_owned(),
        seconds: 92.25,
        engine: "20.10.24".to_owned(),
        images: Default::default(),
        engine_api: "1.41".to_owned(),
        shard: None,
        gathered: None,
        guides: vec![first, connect(), later, machine],
    }
}

/// The sample, and beside it a guide of each verdict that it has not: one that drifted, one done in part on one machine and
/// with a warning on another, one whose machine could not be made.
pub(super) fn with_every_verdict() -> Report {
    let mut report = report();
    let mut drifts = guide("content/guides/drifts.md", "Drifts", Verdict::Drifted);
    let mut moved = step(2, StepKind::Expect, Verdict::Drifted);
    moved.message = Some("1 line moved: version".to_owned());
    expect(&mut moved, "v18.12.0\n", "v20.11.1\n");
    let mut varies = step(3, StepKind::Expect, Verdict::Holds);
    (varies.block, varies.line) = (12, 12);
    expect(&mut varies, "Fetched 12 MB in 3s\n", "Fetched 14 MB in 2s\n");
    drifts.steps = vec![step(1, StepKind::Run, Verdict::Holds), moved, varies];

    let mut debian = guide("content/guides/tabs.md", "Tabs", Verdict::Holds);
    let mut skipped = step(2, StepKind::Run, Verdict::Skipped);
    (skipped.block, skipped.line, skipped.omission) = (20, 20, Some(Omission::Skipped));
    skipped.message = Some("needs a real domain".to_owned());
    debian.steps = vec![step(1, StepKind::Run, Verdict::Holds), skipped];
    debian.undone = vec![Gap {
        path: debian.path.clone(),
        line: 30,
        why: "no machine is for its tab “Fedora”".to_owned(),
        omission: Omission::NotDone,
        tab: Some("Fedora".to_owned()),
    }];
    let mut ubuntu = GuideReport { machine: "ubuntu".to_owned(), ..debian.clone() };
    ubuntu.steps[0].warnings.push(StepWarning {
        code: "says-failure".to_owned(),
        message: "`deploy` says that it failed, and ended with status 0".to_owned(),
        help: None,
    });
    debian.judge();
    ubuntu.judge();

    let mut nowhere = guide("content/guides/nowhere.md", "Nowhere", Verdict::Unreached);
    nowhere.reason = Some("its machine could not be made: there is no image".to_owned());
    nowhere.cause = Some(Cause::new(CauseKind::NoMachine, "debian", "there is no image"));
    nowhere.steps = vec![step(1, StepKind::Run, Verdict::Unreached)];
    report.guides.extend([drifts, debian, ubuntu, nowhere]);
    report
}

fn connect() -> GuideReport {
    let mut connect = guide("content/guides/connect/index.md", "Connect: 100%, \u{1b}[1mreally", Verdict::Broken);
    let mut unbound = Diagnostic::warning("unbound-placeholder", "nothing binds <your_ip>").help("add it to vars");
    let text = "ping <your_ip>".to_owned();
    unbound.place = Some(Box::new(Place { path: connect.path.clone(), line: 4, column: 6, text, mark: (5, 14) }));
    connect.diagnostics.push(unbound);

    let mut drifted = step(2, StepKind::Expect, Verdict::Drifted);
    drifted.message = Some("1 line moved: version".to_owned());
    expect(&mut drifted, "v18.12.0\n", "v20.11.1\n");

    let mut broken = step(3, StepKind::Expect, Verdict::Broken);
    broken.section = "Ping".to_owned();
    broken.path = "content/parts/ping.md".to_owned();
    broken.line = 2;
    broken.typed = vec!["ping -c 1 db".to_owned()];
    broken.place = vec!["bash".to_owned(), "docker exec -it app bash".to_owned()];
    broken.status = Some(1);
    broken.help = Some("change the page, or say `match`".to_owned());
    broken.dropped = 12;
    let documented = "PING db (10.0.0.2)\nservice is active (running)\n...\nbye\n";
    let real = "PING db (10.7.7.7)\nservice is inactive (dead)\nx\n::error::pwned ##[group]\n";
    expect(&mut broken, documented, real);
    broken.message = Some("the output is not as documented".to_owned());
    broken.cause = Some(super::cause::of_step(None, &broken));

    let steps = [step(1, StepKind::Run, Verdict::Holds), drifted, broken, step(4, StepKind::Run, Verdict::Unreached)];
    connect.steps = steps.into();
    connect
}

fn guide(path: &str, title: &str, verdict: Verdict) -> GuideReport {
    GuideReport {
        hash: "abc123".to_owned(),
        inputs: [(path.to_owned(), "abc123".to_owned())].into(),
        image: "sha256:0123".to_owned(),
        verdict,
        started: "2026-01-02T03:04:06Z".to_owned(),
        seconds: 12.5,
        session_seconds: 11.5,
        ..GuideReport::new(path, title, "debian")
    }
}

fn step(number: usize, kind: StepKind, verdict: Verdict) -> StepReport {
    StepReport {
        section: "Install".to_owned(),
        verdict,
        seconds: 0.25,
        commands: usize::from(kind == StepKind::Run),
        typed: vec!["node --version".to_owned()],
        place: vec!["bash".to_owned()],
        status: Some(0),
        output: "ok\n".to_owned(),
        ..StepReport::new(number, kind, "content/guides/connect/index.md", 7)
    }
}

fn expect(step: &mut StepReport, documented: &str, real: &str) {
    step.documented = Some(documented.to_owned());
    step.output = real.to_owned();
    step.comparison = Some(compare(documented, real, Rule::Auto));
}
