//! A page shows its blocks as they were decided: one truth for readers, for the copy in Markdown and for verification.

use crate::support::TestSite;
use guidepost::report::{GuideReport, Report, SCHEMA, StepKind, StepReport, Verdict, json};

const PATH: &str = "content/guides/app/index.md";

const GUIDE: &str = "---
title: App
---

```bash
ls /srv
```

The output is:

```
app
```

Create `/etc/app.conf` with this content:

```ini
[app]
port = 80
```

```
$ cat /etc/app.conf
[app]
port = 80
```

The folder looks so:

```bash
app
├── bin
└── etc
```

{{< content \"part\" >}}
";

fn site() -> TestSite {
    TestSite::new(&[
        (PATH, GUIDE),
        (
            "content/shared/part/index.md",
            "---\nheadless: true\n---\n\nPut this into `/etc/part.conf`:\n\n```ini\nx = {{< placeholder \"X\" >}}\n```\n",
        ),
    ])
}

/// The blocks of a page: kind, whether it can be copied or downloaded, caption, and whether it holds.
fn blocks(html: &str) -> Vec<String> {
    let part = |figure: &str, begin: &str, end: &str| {
        figure.split(begin).nth(1).and_then(|rest| rest.split(end).next()).unwrap_or_default().to_owned()
    };
    let one = |figure: &str| {
        let head = figure.split('>').next().unwrap_or_default();
        let caption = figure.split("<figcaption>").nth(1).map(|rest| part(rest, "<span>", "</span>"));
        let mut words = vec![head.split('"').next().unwrap_or_default().to_owned()];
        words.extend(
            ["data-copy", "data-file"].iter().filter(|name| head.contains(*name)).map(|name| name[5..].to_owned()),
        );
        words.extend(caption.map(|caption| format!("“{caption}”")));
        words.extend(figure.contains("verdict holds").then(|| "holds".to_owned()));
        words.join(" ")
    };
    html.split("<figure class=\"block ")
        .skip(1)
        .map(|figure| one(figure.split("</figure>").next().unwrap_or(figure)))
        .collect()
}

fn build(site: &TestSite, arguments: &[&str]) -> Vec<String> {
    let ran = site.run(arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    blocks(&site.output("guides/app/index.html"))
}

#[test]
fn blocks_that_say_nothing_are_shown_as_what_they_are() {
    let site = site();
    let shown = build(&site, &["build"]);
    assert_eq!(
        shown,
        [
            "command copy",
            "output “Output”",
            "file copy file “/etc/app.conf”",
            "command prompted copy",
            "listing copy",
            "file copy file “/etc/part.conf”",
        ]
    );
    let html = site.output("guides/app/index.html");
    assert!(html.contains("<span class=prompt>$ </span>"), "{html}");
    let copy = site.output("guides/app/index.md");
    assert!(copy.contains("`/etc/part.conf`:\n\n```ini\nx = <X>\n```"), "{copy}");
}

#[test]
fn the_authors_word_changes_the_page_and_a_kept_page_is_made_again() {
    let site = site();
    assert_eq!(build(&site, &["build"])[0], "command copy");
    for (steps, index, expected) in [
        ("- contains: ls /srv\n  role: listing\n", 0, "listing copy"),
        ("- contains: ls /srv\n  path: /srv/list\n", 0, "file copy file “/srv/list”"),
        // Who does it elsewhere sees the same block.
        ("- contains: port = 80\n  index: 1\n  role: elsewhere\n", 2, "file copy file “/etc/app.conf”"),
        ("- contains: ls /srv\n  skip: true\n  reason: no disk\n", 0, "command copy"),
    ] {
        site.write("content/guides/app/verify.yaml", format!("steps:\n{steps}"));
        let kept = build(&site, &["build"]);
        assert_eq!(kept[index], expected, "{steps}");
        assert_eq!(kept, build(&site, &["build", "--out", "public"]), "{steps}");
        std::fs::remove_dir_all(site.path().join("public")).expect("removed");
        assert_eq!(kept, build(&site, &["build"]), "{steps}: as from nothing");
    }
    std::fs::remove_file(site.path().join("content/guides/app/verify.yaml")).expect("removed");
    assert_eq!(build(&site, &["build"])[0], "command copy");
}

#[test]
fn verdicts_stand_at_blocks_that_say_nothing() {
    let site = site();
    let bytes = std::fs::read(site.path().join(PATH)).expect("there");
    let step = |kind, line| StepReport { verdict: Verdict::Holds, ..StepReport::new(1, kind, PATH, line) };
    let steps = vec![step(StepKind::Expect, 11), step(StepKind::Write, 17)];
    let guide = GuideReport {
        hash: blake3::hash(&bytes).to_hex().to_string(),
        verdict: Verdict::Holds,
        started: "2026-11-25T03:04:05Z".to_owned(),
        steps,
        ..GuideReport::new(PATH, "App", "debian")
    };
    let report = Report {
        schema: SCHEMA,
        guidepost: "0.1.0".to_owned(),
        started: "2026-11-25T03:04:05Z".to_owned(),
        seconds: 1.0,
        engine: String::new(),
        images: Default::default(),
        engine_api: String::new(),
        shard: None,
        gathered: None,
        guides: vec![guide],
    };
    site.write("report.json", json::json(&report));
    let shown = build(&site, &["build", "--report", "report.json"]);
    assert_eq!(shown[1..3], ["output “Output” holds", "file copy file “/etc/app.conf” holds"]);
}
