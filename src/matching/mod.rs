//! Documented output against real output.
//!
//! ```text
//! documented ─┐                     ┌─ kinds    values that vary by nature
//!             ├─ rule (one a file) ─┤  line     two lines, token by token; wild: a line with [..]
//! real ───────┘                     │  align    lines against lines, with `...`
//!                                   └─ diff     what to show when they cannot be aligned
//! Comparison ─► update ─► edits of the author's source
//! ```
//!
//! The rule for every doubt: forgive a *value*, never a *word*. `inactive (dead)` is not `active (running)`, and `1 failed`
//! is not `0 failed`. Everything here is pure, total, and bounded in time by the size of its inputs.

use std::ops::Range;

pub use evidence::{By, Evidence, Values};
pub use kinds::Kind;
pub use limit::over_the_limit;
use value::Scale;

mod align;
mod contains;
mod cut;
mod diff;
mod evidence;
mod exact;
mod indent;
mod json;
mod kinds;
mod layout;
mod limit;
mod line;
mod lines;
mod pattern;
pub mod runs;
mod unordered;
pub mod update;
mod value;
mod wild;

#[cfg(test)]
mod tests;

/// How a documented output is compared with a real one: `match=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Line by line, with wildcards; values by kind; a moved version is drift.
    #[default]
    Auto,
    /// Byte for byte, but for space at line ends and blank lines around; nothing is a wildcard.
    Exact,
    /// As `Auto`, and versions are one more kind that may differ.
    Kinds,
    /// The documented lines stand somewhere in the real ones, each perhaps as a part of its line.
    Contains,
    /// Every documented line is a regular expression for a whole line.
    Regex,
    /// Both are JSON; order of keys and layout say nothing.
    Json,
    /// As `Auto`, in any order.
    Unordered,
}

/// Whether a documented output is still true. Better comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A reader sees what the page says, up to values that vary by nature.
    Holds,
    /// A reader sees another version, or another value of the same shape.
    Drifted,
    /// A reader sees something else.
    Broken,
}

/// The result of [`compare`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    /// The verdict.
    pub verdict: Verdict,
    /// The two texts side by side, in the order of the page. They explain the verdict; they do not make it.
    pub lines: Vec<LineDiff>,
    /// The verdict in a sentence.
    pub why: String,
}

impl Comparison {
    /// The documented line, from 0, at which the verdict shows first: one that differs or moved, or the one below lines
    /// that are not documented. `None` if all holds.
    pub fn first_wrong(&self) -> Option<usize> {
        let is_wrong = |line: &LineDiff| match self.verdict {
            Verdict::Holds => false,
            Verdict::Drifted => line.state == State::Drifted,
            Verdict::Broken => matches!(line.state, State::Differs | State::Dropped | State::Missing | State::Extra),
        };
        let first = self.lines.iter().position(is_wrong)?;
        let (before, after) = self.lines.split_at(first);
        after.iter().find_map(|line| line.documented).or_else(|| before.iter().rev().find_map(|line| line.documented))
    }
}

/// A documented line beside the real one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LineDiff {
    /// The documented line, from 0; `None` if it is not in the page.
    pub documented: Option<usize>,
    /// The real line, from 0: empty if it was not printed, longer than one only for [`State::Elided`].
    pub real: Range<usize>,
    /// How they compare.
    pub state: State,
    /// What is not the same inside the line, in the order of the documented line.
    pub changes: Vec<Change>,
}

/// How two lines compare. Better comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Equal, up to space at the end.
    Same,
    /// A `...` line, and the real lines that it stands for.
    Elided,
    /// The same words in other columns, or what a client says below a result: a footer that the page leaves out.
    Layout,
    /// Equal up to values that vary by nature, or matched by a wildcard inside the line.
    Forgiven,
    /// Equal up to a value that moved.
    Drifted,
    /// Different.
    Differs,
    /// Documented, and perhaps printed: what was kept of an output over the limit does not have it.
    Dropped,
    /// Documented, not printed.
    Missing,
    /// Printed, not documented.
    Extra,
}

/// A difference inside a line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// Bytes of the documented line.
    pub documented: Range<usize>,
    /// Bytes of the real line.
    pub real: Range<usize>,
    /// What it means.
    pub why: Why,
}

/// What a [`Change`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase", tag = "is", content = "kind")]
pub enum Why {
    /// A value of a kind that varies by nature.
    Forgiven(Kind),
    /// Text that `[..]` stands for.
    Wildcard,
    /// A value of the same shape that moved.
    Drifted(Kind),
    /// Different text.
    Differs,
}

/// Compares a documented output with what was really printed, by nothing else than the two. Both may end lines with `\n` or
/// `\r\n`.
pub fn compare(documented: &str, real: &str, rule: Rule) -> Comparison {
    compare_by(documented, real, rule, &Evidence::default())
}

/// As [`compare`], by what else is known of the values.
pub fn compare_by(documented: &str, real: &str, rule: Rule, evidence: &Evidence<'_>) -> Comparison {
    let moved = if rule == Rule::Kinds { line::Versions::Forgive } else { line::Versions::Drift };
    let scale = Scale { moved, evidence };
    let mut comparison = match rule {
        Rule::Auto | Rule::Kinds => layout::compare(align::compare(documented, real, scale), documented, real, scale),
        Rule::Exact => exact::compare(documented, real, scale),
        Rule::Contains => contains::compare(documented, real, scale),
        Rule::Regex => pattern::compare(documented, real, scale),
        Rule::Json => json::compare(documented, real, scale),
        Rule::Unordered => unordered::compare(documented, real, scale),
    };
    if !matches!(rule, Rule::Exact | Rule::Json | Rule::Regex)
        && let Some(which) = comparison.which(documented, real, evidence)
    {
        comparison.why.push_str(&which);
    }
    comparison
}

impl Comparison {
    /// The first value to which the verdict is due, where that is not plain to see.
    fn which(&self, documented: &str, real: &str, evidence: &Evidence<'_>) -> Option<String> {
        if self.verdict == Verdict::Holds {
            return None;
        }
        let (documented, real): (Vec<&str>, Vec<&str>) = (documented.lines().collect(), real.lines().collect());
        self.lines.iter().find_map(|line| {
            let (d, r) = (documented.get(line.documented?)?, real.get(line.real.start)?);
            line.changes.iter().find_map(|change| {
                let (d, r) = (d.get(change.documented.clone())?, r.get(change.real.clone())?);
                match change.why {
                    Why::Drifted(kind) if self.verdict == Verdict::Drifted && !kind.moves() => {
                        Some(format!("; `{d}` is now `{r}`, and nothing tells that it is a measure"))
                    }
                    Why::Differs => {
                        let set = evidence.set(d, r)?;
                        let other = if set == d { r } else { d };
                        let what = if set == d { "is shown" } else { "is documented" };
                        Some(format!("; the guide itself sets `{set}`, and `{other}` {what}"))
                    }
                    _ => None,
                }
            })
        })
    }

    /// A comparison whose verdict and reason follow from its lines.
    fn of_lines(lines: Vec<LineDiff>) -> Self {
        let worst = lines.iter().map(|l| l.state).max().unwrap_or(State::Same);
        let verdict = match worst {
            State::Same | State::Elided | State::Layout | State::Forgiven => Verdict::Holds,
            State::Drifted => Verdict::Drifted,
            State::Differs | State::Dropped | State::Missing | State::Extra => Verdict::Broken,
        };
        let why = why(&lines, verdict);
        Self { verdict, lines, why }
    }

    /// A broken comparison for a reason of its own.
    fn broken(lines: Vec<LineDiff>, why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Broken, lines, why: why.into() }
    }
}

/// `1 line`, `2 lines`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn why(lines: &[LineDiff], verdict: Verdict) -> String {
    let of = |state| lines.iter().filter(|l| l.state == state).count();
    let kinds = |drifted: bool| {
        let mut names: Vec<&str> = lines
            .iter()
            .flat_map(|l| &l.changes)
            .filter_map(|change| match change.why {
                Why::Drifted(kind) if drifted => Some(kind.name()),
                Why::Forgiven(kind) if !drifted => Some(kind.name()),
                Why::Wildcard if !drifted => Some("[..]"),
                _ => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    };
    match verdict {
        Verdict::Holds if of(State::Forgiven) == 0 && of(State::Layout) > 0 => {
            "the output is as documented, up to its layout".to_owned()
        }
        Verdict::Holds if of(State::Forgiven) == 0 => "the output is as documented".to_owned(),
        Verdict::Holds => format!("the output is as documented, up to: {}", kinds(false)),
        Verdict::Drifted => format!("{} moved: {}", count(of(State::Drifted), "line"), kinds(true)),
        Verdict::Broken => {
            let parts = [(State::Differs, "differing"), (State::Missing, "missing"), (State::Extra, "undocumented")];
            let parts = parts.iter().filter(|(state, _)| of(*state) > 0);
            let mut parts: Vec<String> =
                parts.map(|(state, name)| count(of(*state), &format!("{name} line"))).collect();
            let dropped = of(State::Dropped);
            if dropped > 0 {
                parts.push(format!("{} that may stand in what was not kept, over the limit", count(dropped, "line")));
            }
            format!("the output is not as documented: {}", parts.join(", "))
        }
    }
}
