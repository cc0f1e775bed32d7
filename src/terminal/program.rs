//! Programs that read commands in a language of their own: which commands open one, and where each of its commands ends.

use regex::Regex;
use std::sync::LazyLock;

use super::{
    line::{base, last_command},
    prompt,
};

/// A program that reads commands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// How it is called.
    names: &'static [&'static str],
    /// The languages of code blocks that it reads.
    languages: &'static [&'static str],
    /// How its commands end.
    pub(super) grammar: Grammar,
    /// How many words it takes and still reads commands: `psql nodejs`, but not `python3 app.py`.
    words: usize,
    /// Options whose value is the next word.
    valued: &'static [&'static str],
    /// Options with which it reads no commands.
    batch: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// At `;`.
    Sql,
    /// By indentation.
    Python,
    /// At the last closed bracket.
    Brackets,
}

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        names: &["psql"],
        languages: &["sql", "psql", "postgres", "postgresql", "pgsql", "plpgsql"],
        grammar: Grammar::Sql,
        words: 2,
        valued: &["-U", "-h", "-p", "-d", "-v", "--username", "--host", "--port", "--dbname"],
        batch: &["-c", "-f", "-l", "-V", "-?", "--command", "--file", "--list", "--version", "--help"],
    },
    Program {
        names: &["mysql", "mariadb"],
        languages: &["sql", "mysql", "mariadb"],
        grammar: Grammar::Sql,
        words: 1,
        valued: &["-u", "-h", "-P", "-D", "-S"],
        batch: &["-e", "-V", "-?", "--execute", "--version", "--help"],
    },
    Program {
        names: &["sqlite3"],
        languages: &["sql", "sqlite", "sqlite3"],
        grammar: Grammar::Sql,
        words: 1,
        valued: &[],
        batch: &["-version", "--version", "-help", "--help"],
    },
    Program {
        names: &["python3", "python", "ipython", "ipython3"],
        languages: &["python", "py", "python3", "pycon"],
        grammar: Grammar::Python,
        words: 0,
        valued: &[],
        batch: &["-c", "-m", "-V", "-h", "--version", "--help"],
    },
    Program {
        names: &["node", "nodejs"],
        languages: &["js", "javascript", "node", "nodejs"],
        grammar: Grammar::Brackets,
        words: 0,
        valued: &[],
        batch: &["-e", "-p", "-v", "-h", "--eval", "--print", "--version", "--help"],
    },
    Program {
        names: &["mongosh", "mongo"],
        languages: &["js", "javascript", "mongo", "mongodb", "mongosh"],
        grammar: Grammar::Brackets,
        words: 1,
        valued: &["-u", "-p", "--host", "--port"],
        batch: &["-f", "--eval", "--file", "--version", "--help"],
    },
    Program {
        names: &["redis-cli", "valkey-cli"],
        languages: &["redis", "valkey"],
        grammar: Grammar::Brackets,
        words: 0,
        valued: &["-h", "-p", "-a", "-n", "-u", "--user", "--pass"],
        batch: &["-x", "-v", "--version", "--help"],
    },
    Program {
        names: &["irb"],
        languages: &["ruby", "rb", "irb"],
        grammar: Grammar::Brackets,
        words: 0,
        valued: &["-r", "-I"],
        batch: &["-v", "--version", "--help"],
    },
];

/// Languages that people rather type than save.
const TYPED: &[&str] =
    &["sql", "psql", "postgres", "postgresql", "pgsql", "mysql", "sqlite", "redis", "pycon", "irb", "mongosh"];

/// Commands that do what follows their options.
const CONTAINERS: &[&str] = &["docker", "podman", "nerdctl", "kubectl", "docker-compose"];

/// Whether blocks in this language are mostly typed at the prompt of a program.
pub(crate) fn is_typed(language: &str) -> bool {
    TYPED.contains(&language.to_ascii_lowercase().as_str())
}

/// Whether any program reads commands in this language.
pub(crate) fn is_read(language: &str) -> bool {
    PROGRAMS.iter().any(|program| program.reads(language))
}

/// The program that is open after a command, if `open` was before.
pub(crate) fn after(open: Option<&'static Program>, prompt: &str, line: &str) -> Option<&'static Program> {
    let open = open.filter(|_| prompt.is_empty() || !prompt::is_shell(prompt));
    match open {
        Some(_) => open.filter(|_| !leaves(line)),
        None => opened(line),
    }
}

/// The program that a line of a shell opens, so that it reads commands from the terminal.
fn opened(line: &str) -> Option<&'static Program> {
    if line.contains(['|', '<', '>', '`']) || line.trim_end().ends_with('&') {
        return None;
    }
    let line = line.rsplit_once("&&").map_or(line, |(_, last)| last);
    let line = line.trim_end_matches([';', ' ']).rsplit(';').next()?;
    let mut words: Vec<&str> = line.split_whitespace().collect();
    while let Some(first) = words.first() {
        let takes = if matches!(*first, "-u" | "-g") { 2 } else { 1 };
        if !(matches!(*first, "sudo" | "env" | "exec") || first.starts_with('-') || first.contains('=')) {
            break;
        }
        words.drain(..takes.min(words.len()));
    }
    let (first, rest) = words.split_first()?;
    if !CONTAINERS.contains(first) {
        return named(first).filter(|program| program.is_open_with(rest));
    }
    let enters = rest.iter().any(|word| matches!(*word, "exec" | "run"));
    let terminal = |word: &&str| {
        *word == "--interactive" || word.starts_with('-') && !word.starts_with("--") && word.contains('i')
    };
    let compose = *first == "docker-compose" || rest.first() == Some(&"compose");
    if !enters || !(compose || rest.iter().any(terminal)) {
        return None;
    }
    (0..rest.len()).find_map(|at| named(rest[at]).filter(|program| program.is_open_with(&rest[at + 1..])))
}

fn named(word: &str) -> Option<&'static Program> {
    let name = base(word);
    PROGRAMS.iter().find(|program| program.names.contains(&name))
}

impl Program {
    /// Its name in messages.
    pub(crate) fn name(&self) -> &'static str {
        self.names[0]
    }

    /// Whether it reads blocks in this language.
    pub(crate) fn reads(&self, language: &str) -> bool {
        self.languages.iter().any(|known| known.eq_ignore_ascii_case(language))
    }

    fn is_open_with(&self, arguments: &[&str]) -> bool {
        let mut words = 0;
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let name = word.split('=').next().unwrap_or(word);
            if self.batch.contains(&name) {
                return false;
            }
            if self.valued.contains(word) {
                rest.next();
            } else if !word.starts_with('-') {
                words += 1;
            }
        }
        words <= self.words
    }
}

/// Programs that open a shell.
const SHELLS: &[&str] = &[
    "su",
    "sudo",
    "bash",
    "sh",
    "zsh",
    "dash",
    "ksh",
    "ash",
    "fish",
    "csh",
    "tcsh",
    "busybox",
    "docker",
    "podman",
    "nerdctl",
    "kubectl",
    "lxc",
    "incus",
    "ssh",
    "newgrp",
    "sg",
    "chroot",
    "exec",
    "login",
    "nsenter",
    "unshare",
    "machinectl",
    "runuser",
    "script",
    "tmux",
    "screen",
    "vagrant",
    "distrobox",
    "toolbox",
];

/// Programs that read commands.
const READERS: &[&str] = &[
    "psql",
    "mysql",
    "mariadb",
    "sqlite3",
    "python",
    "python3",
    "ipython",
    "node",
    "irb",
    "redis-cli",
    "valkey-cli",
    "mongo",
    "mongosh",
    "gdb",
    "ghci",
    "ftp",
    "sftp",
    "bc",
    "telnet",
    "fish",
    "csh",
    "tcsh",
    "cqlsh",
    "iex",
    "jshell",
    "julia",
    "lua",
    "php",
    "R",
    "scala",
    "swipl",
];

/// Programs that read commands only if they are given no script.
const INTERPRETERS: &[&str] =
    &["bash", "sh", "zsh", "dash", "ksh", "ash", "python", "python3", "node", "irb", "lua", "php", "julia", "scala"];

/// A command that may open a shell or a program that reads commands: such a prompt needs no further thought.
pub(crate) fn opens(line: &str) -> bool {
    line.split_whitespace().map(base).any(|word| SHELLS.contains(&word) || READERS.contains(&word))
}

/// A command that may open a program whose prompt looks like a question, as `> ` or `word> `: not a script that asks.
pub(crate) fn opens_program(line: &str) -> bool {
    const SUBCOMMANDS: &[&str] = &["console", "repl", "shell", "tinker"];
    let words: Vec<&str> = last_command(line).into_iter().map(base).collect();
    let Some(first) = words.iter().position(|word| SHELLS.contains(word) || READERS.contains(word)) else {
        return words.iter().skip(1).any(|word| SUBCOMMANDS.contains(word));
    };
    let arguments = &words[first + 1..];
    if INTERPRETERS.contains(&words[first]) {
        let script = arguments.iter().any(|word| !word.starts_with('-'));
        return !script || arguments.iter().any(|word| SUBCOMMANDS.contains(word));
    }
    true
}

/// The name of the program that a line starts.
pub(crate) fn program(line: &str) -> String {
    let known = line.split_whitespace().map(base).rfind(|word| READERS.contains(word));
    known.or_else(|| last_command(line).first().copied().map(base)).unwrap_or("program").to_string()
}

/// A line that says goodbye to a shell or a program.
pub(crate) fn leaves(line: &str) -> bool {
    let line = line.trim().trim_end_matches(';').trim_end();
    const WORDS: &[&str] =
        &["exit", "logout", "quit", "bye", "\\q", "\\quit", ".exit", ".quit", ".q", "exit()", "quit()", "EXIT", "QUIT"];
    WORDS.contains(&line.split_whitespace().next().unwrap_or(""))
        || line.starts_with("exit(")
        || line.starts_with("process.exit(")
}

/// A command whose full screen is a pager's, whatever it shows.
pub(crate) fn runs_pager(line: &str) -> bool {
    const PAGERS: &[&str] = &["less", "more", "most", "man", "zless", "git", "journalctl", "systemctl"];
    last_command(line).first().is_some_and(|word| PAGERS.contains(&base(word)))
}

/// What enters another machine: programs, and a word that must come after them.
const ENTERING: &[(&str, &[&str])] = &[
    ("docker", &["exec", "run"]),
    ("docker-compose", &["exec", "run"]),
    ("podman", &["exec", "run"]),
    ("nerdctl", &["exec", "run"]),
    ("kubectl", &["exec", "run"]),
    ("lxc", &["exec", "shell", "console"]),
    ("incus", &["exec", "shell", "console"]),
    ("machinectl", &["shell", "login"]),
    ("vagrant", &["ssh"]),
    ("ssh", &[]),
    ("chroot", &[]),
    ("nsenter", &[]),
    ("systemd-nspawn", &[]),
];

/// Whether a command enters another machine than the one where it is typed.
pub(crate) fn is_elsewhere(opened_by: &str) -> bool {
    let mut words = opened_by.split_whitespace().map(base);
    let enters = |word: &str| ENTERING.iter().find(|(program, _)| *program == word);
    let Some((_, verbs)) = words.find_map(enters) else { return false };
    verbs.is_empty() || words.any(|word| verbs.contains(&word))
}

/// What clients print below a result, with an example: a page may leave it out.
const FOOTERS: &[(&str, &str)] = &[
    (r"(\d+ rows?|Empty set)( affected| in set)?(, \d+ warnings?)? \([\d.]+ (sec|min).*\)", "1 row in set (0.001 sec)"),
    (r"\(\d+ (rows?|Zeilen?)\)", "(3 rows)"),
    (r"Time: [\d.,]+ ms.*", "Time: 0.424 ms"),
    (r"\d+ rows? in set\. Elapsed: .*", "3 rows in set. Elapsed: 0.002 sec."),
];

/// Where the footer of a client begins in its output, blank lines before it included: the output's length if it has none.
pub fn footer(output: &str) -> usize {
    static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
        let looks: Vec<&str> = FOOTERS.iter().map(|(looks, _)| *looks).collect();
        Regex::new(&format!("^({})$", looks.join("|"))).expect("a valid pattern")
    });
    let mut rest = output;
    let mut begins = output.len();
    loop {
        let before = rest.trim_end();
        let (start, line) = before.rfind('\n').map_or((0, before), |at| (at + 1, &before[at + 1..]));
        if !FOOTER.is_match(line.trim()) {
            return begins;
        }
        rest = &output[..start];
        begins = rest.trim_end().len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_program() {
        for (line, name) in [
            ("psql nodejs", Some("psql")),
            ("sudo -u postgres psql", Some("psql")),
            ("psql -h localhost -U me nodejs", Some("psql")),
            ("psql -c 'SELECT 1'", None),
            ("psql --file=a.sql", None),
            ("psql < a.sql", None),
            ("cd x && mysql -u root -p", Some("mysql")),
            ("mysql --execute='x'", None),
            ("sqlite3 a.db", Some("sqlite3")),
            ("sqlite3 a.db .tables", None),
            ("python3", Some("python3")),
            ("python3 app.py", None),
            ("python3 -m venv x", None),
            ("node", Some("node")),
            ("node app.js", None),
            ("sudo apt install python3", None),
            ("which node", None),
            ("docker exec -it db psql -U app", Some("psql")),
            ("docker run --rm -it python python3", Some("python3")),
            ("docker run -d mysql", None),
            ("docker exec -it node bash", None),
            ("docker compose exec cache redis-cli", Some("redis-cli")),
            ("redis-cli -h cache get x", None),
            ("node &", None),
            ("", None),
            ("sudo -u", None),
        ] {
            assert_eq!(opened(line).map(Program::name), name, "{line}");
        }
        let psql = opened("psql");
        for (prompt, line, open) in
            [("", "SELECT 1;", true), ("", "\\q", false), ("x=# ", "exit", false), ("$ ", "ls", false)]
        {
            assert_eq!(after(psql, prompt, line).is_some(), open, "{prompt}{line}");
        }
    }

    #[test]
    fn openers() {
        for line in [
            "node",
            "python3 -q",
            "sudo -u postgres psql nodejs",
            "cd x && mongosh",
            "docker exec -it app fish",
            "su - reader",
            "python3 manage.py shell",
            "bin/rails console",
            "sqlite3 test.db",
        ] {
            assert!(opens_program(line), "{line}");
        }
        for line in [
            "read -p 'name> ' x",
            "./setup",
            "bash setup.sh",
            "sudo ./setup",
            "python3 app.py",
            "node app.js",
            "npm init",
            "",
        ] {
            assert!(!opens_program(line), "{line}");
        }
    }

    #[test]
    fn knows_what_enters_another_machine() {
        for (command, enters) in [
            ("docker exec -it app bash", true),
            ("sudo /usr/bin/docker compose exec app sh", true),
            ("kubectl -n web exec -it app -- sh", true),
            ("ssh root@192.0.2.1", true),
            ("sudo chroot /mnt", true),
            ("newgrp docker", false),
            ("su - docker", false),
            ("bash", false),
            ("", false),
        ] {
            assert_eq!(is_elsewhere(command), enters, "{command}");
        }
    }

    #[test]
    fn opening_and_leaving() {
        assert!(
            opens("sudo -u postgres psql")
                && opens("docker exec -it app bash")
                && opens("su - postgres")
                && !opens("ls -l")
        );
        assert!(
            leaves("exit")
                && leaves("exit 3")
                && leaves("\\q")
                && leaves("exit();")
                && leaves("quit;")
                && !leaves("exits")
        );
        assert_eq!(program("sudo -u postgres psql -d x"), "psql");
        assert_eq!(program("cd x && /usr/bin/psql nodejs"), "psql");
    }

    #[test]
    fn footers() {
        for (_, example) in FOOTERS {
            assert_eq!(footer(&format!("+---+\n{example}\n\n")), 5, "{example}");
        }
        for (output, rest) in [
            ("a\n(1 row)\n\nTime: 0.4 ms", "a"),
            ("a\n\n1 row in set (0.00 sec)\n", "a"),
            ("(1 row)", ""),
            ("a\n", "a\n"),
            ("(1 row)\na", "(1 row)\na"),
            ("", ""),
        ] {
            assert_eq!(&output[..footer(output)], rest, "{output}");
        }
    }
}
