//! Prompts in shown commands: what a reader does not type.

use self::open::Opened;
use super::shell::Scanner;

mod open;
mod root;

/// The length in bytes of the prompt that a line begins with, its space included; `None` if it has none.
///
/// Known are shells (`$ `, `(venv) $ `, `user@host:~$ `, `[root@host ~]# `, `# ` only after a name or path), REPLs (`>>> `,
/// `... `), and the prompts of database clients (`mysql> `, `nodejs=# `, `MariaDB [(none)]> `).
pub fn prompt_length(line: &str) -> Option<usize> {
    let environment = environment_length(line);
    if environment > 0 && line[environment..].starts_with("$ ") {
        return Some(environment + 2);
    }
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

/// The length of what an activated environment puts before a prompt: `(venv) `.
fn environment_length(line: &str) -> usize {
    let named = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let name = line.strip_prefix('(').and_then(|rest| rest.split_once(") ")).map(|(name, _)| name);
    name.filter(|name| !name.is_empty() && name.chars().all(named)).map_or(0, |name| name.len() + 3)
}

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
        let goes_on = inner.is_none() && is_continuation(shown);
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

/// Whether what follows a prompt is read by the shell's grammar.
pub fn is_shell(prompt: &str) -> bool {
    let prompt = prompt.trim_end();
    prompt.ends_with(['$', '%', '#']) && !["=#", "-#", "(#"].iter().any(|mark| prompt.ends_with(mark))
}

/// Whether a prompt asks for more of the command before: `nodejs-# `, `-> `, `... `.
pub fn is_continuation(prompt: &str) -> bool {
    let prompt = prompt.trim();
    ["...", "...>", ">"].contains(&prompt) || ["->", "-#", "(#"].iter().any(|mark| prompt.ends_with(mark))
}

/// The length of a continuation prompt that stands to the right: `    -> ` of mysql, `   ...> ` of sqlite3.
fn continuation_length(line: &str) -> Option<usize> {
    let inner = line.trim_start();
    let mark = ["-> ", "...> "].into_iter().find(|mark| inner.starts_with(mark))?;
    Some(line.len() - inner.len() + mark.len())
}

/// The length of Python's continuation prompt on a line that ends a block and whose last space is lost: `...`. Below
/// anything else it stands for lines that are left out.
fn blank_length(line: &str, before: &str) -> Option<usize> {
    let continues = before.starts_with("... ") || before.starts_with(">>> ") && before.trim_end().ends_with(':');
    (line.trim_end() == "..." && continues).then_some(line.len())
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
            ("(venv) $ pip list", Some("pip list")),
            ("(a b) $ x", None),
            ("(venv) user@host:~$ ls", Some("ls")),
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
}
