//! Prompts in shown commands: what a reader does not type.

use self::open::Opened;
use crate::terminal::{
    command::{self, Known},
    line::last_run,
    program::Opening,
    prompt::{asks_for_more, blank_length, is_shell, length_at, program_of, prompt_length, without_prompt},
    syntax::{Scanner, is_idle},
};

mod open;
mod root;

/// What a line of a block of commands is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Typed; the first `prompt` bytes are the prompt.
    Typed {
        /// Bytes of the prompt, 0 without one.
        prompt: usize,
        /// The prompt asks for more of the command before.
        goes_on: bool,
    },
    /// Shown by the command before.
    Shown,
}

/// Tells the typed lines of a block from the shown ones: in a block whose first line has a prompt, lines without one are
/// output, unless they continue a command (see [`Scanner`]); in any other block, all lines are typed. Comments may stand
/// before the first prompt, and between a command that shows nothing and the next prompt.
///
/// `# ` and `> ` are prompts where the language says that a terminal is shown, every such line reads as a command, and none of
/// the others does; else they begin a comment, or a redirection.
pub fn lines(language: &str, text: &str) -> Vec<Line> {
    let typed = Line::Typed { prompt: 0, goes_on: false };
    let sign = ["# ", "> "].into_iter().find(|sign| root::is_prompted(language, text, sign));
    let prompt_length = |line: &str| {
        let by_sign = || sign.filter(|sign| line.starts_with(sign)).map(str::len);
        prompt_length(line)
            .filter(|length| !is_price(line, *length))
            .or_else(by_sign)
            .or_else(|| root::is_glued(language, line).then_some(1))
    };
    let lines: Vec<&str> = text.lines().collect();
    let is_first = |line: &&str| sign == Some("# ") || !is_idle(line);
    let first = lines.iter().position(is_first).filter(|first| prompt_length(lines[*first]).is_some());
    let Some(first) = first.or_else(|| program_below(&lines)) else {
        let shown = elided(&lines).or_else(|| answered(&lines)).unwrap_or(lines.len());
        return (0..lines.len()).map(|at| if at < shown { typed } else { Line::Shown }).collect();
    };
    let mut found = vec![typed; first];
    // The shell command that is being typed, and what begins the lines of its here-document.
    let mut scanner = Scanner::default();
    let mut shell = true;
    let mut document = "";
    // What the commands before opened, the program whose prompt was seen last, and the last typed line.
    let mut opened = Opened::default();
    let mut program = None;
    let mut before = "";
    // What ends the text that a statement of Python began, and whether a command shows how to call it.
    let mut quoted = None;
    let mut helps = false;
    for (number, line) in lines.iter().copied().enumerate().skip(first) {
        if let Some(quotes) = quoted {
            found.push(Line::Typed { prompt: 0, goes_on: true });
            quoted = Some(quotes).filter(|quotes| line.matches(quotes).count() % 2 == 0);
            continue;
        }
        let second = if line.starts_with("> ") { 2 } else { 0 };
        let open = scanner.waits_for().is_some();
        let inner = if open { None } else { opened.prompt_length(line, !before.is_empty()) };
        let prompt = if scanner.in_document() {
            Some(if line.starts_with(document) { document.len() } else { second })
        } else {
            let of = |program| length_at(line, program).map(|(length, _)| length);
            let of = |program| of(program).filter(|_| !before.is_empty());
            let more = || program.and_then(of).or_else(|| blank_length(line, before)).filter(|_| !shell);
            let length = inner.map(|(length, _)| length).or_else(|| prompt_length(line));
            length.or_else(more).or(open.then_some(second))
        };
        // How a program is called is told with prompts, too: `  $ tool <file>`.
        let prompt = prompt.filter(|_| !(helps && line.starts_with([' ', '\t']) && found.last() == Some(&Line::Shown)));
        let Some(prompt) = prompt else {
            let next = lines[number..].iter().find(|line| !is_idle(line));
            let is_comment = is_idle(line)
                && !before.is_empty()
                && shell
                && !shows(before)
                && next.is_some_and(|line| prompt_length(line).is_some());
            // Where a block explains itself as source does, no such line is an output.
            let explains = |line: &str| line.starts_with("// ");
            let is_comment = is_comment
                || explains(line) && lines.iter().find(|line| !line.is_empty()).is_some_and(|line| explains(line));
            found.push(if is_comment { typed } else { Line::Shown });
            if !is_comment {
                before = "";
            }
            continue;
        };
        let (shown, typed) = line.split_at(prompt);
        let goes_on = inner.map_or_else(|| asks_for_more(shown), |(_, more)| more) || scanner.in_document();
        if !shown.is_empty() && !goes_on {
            // A new prompt ends whatever was open.
            scanner = Scanner::default();
            shell = if inner.is_some() { opened.is_shell() } else { is_shell(shown) };
            opened.type_line(inner.is_some(), shell, shown, typed);
            program = program_of(shown);
        }
        if shell {
            let was = scanner.in_document();
            scanner.line(typed);
            if !was && scanner.in_document() {
                document = mark_of_document(&scanner, &lines[number + 1..]);
            }
        }
        if !shell {
            quoted = ["'''", "\"\"\""].into_iter().find(|quotes| typed.matches(quotes).count() % 2 == 1);
        }
        helps = shell && asks_for_help(typed);
        found.push(Line::Typed { prompt, goes_on });
        before = line;
    }
    found
}

/// The line with the first prompt of a program, if the line above it opens that program without a prompt of its own:
/// `sudo mysql`, and then `mysql> SELECT 1;`.
fn program_below(lines: &[&str]) -> Option<usize> {
    let at = lines.iter().position(|line| prompt_length(line).is_some())?;
    let opens = lines[..at].iter().rev().find(|line| !line.trim().is_empty())?;
    let opening = Opening::of(opens).filter(|opening| !opening.program.is_shell())?;
    length_at(lines[at], opening.program).is_some().then_some(at)
}

/// The first line of what the only command of a block without prompts shows: how it is called (`usage: …`), or, below a blank line,
/// text of which no line reads as a command.
fn answered(lines: &[&str]) -> Option<usize> {
    let first = lines.iter().position(|line| !is_idle(line))?;
    let mut scanner = Scanner::default();
    let end = (first..lines.len()).find(|at| {
        scanner.line(lines[*at]);
        scanner.waits_for().is_none()
    })?;
    let indent = |line: &str| line.len() - line.trim_start().len();
    // Below an indented line, what is called is told in columns.
    let own = |line: &&&str| !line.trim().is_empty() && indent(line) <= indent(lines[first]);
    let shown = end + 1 + lines[end + 1..].iter().position(|line| !line.trim().is_empty())?;
    let usage = lines[shown].trim_start().get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case("usage:"));
    let text = || {
        let known = |line: &&str| command::known(line);
        let mut below = lines[shown..].iter().filter(own).map(|line| (*line, known(line)));
        let told = |(line, known): &(&str, Known)| {
            *known == Known::No && !is_idle(line) && line.starts_with(|c: char| c.is_alphabetic())
        };
        let typed = |(line, known): &(&str, Known)| is_idle(line) || matches!(known, Known::Yes | Known::Likely);
        shown > end + 1 && below.clone().any(|line| told(&line)) && !below.any(|line| typed(&line))
    };
    let calls = matches!(command::known(lines[first]), Known::Yes | Known::Likely);
    (calls && (usage || text())).then_some(shown)
}

/// The line that stands for what a command shows and the page leaves out (`[...]`), in a block without prompts: it and what
/// follows is shown.
fn elided(lines: &[&str]) -> Option<usize> {
    let at = lines.iter().position(|line| ["[...]", "[…]", "(...)"].contains(&line.trim()))?;
    let mut scanner = Scanner::default();
    lines[..at].iter().for_each(|line| scanner.line(line));
    let typed = lines[..at].iter().any(|line| !is_idle(line));
    (typed && scanner.waits_for().is_none()).then_some(at)
}

/// `$ 5` is no command.
fn is_price(line: &str, prompt: usize) -> bool {
    let typed = line[prompt..].trim();
    line.starts_with("$ ") && !typed.is_empty() && typed.chars().all(|c| c.is_ascii_digit() || ".,".contains(c))
}

/// Whether a typed line shows what others wrote, or writes a `#` itself: what begins with `#` below it is its output.
fn shows(line: &str) -> bool {
    let typed = without_prompt(line);
    typed.contains('#') || last_run(typed).is_none_or(|run| run.is_showing())
}

/// Whether a command asks a program how it is called.
fn asks_for_help(typed: &str) -> bool {
    typed.split_whitespace().skip(1).any(|word| ["--help", "-h", "help"].contains(&word))
}

/// What stands before each line of a here-document, its last one included: mostly nothing.
fn mark_of_document(scanner: &Scanner, rest: &[&str]) -> &'static str {
    let Some(end) = scanner.waits_for() else { return "" };
    let last =
        rest.iter().find(|line| line.trim_end().strip_suffix(end).is_some_and(|mark| ["", "> ", "$ "].contains(&mark)));
    if last.is_some_and(|line| line.starts_with("$ ")) { "$ " } else { "" }
}

/// Whether a text that is marked as an output is a whole session: it begins with a prompt and a command behind it, as
/// `$ ls` or `mysql> SELECT 1;`. Its lines are told apart by [`lines`].
pub fn is_session(text: &str) -> bool {
    let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else { return false };
    let Some(prompt) = prompt_length(first) else { return false };
    let (prompt, typed) = first.split_at(prompt);
    let first = typed.split_whitespace().next().unwrap_or_default();
    // `$ 5` is a price.
    let reads = if is_shell(prompt) {
        first.starts_with(|c: char| c.is_alphabetic() || "./~_".contains(c))
    } else {
        !first.is_empty()
    };
    reads && !asks_for_more(prompt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_and_shown() {
        let text = "$ echo a \\\n  b\na b\n$ cat <<EOF\nx\nEOF\nx\n";
        let shown: Vec<bool> = lines("console", text).into_iter().map(|l| l == Line::Shown).collect();
        assert_eq!(shown, [false, false, true, false, false, false, true]);
        let text = "mysql> SELECT 'it''s' -- don't\n    -> FROM x;\n+--+\nmysql> \\q\n";
        assert_eq!(lines("console", text)[1..3], [Line::Typed { prompt: 7, goes_on: true }, Line::Shown]);
        let text = "$ for i in 1 2; do\n> echo $i\n> done\n1\n2\n$ echo \"a\nb\"\na\n";
        let shown: Vec<bool> = lines("console", text).into_iter().map(|l| l == Line::Shown).collect();
        assert_eq!(shown, [false, false, false, true, true, false, false, true]);
        for (text, typed) in [
            ("$ node\nWelcome\n> 1 + 1\n2\n> f = n => {\n... n }\n> .exit\n$ diff a b\n> b\n", "tststttts"),
            ("sqlite> INSERT INTO t\n   ...> VALUES (1);\nsqlite> SELECT 1;\n1\n", "ttts"),
            ("$ sudo -i\n# whoami\nroot\n# Not a command\n# exit\nlogout\n$ cat f\n# ls\n", "ttsststs"),
            (">>> for i in x:\n...     print(i)\n...\n1\n>>> f()\n...\n", "tttsts"),
        ] {
            let found: String =
                lines("console", text).iter().map(|l| if *l == Line::Shown { 's' } else { 't' }).collect();
            assert_eq!(found, typed, "{text}");
        }
        for (text, typed) in [
            ("sudo mysql\nmysql> SELECT 1;\n1\nmysql> exit\n", "ttst"),
            ("make all\n[...]\nDone.\n", "tss"),
            ("cat > f <<EOF\n[...]\nEOF\n", "ttt"),
            ("[...]\nDone.\n", "tt"),
            ("ls\nmysql> SELECT 1;\n", "tt"),
        ] {
            let found: String = lines("bash", text).iter().map(|l| if *l == Line::Shown { 's' } else { 't' }).collect();
            assert_eq!(found, typed, "{text}");
        }
        assert!(lines("bash", "ls\n# note\n\npwd").into_iter().all(|l| l == Line::Typed { prompt: 0, goes_on: false }));
    }

    #[test]
    fn what_goes_on_without_a_prompt() {
        for (text, typed) in [
            ("$ tool --help\n\n  Usage\n    $ tool <file>\n\n  Examples\n    $ tool a.txt\n$ tool b\n", "tsssssst"),
            ("$ tool list\na\n  $ tool b\n", "tst"),
            (">>> a = '''\nx\n  y'''\n>>> print(a)\nx\n", "tttts"),
        ] {
            let found: String =
                lines("console", text).iter().map(|l| if *l == Line::Shown { 's' } else { 't' }).collect();
            assert_eq!(found, typed, "{text}");
        }
    }

    #[test]
    fn sessions_in_outputs() {
        for (text, session) in [
            ("$ echo one\ntwo\n", true),
            ("\nuser@host:~$ ls\na\n", true),
            ("mysql> SELECT 1;\n+---+\n", true),
            ("root@host:/# \n", false),
            ("$ 5\n$ 10\n", false),
            ("... \nx\n", false),
            ("total 4\n$ ls\n", false),
            ("", false),
        ] {
            assert_eq!(is_session(text), session, "{text:?}");
        }
    }
}
