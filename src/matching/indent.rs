//! How far lines are indented: it is what YAML and Python mean, so a line may not be deeper or less deep than documented,
//! beside the others.
//!
//! A block that is indented as a whole, or by four spaces a level where it was two, says the same. Lines that begin with a
//! value, or have columns, are indented to align these, which says nothing, and so are headings above a ruler, which `psql`
//! centres.

use std::collections::BTreeMap;

use super::{
    Change, LineDiff, State, Why,
    kinds::{self, What},
    wild,
};

/// The columns of a tab.
const TAB: usize = 8;

/// Marks the lines whose indentation does not fit that of the lines before them.
pub(super) fn compare(lines: &mut [LineDiff], documented: &[&str], real: &[&str]) {
    let mut known: BTreeMap<usize, usize> = BTreeMap::new();
    for line in lines.iter_mut().filter(|line| matches!(line.state, State::Same | State::Forgiven | State::Drifted)) {
        let (Some(d), Some(r)) = (line.documented, line.real.clone().next()) else { continue };
        if documented.get(d + 1).is_some_and(|next| first(next) == Some(What::Ruler)) {
            continue;
        }
        let (d, r) = (documented[d], real[r]);
        let (Some(old), Some(new)) = (columns(d), columns(r)) else { continue };
        let fits = known.get(&old).is_none_or(|known| *known == new)
            && known.range(..old).next_back().is_none_or(|(_, less)| *less < new)
            && known.range(old + 1..).next().is_none_or(|(_, more)| new < *more);
        if fits {
            known.insert(old, new);
            continue;
        }
        let change = Change { documented: 0..lead(d).len(), real: 0..lead(r).len(), why: Why::Differs };
        line.changes.retain(|known| known.documented.end > change.documented.end || known.real.end > change.real.end);
        line.changes.insert(0, change);
        line.state = State::Differs;
    }
}

fn first(line: &str) -> Option<What> {
    kinds::tokens(line).first().map(|token| token.what)
}

fn lead(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// How far a line is indented; `None` if that says nothing.
fn columns(line: &str) -> Option<usize> {
    let text = line.trim();
    let first = first(line)?;
    if first.is_value()
        || first == What::Ruler
        || wild::is_wild(line)
        || text.contains("  ")
        || text.contains('\t')
        || text.contains('|')
    {
        return None;
    }
    Some(lead(line).chars().fold(0, |at, c| if c == '\t' { (at / TAB + 1) * TAB } else { at + 1 }))
}

#[cfg(test)]
mod tests {
    use crate::matching::{Rule, Verdict, compare};

    #[test]
    fn indentation() {
        use Verdict::{Broken, Holds};
        for (documented, real, expected) in [
            ("a:\n  b: x\n  c: y", "a:\n  b: x\n  c: y", Holds),
            ("a:\n  b: x\n  c: y", "a:\n  b: x\nc: y", Broken),
            ("a:\n  b: x\nc: y", "a:\n  b: x\n  c: y", Broken),
            ("  a:\n    b: x", "a:\n  b: x", Holds),
            ("a:\n  b: x", "      a:\n        b: x", Holds),
            ("a:\n  b:\n    c: x", "a:\n    b:\n        c: x", Holds),
            ("a:\n\tb: x", "a:\n        b: x", Holds),
            ("a:\n  b: x", "a:\nb: x", Broken),
            ("def f():\n    x\n    y", "def f():\n    x\ny", Broken),
            ("a:\n...\n  b: x", "a:\nc\nd\nb: x", Broken),
            ("  5s x\n 10s y\nz", " 11s x\n  9s y\nz", Holds),
            ("  name  | id\n------+---\n a | 1", "    name    | id\n----------+---\n a | 1", Holds),
            (
                "     a\n-----------\n x\n      b\n-------------\n y",
                "       a\n-------------\n x\n     b\n-----------\n y",
                Holds,
            ),
            ("a 10.0.0.1\n  b [..]", "  a 10.0.0.2\nb c", Holds),
        ] {
            let found = compare(documented, real, Rule::Auto);
            assert_eq!(found.verdict, expected, "{documented}\n--- {real}\n{found:#?}");
        }
    }
}
