//! The session engine on a terminal in a machine.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

use super::{host::Running, recording::Tape};
use crate::{
    machine::{Error, Result, RunId, TerminalOptions},
    session::{
        COLUMNS, ENVIRONMENT, Mark, Outcome, Piece, Place, ROWS, Scanner, Settings, Step,
        driver::{Read, Session, Terminal, Transcript},
    },
};

/// An open session.
pub(super) struct Live<T> {
    session: Session<T>,
    /// The end of what was shown last, for progress.
    tail: Vec<u8>,
    tape: Option<Tape>,
    /// What the marks of its shell carry.
    key: String,
}

/// Is called with what the terminal shows, as it comes, and with the end of all that it has shown.
pub(super) type Shown<'a> = &'a mut (dyn FnMut(&[u8], &[u8]) + Send);

/// Bytes of [`Live::tail`].
const TAIL: usize = 400;

/// A terminal begins at home, unless it is to begin elsewhere, by its folder or by the image's `WORKDIR`. Bash if there is one.
const LOGIN: &str = r#"[ "$PWD" != / ] || cd; command -v bash >/dev/null && exec bash -l; exec sh -l"#;

/// How a terminal is opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Opening {
    /// Who types; `None` for the machine's user.
    pub(super) user: Option<String>,
    /// Where it begins; `None` for home, or the image's own folder.
    pub(super) folder: Option<String>,
    /// How wide it is.
    pub(super) columns: Option<u16>,
}

impl<T: Terminal<Error: Into<Error>> + 'static> Live<T> {
    /// Opens a terminal and waits for its prompt. The outcome tells how that went.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn open(
        machine: &impl Running<Terminal = T>,
        opening: Opening,
        tape: Option<Tape>,
    ) -> Result<(Self, Outcome)> {
        let env = ENVIRONMENT.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let command = ["sh", "-c", LOGIN].map(str::to_owned).to_vec();
        let Opening { user, folder, columns } = opening;
        let columns = columns.unwrap_or(COLUMNS);
        let options = TerminalOptions { user, command, env, folder, size: (columns, ROWS) };
        let tape = tape.map(|tape| tape.of_another());
        let terminal = machine.open(&options).await?;
        let key: String = RunId::random().as_str().chars().filter(char::is_ascii_alphanumeric).collect();
        let settings = Settings { key: key.clone(), columns, ..Settings::default() };
        let mut tail = Vec::new();
        let mut told = Told { tape: tape.as_ref(), tail: &mut tail, shown: &mut |_, _| {} };
        let (session, outcome) = Session::open(terminal, settings, &mut told).await.map_err(Into::into)?;
        Ok((Self { session, tail, tape, key }, outcome))
    }

    /// Types a step and waits for its end. `shown` is called with what comes, and with the end of what there was so far.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn step(&mut self, step: Step, shown: Shown<'_>) -> Result<Outcome> {
        let mut told = Told { tape: self.tape.as_ref(), tail: &mut self.tail, shown };
        self.session.run(step, &mut told).await.map_err(Into::into)
    }

    /// Types a step of which no recording and no listener is told.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn quietly(&mut self, step: Step) -> Result<Outcome> {
        self.session.run(step, &mut ()).await.map_err(Into::into)
    }

    /// Types a step that is not waited for: until its command has shown `until`, serves ([`End::Serves`](crate::session::End)), or
    /// for a moment. If it runs on then, that is [`End::TimedOut`](crate::session::End), with what it has shown.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn launch(&mut self, step: Step, at_most: Duration) -> Result<Outcome> {
        let mut told = Told { tape: self.tape.as_ref(), tail: &mut self.tail, shown: &mut |_, _| {} };
        self.session.launch(step, at_most, &mut told).await.map_err(Into::into)
    }

    /// The time in its recording, if the step that was marked last has shown anything there.
    pub(super) fn recorded(&self) -> Option<Duration> {
        self.tape.as_ref()?.end(self.session.now())
    }

    /// Marks a moment of its recording, and tells which.
    pub(super) fn mark(&self, label: &str) -> Option<Duration> {
        Some(self.tape.as_ref()?.mark(self.session.now(), label))
    }

    /// The same recording, for another terminal.
    pub(super) fn tape(&self) -> Option<Tape> {
        self.tape.clone()
    }

    /// Whether its own shell has ended, so that nothing can be typed here.
    pub(super) fn has_ended(&self) -> bool {
        self.session.places().is_empty()
    }

    /// Where the terminal is, from the outermost place to the innermost.
    pub(super) fn places(&self) -> &[Place] {
        self.session.places()
    }

    /// Keeps reading, so that what this line of a step has started is never held up, and notes whether it ends.
    pub(super) fn leave(self, step: usize, line: String) -> Left {
        let mut scanner = Scanner::new(&self.key);
        let mut tail = self.tail;
        let mut terminal = self.session.into_terminal();
        let stop = Arc::new(Notify::new());
        let died = Arc::new(Mutex::new(None));
        let (asked, found) = (Arc::clone(&stop), Arc::clone(&died));
        let ended = tokio::spawn(async move {
            let mut buffer = vec![0; 64 << 10];
            loop {
                tokio::select! {
                    read = terminal.read(&mut buffer, Duration::MAX) => match read {
                        Ok(Read::Bytes(length)) => {
                            let status = ended(&mut scanner, &buffer[..length], &mut tail);
                            let mut died = found.lock().unwrap_or_else(PoisonError::into_inner);
                            // Of what it has ended with, the first prompt tells.
                            *died = died.take().or_else(|| Some((status?, last_line(&tail))));
                        }
                        Ok(Read::Silence) => {}
                        _ => return,
                    },
                    () = asked.notified() => break,
                }
            }
            if terminal.write(CTRL_C).await.is_ok() {
                loop {
                    let until = terminal.now() + STOPPED;
                    let Ok(Read::Bytes(_)) = terminal.read(&mut buffer, until).await else { return };
                }
            }
        });
        Left { step, line, stop, ended, died }
    }
}

/// The status in the first prompt that these bytes show; until then, what they show is added to the end of what there was.
fn ended(scanner: &mut Scanner, mut bytes: &[u8], tail: &mut Vec<u8>) -> Option<i32> {
    while let Some(piece) = scanner.next(&mut bytes) {
        match piece {
            Piece::Text(text) => {
                tail.extend_from_slice(text);
                tail.drain(..tail.len().saturating_sub(TAIL));
            }
            Piece::Mark(Mark::Prompt { status, .. }) => return status,
            Piece::Mark(_) => {}
        }
    }
    None
}

/// What was left running in a terminal of its own.
pub(super) struct Left {
    /// The number of its step.
    pub(super) step: usize,
    /// What has started it.
    pub(super) line: String,
    /// The status with which it has ended, and the last that it said.
    died: Arc<Mutex<Option<(i32, String)>>>,
    stop: Arc<Notify>,
    ended: tokio::task::JoinHandle<()>,
}

impl Left {
    /// The status with which it has ended by itself, and the last that it said, if that is a failure: nobody has ended it by a signal.
    pub(super) fn failed(&self) -> Option<(i32, String)> {
        let died = self.died.lock().unwrap_or_else(PoisonError::into_inner);
        died.clone().filter(|(status, _)| (1..128).contains(status))
    }

    /// Presses Ctrl-C, and waits until its terminal is silent.
    pub(super) async fn stop(self) {
        self.stop.notify_one();
        // Whether it has ended in time is seen by what comes next.
        let _ = tokio::time::timeout(STOPPING, self.ended).await;
    }
}

/// Ends what runs in a terminal.
const CTRL_C: &[u8] = &[3];
/// Silence after which what was stopped has said all.
const STOPPED: Duration = Duration::from_secs(1);
/// How long it may take.
const STOPPING: Duration = Duration::from_secs(10);

/// Tells recording, progress and listener what is shown.
struct Told<'a> {
    tape: Option<&'a Tape>,
    tail: &'a mut Vec<u8>,
    shown: Shown<'a>,
}

impl Transcript for Told<'_> {
    fn shown(&mut self, time: Duration, bytes: &[u8]) {
        if let Some(tape) = self.tape {
            tape.shown(time, bytes);
        }
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let extra = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..extra);
        (self.shown)(bytes, self.tail);
    }
}

/// The last line of a text that is not empty, without control characters.
pub(super) fn last_line(tail: &[u8]) -> String {
    let text = String::from_utf8_lossy(tail);
    let lines = text.rsplit(['\n', '\r']).map(crate::terminal::clean::clean);
    lines.map(|line| line.trim().to_owned()).find(|line| !line.is_empty()).unwrap_or_default()
}
