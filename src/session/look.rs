//! What a line on a terminal looks like to somebody who waits for a program: a question, a pager, a notice.
//!
//! All of this is a guess, and used only where no mark tells for sure.

use regex::Regex;
use std::sync::LazyLock;

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

/// A question for a password.
pub(crate) fn is_secret(question: &str) -> bool {
    let question = question.to_lowercase();
    ["password", "passphrase", "passwort", "pin:"].iter().any(|word| question.contains(word))
}

/// A part of a frame: Unicode's block of box drawing.
fn is_drawn(c: char) -> bool {
    ('\u{2500}'..='\u{257f}').contains(&c)
}

/// A line of a frame that a dialogue draws.
pub(crate) fn is_frame(line: &str) -> bool {
    let line = line.trim();
    let drawn = line.chars().filter(|c| is_drawn(*c)).count();
    drawn > 2 && drawn * 2 > line.chars().count()
}

/// What a dialogue asks: the last line in its frame that is a question, or its first.
pub(crate) fn asked_in_frame(screen: &str) -> Option<String> {
    screen.lines().any(is_frame).then_some(())?;
    let inner = |line: &'_ str| line.trim_matches(|c: char| is_drawn(c) || c.is_whitespace()).to_owned();
    let lines = screen.lines().filter(|line| line.contains('\u{2502}') && !is_frame(line)).map(inner);
    let all: Vec<String> = lines.filter(|line| line.chars().any(char::is_alphabetic)).collect();
    let asks = all.iter().rev().find(|line| line.ends_with([':', '?']));
    asks.or(all.first()).cloned()
}

/// What stands behind sudo's question at the beginning of a line, which a pipe has answered: `[sudo] password for me: ok`. Other
/// questions look like what a command prints itself.
pub(crate) fn behind_password(line: &str) -> Option<&str> {
    static ASKED: LazyLock<Regex> = LazyLock::new(|| regex(r"^\[sudo\] password for [^:]+: "));
    ASKED.find(line).map(|asked| &line[asked.end()..])
}

/// A pager waits: the last row of a full screen, or of a page.
pub(crate) fn is_pager(row: &str) -> bool {
    static PAGER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(^:$|\(END\)$|^--More--|^lines \d+|^Manual page |\(press h for help)"));
    PAGER.is_match(row.trim())
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

/// Whether an output is nothing but what the shell says of a new job: `[1] 4711`.
pub(crate) fn is_job_number(output: &str) -> bool {
    static ALONE: LazyLock<Regex> = LazyLock::new(|| regex(r"^\[\d+\] \d+$"));
    ALONE.is_match(output.trim())
}

/// Of the output of a command in the background, what the shell says itself: `[1] 4711`. The rest is said whenever it comes.
pub(crate) fn own_of_background(output: &str) -> &str {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"(^|\n)\[\d+\] \d+(\n|$)"));
    NUMBER.find(output).map_or_else(|| without_notices(output), |number| output[..number.end()].trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialogues() {
        let screen = "  ┌────────┤ Configuring x ├────────┐\n  │ Please select where you live.   │\n  │ Geographic area:                │\n  │   Africa   America              │\n  │      <Ok>        <Cancel>       │\n  └─────────────────────────────────┘";
        assert_eq!(asked_in_frame(screen).as_deref(), Some("Geographic area:"));
        assert!(
            is_frame(screen.lines().next_back().unwrap_or_default())
                && !is_frame("│ Please select │")
                && !is_frame("a ── b")
        );
        assert_eq!(asked_in_frame("GNU nano 7.2\n^G Help"), None);
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
