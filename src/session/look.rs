//! What a line on a terminal looks like to somebody who waits for a program: a prompt, a question, a pager.
//!
//! All of this is a guess, and used only where no mark tells for sure.

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

/// How much a line looks like a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    No,
    /// It may be one; programs also print such lines while they work.
    Perhaps,
    Likely,
}

/// Judges a line in which the cursor stands at the end.
pub(crate) fn question(line: &str) -> Question {
    static LIKELY: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)(([?\]):>] )|\?|(password|passphrase|passwort)[^:]*:|\((y|yes)[/|](n|no)[^)]*\)[:?]?|\[(y|yes)[/|](n|no)[^\]]*\][:?]?|press (any key|enter|return)\b.*|hit (any key|enter|return)\b.*)$",
        )
    });
    static PERHAPS: LazyLock<Regex> = LazyLock::new(|| regex(r"[:?\])>] ?$"));
    static PROGRESS: LazyLock<Regex> = LazyLock::new(|| regex(r"\d ?%|\[[#=>. *-]*\]|\.\.\.[: ]*$|ETA|\d+/\d+"));
    if line.trim().is_empty() || PROGRESS.is_match(line) {
        Question::No
    } else if LIKELY.is_match(line) {
        Question::Likely
    } else if PERHAPS.is_match(line) {
        Question::Perhaps
    } else {
        Question::No
    }
}

/// A pager waits: the last row of a full screen, or of a page.
pub(crate) fn is_pager(row: &str) -> bool {
    static PAGER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(^:$|\(END\)$|^--More--|^lines \d+|^Manual page |\(press h for help)"));
    PAGER.is_match(row.trim())
}

/// A command whose full screen is a pager's, whatever it shows.
pub(crate) fn runs_pager(line: &str) -> bool {
    const PAGERS: &[&str] = &["less", "more", "most", "man", "zless", "git", "journalctl", "systemctl"];
    last_command(line).first().is_some_and(|word| PAGERS.contains(&base(word)))
}

/// A command that shows or moves the shell's jobs on purpose.
pub(crate) fn is_about_jobs(line: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric())
        .any(|word| ["jobs", "fg", "bg", "wait", "kill", "pkill", "killall"].contains(&word))
}

/// Output without the shell's notices at its end that jobs of earlier commands have ended: `[1]+  Done   sleep 1`.
pub(crate) fn without_notices(output: &str) -> &str {
    static NOTICE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(^|\n)\[\d+\][ +-] +(Done|done|Exit \d+|Terminated|Killed|Hangup)(  .*)?$"));
    let mut rest = output;
    while let Some(notice) = NOTICE.find(rest) {
        rest = &rest[..notice.start()];
    }
    rest
}

/// apt asks whether it may go on.
pub(crate) fn is_apt_question(line: &str, commands: &[String]) -> bool {
    const APT: &[&str] = &["apt", "apt-get", "aptitude"];
    let words =
        commands.iter().flat_map(|command| command.split(|c: char| c.is_whitespace() || "|;&()'\"`".contains(c)));
    line.ends_with("Do you want to continue? [Y/n] ") && words.map(base).any(|word| APT.contains(&word))
}

/// The commands of the last pipeline of a line. Quotes are not looked at.
fn pipeline(line: &str) -> Vec<&str> {
    let bytes = line.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    // `2>&1` and `&>file` are redirections.
    let separates = |index: usize| match bytes[index] {
        b';' => true,
        b'&' => at(index + 1) != b'>' && (index == 0 || at(index - 1) != b'>'),
        b'|' => at(index + 1) == b'|' || (index > 0 && at(index - 1) == b'|'),
        _ => false,
    };
    let (mut start, mut last) = (0, line);
    for end in (0..line.len()).filter(|index| separates(*index)).chain([line.len()]) {
        let part = &line[start..end];
        if !part.trim().is_empty() {
            last = part;
        }
        start = end + 1;
    }
    last.split('|').filter(|part| !part.trim().is_empty()).collect()
}

/// The words of a command, without `sudo`, its options and assignments.
fn words(command: &str) -> Vec<&str> {
    const WITH_VALUE: &[&str] = &["-u", "-g", "--user", "--group", "-D", "-C"];
    let mut words = command.split_whitespace().peekable();
    while let Some(word) = words.peek() {
        let value = WITH_VALUE.contains(word);
        if !(matches!(*word, "sudo" | "env" | "exec" | "time") || word.contains('=') || word.starts_with('-')) {
            break;
        }
        words.next();
        if value {
            words.next();
        }
    }
    words.collect()
}

/// The words of the last command of a line.
fn last_command(line: &str) -> Vec<&str> {
    pipeline(line).last().map_or_else(Vec::new, |command| words(command))
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
const PROGRAMS: &[&str] = &[
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

/// The name of a program by its path.
pub(crate) fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// A command that may open a shell or a program that reads commands: such a prompt needs no further thought.
pub(crate) fn opens(line: &str) -> bool {
    line.split_whitespace().map(base).any(|word| SHELLS.contains(&word) || PROGRAMS.contains(&word))
}

/// A command that may open a program whose prompt looks like a question, as `> ` or `word> `: not a script that asks.
pub(crate) fn opens_program(line: &str) -> bool {
    const SUBCOMMANDS: &[&str] = &["console", "repl", "shell", "tinker"];
    let words: Vec<&str> = last_command(line).into_iter().map(base).collect();
    let Some(first) = words.iter().position(|word| SHELLS.contains(word) || PROGRAMS.contains(word)) else {
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
    let known = line.split_whitespace().map(base).rfind(|word| PROGRAMS.contains(word));
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

/// What `exec` runs in a container: the words after its options and the container's name.
fn in_container<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    const WITH_VALUE: &[&str] = &["-e", "-u", "-w", "--env", "--env-file", "--index", "--user", "--workdir"];
    match words {
        [option, _, rest @ ..] if WITH_VALUE.contains(option) => in_container(rest),
        [option, rest @ ..] if option.starts_with('-') => in_container(rest),
        [_, rest @ ..] => rest,
        [] => words,
    }
}

/// Options of a command.
struct Options<'a>(&'a [&'a str]);

impl Options<'_> {
    /// Whether the option `-LETTER` is among them, alone or behind others.
    fn short(&self, letter: char) -> bool {
        self.0.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    }

    fn long(&self, name: &str) -> bool {
        self.0.iter().any(|word| word.split('=').next() == Some(name))
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    fn follow(&self) -> bool {
        self.short('f') || self.long("--follow")
    }
}

/// A command that never ends by itself and goes on printing: a reader looks at it for a while and presses Ctrl-C.
pub(crate) fn is_endless(line: &str) -> bool {
    let commands = pipeline(line);
    let Some((first, others)) = commands.split_first().filter(|_| !is_in_background(line)) else { return false };
    // What hands on all that it reads ends when that does.
    let hands_on = |command: &&str| {
        let words = words(command);
        let options = Options(&words);
        match words.first().map(|word| base(word)) {
            Some("grep") => !options.short('m') && !options.short('q'),
            Some(name) => matches!(name, "cat" | "tee" | "jq"),
            None => false,
        }
    };
    is_endless_command(&words(first)) && others.iter().all(hands_on)
}

fn is_in_background(line: &str) -> bool {
    line.trim_end().ends_with('&')
}

fn is_endless_command(words: &[&str]) -> bool {
    let Some((name, options)) = words.split_first() else { return false };
    let given = Options(options);
    match base(name) {
        "ping" | "ping4" | "ping6" => {
            !(given.short('c') || given.short('w') || given.long("--count") || given.short('V') || given.short('h'))
        }
        "tail" => given.follow() || given.short('F'),
        "journalctl" => given.follow(),
        "watch" => true,
        "top" | "htop" | "btop" | "atop" | "iotop" => !given.short('n'),
        "vmstat" | "iostat" => options.last().is_some_and(|word| word.parse::<u32>().is_ok()) && options.len() == 1,
        "dmesg" => given.short('w') || given.long("--follow"),
        "kubectl" => {
            (given.has("logs") && given.follow())
                || (given.has("get") && (given.short('w') || given.long("--watch")))
                || (given.has("exec") && is_endless_command(after_dashes(options)))
        }
        "docker" | "podman" | "nerdctl" | "docker-compose" => match options.iter().position(|word| *word == "exec") {
            Some(exec) => is_endless_command(in_container(&options[exec + 1..])),
            None => {
                (given.has("logs") && given.follow())
                    || (given.has("stats") && !given.long("--no-stream"))
                    || (options == ["events"])
            }
        },
        _ => false,
    }
}

/// The words after `--`.
fn after_dashes<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    words.iter().position(|word| *word == "--").map_or(&[], |at| &words[at + 1..])
}

/// A command that serves until it is stopped: what comes after it in a guide needs it, and so it cannot be stopped.
pub(crate) fn serves(line: &str) -> bool {
    const SERVERS: &[(&str, &[&str])] = &[
        ("artisan", &["serve"]),
        ("bundle", &["jekyll"]),
        ("cargo", &["watch"]),
        ("flask", &["run"]),
        ("hugo", &["server", "serve"]),
        ("jekyll", &["serve", "s"]),
        ("kubectl", &["port-forward", "proxy"]),
        ("manage.py", &["runserver"]),
        ("mkdocs", &["serve"]),
        ("rails", &["server", "s"]),
        ("zola", &["serve"]),
    ];
    let commands = pipeline(line);
    let Some(command) = commands.first().filter(|_| !is_in_background(line)) else { return false };
    let words = words(command);
    let Some((name, options)) = words.split_first() else { return false };
    let given = Options(options);
    let by_word = |name: &str, options: &[&str]| {
        let found = SERVERS.iter().find(|(server, _)| *server == name);
        found.is_some_and(|(_, wanted)| options.iter().any(|word| wanted.contains(word)))
    };
    match base(name) {
        "python" | "python3" => {
            given.has("http.server")
                || given.has("SimpleHTTPServer")
                || options.first().is_some_and(|script| by_word(base(script), options))
        }
        "php" => given.short('S') || options.first().is_some_and(|script| by_word(base(script), options)),
        "nc" | "ncat" | "netcat" => given.short('l'),
        "nodemon" | "http-server" | "live-server" | "uvicorn" => true,
        "docker" | "podman" | "nerdctl" | "docker-compose" => {
            let compose = base(name) == "docker-compose" || given.has("compose");
            let ends = ["--detach", "--wait", "--no-start", "--abort-on-container-exit", "--exit-code-from"];
            let up = options.iter().position(|word| *word == "up");
            compose
                && up.is_some_and(|up| !Options(&options[up..]).short('d'))
                && !ends.iter().any(|end| given.long(end))
        }
        name => by_word(name, options),
    }
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
    fn questions_of_apt() {
        let asked = "Do you want to continue? [Y/n] ";
        for (command, apt) in [
            ("apt install x", true),
            ("sudo apt-get install x", true),
            ("cd /x && (/usr/bin/apt-get update; apt-get upgrade)", true),
            ("sudo sh -c 'apt-get install x'", true),
            ("./install.sh", false),
            ("cat apt.txt", false),
        ] {
            assert_eq!(is_apt_question(asked, &[command.into()]), apt, "{command}");
        }
        assert!(!is_apt_question("Continue? [Y/n] ", &["apt install x".into()]));
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
    fn questions() {
        for line in [
            "Password: ",
            "[sudo] password for me: ",
            "Continue? [y/N] ",
            "Really?",
            "Your name: ",
            "Proceed (y/n)",
            "Password:",
            "Press any key to continue . . .",
        ] {
            assert_eq!(question(line), Question::Likely, "{line}");
        }
        assert_eq!(question("Name:"), Question::Perhaps);
        for line in
            ["", "working", "Progress: [ 33%] ", "[####....] ", "Waiting...: ", "Receiving objects:  33% (1/3) "]
        {
            assert_eq!(question(line), Question::No, "{line}");
        }
    }

    #[test]
    fn commands() {
        for (line, endless) in [
            ("ping localhost", true),
            ("ping -c 2 localhost", false),
            ("ping -c2 localhost", false),
            ("tail -f /var/log/x", true),
            ("sudo tail -n 5 -f x", true),
            ("tail -n 5 x", false),
            ("watch ls", true),
            ("sudo journalctl -fu nginx", true),
            ("journalctl -u nginx", false),
            ("docker logs -f app", true),
            ("docker logs app", false),
            ("docker exec -it app ping host", true),
            ("docker exec -u root -it app ping -c 2 host", false),
            ("docker compose exec app tail -f x", true),
            ("docker exec -it app bash", false),
            ("docker exec", false),
            ("ping x | head -2", false),
            ("echo a; tail -f log", true),
            ("cd x && tail -f log 2>&1", true),
            ("tail -f log 2>/dev/null", true),
            ("tail -f log > copy &", false),
            ("sudo -u www-data tail -F log", true),
            ("tail -f log | grep --line-buffered x", true),
            ("tail -f log | grep -m 1 x", false),
            ("tail -f log; echo done", false),
            ("docker compose logs -f", true),
            ("docker compose logs", false),
            ("kubectl logs -f pod", true),
            ("kubectl logs pod", false),
            ("kubectl exec -it pod -- tail -f x", true),
            ("watch 'ps | grep x'", true),
            ("npm start", false),
            ("timeout 5 ping host", false),
            ("ls", false),
            ("", false),
            ("tail -f x &", false),
        ] {
            assert_eq!(is_endless(line), endless, "{line}");
        }
        for (line, serving) in [
            ("python3 -m http.server 8000", true),
            ("cd site && python3 -m http.server", true),
            ("python3 -m venv x", false),
            ("python3 manage.py runserver 0.0.0.0:8000", true),
            ("flask run --host 0.0.0.0", true),
            ("bin/rails server", true),
            ("rails new server-app", false),
            ("php -S localhost:8000", true),
            ("php artisan serve", true),
            ("nc -l 9000", true),
            ("nc -lk 9000 > out", true),
            ("nc host 9000", false),
            ("hugo server", true),
            ("hugo", false),
            ("mkdocs serve", true),
            ("cargo watch -x run", true),
            ("docker compose up", true),
            ("docker-compose up --build", true),
            ("docker compose up -d", false),
            ("docker compose -f x.yaml up --detach", false),
            ("kubectl port-forward svc/x 8080:80", true),
            ("python3 -m http.server &", false),
            ("npm start", false),
            ("", false),
        ] {
            assert_eq!(serves(line), serving, "{line}");
        }
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
}
