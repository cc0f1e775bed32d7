//! Whole guides, done in Docker through the binary: all of guidepost's own, copies of them with planted faults, and the seed.
//! Without an engine that has `debian:bookworm` the tests are skipped, and say so: `scripts/engine` starts one.

use crate::support::{self, TestSite, has_engine, run_in};
use serde_json::Value;
use std::{path::Path, process::Command, sync::LazyLock};

/// The project's folder, whose site is guidepost's documentation.
const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// Exit status and guides of a run.
fn verify(folder: &Path, guides: &[&str]) -> (i32, Vec<Value>) {
    let ran = run_in(folder, &[&["verify", "--format", "json"], guides].concat());
    let report: Value = ran.json();
    (ran.status, report["guides"].as_array().expect("guides").clone())
}

fn steps(guide: &Value) -> &[Value] {
    guide["steps"].as_array().expect("steps")
}

/// What commands have shown that is one of these lines, in order.
fn greetings<'a>(guide: &'a Value, lines: &[&str]) -> Vec<&'a str> {
    let shown = steps(guide).iter().filter(|step| step["kind"] == "run").filter_map(|step| step["output"].as_str());
    shown.filter(|output| lines.contains(output)).collect()
}

/// The first broken step; all that come after it are unreached or skipped.
fn broken<'a>(name: &str, guide: &'a Value) -> &'a Value {
    assert_eq!(guide["verdict"], "broken", "{name}: {guide:#}");
    let mut rest = steps(guide).iter().skip_while(|step| step["verdict"] != "broken");
    let broken = rest.next().unwrap_or_else(|| panic!("{name}: {guide:#}"));
    assert!(rest.all(|step| step["verdict"] == "unreached" || step["verdict"] == "skipped"), "{name}: {guide:#}");
    broken
}

fn read(path: &str) -> String {
    let file = Path::new(PROJECT).join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// Guides that do not hold, with the steps that do not: enough to see why, and not so much that a log is cut before it.
fn not_holding(guides: &[Value]) -> String {
    let of_guide = |guide: &Value| {
        let wrong: Vec<&Value> = steps(guide).iter().filter(|step| step["verdict"] == "broken").collect();
        let parts = ["path", "verdict", "reason", "cause", "diagnostics", "undone"].map(|key| &guide[key]);
        format!("{parts:#?}\n{wrong:#?}\n")
    };
    guides.iter().filter(|guide| guide["verdict"] != "holds" && guide["verdict"] != "skipped").map(of_guide).collect()
}

/// Files of the project, in a site of their own.
fn copy(site: &TestSite, folders: &[&str]) {
    for folder in folders {
        let below = walkdir::WalkDir::new(Path::new(PROJECT).join(folder)).into_iter();
        for entry in below.filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
            let path = entry.path().strip_prefix(PROJECT).expect("inside");
            site.write(path.to_str().expect("a name"), std::fs::read(entry.path()).expect("readable"));
        }
    }
}

/// The machines of the documentation, one of which has the guidepost that is tested.
fn copy_machines(site: &TestSite) {
    copy(site, &["guidepost.yaml", "machines", "src/machine/ready"]);
    let script = Path::new(PROJECT).join("scripts/own-machine");
    let folder = site.path().join("machines/guidepost");
    let put =
        Command::new("sh").arg(script).arg(env!("CARGO_BIN_EXE_guidepost")).arg(folder).output().expect("sh runs");
    assert!(put.status.success(), "{put:?}");
}

#[test]
fn all_of_the_documentation_tells_the_truth() {
    if !has_engine() {
        return;
    }
    let site = TestSite::new(&[]);
    copy(&site, &["content", "static", "themes"]);
    copy_machines(&site);
    let (status, guides) = verify(site.path(), &[]);
    assert_eq!(status, 0, "{}", not_holding(&guides));
    let holds: Vec<&Value> = guides.iter().filter(|guide| guide["verdict"] != "skipped").collect();
    // What the machine lacks is skipped with a reason, which leaves a guide partial; nothing else may.
    let is_whole = |guide: &Value| {
        let skipped = steps(guide).iter().filter(|step| step["verdict"] == "skipped");
        let said = skipped
            .into_iter()
            .all(|step| matches!(step["omission"].as_str(), Some("skipped" | "elsewhere" | "optional")));
        said && guide["undone"].as_array().is_some_and(|gaps| gaps.iter().all(|gap| gap["omission"] == "looked-at"))
    };
    let holds_so_far = |guide: &Value| guide["verdict"] == "holds" || guide["verdict"] == "partial" && is_whole(guide);
    assert!(holds.iter().all(|guide| holds_so_far(guide)), "{}", not_holding(&guides));
    let find = |name: &str| {
        let path = format!("content/guides/{name}/index.md");
        *holds.iter().find(|guide| guide["path"] == *path).unwrap_or_else(|| panic!("{name} is not done"))
    };
    // Those of guidepost itself, on a machine that has it.
    for name in ["first-site", "first-runnable-guide", "make-it-yours"] {
        find(name);
    }
    let connect = find("connect-containers");
    let known = ["Hello from the host", "Hello from a container", "Hello from Compose"];
    let systems = [known[0], known[0], known[1], known[2], known[2]];
    assert_eq!(greetings(connect, &known), systems, "{connect:#}");
    for skipped in guides.iter().filter(|guide| guide["verdict"] == "skipped") {
        assert!(skipped["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{skipped:#}");
    }
}

/// A fault: its name, the guide, what is replaced by what, where it is found by the text of its line, message, help.
type Fault =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, &'static str, &'static str);

const FAULTS: &[Fault] = &[
    (
        "a renamed package",
        "connect-containers",
        &[("nodejs node-pg\n", "nodejs node-postgres\n")],
        "sudo apt install",
        "it ended with status 100",
        "mend the command",
    ),
    (
        "a changed output",
        "first-runnable-guide",
        &[("          3 the\n          3 is\n", "          3 the\n          4 is\n")],
        "4 is",
        "not as documented: 1 differing line",
        "change the output in the guide",
    ),
    (
        "a wrong exit status",
        "first-runnable-guide",
        &[("    cd ~/try\n    sed", "    cd ~/try\n    grep dog no-poem.txt\n    sed")],
        "grep dog",
        "it ended with status 2",
        "say exit=2",
    ),
    (
        "an unanswered question",
        "first-runnable-guide",
        &[(" {answers=\"Which word? => is\"}", "")],
        "    read -p",
        "it asks, and the guide does not say what to answer: Which word?",
        "add to the front matter:  verify: {answers: {\"Which word?\": \"…\"}}  or to verify.yaml beside the guide:  answers: {\"Which word?\": \"…\"}",
    ),
    (
        "an endless command",
        "first-runnable-guide",
        &[
            ("  machine: guidepost\n", "  machine: guidepost\n  timeout: 4s\n"),
            ("    cd ~/my-guides\n", "    sleep infinity\n"),
        ],
        "    sleep",
        "it did not end in time",
        "until=",
    ),
    (
        "a missing folder",
        "first-runnable-guide",
        &[("guides/count-words\n    cd", "guides\n    cd")],
        "````file {title=\"content/guides/count-words/index.md\" lang=\"md\"}",
        "there is no folder /home/reader/my-guides/content/guides/count-words",
        "mkdir -p",
    ),
];

#[test]
fn planted_faults_are_found_at_their_lines() {
    if !has_engine() {
        return;
    }
    let site = TestSite::new(&[]);
    copy_machines(&site);
    let copy = |name: &str| format!("content/{}.md", name.replace(' ', "-"));
    for (name, guide, changes, ..) in FAULTS {
        let mut text = read(&format!("content/guides/{guide}/index.md"));
        for (old, new) in *changes {
            assert_eq!(text.matches(old).count(), 1, "{name}: {old}");
            text = text.replace(old, new);
        }
        site.write(&copy(name), text);
    }
    let (status, guides) = verify(site.path(), &[]);
    assert_eq!(status, 1, "{guides:#?}");
    for (name, _, _, at, message, help) in FAULTS {
        let guide = guides.iter().find(|guide| guide["path"] == *copy(name)).unwrap_or_else(|| panic!("{name}"));
        let broken = broken(name, guide);
        let text = std::fs::read_to_string(site.path().join(copy(name))).expect("the copy");
        let line = broken["line"].as_u64().and_then(|line| text.lines().nth(line as usize - 1)).unwrap_or_default();
        assert!(line.contains(at), "{name}: {line:?} {broken:#}");
        assert!(broken["message"].as_str().is_some_and(|m| m.contains(message)), "{name}: {broken:#}");
        assert!(broken["help"].as_str().is_some_and(|h| h.contains(help)), "{name}: {broken:#}");
    }
}

/// Where the seed stands in its site.
const SEED: &str = "content/guides/docker-container-communication/index.md";

/// The stand-in for the image `postgres`, built once.
static POSTGRES: LazyLock<()> = LazyLock::new(|| {
    let script = Path::new(PROJECT).join("tests/seed/postgres/build.sh");
    let built = Command::new("sh").arg(script).output().expect("sh runs");
    assert!(built.status.success(), "{built:?}");
});

#[test]
fn the_seed_is_done_with_a_sidecar() {
    let (Some(seed), true) = (support::seed(), has_engine()) else { return };
    LazyLock::force(&POSTGRES);
    let site = TestSite::new(&[("guidepost.yaml", &read("tests/seed/site/guidepost.yaml")), (SEED, &seed)]);
    site.write("machines/server/Dockerfile", read("tests/seed/site/machines/server/Dockerfile"));
    let bundle = "content/shared/installing-docker-shortguide/index.md";
    site.write(bundle, read(&format!("tests/seed/site/{bundle}")));
    // The picture is of no interest to a terminal.
    site.write(&SEED.replace("index.md", "connect-docker-containers.jpg"), "");
    site.write(&SEED.replace("index.md", "verify.yaml"), read("tests/seed/verify.yaml"));
    let (status, guides) = verify(site.path(), &["docker-container-communication"]);
    // Its sidecar skips three steps, each with a reason.
    assert_eq!((status, guides[0]["verdict"].as_str()), (0, Some("partial")), "{:#}", guides[0]);
    assert_eq!(greetings(&guides[0], &["Hello world"]).len(), 4, "{:#}", guides[0]);
    let skipped = steps(&guides[0]).iter().filter(|step| step["verdict"] == "skipped").count();
    assert_eq!(skipped, 3, "{:#}", guides[0]);
}

/// What of the text of 2017 is broken today: a text in its line, message, what the terminal has shown.
const OF_2017: &[(&str, &str, &str)] = &[
    ("deb.nodesource.com/setup_8.x | sudo", "nothing was fetched: `curl` ended with status 6", ""),
    ("file \"/etc/postgresql/9.5/main/postgresql.conf\"", "there is no folder /etc/postgresql/9.5/main", ""),
    ("file \"/etc/postgresql/9.5/main/pg_hba.conf\"", "there is no folder /etc/postgresql/9.5/main", ""),
    ("        ifconfig docker0", "a command was not found (status 127)", "ifconfig: command not found"),
    ("docker pull postgres", "it ended with status 1", "registry-1.docker.io"),
    ("github.com/docker/compose/releases", "it ended with status 6", "Could not resolve host: github.com"),
];

/// The seed with one block and nothing else. Every line stays where it is.
fn only(seed: &str, at: usize) -> String {
    let lines: Vec<&str> = seed.lines().collect();
    let ends = lines.iter().enumerate().filter(|(_, line)| **line == "---").map(|(index, _)| index);
    let front = ends.take(2).last().expect("front matter");
    let opens = lines[at].contains("{{<");
    let inside = |index: usize| {
        let after = (at..index).any(|l| if opens { lines[l].contains("{{< /") } else { lines[l].trim().is_empty() });
        index <= front || (index >= at && !after)
    };
    (0..lines.len()).map(|index| if inside(index) { lines[index] } else { "" }.to_owned() + "\n").collect()
}

#[test]
fn without_the_sidecar_what_is_gone_since_2017_is_broken() {
    let (Some(seed), true) = (support::seed(), has_engine()) else { return };
    // Without a network nothing can be fetched, wherever the test runs. curl is there, as on most servers.
    let dockerfile =
        read("tests/seed/site/machines/server/Dockerfile").replace("ca-certificates dbus", "ca-certificates curl dbus");
    let site = TestSite::new(&[
        ("machines/offline/Dockerfile", &dockerfile),
        (
            "guidepost.yaml",
            "title: T\nbase_url: https://example.org/\nmachines:\n  offline: {build: machines/offline, init: systemd, docker: nested, user: reader, network: none}\n",
        ),
    ]);
    let line = |text: &str| seed.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}"));
    let folder = |number: usize| format!("content/{number}");
    for (number, (at, ..)) in OF_2017.iter().enumerate() {
        let copy = only(&seed, line(at)).replace("slug: ", &format!("slug: x{number}-")).replace("aliases:", "was:");
        site.write(&format!("{}/index.md", folder(number)), copy);
        site.write(
            &format!("{}/verify.yaml", folder(number)),
            "machine: offline\nanswers: {\"password for reader\": reader}\n",
        );
    }
    let (status, guides) = verify(site.path(), &[]);
    assert_eq!(status, 1, "{guides:#?}");
    for (number, (at, message, shown)) in OF_2017.iter().enumerate() {
        let path = format!("{}/index.md", folder(number));
        let guide = guides.iter().find(|guide| guide["path"] == *path).unwrap_or_else(|| panic!("{at}"));
        let broken = broken(at, guide);
        assert_eq!(broken["line"].as_u64(), Some(line(at) as u64 + 1), "{at}: {broken:#}");
        assert!(broken["message"].as_str().is_some_and(|m| m.contains(message)), "{at}: {broken:#}");
        assert!(broken["output"].as_str().is_some_and(|o| o.contains(shown)), "{at}: {broken:#}");
    }
}
