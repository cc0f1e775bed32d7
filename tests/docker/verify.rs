//! Guides are done in Docker, through the binary. Without an engine that has `debian:bookworm` the tests are skipped, and say so:
//! `scripts/engine` starts one.

use crate::support::{self, TestSite, docker, folders::Row, has_engine, verifications as table};
use guidepost::report::Report;
use serde_json::Value;
use std::{path::Path, process::Command};

const CONFIG: &str = "title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n";

/// The report of one guide, and the exit status.
fn verify(text: &str, more: &[&str]) -> (i32, Value) {
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("content/g/a.md", text)]);
    let mut arguments = vec!["verify", "a", "--format", "json"];
    arguments.extend(more);
    let ran = site.run(&arguments);
    let report: Value = ran.json();
    (ran.status, report["guides"][0].clone())
}

/// Verdicts of the steps, in order.
fn verdicts(guide: &Value) -> Vec<&str> {
    guide["steps"].as_array().expect("steps").iter().map(|step| step["verdict"].as_str().unwrap_or_default()).collect()
}

#[test]
fn a_guide_that_tells_the_truth_holds() {
    if !has_engine() {
        return;
    }
    let text = "---\ntitle: A\nverify:\n  answers:\n    \"Your name\": Ann\n    Word: {reply: open-sesame, secret: true}\n---\n\n```command\nmkdir -p ~/x && cd ~/x\nread -p \"Your name? \" n; echo \"hi $n\"\n```\n\n```output\nYour name? Ann\nhi Ann\n```\n\n{{< file \"conf\" >}}\n# port = 1\nhost = a\n{{< /file >}}\n\n{{< file \"conf\" >}}\nport = 22\n{{< /file >}}\n\n```console\n$ cat conf; pwd\nport = 22\nhost = a\n/root/x\n```\n\n```command {until=\"64 bytes\"}\nwhile true; do echo 64 bytes; sleep 1; done\n```\n\n```command {background=true until=\"ready\"}\nsh -c 'echo ready; sleep 100'\n```\n\n```command {background=true until=\"three\"}\nseq 3 > log; (sleep 1; echo three >> log)& tail -f log\n```\n\n```console\n$ while true; do echo again; sleep 0.5; done\n^C\n$ echo on\non\n```\n\n```command\necho -n \"Starting: \"; sleep 5; echo done.\n```\n\n```command {exit=3}\n(exit 3)\n```\n\n```console\n$ ls /nowhere\nls: cannot access '/nowhere': No such file or directory\n$ read -sp \"Word: \" w; echo; echo ok\nok\n```\n\n```command {skip=true reason=\"needs a domain\"}\ncertbot\n```\n";
    let (status, guide) = verify(text, &[]);
    assert_eq!(status, 0, "{guide:#}");
    // The last step is skipped, and a reader would do it.
    assert_eq!(guide["verdict"], "partial", "{guide:#}");
    assert_eq!(
        verdicts(&guide),
        [
            "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds",
            "holds", "holds", "holds", "holds", "holds", "skipped"
        ],
        "{guide:#}"
    );
}

/// What only a machine of Docker can show; the rest is in the table of whole verifications.
#[test]
fn faults_are_found_at_their_lines() {
    if !has_engine() {
        return;
    }
    for (name, body, line, message) in [
        (
            "a renamed package",
            "```command\napt-get install -y no-such-package-x\n```\n",
            6,
            "it ended with status 100: E: Unable to locate package",
        ),
        (
            "apt in a pipe",
            "```command\napt-get install -y no-such-package-x 2>&1 | tail -1\n```\n",
            6,
            "`apt-get` ended with status 100, in a pipe that ended with status 0",
        ),
        (
            "a silent wait of another user",
            "```command\nuseradd -m ann\nsu - ann\ncat\n```\n",
            8,
            "it waits for input, and has asked for nothing",
        ),
    ] {
        let (status, guide) = verify(&format!("---\ntitle: A\n---\n\n{body}\n```command\necho after\n```\n"), &[]);
        assert_eq!(status, 1, "{name}: {guide:#}");
        let broken = guide["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .find(|step| step["verdict"] == "broken")
            .unwrap_or_else(|| panic!("{name}: {guide:#}"));
        assert_eq!(broken["line"], line, "{name}: {broken:#}");
        assert!(broken["message"].as_str().is_some_and(|m| m.contains(message)), "{name}: {broken:#}");
        assert!(broken["help"].as_str().is_some_and(|h| !h.is_empty()), "{name}: {broken:#}");
        assert!(broken["typed"][0].is_string() && broken["place"][0].is_string(), "{name}: {broken:#}");
        assert_eq!(verdicts(&guide), ["broken", "unreached"], "{name}: {guide:#}");
    }
}

/// A guide that waits, and somebody who ends its machine meanwhile.
#[test]
fn a_machine_that_somebody_else_ends_leaves_its_guide_unreached() {
    if !has_engine() {
        return;
    }
    let (removed, killed) = ("was removed by somebody else", "was killed by somebody else");
    // What is removed is killed first, and may be looked at in between.
    for (how, said) in [(&["rm", "-f"][..], &[removed, killed][..]), (&["kill"], &[killed])] {
        let text = "---\ntitle: A\n---\n\n```command\necho on-the-way; sleep 20\n```\n";
        let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("content/ended-from-outside.md", text)]);
        let ran = std::thread::scope(|scope| {
            let ran = scope.spawn(|| site.run(&["verify", "--format", "json"]));
            let mut own = String::new();
            for _ in 0..600 {
                let label = "label=org.guidepost.guide";
                let found = support::docker(&["ps", "--filter", label, "--format", "{{.ID}} {{.Names}} {{.Labels}}"]);
                if let Some(line) = found.lines().find(|line| line.contains("ended-from-outside")) {
                    own = line.split(' ').next().unwrap_or_default().to_owned();
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            // It has begun to type by then.
            std::thread::sleep(std::time::Duration::from_secs(5));
            support::docker(&[how, &[own.as_str()]].concat());
            ran.join().expect("it ran")
        });
        assert_eq!(ran.status, 3, "{how:?}: {ran:?}");
        let report: Value = ran.json();
        let guide = &report["guides"][0];
        assert_eq!(guide["verdict"], "unreached", "{how:?}: {guide:#}");
        let reason = guide["reason"].as_str().unwrap_or_default();
        assert!(said.iter().any(|said| reason.contains(said)), "{how:?}: {guide:#}");
    }
}

/// The limit of a machine, or somebody who removes it, is no fault of the guide.
#[test]
fn what_ends_a_machine_from_outside_leaves_its_guide_unreached() {
    if !has_engine() {
        return;
    }
    let config = CONFIG.replace("bookworm\n", "bookworm\n    memory: 64MiB\n");
    for (line, help) in [("tail /dev/zero", "memory:"), ("x=a; while :; do x=$x$x; done", "memory:")] {
        let text = format!("---\ntitle: A\n---\n\n```command\n{line}\n```\n");
        let site = TestSite::new(&[("guidepost.yaml", &config), ("content/a.md", &text)]);
        let ran = site.run(&["verify", "--format", "json"]);
        assert_eq!(ran.status, 3, "{line}: {ran:?}");
        let report: Value = ran.json();
        let guide = &report["guides"][0];
        assert_eq!((&guide["verdict"], &guide["steps"][0]["verdict"]), (&"unreached".into(), &"unreached".into()));
        let problem = &guide["diagnostics"][0];
        assert!(
            problem["message"].as_str().is_some_and(|m| m.contains("ran out of memory: it has 64MiB")),
            "{problem:#}"
        );
        assert!(problem["help"].as_str().is_some_and(|h| h.contains(help)), "{problem:#}");
        assert_eq!(problem["place"]["line"], 6, "{problem:#}");
    }
}

/// Of the table of whole verifications, which is done without an engine by `tests/verifications.rs`, every so manieth row.
#[test]
fn whole_verifications_come_to_the_same_in_docker() {
    const EVERY: u32 = 6;
    if !has_engine() {
        return;
    }
    // What the smallest image of Debian has not.
    let has = |row: &Row| {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verifications").join(&row.name).join("guide.md");
        let guide = std::fs::read_to_string(guide).expect("a guide");
        !["python3", "git ", "curl "].iter().any(|program| guide.contains(program))
    };
    // By their names, so that a new one moves no other.
    let chosen = |row: &Row| row.name.bytes().map(u32::from).sum::<u32>() % EVERY == 0;
    let rows: Vec<Row> = table::rows().into_iter().filter(has).filter(chosen).collect();
    let (folder, _) = table::site(&rows);
    let ran = support::run_in(folder.path(), &["verify", "--jobs", "4", "--format", "json"]);
    let report: Report = ran.json();
    let wrong = table::otherwise(&report.guides, &rows);
    assert!(wrong.is_empty(), "{} of {} came otherwise in Docker:\n\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn secrets_are_in_no_report_and_nothing_stays_behind() {
    if !has_engine() {
        return;
    }
    let text = "---\ntitle: A\nverify:\n  answers:\n    \"Password\": {reply: hunter2hunter2, secret: true}\n---\n\n```command\nread -p \"Password: \" p; echo \"$p\"; echo -n \"$p\" | base64\n```\n\n```output\nx\n```\n";
    for format in ["json", "human", "junit", "github", "gitlab"] {
        let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("content/a.md", text)]);
        let ran = site.run(&["verify", "--format", format, "--report", "r.json"]);
        assert_eq!(ran.status, 1, "{format}: {ran:?}");
        let report = std::fs::read_to_string(site.path().join("r.json")).expect("the report");
        for shown in [&ran.stdout, &ran.stderr, &report] {
            assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVyMmh1bnRlcj"), "{format}: {shown}");
        }
    }
}

/// Programs that really ask at the terminal of a machine: none runs into its limit, and the help says where to write what.
#[test]
fn questions_of_programs_are_told_with_their_answers() {
    if !has_engine() {
        return;
    }
    for (command, question, secret) in [
        ("passwd games", "New password:", true),
        ("DEBIAN_FRONTEND=readline dpkg-reconfigure tzdata", "Geographic area:", false),
        ("su games -s /bin/sh -c passwd", "Current password:", true),
        ("sh -c 'printf \"Passphrase: \" >/dev/tty; read -r x </dev/tty'", "Passphrase:", true),
    ] {
        let text = format!("---\ntitle: A\nverify: {{timeout: 60s}}\n---\n\n```command\n{command}\n```\n");
        let (_, guide) = verify(&text, &[]);
        let step = &guide["steps"][0];
        let said = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(step["verdict"], "broken", "{guide:#}");
        assert_eq!(said("message"), format!("it asks, and the guide does not say what to answer: {question}"));
        let reply = if secret { "{secret: true}" } else { "\"…\"" };
        for place in ["verify: {answers: {", "verify.yaml beside the guide:  answers: {"] {
            assert!(said("help").contains(&format!("{place}\"{question}\": {reply}")), "{guide:#}");
        }
    }
}

#[test]
fn without_an_engine_the_environment_is_at_fault() {
    let site =
        TestSite::new(&[("guidepost.yaml", CONFIG), ("content/a.md", "---\ntitle: A\n---\n\n```command\nls\n```\n")]);
    let output = Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .arg("verify")
        .current_dir(site.path())
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("no engine answers"), "{output:?}");
}

#[test]
fn a_terminal_begins_at_home_in_the_shell_that_there_is() {
    if !has_engine() {
        return;
    }
    let config = format!("{CONFIG}  small:\n    build: machines/small\n");
    let guide = |machine: &str, folder: &str| {
        format!(
            "---\ntitle: A\nverify: {{machine: {machine}}}\n---\n\n```command\nfalse || pwd\n```\n\n```output\n{folder}\n```\n"
        )
    };
    let site = TestSite::new(&[
        ("guidepost.yaml", &config),
        ("machines/small/Dockerfile", "FROM debian:bookworm\nRUN rm -f /bin/bash /usr/bin/bash\nWORKDIR /srv\n"),
        ("content/home.md", &guide("debian", "/root")),
        ("content/srv.md", &guide("small", "/srv")),
    ]);
    let ran = site.run(&["verify"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

/// An image with a package of its own, in the version that its repository is pinned to.
fn rotting(tag: &str, pin: &str) {
    let version = |number: &str| {
        format!(
            "RUN mkdir -p /p/DEBIAN /p/usr/bin && printf 'Package: rotten\\nVersion: {number}\\nArchitecture: all\\nMaintainer: T <t@t.test>\\nDescription: t\\n' > /p/DEBIAN/control \\\n && printf '#!/bin/sh\\necho rotten {number}\\n' > /p/usr/bin/rotten && chmod +x /p/usr/bin/rotten && dpkg-deb -b /p /srv/rotten_{number}.deb && rm -r /p\n"
        )
    };
    let dockerfile = format!(
        "FROM debian:bookworm\n{}{}RUN cd /srv && for d in *.deb; do dpkg-deb -f $d; echo \"Filename: ./$d\"; echo \"Size: $(stat -c %s $d)\"; echo \"SHA256: $(sha256sum $d | cut -d' ' -f1)\"; echo; done > Packages \\\n && rm /etc/apt/sources.list.d/* /etc/apt/sources.list 2>/dev/null; echo 'deb [trusted=yes] file:/srv ./' > /etc/apt/sources.list && {pin} && apt-get update\n",
        version("1.0"),
        version("2.0"),
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).expect("written");
    docker(&["build", "--quiet", "--tag", tag, &folder.path().to_string_lossy()]);
}

/// Of a guide that held, the report says which package is another one now.
#[test]
fn rot_is_named() {
    if !has_engine() {
        return;
    }
    let tag = format!("guidepost-test-rot-{}", std::process::id());
    let config = format!("title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: {tag}\n");
    let site = TestSite::new(&[
        ("guidepost.yaml", &config),
        (
            "content/a.md",
            "---\ntitle: A\n---\n\n```command\napt-get install -y rotten > log\nrotten\n```\n\n```output {match=exact}\nrotten 1.0\n```\n",
        ),
    ]);
    rotting(
        &tag,
        "printf 'Package: rotten\\nPin: version 1.0\\nPin-Priority: 1001\\n' > /etc/apt/preferences.d/rotten",
    );
    let held = site.run(&["verify", "--report", "night-1.json"]);
    assert_eq!(held.status, 0, "{held:?}");
    rotting(&tag, "true");
    let broken = site.run(&["verify", "--against", "night-1.json", "--report", "night-2.json"]);
    let removed = Command::new("docker").args(["image", "rm", "--force", &tag]).output();
    assert_eq!(broken.status, 1, "{broken:?}");
    let told = "since then: dpkg rotten 1.0 → 2.0";
    assert!(broken.stdout.contains(told), "{}", broken.stdout);
    assert!(removed.is_ok_and(|removed| removed.status.success()));
    // Merging both says the same.
    let merged = site.run(&["report", "night-1.json", "night-2.json", "--format", "json"]);
    let merged: Value = merged.json();
    assert_eq!(merged["guides"][0]["since"]["packages"][0]["package"], "dpkg rotten", "{merged:#}");
}
