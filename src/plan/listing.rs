//! Blocks that say nothing about what they are for, and what a careful reader does with them: the file that the editor before
//! them waits for, commands for the program that is open, or only something to look at.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    LeftOut, Omission,
    steps::{Builder, Draft},
};
use crate::{diagnostic::Diagnostic, guide::Role, terminal::program};

/// How an author says what a block is for.
const SAY: &str =
    "write {role=command} behind its language if readers type it, and {role=listing} if they only look at it";

/// Words that announce what a command shows.
static SHOWN: LazyLock<Regex> = LazyLock::new(|| {
    let words =
        r"\b(outputs?|prints?|shows?|returns?|displays?|you (will|should) see|results?|looks? like|similar to)\b";
    Regex::new(words).expect("a valid pattern")
});

/// Whether the last sentence of the prose before a block announces what a command shows, and not a file.
fn announces_output(prose: &str) -> bool {
    let prose = prose.trim();
    let ends = [". ", "! ", "? "].map(|end| prose.rfind(end));
    let sentence = ends.into_iter().max().flatten().map_or(prose, |end| &prose[end + 1..]).to_lowercase();
    SHOWN.is_match(&sentence) && (sentence.contains("output") || !sentence.contains("file"))
}

impl Builder<'_> {
    /// Adds a block without a role.
    pub(super) fn listing(&mut self, mut draft: Draft<'_, '_>) {
        let block = draft.block;
        let language = block.code.language.as_str();
        if draft.given.path.is_some() {
            draft.inferred.push("it is saved, because `path` says where".into());
            return self.file(draft);
        }
        if block.code.said_role {
            return;
        }
        if self.is_for_editor(&draft) {
            return self.file_of_editor(draft);
        }
        let open = self.program.filter(|_| block.code.title.is_none());
        if let Some(program) = open.filter(|program| program.reads(language)) {
            let why = format!("it is typed at the prompt of `{}`, which was opened and not left", program.name());
            draft.inferred.push(why);
            return self.commands(draft);
        }
        let shown = if language.is_empty() { "this block".to_owned() } else { format!("this `{language}` block") };
        let why = match open {
            Some(program) if program::is_read(language) => {
                Some(format!("`{}` is open there, which does not read it", program.name()))
            }
            None if program::is_typed(language) && block.code.title.is_none() => {
                Some("no program that reads it is open there".to_owned())
            }
            _ => None,
        };
        if let Some(why) = why.as_ref().filter(|_| draft.skip.is_none()) {
            let problem = Diagnostic::warning("block-not-done", format!("{shown} is not typed: {why}"));
            self.diagnostics.push(problem.at(&block.origin.source, block.span).help(SAY));
        }
        let announced = why.is_none() && self.after_commands && announces_output(&block.prose);
        let omission = match announced || why.is_some() {
            true => draft.omission.unwrap_or(Omission::NotDone),
            false => Omission::LookedAt,
        };
        if announced && draft.skip.is_none() {
            let what = format!("{shown} is not compared, though the text before it announces an output");
            let help = "make it an output block (```output), or write {role=listing} behind its language if readers only look at it";
            self.diagnostics
                .push(Diagnostic::warning("block-not-done", what).at(&block.origin.source, block.span).help(help));
        }
        let why = draft.skip.or(why).unwrap_or_else(|| "nothing says that it is typed or saved".into());
        self.left_out.push(LeftOut { at: block.at(), language: language.to_owned(), why, omission, tab: None });
    }

    /// Adds the block that an open editor waits for.
    pub(super) fn file_of_editor(&mut self, mut draft: Draft<'_, '_>) {
        draft.inferred.push("it is the file, because it is the first block after the editor was opened".into());
        self.file(draft);
    }

    /// Whether a block without the role of a file is what an open editor waits for. Commands are not, unless they are a script.
    pub(super) fn is_for_editor(&self, draft: &Draft<'_, '_>) -> bool {
        let code = &draft.block.code;
        let fits = self.opened.as_ref().is_some_and(|opened| {
            opened.alone.section == draft.block.section && opened.editor.path_for(code.title.as_deref()).is_some()
        });
        let may = match code.role {
            Role::Listing => code.language != "diff",
            Role::Command => code.text.starts_with("#!"),
            Role::File | Role::Output => false,
        };
        fits && may && !code.said_role && !code.text.trim().is_empty()
    }
}
