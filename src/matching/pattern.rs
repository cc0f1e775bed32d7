//! `match="regex"`: every documented line is a regular expression for a whole line; `...` stands for any lines.

use regex::{Regex, RegexBuilder};

use super::{
    Comparison, LineDiff, State, align,
    lines::{Lines, is_elision},
    value::Scale,
};

/// The memory that one expression may take, in bytes.
const SIZE: usize = 1 << 20;

/// Comparisons after which the search is given up.
const BUDGET: usize = 2_000_000;

/// Compares by the documented expressions.
pub(super) fn compare(documented: &str, real: &str, scale: Scale<'_>) -> Comparison {
    let (d_lines, r_lines) = (Lines::of(documented), Lines::of(real));
    let mut patterns = Vec::new();
    for (index, line) in d_lines.all.iter().enumerate() {
        let pattern = match is_elision(line) {
            true => None,
            false => match RegexBuilder::new(&format!("^(?:{line})$")).size_limit(SIZE).build() {
                Ok(regex) => Some(regex),
                Err(error) => {
                    let line = d_lines.first + index + 1;
                    let why = format!("line {line} is not a regular expression: {}", last_line(&error.to_string()));
                    return Comparison::broken(Vec::new(), why);
                }
            },
        };
        patterns.push(pattern);
    }
    let lines = place(&patterns, &r_lines.all).map(|places| {
        let mut lines = Vec::new();
        for (index, (start, len)) in places.into_iter().enumerate() {
            let elided = patterns[index].is_none();
            lines.push(LineDiff {
                documented: Some(d_lines.first + index),
                real: r_lines.first + start..r_lines.first + start + len,
                state: if elided { State::Elided } else { State::Forgiven },
                changes: Vec::new(),
            });
        }
        lines
    });
    match lines {
        Some(lines) => Comparison {
            verdict: super::Verdict::Holds,
            lines,
            why: "every line fits its regular expression".to_owned(),
        },
        None => {
            let lines = align::compare(documented, real, scale).lines;
            Comparison::broken(lines, "the output does not fit the documented regular expressions")
        }
    }
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim()
}

/// For each documented line, the first real line that it stands for and how many: leftmost, run by run between elisions.
fn place(patterns: &[Option<Regex>], real: &[&str]) -> Option<Vec<(usize, usize)>> {
    let mut budget = BUDGET;
    let mut found = Vec::new();
    let mut at = 0;
    let mut index = 0;
    let mut free = false;
    while index < patterns.len() {
        if patterns[index].is_none() {
            free = true;
            found.push((at, 0));
            index += 1;
            continue;
        }
        let run = patterns[index..].iter().map_while(Option::as_ref).collect::<Vec<_>>();
        let is_last = index + run.len() == patterns.len();
        let end = real.len().checked_sub(run.len())?;
        let places = match (free, is_last) {
            (false, false) => at..at + 1,
            (false, true) if end == at => at..at + 1,
            (false, true) => return None,
            (true, false) => at..end + 1,
            (true, true) => end.max(at)..end + 1,
        };
        let mut fits = |place: usize| {
            place + run.len() <= real.len()
                && run.iter().zip(&real[place..]).all(|(regex, line)| {
                    budget = budget.saturating_sub(1);
                    budget > 0 && regex.is_match(line)
                })
        };
        let place = { places }.find(|place| fits(*place))?;
        if free && let Some(elided) = found.last_mut() {
            elided.1 = place - elided.0;
        }
        found.extend((0..run.len()).map(|i| (place + i, 1)));
        at = place + run.len();
        index += run.len();
        free = false;
    }
    match found.last_mut() {
        Some(elided) if free => elided.1 = real.len() - elided.0,
        _ if at == real.len() => {}
        _ => return None,
    }
    Some(found)
}
