//! Cells that a narrow terminal has cut: `1.34+dfsg-1.` of `1.34+dfsg-1.2+deb12u1`, `archiving u>`, `Message B…`.
//!
//! A page's terminal may have been narrower than this one. Where the documented table has a ruler, or its lines end at one edge
//! with a sign that says so, the real line is cut as the documented one was, and compared again.

use std::ops::Range;

use super::{Change, LineDiff, State, Why, kinds::Kind, line, value::Scale};

/// Signs at the end of what was cut.
const SIGNS: [char; 2] = ['>', '…'];

/// A real line as a narrower terminal would show it.
#[derive(Debug, Default)]
struct Cut {
    text: String,
    /// Where each piece begins in the text, and in the real line.
    pieces: Vec<(usize, usize)>,
    /// Whether anything was cut.
    cut: bool,
}

impl Cut {
    fn push(&mut self, text: &str, from: usize) {
        if !self.text.is_empty() && !text.is_empty() {
            self.text.push(' ');
        }
        self.pieces.push((self.text.len(), from));
        self.text.push_str(text);
    }

    /// The bytes of the real line that a range of the text came from.
    fn real(&self, range: &Range<usize>, length: usize) -> Range<usize> {
        let place = |at: usize| {
            let piece = self.pieces.iter().rev().find(|(begin, _)| *begin <= at);
            piece.map_or(0, |(begin, from)| (from + at - begin).min(length))
        };
        let start = place(range.start);
        start..place(range.end).max(start)
    }
}

/// Looks again at lines that differ.
pub(super) fn compare(lines: &mut [LineDiff], documented: &[&str], real: &[&str], scale: Scale<'_>) -> bool {
    let edge = documented.iter().map(|line| line.trim_end().chars().count()).max().unwrap_or(0);
    let mut found = false;
    for line in lines.iter_mut().filter(|line| line.state >= State::Drifted && line.real.len() == 1) {
        let Some(d) = line.documented else { continue };
        let (Some(wanted), Some(shown)) = (documented.get(d), real.get(line.real.start)) else { continue };
        // Most pages have none, and outputs can be long.
        let rulers = ruler(&documented[..d]).and_then(|narrow| Some((narrow, ruler(&real[..line.real.start])?)));
        let cut = match rulers {
            Some((narrow, wide)) => by_ruler(wanted, &narrow, shown, &wide),
            None => at_edge(wanted, shown, edge),
        };
        let Some(cut) = cut.filter(|cut| cut.cut) else { continue };
        let outcome = line::compare(wanted, &cut.text, scale);
        let spacing = |change: &Change| matches!(change.why, Why::Forgiven(Kind::Spacing | Kind::Ruler));
        let state = if outcome.changes.iter().all(spacing) { State::Layout } else { outcome.state };
        if state < line.state {
            found = true;
            line.state = state;
            line.changes = outcome.changes;
            for change in &mut line.changes {
                change.real = cut.real(&change.real, shown.len());
            }
            if state == State::Layout {
                line.changes.clear();
            }
        }
    }
    found
}

/// The columns of the ruler that stands last above, in characters: runs of one sign.
fn ruler(above: &[&str]) -> Option<Vec<Range<usize>>> {
    above.iter().rev().find_map(|line| {
        let line = line.trim_end();
        if line.is_empty() || !line.chars().all(|c| "=-+─┼| ".contains(c)) {
            return None;
        }
        let sign = ['=', '─', '-'].into_iter().find(|sign| line.chars().filter(|c| c == sign).count() > 4)?;
        let chars: Vec<char> = line.chars().collect();
        let mut columns: Vec<Range<usize>> = Vec::new();
        for at in (0..chars.len()).filter(|at| chars[*at] == sign) {
            match columns.last_mut() {
                Some(column) if column.end == at => column.end = at + 1,
                _ => columns.push(at..at + 1),
            }
        }
        (columns.len() > 1).then_some(columns)
    })
}

/// What of a line stands in a column and up to the next one, and where it begins.
fn cell<'a>(line: &'a str, columns: &[Range<usize>], index: usize) -> (&'a str, usize) {
    let byte = |at: usize| line.char_indices().nth(at).map_or(line.len(), |(byte, _)| byte);
    let start = byte(columns[index].start);
    let end = columns.get(index + 1).map_or(line.len(), |next| byte(next.start));
    let text = line[start..end].trim_end();
    let lead = text.len() - text.trim_start().len();
    (text.trim_start(), start + lead)
}

/// The real line in the columns of the documented table.
fn by_ruler(wanted: &str, narrow: &[Range<usize>], shown: &str, wide: &[Range<usize>]) -> Option<Cut> {
    if narrow.len() != wide.len() {
        return None;
    }
    let mut cut = Cut::default();
    let lead = shown.char_indices().nth(wide[0].start).map_or(shown.len(), |(byte, _)| byte);
    cut.push(shown[..lead].trim(), 0);
    for index in 0..wide.len() {
        let (d, _) = cell(wanted, narrow, index);
        let (r, from) = cell(shown, wide, index);
        let is_full = d.chars().count() == narrow[index].len() && wide[index].len() > narrow[index].len();
        match shortened(d, r).filter(|_| is_full) {
            Some((kept, sign)) => {
                cut.push(kept, from);
                cut.text.extend(sign);
                cut.cut = true;
            }
            None => cut.push(r, from),
        }
    }
    Some(cut)
}

/// So much of a real cell as the documented one shows, and the sign that stands behind it.
fn shortened<'a>(d: &str, r: &'a str) -> Option<(&'a str, Option<char>)> {
    let sign = d.chars().next_back().filter(|last| SIGNS.contains(last));
    let length = d.chars().count() - usize::from(sign.is_some());
    let end = r.char_indices().nth(length).map(|(byte, _)| byte)?;
    Some((&r[..end], sign))
}

/// The real line, cut where the documented one reaches the edge of its table with a sign.
fn at_edge(wanted: &str, shown: &str, edge: usize) -> Option<Cut> {
    let wanted = wanted.trim_end();
    let sign = wanted.chars().next_back().filter(|last| SIGNS.contains(last))?;
    if wanted.chars().count() != edge || edge < super::layout::NARROW {
        return None;
    }
    // Columns have other widths: it is cut behind as many letters.
    let letters = wanted.chars().filter(|c| !c.is_whitespace()).count() - 1;
    let last = shown.char_indices().filter(|(_, c)| !c.is_whitespace()).nth(letters.checked_sub(1)?)?;
    let end = last.0 + last.1.len_utf8();
    let mut cut = Cut { cut: end < shown.trim_end().len(), ..Cut::default() };
    cut.push(&shown[..end], 0);
    cut.text.push(sign);
    Some(cut)
}

#[cfg(test)]
mod tests {
    use crate::matching::{Rule, Verdict, compare};

    #[test]
    fn what_a_narrow_terminal_cuts() {
        use Verdict::{Broken, Drifted, Holds};
        let table = |widths: [usize; 3], row: &str| {
            let line = |sign: &str| widths.map(|width| sign.repeat(width)).join("-");
            format!("||/ Name\n+++-{}\n{row}", line("="))
        };
        let wide = |version: &str| {
            table([14, 22, 44], &format!("ii  jq             {version:<22} command-line JSON processor for everybody"))
        };
        let narrow = |row: &str| table([14, 12, 20], row);
        for (documented, real, expected) in [
            (narrow("ii  jq             1.6-2.1+deb1 command-line JSON p>"), wide("1.6-2.1+deb12u1"), Holds),
            (narrow("ii  jq             1.6-2.1+deb1 command-line JSON p>"), wide("1.7-2.1+deb12u1"), Drifted),
            (narrow("ii  jq             1.6-2.1+deb1 command-line YAML p>"), wide("1.6-2.1+deb12u1"), Broken),
            (narrow("rc  jq             1.6-2.1+deb1 command-line JSON p>"), wide("1.6-2.1+deb12u1"), Broken),
            // It would have had room for more.
            (narrow("ii  jq             1.6-2.1      command-line JSON p>"), wide("1.6-2.1+deb12u1"), Drifted),
            (narrow("ii  jq             1.6-2.1+deb1 command-line"), wide("1.6-2.1+deb12u1"), Broken),
            (wide("1.6-2.1+deb12u1"), narrow("ii  jq             1.6-2.1+deb1 command-line JSON p>"), Broken),
        ] {
            let found = compare(&documented, &real, Rule::Auto);
            assert_eq!(found.verdict, expected, "{documented}\n--- {real}\n{found:#?}");
        }
        let units =
            "  UNIT          LOAD   ACTIVE SUB     DESCRIPTION\n  dbus.service  loaded active running D-Bus System Me…";
        for (real, expected) in [
            (
                "  UNIT            LOAD   ACTIVE SUB     DESCRIPTION\n  dbus.service    loaded active running D-Bus System Message Bus",
                Holds,
            ),
            (
                "  UNIT            LOAD   ACTIVE SUB     DESCRIPTION\n  dbus.service    loaded failed failed  D-Bus System Message Bus",
                Broken,
            ),
            (
                "  UNIT            LOAD   ACTIVE SUB     DESCRIPTION\n  dbus.service    loaded active running D-Bus User Message Bus",
                Broken,
            ),
        ] {
            let found = compare(units, real, Rule::Auto);
            assert_eq!(found.verdict, expected, "{real}\n{found:#?}");
        }
        assert_eq!(compare("see here >", "see here and there", Rule::Auto).verdict, Broken);
    }
}
