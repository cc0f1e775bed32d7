//! What a verdict stands on, in the words of a language.

use super::Words;
use crate::report::Coverage;

impl Words {
    /// `15 of 20 blocks: 12 commands ran, 5 outputs compared`, as [`Coverage::text`] says it in English.
    pub(crate) fn coverage(&self, of: &Coverage) -> String {
        let parts = self.parts(of);
        match (of.blocks, parts.is_empty()) {
            (0, true) => self.text("coverage_nothing"),
            (0, false) => self.list(&parts),
            _ => {
                let share = self.say("coverage_share", &[("done", &of.done), ("count", &of.blocks)]);
                self.say("coverage", &[("share", &share), ("parts", &self.list(&parts))])
            }
        }
    }

    fn parts(&self, of: &Coverage) -> Vec<String> {
        let none_compared = of.done > 0 && of.outputs == 0;
        let counted = |key: &str, count: usize| (count > 0).then(|| self.say(key, &[("count", &count)]));
        let parts = [
            counted("coverage_commands", of.commands),
            counted("coverage_outputs", of.outputs),
            none_compared.then(|| self.text("coverage_no_output")),
            counted("coverage_forgiven", of.forgiven),
            counted("coverage_files", of.files),
            counted("coverage_broken", of.broken),
            counted("coverage_skipped", of.skipped),
            counted("coverage_undecided", of.undecided),
            counted("coverage_not_done", of.not_done),
            counted("coverage_optional", of.optional),
        ];
        parts.into_iter().flatten().collect()
    }
}
