//! A block of commands as what a reader types, one command after the other, and what is shown in between.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use serde::Serialize;

use super::At;
use crate::{
    guide::prompt::{self, Line},
    terminal::{
        line::reads_input,
        prompt::{is_shell, prompt_length},
        syntax::{Scanner, is_idle},
    },
};

/// What is typed before the terminal is looked at again: mostly one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Command {
    /// The lines without prompts.
    pub lines: Vec<String>,
    /// The prompt that the guide shows before the first line; empty without one.
    pub prompt: String,
    /// The guide shows that a reader stops it: `^C` stands below it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// It says goodbye (`exit`). If it ends the terminal's own shell, a reader logs in again for what comes next: the guide goes on
    /// with a connection, says so, or has nothing more to type.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub logs_out: bool,
    /// Where the first line stands.
    pub at: At,
}

impl Command {
    /// One line that the plan types of its own accord, for what stands there.
    pub(super) fn one(line: &str, at: At) -> Self {
        Self { lines: vec![line.to_owned()], prompt: String::new(), stopped: false, logs_out: false, at }
    }

    /// Its first line, with what goes on from it behind a `\`. What follows is a document or a body of its own.
    pub(super) fn line(&self) -> String {
        joined(self.lines.iter().map(String::as_str))
    }
}

/// The first of some lines, with what goes on from it behind a `\`.
pub(super) fn joined<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    let mut line = String::new();
    for part in lines {
        match part.strip_suffix('\\') {
            Some(part) => line.push_str(part),
            None => {
                line.push_str(part);
                break;
            }
        }
    }
    line
}

/// What a terminal shows when a reader presses Ctrl-C.
const STOP: &str = "^C";
/// How pages write that a reader ends what a command reads.
const END: &str = "^D";
/// What a text calls the key that ends what a command reads.
static END_IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    RegexBuilder::new(r"(\b(ctrl|control|strg)\b\W{0,4}|\^)d\b")
        .case_insensitive(true)
        .build()
        .expect("a valid pattern")
});
/// What a terminal shows when a reader suspends a command.
const SUSPEND: &str = "^Z";

/// Whether a reader stops the command of the lines `first..after`: `^C` is the next thing, or stands in what it shows. A
/// block has prompts if its command has one: to ask every line for every command would take the square of their number.
pub(super) fn is_stopped(lines: &[&str], first: usize, after: usize) -> bool {
    let following = lines[after..].iter().filter(|line| !line.trim().is_empty());
    let prompted = lines.get(first).is_some_and(|line| prompt_length(line).is_some());
    let mut shown = following.take_while(|line| prompt_length(line).is_none());
    if prompted {
        shown.any(|line| line.starts_with(STOP))
    } else {
        shown.next().is_some_and(|line| line.trim() == STOP)
    }
}

/// The block with the key that ends what its last command reads, where the text around it says to press it and the block, which has
/// no prompts, does not show it.
pub(super) fn with_end(text: String, around: &[&str]) -> String {
    let waits = || {
        let has_prompts = text.lines().any(|line| prompt_length(line).is_some());
        !has_prompts && !text.lines().any(|line| line.trim() == END) && text.lines().any(reads_input)
    };
    let is_said = around.iter().any(|text| END_IN_WORDS.is_match(text));
    if is_said && waits() { format!("{}\n{END}\n", text.trim_end()) } else { text }
}

/// A piece of a block, by numbers of lines from 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// Lines of one command, each with the length of its prompt.
    Typed(Vec<(usize, usize)>),
    /// Lines that the command before shows.
    Shown(Vec<usize>),
}

/// A block that ends before its last command does.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unfinished {
    /// The line, from 0, with which the command begins.
    pub(super) line: usize,
    /// What would end it.
    pub(super) waits_for: String,
}

/// Cuts a block of commands into pieces. Comments and blank lines between commands are left out.
pub(super) fn pieces(language: &str, text: &str) -> (Vec<Piece>, Vec<Unfinished>) {
    let lines: Vec<&str> = text.lines().collect();
    let kinds = prompt::lines(language, text);
    let prompted = kinds.iter().any(|kind| matches!(kind, Line::Typed { prompt, .. } if *prompt > 0));
    let mut pieces: Vec<Piece> = Vec::new();
    let mut unfinished = Vec::new();
    let mut shell = true;
    let mut at = 0;
    while at < lines.len() {
        let Line::Typed { prompt, goes_on } = kinds[at] else {
            match pieces.last_mut() {
                Some(Piece::Shown(shown)) => shown.push(at),
                _ => pieces.push(Piece::Shown(vec![at])),
            }
            at += 1;
            continue;
        };
        let (shown, typed) = lines[at].split_at(prompt);
        if prompt > 0 && !goes_on {
            shell = is_shell(shown);
        }
        if typed.trim() == STOP {
            at += 1;
            continue;
        }
        // What a command in the background says stands behind the prompt, and is typed by nobody.
        if prompted && typed.starts_with("nohup: ") {
            at += 1;
            continue;
        }
        if shell && typed.trim_start().starts_with('#') || is_idle(typed) && (shell || typed.trim().is_empty()) {
            at += 1;
            continue;
        }
        let end = if shell { end_of_shell_command(&lines, &kinds, at) } else { end_by_prompts(&lines, &kinds, at) };
        let end = end.unwrap_or_else(|waits_for| {
            unfinished.push(Unfinished { line: at, waits_for });
            // Without an end that can be seen, each line is typed for itself, or everything up to the next prompt.
            if prompted { end_by_prompts(&lines, &kinds, at).unwrap_or(at + 1) } else { at + 1 }
        });
        let length = |line: usize| match kinds[line] {
            Line::Typed { prompt, .. } => prompt,
            Line::Shown => 0,
        };
        let mut command: Vec<(usize, usize)> = (at..end).map(|line| (line, length(line))).collect();
        at = end;
        if let Some(last) = end_of_input(&lines, &kinds, at, prompted).filter(|_| typed.trim() != END) {
            if !shell {
                // Below a program's prompt, `^D` is typed at the next one.
                pieces.push(Piece::Typed(command));
                pieces.extend((at < last).then(|| Piece::Shown((at..last).collect())));
                command = vec![(last, 0)];
            } else if prompted || reads_input(typed) {
                command.extend((at..=last).map(|line| (line, 0)));
            }
            if command.last().is_some_and(|(line, _)| *line == last) {
                at = last + 1;
            }
        } else if let Some(line) = shown_below(&kinds, at).find(|line| lines[*line].trim() == SUSPEND) {
            command.push((line, 0));
        }
        pieces.push(Piece::Typed(command));
    }
    // Blank lines around what is shown belong to the layout.
    for piece in &mut pieces {
        if let Piece::Shown(shown) = piece {
            while shown.last().is_some_and(|line| lines[*line].trim().is_empty()) {
                shown.pop();
            }
        }
    }
    let says_nothing = |shown: &[usize]| shown.iter().all(|line| lines[*line].trim() == STOP);
    pieces.retain(|piece| !matches!(piece, Piece::Shown(shown) if says_nothing(shown)));
    (pieces, unfinished)
}

/// The lines that the command before `at` shows.
fn shown_below(kinds: &[Line], at: usize) -> impl Iterator<Item = usize> {
    (at..kinds.len()).take_while(|line| kinds[*line] == Line::Shown)
}

/// The line, if a reader types `^D` there to end what the command before `at` reads.
fn end_of_input(lines: &[&str], kinds: &[Line], at: usize, prompted: bool) -> Option<usize> {
    let is_end = |line: &usize| lines[*line].trim() == END;
    if prompted {
        return shown_below(kinds, at).find(is_end);
    }
    // The sign is looked for first: in a block without it, no command is asked what it reads.
    let end = (at..lines.len()).find(is_end)?;
    (!lines[at..end].iter().any(|line| reads_input(line))).then_some(end)
}

/// One past the last line of the command that begins at `at`, by the shell's grammar; what it waits for if there is none.
fn end_of_shell_command(lines: &[&str], kinds: &[Line], at: usize) -> Result<usize, String> {
    let mut scanner = Scanner::default();
    for (number, line) in lines.iter().enumerate().skip(at) {
        let Line::Typed { prompt, goes_on } = kinds[number] else { break };
        let begins = number > at && prompt > 0 && !goes_on;
        if begins && !scanner.in_document() {
            break;
        }
        scanner.line(&line[prompt..]);
        if scanner.waits_for().is_none() {
            return Ok(number + 1);
        }
    }
    Err(scanner.waits_for().unwrap_or_default().to_owned())
}

/// One past the last line of the command that begins at `at`, by continuation prompts.
fn end_by_prompts(lines: &[&str], kinds: &[Line], at: usize) -> Result<usize, String> {
    let goes_on = |number: &usize| match kinds[*number] {
        Line::Typed { prompt, goes_on } => prompt == 0 || goes_on,
        Line::Shown => false,
    };
    Ok((at + 1..lines.len()).find(|number| !goes_on(number)).unwrap_or(lines.len()))
}

/// The commands of a text as [`Command::line`] has them, without prompts, each with the line, from 0, with which it begins.
pub(super) fn lines_of(language: &str, text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let one = |piece: Piece| match piece {
        Piece::Typed(typed) => Some((typed[0].0, joined(typed.iter().map(|(line, prompt)| &lines[*line][*prompt..])))),
        Piece::Shown(_) => None,
    };
    pieces(language, text).0.into_iter().filter_map(one).collect()
}

/// The commands of a text that is no block of the page: `setup`, `run`. All of them stand at `at`.
pub(super) fn typed(text: &str, at: &At) -> Vec<Command> {
    let lines: Vec<&str> = text.lines().collect();
    let one = |piece: Piece| match piece {
        Piece::Typed(typed) => {
            let prompt = typed.first().map_or("", |(line, length)| &lines[*line][..*length]);
            let lines = typed.iter().map(|(line, length)| lines[*line][*length..].to_owned()).collect();
            Some(Command { lines, prompt: prompt.to_owned(), stopped: false, logs_out: false, at: at.clone() })
        }
        Piece::Shown(_) => None,
    };
    pieces("", text).0.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands with `|` between lines, shown lines as `= …`.
    fn shown(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        let one = |piece: &Piece| match piece {
            Piece::Typed(typed) => typed.iter().map(|(l, p)| &lines[*l][*p..]).collect::<Vec<_>>().join("|"),
            Piece::Shown(shown) => format!("= {}", shown.iter().map(|l| lines[*l]).collect::<Vec<_>>().join("|")),
        };
        pieces("console", text).0.iter().map(one).collect()
    }

    #[test]
    fn pieces_of_blocks() {
        for (text, expected) in [
            ("ls\n\n# look\npwd\n", &["ls", "pwd"][..]),
            ("$ ls\na\n\nb\n\n$ pwd\n/x\n", &["ls", "= a||b", "pwd", "= /x"]),
            ("cd\nmkdir app && cd app\n", &["cd", "mkdir app && cd app"]),
            ("cat <<EOF\n# a\n\nEOF\nls\n", &["cat <<EOF|# a||EOF", "ls"]),
            ("for i in 1; do\n  # why\n  x\ndone\nls\n", &["for i in 1; do|  # why|  x|done", "ls"]),
            ("$ for i in 1; do\n> x\n> done\n1\n", &["for i in 1; do|x|done", "= 1"]),
            (
                "nodejs=# CREATE TABLE a (\nnodejs(# b int);\nCREATE TABLE\nnodejs=# \\q\n",
                &["CREATE TABLE a (|b int);", "= CREATE TABLE", "\\q"],
            ),
            ("mysql> SELECT 1\n    -> ;\n+---+\nmysql> quit\n", &["SELECT 1|;", "= +---+", "quit"]),
            (">>> def f():\n...     return 1\n... \n>>> f()\n1\n", &["def f():|    return 1|", "f()", "= 1"]),
            ("postgres=# # x\n", &["# x"]),
            ("# whoami\nroot\n# psql\nx=# \\q\n", &["whoami", "= root", "psql", "\\q"]),
            ("# look\nls\n", &["ls"]),
            ("#look\nls\n", &["ls"]),
            ("$ ls\na\n# look\n$ pwd\n", &["ls", "= a|# look", "pwd"]),
            ("echo don't\nls\n", &["echo don't", "ls"]),
            ("$ echo don't\n$ ls\n", &["echo don't", "ls"]),
            ("user@host:~$ su -\nroot@host:~# ls\n", &["su -", "ls"]),
            ("ping x\n^C\nls\n", &["ping x", "ls"]),
            ("$ cat > f\none\n# two\n^D\n$ cat f\none\n", &["cat > f|one|# two|^D", "cat f", "= one"]),
            ("cd /srv\ncat >> f\none\n^D\ncat f\n", &["cd /srv", "cat >> f|one|^D", "cat f"]),
            ("sudo tee -a /etc/f\none\n^D\n", &["sudo tee -a /etc/f|one|^D"]),
            ("$ nohup a &\n[1] 4\n$ nohup: ignoring input\n\n$ ls\n", &["nohup a &", "= [1] 4", "ls"]),
            ("bash\necho in\n^D\n", &["bash", "echo in", "^D"]),
            ("$ sort\nb\na\n^D\na\nb\n", &["sort|b|a|^D", "= a|b"]),
            ("$ bash\n$ ls\na\n$ ^D\n$ ls\n", &["bash", "ls", "= a", "^D", "ls"]),
            (">>> 1 + 1\n2\n>>> ^D\n$ ls\n", &["1 + 1", "= 2", "^D", "ls"]),
            ("$ python3\n>>> 1 + 1\n2\n^D\n$ ls\n", &["python3", "1 + 1", "= 2", "^D", "ls"]),
            ("$ sleep 9\n^Z\n[1]+  Stopped  sleep 9\n$ fg\n", &["sleep 9|^Z", "= ^Z|[1]+  Stopped  sleep 9", "fg"]),
            ("$ ping x\n^C\n$ ls\n", &["ping x", "ls"]),
            ("$ ping x\n64 bytes\n^C\n$ ls\n", &["ping x", "= 64 bytes|^C", "ls"]),
            ("", &[]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        for (text, stopped) in [
            ("x\n^C\nls", true),
            ("x\n\n^C", true),
            ("x\nls\n^C", false),
            ("x", false),
            ("$ x\na\n^C\n$ ls", true),
            ("$ x\na\n^Cb\n", true),
            ("$ x\n$ y\n^C\n", false),
        ] {
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(is_stopped(&lines, 0, 1), stopped, "{text:?}");
        }
        assert_eq!(pieces("", "if x; then\n y\n").1, [Unfinished { line: 0, waits_for: "fi".into() }]);
    }
}
