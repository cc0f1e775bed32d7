//! Lines against lines, where `...` stands for any lines: `match="auto"` and `match="kinds"`.
//!
//! The documented lines are cut at their elisions. The first piece begins the output, the last ends it, and each other one is
//! taken where it first fits, which is enough: pieces have a fixed number of lines, so an earlier place never hinders a later
//! piece. A piece is first sought where it holds, and only then where it drifted.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
    ops::Range,
};

use super::{
    Change, Comparison, LineDiff, State, Why, diff, indent,
    kinds::{self, Token},
    line::{self, Outcome},
    lines::{Lines, is_elision},
    value::Scale,
    wild,
};

/// Comparisons of lines after which the search for places is given up.
const BUDGET: usize = 300_000;

/// A documented line, cut once.
struct Documented<'a> {
    text: &'a str,
    id: u32,
    wild: bool,
    key: u64,
    tokens: Vec<Token>,
}

/// Both texts, ready to be compared line by line.
pub(super) struct Texts<'a> {
    documented: Vec<Documented<'a>>,
    real: Vec<&'a str>,
    /// Equal lines have equal ids, on both sides.
    real_ids: Vec<u32>,
    real_keys: Vec<OnceCell<u64>>,
    known: RefCell<HashMap<(u32, u32), State>>,
    scale: Scale<'a>,
    budget: Cell<usize>,
}

impl<'a> Texts<'a> {
    /// Prepares two texts.
    pub(super) fn new(documented: &[&'a str], real: &[&'a str], scale: Scale<'a>) -> Self {
        let mut ids: HashMap<&'a str, u32> = HashMap::new();
        let mut id = |text: &'a str| {
            let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            *ids.entry(text).or_insert(next)
        };
        let cut = |text: &&'a str| {
            let tokens = kinds::tokens(text);
            Documented { text, id: id(text), wild: wild::is_wild(text), key: diff::key_of(text, &tokens), tokens }
        };
        Self {
            documented: documented.iter().map(cut).collect(),
            real: real.to_vec(),
            real_ids: real.iter().map(|text| id(text)).collect(),
            real_keys: vec![OnceCell::new(); real.len()],
            known: RefCell::new(HashMap::new()),
            scale,
            budget: Cell::new(BUDGET),
        }
    }

    /// What a documented line has in common with the real lines that it may fit; `None` if that may be any line.
    pub(super) fn documented_key(&self, d: usize) -> Option<u64> {
        (!self.documented[d].wild).then_some(self.documented[d].key)
    }

    /// What a real line has in common with the documented lines that it may fit.
    pub(super) fn real_key(&self, r: usize) -> u64 {
        *self.real_keys[r].get_or_init(|| diff::key(self.real[r]))
    }

    /// How two lines compare.
    pub(super) fn pair(&self, d: usize, r: usize) -> Outcome {
        let (documented, real) = (&self.documented[d], self.real[r]);
        if documented.wild || documented.text == real {
            return line::compare(documented.text, real, self.scale);
        }
        line::compare_tokens(documented.text, &documented.tokens, real, &kinds::tokens(real), self.scale)
    }

    /// Whether two lines compare at least as well as `accept`; `false` once the budget is used up.
    pub(super) fn fits(&self, d: usize, r: usize, accept: State) -> bool {
        let documented = &self.documented[d];
        if documented.id == self.real_ids[r] {
            return true;
        }
        if !documented.wild && documented.key != self.real_key(r) {
            return false;
        }
        let ids = (documented.id, self.real_ids[r]);
        if let Some(state) = self.known.borrow().get(&ids) {
            return *state <= accept;
        }
        if self.gave_up() {
            return false;
        }
        self.budget.set(self.budget.get() - 1);
        let real = self.real[r];
        let state = if documented.wild {
            self.pair(d, r).state
        } else {
            let tokens = kinds::tokens(real);
            line::good(documented.text, &documented.tokens, real, &tokens, self.scale)
                .map_or(State::Differs, |outcome| outcome.state)
        };
        self.known.borrow_mut().insert(ids, state);
        state <= accept
    }

    /// Whether the search was given up.
    pub(super) fn gave_up(&self) -> bool {
        self.budget.get() == 0
    }

    fn fits_at(&self, piece: &Range<usize>, at: usize, accept: State) -> bool {
        at + piece.len() <= self.real.len() && piece.clone().zip(at..).all(|(d, r)| self.fits(d, r, accept))
    }

    fn diff(&self) -> Vec<LineDiff> {
        // Elisions get keys that nothing else has, so that they stay alone.
        let keys = self.documented.iter().enumerate();
        let keys: Vec<u64> = keys.map(|(i, d)| if is_elision(d.text) { i as u64 } else { d.key }).collect();
        let real: Vec<u64> = (0..self.real.len()).map(|r| self.real_key(r)).collect();
        let pair = |d: usize, r: usize| {
            if is_elision(self.documented[d].text) {
                let whole = Change { documented: 0..self.documented[d].text.len(), real: 0..0, why: Why::Differs };
                return Outcome::of(vec![whole], 3, 0);
            }
            self.pair(d, r)
        };
        let mut lines = absorb(diff::diff(&keys, &real, &pair), |d| is_elision(self.documented[d].text));
        for line in lines.iter_mut().filter(|l| l.state == State::Differs && l.changes.is_empty()) {
            if let Some(d) = line.documented {
                let Outcome { state, changes, .. } = self.pair(d, line.real.start);
                (line.state, line.changes) = (state, changes);
            }
        }
        lines
    }
}

/// Gives lines that stand alone to the elisions among them: what is documented before an elision is what was printed first,
/// what is documented after it was printed last, and the elision has the rest.
fn absorb(lines: Vec<LineDiff>, is_elision: impl Fn(usize) -> bool) -> Vec<LineDiff> {
    let mut done = Vec::with_capacity(lines.len());
    let alone = |l: &LineDiff| l.state == State::Extra || l.real.is_empty() || l.documented.is_some_and(&is_elision);
    for run in lines.chunk_by(|a, b| alone(a) && alone(b)) {
        let documented: Vec<usize> = run.iter().filter_map(|l| l.documented).collect();
        let first = documented.iter().position(|d| is_elision(*d));
        let (true, Some(first)) = (alone(&run[0]), first) else {
            done.extend_from_slice(run);
            continue;
        };
        let last = documented.iter().rposition(|d| is_elision(*d)).unwrap_or(first);
        let real =
            run.iter().map(|l| l.real.start).min().unwrap_or(0)..run.iter().map(|l| l.real.end).max().unwrap_or(0);
        let (head, tail) = (first.min(real.len()), documented.len() - last - 1);
        let tail = tail.min(real.len() - head);
        for (index, d) in documented.iter().enumerate() {
            let left = documented.len() - index;
            let (state, real) = match index {
                _ if is_elision(*d) && index == first => (State::Elided, real.start + head..real.end - tail),
                _ if is_elision(*d) => (State::Elided, real.end - tail..real.end - tail),
                _ if index < head => (State::Differs, real.start + index..real.start + index + 1),
                _ if index < first => (State::Missing, real.start + head..real.start + head),
                _ if left <= tail => (State::Differs, real.end - left..real.end - left + 1),
                _ => (State::Missing, real.end - tail..real.end - tail),
            };
            done.push(LineDiff { documented: Some(*d), real, state, changes: Vec::new() });
        }
    }
    done
}

/// Compares two texts.
pub(super) fn compare(documented: &str, real: &str, scale: Scale<'_>) -> Comparison {
    let (d_lines, r_lines) = (Lines::of(documented), Lines::of(real));
    let texts = Texts::new(&d_lines.all, &r_lines.all, scale);
    let pieces = pieces(&d_lines.all);
    let found = [State::Forgiven, State::Drifted].into_iter().find_map(|accept| places(&texts, &pieces, accept));
    let mut lines = match found {
        Some(places) => aligned(&texts, &pieces, &places),
        None => texts.diff(),
    };
    indent::compare(&mut lines, &d_lines.all, &r_lines.all);
    diff::shift(&mut lines, d_lines.first, r_lines.first);
    let mut comparison = Comparison::of_lines(lines);
    if texts.gave_up() && comparison.verdict == super::Verdict::Broken {
        comparison.why.push_str("; there were too many similar lines to try every place for `...`");
    }
    comparison
}

/// The runs of lines between elisions. Blank lines beside an elision belong to it. Always at least one, perhaps empty, and
/// an empty one at an end that is elided.
fn pieces(lines: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for index in (0..lines.len()).filter(|i| is_elision(lines[*i])) {
        found.push(start..index);
        start = index + 1;
    }
    found.push(start..lines.len());
    let count = found.len();
    for (index, piece) in found.iter_mut().enumerate() {
        while index > 0 && piece.start < piece.end && lines[piece.start].is_empty() {
            piece.start += 1;
        }
        while index + 1 < count && piece.start < piece.end && lines[piece.end - 1].is_empty() {
            piece.end -= 1;
        }
    }
    found
}

/// Where each piece begins in the real lines.
fn places(texts: &Texts<'_>, pieces: &[Range<usize>], accept: State) -> Option<Vec<usize>> {
    let total = texts.real.len();
    let (first, rest) = pieces.split_first()?;
    if !texts.fits_at(first, 0, accept) {
        return None;
    }
    let Some((last, middle)) = rest.split_last() else {
        return (first.len() == total).then(|| vec![0]);
    };
    let end = total.checked_sub(last.len()).filter(|end| *end >= first.len())?;
    if !texts.fits_at(last, end, accept) {
        return None;
    }
    let mut found = vec![0];
    let mut at = first.len();
    for piece in middle {
        let place = (at..(end + 1).saturating_sub(piece.len())).find(|at| texts.fits_at(piece, *at, accept))?;
        found.push(place);
        at = place + piece.len();
    }
    found.push(end);
    Some(found)
}

/// The lines of two texts whose places are known.
fn aligned(texts: &Texts<'_>, pieces: &[Range<usize>], places: &[usize]) -> Vec<LineDiff> {
    let mut lines = Vec::new();
    let (mut d_next, mut r_next) = (0, 0);
    for (piece, place) in pieces.iter().zip(places) {
        elided(&mut lines, texts, d_next..piece.start, r_next..*place);
        for (d, r) in piece.clone().zip(*place..) {
            let Outcome { state, changes, .. } = texts.pair(d, r);
            lines.push(LineDiff { documented: Some(d), real: r..r + 1, state, changes });
        }
        (d_next, r_next) = (piece.end, place + piece.len());
    }
    elided(&mut lines, texts, d_next..texts.documented.len(), r_next..texts.real.len());
    lines
}

/// An elision with its blank neighbours: it has the real lines, they have none.
fn elided(lines: &mut Vec<LineDiff>, texts: &Texts<'_>, documented: Range<usize>, real: Range<usize>) {
    for d in documented {
        let real = if is_elision(texts.documented[d].text) { real.clone() } else { real.start..real.start };
        lines.push(LineDiff { documented: Some(d), real, state: State::Elided, changes: Vec::new() });
    }
}
