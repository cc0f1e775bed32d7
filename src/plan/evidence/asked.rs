//! Commands that only the text asks for: “use `lsblk` to look at it”, “with `sudo mysql` we open the database”.

use std::sync::LazyLock;

use regex::Regex;

use super::{super::prose::sentences, Evidence, as_reader};
use crate::terminal::{
    command::{Known, known},
    line,
    program::Opening,
};

/// What stands before a command that a reader types.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)\b(?:use|run|type|enter|execute|issue|with|using|running|by|via)(?: the)?(?: (?:command|interactive shell|shell|client))*:? ?`([^`]+)`";
    Regex::new(pattern).expect("a valid pattern")
});

/// A command that is called so, and what it shows.
static SHOWS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)\b(?:output|result) of(?: the)?(?: command)? `(?P<of>[^`]+)`|\bcommand `(?P<command>[^`]+)` (?:(?:should|will|would|must|can|may) )?(?:now |then )?(?:shows?|prints?|displays?|returns?|lists?|outputs?)\b";
    Regex::new(pattern).expect("a valid pattern")
});

/// A program in brackets behind what it is called.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:open|start|launch)\b[^.`]*\b(?:shell|console|client|prompt|repl)\W{1,3}`([^`]+)`")
        .expect("a valid pattern")
});

/// The command that shows what a block has, and that was not typed just now.
pub(in crate::plan) fn command(e: &Evidence<'_>) -> Option<String> {
    let shows = || {
        let found = SHOWS.captures(e.sentence)?;
        let of = found.name("of").map(|of| of.as_str()).filter(|of| is_command(of));
        of.or_else(|| found.name("command").map(|command| command.as_str())).map(|code| code.trim().to_owned())
    };
    let found = shows().or_else(|| asks(e).into_iter().rev().find(|code| is_command(code)))?;
    let typed = || e.standing.typed.iter().map(|line| as_reader(line));
    // One that was typed with more words is the same.
    let again = typed().any(|line| line.split_whitespace().next() == as_reader(&found).split_whitespace().next());
    (!again).then_some(found)
}

/// The program that reads a block, and that the text since the block before opens.
pub(in crate::plan) fn program(e: &Evidence<'_>) -> Option<String> {
    let opens = |code: &String| Opening::of(code).is_some_and(|opening| opening.program.reads(e.language));
    asks(e).into_iter().rev().find(|code| !e.language.is_empty() && opens(code))
}

/// What the sentences since the block before ask to type, in order.
fn asks(e: &Evidence<'_>) -> Vec<String> {
    let told = e.passages.iter().flat_map(|passage| sentences(passage));
    let code = |told: &str| -> Vec<String> {
        let found = ASKS.captures_iter(told).chain(NAMED.captures_iter(told));
        found.map(|found| found[1].trim().to_owned()).collect()
    };
    told.flat_map(code).collect()
}

/// Whether code of a sentence is a whole command, and one that only looks.
fn is_command(code: &str) -> bool {
    const CHANGES: &[&str] =
        &["rm", "mv", "cp", "kill", "reboot", "shutdown", "poweroff", "ssh", "scp", "cd", "exit", "sudo", "su"];
    let run = line::Run::of(code);
    known(code) == Known::Yes
        && run.is_some_and(|run| !CHANGES.contains(&run.name.as_str()))
        && Opening::of(code).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_asks_to_type() {
        for (sentence, code) in [
            ("You can use `lsblk` to check it:", Some("lsblk")),
            ("Run the command `docker ps` and you see:", Some("docker ps")),
            ("With the command `sudo mariadb` we start a session.", Some("sudo mariadb")),
            ("Open the node interactive shell (`node`) and run:", Some("node")),
            ("The output of `docker ps` looks so:", None),
            ("Open the file `a.txt`:", None),
        ] {
            let found = ASKS.captures(sentence).or_else(|| NAMED.captures(sentence));
            assert_eq!(found.as_ref().map(|found| &found[1]), code, "{sentence}");
        }
        for (code, is) in
            [("lsblk", true), ("sudo ss -tlnp", true), ("rm -r x", false), ("sudo mysql", false), ("word", false)]
        {
            assert_eq!(is_command(code), is, "{code}");
        }
    }
}
