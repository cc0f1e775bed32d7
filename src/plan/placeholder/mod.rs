//! Placeholders: what of a block stands for a value of the reader's, and of which kind.
//!
//! ```text
//! prose ─ said ─► texts of which the page says that they stand for something
//! a line ─ looks ─► texts that look like placeholders ─┐
//!                       kind: what each stands for     ├─► Found
//! ```
//!
//! A careful reader never types a placeholder as if it were text. One that is itself a value of its kind (`your_user` can be
//! a user's name, `8080` a port) may be typed as it stands, and is told; what needs any other one waits for a value.
//! All of it is pure: [`find`] reads a line, [`Said`] the prose.

mod kind;
mod looks;
mod said;
#[cfg(test)]
mod tests;

use std::{ops::Range, sync::LazyLock};

use regex::Regex;
use serde::Serialize;

pub use kind::Kind;
pub use said::Said;

/// What is done with the text that may have placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is typed.
    Typed,
    /// It is saved.
    Saved,
}

/// How a text is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'r> {
    /// What is done with it.
    pub how: How,
    /// The language of the block.
    pub language: &'r str,
    /// The whole block.
    pub block: &'r str,
    /// What the prose says.
    pub said: &'r Said,
}

/// A text that stands for a value of the reader's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name, without brackets.
    pub name: String,
    /// Bytes of the line, brackets included.
    pub range: Range<usize>,
    /// What it stands for.
    pub kind: Kind,
    /// Whether it certainly does.
    pub sure: bool,
    /// Whether nothing can be done without a value: typed as it stands, it would be something else than the page means.
    pub waits: bool,
}

/// The placeholders of a line, in order.
pub fn find(line: &str, reading: Reading<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = reading.said.in_line(line, reading.how);
    found.extend(looks::in_line(line, reading));
    // The longest first where several begin; what the prose says before what it looks like.
    found.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end), !found.sure));
    let mut end = 0;
    found.retain(|found| {
        let apart = found.range.start >= end;
        if apart {
            end = found.range.end;
        }
        apart
    });
    found
}

/// A text of this name as a placeholder.
fn made(text: &str, name: &str, range: Range<usize>, kind: Option<Kind>, sure: bool, how: How) -> Found {
    let kind = kind.unwrap_or_else(|| kind_of(name));
    let waits = sure && !kind::is_value(kind, text, how == How::Saved);
    Found { name: name.to_owned(), range, kind, sure, waits }
}

/// A placeholder of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placeholder {
    /// Its name, as `vars` has it.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// Whether a variable has this name.
    pub bound: bool,
    /// Whether it certainly is one.
    pub sure: bool,
    /// Whether its step is not done without a value.
    pub waits: bool,
    /// Line of its file, from 1.
    pub line: usize,
}

impl Placeholder {
    /// Why its step is not done, in a sentence.
    pub fn missed(&self) -> String {
        format!("the placeholder `{}` ({}) has no value; say `{}`", self.name, self.kind.said(), self.line_to_write())
    }

    /// What an author of many guides writes into `guidepost.yaml`, if any value does.
    pub fn line_for_all(&self) -> Option<String> {
        Some(format!("kinds: {{{}: {}}}", self.kind.name(), self.kind.default_value()?))
    }

    /// What an author writes into `verify.yaml`.
    pub fn line_to_write(&self) -> String {
        let plain = |c: char| c.is_alphanumeric() || "_-".contains(c);
        let is_plain = self.name.chars().all(plain) && self.name.starts_with(char::is_alphabetic);
        let name = if is_plain { self.name.clone() } else { format!("{:?}", self.name) };
        format!("vars: {{{name}: …}}")
    }
}

/// What a name that a variable has stands for.
pub fn kind_of(name: &str) -> Kind {
    kind::by_shape(name).or_else(|| kind::by_nouns(name)).unwrap_or(Kind::Name)
}

/// Whether a text that stands for something can be typed as it stands, being such a thing itself: `/dev/md0` for a path.
pub(super) fn is_value(kind: Kind, text: &str) -> bool {
    kind::is_value(kind, text, false)
}

/// Whether a text may have a placeholder that is told by its look: most have none, and need not be read further.
pub fn may_have(text: &str) -> bool {
    static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
        let signs = r"[<\[{@]|://|[Yy]our|YOUR|[Pp]ath/to|[A-Z][_-][A-Z]|(?i:x\.x|xxx|change|replace|insert)|192\.0\.2|198\.51|203\.0|2001:";
        Regex::new(signs).expect("a valid pattern")
    });
    SIGNS.is_match(text)
}
