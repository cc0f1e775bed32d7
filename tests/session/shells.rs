//! Shells: status, folders, lines that belong together, and shells in shells.

use super::{Test, have, names};
use guidepost::session::{End, Kind, Settings, Step};
use std::time::Duration;

#[test]
fn status_and_folder() {
    let mut t = Test::bash();
    t.check("true", 0, "");
    t.check("false", 1, "");
    t.check("echo $?", 0, "1");
    t.check("(exit 42)", 42, "");
    t.check("no-such-command-here", 127, "bash: no-such-command-here: command not found");
    t.check("if ); then", 2, "bash: syntax error near unexpected token `)'");
    // A comment or an empty line has no status, and does not change it.
    t.check("false", 1, "");
    t.check("# a comment", None, "");
    t.check("", None, "");
    t.check("echo $?", 0, "1");
    let outcome = t.check("mkdir -p 'a;b c' && cd 'a;b c'", 0, "");
    assert!(outcome.cwd.unwrap().ends_with("/a;b c"));
}

#[test]
fn statuses_of_a_pipe() {
    let mut t = Test::bash();
    for (line, status, pipe) in [
        ("false | true", 0, &[1, 0][..]),
        ("no-such-command-here 2>&1 | (cat >/dev/null; exit 3) | cat", 0, &[127, 3, 0]),
        ("true", 0, &[0]),
        ("(exit 7)", 7, &[7]),
    ] {
        assert_eq!(t.check(line, status, "").pipe, pipe, "{line}");
    }
    // Whoever looks at them sees those of the own command.
    t.check("false | true", 0, "");
    t.check("echo ${PIPESTATUS[*]}", 0, "1 0");
}

#[test]
fn lines_of_one_command() {
    let mut t = Test::bash();
    t.check(
        "cat <<'EOF'\nline one\n  line two $HOME\n\tafter a tab\nEOF",
        0,
        "line one\n  line two $HOME\n        after a tab",
    );
    t.check("printf '%s' '\tx' > tab", 0, "");
    assert_eq!(std::fs::read_to_string(t.home.path().join("tab")).unwrap(), "\tx");
    t.check("for i in 1 2 3; do\n  echo \"n $i\"\ndone", 0, "n 1\nn 2\nn 3");
    t.check("echo a \\\n  b", 0, "a b");
    t.check("f() {\necho in f\n}", 0, "");
    t.check("f", 0, "in f");
}

#[test]
fn the_shell_says_where_a_command_ends() {
    let mut t = Test::bash();
    let outcome = t.step(Step::block("echo a\necho b"));
    assert_eq!((outcome.typed, outcome.output.as_str()), (1, "a"));
    // `read` would swallow the next line.
    let outcome = t.step(Step::block("read -p 'Name: ' name\necho next").answer("Name", "Ann"));
    assert_eq!((outcome.typed, outcome.end), (1, End::Prompt { status: Some(0) }));
    t.check("echo $name", 0, "Ann");
    let outcome = t.step(Step::block("read -p 'Name: ' name\necho next"));
    assert_eq!((outcome.typed, outcome.end), (1, End::Question { text: "Name:".into() }));
    let outcome = t.step(Step::block("echo 'open"));
    assert_eq!(outcome.end, End::Unfinished { prompt: "> ".into() });
    assert!(outcome.ready);
    t.check("echo well", 0, "well");
}

#[test]
fn nothing_changes_for_the_reader() {
    let mut t = Test::bash();
    t.check("echo \"wow!\"", 0, "wow!");
    t.check("history", 0, "    1  echo \"wow!\"\n    2  history");
    t.check("HISTCONTROL=ignorespace", 0, "");
    t.check("bash --norc", None, "");
    t.check("history", 0, "    1  history");
    t.check("exit", 0, "exit");
    t.check("echo $HISTCONTROL", 0, "ignorespace");
    let shown = t.shown();
    assert!(!shown.contains("__gp") && !shown.contains("133;"), "{shown}");
    assert!(shown.contains("$ echo \"wow!\"") || shown.contains("# echo \"wow!\""), "{shown}");
}

#[test]
fn prompts_that_a_guide_changes() {
    let mut t = Test::bash();
    t.check("PS1='new> '", 0, "");
    let outcome = t.check("false", 1, "");
    assert_eq!(outcome.after[0].prompt, "new> ");
    // Without our own, the output ends at the prompt, so it has what this prints.
    t.check("PROMPT_COMMAND='echo hello'", 0, "hello");
    t.check("false", 1, "hello");
    t.check("export PS1='(env) \\$ '; unset PROMPT_COMMAND", 0, "");
    let outcome = t.check("(exit 3)", 3, "");
    assert_eq!(outcome.after.len(), 1, "{outcome:#?}");
    t.check("PS1='two\\nlines> '", 0, "");
    t.check("echo a", 0, "a");
    t.check("PS1='$ '; PS0=; PROMPT_COMMAND=", 0, "");
    let outcome = t.check("echo b; (exit 4)", 4, "b");
    assert_eq!(outcome.after.len(), 1, "{outcome:#?}");
}

#[test]
fn options_of_the_shell() {
    let mut t = Test::bash();
    t.check("set -u", 0, "");
    t.check("echo a", 0, "a");
    t.check("set -x", 0, "");
    t.check("echo b", 0, "+ echo b\nb");
    t.check("set +x", 0, "+ set +x");
    t.check("set -e", 0, "");
    t.check("true", 0, "");
    let outcome = t.run("false");
    assert_eq!(outcome.end, End::SessionEnded { status: Some(1) });
}

#[test]
fn shells_in_shells() {
    let mut t = Test::bash();
    let outcome = t.check("bash --norc", None, "");
    assert_eq!(names(&outcome), ["bash", "bash"]);
    t.check("cd /tmp; false", 1, "");
    let outcome = t.check("exit", 1, "exit");
    assert!(outcome.left && outcome.after.len() == 1 && outcome.before.len() == 2);
    assert!(outcome.cwd.unwrap() != "/tmp");
    // A shell that dies is not one that was left.
    t.check("bash --norc", None, "");
    t.check("set -e", 0, "");
    let outcome = t.run("false");
    assert!(!outcome.left && outcome.after.len() == 1);
    t.check("bash --norc", None, "");
    t.check("exit 3", 3, "exit");
    // With an exported prompt a shell inherits our marks.
    t.check("export PS1", 0, "");
    let outcome = t.check("bash --norc", None, "");
    assert_eq!(outcome.after.len(), 2, "{outcome:#?}");
    t.check("false", 1, "");
    t.check("exit", 1, "exit");
    t.check("export -n PS1", 0, "");
    let outcome = t.check("exec bash --norc", None, "");
    assert_eq!(outcome.after.len(), 1, "{outcome:#?}");
    let outcome = t.run("exit 5");
    assert_eq!(outcome.end, End::SessionEnded { status: Some(5) });
    assert!(!outcome.ready);
    assert_eq!(t.run_ended(), End::SessionEnded { status: Some(5) });
}

impl Test {
    fn run_ended(&mut self) -> End {
        let outcome = self.step(Step::new("echo more"));
        assert_eq!(outcome.typed, 0);
        outcome.end
    }
}

#[test]
fn posix_shell() {
    for shell in ["dash", "busybox"] {
        if !have(&[shell]) {
            continue;
        }
        let mut t = Test::bash();
        let command = if shell == "busybox" { "busybox sh" } else { shell };
        let outcome = t.run(command);
        assert_eq!(outcome.end, End::Prompt { status: None }, "{outcome:#?}");
        assert_eq!(names(&outcome), ["bash", "sh"]);
        if shell == "dash" {
            // busybox completes at a tab, and has no way to quote one.
            t.check("cat <<EOF\n\tb\nEOF", 0, "        b");
        }
        posix(&mut t);
    }
}

fn posix(t: &mut Test) {
    t.check("echo hi; false", 1, "hi");
    t.check("echo $?", 0, "1");
    t.check("# nothing", None, "");
    t.check("printf 'no newline'", 0, "no newline");
    t.check("for i in 1 2; do\necho $i\ndone", 0, "1\n2");
    t.check("cat <<EOF\na\nb\nEOF", 0, "a\nb");
    let outcome = t.check("cd /tmp", 0, "");
    assert_eq!(outcome.cwd.as_deref(), Some("/tmp"));
    let outcome = t.step(Step::block("read x\necho $x").until("never").timeout(std::time::Duration::from_millis(500)));
    assert_eq!((outcome.end, outcome.ready), (End::TimedOut, true));
    t.check("exit 7", 7, "");
}

#[test]
fn posix_shell_first() {
    if have(&["dash"]) {
        posix_outermost(&mut Test::open(&["dash"]));
    }
}

fn posix_outermost(t: &mut Test) {
    t.check("false", 1, "");
    let outcome = t.run("exit 7");
    assert_eq!(outcome.end, End::SessionEnded { status: Some(7) });
}

#[test]
fn zsh() {
    if !have(&["zsh"]) {
        return;
    }
    for nested in [true, false] {
        let mut t = if nested { Test::bash() } else { Test::open(&["zsh", "-f"]) };
        if nested {
            let outcome = t.check("zsh -f", None, "");
            assert_eq!(names(&outcome), ["bash", "zsh"]);
        }
        t.check("echo hi; false", 1, "hi");
        t.check("echo $?", 0, "1");
        t.check("# nothing", None, "");
        t.check("printf 'no newline'", 0, "no newline");
        t.check("for i in 1 2; do\necho $i\ndone", 0, "1\n2");
        t.check("cat <<EOF\na\n\tb\nEOF", 0, "a\n        b");
        t.check("PROMPT='new %# '", 0, "");
        t.check("echo 'wow!'; (exit 9)", 9, "wow!");
        let outcome = t.check("cd /tmp", 0, "");
        assert_eq!(outcome.cwd.as_deref(), Some("/tmp"));
        let outcome = t.run("exit 3");
        assert_eq!(
            outcome.end,
            if nested { End::Prompt { status: Some(3) } } else { End::SessionEnded { status: Some(3) } }
        );
    }
}

#[test]
fn other_users() {
    if !have(&["su", "id"]) || std::env::var("USER").is_ok_and(|user| user != "root") {
        return;
    }
    let mut t = Test::bash();
    if t.run("test $(id -u) = 0").end != (End::Prompt { status: Some(0) }) {
        eprintln!("SKIPPED, not root");
        return;
    }
    let outcome = t.run("su -s /bin/bash - nobody");
    assert_eq!(outcome.after.last().unwrap().user.as_deref(), Some("nobody"), "{outcome:#?}");
    assert!(matches!(outcome.after[1].kind, Kind::Shell { .. }));
    t.check("whoami", 0, "nobody");
    t.check("echo 日本語 $PAGER", 0, "日本語 cat");
    t.run("exit");
    if have(&["sudo"]) {
        let outcome = t.run("sudo -i");
        assert_eq!(outcome.after.len(), 2, "{outcome:#?}");
        t.check("whoami", 0, "root");
        t.run("exit");
    }
    let outcome = t.run("newgrp users");
    assert_eq!(outcome.after.len(), 2, "{outcome:#?}");
    t.check("id -gn", 0, "users");
    t.run("exit");
    t.check("whoami", 0, "root");
}

#[test]
fn background_jobs() {
    // Jobs may take longer on a busy machine to say their first words.
    let settings = Settings { settling: Duration::from_secs(2), ..Settings::default() };
    let mut t = Test::open_with(&["bash", "--norc", "--noprofile"], settings);
    let outcome = t.run("sleep 0.7 &");
    assert!(outcome.output.starts_with("[1] "), "{outcome:#?}");
    // The notice that it has ended is not the output of this command.
    let outcome = t.check("sleep 2", 0, "");
    assert!(outcome.beside.starts_with("[1]+  Done") && outcome.beside.ends_with("sleep 0.7"), "{outcome:#?}");
    // What it says comes before the prompt or after it, and is told apart.
    for pause in ["", "sleep 0.1;"] {
        let outcome = t.run(&format!("({pause} echo early; sleep 0.05; echo late) &"));
        assert!(outcome.output.starts_with("[1] ") && !outcome.output.contains('\n'), "{outcome:#?}");
        assert_eq!(outcome.beside, "early\nlate", "{outcome:#?}");
        t.run("wait");
    }
    t.check("echo a", 0, "a");
    // A job that outlives the shell does not keep the session open.
    t.run("nohup sleep 30 >/dev/null 2>&1 & disown");
    assert_eq!(t.run("exit 0").end, End::SessionEnded { status: Some(0) });
}

/// What the engine has told the shell shows nowhere.
#[test]
fn hidden() {
    let mut t = Test::bash();
    let ps1 = if t.run("test $(id -u) = 0").end == (End::Prompt { status: Some(0) }) { "#" } else { "$" };
    t.check("echo \"$PROMPT_COMMAND\"; echo \"$PS0\"; echo \"$PS2\"", 0, "\n\n>");
    t.check("PS1='\\w\\$ '", 0, "");
    t.check("echo \"$PS1\"", 0, "\\w\\$");
    t.check("set | grep -a '^PS1='; declare -p PS1", 0, "PS1='\\w\\$ '\ndeclare -- PS1=\"\\\\w\\\\\\$ \"");
    t.check("printf '%q\\n' \"$PS1\"; echo \"${PS1@Q}\"", 0, "\\\\w\\\\\\$\\\n'\\w\\$ '");
    t.check("(set; declare -p; declare -F; alias) | grep -a -c -e _[_]gp -e '[k]7Qz.*printf'", 1, "0");
    t.check("set -v", 0, "");
    t.check("echo hello", 0, "echo hello\nhello");
    t.check("for i in 1 2; do\necho $i\ndone", 0, "for i in 1 2; do\necho $i\ndone\n1\n2");
    t.check("set +v", 0, "set +v");
    t.check("set -x", 0, "");
    t.check("PS1=\"x $PS1\"", 0, "+ PS1='x \\w\\$ '");
    t.check("set +x", 0, "+ set +x");
    t.check("trap 'echo \"run: $BASH_COMMAND\"' DEBUG", 0, "");
    t.check("echo hi", 0, "run: echo hi\nhi");
    t.check("trap - DEBUG", 0, "run: trap - DEBUG");
    t.check("trap 'echo failed' ERR", 0, "");
    t.check("false", 1, "failed");
    t.check("echo $?", 0, "1");
    t.check("trap - ERR", 0, "");
    t.check("echo a b", 0, "a b");
    t.check("echo $_", 0, "b");
    t.check("fc -l -1 -1 | cut -f 2", 0, " echo $_");
    let shown = t.shown();
    assert!(!shown.contains("__gp") && !shown.contains("k7Qz") && !shown.contains("133;"), "{shown}");
    assert!(shown.contains(ps1), "{shown}");
}

/// A prompt that is made anew before each command.
#[test]
fn a_prompt_command_that_makes_the_prompt() {
    let mut t = Test::bash();
    for made in ["PROMPT_COMMAND='PS1=\"[$?] \\w> \"'", "PROMPT_COMMAND=('PS1=\"<$?> \"')"] {
        t.check(made, 0, "");
        t.check("false", 1, "");
        let outcome = t.check("echo a", 0, "a");
        assert_eq!((outcome.after.len(), outcome.duration.as_secs()), (1, 0), "{outcome:#?}");
    }
}

#[test]
fn history_expansion() {
    let mut t = Test::bash();
    t.check("echo one", 0, "one");
    t.check("echo \"hi !!\"", 0, "echo \"hi echo one\"\nhi echo one");
    let outcome = t.check("echo \"hello !world\"", 1, "bash: !world: event not found");
    assert!(outcome.ready);
    t.check("echo 'not !here'", 0, "not !here");
    t.check("set +H", 0, "");
    t.check("echo \"hello !world\"", 0, "hello !world");
}

#[test]
fn keys() {
    let mut t = Test::bash();
    t.check("bash --norc", None, "");
    let outcome = t.run("^D");
    assert_eq!((outcome.after.len(), outcome.left, outcome.output.as_str()), (1, true, "exit"), "{outcome:#?}");
    t.check("echo outer", 0, "outer");
    t.check("cat > notes\nfirst line\n\tsecond\n^D", 0, "");
    assert_eq!(std::fs::read_to_string(t.home.path().join("notes")).unwrap(), "first line\n\tsecond\n");
    t.check("sort\nb\na\n^D", 0, "a\nb");
    t.check("^C", None, "^C");
    t.check("^L", None, "");
    let outcome = t.run("sleep 60\n^Z");
    assert_eq!(outcome.end, End::Interrupted { status: Some(148) });
    assert_eq!(outcome.output, "^Z\n[1]+  Stopped                 sleep 60");
    t.check("bg", 0, "[1]+ sleep 60 &");
    let outcome = t.run("fg\n^C");
    assert_eq!(outcome.end, End::Interrupted { status: Some(130) });
    t.check("echo well", 0, "well");
    if have(&["python3"]) {
        t.run("python3 -q");
        t.check("1 + 1", None, "2");
        let outcome = t.run("^D");
        assert_eq!((outcome.after.len(), outcome.left), (1, true), "{outcome:#?}");
    }
    if have(&["dash"]) {
        t.run("dash");
        let outcome = t.run("^D");
        assert_eq!((outcome.after.len(), outcome.left), (1, true), "{outcome:#?}");
    }
    assert_eq!(t.run("^D").end, End::SessionEnded { status: Some(0) });
}
