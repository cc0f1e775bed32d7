//! Sessions, and the drafts that they become.

use super::*;
use crate::session::{End, Kind, Outcome, Place, Reply};

fn shell() -> Place {
    Place {
        kind: Kind::Shell { mark: 1, pid: 1 },
        name: "bash".into(),
        user: Some("ann".into()),
        prompt: "$ ".into(),
        cwd: Some("/home/ann".into()),
        opened_by: String::new(),
    }
}

fn psql() -> Place {
    Place { kind: Kind::Program, name: "psql".into(), prompt: "app=# ".into(), opened_by: "psql app".into(), ..shell() }
}

/// A command in a shell that showed something and ended with a status.
fn did(line: &str, status: i32, output: &str) -> Deed {
    let outcome = Outcome {
        output: output.into(),
        before: vec![shell()],
        after: vec![shell()],
        ..Outcome::new(End::Prompt { status: Some(status) })
    };
    let lines = line.lines().map(str::to_owned).collect();
    let attended = Attended { lines, outcome, replies: Vec::new(), full_screen: false, stopped: false, ahead: false };
    Deed { attended, edits: Vec::new(), left_files: false, unseen: false }
}

fn in_psql(line: &str, output: &str) -> Deed {
    let mut deed = did(line, 0, output);
    deed.attended.outcome.end = End::Prompt { status: None };
    deed.attended.outcome.before = vec![shell(), psql()];
    deed.attended.outcome.after = vec![shell(), psql()];
    deed
}

impl Deed {
    fn told(mut self, question: &str, text: &str, shown: bool) -> Self {
        self.attended.replies.push(Reply { question: question.into(), text: text.into(), shown, ended: false });
        self
    }

    fn edits(mut self, path: &str, before: Option<&str>, after: &str) -> Self {
        self.attended.full_screen = true;
        self.edits.push(Edit { path: path.into(), before: before.map(str::to_owned), after: after.into() });
        self
    }

    fn leaving_files(mut self) -> Self {
        self.left_files = true;
        self
    }
}

fn drafted(deeds: &[Deed]) -> Draft {
    let vars = BTreeMap::from([("DOMAIN".to_owned(), "shop.test".to_owned())]);
    let answers = [Answer { question: "for ann".into(), reply: "known".into(), secret: true }];
    let subject =
        Subject { title: "A", machine: None, columns: 200, vars: &vars, own: &BTreeMap::new(), answers: &answers };
    draft(deeds, &subject)
}

fn draft_of(deeds: &[Deed], subject: &Subject<'_>) -> String {
    draft(deeds, subject).text()
}

/// The commands, outputs and files of a draft, without fences.
fn shown(draft: &Draft) -> Vec<String> {
    draft
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Commands { lines, says, .. } => {
                let says: String = says.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                format!("$ {}{says}", lines.join("; "))
            }
            Piece::Output(text) => text.clone(),
            Piece::File { path, text, says } => {
                format!("{path}:{} {}", says.iter().map(|says| format!(" {}", says.0)).collect::<String>(), text.trim())
            }
        })
        .collect()
}

#[test]
fn sessions() {
    let ok = |line: &str| did(line, 0, "");
    let rows: &[(&str, Vec<Deed>, &[&str])] = &[
        ("what shows nothing is one block", vec![ok("cd a"), ok("touch b")], &["$ cd a; touch b"]),
        (
            "a typing error",
            vec![did("gti status", 127, "bash: gti: command not found"), did("git status", 0, "clean")],
            &["$ git status", "clean"],
        ),
        (
            "with more rights",
            vec![did("apt update", 100, "E: Permission denied"), ok("ls"), ok("sudo apt update")],
            &["$ ls; sudo apt update"],
        ),
        (
            "once what it needs is there",
            vec![did("tree", 127, "not found"), ok("apt install tree"), did("tree", 0, ".")],
            &["$ apt install tree; tree", "."],
        ),
        (
            "a failure that nothing corrects",
            vec![did("grep x y", 1, ""), ok("reboot-check")],
            &["$ grep x y exit=1", "$ reboot-check"],
        ),
        (
            "a mistake that has left something",
            vec![did("tar xf a.tar.gx", 2, "").leaving_files(), ok("tar xf a.tar.gz")],
            &["$ tar xf a.tar.gx exit=2", "$ tar xf a.tar.gz"],
        ),
        (
            "a refused statement",
            vec![in_psql("SELEC 1;", "ERROR:  syntax error"), in_psql("SELECT 1;", "1")],
            &["$ SELECT 1;", "1"],
        ),
        (
            "values by their names",
            vec![did("curl shop.test", 0, "this is shop.test, not myshop.test2")],
            &["$ curl DOMAIN", "this is DOMAIN, not myshop.test2"],
        ),
        (
            "an editor and what checks it",
            vec![
                ok("nano a").edits("a", Some("x\n"), "y\n"),
                did("check a", 1, "no"),
                ok("nano a").edits("a", Some("y\n"), "z\n"),
                did("check a", 0, "yes"),
            ],
            &["$ nano a", "a: edit z", "$ check a", "yes"],
        ),
        ("a program that edits and is no editor", vec![ok("mkconf").edits("/etc/a", None, "x\n")], &["/etc/a: x"]),
        (
            "a pager",
            vec![Deed { attended: Attended { full_screen: true, ..ok("less a").attended }, ..ok("") }],
            &["$ less a"],
        ),
        (
            "a screen without a file",
            vec![Deed { attended: Attended { full_screen: true, ..ok("mc").attended }, ..ok("") }],
            &[],
        ),
        ("what only the writer needs", vec![ok("clear"), ok("# a note"), ok("history")], &[]),
    ];
    for (what, deeds, expected) in rows {
        assert_eq!(shown(&drafted(deeds)), *expected, "{what}");
    }
}

#[test]
fn answers() {
    let deeds = [
        did("sudo ls", 0, "[sudo] password for ann: ").told("[sudo] password for ann: ", "known", false),
        did("adduser bob", 0, "New password: \nFull Name []: Bob").told("New password: ", "t0psecret", false).told(
            "Full Name []: ",
            "Bob",
            true,
        ),
        did("ask", 0, "Go on? [y/n] y").told("Go on? [y/n] ", "y", true),
        did("ask", 0, "Go on? [y/n] n").told("Go on? [y/n] ", "n", true),
        did("sleep 9", 0, "").told("working", "", true),
    ];
    let draft = drafted(&deeds);
    let text = draft.text();
    assert!(
        text.contains("  answers:\n    \"Full Name []:\": Bob\n    \"New password:\": {secret: true}\n---"),
        "{text}"
    );
    assert!(!text.contains("password for ann\":") && !text.contains("t0psecret"), "{text}");
    assert!(
        text.contains("{answers=\"Go on? [y/n] => y\"}") && text.contains("{answers=\"Go on? [y/n] => n\"}"),
        "{text}"
    );
}

#[test]
fn no_secret_is_anywhere() {
    let secret = "c0rrect-h0rse";
    let deeds = [
        did("passwd", 0, "New password: ").told("New password: ", secret, false),
        did(
            &format!("PGPASSWORD={secret} psql -c 'SELECT 1'"),
            0,
            &format!("connecting with {secret}\n{}", "x".repeat(40)),
        ),
        did("nano db.conf", 0, "").edits("db.conf", None, &format!("password = {secret}\n")),
        did(&format!("false {secret}"), 1, &format!("no {secret}")),
        did(&format!("echo x{secret}y"), 0, &format!("x{secret}y, {}", "YzBycmVjdC1oMHJzZQ==")),
        did(&format!("echo {secret} '{secret}'"), 0, ""),
        did("ask", 0, "").told(&format!("{secret}? "), secret, true),
        // A password that the terminal shows all the same, and a question about one that is answered with a word.
        did("ask", 0, "Password: shown-pass").told("Password: ", "shown-pass", true),
        did("ask", 0, "Change the password? yes").told("Change the password? ", "yes", true),
    ];
    let draft = drafted(&deeds);
    let all = format!("{}{}", draft.text(), draft.notes.join("\n"));
    for form in [secret, "YzBycmVjdC1oMHJzZ", "shown-pass"] {
        assert!(!all.contains(form), "{all}");
    }
    assert!(all.contains("PGPASSWORD=YOUR_PASSWORD psql") && all.contains("YOUR_PASSWORD: "), "{all}");
    assert!(all.contains("password = YOUR_PASSWORD") && all.contains("\"Change the password?\": \"yes\""), "{all}");
    // A value of the command line that is one is none of the draft's.
    let own = BTreeMap::from([("KEY".to_owned(), secret.to_owned())]);
    let subject = Subject { title: "A", machine: None, columns: 200, vars: &own, own: &own, answers: &[] };
    let text = draft_of(&deeds, &subject);
    assert!(!text.contains(secret) && text.contains("    KEY: Example-2718\n"), "{text}");
}

/// What is given as a password and is a word besides stays where it is the word.
#[test]
fn a_word_as_a_password() {
    let deeds = [
        did("docker run -e POSTGRES_PASSWORD=postgres -d postgres:16", 0, ""),
        did("nano nsswitch.conf", 0, "").edits(
            "nsswitch.conf",
            Some("passwd: files\n"),
            "passwd: files\nhosts: files dns\n",
        ),
    ];
    let found = shown(&drafted(&deeds));
    assert_eq!(found[0], "$ docker run -e POSTGRES_PASSWORD=YOUR_PASSWORD -d postgres:16; nano nsswitch.conf");
    assert!(found[1].ends_with("passwd: files\nhosts: files dns"), "{found:?}");
}

/// The library's own password of a test's user is often the user's name, which stands in every prompt.
#[test]
fn a_known_secret_that_is_a_name_is_none() {
    let asked = |text: &str| did("sudo ls", 0, "").told("[sudo] password for ann: ", text, false);
    let after = did("id ann known", 0, "ann");
    assert_eq!(shown(&drafted(&[asked("ann"), after.clone()])), ["$ sudo ls; id ann known", "ann"]);
    assert_eq!(shown(&drafted(&[asked("known"), after])), ["$ sudo ls; id ann YOUR_PASSWORD", "ann"]);
}

#[test]
fn outputs_are_settled_by_their_lines() {
    let mut draft = drafted(&[did("a", 0, "mode: fast\nend"), did("b", 0, "other"), did("c", 0, "same")]);
    let (text, lines) = draft.written();
    let line_of = |text_of: &str| text.lines().position(|line| line == text_of).map_or(0, |at| at + 1);
    assert!(lines[1].contains(&line_of("mode: fast")), "{text}");
    let shown = BTreeMap::from([
        (line_of("mode: fast"), "mode: slow\nend".to_owned()),
        (line_of("other"), "nothing like it".to_owned()),
    ]);
    assert_eq!(draft.settle(&shown), 2);
    assert_eq!(self::shown(&draft), ["$ a", "mode: [..]\nend", "$ b", "$ c", "same"]);
}
