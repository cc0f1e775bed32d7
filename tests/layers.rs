//! What is said once for a library: by guidepost.yaml, by the pages of sections, by guides and by their sidecars.

use crate::support::{Ran, TestSite, run_in};
use serde_json::Value;
use std::path::Path;

const MACHINES: &str = "machines:\n  debian: {image: debian:bookworm}\n  server: {image: debian:bookworm}\n  docker: {image: debian:bookworm}\n";

const GUIDE: &str = "---\ntitle: G\ntags: [Backup]\n---\n\n## Start\n\nRun:\n\n```bash\necho <your_name>\nsudo certbot --nginx -d <your-domain>\nls\n```\n\n\
    ```console\n$ lsmod\nGoing down\n$ ls\nx\n```\n\n## Stop\n\n```sh\nsystemctl stop x\n```\n";

/// A site with these files below `content/`, and this under its machines.
fn site(library: &str, files: &[(&str, &str)]) -> TestSite {
    let config = format!("base_url: https://example.org/\n{MACHINES}{library}");
    let site = TestSite::new(&[("guidepost.yaml", &config)]);
    files.iter().for_each(|(path, text)| site.write(&format!("content/{path}"), text));
    site
}

fn plan(folder: &Path, guide: &str) -> Value {
    let ran = run_in(folder, &["plan", guide, "--format", "json"]);
    let shown: Value = ran.json();
    shown["plan"].clone()
}

#[test]
fn the_nearest_place_counts_and_is_named() {
    let library = "verify:\n  machine: docker\n  timeout: 5m\n  columns: 90\n  vars: {a: library, b: library, c: library, d: library}\n  env: {LANG: C}\n";
    let section = "---\ntitle: S\nverify:\n  timeout: 6m\n  vars: {b: section, c: section, d: section}\n---\n";
    let guide = "---\ntitle: G\nverify:\n  vars: {c: guide, d: guide}\n---\n\n```bash\necho a b c d\n```\n\n```bash {timeout=7m vars=\"d=block\"}\necho a b c d\n```\n";
    let sidecar = "machine: server\nvars:\n  d: sidecar\n";
    let files = [("s/_index.md", section), ("s/t/g.md", guide), ("s/t/g.verify.yaml", sidecar)];
    let folder = site(library, &files);
    let plan = plan(folder.path(), "content/s/t/g.md");
    assert_eq!((&plan["machine"], &plan["settings"]["columns"]), (&"server".into(), &90.into()));
    let typed = |step: usize| plan["steps"][step]["commands"][0]["lines"][0].as_str().expect("a line").to_owned();
    assert_eq!(typed(0), "echo library section guide sidecar");
    assert_eq!(typed(1), "echo library section guide block");
    assert_eq!(
        (&plan["steps"][0]["attributes"]["timeout"], &plan["steps"][1]["attributes"]["timeout"]),
        (&360.0.into(), &420.0.into())
    );
    let from = |key: &str| {
        let origin = &plan["settings"]["from"][key];
        format!(
            "{} {}:{}",
            origin["scope"].as_str().unwrap_or("?"),
            origin["path"].as_str().unwrap_or("?"),
            origin["line"]
        )
    };
    for (key, expected) in [
        ("machine", "sidecar content/s/t/g.verify.yaml:1"),
        ("timeout", "section content/s/_index.md:4"),
        ("columns", "library guidepost.yaml:9"),
        ("vars.a", "library guidepost.yaml:10"),
        ("vars.b", "section content/s/_index.md:5"),
        ("vars.c", "guide content/s/t/g.md:4"),
        ("vars.d", "sidecar content/s/t/g.verify.yaml:3"),
        ("env.LANG", "library guidepost.yaml:11"),
    ] {
        assert_eq!(from(key), expected, "{key}");
    }
    let human = run_in(folder.path(), &["plan", "content/s/t/g.md"]).stdout;
    for line in [
        "  types library for a, by guidepost.yaml:10",
        "  types section for b, by content/s/_index.md:5",
        "  types guide for c\n",
        "  sets LANG to C, by guidepost.yaml:11",
        "  in terminals of 90 columns, by guidepost.yaml:9",
        "      - timeout by content/s/_index.md:4",
    ] {
        assert!(human.contains(line), "{line}\n{human}");
    }
}

/// Each step in a line: its number, what is typed or compared, why not, and what a rule says.
fn told(plan: &Value) -> Vec<String> {
    let one = |step: &Value| {
        let lines = step["commands"].as_array().map(|commands| {
            let lines = commands.iter().flat_map(|command| command["lines"].as_array().into_iter().flatten());
            lines.filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
        });
        let what = lines.unwrap_or_else(|| format!("= {}", step["text"].as_str().unwrap_or_default().trim_end()));
        let why = step["skip"].as_str().map(|why| format!(" [{why}]")).unwrap_or_default();
        let timeout = step["attributes"]["timeout"].as_f64().map(|time| format!(" {time}s")).unwrap_or_default();
        format!("{what}{why}{timeout}")
    };
    plan["steps"].as_array().expect("steps").iter().map(one).collect()
}

#[test]
fn rules_select_guides_blocks_and_commands() {
    let plain = [
        "echo <your_name>; sudo certbot --nginx -d <your-domain>; ls",
        "lsmod",
        "= Going down",
        "ls",
        "= x",
        "systemctl stop x",
    ];
    let certbot = ["echo <your_name>", "sudo certbot --nginx -d <your-domain> [no domain]", "ls"];
    let rest = ["lsmod", "= Going down", "ls", "= x", "systemctl stop x"];
    let no_lsmod =
        ["lsmod [gone]", "= Going down [its command, step 2, is skipped: gone]", "ls", "= x", "systemctl stop x"];
    let with =
        |first: &[&str], second: &[&str]| [first, second].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    for (rule, machine, expected) in [
        ("command: certbot *\n      skip: true\n      reason: no domain", "debian", with(&certbot, &rest)),
        ("command: [nothing, lsmod]\n      skip: true\n      reason: gone", "debian", with(&plain[..1], &no_lsmod)),
        ("command: lsmod\n      section: other\n      skip: true\n      reason: gone", "debian", with(&plain, &[])),
        (
            "command: certbot\n      timeout: 9m",
            "debian",
            with(&["echo <your_name>", "sudo certbot --nginx -d <your-domain> 540s", "ls"], &rest),
        ),
        ("command: certbot\n      run: echo done", "debian", with(&["echo <your_name>", "echo done", "ls"], &rest)),
        ("command: systemctl\n      machine: server", "server", with(&plain, &[])),
        ("command: docker\n      machine: docker", "debian", with(&plain, &[])),
        ("path: 's/*.md'\n      machine: server", "server", with(&plain, &[])),
        ("path: content/s/**\n      machine: server", "server", with(&plain, &[])),
        ("section: s\n      machine: server", "server", with(&plain, &[])),
        ("tag: back*\n      machine: server", "server", with(&plain, &[])),
        ("tag: other\n      machine: server", "debian", with(&plain, &[])),
        ("language: sh\n      skip: true\n      reason: r", "debian", with(&plain[..5], &["systemctl stop x [r]"])),
        ("at: stop\n      skip: true\n      reason: r", "debian", with(&plain[..5], &["systemctl stop x [r]"])),
        ("language: sh\n      machine: server", "server", with(&plain, &[])),
        ("language: console\n      at: Stop\n      machine: server", "debian", with(&plain, &[])),
    ] {
        let folder = site(&format!("verify:\n  rules:\n    - {rule}\n"), &[("s/g.md", GUIDE)]);
        let plan = plan(folder.path(), "content/s/g.md");
        assert_eq!(told(&plan), expected, "{rule}");
        assert_eq!(plan["machine"], machine, "{rule}");
    }
    // What is said nearer counts: the guide's own word, and that of a block.
    let library =
        "verify:\n  rules:\n    - {path: '**', skip: true, reason: all}\n    - {command: ls, skip: true, reason: no}\n";
    let own = "---\ntitle: G\nverify: {skip: false}\n---\n\n```bash\nls\n```\n\n```bash {skip=false}\nls\n```\n";
    let folder = site(library, &[("g.md", own), ("h.md", GUIDE)]);
    assert_eq!(told(&plan(folder.path(), "content/g.md")), ["ls [no]", "ls"]);
    assert_eq!(plan(folder.path(), "content/h.md")["settings"]["skip"], "all");
    let human = run_in(folder.path(), &["plan", "content/g.md"]).stdout;
    assert!(human.contains("      - reason, skip by the rule for command `ls` of guidepost.yaml:9\n"), "{human}");
}

#[test]
fn a_guide_on_several_machines() {
    let guide = |front: &str| format!("---\ntitle: G\n{front}---\n\n```bash\nls\n```\n");
    let machines = |library: &str, front: &str| {
        let folder = site(library, &[("g.md", &guide(front))]);
        let ran = run_in(folder.path(), &["plan", "content/g.md", "--format", "jsonl"]);
        let plans = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        plans.map(|plan| plan["machine"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    let both = "verify: {machines: [debian, server]}\n";
    for (library, front, expected) in [
        ("", both, &["debian", "server"][..]),
        (both, "", &["debian", "server"]),
        (both, "verify: {machine: docker}\n", &["docker"]),
        ("verify: {machine: docker}\n", both, &["debian", "server"]),
        ("verify: {rules: [{command: ls, machines: [server, docker]}]}\n", "", &["server", "docker"]),
        ("", "verify: {machines: server}\n", &["server"]),
    ] {
        assert_eq!(machines(library, front), expected, "{library} {front}");
    }
    let folder = site("", &[("g.md", &guide("verify: {machines: [debian, sever]}\n"))]);
    let ran = run_in(folder.path(), &["check"]);
    assert!(ran.status == 1 && ran.stdout.contains("error[unknown-machine]: there is no machine `sever`"), "{ran:?}");
    assert!(ran.stdout.contains("content/g.md:3:") && ran.stdout.matches("unknown-machine").count() == 1, "{ran:?}");
}

#[test]
fn a_rule_of_a_section_and_of_a_guide() {
    let rule = "rules: [{command: lsmod, skip: true, reason: section}]";
    let section = format!("---\ntitle: S\nverify: {{{rule}}}\n---\n");
    let files = [("s/_index.md", section.as_str()), ("s/g.md", GUIDE), ("h.md", GUIDE)];
    let folder = site("", &files);
    assert!(told(&plan(folder.path(), "content/s/g.md"))[1].contains("lsmod [section]"));
    assert!(told(&plan(folder.path(), "content/h.md"))[1].ends_with("lsmod"));
    let guide =
        GUIDE.replace("title: G\n", "title: G\nverify: {rules: [{command: lsmod, skip: true, reason: guide}]}\n");
    let folder = site("", &[("s/_index.md", &section), ("s/g.md", &guide)]);
    assert!(told(&plan(folder.path(), "content/s/g.md"))[1].contains("lsmod [guide]"));
}

#[test]
fn values_by_kind_and_their_defaults() {
    let text = "---\ntitle: G\n---\n\n```bash\nadduser <user>\nping <server_ip>\ncurl https://<your-domain>/ -H <api_token>\n```\n\nIt prints:\n\n```output\n<user> at https://<your-domain>/\n```\n";
    for (library, expected) in [
        (
            "verify: {kinds: defaults}",
            [
                "adduser example; ping 203.0.113.1; curl https://site.example/ -H <api_token>",
                "= example at https://site.example/",
            ],
        ),
        (
            "verify: {kinds: {address: 10.0.0.9, user: ann, token: t}}",
            ["adduser ann; ping 10.0.0.9; curl https://<your-domain>/ -H t", "= ann at https://<your-domain>/"],
        ),
        (
            "verify: {kinds: {defaults: true, domain: a.test}, vars: {user: bob}}",
            ["adduser bob; ping 203.0.113.1; curl https://a.test/ -H <api_token>", "= bob at https://a.test/"],
        ),
    ] {
        let folder = site(&format!("{library}\n"), &[("g.md", text)]);
        let found: Vec<String> = told(&plan(folder.path(), "content/g.md"));
        let said: Vec<&str> = found.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
        assert_eq!(said, expected, "{library}");
    }
    let folder = site("verify:\n  kinds: {defaults: true, user: ann}\n", &[("g.md", text)]);
    let human = run_in(folder.path(), &["plan", "content/g.md"]).stdout;
    for line in [
        "  types ann for user, a user, by guidepost.yaml:7\n",
        "  types site.example for your-domain, a domain, by guidepost.yaml:7\n",
        "the placeholder `api_token` (a token) has no value",
    ] {
        assert!(human.contains(line), "{line}\n{human}");
    }
    // Where nothing is said, `plan` tells what could be.
    let folder = site("", &[("g.md", text)]);
    let ran = run_in(folder.path(), &["plan", "content/g.md"]);
    assert!(ran.stderr.contains("for all guides, `kinds: {domain: site.example}` in guidepost.yaml"), "{}", ran.stderr);
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    for (library, code, at, message) in [
        ("verify:\n  maschine: x\n", "verify-setting", "7:3", "unknown key `maschine`"),
        ("verify:\n  timeout: 5\n", "verify-setting", "7:3", "`timeout` is 5"),
        ("verify:\n  machine: sever\n", "unknown-machine", "7:3", "there is no machine `sever`"),
        ("verify:\n  kinds:\n    adress: x\n", "verify-setting", "8:5", "placeholders have no kind `adress`"),
        (
            "verify:\n  answers:\n    q: {repl: x}\n",
            "verify-setting",
            "8:5",
            "the answer to `q` has an unknown key `repl`",
        ),
        ("verify:\n  env:\n    a-b: x\n", "verify-setting", "7:3", "`a-b` cannot name an environment variable"),
        ("verify:\n  rules: x\n", "verify-setting", "7:3", "`rules` is \"x\", a list is wanted"),
        (
            "verify:\n  rules:\n    - skip: true\n      reason: r\n",
            "verify-setting",
            "8:7",
            "this rule selects nothing",
        ),
        ("verify:\n  rules:\n    - path: a\n", "verify-setting", "8:7", "this rule says nothing"),
        (
            "verify:\n  rules:\n    - path: a\n      skip: true\n",
            "skip-without-reason",
            "9:7",
            "`skip` needs a `reason`",
        ),
        (
            "verify:\n  rules:\n    - command: a\n      skip: true\n",
            "skip-without-reason",
            "9:7",
            "`skip` needs a `reason`",
        ),
        (
            "verify:\n  rules:\n    - path: '['\n      machine: server\n",
            "verify-setting",
            "8:7",
            "`path` has a pattern",
        ),
        (
            "verify:\n  rules:\n    - command: '*'\n      exit: 1\n",
            "verify-setting",
            "8:7",
            "this pattern fits every command",
        ),
        ("verify:\n  rules:\n    - comand: a\n      exit: 1\n", "verify-setting", "8:7", "unknown key `comand`"),
        ("verify:\n  rules:\n    - path: a\n      exit: 1\n", "verify-setting", "9:7", "`exit` is said of blocks"),
        (
            "verify:\n  rules:\n    - command: a\n      path: b\n      role: file\n",
            "verify-setting",
            "10:7",
            "cannot be said of a single command",
        ),
        (
            "verify:\n  rules:\n    - tag: a\n      machine: sever\n",
            "unknown-machine",
            "9:7",
            "there is no machine `sever`",
        ),
    ] {
        let folder = site(library, &[("g.md", GUIDE)]);
        for command in [&["check", "--format", "json"][..], &["plan", "--all"], &["build"]] {
            let Ran { status, stdout, stderr } = run_in(folder.path(), command);
            assert_eq!(status, 2, "{library} {command:?} {stdout} {stderr}");
            if command[0] == "check" {
                let report: Value = serde_json::from_str(&stdout).expect("JSON");
                let found = &report["diagnostics"][0];
                let place = format!("{}:{}", found["place"]["line"], found["place"]["column"]);
                assert_eq!((found["code"].as_str(), place.as_str()), (Some(code), at), "{library} {report:#}");
                assert!(found["message"].as_str().is_some_and(|told| told.contains(message)), "{report:#}");
            }
        }
    }
    // What a section says wrongly is told once, and of its guides alone.
    let section = "---\ntitle: S\nverify: {timeout: 5}\n---\n";
    let folder = site("", &[("s/_index.md", section), ("s/g.md", GUIDE), ("s/h.md", GUIDE), ("i.md", GUIDE)]);
    let report: Value = run_in(folder.path(), &["check", "--format", "json"]).json();
    assert_eq!(
        (&report["errors"], &report["diagnostics"][0]["place"]["path"]),
        (&1.into(), &"content/s/_index.md".into()),
        "{report:#}"
    );
    assert_eq!(run_in(folder.path(), &["plan", "content/i.md"]).status, 0);
    assert_eq!(run_in(folder.path(), &["plan", "content/s/g.md"]).status, 1);
}

#[test]
fn a_rule_that_fits_nothing_is_a_warning() {
    let library = "verify:\n  rules:\n    - {tag: backup, timeout: 1m}\n    - {command: frobnicate, exit: 1}\n";
    let section = "---\ntitle: S\nverify: {rules: [{path: \"**/g.md\", timeout: 1m}]}\n---\n";
    let folder = site(library, &[("g.md", GUIDE), ("s/_index.md", section), ("s/h.md", GUIDE)]);
    let ran = run_in(folder.path(), &["check", "--format", "json"]);
    let report: Value = ran.json();
    let unused: Vec<String> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|d| d["code"] == "unused-rule")
        .map(|d| {
            format!(
                "{}:{} {}",
                d["place"]["path"].as_str().expect("a path"),
                d["place"]["line"],
                d["message"].as_str().expect("text")
            )
        })
        .collect();
    let expected = [
        "content/s/_index.md:3 this rule, for path `**/g.md`, fits no guide of its section",
        "guidepost.yaml:9 this rule, for command `frobnicate`, fits no guide",
    ];
    assert_eq!(unused, expected, "{report:#}");
    let all = run_in(folder.path(), &["plan", "--all"]);
    assert!(all.stderr.contains("warning[unused-rule]: this rule, for command `frobnicate`, fits no guide"), "{all:?}");
    assert_eq!(run_in(folder.path(), &["plan", "--all", "--strict"]).status, 1);
    assert!(!run_in(folder.path(), &["plan", "content/g.md"]).stderr.contains("unused-rule"));
}
