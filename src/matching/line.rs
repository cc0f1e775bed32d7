//! Two lines, token by token.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    Change, State, Why, diff,
    kinds::{self, Kind, Place, Token, What},
    value::{self, Scale},
    wild,
};

/// More tokens than this in a line, and its differences are one.
const MANY: usize = 600;

/// The ports that Linux, BSD and Windows give away.
const EPHEMERAL: std::ops::RangeInclusive<u32> = 32_768..=65_535;

/// Whether a version that moved is drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    /// It is.
    Drift,
    /// It is forgiven.
    Forgive,
}

/// How two lines compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The worst of its changes.
    pub(super) state: State,
    /// What is not equal.
    pub(super) changes: Vec<Change>,
    /// If they differ, how much is the same, in percent; 0 if they have nothing to do with each other.
    pub(super) alike: u32,
}

impl Outcome {
    /// An outcome as bad as its worst change, for lines of these lengths.
    pub(super) fn of(changes: Vec<Change>, documented: usize, real: usize) -> Self {
        let state = |change: &Change| match change.why {
            Why::Forgiven(_) | Why::Wildcard => State::Forgiven,
            Why::Drifted(_) => State::Drifted,
            Why::Differs => State::Differs,
        };
        Self {
            state: changes.iter().map(state).max().unwrap_or(State::Same),
            alike: diff::alike(&changes, documented, real),
            changes,
        }
    }

    /// Whether the lines are not different.
    pub(super) fn is_good(&self) -> bool {
        self.state <= State::Drifted
    }
}

/// Compares a documented line with a real one.
pub(super) fn compare(documented: &str, real: &str, scale: Scale<'_>) -> Outcome {
    let (documented, real) = (documented.trim_end(), real.trim_end());
    if documented == real {
        return Outcome::of(Vec::new(), documented.len(), real.len());
    }
    let tokens = kinds::tokens(real);
    if wild::is_wild(documented) {
        return wild::compare(documented, real, &tokens, scale);
    }
    compare_tokens(documented, &kinds::tokens(documented), real, &tokens, scale)
}

/// As [`compare`], for lines that are cut already and are not wild.
pub(super) fn compare_tokens(d: &str, d_tokens: &[Token], r: &str, r_tokens: &[Token], scale: Scale<'_>) -> Outcome {
    let start = |tokens: &[Token], line: &str| tokens.first().map_or(line.len(), |t| t.range.start);
    let (d_start, r_start) = (start(d_tokens, d), start(r_tokens, r));
    let mut outcome = good(d, d_tokens, r, r_tokens, scale)
        .unwrap_or_else(|| Outcome::of(differences(d, d_tokens, r, r_tokens, scale), d.len(), r.len()));
    if d[..d_start] != r[..r_start] {
        let why = Why::Forgiven(Kind::Spacing);
        outcome.changes.insert(0, Change { documented: 0..d_start, real: 0..r_start, why });
        outcome.state = outcome.state.max(State::Forgiven);
    }
    outcome
}

/// The outcome if no token differs; space before the first is not looked at.
pub(super) fn good(d: &str, d_tokens: &[Token], r: &str, r_tokens: &[Token], scale: Scale<'_>) -> Option<Outcome> {
    if d_tokens.len() != r_tokens.len() {
        return None;
    }
    let mut changes = Vec::new();
    for (i, (documented, real)) in d_tokens.iter().zip(r_tokens).enumerate() {
        if let Some(why) = token(d, d_tokens, i, r, r_tokens, i, scale) {
            if why == Why::Differs {
                return None;
            }
            changes.push(Change { documented: documented.range.clone(), real: real.range.clone(), why });
        }
    }
    Some(Outcome::of(changes, d.len(), r.len()))
}

/// What differs between lines that do: a diff of tokens, values of a kind counting as one.
fn differences(d: &str, d_tokens: &[Token], r: &str, r_tokens: &[Token], scale: Scale<'_>) -> Vec<Change> {
    let span = |tokens: &[Token], range: Range<usize>, len: usize| match (tokens.get(range.start), range.is_empty()) {
        (Some(first), false) => first.range.start..tokens[range.end - 1].range.end,
        (Some(next), true) => next.range.start..next.range.start,
        (None, _) => len..len,
    };
    if d_tokens.len() > MANY || r_tokens.len() > MANY {
        return vec![Change {
            documented: span(d_tokens, 0..d_tokens.len(), d.len()),
            real: span(r_tokens, 0..r_tokens.len(), r.len()),
            why: Why::Differs,
        }];
    }
    let differs = |d_range: Range<usize>, r_range: Range<usize>| Change {
        documented: span(d_tokens, d_range, d.len()),
        real: span(r_tokens, r_range, r.len()),
        why: Why::Differs,
    };
    let mut changes = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &token_keys(d, d_tokens), &token_keys(r, r_tokens)) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                for (i, j) in (old_index..old_index + len).zip(new_index..) {
                    match token(d, d_tokens, i, r, r_tokens, j, scale) {
                        Some(Why::Differs) => changes.push(differs(i..i + 1, j..j + 1)),
                        Some(why) => {
                            let (documented, real) = (d_tokens[i].range.clone(), r_tokens[j].range.clone());
                            changes.push(Change { documented, real, why });
                        }
                        None => {}
                    }
                }
            }
            _ => changes.push(differs(op.old_range(), op.new_range())),
        }
    }
    if changes.iter().all(|c| c.why != Why::Differs) {
        // No diff of keys shows it, but the lines do differ.
        return vec![differs(0..d_tokens.len(), 0..r_tokens.len())];
    }
    changes
}

fn token_keys<'a>(line: &'a str, tokens: &[Token]) -> Vec<(u8, &'a str)> {
    tokens.iter().map(|t| token_key(line, t)).collect()
}

/// Tokens with equal keys may compare well; tokens with other keys never do, but for values of two kinds.
fn token_key<'a>(line: &'a str, token: &Token) -> (u8, &'a str) {
    match token.what {
        What::Space => (0, ""),
        What::Ruler => {
            let text = &line[token.range.clone()];
            (1, &text[..text.chars().next().map_or(0, char::len_utf8)])
        }
        What::Value(kind) if kind != Kind::Version && kind != Kind::Id => (2, kind.name()),
        what if what.is_value() || kinds::may_be_id(&line[token.range.clone()]) => (3, ""),
        _ => (4, &line[token.range.clone()]),
    }
}

/// How the `i`th documented token compares with the `j`th real one; `None` if they are equal.
fn token(d: &str, ds: &[Token], i: usize, r: &str, rs: &[Token], j: usize, scale: Scale<'_>) -> Option<Why> {
    let before = |line: &str, tokens: &[Token], index: usize| {
        index.checked_sub(1).is_some_and(|last| line[tokens[last].range.clone()].ends_with(':'))
    };
    let after_colon = before(d, ds, i) && before(r, rs, j);
    pair(&d[ds[i].range.clone()], &ds[i], &r[rs[j].range.clone()], &rs[j], after_colon, scale)
}

/// How two tokens compare; `None` if they are equal.
pub(super) fn pair(
    d: &str,
    documented: &Token,
    r: &str,
    real: &Token,
    after_colon: bool,
    scale: Scale<'_>,
) -> Option<Why> {
    if d == r {
        return None;
    }
    let values = |kind| value::differ(kind, d, r, real.place, scale);
    Some(match (documented.what, real.what) {
        (What::Space, What::Space) => Why::Forgiven(Kind::Spacing),
        (What::Ruler, What::Ruler) if d.chars().next() == r.chars().next() => Why::Forgiven(Kind::Ruler),
        (What::Value(a), What::Value(b)) if a == b => values(a),
        // An id by chance may be a number, `deadbee` or `123456d`: what it is beside tells, and where that stands.
        (What::Value(Kind::Id), _) if kinds::may_be_id(r) && d.len() == r.len() => {
            value::differ(Kind::Id, d, r, documented.place, scale)
        }
        (_, What::Value(Kind::Id)) if kinds::may_be_id(d) && d.len() == r.len() => values(Kind::Id),
        (What::Value(Kind::Version), What::Integer | What::Decimal)
        | (What::Integer | What::Decimal, What::Value(Kind::Version)) => values(Kind::Version),
        (What::Integer, What::Integer) if after_colon && ephemeral(d) && ephemeral(r) => values(Kind::Port),
        // A table's empty cell, or a number without its unit: `0` beside `12M`.
        (What::Value(Kind::Size), What::Integer) | (What::Integer, What::Value(Kind::Size))
            if real.place == Place::Row =>
        {
            values(Kind::Size)
        }
        _ => Why::Differs,
    })
}

fn ephemeral(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|port| EPHEMERAL.contains(&port))
}
