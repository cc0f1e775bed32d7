//! `verify --update`, through the binary: guides in Docker, and their files afterwards. Without an engine the tests are
//! skipped, and say so.

use crate::support::{TestSite, has_engine};

const CONFIG: &str = "title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n";

/// A guide with outputs that are wrong, right, refused, and in a list, with CRLF and without a line end at its end.
const GUIDE: &str = "\u{feff}---\ntitle: A\n---\n\n```command\necho one; echo 1.2.3; echo 10.0.0.$((3-2))\n```\n\n```output\nuno\n1.2.2\n10.9.9.9\n```\n\n1.  Then:\n\n    ```command\n    seq 3; echo end\n    ```\n\n    ```output\n    1\n    ...\n    fin\n    ```\n\n```command\necho '~~~'\n```\n\n```output\nx\n```\n\n```command\necho right\n```\n\n```output\nright\n```";

const UPDATED: &str = "\u{feff}---\ntitle: A\n---\n\n```command\necho one; echo 1.2.3; echo 10.0.0.$((3-2))\n```\n\n```output\none\n1.2.3\n10.9.9.9\n```\n\n1.  Then:\n\n    ```command\n    seq 3; echo end\n    ```\n\n    ```output\n    1\n    ...\n    end\n    ```\n\n```command\necho '~~~'\n```\n\n```output\nx\n```\n\n```command\necho right\n```\n\n```output\nright\n```";

#[test]
fn outputs_are_written_and_nothing_else() {
    if !has_engine() {
        return;
    }
    let (guide, updated) = (GUIDE.replace('\n', "\r\n"), UPDATED.replace('\n', "\r\n"));
    let right = "---\ntitle: B\n---\n\n```command\necho b\n```\n\n```output\nb\n```\n";
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("content/a.md", &guide), ("content/b.md", right)]);
    let before = site.tree();

    let ran = site.run(&["verify", "--update", "--dry-run"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("--- a/content/a.md\n+++ b/content/a.md\n@@ -"), "{ran:?}");
    assert!(ran.stdout.contains("-uno\r\n-1.2.2\r\n+one\r\n+1.2.3\r\n 10.9.9.9\r\n"), "{ran:?}");
    assert!(ran.stdout.contains("-    fin\r\n+    end\r\n"), "{ran:?}");
    assert!(site.tree() == before, "a dry run writes nothing");

    let ran = site.run(&["verify", "--update", "--format", "json"]);
    assert_eq!(ran.status, 1, "one output is refused: {ran:?}");
    assert!(ran.stderr.contains("content/a.md: 2 outputs updated, at lines 9 and 21"), "{ran:?}");
    assert!(ran.stderr.contains("this output is not updated: the real output holds `~~~`"), "{ran:?}");
    let report: serde_json::Value = ran.json();
    let verdicts: Vec<&str> = report["guides"][0]["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| step["verdict"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(verdicts, ["holds", "holds", "holds", "holds", "holds", "broken", "holds", "holds"]);
    let after = site.tree();
    let text = std::fs::read_to_string(site.path().join("content/a.md")).expect("the guide");
    assert_eq!(text, updated);
    assert_eq!(after.len(), before.len());
    assert!(after.iter().zip(&before).all(|(a, b)| a == b || a.0.ends_with("a.md")), "nothing else is written");

    let hash = blake3::hash(updated.as_bytes()).to_hex();
    assert_eq!(report["guides"][0]["hash"], hash.as_str(), "the report is that of the text as it was written");
    assert_eq!(report["guides"][0]["inputs"]["content/a.md"], hash.as_str());

    let ran = site.run(&["verify", "--update", "b"]);
    assert_eq!((ran.status, ran.stderr.contains("updated")), (0, false), "{ran:?}");
    assert!(site.tree() == after);
}

#[test]
fn a_command_that_fails_still_ends_the_guide() {
    if !has_engine() {
        return;
    }
    let text = |first: &str| {
        format!(
            "---\ntitle: A\nverify:\n  answers:\n    \"Word\": {{reply: hunter2hunter2, secret: true}}\n---\n\n```command\necho a\n```\n\n```output\n{first}\n```\n\n```command\nread -p \"Word: \" w; echo \"$w\"\n```\n\n```output\nx\n```\n\n```command\nfalse\n```\n\n```command\necho c\n```\n\n```output\nd\n```\n"
        )
    };
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("content/a.md", &text("b"))]);
    let ran = site.run(&["verify", "--update"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("content/a.md: 1 output updated, at line 12"), "{ran:?}");
    assert!(ran.stderr.contains("the real one shows a secret"), "{ran:?}");
    assert!(ran.stdout.contains("it ended with status 1"), "{ran:?}");
    assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(site.path().join("content/a.md")).expect("the guide"), text("a"));
    assert_eq!(site.run(&["verify", "--dry-run"]).status, 2, "--dry-run belongs to --update");
}

#[test]
fn a_guide_that_changed_meanwhile_is_not_written() {
    if !has_engine() {
        return;
    }
    let text = "---\ntitle: A\n---\n\n```command\nsleep 6; echo a\n```\n\n```output\nb\n```\n";
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("content/a.md", text)]);
    let changed = format!("{text}\nSaved meanwhile.\n");
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_secs(4));
            site.write("content/a.md", &changed);
        });
        site.run(&["verify", "--update"])
    });
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("content/a.md has changed since it was verified"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(site.path().join("content/a.md")).expect("the guide"), changed);
}

#[test]
fn outputs_in_tabs_are_those_of_their_machines() {
    if !has_engine() {
        return;
    }
    let config = format!("{CONFIG}  slim:\n    image: debian:bookworm\n    env: {{SLIM: 'yes'}}\n");
    let text = |debian: &str, slim: &str, shared: &str| {
        format!(
            "---\ntitle: A\n---\n\n{{{{< tabs >}}}}\n{{{{< tab \"Debian\" >}}}}\n```command\necho \"${{SLIM:-no}}\"\n```\n\n```output\n{debian}\n```\n{{{{< /tab >}}}}\n{{{{< tab \"Slim\" >}}}}\n```command\ntrue\n```\n\n```command\necho \"$SLIM\"\n```\n\n```output\n{slim}\n```\n{{{{< /tab >}}}}\n{{{{< /tabs >}}}}\n\n```command\necho same\n```\n\n```output\n{shared}\n```\n\n```command\necho \"${{SLIM:-no}}\"\n```\n\n```output\nx\n```\n"
        )
    };
    let site = TestSite::new(&[("guidepost.yaml", &config), ("content/a.md", &text("a\nb", "c", "d"))]);
    let ran = site.run(&["verify", "--update", "--format", "json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("content/a.md: 3 outputs updated, at lines 11, 25 and 35"), "{ran:?}");
    assert!(ran.stderr.contains("it is shown on several machines, and the real ones differ"), "{ran:?}");
    let new = std::fs::read_to_string(site.path().join("content/a.md")).expect("the guide");
    assert_eq!(new, text("no", "yes", "same"));
    let report: serde_json::Value = ran.json();
    let guides = report["guides"].as_array().expect("guides");
    let hash = blake3::hash(new.as_bytes()).to_hex();
    // The line that is at fault, where it stands now.
    let broken = new.lines().position(|line| line == "x").expect("the output that is left") + 1;
    for guide in guides {
        assert_eq!((&guide["hash"], &guide["verdict"]), (&hash.as_str().into(), &"broken".into()), "{guide:#}");
        let mut outputs = guide["steps"].as_array().expect("steps").iter().filter(|step| step["kind"] == "expect");
        let verdicts: Vec<&str> = outputs.clone().filter_map(|step| step["verdict"].as_str()).collect();
        assert_eq!(verdicts, ["holds", "holds", "broken"], "{guide:#}");
        assert_eq!(outputs.next_back().expect("steps")["line"], broken, "{guide:#}");
    }
    assert_eq!(guides.len(), 2);
}
