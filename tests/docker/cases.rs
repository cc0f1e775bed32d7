//! The inputs of `../shared/cases` on which guidepost was wrong once come out as they must; without that folder they are
//! skipped, and say so. What lies behind each of them has tests of the project's own, by kind: these only hold it to the
//! cases as they were found.
//!
//! What needs nothing but a shell is done on this computer, the rest in Docker, in one run.

use crate::support::{
    self, Ran, TestSite, folders, has_engine,
    local_host::{self, LocalHost},
};
use guidepost::report::{GuideReport, Report, Verdict};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The cases of a kind; `None`, with a word about it, where the project is checked out alone.
fn cases(kind: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases").join(kind);
    let found = folder.is_dir();
    if !found {
        eprintln!("SKIPPED: there are no cases at {}", folder.display());
    }
    found.then_some(folder)
}

/// Sites whose guides need no more than a shell: the guides that must be broken, and a word of why. All others hold.
const OF_A_SHELL: &[(&str, &[(&str, &str)])] = &[
    ("21-nohup-background", &[]),
    ("22-killed-job", &[("failing-job", "it ended with status 2")]),
    (
        "24-strict-mode",
        &[("ends", "the terminal's shell has ended"), ("ends-documented", "the terminal's shell has ended")],
    ),
    (
        "28-own-prompt",
        &[
            ("bashrc-broken", "it ended with status 1"),
            ("prompt-command-broken", "it ended with status 1"),
            ("ps1-broken", "it ended with status 1"),
            ("readonly", "it ended with status 1"),
        ],
    ),
    // Bash itself takes this quote for one.
    ("48-quotes-that-apps-misread", &[("brace-default", "the shell still waits for more")]),
    ("49-secret-is-a-word", &[]),
    ("53-wrong-prompt-sign", &[]),
];

/// How a guide must come out, and a word of why.
type Out = (&'static str, Verdict, &'static str);

/// Sites that need a machine, with guides that do not hold. All others hold.
const OF_A_MACHINE: &[(&str, &[Out])] = &[
    ("26-prompt-in-output", &[("marks", Verdict::Broken, "it ended with status 1")]),
    ("38-pager", &[]),
    ("39-sudo-stdin", &[("wrong", Verdict::Broken, "3 incorrect password attempts")]),
    ("54-terminal-width", &[]),
    ("55-end-of-input", &[]),
    ("admonition-typed", &[("a", Verdict::Broken, "1 missing line")]),
    ("bare-sudo", &[("a", Verdict::Broken, "sudo: command not found")]),
    ("fedora-tab", &[("tabs", Verdict::Broken, "no machine is for its tab “Fedora”")]),
    ("readme-taste", &[("hello", Verdict::Partial, "no command before it could have shown it")]),
    ("sudo-unanswered", &[("a", Verdict::Broken, "it asks, and the guide does not say what to answer")]),
    ("titled-file", &[]),
];

/// Guides on a machine that has what they need, which do not hold. All others hold.
const GUIDES: &[Out] = &[
    ("01-panic-nbsp-patch", Verdict::Broken, "stands further to the left"),
    ("02-secret-in-recording", Verdict::Broken, "it ended with status 1"),
    ("05-oom", Verdict::Unreached, "the machine ran out of memory: it has 512MiB"),
    ("05-oom-shell", Verdict::Unreached, "the machine ran out of memory: it has 512MiB"),
    ("09-patch-flattens", Verdict::Broken, "stands further to the left"),
    ("10-secret-encodings", Verdict::Broken, "the output is not as documented"),
    ("c01-digit-placeholder", Verdict::Skipped, "the placeholder `server address` (an address) has no value"),
    ("c10-skip-section", Verdict::Partial, "option B is taken"),
    ("c12-alternatives", Verdict::Broken, "Unable to locate package nginx"),
    ("c17-dev-tty", Verdict::Broken, "it asks, and the guide does not say what to answer: Passphrase:"),
    ("console-output", Verdict::Broken, "1 missing line, 1 undocumented line"),
    ("editor-user", Verdict::Broken, "there is no user postgres, as whom the editor is opened"),
    ("mongosh", Verdict::Broken, "mongosh: command not found"),
    ("node-in-container", Verdict::Broken, "docker: command not found"),
    ("redis", Verdict::Broken, "SET: command not found"),
    ("sudo-ask", Verdict::Broken, "it asks, and the guide does not say what to answer: [sudo] password for"),
    ("v-pipe", Verdict::Broken, "nothing was fetched: `curl` ended with status 6"),
    ("v-setup", Verdict::Broken, "its setup failed at `no-such-command; true`"),
];

/// Texts that a built site must have, by page.
type Has = (&'static str, &'static str);

/// Sites and guides that are built, with what their pages must have. A preview behind links (16) is `serve::watch`'s.
const BUILT: &[(&str, &[Has])] = &[
    ("sites/03-ids-of-the-theme", &[]),
    (
        "sites/09-smart-punctuation-in-html-code",
        &[("guides/a", r#"<code>fn f(x: "a", ...) -- 'b'</code>"#), ("guides/a", "<kbd>--</kbd>")],
    ),
    (
        "sites/14-shortcode-as-heading",
        &[
            ("guides/a", r#"<h2 id="set-name""#),
            ("guides/b", r#"<h2 id="install-acme-server""#),
            ("guides/b", r#"<h2 id="use-acme-server-now""#),
        ],
    ),
    ("sites/50-marks-in-addresses", &[("guides/นมัสการ", "<h1"), ("tags/नमस्ते", "<h1"), ("tags/istanbul", "<h1")]),
    ("guides/14-panic-build-inline-code.md", &[]),
    ("guides/16-panic-fence-escape.md", &[]),
    ("guides/19-coffeescript-quadratic.md", &[]),
    ("guides/19-ini-cubic.md", &[]),
    ("guides/c07-tree.md", &[]),
    ("guides/percent.md", &[]),
    ("guides/prose-code.md", &[]),
];

/// What `check` must say of a guide, as it is printed.
const CHECKED: &[(&str, &str)] = &[
    ("guides/15-wrong-column-after-entity.md", "content/15-wrong-column-after-entity.md:4:26"),
    ("guides/16-panic-indented-shortcode.md", "unknown shortcode `e`"),
    ("guides/18-unbalanced-html.md", "shortcode `note` stands inside code"),
    ("sites/build-vs-check", "there is no guide `no-such-guide`"),
    ("sites/build-vs-check", "`skip` needs a `reason`"),
];

/// A machine that has what the guides use.
const MACHINE: &str = "FROM debian:bookworm
RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
      ca-certificates cron curl nodejs php-cli postgresql-client procps python3-venv sudo sqlite3 \\
 && rm -rf /var/lib/apt/lists/* \\
 && useradd --create-home --shell /bin/bash --groups sudo reader
";

const CONFIG: &str = "title: T
base_url: https://example.org/
machines:
  debian: {build: machines/tools, ca_certificates: host, memory: 512MiB}
  linode: {build: machines/tools, ca_certificates: host, memory: 512MiB}
  server: {build: machines/tools, ca_certificates: host, user: reader}
";

/// A site with a copy of a case: of a whole site, or of one guide and what lies beside it.
fn site_of(case: &Path) -> TestSite {
    if case.is_dir() {
        let site = TestSite::new(&[]);
        for (path, bytes) in support::tree(case) {
            site.write(&path.to_string_lossy(), bytes);
        }
        return site;
    }
    let name = case.file_name().expect("a name").to_string_lossy();
    let text = fs::read_to_string(case).expect("a guide");
    TestSite::new(&[
        ("guidepost.yaml", "title: T\nbase_url: https://example.org/\n"),
        (&format!("content/{name}"), &text),
    ])
}

/// How a guide came out, and all that was said of it.
fn said(guide: &GuideReport) -> String {
    let steps = guide.steps.iter().flat_map(|step| step.message.iter().chain(&step.help));
    guide.reason.iter().chain(steps).map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// What of a report came otherwise; the guides of a case by the last part of their paths.
fn otherwise(case: &str, report: &Report, expected: &[Out]) -> Vec<String> {
    assert!(!report.guides.is_empty(), "{case}: nothing was done");
    let name = |path: &str| {
        let path = path.trim_end_matches("/index.md").trim_end_matches(".md");
        path.rsplit('/').next().unwrap_or(path).to_owned()
    };
    let of = |guide: &&GuideReport| expected.iter().find(|(wanted, ..)| *wanted == name(&guide.path));
    let unknown =
        expected.iter().filter(|(wanted, ..)| !report.guides.iter().any(|guide| name(&guide.path) == *wanted));
    let mut wrong: Vec<String> = unknown.map(|(name, ..)| format!("{case}: {name} was not done")).collect();
    for guide in report.wholes() {
        let done: Vec<&GuideReport> = report.guides.iter().filter(|done| done.path == guide.path).collect();
        let (verdict, word) =
            done.first().and_then(of).map_or((Verdict::Holds, ""), |(_, verdict, word)| (*verdict, *word));
        let gaps: Vec<String> = guide.gaps().into_iter().map(|gap| gap.why).collect();
        let said =
            format!("{}\n{}", done.iter().map(|done| said(done)).collect::<Vec<_>>().join("\n"), gaps.join("\n"));
        if guide.verdict() != verdict || !said.contains(word) {
            wrong.push(format!("{case}: {}: {:?}, not {verdict:?} ({word}): {said}", guide.path, guide.verdict()));
        }
    }
    wrong
}

#[test]
fn what_is_built() {
    let Some(cases) = cases("") else { return };
    for (case, pages) in BUILT {
        let site = site_of(&cases.join(case));
        let built = site.run(&["build"]);
        assert!(built.status == 0 && !built.stderr.contains("internal error"), "{case}: {built:?}");
        for (page, text) in *pages {
            let html = site.output(&format!("{page}/index.html"));
            assert!(html.contains(text), "{case}: {page}: {text}");
        }
        for (path, html) in support::tree(&site.path().join("public")) {
            let html = String::from_utf8_lossy(&html);
            let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            let is_page = path.extension().is_some_and(|extension| extension == "html");
            assert!(!is_page || ids.len() == all, "{case}: {}: an id stands twice", path.display());
        }
    }
}

#[test]
fn what_is_said() {
    let Some(cases) = cases("") else { return };
    for (case, text) in CHECKED {
        let checked = site_of(&cases.join(case)).run(&["check"]);
        assert!(checked.stdout.contains(text), "{case}: {text}: {checked:?}");
    }
}

/// Without an engine: each guide has a folder of this computer for its machine.
#[test]
fn what_needs_a_shell() {
    let Some(cases) = cases("sites") else { return };
    let mut wrong = Vec::new();
    for (case, broken) in OF_A_SHELL {
        let site = site_of(&cases.join(case));
        let of_site = folders::site_options(site.path());
        let report = local_host::run(&LocalHost::default(), &of_site, &local_host::options(site.path()));
        let expected: Vec<Out> = broken.iter().map(|(name, word)| (*name, Verdict::Broken, *word)).collect();
        wrong.extend(otherwise(case, &report, &expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The report of a verification through the binary.
fn verified(case: &str, site: &TestSite) -> (Ran, Report) {
    let ran = site.run(&["verify", "--format", "json"]);
    let report = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{case}: {error}: {ran:?}"));
    (ran, report)
}

#[test]
fn what_needs_a_machine() {
    let Some(cases) = cases("sites").filter(|_| has_engine()) else { return };
    let done = |(case, expected): &(&str, &[Out])| {
        let (_, report) = verified(case, &site_of(&cases.join(case)));
        otherwise(case, &report, expected)
    };
    // Two at the same time, as the machines of most computers allow.
    let (first, second) = OF_A_MACHINE.split_at(OF_A_MACHINE.len() / 2);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let halves = [first, second].map(|half| scope.spawn(|| half.iter().flat_map(done).collect::<Vec<_>>()));
        halves.into_iter().flat_map(|half| half.join().expect("no panic")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn single_guides() {
    let Some(cases) = cases("guides").filter(|_| has_engine()) else { return };
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("machines/tools/Dockerfile", MACHINE)]);
    let others: Vec<&str> = BUILT.iter().map(|(case, _)| *case).chain(CHECKED.iter().map(|(case, _)| *case)).collect();
    for (path, bytes) in support::tree(&cases) {
        let name = path.to_string_lossy();
        // Their machine is another: the first needs systemd, the others show what a machine reaches.
        let of_machines = ["03-", "11-", "12-", "17-"].iter().any(|number| name.starts_with(number));
        if !of_machines && !others.contains(&format!("guides/{name}").as_str()) && !name.ends_with(".sh") {
            site.write(&format!("content/{name}"), bytes);
        }
    }
    let (ran, report) = verified("guides", &site);
    let wrong = otherwise("guides", &report, GUIDES);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let secret = ["s3cr3t/p", "s3cr3t%2Fp", "s3cr3t\\/p"].iter().find(|form| ran.stdout.contains(**form));
    assert_eq!(secret, None, "a form of a secret stands in the report");
}

/// What a machine with systemd may change of the kernel is its own.
#[test]
fn settings_of_the_kernel() {
    let Some(cases) = cases("").filter(|_| has_engine()) else { return };
    let site = site_of(&cases.join("sites/sudo-unanswered"));
    let guide = fs::read_to_string(cases.join("guides/03-host-sysctl.md")).expect("a guide");
    site.write("content/guides/a/index.md", guide.replacen("verify:", "verify:\n  machine: server", 1));
    let (_, report) = verified("03-host-sysctl", &site);
    let output = report.guides[0].steps[0].output.as_str();
    assert!(output.contains("vm/swappiness: refused") && !output.contains(": written"), "{report:#?}");
}
