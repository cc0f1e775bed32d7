//! Failures that the status of a line does not tell: those of commands before `;`, in `&`, in `$(…)`, or before a `|`.

use super::{ended::Ended, fault::Fault};
use crate::{
    session::End,
    terminal::{
        failure::{fails, said},
        line::pieces,
    },
};

impl Ended<'_> {
    /// A command of the line that did not find its file, or an apt that failed, where the line's status hides it. Where the page
    /// shows it, or the line is prepared for it (`||`, `if`, `!`, `$?`), it is as the author wants it.
    pub(super) fn hidden(&self) -> Option<Fault> {
        let (line, outcome) = (self.line, self.outcome);
        if !matches!(outcome.end, End::Prompt { status: Some(_) }) || outcome.left || self.exits != [0] {
            return None;
        }
        let several = line.contains([';', '&', '\n', '`']) || line.contains("$(") || line.contains("<(");
        // Of a single pipeline all statuses are known, in Bash.
        let all_well = outcome.pipe.iter().all(|status| matches!(status, 0 | 141));
        if !several && all_well && !(outcome.pipe.is_empty() && line.contains('|')) {
            return None;
        }
        let words: Vec<&str> = pieces(line).collect();
        // `tail -F` waits for its file.
        if self.is_prepared() || words.contains(&"-F") {
            return None;
        }
        let mut lines = self.output.lines().map(str::trim);
        let why = lines.find(|why| fails(why, line, &words) && !self.is_shown(why))?;
        let help = "mend the command; if this is what a reader sees, show it in an output block";
        Some(Fault::new(
            format!("a command of this line failed, and the line's status does not tell{}", said(why)),
            help,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Outcome;

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
            let ended = Ended { documented, ..Ended::new(line, &outcome) };
            let problem = ended.hidden();
            assert_eq!(problem.is_some(), fails, "{line}: {output}: {problem:?}");
            assert_eq!(Ended { exits: &[0, 1], ..ended }.hidden(), None);
        }
    }
}
