//! Runs of `guidepost verify` as a whole, through the binary: recordings, retries, machines of tabs, what needs a terminal.
//! Without an engine that has `debian:bookworm` the tests are skipped, and say so.

use crate::support::{Ran, TestSite, has_engine};
use serde_json::Value;

const CONFIG: &str = "title: T\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n  bookworm-slim:\n    image: debian:bookworm\n    env: {SLIM: 'yes'}\n";

fn site(text: &str) -> TestSite {
    TestSite::new(&[("guidepost.yaml", CONFIG), ("content/g/a.md", text)])
}

fn guides(ran: &Ran) -> Vec<Value> {
    let report: Value = ran.json();
    report["guides"].as_array().expect("guides").clone()
}

#[test]
fn recordings_have_steps_and_no_secrets() {
    if !has_engine() {
        return;
    }
    let site = site(
        "---\ntitle: A\nverify:\n  setup: [echo prepared]\n  answers:\n    \"Password\": {reply: hunter2hunter2, secret: true}\n---\n\n```command\nread -p \"Password: \" p; echo \"got $p\"\n```\n\n```command\nbash\n```\n\n```command\ncd /tmp; echo inside\nexit\n```\n\n{{< file \"x\" >}}\nx\n{{< /file >}}\n",
    );
    let arguments = ["verify", "--record", "rec/casts", "--format", "json"];
    let ran = site.run(&arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    let guide = &guides(&ran)[0];
    let name = guide["recording"].as_str().expect("a recording");
    assert!(name.starts_with("g-a-debian-") && name.ends_with(".cast"), "{name}");
    let file = site.path().join("rec/casts").join(name);
    let text = std::fs::read_to_string(&file).expect("the recording");
    for hidden in ["133;", "__gp", "hunter2", "prepared"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0]["idle_time_limit"], 2.0);
    let marks: Vec<&Value> = lines[1..].iter().filter(|line| line[1] == "m").collect();
    assert_eq!(marks.len(), 4, "{text}");
    assert_eq!(marks[1][2], "2 bash");
    // It begins at the prompt, and a step that shows nothing has no part of it.
    assert_eq!((&lines[1][0], &lines[2][0]), (&0.0.into(), &0.0.into()), "{text}");
    assert!(lines[1][2].as_str().is_some_and(|prompt| prompt.trim_end().ends_with('#')), "{text}");
    assert!(guide["steps"][3]["recorded"].is_null(), "{guide:#}");
    for (mark, step) in marks[..3].iter().zip(guide["steps"].as_array().expect("steps")) {
        let (from, to) = (step["recorded"][0].as_f64().expect("from"), step["recorded"][1].as_f64().expect("to"));
        assert!((mark[0].as_f64().expect("time") - from).abs() < 0.001 && from < to, "{mark} {step:#}");
    }
    let shown: String = lines[1..].iter().filter(|line| line[1] == "o").filter_map(|line| line[2].as_str()).collect();
    assert!(shown.contains("got [masked]") && shown.contains("echo inside\r\n"), "{shown}");

    // It may be replaced, and nothing else.
    assert_eq!(site.run(&arguments).status, 0);
    std::fs::write(&file, "notes\n").expect("written");
    let ran = site.run(&arguments);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("guidepost did not write it"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&file).expect("there"), "notes\n");
}

#[test]
fn a_guide_that_holds_at_last_is_flaky() {
    if !has_engine() {
        return;
    }
    // A clean machine remembers nothing, so the clock decides.
    let flaky = "---\ntitle: A\n---\n\n```command\ntrue\n```\n\n```command\n[ $(date +%s) -ge NOW ]\n```\n";
    let in_seconds = |seconds: u64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
        flaky.replace("NOW", &(now + seconds).to_string())
    };
    // Where a machine takes longer to start than that, the guide holds at first: then once more, with more time.
    let at_last = |arguments: &[&str], is_flaky: fn(&Ran) -> bool| {
        let run = |seconds| site(&in_seconds(seconds)).run(&[&["verify", "--retries", "30"], arguments].concat());
        [4, 8, 16, 32, 64].into_iter().map(run).find(is_flaky).expect("it is begun in a minute")
    };
    let ran = at_last(&["--format", "json"], |ran| guides(ran)[0]["attempts"].as_u64() > Some(1));
    assert_eq!(ran.status, 0, "{ran:?}");
    let guide = &guides(&ran)[0];
    assert_eq!((&guide["flaky"], &guide["verdict"]), (&Value::Bool(true), &"holds".into()), "{guide:#}");
    assert_eq!(
        (&guide["failures"][0]["line"], &guide["failures"][0]["message"]),
        (&10.into(), &"it ended with status 1".into())
    );

    let ran = at_last(&["--deny", "flaky", "--format", "github"], |ran| ran.status != 0);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.starts_with("::error file=content/g/a.md,line=10,title=A%3A flaky::"), "{ran:?}");

    let ran = site(&in_seconds(9999)).run(&["verify", "--retries", "1", "--format", "json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let guide = &guides(&ran)[0];
    assert_eq!((&guide["flaky"], &guide["attempts"]), (&Value::Bool(false), &2.into()), "{guide:#}");
}

#[test]
fn tabs_of_machines_are_done_on_each() {
    if !has_engine() {
        return;
    }
    let site = site(
        "---\ntitle: A\n---\n\n{{< tabs >}}\n{{< tab \"Debian\" >}}\n```command\n[ -z \"$SLIM\" ] && W=full\n```\n{{< /tab >}}\n{{< tab \"Bookworm Slim\" >}}\n```command\n[ -n \"$SLIM\" ] && W=slim\n```\n{{< /tab >}}\n{{< /tabs >}}\n\n```command\necho $W\n```\n\n```output\nfull\n```\n",
    );
    let ran = site.run(&["verify", "--format", "json", "--report", "r.json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let guides = guides(&ran);
    let came_to: Vec<(&str, &str, usize)> = guides
        .iter()
        .map(|guide| {
            let text = |key: &str| guide[key].as_str().unwrap_or_default();
            (text("machine"), text("verdict"), guide["steps"].as_array().expect("steps").len())
        })
        .collect();
    assert_eq!(came_to, [("bookworm-slim", "broken", 3), ("debian", "holds", 3)]);
    assert_eq!(site.run(&["build", "--report", "r.json"]).status, 0);
    let page = site.output("g/a/index.html");
    assert!(page.contains("Debian 12 (bookworm-slim), Debian 12 (debian)"), "{page}");
}

#[test]
fn a_terminal_for_a_person_needs_one() {
    let ran = site("---\ntitle: A\n---\n\n```command\nfalse\n```\n").run(&["verify", "--shell"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("--shell opens a terminal") && ran.stderr.contains("--keep"), "{ran:?}");
}

#[test]
fn a_folder_means_all_guides_below_it() {
    let guide = "---\ntitle: A\nverify: {skip: true, reason: here}\n---\n";
    let site = TestSite::new(&[
        ("guidepost.yaml", CONFIG),
        ("content/g/_index.md", "---\ntitle: G\n---\n"),
        ("content/g/a.md", guide),
        ("content/g/b/index.md", guide),
        ("content/c.md", guide),
    ]);
    if !has_engine() {
        return;
    }
    for (arguments, paths) in [
        (&["content/g"][..], &["content/g/a.md", "content/g/b/index.md"][..]),
        (&["content/g/", "content/g/a.md"], &["content/g/a.md", "content/g/b/index.md"]),
        (&["content/g/b"], &["content/g/b/index.md"]),
        (&["content/c.md"], &["content/c.md"]),
    ] {
        let ran = site.run(&[&["verify", "--format", "json"], arguments].concat());
        let found: Vec<Value> = guides(&ran).into_iter().map(|guide| guide["path"].clone()).collect();
        assert_eq!(found, paths, "{arguments:?}");
    }
    assert_eq!(site.run(&["verify", "--jobs", "0"]).status, 2);
    let ran = site.run(&["verify", "--report", "nowhere/r.json"]);
    assert!(ran.status == 2 && ran.stderr.contains("there is no folder nowhere for the report"), "{ran:?}");
}

#[test]
fn a_required_guide_is_prepared_as_it_wants() {
    if !has_engine() {
        return;
    }
    let site = TestSite::new(&[
        ("guidepost.yaml", CONFIG),
        ("content/a.md", "---\ntitle: A\nverify: {requires: [b]}\n---\n\n```command\ncat /tmp/made /tmp/done\n```\n"),
        (
            "content/b.md",
            "---\ntitle: B\nverify: {setup: [touch /tmp/made]}\n---\n\n```command\ncp /tmp/made /tmp/done\n```\n",
        ),
    ]);
    let ran = site.run(&["verify", "a"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn what_cannot_be_done_leaves_the_other_guides() {
    if !has_engine() {
        return;
    }
    let config = format!("{CONFIG}  gone:\n    image: nowhere.invalid/x:1\n  unbuilt:\n    build: machines/bad\n");
    let guide = |verify: &str| format!("---\ntitle: A\nverify: {{{verify}}}\n---\n\n```command\nls\n```\n");
    let site = TestSite::new(&[
        ("guidepost.yaml", &config),
        ("machines/bad/Dockerfile", "FROM debian:bookworm\nRUN echo no such thing >&2 && false\n"),
        ("content/fine.md", &guide("")),
        ("content/gone.md", &guide("machine: gone")),
        ("content/gone_too.md", &guide("machine: gone")),
        ("content/unbuilt.md", &guide("machine: unbuilt")),
        ("content/unknown.md", &guide("machine: debain")),
        ("content/unrequired.md", &guide("requires: [fine, nothing]")),
        ("content/needs.md", &guide("requires: unrequired")),
        ("content/round.md", &guide("requires: [round]")),
    ]);
    let ran = site.run(&["verify", "--format", "json", "--report", "r.json"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    for (guide, (path, verdict, reason, place)) in guides(&ran).iter().zip([
        ("content/fine.md", "holds", "", None),
        (
            "content/gone.md",
            "unreached",
            "its machine could not be made: there is no image `nowhere.invalid/x:1`",
            None,
        ),
        ("content/gone_too.md", "unreached", "there is no image `nowhere.invalid/x:1`", None),
        ("content/needs.md", "broken", "the plan of content/unrequired.md, which it requires, has errors", None),
        ("content/round.md", "broken", "its plan has errors", Some((3, "content/round.md requires itself"))),
        ("content/unbuilt.md", "unreached", "building `machines/bad` failed", None),
        ("content/unknown.md", "broken", "its plan has errors", Some((3, "there is no machine `debain`"))),
        (
            "content/unrequired.md",
            "broken",
            "its plan has errors",
            Some((3, "`requires`: there is no guide `nothing`")),
        ),
    ]) {
        assert_eq!((&guide["path"], &guide["verdict"]), (&path.into(), &verdict.into()), "{guide:#}");
        assert!(guide["reason"].as_str().unwrap_or_default().contains(reason), "{guide:#}");
        if let Some((line, message)) = place {
            let problem = &guide["diagnostics"][0];
            assert_eq!((&problem["place"]["line"], &problem["message"]), (&line.into(), &message.into()), "{guide:#}");
        }
        let steps = guide["steps"].as_array().expect("steps");
        assert!(verdict != "unreached" || steps.iter().all(|step| step["verdict"] == "unreached"), "{guide:#}");
    }
    // No earlier verdict is forgotten for it.
    let report = std::fs::read_to_string(site.path().join("r.json")).expect("the report");
    let earlier = report.replace("\"unreached\"", "\"holds\"").replace("\"20", "\"19");
    site.write("earlier.json", earlier);
    let ran = site.run(&["report", "earlier.json", "r.json", "--format", "json"]);
    let gone = guides(&ran).into_iter().find(|guide| guide["path"] == "content/gone.md").expect("there");
    assert_eq!(gone["verdict"], "holds", "{ran:?}");
}

#[test]
fn required_guides_are_done_after_what_they_require() {
    if !has_engine() {
        return;
    }
    let guide = |requires: &str, command: &str| {
        format!("---\ntitle: A\nverify: {{requires: [{requires}]}}\n---\n\n```command\n{command}\n```\n")
    };
    // Without `machines:` in guidepost.yaml.
    let site = TestSite::new(&[
        ("content/a.md", &guide("b, c", "cat /tmp/c /tmp/b")),
        ("content/b.md", &guide("c", "cp /tmp/c /tmp/b")),
        ("content/c.md", &guide("", "set -o noclobber; echo > /tmp/c")),
    ]);
    let ran = site.run(&["verify", "a"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let plan = site.run(&["plan", "a"]);
    assert!(plan.stdout.contains("on the machine `debian` (debian:bookworm)"), "{plan:?}");
}

#[test]
fn the_guides_limit_is_told_at_the_step_that_ran() {
    if !has_engine() {
        return;
    }
    let site = site(
        "---\ntitle: A\n---\n\n```command\ntrue\n```\n\n```command\ntrue\necho so far; sleep 600\n```\n\n```command\nls\n```\n",
    );
    let ran = site.run(&["verify", "--guide-timeout", "1m", "--format", "json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let guide = &guides(&ran)[0];
    let step = &guide["steps"][1];
    assert_eq!((&step["verdict"], &step["line"]), (&"broken".into(), &11.into()), "{guide:#}");
    assert_eq!(step["message"], "the guide's limit of 1m ended it", "{guide:#}");
    assert!(step["output"].as_str().is_some_and(|shown| shown.contains("so far")), "{guide:#}");
    assert_eq!((&guide["steps"][0]["verdict"], &guide["steps"][2]["verdict"]), (&"holds".into(), &"unreached".into()));
    assert!(guide["reason"].is_null(), "{guide:#}");
}

/// Another root in the machine, with a few programs and their libraries.
const OTHER_ROOT: &str = "mkdir -p /srv/r/dev /srv/r/root; for p in bash sh cat id od stat wc; do cp -L --parents $(command -v $p) $(ldd $(command -v $p) | grep -o '/[^ ]*') /srv/r; done";

#[test]
fn files_are_saved_where_the_terminal_is() {
    if !has_engine() {
        return;
    }
    let guide = r#"
```command
OTHER_ROOT
```

```command
mkdir /srv/r/only-there
chroot /srv/r bash
cd /only-there
umask 077
```

{{< file "app.conf" >}}
greeting = "it's 100% \n"
listen = '*'
{{< /file >}}

{{< file "/only-there/app.conf" >}}
...
listen = 'host'
{{< /file >}}

```command
sh
```

{{< file "~/ünder.txt" >}}
Grüße
{{< /file >}}

```command
cat ~/*.txt app.conf; stat -c %a app.conf
```

```output {match="exact"}
Grüße
greeting = "it's 100% \n"
listen = 'host'
600
```

```command
exit
exit
ls /root | wc -l
```

```output
0
```

{{< file "/only-there/x" >}}
x
{{< /file >}}
"#;
    let site = site(&format!("---\ntitle: A\n---\n{}", guide.replace("OTHER_ROOT", OTHER_ROOT)));
    let ran = site.run(&["verify", "--record", "rec", "--format", "json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let guide = &guides(&ran)[0];
    let steps = guide["steps"].as_array().expect("steps");
    let (last, done) = steps.split_last().expect("steps");
    assert!(done.iter().all(|step| step["verdict"] == "holds"), "{guide:#}");
    // Outside, nothing is there.
    assert_eq!(last["message"], "there is no folder /only-there for this file", "{guide:#}");
    let recording = site.path().join("rec").join(guide["recording"].as_str().expect("a recording"));
    let text = std::fs::read_to_string(recording).expect("the recording");
    for hidden in ["__gp", "gp-", "od -An"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
}
