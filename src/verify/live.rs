//! The session engine on a terminal in a machine.

use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::recording::Tape;
use crate::{
    machine::{Ended, Error, Result, Run, RunningMachine, Terminal, TerminalOptions, TerminalReader, TerminalWriter},
    session::{
        Action, ENVIRONMENT, End, Engine, Foreground, Outcome, Place, Settings, Step,
        probe::{SCRIPT, judge, unreadable},
    },
};

/// An open session.
pub(super) struct Live {
    engine: Engine,
    terminal: Terminal,
    reader: TerminalReader,
    writer: TerminalWriter,
    begin: Instant,
    buffer: Vec<u8>,
    /// The end of what was shown last, for progress.
    tail: Vec<u8>,
    tape: Option<Tape>,
}

/// Is called with what the terminal shows, as it comes, and with the end of all that it has shown.
pub(super) type Shown<'a> = &'a mut (dyn FnMut(&[u8], &[u8]) + Send);

/// How long a look at the programs of a machine may take.
const LOOK: Duration = Duration::from_secs(5);

/// How long what runs on may still say, once it has shown what was waited for.
const SETTLE: Duration = Duration::from_millis(200);

/// Bytes of [`Live::tail`].
const TAIL: usize = 400;

/// A terminal begins at home, unless it is to begin elsewhere, by its folder or by the image's `WORKDIR`. Bash if there is one.
const LOGIN: &str = r#"[ "$PWD" != / ] || cd; command -v bash >/dev/null && exec bash -l; exec sh -l"#;

impl Live {
    /// Opens a terminal and waits for its prompt. The outcome tells how that went.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn open(
        machine: &RunningMachine,
        folder: Option<String>,
        tape: Option<Tape>,
    ) -> Result<(Self, Outcome)> {
        let env = ENVIRONMENT.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let command = ["sh", "-c", LOGIN].map(str::to_owned).to_vec();
        let options = TerminalOptions { command, env, folder, ..TerminalOptions::default() };
        let (terminal, reader, writer) = machine.open(&options).await?;
        let key: String =
            crate::machine::RunId::random().as_str().chars().filter(char::is_ascii_alphanumeric).collect();
        let engine = Engine::open(Settings { key, ..Settings::default() }, Duration::ZERO);
        let begin = Instant::now();
        let buffer = vec![0; 64 << 10];
        let mut live = Self { engine, terminal, reader, writer, begin, buffer, tail: Vec::new(), tape };
        let outcome = live.drive(None, &mut |_, _| {}).await?;
        Ok((live, outcome))
    }

    /// Types a step and waits for its end. `shown` is called with what comes, and with the end of what there was so far.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn step(&mut self, step: Step, shown: Shown<'_>) -> Result<Outcome> {
        self.engine.begin(step, self.begin.elapsed());
        self.drive(None, shown).await
    }

    /// Types a step of which no recording and no listener is told.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn quietly(&mut self, step: Step) -> Result<Outcome> {
        let (tape, tail) = (self.tape.take(), std::mem::take(&mut self.tail));
        let outcome = self.step(step, &mut |_, _| {}).await;
        (self.tape, self.tail) = (tape, tail);
        outcome
    }

    /// Types a step that is not waited for: until its command has shown `until`, or for a moment. If it runs on, that is
    /// [`End::TimedOut`], with what it has shown.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn launch(&mut self, step: Step, at_most: Duration) -> Result<Outcome> {
        self.engine.begin(Step { runs_on: true, ..step }, self.begin.elapsed());
        self.drive(Some(self.begin.elapsed() + at_most), &mut |_, _| {}).await
    }

    async fn drive(&mut self, mut limit: Option<Duration>, shown: Shown<'_>) -> Result<Outcome> {
        let mut seen = false;
        loop {
            let until = match self.engine.poll(self.begin.elapsed()) {
                Action::Done(outcome) => return Ok(outcome),
                Action::Type(keys) => {
                    // A terminal that is gone tells so when it is read.
                    let _ = self.writer.write_all(&keys).await;
                    continue;
                }
                Action::Probe(shell) => {
                    let foreground = self.foreground(shell).await;
                    self.engine.probed(foreground, self.begin.elapsed());
                    continue;
                }
                Action::Wait(until) => until,
                Action::Idle => return Err(Error::Refused { status: 0, message: "the session has no step".into() }),
            };
            let until = limit.map_or(until, |limit| until.min(limit));
            let wait = until.saturating_sub(self.begin.elapsed());
            match tokio::time::timeout(wait, self.reader.read(&mut self.buffer)).await {
                Ok(Ok(length)) if length > 0 => {
                    self.engine.feed(&self.buffer[..length], self.begin.elapsed());
                    let bytes = self.engine.shown();
                    if let Some(tape) = &self.tape {
                        tape.shown(self.begin.elapsed(), bytes);
                    }
                    self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
                    let extra = self.tail.len().saturating_sub(TAIL);
                    self.tail.drain(..extra);
                    shown(bytes, &self.tail);
                }
                Ok(_) => {
                    let status = match self.terminal.ended().await? {
                        Ended::With(status) => i32::try_from(status).ok(),
                        Ended::No => None,
                    };
                    self.engine.closed(status, self.begin.elapsed());
                }
                Err(_) => {}
            }
            if limit.is_some_and(|limit| self.begin.elapsed() >= limit) {
                return Ok(self.running_on());
            }
            if !seen && self.engine.until_seen() {
                seen = true;
                let settled = self.begin.elapsed() + SETTLE;
                limit = limit.map(|limit| limit.min(settled));
            }
        }
    }

    /// The outcome of a command that is left running.
    fn running_on(&self) -> Outcome {
        Outcome {
            ready: false,
            until_seen: self.engine.until_seen(),
            output: self.engine.so_far(),
            before: self.engine.places().to_vec(),
            after: self.engine.places().to_vec(),
            ..Outcome::new(End::TimedOut)
        }
    }

    /// What the program in the foreground of the terminal does, seen by root or by its own user, whoever may look.
    async fn foreground(&self, shell: u32) -> Foreground {
        let shell = shell.to_string();
        let command = ["sh", "-c", SCRIPT, "sh", &shell];
        let run = Run { command: &command, limit: 64 << 10, timeout: Some(LOOK), ..Run::default() };
        let look = async |user: Option<&str>| match self.terminal.beside(&Run { user, ..run.clone() }).await {
            Ok(output) => output.text(),
            Err(_) => String::new(),
        };
        let mut seen = look(None).await;
        if let Some(user) = unreadable(&seen) {
            seen = look(Some(&user.to_string())).await;
        }
        judge(&seen)
    }

    /// The time in its recording, if the step that was marked last has shown anything there.
    pub(super) fn recorded(&self) -> Option<Duration> {
        self.tape.as_ref()?.end(self.begin.elapsed())
    }

    /// Marks a moment of its recording, and tells which.
    pub(super) fn mark(&self, label: &str) -> Option<Duration> {
        Some(self.tape.as_ref()?.mark(self.begin.elapsed(), label))
    }

    /// Where the terminal is, from the outermost place to the innermost.
    pub(super) fn places(&self) -> &[Place] {
        self.engine.places()
    }

    /// Keeps reading and forgets what it reads, so that a command that runs on is never held up.
    pub(super) fn drain(mut self) -> tokio::task::JoinHandle<()> {
        tokio::spawn(
            async move { while matches!(self.reader.read(&mut self.buffer).await, Ok(length) if length > 0) {} },
        )
    }
}

/// The last line of a text that is not empty, without control characters.
pub(super) fn last_line(tail: &[u8]) -> String {
    let text = String::from_utf8_lossy(tail);
    let lines = text.rsplit(['\n', '\r']).map(crate::terminal::clean::clean);
    lines.map(|line| line.trim().to_owned()).find(|line| !line.is_empty()).unwrap_or_default()
}
