//! Two jobs in containers that share an engine: none can see whether the other's process lives.

use super::engine::{IMAGE, identity, label_arguments};
use crate::support::{docker, has_engine, write};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const SOCKET: &str = "/var/run/docker.sock";
/// A guide that goes on until it is let go.
const GUIDE: &str = "---\ntitle: A\n---\n\n```command\nuntil [ -e /tmp/go ]; do sleep 0.2; done\n```\n";

/// A job in a container, which is removed with it.
struct Job(String);

impl Drop for Job {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.0]);
    }
}

impl Job {
    /// Begins to verify a site.
    fn verifying(name: String, site: &Path) -> Self {
        let volume = |from: &str, to: &str| format!("{from}:{to}");
        let program = volume(env!("CARGO_BIN_EXE_guidepost"), "/usr/local/bin/guidepost:ro");
        let (socket, site) = (volume(SOCKET, SOCKET), volume(site.to_str().expect("a path"), "/site:ro"));
        docker(&[
            "run",
            "--detach",
            "--name",
            &name,
            "--hostname",
            &name,
            "--volume",
            &socket,
            "--volume",
            &program,
            "--volume",
            &site,
            IMAGE,
            "guidepost",
            "verify",
            "--fresh",
            "--guide-timeout",
            "30m",
            "--site",
            "/site",
        ]);
        Self(name)
    }

    /// Its machine's container, as soon as the guide is done there.
    fn machine(&self) -> String {
        let begin = Instant::now();
        loop {
            let format = "{{.Names}} {{.Label \"org.guidepost.owner\"}}";
            let all = docker(&["ps", "--filter", "label=org.guidepost.run", "--format", format]);
            let own = all.lines().find(|line| line.ends_with(&format!(":{}", self.0)));
            if let Some((name, _)) = own.and_then(|line| line.split_once(' ')) {
                return name.to_owned();
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "no machine: {}", docker(&["logs", &self.0]));
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn clean(&self) -> String {
        docker(&["exec", &self.0, "guidepost", "clean"])
    }
}

fn is_there(kind: &str, name: &str) -> bool {
    Command::new("docker").args([kind, "inspect", name]).output().expect("the docker command").status.success()
}

#[test]
fn one_job_takes_what_is_over_of_another_and_nothing_that_may_live() {
    if !has_engine() || !Path::new(SOCKET).exists() {
        eprintln!("SKIPPED: no engine at {SOCKET}");
        return;
    }
    let site = tempfile::tempdir().expect("a folder");
    write(site.path(), "guidepost.yaml", "title: A\nbase_url: https://example.org/\n");
    write(site.path(), "content/a.md", GUIDE);
    let id = identity("jobs");
    let named = |what: &str| format!("gp-test-{}-{what}", id.run.as_str());
    let (first, second) = (Job::verifying(named("first"), site.path()), Job::verifying(named("second"), site.path()));
    let (of_first, of_second) = (first.machine(), second.machine());

    // What is left of one that is killed carries the time after which it is nobody's.
    docker(&["kill", &first.0]);
    let until = docker(&["inspect", "--format", "{{index .Config.Labels \"org.guidepost.until\"}}", &of_first]);
    let left = until.parse::<chrono::DateTime<chrono::Utc>>().expect("a time") - chrono::Utc::now();
    assert!((65..=70).contains(&left.num_minutes()), "twice its limit and some minutes: {until}");
    let ends = docker(&["inspect", "--format", "{{join .Config.Entrypoint \" \"}}", &of_first]);
    assert_eq!(ends, "sleep 4200");
    let said = second.clean();
    assert!(said.contains("stay, those that cannot be seen from here until 2"), "{said}");
    assert!([&of_first, &of_second].iter().all(|name| is_there("container", name) && is_there("network", name)));

    // The same, when its time is over. Whoever else uses the engine takes it as well, and may be faster: then once more.
    let by_second = (0..20).any(|round| {
        let (over, mut labels) = (named(&format!("over-{round}")), identity("over").labels());
        labels.insert("org.guidepost.boot".into(), "another".into());
        labels.insert("org.guidepost.until".into(), "2026-01-02T03:04:05Z".into());
        let labels = label_arguments(&labels);
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        docker(&[&["network", "create"], &labels[..], &[&over]].concat());
        let run = [&["run", "--detach", "--name", &over], &labels[..], &[IMAGE, "sleep", "600"]].concat();
        if !Command::new("docker").args(run).output().expect("docker runs").status.success() {
            // It was taken before it ran.
            let _ = second.clean();
            return false;
        }
        let said = second.clean();
        let begin = Instant::now();
        while is_there("container", &over) || is_there("network", &over) {
            assert!(begin.elapsed() < Duration::from_secs(60), "{over} is there: {said}");
            std::thread::sleep(Duration::from_millis(200));
        }
        let (removed, _) = said.split_once(';').unwrap_or((&said, ""));
        removed.contains("container") && removed.contains("network")
    });
    assert!(by_second, "it has not removed both in any of 20 rounds");
    assert!(is_there("container", &of_first) && is_there("container", &of_second));

    // The second has noticed nothing.
    docker(&["exec", &of_second, "touch", "/tmp/go"]);
    let status = docker(&["wait", &second.0]);
    let log = docker(&["logs", &second.0]);
    assert!(status == "0" && log.contains("1 guide: 1 holds") && !is_there("container", &of_second), "{status}: {log}");
    docker(&["rm", "--force", "--volumes", &of_first]);
    docker(&["network", "rm", &of_first]);
}
