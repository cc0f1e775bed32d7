//! Prompts, in a page and on a terminal.

use regex::Regex;
use std::sync::LazyLock;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// A shell's prompt: `$ `, `# `, `host% `, `user@host:~$ `, `[root@host ~]# `, `/ # `, `bash-5.2$ `.
pub(crate) fn is_shell_prompt(line: &str) -> bool {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        // Environments before it, then: somebody at a host, a bracketed name, a path, or one word.
        regex(
            r"^(\([\w.@/ -]+\) ?)*(|\S*@\S+( [~/]\S*)? ?|\S+@\S+:[~/].*|\[[^\]]*\]|[~/]\S* ?|[\w.]([\w.:~/+-]*[\w.:~/+])?)$",
        )
    });
    let Some(head) = line.strip_suffix(' ').and_then(|line| line.strip_suffix(['$', '#', '%', '❯'])) else {
        return false;
    };
    // `33% ` is progress.
    HEAD.is_match(head) && !(line.ends_with("% ") && head.ends_with(|c: char| c.is_ascii_digit()))
}

/// The prompt of a program that reads commands: `>>> `, `nodejs=# `, `mysql> `, `MariaDB [(none)]> `, `In [1]: `, `(gdb) `.
pub(crate) fn is_program_prompt(line: &str) -> bool {
    static PROMPT: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^(>>> |[\w.-]{1,63}[*!?]?=[*!?]?[#>] |[\w.@:/-]{0,63}> |MariaDB \[[^\]]*\]> |irb\([^)]*\)(:\d+)*[>*] |In \[\d+\]: |\((gdb|Pdb|lldb)\) |[\w.:\[\]]{1,40}> )$",
        )
    });
    PROMPT.is_match(line)
}

/// A prompt that no question looks like, whatever shows it: that of a database client, of Python, IPython, Ruby or a debugger.
pub(crate) fn is_unmistakable(line: &str) -> bool {
    static PROMPT: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^(>>> |[\w.-]{1,63}[*!?]?=[*!?]?[#>] |(mysql|sqlite|cqlsh|sftp|ftp|jshell|ghci|redis|valkey)> |[\w.-]+:\d{2,5}(\[\d+\])?> |MariaDB \[[^\]]*\]> |irb\([^)]*\)(:\d+)*[>*] |In \[\d+\]: |\((gdb|Pdb|lldb)\) )$",
        )
    });
    PROMPT.is_match(line)
}

/// Whether `line` is the prompt `learned` again: counters in it move on, and the database in it can be another one.
pub(crate) fn is_same_prompt(line: &str, learned: &str) -> bool {
    line == learned || (is_program_prompt(line) && is_program_prompt(learned) && family(line) == family(learned))
}

/// What stays of a prompt of a program when its state changes.
fn family(prompt: &str) -> &str {
    if prompt.ends_with("=# ") || prompt.ends_with("=> ") || prompt.ends_with("*# ") || prompt.ends_with("*> ") {
        return "=";
    }
    let end = prompt.find(['(', '[', ':', '/', '@']).unwrap_or(prompt.len());
    &prompt[..end]
}

/// The prompt of a program that wants more lines of the same statement, as `nodejs-# `, `... `, `    -> `, `   ...> `.
pub(crate) fn is_continuation(line: &str, learned: &str) -> bool {
    static POSTGRES: LazyLock<Regex> = LazyLock::new(|| regex(r#"^[\w.-]{1,63}[*!?]?[-('"*$^;][*!?]?[#>] $"#));
    static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"^(\.{3,} |\| | {1,16}(-|'|"|`|/\*)> | *(\.\.\.|\([^)]*\.\.\.)> | {2,20}\.\.\.: |irb\([^)]*\)(:\d+)*[*"'] )$"#,
        )
    });
    line != learned
        && ((family(learned) == "=" && POSTGRES.is_match(line) && family(line) != "=") || OTHERS.is_match(line))
}

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

/// Whether what follows a prompt is read by the shell's grammar.
pub fn is_shell(prompt: &str) -> bool {
    let prompt = prompt.trim_end();
    prompt.ends_with(['$', '%', '#']) && !["=#", "-#", "(#"].iter().any(|mark| prompt.ends_with(mark))
}

/// Whether a prompt asks for more of the command before: `nodejs-# `, `-> `, `... `.
pub fn asks_for_more(prompt: &str) -> bool {
    let prompt = prompt.trim();
    ["...", "...>", ">"].contains(&prompt) || ["->", "-#", "(#"].iter().any(|mark| prompt.ends_with(mark))
}

/// The length of a continuation prompt that stands to the right: `    -> ` of mysql, `   ...> ` of sqlite3.
pub(crate) fn continuation_length(line: &str) -> Option<usize> {
    let inner = line.trim_start();
    let mark = ["-> ", "...> "].into_iter().find(|mark| inner.starts_with(mark))?;
    Some(line.len() - inner.len() + mark.len())
}

/// The length of Python's continuation prompt on a line that ends a block and whose last space is lost: `...`. Below
/// anything else it stands for lines that are left out.
pub(crate) fn blank_length(line: &str, before: &str) -> Option<usize> {
    let continues = before.starts_with("... ") || before.starts_with(">>> ") && before.trim_end().ends_with(':');
    (line.trim_end() == "..." && continues).then_some(line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_prompts() {
        for line in [
            "$ ",
            "# ",
            "% ",
            "host% ",
            "vm# ",
            "user@host:~$ ",
            "[root@host ~]# ",
            "/ # ",
            "~ $ ",
            "bash-5.2$ ",
            "sh-5.1# ",
            "(venv) me@host:/srv/a$ ",
            "(chroot) # ",
            "root@9f1c:/# ",
            "postgres@vm:/work/a b$ ",
        ] {
            assert!(is_shell_prompt(line), "{line}");
        }
        for line in
            ["nodejs=# ", "nodejs-# ", "33% ", "costs in US$ ", "Password: ", "$", "a b c$ ", ">>> ", "name(# ", ""]
        {
            assert!(!is_shell_prompt(line), "{line}");
        }
    }

    #[test]
    fn program_prompts() {
        for line in [
            "nodejs=# ",
            "nodejs=> ",
            "my-db=*# ",
            ">>> ",
            "> ",
            "mysql> ",
            "MariaDB [(none)]> ",
            "sqlite> ",
            "127.0.0.1:6379> ",
            "irb(main):001:0> ",
        ] {
            assert!(is_program_prompt(line), "{line}");
            assert!(is_same_prompt(line, line), "{line}");
        }
        for line in ["two words> ", "... ", "$ ", "Password: ", "nodejs-# ", "=> "] {
            assert!(!is_program_prompt(line), "{line}");
        }
        assert!(is_same_prompt("other=# ", "nodejs=# ") && is_same_prompt("MariaDB [x]> ", "MariaDB [(none)]> "));
        assert!(is_same_prompt("nodejs=*# ", "nodejs=# "));
        assert!(!is_same_prompt(">>> ", "nodejs=# ") && !is_same_prompt("sqlite> ", "mysql> "));
    }

    #[test]
    fn unmistakable_prompts() {
        for line in
            [">>> ", "nodejs=# ", "my-db=> ", "mysql> ", "127.0.0.1:6379> ", "MariaDB [x]> ", "In [3]: ", "(gdb) "]
        {
            assert!(is_unmistakable(line), "{line}");
        }
        for line in ["> ", "name> ", "Project name> ", "host:~> ", "user@host> ", "Password: "] {
            assert!(!is_unmistakable(line), "{line}");
        }
    }

    #[test]
    fn continuations() {
        for (line, learned) in [
            ("nodejs-# ", "nodejs=# "),
            ("nodejs(> ", "nodejs=> "),
            ("nodejs'# ", "nodejs=# "),
            ("nodejs*# ", "nodejs=# "),
            ("... ", ">>> "),
            ("... ", "> "),
            ("| ", "> "),
            ("    -> ", "mysql> "),
            ("    '> ", "mysql> "),
            ("   ...> ", "sqlite> "),
        ] {
            // `nodejs*# ` is a prompt in a transaction of old psql, or a comment that is open.
            assert!(is_continuation(line, learned) || line == "nodejs*# ", "{line}");
        }
        assert!(!is_continuation("> ", "> ") && !is_continuation("nodejs=# ", "nodejs=# "));
        assert!(!is_continuation("nodejs=*# ", "nodejs=# "));
    }

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
}
