//! What happens while guides are done, for whoever wants to show it.

use super::Writing;
use crate::report::{Failure, GuideReport, StepReport};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A guide is begun.
    Begin {
        /// How many steps it has.
        steps: usize,
    },
    /// Its machine is made.
    Machine(crate::machine::Event),
    /// Its machine is ready before it is its turn.
    Ready,
    /// Its setup is not done again: it was done for an earlier guide, and the machine was kept.
    Setup {
        /// When: RFC 3339.
        made: &'a str,
    },
    /// Its setup is shared, and done anew for each guide all the same.
    SetupAnew {
        /// Why.
        why: &'static str,
    },
    /// A step is begun.
    Step {
        /// Its number, from 1.
        number: usize,
        /// What is typed first, or the file's path.
        what: String,
    },
    /// The last line that a command has shown so far, without control characters.
    Line(String),
    /// What the guide's terminal has shown since the last event of this kind, for listeners that want it. Of control characters
    /// it has only tabs, line feeds, and a carriage return where a line is written anew; secrets are masked. At most
    /// [`OUTPUT`] bytes of a step.
    Output(String),
    /// What the terminal of a guide that is being written has shown, as it was printed, with its control sequences, for listeners that
    /// have a terminal to show it in ([`Listener::wants_screen`]). Secrets are masked.
    Screen(String),
    /// A question was answered.
    Answered {
        /// The line with the question.
        question: String,
        /// What was typed, `********` if it is a secret.
        reply: String,
    },
    /// A step is over.
    StepDone {
        /// What came of it.
        step: &'a StepReport,
    },
    /// The guide is broken, and is done again on a clean machine.
    Again {
        /// What was wrong.
        failure: &'a Failure,
    },
    /// The guide is broken and its machine stays.
    Kept {
        /// The command that opens a terminal there, as the user and in the folder where it broke.
        command: String,
        /// Whether [`resume`](super::resume()) can go on there, or why not.
        goes_on: Result<(), String>,
    },
    /// The guide is broken, and a person gets a terminal in its machine.
    Shell,
    /// A result of an earlier run is there, and the guide is not done again.
    Known {
        /// What came of it.
        report: &'a GuideReport,
    },
    /// The guide's recording or its result cannot be written.
    Unwritten {
        /// Which of them; a result is a [`RESULT`].
        what: &'static str,
        /// Why.
        why: String,
    },
    /// Of a guide that is being written, see [`write`](super::write()).
    Writing(Writing<'a>),
    /// A guide is over.
    End {
        /// What came of it.
        report: &'a GuideReport,
    },
}

/// What [`Event::Unwritten`] calls the result of a guide.
pub const RESULT: &str = "result";

/// Bytes of a step's [`Event::Output`] at most.
pub const OUTPUT: usize = 1 << 20;

/// Hears what happens. `guide` is the path of the guide's file, followed by its machine if it is done on several.
pub trait Listener: Sync {
    /// Called for every event.
    fn event(&self, guide: &str, event: Event<'_>);

    /// Whether it wants [`Event::Output`], which takes time to make.
    fn wants_output(&self) -> bool {
        false
    }

    /// Whether it wants [`Event::Screen`].
    fn wants_screen(&self) -> bool {
        false
    }
}

/// Nobody listens.
impl Listener for () {
    fn event(&self, _: &str, _: Event<'_>) {}
}
