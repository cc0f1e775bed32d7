//! Prompts in shown commands: what a reader does not type.

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
/// output, unless they continue a command (`\` at the end of the line before, or a here-document); in any other block,
/// all lines are typed.
pub fn lines(text: &str) -> Vec<Line> {
    let prompted = text.lines().find(|l| !l.trim().is_empty()).is_some_and(|l| prompt_length(l).is_some());
    let mut continues = false;
    let mut here_document: Option<String> = None;
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(end) = &here_document {
            if line.trim() == end {
                here_document = None;
            }
            found.push(Line::Typed { prompt: if line.starts_with("> ") { 2 } else { 0 } });
            continue;
        }
        let prompt = if prompted { prompt_length(line) } else { Some(0) };
        let kind = match prompt {
            Some(prompt) => Line::Typed { prompt },
            None if continues => Line::Typed { prompt: if line.starts_with("> ") { 2 } else { 0 } },
            None => Line::Shown,
        };
        if let Line::Typed { prompt } = kind {
            let typed = &line[prompt..];
            continues = typed.trim_end().ends_with('\\');
            here_document = here_document_end(typed);
        }
        found.push(kind);
    }
    found
}

/// The word that ends the here-document which a line begins.
fn here_document_end(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<<")?;
    if rest.starts_with('<') {
        return None;
    }
    let rest = rest.trim_start_matches('-').trim_start();
    let word: String =
        rest.trim_start_matches(['"', '\'', '\\']).chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (word.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(word)
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
        let shown: Vec<bool> = lines(text).into_iter().map(|l| l == Line::Shown).collect();
        assert_eq!(shown, [false, false, true, false, false, false, true]);
        assert!(lines("ls\n# note\n\npwd").into_iter().all(|l| l == Line::Typed { prompt: 0 }));
    }
}
