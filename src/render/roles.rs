//! What the blocks of a page are: as they were decided, not as their fences look.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    guide::{CodeBlock, Role},
    plan::Decided,
    terminal::program::is_of_shell,
};

/// What was decided for the blocks of a page, by the files and bytes where they begin.
#[derive(Debug, Default)]
pub struct Roles(HashMap<String, HashMap<usize, (Role, Option<String>)>>);

impl Roles {
    /// Of the blocks of a page.
    pub fn new(blocks: Vec<Decided>) -> Self {
        let mut roles = Self::default();
        for block in blocks {
            let role = (block.role(), block.file);
            roles.0.entry(block.at.path).or_default().insert(block.at.span.start, role);
        }
        roles
    }

    /// A block as a page shows it, and the path of its file. `path` is of the file that it stands in, `start` the byte there.
    pub(super) fn of<'c>(&self, path: &str, start: usize, code: &'c CodeBlock) -> (Cow<'c, CodeBlock>, Option<String>) {
        let decided = self.0.get(path).and_then(|blocks| blocks.get(&start));
        let Some((role, file)) = decided else {
            let file = code.title.clone().filter(|_| code.role == Role::File);
            return (Cow::Borrowed(code), file);
        };
        let untitled = file.is_some() && code.title.is_none();
        if *role == code.role && !untitled {
            return (Cow::Borrowed(code), file.clone());
        }
        let mut shown = code.clone();
        shown.role = *role;
        shown.title = shown.title.or_else(|| file.clone());
        // What a command shows is in no shell's language.
        if *role == Role::Output && is_of_shell(&shown.language) {
            shown.language.clear();
        }
        (Cow::Owned(shown), file.clone())
    }
}
