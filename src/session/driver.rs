//! The loop between an [`Engine`] and a terminal.

use super::engine::{Action, Engine, Settings};
use super::place::Place;
use super::probe::Foreground;
use super::step::{Outcome, Step};
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

/// Something to type into and to read from.
pub trait Terminal {
    /// The time on this terminal's clock.
    fn now(&self) -> Duration;

    /// Types.
    ///
    /// # Errors
    /// If the terminal is gone, which [`read`](Self::read) will tell too, or broken.
    fn write(&mut self, keys: &[u8]) -> io::Result<()>;

    /// Waits for output until the time `until`.
    ///
    /// # Errors
    /// If the terminal is broken.
    fn read(&mut self, buffer: &mut [u8], until: Duration) -> io::Result<Read>;

    /// Looks what the program in the foreground does; `shell` is the process id of the first shell.
    fn foreground(&mut self, shell: u32) -> Foreground {
        let _ = shell;
        Foreground::Unknown
    }
}

/// Listens to what a session shows, for a transcript such as an asciicast.
pub trait Transcript {
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
pub struct Session<T, S = ()> {
    engine: Engine,
    terminal: T,
    transcript: S,
    buffer: Vec<u8>,
}

impl<T: Terminal, S: Transcript> Session<T, S> {
    /// Opens a session: waits for the shell's prompt and tells the shell to mark its prompts.
    ///
    /// # Errors
    /// If the terminal is broken.
    pub fn open(terminal: T, transcript: S, settings: Settings) -> io::Result<(Self, Outcome)> {
        let engine = Engine::open(settings, terminal.now());
        let mut session = Self { engine, terminal, transcript, buffer: vec![0; 64 << 10] };
        let outcome = session.drive()?;
        Ok((session, outcome))
    }

    /// Types a step and waits for its end.
    ///
    /// # Errors
    /// If the terminal is broken.
    pub fn run(&mut self, step: Step) -> io::Result<Outcome> {
        self.engine.begin(step, self.terminal.now());
        self.drive()
    }

    /// Where the session is.
    pub fn places(&self) -> &[Place] {
        self.engine.places()
    }

    /// The terminal and the transcript.
    pub fn into_parts(self) -> (T, S) {
        (self.terminal, self.transcript)
    }

    fn drive(&mut self) -> io::Result<Outcome> {
        loop {
            let until = match self.engine.poll(self.terminal.now()) {
                Action::Done(outcome) => return Ok(outcome),
                Action::Type(keys) => {
                    self.terminal.write(&keys)?;
                    continue;
                }
                Action::Probe(shell) => {
                    let foreground = self.terminal.foreground(shell);
                    self.engine.probed(foreground, self.terminal.now());
                    continue;
                }
                Action::Wait(until) => until,
                Action::Idle => return Err(io::Error::other("the session has no step")),
            };
            let read = self.terminal.read(&mut self.buffer, until)?;
            let now = self.terminal.now();
            match read {
                Read::Bytes(length) => {
                    self.engine.feed(&self.buffer[..length], now);
                    self.transcript.shown(now, self.engine.shown());
                }
                Read::Silence => {}
                Read::Closed(status) => self.engine.closed(status, now),
            }
        }
    }
}
