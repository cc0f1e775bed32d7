//! Commits that stop half-way, and manifests that cannot be trusted.

use std::{fs, path::Path};

use super::{
    Files, Key, Manifest, Output, OutputError, PoisonError,
    commit::Plan,
    folder::Staging,
    manifest::{Entry, NAME, Stamp},
};
use std::collections::BTreeMap;

const KEY: Key = [1; 32];

fn tree(folder: &Path) -> BTreeMap<String, String> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|f| f.file_type().is_file());
    files
        .map(|f| (f.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), f.into_path()))
        .filter(|(path, _)| !path.starts_with(".guidepost-"))
        .map(|(path, file)| (path, fs::read_to_string(file).unwrap()))
        .collect()
}

fn site(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn start(folder: &Path, files: &BTreeMap<String, String>) -> Output {
    let output = Output::open(&folder.join("site"), &folder.join("out")).unwrap();
    for (path, text) in files {
        output.put(path, &KEY, text.as_bytes()).unwrap();
    }
    output
}

type Step = fn(&Plan<'_>, &Staging) -> Result<(), OutputError>;

/// A commit that is killed after its first `steps` steps.
fn commit_partly(output: Output, steps: usize) {
    let all: [Step; 6] = [
        |plan, staging| plan.prepare(staging),
        |plan, staging| plan.begin(staging),
        |plan, _| plan.clear(),
        |plan, staging| plan.fill(staging),
        |plan, _| plan.remove_stale(),
        |plan, staging| plan.end(staging),
    ];
    let Output { mut claim, staging, folder, old, build, .. } = output;
    let build = build.into_inner().unwrap_or_else(PoisonError::into_inner);
    let plan = Plan::new(&folder, &old, build).unwrap();
    claim.keep();
    for step in &all[..steps] {
        step(&plan, &staging).unwrap();
    }
    staging.abandon();
}

#[test]
fn a_commit_may_be_killed_between_any_two_steps() {
    let before = site(&[("index.html", "1"), ("same", "s"), ("file", "f"), ("folder/a/b", "ab"), ("gone/x", "x")]);
    let after = site(&[("index.html", "2"), ("same", "s"), ("file/y", "y"), ("folder", "f"), ("new/z/z", "z")]);
    for steps in 0..=6 {
        for next in [&before, &after] {
            let folder = tempfile::tempdir().unwrap();
            let (folder, out) = (folder.path(), folder.path().join("out"));
            start(folder, &before).commit().unwrap();
            fs::write(out.join("CNAME"), "example.org").unwrap();
            commit_partly(start(folder, &after), steps);
            if steps < 2 {
                let mut whole = before.clone();
                whole.insert("CNAME".into(), "example.org".into());
                assert_eq!(tree(&out), whole, "untouched before the journal is written");
            }
            let summary = start(folder, next).commit().unwrap();
            assert_eq!(summary.left, [""; 0], "after {steps} steps");
            let mut expected = next.clone();
            expected.insert("CNAME".into(), "example.org".into());
            assert_eq!(tree(&out), expected, "after {steps} steps");
            assert!(!fs::read_dir(&out).unwrap().any(|f| f.unwrap().file_name().to_str().unwrap().contains("staging")));
            assert_eq!(out.join("gone").exists(), next.contains_key("gone/x"), "no empty folders");
        }
    }
}

#[test]
fn the_first_commit_may_be_killed_too() {
    let files = site(&[("index.html", "1"), ("a/b", "ab")]);
    for steps in 0..=6 {
        let folder = tempfile::tempdir().unwrap();
        commit_partly(start(folder.path(), &files), steps);
        start(folder.path(), &files).commit().unwrap();
        assert_eq!(tree(&folder.path().join("out")), files, "after {steps} steps");
    }
}

#[test]
fn a_file_half_way_moved_in_and_then_changed_is_the_authors() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (site(&[("x", "1")]), site(&[("x", "2")]));
    start(folder.path(), &old).commit().unwrap();
    commit_partly(start(folder.path(), &new), 3);
    fs::write(folder.path().join("out/x"), "mine").unwrap();
    let error = start(folder.path(), &new).commit().unwrap_err();
    assert!(matches!(error, OutputError::Obstructed { .. }), "{error}");
    assert_eq!(tree(&folder.path().join("out")), site(&[("x", "mine")]));
}

#[test]
fn a_manifest_that_is_damaged_or_hostile_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (site_folder, out) = (folder.path().join("site"), folder.path().join("out"));
    start(folder.path(), &site(&[("index.html", "1")])).commit().unwrap();
    let victim = folder.path().join("victim");
    fs::write(&victim, "v").unwrap();
    let manifest = out.join(NAME);
    let good = fs::read(&manifest).unwrap();
    let mut bad: Vec<Vec<u8>> = (0..good.len()).map(|length| good[..length].to_vec()).collect();
    bad.push([&good[..], b"more"].concat());
    bad.push(String::from_utf8_lossy(&good).replacen('1', "2", 1).into_bytes());

    let stamp = Stamp::of(&fs::metadata(&victim).unwrap()).unwrap();
    let entry = Entry { stamp, hash: *blake3::hash(b"v").as_bytes(), key: None, source: None };
    for path in ["../victim", victim.to_str().unwrap(), "a/../../victim"] {
        let files = Files::from([(path.to_owned(), entry.clone())]);
        let hostile = [
            Manifest { files: files.clone(), ..Manifest::default() },
            Manifest { pending: Some(files), ..Manifest::default() },
            Manifest { folders: [path.to_owned()].into(), ..Manifest::default() },
        ];
        for manifest in hostile {
            let file = folder.path().join("hostile");
            manifest.save(&file).unwrap();
            bad.push(fs::read(&file).unwrap());
            fs::remove_file(&file).unwrap();
        }
    }
    for bytes in bad {
        fs::write(&manifest, &bytes).unwrap();
        let error = Output::open(&site_folder, &out).unwrap_err();
        assert!(matches!(error, OutputError::Manifest { .. }), "{error}");
        assert_eq!(tree(&out), site(&[("index.html", "1")]));
    }
    assert_eq!(fs::read_to_string(victim).unwrap(), "v");
}
