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

/// Words by which a text calls an output an example, of which a reader's need not be one.
static EXAMPLE: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)^\s*(an )?(example|sample)\b[^.!?]{0,24}:\s*$|\b(example|sample)s? (of (the|an|such an) )?(output|outcome|response|listing)s?\b|\b(output|response)s?( is)? (an )?examples?\b|\bsomething (like|similar)\b|\bsimilar to (this|the following|that)\b|\b(may|might|can|could|will) (look|be) (a bit |slightly |somewhat )?(different|differently)\b|\b(may|might|can|will) (differ|vary)\b";
    Regex::new(words).expect("a valid pattern")
});

/// What the text around an output says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Readers are to compare it. Only checksums are then compared exactly: of other values a text may speak as loosely as
    /// people do.
    pub sums: bool,
    /// It is an example: a reader's may be another one.
    pub example: bool,
}

impl Told {
    /// By what stands around it.
    pub(super) fn by(prose: &[&str]) -> Self {
        let says = |words: &Regex| prose.iter().any(|prose| words.is_match(prose));
        Self { sums: says(&COMPARE), example: says(&EXAMPLE) }
    }
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
            assert_eq!(Told::by(&[prose]).sums, tells, "{prose}");
        }
    }

    #[test]
    fn prose_that_calls_it_an_example() {
        for (prose, tells) in [
            ("View example output", true),
            ("Sample output:", true),
            ("Example:", true),
            ("You get something like this:", true),
            ("The output is similar to the following:", true),
            ("Your output may differ:", true),
            ("The output should look like this:", false),
            ("For example, list the folder:", false),
            ("The example prints:", false),
            ("Output:", false),
        ] {
            assert_eq!(Told::by(&[prose]).example, tells, "{prose}");
        }
    }
}
