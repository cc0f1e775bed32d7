//! `guidepost verify` as a library: another thread hears what happens while it happens, and may stop it. Without an engine that
//! has `debian:bookworm` the tests are skipped, and say so.

use crate::support::{TestSite, docker, has_engine};
use guidepost::{
    proof,
    verify::{self, Event, Job, Listener, Options},
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::mpsc,
    time::{Duration, Instant},
};

/// Sends what happens to another thread, in words.
struct Sender(mpsc::Sender<String>);

impl Listener for Sender {
    fn event(&self, guide: &str, event: Event<'_>) {
        let said = match event {
            Event::Begin { steps } => format!("{guide}: {steps} steps"),
            Event::Step { number, what } => format!("step {number}: {what}"),
            Event::Output(text) => format!("shown: {text}"),
            Event::Answered { question, reply } => format!("answered: {question} {reply}"),
            Event::StepDone { step } => format!("step {} {}", step.number, step.verdict.name()),
            Event::End { report } => format!("end: {}", report.verdict.name()),
            _ => return,
        };
        // Nobody may hear it any more.
        let _ = self.0.send(said);
    }

    fn wants_output(&self) -> bool {
        true
    }
}

fn jobs(site: &TestSite) -> Vec<Job> {
    proof::jobs(&site.options(), &["a".into()]).expect("a job")
}

fn options(site: PathBuf) -> Options {
    Options {
        site,
        jobs: 1,
        fail_fast: false,
        retries: 0,
        update: false,
        keep: false,
        shell: false,
        record: None,
        guide_timeout: Duration::from_secs(600),
        results: None,
        fresh: true,
        expected: BTreeMap::new(),
        shard: None,
    }
}

#[test]
fn every_step_is_heard_as_it_is_done() {
    if !has_engine() {
        return;
    }
    let text = "---\ntitle: A\nverify:\n  answers:\n    \"Password\": {reply: hunter2hunter2, secret: true}\n---\n\n```command\nread -p \"Password: \" p; printf '\\033[31mgot\\033[0m %s\\n' \"$p\"\n```\n";
    let site = TestSite::new(&[("content/a.md", text)]);
    let (sender, heard) = mpsc::channel();
    let done =
        verify::run_until(jobs(&site), &options(site.path().into()), &Sender(sender), std::future::pending::<()>());
    assert_eq!(done.expect("an engine").expect("not stopped").guides[0].verdict.name(), "holds");
    let heard: Vec<String> = heard.iter().collect();
    let told: Vec<&str> = heard.iter().map(String::as_str).filter(|said| !said.starts_with("shown: ")).collect();
    assert_eq!(told[0], "content/a.md: 1 steps");
    assert!(told[1].starts_with("step 1: read -p"), "{told:?}");
    assert_eq!(told[2..], ["answered: Password: ********", "step 1 holds", "end: holds"]);
    let shown: String = heard.iter().filter_map(|said| said.strip_prefix("shown: ")).collect();
    assert!(shown.contains("Password: ") && shown.contains("got [masked]\n"), "{shown:?}");
    assert!(!shown.contains('\u{1b}') && !shown.contains("hunter2"), "{shown:?}");
}

#[test]
fn a_run_that_is_stopped_leaves_nothing() {
    if !has_engine() {
        return;
    }
    let text = "---\ntitle: A\n---\n\n```command\necho ready-$((40 + 2)); sleep 1000\n```\n";
    let site = TestSite::new(&[("content/stopped/a.md", text)]);
    let (sender, heard) = mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (jobs, options) = (jobs(&site), options(site.path().into()));
    let running = std::thread::spawn(move || verify::run_until(jobs, &options, &Sender(sender), stopped));
    let limit = Instant::now() + Duration::from_secs(120);
    let mut shown = String::new();
    while !shown.contains("ready-42") {
        shown += &heard.recv_timeout(limit.saturating_duration_since(Instant::now())).expect("it is shown");
    }
    let guide = guidepost::machine::Name::new("content/stopped/a.md");
    let mine = format!("label=org.guidepost.guide={}", guide.as_str());
    assert_eq!(docker(&["ps", "--quiet", "--filter", &mine]).lines().count(), 1);
    drop(stop);
    let done = running.join().expect("it ends").expect("an engine");
    assert!(done.is_none(), "{done:?}");
    assert_eq!(docker(&["ps", "--all", "--quiet", "--filter", &mine]), "");
    assert_eq!(docker(&["network", "ls", "--quiet", "--filter", &mine]), "");
}
