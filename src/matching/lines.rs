//! A text as lines, with the blank ones around it left out.

/// The lines of a text.
pub(super) struct Lines<'a> {
    /// How many lines were left out before the first.
    pub(super) first: usize,
    /// The lines, without line ends and without space at their ends.
    pub(super) all: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    /// Splits a text.
    pub(super) fn of(text: &'a str) -> Self {
        let all: Vec<&str> = text.lines().map(str::trim_end).collect();
        let first = all.iter().position(|l| !l.is_empty()).unwrap_or(all.len());
        let end = all.iter().rposition(|l| !l.is_empty()).map_or(first, |last| last + 1);
        Self { first, all: all[first..end].to_vec() }
    }
}

/// Whether a documented line stands for any lines.
pub(super) fn is_elision(line: &str) -> bool {
    matches!(line.trim(), "..." | "[...]" | "…" | "[…]")
}
