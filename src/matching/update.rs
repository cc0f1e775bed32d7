//! `verify --update`: a documented output, brought up to date, and the edits that bring it into the author's file.
//!
//! What still holds stays as the author wrote it: wildcards, values that vary by nature, spacing. Only what drifted or differs
//! is taken from the real output, and only the lines that change are edited in the source.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Comparison, Evidence, LineDiff, Rule, State, Verdict, Why, compare_by, lines::is_elision, wild::WILDCARD};
use crate::{
    guide::{CodeBlock, Form},
    source::Span,
};

/// A replacement of a part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace; empty to insert.
    pub span: Span,
    /// What replaces them.
    pub replacement: String,
}

/// Why edits cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Overlap {
    /// Two edits change the same place.
    #[error("two edits overlap at bytes {} to {}", .0.start, .0.end)]
    Overlap(Span),
    /// An edit leads out of the text or into a character.
    #[error("bytes {} to {} are not a part of the text", .0.start, .0.end)]
    Outside(Span),
}

/// Why a block of the source cannot be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// A line is not in the source as the reader sees it: a shortcode or a tab stands in it.
    #[error("line {0} of the block holds a shortcode or is indented by a tab: change it by hand")]
    Line(usize),
    /// The new text would end the block or open a shortcode.
    #[error("the real output holds `{0}`, which means something in a guide's source: change it by hand")]
    Meaning(&'static str),
    /// There is no line to go by.
    #[error("the block is empty: write its first line by hand")]
    Empty,
}

/// The documented text brought up to date; `None` if it holds as it is, or if the rule leaves no way to tell which part of
/// the output is meant (a broken `contains`, `regex` or `json`).
///
/// The result holds against the same real output by the same rule.
pub fn updated(documented: &str, real: &str, rule: Rule, evidence: &Evidence<'_>) -> Option<String> {
    let comparison = compare_by(documented, real, rule, evidence);
    if comparison.verdict == Verdict::Holds {
        return None;
    }
    match rule {
        Rule::Regex | Rule::Json => return None,
        Rule::Contains if comparison.verdict == Verdict::Broken => return None,
        _ => {}
    }
    let d_lines: Vec<&str> = documented.lines().collect();
    let r_lines: Vec<&str> = real.lines().map(str::trim_end).collect();
    let holds = |text: &str| compare_by(text, real, rule, evidence).verdict == Verdict::Holds;
    let alone = if rule == Rule::Unordered { Rule::Auto } else { rule };
    let holds_alone = |text: &str, real: &str| compare_by(text, real, alone, evidence).verdict == Verdict::Holds;
    // Indented as the author has it, for a block may be indented as a whole; or else as it really is.
    for own in [true, false] {
        let line = |l: &LineDiff| changed(l, &d_lines, &r_lines, &holds_alone, own);
        let merged = assemble(documented, &comparison, line);
        if holds(&merged) {
            return Some(merged);
        }
    }
    // What was kept inside lines does not fit after all: changed lines as they really are.
    let whole = |l: &LineDiff| match (l.state, l.real.clone().next()) {
        (State::Drifted | State::Differs, Some(r)) => r_lines[r].to_owned(),
        _ => changed(l, &d_lines, &r_lines, &holds_alone, false),
    };
    let merged = assemble(documented, &comparison, whole);
    if holds(&merged) {
        return Some(merged);
    }
    let plain = ended(r_lines.join("\n"), documented);
    holds(&plain).then_some(plain)
}

/// What would stand for any text in a text that was brought up to date, though the author has no such wildcard there: a program
/// printed it.
pub fn accidental(documented: &str, new: &str, rule: Rule) -> Option<&'static str> {
    if matches!(rule, Rule::Exact | Rule::Regex | Rule::Json) {
        return None;
    }
    let elisions = |text: &str| text.lines().filter(|line| is_elision(line)).count();
    let wild = |text: &str| text.matches(WILDCARD).count();
    if elisions(new) > elisions(documented) {
        return Some("...");
    }
    (wild(new) > wild(documented)).then_some(WILDCARD)
}

/// The lines of a comparison, with the blank lines around the documented text.
fn assemble(documented: &str, comparison: &Comparison, line: impl Fn(&LineDiff) -> String) -> String {
    let all: Vec<&str> = documented.lines().collect();
    let is_blank = |l: &&&str| l.trim().is_empty();
    let before = all.iter().take_while(is_blank).count();
    let after = if before == all.len() { 0 } else { all.iter().rev().take_while(is_blank).count() };
    // What the page leaves out as it may stays out.
    let stays = |l: &&LineDiff| l.state != State::Missing && (l.state, l.documented) != (State::Layout, None);
    let lines = comparison.lines.iter().filter(stays).map(line);
    let blank = |range: Range<usize>| all[range].iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
    let text: Vec<String> =
        blank(0..before).into_iter().chain(lines).chain(blank(all.len() - after..all.len())).collect();
    ended(text.join("\n"), documented)
}

/// With a line end exactly if the documented text has one.
fn ended(mut text: String, documented: &str) -> String {
    if documented.ends_with('\n') && !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A line brought up to date; indented as the author has it with `own`, or else as it really is.
fn changed(
    line: &LineDiff,
    documented: &[&str],
    real: &[&str],
    holds: &dyn Fn(&str, &str) -> bool,
    own: bool,
) -> String {
    let Some(d) = line.documented else {
        return line.real.clone().map(|r| real[r]).collect::<Vec<_>>().join("\n");
    };
    let old = documented[d];
    let Some(r) = line.real.clone().next().filter(|_| matches!(line.state, State::Drifted | State::Differs)) else {
        return old.to_owned();
    };
    let mut text = old.trim_end().to_owned();
    for change in line.changes.iter().rev() {
        if matches!(change.why, Why::Drifted(_) | Why::Differs) {
            text.replace_range(change.documented.clone(), &real[r][change.real.clone()]);
        }
    }
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let lead = if own { &old[..indentation(old)] } else { &real[r][..indentation(real[r])] };
    text.replace_range(..indentation(&text), lead);
    let as_it_is = || format!("{lead}{}", real[r].trim_start());
    if holds(&text, real[r]) { text } else { as_it_is() }
}

/// The edits of `source` that turn the lines `lines` of a block into `new`. Each line keeps its own indentation in the source,
/// and lines that stay are not touched.
///
/// # Errors
/// [`Unwritable`] if a line to change does not stand in the source as it is, or if the new text would not be read as text there.
pub fn edits(block: &CodeBlock, source: &str, lines: Range<usize>, new: &str) -> Result<Vec<Edit>, Unwritable> {
    let all: Vec<&str> = block.text.lines().collect();
    let old = all.get(lines.clone()).unwrap_or_default();
    let new: Vec<&str> = new.lines().map(str::trim_end).collect();
    let trimmed: Vec<&str> = old.iter().map(|l| l.trim_end()).collect();
    let places = Places { block, source, all: &all };
    let mut edits = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &trimmed, &new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (d, n) = (op.old_range(), op.new_range());
        let both = d.len().min(n.len());
        for i in 0..both {
            edits.push(places.replacement(lines.start + d.start + i, writable(block, new[n.start + i])?)?);
        }
        for line in lines.start + d.start + both..lines.start + d.end {
            edits.push(Edit { span: places.whole(line)?, replacement: String::new() });
        }
        if n.len() > both {
            let added = &new[n.start + both..n.end];
            for line in added {
                writable(block, line)?;
            }
            let edit = places.insertion(lines.start + d.end, added)?;
            match edits.last_mut().filter(|last| last.span.end == edit.span.start) {
                Some(last) => last.replacement.push_str(&edit.replacement),
                None => edits.push(edit),
            }
        }
    }
    Ok(edits)
}

/// Whether a new line is only text where it will stand.
fn writable<'a>(block: &CodeBlock, line: &'a str) -> Result<&'a str, Unwritable> {
    let fence = block.form == Form::Fence;
    for meaning in ["{{<", "{{%"] {
        if line.contains(meaning) {
            return Err(Unwritable::Meaning(meaning));
        }
    }
    for meaning in ["```", "~~~"] {
        if fence && line.trim_start().starts_with(meaning) {
            return Err(Unwritable::Meaning(meaning));
        }
    }
    Ok(line)
}

/// Where the lines of a block stand in the source.
struct Places<'a> {
    block: &'a CodeBlock,
    source: &'a str,
    all: &'a [&'a str],
}

impl Places<'_> {
    /// The bytes of a line's text.
    fn text(&self, line: usize) -> Result<Span, Unwritable> {
        let text = self.all.get(line).ok_or(Unwritable::Empty)?;
        let mut span = self.block.source_span(line, 0..text.len());
        let end = self.source.get(..span.end).unwrap_or_default();
        if text.is_empty() && end.ends_with('\r') && self.source[span.end..].starts_with('\n') {
            // Markdown has a blank line begin inside its line end.
            span = Span::new(span.start - 1, span.end - 1);
        }
        let rest = self.source.get(span.end..).unwrap_or_default();
        let ends = rest.is_empty() || rest.starts_with('\n') || rest.starts_with("\r\n") || self.tag_follows(rest);
        if self.source.get(span.range()) == Some(*text) && ends { Ok(span) } else { Err(Unwritable::Line(line + 1)) }
    }

    /// A shortcode's last line may end at its closing tag; trailing space of it is not in the text.
    fn tag_follows(&self, rest: &str) -> bool {
        let line = rest.lines().next().unwrap_or_default().trim();
        line.is_empty() || (self.block.form == Form::Shortcode && line.starts_with("{{"))
    }

    /// A line with its indentation and its line end.
    fn whole(&self, line: usize) -> Result<Span, Unwritable> {
        let text = self.text(line)?;
        let start = self.source[..text.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.source[text.end..].find('\n').map(|at| text.end + at + 1).ok_or(Unwritable::Line(line + 1))?;
        if self.source[text.end..end].trim().is_empty() {
            Ok(Span::new(start, end))
        } else {
            Err(Unwritable::Line(line + 1))
        }
    }

    /// Another text for a line.
    fn replacement(&self, line: usize, new: &str) -> Result<Edit, Unwritable> {
        let span = self.text(line)?;
        let is_blank = self.source[span.range()].trim().is_empty();
        if !is_blank || new.is_empty() {
            return Ok(Edit { span, replacement: new.to_owned() });
        }
        // A blank line may lack the indentation that its text will need.
        let start = self.source[..span.start].rfind('\n').map_or(0, |at| at + 1);
        Ok(Edit { span: Span::new(start, span.end), replacement: self.lead(line)? + new })
    }

    /// The indentation of the text nearest to a line, as a further line would have it.
    fn lead(&self, line: usize) -> Result<String, Unwritable> {
        let texts = (0..self.all.len()).filter(|i| !self.all[*i].trim().is_empty());
        let nearest = texts.min_by_key(|i| i.abs_diff(line)).unwrap_or(line);
        let span = self.text(nearest)?;
        let start = self.source[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let lead = &self.source[start..span.start];
        if lead.contains("{{") || lead.contains('`') {
            return Err(Unwritable::Line(nearest + 1));
        }
        // A list's marker is written once.
        Ok(lead.chars().map(|c| if c.is_whitespace() || c == '>' { c } else { ' ' }).collect())
    }

    /// New lines before line `before`, indented as the text nearest to it.
    fn insertion(&self, before: usize, lines: &[&str]) -> Result<Edit, Unwritable> {
        let above = before.checked_sub(1).map(|above| self.text(above).map(|span| (span, true)));
        let (span, is_above) = above.unwrap_or_else(|| self.text(before).map(|span| (span, false)))?;
        let start = self.source[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let lead = self.lead(before.saturating_sub(usize::from(is_above)))?;
        let rest = &self.source[span.end..];
        let crlf = rest.starts_with("\r\n") || rest.is_empty() && self.source.contains("\r\n");
        let end_of_line = if crlf { "\r\n" } else { "\n" };
        let mut replacement = String::new();
        for line in lines {
            let lead = if line.is_empty() { lead.trim_end() } else { &lead };
            match is_above {
                true => replacement.extend([end_of_line, lead, line]),
                false => replacement.extend([lead, line, end_of_line]),
            }
        }
        let at = if is_above { span.end } else { start };
        Ok(Edit { span: Span::new(at, at), replacement })
    }
}

/// Applies edits to a text, whatever their order.
///
/// # Errors
/// [`Overlap`] if two edits change the same place, or one leads out of the text; nothing is applied then.
pub fn apply_edits(text: &str, mut edits: Vec<Edit>) -> Result<String, Overlap> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    for edit in &edits {
        if text.get(edit.span.range()).is_none() {
            return Err(Overlap::Outside(edit.span));
        }
    }
    for pair in edits.windows(2) {
        let (first, second) = (pair[0].span, pair[1].span);
        if second.start < first.end || (first == second) {
            return Err(Overlap::Overlap(second));
        }
    }
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.range(), &edit.replacement);
    }
    Ok(text)
}
