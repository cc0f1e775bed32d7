//! `match="unordered"`: the same lines in any order; with a `...` line, perhaps more of them.

use std::collections::HashMap;

use super::{
    Comparison, LineDiff, State,
    align::Texts,
    diff,
    lines::{Lines, is_elision},
    value::Scale,
};

/// Compares as sets of lines.
pub(super) fn compare(documented: &str, real: &str, scale: Scale<'_>) -> Comparison {
    let (d_lines, r_lines) = (Lines::of(documented), Lines::of(real));
    let texts = Texts::new(&d_lines.all, &r_lines.all, scale);
    let mut partner: Vec<Option<usize>> = vec![None; d_lines.all.len()];
    let mut taken = vec![false; r_lines.all.len()];
    // Equal lines are one group, from which the first that is free is taken.
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<&str, usize> = HashMap::new();
    for (r, line) in r_lines.all.iter().enumerate().rev() {
        let group = *group_of.entry(line).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(r);
    }
    let everywhere: Vec<usize> = (0..groups.len()).rev().collect();
    let mut alike: HashMap<u64, Vec<usize>> = HashMap::new();
    for group in &everywhere {
        alike.entry(texts.real_key(groups[*group][0])).or_default().push(*group);
    }
    // The strictest first, so that no line takes a partner that another needs more.
    for accept in [State::Same, State::Forgiven, State::Drifted] {
        for (d, found) in partner.iter_mut().enumerate().filter(|(_, found)| found.is_none()) {
            if is_elision(d_lines.all[d]) || (texts.gave_up() && accept == State::Drifted) {
                continue;
            }
            let places = match texts.documented_key(d) {
                Some(key) => alike.get(&key).map(Vec::as_slice).unwrap_or_default(),
                None => &everywhere,
            };
            let fits = |group: &&usize| groups[**group].last().is_some_and(|r| texts.fits(d, *r, accept));
            let same = group_of.get(d_lines.all[d]).filter(|group| !groups[**group].is_empty());
            let group = same.or_else(|| places.iter().find(fits)).copied();
            *found = group.and_then(|group| groups[group].pop());
            if let Some(r) = *found {
                taken[r] = true;
            }
        }
    }
    let elides = d_lines.all.iter().any(|l| is_elision(l));
    let mut lines = Vec::new();
    for (d, found) in partner.into_iter().enumerate() {
        let (state, real, changes) = match found {
            Some(r) => {
                let outcome = texts.pair(d, r);
                (outcome.state, r..r + 1, outcome.changes)
            }
            None if is_elision(d_lines.all[d]) => (State::Elided, 0..0, Vec::new()),
            None => (State::Missing, 0..0, Vec::new()),
        };
        lines.push(LineDiff { documented: Some(d), real, state, changes });
    }
    for r in (0..taken.len()).filter(|r| !taken[*r]) {
        // Blank lines say nothing once the order says nothing.
        if !elides && !r_lines.all[r].is_empty() {
            lines.push(LineDiff { documented: None, real: r..r + 1, state: State::Extra, changes: Vec::new() });
        }
    }
    lines.retain(|l| l.state != State::Missing || !d_lines.all[l.documented.unwrap_or_default()].is_empty());
    diff::shift(&mut lines, d_lines.first, r_lines.first);
    Comparison::of_lines(lines)
}
