//! Prompts that are prompts only below the command that opens what shows them.

use super::root;
use crate::terminal::{program::Opening, prompt::length_at};

/// What the commands before have opened, one in the other.
#[derive(Debug, Default)]
pub(super) struct Opened<'a> {
    /// Each with the prompt of the shell in which it was opened.
    open: Vec<(Opening, &'a str)>,
}

impl<'a> Opened<'a> {
    /// The length of the innermost one's prompt at the beginning of a line, and whether it asks for more, as it does only
    /// behind a line that was `typed`.
    pub(super) fn prompt_length(&self, line: &str, was_typed: bool) -> Option<(usize, bool)> {
        let (opening, _) = self.open.last()?;
        let (length, more) = length_at(line, opening.program)?;
        let (prompt, typed) = line.split_at(length);
        // A shell asks for more only while a command is open, and `# ` may begin a comment.
        let comment = prompt == "# " && !(opening.root && root::is_command(typed));
        (was_typed || !more).then_some(())?;
        (!(opening.program.is_shell() && (more || comment))).then_some((length, more))
    }

    /// Whether what is typed at the innermost one's own prompts is read by a shell's grammar.
    pub(super) fn is_shell(&self) -> bool {
        self.open.last().is_none_or(|(opening, _)| opening.program.is_shell())
    }

    /// A line was typed: at the innermost one's prompt (`inner`), or at another one, which may be that of a shell.
    pub(super) fn type_line(&mut self, inner: bool, shell: bool, prompt: &'a str, typed: &str) {
        if !inner {
            let outer = self.open.iter().position(|(_, outer)| *outer == prompt);
            self.open.truncate(outer.unwrap_or(self.open.len()));
            if !shell {
                return;
            }
            while self.open.last().is_some_and(|(opening, _)| !opening.program.is_shell()) {
                self.open.pop();
            }
        }
        match self.open.last() {
            Some((opening, _)) if opening.program.leaves(typed) => drop(self.open.pop()),
            Some((opening, _)) if !opening.program.is_shell() => {}
            _ => self.open.extend(Opening::of(typed).map(|opening| (opening, prompt))),
        }
    }
}
