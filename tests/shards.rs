//! A library on many machines: what is to be done, who does which part, and whether all came back. Needs no Docker: guides are done
//! on folders of this computer.

#[path = "support/folders.rs"]
mod folders;
#[path = "support/local.rs"]
mod local;
#[path = "support/local_host.rs"]
mod local_host;
mod support;

use guidepost::{
    report::Report,
    shards::{Cut, Guide, Part},
    site, verify,
};
use local_host::LocalHost;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, process::Command};
use support::{Ran, TestSite};

const CONFIG: &str = "title: Test\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n  own:\n    build: machines/own\n";

fn page(title: &str, command: &str) -> String {
    format!("---\ntitle: {title}\n---\n\n```command\n{command}\n```\n")
}

fn library(guides: &[&str]) -> TestSite {
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("machines/own/Dockerfile", "FROM debian:bookworm\n")]);
    for name in guides {
        site.write(&format!("content/{name}.md"), page(name, &format!("echo {name}")));
    }
    site
}

/// Without an engine, whatever this computer has.
fn without_engine(site: &TestSite, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .current_dir(site.path())
        .args(arguments)
        .envs([("NO_COLOR", "1"), ("DOCKER_HOST", "unix:///nowhere/docker.sock")])
        .output()
        .expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { status: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// Does a part of a site as `verify --shard --results` does.
fn shard(site: &Path, part: &str, results: &str) -> Report {
    let jobs = site::jobs(&folders::site_options(site), &[]).unwrap_or_else(|failure| panic!("{failure:?}"));
    let part: Part = part.parse().expect("a part");
    let guides: Vec<Guide> =
        jobs.iter().map(|job| Guide { path: job.plan.path.clone(), seconds: vec![None] }).collect();
    let cut = Cut::of(&guides, part.of);
    let jobs = jobs.into_iter().filter(|job| cut.paths(part).contains(&job.plan.path)).collect();
    let options = verify::Options {
        results: Some(verify::Results::open(&site.join(results), false).expect("a folder")),
        shard: Some(cut.shard(part)),
        ..local_host::options(site)
    };
    local_host::run_jobs(&LocalHost::default(), jobs, &options)
}

/// The result of a guide in a folder.
fn result_of(site: &TestSite, folder: &str, guide: &str) -> std::path::PathBuf {
    let wanted = format!("\"content/{guide}.md\"");
    let files = std::fs::read_dir(site.path().join(folder)).expect("a folder");
    let files = files.map(|file| file.expect("a file").path());
    let is_of = |file: &std::path::PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text.contains(&wanted));
    files.into_iter().find(is_of).unwrap_or_else(|| panic!("no result of {guide}"))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn a_plan_is_the_same_everywhere() {
    let site = library(&["a", "b", "c"]);
    site.write(
        "content/own.md",
        page("Own", "echo own").replace("title: Own", "title: Own\nverify: {machines: [debian, own]}"),
    );
    let list = |site: &TestSite, more: &[&str]| {
        let ran = without_engine(site, &[&["plan", "--all", "--format", "jsonl"], more].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        ran.stdout
    };
    let text = list(&site, &[]);
    let found = lines(&text);
    let (last, entries) = found.split_last().expect("lines");
    assert_eq!((entries.len(), &last["entries"]), (5, &Value::from(5)), "{text}");
    assert!(last["plan"].as_str().is_some_and(|hash| hash.len() == 32), "{text}");
    let own: BTreeMap<&str, &str> = entries
        .iter()
        .filter(|entry| entry["path"] == "content/own.md")
        .map(|entry| (entry["machine"].as_str().expect("a name"), entry["image"].as_str().expect("a tag")))
        .collect();
    assert_eq!(own["debian"], "debian:bookworm");
    assert!(own["own"].strip_prefix("guidepost-machine:").is_some_and(|hash| hash.len() == 16), "{own:?}");

    // A copy elsewhere, from another working directory.
    let copy = library(&[]);
    for (path, bytes) in site.tree() {
        copy.write(&path.to_string_lossy(), bytes);
    }
    assert_eq!(list(&copy, &[]), text);

    // Times say nothing of what is to be done; a text, a machine and its folder do.
    let report =
        local_host::run(&LocalHost::default(), &folders::site_options(site.path()), &local_host::options(site.path()));
    site.write("last.json", guidepost::report::json::json(&report));
    let timed = lines(&list(&site, &["--durations", "last.json"]));
    assert_eq!(timed.last(), Some(last));
    assert!(timed[..5].iter().all(|entry| entry["seconds"].is_f64()), "{timed:#?}");
    let mut seen = vec![last["plan"].clone()];
    for (path, text) in [
        ("content/a.md", page("A", "echo other")),
        ("machines/own/Dockerfile", "FROM debian:bookworm\nRUN true\n".to_owned()),
        ("guidepost.yaml", CONFIG.replace("debian:bookworm\n  own", "debian:bookworm\n    memory: 1GiB\n  own")),
    ] {
        copy.write(path, text);
        let plan = lines(&list(&copy, &[])).pop().expect("a line")["plan"].clone();
        assert!(!seen.contains(&plan), "{path}");
        seen.push(plan);
    }
}

#[test]
fn shards_are_cut_alike_and_what_is_none_is_refused() {
    let site = library(&["a", "b", "c"]);
    for (arguments, status, said) in [
        (&["--shard", "0/3"][..], 2, "shards count from 1. Where the engine counts from 0 (JOB_COMPLETION_INDEX"),
        (&["--shard", "4/3"], 2, "there are only 3 shards"),
        (&["--shard", "x"], 2, "write which of how many: 3/40"),
        (&["--shard", "4/4"], 0, "is empty: there are only 3 guides; nothing is to be done"),
        (&["--shard", "1/2"], 3, "has 2 of 3 guides"),
        (&["--shard", "1/2", "content/b.md", "content/c.md"], 3, "has 1 of 2 guides"),
        (&["--shard", "2/2", "--durations", "last.json"], 3, "has 2 of 3 guides, 3s by their last durations"),
        (
            &["--shard", "1/2", "--durations", "night", "--results", "night"],
            2,
            "--durations names the folder of --results",
        ),
        (
            &["--shard", "1/2", "--last-failed", "night", "--results", "night"],
            2,
            "--last-failed names the folder of --results",
        ),
        (&["--files-from", "some"], 3, "no Docker engine answers"),
        (&["--files-from", "none"], 0, ""),
        (&["--files-from", "some", "--shard", "2/2"], 0, "is empty: there are only 1 guide"),
        (&["--files-from", "nowhere"], 2, "nowhere cannot be read"),
    ] {
        site.write("some", "content/b.md\n\n");
        site.write("none", "");
        std::fs::create_dir_all(site.path().join("night")).expect("a folder");
        let seconds = [("a", 1.0), ("b", 9.0), ("c", 2.0)];
        let mut last = Report::empty("2026-11-28T01:00:00Z");
        last.guides = seconds
            .map(|(name, seconds)| guidepost::report::GuideReport {
                seconds,
                ..guidepost::report::GuideReport::new(&format!("content/{name}.md"), name, "debian")
            })
            .into();
        site.write("last.json", guidepost::report::json::json(&last));
        let ran = without_engine(&site, &[&["verify"], arguments].concat());
        assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn nothing_is_green_by_loss() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let site = library(&names);
    let night = |part: &str| shard(site.path(), part, "night");
    for part in ["1/3", "2/3", "3/3"] {
        let report = night(part);
        assert_eq!(report.shard.as_ref().map(ToString::to_string).as_deref(), Some(part));
    }
    let plan = site.run(&["plan", "--all", "--format", "jsonl"]).stdout;
    site.write("plan.jsonl", &plan);
    for expect in [".", "plan.jsonl"] {
        let ran = site.run(&["report", "night", "--expect", expect, "--missing", "again", "--format", "json"]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
        let report: Value = ran.json();
        assert_eq!(report["guides"].as_array().map(Vec::len), Some(6));
        assert_eq!(report["gathered"]["plan"], lines(&plan)[6]["plan"]);
        assert_eq!(report["gathered"]["cuts"][0]["results"], 6);
        assert_eq!(std::fs::read_to_string(site.path().join("again")).expect("written"), "");
    }

    // A shard is lost, a guide is lost, one has changed, one is gone, and one cannot be read.
    for name in ["b", "e", "d"] {
        std::fs::remove_file(result_of(&site, "night", name)).expect("it was there");
    }
    site.write("content/a.md", page("a", "echo other"));
    std::fs::write(result_of(&site, "night", "c"), "{").expect("written");
    std::fs::remove_file(site.path().join("content/f.md")).expect("it was there");
    let ran = site.run(&["report", "night", "--expect", ".", "--missing", "again"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stderr.contains("5 of 5 guides have to be done again: 4 missing, 1 stale"), "{ran:?}");
    assert!(ran.stderr.contains("left out, because nobody expects them any more: content/f.md"), "{ran:?}");
    assert!(ran.stderr.contains("warning[usage]: the report night/"), "{ran:?}");
    let again = std::fs::read_to_string(site.path().join("again")).expect("written");
    assert_eq!(again, ["a", "b", "c", "d", "e"].map(|name| format!("content/{name}.md\n")).concat());

    // By the plan as it was, the guide that is gone now came back, and the shard that did not has a name.
    let plan = &["report", "night", "--expect", "plan.jsonl"][..];
    for (format, said) in [
        ("human", "missing: shard 2/3 never reported"),
        ("json", "\"reason\": \"missing: shard 2/3 never reported\""),
        ("junit", "<error message=\"missing: shard 2/3 never reported\""),
        ("github", "::error file=content/b.md,line=1"),
        ("gitlab", "missing: shard 2/3 never reported"),
        ("html", "missing: shard 2/3 never reported"),
    ] {
        let ran = site.run(&[plan, &["--format", format]].concat());
        assert_eq!(ran.status, 3, "{format}: {ran:?}");
        assert!(ran.stdout.contains(said), "{format}: {}", ran.stdout);
        assert!(ran.stdout.contains("content/d.md") && ran.stdout.contains("content/e.md"), "{format}: {}", ran.stdout);
        assert!(ran.stderr.contains("4 of 6 guides have to be done again: 4 missing"), "{format}: {ran:?}");
        assert!(ran.stderr.contains("never reported: shard 2/3"), "{format}: {ran:?}");
    }

    // What is missing is done elsewhere, in another cut, which is said and harms nothing.
    for part in ["1/2", "2/2"] {
        shard(site.path(), part, "more");
    }
    let ran = site.run(&["report", "night", "more", "--expect", ".", "--missing", "again"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("results are of 2 cuts"), "{ran:?}");
    assert!(ran.stdout.contains("5 guides: 5 hold"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(site.path().join("again")).expect("written"), "");

    // A folder to which nobody came back, and a plan that is no plan.
    std::fs::create_dir(site.path().join("empty")).expect("a folder");
    assert_eq!(site.run(&["report", "empty", "--expect", "."]).status, 3);
    let (cut_short, _) = plan_text(&site);
    site.write("short.jsonl", cut_short);
    let ran = site.run(&["report", "night", "--expect", "short.jsonl"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("short.jsonl is no plan: it is cut short"), "{ran:?}");
}

/// A plan without its last line, and that line.
fn plan_text(site: &TestSite) -> (String, String) {
    let text = site.run(&["plan", "--all", "--format", "jsonl"]).stdout;
    let (first, last) = text.trim_end().rsplit_once('\n').expect("lines");
    (first.to_owned(), last.to_owned())
}

/// What could not be done here never takes the place of what was done elsewhere.
#[test]
fn a_final_result_stays() {
    let site = library(&["a", "b"]);
    let run = |panics: Option<&'static str>| {
        let of_site = folders::site_options(site.path());
        let results = Some(verify::Results::open(&site.path().join("night"), true).expect("a folder"));
        let options = verify::Options { results, ..local_host::options(site.path()) };
        local_host::run(&LocalHost { panics, ..LocalHost::default() }, &of_site, &options);
    };
    run(Some("b"));
    let ran = site.run(&["report", "night", "--expect", ".", "--missing", "again"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stderr.contains("1 of 2 guides have to be done again: 1 unreached"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(site.path().join("again")).expect("written"), "content/b.md\n");
    run(None);
    assert_eq!(site.run(&["report", "night", "--expect", "."]).status, 0);
    // What failed is done again, and this time its machine cannot be made.
    site.write("content/b.md", page("b", "false"));
    run(None);
    run(Some("b"));
    let ran = site.run(&["report", "night", "--expect", "."]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("1 holds, 1 broken"), "{ran:?}");
}
