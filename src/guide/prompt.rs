//! Prompts in shown commands: what a reader does not type.

use super::shell::Scanner;

mod root;

/// The length in bytes of the prompt that a line begins with, its space included; `None` if it has none.
///
/// Known are shells (`$ `, `user@host:~$ `, `[root@host ~]# `, `# ` only after a name or path), REPLs (`>>> `, `... `), and
/// the prompts of database clients (`mysql> `, `nodejs=# `, `MariaDB [(none)]> `).
pub fn prompt_length(line: &str) -> Option<usize> {
    for mark in ["$ ", "% ", ">>> ", "... ", "C:\\> ", "PS> "] {
        if line.starts_with(mark) {
            return Some(mark.len());
        }
    }
    let shell = |mark: &str| {
        let end = line.find(mark)?;
        let head = &line[..end];
        let plausible = head.contains('@') || (head.starts_with('[') && head.ends_with(']'));
        let clean =
            head.chars().all(|c| c.is_alphanumeric() || "@:~/._-[]()+ ".contains(c)) && head.matches(' ').count() <= 2;
        (plausible && clean && !head.starts_with(' ')).then_some(end + mark.len())
    };
    if let Some(length) = shell("$ ").or_else(|| shell("# ")) {
        return Some(length);
    }
    let word = line.find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))).unwrap_or(line.len());
    if word == 0 {
        return None;
    }
    if line[..word].eq_ignore_ascii_case("mariadb") && line[word..].starts_with(" [") {
        return line.find("]> ").map(|i| i + 3);
    }
    let databases = ["=# ", "=> ", "-# ", "-> ", "(# "];
    let clients = ["mysql", "sqlite", "redis", "mongo", "ftp", "sftp", "irb", "node", "ipython", "cqlsh", "postgres"];
    (databases.iter().find(|mark| line[word..].starts_with(**mark)).map(|mark| word + mark.len()))
        .or_else(|| (clients.contains(&&line[..word]) && line[word..].starts_with("> ")).then_some(word + 2))
}

/// What a line of a block of commands is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Typed; the first `prompt` bytes are the prompt.
    Typed {
        /// Bytes of the prompt, 0 without one.
        prompt: usize,
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
        return text.lines().map(|_| Line::Typed { prompt: 0 }).collect();
    }
    let mut found = Vec::new();
    // The shell command that is being typed.
    let mut scanner = Scanner::default();
    let mut shell = true;
    for line in text.lines() {
        let second = if line.starts_with("> ") { 2 } else { 0 };
        let open = scanner.waits_for().is_some();
        let prompt = if scanner.in_document() {
            Some(second)
        } else {
            prompt_length(line).or_else(|| continuation_length(line).filter(|_| !shell)).or(open.then_some(second))
        };
        let Some(prompt) = prompt else {
            found.push(Line::Shown);
            continue;
        };
        let shown = &line[..prompt];
        if !shown.is_empty() && !is_continuation(shown) && !scanner.in_document() {
            // A new prompt ends whatever was open.
            scanner = Scanner::default();
            shell = is_shell(shown);
        }
        if shell {
            scanner.line(&line[prompt..]);
        }
        found.push(Line::Typed { prompt });
    }
    found
}

/// Whether what follows a prompt is read by the shell's grammar.
pub fn is_shell(prompt: &str) -> bool {
    let prompt = prompt.trim_end();
    prompt.ends_with(['$', '%', '#']) && !["=#", "-#", "(#"].iter().any(|mark| prompt.ends_with(mark))
}

/// Whether a prompt asks for more of the command before: `nodejs-# `, `-> `, `... `.
pub fn is_continuation(prompt: &str) -> bool {
    let prompt = prompt.trim();
    prompt == "..." || prompt == ">" || ["->", "-#", "(#"].iter().any(|mark| prompt.ends_with(mark))
}

/// The length of mysql's continuation prompt, which stands to the right: `    -> `.
fn continuation_length(line: &str) -> Option<usize> {
    let inner = line.trim_start();
    inner.starts_with("-> ").then(|| line.len() - inner.len() + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts() {
        for (line, typed) in [
            ("$ ls", Some("ls")),
            ("user@host:~$ ls -l", Some("ls -l")),
            ("root@host:/srv/a b# ls", Some("ls")),
            ("[root@host ~]# ls", Some("ls")),
            ("nodejs=# \\q", Some("\\q")),
            ("mysql> SELECT 1;", Some("SELECT 1;")),
            ("MariaDB [(none)]> SELECT 1;", Some("SELECT 1;")),
            (">>> print(1)", Some("print(1)")),
            ("# a comment", None),
            ("echo $ x", None),
            ("sudo apt update", None),
            ("ssh user@host", None),
            ("a => b", None),
            ("grep x file > out", None),
        ] {
            assert_eq!(prompt_length(line).map(|n| &line[n..]), typed, "{line}");
        }
    }

    #[test]
    fn typed_and_shown() {
        let text = "$ echo a \\\n  b\na b\n$ cat <<EOF\nx\nEOF\nx\n";
        let shown: Vec<bool> = lines("console", text).into_iter().map(|l| l == Line::Shown).collect();
        assert_eq!(shown, [false, false, true, false, false, false, true]);
        let text = "mysql> SELECT 'it''s' -- don't\n    -> FROM x;\n+--+\nmysql> \\q\n";
        assert_eq!(lines("console", text)[1..3], [Line::Typed { prompt: 7 }, Line::Shown]);
        let text = "$ for i in 1 2; do\n> echo $i\n> done\n1\n2\n$ echo \"a\nb\"\na\n";
        let shown: Vec<bool> = lines("console", text).into_iter().map(|l| l == Line::Shown).collect();
        assert_eq!(shown, [false, false, false, true, true, false, false, true]);
        assert!(lines("bash", "ls\n# note\n\npwd").into_iter().all(|l| l == Line::Typed { prompt: 0 }));
    }
}
