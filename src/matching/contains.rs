//! `match="contains"`: the documented lines stand somewhere in the output, one after the other.
//!
//! Each documented line may be a part of its real one, from a word's beginning to a word's end: `active` is not in `inactive`.

use super::{
    Comparison, LineDiff, State, align, diff,
    kinds::{self, Token},
    line::{self, Outcome, Versions},
    lines::Lines,
};

/// Lines that are cut before only equal text is looked for.
const STEPS: usize = 200_000;

/// Looks for the documented lines.
pub(super) fn compare(documented: &str, real: &str) -> Comparison {
    let (d_lines, r_lines) = (Lines::of(documented), Lines::of(real));
    if d_lines.all.is_empty() {
        return Comparison::of_lines(Vec::new());
    }
    // Whole lines first, with all that lines may be; `...` inside is as elsewhere.
    let around = format!("...\n{}\n...", d_lines.all.join("\n"));
    let mut whole = align::compare(&around, real, Versions::Drift);
    if whole.verdict != super::Verdict::Broken {
        whole.lines.retain(|l| l.documented != Some(0) && l.documented != Some(d_lines.all.len() + 1));
        for line in &mut whole.lines {
            line.documented = line.documented.map(|d| d - 1 + d_lines.first);
        }
        return whole;
    }
    let count = d_lines.all.len();
    let wanted: Vec<Vec<Token>> = d_lines.all.iter().map(|l| kinds::tokens(l)).collect();
    let mut steps = STEPS;
    let mut found = None;
    for at in 0..(r_lines.all.len() + 1).saturating_sub(count) {
        let outcomes: Option<Vec<Outcome>> =
            (0..count).map(|d| inside(d_lines.all[d], &wanted[d], r_lines.all[at + d], &mut steps)).collect();
        let Some(outcomes) = outcomes else { continue };
        let worst = outcomes.iter().map(|o| o.state).max();
        if worst <= Some(State::Forgiven) || found.is_none() {
            found = Some((at, outcomes));
        }
        if worst <= Some(State::Forgiven) {
            break;
        }
    }
    if let Some((at, outcomes)) = found {
        let lines = outcomes.into_iter().enumerate().map(|(d, Outcome { state, changes, .. })| LineDiff {
            documented: Some(d),
            real: at + d..at + d + 1,
            state,
            changes,
        });
        let mut lines: Vec<LineDiff> = lines.collect();
        diff::shift(&mut lines, d_lines.first, r_lines.first);
        return Comparison::of_lines(lines);
    }
    let lines = align::compare(documented, real, Versions::Drift).lines;
    Comparison::broken(lines, "the documented lines are nowhere in the output")
}

/// A documented line as a part of a real one.
fn inside(documented: &str, wanted: &[Token], real: &str, steps: &mut usize) -> Option<Outcome> {
    let text = documented.trim();
    let boundary = |at: usize| {
        let (before, after) = real.split_at(at);
        !(before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric))
    };
    // As text first, which is the usual case and fast.
    if real.match_indices(text).any(|(at, text)| boundary(at) && boundary(at + text.len())) {
        return Some(Outcome::of(Vec::new(), text.len(), text.len()));
    }
    // Then by kinds: as many tokens somewhere in the line.
    *steps = steps.saturating_sub(1);
    if wanted.is_empty() || *steps == 0 {
        return None;
    }
    let tokens = kinds::tokens(real);
    let windows = tokens.windows(wanted.len());
    windows.filter_map(|part| line::good(documented, wanted, real, part, Versions::Drift)).min_by_key(|o| o.state)
}
