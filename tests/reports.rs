//! `guidepost report`: reports of earlier runs, shown, converted and merged. Needs no Docker.

use crate::support::TestSite;
use serde_json::{Value, json};

const PAGE: &str = "---\ntitle: A\n---\n\n```command\nls\n```\n";

fn report(started: &str, guides: &[(&str, &str)]) -> String {
    let guide = |(path, verdict): &(&str, &str)| {
        json!({
            "path": path, "title": "A", "hash": "0", "machine": "debian", "image": "", "verdict": verdict, "reason": null,
            "started": started, "seconds": 1.0, "diagnostics": [],
            "steps": [{
                "number": 1, "kind": "run", "section": "", "path": path, "line": 6, "block": 6, "verdict": verdict,
                "message": "it ended with status 1", "help": null, "seconds": 1.0, "typed": ["ls"], "place": [],
                "status": 1, "output": "no\u{1b}[31m", "dropped": 0, "documented": null, "comparison": null
            }]
        })
    };
    json!({
        "schema": 2, "guidepost": "0.1.0", "started": started, "seconds": 2.0, "engine": "20.10",
        "guides": guides.iter().map(guide).collect::<Vec<_>>()
    })
    .to_string()
}

#[test]
fn the_newest_verdict_of_a_guide_counts() {
    let site = TestSite::new(&[("content/a.md", PAGE), ("content/b.md", PAGE)]);
    site.write("1.json", report("2026-11-25T01:00:00Z", &[("content/a.md", "broken"), ("content/b.md", "holds")]));
    site.write("2.json", report("2026-11-25T02:00:00Z", &[("content/a.md", "holds")]));

    let ran = site.run(&["report", "1.json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("--> content/a.md:6:1") && ran.stdout.contains("2 guides: 1 holds, 1 broken"),
        "{ran:?}"
    );

    // In any order.
    for files in [["1.json", "2.json"], ["2.json", "1.json"]] {
        let ran = site.run(&["report", files[0], files[1], "--format", "json", "--report", "all.json"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        let merged: Value = ran.json();
        assert_eq!(merged["guides"].as_array().map(Vec::len), Some(2), "{merged:#}");
        assert_eq!(merged["guides"][0]["verdict"], "holds");
        assert_eq!(merged["started"], "2026-11-25T01:00:00Z");
        assert_eq!(std::fs::read_to_string(site.path().join("all.json")).expect("written"), ran.stdout);
    }
    for (format, wanted) in
        [("junit", "<testsuites"), ("github", "::error file=content/a.md"), ("gitlab", "\"fingerprint\"")]
    {
        let ran = site.run(&["report", "1.json", "--format", format]);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stdout.contains(wanted), "{format}: {ran:?}");
    }
}

#[test]
fn what_is_no_report_is_neither_read_nor_overwritten() {
    let config = "title: T\nmachines:\n  debian:\n    image: debian:bookworm\n";
    let site = TestSite::new(&[("guidepost.yaml", config), ("content/a.md", PAGE), ("notes.json", "{\"mine\": 1}\n")]);
    site.write("1.json", report("2026-11-25T01:00:00Z", &[("content/a.md", "holds")]));
    site.write("old.json", "{\"schema\": 1, \"guides\": []}");
    for (arguments, message) in [
        (&["report", "notes.json"][..], "it has no number \"schema\""),
        (&["report", "old.json"], "this report has schema 1, and this guidepost reads schema 2; make it anew"),
        (&["report", "nothing.json"], "nothing.json cannot be used"),
        (&["report", "1.json", "--report", "notes.json"], "notes.json is there, and is no report of guidepost"),
        (&["verify", "--report", "notes.json"], "notes.json is there, and is no report of guidepost"),
    ] {
        let ran = site.run(arguments);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
    assert_eq!(std::fs::read_to_string(site.path().join("notes.json")).expect("there"), "{\"mine\": 1}\n");
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_old_one_whole() {
    let site = TestSite::new(&[("content/a.md", PAGE)]);
    let old = report("2026-11-25T01:00:00Z", &[("content/a.md", "holds")]);
    site.write("small/r.json", &old);
    let guides: Vec<String> = (0..200).map(|n| format!("content/{n}.md")).collect();
    let guides: Vec<(&str, &str)> = guides.iter().map(|path| (path.as_str(), "holds")).collect();
    site.write("bigger.json", report("2026-11-25T02:00:00Z", &guides));
    // A limit of the size of files stands in for a full disk; the signal that comes with it would end the process.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" report bigger.json --report small/r.json --format json";
    let ran = std::process::Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_guidepost")])
        .current_dir(site.path())
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(said.contains("small/r.json cannot be written") && said.contains("it is as it was"), "{said}");
    assert_eq!(std::fs::read_to_string(site.path().join("small/r.json")).expect("there"), old);
    let left = std::fs::read_dir(site.path().join("small")).expect("there").count();
    assert_eq!(left, 1, "nothing stays beside it");
}

#[test]
fn partial_and_coverage_survive_and_are_denied() {
    let site = TestSite::new(&[("content/a.md", PAGE)]);
    let mut value: Value =
        serde_json::from_str(&report("2026-11-25T01:00:00Z", &[("content/a.md", "holds")])).expect("JSON");
    value["guides"][0]["verdict"] = "partial".into();
    value["guides"][0]["undone"] =
        json!([{"path": "content/a.md", "line": 9, "why": "nobody can", "omission": "not-done"}]);
    site.write("1.json", value.to_string());
    for (arguments, status) in
        [(&[][..], 0), (&["--deny", "drift,flaky"], 0), (&["--deny", "partial"], 1), (&["--strict"], 1)]
    {
        let ran = site.run(&[&["report", "1.json", "--report", "2.json"], arguments].concat());
        assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
        assert!(ran.stdout.contains("1 guide: 1 partial; 1 of 2 blocks: no output compared, 1 not done;"), "{ran:?}");
        assert!(ran.stdout.contains("not done  line 9: nobody can"), "{ran:?}");
    }
    let ran = site.run(&["report", "2.json", "--format", "json"]);
    let again: Value = ran.json();
    assert_eq!(again["summary"]["guides"]["partial"], 1, "{again:#}");
    assert_eq!(again["summary"]["by_guide"][0]["coverage"]["not_done"], 1, "{again:#}");
    let ran = site.run(&["report", "2.json", "--format", "junit", "--deny", "partial"]);
    assert!(ran.status == 1 && ran.stdout.contains("<error message=\"verified in part: 1 of 2 blocks"), "{ran:?}");
}

#[test]
fn what_failed_is_told_with_a_command_that_finds_it() {
    let site = TestSite::new(&[("docs/content/a.md", PAGE)]);
    site.write("1.json", report("2026-11-25T01:00:00Z", &[("content/a.md", "broken")]));
    for format in ["human", "junit", "github"] {
        for (arguments, command) in [
            (&[][..], "guidepost verify content/a.md --shell"),
            (&["--site", "docs"], "guidepost verify --site docs content/a.md --shell"),
        ] {
            let ran = site.run(&[&["report", "1.json", "--format", format], arguments].concat());
            assert!(ran.status == 1 && ran.stdout.contains(command), "{format}: {ran:?}");
        }
    }
}

#[test]
fn the_log_of_github_ends_with_what_failed_and_the_counts() {
    let site = TestSite::new(&[("content/a.md", PAGE), ("content/b.md", PAGE)]);
    site.write("1.json", report("2026-11-25T01:00:00Z", &[("content/a.md", "holds"), ("content/b.md", "broken")]));
    let ran = site.run(&["report", "1.json", "--format", "github"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let [annotation, failure, counts] = lines[..] else { panic!("{ran:?}") };
    assert!(annotation.starts_with("::error file=content/b.md,line=6,"), "{annotation}");
    assert!(failure.starts_with("broken    content/b.md: "), "{failure}");
    assert!(counts.starts_with("2 guides: 1 holds, 1 broken; "), "{counts}");
}
