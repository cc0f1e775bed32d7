//! A library of made-up results, of any size: what the pages of results are looked at with.

use guidepost::{
    matching::{Rule, compare},
    plan::Omission,
    report::{Cause, CauseKind, Gap, GuideReport, Report, SCHEMA, StepKind, StepReport, Verdict, json},
};
use std::path::Path;

const SECTIONS: [&str; 6] =
    ["databases", "databases/postgresql", "networking", "web/servers", "web/frameworks", "containers"];
const NOUNS: [&str; 12] = [
    "PostgreSQL",
    "Nginx",
    "WireGuard",
    "Redis",
    "Prometheus",
    "Caddy",
    "Docker",
    "Ansible",
    "Gitea",
    "MariaDB",
    "Node.js",
    "Fail2ban",
];
const VERBS: [&str; 8] = ["Install", "Back up", "Monitor", "Secure", "Upgrade", "Connect to", "Replicate", "Tune"];

/// Markup and directions, which no page may take for its own.
const HOSTILE: &str = "<img src=x onerror=alert(1)> \"'&amp; </script> \u{202e}{{ x }}";

/// Path of a guide in the site.
fn path(index: usize) -> String {
    format!("content/{}/guide-{index:04}.md", SECTIONS[index % SECTIONS.len()])
}

fn title(index: usize) -> String {
    let name = format!("{} {} on server {index}", VERBS[index / 3 % VERBS.len()], NOUNS[index % NOUNS.len()]);
    if index % 997 == 5 { format!("{name} {HOSTILE}") } else { name }
}

fn text(index: usize) -> String {
    let title = serde_json::Value::from(title(index));
    format!("---\ntitle: {title}\npublished: 2026-11-01\n---\n\n```command\napt-get install -y package-{index}\n```\n")
}

/// A site of `count` guides.
pub(crate) fn site(folder: &Path, count: usize) {
    crate::support::write(folder, "guidepost.yaml", "title: A library\nbase_url: https://example.org/\n");
    (0..count).for_each(|index| crate::support::write(folder, &path(index), text(index)));
}

/// The report of a night over that site; of ten guides about seven hold, and from day to day other ones break.
pub(crate) fn report(count: usize, day: usize) -> String {
    let guides = (0..count).map(|index| guide(index, day)).collect();
    json::json(&Report {
        schema: SCHEMA,
        guidepost: "0.1.0".to_owned(),
        started: format!("2026-11-{day:02}T01:00:00Z"),
        seconds: 18_000.0,
        engine: "20.10.24".to_owned(),
        engine_api: "1.41".to_owned(),
        shard: None,
        gathered: None,
        images: Default::default(),
        guides,
    })
}

fn guide(index: usize, day: usize) -> GuideReport {
    let path = path(index);
    let mut steps: Vec<StepReport> = (1..=12).map(|number| step(&path, number, index)).collect();
    let mut undone = Vec::new();
    match (index * 7 + day / 3 * (index % 5)) % 20 {
        0..=2 => breaks(&mut steps, index),
        3 => {
            let at = &mut steps[7];
            (at.kind, at.verdict) = (StepKind::Expect, Verdict::Drifted);
            at.message = Some("1 line moved: version".to_owned());
            shows(at, "v18.12.0\nready\n", &format!("v20.{}.1\nready\n", index % 12));
        }
        4 | 5 => undone.push(Gap {
            path: path.clone(),
            line: 70,
            why: "only an author can say whether readers do this".to_owned(),
            omission: Omission::Undecided,
            tab: None,
        }),
        _ => {}
    }
    let mut guide = GuideReport {
        hash: blake3::hash(text(index).as_bytes()).to_hex().to_string(),
        image: "sha256:0".to_owned(),
        started: format!("2026-11-{day:02}T01:{:02}:00Z", index % 60),
        seconds: 20.0 + (index % 90) as f64,
        session_seconds: 18.0,
        undone,
        steps,
        ..GuideReport::new(&path, &title(index), ["debian", "server", "docker"][index % 3])
    };
    guide.judge();
    if index % 211 == 7 {
        guide.verdict = Verdict::Unreached;
        guide.reason = Some("its machine could not be made: there is no image".to_owned());
        guide.cause = Some(Cause::new(CauseKind::NoMachine, "docker", "there is no image"));
        guide.steps.iter_mut().for_each(|step| step.verdict = Verdict::Unreached);
    }
    guide
}

/// A step that holds, of a line and some output.
fn step(path: &str, number: usize, index: usize) -> StepReport {
    let kind = if number % 4 == 3 { StepKind::Write } else { StepKind::Run };
    let typed = match kind {
        StepKind::Write => format!("/etc/service-{index}/part-{number}.conf"),
        _ => format!("sudo apt-get install -y package-{index} library-{number} && systemctl status service-{index}"),
    };
    let output: String =
        (0..6 + index % 30).map(|line| format!("Setting up package-{index} (1.{number}.{line}) ...\n")).collect();
    StepReport {
        section: format!("Step {}", number / 4 + 1),
        seconds: 0.4,
        commands: usize::from(kind == StepKind::Run),
        typed: vec![typed],
        place: vec!["bash as root in /root".to_owned()],
        status: Some(0),
        output,
        ..StepReport::new(number, kind, path, 10 + number * 5)
    }
}

/// Makes one of the steps break, for one of several causes; those behind it are not reached.
fn breaks(steps: &mut [StepReport], index: usize) {
    let at = 3 + index % 7;
    let step = &mut steps[at];
    step.verdict = Verdict::Broken;
    step.kind = StepKind::Run;
    step.status = Some(1);
    step.help = Some("mend the command, or say `exit=1` if this is what a reader sees".to_owned());
    let (kind, what, said, mend) = match index / 3 % 5 {
        0 => (
            CauseKind::CommandNotFound,
            "sudo".to_owned(),
            "bash: sudo: command not found".to_owned(),
            "machine: server",
        ),
        1 => {
            let package = format!("package-{}", index % 40);
            let said = format!("E: Unable to locate package {package}");
            (CauseKind::PackageNotFound, package, said, "")
        }
        2 => {
            let said = "ssh: connect to host 203.0.113.1 port 22: Connection timed out".to_owned();
            (CauseKind::HostUnreachable, "203.0.113.1".to_owned(), said, "skip: {\"ssh *\": \"needs another host\"}")
        }
        3 => (CauseKind::CommandFailed, "make".to_owned(), format!("make: *** [{HOSTILE}] Error 2"), ""),
        _ => (CauseKind::OutputDiffers, "systemctl".to_owned(), "the output is not as documented".to_owned(), ""),
    };
    if kind == CauseKind::OutputDiffers {
        step.kind = StepKind::Expect;
        let documented = "● service\n   Loaded: loaded\n   Active: active (running)\n   Docs: man:service\nbye\n";
        shows(
            step,
            documented,
            "● service\n   Loaded: loaded\n   Active: inactive (dead)\n   Docs: man:service\nend\n",
        );
    } else {
        step.output = format!("{}{said}\n", step.output);
    }
    step.message = Some(format!("it ended with status 1: {said}"));
    let cause = Cause::new(kind, what, said);
    step.cause = Some(if mend.is_empty() { cause } else { cause.mended_by(mend) });
    steps[at + 1..].iter_mut().for_each(|step| {
        step.verdict = Verdict::Unreached;
        step.output.clear();
    });
}

fn shows(step: &mut StepReport, documented: &str, real: &str) {
    step.comparison = Some(compare(documented, real, Rule::Auto));
    (step.documented, step.output) = (Some(documented.to_owned()), real.to_owned());
}
