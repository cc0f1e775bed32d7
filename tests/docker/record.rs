//! `guidepost record` at a terminal: an editor, questions, `psql`, mistakes and passwords become a draft that holds, without a secret.

use crate::support::{TestSite, docker, has_engine};
use pty_process::{
    Size,
    blocking::{Command, open},
};
use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::{AsFd, OwnedFd},
    process::Child,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const CONFIG: &str = "title: T
base_url: https://example.org/
machines:
  db: {build: machines/db, user: reader, ca_certificates: host}
verify:
  answers:
    \"password for reader\": {reply: reader, secret: true}
";

const MACHINE: &str = "FROM debian:bookworm
RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nano postgresql sudo \\
 && rm -rf /var/lib/apt/lists/* \\
 && useradd --create-home --shell /bin/bash --groups sudo reader && echo reader:reader | chpasswd
";

/// The program in a terminal, and somebody who types.
struct Desk {
    child: Child,
    keys: File,
    seen: Arc<Mutex<Vec<u8>>>,
    /// Bytes that were read before.
    read: usize,
}

impl Desk {
    fn open(site: &TestSite, arguments: &[&str]) -> Self {
        let (pty, pts) = open().expect("a terminal");
        pty.resize(Size::new(40, 110)).expect("a size");
        let command = Command::new(env!("CARGO_BIN_EXE_guidepost"))
            .current_dir(site.path())
            .args(arguments)
            .env("NO_COLOR", "1")
            .env("TERM", "xterm-256color");
        let child = command.spawn(pts).expect("it starts");
        let descriptor: OwnedFd = pty.as_fd().try_clone_to_owned().expect("a descriptor");
        let keys = File::from(descriptor.try_clone().expect("a descriptor"));
        let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (shown, mut screen) = (Arc::clone(&seen), File::from(descriptor));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut buffer) {
                shown.lock().expect("no panic").extend_from_slice(&buffer[..length]);
            }
        });
        Self { child, keys, seen, read: 0 }
    }

    fn all(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("no panic")).into_owned()
    }

    /// Waits until the terminal shows something that it has not shown before, two minutes at most, and types.
    fn types(&mut self, wanted: &str, keys: &[&str]) {
        let begin = Instant::now();
        loop {
            let (found, length) = {
                let seen = self.seen.lock().expect("no panic");
                (String::from_utf8_lossy(&seen[self.read..]).contains(wanted), seen.len())
            };
            if found {
                self.read = length;
                break;
            }
            assert!(begin.elapsed() < Duration::from_secs(120), "`{wanted}` was not shown:\n{}", self.all());
            std::thread::sleep(Duration::from_millis(30));
        }
        for keys in keys {
            self.keys.write_all(keys.as_bytes()).expect("typed");
            // An editor takes a key after the other.
            std::thread::sleep(Duration::from_millis(80));
        }
    }

    fn status(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("it ends").code();
        std::thread::sleep(Duration::from_millis(100));
        (status, self.all())
    }
}

#[test]
fn a_session_becomes_a_draft_that_holds() {
    if !has_engine() {
        return;
    }
    let secret = "Tr0ub4dor&3";
    let site = TestSite::new(&[("guidepost.yaml", CONFIG), ("machines/db/Dockerfile", MACHINE)]);
    // That takes as long as it takes.
    let built = site.run(&["machines", "build", "db"]);
    assert_eq!(built.status, 0, "{built:?}");
    let mut desk = Desk::open(&site, &["record", "guides/database", "--machine", "db", "--var", "DATABASE=appdb"]);
    let (prompt, in_psql) = ("$ ", "appdb=> ");
    desk.types(prompt, &["sudo service postgresql start\r"]);
    desk.types("password for reader: ", &["reader\r"]);
    desk.types(prompt, &["nano greeting.sql\r"]);
    desk.types("Exit", &["SELECT 'hello' AS greeting;\r", "\x0f", "\r"]);
    desk.types("Wrote", &["\x18"]);
    desk.types(prompt, &["sudo -u postgres createuser --pwpromt app\r"]);
    desk.types(prompt, &["sudo -u postgres createuser --pwprompt app\r"]);
    desk.types("role: ", &[secret, "\r"]);
    desk.types("again: ", &[secret, "\r"]);
    desk.types(prompt, &["sudo -u postgres createdb -O app appdb\r"]);
    desk.types(prompt, &["psql -h localhost -U app appdb\r"]);
    desk.types("user app: ", &[secret, "\r"]);
    desk.types(in_psql, &["CREATE TABLE fruit (name text,\r"]);
    desk.types("appdb(> ", &["number int);\r"]);
    desk.types(in_psql, &["SELEC 1;\r"]);
    desk.types(in_psql, &["SELECT 1;\r"]);
    desk.types(in_psql, &["\\q\r"]);
    desk.types(prompt, &[&format!("PGPASSWORD='{secret}' psql -h localhost -U app appdb -f greeting.sql\r")]);
    // One line of a long file.
    desk.types(prompt, &["sudo nano /etc/postgresql/15/main/postgresql.conf\r"]);
    desk.types("Exit", &["\x17", "max_connections\r"]);
    desk.types("max_connections", &["\x0b", "max_connections = 50\r", "\x0f", "\r"]);
    desk.types("Wrote", &["\x18"]);
    desk.types(prompt, &["sudo service postgresql restart\r"]);
    desk.types(prompt, &["sudo -u postgres psql -c 'SHOW max_connections'\r"]);
    desk.types(prompt, &["rm -i greeting.sql\r"]);
    desk.types("greeting.sql'? ", &["y\r"]);
    desk.types(prompt, &["\x04"]);
    let (status, told) = desk.status();
    let text = std::fs::read_to_string(site.path().join("content/guides/database/index.md")).expect("a draft");
    assert_eq!(status, Some(0), "{text}\n{told}");
    assert!(told.contains("holds in a clean machine"), "{told}");
    for part in [
        "  machine: db\n  columns: 110\n",
        "    DATABASE: appdb\n",
        "\"Enter password for new role:\": {secret: true}\n",
        "\"rm: remove regular file 'greeting.sql'?\": \"y\"\n",
        "```command\nnano greeting.sql\n```\n\n```file {title=\"greeting.sql\"}\nSELECT 'hello' AS greeting;\n```\n",
        "```command\nsudo -u postgres createuser --pwprompt app\n```\n",
        "psql -h localhost -U app DATABASE\n",
        "```sql {role=command}\nCREATE TABLE fruit (name text,\nnumber int);\nSELECT 1;\n```\n",
        "PGPASSWORD='YOUR_PASSWORD' psql -h localhost -U app DATABASE -f greeting.sql\n",
        "max_connections = 50\n```\n",
        "```output\n max_connections\n",
    ] {
        assert!(text.contains(part), "{part}\n is not in\n{text}\n{told}");
    }
    for mistake in ["pwpromt", "SELEC 1"] {
        assert!(!text.contains(mistake), "{text}");
    }
    assert!(text.lines().count() < 150, "the long file is shown by its change: {text}");
    for (path, bytes) in site.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{} has the secret", path.display());
    }
}

/// Whatever ends it: what was done so far is written, and the machine is gone.
#[test]
fn what_was_done_is_kept_when_it_is_ended() {
    if !has_engine() {
        return;
    }
    let site = TestSite::new(&[("guidepost.yaml", "title: T\nbase_url: https://example.org/\n")]);
    let mut desk = Desk::open(&site, &["record", "guides/a"]);
    desk.types("# ", &["echo one\r"]);
    desk.types("# ", &["sleep 1000\r"]);
    desk.types("sleep 1000", &[]);
    let pid = rustix::process::Pid::from_child(&desk.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    let (status, told) = desk.status();
    assert_eq!(status, Some(3), "{told}");
    assert!(
        told.contains("interrupted; the machine is removed; the draft so far is content/guides/a/index.md"),
        "{told}"
    );
    let text = std::fs::read_to_string(site.path().join("content/guides/a/index.md")).expect("a draft");
    assert!(text.ends_with("```command\necho one\n```\n\n```output\none\n```\n"), "{text}");
    let owner = format!("org.guidepost.owner={}:", pid.as_raw_nonzero());
    let left = docker(&["ps", "--all", "--format", "{{.Labels}}", "--filter", "label=org.guidepost.run"]);
    assert!(!left.contains(&owner), "{left}");
}

/// A draft need not be done, and where nothing was done there is none.
#[test]
fn a_draft_that_is_not_done() {
    if !has_engine() {
        return;
    }
    let site = TestSite::new(&[("guidepost.yaml", "title: T\nbase_url: https://example.org/\n")]);
    let mut desk = Desk::open(&site, &["record", "guides/a", "--no-verify"]);
    desk.types("# ", &["exit\r"]);
    let (status, told) = desk.status();
    assert!(status == Some(0) && told.contains("nothing is written"), "{status:?} {told}");
    assert!(!site.path().join("content").exists());
    let mut desk = Desk::open(&site, &["record", "guides/a", "--no-verify"]);
    desk.types("# ", &["date +%N\r"]);
    desk.types("# ", &["\x04"]);
    let (status, told) = desk.status();
    assert!(status == Some(0) && told.contains("content/guides/a/index.md is written"), "{status:?} {told}");
    let again = site.run(&["plan", "content/guides/a/index.md", "--drafts"]);
    assert_eq!(again.status, 0, "{again:?}");
}
