//! What does not end by itself.

use super::{LIMIT, Test, have};
use guidepost::session::{End, Pattern, Service, Step};
use std::time::Duration;

#[test]
fn until() {
    let mut t = Test::bash();
    let endless = "i=0; while true; do i=$((i+1)); echo \"reply $i\"; sleep 0.05; done";
    let outcome = t.step(Step::new(endless).until("reply 3"));
    assert_eq!(outcome.end, End::Interrupted { status: Some(130) });
    assert!(outcome.until_seen && outcome.output.starts_with("reply 1\nreply 2\nreply 3"), "{outcome:#?}");
    let outcome =
        t.step(Step::new("python3 -c 'x=1'; echo ready to serve").until(Pattern::regex("ready to [a-z]+").unwrap()));
    assert!(outcome.until_seen, "{outcome:#?}");
    // What was typed is not what was shown.
    let outcome = t.step(Step::new("sleep 0.3; true never").until("never"));
    assert_eq!((outcome.end, outcome.until_seen), (End::Prompt { status: Some(0) }, false));
    t.check("echo $((6*7))", 0, "42");
}

#[test]
fn tail_and_watch() {
    let mut t = Test::bash();
    t.check("printf 'one\\ntwo\\nthree\\n' > log", 0, "");
    let outcome = t.run("tail -f log");
    assert_eq!(outcome.end, End::Interrupted { status: Some(130) });
    assert!(outcome.output.starts_with("one\ntwo\nthree"), "{outcome:#?}");
    // Nothing more comes: looked at long enough.
    t.check("echo one > short", 0, "");
    let outcome = t.run("tail -f short");
    assert_eq!(outcome.end, End::Interrupted { status: Some(130) });
    // No pause at all, in long lines.
    t.check("alias ping='yes 0123456789012345678901234567890123456789'", 0, "");
    let outcome = t.run("ping host");
    assert!(matches!(outcome.end, End::Interrupted { .. }), "{outcome:#?}");
    if have(&["watch"]) {
        let outcome = t.run("watch -n 1 echo watched");
        assert!(matches!(outcome.end, End::Interrupted { .. }), "{outcome:#?}");
        assert!(outcome.output.contains("watched"), "{outcome:#?}");
    }
    t.check("echo well", 0, "well");
}

/// A line of commands ends as its last pipeline does.
#[test]
fn endless_in_a_line() {
    let mut t = Test::bash();
    t.check("printf 'one\\ntwo\\nthree\\n' > log", 0, "");
    for line in
        ["echo now; tail -f log", "cd . && tail -f log 2>/dev/null", "tail -f log | cat", "tail -f log | grep t"]
    {
        let outcome = t.run(line);
        assert_eq!(outcome.end, End::Interrupted { status: Some(130) }, "{line}: {outcome:#?}");
        assert!(outcome.output.contains("three"), "{line}: {outcome:#?}");
    }
    // Any command, if the guide shows that a reader stops it.
    let mut step = Step::new("while true; do echo more; sleep 0.3; done");
    step.stopped = true;
    assert_eq!(t.step(step).end, End::Interrupted { status: Some(130) });
    t.check("echo well", 0, "well");
}

#[test]
fn servers() {
    if !have(&["python3"]) {
        return;
    }
    let mut t = Test::bash();
    let outcome = t.run("python3 -m http.server 0");
    assert_eq!((outcome.end, outcome.ready), (End::Serves, true));
    let step = Step::new("python3 -um http.server 0").until("Serving HTTP");
    // Python's own status, unless it is stopped before it listens to Ctrl-C.
    let end = t.step(step).end;
    assert!(matches!(end, End::Interrupted { status: Some(0 | 130) }), "{end:?}");
    t.check("echo well", 0, "well");
}

/// What starts a server and goes on in silence, as tests do, is not taken for one: how it ends is what counts.
#[test]
fn who_says_that_it_serves_may_do_something_else() {
    let mut t = Test::bash();
    t.check(
        "(echo 'Tomcat started on port 8080'; sleep 7; echo '3 tests failed'; exit 1)",
        1,
        "Tomcat started on port 8080\n3 tests failed",
    );
    let step = |line: &str| Step::new(line).timeout(Duration::from_secs(25));
    let outcome = t.step(step("(echo 'Listening on port 3000'; sleep 100)"));
    assert_eq!((outcome.end, outcome.service), (End::TimedOut, Some(Service::Says)));
    // The port that the kernel has given; what listens is the command's child.
    let listen = "IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die";
    let outcome = t.step(step(&format!(
        "(perl -MIO::Socket::INET -e '$s = {}; $| = 1; print \"Listening on port \" . $s->sockport . \"\\n\"; sleep 100')",
        listen.replace('\'', "\"")
    )));
    let said = outcome.output.rsplit(' ').next().and_then(|port| port.parse().ok());
    assert_eq!((outcome.end, outcome.service), (End::Serves, said.map(Service::Listens)), "{}", outcome.output);
    // Somebody else's port is not the command's.
    t.run(&format!("perl -MIO::Socket::INET -e '$s = {}; sleep 100' &", listen.replace('\'', "\"")));
    let outcome = t.step(step("echo 'Press Ctrl+C to quit'; sleep 100"));
    assert_eq!((outcome.end, outcome.service), (End::TimedOut, Some(Service::Says)));
}

#[test]
fn time_limit() {
    let mut t = Test::bash();
    let outcome = t.step(Step::new("sleep 1000").timeout(Duration::from_millis(300)));
    assert_eq!((outcome.end, outcome.ready), (End::TimedOut, true));
    // A program that does not listen to Ctrl-C gets Ctrl-\.
    let outcome = t.step(Step::new("(trap '' INT; exec sleep 1000)").timeout(Duration::from_millis(300)));
    assert_eq!((outcome.end, outcome.ready), (End::TimedOut, true));
    t.check("echo well", 0, "well");
    // One that listens to neither has the session.
    let outcome = t.step(Step::new("(trap '' INT QUIT; exec sleep 30)").timeout(Duration::from_millis(300)));
    assert_eq!((outcome.end, outcome.ready), (End::TimedOut, false));
    assert_eq!(t.step(Step::new("echo no")).typed, 0);
}

#[test]
fn pagers() {
    if !have(&["less"]) {
        return;
    }
    let mut t = Test::bash();
    t.check("seq 500 > numbers", 0, "");
    let outcome = t.run("less numbers");
    assert_eq!(outcome.end, End::Prompt { status: Some(0) }, "{outcome:#?}");
    assert!(outcome.paged && outcome.output.starts_with("1\n2\n3\n"), "{outcome:#?}");
    t.check("echo well", 0, "well");
}

#[test]
fn editors() {
    let mut t = Test::bash();
    for editor in ["vim", "nano"] {
        if !have(&[editor]) {
            continue;
        }
        let outcome = t.run(&format!("{editor} new-file"));
        assert!(matches!(&outcome.end, End::FullScreen { screen } if screen.contains("new-file")), "{outcome:#?}");
        assert!(outcome.ready, "{outcome:#?}");
        assert!(outcome.duration < LIMIT / 2);
        t.check("echo well", 0, "well");
    }
    assert!(!t.home.path().join("new-file").exists());
}

#[test]
fn the_shell_is_killed() {
    let mut t = Test::bash();
    assert_eq!(t.run("kill -9 $$").end, End::SessionEnded { status: Some(137) });
}
