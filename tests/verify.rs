//! Guides are done in Docker, through the binary. Without an engine that has `debian:bookworm` the tests are skipped, and say so:
//! `scripts/engine` starts one.

mod support;

use serde_json::Value;
use std::process::Command;
use support::{TestSite, has_engine};

const CONFIG: &str = "title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n";

/// The report of one guide, and the exit status.
fn verify(text: &str, more: &[&str]) -> (i32, Value) {
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("content/g/a.md", text)]);
    let mut arguments = vec!["verify", "a", "--format", "json"];
    arguments.extend(more);
    let ran = site.run(&arguments);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
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
    assert_eq!(guide["verdict"], "holds", "{guide:#}");
    assert_eq!(
        verdicts(&guide),
        [
            "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds",
            "holds", "holds", "holds", "holds", "holds", "skipped"
        ],
        "{guide:#}"
    );
}

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
        ("a changed output", "```command\necho b\n```\n\n```output\na\n```\n", 10, "not as documented"),
        ("an exit status", "```command\ntrue\nfalse\n```\n", 7, "it ended with status 1"),
        (
            "an unanswered question",
            "```command\nread -p \"Continue? [y/N] \" x\n```\n",
            6,
            "it asks, and the guide does not say what to answer: Continue?",
        ),
        ("a question like a prompt", "```command\nread -p \"name> \" x\n```\n", 6, "what to answer: name>"),
        ("a server", "```command\ncd /tmp\nnc() { sleep 100; }\nnc -l 80\n```\n", 8, "it serves, and does not"),
        ("a silent wait", "```command\ncat\n```\n", 6, "it waits for input, and has asked for nothing"),
        (
            "a silent wait of another user",
            "```command\nuseradd -m ann\nsu - ann\ncat\n```\n",
            8,
            "it waits for input, and has asked for nothing",
        ),
        ("an endless command", "```command {timeout=2s}\nsleep 1000\n```\n", 6, "it did not end in time"),
        (
            "a missing folder",
            "{{< file \"/srv/nothing/x.conf\" >}}\na\n{{< /file >}}\n",
            5,
            "there is no folder /srv/nothing",
        ),
        (
            "an output's command",
            "```command\nseq 2\n```\n\n```output\n3\n```\n",
            10,
            "1 differing line, 1 undocumented line",
        ),
        (
            "a command that ends well",
            "```command {exit=1}\ntrue\n```\n",
            6,
            "it ended well, and exit=1 says that it fails",
        ),
        ("a missing command", "```command\nno-such-command\n```\n", 6, "a command was not found"),
        ("a missing command before `;`", "```command\nno-such; true\n```\n", 6, "`no-such` was not found"),
        ("a missing file in a pipe", "```command\ncat no-such | sort\n```\n", 6, "cat: no-such: No such file"),
        ("a missing folder before `;`", "```command\ncd /no-such; ls\n```\n", 6, "cd: /no-such: No such file"),
        ("a missing command in `$(…)`", "```command\necho $(no-such)\n```\n", 6, "`no-such` was not found"),
        (
            "apt in a pipe",
            "```command\napt-get install -y no-such-package-x 2>&1 | tail -1\n```\n",
            6,
            "`apt-get` ended with status 100, in a pipe that ended with status 0",
        ),
        ("an exit too many", "```command\nexit\n```\n\n```command\nls\n```\n", 6, "the terminal's shell has ended"),
    ] {
        let (status, guide) = verify(&format!("---\ntitle: A\n---\n\n{body}"), &[]);
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
        let after: Vec<&str> = verdicts(&guide).into_iter().skip_while(|v| *v != "broken").skip(1).collect();
        assert!(after.iter().all(|v| *v == "unreached"), "{name}: {after:?}");
    }
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
    assert!(String::from_utf8_lossy(&output.stderr).contains("no Docker engine answers"), "{output:?}");
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
