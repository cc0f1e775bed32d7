//! Prompts, in a page and on a terminal: one list, read twice.
//!
//! In a page a line begins with a prompt, on a terminal it is one. Prompts of which something else could be a line are known
//! only where their program is open.

use regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

use super::program::{Opening, Program, Prompt, named, rows};

/// Most bytes of the automaton that a pattern becomes as it is used. All prompts together need more than the library's 2 MiB; without
/// room for it, it searches 40 times as long.
const AUTOMATON: usize = 16 << 20;

fn regex(pattern: &str) -> Regex {
    RegexBuilder::new(pattern).dfa_size_limit(AUTOMATON).build().expect("a valid pattern")
}

/// What any of these prompts looks like.
fn any<'a>(prompts: impl Iterator<Item = &'a Prompt>) -> String {
    prompts.map(|prompt| format!("(?:{})", prompt.looks)).collect::<Vec<_>>().join("|")
}

/// Of each program that has any: its prompts, and those for more, as a whole line and as the beginning of one.
struct Looks {
    program: &'static Program,
    whole: Regex,
    sure: Option<Regex>,
    begins: Regex,
    more: Option<(Regex, Regex)>,
}

static LOOKS: LazyLock<Vec<Looks>> = LazyLock::new(|| {
    let one = |program: &'static Program| {
        let (first, more) = (any(program.prompts.iter()), any(program.more.iter()));
        let whole = |looks: &str| regex(&format!("^(?:{looks})$"));
        let begins = |looks: &str| regex(&format!("^(?:{looks})"));
        let more = (!more.is_empty()).then(|| (whole(&more), begins(&more)));
        let sure = any(program.prompts.iter().filter(|prompt| prompt.sure));
        let sure = (!sure.is_empty()).then(|| whole(&sure));
        Looks { program, whole: whole(&first), sure, begins: begins(&first), more }
    };
    with_prompts().map(one).collect()
});

/// Shells share their prompts: the first of them stands for all.
fn with_prompts() -> impl Iterator<Item = &'static Program> {
    let shell = rows().find(|row| row.shell);
    rows().filter(move |row| {
        !row.prompts.is_empty() && (!row.shell || shell.is_some_and(|shell| std::ptr::eq(shell, *row)))
    })
}

impl Looks {
    fn of(program: &Program) -> Option<&'static Self> {
        let same = |looks: &&Self| std::ptr::eq(looks.program, program) || looks.program.shell && program.shell;
        LOOKS.iter().find(same)
    }
}

/// The prompts of shells.
static SHELLS: LazyLock<Regex> = LazyLock::new(|| regex(&format!("^(?:{})$", any(prompts(true, false)))));
/// Sure prompts of other programs.
static SURE: LazyLock<Regex> = LazyLock::new(|| regex(&format!("^(?:{})$", any(prompts(false, true)))));

fn prompts(shell: bool, sure: bool) -> impl Iterator<Item = &'static Prompt> {
    with_prompts()
        .filter(move |row| row.shell == shell)
        .flat_map(|row| row.prompts)
        .filter(move |prompt| prompt.sure || !sure)
}

/// A shell's prompt: `$ `, `# `, `host% `, `user@host:~$ `, `[root@host ~]# `, `/ # `, `❯ `.
pub(crate) fn is_shell_prompt(line: &str) -> bool {
    SHELLS.is_match(line) && !SURE.is_match(line)
}

/// The prompt of the program that this command opens; of one that is not known, any word before a `> `.
pub(crate) fn is_program_prompt(line: &str, command: &str) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| regex(r"^([\w.@:/-]*|[\w.:\[\]]+)> $"));
    let opened = Opening::of(command).and_then(|opening| Looks::of(opening.program));
    is_unmistakable(line) || WORD.is_match(line) || opened.is_some_and(|looks| looks.whole.is_match(line))
}

/// A prompt that no question looks like, whatever shows it: that of a database client, of Python, IPython, Ruby or a debugger.
pub(crate) fn is_unmistakable(line: &str) -> bool {
    SURE.is_match(line)
}

/// Whether `line` is the prompt `learned` of the program of this name again: counters in it move on, and the database in it can
/// be another one.
pub(crate) fn is_same_prompt(line: &str, learned: &str, name: &str) -> bool {
    if line == learned {
        return true;
    }
    let both = |looks: &Regex| looks.is_match(line) && looks.is_match(learned);
    let own = named(name).filter(|program| !program.shell).and_then(Looks::of);
    let one_of = |looks: &Looks| !looks.program.shell && looks.sure.as_ref().is_some_and(both);
    own.is_some_and(|looks| both(&looks.whole)) || is_unmistakable(line) && LOOKS.iter().any(one_of)
}

/// The prompt of a program that wants more lines of the same statement, as `nodejs-# `, `... `, `    -> `, `   ...> `.
pub(crate) fn is_continuation(line: &str, learned: &str, name: &str) -> bool {
    let wants = |looks: &Looks| looks.more.as_ref().is_some_and(|(whole, _)| whole.is_match(line));
    let is_first = |looks: &Looks| looks.whole.is_match(line);
    match named(name).filter(|program| !program.shell).and_then(Looks::of) {
        _ if line == learned => false,
        Some(own) => wants(own) && !is_first(own),
        None => LOOKS
            .iter()
            .any(|looks| !looks.program.shell && looks.whole.is_match(learned) && wants(looks) && !is_first(looks)),
    }
}

/// What is typed in a line of a page: the line without the prompt that it begins with.
pub(crate) fn without_prompt(line: &str) -> &str {
    &line[prompt_length(line).unwrap_or(0)..]
}

/// The length in bytes of the prompt that a line of a page begins with, its space included; `None` if it has none.
///
/// Known are all prompts that nothing else looks like, and those which what stands behind them makes sure:
/// `test> db.items.find()`.
pub fn prompt_length(line: &str) -> Option<usize> {
    if begins_with_script(line) {
        return None;
    }
    static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
        let more = rows().flat_map(|row| row.more).filter(|prompt| prompt.sure);
        regex(&format!("^(?:{})", any(prompts(true, true).chain(prompts(false, true)).chain(more))))
    });
    static STATEMENTS: LazyLock<Regex> = LazyLock::new(|| {
        let one = |row: &Program| {
            let unsure = any(row.prompts.iter().filter(|prompt| !prompt.sure));
            format!("(?:{unsure})(?:{})", row.begins)
        };
        let all: Vec<String> = rows().filter(|row| !row.begins.is_empty()).map(one).collect();
        regex(&format!("^(?:{})", all.join("|")))
    });
    let end = BEGINS.find(line).map(|found| found.end());
    end.or_else(|| STATEMENTS.find(line).and_then(|_| line.find("> ")).map(|at| at + 2))
        .or_else(|| short_length(line))
        .filter(|end| !begins_with_arrow(&line[*end..]))
}

/// Whether a text goes on with an arrow, and so says what becomes of what stands before it: `/api/posts # → /posts`.
fn begins_with_arrow(text: &str) -> bool {
    ["→", "⇒", "->", "=>"].iter().any(|arrow| text.trim_start().starts_with(arrow))
}

/// Whether a line begins with a script and a comment, which reads as a folder and root's sign: `/srv/backup.sh # all of it`.
fn begins_with_script(line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or_default();
    let is_script = [".sh", ".py", ".pl", ".rb", ".php", ".run"].iter().any(|ending| first.ends_with(ending));
    is_script && first.starts_with(['/', '~', '.'])
}

/// The length of a prompt that says less: a folder (`~$ `, `/mnt# `), a host (`server$ `, `[10.0.0.2] server$ `), a program
/// (`Steam> `), a `$ ` that is indented, or `$` right before a command.
fn short_length(line: &str) -> Option<usize> {
    let inner = line.trim_start_matches([' ', '\t']);
    let indent = line.len() - inner.len();
    if indent > 0 {
        return (inner.starts_with("$ ") && indent <= 8).then_some(indent + 2);
    }
    let named = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "@:~/._<>-".contains(c))
    };
    let folder =
        |name: &str| name.starts_with(['~', '/']) && name.chars().all(|c| c.is_alphanumeric() || "~/._-".contains(c));
    let begin = match line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        Some((address, _)) if !address.contains(' ') => address.len() + 3,
        _ => 0,
    };
    let rest = &line[begin..];
    if let Some(end) = rest.find("$ ").filter(|end| named(&rest[..*end]) || folder(&rest[..*end])) {
        return Some(begin + end + 2);
    }
    if let Some(end) = rest.find("# ").filter(|end| folder(&rest[..*end])) {
        return Some(begin + end + 2);
    }
    let word = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
    if line.starts_with(|c: char| c.is_ascii_uppercase()) && word > 2 && line[word..].starts_with("> ") {
        return Some(word + 2);
    }
    let command = line.strip_prefix('$')?;
    super::command::is_program(command.split(' ').next()?).then_some(1)
}

/// The length of a prompt of the program that is open where a line of a page stands, and whether it asks for more.
pub(crate) fn length_at(line: &str, program: &Program) -> Option<(usize, bool)> {
    let looks = Looks::of(program)?;
    let more = || looks.more.as_ref().and_then(|(_, begins)| begins.find(line)).map(|found| (found.end(), true));
    looks.begins.find(line).map(|found| (found.end(), false)).or_else(more)
}

/// The program whose sure prompt this is.
pub(crate) fn program_of(prompt: &str) -> Option<&'static Program> {
    let of = |looks: &&Looks| !looks.program.shell && looks.sure.as_ref().is_some_and(|sure| sure.is_match(prompt));
    LOOKS.iter().find(of).map(|looks| looks.program)
}

/// Whether what follows a prompt is read by the shell's grammar.
pub fn is_shell(prompt: &str) -> bool {
    is_shell_prompt(&spaced(prompt))
}

/// Whether a prompt asks for more of the command before: `nodejs-# `, `-> `, `... `.
pub fn asks_for_more(prompt: &str) -> bool {
    let prompt = spaced(prompt);
    let wants = |looks: &Looks| looks.more.as_ref().is_some_and(|(whole, _)| whole.is_match(&prompt));
    !SURE.is_match(&prompt) && LOOKS.iter().any(wants)
}

fn spaced(prompt: &str) -> String {
    format!("{} ", prompt.trim_end())
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
            assert!(is_program_prompt(line, ""), "{line}");
            assert!(is_same_prompt(line, line, ""), "{line}");
        }
        for line in ["two words> ", "... ", "$ ", "Password: ", "nodejs-# ", "=> "] {
            assert!(!is_program_prompt(line, ""), "{line}");
        }
        assert!(
            is_same_prompt("other=# ", "nodejs=# ", "") && is_same_prompt("MariaDB [x]> ", "MariaDB [(none)]> ", "")
        );
        assert!(is_same_prompt("nodejs=*# ", "nodejs=# ", "psql"));
        assert!(!is_same_prompt(">>> ", "nodejs=# ", "") && !is_same_prompt("sqlite> ", "mysql> ", ""));
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
        for (line, learned, name) in [
            ("nodejs-# ", "nodejs=# ", ""),
            ("nodejs(> ", "nodejs=> ", "psql"),
            ("nodejs'# ", "nodejs=# ", "psql"),
            ("... ", ">>> ", "python3"),
            ("... ", "> ", "node"),
            ("| ", "> ", "node"),
            ("    -> ", "mysql> ", ""),
            ("    '> ", "mysql> ", "mysql"),
            ("   ...> ", "sqlite> ", ""),
        ] {
            assert!(is_continuation(line, learned, name), "{line}");
        }
        for (line, learned, name) in
            [("> ", "> ", "node"), ("nodejs=# ", "nodejs=# ", ""), ("nodejs=*# ", "nodejs=# ", "psql")]
        {
            assert!(!is_continuation(line, learned, name), "{line}");
        }
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
            ("~$ ls", Some("ls")),
            ("/mnt# ls", Some("ls")),
            ("server$ ls -l", Some("ls -l")),
            ("[10.0.0.2] server$ ls", Some("ls")),
            ("me@<host>:~$ ls", Some("ls")),
            ("Steam> login me", Some("login me")),
            ("  $ ls", Some("ls")),
            ("$docker ps", Some("docker ps")),
            ("$HOME is set", None),
            ("$me ps", None),
            ("a price of 5$ is", None),
            ("ls /mnt # all", None),
            ("/api/posts # → /posts", None),
            ("/srv # -> /data", None),
        ] {
            assert_eq!(prompt_length(line).map(|n| &line[n..]), typed, "{line}");
        }
    }
}
