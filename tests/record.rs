//! What somebody does in a shell becomes the draft of a guide, which holds. On this computer, without an engine: a person is a script
//! that waits for what the terminal shows. `tests/docker/record.rs` does the same in Docker, by the binary.

use crate::support::{
    TestSite,
    local_host::{LocalHost, options, run_jobs},
};
use guidepost::{
    proof::Recorded,
    record::Draft,
    report::Verdict,
    session::driver::{Doing, Person},
    verify,
};
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Waits for the prompt of a shell.
const PROMPT: &str = "\0";
/// The same below what the last of several lines that are typed at once shows: the first prompt is not that.
const PROMPT_BELOW_12: &str = "12\r\n\0";

/// Types when it sees what it waits for.
struct Scripted {
    turns: VecDeque<(&'static str, &'static str)>,
    /// Since it typed last.
    seen: String,
    /// All that was shown, for whoever wants to know why it waits.
    all: Arc<Mutex<String>>,
}

impl Scripted {
    fn new(turns: &[(&'static str, &'static str)]) -> Self {
        Self { turns: turns.iter().copied().collect(), seen: String::new(), all: Arc::default() }
    }
}

impl Person for Scripted {
    async fn does(&mut self) -> io::Result<Doing> {
        let is_at_prompt = || self.seen.ends_with("$ ") || self.seen.ends_with("# ");
        let sees = |wanted: &str| match wanted.strip_suffix(PROMPT) {
            Some(before) => self.seen.contains(before) && is_at_prompt(),
            None => self.seen.contains(wanted),
        };
        match self.turns.front() {
            Some((wanted, _)) if sees(wanted) => {}
            _ => std::future::pending().await,
        }
        self.seen.clear();
        let (_, keys) = self.turns.pop_front().expect("a turn");
        Ok(Doing::Keys(keys.as_bytes().to_vec()))
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        self.seen.push_str(&text);
        self.all.lock().expect("no panic").push_str(&text);
        Ok(())
    }
}

/// What is typed becomes a draft: its text below the front matter, all of it, and the verdict of a clean machine.
fn recorded(turns: &[(&'static str, &'static str)], vars: &[(&str, &str)]) -> (String, Draft, Verdict) {
    let site = TestSite::new(&[("guidepost.yaml", "title: T\nbase_url: https://example.org/\n")]);
    let vars: BTreeMap<String, String> = vars.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let mut recorded = Recorded::new(site.options(), "guides/a", None, 200, vars).expect("a new guide");
    let (host, options, job) = (LocalHost::default(), options(site.path()), recorded.job().clone());
    let person = Scripted::new(turns);
    let all = Arc::clone(&person.all);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut heard = |deed| recorded.add(deed).expect("written");
    let attended = verify::attend_on(&host, &job, &options, || Ok(person), &(), &mut heard);
    let attended = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(120), attended).await });
    let undone = attended
        .unwrap_or_else(|_| panic!("{turns:?} does not come to an end:\n{}", all.lock().expect("no panic")))
        .expect("a machine");
    assert!(undone.is_none(), "{undone:#?}");
    let draft = recorded.draft();
    let text = std::fs::read_to_string(site.path().join("content/guides/a/index.md")).expect("a draft");
    assert_eq!(text, draft.text(), "the draft so far is all of it");
    let report = run_jobs(&host, recorded.jobs().expect("jobs"), &options);
    let [guide] = &report.guides[..] else { panic!("{report:#?}") };
    if guide.verdict != Verdict::Holds {
        let said: Vec<_> = guide.steps.iter().filter_map(|step| Some((step.line, step.message.clone()?))).collect();
        eprintln!("{text}\n{said:#?}\n{:?}", guide.reason);
    }
    let body = text.split_once("\n---\n").map_or("", |(_, body)| body).to_owned();
    (body, draft, guide.verdict)
}

#[test]
fn what_is_typed_is_what_the_draft_has() {
    for (what, turns, body) in [
        ("a command and its output", &[(PROMPT, "echo hi\r")][..], "```command\necho hi\n```\n\n```output\nhi\n```"),
        ("a line that is mended", &[(PROMPT, "ecko\x7f\x7fho hi\r")], "```command\necho hi\n```\n\n```output\nhi\n```"),
        (
            "a line of the history",
            &[(PROMPT, "echo hi\r"), (PROMPT, "\x1b[A 2\r")],
            "```command\necho hi\n```\n\n```output\nhi\n```\n\n```command\necho hi 2\n```\n\n```output\nhi 2\n```",
        ),
        (
            "the last command once more",
            &[(PROMPT, "echo hi\r"), (PROMPT, "!! 2\r")],
            "```command\necho hi\n```\n\n```output\nhi\n```\n\n```command\necho hi 2\n```\n\n```output\nhi 2\n```",
        ),
        (
            "a completed name",
            &[(PROMPT, "echo hi > a-long-name\r"), (PROMPT, "cat a-l\t\r")],
            "```command\necho hi > a-long-name\ncat a-long-name\n```\n\n```output\nhi\n```",
        ),
        (
            "several lines",
            &[(PROMPT, "for i in 1 2; do\r"), ("> ", "echo $i\r"), ("> ", "done\r")],
            "```command\nfor i in 1 2; do\necho $i\ndone\n```\n\n```output\n1\n2\n```",
        ),
        (
            "lines that are pasted",
            &[(PROMPT, "A=1\rB=2\recho $A$B\r"), (PROMPT_BELOW_12, "true\r")],
            "```command\nA=1\nB=2\necho $A$B\n```\n\n```output\n12\n```\n\n```command\ntrue\n```",
        ),
        (
            "a shell in the shell",
            &[(PROMPT, "sh\r"), (PROMPT, "echo $0\r"), (PROMPT, "\x04"), (PROMPT, "true\r")],
            "```command\nsh\necho $0\n```\n\n```output\nsh\n```\n\n```command\nexit\ntrue\n```",
        ),
        (
            "what is fed to a command",
            &[(PROMPT, "cat > a\r"), ("cat > a\r\n", "one\rtwo\r\x04"), (PROMPT, "cat a\r")],
            "```command\ncat > a\none\ntwo\n^D\n```\n\n```command\ncat a\n```\n\n```output\none\ntwo\n```",
        ),
        (
            "typed before there is a prompt",
            &[(PROMPT, "sleep 1\r"), ("sleep 1\r\n", "echo early\r")],
            "```command\nsleep 1\necho early\n```\n\n```output\nearly\n```",
        ),
        (
            "a mistake that is corrected",
            &[(PROMPT, "mkdir a\r"), (PROMPT, "cd b\r"), (PROMPT, "cd a\r"), (PROMPT, "ls -d .\r")],
            "```command\nmkdir a\ncd a\nls -d .\n```\n\n```output\n.\n```",
        ),
        (
            "a failure that stays",
            &[(PROMPT, "test -e nothing\r"), (PROMPT, "echo on\r")],
            "```command {exit=\"1\"}\ntest -e nothing\n```\n\n```command\necho on\n```\n\n```output\non\n```",
        ),
        (
            "a screen that is cleared",
            &[(PROMPT, "echo a\r"), (PROMPT, "\x0cclear\r"), (PROMPT, "echo b\r")],
            "```command\necho a\n```\n\n```output\na\n```\n\n```command\necho b\n```\n\n```output\nb\n```",
        ),
    ] {
        let turns = [turns, &[(PROMPT, "exit\r")]].concat();
        let (found, _, verdict) = recorded(&turns, &[]);
        assert_eq!(found.trim(), body, "{what}");
        assert_eq!(verdict, Verdict::Holds, "{what}");
    }
}

#[test]
fn questions_and_secrets() {
    let (_, draft, verdict) = recorded(
        &[
            (PROMPT, "read -p 'Your name? ' name; echo hello $name\r"),
            ("name? ", "ann\r"),
            (PROMPT, "read -sp 'Password: ' p; echo; read -sp 'Again: ' q; echo; [ $p = $q ] && echo same\r"),
            ("word: ", "hunter2-hunter2\r"),
            ("Again: ", "hunter2-hunter2\r"),
            (PROMPT, "[ $p = hunter2-hunter2 ] && echo it is\r"),
            (PROMPT, "echo $p | base64; echo $p\r"),
            (PROMPT, "exit\r"),
        ],
        &[],
    );
    let text = draft.text();
    assert_eq!(verdict, Verdict::Holds, "{text}");
    assert!(text.contains("\"Your name?\": ann\n") && text.contains("\"Password:\": {secret: true}\n"), "{text}");
    assert!(text.contains("[ $p = YOUR_PASSWORD ] && echo it is"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMi"), "{text}");
}

#[test]
fn files_of_an_editor() {
    const EDITOR: &str =
        r"nano() { printf '\e[?1049h'; read -rsn1 k; printf '%s\n' listen=$k >> $1; printf '\e[?1049l'; }";
    let editor: &'static str = Box::leak(format!("{EDITOR}\r").into_boxed_str());
    let (body, draft, verdict) = recorded(
        &[
            (PROMPT, editor),
            (PROMPT, "nano a.conf\r"),
            ("\u{1b}[?1049h", "1"),
            (PROMPT, "nano a.conf\r"),
            ("\u{1b}[?1049h", "2"),
            (PROMPT, "grep -c listen a.conf\r"),
            (PROMPT, "nano a.conf\r"),
            ("\u{1b}[?1049h", "3"),
            (PROMPT, "cat a.conf\r"),
            (PROMPT, "exit\r"),
        ],
        &[("PORT", "listen=3")],
    );
    assert_eq!(verdict, Verdict::Holds, "{body}");
    let first = "```command\nnano a.conf\n```\n\n```file {title=\"a.conf\"}\nlisten=1\nlisten=2\n```\n";
    assert!(body.contains(&first["```command\n".len()..]), "opened twice, it is one edit: {body}");
    let later = "```file {title=\"a.conf\" edit=\"replace\"}\nlisten=1\nlisten=2\nPORT\n```\n";
    assert!(body.contains(later) && draft.text().contains("PORT: \"listen=3\""), "{body}");
}

#[test]
fn nothing_is_overwritten() {
    let site = TestSite::new(&[
        ("guidepost.yaml", "title: T\nbase_url: https://example.org/\n"),
        ("content/guides/a.md", "mine"),
    ]);
    for (name, said) in [("guides/a", "content/guides/a.md is there"), ("../x", "cannot name a guide")] {
        let made = Recorded::new(site.options(), name, None, 80, BTreeMap::new());
        let why = made.map(|_| String::new()).unwrap_or_else(|failure| failure.to_string());
        assert!(why.contains(said), "{name}: {why}");
    }
    let made = Recorded::new(site.options(), "guides/b", Some("nowhere"), 80, BTreeMap::new());
    assert!(made.is_err(), "a machine that is not described");
}

#[test]
fn without_a_terminal() {
    let site = TestSite::new(&[("guidepost.yaml", "title: T\nbase_url: https://example.org/\n")]);
    let ran = site.run(&["record", "guides/a"]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("record opens a terminal, and stdin or stdout is none"), "{}", ran.stderr);
    assert!(!site.path().join("content").exists());
}
