//! Differences of layout alone: the same words in the same order, in other columns or with other line ends, and a client's footer
//! that the page leaves out.
//!
//! A terminal of another width lays `ls` out in other columns, and wraps lists elsewhere. No word is ever lost here: whatever is
//! documented is shown, and whatever is shown is documented, footers aside.

use super::{Comparison, LineDiff, State, cut, lines::is_elision, value::Scale};
use crate::terminal::program::footer;

/// Words of a piece that is looked at.
const WORDS: usize = 20_000;

/// A terminal is not narrower than this.
pub(super) const NARROW: usize = 40;

/// Looks again at what differs.
pub(super) fn compare(mut comparison: Comparison, documented: &str, real: &str, scale: Scale<'_>) -> Comparison {
    let (d_lines, r_lines): (Vec<&str>, Vec<&str>) = (documented.lines().collect(), real.lines().collect());
    let differs = |line: &LineDiff| line.state > State::Drifted;
    let mut lines: Vec<LineDiff> = Vec::with_capacity(comparison.lines.len());
    let mut found = cut::compare(&mut comparison.lines, &d_lines, &r_lines, scale);
    let last = comparison.lines.iter().rposition(|line| line.documented.is_some());
    let footer = real[..footer(real)].lines().count();
    let mut at = 0;
    for run in comparison.lines.chunk_by(|a, b| differs(a) == differs(b)) {
        let from = at;
        at += run.len();
        if !differs(&run[0]) {
            lines.extend_from_slice(run);
            continue;
        }
        // A footer stands below all that is documented.
        let cut =
            run.iter().rposition(|line| line.state != State::Extra || line.real.start < footer).map_or(0, |at| at + 1);
        let is_below = cut < run.len() && at == comparison.lines.len() && last.is_some_and(|last| last < from + cut);
        let (run, below) = run.split_at(if is_below { cut } else { run.len() });
        let d: Vec<&str> = run.iter().filter_map(|line| d_lines.get(line.documented?).copied()).collect();
        let r: Vec<&str> =
            run.iter().flat_map(|line| r_lines.get(line.real.clone()).unwrap_or_default()).copied().collect();
        let same = !run.is_empty() && same_words(&d, &r);
        let laid = |line: &LineDiff| LineDiff { state: State::Layout, changes: Vec::new(), ..line.clone() };
        found |= same || !below.is_empty();
        lines.extend(run.iter().map(|line| if same { laid(line) } else { line.clone() }));
        lines.extend(below.iter().map(laid));
    }
    if found {
        comparison = Comparison::of_lines(lines);
    }
    comparison
}

/// Whether two pieces of texts are the same words in the same order.
fn same_words(d: &[&str], r: &[&str]) -> bool {
    let words = |lines: &[&str]| lines.iter().map(|line| line.split_whitespace().count()).sum::<usize>();
    let count = words(d);
    if count == 0 || count > WORDS || count != words(r) || d.iter().any(|line| is_elision(line)) {
        return false;
    }
    // Line by line the same: it is the indentation that differs, and that means something.
    let by_line = d.len() == r.len() && d.iter().zip(r).all(|(d, r)| d.split_whitespace().eq(r.split_whitespace()));
    !by_line && (same_list(d, r) || same_text(d, r))
}

/// Names in a grid, as `ls` shows them: down the columns, or along the lines. Only where one of the two is a single line or column
/// does the order in the other one not matter.
fn same_list(d: &[&str], r: &[&str]) -> bool {
    let (Some(d), Some(r)) = (Grid::of(d), Grid::of(r)) else { return false };
    let (down, along) = (d.down() == r.down(), d.along() == r.along());
    down || along || (d.is_line() && d.along() == r.down()) || (r.is_line() && r.along() == d.down())
}

/// Cells by their lines, with the columns where they begin.
struct Grid<'a>(Vec<Vec<(usize, &'a str)>>);

impl<'a> Grid<'a> {
    /// A list of names: single or quoted words that two spaces or a tab part; none if a line is a sentence.
    fn of(lines: &[&'a str]) -> Option<Self> {
        let mut rows = Vec::new();
        for line in lines.iter().filter(|line| !line.trim().is_empty()) {
            let mut row = Vec::new();
            let mut column = 0;
            for piece in line.split_inclusive([' ', '\t']) {
                let word = piece.trim_end();
                if !word.is_empty() {
                    row.push((column, word));
                }
                column += if piece.ends_with('\t') {
                    8 - (column + word.chars().count()) % 8 + word.chars().count()
                } else {
                    piece.chars().count()
                };
            }
            let single = |pair: &[(usize, &str)]| pair[1].0 < pair[0].0 + pair[0].1.chars().count() + 2;
            if line.contains(['\'', '"', '|']) || row.windows(2).any(single) {
                return None;
            }
            rows.push(row);
        }
        Some(Self(rows))
    }

    fn is_line(&self) -> bool {
        self.0.len() == 1 || self.0.iter().all(|row| row.len() == 1)
    }

    fn along(&self) -> Vec<&'a str> {
        self.0.iter().flatten().map(|(_, word)| *word).collect()
    }

    fn down(&self) -> Vec<&'a str> {
        let mut cells: Vec<(usize, usize, &str)> = Vec::new();
        for (line, row) in self.0.iter().enumerate() {
            cells.extend(row.iter().map(|(column, word)| (*column, line, *word)));
        }
        cells.sort_unstable();
        cells.into_iter().map(|(.., word)| word).collect()
    }
}

/// A text that is wrapped at two widths.
fn same_text(d: &[&str], r: &[&str]) -> bool {
    let (Some(d_lead), Some(r_lead)) = (wrapped(d), wrapped(r)) else { return false };
    let words =
        |lines: &[&str]| lines.iter().flat_map(|line| line.split_whitespace()).map(str::to_owned).collect::<Vec<_>>();
    d_lead == r_lead && words(d) == words(r)
}

/// The indentation of lines of which each but the last is as full as some width of a terminal allows.
fn wrapped(lines: &[&str]) -> Option<usize> {
    let lead = |line: &str| line.len() - line.trim_start().len();
    let first = lead(lines.first()?);
    let width = |line: &str| line.trim_end().chars().count();
    let widest = lines.iter().map(|line| width(line)).max()?;
    let with_next = lines
        .windows(2)
        .map(|pair| width(pair[0]) + 1 + pair[1].split_whitespace().next().map_or(0, |word| word.chars().count()));
    let fits = lines.iter().all(|line| lead(line) == first && !line.contains('\t'));
    (fits && with_next.min().is_none_or(|least| widest < least && least > NARROW)).then_some(first)
}

#[cfg(test)]
mod tests {
    use crate::matching::{Rule, Verdict, compare};

    #[test]
    fn layout_alone_is_no_difference() {
        use Verdict::{Broken, Holds};
        let names: Vec<String> = (10..22).map(|n| format!("name-{n}")).collect();
        let line = names.join("  ");
        let column = names.join("\n");
        let grid = |rows: usize| {
            let row = |row: usize| names.iter().skip(row).step_by(rows).cloned().collect::<Vec<_>>().join("  ");
            (0..rows).map(row).collect::<Vec<_>>().join("\n")
        };
        let list = "  alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu";
        let (narrow, wide) = (
            "  alpha beta gamma delta epsilon zeta eta\n  theta iota kappa lambda mu",
            "  alpha beta gamma delta epsilon zeta eta theta iota\n  kappa lambda mu",
        );
        for (documented, real, expected) in [
            (grid(3), grid(2), Holds),
            (grid(4), line.clone(), Holds),
            (column.clone(), grid(3), Holds),
            (grid(3), column.clone(), Holds),
            (grid(3).replace("name-15", "name-99"), grid(2), Broken),
            (grid(3), grid(2).replace("  name-15", ""), Broken),
            (grid(3), grid(2) + "\nname-99", Broken),
            (format!("before\n{}\nafter 10.0.0.1", grid(3)), format!("before\n{line}\nafter 10.0.0.2"), Holds),
            (narrow.to_owned(), list.to_owned(), Holds),
            (narrow.to_owned(), wide.to_owned(), Holds),
            (narrow.to_owned(), list.replace(" iota", ""), Broken),
            // Line ends that no width explains mean something.
            ("a: b\nc: d".to_owned(), "a: b c: d".to_owned(), Broken),
            ("  a b\n  c".to_owned(), "  a b c".to_owned(), Broken),
            ("name  bob\nage  7".to_owned(), "name  age\nbob  7".to_owned(), Broken),
            ("a:\n  b".to_owned(), "a: b".to_owned(), Broken),
        ] {
            let found = compare(&documented, &real, Rule::Auto);
            assert_eq!(found.verdict, expected, "{documented}\n--- {real}\n{found:#?}");
        }
    }

    #[test]
    fn a_footer_may_be_left_out() {
        use Verdict::{Broken, Holds};
        let table = "+---+\n| a |\n+---+";
        for (documented, real, expected) in [
            (table, format!("{table}\n1 row in set (0.001 sec)"), Holds),
            (table, format!("{table}\n\n(1 row)\n\nTime: 0.4 ms"), Holds),
            (table, format!("{table}\nERROR 1064 (42000)"), Broken),
            (table, format!("{table}\n| b |\n1 row in set (0.001 sec)"), Broken),
            ("+---+\n| a |", format!("{table}\n1 row in set (0.001 sec)"), Broken),
            ("+---+\n| a |\n+---+\n2 rows in set (0.001 sec)", format!("{table}\n1 row in set (0.001 sec)"), Broken),
        ] {
            let found = compare(documented, &real, Rule::Auto);
            assert_eq!(found.verdict, expected, "{documented}\n--- {real}\n{found:#?}");
        }
    }
}
