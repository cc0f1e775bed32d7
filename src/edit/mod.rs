//! A file block as an edit: what the reader's editor would leave.
//!
//! ```text
//! file ──► text    lines, and how they end            ┌─ replace: the block is the file
//! block ─► shape   what a line is: its key, elisions ─┼─ patch:   align ─► splice
//!                                             choose ─┼─ append:  new lines at the end
//!                                                     └─ place:   on top, beside a line, in place of lines
//! ```
//!
//! Nothing of the file is lost without a word: a patch keeps what it does not show, says what it removes, and fails if it does
//! not know where it belongs. All of it is pure.

use std::{fmt, ops::Range};

mod align;
mod beside;
mod choose;
mod indents;
mod nesting;
mod place;
mod shape;
mod splice;
mod text;

#[cfg(test)]
mod tests;

/// How a block changes a file: `edit=`, `after=`, `before=` and `old=`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// As the file and the block suggest; the choice is explained.
    #[default]
    Auto,
    /// The block is the whole file.
    Replace,
    /// The block is an excerpt that takes the place of the lines most like it.
    Patch,
    /// The block is added at the end.
    Append,
    /// The block is added on top.
    Prepend,
    /// The block is added below this line, or these lines.
    After(String),
    /// The block is added above this line, or these lines.
    Before(String),
    /// The block takes the place of these lines.
    Instead(String),
    /// The page says that the file is new: the block is the whole file, unless it leaves out lines. Authors say `replace`.
    Create,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = |lines: &str| lines.trim().lines().next().unwrap_or_default().trim().to_owned();
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Replace => f.write_str("replace"),
            Self::Patch => f.write_str("patch"),
            Self::Append => f.write_str("append"),
            Self::Prepend => f.write_str("prepend"),
            Self::After(line) => write!(f, "after `{}`", first(line)),
            Self::Before(line) => write!(f, "before `{}`", first(line)),
            Self::Create => f.write_str("create"),
            Self::Instead(old) => write!(f, "in place of `{}`", first(old)),
        }
    }
}

/// A file after an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Its whole text.
    pub text: String,
    /// How it was edited; never [`How::Auto`].
    pub how: How,
    /// Why so, and what was removed, in a sentence.
    pub why: String,
    /// The lines of `text`, from 0, in which everything that changed lies; empty if nothing did.
    pub changed: Range<usize>,
}

/// Why a block cannot be put into a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The block stands for a part of a file that is not there.
    #[error(
        "the block leaves out lines (`{0}`), but there is no file to take them from; if the block is the file, say edit=replace"
    )]
    NothingToElide(String),
    /// Writing the block as it is would overwrite what it leaves out.
    #[error("the block leaves out lines (`{0}`), which edit={1} would lose; say edit=patch")]
    Elision(String, &'static str),
    /// No line of the block is in the file.
    #[error(
        "no line of the block is like a line of the file, so it is unclear where it belongs; show a line around it that the \
         file has, or say edit=append or edit=replace"
    )]
    NoAnchor,
    /// No line of the file is the one that says where.
    #[error(
        "no line of the file is `{0}`, which says where the block belongs; write that line as the file has it by then"
    )]
    NoPlace(String),
    /// Several lines of the file are the one that says where.
    #[error("`{0}` stands at line {1} and at line {2} of the file; name more of the lines there")]
    Twice(String, usize, usize),
    /// The block fits at several places.
    #[error("the block fits equally well at line {0} and at line {1} of the file; show more of the lines around it")]
    Ambiguous(usize, usize),
    /// An elided line is not in the file.
    #[error("`{0}` leaves out something that the file does not have")]
    NotFound(String),
    /// A statement is shown whole, but for many of its lines.
    #[error(
        "the block shows `{0}` to its end, but not {1} of its lines; write `...` where lines stay, or say edit=replace"
    )]
    Incomplete(String, usize),
    /// A new line is further to the left than the file can show.
    #[error(
        "`{0}` stands further to the left than the lines of the block that the file has can be moved there, so the block's \
         lines would lose their indentation; if the block is the whole file, say edit=replace, else show the lines of the \
         file with their own indentation"
    )]
    Shallow(String),
    /// A line would belong to another line than before.
    #[error(
        "`{0}` would no longer stand below `{1}`, which it is indented under; show more of the lines around it, or say \
         edit=replace"
    )]
    Nesting(String, String),
    /// Both readings lose or misplace something.
    #[error(
        "it is unclear whether the block is the file or a part of it ({0}); say edit=patch, edit=append or edit=replace"
    )]
    Unclear(String),
    /// The file or the block is too long to be aligned.
    #[error("a block of {0} lines cannot be aligned with a file of {1} lines; say edit=append or edit=replace")]
    TooLarge(usize, usize),
}

/// Puts a block into a file. `existing` is the file's text, `None` if there is none.
///
/// # Errors
/// [`EditError`] if the block cannot be put into the file without a guess; its message says what the author can do.
pub fn apply(existing: Option<&str>, block: &str, how: &How) -> Result<Edited, EditError> {
    let file = existing.unwrap_or_default();
    match how {
        How::Auto => choose::apply(existing, block),
        How::Replace => replace(existing, block, "edit=replace".to_owned()),
        How::Patch => beside::patch(file, block, "edit=patch".to_owned()),
        How::Append => append(file, block, "edit=append".to_owned()),
        How::Prepend => place::prepend(file, block),
        How::After(line) => place::insert(file, block, line, true),
        How::Before(line) => place::insert(file, block, line, false),
        How::Instead(old) => place::exchange(file, block, old),
        How::Create => create(existing, block),
    }
}

/// Whether a file has lines that a page shows of it, but for white space, marks of comments and what is left out.
pub fn shows(existing: &str, lines: &str) -> bool {
    lines.lines().any(shape::is_elision) || !matches!(place::find_in(existing, lines), Err(EditError::NoPlace(_)))
}

/// The block is a new file. What is there already is no part of it, but for lines that the block leaves out.
fn create(existing: Option<&str>, block: &str) -> Result<Edited, EditError> {
    let same = |old: &str| old.lines().map(str::trim_end).eq(block.lines().map(str::trim_end));
    let is_there = existing.is_some_and(|old| !old.trim().is_empty() && !same(old));
    if !is_there || block.lines().any(shape::is_elision) {
        return choose::apply(existing, block);
    }
    replace(existing, block, "the page says that the file is new".to_owned())
}

/// The block is the file; its line ends are the file's.
fn replace(existing: Option<&str>, block: &str, why: String) -> Result<Edited, EditError> {
    let old = existing.unwrap_or_default();
    if !old.trim().is_empty()
        && let Some(elision) = block.lines().find(|l| shape::is_elision(l))
    {
        return Err(EditError::Elision(elision.trim().to_owned(), "replace"));
    }
    let mut new = text::Text::of(block);
    new.take_style(&text::Text::of(old));
    Ok(finish(old, new, How::Replace, why))
}

/// The block's lines at the end of the file; elisions at its ends stand for the file.
fn append(existing: &str, block: &str, why: String) -> Result<Edited, EditError> {
    let mut lines: Vec<&str> = block.lines().collect();
    let idle = |l: &&str| shape::is_elision(l);
    let start = lines.iter().take_while(|l| idle(l) || l.trim().is_empty()).count();
    if lines[..start].iter().any(idle) {
        lines.drain(..start);
    }
    while lines.last().is_some_and(idle) {
        lines.pop();
    }
    if let Some(elision) = lines.iter().find(|l| idle(l)) {
        return Err(EditError::Elision(elision.trim().to_owned(), "append"));
    }
    let mut new = text::Text::of(existing);
    new.lines.extend(lines.into_iter().map(str::to_owned));
    if !existing.is_empty() {
        new.final_newline = true;
    }
    Ok(finish(existing, new, How::Append, why))
}

/// The result, with what changed.
fn finish(old: &str, new: text::Text, how: How, why: String) -> Edited {
    let before = text::Text::of(old).lines;
    let prefix = before.iter().zip(&new.lines).take_while(|(a, b)| a == b).count();
    let suffix =
        before[prefix..].iter().rev().zip(new.lines[prefix..].iter().rev()).take_while(|(a, b)| a == b).count();
    let text = new.to_string();
    // A last line without anything in it is none of the text's.
    let all = text.lines().count();
    let changed = prefix.min(all)..(new.lines.len() - suffix).min(all);
    Edited { text, how, why, changed }
}

/// `1 line`, `2 lines`.
fn lines(n: usize) -> String {
    format!("{n} line{}", if n == 1 { "" } else { "s" })
}
