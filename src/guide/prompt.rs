//! Prompts in shown commands: what a reader does not type.

use self::open::Opened;
use crate::terminal::{
    prompt::{asks_for_more, blank_length, continuation_length, is_shell, prompt_length},
    syntax::Scanner,
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
/// output, unless they continue a command (see [`Scanner`]); in any other block, all lines are typed.
///
/// `# ` is a prompt where the language says that a terminal is shown, every such line reads as a command, and none of the
/// others does; else it begins a comment.
pub fn lines(language: &str, text: &str) -> Vec<Line> {
    let root = root::is_prompted(language, text);
    let prompt_length = |line: &str| prompt_length(line).or((root && line.starts_with("# ")).then_some(2));
    let prompted = text.lines().find(|l| !l.trim().is_empty()).is_some_and(|l| prompt_length(l).is_some());
    if !prompted {
        return text.lines().map(|_| Line::Typed { prompt: 0, goes_on: false }).collect();
    }
    let mut found = Vec::new();
    // The shell command that is being typed.
    let mut scanner = Scanner::default();
    let mut shell = true;
    // What the command before opened, and the last typed line.
    let mut opened = Opened::Nothing;
    let mut before = "";
    for line in text.lines() {
        let second = if line.starts_with("> ") { 2 } else { 0 };
        let open = scanner.waits_for().is_some();
        let inner = if open { None } else { opened.prompt_length(line) };
        let prompt = if scanner.in_document() {
            Some(second)
        } else {
            let more = || continuation_length(line).or_else(|| blank_length(line, before)).filter(|_| !shell);
            inner.or_else(|| prompt_length(line)).or_else(more).or(open.then_some(second))
        };
        let Some(prompt) = prompt else {
            found.push(Line::Shown);
            before = "";
            continue;
        };
        let (shown, typed) = line.split_at(prompt);
        let goes_on = inner.is_none() && asks_for_more(shown);
        if !shown.is_empty() && !goes_on && !scanner.in_document() {
            // A new prompt ends whatever was open.
            scanner = Scanner::default();
            shell = is_shell(shown);
            opened = opened.after(inner.is_some(), shell, typed);
        }
        if shell {
            scanner.line(typed);
        }
        found.push(Line::Typed { prompt, goes_on });
        before = line;
    }
    found
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
        assert!(lines("bash", "ls\n# note\n\npwd").into_iter().all(|l| l == Line::Typed { prompt: 0, goes_on: false }));
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
