//! What the text of a block looks like: one row a look, the first that fits counts.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use super::super::command::{self, Piece};
use crate::guide::prompt::{self, Line};
use crate::terminal::command::{self as typed, Known};
use crate::terminal::prompt as shown;

/// What a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::plan) enum Look {
    /// There is none.
    Nothing,
    /// A script with its interpreter.
    Script,
    /// Addresses for a browser.
    Address,
    /// A key, a certificate.
    Key,
    /// Prompts and what is typed there.
    Prompts,
    /// Lines of a crontab.
    Crontab,
    /// A tree of folders.
    Tree,
    /// A table that a command printed.
    Table,
    /// Messages of a program.
    Log,
    /// Data as JSON.
    Json,
    /// HTML, XML.
    Markup,
    /// Settings, in any form.
    Settings,
    /// Source text.
    Source,
    /// A statement of SQL.
    Sql,
    /// A question that waits for its answer.
    Question,
    /// Sentences.
    Prose,
    /// Nothing but paths.
    Path,
    /// How a program is called, and no call of it: `tool [OPTIONS] FILE…`.
    Synopsis,
    /// How a program is called, as it says itself: `usage: tool …`, with what its options do.
    Usage,
    /// Commands, for certain.
    Commands,
    /// It could be commands.
    Maybe,
    /// Nothing that is known.
    Unknown,
}

/// A text as the rows look at it.
struct Text<'a> {
    /// Lines that are not blank.
    lines: Vec<&'a str>,
    /// Those that are no comments either.
    code: Vec<&'a str>,
    /// The first lines of what would be typed.
    typed: Vec<String>,
    prompted: bool,
}

/// A look, how it is told, and an example.
struct Row {
    look: Look,
    fits: fn(&Text<'_>) -> bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    examples: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row { look: Look::Nothing, fits: |text| text.lines.is_empty(), examples: &["", "\n\n"] },
    Row { look: Look::Script, fits: |text| text.lines[0].starts_with("#!"), examples: &["#!/bin/sh\nls"] },
    Row {
        look: Look::Address,
        fits: |text| text.lines.iter().all(|line| is_address(line)),
        examples: &["http://localhost:8080/", "https://example.com/wp-admin"],
    },
    Row {
        look: Look::Key,
        fits: |text| is_key(text.lines[0]),
        examples: &["ssh-rsa AAAAB3Nza me@host", "-----BEGIN CERTIFICATE-----\nx"],
    },
    Row {
        look: Look::Synopsis,
        fits: |text| {
            let of_prompt =
                |line: &&str| shown::prompt_length(line).is_some() && is_synopsis(shown::without_prompt(line));
            text.lines.iter().all(|line| is_template(line)) || text.lines.iter().all(of_prompt)
        },
        examples: &["<file system> <mount point> <type>", "host$ <command> # as root", "$ tool [options] <file>"],
    },
    Row {
        look: Look::Prompts,
        fits: |text| text.prompted,
        examples: &["$ ls\na", "user@host:~$ pwd\n/home", "tool --help\n\nUsage: tool [options]"],
    },
    Row {
        look: Look::Usage,
        fits: |text| {
            let usage = |line: &str| line.trim().get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case("usage:"));
            text.lines.len() > 1 && usage(text.lines[0])
        },
        examples: &["usage: tool [-h] name\n\noptions:\n  -h  help", "Usage:\n  tool [options]"],
    },
    Row {
        look: Look::Crontab,
        fits: |text| is_crontab(&text.code),
        examples: &["0 3 * * * /usr/bin/backup", "@reboot /x.sh", "MAILTO=me\n*/5 * * * * root a b"],
    },
    Row {
        look: Look::Tree,
        fits: |text| {
            text.lines.iter().any(|line| {
                line.contains("── ")
                    || line.trim_start().starts_with(['└', '├'])
                    || line.trim_start().starts_with("|-- ")
                    || line.trim_start().starts_with("`-- ")
            })
        },
        examples: &["app/\n├── main.py\n└── .env", ".\n|-- a", "sda 8:0\n└─sda1 8:1"],
    },
    Row {
        look: Look::Table,
        fits: |text| is_table(&text.lines),
        examples: &[
            "+---+\n| a |\n+---+",
            "NAME    READY   STATUS\nx   1/1   Running",
            "To       Action   From\n--       ------   ----",
            "Status: active\n\nTo       Action   From\n--       ------   ----",
        ],
    },
    Row {
        look: Look::Log,
        fits: |text| text.lines.iter().filter(|line| is_message(line)).count() * 2 >= text.lines.len(),
        examples: &[
            "2024-01-01 10:00:00 started",
            "Reading package lists... Done",
            "(error) NOAUTH Authentication required.",
            "● a.service - A\n     Loaded: loaded (/x)\n   Active: active",
        ],
    },
    Row {
        look: Look::Json,
        fits: |text| is_json(&text.lines),
        examples: &["{\n  \"a\": 1\n}", "\"scripts\": {\n}", "[{\"a\": 1}]"],
    },
    Row {
        look: Look::Markup,
        fits: |text| is_markup(text.lines[0]),
        examples: &["<html>\n</html>", "<?php echo 1;", "<VirtualHost *:80>\n</VirtualHost>"],
    },
    Row {
        look: Look::Sql,
        fits: |text| text.code.first().is_some_and(|line| is_sql(line)),
        examples: &["CREATE DATABASE a;", "SELECT 1;"],
    },
    Row {
        look: Look::Synopsis,
        fits: |text| !text.code.is_empty() && text.code.iter().all(|line| is_synopsis(line)),
        examples: &[
            "tool [OPTIONS] FILE",
            "usage: tool [-h] [--all] name",
            "tool <file>...",
            "git clone [--depth N] URL",
            "tool 'command1 arg' 'command2 arg'",
            "tool \"command-a\" \"command-b\"",
        ],
    },
    Row {
        look: Look::Commands,
        fits: |text| share(text, |known| known == Known::Yes) * 2 > 100 && !is_settings_only(text),
        examples: &["sudo apt update", "cd x && make", "for i in 1 2; do echo $i; done", "export A=1"],
    },
    Row {
        look: Look::Question,
        fits: |text| is_question(text.lines[text.lines.len() - 1]),
        examples: &[
            "Enter file in which to save the key:",
            "Remove anonymous users? [Y/n]",
            "Do you wish to continue (y/n)?",
        ],
    },
    Row {
        look: Look::Source,
        fits: |text| is_source(&text.code),
        examples: &[
            "const a = require('a');\na();",
            "import os\nfrom a import b",
            "class A {\n}",
            "a = B(c)\na.fit(x, y)",
            "search.done()",
        ],
    },
    Row {
        look: Look::Settings,
        fits: |text| is_settings(text),
        examples: &[
            "a = 1\nb = 2",
            "timeout = 300",
            "[Unit]\nDescription=x",
            "services:\n  web:\n    image: x",
            "location = /trap {\n  return 444;\n}",
            "listen 80;",
            "upstream {\n  server a weight=3\n  server b\n}",
            "#Banner none",
            "User-agent: *\nDisallow: /x",
        ],
    },
    Row {
        look: Look::Path,
        fits: |text| text.lines.iter().all(|line| is_path(line)),
        examples: &["/backups/server1", "~/Games/settings.ini"],
    },
    Row {
        look: Look::Prose,
        fits: |text| text.code.iter().filter(|line| is_prose(line)).count() * 2 >= text.code.len().max(1),
        examples: &[
            "After the installation is complete, open your browser.",
            "a portrait of a young woman",
            "Available applications:\n  OpenSSH",
        ],
    },
    Row {
        look: Look::Commands,
        fits: |text| share(text, |known| known == Known::Yes) >= 50,
        examples: &["make\n./install.sh"],
    },
    Row {
        look: Look::Maybe,
        fits: |text| share(text, |known| known != Known::No) > 50,
        examples: &["frobnicate now", "x y z"],
    },
    Row { look: Look::Unknown, fits: |_| true, examples: &["title, \"<x>\""] },
];

/// What a text looks like.
pub(in crate::plan) fn look(language: &str, text: &str) -> Look {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let comment = |line: &&&str| {
        let line = line.trim_start();
        line.starts_with('#') && !line.starts_with("#!") || line.starts_with("//")
    };
    let code: Vec<&str> = lines.iter().filter(|line| !comment(line)).map(|line| without_comment(line)).collect();
    let kinds = prompt::lines(language, text);
    // A block that shows what its command prints is a session, with prompts or without.
    let calls = |line: &&str| matches!(typed::known(line), Known::Yes | Known::Likely);
    let prompted = kinds.contains(&Line::Shown) && code.first().is_some_and(calls)
        || kinds.iter().any(|line| matches!(line, Line::Typed { prompt, .. } if *prompt > 0));
    let all: Vec<&str> = text.lines().collect();
    let typed = if prompted { Vec::new() } else { first_lines(&all, text) };
    let text = Text { lines, code, typed, prompted };
    ROWS.iter().find(|row| (row.fits)(&text)).map_or(Look::Unknown, |row| row.look)
}

/// A line without the comment behind it: two spaces and `# `, as commands are explained.
fn without_comment(line: &str) -> &str {
    line.find("  # ").map_or(line, |at| line[..at].trim_end())
}

/// The first line of each command, if these are commands.
fn first_lines(all: &[&str], text: &str) -> Vec<String> {
    let one = |piece: Piece| match piece {
        Piece::Typed(lines) => lines.first().map(|(line, prompt)| without_comment(&all[*line][*prompt..]).to_owned()),
        Piece::Shown(_) => None,
    };
    command::pieces("", text).0.into_iter().filter_map(one).collect()
}

/// Of 100 typed lines, how many are known so.
fn share(text: &Text<'_>, wanted: fn(Known) -> bool) -> usize {
    let count = text.typed.iter().filter(|line| wanted(typed::known(line))).count();
    count * 100 / text.typed.len().max(1)
}

/// Whether all that a line says is what stands where: `<device> <folder> <type>`.
fn is_template(line: &str) -> bool {
    static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*<[A-Za-z][^<>]*>(?P<more>[ \t:,;|]+<[A-Za-z][^<>]*>)*[.…]*$").expect("a valid pattern")
    });
    let typed = shown::without_prompt(line);
    let end = typed.find(" #").unwrap_or(typed.len());
    // `<html>` alone is markup.
    let found = TEMPLATE.captures(typed[..end].trim_end());
    found.is_some_and(|found| found.name("more").is_some() || typed.len() < line.len())
}

/// Whether a line says how a program is called: with options in square brackets, what may be repeated, or any commands.
fn is_synopsis(line: &str) -> bool {
    static OPTIONAL: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(^|\s)(\[(--?[a-zA-Z][\w-]*|[A-Z][A-Z0-9_-]+|[a-z][a-z_]+|<[^>]+>)([ =|,][^\]]*)?(\.\.\.|…)?\]|<[a-z][a-z _-]*>(\.\.\.|…)|[A-Z][A-Z_]+(\.\.\.|…))(\.\.\.|…)?(\s|$)";
        Regex::new(pattern).expect("a valid pattern")
    });
    // Two commands of which only a number or a letter tells which is which: `'command1 arg' 'command2 arg'`.
    static COMMANDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(^|[\s'\x22])(?P<noun>command|cmd)[-_]?(?P<which>\d|[a-z])\b").expect("a valid pattern")
    });
    let line = line.trim();
    let whichever: BTreeSet<&str> =
        COMMANDS.captures_iter(line).filter_map(|found| Some(found.name("which")?.as_str())).collect();
    if whichever.len() > 1 {
        return true;
    }
    let says = line.get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case("usage:"));
    let program = line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '/');
    says || program && OPTIONAL.is_match(line)
}

fn is_address(line: &str) -> bool {
    let line = line.trim().trim_matches('`');
    (line.starts_with("http://") || line.starts_with("https://")) && !line.contains(' ')
}

fn is_key(line: &str) -> bool {
    let key =
        ["ssh-rsa ", "ssh-ed25519 ", "ssh-dss ", "ecdsa-sha2-"].iter().any(|kind| line.trim_start().starts_with(kind));
    key && line.contains(" AAAA") || line.starts_with("-----BEGIN ")
}

fn is_crontab(code: &[&str]) -> bool {
    let time = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "*/,-".contains(c))
            && (word.starts_with('*')
                || word.starts_with(|c: char| c.is_ascii_digit())
                || ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|day| word.starts_with(day)))
    };
    let is_line = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.len() > 5 && words[..5].iter().all(|word| time(word))
            || words.len() > 1
                && ["@reboot", "@daily", "@hourly", "@weekly", "@monthly", "@yearly", "@midnight"].contains(&words[0])
    };
    let sets = |line: &&str| {
        line.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    };
    code.iter().any(&is_line) && code.iter().all(|line| is_line(line) || sets(line))
}

fn is_table(lines: &[&str]) -> bool {
    let ruled = |line: &&str| {
        let line = line.trim();
        line.starts_with("+--")
            || line.starts_with("| ") && line.ends_with('|')
            || line.starts_with(['┌', '│', '╭', '╔', '┏', '─', '━'])
    };
    let columns = |line: &str| line.trim().split("  ").filter(|column| !column.trim().is_empty()).count();
    let headed = |line: &str| {
        columns(line) >= 2
            && line.chars().any(char::is_alphabetic)
            && !line.chars().any(char::is_lowercase)
            && !line.contains(['$', '='])
            || line.split_whitespace().count() >= 3
                && line
                    .split_whitespace()
                    .all(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || "%-_()".contains(c)))
    };
    let dashed = |line: &&str| columns(line) >= 2 && line.chars().all(|c| c == '-' || c == '=' || c == ' ');
    let listed = |line: &&str| {
        line.len() > 10
            && line.starts_with(['d', '-', 'l'])
            && line.as_bytes()[1..10].iter().all(|b| b"rwx-stST".contains(b))
    };
    lines.iter().any(ruled)
        || headed(lines[0])
        || lines.iter().any(dashed)
        || lines.iter().any(listed)
        || lines[0].starts_with("Filesystem ")
        || lines[0].trim_start().starts_with("UNIT ")
}

/// Whether a line reads as what a program tells.
fn is_message(line: &str) -> bool {
    let line = line.trim();
    let digits = |range: &str| !range.is_empty() && range.chars().all(|c| c.is_ascii_digit() || "-/:.,TZ".contains(c));
    let dated =
        line.split_whitespace().next().is_some_and(|word| word.len() >= 8 && digits(word) && word.contains(['-', ':']));
    let month = ["Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "]
        .iter()
        .any(|month| line.starts_with(month));
    let bullet = line.starts_with(['●', '✓', '✔', '✅', '→', '○', '×', '✗', '⠿']);
    let bracket = line.starts_with(['[', '('])
        && !line.ends_with([']', ')', '{'])
        && line.chars().nth(1).is_some_and(|c| c.is_alphanumeric() || c == '+');
    let marked = bullet || bracket && line.contains(' ') && !line.contains('=') && !line.contains(" && ");
    let told = [
        "Reading package lists",
        "Building dependency tree",
        "Get:",
        "Hit:",
        "Setting up ",
        "Unpacking ",
        "Created symlink",
        "Loaded: ",
        "Active: ",
        "Main PID: ",
        "Tasks: ",
        "Memory: ",
        "CGroup: ",
        "Docs: ",
        "level=",
        "time=",
        "WARNING: ",
        "ERROR: ",
        "INFO: ",
        "Error: ",
        "error: ",
        "Warning: ",
        "Successfully ",
        "Generating ",
    ]
    .iter()
    .any(|begin| line.starts_with(begin));
    let dots = line.ends_with("... done")
        || line.ends_with("...done.")
        || line.ends_with("... Done")
        || line.ends_with("... done.")
        || line.ends_with("... OK");
    let said = line.ends_with(": command not found")
        || line.ends_with("No such file or directory")
        || line.contains(" not found.");
    dated || month || marked || told || dots || said
}

fn is_json(lines: &[&str]) -> bool {
    let (first, last) = (lines[0].trim(), lines[lines.len() - 1].trim());
    let key = |line: &str| line.starts_with('"') && line.contains("\":");
    first == "{" && last.starts_with('}')
        || first.starts_with("{\"")
        || first.starts_with("[{")
        || first == "[" && last.starts_with(']')
        || key(first)
        || first == "{" && lines.get(1).is_some_and(|line| key(line.trim()))
}

fn is_markup(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("<?")
        || line.starts_with("<!")
        || line.starts_with('<') && line.contains('>') && !line.starts_with("<<")
}

fn is_sql(line: &str) -> bool {
    let verbs = [
        "CREATE ",
        "SELECT ",
        "INSERT INTO ",
        "GRANT ",
        "ALTER ",
        "DROP ",
        "UPDATE ",
        "DELETE FROM ",
        "FLUSH ",
        "SHOW ",
        "USE ",
        "SET PASSWORD",
        "REVOKE ",
        "DESCRIBE ",
    ];
    let line = line.trim();
    verbs.iter().any(|verb| line.get(..verb.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(verb)))
        && (line.starts_with(|c: char| c.is_ascii_uppercase()) || line.ends_with(';'))
}

fn is_question(line: &str) -> bool {
    let line = line.trim();
    let asks = [
        "[Y/n]",
        "[y/N]",
        "(y/n)",
        "(Y/n)",
        "(y/N)",
        "[y/n]",
        "(yes/no)",
        "[yes/no]",
        "y|Y",
        "[Yes/no]",
        "(Y)es/(N)o",
        "[n]",
        "[y]",
    ]
    .iter()
    .any(|mark| line.contains(mark));
    asks || (line.ends_with([':', '?'])
        && line.starts_with(|c: char| c.is_uppercase() || c == '[' || c == '(')
        && line.split_whitespace().count() > 1)
}

/// Whether all that is typed would only set variables, as a file of settings does.
fn is_settings_only(text: &Text<'_>) -> bool {
    let sets = |line: &&str| {
        line.split_once('=').is_some_and(|(name, value)| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c))
                && !value.contains("$(")
                && !value.contains('`')
                && (!value.contains(' ') || value.starts_with(['"', '\'']))
        })
    };
    // No command goes on with a sign of its own: `timeout = 300`.
    let spaced = |line: &&str| {
        let mut words = line.split_whitespace().skip(1);
        words.next() == Some("=")
            && words.next().is_some()
            && !line.starts_with(['[', '!'])
            && !line.starts_with("test ")
    };
    let named = |line: &&str| {
        line.split_once('=').is_some_and(|(name, _)| {
            name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
    };
    let one = |line: &&str| sets(line) || spaced(line);
    !text.code.is_empty() && (text.code.iter().all(one) || text.code.len() > 1 && text.code.iter().all(named))
}

fn is_settings(text: &Text<'_>) -> bool {
    // Comments alone, written as switched-off settings are.
    if text.code.is_empty() {
        return text.lines.iter().any(|line| line.starts_with('#') && !line.starts_with("# ") && line.len() > 1);
    }
    let one = |line: &&&str| {
        let line = line.trim();
        let section = line.starts_with('[') && line.ends_with(']') && !line.starts_with("[ ");
        let key = line.find(|c: char| !(c.is_alphanumeric() || "_-./$\"'*".contains(c))).unwrap_or(line.len());
        let rest = &line[key..];
        let pair = key > 0
            && (rest.starts_with('=') && !rest.starts_with("==")
                || rest.starts_with(" = ")
                || rest.starts_with(": ")
                || rest == ":"
                || rest.starts_with(" => ")
                || rest.starts_with(":="));
        let item = line.starts_with("- ");
        let statement = line.ends_with(';') && !line.contains("; do")
            || line.ends_with('{')
            || line == "}"
            || line == "};"
            || line == "},";
        section || pair || item || statement
    };
    // `upstream {` … `}`: what stands between them is its content.
    let first = text.code[0].trim();
    let braced = first.ends_with(" {")
        && !first.contains(['(', ')', '|', ';'])
        && text.code.len() > 1
        && text.code[text.code.len() - 1].trim() == "}";
    let count = text.code.iter().filter(one).count();
    braced || count * 2 > text.code.len()
}

fn is_source(code: &[&str]) -> bool {
    let begins = [
        "import ",
        "from ",
        "const ",
        "let ",
        "var ",
        "function ",
        "class ",
        "def ",
        "package ",
        "use ",
        "namespace ",
        "public ",
        "private ",
        "return ",
        "async ",
        "await ",
        "#include",
        "require(",
        "require ",
        "module.",
        "@app.",
        "export default",
        "export const",
        "type ",
        "func ",
    ];
    let reads = |line: &&&str| {
        let line = line.trim_start();
        begins.iter().any(|begin| line.starts_with(begin))
            || line.ends_with(");")
            || line.ends_with("();")
            || line.ends_with("=> {")
            || line.contains(" = new ")
            || is_call(line)
    };
    !code.is_empty() && code.iter().filter(reads).count() * 2 >= code.len()
}

/// Whether a line calls a function, and may keep what it returns: `a.fit(x, y)`, `search = Search(a)`.
fn is_call(line: &str) -> bool {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([A-Za-z_]\w*(\.\w+)* = )?[A-Za-z_]\w*(\.\w+)*\([^()]*\)$").expect("a valid pattern")
    });
    CALL.is_match(line.trim())
}

fn is_path(line: &str) -> bool {
    let line = line.trim();
    let runs = [".sh", ".py", ".run", ".AppImage"].iter().any(|end| line.ends_with(end))
        || line.starts_with("./")
        || line.contains("/bin/")
        || line.contains("/sbin/")
        || line.contains("/init.d/");
    line.starts_with(['/', '~']) && line.len() > 2 && !line.contains(' ') && !runs
}

fn is_prose(line: &str) -> bool {
    let line = line.trim();
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(first) = words.first() else { return false };
    let plain =
        words.iter().filter(|word| word.chars().all(|c| c.is_alphabetic() || "'’.,:;!?()\"".contains(c))).count();
    let function = words
        .iter()
        .filter(|word| {
            [
                "a", "an", "the", "of", "and", "to", "is", "are", "your", "you", "in", "on", "with", "for", "this",
                "that", "or", "it",
            ]
            .contains(&word.to_ascii_lowercase().as_str())
        })
        .count();
    let capital = first.starts_with(|c: char| c.is_uppercase())
        && first.chars().skip(1).all(|c| c.is_lowercase() || !c.is_alphanumeric());
    let known = typed::known(line) == Known::Yes;
    capital && plain * 2 > words.len() && !line.contains(" -") && !line.contains(['$', '|', '=', '/'])
        || capital && function >= 2
        || !known && function >= 2 && plain * 10 >= words.len() * 7 && words.len() > 3
        || words.len() == 1 && line.ends_with(':') && capital
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_knows_its_examples() {
        for row in ROWS {
            for text in row.examples {
                assert_eq!(look("", text), row.look, "{text}");
            }
        }
    }
}
