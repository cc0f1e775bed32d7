//! What readers see and do, in a real browser: builds sites, and runs the tests in `tests/browser/` on them with Node.

use crate::support::{self, many};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

use guidepost::report::json;

/// Browsers that the tests can drive, by the names of their programs. The first has no windows, and takes half of the time.
const BROWSERS: &[&str] =
    &["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser; `CHROMIUM` names another one.
fn browser() -> Option<String> {
    let works = |name: &String| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    let named = std::env::var("CHROMIUM").ok();
    named.into_iter().chain(BROWSERS.iter().map(|name| (*name).to_owned())).find(works)
}

fn missing(what: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{what}");
    eprintln!("SKIPPED: {what}");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Builds a site into a folder, with the report in `tests/browser/` as if it spoke of the site's guides as they are now.
fn fixture(out: &Path, arguments: &[&str]) {
    let site = folder().join("site");
    let text = std::fs::read_to_string(folder().join("report.json")).expect("the report is there");
    let mut report = json::read(&text).expect("a report");
    let records = tempfile::tempdir().expect("a folder");
    for guide in &mut report.guides {
        let bytes = std::fs::read(site.join(&guide.path)).expect("the guide is there");
        guide.hash = blake3::hash(&bytes).to_hex().to_string();
        guide.inputs.clear();
        let recording = guide.recording.as_ref().expect("it was recorded");
        std::fs::copy(folder().join(recording), records.path().join(recording)).expect("the recording is there");
    }
    let file = records.path().join("report.json");
    std::fs::write(&file, json::json(&report)).expect("the report can be written");
    let report = file.to_string_lossy();
    let out = out.to_string_lossy();
    let build = [&["build", "--strict", "--out", &out, "--report", &report], arguments].concat();
    let ran = support::run_in(&site, &build);
    assert_eq!(ran.status, 0, "{ran:?}");
}

/// Two versions of the fixture in `old` and `new`, the old one in three languages; a page of it is gone in the new one.
fn spoken(out: &Path) {
    let versions = r#"[{"version": "2.0", "url": "/new/", "newest": true}, {"version": "1.0", "url": "/old/"}]"#;
    std::fs::create_dir_all(out).expect("a folder");
    std::fs::write(out.join("versions.json"), versions).expect("written");
    for (name, version, languages) in [("old", "1.0", &["ar", "de"][..]), ("new", "2.0", &[])] {
        let site = tempfile::tempdir().expect("a folder");
        for (path, bytes) in support::tree(&folder().join("site")) {
            support::write(site.path(), &path.to_string_lossy(), bytes);
        }
        let mut config = format!(
            "title: Fixture\nbase_url: https://fixture.example.org/{name}/\nmenu: [{{ name: Guides, url: /guides/ }}]\n\
             versions: {{ url: /versions.json, this: \"{version}\" }}\nlanguages:\n"
        );
        for language in languages {
            config.push_str(&format!("  {language}:\n"));
            for page in ["guides/kitchen/index", "guides/second", "_index", "guides/_index"] {
                let text = std::fs::read(site.path().join(format!("content/{page}.md"))).expect("the page is there");
                support::write(site.path(), &format!("content/{page}.{language}.md"), text);
            }
        }
        if languages.is_empty() {
            config = config.replace("languages:\n", "");
            std::fs::remove_file(site.path().join("content/guides/second.md")).expect("it is there");
        }
        support::write(site.path(), "guidepost.yaml", config);
        let ran = support::run_in(site.path(), &["build", "--out", &out.join(name).to_string_lossy()]);
        assert_eq!(ran.status, 0, "{ran:?}");
    }
}

/// A library of made-up results: its site in `site`, the page of its last report in `report.html`.
fn many(out: &Path, count: usize) {
    let (site, reports) = (out.join("source"), out.join("reports"));
    many::site(&site, count);
    std::fs::create_dir_all(&reports).expect("a folder");
    for day in [21, 24, 27] {
        std::fs::write(reports.join(format!("{day}.json")), many::report(count, day)).expect("a report");
    }
    let (public, reports) = (out.join("site"), reports.to_string_lossy().into_owned());
    let ran = support::run_in(&site, &["build", "--strict", "--out", &public.to_string_lossy(), "--report", &reports]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let ran = support::run_in(&site, &["report", &format!("{reports}/27.json"), "--format", "html"]);
    std::fs::write(public.join("report.html"), &ran.stdout).expect("written");
}

/// `GUIDEPOST_MANY=FOLDER GUIDEPOST_GUIDES=3000 cargo test --test all browser:: -- --ignored`: writes such a library to look at.
#[test]
#[ignore = "for whoever measures or looks"]
fn a_library_to_look_at() {
    let folder = std::env::var_os("GUIDEPOST_MANY").expect("a folder");
    let count = std::env::var("GUIDEPOST_GUIDES").map_or(3000, |count| count.parse().expect("a number"));
    many(Path::new(&folder), count);
}

#[test]
fn pages_do_what_they_should_in_a_browser() {
    if !support::has_program("node", "--version") {
        return;
    }
    let Some(browser) = browser() else {
        return missing("no Chromium is installed: run scripts/prepare test");
    };
    if !folder().join("node_modules/puppeteer-core").is_dir() {
        return missing("tests/browser/node_modules is missing: run scripts/prepare test");
    }
    let sites = tempfile::tempdir().expect("a folder");
    let (site, content) = (sites.path().join("fixture"), sites.path().join("content"));
    fixture(&site, &[]);
    let offline = sites.path().join("offline");
    fixture(&offline, &["--offline"]);
    let ran = support::run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &["build", "--out", &content.to_string_lossy()]);
    assert_eq!(ran.status, 0, "{ran:?}");

    let many_guides = sites.path().join("many");
    many(&many_guides, 300);
    let offline_many = sites.path().join("offline-many");
    let arguments = ["build", "--offline", "--out", &offline_many.to_string_lossy()];
    let ran = support::run_in(&many_guides.join("source"), &arguments);
    assert_eq!(ran.status, 0, "{ran:?}");

    let spoken_sites = sites.path().join("spoken");
    spoken(&spoken_sites);

    let mut tests: Vec<PathBuf> = std::fs::read_dir(folder()).expect("readable").flatten().map(|e| e.path()).collect();
    tests.retain(|path| path.to_string_lossy().ends_with(".test.js"));
    tests.sort();
    assert!(tests.len() > 2, "the tests are there: {tests:?}");
    // `GUIDEPOST_BROWSER=offline cargo test --test all browser::` runs one file of them.
    if let Ok(name) = std::env::var("GUIDEPOST_BROWSER") {
        tests.retain(|path| path.ends_with(format!("{name}.test.js")));
    }
    // A server that a failed test leaves open would keep Node waiting for ever.
    let mut node = apart();
    node.args(["timeout", "1800", "node"]);
    if support::has_engine() {
        node.env("GUIDEPOST_ENGINE", "1");
    }
    let output = node
        // Two files at a time, also where Node would leave a second processor idle.
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .args(&tests)
        .current_dir(folder())
        .env("CHROMIUM", which(&browser))
        .env("GUIDEPOST", env!("CARGO_BIN_EXE_guidepost"))
        .env("GUIDEPOST_FIXTURE", &site)
        .env("GUIDEPOST_CONTENT", &content)
        .env("GUIDEPOST_OFFLINE", &offline)
        .env("GUIDEPOST_SPOKEN", &spoken_sites)
        .env("GUIDEPOST_OFFLINE_MANY", &offline_many)
        .env("GUIDEPOST_MANY", many_guides.join("site"))
        .output()
        .expect("node runs");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    println!("{text}");
    assert!(output.status.success(), "tests in the browser failed: see above");
}

/// A command whose arguments are run in a network of their own, where that can be had: engines make and remove networks of the computer
/// while other tests run, and Chromium aborts what it has asked for whenever one comes or goes.
fn apart() -> Command {
    const LOOPBACK: [&str; 4] = ["sh", "-c", "ip link set lo up && exec \"$@\"", "sh"];
    let of_user = ["--user", "--map-current-user", "--keep-caps"];
    let ways = [&["--net"][..], &[&of_user[..], &["--net"]].concat()].map(|way| {
        let mut command = Command::new("unshare");
        command.args(way).args(LOOPBACK);
        command
    });
    // An engine at an address would not be reached from there.
    let is_near = std::env::var("DOCKER_HOST").map_or(true, |address| address.starts_with("unix:"));
    let works = |command: &Command| {
        let tried = Command::new(command.get_program()).args(command.get_args()).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    ways.into_iter().filter(|_| is_near).find(works).unwrap_or_else(|| {
        eprintln!("tests in the browser share the network of this computer");
        Command::new("env")
    })
}

/// The path of a program: the driver of the browser wants it whole.
fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| program.into())
}
