//! Runs are evidence: a value that was others in real runs varies, and one that never was another does not.

use std::ops::Range;

use super::{Comparison, State, Verdict, Why, value};

/// Runs that are named in a sentence.
const NAMED: usize = 4;

/// What an earlier run showed, beside the same documented output.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// When, by RFC 3339.
    pub when: &'a str,
    /// The real output.
    pub output: &'a str,
    /// It beside the documented one.
    pub comparison: &'a Comparison,
}

/// What runs say of a value.
#[derive(Debug, PartialEq, Eq)]
enum Tells {
    Nothing,
    Varies,
    Never,
}

/// The comparison, judged once more by earlier runs; none if these change nothing.
///
/// A value varies if real runs showed two others than the page's, or went to and fro between them. If it was the same in each of
/// them, and is not the page's, it never varies. A value that changed once has changed, and that tells nothing.
pub fn weigh(comparison: &Comparison, documented: &str, real: &str, earlier: &[Earlier<'_>]) -> Option<Comparison> {
    let same = Comparison::of_lines(comparison.lines.clone()).verdict == comparison.verdict;
    if earlier.is_empty() || comparison.verdict == Verdict::Broken || !same {
        return None;
    }
    let (documented, real): (Vec<&str>, Vec<&str>) = (documented.lines().collect(), real.lines().collect());
    let outputs: Vec<Vec<&str>> = earlier.iter().map(|run| run.output.lines().collect()).collect();
    let mut lines = comparison.lines.clone();
    let (mut changed, mut note) = (false, None);
    for line in &mut lines {
        let (Some(d), r) = (line.documented, line.real.start) else { continue };
        for change in &mut line.changes {
            let (Why::Forgiven(kind) | Why::Drifted(kind)) = change.why else { continue };
            let values = (
                documented.get(d).and_then(|line| line.get(change.documented.clone())),
                real.get(r).and_then(|line| line.get(change.real.clone())),
            );
            let ((Some(page), Some(now)), true) = (values, kind.is_value() && !kind.moves()) else { continue };
            let shown = earlier.iter().zip(&outputs);
            let shown: Vec<(&str, &str)> = shown
                .filter_map(|(run, output)| Some((run.when, value_of(run, output, d, &change.documented, page)?)))
                .collect();
            let why = match tells(page, now, &shown) {
                Tells::Varies if !value::are_worlds_apart(kind, page, now) => Why::Forgiven(kind),
                Tells::Never => {
                    note.get_or_insert_with(|| never(page, now, &shown));
                    Why::Drifted(kind)
                }
                _ => continue,
            };
            changed |= why != change.why;
            change.why = why;
        }
        let worst = line.changes.iter().map(|change| state(change.why)).max();
        if matches!(line.state, State::Forgiven | State::Drifted) {
            line.state = worst.unwrap_or(line.state);
        }
    }
    if !changed {
        return None;
    }
    let mut weighed = Comparison::of_lines(lines);
    weighed.why.push_str(&note.unwrap_or_default());
    Some(weighed)
}

fn state(why: Why) -> State {
    match why {
        Why::Forgiven(_) | Why::Wildcard => State::Forgiven,
        Why::Drifted(_) => State::Drifted,
        Why::Differs => State::Differs,
    }
}

/// What a run showed where the page has a value; none if its line was another one.
fn value_of<'a>(run: &Earlier<'_>, output: &[&'a str], d: usize, at: &Range<usize>, page: &'a str) -> Option<&'a str> {
    let line = run.comparison.lines.iter().find(|line| line.documented == Some(d))?;
    if !matches!(line.state, State::Same | State::Forgiven | State::Drifted) {
        return None;
    }
    match line.changes.iter().find(|change| change.documented == *at) {
        Some(change) => output.get(line.real.start)?.get(change.real.clone()),
        None => Some(page),
    }
}

fn tells(page: &str, now: &str, shown: &[(&str, &str)]) -> Tells {
    let values: Vec<&str> = shown.iter().map(|(_, value)| *value).chain([now]).collect();
    let mut others: Vec<&str> = values.iter().copied().filter(|value| *value != page).collect();
    others.sort_unstable();
    others.dedup();
    let turns = values.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if others.len() > 1 || turns > 1 {
        return Tells::Varies;
    }
    if !shown.is_empty() && values.iter().all(|value| *value == now && *value != page) {
        Tells::Never
    } else {
        Tells::Nothing
    }
}

/// `; `3` was shown in every run (2026-01-02 and now), and the page says `2``.
fn never(page: &str, now: &str, shown: &[(&str, &str)]) -> String {
    let day = |when: &str| when.get(..10).unwrap_or(when).to_owned();
    let mut days: Vec<String> = shown.iter().map(|(when, _)| day(when)).collect();
    days.dedup();
    if days.len() > NAMED {
        let more = days.len() - NAMED + 1;
        days.drain(1..=more);
        days.insert(1, format!("{more} more"));
    }
    format!("; `{now}` was shown in every run ({} and now), and the page says `{page}`", days.join(", "))
}
