//! Blocks that nothing is done with, and why.

use super::{
    LeftOut, Omission,
    decision::{Act, Decision},
    steps::{Builder, Draft},
};
use crate::{diagnostic::Diagnostic, terminal::program};

/// How an author says what a block is for.
const SAY: &str =
    "write {role=command} behind its language if readers type it, and {role=listing} if they only look at it";

impl Builder<'_> {
    /// Adds a block that nothing is done with.
    pub(super) fn leave(&mut self, draft: Draft<'_, '_>, decision: &Decision) {
        let block = draft.block;
        let language = block.code.language.as_str();
        if draft.is_said() && decision.act == Act::Looked {
            return;
        }
        let open = self.program.filter(|_| block.code.title.is_none());
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
        let why = why.filter(|_| decision.act == Act::Looked);
        if let Some(why) = why.as_ref().filter(|_| draft.skip.is_none()) {
            let problem = Diagnostic::warning("block-not-done", format!("{shown} is not typed: {why}"));
            self.diagnostics.push(problem.at(&block.origin.source, block.span).help(SAY));
        }
        let omission = match decision.act {
            _ if decision.is_open() => draft.omission.unwrap_or(Omission::Undecided),
            _ if why.is_some() => draft.omission.unwrap_or(Omission::NotDone),
            Act::Elsewhere => Omission::Elsewhere,
            Act::Alternative => Omission::Optional,
            Act::Typed | Act::Saved | Act::Compared => draft.omission.unwrap_or(Omission::NotDone),
            Act::Looked => Omission::LookedAt,
        };
        // Both readings are named: who decides must know between what.
        let readings = decision.doubt.filter(|_| omission == Omission::Undecided);
        let own = match readings {
            Some(other) => format!("{}, or {}: {}", other.said(), decision.act.said(), decision.why),
            None => decision.why.clone(),
        };
        let why = draft.skip.or(why).unwrap_or(own);
        let (at, language) = (block.at(), language.to_owned());
        self.left_out.push(LeftOut {
            at,
            language,
            why,
            omission,
            tab: None,
            act: decision.act,
            rule: decision.rule,
            doubt: decision.doubt,
            offer: None,
        });
    }
}
