//! `guidepost verify` ended from outside, by `kill -9`, by Ctrl-C, by an engine that dies, and by guides that are hostile:
//! nothing labelled stays, nothing else is touched, and the environment's fault is never a verdict.

use crate::support::{self, TestSite, docker, has_engine};
use serde_json::Value;
use std::{
    io,
    os::unix::net::{UnixListener, UnixStream},
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

const CONFIG: &str = "title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n    memory: 256MiB\n    pids: 128\n";

/// The engine's usual address; tests that put a door before it need it.
const SOCKET: &str = "/var/run/docker.sock";

fn site(body: &str) -> TestSite {
    TestSite::new(&[("guidepost.yaml", CONFIG), ("content/a.md", &format!("---\ntitle: A\n---\n\n{body}"))])
}

fn guidepost(site: &TestSite, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guidepost"));
    command.current_dir(site.path()).args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Containers, networks and volumes that a process has made and that are still there.
fn made_by(pid: u32) -> Vec<String> {
    let filter = ["--filter", "label=org.guidepost.run", "--format"];
    let list = |command: &[&str], format: &str| docker(&[command, &filter, &[format]].concat());
    let containers = list(&["ps", "--all"], "{{.Names}} {{.Label \"org.guidepost.owner\"}}");
    let networks = list(&["network", "ls"], "{{.Name}} {{.Label \"org.guidepost.owner\"}}");
    let volumes = list(&["volume", "ls"], "{{.Name}} {{.Label \"org.guidepost.owner\"}}");
    let owner = format!(" {pid}:");
    [containers, networks, volumes]
        .iter()
        .flat_map(|list| list.lines())
        .filter(|line| line.contains(&owner))
        .map(str::to_owned)
        .collect()
}

/// Waits until it holds, a minute at most.
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Others' containers, networks, volumes and images in the engine, made for a test and removed with it.
struct Bystanders(String);

impl Bystanders {
    fn new() -> Self {
        let name = format!("bystander-{}", std::process::id());
        docker(&["network", "create", &name]);
        docker(&["volume", "create", &name]);
        docker(&[
            "run",
            "--detach",
            "--name",
            &name,
            "--network",
            &name,
            "-v",
            &format!("{name}:/data"),
            "debian:bookworm",
            "sleep",
            "600",
        ]);
        Self(name)
    }

    fn assert_untouched(&self) {
        assert_eq!(docker(&["inspect", "--format", "{{.State.Running}} {{.RestartCount}}", &self.0]), "true 0");
        docker(&["network", "inspect", &self.0]);
        docker(&["volume", "inspect", &self.0]);
    }
}

impl Drop for Bystanders {
    fn drop(&mut self) {
        for arguments in [&["rm", "--force"][..], &["network", "rm"], &["volume", "rm"]] {
            let _ = Command::new("docker").args(arguments).arg(&self.0).output();
        }
    }
}

/// A night that is ended, by `kill -9` or by SIGTERM, goes on where it was.
#[test]
fn what_has_ended_is_not_done_again() {
    if !has_engine() {
        return;
    }
    let guide = |body: &str| format!("---\ntitle: A\n---\n\n```command\n{body}\n```\n");
    let site = TestSite::new(&[
        ("guidepost.yaml", CONFIG),
        ("content/a.md", &guide("echo a")),
        ("content/b.md", &guide("false")),
        ("content/c.md", &guide("sleep 20")),
    ]);
    // One that is being written has another name.
    let is_whole = |file: &std::fs::DirEntry| file.path().extension().is_some_and(|extension| extension == "json");
    let results = || {
        let files = std::fs::read_dir(site.path().join("results"));
        files.map_or(0, |files| files.filter_map(Result::ok).filter(is_whole).count())
    };
    let arguments = ["verify", "--jobs", "1", "--results", "results"];
    let mut run = guidepost(&site, &arguments).spawn().expect("guidepost runs");
    wait_until("two results", || results() == 2);
    run.kill().expect("it runs");
    let _ = run.wait();
    let kept = || support::tree(&site.path().join("results"));
    let before = kept();
    let run = guidepost(&site, &arguments).spawn().expect("guidepost runs");
    wait_until("it goes on", || !made_by(run.id()).is_empty());
    let pid = run.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    let ended = run.wait_with_output().expect("it ends");
    let said = text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    for known in [
        "content/a.md: holds, as its result says",
        "content/b.md: broken, as its result says",
        "2 of 3 guides have their results",
    ] {
        assert!(said.contains(known), "{known}: {said}");
    }
    assert_eq!(kept(), before);
    let report = TestSite::run(&site, &["report", "results", "--format", "json"]);
    let report: Value = report.json();
    assert_eq!(report["guides"].as_array().map(Vec::len), Some(2), "{report:#}");
    assert_eq!(report["guides"][1]["steps"][0]["cause"]["kind"], "command-failed", "{report:#}");
}

#[test]
fn what_killed_runs_leave_is_removed_and_nothing_else() {
    if !has_engine() {
        return;
    }
    let guide = |body: &str| format!("---\ntitle: A\n---\n\n```command\n{body}\n```\n");
    let site = TestSite::new(&[
        ("guidepost.yaml", CONFIG),
        ("content/short.md", &guide("echo a\nsleep 0.2\necho b\nsleep 0.2")),
        ("content/long.md", &guide("sleep 600")),
    ]);
    let before = site.tree();
    let bystanders = Bystanders::new();
    // How long a run takes, which depends on what else the computer does.
    let begin = Instant::now();
    assert!(guidepost(&site, &["verify", "short"]).output().expect("it runs").status.success());
    let whole = begin.elapsed();
    for round in 0..20_u32 {
        let part = whole * (round / 2 * 7 % 10) / 9;
        // Moments from before the machine is made until after it is gone, in no order; and every other time it certainly is there, or half
        // made.
        let mut child = if round % 2 == 0 {
            let child = guidepost(&site, &["verify", "short"]).spawn().expect("it starts");
            std::thread::sleep(part);
            child
        } else {
            let child = guidepost(&site, &["verify", "long"]).spawn().expect("it starts");
            wait_until("something of it is there", || !made_by(child.id()).is_empty());
            std::thread::sleep(part / 4);
            child
        };
        child.kill().expect("killed");
        let _ = child.wait();
        // What it asked for last may still be on its way through the engine.
        wait_until("the next start removes what the killed run left", || {
            let cleaned = guidepost(&site, &["clean"]).output().expect("it runs");
            assert!(cleaned.status.success(), "{}", text(&cleaned.stderr));
            std::thread::sleep(Duration::from_millis(150));
            made_by(child.id()).is_empty()
        });
    }
    bystanders.assert_untouched();
    assert_eq!(site.tree(), before, "a file of the site was touched");
}

#[test]
fn a_signal_removes_the_machine() {
    if !has_engine() {
        return;
    }
    for signal in ["-INT", "-TERM", "-HUP"] {
        let site = site("```command\nsleep 100\n```\n");
        let child = guidepost(&site, &["verify"]).spawn().expect("it starts");
        let pid = child.id();
        wait_until("the machine is there", || !made_by(pid).is_empty());
        std::thread::sleep(Duration::from_millis(700));
        let sent = Command::new("kill").args([signal, &pid.to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(3), "{signal}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains("interrupted"), "{signal}: {}", text(&output.stderr));
        assert_eq!(made_by(pid), [""; 0], "{signal}");
    }
}

/// A door to the engine that can be closed, as if the engine had died.
struct Door {
    folder: tempfile::TempDir,
    open: Arc<AtomicBool>,
    through: Arc<Mutex<Vec<UnixStream>>>,
}

impl Door {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join("door.sock")).expect("a socket");
        let open = Arc::new(AtomicBool::new(true));
        let through: Arc<Mutex<Vec<UnixStream>>> = Arc::default();
        let (may_pass, passing) = (Arc::clone(&open), Arc::clone(&through));
        std::thread::spawn(move || {
            for inner in listener.incoming().flatten() {
                let Ok(outer) = UnixStream::connect(SOCKET) else { return };
                if !may_pass.load(Ordering::SeqCst) {
                    continue;
                }
                for (from, to) in [(&inner, &outer), (&outer, &inner)] {
                    let (mut from, mut to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
                    std::thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Write);
                    });
                }
                passing.lock().expect("no panic").extend([inner, outer]);
            }
        });
        Self { folder, open, through }
    }

    fn address(&self) -> String {
        format!("unix://{}", self.folder.path().join("door.sock").display())
    }

    fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
        for stream in self.through.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

#[test]
fn an_engine_that_dies_is_no_verdict() {
    if !has_engine() {
        return;
    }
    if !std::path::Path::new(SOCKET).exists() || std::env::var_os("DOCKER_HOST").is_some() {
        eprintln!("SKIPPED: the engine does not listen at {SOCKET}");
        return;
    }
    let site = site("```command\nsleep 100\n```\n");
    let door = Door::new();
    let child = guidepost(&site, &["verify", "--report", "report.json"])
        .env("DOCKER_HOST", door.address())
        .spawn()
        .expect("it starts");
    let pid = child.id();
    wait_until("the machine is there", || made_by(pid).iter().any(|line| line.starts_with("guidepost-")));
    std::thread::sleep(Duration::from_millis(1500));
    door.close();
    let output = child.wait_with_output().expect("it ends");
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("engine"), "{stderr}");
    assert!(!stderr.contains("broken") && output.stdout.is_empty(), "{stderr}");
    assert!(!site.path().join("report.json").exists(), "a report was written");
    wait_until("the next start removes what it could not", || {
        assert!(guidepost(&site, &["clean"]).output().expect("it runs").status.success());
        made_by(pid).is_empty()
    });
}

fn verified(body: &str) -> (Output, Value) {
    let site = site(body);
    let output = guidepost(&site, &["verify", "--format", "json"]).output().expect("it runs");
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
    (output, report["guides"][0].clone())
}

#[test]
fn hostile_guides_end_themselves_and_nothing_else() {
    if !has_engine() {
        return;
    }
    // A machine whose memory is too small says nothing of the guide.
    for (name, status, verdict, body) in [
        (
            "a fork bomb",
            1,
            "broken",
            "```command {timeout=20s}\nbomb() { bomb | bomb & }; bomb; sleep 100\n```\n\n```command {timeout=5s}\nls\n```\n\n```output\nx\n```\n",
        ),
        ("memory", 3, "unreached", "```command {timeout=20s}\ntail /dev/zero\n```\n"),
        (
            "the machine's first process",
            3,
            "unreached",
            "```command {timeout=20s}\nkill -9 -1\n```\n\n```command\nls /nowhere\n```\n",
        ),
    ] {
        let (output, guide) = verified(body);
        let came = (output.status.code().unwrap_or(-1), guide["verdict"].as_str().unwrap_or_default());
        // Whether the machine outlives its processes by a moment is a matter of chance, and so is who is told to have ended it.
        let by_chance = name == "the machine's first process" && came == (1, "broken");
        assert!(came == (status, verdict) || by_chance, "{name}: {guide:#} {}", text(&output.stderr));
    }
}

#[test]
fn no_control_character_of_a_guide_reaches_a_terminal_or_a_log() {
    if !has_engine() {
        return;
    }
    let nasty = r#"printf '\033]0;title\007\033[2J\033[31mred\033[0m\n\302\233 c1 \033Pq\033\\\n::error::x\n##[command]y\n::set-output name=a::b\n'"#;
    let body = format!("```command\n{nasty}\n```\n\n```output\nnothing of that\n```\n");
    for format in ["human", "json", "junit", "github", "gitlab"] {
        let site = site(&body);
        let output = guidepost(&site, &["verify", "--format", format, "--report", "r.json"])
            .env("GITHUB_STEP_SUMMARY", site.path().join("summary.md"))
            .output()
            .expect("it runs");
        let read = |file: &str| std::fs::read_to_string(site.path().join(file)).unwrap_or_default();
        for shown in [text(&output.stdout), text(&output.stderr), read("r.json"), read("summary.md")] {
            let control = shown.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            assert_eq!(control, None, "{format}: {shown:?}");
        }
        // GitHub takes a command at the beginning of a line, after blanks; guidepost's own are its annotations of the guide.
        let log = text(&output.stdout) + &text(&output.stderr);
        for line in log.lines().map(str::trim_start) {
            let command = line.starts_with("::") || line.starts_with("##[");
            assert!(!command || line.contains("file=content/a.md"), "{format}: {line}");
        }
    }
}
