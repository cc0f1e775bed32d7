//! The loop between an [`Engine`] and a terminal. It needs no runtime: what waits is the terminal.

use super::engine::{Action, Attended, Engine, Settings};
use super::place::Place;
use super::probe::Foreground;
use super::step::{End, Outcome, Step};
use futures_util::future::{Either, select};
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::pin::pin;
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

    /// Takes another size: columns and rows. Some terminals keep theirs.
    fn resize(&mut self, _size: (u16, u16)) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// What a person does at a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// Presses keys.
    Keys(Vec<u8>),
    /// Makes it so many columns wide and so many rows high.
    Resizes((u16, u16)),
    /// Goes away.
    Leaves,
}

/// Somebody who types, and sees what a terminal shows.
pub trait Person: Send {
    /// Waits until the person does something. Giving up on it loses nothing.
    ///
    /// # Errors
    /// If the person's own terminal is broken.
    fn does(&mut self) -> impl Future<Output = io::Result<Doing>> + Send;

    /// Shows bytes.
    ///
    /// # Errors
    /// If the person's own terminal is broken.
    fn show(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// What a person at a session has come to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is made once a command, and moved once")]
pub enum Came {
    /// A command has ended.
    Ended(Attended),
    /// A program has taken the whole screen: nobody has typed anything into it yet.
    FullScreen,
    /// The person or the session is gone.
    Over,
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
    /// Keys of a person that are still to be typed.
    keys: VecDeque<u8>,
    /// A program has the whole screen, which was told.
    full: bool,
}

/// Silence after which the next line of what a person has pasted is typed, whatever the terminal shows.
const PASTE: Duration = Duration::from_millis(150);

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
        let mut session = Self { engine, terminal, buffer: vec![0; 64 << 10], keys: VecDeque::new(), full: false };
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

    /// Lets a person type, until something comes of it: to be called again and again.
    ///
    /// # Errors
    /// If the terminal, or the person's own, is broken.
    pub async fn attend(&mut self, person: &mut impl Person) -> Result<Came, T::Error> {
        let mut typed = self.terminal.now();
        loop {
            let now = self.terminal.now();
            self.engine.attend(now);
            let wake = match self.engine.poll(now) {
                Action::Type(keys) => {
                    self.terminal.write(&keys).await?;
                    continue;
                }
                Action::Wait(until) => until,
                // Nobody asks what a program does whose person sees it.
                Action::Probe(_) | Action::Listening(_) | Action::Done(_) => continue,
                Action::Idle => Duration::MAX,
            };
            person.show(&self.engine.take_shown())?;
            if let Some(done) = self.engine.attended() {
                return Ok(Came::Ended(done));
            }
            if self.engine.is_closed() {
                return Ok(Came::Over);
            }
            let is_full = self.engine.has_full_screen();
            if std::mem::replace(&mut self.full, is_full) != is_full && is_full {
                return Ok(Came::FullScreen);
            }
            let waits = !self.keys.is_empty() && !is_full && !self.engine.is_at_prompt() && now < typed + PASTE;
            if !self.keys.is_empty() && !self.engine.is_busy() && !waits {
                let end = self.keys.iter().position(|key| *key == b'\r').filter(|_| !is_full);
                let line: Vec<u8> = self.keys.drain(..end.map_or(self.keys.len(), |end| end + 1)).collect();
                self.engine.pressed(&line, now);
                self.terminal.write(&line).await?;
                typed = now;
                continue;
            }
            let until = if self.keys.is_empty() { wake } else { wake.min(now + PASTE) };
            let read = {
                let read = pin!(self.terminal.read(&mut self.buffer, until));
                match self.keys.is_empty() {
                    // What was pasted is typed line by line: a person who goes on meanwhile waits.
                    false => Either::Left(read.await?),
                    true => match select(read, pin!(person.does())).await {
                        Either::Left((read, _)) => Either::Left(read?),
                        Either::Right((doing, _)) => Either::Right(doing?),
                    },
                }
            };
            let now = self.terminal.now();
            match read {
                Either::Left(Read::Bytes(length)) => {
                    self.engine.feed(&self.buffer[..length], now);
                    typed = if self.keys.is_empty() { typed } else { now };
                }
                Either::Left(Read::Silence) => {}
                Either::Left(Read::Closed(status)) => self.engine.closed(status, now),
                Either::Right(Doing::Keys(keys)) => self.keys.extend(keys),
                Either::Right(Doing::Resizes(size)) => {
                    self.engine.resize(size);
                    self.terminal.resize(size).await;
                }
                Either::Right(Doing::Leaves) => return Ok(Came::Over),
            }
        }
    }

    /// Nobody types any more, if there is a prompt, and nothing stands there: whether that is so.
    pub fn unattended(&mut self) -> bool {
        self.keys.is_empty() && self.engine.unattended()
    }

    /// The lines of the command that runs, if a person has typed it.
    pub fn typed_so_far(&self) -> &[String] {
        self.engine.typed_so_far()
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
        // Silence is time in which nothing was there to be read, and not time in which nobody has read.
        let mut now = self.terminal.now();
        loop {
            let until = match self.engine.poll(now) {
                Action::Done(outcome) => return Ok(outcome),
                Action::Type(keys) => {
                    self.terminal.write(&keys).await?;
                    continue;
                }
                Action::Probe(shell) => {
                    let foreground = self.terminal.foreground(shell).await;
                    now = self.terminal.now();
                    self.engine.probed(foreground, now);
                    continue;
                }
                Action::Listening(shell) => {
                    let ports = self.terminal.listening(shell).await;
                    self.engine.listens(ports);
                    continue;
                }
                // What came with the limit counts.
                Action::Wait(_) if limit.is_some_and(|limit| now >= limit) => return Ok(self.running_on()),
                Action::Wait(until) => until,
                Action::Idle => return Err(io::Error::other("the session has no step").into()),
            };
            let until = limit.map_or(until, |limit| until.min(limit));
            let read = self.terminal.read(&mut self.buffer, until).await?;
            now = self.terminal.now();
            match read {
                Read::Bytes(length) => {
                    self.engine.feed(&self.buffer[..length], now);
                    transcript.shown(now, &self.engine.take_shown());
                }
                Read::Silence => {}
                Read::Closed(status) => self.engine.closed(status, now),
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
