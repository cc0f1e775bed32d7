//! What a line on a terminal looks like to somebody who waits for a program: a question, a pager, a notice.
//!
//! All of this is a guess, and used only where no mark tells for sure.

use regex::Regex;
use std::sync::LazyLock;

use crate::terminal::line::base;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// How much a line looks like a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    No,
    /// It may be one; programs also print such lines while they work.
    Perhaps,
    Likely,
}

/// Judges a line in which the cursor stands at the end.
pub(crate) fn question(line: &str) -> Question {
    static LIKELY: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)(([?\]):>] )|\?|(password|passphrase|passwort)[^:]*:|\((y|yes)[/|](n|no)[^)]*\)[:?]?|\[(y|yes)[/|](n|no)[^\]]*\][:?]?|press (any key|enter|return)\b.*|hit (any key|enter|return)\b.*)$",
        )
    });
    static PERHAPS: LazyLock<Regex> = LazyLock::new(|| regex(r"[:?\])>] ?$"));
    static PROGRESS: LazyLock<Regex> = LazyLock::new(|| regex(r"\d ?%|\[[#=>. *-]*\]|\.\.\.[: ]*$|ETA|\d+/\d+"));
    if line.trim().is_empty() || PROGRESS.is_match(line) {
        Question::No
    } else if LIKELY.is_match(line) {
        Question::Likely
    } else if PERHAPS.is_match(line) {
        Question::Perhaps
    } else {
        Question::No
    }
}

/// A pager waits: the last row of a full screen, or of a page.
pub(crate) fn is_pager(row: &str) -> bool {
    static PAGER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(^:$|\(END\)$|^--More--|^lines \d+|^Manual page |\(press h for help)"));
    PAGER.is_match(row.trim())
}

/// A command that shows or moves the shell's jobs on purpose.
pub(crate) fn is_about_jobs(line: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric())
        .any(|word| ["jobs", "fg", "bg", "wait", "kill", "pkill", "killall"].contains(&word))
}

/// Output without the shell's notices at its end that jobs of earlier commands have ended: `[1]+  Done   sleep 1`.
pub(crate) fn without_notices(output: &str) -> &str {
    static NOTICE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(^|\n)\[\d+\][ +-] +(Done|done|Exit \d+|Terminated|Killed|Hangup)(  .*)?$"));
    let mut rest = output;
    while let Some(notice) = NOTICE.find(rest) {
        rest = &rest[..notice.start()];
    }
    rest
}

/// apt asks whether it may go on.
pub(crate) fn is_apt_question(line: &str, commands: &[String]) -> bool {
    const APT: &[&str] = &["apt", "apt-get", "aptitude"];
    let words =
        commands.iter().flat_map(|command| command.split(|c: char| c.is_whitespace() || "|;&()'\"`".contains(c)));
    line.ends_with("Do you want to continue? [Y/n] ") && words.map(base).any(|word| APT.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_of_apt() {
        let asked = "Do you want to continue? [Y/n] ";
        for (command, apt) in [
            ("apt install x", true),
            ("sudo apt-get install x", true),
            ("cd /x && (/usr/bin/apt-get update; apt-get upgrade)", true),
            ("sudo sh -c 'apt-get install x'", true),
            ("./install.sh", false),
            ("cat apt.txt", false),
        ] {
            assert_eq!(is_apt_question(asked, &[command.into()]), apt, "{command}");
        }
        assert!(!is_apt_question("Continue? [Y/n] ", &["apt install x".into()]));
    }

    #[test]
    fn questions() {
        for line in [
            "Password: ",
            "[sudo] password for me: ",
            "Continue? [y/N] ",
            "Really?",
            "Your name: ",
            "Proceed (y/n)",
            "Password:",
            "Press any key to continue . . .",
        ] {
            assert_eq!(question(line), Question::Likely, "{line}");
        }
        assert_eq!(question("Name:"), Question::Perhaps);
        for line in
            ["", "working", "Progress: [ 33%] ", "[####....] ", "Waiting...: ", "Receiving objects:  33% (1/3) "]
        {
            assert_eq!(question(line), Question::No, "{line}");
        }
    }
}
