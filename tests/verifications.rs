//! Whole verifications: each folder of `tests/verifications` has a guide as an author would write it, and what must come of
//! it. They are done on this computer, without an engine; `tests/docker/verify.rs` does some of them in Docker.
//!
//! To add one, make a folder with a `guide.md`, renew with `GUIDEPOST_RENEW=1 cargo test --test all verifications::`, and read what
//! came. `GUIDEPOST_ONLY=NAME` does those with this in their names.

use crate::support::{
    self,
    folders::{self, Row, renews},
    local_host::{self, LocalHost},
    verifications::{otherwise, rows, site, told},
};
use guidepost::proof;
use guidepost::{report::Verdict, verify};
use std::{
    io::{Read, Write},
    sync::Mutex,
    time::Instant,
};

/// Does rows on a host.
fn done(host: &LocalHost, rows: &[Row]) -> guidepost::report::Report {
    let (_folder, of_site) = site(rows);
    local_host::run(host, &of_site, &local_host::options(&of_site.site))
}

/// A fault of guidepost's own is one of that guide: the others are done.
#[test]
fn a_panic_takes_no_other_guide_down() {
    let rows: Vec<Row> =
        rows().into_iter().filter(|row| ["a-command", "a-file"].contains(&row.name.as_str())).collect();
    let report = done(&LocalHost { panics: Some("a-command"), ..LocalHost::default() }, &rows);
    let [command, file] = &report.guides[..] else { panic!("{report:#?}") };
    assert_eq!(file.verdict, Verdict::Holds, "{file:#?}");
    assert_eq!(command.verdict, Verdict::Unreached, "{command:#?}");
    assert!(command.steps.iter().all(|step| step.verdict == Verdict::Unreached) && command.steps.len() == 2);
    let reason = command.reason.as_deref().unwrap_or_default();
    for said in ["an internal error of guidepost", "the local machine was told to panic", "please report it"] {
        assert!(reason.contains(said), "{reason}");
    }
}

/// What has ended is there, whatever ends the run, and only what has changed is done again.
#[test]
fn results_are_kept_and_not_done_again() {
    let names = ["a-command", "a-file", "a-command-that-fails"];
    let rows: Vec<Row> = rows().into_iter().filter(|row| names.contains(&row.name.as_str())).collect();
    let (folder, of_site) = site(&rows);
    let kept = folder.path().join("results");
    let run = |again: bool, panics: Option<&'static str>| {
        let results = Some(verify::Results::open(&kept, again).expect("a folder"));
        let options = verify::Options { results, ..local_host::options(&of_site.site) };
        let report = local_host::run(&LocalHost { panics, ..LocalHost::default() }, &of_site, &options);
        report.guides.iter().map(|guide| (guide.path.clone(), guide.verdict)).collect::<Vec<_>>()
    };
    let path = |name: &str| format!("content/{name}/index.md");
    let done = run(false, Some("a-file"));
    let expected =
        [("a-command-that-fails", Verdict::Broken), ("a-command", Verdict::Holds), ("a-file", Verdict::Unreached)];
    assert_eq!(done, expected.map(|(name, verdict)| (path(name), verdict)));
    // A machine that is made now panics; only the guide that had no verdict of its own is done again.
    assert_eq!(run(false, Some("a-command")), [&done[..2], &[(path("a-file"), Verdict::Holds)]].concat());
    assert_eq!(run(false, Some("a-")), run(false, None), "nothing is done again");
    assert_eq!(run(true, Some("a-"))[0].1, Verdict::Unreached, "what failed is done again, if it is asked for");
    // It has changed.
    let command = folder.path().join(path("a-command"));
    let text = std::fs::read_to_string(&command).expect("a guide");
    std::fs::write(&command, text + "\nMore.\n").expect("written");
    assert_eq!(run(false, Some("a-"))[1].1, Verdict::Unreached, "a guide that has changed is another one");
    let files = std::fs::read_dir(&kept).expect("a folder").count();
    let reports = guidepost::site::read_reports(&[&kept]).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!((files, reports.len()), (4, 4), "each result is a report");
}

/// Who notes when guides are begun, ready before their turn, and over: by one letter.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl verify::Listener for Heard {
    fn event(&self, guide: &str, event: verify::Event<'_>) {
        let what = match event {
            verify::Event::Begin { .. } => 'b',
            verify::Event::Ready => 'r',
            verify::Event::End { .. } => 'e',
            _ => return,
        };
        let name = guide.split('/').nth(1).unwrap_or(guide);
        self.0.lock().expect("no panic").push(format!("{what} {name}"));
    }
}

/// The machine of the next guide is made while others are done, if the memory of all fits; those that took longest begin.
#[test]
fn machines_are_made_while_others_run() {
    let names = ["a-command", "a-file", "a-function"];
    let rows: Vec<Row> = rows().into_iter().filter(|row| names.contains(&row.name.as_str())).collect();
    let (_folder, of_site) = site(&rows);
    let jobs = proof::jobs(&of_site, &[]).unwrap_or_else(|failure| panic!("{failure:?}"));
    let one = jobs[0].machine.memory;
    let seconds = [("a-command", 1.0), ("a-function", 3.0)];
    let expected = seconds.map(|(name, seconds)| (format!("content/{name}/index.md"), seconds));
    let usual = verify::Options { jobs: 1, expected: expected.into(), ..local_host::options(&of_site.site) };
    let fail_fast = verify::Options { fail_fast: true, ..usual.clone() };
    let prepared = "b a-function, b a-file, r a-file, e a-function, b a-command, r a-command, e a-file, e a-command";
    let one_by_one = "b a-function, e a-function, b a-file, e a-file, b a-command, e a-command";
    for (memory, options, order) in
        [(2 * one, &usual, prepared), (2 * one - 1, &usual, one_by_one), (2 * one, &fail_fast, one_by_one)]
    {
        let heard = Heard::default();
        let report =
            local_host::run_heard(&LocalHost { memory, ..LocalHost::default() }, jobs.clone(), options, &heard);
        assert!(report.guides.iter().all(|guide| guide.verdict == Verdict::Holds), "{report:#?}");
        assert_eq!(heard.0.into_inner().expect("no panic").join(", "), order);
    }
}

/// Where the engine has networks for two machines at a time, the others wait, which is nobody's time and is told once of each.
#[test]
fn guides_wait_for_a_network() {
    let folder = tempfile::tempdir().expect("a folder");
    support::write(folder.path(), "guidepost.yaml", "title: A\nbase_url: https://example.org/\n");
    for name in ["a", "b", "c", "d", "e"] {
        let text = "---\ntitle: A\n---\n\n```command\nsleep 1\n```\n";
        support::write(folder.path(), &format!("content/{name}.md"), text);
    }
    let of_site = folders::site_options(folder.path());
    let jobs = proof::jobs(&of_site, &[]).unwrap_or_else(|failure| panic!("{failure:?}"));
    let host = LocalHost { networks: 2, ..LocalHost::default() };
    let waits = Waits::default();
    let options = local_host::options(folder.path());
    let begin = Instant::now();
    let report = local_host::run_heard(&host, jobs, &options, &waits);
    let took = begin.elapsed().as_secs_f64();
    for guide in &report.guides {
        assert_eq!(guide.verdict, Verdict::Holds, "{guide:#?}");
    }
    let longest = report.guides.iter().map(|guide| guide.seconds).fold(0.0, f64::max);
    assert!(took > 3.0 && longest < took - 1.0, "{longest} s of {took} s");
    let mut told = waits.0.into_inner().expect("no panic");
    told.sort();
    let all = told.len();
    told.dedup();
    assert!(all == 3 && told.len() == 3, "{told:?}");
}

/// Who was told to wait for a network.
#[derive(Default)]
struct Waits(Mutex<Vec<String>>);

impl verify::Listener for Waits {
    fn event(&self, guide: &str, event: verify::Event<'_>) {
        if let verify::Event::Machine(guidepost::machine::Event::NoNetwork) = event {
            self.0.lock().expect("no panic").push(guide.to_owned());
        }
    }
}

/// A setup that several guides have is done once, if it leaves nothing but files; what it leaves is what each guide would have had.
#[test]
fn a_shared_setup_is_done_once() {
    let guide = |setup: &str, shows: &str| {
        format!(
            "---\ntitle: A\nverify:\n  setup: [{setup:?}]\n---\n\n```command\n{shows}\n```\n\n```output {{match=exact}}\n1\n```\n"
        )
    };

    for (more, shows, fresh, done) in [
        ("", "cat made | wc -l", false, 1),
        ("", "history | grep -c '[e]cho once'", false, 1),
        ("", "cat made | wc -l", true, 3),
        ("; export A=1", "echo $A", false, 3),
        ("; cd .", "cat made | wc -l", false, 3),
        ("; read -rp 'Go on? ' x", "cat made | wc -l", false, 3),
    ] {
        let outside = tempfile::tempdir().expect("a folder");
        let count = outside.path().join("count");
        let setup = format!("echo once > made; echo once >> {}{more}", count.display());
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| support::write(folder.path(), path, text);
        let answers = if more.contains("read") { "verify:\n  answers: {'Go on?': y}\n" } else { "" };
        write("guidepost.yaml", &format!("title: A\nbase_url: https://example.org/\n{answers}"));
        for name in ["a", "b", "c"] {
            write(&format!("content/{name}.md"), &guide(&setup, shows));
        }
        let of_site = folders::site_options(folder.path());
        let options = verify::Options { jobs: 1, fresh, ..local_host::options(folder.path()) };
        // Machines are made one after the other.
        let host = LocalHost { memory: 1, ..LocalHost::default() };
        let report = local_host::run(&host, &of_site, &options);
        let held = report.guides.iter().all(|guide| guide.verdict == Verdict::Holds);
        assert!(held, "{setup}: {report:#?}");
        let text = std::fs::read_to_string(&count).expect("a count");
        assert_eq!(text.lines().count(), done, "{setup}");
        let kept = report.guides.iter().filter(|guide| guide.kept.is_some()).count();
        assert_eq!(kept, 3 - done, "{setup}: the report says so");
    }
}

#[test]
fn whole_verifications() {
    let only = std::env::var("GUIDEPOST_ONLY").unwrap_or_default();
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.name.contains(&only)).collect();
    let begin = Instant::now();
    let report = done(&LocalHost::default(), &rows);
    eprintln!("{} guides in {:?}", rows.len(), begin.elapsed());
    if renews() {
        rows.iter().for_each(|row| row.renew(&told(&report.guides, row)));
        return;
    }
    let wrong = otherwise(&report.guides, &rows);
    assert!(wrong.is_empty(), "{} of {} came otherwise:\n\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// What a guide keeps secret stands nowhere in its report, its causes included.
#[test]
fn secrets_are_in_no_cause() {
    let answers = "answers: {Token: {reply: hunter2secret, secret: true}}";
    let asks = format!(
        "---\ntitle: A\nverify: {{{answers}}}\n---\n\n```command\nread -p 'Token: ' t; read -p \"Really use $t? \" y\n```\n"
    );
    let setup = "setup: [\"read -p 'Token: ' t; echo \\\"error: bad token $t\\\"; false\"]";
    let prepares = format!("---\ntitle: A\nverify:\n  {answers}\n  {setup}\n---\n\n```command\nls\n```\n");
    let site = support::TestSite::new(&[
        ("guidepost.yaml", "title: T\nbase_url: https://example.org/\nmachines:\n  debian: {image: x}\n"),
        ("content/asks.md", &asks),
        ("content/prepares.md", &prepares),
    ]);
    let of_site = folders::site_options(site.path());
    let report = local_host::run(&LocalHost::default(), &of_site, &local_host::options(site.path()));
    assert!(report.guides.len() == 2 && report.guides.iter().all(|guide| !guide.causes().is_empty()), "{report:#?}");
    let json = guidepost::report::json::json(&report);
    assert!(!json.contains("hunter2secret"), "{json}");
}

/// What was fetched is written down, and which it was.
#[test]
fn downloads_are_recorded() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/x.sh", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming().take(2) {
            let mut connection = connection.expect("a connection");
            let mut asked = [0; 4096];
            let _ = connection.read(&mut asked).expect("a request");
            connection
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nhi\n")
                .expect("written");
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| support::write(folder.path(), path, text);
    write("guidepost.yaml", "title: A\nbase_url: https://example.org/\n");
    write(
        "content/a.md",
        &format!(
            "---\ntitle: A\n---\n\n```command\nmkdir got && cd got && curl -so hi.txt {address}\ncurl -s {address}?again | cat\n```\n"
        ),
    );
    let of_site = folders::site_options(folder.path());
    let report = local_host::run(&LocalHost::default(), &of_site, &local_host::options(folder.path()));
    let of = |name: &str| report.guides[0].packages.get(name).map(String::as_str);
    // The hash of `hi` and a line's end.
    assert_eq!(of(&format!("url {address}")), Some("sha256:98ea6e4f216f"), "{report:#?}");
    assert_eq!(of(&format!("url {address}?again")), Some("not kept"));
}
