//! What somebody did at a terminal, as the draft of a guide.
//!
//! ```text
//! Deed ─ mistakes  what failed and was then done right is left out
//!        hidden    secrets, and values of variables, as placeholders
//!        files     what an editor changed, as blocks that a reader can follow
//!        output    what was shown, shortened; what differs in a second run, as wildcards
//!        write     Markdown
//! Draft
//! ```
//!
//! All of it is pure. Nothing is written on trust: the draft is read, planned and done in a clean machine as any guide is.

mod files;
mod hidden;
mod mistakes;
mod output;
mod write;

use std::collections::BTreeMap;

use crate::{
    plan::Answer,
    session::{Attended, Reply, asks_for_secret},
};
use hidden::Hidden;
use write::Piece;

/// A command that somebody typed, with what became of it on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// What was typed, shown and answered.
    pub attended: Attended,
    /// What an editor changed.
    pub edits: Vec<Edit>,
    /// It failed, and has changed files all the same.
    pub left_files: bool,
    /// It was an editor in a machine inside the machine, where nobody could look at its file.
    pub unseen: bool,
}

/// A file that an editor changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its path, as it was named.
    pub path: String,
    /// Its text before; `None` if there was no such file, or if nobody knows.
    pub before: Option<String>,
    /// Its text afterwards.
    pub after: String,
}

/// What the draft is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its title.
    pub title: &'a str,
    /// The machine, where that is not the first one.
    pub machine: Option<&'a str>,
    /// How wide the terminal was.
    pub columns: u16,
    /// Values of variables, which the draft has by their names.
    pub vars: &'a BTreeMap<String, String>,
    /// Those of them that the draft itself has to set.
    pub own: &'a BTreeMap<String, String>,
    /// Questions that the library answers already.
    pub answers: &'a [Answer],
}

/// Whether a reply is a secret: the terminal has not shown it, or a password was asked for. A word as short as `yes` is none that is shown.
fn is_secret(reply: &Reply) -> bool {
    const LONGEST_WORD: usize = 3;
    let is_word = reply.text.chars().count() <= LONGEST_WORD;
    !reply.ended && (!reply.shown || (asks_for_secret(&reply.question) && !is_word))
}

impl Subject<'_> {
    /// Whether the library answers a question.
    fn knows(&self, question: &str) -> bool {
        self.answers.iter().any(|answer| question.contains(&answer.question))
    }
}

/// The draft of a guide.
#[derive(Debug, Clone)]
pub struct Draft {
    head: String,
    pieces: Vec<Piece>,
    /// What was left out or is unsure, each in a sentence.
    pub notes: Vec<String>,
}

/// The draft of what was done. No secret is in it.
pub fn draft(deeds: &[Deed], subject: &Subject<'_>) -> Draft {
    let mut deeds: Vec<Deed> = deeds.to_vec();
    mistakes::untangle(&mut deeds);
    let hidden = Hidden::of(&deeds, subject);
    let mut notes = Vec::new();
    mistakes::leave_out(&mut deeds, &mut notes);
    let (head, pieces) = write::pieces(&deeds, subject, &hidden, &mut notes);
    let notes = notes.iter().map(|note| hidden.mask(note)).collect();
    Draft { head, pieces, notes }
}

impl Draft {
    /// Its Markdown.
    pub fn text(&self) -> String {
        self.written().0
    }

    /// Whether it asks for secrets that it does not have.
    pub fn asks_for_secrets(&self) -> bool {
        self.head.contains(write::SECRET)
    }

    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Makes wildcards of what a second run has shown otherwise: of each output, by its line in [`text`](Self::text), what was shown
    /// then. Gives how many outputs that changes.
    pub fn settle(&mut self, shown: &BTreeMap<usize, String>) -> usize {
        let (_, lines) = self.written();
        let mut settled = 0;
        for (piece, lines) in self.pieces.iter_mut().zip(&lines) {
            let Piece::Output(text) = piece else { continue };
            let Some((_, real)) = shown.range(lines.clone()).next() else { continue };
            if let Some(new) = output::settled(text, real) {
                *text = new;
                settled += 1;
            }
        }
        // What says nothing any more is no output.
        self.pieces.retain(|piece| !matches!(piece, Piece::Output(text) if output::says_nothing(text)));
        settled
    }
}

#[cfg(test)]
mod tests;
