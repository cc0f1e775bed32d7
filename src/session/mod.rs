//! A terminal session: typing commands like a person, and knowing when each has ended.
//!
//! ```text
//! bytes of a terminal ─ marks  ─► prompt marks of shells, and text
//!                       screen ─► text as a person sees it
//!                       engine ─► what to type next; the outcome of a step
//! Outcome             ◄─ look:   questions and pagers by their looks; terminal::prompt, where there are no marks
//! ```
//!
//! Where looks are not enough, the engine asks its driver what the program in the foreground does ([`probe`]), and whether it listens on
//! a port ([`listening`]).
//!
//! The [`engine`] is pure: no I/O, no clock. What drives it is the one loop in [`driver::Session`], around any
//! [`driver::Terminal`]: one in Docker, and in the tests a local pseudo-terminal or a script that is played.

pub mod driver;
pub mod engine;
pub mod listening;
pub mod place;
pub mod probe;
pub mod step;

pub(crate) mod inject;
pub(crate) mod look;
mod marks;
mod screen;
pub(crate) mod text;
mod veil;

pub use engine::{Action, Attended, Engine, Reply, Settings};
pub(crate) use look::is_secret as asks_for_secret;
pub(crate) use marks::{Mark, Piece, Scanner};
pub use place::{Kind, Place};
pub use probe::Foreground;
pub use screen::{COLUMNS, ROWS};
pub use step::{Answer, Answered, End, Outcome, Pattern, Service, Step};
pub(crate) use text::is_gap;

/// Whether a line in which the cursor stands looks like a question.
pub(crate) fn is_question(line: &str) -> bool {
    look::question(line) != look::Question::No
}

/// Environment variables for the first shell of a session: no pagers, a known kind of terminal, UTF-8.
pub const ENVIRONMENT: [(&str, &str); 7] = [
    ("TERM", "xterm-256color"),
    ("LANG", "C.UTF-8"),
    ("PAGER", "cat"),
    ("GIT_PAGER", "cat"),
    ("MANPAGER", "cat"),
    ("SYSTEMD_PAGER", "cat"),
    ("PSQL_PAGER", "cat"),
];
