//! A setup that several guides have is done once: the machine that it has made is kept as an image, and the other guides begin there.
//!
//! They must find what their own setup would have left. So only a setup is kept that can have changed nothing but files: none of its
//! commands is one of the shell's own, and after it the machine has the processes, mounts and names that it had before. Every other
//! setup is done anew for each guide.

use std::collections::BTreeSet;

use super::{InputKind, Job};
use crate::{
    machine::settings::Init,
    terminal::line::{commands, is_assignment, words},
};

/// Words that change the shell itself, open another one or leave it: what of bash(1) is not a program, and programs that begin a session,
/// or may remember that somebody has given a password. `echo` and its like only print.
#[rustfmt::skip]
const CHANGES: &[&str] = &[
    "!", ".", "[[", "alias", "bg", "bind", "break", "builtin", "caller", "case", "cd", "command", "compgen", "complete", "compopt", "continue", "coproc",
    "declare", "dirs", "disown", "do", "doas", "done", "elif", "else", "enable", "esac", "eval", "exec", "exit", "export", "fc", "fg", "fi", "for",
    "function", "getopts", "hash", "help", "history", "if", "in", "jobs", "kill", "let", "local", "login", "logout", "mapfile", "newgrp", "popd",
    "printf", "pushd", "read", "readarray", "readonly", "return", "select", "set", "shift", "shopt", "source", "su", "sudo", "suspend", "then", "time",
    "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
];

/// Signs of more than plain commands, even in quotes: substitutions, groups, history, here-documents.
const SIGNS: [&str; 9] = ["$", "`", "(", ")", "{", "}", "!", "<<", "\\"];

/// What stands for a guide's setup and its machine, if it may be kept.
pub(super) fn key(job: &Job) -> Option<String> {
    let (settings, machine) = (&job.plan.settings, &job.machine);
    let lines: Vec<&str> = settings.setup.iter().flat_map(|command| &command.lines).map(String::as_str).collect();
    let leaves_only_files = machine.init == Init::Minimal && machine.capabilities.is_empty();
    let first = job.requires.is_empty() && job.workspace.is_none();
    if lines.is_empty() || !leaves_only_files || !first {
        return None;
    }
    lines.iter().all(|line| is_plain(line)).then(|| {
        let mut hasher = blake3::Hasher::new();
        let folder = job.inputs.iter().filter(|input| input.kind == InputKind::Build).map(|input| &input.hash);
        let described = format!("{:?}\n{:?}\n{:?}", lines, folder.collect::<Vec<_>>(), machine.as_found());
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes()).update(described.as_bytes());
        hasher.finalize().to_hex().to_string()
    })
}

/// What stands for the setups that several jobs have.
pub(super) fn shared(jobs: &[Job]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    jobs.iter().filter_map(key).filter(|key| !seen.insert(key.clone())).collect()
}

/// Whether a line runs programs, and leaves the shell as it was.
fn is_plain(line: &str) -> bool {
    let runs_program = |command: &str| {
        let words = words(command);
        words.first().is_some_and(|first| !is_assignment(first) && !CHANGES.contains(&first.as_str()))
    };
    let rest = ["&&", "&>", ">&"].iter().fold(line.to_owned(), |rest, joined| rest.replace(joined, " "));
    !SIGNS.iter().any(|sign| line.contains(sign)) && !rest.contains('&') && commands(line).all(runs_program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines() {
        for (line, plain) in [
            ("apt-get update", true),
            ("apt-get update && apt-get install -y curl", true),
            ("echo 'deb http://example.org/ x main' > /etc/apt/sources.list.d/x.list", true),
            ("useradd reader; mkdir -p /srv/app", true),
            ("ls | wc -l", true),
            ("cd /srv", false),
            ("apt-get update && cd /srv", false),
            ("export A=1", false),
            ("A=1", false),
            ("A=1 true", false),
            ("source ~/.bashrc", false),
            (". ~/.bashrc", false),
            ("sleep 100 &", false),
            ("sleep 100 & true", false),
            ("make >log 2>&1", true),
            ("su - postgres", false),
            ("sudo apt-get update", false),
            ("eval x", false),
            ("set -e", false),
            ("f() { true; }", false),
            ("echo ${A:=1}", false),
            ("echo $((A++))", false),
            ("cat <<X", false),
            ("if true; then cd /; fi", false),
            ("umask 077", false),
            ("alias ll='ls -l'", false),
            ("printf -v A 1", false),
        ] {
            assert_eq!(is_plain(line), plain, "{line}");
        }
    }
}
