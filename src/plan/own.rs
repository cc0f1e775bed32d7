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
    /// Them, each with the numbers of the steps that set it.
    pub fn own_values(&self) -> Values {
        let mut values = Values::default();
        self.own_texts().for_each(|(text, step, by)| values.add(text, step, by));
        values
    }

    /// The texts that a guide types, saves and binds to names, each with the number of its step: 0 before the first. What is skipped
    /// sets nothing.
    pub(crate) fn own_texts(&self) -> impl Iterator<Item = (&str, usize, By)> {
        let bound = self.settings.vars.values().chain(self.values.iter().map(|taken| &taken.value));
        let bound = bound.map(|value| (value.as_str(), 0, By::Saved));
        let setup = self.settings.setup.iter().flat_map(|command| &command.lines);
        let done = self.steps.iter().filter(|step| step.undone().is_none());
        let of_steps = done.flat_map(|step| {
            let (typed, saved) = match &step.kind {
                StepKind::Run { commands } => (commands.as_slice(), None),
                StepKind::Write { text, .. } => (&[][..], Some(text)),
                StepKind::Expect { .. } => (&[][..], None),
            };
            let typed = typed.iter().flat_map(|command| &command.lines);
            let typed = typed.map(|line| (line.as_str(), step.number, By::Typed));
            typed.chain(saved.map(|text| (text.as_str(), step.number, By::Saved)))
        });
        bound.chain(setup.map(|line| (line.as_str(), 0, By::Typed))).chain(of_steps)
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
