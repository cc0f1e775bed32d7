use super::*;
use crate::terminal::{
    editor, endless,
    failure::{fails, refusal},
    prompt::{
        is_continuation, is_program_prompt, is_same_prompt, is_shell, is_shell_prompt, is_unmistakable, prompt_length,
    },
};

#[test]
fn names_stand_once() {
    let mut seen = HashMap::new();
    for row in rows() {
        assert!(!row.names.is_empty());
        for name in row.names {
            assert!(seen.insert(*name, row.name()).is_none(), "{name} stands in two rows");
        }
    }
    let reads = rows().filter(|row| !row.prompts.is_empty() && !row.shell).count();
    assert!(reads >= 60, "{reads} programs read commands");
}

#[test]
fn prompts_are_known_to_both_readers() {
    let mut wrong = Vec::new();
    let mut holds = |holds: bool, what: String| {
        if !holds {
            wrong.push(what)
        }
    };
    for row in rows() {
        let name = row.name();
        for prompt in row.prompts.iter().chain(row.more) {
            let whole = Regex::new(&format!("^(?:{})$", prompt.looks)).expect("a valid pattern");
            holds(!prompt.examples.is_empty(), format!("{name}: {} has no example", prompt.looks));
            for example in prompt.examples {
                holds(whole.is_match(example), format!("{name}: {example:?} is no example of {}", prompt.looks));
            }
        }
        for prompt in row.prompts {
            for example in prompt.examples {
                let line = format!("{example}x");
                let below = prompt::length_at(&line, row).map(|(length, _)| length);
                holds(
                    below == Some(example.len()),
                    format!("{name}: {example:?} in a page, below its command: {below:?}"),
                );
                if row.shell {
                    holds(is_shell_prompt(example) && is_shell(example), format!("{name}: {example:?} on a terminal"));
                } else {
                    let first = row.prompts[0].examples[0];
                    holds(is_same_prompt(example, first, name), format!("{name}: {example:?} again"));
                }
                if prompt.sure {
                    let length = prompt_length(&line);
                    holds(length == Some(example.len()), format!("{name}: {example:?} in a page: {length:?}"));
                    holds(row.shell || is_unmistakable(example), format!("{name}: {example:?} on a terminal"));
                    holds(row.shell || !is_shell(example), format!("{name}: {example:?} is a shell's"));
                }
            }
        }
        for prompt in row.more {
            for example in prompt.examples {
                let line = format!("{example}x");
                holds(prompt::length_at(&line, row).is_some(), format!("{name}: {example:?} in a page"));
                if let Some(first) = row.prompts.first().filter(|_| !row.shell) {
                    let more = is_continuation(example, first.examples[0], name);
                    holds(more, format!("{name}: {example:?} on a terminal"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn goodbyes_leave() {
    for row in rows() {
        for word in row.goodbye {
            let typed = if word.ends_with('(') { format!("{word}0)") } else { (*word).to_owned() };
            assert!(row.leaves(&typed) && leaves(&typed), "{}: {typed}", row.name());
        }
        assert!(!row.leaves("SELECT 1;"), "{}", row.name());
        assert!(
            row.shell || row.prompts.iter().all(|prompt| !prompt.sure) || !row.goodbye.is_empty() || row.name() == "at",
            "{}",
            row.name()
        );
    }
}

#[test]
fn names_are_known_to_whoever_asks() {
    for row in rows().filter(|row| !row.opens.never && row.opens.verbs.is_empty() && row.opens.with.is_empty()) {
        for name in row.names {
            let opening = Opening::of(name).unwrap_or_else(|| panic!("a plan does not know {name}"));
            assert!(std::ptr::eq(opening.program, row), "{name}");
            assert!(opens(name) && opens_program(name), "the session does not know {name}");
            for before in [
                "sudo -u me ",
                "doas ",
                "cd x && ",
                "docker exec -it app ",
                "A=1 env B=2 nice -n 5 ",
                "ssh -p 22 me@host ",
            ] {
                let line = format!("{before}{name}");
                assert_eq!(Opening::of(&line).map(|opening| opening.program.name()), Some(row.name()), "{line}");
                assert_eq!(super::name(&line), *name, "{line}");
            }
        }
    }
    for row in rows() {
        for prompt in row
            .prompts
            .iter()
            .filter(|_| !row.shell && !row.opens.never && row.opens.verbs.is_empty() && row.opens.with.is_empty())
        {
            for example in prompt.examples {
                assert!(is_program_prompt(example, row.name()), "{}: {example}", row.name());
            }
        }
    }
}

#[test]
fn refusals_and_footers() {
    for row in rows() {
        if let Some((_, example)) = row.refuses {
            for name in row.names {
                assert!(refusal(name).is_some_and(|looks| looks.is_match(example)), "{name}: {example}");
            }
            if row.prompts.is_empty() {
                assert!(fails(example, row.name(), &[row.name()]), "{}", row.name());
            }
        }
        if let Some((_, example)) = row.footer {
            assert_eq!(footer(&format!("+---+\n{example}\n\n")), 5, "{example}");
        }
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
        ("python3 manage.py shell", Some("manage.py")),
        ("python3 manage.py migrate", None),
        ("node", Some("node")),
        ("node app.js", None),
        ("php -a", Some("php")),
        ("php x.php", None),
        ("php artisan tinker", Some("artisan")),
        ("bin/rails console", Some("rails")),
        ("bundle exec rails c", Some("rails")),
        ("sudo apt install python3", None),
        ("which node", None),
        ("docker exec -it db psql -U app", Some("psql")),
        ("docker run --rm -it -v x:/y python python3", Some("python3")),
        ("docker run --rm -it python:3.12", Some("python3")),
        ("docker run --rm -it alpine sh", Some("sh")),
        ("docker run --rm -it alpine", Some("sh")),
        ("docker run -d mysql", None),
        ("docker exec -it node bash", Some("sh")),
        ("docker exec node ls", None),
        ("docker compose exec cache redis-cli", Some("redis-cli")),
        ("docker compose -f x.yaml exec -u app web sh", Some("sh")),
        ("kubectl -n web exec -it deploy/app -- psql", Some("psql")),
        ("kubectl exec -it app -c db -- sh", Some("sh")),
        ("ssh me@host", Some("sh")),
        ("ssh me@host ls", None),
        ("ssh -N -L 1:x:2 me@host", None),
        ("sudo -i", Some("sh")),
        ("sudo", None),
        ("su - postgres", Some("su")),
        ("su - postgres -c psql", Some("psql")),
        ("su - postgres -c 'psql -c \"SELECT 1\"'", None),
        ("sh -c 'cd x; node'", Some("node")),
        ("chroot /mnt", Some("sh")),
        ("chroot /mnt bash", Some("sh")),
        ("sudo chroot /mnt apt update", None),
        ("timeout 5 python3", Some("python3")),
        ("redis-cli -h cache get x", None),
        ("node &", None),
        ("", None),
        ("sudo -u", None),
    ] {
        assert_eq!(Opening::of(line).map(|opening| opening.program.name()), name, "{line}");
    }
    for (line, root) in [
        ("sudo -i", true),
        ("sudo -s", true),
        ("sudo su -", true),
        ("sudo bash", true),
        ("doas sh", true),
        ("su", true),
        ("su - root", true),
        ("docker exec -it app sh", true),
        ("su - postgres", false),
        ("sudo -u www-data -s", false),
        ("sudo su - postgres", false),
        ("bash", false),
    ] {
        assert_eq!(Opening::of(line).map(|opening| opening.root), Some(root), "{line}");
    }
    let psql = named("psql");
    for (prompt, line, open) in
        [("", "SELECT 1;", true), ("", "\\q", false), ("x=# ", "exit", false), ("$ ", "ls", false)]
    {
        assert_eq!(after(psql, prompt, line).is_some(), open, "{prompt}{line}");
    }
}

#[test]
fn what_only_opens_a_shell() {
    for (line, only) in [
        ("bash", true),
        ("su - ann", true),
        ("sudo -i -u ann", true),
        ("A=1 bash --norc", true),
        ("cd /srv && bash", false),
        ("bash -c ls", false),
        ("bash run.sh", false),
        ("su - $(cat name)", false),
        ("psql", false),
        ("docker exec -it app bash", false),
        ("ssh ann@example.org", false),
        ("script demo.log", false),
        ("sudo script demo.log", false),
        ("unshare -m bash", false),
        ("sudo unshare -m bash", false),
        ("timeout 600 bash", false),
        ("exec bash", false),
        ("tmux", false),
        ("ls", false),
    ] {
        assert_eq!(only_opens_shell(line), only, "{line}");
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
fn what_enters_another_machine() {
    for (command, enters) in [
        ("docker exec -it app bash", true),
        ("sudo /usr/bin/docker compose exec app sh", true),
        ("kubectl -n web exec -it app -- sh", true),
        ("ssh root@192.0.2.1", true),
        ("sudo chroot /mnt", true),
        ("docker ps", false),
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
    for line in ["sudo -u postgres psql", "docker exec -it app bash", "su - postgres"] {
        assert!(opens(line), "{line}");
    }
    assert!(!opens("ls -l"));
    for line in ["exit", "exit 3", "\\q", "exit();", "quit;", "EXIT", "(exit)", "halt.", ":q", "process.exit(0)"] {
        assert!(leaves(line), "{line}");
    }
    for line in ["exits", "echo exit", "", "qs", "SELECT 1;"] {
        assert!(!leaves(line), "{line}");
    }
    assert_eq!(name("sudo -u postgres psql -d x"), "psql");
    assert_eq!(name("cd x && /usr/bin/psql nodejs"), "psql");
    assert_eq!(name(""), "program");
}

#[test]
fn questions_that_every_reader_says_yes_to() {
    let asked = "Do you want to continue? [Y/n] ";
    for (command, apt) in [
        ("apt install x", true),
        ("sudo apt-get install x", true),
        ("cd /x && (/usr/bin/apt-get update; apt-get upgrade)", true),
        ("sudo sh -c 'apt-get install x'", true),
        ("./install.sh", false),
        ("cat apt.txt", false),
        ("dnf install x", false),
    ] {
        assert_eq!(confirms(asked, &[command.into()]), apt, "{command}");
    }
    assert!(!confirms("Continue? [Y/n] ", &["apt install x".into()]));
    assert!(confirms("Is this ok [y/N]: ", &["sudo dnf install x".into()]));
}

#[test]
fn what_is_known_of_other_programs() {
    for row in rows() {
        let name = row.name();
        if row.serves.iter().any(|when| when.is(&[])) {
            assert!(endless::serves(name), "{name}");
        }
        if row.endless.iter().any(|when| when.is(&[])) {
            assert!(endless::is_endless(name) && !endless::is_endless(&format!("timeout 5 {name}")), "{name}");
        }
        if row.pages.iter().any(|when| when.is(&[])) {
            assert!(runs_pager(name) && runs_pager(&format!("sudo {name}")), "{name}");
        }
        for edits in row.edits.iter().filter(|edits| edits.path.is_none() && edits.when.is(&["x".into()])) {
            let found = editor::editor(&format!("{name} x")).unwrap_or_else(|| panic!("{name} is no editor"));
            assert_eq!((found.path.as_deref(), found.root), (Some("x"), edits.root), "{name}");
        }
    }
}
