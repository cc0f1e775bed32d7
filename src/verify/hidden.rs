//! Failures that the status of a line does not tell: those of commands before `;`, in `&`, in `$(…)`, or before a `|`.

use std::sync::LazyLock;

use regex::Regex;

use super::judge::{Problem, said, words};
use crate::{
    matching::{self, Rule},
    session::{End, Outcome, clean::clean, look::base},
};

/// Who speaks of a command that it runs itself, such as `cd`, or of a file that it was to open.
const SHELLS: &[&str] = &["bash", "sh", "dash", "ash", "ksh", "zsh"];

/// Programs whose failure for a missing file leaves what was wanted.
const REMOVING: &[&str] = &["rm", "rmdir", "unlink"];

/// How programs say that they did not find or open something.
const SAID: &[&str] = &["No such file or directory", "annot open", "can't open", "annot access", "can't cd to"];

/// A command of the line that did not find its file, or an apt that failed, where the line's status hides it. Where the page
/// shows it, or the line is prepared for it (`||`, `if`, `!`, `$?`), it is as the author wants it.
pub(super) fn hidden(line: &str, outcome: &Outcome, exits: &[i32], documented: &str) -> Option<Problem> {
    if !matches!(outcome.end, End::Prompt { status: Some(_) }) || outcome.left || exits != [0] {
        return None;
    }
    let several = line.contains([';', '&', '\n', '`']) || line.contains("$(") || line.contains("<(");
    // Of a single pipeline all statuses are known, in Bash.
    let all_well = outcome.pipe.iter().all(|status| matches!(status, 0 | 141));
    if !several && all_well && !(outcome.pipe.is_empty() && line.contains('|')) {
        return None;
    }
    let words: Vec<&str> = words(line).collect();
    // `tail -F` waits for its file.
    let prepared = ["-F", "if", "elif", "while", "until", "!"].iter().any(|word| words.contains(word));
    if prepared || line.contains("||") || line.contains("$?") {
        return None;
    }
    let is_shown = |said: &str| {
        let mut shown = documented.lines().filter(|shown| !shown.trim().is_empty() && shown.trim() != "...");
        shown.any(|shown| matching::compare(shown, said, Rule::Kinds).verdict == matching::Verdict::Holds)
    };
    let output = clean(&outcome.output);
    let why = output.lines().map(str::trim).find(|why| fails(why, line, &words) && !is_shown(why))?;
    let help = "mend the command; if this is what a reader sees, show it in an output block";
    Some((format!("a command of this line failed, and the line's status does not tell{}", said(why)), help.into()))
}

/// Whether a line of output says that a command of the typed line failed.
fn fails(said: &str, line: &str, words: &[&str]) -> bool {
    let runs = |name: &str| words.iter().any(|word| base(word) == name);
    if said.starts_with("E: ") {
        return ["apt", "apt-get", "aptitude"].into_iter().any(runs);
    }
    let Some((who, rest)) = said.split_once(": ").filter(|_| SAID.iter().any(|text| said.contains(text))) else {
        return false;
    };
    // `tar (child): x: Cannot open: …`.
    let name = base(who.split(' ').next().unwrap_or(who).trim_start_matches('-'));
    let typed = |part: &str| {
        let path = path(part);
        let at_home = |word: &&str| word.strip_prefix('~').is_some_and(|end| end.len() > 1 && path.ends_with(end));
        words.contains(&path) || words.iter().any(at_home) || path.contains(' ') && line.contains(path)
    };
    let of = |part: &&str| !SAID.contains(part) && *part != "Cannot open";
    (SHELLS.contains(&name) || runs(name) && !REMOVING.contains(&name)) && rest.split(": ").filter(of).any(typed)
}

/// How programs speak of a failure, in lower case.
static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    let words = "error|fatal|failed|failure|cannot|can't|could not|couldn't|unable|denied|refused|not found|no such|invalid|\
        unknown|unrecognized|does(n't| not) exist|exception|traceback";
    Regex::new(&format!(r"\b({words})\b")).expect("a valid pattern")
});

/// Counts of failures, of which there are none.
static NONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(0|no) (error|failed|failure)").expect("a valid pattern"));

/// Whether a line of output is how the typed line says that it failed.
pub(super) fn says_failure(said: &str, line: &str) -> bool {
    let said = said.trim();
    let who = said.split_once(": ").map(|(who, _)| base(who.trim_start_matches('-')));
    let by_name =
        who.is_some_and(|who| SHELLS.contains(&who) || words(line).any(|word| !word.is_empty() && base(word) == who));
    let said = said.to_lowercase();
    by_name || FAILURE.is_match(&said) && !NONE.is_match(&said)
}

/// The path in a part of a message: what stands in quotes, or else its last word.
fn path(part: &str) -> &str {
    let quoted = part.split_once(['\'', '‘', '"']).and_then(|(_, rest)| rest.rsplit_once(['\'', '’', '"']));
    quoted.map_or_else(|| part.rsplit(' ').next().unwrap_or(part), |(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_a_failure() {
        for (line, said, says) in [
            ("ls /x", "ls: cannot access '/x': No such file or directory", true),
            ("foo", "bash: foo: command not found", true),
            ("sudo /bin/calc 1/0", "calc: divided by zero", true),
            ("./run", "ERROR: no", true),
            ("./run", "permission denied", true),
            ("./run", "3 passed, 0 failed", false),
            ("./run", "all is well", false),
            ("./run", "", false),
        ] {
            assert_eq!(says_failure(said, line), says, "{line}: {said}");
        }
    }

    #[test]
    fn failures_that_a_status_hides() {
        let cat = "cat: missing.txt: No such file or directory";
        for (line, output, pipe, documented, fails) in [
            ("cat missing.txt | sort", cat, &[1, 0][..], "", true),
            ("cat missing.txt | sort", cat, &[1, 0], cat, false),
            ("cat missing.txt | sort", cat, &[1, 0], "cat: [..]: No such file or directory", false),
            ("cat missing.txt | sort", cat, &[1, 0], "...", true),
            ("cat missing.txt | sort", cat, &[0, 0], "", false),
            ("cat missing.txt | sort", cat, &[], "", true),
            ("cat missing.txt", cat, &[0], "", false),
            ("/bin/cat missing.txt; ls", "/bin/cat: missing.txt: No such file or directory\nx", &[0], "", true),
            ("cat missing.txt || true; ls", cat, &[0], "", false),
            ("tail -F x & sleep 1", "tail: cannot open 'x' for reading: No such file or directory", &[0], "", false),
            ("cat missing.txt; echo $?", cat, &[0], "", false),
            ("until cat missing.txt; do sleep 1; done", cat, &[0], "", false),
            ("if ! cat missing.txt; then touch missing.txt; fi", cat, &[0], "", false),
            ("make; ls missing.txt", cat, &[0], "", false),
            ("cd /nowhere; ls", "bash: cd: /nowhere: No such file or directory", &[0], "", true),
            ("cd ~/x; ls", "-bash: line 2: cd: /root/x: No such file or directory", &[0], "", true),
            ("cd /nowhere; ls", "sh: 1: cd: can't cd to /nowhere", &[0], "", true),
            ("sort < x; ls", "bash: x: No such file or directory", &[0], "", true),
            ("ls /nowhere; ls", "ls: cannot access '/nowhere': No such file or directory", &[0], "", true),
            ("cat 'a b'; ls", "cat: 'a b': No such file or directory", &[0], "", true),
            ("sh x.sh; ls", "sh: 0: cannot open x.sh: No such file", &[0], "", true),
            ("tar xzf x.tgz; ls", "tar (child): x.tgz: Cannot open: No such file or directory", &[0], "", true),
            ("rm x; ls", "rm: cannot remove 'x': No such file or directory", &[0], "", false),
            ("find / -name x | wc -l", "find: ‘/proc/7/fd’: No such file or directory", &[1, 0], "", false),
            ("cat log; ls", "nginx: /etc/x: No such file or directory", &[0], "", false),
            ("apt install x; echo hi", "E: Unable to locate package x\nhi", &[0], "", true),
            ("sudo apt-get install x; ls", "E: Unable to locate package x", &[0], "", true),
            ("cat log; ls", "E: Unable to locate package x", &[0], "", false),
        ] {
            let end = End::Prompt { status: Some(0) };
            let outcome = Outcome { output: output.into(), pipe: pipe.to_vec(), ..Outcome::new(end) };
            let problem = hidden(line, &outcome, &[0], documented);
            assert_eq!(problem.is_some(), fails, "{line}: {output}: {problem:?}");
            assert_eq!(hidden(line, &outcome, &[0, 1], documented), None);
        }
    }
}
