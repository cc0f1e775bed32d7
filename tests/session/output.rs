//! Output: as a person sees it, of any length, and not to be fooled by it.

use super::{Session, Test};
use crate::support::local::Local;
use guidepost::session::{ENVIRONMENT, End, Settings, Step};
use pty_process::blocking::Command;

#[test]
fn as_seen() {
    let mut t = Test::bash();
    t.check("printf 'no newline'", 0, "no newline");
    t.check("printf '\\n\\nblank lines\\n\\n'", 0, "\n\nblank lines");
    t.check("printf '10%%\\r50%%\\r100%%\\n'", 0, "100%");
    t.check("printf '\\e[1;31mred\\e[0m\\n'", 0, "red");
    t.check("echo '日本語 🎉'", 0, "日本語 🎉");
    t.check("echo before; clear; echo after", 0, "after");
    t.check("clear", 0, "");
    t.check("tput smcup 2>/dev/null || printf '\\e[?1049h'; echo full; printf '\\e[?1049l'; echo back", 0, "back");
    let long = "0123456789".repeat(60);
    t.check(&format!("echo {long}"), 0, &long);
    t.check("printf 'a\\xffb\\n'", 0, "a\u{fffd}b");
}

#[test]
fn prompts_in_output() {
    let mut t = Test::bash();
    t.check("printf 'user@host:~$ '; sleep 0.4; echo more", 0, "user@host:~$ more");
    t.check("echo '$ ls'; echo '>>> 1'; echo 'nodejs=# '", 0, "$ ls\n>>> 1\nnodejs=#");
    // So long that it is taken for a shell: the hidden line waits in the terminal, and is found out.
    let outcome = t.check("printf '$ '; sleep 1.7; echo more; (exit 3)", 3, "$ more");
    assert_eq!(outcome.after.len(), 1);
    t.check("echo well", 0, "well");
    // A program that reads the hidden line is a question.
    let outcome = t.run("read -p '$ ' x");
    assert_eq!(outcome.end, End::Question { text: "$".into() }, "{outcome:#?}");
    assert!(outcome.ready);
    t.check("echo well", 0, "well");
}

#[test]
fn marks_of_others() {
    let mut t = Test::bash();
    t.check("printf '\\e]133;D;0\\a\\e]133;A\\a\\e]133;B\\a'; sleep 0.2; echo a; false", 1, "a");
    t.check("printf '\\e]133;A;gp.1;0;1;/\\a\\e]133;B;gp.1\\a'; sleep 0.2; echo b; false", 1, "b");
    // Not even its own prompt, printed again, helps a program, for it does not have the number of the process.
    t.check("printf '\\e]0;never ended'", 0, "");
    t.check("echo c", 0, "c");
}

#[test]
fn ten_megabytes() {
    let mut t = Test::bash();
    let outcome = t.run("head -c 10000000 /dev/zero | tr '\\0' 'x' | fold -w 100; echo; echo end");
    assert_eq!(outcome.end, End::Prompt { status: Some(0) });
    assert!(outcome.output.starts_with("xxx") && outcome.output.ends_with("xxx\nend"));
    assert!(outcome.output.len() < 600 << 10, "{}", outcome.output.len());
    assert!(outcome.dropped > 9_000_000);
    // All bytes are there or counted; the line that says so has fewer than 50.
    let all = outcome.output.len() as u64 + outcome.dropped;
    assert!((10_100_003..10_100_053).contains(&all), "{all}");
    t.check("echo well", 0, "well");
}

/// Reads the peak of resident memory of this process, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[ignore = "takes a while, and measures the whole process: run it alone"]
fn a_hundred_megabytes() {
    // Without a transcript, which would keep all.
    let shell = Local::start(Command::new("bash").args(["--norc", "--noprofile"]).envs(ENVIRONMENT)).unwrap();
    let (mut shell, _) = Session::open(shell, (), Settings::default()).unwrap();
    let before = peak();
    let start = std::time::Instant::now();
    let outcome = shell.run(Step::new("head -c 100000000 /dev/zero | tr '\\0' 'x' | fold -w 100")).unwrap();
    eprintln!("100 MB in {:?}, {} KiB more memory", start.elapsed(), peak() - before);
    assert_eq!(outcome.end, End::Prompt { status: Some(0) });
    let line = shell.run(Step::new("head -c 30000000 /dev/zero | tr '\\0' 'y'")).unwrap();
    assert!(line.dropped > 29_000_000);
    assert!(peak() - before < 32 << 10, "{} KiB", peak() - before);
}
