//! Which documented line stands beside which real one, when they are not the same.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    LineDiff, State, Why,
    kinds::{self, Token, What},
    line::Outcome,
};

/// Lines up to which Myers' algorithm may take its time, which is quadratic at worst.
const SMALL: usize = 4000;

/// Pairs up to which a block of replaced lines is paired by similarity.
const PAIRS: usize = 1600;

/// A key that lines have in common when they may compare well: all that is not a value.
pub(super) fn key(line: &str) -> u64 {
    key_of(line, &kinds::tokens(line))
}

/// As [`key`], for a line that is cut already.
pub(super) fn key_of(line: &str, tokens: &[Token]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for token in tokens {
        match token.what {
            What::Space => 0_u8.hash(&mut hasher),
            What::Ruler => (1_u8, line[token.range.clone()].chars().next()).hash(&mut hasher),
            what if what.is_value() => 2_u8.hash(&mut hasher),
            _ => (3_u8, &line[token.range.clone()]).hash(&mut hasher),
        }
    }
    hasher.finish() | 1 << 63
}

/// Moves line numbers by the lines that were left out at the top.
pub(super) fn shift(lines: &mut [LineDiff], documented: usize, real: usize) {
    for line in lines {
        line.documented = line.documented.map(|d| d + documented);
        line.real = line.real.start + real..line.real.end + real;
    }
}

/// Pairs lines by their keys, and those without a partner by `pair`.
pub(super) fn diff(documented: &[u64], real: &[u64], pair: &dyn Fn(usize, usize) -> Outcome) -> Vec<LineDiff> {
    let mut lines = Vec::new();
    for (d, r) in matches(documented, real) {
        let (d_next, r_next) = next(&lines);
        replaced(d_next..d, r_next..r, pair, &mut lines);
        if d < documented.len() {
            let Outcome { state, changes, .. } = pair(d, r);
            lines.push(LineDiff { documented: Some(d), real: r..r + 1, state, changes });
        }
    }
    lines
}

/// The first lines that are not in the result yet.
fn next(lines: &[LineDiff]) -> (usize, usize) {
    let d = lines.iter().rev().find_map(|l| l.documented).map_or(0, |d| d + 1);
    let r = lines.iter().rev().find(|l| !l.real.is_empty()).map_or(0, |l| l.real.end);
    (d, r)
}

/// Pairs of equal keys in order, and at last the two ends.
fn matches(documented: &[u64], real: &[u64]) -> Vec<(usize, usize)> {
    let prefix = documented.iter().zip(real).take_while(|(d, r)| d == r).count();
    let rest = (&documented[prefix..], &real[prefix..]);
    let suffix = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(d, r)| d == r).count();
    let (d_end, r_end) = (documented.len() - suffix, real.len() - suffix);
    let mut found: Vec<(usize, usize)> = (0..prefix).map(|i| (i, i)).collect();
    let mut at = (prefix, prefix);
    let mut anchors = match d_end - prefix + r_end - prefix {
        0..=SMALL => Vec::new(),
        _ => unique_anchors(&documented[..d_end], &real[..r_end], prefix),
    };
    anchors.push((d_end, r_end));
    for (d, r) in anchors {
        if d - at.0 + r - at.1 <= SMALL {
            for op in capture_diff_slices(Algorithm::Myers, &documented[at.0..d], &real[at.1..r]) {
                if let DiffOp::Equal { old_index, new_index, len } = op {
                    found.extend((0..len).map(|i| (at.0 + old_index + i, at.1 + new_index + i)));
                }
            }
        }
        if d < d_end {
            found.push((d, r));
        }
        at = (d + 1, r + 1);
    }
    found.extend((d_end..documented.len()).zip(r_end..));
    found.push((documented.len(), real.len()));
    found
}

/// Keys that stand once on each side, as far as their order is the same: a longest increasing run of them.
fn unique_anchors(documented: &[u64], real: &[u64], from: usize) -> Vec<(usize, usize)> {
    let mut counts: HashMap<u64, (usize, usize, usize)> = HashMap::new();
    for key in &documented[from..] {
        counts.entry(*key).or_default().0 += 1;
    }
    for (index, key) in real.iter().enumerate().skip(from) {
        let entry = counts.entry(*key).or_default();
        (entry.1, entry.2) = (entry.1 + 1, index);
    }
    let pairs: Vec<(usize, usize)> = (from..documented.len())
        .filter_map(|d| counts.get(&documented[d]).filter(|c| (c.0, c.1) == (1, 1)).map(|c| (d, c.2)))
        .collect();
    // Patience sorting: `tops` holds the pair on top of each pile, `before` the pair that each follows.
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, (_, r)) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|top| pairs[*top].1 < *r);
        before.push(pile.checked_sub(1).map(|left| tops[left]));
        if pile == tops.len() {
            tops.push(index);
        } else {
            tops[pile] = index;
        }
    }
    let mut chain: Vec<(usize, usize)> =
        std::iter::successors(tops.last().copied(), |i| before[*i]).map(|i| pairs[i]).collect();
    chain.reverse();
    chain
}

/// Lines that stand between the same neighbours: beside each other if they are similar, else one after the other.
fn replaced(d: Range<usize>, r: Range<usize>, pair: &dyn Fn(usize, usize) -> Outcome, lines: &mut Vec<LineDiff>) {
    let (mut at_d, mut at_r) = (d.start, r.start);
    let mut alone = |lines: &mut Vec<LineDiff>, d_end: usize, r_end: usize, skip: bool| {
        let missing = (at_d..d_end).map(|d| LineDiff {
            documented: Some(d),
            real: at_r..at_r,
            state: State::Missing,
            changes: Vec::new(),
        });
        lines.extend(missing);
        let extra = (at_r..r_end).map(|r| LineDiff {
            documented: None,
            real: r..r + 1,
            state: State::Extra,
            changes: Vec::new(),
        });
        lines.extend(extra);
        (at_d, at_r) = (d_end + usize::from(skip), r_end + usize::from(skip));
    };
    for (d, r, outcome) in partners(&d, &r, pair) {
        alone(lines, d, r, true);
        lines.push(LineDiff { documented: Some(d), real: r..r + 1, state: outcome.state, changes: outcome.changes });
    }
    alone(lines, d.end, r.end, false);
}

/// Similar lines of two blocks, in order: those whose similarity is greatest in sum.
fn partners(
    d: &Range<usize>,
    r: &Range<usize>,
    pair: &dyn Fn(usize, usize) -> Outcome,
) -> Vec<(usize, usize, Outcome)> {
    if d.is_empty() || r.is_empty() {
        return Vec::new();
    }
    if d.len() * r.len() > PAIRS {
        let pairs = d.clone().zip(r.clone()).take(PAIRS).map(|(d, r)| (d, r, pair(d, r)));
        return pairs.filter(|(_, _, outcome)| similarity(outcome) > 0).collect();
    }
    let width = r.len() + 1;
    let outcomes: Vec<Outcome> =
        d.clone().flat_map(|d| r.clone().map(move |r| (d, r))).map(|(d, r)| pair(d, r)).collect();
    let value = |i: usize, j: usize| similarity(&outcomes[i * r.len() + j]);
    // best[i, j]: the greatest sum for the lines from i and from j on.
    let mut best = vec![0_u32; (d.len() + 1) * width];
    for i in (0..d.len()).rev() {
        for j in (0..r.len()).rev() {
            let paired = if value(i, j) > 0 { best[(i + 1) * width + j + 1] + value(i, j) } else { 0 };
            best[i * width + j] = paired.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < d.len() && j < r.len() {
        if value(i, j) > 0 && best[i * width + j] == best[(i + 1) * width + j + 1] + value(i, j) {
            found.push((d.start + i, r.start + j, outcomes[i * r.len() + j].clone()));
            (i, j) = (i + 1, j + 1);
        } else if best[i * width + j] == best[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// From 0 (not worth a pair) to 100: how much of two lines is the same.
fn similarity(outcome: &Outcome) -> u32 {
    if outcome.is_good() {
        return 100;
    }
    outcome.alike.min(99)
}

/// How much of the documented and the real line is not in a difference, in percent; less than 30 is nothing.
pub(super) fn alike(outcome: &[super::Change], documented: usize, real: usize) -> u32 {
    let lost: usize = outcome.iter().filter(|c| c.why == Why::Differs).map(|c| c.documented.len() + c.real.len()).sum();
    let all = documented + real;
    let percent = all.saturating_sub(lost) * 100 / all.max(1);
    u32::try_from(percent).ok().filter(|p| *p >= 30).unwrap_or(0)
}
