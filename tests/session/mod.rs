//! The session engine on a pseudo-terminal of this machine, with real shells and programs, and on recorded scripts.

mod output;
mod programs;
mod questions;
mod recorded;
mod script;
mod shells;
mod speed;
mod stop;

use crate::support::local::Local;
use guidepost::session::driver::{self, Terminal, Transcript};
use guidepost::session::{ENVIRONMENT, End, Outcome, Settings, Step};
use pty_process::blocking::Command;
use std::time::Duration;

/// A session that is waited for, with a transcript.
struct Session<T, S = Vec<(Duration, Vec<u8>)>> {
    session: driver::Session<T>,
    transcript: S,
    runtime: tokio::runtime::Runtime,
}

impl<T: Terminal<Error = std::io::Error>, S: Transcript> Session<T, S> {
    fn open(terminal: T, mut transcript: S, settings: Settings) -> std::io::Result<(Self, Outcome)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let opened = driver::Session::open(terminal, settings, &mut transcript);
        let (session, outcome) = runtime.block_on(opened)?;
        Ok((Self { session, transcript, runtime }, outcome))
    }

    fn launch(&mut self, step: Step, at_most: Duration) -> std::io::Result<Outcome> {
        self.runtime.block_on(self.session.launch(step, at_most, &mut self.transcript))
    }

    fn run(&mut self, step: Step) -> std::io::Result<Outcome> {
        self.runtime.block_on(self.session.run(step, &mut self.transcript))
    }
}

/// A session in a fresh home.
struct Test {
    shell: Session<Local>,
    home: tempfile::TempDir,
}

/// Long enough for any machine, and short enough to be noticed: nothing here may run into it.
const LIMIT: Duration = Duration::from_secs(60);

impl Test {
    fn bash() -> Self {
        Self::open(&["bash", "--norc", "--noprofile"])
    }

    fn open(program: &[&str]) -> Self {
        Self::open_with(program, Settings::default())
    }

    fn open_with(program: &[&str], settings: Settings) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = std::env::var("PATH").unwrap();
        // Whoever starts the tests in the background has them ignore Ctrl-C, and so all that they start.
        let command = Command::new("env")
            .arg("--default-signal=INT,QUIT")
            .args(program)
            .env_clear()
            .envs(ENVIRONMENT)
            .env("PATH", path)
            .env("HOME", home.path())
            .current_dir(home.path());
        let settings = Settings { key: "k7Qz".into(), ..settings };
        let (shell, outcome) = Session::open(Local::start(command).unwrap(), Vec::new(), settings).unwrap();
        assert_eq!(outcome.end, End::Prompt { status: None }, "{outcome:#?}");
        assert_eq!(outcome.after.len(), 1);
        Self { shell, home }
    }

    fn step(&mut self, step: Step) -> Outcome {
        let limit = step.timeout.min(LIMIT);
        self.shell.run(step.timeout(limit)).unwrap()
    }

    /// Types lines, all of which must belong to one command.
    fn run(&mut self, text: &str) -> Outcome {
        let outcome = self.step(Step::block(text));
        assert_eq!(outcome.typed, text.lines().count(), "{text}: {outcome:#?}");
        outcome
    }

    /// Types lines; the prompt must be back, with this status and output.
    #[track_caller]
    fn check(&mut self, text: &str, status: impl Into<Option<i32>>, output: &str) -> Outcome {
        let outcome = self.run(text);
        assert_eq!(outcome.end, End::Prompt { status: status.into() }, "{text}: {outcome:#?}");
        assert_eq!(outcome.output, output, "{text}: {outcome:#?}");
        outcome
    }

    /// All that was shown.
    fn shown(self) -> String {
        let shown = self.shell.transcript;
        String::from_utf8(shown.into_iter().flat_map(|(_, bytes)| bytes).collect()).unwrap()
    }
}

/// Names of the places.
fn names(outcome: &Outcome) -> Vec<&str> {
    outcome.after.iter().map(|place| place.name.as_str()).collect()
}

/// Whether all programs are here. In CI a missing one is an error: `scripts/prepare test` installs them.
fn have(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap();
    let here = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let missing: Vec<&&str> = programs.iter().filter(|program| !here(program)).collect();
    assert!(missing.is_empty() || std::env::var("CI").as_deref() != Ok("true"), "not installed: {missing:?}");
    if !missing.is_empty() {
        eprintln!("SKIPPED, not installed: {missing:?}");
    }
    missing.is_empty()
}
