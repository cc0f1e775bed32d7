//! Programs that read commands have no exit status: what they refuse, they say.

use super::{ended::Ended, fault::Fault};
use crate::{
    session::{End, Kind},
    terminal::failure::refusal,
};

impl Ended<'_> {
    /// A statement that the program refused in which it was typed. Where the page shows an error, or says that the command
    /// fails, it is as the author wants it.
    pub(super) fn refused(&self) -> Option<Fault> {
        let place = self.outcome.before.last().filter(|place| place.kind == Kind::Program)?;
        if !matches!(self.outcome.end, End::Prompt { .. }) || self.exits != [0] {
            return None;
        }
        let said = refusal(&place.name)?;
        let mut rest = self.output.lines().map(str::trim_end).skip_while(|line| !said.is_match(line));
        let mut why = rest.next()?;
        if self.documented.lines().any(|line| said.is_match(line.trim_end())) {
            return None;
        }
        if why.starts_with("Traceback") || why.starts_with("Uncaught") && !why.contains(' ') {
            // What went wrong stands below.
            why = rest.filter(|line| !line.is_empty() && !line.starts_with([' ', '}'])).last().unwrap_or(why);
        }
        let help = "mend the statement; if this is what a reader sees, show it in an output block";
        Some(Fault::new(format!("{} refused it: {why}", place.name), help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Outcome, Place};

    fn outcome(program: &str, output: &str) -> Outcome {
        let place = Place {
            kind: Kind::Program,
            name: program.into(),
            user: None,
            prompt: "> ".into(),
            cwd: None,
            opened_by: program.into(),
        };
        Outcome { output: output.into(), before: vec![place], ..Outcome::new(End::Prompt { status: None }) }
    }

    #[test]
    fn statements_that_a_program_refuses() {
        let python = "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nNameError: no x";
        for (program, output, documented, exits, why) in [
            ("sqlite3", "Parse error: no such table: items", "", &[0][..], "no such table: items"),
            ("sqlite3", "Error: near \"SELEC\": syntax error", "", &[0], "near"),
            ("sqlite3", "Parse error: no such table: a", "Parse error: no such table: b", &[0], ""),
            ("sqlite3", "Parse error: no such table: a", "", &[1], ""),
            ("sqlite3", "apple|Error: ", "", &[0], ""),
            ("psql", "ERROR:  relation \"x\" does not exist\nLINE 1: y", "", &[0], "relation"),
            ("psql", "NOTICE:  relation \"x\" already exists, skipping\nCREATE TABLE", "", &[0], ""),
            ("psql", " ERROR: in a cell", "", &[0], ""),
            ("mysql", "ERROR 1146 (42S02): Table 'a.b' doesn't exist", "", &[0], "Table"),
            ("python3", python, "", &[0], "NameError: no x"),
            ("python3", python, python, &[0], ""),
            ("python3", "Error: printed", "", &[0], ""),
            ("node", "Uncaught ReferenceError: x is not defined", "", &[0], "ReferenceError"),
            ("node", "Uncaught:\nError: no\n    at REPL1:1:1", "", &[0], "Error: no"),
            ("redis-cli", "(error) ERR unknown command", "", &[0], "ERR unknown"),
            ("irb", "(irb):1:in `<main>': undefined local variable or method `x' (NameError)", "", &[0], "undefined"),
            ("calc", "Error: 1", "", &[0], ""),
        ] {
            let outcome = outcome(program, output);
            let refused = Ended { exits, documented, ..Ended::new("", &outcome) }.refused();
            let problem = refused.map_or(String::new(), |fault| fault.message);
            assert!(problem.contains(why) && problem.is_empty() == why.is_empty(), "{program}: {output}: {problem}");
        }
    }
}
