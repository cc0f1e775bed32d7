//! Outputs over the limit: their middle was not kept, so what the page shows of it can neither hold nor be missing.

use super::{Comparison, Evidence, LineDiff, Rule, State, Verdict, compare_by, lines::is_elision};
use crate::session::text::is_gap;

/// Of a comparison with an output that may be over the limit: nothing is missing that may stand in what was not kept. `None` if the page is as it should be but for lines that may stand there, so that nobody can tell.
pub fn over_the_limit(
    mut comparison: Comparison,
    documented: &str,
    real: &str,
    rule: Rule,
    evidence: &Evidence<'_>,
) -> Option<Comparison> {
    if comparison.verdict != Verdict::Broken {
        return Some(comparison);
    }
    let Some(gap) = real.lines().position(is_gap) else { return Some(comparison) };
    // A part that stands anywhere, data as a whole, lines in any order: all of it may be in the gap.
    if !matches!(rule, Rule::Auto | Rule::Kinds) || fits_without(documented, real, gap, rule, evidence) {
        return None;
    }
    let mut dropped = 0;
    for line in &mut comparison.lines {
        if line.state == State::Missing {
            line.state = State::Dropped;
            dropped += 1;
        }
    }
    if dropped > 0 {
        comparison = Comparison::of_lines(comparison.lines);
    }
    Some(comparison)
}

/// Whether the page is right but for whole pieces between its elisions that may stand in the gap.
fn fits_without(documented: &str, real: &str, gap: usize, rule: Rule, evidence: &Evidence<'_>) -> bool {
    let lines: Vec<&str> = documented.lines().collect();
    let mut pieces: Vec<&[&str]> = lines.split(|line| is_elision(line)).collect();
    let text = |pieces: &[&[&str]]| pieces.iter().map(|piece| piece.join("\n")).collect::<Vec<_>>().join("\n...\n");
    let mut at = 1;
    let mut left_out = Vec::new();
    while at + 1 < pieces.len() {
        let until = text(&[&pieces[..=at], &[&[]]].concat());
        if compare_by(&until, real, rule, evidence).verdict == Verdict::Broken {
            pieces.remove(at);
            left_out.push(at);
        } else {
            at += 1;
        }
    }
    let found = compare_by(&text(&pieces), real, rule, evidence);
    let elisions: Vec<&LineDiff> = found.lines.iter().filter(|line| line.state == State::Elided).collect();
    // Each left one stands where the elision before the next piece has the gap.
    let is_in_gap = |piece: &usize| elisions.get(piece - 1).is_some_and(|elision| elision.real.contains(&gap));
    found.verdict != Verdict::Broken && !left_out.is_empty() && left_out.iter().all(is_in_gap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::compare;

    #[test]
    fn what_may_stand_in_the_gap_is_not_missing() {
        let real = "one\ntwo\n[... 5 bytes left out ...]\neight\nnine";
        for (documented, rule, state) in [
            ("one\n...\nnine", Rule::Auto, Some(Verdict::Holds)),
            ("one\n...\nfive\n...\nnine", Rule::Auto, None),
            ("one\n...\ntwo\n...\nfive\n...\nsix\n...\neight\n...\nnine", Rule::Auto, None),
            ("five", Rule::Contains, None),
            ("nine", Rule::Contains, Some(Verdict::Holds)),
            // It would have been shown where it is not.
            ("one\n...\nfive\n...\ntwo\n...\nnine", Rule::Auto, Some(Verdict::Broken)),
            ("one\n...\neight\n...\nfive\n...\nnine", Rule::Auto, Some(Verdict::Broken)),
            ("three\n...\nfive\n...\nnine", Rule::Auto, Some(Verdict::Broken)),
            ("one\n...\nfive\n...\nten", Rule::Auto, Some(Verdict::Broken)),
            ("one\ntwo\nthree\nnine", Rule::Auto, Some(Verdict::Broken)),
        ] {
            let found = compare(documented, real, rule);
            let judged = over_the_limit(found, documented, real, rule, &Evidence::default());
            assert_eq!(judged.as_ref().map(|judged| judged.verdict), state, "{documented}");
            let says_missing = judged.is_some_and(|judged| judged.why.contains("missing"));
            assert!(!says_missing, "{documented}");
        }
        let whole = "one\ntwo";
        let found = over_the_limit(
            compare("one\n...\nfive\n...\ntwo", whole, Rule::Auto),
            "one\n...\nfive\n...\ntwo",
            whole,
            Rule::Auto,
            &Evidence::default(),
        );
        assert!(found.is_some_and(|found| found.why.contains("missing")), "nothing was dropped");
    }
}
