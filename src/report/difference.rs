//! The documented output beside the real one, as rows of text: what every format for people shows of a step.

use super::{
    StepReport,
    safe::{plain, short, tail},
};
use crate::matching::{LineDiff, State, Why};

/// Rows that are shown at most.
const ROWS: usize = 80;

/// Rows as documented that are shown before and after a different one.
const CONTEXT: usize = 2;

/// Lines of an output that nothing is compared with.
const TAIL: usize = 20;

/// Lines of what was typed.
const TYPED: usize = 20;

/// Characters of one piece of a row.
const PIECE: usize = 300;

/// A row of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// `-` documented, `+` real, `~` forgiven, a space for the same, `.` for what is not shown, `|` for an output alone.
    pub(super) mark: char,
    /// The line, cut where it changes.
    pub(super) pieces: Vec<Piece>,
    /// What was forgiven or moved.
    pub(super) note: Option<String>,
}

/// A piece of a line, plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The text.
    pub(super) text: String,
    /// Whether it is what differs.
    pub(super) differs: bool,
}

impl Row {
    fn new(mark: char, text: &str) -> Self {
        Self { mark, pieces: vec![Piece::new(text, false)], note: None }
    }

    /// As text: `- the [-old-] line`, `+ the {+new+} line`.
    pub(super) fn text(&self) -> String {
        let (open, close) = if self.mark == '-' { ("[-", "-]") } else { ("{+", "+}") };
        let pieces = self.pieces.iter().map(|piece| match piece.differs {
            true => format!("{open}{}{close}", piece.text),
            false => piece.text.clone(),
        });
        let note = self.note.as_ref().map(|note| format!("  ({note})")).unwrap_or_default();
        format!("{} {}{note}", self.mark, pieces.collect::<String>()).trim_end().to_owned()
    }
}

impl Piece {
    fn new(text: &str, differs: bool) -> Self {
        Self { text: short(&plain(text), PIECE).into_owned(), differs }
    }
}

/// What was typed, its beginning if it is long.
pub(super) fn typed(step: &StepReport) -> String {
    let text = plain(&step.typed.join("\n"));
    let more = text.lines().count().saturating_sub(TYPED);
    let lines = text.lines().take(TYPED).map(|line| short(line, PIECE).into_owned());
    lines.chain((more > 0).then(|| format!("({} more)", count(more, "line")))).collect::<Vec<_>>().join("\n")
}

/// What is to be seen of a step's output.
pub(super) fn rows(step: &StepReport) -> Vec<Row> {
    let mut rows = match (&step.comparison, &step.documented) {
        (Some(comparison), Some(documented)) => {
            let (documented, real): (Vec<&str>, Vec<&str>) =
                (documented.lines().collect(), step.output.lines().collect());
            folded(comparison.lines.iter().map(|line| of_line(line, &documented, &real)).collect())
        }
        _ => {
            let (before, lines) = tail(&step.output, TAIL);
            let left_out = (before > 0).then(|| Row::new('.', &format!("({} before)", count(before, "line"))));
            left_out.into_iter().chain(lines.into_iter().map(|line| Row::new('|', line))).collect()
        }
    };
    if rows.len() > ROWS {
        let more = rows.len() - ROWS;
        rows.truncate(ROWS);
        rows.push(Row::new('.', &format!("({} more, see the JSON report)", count(more, "row"))));
    }
    if step.dropped > 0 {
        rows.push(Row::new('.', &format!("({} in the middle of the output not kept)", count_bytes(step.dropped))));
    }
    rows
}

/// [`rows`] as text, one a line, each after `indent`.
pub(super) fn text(step: &StepReport, indent: &str) -> String {
    rows(step).iter().map(|row| format!("{indent}{}\n", row.text())).collect()
}

/// The rows of one compared line. Indices come from a file, perhaps an edited one: none is trusted.
fn of_line(line: &LineDiff, documented: &[&str], real: &[&str]) -> Vec<Row> {
    let wanted = line.documented.and_then(|index| documented.get(index)).copied().unwrap_or_default();
    let found = real.get(line.real.start).copied().unwrap_or_default();
    match line.state {
        State::Same => vec![Row::new(' ', wanted)],
        State::Elided => {
            let stands_for = format!("stands for {}", count(line.real.len(), "line"));
            vec![Row { note: Some(stands_for), ..Row::new(' ', wanted) }]
        }
        State::Layout if line.documented.is_some() => vec![Row::new(' ', wanted)],
        State::Layout if line.real.is_empty() => Vec::new(),
        State::Layout => {
            vec![Row { note: Some("in other columns, or below the result".into()), ..Row::new('~', found) }]
        }
        State::Forgiven => vec![Row { note: note(line), ..Row::new('~', found) }],
        State::Missing => vec![Row::new('-', wanted)],
        State::Dropped => {
            vec![Row { note: Some("perhaps in what was not kept of the output".into()), ..Row::new('.', wanted) }]
        }
        State::Extra => vec![Row::new('+', found)],
        State::Drifted | State::Differs => {
            let pieces = |text: &str, real: bool| {
                let changes = line.changes.iter().filter(|c| matches!(c.why, Why::Drifted(_) | Why::Differs));
                cut(text, changes.map(|c| if real { c.real.clone() } else { c.documented.clone() }))
            };
            vec![
                Row { mark: '-', pieces: pieces(wanted, false), note: None },
                Row { mark: '+', pieces: pieces(found, true), note: note(line) },
            ]
        }
    }
}

/// Cuts a line at what differs.
fn cut(text: &str, differing: impl Iterator<Item = std::ops::Range<usize>>) -> Vec<Piece> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    for range in differing {
        let (Some(before), Some(inside)) = (text.get(at..range.start), text.get(range.clone())) else { continue };
        if !inside.is_empty() {
            pieces.push(Piece::new(before, false));
            pieces.push(Piece::new(inside, true));
            at = range.end;
        }
    }
    pieces.push(Piece::new(text.get(at..).unwrap_or_default(), false));
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// `forgiven: IPv4 address; moved: version`.
fn note(line: &LineDiff) -> Option<String> {
    let names = |of: fn(&Why) -> Option<&'static str>| {
        let mut names: Vec<&str> = line.changes.iter().filter_map(|change| of(&change.why)).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    };
    let forgiven = names(|why| match why {
        Why::Forgiven(kind) => Some(kind.name()),
        Why::Wildcard => Some("[..]"),
        _ => None,
    });
    let moved = names(|why| if let Why::Drifted(kind) = why { Some(kind.name()) } else { None });
    let parts = [("forgiven", forgiven), ("moved", moved)];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty());
    let parts: Vec<String> = parts.map(|(what, names)| format!("{what}: {names}")).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Leaves out long runs of lines that are as documented.
fn folded(lines: Vec<Vec<Row>>) -> Vec<Row> {
    let differs: Vec<bool> = lines.iter().map(|rows| rows.iter().any(|row| matches!(row.mark, '-' | '+'))).collect();
    let near = |at: usize| differs[at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(differs.len())].contains(&true);
    let (mut rows, mut left_out): (Vec<Row>, Vec<Row>) = (Vec::new(), Vec::new());
    let flush = |rows: &mut Vec<Row>, left_out: &mut Vec<Row>| match left_out.len() {
        0..=2 => rows.append(left_out),
        many => {
            left_out.clear();
            rows.push(Row::new('.', &format!("({} as documented)", count(many, "line"))));
        }
    };
    for (at, line) in lines.into_iter().enumerate() {
        if near(at) {
            flush(&mut rows, &mut left_out);
            rows.extend(line);
        } else {
            left_out.extend(line);
        }
    }
    flush(&mut rows, &mut left_out);
    rows
}

/// `1 line`, `2 lines`.
pub(super) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

pub(crate) fn count_bytes(n: u64) -> String {
    format!("{n} byte{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};
    use crate::matching::{Rule, compare};

    fn shown(documented: &str, real: &str) -> String {
        let mut step = sample::report().guides[0].steps[0].clone();
        step.comparison = Some(compare(documented, real, Rule::Auto));
        (step.documented, step.output) = (Some(documented.to_owned()), real.to_owned());
        text(&step, "")
    }

    #[test]
    fn marks_what_differs() {
        for (documented, real, rows) in [
            ("v18.12.0", "v20.11.1", "- [-v18.12.0-]\n+ {+v20.11.1+}  (moved: version)\n"),
            ("it is up\n", "it is down\n", "- it is [-up-]\n+ it is {+down+}\n"),
            ("at 10.0.0.1\nx", "at 10.9.9.9\n", "~ at 10.9.9.9  (forgiven: IPv4 address)\n- x\n"),
            ("a\n...\nb", "a\n1\n2\nb", ". (3 lines as documented)\n"),
            ("a\nb", "a", "  a\n- b\n"),
            ("a", "a\n\u{1b}[31mb", "  a\n+ b\n"),
            ("1a\n2a\n3a\n4a\n5a\nx", "1a\n2a\n3a\n4a\n5a", ". (3 lines as documented)\n  4a\n  5a\n- x\n"),
        ] {
            assert_eq!(shown(documented, real), rows, "{documented:?}");
        }
    }

    #[test]
    fn lines_of_json_are_shown_whole() {
        let mut step = sample::report().guides[0].steps[0].clone();
        let (documented, real) = ("{\"a\": 1, \"b\": \"x\"}", "{\"b\": \"y\", \"a\": 1}");
        step.comparison = Some(compare(documented, real, Rule::Json));
        (step.documented, step.output) = (Some(documented.to_owned()), real.to_owned());
        assert_eq!(text(&step, ""), format!("- {documented}\n+ {real}\n"));
    }

    #[test]
    fn indices_out_of_place_do_no_harm() {
        let mut step = sample::report().guides[1].steps[2].clone();
        step.output = "é".to_owned();
        step.documented = Some("日本\n日".to_owned());
        assert!(!rows(&step).is_empty());
    }

    #[test]
    fn an_output_alone_is_its_end() {
        let mut step = sample::report().guides[0].steps[0].clone();
        step.output = (0..30).map(|n| format!("{n}\n")).collect();
        let text = text(&step, "  ");
        assert!(text.starts_with("  . (10 lines before)\n  | 10\n") && text.ends_with("  | 29\n"), "{text}");
    }
}
