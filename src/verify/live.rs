//! The session engine on a terminal in a machine.

use std::time::Duration;

use super::{host::Running, recording::Tape};
use crate::{
    machine::{Error, Result, RunId, TerminalOptions},
    session::{
        COLUMNS, ENVIRONMENT, End, Outcome, Place, ROWS, Settings, Step,
        driver::{Came, Person, Session, Terminal, Transcript},
    },
    terminal::clean::clean,
};

/// An open session.
pub(super) struct Live<T> {
    session: Session<T>,
    /// The end of what was shown last, for progress.
    tail: Vec<u8>,
    tape: Option<Tape>,
    /// What the marks of all its shells carry.
    key: String,
    /// Name of its machine.
    machine: String,
}

/// Is called with what the terminal shows, as it comes, and with the end of all that it has shown.
pub(super) type Shown<'a> = &'a mut (dyn FnMut(&[u8], &[u8]) + Send);

/// Bytes of [`Live::tail`].
pub(super) const TAIL: usize = 400;

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
    /// Opens a terminal and waits for the prompt of its shell.
    ///
    /// # Errors
    /// [`Error::NoPrompt`] if none comes, and if the machine or the engine is gone.
    pub(super) async fn open(
        machine: &impl Running<Terminal = T>,
        opening: Opening,
        tape: Option<Tape>,
    ) -> Result<Self> {
        let env = ENVIRONMENT.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let command = ["sh", "-c", LOGIN].map(str::to_owned).to_vec();
        let Opening { user, folder, columns } = opening;
        let columns = columns.unwrap_or(COLUMNS);
        let options = TerminalOptions { user, command, env, folder, size: (columns, ROWS) };
        let tape = tape.map(|tape| tape.of_another());
        let terminal = machine.open(&options).await?;
        let key: String = RunId::random().as_str().chars().filter(char::is_ascii_alphanumeric).collect();
        let settings = Settings { key: key.clone(), columns, ..Settings::default() };
        let opening = settings.opening;
        let mut tail = Vec::new();
        let mut told = Told { tape: tape.as_ref(), tail: &mut tail, shown: &mut |_, _| {} };
        let (session, outcome) = Session::open(terminal, settings, &mut told).await.map_err(Into::into)?;
        let live = Self { session, tail, tape, key, machine: machine.name().to_owned() };
        let reason = match outcome.end {
            End::Prompt { .. } => return Ok(live),
            End::SessionEnded { status: Some(status) } => {
                format!("ended with status {status} before it showed a prompt")
            }
            End::SessionEnded { status: None } => "ended before it showed a prompt".to_owned(),
            _ => format!("showed no prompt of a shell that answers within {} s", opening.as_secs()),
        };
        Err(live.no_prompt(reason, &outcome))
    }

    fn no_prompt(&self, reason: String, outcome: &Outcome) -> Error {
        Error::NoPrompt { machine: self.machine.clone(), reason, tail: clean(&outcome.output) }
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

    /// Types a hidden line, of which no recording and no listener is told, and which any shell that lives has soon done.
    ///
    /// # Errors
    /// [`Error::NoPrompt`] if it has not, and if the machine or the engine is gone.
    pub(super) async fn unseen(&mut self, line: &str) -> Result<()> {
        let patience = Settings::default().opening;
        let outcome = self.quietly(Step::new(line).timeout(patience)).await?;
        if matches!(outcome.end, End::Prompt { .. }) {
            return Ok(());
        }
        Err(self.no_prompt(format!("has not answered within {} s", patience.as_secs()), &outcome))
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

    /// Lets a person type until something comes of it.
    ///
    /// # Errors
    /// If the machine or the engine is gone, or the person's terminal is broken.
    pub(super) async fn attend(&mut self, person: &mut impl Person) -> Result<Came> {
        self.session.attend(person).await.map_err(Into::into)
    }

    /// Nobody types any more, if there is a prompt, and nothing stands there: whether that is so.
    pub(super) fn unattended(&mut self) -> bool {
        self.session.unattended()
    }

    /// The lines of the command that runs, if a person has typed it.
    pub(super) fn typed_so_far(&self) -> &[String] {
        self.session.typed_so_far()
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

    /// What the marks of all its shells carry.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Whether something can be typed: a prompt has come back.
    pub(super) fn is_ready(&self) -> bool {
        self.session.is_ready()
    }

    /// Where the terminal is, from the outermost place to the innermost.
    pub(super) fn places(&self) -> &[Place] {
        self.session.places()
    }

    /// Its terminal, the end of what it has shown, and what the marks of all its shells carry.
    pub(super) fn into_parts(self) -> (T, Vec<u8>, String) {
        (self.session.into_terminal(), self.tail, self.key)
    }
}

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
    let lines = text.rsplit(['\n', '\r']).map(clean);
    lines.map(|line| line.trim().to_owned()).find(|line| !line.is_empty()).unwrap_or_default()
}
