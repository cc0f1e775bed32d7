//! The loop between an [`Engine`] and a terminal. It needs no runtime: what waits is the terminal.

use super::engine::{Action, Engine, Settings};
use super::place::Place;
use super::probe::Foreground;
use super::step::{End, Outcome, Step};
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

/// What a terminal gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// So many bytes.
    Bytes(usize),
    /// Nothing, until the time was over.
    Silence,
    /// Its shell has ended, with this status if it is known.
    Closed(Option<i32>),
}

/// Something to type into and to read from: in a machine, on this computer, or a script that is played.
pub trait Terminal: Send {
    /// Why a terminal can be broken.
    type Error: From<io::Error>;

    /// The time on this terminal's clock.
    fn now(&self) -> Duration;

    /// Types. That the terminal is gone is no error here: [`read`](Self::read) tells.
    ///
    /// # Errors
    /// If the terminal is broken.
    fn write(&mut self, keys: &[u8]) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Waits for output until the time `until`. Giving up on it loses nothing.
    ///
    /// # Errors
    /// If the terminal is broken.
    fn read(&mut self, buffer: &mut [u8], until: Duration) -> impl Future<Output = Result<Read, Self::Error>> + Send;

    /// Looks what the program in the foreground does; `shell` is the process id of the first shell.
    fn foreground(&mut self, shell: u32) -> impl Future<Output = Foreground> + Send;

    /// Looks on which ports the program in the foreground listens; `shell` is the process id of the first shell.
    fn listening(&mut self, shell: u32) -> impl Future<Output = BTreeSet<u16>> + Send;
}

/// Listens to what a session shows, for a transcript such as an asciicast.
pub trait Transcript: Send {
    /// `bytes` were shown at `time` on the session's clock. They are as the terminal printed them, without marks and hidden lines;
    /// they may have secrets, and begin or end within a character.
    fn shown(&mut self, time: Duration, bytes: &[u8]);
}

/// No transcript.
impl Transcript for () {
    fn shown(&mut self, _: Duration, _: &[u8]) {}
}

/// Collects all.
impl Transcript for Vec<(Duration, Vec<u8>)> {
    fn shown(&mut self, time: Duration, bytes: &[u8]) {
        self.push((time, bytes.to_vec()));
    }
}

/// An [`Engine`] on a terminal.
pub struct Session<T> {
    engine: Engine,
    terminal: T,
    buffer: Vec<u8>,
}

/// How long what runs on may still say, once it has shown what was waited for.
const SETTLE: Duration = Duration::from_millis(200);

impl<T: Terminal> Session<T> {
    /// Opens a session: waits for the shell's prompt and tells the shell to mark its prompts.
    ///
    /// # Errors
    /// If the terminal is broken.
    pub async fn open(
        terminal: T,
        settings: Settings,
        transcript: &mut dyn Transcript,
    ) -> Result<(Self, Outcome), T::Error> {
        let engine = Engine::open(settings, terminal.now());
        let mut session = Self { engine, terminal, buffer: vec![0; 64 << 10] };
        let outcome = session.drive(None, transcript).await?;
        Ok((session, outcome))
    }

    /// Types a step and waits for its end.
    ///
    /// # Errors
    /// If the terminal is broken.
    pub async fn run(&mut self, step: Step, transcript: &mut dyn Transcript) -> Result<Outcome, T::Error> {
        self.engine.begin(step, self.terminal.now());
        self.drive(None, transcript).await
    }

    /// Types a step that is not waited for: until its command has shown `until`, serves ([`End::Serves`]), or for a moment. If it
    /// runs on then, that is [`End::TimedOut`], with what it has shown.
    ///
    /// # Errors
    /// If the terminal is broken.
    pub async fn launch(
        &mut self,
        step: Step,
        at_most: Duration,
        transcript: &mut dyn Transcript,
    ) -> Result<Outcome, T::Error> {
        let now = self.terminal.now();
        self.engine.begin(Step { runs_on: true, ..step }, now);
        self.drive(Some(now.saturating_add(at_most)), transcript).await
    }

    /// Where the session is, from the outermost place to the innermost.
    pub fn places(&self) -> &[Place] {
        self.engine.places()
    }

    /// Whether the last step has ended at a prompt, where the next can be typed.
    pub fn is_ready(&self) -> bool {
        self.engine.is_ready()
    }

    /// The time on the terminal's clock.
    pub fn now(&self) -> Duration {
        self.terminal.now()
    }

    /// The terminal.
    pub fn into_terminal(self) -> T {
        self.terminal
    }

    async fn drive(
        &mut self,
        mut limit: Option<Duration>,
        transcript: &mut dyn Transcript,
    ) -> Result<Outcome, T::Error> {
        let mut seen = false;
        loop {
            let until = match self.engine.poll(self.terminal.now()) {
                Action::Done(outcome) => return Ok(outcome),
                Action::Type(keys) => {
                    self.terminal.write(&keys).await?;
                    continue;
                }
                Action::Probe(shell) => {
                    let foreground = self.terminal.foreground(shell).await;
                    self.engine.probed(foreground, self.terminal.now());
                    continue;
                }
                Action::Listening(shell) => {
                    let ports = self.terminal.listening(shell).await;
                    self.engine.listens(ports);
                    continue;
                }
                Action::Wait(until) => until,
                Action::Idle => return Err(io::Error::other("the session has no step").into()),
            };
            let until = limit.map_or(until, |limit| until.min(limit));
            let read = self.terminal.read(&mut self.buffer, until).await?;
            let now = self.terminal.now();
            match read {
                Read::Bytes(length) => {
                    self.engine.feed(&self.buffer[..length], now);
                    transcript.shown(now, self.engine.shown());
                }
                Read::Silence => {}
                Read::Closed(status) => self.engine.closed(status, now),
            }
            if limit.is_some_and(|limit| now >= limit) {
                return Ok(self.running_on());
            }
            if !seen && self.engine.until_seen() {
                seen = true;
                limit = limit.map(|limit| limit.min(now + SETTLE));
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
}
