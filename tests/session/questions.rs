//! Questions, answered and not.

use super::{Test, have};
use guidepost::session::{Answer, End, Pattern, Step};
use std::time::Duration;

#[test]
fn answered() {
    let mut t = Test::bash();
    let outcome = t.step(Step::new("read -p 'Continue? [y/N] ' x; echo got $x").answer("[y/N]", "y"));
    assert_eq!(outcome.end, End::Prompt { status: Some(0) });
    assert_eq!(outcome.output, "Continue? [y/N] y\ngot y");
    assert_eq!(outcome.answered[0].question, "Continue? [y/N]");
    // The cursor on an empty line after the question; a regular expression.
    let question = Pattern::regex("(?i)your name").unwrap();
    let outcome = t.step(Step::new("echo 'Your name?'; read x; echo got $x").answer(question, "Ann"));
    assert_eq!(outcome.output, "Your name?\nAnn\ngot Ann");
    // apt's own question needs no answer from the guide.
    t.check("apt() { read -p 'Do you want to continue? [Y/n] ' x; echo got $x; }", 0, "");
    let outcome = t.check("apt install x", 0, "Do you want to continue? [Y/n] y\ngot y");
    assert_eq!(outcome.answered[0].reply, "y");
    // That of any other program does.
    let outcome = t.run("read -p 'Do you want to continue? [Y/n] ' x");
    assert_eq!(outcome.end, End::Question { text: "Do you want to continue? [Y/n]".into() });
}

#[test]
fn in_turn() {
    let mut t = Test::bash();
    let step = Step::new("for i in 1 2 3; do read -p 'Number: ' x; echo \"<$x>\"; done")
        .answer("Number", "one")
        .answer("Number", "two");
    let outcome = t.step(step);
    assert_eq!(outcome.output, "Number: one\n<one>\nNumber: two\n<two>\nNumber: two\n<two>");
}

#[test]
fn secrets() {
    let mut t = Test::bash();
    let ask = "for i in New Retype; do read -sp \"$i password: \" x; echo; done; echo ${#x}";
    let mut step = Step::new(ask);
    step.answers.push(Answer { question: "password".into(), reply: "geheim".into(), secret: true });
    let outcome = t.step(step);
    assert_eq!(outcome.output, "New password:\nRetype new password:\n6".replace("Retype new", "Retype"));
    assert_eq!(outcome.answered.len(), 2);
    assert!(outcome.answered.iter().all(|answered| answered.reply == "********"));
    assert!(!format!("{outcome:?}").contains("geheim"));
    assert!(!t.shown().contains("geheim"));
}

#[test]
fn unanswered() {
    let mut t = Test::bash();
    for (command, text) in [
        ("read -p 'Your name: ' x", "Your name:"),
        ("read -sp 'Password: ' x", "Password:"),
        ("read -p 'Really? [y/N] ' x", "Really? [y/N]"),
        ("read -p 'Really (yes/no)' x", "Really (yes/no)"),
    ] {
        let outcome = t.step(Step::new(command).timeout(Duration::from_secs(50)));
        assert_eq!(outcome.end, End::Question { text: text.into() }, "{outcome:#?}");
        assert!(outcome.ready);
        assert_eq!(outcome.output, text, "{outcome:#?}");
        assert!(outcome.duration >= Duration::from_secs(1) && outcome.duration < Duration::from_secs(20));
    }
    t.check("echo well", 0, "well");
}

/// A prompt of a command that opens nothing is a question, however much it looks like that of a program.
#[test]
fn prompts_that_are_questions() {
    let mut t = Test::bash();
    std::fs::write(t.home.path().join("setup"), "read -p 'name> ' x\n").unwrap();
    for (command, text) in [
        ("read -p '> ' x", ">"),
        ("read -p 'name> ' x", "name>"),
        ("read -p 'Project name> ' x", "Project name>"),
        ("bash setup", "name>"),
        ("bash ./setup | cat", "name>"),
    ] {
        let outcome = t.run(command);
        assert_eq!(outcome.end, End::Question { text: text.into() }, "{command}: {outcome:#?}");
        assert_eq!((outcome.ready, outcome.after.len()), (true, 1), "{command}: {outcome:#?}");
    }
    t.check("echo well", 0, "well");
}

/// Nothing looks like a question, and yet the program waits for somebody who types.
#[test]
fn silent() {
    let mut t = Test::bash();
    for (command, text) in [
        ("read x", ""),
        ("cat", ""),
        ("cat | cat", ""),
        ("bash -c 'sleep 0.2; read x'", ""),
        ("echo 'Give a number from 1 to 9'; read x", "Give a number from 1 to 9"),
        ("printf 'Name'; read x", "Name"),
    ] {
        let outcome = t.run(command);
        assert_eq!(outcome.end, End::Question { text: text.into() }, "{command}: {outcome:#?}");
        assert!(outcome.ready && outcome.duration < Duration::from_secs(20), "{command}: {outcome:#?}");
    }
    t.check("echo well", 0, "well");
}

#[test]
fn asked_in_vain() {
    let mut t = Test::bash();
    let outcome = t.step(Step::new("while true; do read -p 'Password: ' x; done").answer("Password", "wrong"));
    assert_eq!(outcome.end, End::Question { text: "Password:".into() }, "{outcome:#?}");
    assert_eq!(outcome.answered.len(), 10);
    assert!(outcome.ready);
}

#[test]
fn progress_is_no_question() {
    let mut t = Test::bash();
    t.check("printf 'Progress: [ 33%%] '; sleep 2.5; echo done", 0, "Progress: [ 33%] done");
    t.check("printf 'Compiling:'; sleep 2.5; echo done", 0, "Compiling:done");
    // It looks like one for long, but the program works; or its part that waits does not wait for the terminal.
    t.check("echo -n 'Starting…: '; sleep 4; echo done.", 0, "Starting…: done.");
    t.check("(echo -n 'Ready? '; sleep 7; echo yes) | cat", 0, "Ready? yes");
    t.check("echo one; sleep 4; echo two", 0, "one\ntwo");
}

#[test]
fn ssh_keygen() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let mut t = Test::bash();
    let step = Step::new("ssh-keygen -t ed25519 -f key").answer("passphrase", "").answer("same passphrase", "");
    let outcome = t.step(step);
    assert_eq!(outcome.end, End::Prompt { status: Some(0) }, "{outcome:#?}");
    assert_eq!(outcome.answered.len(), 2);
    assert!(t.home.path().join("key").exists());
}

/// Asked on `/dev/tty`, whatever standard input is, or asked by another program that the command waits for.
#[test]
fn asked_elsewhere() {
    let mut t = Test::bash();
    for (command, text) in [
        ("sh -c 'printf \"Passphrase: \" >/dev/tty; read -r x </dev/tty' </dev/null", "Passphrase:"),
        ("bash -c 'read -rsp \"Password: \" x </dev/tty'", "Password:"),
        ("read x </dev/tty", ""),
        (
            "bash -c 'printf \"Enter file in which to save the key (/root/id): \"; read x </dev/tty'",
            "Enter file in which to save the key (/root/id):",
        ),
        // As gpg does: the question comes from elsewhere, and the echo is switched off.
        ("bash -c 'stty -echo; printf \"Passphrase: \"; sleep 30 | cat'; stty echo", "Passphrase:"),
    ] {
        let outcome = t.step(Step::new(command).timeout(Duration::from_secs(25)));
        assert_eq!(outcome.end, End::Question { text: text.into() }, "{command}: {outcome:#?}");
        assert!(outcome.ready && outcome.duration < Duration::from_secs(6), "{command}: {outcome:#?}");
        t.run("stty echo");
    }
    if have(&["python3"]) {
        let outcome = t.run("python3 -c 'import getpass; getpass.getpass(\"Secret word: \")'");
        assert_eq!(outcome.end, End::Question { text: "Secret word:".into() }, "{outcome:#?}");
        assert!(outcome.duration < Duration::from_secs(6), "{outcome:#?}");
    }
    // It works, and shows what it does not ask.
    t.check("stty -echo; printf 'Working'; sleep 4; stty echo; echo .", 0, "Working.");
    t.check("echo well", 0, "well");
}
