//! The values that a guide sets itself: what is typed, saved, and bound to names.

use std::sync::LazyLock;

use regex::Regex;

use super::{Plan, StepKind};
use crate::matching::{By, Values};

/// Words by which a text tells its reader to compare.
static COMPARE: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)\b(compare[ds]?|comparing|(should|must|has to|have to|needs? to) (be|match|equal|read|agree)|match(es)?|same as|identical|verif(y|ies)|expected)\b";
    Regex::new(words).expect("a valid pattern")
});

/// Whether prose around an output tells its reader to compare. Only checksums are then compared exactly: of other values it
/// may speak as loosely as people do.
pub(super) fn compares(prose: &[&str]) -> bool {
    prose.iter().any(|prose| COMPARE.is_match(prose))
}

impl Plan {
    /// Them, each with the numbers of the steps that set it. What is skipped sets nothing.
    pub fn own_values(&self) -> Values {
        let mut values = Values::default();
        for value in self.settings.vars.values().chain(self.values.iter().map(|taken| &taken.value)) {
            values.add(value, 0, By::Saved);
        }
        for line in self.settings.setup.iter().flat_map(|command| &command.lines) {
            values.add(line, 0, By::Typed);
        }
        for step in self.steps.iter().filter(|step| step.undone().is_none()) {
            match &step.kind {
                StepKind::Run { commands } => {
                    for line in commands.iter().flat_map(|command| &command.lines) {
                        values.add(line, step.number, By::Typed);
                    }
                }
                StepKind::Write { text, .. } => values.add(text, step.number, By::Saved),
                StepKind::Expect { .. } => {}
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_that_tells_to_compare() {
        for (prose, tells) in [
            ("Compare it with what the vendor publishes:", true),
            ("The checksum should be the same on each mirror:", true),
            ("It must match the sum on the download page:", true),
            ("Verify the download:", true),
            ("The output is similar to this:", false),
            ("Make a commit:", false),
            ("", false),
        ] {
            assert_eq!(compares(&[prose]), tells, "{prose}");
        }
    }
}
