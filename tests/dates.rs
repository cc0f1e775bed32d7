//! Dates of pages: those that git knows, and days that are still to come.

use crate::support::{self, TestSite};
use std::process::Command;

fn git(site: &TestSite, arguments: &[&str], date: &str, author: &str) {
    let output = Command::new("git")
        .current_dir(site.path())
        .args(arguments)
        .env("GIT_AUTHOR_DATE", format!("{date}T10:00:00+00:00"))
        .env("GIT_COMMITTER_DATE", format!("{date}T10:00:00+00:00"))
        .envs([("GIT_AUTHOR_NAME", author), ("GIT_AUTHOR_EMAIL", "a@example.org")])
        .envs([("GIT_COMMITTER_NAME", author), ("GIT_COMMITTER_EMAIL", "a@example.org")])
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(site: &TestSite, date: &str, author: &str) {
    git(site, &["add", "-A"], date, author);
    git(site, &["commit", "-qm", "x"], date, author);
}

const TEXT: &str = "Text that is long enough for git to know it again under another name.\n\nAnd more of it.\n";

/// A repository with a page that was renamed, and one that says everything itself.
fn repository(settings: &str) -> TestSite {
    let site = TestSite::new(&[
        ("guidepost.yaml", &format!("title: Test\nbase_url: https://example.org/\n{settings}")),
        ("content/a.md", &format!("---\ntitle: A\n---\n\n{TEXT}")),
        (
            "content/said.md",
            "---\ntitle: Said\npublished: 2020-01-01\nmodified: 2020-02-02\nauthors: [Eve]\n---\n\nText.\n",
        ),
    ]);
    git(&site, &["init", "-q", "-b", "main"], "2026-01-01", "Ann");
    site.write(".gitignore", "public/\n.guidepost/\n");
    commit(&site, "2026-01-02", "Ann");
    git(&site, &["mv", "content/a.md", "content/b.md"], "2026-02-03", "Bo");
    commit(&site, "2026-02-03", "Bo");
    site.write("content/b.md", format!("---\ntitle: A\n---\n\n{TEXT}\nA line.\n"));
    commit(&site, "2026-03-04", "Cy");
    site.write("content/new.md", "---\ntitle: New\n---\n\nText.\n");
    site
}

#[test]
fn git_says_what_a_page_does_not() {
    for (settings, parts, not) in [
        (
            "git: [dates, authors]\n",
            vec![
                "datetime=\"2026-01-02\">2 January 2026<",
                "datetime=\"2026-03-04\">4 March 2026<",
                ">Ann</a>, <a",
                ">Bo</a> and <a",
                ">Cy</a></span>",
            ],
            vec![],
        ),
        ("git: [dates]\n", vec!["datetime=\"2026-01-02\"", "datetime=\"2026-03-04\""], vec!["Ann"]),
        ("git: [authors]\n", vec![">Ann</a>"], vec!["datetime="]),
        ("", vec![], vec!["datetime=", "Ann"]),
    ] {
        let site = repository(settings);
        let ran = site.run(&["build", "--strict"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        let page = site.output("b/index.html");
        for part in parts {
            assert!(page.contains(part), "{settings}{part}\n{page}");
        }
        for part in not {
            assert!(!page.contains(part), "{settings} has {part}\n{page}");
        }
        let said = site.output("said/index.html");
        assert!(said.contains("2020-01-01") && said.contains("2020-02-02") && !said.contains("2026-0"), "{said}");
        assert!(!site.output("new/index.html").contains("datetime="), "it is not committed");
        assert_eq!(site.has_output("authors/ann/index.html"), settings.contains("authors"));
        // A later commit changes what a page says though no file did.
        git(
            &site,
            &["commit", "-q", "--amend", "--date", "2026-04-05T10:00:00+00:00", "--no-edit"],
            "2026-04-05",
            "Cy",
        );
        assert_eq!(site.run(&["build"]).status, 0);
        assert_eq!(site.output("b/index.html").contains("2026-04-05"), settings.contains("dates"));
    }
}

#[test]
fn git_that_knows_too_little_is_told() {
    let site = TestSite::new(&[("guidepost.yaml", "title: Test\ngit: [dates]\n"), ("content/a.md", "Text.\n")]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(
        ran.stderr.contains("the site lies in no repository") && ran.stderr.contains("guidepost.yaml:2:1"),
        "{}",
        ran.stderr
    );
    let ran = TestSite::new(&[("guidepost.yaml", "title: Test\ngit: [date]\n")]).run(&["build"]);
    assert!(ran.status == 2 && ran.stderr.contains("unknown variant `date`"), "{ran:?}");

    let whole = repository("git: [dates]\n");
    let shallow = TestSite::new(&[]);
    let from = format!("file://{}", whole.path().display());
    git(&shallow, &["clone", "-q", "--depth", "2", &from, "clone"], "2026-05-05", "Ann");
    let ran = support::run_in(&shallow.path().join("clone"), &["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stderr.contains("warning[shallow-clone]") && ran.stderr.contains("git fetch --unshallow"),
        "{}",
        ran.stderr
    );
    let page = std::fs::read_to_string(shallow.path().join("clone/public/b/index.html")).expect("the page");
    assert!(page.contains("Updated <time datetime=\"2026-03-04\">") && !page.contains("Published"), "{page}");
}

#[test]
fn a_page_waits_for_its_day() {
    for (front, settings, arguments, is_built) in [
        ("published: 2026-01-01", "", &["build"][..], true),
        ("published: 9999-01-01", "", &["build"], false),
        ("published: 9999-01-01", "", &["build", "--future"], true),
        ("published: 9999-01-01", "build_future: true\n", &["build"], true),
        // As in Hugo: `date` says when it was written, `publishDate` when it is to appear.
        ("date: 2026-01-01\npublishDate: 9999-01-01", "", &["build"], false),
        ("date: 9999-01-01\npublishDate: 2026-01-01", "", &["build"], true),
        ("expiryDate: 2026-01-01", "", &["build", "--future"], false),
        ("draft: true\npublished: 9999-01-01", "", &["build", "--future"], false),
        ("draft: true\npublished: 9999-01-01", "", &["build", "--drafts", "--future"], true),
    ] {
        let site = TestSite::new(&[
            ("guidepost.yaml", &format!("title: Test\nbase_url: https://example.org/\n{settings}")),
            ("content/x.md", &format!("---\ntitle: X\n{front}\n---\n\nText.\n")),
        ]);
        let ran = site.run(&[arguments, &["--strict"]].concat());
        assert_eq!(ran.status, 0, "a notice fails nothing: {front}\n{ran:?}");
        assert_eq!(site.has_output("x/index.html"), is_built, "{front} {arguments:?}");
        let waits = front.contains("9999") && !is_built && !front.contains("draft");
        let told = "this page is published on 9999-01-01";
        assert_eq!(ran.stderr.contains(told) && ran.stderr.contains("content/x.md"), waits, "{}", ran.stderr);
    }
    let site = TestSite::new(&[
        ("content/x.md", "---\ntitle: X\npublished: 9999-01-01\n---\n\nText.\n"),
        ("content/y.md", "---\ntitle: Y\n---\n\n[X](x.md)\n"),
    ]);
    let ran = site.run(&["check"]);
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(told.contains("the page that this link leads to is not published before its day: x.md"), "{told}");
}
