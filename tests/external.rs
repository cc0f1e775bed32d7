//! `check --external`, against hosts of this computer.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use crate::support::{Ran, TestSite};
use serde_json::Value;

/// A question that a host was asked: when it came, when it was answered, and its first line.
#[derive(Debug, Clone)]
struct Asked {
    came: Instant,
    answered: Instant,
    line: String,
}

/// A host that answers as `answer` says to a method, a path, and how often that was asked before.
struct Host {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

type Answer = fn(method: &str, path: &str, before: usize) -> String;

impl Host {
    fn start(ip: &str, answer: Answer) -> Self {
        let listener = TcpListener::bind((ip, 0)).expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let counts = Arc::new(Mutex::new(HashMap::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, counts) = (Arc::clone(&log), Arc::clone(&counts));
                thread::spawn(move || serve(stream, answer, &log, &counts));
            }
        });
        Self { address, asked }
    }

    /// The first lines of what was asked, without the version.
    fn lines(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("not poisoned");
        asked.iter().map(|asked| asked.line.trim_end_matches(" HTTP/1.1").to_owned()).collect()
    }
}

fn serve(stream: TcpStream, answer: Answer, log: &Mutex<Vec<Asked>>, counts: &Mutex<HashMap<String, usize>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        let came = Instant::now();
        let mut header = String::new();
        while reader.read_line(&mut header).unwrap_or_default() > 0 && header.trim_end() != "" {
            header.clear();
        }
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let before = {
            let mut counts = counts.lock().expect("not poisoned");
            let count = counts.entry(path.to_owned()).or_default();
            *count += 1;
            *count - 1
        };
        let text = answer(method, path, before);
        let line = line.trim_end().to_owned();
        log.lock().expect("not poisoned").push(Asked { came, answered: Instant::now(), line });
        if text.is_empty() || stream.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

/// An answer with a status, further headers, and a page.
fn reply(status: &str, headers: &str, method: &str, page: &str) -> String {
    let body = if method == "HEAD" { "" } else { page };
    let length = page.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
}

/// What the host of most tests has.
fn usual(method: &str, path: &str, before: usize) -> String {
    match path {
        "/gone" => reply("410 Gone", "", method, ""),
        "/fault" => reply("500 Internal Server Error", "", method, ""),
        "/members" => reply("403 Forbidden", "", method, ""),
        "/for-good" => reply("301 Moved Permanently", "Location: /new\r\n", method, ""),
        "/for-now" => reply("302 Found", "Location: /new\r\n", method, ""),
        "/for-now-then-good" => reply("302 Found", "Location: /for-good\r\n", method, ""),
        "/to-nowhere" => reply("301 Moved Permanently", "Location: /missing\r\n", method, ""),
        "/round" => reply("302 Found", "Location: /round\r\n", method, ""),
        "/inside" => reply("302 Found", "Location: http://127.9.9.9:1/\r\n", method, ""),
        "/no-head" if method == "HEAD" => reply("405 Method Not Allowed", "", method, ""),
        "/head-lies" if method == "HEAD" => reply("404 Not Found", "", method, ""),
        "/cut" if method == "HEAD" => String::new(),
        "/busy" if before == 0 => reply("429 Too Many Requests", "Retry-After: 1\r\n", method, ""),
        "/busy-for-long" => reply("429 Too Many Requests", "Retry-After: 7200\r\n", method, ""),
        "/slow" => {
            thread::sleep(Duration::from_secs(3));
            reply("200 OK", "", method, "")
        }
        "/page" | "/new" => reply("200 OK", "", method, "<h1 id=\"place\">Place</h1>"),
        "/missing" => reply("404 Not Found", "", method, ""),
        _ => reply("200 OK", "", method, "<p>Page"),
    }
}

/// A site whose guide has this text, in which `HOST` is the host's address, with further settings of its links.
fn site(text: &str, host: &Host, settings: &str) -> TestSite {
    let text = text.replace("HOST", &host.address);
    let config = format!(
        "title: Test\nbase_url: https://example.org/docs/\nexternal_links:\n  private_hosts: [127.0.0.*]\n  delay: 10ms\n{settings}"
    );
    TestSite::new(&[
        ("guidepost.yaml", &config),
        ("content/_index.md", "---\ntitle: Test\n---\n"),
        ("content/guide/index.md", &format!("---\ntitle: Guide\n---\n\n{text}")),
    ])
}

/// Checks a site in an environment without proxies.
fn check(site: &TestSite, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guidepost"));
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "https_proxy", "http_proxy"] {
        command.env_remove(name);
    }
    let output = command.args(["check", "--external"]).args(arguments).current_dir(site.path()).output();
    output.expect("guidepost runs").into()
}

/// What was found as JSON.
fn found(site: &TestSite) -> Value {
    let ran = check(site, &["--format", "json"]);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[test]
fn what_each_answer_means() {
    let host = Host::start("127.0.0.1", usual);
    for (path, code, severity, words) in [
        ("/there", "", "", ""),
        ("/missing", "broken-external-link", "error", "answered 404 Not Found"),
        ("/gone", "broken-external-link", "error", "answered 410 Gone"),
        ("/fault", "broken-external-link", "error", "answered 500 Internal Server Error"),
        ("/members", "unproven-external-link", "warning", "answered 403 Forbidden"),
        ("/for-good", "moved-link", "notice", "/new"),
        ("/for-good#place", "moved-link", "notice", "/new#place"),
        ("/for-now", "", "", ""),
        ("/for-now-then-good", "", "", ""),
        ("/to-nowhere", "broken-external-link", "error", "answered 404 Not Found"),
        ("/round", "broken-external-link", "error", "redirected more than 10 times"),
        ("/inside", "broken-external-link", "error", "which is not asked"),
        ("/no-head", "", "", ""),
        ("/head-lies", "", "", ""),
        ("/cut", "", "", ""),
        ("/busy", "", "", ""),
        ("/busy-for-long", "unproven-external-link", "warning", "asks to come back in 2h"),
        ("/slow", "broken-external-link", "error", "does not answer in time"),
        ("/page#place", "", "", ""),
        ("/page#other", "external-anchor", "warning", "/page has no place `#other`"),
        ("/page#:~:text=hello", "", "", ""),
    ] {
        let patience = if path == "/slow" { "1s" } else { "20s" };
        let settings = format!("  timeout: {patience}\n  retries: 1\n");
        let site = site(&format!("Some text, [a link](http://HOST{path}).\n"), &host, &settings);
        let report = found(&site);
        let Some(problem) = report["diagnostics"].get(0) else {
            assert_eq!(code, "", "{path}: nothing found");
            continue;
        };
        assert_eq!((problem["code"].as_str(), problem["severity"].as_str()), (Some(code), Some(severity)), "{path}");
        let message = problem["message"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{path}: {message}");
        assert_eq!(problem["place"]["path"], "content/guide/index.md", "{path}");
        assert_eq!((&problem["place"]["line"], &problem["place"]["column"]), (&5.into(), &12.into()), "{path}");
    }
}

#[test]
fn every_place_is_told_and_each_address_asked_once() {
    let host = Host::start("127.0.0.1", usual);
    let text = "[one](http://HOST/missing)\n\n> [two](http://HOST/missing#x)\n\n<p>\n<a href=\"http://HOST/missing\">three</a>\n</p>\n\n\
                ```command\ncurl http://HOST/command\n```\n\n[a](https://www.example.com/) [b](http://localhost:1/) \
                [c](mailto:a@example.com) [d](https://example.org/docs/guide/)\n";
    let site = site(text, &host, "");
    let ran = check(&site, &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    for place in ["index.md:5:1", "index.md:7:3", "index.md:10:10"] {
        assert!(ran.stdout.contains(place), "{place}: {}", ran.stdout);
    }
    assert!(ran.stderr.contains("1 asked, 0 known from before, 2 left out"), "{}", ran.stderr);
    assert_eq!(host.lines(), ["GET /missing"]);
    let ran = check(&site, &["--format", "github"]);
    assert!(
        ran.stdout.contains("::error file=content/guide/index.md,line=10,col=10,title=broken-external-link::"),
        "{ran:?}"
    );
}

#[test]
fn good_answers_are_kept() {
    let host = Host::start("127.0.0.1", usual);
    let text = "[a](http://HOST/page#place) [b](http://HOST/for-good) [c](http://HOST/gone)\n";
    let kept = site(text, &host, "");
    let (first, second) = (found(&kept), found(&kept));
    assert_eq!(first["diagnostics"], second["diagnostics"], "what is known says the same");
    assert_eq!(second["external"], serde_json::json!({"asked": 1, "known": 2, "left_out": 0}));
    kept.write(
        "guidepost.yaml",
        std::fs::read_to_string(kept.path().join("guidepost.yaml")).expect("read") + "  keep: 0s\n",
    );
    assert_eq!(found(&kept)["external"]["asked"], 3);
}

#[test]
fn a_host_is_asked_one_by_one_and_several_side_by_side() {
    fn slowly(method: &str, _: &str, _: usize) -> String {
        thread::sleep(Duration::from_millis(100));
        reply("200 OK", "", method, "")
    }
    let (one, two) = (Host::start("127.0.0.1", slowly), Host::start("127.0.0.2", slowly));
    let links: String = (0..4).map(|i| format!("[l](http://HOST/{i}) [m](http://{}/{i})\n", two.address)).collect();
    let site = site(&links, &one, "");
    let config = std::fs::read_to_string(site.path().join("guidepost.yaml")).expect("read");
    site.write("guidepost.yaml", config.replace("delay: 10ms", "delay: 150ms"));
    let ran = check(&site, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let times = |host: &Host| host.asked.lock().expect("not poisoned").clone();
    for host in [&one, &two] {
        assert_eq!(host.lines(), ["HEAD /0", "HEAD /1", "HEAD /2", "HEAD /3"]);
        for pair in times(host).windows(2) {
            let pause = pair[1].came.saturating_duration_since(pair[0].answered);
            assert!(pause >= Duration::from_millis(149), "{pause:?}");
        }
    }
    assert!(times(&two)[0].came < times(&one)[1].came, "the second host does not wait for the first");
}

#[test]
fn who_is_busy_is_left_alone_for_as_long_as_it_says() {
    let host = Host::start("127.0.0.1", usual);
    let site = site("[a](http://HOST/busy) [b](http://HOST/then)\n", &host, "");
    assert_eq!(check(&site, &["--strict"]).status, 0);
    assert_eq!(host.lines(), ["HEAD /busy", "HEAD /busy", "HEAD /then"]);
    let asked = host.asked.lock().expect("not poisoned").clone();
    assert!(asked[1].came - asked[0].answered >= Duration::from_millis(990), "{asked:?}");
}

#[test]
fn what_is_asked_is_chosen() {
    let text = "[a](http://HOST/a) [b](http://HOST/b) [c](http://HOST/c)\n";
    for (settings, lines, left) in [
        ("  ignore: [\"*/b\"]\n", vec!["HEAD /a", "GET /c"], 1),
        ("  only: [\"http://*/b\"]\n", vec!["HEAD /b"], 2),
        ("  only: [\"http://*/b\"]\n  ignore: [\"*\"]\n", vec![], 3),
        ("  fragments: false\n", vec!["HEAD /a", "HEAD /b", "HEAD /c"], 0),
    ] {
        let host = Host::start("127.0.0.1", usual);
        let site = site(&text.replace("/c)", "/c#x)"), &host, settings);
        let report = found(&site);
        assert_eq!(host.lines(), lines, "{settings}");
        assert_eq!(report["external"]["left_out"], left, "{settings}");
    }
}

#[test]
fn private_networks_are_not_asked_unless_the_site_says_so() {
    let host = Host::start("127.0.0.1", usual);
    let site = site("[a](http://HOST/a) [b](http://10.1.2.3/) [c](http://wiki/x)\n", &host, "");
    let config = std::fs::read_to_string(site.path().join("guidepost.yaml")).expect("read");
    site.write("guidepost.yaml", config.replace("  private_hosts: [127.0.0.*]\n", ""));
    let report = found(&site);
    let told: Vec<&str> =
        report["diagnostics"].as_array().expect("a list").iter().filter_map(|d| d["message"].as_str()).collect();
    assert_eq!(
        told,
        [
            "this link was not looked at: 10.1.2.3 is in a private network",
            "this link was not looked at: wiki is in a private network"
        ]
    );
    assert_eq!(report["external"], serde_json::json!({"asked": 0, "known": 0, "left_out": 3}));
    assert!(host.lines().is_empty());
}

#[test]
fn a_network_that_does_not_work_is_told_once() {
    // Nobody is at the proxy.
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let links: String = (0..30).map(|i| format!("[l](https://host{i}.dev/)\n")).collect();
    let site = site(&links, &Host::start("127.0.0.1", usual), "  retries: 0\n");
    let output = Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .args(["check", "--external", "--format", "json"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("ALL_PROXY", format!("http://{closed}"))
        .current_dir(site.path())
        .output();
    let ran: Ran = output.expect("guidepost runs").into();
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["errors"], 1, "{report:#}");
    assert_eq!(report["diagnostics"][0]["code"], "no-network");
    assert_eq!(ran.status, 3);
}

#[test]
fn settings_that_cannot_be_used() {
    for (settings, words, at) in [
        ("  timeout: 20\n", "`timeout` is no span of time", "guidepost.yaml:6:12"),
        ("  timeout: 0s\n", "`timeout` leaves no time to answer", "guidepost.yaml:6:12"),
        ("  keep: forever\n", "`keep` is no span of time", "guidepost.yaml:6:9"),
        ("  hosts: 0\n", "`hosts` cannot be 0", "guidepost.yaml:6:10"),
        ("  retries: 11\n", "`retries` cannot be 11", "guidepost.yaml:6:12"),
        ("  ignore: [a.b/c]\n", "\"a.b/c\" fits no address", "guidepost.yaml:6:12"),
        ("  private_hosts_: []\n", "unknown setting `private_hosts_`", "guidepost.yaml:6:3"),
    ] {
        let site = site("", &Host::start("127.0.0.1", usual), settings);
        let ran = check(&site, &[]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(words) && ran.stderr.contains(at), "{settings}: {}", ran.stderr);
    }
}
