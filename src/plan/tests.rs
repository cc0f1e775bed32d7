//! Guides and the plans that they come to.

use std::sync::Arc;

use super::*;
use crate::guide::{self, Registry};

fn parse(path: &str, text: &str) -> Guide {
    guide::parse(Source::new(path, text), &Registry::default(), &[], false)
}

/// The plan of a text on a site with the machines `debian` and `server`, and a bundle `shared`.
fn planned(text: &str, sidecar: Option<&str>) -> Plan {
    let guide = parse("guide.md", text);
    let bundle = Arc::new(parse("shared.md", "## Shared\n\n    from-the-bundle\n\n{{< content \"shared\" >}}\n"));
    let sidecar = sidecar.map(|text| Source::new("verify.yaml", text));
    let machines = ["debian".to_owned(), "server".to_owned()];
    let includes = |name: &str| (name == "shared").then(|| Arc::clone(&bundle));
    plan(&guide, &includes, sidecar.as_ref(), &machines)
}

/// A step in a line: what it does, then, in brackets, its reason to be skipped.
fn line(step: &Step) -> String {
    let what = match &step.kind {
        StepKind::Run { commands } => {
            format!("run {}", commands.iter().map(|c| c.lines.join("|")).collect::<Vec<_>>().join(" ; "))
        }
        StepKind::Write { file, text, edit, owner, .. } => {
            let root = if *owner == Owner::Root { " as root" } else { "" };
            format!("write {file} {edit}{root}: {}", text.trim_end().replace('\n', "|"))
        }
        StepKind::Expect { text, of, rule, .. } => {
            format!("expect {of} {}: {}", rule.map_or("-", Rule::name), text.trim_end().replace('\n', "|"))
        }
    };
    step.skip.as_ref().map_or_else(|| what.clone(), |reason| format!("{what} [{reason}]"))
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(line).collect()
}

/// `code line:column message` of each problem.
fn problems(plan: &Plan) -> Vec<String> {
    let one = |d: &Diagnostic| {
        let place = d.place.as_ref().expect("each has a place");
        format!("{} {}:{}:{} {}", d.code, place.path, place.line, place.column, d.message)
    };
    plan.diagnostics.iter().map(one).collect()
}

fn check(text: &str, expected: &[&str]) -> Plan {
    let plan = planned(text, None);
    assert_eq!(lines(&plan), expected, "{text}");
    plan
}

#[test]
fn blocks_become_steps() {
    for (text, steps) in [
        (
            "    ls\n\n```js\nx()\n```\n\n```bash\ncd a\nls\n```\n\n```output\nb\n```\n",
            &["run ls", "run cd a ; ls", "expect 2 -: b"][..],
        ),
        (
            "```console\n$ ls\na\nb\n$ cd b\n$ pwd\n/b\n```\n",
            &["run ls", "expect 1 -: a|b", "run cd b ; pwd", "expect 3 -: /b"],
        ),
        ("    cat <<EOF > x\n    a\n    EOF\n    ls\n", &["run cat <<EOF > x|a|EOF ; ls"]),
        (
            "    sudo nano /etc/hosts\n\nText.\n\n```file {title=\"/etc/hosts\"}\nx\n```\n",
            &["write /etc/hosts auto as root: x"],
        ),
        ("    nano app.js\n\n{{< file >}}\nx\n{{< /file >}}\n", &["write app.js auto: x"]),
        ("    cd app\n    vim a.js\n\n```file {title=\"a.js\"}\nx\n```\n", &["run cd app", "write a.js auto: x"]),
        (
            "    cd /etc && sudo vi hosts\n\n```file {title=\"hosts\"}\nx\n```\n",
            &["run cd /etc", "write hosts auto as root: x"],
        ),
        ("```file {title=\"~/a\" edit=append}\nx\n```\n", &["write ~/a append: x"]),
        ("```file {title=\"/etc/a\"}\nx\n```\n", &["write /etc/a auto as root: x"]),
        (
            "    ls\n\n```file {title=\"a\"}\nx\n```\n\n```output {match=exact}\ny\n```\n",
            &["run ls", "write a auto: x", "expect 1 exact: y"],
        ),
        ("```bash {expect=\"Hello\"}\nnode app.js\n```\n", &["run node app.js", "expect 1 contains: Hello"]),
        ("```bash {run=\"apt install -y x\"}\napt install x\n```\n", &["run apt install -y x"]),
        (
            "```bash {verify=\"skip\" reason=\"no domain\"}\nls\n```\n\n```output\nx\n```\n",
            &["run ls [no domain]", "expect 1 -: x [its command, step 1, is skipped: no domain]"],
        ),
        ("<!-- verify: skip=true reason=\"no domain\" -->\n\n    ls\n", &["run ls [no domain]"]),
        ("<!-- verify: skip reason=\"no domain\" -->\n\n    ls\n", &["run ls [no domain]"]),
        ("```bash {skip reason=\"no domain\"}\nls\n```\n", &["run ls [no domain]"]),
        ("```bash {machine=\"server\"}\nls\n```\n", &["run ls [it is for the machine `server`]"]),
        ("{{< note >}}\n\n    ls\n\n{{< /note >}}\n", &["run ls"]),
        ("## A\n\n{{< content \"shared\" >}}\n\n    after\n", &["run from-the-bundle", "run after"]),
    ] {
        let plan = check(text, steps);
        assert_eq!(problems(&plan), [""; 0], "{text}");
    }
}

#[test]
fn blocks_that_say_nothing_are_read_as_a_reader_would() {
    let file = "because `nano a` opens an editor";
    for (text, steps, why) in [
        ("    nano a\n\n```\nx\n```\n", &["write a auto: x"][..], file),
        ("    nano a\n\nText.\n\n```conf\nx\n```\n\n```conf\ny\n```\n", &["write a auto: x"], file),
        (
            "```bash\nls\nsudo vi /etc/a\n```\n\n```yaml\nx\n```\n",
            &["run ls", "write /etc/a auto as root: x"],
            "as root",
        ),
        ("    nano a\n\n```bash\n#!/bin/sh\nls\n```\n", &["write a auto: #!/bin/sh|ls"], file),
        ("    nano a\n\n```js {title=\"The code\"}\nx\n```\n", &["write a auto: x"], file),
        ("```js {path=\"b.js\"}\nx\n```\n", &["write b.js auto: x"], "because `path` says where"),
        (
            "    psql a\n\n```sql\nSELECT\n1;\n\\q\n```\n\n```sql\nx;\n```\n",
            &["run psql a", "run SELECT|1; ; \\q"],
            "prompt of `psql`",
        ),
        (
            "    $ psql a\n    a=# SELECT 1;\n\n```sql\nSELECT 2;\n```\n",
            &["run psql a ; SELECT 1;", "run SELECT 2;"],
            "prompt of `psql`",
        ),
        (
            "    python3\n\n```py\ndef f():\n  x\nf()\n```\n",
            &["run python3", "run def f():|  x| ; f()"],
            "prompt of `python3`",
        ),
        (
            "    docker exec -it db psql\n\n```sql\nx;\n```\n",
            &["run docker exec -it db psql", "run x;"],
            "prompt of `psql`",
        ),
    ] {
        let plan = check(text, steps);
        let found: Vec<&String> = plan.steps.iter().flat_map(|step| &step.inferred).collect();
        assert!(found.iter().any(|found| found.contains(why)), "{text}\n{found:?}");
    }
    for (text, steps, left, problem) in [
        (
            "    nano a\n\n    ls\n\n```\nx\n```\n",
            &["run nano a [it opens an editor, and no file block says what to write]", "run ls"][..],
            "nothing says that it is typed or saved",
            "editor-alone",
        ),
        (
            "    nano a\n\n```bash\nls\n```\n",
            &["run nano a [it opens an editor, and no file block says what to write]", "run ls"],
            "",
            "editor-alone",
        ),
        (
            "    nano a\n\n```listing\nx\n```\n",
            &["run nano a [it opens an editor, and no file block says what to write]"],
            "",
            "editor-alone",
        ),
        (
            "    nano a\n\n## B\n\n```\nx\n```\n",
            &["run nano a [it opens an editor, and no file block says what to write]"],
            "nothing says that it is typed or saved",
            "editor-alone",
        ),
        (
            "    nano a.js\n\n```js {title=\"b.js\"}\nx\n```\n",
            &["run nano a.js [it opens an editor, and no file block says what to write]", "write b.js auto: x"],
            "",
            "editor-alone",
        ),
        ("```sql\nx;\n```\n", &[], "no program that reads it is open there", "block-not-done"),
        (
            "    psql -c x\n\n```sql\nx;\n```\n",
            &["run psql -c x"],
            "no program that reads it is open there",
            "block-not-done",
        ),
        (
            "    psql\n    \\q\n\n```sql\nx;\n```\n",
            &["run psql ; \\q"],
            "no program that reads it is open there",
            "block-not-done",
        ),
        (
            "    psql\n\n```js\nx\n```\n",
            &["run psql"],
            "`psql` is open there, which does not read it",
            "block-not-done",
        ),
        ("```js\nx\n```\n", &[], "nothing says that it is typed or saved", ""),
        ("```sql {role=listing}\nx\n```\n", &[], "", ""),
        ("    ls\n\nThe output is similar to:\n\n```\nx\n```\n", &["run ls", "expect 1 -: x"], "", ""),
        ("    ls\n\nIt is there. You should\nsee `x`:\n\n```json\nx\n```\n", &["run ls", "expect 1 -: x"], "", ""),
        ("    ls\n\nIt shows all. Else:\n\n```\nx\n```\n", &["run ls"], "nothing says that it is typed or saved", ""),
        (
            "    ls\n\nThe file looks like this:\n\n```\nx\n```\n",
            &["run ls"],
            "nothing says that it is typed or saved",
            "",
        ),
        ("    ls\n\nOutput:\n\n## B\n\n```\nx\n```\n", &["run ls"], "nothing says that it is typed or saved", ""),
        (
            "    ls\n\nOutput:\n\n```output\na\n```\n\nOutput:\n\n```\nx\n```\n",
            &["run ls", "expect 1 -: a", "expect 1 -: x"],
            "",
            "",
        ),
        ("    ls\n\nOutput:\n\n```text {role=listing}\nx\n```\n", &["run ls"], "", ""),
        (
            "---\nverify: {skip: true, reason: no}\n---\n\n    ls\n\nOutput:\n\n```\nx\n```\n",
            &["run ls", "expect 1 -: x"],
            "",
            "",
        ),
        ("```sql {role=command}\nx\ny;\n```\n", &["run x|y;"], "", ""),
    ] {
        let plan = check(text, steps);
        let whys: Vec<&str> = plan.left_out.iter().map(|block| block.why.as_str()).collect();
        assert_eq!(whys.join("|"), left, "{text}");
        let codes: Vec<&str> = plan.diagnostics.iter().map(|problem| &*problem.code).collect();
        assert_eq!(codes.join(" "), problem, "{text}");
    }
    let sidecar = "steps:\n- contains: y\n  path: a\n- contains: x\n  run: z\n";
    assert_eq!(lines(&planned("```js\ny\n```\n\n```js\nx\n```\n", Some(sidecar))), ["write a auto: y", "run z"]);
}

#[test]
fn what_is_not_done_says_what_that_means_for_a_reader() {
    let folded = "{{< note isCollapsible=true title=\"Else\" >}}\n```bash\nls\n```\n{{< /note >}}\n";
    for (text, steps, left_out) in [
        ("    ls\n", vec![None], vec![]),
        ("```bash {skip=true reason=\"no\"}\nls\n```\n\n```output\nx\n```\n", vec![Some(Omission::Skipped); 2], vec![]),
        (folded, vec![Some(Omission::Optional)], vec![]),
        ("```bash {machine=server}\nls\n```\n", vec![Some(Omission::NotDone)], vec![]),
        ("    nano x\n", vec![Some(Omission::NotDone)], vec![]),
        ("```output\nx\n```\n", vec![], vec![Omission::NotDone]),
        ("```output {skip=true reason=no}\nx\n```\n", vec![], vec![Omission::Skipped]),
        ("```file\nx\n```\n", vec![], vec![Omission::NotDone]),
        ("```sh\n# nothing\n```\n", vec![], vec![Omission::NotDone]),
        ("```sql\nx;\n```\n", vec![], vec![Omission::NotDone]),
        ("```json\nx\n```\n", vec![], vec![Omission::LookedAt]),
        ("    ls\n\nIt prints:\n\n```\nx\n```\n", vec![None; 2], vec![]),
    ] {
        let plan = planned(text, None);
        assert_eq!(plan.steps.iter().map(|step| step.omission).collect::<Vec<_>>(), steps, "{text}");
        assert_eq!(plan.left_out.iter().map(|block| block.omission).collect::<Vec<_>>(), left_out, "{text}");
        assert!(plan.steps.iter().all(|step| step.skip.is_some() == step.omission.is_some()), "{text}");
    }
}

#[test]
fn tabs_of_machines_make_a_plan_for_each() {
    let tab =
        |title: &str, command: &str| format!("{{{{< tab {title} >}}}}\n```bash\n{command}\n```\n{{{{< /tab >}}}}\n");
    let tabs = |tabs: &[String]| format!("{{{{< tabs >}}}}\n{}{{{{< /tabs >}}}}\n\n", tabs.concat());
    let both = tabs(&[tab("\"Server\"", "big"), tab("title=\"Small\" machine=\"debian\"", "small")]);
    let one = tabs(&[tab("\"Server\"", "only-server")]);
    let other = tabs(&[tab("\"Server\"", "s"), tab("\"npm\"", "npm"), tab("\"Yarn\"", "yarn")]);
    let unnamed = tabs(&[tab("\"npm\"", "npm"), tab("\"Yarn\"", "yarn")]);
    for (text, expected) in [
        (format!("{both}    all\n"), vec!["debian: run small, run all", "server: run big, run all"]),
        (format!("{both}{one}{other}"), vec!["debian: run small, run npm", "server: run big, run only-server, run s"]),
        (one.clone(), vec!["server: run only-server"]),
        (unnamed, vec!["debian: run npm"]),
        (format!("---\nverify: {{machine: debian}}\n---\n{both}{one}"), vec!["debian: run small, run only-server"]),
    ] {
        let guide = parse("guide.md", &text);
        let plans = plans(&guide, Around::new(&|_| None, None, &["debian".to_owned(), "server".to_owned()]));
        let shown: Vec<String> = plans.iter().map(|p| format!("{}: {}", p.machine, lines(p).join(", "))).collect();
        assert_eq!(shown, expected, "{text}");
    }
}

#[test]
fn tabs_and_folded_notes() {
    let tabs = "{{< tabs >}}\n{{< tab \"CentOS\" >}}\n```bash\nyum\n```\n{{< /tab >}}\n{{< tab \"Debian\" >}}\n```bash\napt\n```\n{{< /tab >}}\n{{< tab title=\"Big\" machine=\"server\" >}}\n```bash\nbig\n```\n{{< /tab >}}\n{{< /tabs >}}\n";
    let plan = check(tabs, &["run apt"]);
    assert_eq!(
        plan.steps[0].inferred,
        ["the tab “Debian” is followed, because its title is the machine's name, `debian`"]
    );
    let plan = check(&format!("---\nverify: {{machine: server}}\n---\n{tabs}"), &["run big"]);
    assert_eq!(plan.steps[0].inferred, ["the tab “Big” is followed, because it is for the machine `server`"]);
    let plan = check(&tabs.replace("\"Debian\"", "\"Alpine\""), &["run yum"]);
    assert_eq!(
        plan.steps[0].inferred,
        ["the tab “CentOS” is followed, because it is the first, and none is for the machine `debian`"]
    );

    let left = |machine: &str| {
        let text = tabs.replace("```bash\nyum", "```bash {skip=true reason=\"no repository\"}\nyum");
        let guide = parse(
            "guide.md",
            &format!("---\nverify: {{machine: {machine}}}\n---\n{text}\n```bash {{machine=arm}}\nx\n```\n"),
        );
        let plan = super::plan(&guide, &|_| None, None, &["debian".to_owned(), "server".to_owned()]);
        let step = plan.steps.last().unwrap();
        assert_eq!(
            (step.skip.as_deref(), step.omission),
            (Some("it is for the machine `arm`"), Some(Omission::NotDone))
        );
        let one = |block: &LeftOut| format!("{}: {} {:?}", block.tab.as_deref().unwrap(), block.why, block.omission);
        plan.left_out.iter().map(one).collect::<Vec<_>>()
    };
    let centos = "CentOS: no repository Skipped";
    assert_eq!(left("debian"), [centos, "Big: no machine is for its tab “Big” NotDone"]);
    assert_eq!(left("server"), [centos, "Debian: no machine is for its tab “Debian” NotDone"]);
    // What another machine does is left out by none.
    let both = parse("guide.md", &format!("{tabs}\n```bash {{machine=server}}\nx\n```\n"));
    for plan in plans(&both, Around::new(&|_| None, None, &["debian".to_owned(), "server".to_owned()])) {
        let tabs: Vec<&str> = plan.left_out.iter().filter_map(|block| block.tab.as_deref()).collect();
        assert_eq!(tabs, ["CentOS"], "{}", plan.machine);
        assert!(plan.steps.iter().all(|step| step.omission.is_none_or(|omission| omission == Omission::Elsewhere)));
    }

    let folded = "{{< note isCollapsible=true title=\"Else\" >}}\n```bash\nls\n```\n\n```bash {verify=\"run\"}\npwd\n```\n{{< /note >}}\n";
    let why = "it stands in the folded note “Else”, which a reader need not open; verify=\"run\" does it";
    check(folded, &[&format!("run ls [{why}]"), "run pwd"]);
}

#[test]
fn what_an_author_should_look_at() {
    for (text, expected) in [
        (
            "    nano x\n\n    ls\n",
            "editor-alone guide.md:1:5 `nano x` opens an editor, and the guide does not show what to write",
        ),
        (
            "```bash\nnano x\nls\n```\n",
            "editor-alone guide.md:2:1 `nano x` opens an editor, and the guide does not show what to write",
        ),
        (
            "    nano x\n\n```file {title=\"y\"}\n```\n",
            "editor-alone guide.md:1:5 `nano x` opens an editor, and the guide does not show what to write",
        ),
        (
            "```output\nx\n```\n",
            "output-without-command guide.md:1:1 no command before this output could have shown it",
        ),
        ("```file\nx\n```\n", "file-without-path guide.md:1:1 this file has no path to save it at"),
        ("```bash\n# apt update\n```\n", "no-command guide.md:1:1 this block of commands has nothing to type"),
        (
            "```bash\nls\necho don't\n```\n",
            "command-unfinished guide.md:3:1 this command is not finished in its block: it waits for `'`",
        ),
        (
            "    ping root@<your_ip>\n",
            "unbound-placeholder guide.md:1:15 the placeholder `your_ip` (an address) has no value, so its step is not done",
        ),
        (
            "    ping {{< placeholder \"A\" >}} <b_c> {{< placeholder \"IP\" >}}\n",
            "unbound-placeholder guide.md:1:10 the placeholder `A` (a name) has no value, so its step is not done\nunbound-placeholder guide.md:1:34 the placeholder `b_c` (a name) has no value, so its step is not done\nunbound-placeholder guide.md:1:40 the placeholder `IP` (an address) has no value, so its step is not done",
        ),
        (
            "```bash {skip=true}\nls\n```\n",
            "skip-without-reason guide.md:1:10 `skip` needs a `reason`: readers of the report will ask",
        ),
        ("```bash {timeout=5}\nls\n```\n", "verify-attribute guide.md:1:10 `timeout` is \"5\""),
        ("```bash {timout=5m}\nls\n```\n", "verify-attribute guide.md:1:10 unknown key `timout`"),
        ("<!-- verify: frobnicate=1 -->\n\n    ls\n", "verify-attribute guide.md:1:14 unknown key `frobnicate`"),
        ("```bash {frobnicate=1 hl_lines=1 class=x}\nls\n```\n", ""),
        ("```file {title=\"x\" exit=1}\nls\n```\n", "verify-attribute guide.md:1:20 `exit` has no meaning on a file"),
        ("---\nverify:\n  machine: servr\n---\n", "unknown-machine guide.md:3:3 there is no machine `servr`"),
        (
            "---\nverify:\n  timeout: 5\n  maschine: x\n---\n",
            "verify-setting guide.md:3:3 `timeout` is 5\nverify-setting guide.md:4:3 unknown key `maschine`",
        ),
        ("---\nverify: yes please\n---\n", "verify-setting guide.md:2:1 `verify` is \"yes please\", a map is wanted"),
        ("---\nverify: {skip: true, reason: old}\n---\n\n    nano <x_y>\n", ""),
        (
            "---\nverify: {skip: true}\n---\n",
            "skip-without-reason guide.md:2:10 `skip` needs a `reason`: readers of the report will ask",
        ),
    ] {
        assert_eq!(problems(&planned(text, None)).join("\n"), expected, "{text}");
    }
}

#[test]
fn settings_and_variables() {
    let text = "---\ntitle: T\nverify:\n  machine: server\n  timeout: 5m\n  setup: |\n    apt update\n    cat <<E\n    x\n    E\n  requires: other\n  answers: {\"[y/N]\": y, \"Password:\": {reply: s, secret: true}}\n  vars: {IP_ADDRESS: 10.0.0.1, your_ip: 10.0.0.2, example_user: ann}\n---\n\n    ping example_user@<your_ip> {{< placeholder \"IP_ADDRESS\" >}}x\n\n```bash {timeout=1m exit=\"0,1\" answers=\"OK? => yes\"}\nls /home/example_user\n```\n\n```file {title=\"/home/example_user/x\"}\nexample_user={{< placeholder \"IP_ADDRESS\" >}} <z>\n```\n";
    let sidecar = "machine: debian\nanswers:\n  \"[y/N]\": n\nvars:\n  example_user: bob\n";
    let plan = planned(text, Some(sidecar));
    assert_eq!(problems(&plan), [""; 0]);
    assert_eq!(
        lines(&plan),
        ["run ping bob@10.0.0.2 10.0.0.1x", "run ls /home/bob", "write /home/bob/x auto: bob=10.0.0.1 <z>"]
    );
    assert_eq!((plan.machine.as_str(), plan.title.as_str(), plan.inferred.len()), ("debian", "T", 0));
    let setup: Vec<String> = plan.settings.setup.iter().map(|c| c.lines.join("|")).collect();
    assert_eq!(setup, ["apt update", "cat <<E|x|E"]);
    assert_eq!(plan.settings.setup[0].at.line, 6);
    assert_eq!(plan.settings.requires, ["other"]);
    assert_eq!(format!("{:?}", plan.settings.answers), "[\"[y/N]\" => \"n\", \"Password:\" => \"••••\"]");
    let times: Vec<Option<u64>> = plan.steps[..2].iter().map(|s| s.attributes.timeout.map(|t| t.as_secs())).collect();
    assert_eq!(times, [Some(300), Some(60)]);
    assert_eq!(plan.steps[1].attributes.exit, [0, 1]);
    assert!(!serde_json::to_string(&plan).expect("JSON").contains("\"reply\":\"s\""));
}

#[test]
fn a_sidecar_comes_before_a_comment_and_that_before_the_fence() {
    let text = "## One\n\n<!-- verify: timeout=2m retry=2s -->\n\n```bash {timeout=1m retry=1s exit=1}\nls\n```\n\n## Two\n\n    ls\n\nThen:\n\n    pwd\n";
    let sidecar = "steps:\n  - at: one\n    timeout: 3m\n  - at: Two\n    index: 2\n    run: [cd /, pwd]\n    reason: x\n  - {line: 11, verify: skip, reason: not here}\n";
    let plan = planned(text, Some(sidecar));
    assert_eq!(problems(&plan), [""; 0]);
    let first = &plan.steps[0].attributes;
    assert_eq!((first.timeout.map(|t| t.as_secs()), first.retry.map(|t| t.as_secs())), (Some(180), Some(2)));
    assert_eq!(first.exit, [1]);
    assert_eq!(lines(&plan)[1..], ["run ls [not here]", "run cd / ; pwd"]);
}

#[test]
fn entries_of_a_sidecar_fit_one_block() {
    let text = "## One\n\n    ls -a\n\nThen:\n\n    ls -b\n\n```file {title=\"a.js\"}\nx\n```\n";
    for (sidecar, expected) in [
        ("steps:\n- contains: ls -a\n  exit: 1\n", ""),
        ("steps:\n- contains: a.js\n  edit: append\n", ""),
        ("steps:\n- contains: ls\n  exit: 1\n", "verify-step verify.yaml:2:3 2 blocks fit, at lines 3, 7"),
        ("steps:\n- contains: pwd\n  exit: 1\n", "verify-step verify.yaml:2:3 no block of the guide fits this entry"),
        // The sentence that announces a block is of it; a blank line is of none.
        ("steps:\n- exit: 1\n  line: 5\n", ""),
        ("steps:\n- exit: 1\n  line: 4\n", "verify-step verify.yaml:3:3 no block of the guide fits this entry"),
        ("steps:\n- contains: ls\n  index: all\n  exit: 1\n", ""),
        ("steps:\n- lines: 3-7\n  exit: 1\n", ""),
        ("steps:\n- at: One\n  index: [1, 3]\n  skip: true\n  reason: x\n", ""),
        ("steps:\n- lines: 40-50\n  exit: 1\n", "verify-step verify.yaml:2:3 no block of the guide fits this entry"),
        ("steps:\n- lines: 7-3\n  exit: 1\n", "verify-setting verify.yaml:2:3 `lines` is \"7-3\", a range of lines"),
        ("steps:\n- contains: a.js\n  how: insert\n", "verify-attribute guide.md:9:1 `insert` does not say where"),
        ("steps:\n- contains: a.js\n  how: insert\n  after: y\n", ""),
        ("steps:\n- at: One\n  index: 4\n  exit: 1\n", "verify-step verify.yaml:2:3 there is no block 4: only 3 fit"),
        (
            "steps:\n- at: One\n  index: 0\n  exit: 1\n",
            "verify-setting verify.yaml:3:3 `index` is 0, a number from 1 is wanted",
        ),
        ("steps:\n- exit: 1\n", "verify-setting verify.yaml:2:3 this entry selects no block"),
        ("steps:\n- line: 3\n", "verify-setting verify.yaml:2:3 this entry says nothing about its block"),
        ("steps:\n- line: 3\n  exit: x\n", "verify-setting verify.yaml:3:3 `exit` is \"x\", an exit status is wanted"),
        (
            "steps:\n- line: 3\n  skip: true\n",
            "skip-without-reason verify.yaml:3:3 `skip` needs a `reason`: readers of the report will ask",
        ),
        ("steps:\n- line: 3\n  contain: x\n  exit: 1\n", "verify-setting verify.yaml:3:3 unknown key `contain`"),
        ("steps: 3\n", "verify-setting verify.yaml:1:1 `steps` is 3, a list is wanted"),
        ("steps:\n- ls\n", "verify-setting verify.yaml:2:3 this entry is \"ls\", a map is wanted"),
        ("stepps: []\n", "verify-setting verify.yaml:1:1 unknown key `stepps`"),
        ("a: [\n", "verify-yaml verify.yaml:2:1 this file cannot be read: did not find expected node content"),
    ] {
        let plan = planned(text, Some(sidecar));
        let mut found = problems(&plan);
        found.sort_by_key(|p| p.contains("verify-step"));
        assert!(
            found.join("\n").starts_with(expected) && found.is_empty() == expected.is_empty(),
            "{sidecar}\n{found:#?}"
        );
    }
}

proptest::proptest! {
    /// Whatever stands in a guide and its sidecar, there is a plan whose places are in the author's files.
    #[test]
    fn any_text_has_a_plan(pieces in proptest::collection::vec(0..PIECES.len(), 0..40), sidecar in ".{0,40}", crlf: bool) {
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let plan = planned(&text, Some(&sidecar));
        for (index, step) in plan.steps.iter().enumerate() {
            assert_eq!(step.number, index + 1);
            if step.at.path == "guide.md" {
                assert!(text.get(step.at.span.range()).is_some(), "{step:?}");
            }
            match &step.kind {
                StepKind::Run { commands } => {
                    assert!(!commands.is_empty() && commands.iter().all(|c| !c.lines.is_empty()));
                    for command in commands.iter().filter(|c| c.at.path == "guide.md") {
                        assert!(text.get(command.at.span.range()).is_some(), "{command:?}");
                    }
                }
                StepKind::Expect { text, lines, of, .. } => {
                    assert!(matches!(plan.steps[of - 1].kind, StepKind::Run { .. }));
                    assert!(lines.is_empty() || lines.len() == text.lines().count());
                }
                StepKind::Write { file, .. } => assert!(!file.is_empty()),
            }
        }
    }
}

/// What guides are made of.
const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    "    ",
    "```bash\n",
    "```console\n",
    "```output\n",
    "```\n",
    "```file {title=\"a\"}\n",
    "$ ",
    "> ",
    "# ",
    "nodejs=# ",
    "    -> ",
    ">>> ",
    "... ",
    "nano a",
    "sudo vi /etc/x",
    "cat <<EOF\n",
    "EOF\n",
    "'",
    "\"",
    "`",
    "(",
    ")",
    "{ ",
    "}",
    "for x in a; do\n",
    "done\n",
    "if ",
    "fi\n",
    "case x in\n",
    "\\\n",
    "é",
    "<your_ip>",
    "IP",
    "{{< placeholder \"IP\" >}}",
    "{{< placeholder \"é\" >}}",
    "{{< file \"x\" >}}\n",
    "{{< /file >}}\n",
    "{{< output >}}",
    "{{< /output >}}",
    "{{< content \"shared\" >}}",
    "{{< tabs >}}\n",
    "{{< tab \"x\" >}}\n",
    "{{< /tab >}}\n",
    "{{< /tabs >}}\n",
    "{{< note isCollapsible=true >}}\n",
    "{{< /note >}}\n",
    "<!-- verify: skip=true reason=x -->\n",
    "<!-- verify: run=\"ls\" -->\n",
    "## A\n",
    "1.  x\n",
    "text",
    " ",
    "&&",
    "<<",
    "${",
    "$(",
    "\t",
];

/// A list's indentation is no part of an indented block, however deep its author indents; what is inside of it stays.
#[test]
fn the_indentation_of_a_list_is_not_code() {
    for (text, code, begins) in [
        ("1. Open:\n\n        python3\n", "python3\n", "python3"),
        ("1. Open:\n\n         for i in x:\n\n             print(i)\n", "for i in x:\n\n    print(i)\n", "for"),
        ("- A:\n\n    - B:\n\n              c\n", "c\n", "c"),
        ("       a\n", "   a\n", "   a"),
        ("1. A:\n\n   ```yaml\n     a: 1\n     b: 2\n   ```\n", "  a: 1\n  b: 2\n", "  a"),
    ] {
        let guide = parse("guide.md", text);
        let blocks = guide.code_blocks();
        assert_eq!(blocks[0].text, code, "{text}");
        assert!(text[blocks[0].lines[0]..].starts_with(begins), "{text}");
    }
}

#[test]
fn a_session_in_an_output() {
    for (text, expected) in [
        ("```output\n$ echo one\ntwo\n```\n", &["run echo one", "expect 1 -: two"][..]),
        ("```command\ntrue\n```\n```output\n$ echo one\ntwo\n```\n", &["run true", "run echo one", "expect 2 -: two"]),
        ("```command\nls\n```\n```output\n$ ls\na\n```\n", &["run ls", "expect 1 -: a"]),
        ("```command\nprintf '$ ls\\n'\n```\n```output\n$ ls\n```\n", &["run printf '$ ls\\n'", "expect 1 -: $ ls"]),
        ("```command\nprice\n```\n```output\n$ 5\n```\n", &["run price", "expect 1 -: $ 5"]),
    ] {
        assert_eq!(lines(&planned(text, None)), expected, "{text}");
    }
}
