//! Interpreters that a page shows at work without saying that they are opened: at `>>> `, a reader opens Python.

use super::{
    At, Attributes, Command, Step, StepKind,
    blocks::Block,
    steps::{Builder, Draft},
};
use crate::terminal::{
    program::{self, Program},
    prompt,
};

/// An interpreter that the reader opened unasked, and has not left.
#[derive(Debug)]
pub(super) struct Unasked {
    program: &'static Program,
    /// The section in which it was opened: what stands in another begins anew.
    section: String,
    /// How it is left.
    leave: Step,
    /// The text opens it, so that it stays open for all of its section that it reads.
    stays: bool,
}

impl Unasked {
    /// A program that is left by what is typed at `at`; none if nobody knows what says goodbye to it. `stays`: it is open until the
    /// section ends.
    fn new(draft: &Draft<'_, '_>, program: &'static Program, at: At, stays: bool) -> Option<Self> {
        let goodbye = Command::one(program.goodbye()?, at.clone());
        let mut leave = draft.step(StepKind::Run { commands: vec![goodbye] }, Attributes::default());
        leave.at = at;
        leave.inferred = vec![format!("`{}` is left, because what follows is not for it", program.name())];
        Some(Self { program, section: draft.block.section.clone(), leave, stays })
    }
}

impl Builder<'_> {
    /// Opens the interpreter whose prompt a block shows, if nothing is open. It knows what the page has imported before.
    pub(super) fn open_unasked(&mut self, draft: &Draft<'_, '_>) {
        let Some(program) = interpreter(draft.block).filter(|_| draft.skip.is_none()) else { return };
        if self.unasked.is_some() {
            self.program = Some(program);
            return;
        }
        if self.program.is_some() {
            return;
        }
        let Some(unasked) = Unasked::new(draft, program, draft.block.at(), false) else { return };
        let typed = |line: &str| Command::one(line, draft.block.at());
        let commands = std::iter::once(program.name()).chain(self.imported.iter().map(String::as_str)).map(typed);
        let mut open = draft.step(StepKind::Run { commands: commands.collect() }, Attributes::default());
        open.inferred = vec![format!("`{}` is opened, because the block shows its prompt", program.name())];
        self.program = Some(program);
        self.push(open);
        self.unasked = Some(unasked);
    }

    /// A program that only the text before a block has opened is left at the end of the section.
    pub(super) fn opened_by_text(&mut self, draft: &Draft<'_, '_>, at: At) {
        let Some(program) = self.program else { return };
        if let Some(unasked) = Unasked::new(draft, program, at, true) {
            self.unasked = Some(unasked);
        }
    }

    /// Before a block of another section: a program that only the text has opened is left.
    pub(super) fn leave_at_section(&mut self, block: &Block<'_>) {
        let ends = |unasked: &mut Unasked| unasked.stays && unasked.section != block.section;
        if let Some(unasked) = self.unasked.take_if(ends)
            && self.program.take().is_some()
        {
            self.push(unasked.leave);
        }
    }

    /// After a block: what follows is not read by an interpreter that was opened unasked, unless it shows its prompt.
    pub(super) fn rest_unasked(&mut self, block: &Block<'_>) {
        let Some(unasked) = self.unasked.as_ref().filter(|unasked| !unasked.stays) else { return };
        let lines = block.code.text.lines().map(prompt::without_prompt);
        let imports = lines.filter(|line| line.starts_with("import ") || line.starts_with("from "));
        let new: Vec<String> = imports.map(str::to_owned).filter(|line| !self.imported.contains(line)).collect();
        let is_open = self.program.is_some_and(|open| std::ptr::eq(open, unasked.program));
        self.program = None;
        self.imported.extend(new);
        if !is_open {
            self.unasked = None;
        }
    }

    /// Before a block that is done: an interpreter that was opened unasked is left, unless the block goes on in it.
    pub(super) fn leave_unasked(&mut self, block: &Block<'_>) {
        let goes_on = |unasked: &mut Unasked| {
            let leaves = || block.code.text.lines().next().is_some_and(|line| unasked.program.leaves(line.trim()));
            let reads = || unasked.stays && (!program::is_of_shell(&block.code.language) || leaves());
            let shows = || interpreter(block).is_some_and(|program| std::ptr::eq(program, unasked.program));
            unasked.section == block.section && (reads() || shows())
        };
        if let Some(unasked) = self.unasked.take_if(|unasked| !goes_on(unasked)) {
            // Whoever has left it already, as the page says, does not leave it again.
            if unasked.stays && self.program.take().is_none() {
                return;
            }
            self.push(unasked.leave);
        }
    }
}

/// The interpreter whose prompt stands before the first thing that is typed in a block.
fn interpreter(block: &Block<'_>) -> Option<&'static Program> {
    let first = block.code.text.lines().find(|line| !line.trim().is_empty())?;
    let shown = &first[..prompt::prompt_length(first)?];
    prompt::program_of(shown).filter(|program| program.is_interpreter())
}
