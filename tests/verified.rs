//! Pages say what `guidepost verify` found: when, where, how long it took, and block by block.

use crate::support::TestSite;
use guidepost::{
    plan::Omission,
    report::{Gap, GuideReport, Report, SCHEMA, StepKind, StepReport, Verdict, json},
};

const PATH: &str = "content/guides/node.md";
const PART: &str = "content/shared/part/index.md";

/// Lines: 5 a command, 9 its output, 13 a file, 17 commands with their outputs, 25 an included command.
const GUIDE: &str = r#"---
title: Node
---

```command
node --version
```

```output
v18.12.0
```

```file {title="app.js"}
console.log(1)
```

```command
$ node app.js
1
$ node other.js
2
```

A listing, and what is shared:

{{< content "part" >}}

```js
listing()
```
"#;

fn site() -> TestSite {
    TestSite::new(&[
        (PATH, GUIDE),
        ("content/guides/other.md", "---\ntitle: Other\n---\n\n```command\ntrue\n```\n\n{{< content \"part\" >}}\n"),
        (PART, "---\nheadless: true\n---\n\n    apt install nodejs\n"),
    ])
}

fn guide(site: &TestSite, path: &str, verdict: Verdict, steps: Vec<StepReport>) -> GuideReport {
    let bytes = std::fs::read(site.path().join(path)).expect("there");
    GuideReport {
        hash: blake3::hash(&bytes).to_hex().to_string(),
        image: "sha256:0".to_owned(),
        verdict,
        started: "2026-11-25T03:04:05Z".to_owned(),
        seconds: 72.3,
        session_seconds: 70.0,
        steps,
        ..GuideReport::new(path, "Node", "debian")
    }
}

fn step(kind: StepKind, path: &str, line: usize, verdict: Verdict) -> StepReport {
    StepReport { verdict, seconds: 0.1, commands: 1, ..StepReport::new(1, kind, path, line) }
}

fn shows(mut step: StepReport, message: &str, output: &str) -> StepReport {
    step.message = Some(message.to_owned());
    step.output = output.to_owned();
    step
}

/// Every step of the guide, all well.
fn all_well() -> Vec<StepReport> {
    use StepKind::{Expect, Run, Write};
    let places = [(Run, 5), (Expect, 9), (Write, 13), (Run, 17), (Expect, 19), (Run, 17), (Expect, 21)];
    let mut steps: Vec<StepReport> =
        places.into_iter().map(|(kind, line)| step(kind, PATH, line, Verdict::Holds)).collect();
    for of_block in &mut steps[3..] {
        of_block.block = 17;
    }
    steps.push(step(Run, PART, 5, Verdict::Holds));
    steps
}

/// A report of these guides, begun then.
fn report(started: &str, guides: Vec<GuideReport>) -> Report {
    Report {
        schema: SCHEMA,
        guidepost: "0.1.0".to_owned(),
        started: started.to_owned(),
        seconds: 80.0,
        engine: "20.10.24".to_owned(),
        images: Default::default(),
        engine_api: "1.41".to_owned(),
        shard: None,
        gathered: None,
        guides,
    }
}

/// Writes the report and builds; the page of the guide.
fn page(site: &TestSite, guides: Vec<GuideReport>) -> String {
    site.write("report.json", json::json(&report("2026-11-25T03:04:05Z", guides)));
    build(site, &["build", "--report", "report.json"])
}

fn build(site: &TestSite, arguments: &[&str]) -> String {
    let ran = site.run(arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    site.output("guides/node/index.html")
}

/// The blocks of a page, each with its kind.
fn blocks(html: &str) -> Vec<&str> {
    html.split("<figure class=\"block ").skip(1).map(|part| part.split("</figure>").next().unwrap_or(part)).collect()
}

/// The badge as text.
fn badge(html: &str) -> String {
    let Some(begin) = html.find("<p class=\"verified") else { return String::new() };
    let html = &html[begin..];
    let mut text = String::new();
    for part in html[..html.find("</p>").expect("closed")].split('<') {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    text.replace('\n', "")
}

#[test]
fn what_holds_has_marks_and_a_badge() {
    let site = site();
    let html = page(&site, vec![guide(&site, PATH, Verdict::Holds, all_well())]);
    assert_eq!(
        badge(&html),
        "Verified 25 November 2026 on debian in 1 min 12 s 5 of 5 blocks: 4 commands ran, 3 outputs compared, 1 file saved"
    );
    assert!(html.contains("<time datetime=\"2026-11-25\">"), "{html}");
    let blocks = blocks(&html);
    assert_eq!(blocks.len(), 6, "{blocks:?}");
    for block in &blocks[..5] {
        assert_eq!(block.matches("<span class=\"hidden\">Verified</span>").count(), 1, "{block}");
    }
    assert!(!blocks[5].contains("verdict"), "a listing is no step: {}", blocks[5]);
    let other = site.output("guides/other/index.html");
    assert!(!other.contains("verdict") && !other.contains("\"verified"), "the report says nothing of it: {other}");
}

#[test]
fn what_does_not_hold_shows_what_was_really_there() {
    let site = site();
    let mut steps = all_well();
    steps[1].verdict = Verdict::Drifted;
    steps[1] = shows(steps[1].clone(), "1 line moved: version", "v20.11.1\n");
    steps[2].verdict = Verdict::Skipped;
    steps[2].message = Some("needs a real domain".to_owned());
    // The second command of the block of prompts, at its own line.
    steps[5].verdict = Verdict::Broken;
    steps[5].line = 20;
    steps[5] = shows(steps[5].clone(), "it ended with status 1", "Cannot find module\n");
    for unreached in &mut steps[6..] {
        unreached.verdict = Verdict::Unreached;
    }
    let html = page(&site, vec![guide(&site, PATH, Verdict::Broken, steps)]);
    assert_eq!(badge(&html), "Broken when last verified 25 November 2026 on debian");
    let blocks = blocks(&html);
    assert!(blocks[0].contains(">Verified</span>"), "{}", blocks[0]);
    assert!(blocks[1].contains("v18.12.0") && blocks[1].contains("<samp>v20.11.1</samp>"), "{}", blocks[1]);
    assert!(blocks[1].contains("<b>Drifted</b>: 1 line moved: version"), "{}", blocks[1]);
    assert!(blocks[2].contains("<b>Not verified</b>: needs a real domain"), "{}", blocks[2]);
    assert!(blocks[3].contains("<details class=\"verdict broken\" open>"), "{}", blocks[3]);
    assert!(blocks[3].contains("<b>Broken</b>: it ended with status 1"), "{}", blocks[3]);
    assert!(blocks[3].contains("<samp>Cannot find module</samp>"), "{}", blocks[3]);
    assert!(blocks[4].contains("<b>Not verified</b>: an earlier step broke"), "{}", blocks[4]);
}

#[test]
fn a_guide_that_changed_says_so_and_marks_nothing() {
    let site = site();
    let reported = vec![guide(&site, PATH, Verdict::Broken, all_well())];
    site.write(PATH, GUIDE.replace("Node", "Nodes"));
    let html = page(&site, reported);
    assert_eq!(badge(&html), "Changed since it was verified 25 November 2026 on debian");
    assert!(!html.contains("class=\"verdict"), "{html}");
}

#[test]
fn other_states_of_guides() {
    let site = site();
    let with = |verdict, reason: Option<&str>, steps| {
        let mut guide = guide(&site, PATH, verdict, steps);
        guide.reason = reason.map(str::to_owned);
        badge(&page(&site, vec![guide]))
    };
    assert_eq!(with(Verdict::Skipped, Some("not now"), all_well()), "");
    assert_eq!(with(Verdict::Unreached, Some("there is no image"), Vec::new()), "");
    assert_eq!(
        with(Verdict::Broken, Some("the machine did not start"), Vec::new()),
        "Broken when last verified 25 November 2026 on debian: the machine did not start"
    );
    assert_eq!(
        with(Verdict::Drifted, None, Vec::new()),
        "Verified, with drift, 25 November 2026 on debian in 1 min 12 s nothing was done"
    );
    let mut steps = all_well();
    steps[2].verdict = Verdict::Skipped;
    assert_eq!(
        with(Verdict::Holds, None, steps),
        "Verified in part 25 November 2026 on debian in 1 min 12 s 4 of 5 blocks: 4 commands ran, 3 outputs compared, 1 not done"
    );
    assert_eq!(
        with(Verdict::Holds, None, vec![step(StepKind::Run, PATH, 5, Verdict::Holds)]),
        "Verified 25 November 2026 on debian in 1 min 12 s 1 of 1 block: 1 command ran, no output compared"
    );
}

#[test]
fn what_was_not_done_says_so_at_its_block_and_at_its_tab() {
    let site = site();
    let tabs = "{{< tabs >}}\n{{< tab \"Debian\" >}}\n```command\napt\n```\n{{< /tab >}}\n{{< tab \"Fedora\" >}}\n```command\ndnf\n```\n{{< /tab >}}\n{{< /tabs >}}\n\n```sql\nx;\n```\n";
    site.write(PATH, format!("---\ntitle: Node\n---\n{tabs}"));
    let mut reported = guide(&site, PATH, Verdict::Partial, vec![step(StepKind::Run, PATH, 6, Verdict::Holds)]);
    let gap = |line, why: &str, tab: Option<&str>| Gap {
        path: PATH.to_owned(),
        line,
        why: why.to_owned(),
        omission: Omission::NotDone,
        tab: tab.map(str::to_owned),
    };
    reported.undone = vec![
        gap(11, "no machine is for its tab “Fedora”", Some("Fedora")),
        gap(17, "no program that reads it is open there", None),
    ];
    let html = page(&site, vec![reported]);
    assert!(
        badge(&html).starts_with("Verified in part 25 November 2026 on debian in 1 min 12 s 1 of 3 blocks"),
        "{html}"
    );
    let tabs: Vec<&str> = html.split("<div class=\"tab\"").skip(1).collect();
    let said = "<b>Not verified</b>: no machine is for this tab";
    assert!(!tabs[0].contains(said) && tabs[1].contains(said), "{html}");
    let blocks = blocks(&html);
    assert!(blocks[0].contains(">Verified</span>"), "{}", blocks[0]);
    assert!(blocks[1].contains("<b>Not verified</b>: no machine is for its tab “Fedora”"), "{}", blocks[1]);
    assert!(blocks[2].contains("<b>Not verified</b>: no program that reads it"), "{}", blocks[2]);
}

#[test]
fn the_worst_of_several_machines_counts() {
    let site = site();
    let holds = guide(&site, PATH, Verdict::Holds, all_well());
    let mut steps = all_well();
    steps[0] = shows(step(StepKind::Run, PATH, 5, Verdict::Broken), "it ended with status 1", "no node here");
    let mut broken = guide(&site, PATH, Verdict::Broken, steps);
    broken.machine = "fedora".to_owned();
    let html = page(&site, vec![holds, broken]);
    assert_eq!(badge(&html), "Broken when last verified 25 November 2026 on debian, fedora");
    assert!(html.contains("no node here"), "{html}");
}

#[test]
fn a_bundle_has_the_marks_of_the_page_that_includes_it() {
    let site = site();
    let other = "content/guides/other.md";
    let broken = vec![
        step(StepKind::Run, other, 5, Verdict::Holds),
        shows(step(StepKind::Run, PART, 5, Verdict::Broken), "it ended with status 100", "E: none"),
    ];
    let guides = vec![guide(&site, PATH, Verdict::Holds, all_well()), guide(&site, other, Verdict::Broken, broken)];
    let html = page(&site, guides);
    assert!(blocks(&html)[4].contains(">Verified</span>"), "{html}");
    let html = site.output("guides/other/index.html");
    assert!(blocks(&html)[1].contains("<samp>E: none</samp>"), "{html}");
}

#[test]
fn hostile_output_is_text() {
    let site = site();
    let hostile =
        "</samp></pre><script>alert(1)</script>\u{1b}[31mred\u{1b}[0m\u{9b}2J\u{202e}\r\n{{ 7 * 7 }} & \"q\"\n";
    let mut steps = all_well();
    steps[1].verdict = Verdict::Broken;
    steps[1] = shows(steps[1].clone(), hostile, hostile);
    let mut guide = guide(&site, PATH, Verdict::Broken, steps);
    guide.machine = hostile.to_owned();
    guide.reason = Some(hostile.to_owned());
    guide.started = hostile.to_owned();
    let html = page(&site, vec![guide]);
    assert!(!html.contains("<script>alert") && !html.contains("</samp></pre><script"), "{html}");
    assert!(html.chars().all(|c| (c == '\n' || !c.is_control()) && c != '\u{202e}'), "{html:?}");
    assert!(html.contains("&lt;script&gt;alert(1)") && html.contains("{{ 7 * 7 }} &amp;"), "{html}");
    assert_eq!(html.matches("<samp>").count(), 1);
}

#[test]
fn a_long_output_is_cut() {
    let site = site();
    let mut steps = all_well();
    steps[0].verdict = Verdict::Broken;
    steps[0] = shows(
        steps[0].clone(),
        "it ended with status 1",
        &format!("first\n{}last\n", "x".repeat(90).repeat(100_000) + "\n"),
    );
    let html = page(&site, vec![guide(&site, PATH, Verdict::Broken, steps)]);
    assert!(html.len() < 60_000 && html.contains("first\n") && html.contains("last</samp>"), "{}", html.len());
}

#[test]
fn without_a_report_nothing_is_shown_and_builds_with_another_are_as_new() {
    let site = site();
    let bare = build(&site, &["build"]);
    assert!(!bare.contains("verdict") && !bare.contains("\"verified"), "{bare}");
    let empty = page(&site, Vec::new());
    assert_eq!(bare, empty, "a report that does not know the guide changes nothing");

    let mut drifted = all_well();
    drifted[1].verdict = Verdict::Drifted;
    drifted[1] = shows(drifted[1].clone(), "1 line moved: version", "v20.11.1");
    let mut other_output = drifted.clone();
    other_output[1].output = "v22.0.0".to_owned();
    let mut pages = vec![bare.clone()];
    for (verdict, steps) in
        [(Verdict::Holds, all_well()), (Verdict::Drifted, drifted), (Verdict::Drifted, other_output)]
    {
        let guides = vec![guide(&site, PATH, verdict, steps)];
        let kept = page(&site, guides.clone());
        for folder in ["public", ".guidepost"] {
            std::fs::remove_dir_all(site.path().join(folder)).expect("there");
        }
        assert_eq!(kept, page(&site, guides), "{verdict:?}");
        assert!(!pages.contains(&kept), "{verdict:?}");
        pages.push(kept);
    }
    assert_eq!(build(&site, &["build"]), bare, "and back");
}

/// A step with its part of the recording.
fn recorded(line: usize, from: f64, to: f64) -> StepReport {
    StepReport { recorded: Some((from, to)), ..step(StepKind::Run, PATH, line, Verdict::Holds) }
}

const CAST: &str = "{\"version\":2,\"width\":80,\"height\":24,\"guidepost\":\"0.1.0\"}\n[0.5,\"o\",\"$ \"]\n";

#[test]
fn a_recording_is_published_beside_its_page() {
    let site = site();
    site.write("first.cast", CAST);
    site.write("second.cast", CAST.replace("$ ", "# "));
    let steps = vec![recorded(5, 1.25, 2.5), recorded(17, 3.0, 4.0), recorded(20, 4.0, 5.123_456)];
    let mut first = guide(&site, PATH, Verdict::Holds, steps);
    first.recording = Some("first.cast".to_owned());
    let html = page(&site, vec![first.clone()]);
    assert_eq!(site.output("guides/node/session.cast"), CAST);
    assert!(html.contains("data-replay=\"session.cast\""), "the whole: {html}");
    let blocks = blocks(&html);
    assert!(blocks[0].contains("data-replay=\"session.cast#t=1.25,2.5\""), "{}", blocks[0]);
    assert!(!blocks[1].contains("data-replay") && !blocks[2].contains("data-replay"), "no command: {blocks:?}");
    assert!(blocks[3].contains("data-replay=\"session.cast#t=3,5.123456\""), "two steps: {}", blocks[3]);

    let mut second = first.clone();
    second.machine = "fedora".to_owned();
    second.recording = Some("second.cast".to_owned());
    let html = page(&site, vec![first.clone(), second]);
    assert!(site.output("guides/node/session-2.cast").contains("# "));
    assert!(html.contains("Replay the session on fedora"), "{html}");

    site.write(PATH, GUIDE.replace("A listing", "Listings"));
    let html = page(&site, vec![first]);
    assert!(!html.contains("data-replay") && !site.has_output("guides/node/session.cast"), "stale: {html}");
}

#[test]
fn a_recording_that_is_not_beside_the_report_is_missed() {
    let site = site();
    site.write("other.cast", "{\"version\":2,\"width\":80,\"height\":24}\n");
    site.write("content/inside.cast", CAST);
    for name in ["none.cast", "other.cast", "content/inside.cast", "../x.cast", "/etc/passwd", "..", ""] {
        let mut guide = guide(&site, PATH, Verdict::Holds, vec![recorded(5, 1.0, 2.0)]);
        guide.recording = Some(name.to_owned());
        let html = page(&site, vec![guide]);
        assert!(!html.contains("data-replay") && !site.has_output("guides/node/session.cast"), "{name}: {html}");
        let ran = site.run(&["build", "--report", "report.json"]);
        assert!(ran.stderr.contains("warning[missing-recording]: 1 of the report's recordings"), "{}", ran.stderr);
    }
}

#[test]
fn an_unusable_report_is_an_error_of_usage() {
    let site = site();
    site.write("schema.json", "{\"schema\": 99}");
    site.write("text.json", "hello");
    for (file, why) in
        [("none.json", "No such file"), ("schema.json", "has schema 99"), ("text.json", "this is not JSON")]
    {
        let ran = site.run(&["build", "--report", file]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(file) && ran.stderr.contains(why), "{}", ran.stderr);
        assert!(ran.stderr.contains("guidepost verify --report FILE"), "{}", ran.stderr);
        assert!(!site.has_output("index.html"), "nothing is built");
    }
}

#[test]
fn recordings_are_looked_at_before_they_are_read() {
    let site = site();
    let mut reported = guide(&site, PATH, Verdict::Holds, all_well());
    reported.recording = Some("x.cast".to_owned());
    let report = Report {
        schema: SCHEMA,
        guidepost: "0.1.0".to_owned(),
        started: String::new(),
        seconds: 1.0,
        engine: String::new(),
        images: Default::default(),
        engine_api: String::new(),
        shard: None,
        gathered: None,
        guides: vec![reported],
    };
    site.write("rep/report.json", json::json(&report));
    let cast = site.path().join("rep/x.cast");
    let real = "{\"version\":2,\"width\":80,\"height\":24,\"guidepost\":\"0.1.0\"}\n";
    site.write("elsewhere.cast", real);
    type Make = fn(&std::path::Path);
    let cases: [(&str, Make); 6] = [
        ("x.cast: it is no regular file", |cast| {
            assert!(std::process::Command::new("mkfifo").arg(cast).status().expect("mkfifo runs").success());
        }),
        ("x.cast: it is a link", |cast| std::os::unix::fs::symlink("/dev/zero", cast).expect("linked")),
        ("x.cast: it is a link", |cast| std::os::unix::fs::symlink("../elsewhere.cast", cast).expect("linked")),
        ("x.cast: it has 3221225472 bytes, and 8388608 are the most", |cast| {
            std::fs::File::create(cast).and_then(|file| file.set_len(3 << 30)).expect("a file with a hole");
        }),
        ("x.cast: it is no recording of guidepost", |cast| std::fs::write(cast, "notes").expect("written")),
        ("there is no recording x.cast", |_| {}),
    ];
    for (why, make) in cases {
        let _ = std::fs::remove_file(&cast);
        make(&cast);
        let ran = site.run(&["build", "--report", "rep/report.json"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stderr.contains("cannot be shown") && ran.stderr.contains(why), "{why}: {ran:?}");
        assert!(!site.path().join("public/guides/node/session.cast").exists(), "{why}");
    }
    std::fs::write(&cast, real).expect("written");
    let ran = site.run(&["build", "--report", "rep/report.json"]);
    assert!(ran.status == 0 && site.path().join("public/guides/node/session.cast").exists(), "{ran:?}");
}

/// Writes reports, each of a day, and builds.
fn build_with_reports(site: &TestSite, days: &[(&str, Vec<GuideReport>)]) {
    for (day, guides) in days {
        let started = format!("{day}T03:04:05Z");
        let guides = guides.iter().cloned().map(|guide| GuideReport { started: started.clone(), ..guide }).collect();
        site.write(&format!("reports/{day}.json"), json::json(&report(&started, guides)));
    }
    let ran = site.run(&["build", "--report", "reports"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn the_status_of_a_library_is_a_page_with_badges() {
    let site = site();
    let other = "content/guides/other.md";
    let broken = || {
        vec![StepReport {
            message: Some("it ended with status 1: <b>no</b>".to_owned()),
            output: "no such file\n".to_owned(),
            ..step(StepKind::Run, other, 5, Verdict::Broken)
        }]
    };
    let holds = || vec![step(StepKind::Run, other, 5, Verdict::Holds)];
    build_with_reports(
        &site,
        &[
            (
                "2026-11-24",
                vec![guide(&site, PATH, Verdict::Holds, all_well()), guide(&site, other, Verdict::Holds, holds())],
            ),
            ("2026-11-25", vec![guide(&site, other, Verdict::Broken, broken())]),
        ],
    );
    let html = site.output("status/index.html");
    for part in [
        "1 of 2 guides is broken.",
        "it ended with status 1: &lt;b&gt;no&lt;/b&gt;",
        "broken since 25 November 2026, before: holds",
        "<a href=\"/guides/other/\">Read the guide</a>",
        "<td>1</td><td>0</td>",
        "(https://example.org/status/badge.svg)](https://example.org/status/)",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    for (badge, title) in [
        ("status/badge.svg", "guides: 1 verified, 1 broken"),
        ("guides/node/badge.svg", "Node: verified"),
        ("guides/other/badge.svg", "Other: broken"),
    ] {
        let svg = site.output(badge);
        assert!(svg.contains(&format!("<title id=\"t\">{title}</title>")), "{badge}: {svg}");
    }
    assert!(site.output("guides/node/index.html").contains("<a href=\"/status/\">Status</a>"));
    assert!(site.output("sitemap.xml").contains("https://example.org/status/"));

    // What a report says of another text, it does not say of this one.
    site.write(PATH, format!("{GUIDE}\nMore.\n"));
    build_with_reports(&site, &[]);
    let html = site.output("status/index.html");
    assert!(html.contains("The guide is broken.") && html.contains("Changed since they were verified (1)"), "{html}");
    assert!(site.output("guides/node/badge.svg").contains(">Node: stale</title>"));
    assert!(site.output("status/badge.svg").contains(">guides: 1 broken, 1 stale</title>"));
}

#[test]
fn a_page_of_the_authors_own_stays() {
    let site = site();
    site.write("content/status.md", "---\ntitle: Mine\n---\n\nMine.\n");
    build_with_reports(&site, &[("2026-11-24", vec![guide(&site, PATH, Verdict::Holds, all_well())])]);
    assert!(site.output("status/index.html").contains("<h1>Mine</h1>"));
    assert!(site.output("guides/node/badge.svg").contains("verified"));
    // Without a report there is none of it.
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(!site.path().join("public/guides/node/badge.svg").exists());
    assert!(!site.output("guides/node/index.html").contains(">Status</a>"));
}

#[test]
fn a_changed_included_file_makes_the_verdict_stale() {
    let site = TestSite::new(&[
        (
            "guidepost.yaml",
            "title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n",
        ),
        (PATH, "---\ntitle: Node\n---\n\n{{< include \"/examples/app.js\" path=\"/srv/app.js\" >}}\n"),
        ("content/guides/other.md", "---\ntitle: Other\n---\n\n```command\ntrue\n```\n"),
        ("examples/app.js", "console.log(1)\n"),
    ]);
    let job = guidepost::proof::jobs(&site.options(), &["node".into()]).expect("a job").remove(0);
    let inputs = guidepost::verify::hashes(&job.inputs);
    let hash = blake3::hash(b"console.log(1)\n").to_hex().to_string();
    assert_eq!(inputs.get("examples/app.js"), Some(&hash), "{inputs:?}");
    let steps = vec![step(StepKind::Write, PATH, 5, Verdict::Holds)];
    let found = || GuideReport { inputs: inputs.clone(), ..guide(&site, PATH, Verdict::Holds, steps.clone()) };
    let fresh = page(&site, vec![found()]);
    let other = site.output("guides/other/index.html");
    site.write("examples/app.js", "console.log(2)\n");
    let stale = page(&site, vec![found()]);
    assert!(fresh.contains("console") && !fresh.contains("Changed since it was verified"), "{fresh}");
    assert!(stale.contains("Changed since it was verified"), "{stale}");
    // The tree beside it says so of the other guide; its own text is what it was.
    let article = |html: &str| html[html.find("<article").expect("an article")..].to_owned();
    assert_eq!(article(&site.output("guides/other/index.html")), article(&other));
}
