//! How shells and programs say that they failed.

use regex::Regex;
use std::sync::LazyLock;

use super::{
    clean::clean,
    line::{self, Run, base, pieces},
    program::{Program, named, rows},
};

/// Characters of a command's last line in a message.
const LONGEST_SAID: usize = 160;

/// The last line that a command printed: mostly why it failed.
pub(crate) fn said(output: &str) -> String {
    let output = clean(output);
    let says = |line: &&str| line.chars().any(char::is_alphanumeric);
    let last = output.lines().rfind(says).map(str::trim);
    // Node.js says at the end of a crash which version it is, and why it has crashed above the calls that led there.
    let crash = last.filter(|line| line.starts_with("Node.js v") && line.split(' ').count() == 2).and_then(|_| {
        let called = output.lines().position(|line| line.trim_start().starts_with("at "))?;
        let above: Vec<&str> = output.lines().take(called).map(str::trim).collect();
        above.iter().copied().find(|line| CRASH.is_match(line)).or_else(|| above.last().copied())
    });
    let last = crash.or(last);
    last.map_or(String::new(), |line| format!(": {}", line.chars().take(LONGEST_SAID).collect::<String>()))
}

/// How Node.js begins to tell of an error that nobody has caught.
static CRASH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(Uncaught )?\w*Error\b.*: ").expect("a valid pattern"));

/// Nobody listened where the command knocked: mostly a server that is not ready yet.
pub(crate) fn is_refused(output: &str) -> bool {
    let output = output.to_ascii_lowercase();
    ["connection refused", "failed to connect", "could not connect"].iter().any(|said| output.contains(said))
}

/// Whether this status of a program says that it failed, so that no reader would pass over it.
pub(crate) fn tells(program: &str, status: i32) -> bool {
    named(program).and_then(|row| row.tells).is_some_and(|fine| !fine.contains(&status))
}

/// Whether a program is there to fetch something.
pub(crate) fn fetches(program: &str) -> bool {
    named(program).is_some_and(|row| row.fetches)
}

/// Whether a program says of others that they are not there.
fn speaks(name: &str) -> bool {
    named(name).is_some_and(|row| row.speaks)
}

/// Whether a shell says it: it also speaks of what it does itself, such as `cd`, and of a file that it was to open.
fn is_shell(name: &str) -> bool {
    named(name).is_some_and(|row| row.speaks && row.shell)
}

/// The command of which a shell says in this line that it is not there: `bash: line 1: x: command not found`,
/// `sh: 1: x: not found`, `zsh: command not found: x`.
pub(crate) fn not_found(line: &str) -> Option<&str> {
    let line = line.trim();
    // Who runs several commands says in brackets which of them it was.
    let line = line.strip_prefix('[').and_then(|rest| Some(rest.split_once("] ")?.1)).unwrap_or(line);
    let (shell, rest) = line.split_once(": ")?;
    let shell = shell.trim_start_matches('-');
    if !speaks(shell) {
        return None;
    }
    if let Some((_, name)) = rest.rsplit_once("command not found: ") {
        return Some(name);
    }
    let rest = rest.strip_suffix(": command not found").or_else(|| rest.strip_suffix(": not found"))?;
    // Between shell and name there is a line's number at most; `bash: type: x: not found` is an answer.
    let (number, name) = rest.rsplit_once(": ").unwrap_or(("", rest));
    let number = number.strip_prefix("line ").unwrap_or(number);
    number.chars().all(|c| c.is_ascii_digit()).then_some(name)
}

/// How programs of other languages than the shell's say that what they wanted to start is not there: what the line looks like, and
/// what else must be printed. The group is its name.
const UNSTARTED: &[(&str, &str)] = &[
    (r"^FileNotFoundError: \[Errno 2\] No such file or directory: '([\w+-]+)'$", "_execute_child"),
    (r"\bspawn(?:Sync)? ([\w.+-]+) ENOENT\b", ""),
    (r#"\bexec: "([\w.+-]+)": executable file not found in"#, ""),
    (r"^\S*\benv: ['‘]?([\w.+-]+)['’]?: No such file or directory$", ""),
];

/// The program that a command wanted to start and did not find, with the line that says so: `curl` of
/// `FileNotFoundError: [Errno 2] No such file or directory: 'curl'`.
pub(crate) fn unstarted(output: &str) -> Option<(&str, &str)> {
    static PATTERNS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| UNSTARTED.iter().map(|row| Regex::new(row.0).expect("a valid pattern")).collect());
    let of_line = |line: &'_ str| -> Option<std::ops::Range<usize>> {
        let mut rows = UNSTARTED.iter().zip(PATTERNS.iter()).filter(|((_, beside), _)| output.contains(beside));
        rows.find_map(|(_, pattern)| Some(pattern.captures(line)?.get(1)?.range()))
    };
    output.lines().find_map(|line| of_line(line.trim()).map(|range| (&line.trim()[range], line.trim())))
}

/// How programs say that they did not find or open something.
const UNFOUND: &[&str] = &["No such file or directory", "annot open", "can't open", "annot access", "can't cd to"];

/// Whether a line of output says that a command of the typed line failed.
pub(crate) fn fails(said: &str, line: &str, words: &[&str]) -> bool {
    let runs = |name: &str| words.iter().any(|word| base(word) == name);
    // What reads no commands and says `E: …` means all of what it was to do.
    let refuses =
        |row: &Program| row.prompts.is_empty() && refusal(row.name()).is_some_and(|looks| looks.is_match(said));
    if words.iter().filter_map(|word| named(word)).any(refuses) {
        return true;
    }
    let Some((who, rest)) = said.split_once(": ").filter(|_| UNFOUND.iter().any(|text| said.contains(text))) else {
        return false;
    };
    // `tar (child): x: Cannot open: …`.
    let name = base(who.split(' ').next().unwrap_or(who).trim_start_matches('-'));
    let typed = |part: &str| {
        let path = path(part);
        let at_home = |word: &&str| word.strip_prefix('~').is_some_and(|end| end.len() > 1 && path.ends_with(end));
        words.contains(&path) || words.iter().any(at_home) || path.contains(' ') && line.contains(path)
    };
    let of = |part: &&str| !UNFOUND.contains(part) && *part != "Cannot open";
    (is_shell(name) || runs(name) && !named(name).is_some_and(|row| row.removes))
        && rest.split(": ").filter(of).any(typed)
}

/// How programs say that a file is not there, in lower case.
static LACKED: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"no such file|enoent|does(n't| not) exist|not( be)? found|not a (valid )?(file|path|directory)|(cannot|can't|could not|couldn't|unable to|failed to) (find|open|read|access|load)|no files? (match|found|specified|called|named)|not matched by";
    Regex::new(words).expect("a valid pattern")
});

/// The file of the reader's that a typed line names, if the line's program says that it is not there: `a.csv` of
/// `Error: Path 'a.csv' does not exist.`
pub(crate) fn lacks_file(output: &str, typed: &str) -> Option<String> {
    let output = clean(output);
    let says = |name: &str| output.lines().any(|line| line.contains(name) && LACKED.is_match(&line.to_lowercase()));
    // A pattern that fits nothing is taken as it is: `/root/** does not exist`.
    let unmatched = |word: &str| word.split('/').filter(|part| part.contains('*')).any(says);
    let mut words = line::commands(typed).flat_map(|command| line::words(command).into_iter().skip(1));
    words.find(|word| {
        if unmatched(word) {
            return true;
        }
        let is_word = !word.starts_with('-') && !word.contains("://") && word.chars().any(char::is_alphabetic);
        let name = base(word.trim_end_matches('/'));
        // A word that looks like none is a path where it is told as one: `/root/folder could not be found`.
        let told = |line: &str| {
            line.split(|c: char| c.is_whitespace() || "'\"`:,".contains(c))
                .any(|path| path.ends_with(&format!("/{name}")))
        };
        is_word
            && if word.contains(['.', '/']) {
                says(name)
            } else {
                output.lines().any(|line| LACKED.is_match(&line.to_lowercase()) && told(line))
            }
    })
}

/// The file of the reader's project that a program says is not there, though nobody has named it: `pyproject.toml` of
/// `No file called 'pyproject.toml' found`. Files that come with programs are none of the reader's.
pub(crate) fn lacks_project_file(output: &str) -> Option<String> {
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        let names = r"[\w-][\w.-]*\.(?:toml|json|ya?ml|cfg|ini|config\.\w+)|\.\w[\w.-]*rc|Makefile|Dockerfile|Gemfile|Procfile|Pipfile|requirements\.txt|go\.mod";
        Regex::new(&format!(r#"(?:^|[\s'"`‘(])(?P<folder>[\w./~-]*/)?(?P<name>{names})(?:$|[\s'"`’),:])"#))
            .expect("a valid pattern")
    });
    let of_program = |folder: &str| {
        let own = ["lib", "usr", "etc", "opt", "node_modules", "site-packages", "dist-packages", "share"];
        folder.split('/').any(|part| own.contains(&part))
    };
    let output = clean(output);
    let says = |line: &&str| LACKED.is_match(&line.to_lowercase()) && !line.to_lowercase().contains("warn");
    let lacking = |line: &str| {
        let found = FILE.captures(line)?;
        let folder = found.name("folder").map_or("", |folder| folder.as_str());
        (!of_program(folder)).then(|| found["name"].to_owned())
    };
    output.lines().filter(says).find_map(lacking)
}

/// Whether a line speaks of a failure by its words.
fn is_of_failure(line: &str) -> bool {
    let line = line.to_lowercase();
    FAILURE.is_match(&line) && !NONE.is_match(&line)
}

/// The first line of an output that speaks of a failure.
pub(crate) fn speaks_of_failure(output: &str) -> Option<String> {
    let output = clean(output);
    output.lines().find(|line| is_of_failure(line)).map(|line| line.trim().to_owned())
}

/// How programs speak of a failure, in lower case.
static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    let words = "error|fatal|failed|failure|cannot|can't|could not|couldn't|unable|denied|refused|not found|no such|invalid|\
        unknown|unrecognized|does(n't| not) exist|exception|traceback";
    Regex::new(&format!(r"\b({words})\b")).expect("a valid pattern")
});

/// Counts of failures, of which there are none.
static NONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(0|no) (error|failed|failure)").expect("a valid pattern"));

/// Whether a line of output is how the typed line says that it failed.
pub(crate) fn says_failure(said: &str, line: &str) -> bool {
    let said = said.trim();
    let who = said.split_once(": ").map(|(who, _)| base(who.trim_start_matches('-')));
    let by_name =
        who.is_some_and(|who| is_shell(who) || pieces(line).any(|word| !word.is_empty() && base(word) == who));
    by_name || is_of_failure(said)
}

/// Whether a line of output tells what a program has found at a place of a file, as linters and compilers do: `a.py:4: unused name`.
pub(crate) fn is_finding(said: &str) -> bool {
    static FINDING: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\S+\.\w+:\d+(:\d+)?:? \S").expect("a valid pattern"));
    FINDING.is_match(said.trim())
}

/// How a program says in a line of its own that it failed, whatever its status: what the line looks like, and an example.
const ADMISSIONS: &[(&str, &str)] = &[
    (
        r"^(\[?[!-~]{1,40}?[:\]] )?\[?(e|err|error|fatal|failure|panic)\]?( \d+)?( \(\w+\)|\[\w+\])?( in [\w./-]+)?:( |$)",
        "ERROR 1045 (28000): Access denied",
    ),
    (r"^\[(error|fatal|fail(ed|ure)?)\]", "[ERROR] no configuration"),
    (
        r"^([!-~]{1,40}: )?(could(n.t| not)|can(not|.t| not)|unable to|fail(ed|ure) to|refus(ed|ing) to|did not|does not exist) ",
        "Could not delete non-existent rule",
    ),
    (
        r"^([!-~]{1,40}: )?(no such|permission denied|access denied|operation not permitted|connection refused|command not found|not found:)",
        "No such container: web",
    ),
    (
        r"^([!-~]{1,40}: )?(invalid|unknown|unrecogni[sz]ed|unsupported|illegal|bad) (option|command|argument|subcommand|flag|name|value|user|group|service|package)",
        "unknown command \"x\" for \"kubectl\"",
    ),
    (
        r"^[!-~]{1,40}: .*(no such file or directory|permission denied|not found|refused|not permitted|does not exist|invalid option.*)\.?$",
        "ufw: rule 7 does not exist",
    ),
    (r"(^|[ :])(failed|not permitted|refused|denied|rejected|aborted|unsuccessful)[.!]*$", "Installation failed."),
    (r"^traceback \(most recent call last\)|^[\w.]*(error|exception): ", "NameError: name 'x' is not defined"),
    (r"^([✗✘❌] |(exit|return) (code|status) [1-9])", "✗ no cluster"),
];

/// Lines of an output that are looked at: a program that fails ends with saying so.
const LAST_LINES: usize = 3;

/// The lines at the end of its output in which a command says that it failed: of one that ended with status 0, what a reader
/// would stop at. Commands that show what others wrote (`cat`, `grep`, `journalctl`) say nothing by it.
pub fn admitted(line: &str, output: &str) -> Vec<String> {
    static ADMITS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let regex = |(looks, _): &(&str, &str)| Regex::new(&format!("(?i){looks}")).expect("a valid pattern");
        ADMISSIONS.iter().map(regex).collect()
    });
    static WARNS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)^\W*(warn(ing)?|note|info|notice|debug|hint)\b").expect("a valid pattern"));
    let first = line::pipeline(line).first().and_then(|command| Run::of(command));
    let shows = first.is_some_and(|run| run.is_showing());
    if shows {
        return Vec::new();
    }
    let output = clean(output);
    let last = output.lines().rev().map(str::trim).filter(|said| !said.is_empty()).take(LAST_LINES);
    let admits = |said: &&str| {
        !WARNS.is_match(said) && !NONE.is_match(&said.to_lowercase()) && ADMITS.iter().any(|looks| looks.is_match(said))
    };
    let mut found: Vec<String> = last.filter(admits).map(str::to_owned).collect();
    found.reverse();
    found
}

/// The path in a part of a message: what stands in quotes, or else its last word.
fn path(part: &str) -> &str {
    let quoted = part.split_once(['\'', '‘', '"']).and_then(|(_, rest)| rest.rsplit_once(['\'', '’', '"']));
    quoted.map_or_else(|| part.rsplit(' ').next().unwrap_or(part), |(path, _)| path)
}

/// How the program of this name says that it did not do what was typed.
pub(crate) fn refusal(name: &str) -> Option<&'static Regex> {
    static REFUSALS: LazyLock<Vec<(&Program, Regex)>> = LazyLock::new(|| {
        let one = |row: &'static Program| {
            let (looks, _) = row.refuses?;
            Some((row, Regex::new(looks).expect("a valid pattern")))
        };
        rows().filter_map(one).collect()
    });
    let program = named(name)?;
    REFUSALS.iter().find(|(row, _)| std::ptr::eq(*row, program)).map(|(_, looks)| looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_last() {
        let crash = "node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\nError: Cannot find module 'a'\n\
            Require stack:\n- /root/server.js\n    at f (node:internal:1) {\n  code: 'MODULE_NOT_FOUND'\n}\n\nNode.js v24.1.0";
        for (output, last) in [
            (crash, ": Error: Cannot find module 'a'"),
            ("a\nfailed: {\n  x: 1\n}\n", ": x: 1"),
            ("Node.js v24.1.0", ": Node.js v24.1.0"),
            ("a\nb\n\n", ": b"),
            ("", ""),
        ] {
            assert_eq!(said(output), last, "{output}");
        }
    }

    #[test]
    fn programs_that_others_start() {
        let python =
            |what: &str| format!("in _execute_child\nFileNotFoundError: [Errno 2] No such file or directory: '{what}'");
        for (output, name) in [
            (python("curl"), Some("curl")),
            (python("data/a.csv"), None),
            ("FileNotFoundError: [Errno 2] No such file or directory: 'data'".into(), None),
            ("Error: spawn git ENOENT\n    at x".into(), Some("git")),
            ("Error: spawnSync ffmpeg ENOENT".into(), Some("ffmpeg")),
            ("exec: \"docker\": executable file not found in $PATH".into(), Some("docker")),
            ("/usr/bin/env: 'node': No such file or directory".into(), Some("node")),
            ("env: ‘python’: No such file or directory".into(), Some("python")),
            ("Error: ENOENT: no such file or directory, open 'a'".into(), None),
            ("it is well".into(), None),
        ] {
            assert_eq!(unstarted(&output).map(|(name, _)| name), name, "{output}");
        }
    }

    #[test]
    fn files_of_a_project() {
        for (output, file) in [
            (
                "x.Error: No file called 'pyproject.toml' with a [project] section found. Exiting.",
                Some("pyproject.toml"),
            ),
            ("npm error enoent Could not read package.json: Error: ENOENT: no such file", Some("package.json")),
            ("Error: ENOENT: no such file or directory, open '/root/package.json'", Some("package.json")),
            ("make: Makefile: No such file or directory", Some("Makefile")),
            ("Error: Cannot find module '/root/node_modules/a/package.json'", None),
            ("ENOENT: no such file or directory, open '/usr/share/a.json'", None),
            ("warning: .toolrc not found, using defaults", None),
            ("No such file or directory: 'curl'", None),
            ("error: invalid value in pyproject.toml", None),
            ("libfoo.so.1: cannot open shared object file: No such file or directory", None),
        ] {
            assert_eq!(lacks_project_file(output).as_deref(), file, "{output}");
        }
        assert_eq!(lacks_file("Error: /root/** does not exist", "tool **/*.py -c").as_deref(), Some("**/*.py"));
        assert_eq!(lacks_file("Error: the key * is not valid", "tool **/*.py -c"), None);
        assert!(speaks_of_failure("Broken 2 paths").is_none() && speaks_of_failure("Error: x").is_some());
    }

    #[test]
    fn files_that_a_reader_has() {
        for (output, typed, file) in [
            ("Error: Path 'a.csv' does not exist.", "tool a.csv b.db", Some("a.csv")),
            ("[Errno 2] No such file or directory: 'loop.py'", "A=1 tool loop.py --theme x", Some("loop.py")),
            ("tool: cannot open in/x.svg", "cat y | tool -f in/x.svg", Some("in/x.svg")),
            ("Error: unknown option '--all'", "tool a.csv --all", None),
            ("bash: tool: command not found", "tool a.csv", None),
            ("a.csv: 3 lines\nconfig.json not found", "tool a.csv", None),
            ("No such file or directory: x", "tool x", None),
            ("Error: /root/src could not be found.", "tool src --all", Some("src")),
            ("tee: /usr/share/zsh/x: No such file or directory", "tool --for zsh | tee /tmp", None),
        ] {
            assert_eq!(lacks_file(output, typed).as_deref(), file, "{typed}");
        }
    }

    #[test]
    fn what_was_said_last() {
        assert_eq!(said("a\nE: no such package\n\n"), ": E: no such package");
        assert_eq!(said(""), "");
        assert_eq!(said(&"é".repeat(1000)).chars().count(), LONGEST_SAID + 2);
    }

    #[test]
    fn lines_that_say_a_failure() {
        for (line, said, says) in [
            ("ls /x", "ls: cannot access '/x': No such file or directory", true),
            ("foo", "bash: foo: command not found", true),
            ("sudo /bin/calc 1/0", "calc: divided by zero", true),
            ("./run", "ERROR: no", true),
            ("./run", "permission denied", true),
            ("./run", "3 passed, 0 failed", false),
            ("./run", "all is well", false),
            ("./run", "", false),
        ] {
            assert_eq!(says_failure(said, line), says, "{line}: {said}");
        }
    }

    #[test]
    fn what_a_status_of_zero_does_not_tell() {
        for (_, example) in ADMISSIONS {
            assert_eq!(admitted("./run", example), [*example]);
            assert_eq!(admitted("./run", &format!("a\n{example}\n\n")), [*example]);
            assert!(admitted("cat log", example).is_empty() && admitted("sudo docker logs web", example).is_empty());
        }
        for (line, output, admits) in [
            ("echo \"Could not delete non-existent rule\"", "Could not delete non-existent rule", 1),
            (
                "sudo ufw delete allow 80",
                "Could not delete non-existent rule\nCould not delete non-existent rule (v6)",
                2,
            ),
            ("apt install x; true", "Reading package lists...\nE: Unable to locate package x", 1),
            ("git push || true", "fatal: not a git repository (or any of the parent directories): .git", 1),
            ("systemctl start x", "Failed to start x.service: Unit x.service not found.", 1),
            ("./test", "12 passed, 0 failed", 0),
            ("./test", "Build finished with 0 errors", 0),
            ("./test", "Tests: 12 passed, 1 failed", 1),
            ("pip install x", "WARNING: could not find a version", 0),
            ("./run", "error.log written", 0),
            ("./run", "Cannotbury is a town", 0),
            ("./run", "the port was not found in use", 0),
            ("sudo ufw status", "Status: inactive", 0),
            ("sudo nginx -t", "nginx: configuration file /etc/nginx/nginx.conf test is successful", 0),
            ("make", "error: early\na\nb\nc", 0),
            ("grep -i error log", "error: x", 0),
            ("journalctl -u nginx | tail -3", "error: x", 0),
            ("true", "", 0),
        ] {
            assert_eq!(admitted(line, output).len(), admits, "{line}: {output}");
        }
    }
}
