//! `verify --changed-since`, through the binary, on repositories of git. No engine is asked for: which guides are chosen is said
//! before.

use crate::support::{Ran, TestSite, has_program};
use std::{path::Path, process::Command};

const CONFIG: &str = "title: T\nmachines:\n  plain:\n    image: debian:bookworm\n  made:\n    build: machines/made\n";

/// Two guides on their own, one with a sidecar, one that includes a bundle, one that requires another, one on another machine.
fn site() -> TestSite {
    let guide = |front: &str, body: &str| format!("---\ntitle: A\n{front}---\n\n{body}\n```command\nls\n```\n");
    TestSite::new(&[
        ("docs/guidepost.yaml", CONFIG),
        ("docs/machines/made/Dockerfile", "FROM debian:bookworm\n"),
        ("docs/content/one.md", &guide("", "")),
        ("docs/content/two/index.md", &guide("", "")),
        ("docs/content/two/verify.yaml", "timeout: 1m\n"),
        ("docs/content/two/extra.txt", "x\n"),
        ("docs/content/shared/index.md", "---\ntitle: S\nheadless: true\n---\n\nShared.\n"),
        ("docs/content/three.md", &guide("", "{{< content \"shared\" >}}\n")),
        ("docs/content/four.md", &guide("verify: {requires: [one]}\n", "")),
        ("docs/content/five.md", &guide("verify: {machine: made}\n", "{{< include \"/examples/app.py\" >}}\n")),
        ("docs/examples/app.py", "print(1)\n"),
        (".gitignore", ".guidepost/\n"),
    ])
}

fn git(folder: &Path, arguments: &[&str]) {
    let names = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];
    let ran = Command::new("git").current_dir(folder).args(names).args(arguments).output().expect("git runs");
    assert!(ran.status.success(), "{arguments:?}: {ran:?}");
}

/// A repository with one commit.
fn repository() -> TestSite {
    let site = site();
    git(site.path(), &["init", "-q"]);
    git(site.path(), &["add", "-A"]);
    git(site.path(), &["commit", "-qm", "first"]);
    site
}

fn verify(folder: &Path, arguments: &[&str], path: Option<&str>) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guidepost"));
    command.current_dir(folder).arg("verify").args(arguments).env("NO_COLOR", "1");
    command.env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let output = command.output().expect("the binary runs");
    output.into()
}

/// The lines that say which guides were chosen, and why.
fn chosen(site: &TestSite) -> Vec<String> {
    let ran = verify(&site.path().join("docs"), &["--changed-since", "main"], None);
    let lines: Vec<String> = ran
        .stderr
        .lines()
        .take_while(|line| line.contains(" changed since ") || line.starts_with("  content/"))
        .map(|line| line.trim().to_owned())
        .collect();
    assert_eq!(ran.status, if lines.len() == 1 { 0 } else { 3 }, "{ran:?}");
    assert_eq!(
        lines.first().map(String::as_str),
        Some(&*format!("{} of 5 guides changed since main", lines.len() - 1)),
        "{ran:?}"
    );
    lines[1..].to_vec()
}

#[test]
fn guides_of_which_something_changed_are_chosen() {
    if !has_program("git", "--version") {
        return;
    }
    let config = |from: &str, to: &str| CONFIG.replace(from, to);
    for (path, text, expected) in [
        ("README", "x", &[][..]),
        ("docs/static/x.css", "x", &[]),
        ("docs/guidepost.yaml", &config("title: T", "title: U"), &[]),
        (
            "docs/content/one.md",
            "---\ntitle: B\n---\n",
            &["content/four.md: a guide that it requires: content/one.md", "content/one.md: its text"],
        ),
        ("docs/content/two/verify.yaml", "timeout: 2m\n", &["content/two/index.md: its verify.yaml"]),
        ("docs/content/two/new.txt", "x", &["content/two/index.md: a file of its bundle: content/two/new.txt"]),
        (
            "docs/content/shared/index.md",
            "---\ntitle: S\nheadless: true\n---\n\nChanged.\n",
            &["content/three.md: what it includes: content/shared/index.md"],
        ),
        ("docs/examples/app.py", "print(2)\n", &["content/five.md: what it includes: examples/app.py"]),
        ("docs/machines/made/extra", "x", &["content/five.md: a file of its machine's folder: machines/made/extra"]),
        (
            "docs/guidepost.yaml",
            &config("    build: machines/made\n", "    memory: 1GiB\n    build: machines/made\n"),
            &["content/five.md: the settings of its machine `made`"],
        ),
        (
            "docs/guidepost.yaml",
            &config("    image: debian:bookworm\n", "    memory: 1GiB\n    image: debian:bookworm\n"),
            &[
                "content/four.md: the settings of its machine `plain`",
                "content/one.md: the settings of its machine `plain`",
                "content/three.md: the settings of its machine `plain`",
                "content/two/index.md: the settings of its machine `plain`",
            ],
        ),
    ] {
        let site = repository();
        git(site.path(), &["branch", "other"]);
        site.write(path, text);
        assert_eq!(chosen(&site), expected, "{path}, not committed");
        git(site.path(), &["checkout", "-q", "other"]);
        git(site.path(), &["add", "-A"]);
        assert_eq!(chosen(&site), expected, "{path}, staged");
        git(site.path(), &["commit", "-qm", "second"]);
        assert_eq!(chosen(&site), expected, "{path}, committed");
    }
}

#[test]
fn what_is_gone_counts_and_names_choose_among_what_changed() {
    if !has_program("git", "--version") {
        return;
    }
    let site = repository();
    let remove = |path: &str| std::fs::remove_file(site.path().join(path)).expect("it is there");
    remove("docs/content/two/verify.yaml");
    assert_eq!(chosen(&site), ["content/two/index.md: its verify.yaml"]);
    remove("docs/content/shared/index.md");
    let found = chosen(&site);
    assert_eq!(found.first().map(String::as_str), Some("content/three.md: its plan has errors"), "{found:?}");
    let ran = verify(&site.path().join("docs"), &["two", "one", "--changed-since", "HEAD"], None);
    assert!(ran.stderr.starts_with("1 of 2 guides changed since HEAD\n  content/two/index.md: "), "{ran:?}");
}

/// What a section or a sidecar beside a guide has said counts when it says nothing any more, and other words of a section's page do not.
#[test]
fn layers_that_are_gone_count() {
    if !has_program("git", "--version") {
        return;
    }
    let site = repository();
    let section = "docs/content/_index.md";
    let page = |front: &str| format!("---\ntitle: All\n{front}---\n");
    site.write(section, page("verify: {timeout: 5m}\n"));
    site.write("docs/content/one.verify.yaml", "timeout: 1m\n");
    git(site.path(), &["add", "-A"]);
    git(site.path(), &["commit", "-qm", "second"]);
    assert_eq!(chosen(&site), [""; 0]);
    std::fs::remove_file(site.path().join("docs/content/one.verify.yaml")).expect("it is there");
    let one = "content/one.md: its verify.yaml";
    let four = "content/four.md: a guide that it requires: content/one.verify.yaml";
    assert_eq!(chosen(&site), [four, one]);
    git(site.path(), &["checkout", "-q", "."]);
    site.write(section, page(""));
    let all = ["five.md", "four.md", "one.md", "three.md", "two/index.md"];
    assert_eq!(chosen(&site), all.map(|name| format!("content/{name}: its section: content/_index.md")));
    git(site.path(), &["commit", "-qam", "third"]);
    site.write(section, page("description: More\n"));
    assert_eq!(chosen(&site), [""; 0], "it says nothing of guides");
}

#[test]
fn a_revision_that_cannot_be_asked_for_is_refused() {
    if !has_program("git", "--version") {
        return;
    }
    let (repository, alone) = (repository(), site());
    for (site, revision, status, message) in [
        (&repository, "--output=x", 2, "this is none: \"--output=x\""),
        (&repository, "", 2, "this is none: \"\""),
        (&repository, "no-such", 2, "git knows no revision `no-such`"),
        (&alone, "main", 2, "lies in no working tree of git"),
    ] {
        let ran = verify(&site.path().join("docs"), &["--changed-since", revision], None);
        assert!(ran.status == status && ran.stderr.contains(message), "{revision}: {ran:?}");
        assert!(!site.path().join("docs/x").exists(), "a revision is no option of git");
    }
    let ran = verify(&repository.path().join("docs"), &["--changed-since", "main"], Some("/nowhere"));
    assert!(ran.status == 3 && ran.stderr.contains("needs the program git, which is not installed"), "{ran:?}");
}
