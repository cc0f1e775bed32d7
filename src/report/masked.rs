//! A comparison of texts with secrets, as it may be shown.
//!
//! Texts are compared as they are, since a secret may also be a usual word of an output. Only then is it masked, and the places
//! of a comparison are moved to where they are in the masked texts.

use std::ops::Range;

use super::{Secrets, secrets::Masked};
use crate::matching::{self, Comparison, Rule};

/// Makes a comparison one of the masked texts; its verdict stays.
pub(crate) fn masked(comparison: &mut Comparison, documented: &str, real: &str, secrets: &Secrets) {
    comparison.why = secrets.mask(&comparison.why);
    let (d, r) = (secrets.masked(documented), secrets.masked(real));
    if d.text == documented && r.text == real {
        return;
    }
    let same_lines = |old: &str, new: &Masked| old.lines().count() == new.text.lines().count();
    if !same_lines(documented, &d) || !same_lines(real, &r) {
        // A secret of several lines is one mask: its lines are not those that were compared.
        comparison.lines = matching::compare(&d.text, &r.text, Rule::Exact).lines;
        return;
    }
    let (d, r) = (Lines::of(documented, &d), Lines::of(real, &r));
    for line in &mut comparison.lines {
        let first = line.real.start;
        for change in &mut line.changes {
            change.documented = line.documented.map_or(0..0, |number| d.moved(number, &change.documented));
            change.real = r.moved(first, &change.real);
        }
    }
}

/// Where lines begin, in a text and in the masked one.
struct Lines<'a> {
    masked: &'a Masked,
    old: Vec<usize>,
    new: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &str, masked: &'a Masked) -> Self {
        let begins = |text: &str| {
            let mut at = 0;
            text.split_inclusive('\n').map(|line| (at, at += line.len()).0).collect()
        };
        Self { masked, old: begins(text), new: begins(&masked.text) }
    }

    /// Bytes of a line of the text, as bytes of the line of the masked one.
    fn moved(&self, line: usize, range: &Range<usize>) -> Range<usize> {
        let (Some(old), Some(new)) = (self.old.get(line), self.new.get(line)) else { return 0..0 };
        let length = self.masked.text[*new..].lines().next().map_or(0, str::len);
        let place = |at: usize| at.saturating_sub(*new).min(length);
        let moved = self.masked.moved(old + range.start..old + range.end);
        let start = place(moved.start);
        start..place(moved.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{State, Verdict, Why, compare};

    #[test]
    fn places_are_those_of_what_is_shown() {
        let secrets = Secrets::new(["postgres", "1"]);
        for (documented, real, verdict, shown) in [
            ("user postgres is there", "user postgres is there", Verdict::Holds, vec![]),
            ("user postgres is here", "user postgres is there", Verdict::Broken, vec![("here", "there")]),
            ("1\n2\n12", "1\n2\n12", Verdict::Holds, vec![]),
            ("a 12 b", "a 13 c", Verdict::Broken, vec![("12", "13"), ("b", "c")]),
            ("é postgres 172.17.0.2", "é postgres 172.17.0.3", Verdict::Holds, vec![("172.17.0.2", "172.17.0.3")]),
        ] {
            let mut comparison = compare(documented, real, Rule::Auto);
            masked(&mut comparison, documented, real, &secrets);
            assert_eq!(comparison.verdict, verdict, "{documented}");
            let (d, r) = (secrets.mask(documented), secrets.mask(real));
            let (d, r): (Vec<&str>, Vec<&str>) = (d.lines().collect(), r.lines().collect());
            let changes =
                comparison.lines.iter().flat_map(|line| line.changes.iter().map(move |change| (line, change)));
            let found: Vec<(&str, &str)> = changes
                .map(|(line, change)| {
                    (&d[line.documented.unwrap()][change.documented.clone()], &r[line.real.start][change.real.clone()])
                })
                .collect();
            assert_eq!(found, shown, "{documented}");
        }
    }

    #[test]
    fn a_secret_of_several_lines_is_one_mask() {
        let secrets = Secrets::new(["first line of it\nsecond line of it"]);
        let (documented, real) = ("a\nb", "a\nfirst line of it\nsecond line of it");
        let mut comparison = compare(documented, real, Rule::Auto);
        masked(&mut comparison, documented, real, &secrets);
        assert_eq!(comparison.verdict, Verdict::Broken);
        let lines = secrets.mask(real).lines().count();
        assert!(comparison.lines.iter().all(|line| line.real.end <= lines), "{comparison:?}");
        assert!(
            comparison
                .lines
                .iter()
                .any(|line| line.state == State::Differs || line.changes.iter().all(|c| c.why != Why::Differs))
        );
    }
}
