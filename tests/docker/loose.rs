//! Markdown that lies in no site: a project's README and its docs, checked, planned and done as they are.

use crate::support::{self, has_engine, run_in};
use serde_json::Value;
use std::path::Path;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        support::write(folder.path(), path, text);
    }
    folder
}

/// Every file and folder, hidden ones too.
fn everything(folder: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    let text = |entry: &walkdir::DirEntry| std::fs::read(entry.path()).ok();
    entries.map(|entry| (entry.path().to_string_lossy().into_owned(), text(&entry))).collect()
}

const README: &str = "# Tool\n\n![logo](img/logo.png) See [the docs](docs/use.md#options), [the law](/LICENSE), [issues](../../issues).\n\n\
    ```sh\necho hello\n```\n\nIt prints:\n\n```\nhello\n```\n";

const USE: &str =
    "---\nlayout: page\nnav_order: {a: 1}\n---\n\n# Use\n\n## Options\n\n{{< nosuch x >}}\n\n[back](../README.md)\n";

fn project() -> tempfile::TempDir {
    let files = [
        ("README.md", README),
        ("docs/use.md", USE),
        ("docs/index.md", "# Docs\n\n[use](use.md)\n"),
        ("img/logo.png", "x"),
        ("LICENSE", "MIT"),
        ("node_modules/a/README.md", "[gone](gone.md)\n"),
        (".github/x.md", "[gone](gone.md)\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ];
    folder(&files)
}

#[test]
fn links_are_those_of_github_and_nothing_is_left_behind() {
    let project = project();
    let before = everything(project.path());
    let ran = run_in(project.path(), &["check", "README.md", "docs"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, "checked 3 guides: 0 errors, 1 warning\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("warning[unknown-shortcode]"), "{}", ran.stdout);
    assert_eq!(everything(project.path()), before);
    let whole = run_in(project.path(), &["check", "."]);
    assert!(whole.stderr.starts_with("checked 3 guides"), "{whole:?}");
    let below = run_in(&project.path().join("docs"), &["check", "use.md", "../README.md"]);
    assert!(below.stderr.starts_with("checked 2 guides: 0 errors"), "{below:?}");
}

#[test]
fn what_is_broken_is_told_at_its_place() {
    let text = "# A\n\n[a](gone.md) [b](b.md#nowhere) [c](/gone) ![d](gone.png) [e](#a) [f](#nowhere)\n";
    let project = folder(&[("a.md", text), ("b.md", "# B\n"), (".git/HEAD", "x")]);
    let ran = run_in(project.path(), &["check", "--format", "json", "a.md", "b.md"]);
    let report: Value = ran.json();
    let found: Vec<(&str, u64, u64)> = (report["diagnostics"].as_array().expect("problems").iter())
        .map(|problem| {
            let place = &problem["place"];
            assert_eq!(place["path"], "a.md");
            let at = |key: &str| place[key].as_u64().expect("a number");
            (problem["code"].as_str().expect("a code"), at("line"), at("column"))
        })
        .collect();
    let expected = [
        ("broken-link", 3, 1),
        ("broken-anchor", 3, 14),
        ("broken-link", 3, 32),
        ("missing-image", 3, 43),
        ("broken-anchor", 3, 66),
    ];
    assert_eq!(found, expected, "{}", ran.stdout);
    assert_eq!(ran.status, 1);
}

#[test]
fn names_that_fit_nothing() {
    let empty = folder(&[("notes.txt", "x"), ("empty/.keep", "")]);
    for (names, message) in [
        (&["gone.md"][..], "`gone.md` cannot be read"),
        (&["empty"], "there is no Markdown in empty"),
        (&[], "there is no guidepost.yaml in ."),
    ] {
        for command in ["check", "verify"] {
            let ran = run_in(empty.path(), &[&[command], names].concat());
            assert_eq!(ran.status, 2, "{ran:?}");
            assert!(ran.stderr.contains(message), "{names:?}: {ran:?}");
        }
    }
}

#[test]
fn a_site_above_is_found() {
    let site = folder(&[
        ("site/guidepost.yaml", "title: Test\nbase_url: https://example.org/\nmachines:\n  own:\n    image: x\n"),
        ("site/content/guides/a.md", "# A\n\n```sh\nls\n```\n"),
    ]);
    let plan = |folder: &str, name: &str| {
        let ran = run_in(&site.path().join(folder), &["plan", "--format", "json", name]);
        let plan: Value = ran.json();
        (plan["plan"]["path"].clone(), plan["plan"]["machine"].clone())
    };
    let expected = ("content/guides/a.md".into(), "own".into());
    assert_eq!(plan(".", "site/content/guides/a.md"), expected);
    assert_eq!(plan("site/content", "guides/a.md"), expected);
    assert_eq!(plan("site", "content/guides/a.md"), expected);
}

#[test]
fn a_sidecar_stands_beside_a_single_file() {
    let files = [
        ("a.md", "# A\n\n```sh\nls\n```\n"),
        ("a.verify.yaml", "steps:\n  - at: A\n    skip: true\n    reason: it is dull\n"),
    ];
    let loose = folder(&files);
    let ran = run_in(loose.path(), &["plan", "a.md"]);
    assert!(ran.status == 0 && ran.stdout.contains("it is dull"), "{ran:?}");
    let site = support::TestSite::new(&[]);
    for (path, text) in files {
        site.write(&format!("content/guides/{path}"), text);
    }
    let ran = site.run(&["plan", "a"]);
    assert!(ran.status == 0 && ran.stdout.contains("it is dull"), "{ran:?}");
    site.write("content/guides/b.verify.yaml", "machine: x\n");
    let ran = site.run(&["check"]);
    assert!(ran.stdout.contains("this verify.yaml stands beside no b.md"), "{ran:?}");
    let built = site.run(&["build"]);
    assert!(built.status == 0 && !site.has_output("guides/a.verify.yaml"), "{built:?}");
}

#[test]
fn a_readme_is_done_in_docker() {
    if !has_engine() {
        return;
    }
    let project = project();
    let before = everything(project.path());
    let ran = run_in(project.path(), &["verify", "README.md"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("1 holds"), "{ran:?}");
    assert!(
        ran.stderr.contains("Next:\n") && ran.stderr.contains("guidepost verify README.md --format github"),
        "{ran:?}"
    );
    assert_eq!(everything(project.path()), before);
}
