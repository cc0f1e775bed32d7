//! Plans, through the public API and the binary.

use crate::support::{self, TestSite};
use guidepost::plan::{self, Owner, Plan, StepKind};
use serde_json::Value;

/// Commands as `$ …`, files as `> path`, outputs as `= first line`.
fn sequence(plan: &Plan) -> Vec<String> {
    let mut all = Vec::new();
    for step in &plan.steps {
        match &step.kind {
            StepKind::Run { commands } => all.extend(commands.iter().map(|c| format!("$ {}", c.lines.join("\n")))),
            StepKind::Write { file, owner, .. } => {
                all.push(format!("> {file}{}", if *owner == Owner::Root { " (root)" } else { "" }));
            }
            StepKind::Expect { text, .. } => all.push(format!("= {}", text.lines().next().unwrap_or_default())),
        }
    }
    all
}

#[test]
fn the_seed_as_it_stands() {
    let Some(seed) = support::seed() else { return };
    let guide = support::parse(&seed);
    let plan = plan::plan(&guide, &|_| None, None, &[]);
    assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
    assert!(plan.steps.iter().all(|step| step.skip.is_none()));
    let expected = [
        "$ sudo apt update && sudo apt upgrade",
        "$ sudo apt install postgresql postgresql-contrib",
        "$ sudo passwd postgres",
        "$ su - postgres",
        "$ psql -d template1 -c \"ALTER USER postgres WITH PASSWORD 'newpassword';\"",
        "$ createdb nodejs",
        "$ psql nodejs",
        "$ CREATE TABLE hello (message varchar);",
        "$ INSERT INTO hello VALUES ('Hello world');",
        "$ \\q",
        "$ pg_dumpall > backup.sql",
        "$ exit",
        "$ sudo cp /var/lib/postgresql/backup.sql ~/.",
        "> /etc/postgresql/9.5/main/postgresql.conf (root)",
        "$ sudo systemctl enable postgresql",
        "$ sudo systemctl start postgresql",
        "$ curl -sL https://deb.nodesource.com/setup_8.x | sudo -E bash -",
        "$ sudo apt-get install nodejs",
        "$ cd",
        "$ mkdir app && cd app",
        "> app.js",
        "$ npm install pg",
        "$ node app.js",
        "$ cd",
        "> Dockerfile",
        "> app/app.js",
        "$ docker build -t node_image .",
        "$ ifconfig docker0",
        "= docker0   Link encap:Ethernet  HWaddr 02:42:1e:e8:39:54",
        "> /etc/postgresql/9.5/main/pg_hba.conf (root)",
        "$ sudo systemctl restart postgresql",
        "$ docker run -d --add-host=database:172.17.0.1 --name node_container node_image",
        "$ docker exec -it node_container ping database",
        "$ docker exec -it node_container ip addr show eth0",
        "$ docker exec -it node_container node home/app.js",
        "$ docker stop node_container",
        "$ docker rm node_container",
        "$ docker pull postgres",
        "$ docker run -d -v `pwd`:/backup/ --name pg_container postgres",
        "$ docker exec -it pg_container bash",
        "$ cd backup",
        "$ psql -U postgres -f backup.sql postgres",
        "$ exit",
        "$ docker run -d --name node_container --link=pg_container:database node_image",
        "$ docker exec -it node_container cat /etc/hosts",
        "> /etc/hosts (root)",
        "$ docker exec -it node_container node home/app.js",
        "$ sudo curl -L https://github.com/docker/compose/releases/download/1.17.0/docker-compose-`uname -s`-`uname -m` -o /usr/local/bin/docker-compose",
        "$ sudo chmod +x /usr/local/bin/docker-compose",
        "> docker-compose.yml",
        "> app.js",
        "$ docker rm -f node_container pg_container",
        "$ docker-compose up -d",
        "$ docker cp backup.sql pg_container:/",
        "$ docker exec -it pg_container psql -U postgres -f backup.sql postgres",
        "$ docker exec -it node_container node home/app.js",
    ];
    assert_eq!(sequence(&plan), expected);
    let (number, of) = (plan.steps.iter())
        .find_map(|step| match step.kind {
            StepKind::Expect { of, .. } => Some((step.number, of)),
            _ => None,
        })
        .expect("an output");
    assert_eq!(number, of + 1, "the output is that of `ifconfig docker0`");
    for step in &plan.steps {
        // Every line leads back to the author's text.
        if let StepKind::Run { commands } = &step.kind {
            for command in commands {
                assert_eq!(seed[command.at.span.range()], format!("{}{}", command.prompt, command.lines[0]));
            }
        }
        if let StepKind::Expect { text, lines, .. } = &step.kind {
            for (line, at) in text.lines().zip(lines) {
                assert!(seed[*at..].starts_with(line), "{line}");
            }
        }
    }
    let psql = plan.steps.iter().find(|step| step.at.line == 66).expect("the block in psql");
    assert_eq!(psql.section, "Install and Configure PostgreSQL");
    let StepKind::Run { commands } = &psql.kind else { panic!("{psql:?}") };
    assert_eq!(commands[0].prompt, "nodejs=# ");
}

fn site() -> TestSite {
    TestSite::new(&[
        (
            "guidepost.yaml",
            "title: T\nbase_url: https://example.org/docs/\nmachines:\n  debian: {image: debian}\n  server: {build: x}\n",
        ),
        (
            "content/guides/one/index.md",
            "---\ntitle: One\nslug: first\naliases: [/old/]\n---\n\n{{< content \"shared\" >}}\n\n## Edit\n\n    sudo nano /etc/motd\n\n```file {title=\"/etc/motd\"}\nHello NAME\n\u{1b}[31m\n```\n\n```console\n$ cat /etc/motd\nHello NAME\n```\n",
        ),
        (
            "content/guides/one/verify.yaml",
            "vars: {NAME: ann}\nanswers:\n  \"Password:\": {reply: hunter2, secret: true}\nsteps:\n  - contains: cat /etc/motd\n    timeout: 90s\n    match: exact\n",
        ),
        ("content/shared/shared/index.md", "---\nheadless: true\n---\n\n    apt update\n"),
        ("content/guides/two.md", "---\ntitle: Two\nverify:\n  vars: {A: b}\n---\n\n    ping <your_ip>\n"),
        ("content/guides/three.md", "---\ntitle: Three\n---\n\n    ping <your_ip>\n"),
        ("content/guides/draft.md", "---\ntitle: Draft\ndraft: true\n---\n\nx\n"),
    ])
}

#[test]
fn a_plan_for_people() {
    let ran = site().run(&["plan", "first"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let expected = "\
One
content/guides/one/index.md, machine debian
  on the machine `debian`, because the guide names none and it is the first of guidepost.yaml
  answers “Password:” with ••••, by content/guides/one/verify.yaml:3
  types ann for NAME, by content/guides/one/verify.yaml:1

   1  run · content/shared/shared/index.md:5
      $ apt update

Edit
   2  write /etc/motd (auto, as root) · line 13
      | Hello ann
      | \u{fffd}[31m
      - the file is written, as root, instead of typed, because `sudo nano /etc/motd` opens an editor
   3  run · line 18
      $ cat /etc/motd
      with timeout 1m30s
      - timeout by content/guides/one/verify.yaml:6
   4  expect of step 3 (exact) · line 20
      | Hello ann
      - it is what the command shows, because the block has prompts and these lines have none
      - match by content/guides/one/verify.yaml:7

4 steps: 2 run, 1 write, 1 expect; 0 skipped
";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn a_plan_for_programs_and_names_of_guides() {
    let site = site();
    let path = site.path().join("content/guides/one");
    let names = [
        "first",
        "one",
        "content/guides/one/index.md",
        "./content/guides/one/",
        path.to_str().expect("UTF-8"),
        "/docs/guides/first/",
        "/guides/first/",
        "https://example.org/docs/guides/first/#edit",
        "/old/",
    ];
    for name in names {
        let ran = site.run(&["plan", name, "--format", "json"]);
        assert_eq!(ran.status, 0, "{name} {ran:?}");
        assert!(!ran.stdout.contains("hunter2"));
        let json: Value = ran.json();
        assert_eq!((&json["version"], &json["plan"]["title"]), (&Value::from(1), &Value::from("One")));
        let kinds: Vec<&str> =
            json["plan"]["steps"].as_array().expect("steps").iter().filter_map(|s| s["kind"].as_str()).collect();
        assert_eq!(kinds, ["run", "write", "run", "expect"]);
        assert_eq!(json["plan"]["steps"][2]["attributes"]["timeout"], Value::from(90.0));
    }
    for (name, message) in [
        ("frist", "there is no guide `frist`"),
        ("content/guides/draft.md", "content/guides/draft.md is a draft"),
        ("/nowhere/", "there is no guide `/nowhere/`"),
    ] {
        let ran = site.run(&["plan", name]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    assert!(site.run(&["plan", "frist"]).stderr.contains("did you mean `first`?"));
}

#[test]
fn check_looks_at_plans_of_guides_that_speak_of_verification() {
    let site = site();
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("content/guides/two.md:7:10") && ran.stdout.contains("unbound-placeholder"), "{ran:?}");
    assert!(!ran.stdout.contains("three.md"), "{}", ran.stdout);
    let ran = site.run(&["plan", "three", "--strict"]);
    assert!(ran.status == 1 && ran.stderr.contains("unbound-placeholder"), "{ran:?}");
}

#[test]
fn a_sidecar_is_not_published() {
    let site = site();
    site.write("content/verify.yaml", "skip: true\n");
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("sidecar-alone"), "{}", ran.stderr);
    for (path, bytes) in site.tree() {
        let published = path.starts_with("public");
        assert!(!(published && String::from_utf8_lossy(&bytes).contains("hunter2")), "{}", path.display());
    }
    assert!(!site.has_output("guides/first/verify.yaml") && !site.has_output("verify.yaml"));
}

#[test]
fn a_machine_is_for_those_who_may_use_it() {
    let run = "```command\ntrue\n```\n";
    let on = |more: &str| format!("---\ntitle: A\nverify:\n  machine: server{more}\n---\n{run}");
    let config = |globs: &str| {
        format!(
            "title: T\nbase_url: https://example.org/\nmachines:\n  debian: {{image: x}}\n  server: {{image: x, allow: [{globs}]}}\n"
        )
    };
    let site = TestSite::new(&[
        ("guidepost.yaml", &config("'content/docker/**'")),
        ("content/docker/inside.md", &on("")),
        ("content/docker/includes.md", &format!("{}\n{{{{< content \"part\" >}}}}\n", on(""))),
        ("content/docker/saves.md", &format!("{}\n{{{{< include \"/app.py\" path=\"/app.py\" >}}}}\n", on(""))),
        ("app.py", "print(1)\n"),
        ("content/docker/requires.md", &on("\n  requires: [other]")),
        ("content/shared/part/index.md", &format!("---\nheadless: true\n---\n{run}")),
        ("content/other.md", &format!("---\ntitle: Other\n---\n{run}")),
        ("content/chooses.md", &on("")),
        ("content/skipped.md", &on("\n  skip: true\n  reason: no")),
        (
            "content/tabs.md",
            &format!(
                "---\ntitle: Tabs\n---\n{{{{< tabs >}}}}\n{{{{< tab \"Server\" >}}}}\n{run}{{{{< /tab >}}}}\n{{{{< /tabs >}}}}\n"
            ),
        ),
    ]);
    let ran = site.run(&["check", "--format", "json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let report: Value = ran.json();
    let mut told = Vec::new();
    for problem in report["diagnostics"].as_array().expect("diagnostics") {
        assert_eq!(problem["code"], "machine-not-allowed", "{problem}");
        let (message, place) = (problem["message"].as_str().expect("a message"), &problem["place"]);
        told.push(format!("{}:{} {}", place["path"].as_str().unwrap_or_default(), place["line"], message));
        assert!(problem["help"].as_str().is_some_and(|help| help.contains("`content/docker/**`")), "{problem}");
    }
    told.sort();
    assert_eq!(
        told,
        [
            "content/chooses.md:4 content/chooses.md may not use the machine `server`",
            "content/docker/includes.md:4 content/shared/part/index.md may not use the machine `server`, where content/docker/includes.md needs it",
            "content/docker/requires.md:4 content/other.md may not use the machine `server`, where content/docker/requires.md needs it",
            "content/docker/saves.md:4 app.py may not use the machine `server`, where content/docker/saves.md needs it",
            "content/tabs.md:6 content/tabs.md may not use the machine `server`",
        ]
    );
    // Nothing of it is done, whether or not there is an engine; and nobody may use a machine that allows nothing.
    let ran = site.run(&["plan", "chooses"]);
    assert!(ran.status == 1 && ran.stderr.contains("machine-not-allowed"), "{ran:?}");
    site.write("guidepost.yaml", config(""));
    let ran = site.run(&["plan", "inside"]);
    assert!(ran.status == 1 && (ran.stdout + &ran.stderr).contains("machines.server allows no guide"));
}

#[test]
fn build_says_of_plans_what_check_says() {
    let page = "---\ntitle: A\nverify: {requires: [no-such-guide]}\n---\n\n```command {skip=true}\ntrue\n```\n";
    let site = TestSite::new(&[("content/a.md", page)]);
    for (arguments, status) in [(&["check"][..], 1), (&["build"], 0), (&["build", "--strict"], 1)] {
        let ran = site.run(arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        for part in
            ["[required-guide]: `requires`: there is no guide `no-such-guide`", "a.md:3:21", "[skip-without-reason]"]
        {
            assert!(said.contains(part), "{arguments:?}: {part}: {said}");
        }
    }
}

#[test]
fn a_table_of_the_library() {
    let site = TestSite::new(&[
        ("content/a/index.md", "---\ntitle: A\n---\n\n    ls\n"),
        ("content/b/c/index.md", "---\ntitle: C\n---\n\n    sudo ping <your_ip>\n"),
    ]);
    let ran = site.run(&["plan", "--all", "--format", "jsonl"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let mut rows: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // The last line stands for the whole.
    let end = rows.pop().expect("a last line");
    assert!(end["plan"].is_string() && end["entries"] == 2, "{end}");
    // What has most to decide comes first.
    assert_eq!(rows.iter().map(|row| row["title"].as_str()).collect::<Vec<_>>(), [Some("C"), Some("A")]);
    assert_eq!((&rows[0]["waiting"], &rows[0]["placeholders"]["address"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(rows[0]["needs"], serde_json::json!(["sudo", "network"]));
    let json: Value = site.run(&["plan", "--all", "--format", "json"]).json();
    // A line also says what stands for the guide, and which image it is done on.
    assert!(rows[0]["key"].is_string() && rows[0]["image"].is_string(), "{}", rows[0]);
    let own = json["guides"][0].as_object().expect("a row");
    let same: serde_json::Map<String, Value> =
        own.keys().map(|name| (name.clone(), rows[0][name.as_str()].clone())).collect();
    assert_eq!((own, &json["sum"]["steps"]), (&same, &Value::from(1)));
    // A folder stands for its guides, in a table and as plans.
    let of_folder = site.run(&["plan", "--all", "content/b", "--format", "jsonl"]);
    assert_eq!(of_folder.stdout.lines().count(), 1 + 1, "its guide, and the last line: {of_folder:?}");
    let plans = site.run(&["plan", "content", "--format", "jsonl"]);
    assert_eq!(plans.stdout.lines().count(), 2, "{plans:?}");
    assert_eq!(site.run(&["plan"]).status, 2, "a guide or --all");
}

#[test]
fn guides_are_chosen_by_patterns_and_tags() {
    let guide = |tags: &str| format!("---\ntitle: T\ntags: [{tags}]\n---\n\n```command\nls\n```\n");
    let site = support::TestSite::new(&[
        ("guidepost.yaml", "title: T\nbase_url: https://example.org/\n"),
        ("content/guides/docker-a.md", &guide("Docker")),
        ("content/guides/docker-b/index.md", &guide("docker, web")),
        ("content/guides/other.md", &guide("web")),
        ("content/deep/er/other.md", &guide("")),
    ]);
    for (name, chosen) in [
        ("guides/docker-*", &["guides/docker-a.md", "guides/docker-b/index.md"][..]),
        ("content/guides/*.md", &["guides/docker-a.md", "guides/other.md"]),
        ("**/other.md", &["deep/er/other.md", "guides/other.md"]),
        ("tag:docker", &["guides/docker-a.md", "guides/docker-b/index.md"]),
        ("tag:w*", &["guides/docker-b/index.md", "guides/other.md"]),
    ] {
        let ran = site.run(&["plan", name, "--format", "jsonl"]);
        let plan =
            |line: &str| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{name}: {error}: {ran:?}"));
        let plans: Vec<Value> = ran.stdout.lines().map(plan).collect();
        let paths = plans.iter().filter_map(|plan| plan["path"].as_str());
        let mut paths: Vec<&str> = paths.map(|path| path.trim_start_matches("content/")).collect();
        paths.sort_unstable();
        assert_eq!(paths, chosen, "{name}");
    }
    for (name, told) in [
        ("guides/*.txt", "no guide is one of `guides/*.txt`"),
        ("tag:no", "no guide is one of `tag:no`"),
        ("[", "is no pattern"),
    ] {
        let ran = site.run(&["plan", name]);
        assert!(ran.status == 2 && ran.stderr.contains(told), "{name}: {ran:?}");
    }
}
