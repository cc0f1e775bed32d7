//! Programs that read commands in a language of their own: which commands open one, and where each of its commands ends.

use crate::{guide::prompt, session::look};

/// A program that reads commands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// How it is called.
    names: &'static [&'static str],
    /// The languages of code blocks that it reads.
    languages: &'static [&'static str],
    /// How its commands end.
    grammar: Grammar,
    /// How many words it takes and still reads commands: `psql nodejs`, but not `python3 app.py`.
    words: usize,
    /// Options whose value is the next word.
    valued: &'static [&'static str],
    /// Options with which it reads no commands.
    batch: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grammar {
    /// At `;`.
    Sql,
    /// By indentation.
    Python,
    /// At the last closed bracket.
    Brackets,
}

const PROGRAMS: &[Program] = &[
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
pub(super) fn is_typed(language: &str) -> bool {
    TYPED.contains(&language.to_ascii_lowercase().as_str())
}

/// Whether any program reads commands in this language.
pub(super) fn is_read(language: &str) -> bool {
    PROGRAMS.iter().any(|program| program.reads(language))
}

/// The program that is open after a command, if `open` was before.
pub(super) fn after(open: Option<&'static Program>, prompt: &str, line: &str) -> Option<&'static Program> {
    let open = open.filter(|_| prompt.is_empty() || !prompt::is_shell(prompt));
    match open {
        Some(_) => open.filter(|_| !look::leaves(line)),
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
    let name = look::base(word);
    PROGRAMS.iter().find(|program| program.names.contains(&name))
}

impl Program {
    /// Its name in messages.
    pub(super) fn name(&self) -> &'static str {
        self.names[0]
    }

    /// Whether it reads blocks in this language.
    pub(super) fn reads(&self, language: &str) -> bool {
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

/// The commands of a text in a program's language, as ranges of its lines; comments and blank lines between them are left out.
/// With each is whether an empty line ends it.
pub(super) fn commands(language: &str, text: &str) -> Vec<(Vec<usize>, bool)> {
    let grammar = PROGRAMS.iter().find(|program| program.reads(language)).map_or(Grammar::Brackets, |p| p.grammar);
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Vec<(Vec<usize>, bool)> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        let comment = match grammar {
            Grammar::Sql => line.starts_with("--"),
            Grammar::Python => line.starts_with('#'),
            Grammar::Brackets => line.starts_with("//"),
        };
        if line.is_empty() || comment {
            at += 1;
            continue;
        }
        let length = match grammar {
            Grammar::Sql => sql(&lines[at..]),
            Grammar::Python => python(&lines[at..]),
            Grammar::Brackets => brackets(&lines[at..]),
        };
        // Python takes a blank line for the end of a block.
        let own = (at..at + length).filter(|line| grammar != Grammar::Python || !lines[*line].trim().is_empty());
        let own: Vec<usize> = own.collect();
        let ends_blank = grammar == Grammar::Python && own.iter().any(|line| lines[*line].starts_with([' ', '\t']));
        found.push((own, ends_blank));
        at += length;
    }
    found
}

/// The lines of a statement: up to a `;` outside quotes, or one line for the client's own commands.
fn sql(lines: &[&str]) -> usize {
    let first = lines[0].trim();
    if first.starts_with(['\\', '.']) || first.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("use ")) {
        return 1;
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let code = line.split("--").next().unwrap_or(line).trim_end();
        text.push_str(code);
        let even = |mark: &str| text.matches(mark).count().is_multiple_of(2);
        if even("'") && even("$$") && (code.ends_with(';') || code.ends_with("\\G") || code.ends_with("\\g")) {
            return index + 1;
        }
    }
    lines.len()
}

/// The lines of a statement with those that are indented below it, or open with it.
fn python(lines: &[&str]) -> usize {
    let goes_on = |line: &&str| {
        let text = line.trim_end();
        let clause = ["else", "elif", "except", "finally"].iter().any(|word| text.starts_with(word));
        text.is_empty() || text.starts_with([' ', '\t', ')', ']', '}']) || clause
    };
    let length = 1 + lines[1..].iter().take_while(|line| goes_on(line)).count();
    lines[..length].iter().rposition(|line| !line.trim().is_empty()).map_or(length, |last| last + 1)
}

/// The lines up to the one that closes the last bracket.
fn brackets(lines: &[&str]) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (index, line) in lines.iter().enumerate() {
        let mut characters = line.chars();
        while let Some(c) = characters.next() {
            match (quote, c) {
                (_, '\\') => drop(characters.next()),
                (Some(open), c) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'' | '`') => quote = Some(c),
                (None, '(' | '[' | '{') => depth += 1,
                (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        // Only a template goes on over lines.
        quote = quote.filter(|open| *open == '`');
        if depth == 0 && quote.is_none() {
            return index + 1;
        }
    }
    lines.len()
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
    fn where_commands_end() {
        for (language, text, expected) in [
            ("sql", "SELECT 1;\nSELECT 2;\n", &["SELECT 1;", "SELECT 2;"][..]),
            (
                "sql",
                "-- a table\nCREATE TABLE a (\n  b int -- why;\n);\n\n\\d\n",
                &["CREATE TABLE a (|  b int -- why;|);", "\\d"],
            ),
            ("sql", "INSERT INTO a VALUES ('x;\ny');\nq", &["INSERT INTO a VALUES ('x;|y');", "q"]),
            ("sql", "DO $$\nBEGIN\n  x;\nEND $$;\n", &["DO $$|BEGIN|  x;|END $$;"]),
            ("mysql", "USE app\nSELECT 1\\G\n", &["USE app", "SELECT 1\\G"]),
            ("python", "x = 1\ndef f():\n    a\n\n    b\n\nf()\n", &["x = 1", "def f():|    a|    b|", "f()"]),
            ("python", "if x:\n  a\nelse:\n  b\n# c\n", &["if x:|  a|else:|  b|"]),
            ("js", "f('(', {\n  a: 1,\n})\nconst x = `\n`\n", &["f('(', {|  a: 1,|})", "const x = `|`"]),
            ("redis", "SET a it's\nGET a\n", &["SET a it's", "GET a"]),
            ("sql", "", &[]),
        ] {
            let lines: Vec<&str> = text.lines().collect();
            let one = |(own, blank): (Vec<usize>, bool)| {
                let end = blank.then_some("");
                own.into_iter().map(|line| lines[line]).chain(end).collect::<Vec<_>>().join("|")
            };
            let found: Vec<String> = commands(language, text).into_iter().map(one).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
