//! What was forgiven: values that are others than the page's, and may be.

use serde::Serialize;

use super::{
    StepReport,
    difference::count,
    safe::{line, short},
};
use crate::matching::Why;

/// Values that are named in a sentence.
const NAMED: usize = 5;

/// Characters of a value in a sentence.
const VALUE: usize = 60;

/// A value that was another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forgiven<'a> {
    /// Path of the file that documents it.
    pub path: &'a str,
    /// The line where its output is looked at, from 1.
    pub line: usize,
    /// What it is.
    pub kind: &'static str,
    /// As the page has it.
    pub documented: &'a str,
    /// As it was.
    pub real: &'a str,
}

impl StepReport {
    /// The values of its output that were forgiven. How a table is laid out is no value, and what an author wrote `[..]` for was
    /// not forgiven.
    pub fn forgiven(&self) -> Vec<Forgiven<'_>> {
        let (Some(comparison), Some(documented)) = (&self.comparison, &self.documented) else { return Vec::new() };
        let (documented, real): (Vec<&str>, Vec<&str>) = (documented.lines().collect(), self.output.lines().collect());
        let mut found = Vec::new();
        for compared in &comparison.lines {
            for change in &compared.changes {
                let Why::Forgiven(kind) = change.why else { continue };
                let d = compared.documented.and_then(|at| documented.get(at)?.get(change.documented.clone()));
                let r = real.get(compared.real.start).and_then(|line| line.get(change.real.clone()));
                if let (Some(documented), Some(real), true) = (d, r, kind.is_value()) {
                    found.push(Forgiven { path: &self.path, line: self.line, kind: kind.name(), documented, real });
                }
            }
        }
        found
    }

    /// `2 values may differ: 12 MB was 14 MB (size), …`; none if nothing was forgiven.
    pub fn may_differ(&self) -> Option<String> {
        let forgiven = self.forgiven();
        let value = |text: &str| short(&line(text), VALUE).into_owned();
        let named = forgiven.iter().take(NAMED);
        let mut named: Vec<String> =
            named.map(|one| format!("{} was {} ({})", value(one.documented), value(one.real), one.kind)).collect();
        let more = forgiven.len().saturating_sub(NAMED);
        named.extend((more > 0).then(|| format!("{more} more")));
        (!forgiven.is_empty()).then(|| format!("{} may differ: {}", count(forgiven.len(), "value"), named.join(", ")))
    }
}
