//! `match="contains"`: the documented lines stand somewhere in the output, one after the other, `...` for any between them.
//!
//! Each documented line may be a part of its real one, from a word's beginning to a word's end: `active` is not in `inactive`.

use super::{
    Comparison, LineDiff, State, align, diff,
    kinds::{self, Token},
    line::{self, Outcome},
    lines::{Lines, is_elision},
    value::Scale,
};

/// Lines that are cut before only equal text is looked for.
const STEPS: usize = 200_000;

/// Looks for the documented lines.
pub(super) fn compare(documented: &str, real: &str, scale: Scale<'_>) -> Comparison {
    let (d_lines, r_lines) = (Lines::of(documented), Lines::of(real));
    if d_lines.all.is_empty() {
        return Comparison::of_lines(Vec::new());
    }
    // Whole lines first, with all that lines may be; `...` inside is as elsewhere.
    let around = format!("...\n{}\n...", d_lines.all.join("\n"));
    let mut whole = align::compare(&around, real, scale);
    if whole.verdict != super::Verdict::Broken {
        whole.lines.retain(|l| l.documented != Some(0) && l.documented != Some(d_lines.all.len() + 1));
        for line in &mut whole.lines {
            line.documented = line.documented.map(|d| d - 1 + d_lines.first);
        }
        return whole;
    }
    if let Some(mut lines) = pieces(&d_lines.all, &r_lines.all, scale) {
        diff::shift(&mut lines, d_lines.first, r_lines.first);
        return Comparison::of_lines(lines);
    }
    let lines = align::compare(documented, real, scale).lines;
    Comparison::broken(lines, "the documented lines are nowhere in the output")
}

/// Finds the lines between elisions, each perhaps as a part of its real line: one piece after the other, where it first holds,
/// or else where it drifted.
fn pieces(documented: &[&str], real: &[&str], scale: Scale<'_>) -> Option<Vec<LineDiff>> {
    let mut lines = Vec::new();
    let (mut steps, mut from, mut elided) = (STEPS, 0, None);
    let mut d = 0;
    while d < documented.len() {
        if is_elision(documented[d]) {
            elided = Some(d);
            d += 1;
            continue;
        }
        let length = documented[d..].iter().take_while(|line| !is_elision(line)).count();
        let (at, outcomes) = piece(&documented[d..d + length], real, from, &mut steps, scale)?;
        if let Some(d) = elided.take() {
            lines.push(LineDiff { documented: Some(d), real: from..at, state: State::Elided, changes: Vec::new() });
        }
        lines.extend(outcomes.into_iter().enumerate().map(|(i, Outcome { state, changes, .. })| LineDiff {
            documented: Some(d + i),
            real: at + i..at + i + 1,
            state,
            changes,
        }));
        (d, from) = (d + length, at + length);
    }
    if let Some(d) = elided {
        let rest = from..real.len();
        lines.push(LineDiff { documented: Some(d), real: rest, state: State::Elided, changes: Vec::new() });
    }
    Some(lines)
}

/// Where neighbouring lines stand, at `from` or later.
fn piece(
    documented: &[&str],
    real: &[&str],
    from: usize,
    steps: &mut usize,
    scale: Scale<'_>,
) -> Option<(usize, Vec<Outcome>)> {
    let wanted: Vec<Vec<Token>> = documented.iter().map(|line| kinds::tokens(line)).collect();
    let mut found = None;
    for at in from..(real.len() + 1).saturating_sub(documented.len()) {
        let line = |d: usize, steps: &mut usize| inside(documented[d], &wanted[d], real[at + d], steps, scale);
        let Some(outcomes) = (0..documented.len()).map(|d| line(d, steps)).collect::<Option<Vec<_>>>() else {
            continue;
        };
        if outcomes.iter().all(|o| o.state <= State::Forgiven) {
            return Some((at, outcomes));
        }
        found.get_or_insert((at, outcomes));
    }
    found
}

/// A documented line as a part of a real one.
fn inside(documented: &str, wanted: &[Token], real: &str, steps: &mut usize, scale: Scale<'_>) -> Option<Outcome> {
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
    windows.filter_map(|part| line::good(documented, wanted, real, part, scale)).min_by_key(|o| o.state)
}
