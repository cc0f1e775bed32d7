//! What a command showed, as a page shows it.

use crate::{
    matching::{self, Rule, State, Verdict, Why},
    session::is_gap,
};

/// An output of more lines is shortened.
const LONGEST: usize = 16;
/// Lines that stay of its beginning, and of its end.
const HEAD: usize = 6;
const TAIL: usize = 4;
/// What stands for lines that are left out, and for a part of a line.
const ELISION: &str = "...";
const WILD: &str = "[..]";

/// An output, shortened; nothing, where nothing was shown.
pub(super) fn documented(output: &str) -> Option<String> {
    let lines: Vec<&str> = output.lines().map(|line| if is_gap(line) { ELISION } else { line.trim_end() }).collect();
    let first = lines.iter().position(|line| !line.is_empty())?;
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    let lines = &lines[first..=last];
    if lines.len() <= LONGEST {
        return Some(lines.join("\n"));
    }
    Some([&lines[..HEAD], &[ELISION], &lines[lines.len() - TAIL..]].concat().join("\n"))
}

/// An output with wildcards for what differs in a second one; `None` if it holds for that, too.
pub(super) fn settled(documented: &str, real: &str) -> Option<String> {
    let comparison = matching::compare(documented, real, Rule::Auto);
    if comparison.verdict == Verdict::Holds {
        return None;
    }
    let own: Vec<&str> = documented.lines().collect();
    let mut lines: Vec<String> = Vec::new();
    for line in &comparison.lines {
        let text = line.documented.and_then(|at| own.get(at)).copied();
        let new = match (line.state, text) {
            (State::Same | State::Layout | State::Forgiven, Some(text)) => text.to_owned(),
            (State::Drifted | State::Differs, Some(text)) => wild(text, line),
            _ => ELISION.to_owned(),
        };
        if new != ELISION || lines.last().is_none_or(|last| last != ELISION) {
            lines.push(new);
        }
    }
    let new = lines.join("\n");
    let holds = |text: &str| {
        [documented, real].iter().all(|shown| matching::compare(text, shown, Rule::Auto).verdict == Verdict::Holds)
    };
    Some(if holds(&new) { new } else { ELISION.to_owned() })
}

/// A line with a wildcard for each part that differs; all of it, if nothing stays.
fn wild(text: &str, line: &matching::LineDiff) -> String {
    let (mut new, mut at) = (String::new(), 0);
    for change in line.changes.iter().filter(|change| matches!(change.why, Why::Drifted(_) | Why::Differs)) {
        let (Some(before), true) = (text.get(at..change.documented.start), change.documented.start >= at) else {
            return ELISION.to_owned();
        };
        new.push_str(before);
        if !new.ends_with(WILD) {
            new.push_str(WILD);
        }
        at = change.documented.end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    if new.replace(WILD, "").chars().any(char::is_alphanumeric) { new } else { ELISION.to_owned() }
}

/// Whether an output stands for any.
pub(super) fn says_nothing(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim() == ELISION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened() {
        assert_eq!(documented("\n\na \nb\n\n").as_deref(), Some("a\nb"));
        assert_eq!(documented(" \n"), None);
        let long: Vec<String> = (1..=30).map(|number| format!("line {number}")).collect();
        let short = documented(&long.join("\n")).unwrap_or_default();
        assert_eq!(short.lines().count(), HEAD + 1 + TAIL);
        assert!(short.contains("line 6\n...\nline 27\n"), "{short}");
        assert_eq!(documented("a\n[... 3 bytes left out ...]\nb").as_deref(), Some("a\n...\nb"));
    }

    #[test]
    fn what_a_second_run_shows() {
        for (first, second, settled_to) in [
            ("ready", "ready", None),
            ("took 3 s", "took 4 s", None),
            ("mode: fast\nend", "mode: slow\nend", Some("mode: [..]\nend")),
            ("one\nend", "end", Some("...\nend")),
            ("end", "new\nend", Some("...\nend")),
            ("alpha", "beta", Some("...")),
        ] {
            assert_eq!(settled(first, second).as_deref(), settled_to, "{first:?} {second:?}");
        }
        assert!(says_nothing("...\n") && !says_nothing("...\nx"));
    }
}
