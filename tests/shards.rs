//! A library on many machines: what is to be done, who does which part, and whether all came back. Needs no Docker: guides are done
//! on folders of this computer.

use crate::support::{
    self, Ran, TestSite, folders,
    local_host::{self, LocalHost},
};
use guidepost::{
    proof,
    report::Report,
    shards::{Cut, Guide, Part},
    verify,
};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, process::Command};

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
    output.into()
}

/// Does a part of a site as `verify --shard --results` does.
fn shard(site: &Path, part: &str, results: &str) -> Report {
    let jobs = proof::jobs(&folders::site_options(site), &[]).unwrap_or_else(|failure| panic!("{failure:?}"));
    let part: Part = part.parse().expect("a part");
    let guides: Vec<Guide> = jobs.iter().map(|job| Guide { path: job.plan.path.clone(), seconds: None }).collect();
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

    // Nor do they depend on where images are shared, and on who else may use a machine.
    let shared = CONFIG.replace("machines:", "registry: registry.example.org/team\nmachines:");
    copy.write("guidepost.yaml", shared.clone() + "    allow: [\"content/**\"]\n");
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
        (&["--files-from", "some"], 3, "no engine answers"),
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
        site.write("whole.json", &ran.stdout);
    }

    // Whoever does not ask is told so.
    for (files, told) in [(&["night"][..], true), (&["whole.json"], false)] {
        let ran = site.run(&[&["report"], files].concat());
        assert_eq!((ran.status, ran.stderr.contains("nobody asked whether")), (0, told), "{ran:?}");
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
        ("github", "\nunreached content/b.md:1: "),
        ("github", "\n6 guides: 2 hold, 4 unreached; "),
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

/// A guidepost that verifies by giving back what was prepared: `I-of-N` has the results of a shard, and `status-I` a line for each of
/// its first tries, with the status of its end. Everything else is done by the real one.
const STAND_IN: &str = r#"#!/bin/sh
[ "$1" = verify ] || exec "$GUIDEPOST" "$@"
echo "$*" >>"$PREPARED/log"
while [ $# -gt 0 ]; do
  case $1 in --shard) shard=$2 ;; --results) results=$2 ;; esac
  shift
done
mkdir -p "$results"
if [ -f "$PREPARED/status-${shard%/*}" ]; then
  status=$(head -n 1 "$PREPARED/status-${shard%/*}")
  sed -i 1d "$PREPARED/status-${shard%/*}"
  [ -s "$PREPARED/status-${shard%/*}" ] || rm "$PREPARED/status-${shard%/*}"
  exit "$status"
fi
cp "$PREPARED/${shard%/*}-of-${shard#*/}"/* "$results"
"#;

/// A Slurm that does what it is given at once, as far as these scripts need it.
const SBATCH: &str = r#"#!/bin/sh
echo "$*" >>"$PREPARED/asked"
first=0 last=0 output=/dev/null
while [ $# -gt 0 ]; do
  case $1 in
  --array=*) range=${1#--array=}; range=${range%%%*}; first=${range%-*}; last=${range#*-} ;;
  --output=*) output=${1#--output=} ;;
  --*) ;;
  *) break ;;
  esac
  shift
done
task=$first
while [ "$task" -le "$last" ]; do
  restart=0
  while :; do
    rm -f "$PREPARED/requeue"
    out=$(echo "$output" | sed "s/%a/$task/")
    SLURM_ARRAY_TASK_ID=$task SLURM_JOB_ID=1$task SLURM_RESTART_COUNT=$restart sh "$@" >>"$out" 2>&1
    echo "$task $?" >>"$PREPARED/ended"
    [ -f "$PREPARED/requeue" ] || break
    restart=$((restart + 1))
  done
  task=$((task + 1))
done
echo "100;cluster"
"#;

/// A site, its shards as they are done, and programs that stand in for others.
struct Pipeline {
    site: TestSite,
    programs: tempfile::TempDir,
}

impl Pipeline {
    fn new(shards: usize) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let site = library(&["a", "b", "c", "d", "e"]);
        let programs = tempfile::tempdir().expect("a folder");
        for number in 1..=shards {
            let folder = format!("{number}-of-{shards}");
            shard(site.path(), &format!("{number}/{shards}"), &folder);
            std::fs::rename(site.path().join(&folder), programs.path().join(&folder)).expect("moved");
        }
        for (name, text) in [
            ("guidepost", STAND_IN),
            ("sbatch", SBATCH),
            ("scontrol", "#!/bin/sh\necho \"$*\" >>\"$PREPARED/requeue\"\n"),
            ("sleep", "#!/bin/sh\n"),
        ] {
            support::write(programs.path(), name, text);
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(programs.path().join(name), mode).expect("a program");
        }
        // The second task does not come to its end, for no fault of its guides.
        support::write(programs.path(), "status-2", "3\n");
        Self { site, programs }
    }

    /// The file of an engine.
    fn file(&self, engine: &str) -> String {
        let ran = self.site.run(&["ci", engine, "--workers", "2", "--shards", "3"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        ran.stdout
    }

    /// Does a piece of shell as its engine would; its status and what it says.
    fn sh(&self, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
        let path = format!("{}:{}", self.programs.path().display(), std::env::var("PATH").unwrap_or_default());
        let parsed = Command::new("sh").args(["-n", "-c", script]).output().expect("sh runs");
        assert!(parsed.status.success(), "{script}\n{parsed:?}");
        let output = Command::new("sh")
            .args(["-e", "-c", script, "sh"])
            .args(arguments)
            .current_dir(self.site.path())
            .env("PATH", path)
            .env("PREPARED", self.programs.path())
            .env("GUIDEPOST", env!("CARGO_BIN_EXE_guidepost"))
            .env_remove("GITHUB_STEP_SUMMARY")
            .envs(variables.iter().copied())
            .output()
            .expect("sh runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    fn tried(&self) -> usize {
        std::fs::read_to_string(self.programs.path().join("log")).expect("a log").lines().count()
    }
}

fn yaml(text: &str) -> Vec<Value> {
    use serde::Deserialize;
    serde_yaml::Deserializer::from_str(text).map(|one| Value::deserialize(one).expect("YAML")).collect()
}

/// What a step of GitHub's with this name does.
fn step<'v>(job: &'v Value, name: &str) -> &'v str {
    let steps = job["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("{name}: {steps:?}"));
    step["run"].as_str().expect("a script")
}

#[test]
fn slurm_does_a_library() {
    let pipeline = Pipeline::new(3);
    pipeline.site.write("guides.sh", pipeline.file("slurm"));
    let (status, said) = pipeline.sh("sh guides.sh night", &[], &[]);
    assert_eq!(status, 0, "{said}");
    let told = |name: &str| std::fs::read_to_string(pipeline.programs.path().join(name)).unwrap_or_default();
    let asked = told("asked");
    assert!(asked.contains("--array=1-3%2") && asked.contains("--dependency=afterany:100 "), "{asked}");
    assert_eq!(told("ended").lines().collect::<Vec<_>>(), ["1 0", "2 3", "2 0", "3 0", "0 0"], "{asked}");
    let read = |name: &str| std::fs::read_to_string(pipeline.site.path().join("night").join(name)).expect("there");
    assert!(read("logs/report.log").contains("5 guides: 5 hold"), "{}", read("logs/report.log"));
    assert_eq!(read("missing"), "");

    // The next night is cut by this one; a shard is lost, and one has a guide that is broken: neither is repeated for ever.
    std::fs::remove_file(pipeline.programs.path().join("ended")).expect("there");
    support::write(pipeline.programs.path(), "status-1", "1\n");
    support::write(pipeline.programs.path(), "status-3", "3\n3\n3\n3\n3\n");
    let (status, said) = pipeline.sh("sh guides.sh next night", &[], &[]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(told("ended").lines().collect::<Vec<_>>(), ["1 1", "2 0", "3 3", "3 3", "3 3", "3 4", "0 3"]);
    assert!(told("log").contains("--durations night/report.json"), "{}", told("log"));
    let missing = std::fs::read_to_string(pipeline.site.path().join("next/missing")).expect("there");
    assert_eq!(missing, "content/a.md\ncontent/c.md\ncontent/d.md\n");
}

#[test]
fn github_does_a_library() {
    let pipeline = Pipeline::new(3);
    let file = yaml(&pipeline.file("github")).pop().expect("a workflow");
    let jobs = &file["jobs"];
    assert_eq!(jobs["shard"]["strategy"]["matrix"]["shard"], serde_json::json!([1, 2, 3]));
    assert_eq!(jobs["shard"]["strategy"]["max-parallel"], 2);
    assert_eq!(jobs["report"]["if"], "always()");
    for name in ["Install guidepost", "Plan"] {
        let (status, said) = pipeline.sh(step(&jobs["plan"], name), &[], &[]);
        assert_eq!(status, 0, "{name}: {said}");
    }
    let report = || pipeline.sh(step(&jobs["report"], "Report"), &[], &[]);
    for shard in ["1", "2"] {
        let (status, said) = pipeline.sh(step(&jobs["shard"], "Verify"), &[], &[("SHARD", shard)]);
        assert_eq!(status, 0, "{shard}: {said}");
    }
    assert_eq!(pipeline.tried(), 3, "the second shard was tried twice");
    let (status, said) = report();
    assert!(status == 3 && said.contains("::error file=content/c.md"), "{status}: {said}");
    let (status, said) = pipeline.sh(step(&jobs["shard"], "Verify"), &[], &[("SHARD", "3")]);
    assert_eq!(status, 0, "{said}");
    let (status, said) = report();
    assert_eq!(status, 0, "{said}");
    // The next night knows how long guides took.
    let (status, said) = pipeline.sh(step(&jobs["plan"], "Plan"), &[], &[]);
    let plan = std::fs::read_to_string(pipeline.site.path().join("plan/plan.jsonl")).expect("a plan");
    assert!(status == 0 && plan.contains("\"seconds\":"), "{said}{plan}");
    assert!(pipeline.site.path().join("plan/last/report.json").is_file());
}

/// A guide whose plan has errors does not keep a night from the others; a site that cannot be read does.
#[test]
fn a_plan_with_errors_is_done_as_far_as_it_goes() {
    let pipeline = Pipeline::new(3);
    pipeline.site.write("guides.sh", pipeline.file("slurm"));
    let (github, gitlab) = (yaml(&pipeline.file("github")), yaml(&pipeline.file("gitlab")));
    let wrong = "---\ntitle: F\nverify:\n  machine: nowhere\n---\n\n```command\ntrue\n```\n";
    pipeline.site.write("content/f.md", wrong);
    let (status, said) = pipeline.sh(step(&github[0]["jobs"]["plan"], "Install guidepost"), &[], &[]);
    assert_eq!(status, 0, "{said}");
    let pieces = [
        ("sh guides.sh night", "night/plan.jsonl"),
        (step(&github[0]["jobs"]["plan"], "Plan"), "plan/plan.jsonl"),
        (gitlab[0]["plan"]["script"][0].as_str().expect("a script"), "plan.jsonl"),
    ];
    for (script, path) in pieces {
        let (status, said) = pipeline.sh(script, &[], &[]);
        let plan = std::fs::read_to_string(pipeline.site.path().join(path)).expect("a plan");
        assert!(status == 0 && plan.contains("content/f.md") && plan.contains("\"entries\":6"), "{path}: {said}{plan}");
    }
    pipeline.site.write("guidepost.yaml", "nonsense: [\n");
    for (script, path) in pieces {
        assert_ne!(pipeline.sh(script, &[], &[]).0, 0, "{path}");
    }
}

#[test]
fn gitlab_does_a_library() {
    let pipeline = Pipeline::new(3);
    let file = yaml(&pipeline.file("gitlab")).pop().expect("a pipeline");
    let script = |job: &str| file[job]["script"][0].as_str().expect("a script");
    assert_eq!((&file["verify"]["parallel"], &file["verify"]["retry"]["exit_codes"][0]), (&3.into(), &3.into()));
    assert_eq!(file["report"]["when"], "always");
    let (status, said) = pipeline.sh(script("plan"), &[], &[]);
    assert_eq!(status, 0, "{said}");
    let shard =
        |number: &str| pipeline.sh(script("verify"), &[], &[("CI_NODE_INDEX", number), ("CI_NODE_TOTAL", "3")]).0;
    assert_eq!([shard("1"), shard("2"), shard("3")], [0, 3, 0]);
    let (status, said) = pipeline.sh(script("report"), &[], &[]);
    assert!(status == 3 && said.contains("unreached"), "the log has it, too: {said}");
    let found = std::fs::read_to_string(pipeline.site.path().join("junit.xml")).expect("written");
    assert!(found.contains("missing: shard 2/3 never reported"), "{found}");
    assert_eq!(shard("2"), 0, "repeated, since its status was 3");
    let (status, said) = pipeline.sh(script("report"), &[], &[]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn kubernetes_does_a_library() {
    let pipeline = Pipeline::new(3);
    let file = yaml(&pipeline.file("k8s"));
    let [guides, report] = &file[..] else { panic!("{file:#?}") };
    let spec = &guides["spec"];
    assert_eq!(
        (&spec["completions"], &spec["parallelism"], &spec["completionMode"]),
        (&3.into(), &2.into(), &"Indexed".into())
    );
    let rules = spec["podFailurePolicy"]["rules"].as_array().expect("rules");
    assert_eq!((&rules[0]["action"], &rules[1]["action"]), (&"Ignore".into(), &"FailIndex".into()));
    assert_eq!(rules[1]["onExitCodes"]["values"], serde_json::json!([1, 2]), "3 is repeated");
    let container = |job: &Value| job["spec"]["template"]["spec"]["containers"][0].clone();
    assert_eq!(rules[1]["onExitCodes"]["containerName"], container(guides)["name"]);
    let root = pipeline.site.path().to_string_lossy().into_owned();
    // Of the volume, `site` and `night` are here.
    let script = |job: &Value| {
        let script = container(job)["command"][2].as_str().expect("a script").to_owned();
        script.replace("/guides/site", &root).replace("/guides/night", ".")
    };
    let shard = |index: &str| pipeline.sh(&script(guides), &[], &[("JOB_COMPLETION_INDEX", index)]).0;
    assert_eq!([shard("0"), shard("1"), shard("2"), shard("1")], [0, 3, 0, 0]);
    let log = std::fs::read_to_string(pipeline.programs.path().join("log")).expect("a log");
    assert!(log.starts_with("verify --shard 1/3 "), "{log}");
    let (status, said) = pipeline.sh(&script(report), &[], &[]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn more_tasks_than_an_engine_starts_are_refused() {
    let site = library(&[]);
    for (engine, shards, status) in
        [("github", "256", 0), ("github", "257", 2), ("gitlab", "201", 2), ("slurm", "1001", 2), ("k8s", "1001", 0)]
    {
        let ran = site.run(&["ci", engine, "--shards", shards]);
        assert_eq!(ran.status, status, "{engine} {shards}: {ran:?}");
    }
    let ran = site.run(&["ci", "slurm"]);
    assert!(ran.stdout.contains("shards=40\nworkers=4\n"), "{ran:?}");
}
