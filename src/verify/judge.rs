//! What the end of a command says about the guide.

use super::{ended::Ended, fault::Fault};
use crate::{
    report::{
        CauseKind,
        cause::{self, SERVES},
    },
    session::{End, Service, look::asked_in_frame},
    terminal::{
        clean::clean,
        failure::{fetches, is_refused, not_found, said, speaks_of_failure, tells, unstarted},
        line::{Run, pieces, pipeline},
    },
};

/// What to do about a command that is not there.
const INSTALL: &str = "install it in an earlier step, or correct its name; if a reader's machine has it and this one has not, \
     choose a `machine` that has it, or let `verify: {setup: [apt-get update, apt-get install -y NAME]}` put it there";

/// What to write so that a question is answered: its text as a key of YAML, and a password kept secret.
fn answers(question: &str) -> String {
    let line = cause::answers(question);
    format!("add to the front matter:  verify: {{{line}}}  or to verify.yaml beside the guide:  {line}")
}

/// What to write so that the question of a dialogue is asked in lines, and answered.
fn dialogue(question: &str) -> String {
    let question = serde_json::Value::from(question);
    let said = format!("setup: [export DEBIAN_FRONTEND=readline], answers: {{{question}: \"…\"}}");
    format!(
        "answer it before it asks (debconf-set-selections, DEBIAN_FRONTEND=noninteractive), or let it ask in lines: add to the \
         front matter:  verify: {{{said}}}  or to verify.yaml beside the guide:  {}",
        said.replace("], answers", "]  and  answers")
    )
}

impl Ended<'_> {
    /// What is wrong with the end of a command.
    pub(super) fn judge(&self) -> Option<Fault> {
        let (outcome, exits) = (self.outcome, self.exits);
        let problem = |message: String, help: &str| Some(Fault::new(message, help));
        let of = |kind, message: String, help: &str| Some(Fault::new(message, help).of(kind, ""));
        match &outcome.end {
            End::Prompt { status: None } => None,
            // Leaving a place returns the status of what was done there.
            End::Prompt { .. } if outcome.left => None,
            End::Prompt { status: Some(status) } if exits.contains(status) => None,
            End::Prompt { status: Some(0) } => {
                let wanted: Vec<String> = exits.iter().map(ToString::to_string).collect();
                let wanted = wanted.join(",");
                problem(
                    format!("it ended well, and exit={wanted} says that it fails"),
                    &format!("remove exit={wanted}, or mend the command"),
                )
            }
            End::Prompt { status: Some(127) } => {
                let message = format!("a command was not found (status 127){}", said(&self.output));
                of(CauseKind::CommandNotFound, message, INSTALL)
            }
            End::Prompt { status: Some(status) } if unstarted(&self.output).is_some() => {
                let message = format!("it ended with status {status}{}", said(&self.output));
                of(CauseKind::CommandNotFound, message, INSTALL)
            }
            End::Prompt { status: Some(status) } => {
                // What comes of nothing says less.
                if let Some(fault) = self.unfetched(*status) {
                    return Some(fault);
                }
                let wait =
                    if is_refused(&self.output) { ", or if what it asks is still starting, retry=10s" } else { "" };
                problem(
                    format!("it ended with status {status}{}", said(&self.output)),
                    &format!("mend the command; if this is what a reader sees, say exit={status}{wait}"),
                )
            }
            End::Interrupted { .. } => None,
            End::Unfinished { prompt } => problem(
                format!("the shell still waits for more, at {prompt:?}"),
                "close the quote, the loop or the here-document that is open",
            ),
            End::Question { text } if text.trim().is_empty() => of(
                CauseKind::QuestionUnanswered,
                "it waits for input, and has asked for nothing".into(),
                "type its input with the command (`command < FILE`, `echo … | command`), or let it run on (background)",
            ),
            End::Question { text } => {
                let opens = if text.trim_end().ends_with(['>', '#', '$', ']']) {
                    format!("; if this is the prompt of a program that reads commands, say opens={:?}", text.trim())
                } else {
                    String::new()
                };
                let message = format!("it asks, and the guide does not say what to answer: {text}");
                let fault = Fault::new(message, format!("{}{opens}", answers(text.trim())));
                Some(fault.of(CauseKind::QuestionUnanswered, text.trim()))
            }
            End::FullScreen { screen } => match asked_in_frame(screen) {
                Some(question) => {
                    let message =
                        format!("it asks in a dialogue, and the guide does not say what to answer: {question}");
                    Some(Fault::new(message, dialogue(&question)).of(CauseKind::QuestionUnanswered, question))
                }
                None => of(
                    CauseKind::ProgramNotLeft,
                    "it opens a full-screen program".into(),
                    "let a `file` block follow an editor, so that the file is written; or skip the step with a reason",
                ),
            },
            End::Serves if speaks_of_failure(&self.output).is_some() => {
                let failure = speaks_of_failure(&self.output).unwrap_or_default();
                let help =
                    "mend what it says; if it serves all the same, let it run on in a terminal of its own (background)";
                problem(format!("it goes on, and says that it failed: {failure}"), help)
            }
            End::Serves => {
                let help = "let it run on in a terminal of its own (background, and until=\"…\" for what it shows when it is ready), or stop it once it has shown something (until=\"…\")";
                let fault = Fault::new("it serves, and does not end by itself", help);
                Some(fault.of(CauseKind::ProgramNotLeft, SERVES))
            }
            End::TimedOut if outcome.service == Some(Service::Says) => of(
                CauseKind::OutOfTime,
                "it did not end in time; it says that it serves, and nothing of it listens on a port that it names"
                    .into(),
                "see whether it has started; if it is to run on, let it do so in a terminal of its own (background), or stop it once it has shown something (until=\"…\")",
            ),
            End::TimedOut => of(
                CauseKind::OutOfTime,
                format!("it did not end in time{}", said(&self.output)),
                "give it more (timeout=10m), say what to wait for (until=\"…\"), or let it run on (background)",
            ),
            // Who logs out does so, and is asked for nothing.
            End::SessionEnded { .. } if outcome.left && self.logs_out => None,
            End::SessionEnded { status } => {
                let status = status.map_or(String::new(), |status| format!(", with status {status}"));
                problem(
                    format!("the terminal's shell has ended{status}"),
                    "remove an `exit` too many, or a `set -e` that ends it; where a reader logs in again, let the text say so",
                )
            }
        }
    }

    /// What is wrong before the last command of a pipe, whose status hides it: `curl … | bash` ends with 0 if nothing was fetched.
    pub(super) fn pipe(&self) -> Option<Fault> {
        let outcome = self.outcome;
        let (End::Prompt { status: Some(status) }, false) = (&outcome.end, outcome.left) else { return None };
        for (name, of) in self.parts() {
            let fails = tells(&name, of);
            let what = if name.is_empty() { "a command".to_owned() } else { format!("`{name}`") };
            let pipe = format!("in a pipe that ended with status {status}");
            if of == 127 {
                let fault = Fault::new(format!("{what} was not found, {pipe}"), INSTALL);
                return Some(fault.of(CauseKind::CommandNotFound, name));
            }
            if fails && fetches(&name) {
                return self.unfetched(*status);
            }
            if fails {
                let help = "mend the command; the status of a pipe is that of its last command";
                // apt says with an E what is wrong.
                let errors = self.output.lines().find(|line| line.starts_with("E: ")).map(said);
                let said = errors.unwrap_or_else(|| said(&self.output));
                return Some(Fault::new(format!("{what} ended with status {of}, {pipe}{said}"), help));
            }
        }
        None
    }

    /// The programs of a pipe before its last, each with its status, the last first.
    fn parts(&self) -> impl Iterator<Item = (String, i32)> {
        let (statuses, parts) = (&self.outcome.pipe, pipeline(self.line));
        let named = move |(index, of): (usize, &i32)| {
            // As many parts as statuses: it is the last pipeline of the line.
            let part = parts.get(index).filter(|_| parts.len() == statuses.len());
            (part.and_then(|part| Run::of(part)).map_or(String::new(), |run| run.name), *of)
        };
        statuses.iter().enumerate().rev().skip(1).map(named)
    }

    /// What is wrong if the beginning of a pipe that ended with this status has fetched nothing.
    fn unfetched(&self, status: i32) -> Option<Fault> {
        let (name, of) = self.parts().find(|(name, of)| tells(name, *of) && fetches(name))?;
        let message =
            format!("nothing was fetched: `{name}` ended with status {of}, in a pipe that ended with status {status}");
        let help = "see whether its address still leads anywhere; the status of a pipe is that of its last command";
        Some(Fault::new(message, help).of(CauseKind::DownloadFailed, name))
    }

    /// A command that the shell did not find, where the line's status hides it: `no-such; true`, `echo $(no-such)`, `no-such &`.
    /// Where the page shows it, or the line is prepared for it by `||`, it is as the author wants it.
    pub(super) fn missing(&self) -> Option<Fault> {
        let shell_is_back = matches!(self.outcome.end, End::Prompt { status: Some(_) });
        if !shell_is_back || self.exits.contains(&127) || self.line.contains("||") {
            return None;
        }
        let is_shown = |name: &str| self.documented.lines().filter_map(not_found).any(|shown| shown == name);
        let typed = |name: &str| pieces(self.line).any(|word| word == name);
        let beside = clean(&self.outcome.beside);
        let mut lines = self.output.lines().chain(beside.lines()).filter_map(not_found);
        let name = lines.find(|name| typed(name) && !is_shown(name))?;
        let fault = Fault::new(format!("`{name}` was not found, and the line's status does not tell"), INSTALL);
        Some(fault.of(CauseKind::CommandNotFound, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Outcome;

    fn outcome(pipe: &[i32]) -> Outcome {
        Outcome { pipe: pipe.to_vec(), ..Outcome::new(End::Prompt { status: pipe.last().copied() }) }
    }

    #[test]
    fn who_is_not_ready_may_be_asked_again() {
        for (output, again) in [
            ("curl: (7) Failed to connect to localhost port 80: Connection refused", true),
            ("Error: connect ECONNREFUSED: Connection refused", true),
            ("curl: (6) Could not resolve host: nowhere", false),
        ] {
            let outcome = Outcome { output: output.into(), ..outcome(&[7]) };
            let help = Ended::new("curl x", &outcome).judge().expect("it failed").help;
            assert_eq!(help.contains("retry=10s"), again, "{output}: {help}");
        }
    }

    #[test]
    fn pipes() {
        for (line, statuses, message) in [
            ("curl -sL x | sudo -E bash -", &[6, 0][..], "nothing was fetched: `curl` ended with status 6"),
            ("cd y && sudo /usr/bin/curl x | gpg | sudo tee z", &[22, 2, 0], "`curl` ended with status 22"),
            ("curl x | bash", &[127, 0], "`curl` was not found, in a pipe that ended with status 0"),
            ("a '|' | b", &[127, 0], "`a` was not found"),
            ("sudo -u root curl -fsSL x | sh", &[6, 0], "nothing was fetched: `curl` ended with status 6"),
            ("doas -u web env A=1 timeout 5 /usr/bin/wget -q x | sh", &[4, 0], "nothing was fetched: `wget`"),
            ("cd \"a; b\" && nice -n 5 curl x | sh", &[6, 0], "nothing was fetched: `curl`"),
            (
                "curl -s x | apt-key add -",
                &[6, 2],
                "nothing was fetched: `curl` ended with status 6, in a pipe that ended with status 2",
            ),
            ("curl x | head -1", &[23, 0], ""),
            ("grep x y | wc -l", &[1, 0], ""),
            ("yes | head -1", &[141, 0], ""),
            ("echo curl | cat", &[1, 0], ""),
            ("curl x 2>&1 | tail -1", &[6, 0], "`curl` ended with status 6"),
            ("curl x &> log | cat", &[127, 0], "`curl` was not found"),
            ("true & curl x | cat", &[6, 0], "`curl` ended with status 6"),
            ("apt-get install -y x | tail -1", &[100, 0], "`apt-get` ended with status 100, in a pipe"),
            ("sudo apt install x 2>&1 | tee log", &[100, 0], "`apt` ended with status 100, in a pipe"),
            ("apt-get moo | head -1", &[141, 0], ""),
            ("curl x", &[6], ""),
            ("curl x | bash", &[], ""),
        ] {
            let outcome = outcome(statuses);
            let problem = Ended::new(line, &outcome).pipe().map_or(String::new(), |fault| fault.message);
            assert!(problem.contains(message) && problem.is_empty() == message.is_empty(), "{line}: {problem}");
        }
    }

    #[test]
    fn commands_that_are_not_there() {
        for (line, output, documented, exits, name) in [
            ("foo; true", "bash: foo: command not found", "", &[0][..], "foo"),
            ("echo a $(foo)", "bash: line 3: foo: command not found\na", "", &[0], "foo"),
            ("foo &", "[1] 12\n-bash: foo: command not found", "", &[0], "foo"),
            ("\"foo\"; true", "sh: 1: foo: not found", "", &[0], "foo"),
            ("foo;true", "/bin/sh: foo: not found", "", &[0], "foo"),
            ("foo; true", "zsh: command not found: foo", "", &[0], "foo"),
            ("sudo foo; true", "sudo: foo: command not found", "", &[0], "foo"),
            ("foo; true", "bash: foo: command not found", "bash: foo: command not found", &[0], ""),
            ("foo; true", "bash: foo: command not found", "bash: line 1: foo: command not found", &[0], ""),
            ("foo || bar", "bash: foo: command not found", "", &[0], ""),
            ("foo; true", "bash: foo: command not found", "", &[0, 127], ""),
            ("cat log", "bash: foo: command not found", "", &[0], ""),
            ("cat foo", "make: foo: command not found", "", &[0], ""),
            ("type foo; true", "bash: type: foo: not found", "", &[0], ""),
            ("cat foo", "the page was not found", "", &[0], ""),
        ] {
            let outcome = Outcome { output: output.into(), ..outcome(&[0]) };
            let missing = Ended { exits, documented, ..Ended::new(line, &outcome) }.missing();
            let problem = missing.map_or(String::new(), |fault| fault.message);
            let wanted = if name.is_empty() {
                ""
            } else {
                &format!("`{name}` was not found, and the line's status does not tell")
            };
            assert_eq!(problem, wanted, "{line}: {output}");
        }
    }
}
