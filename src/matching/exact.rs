//! `match="exact"`: nothing is forgiven, and nothing is a wildcard.

use super::{Change, Comparison, State, Why, diff, line, lines::Lines, value::Scale};

/// Compares line by line.
pub(super) fn compare(documented: &str, real: &str, scale: Scale<'_>) -> Comparison {
    let (documented, real) = (Lines::of(documented), Lines::of(real));
    let keys = |lines: &Lines<'_>| lines.all.iter().map(|l| diff::key(l)).collect::<Vec<_>>();
    let pair = |d: usize, r: usize| {
        let (d, r) = (documented.all[d], real.all[r]);
        if d == r {
            return line::Outcome::of(Vec::new(), d.len(), r.len());
        }
        let mut outcome = line::compare(d, r, scale);
        for change in &mut outcome.changes {
            change.why = Why::Differs;
        }
        if outcome.changes.is_empty() {
            outcome.changes.push(Change { documented: 0..d.len(), real: 0..r.len(), why: Why::Differs });
        }
        outcome.state = State::Differs;
        outcome
    };
    let mut found = diff::diff(&keys(&documented), &keys(&real), &pair);
    diff::shift(&mut found, documented.first, real.first);
    Comparison::of_lines(found)
}
