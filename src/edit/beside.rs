//! A patch whose `...` stands for all that is there: its new lines come below or above that.

use super::{
    EditError, Edited, How, finish, lines, nesting,
    shape::{self, Line},
    splice::{self, indent},
    text::Text,
};

/// Patches a file. A block that shows no line of the file, and begins or ends with an elision, is added beside the file.
pub(super) fn patch(existing: &str, block: &str, why: String) -> Result<Edited, EditError> {
    match splice::patch(existing, block, why) {
        Err(EditError::NoAnchor) if !existing.trim().is_empty() => {
            beside(existing, block).unwrap_or(Err(EditError::NoAnchor))
        }
        found => found,
    }
}

/// `None` if the block does not say, or the file has no place for it there.
fn beside(existing: &str, block: &str) -> Option<Result<Edited, EditError>> {
    let says = |l: &&str| !l.trim().is_empty();
    let rows: Vec<&str> = block.lines().collect();
    let first = rows.iter().find(|l| says(l)).is_some_and(|l| shape::is_elision(l));
    let last = rows.iter().rfind(|l| says(l)).is_some_and(|l| shape::is_elision(l));
    let mut new = rows.as_slice();
    while let [edge, rest @ ..] = new
        && (first && shape::is_elision(edge) || edge.trim().is_empty())
    {
        new = rest;
    }
    while let [rest @ .., edge] = new
        && (last && shape::is_elision(edge) || edge.trim().is_empty())
    {
        new = rest;
    }
    if first == last || new.is_empty() || new.iter().any(|l| shape::is_elision(l)) {
        return None;
    }
    let mut text = Text::of(existing);
    if !(if first { fits_below(&text.lines, new) } else { fits_above(&text.lines, new) }) {
        return None;
    }
    let (where_, added) = (if first { "below" } else { "above" }, new.len());
    let at = if first { text.lines.len() } else { 0 };
    let new = new.iter().map(|l| l.trim_end().to_owned());
    text.lines.splice(at..at, new);
    text.final_newline = true;
    let why = format!("`...` is all that the file has: adds {} {where_} it", lines(added));
    Some(Ok(finish(existing, text, How::Patch, why)))
}

/// Whether lines can follow the last one: it closes nothing that they would have to stand in, and they are indented as it
/// or one of its owners is.
fn fits_below(file: &[String], new: &[&str]) -> bool {
    let says: Vec<&str> = file.iter().map(String::as_str).filter(|l| !l.trim().is_empty()).collect();
    let (Some(first), Some(last)) = (says.first(), says.last()) else { return true };
    let wrapped = first.trim_start().starts_with(['{', '[', '<']) && closes(last);
    let levels = nesting::levels(&says);
    let wanted = new.iter().find(|l| !l.trim().is_empty()).map_or("", |l| indent(l));
    !wrapped && (wanted.is_empty() || !closes(last) && levels.contains(&nesting::width(wanted)))
}

/// Whether lines can precede the first one: they stand at the left edge, and nothing must come before them.
fn fits_above(file: &[String], new: &[&str]) -> bool {
    let first = file.iter().find(|l| !l.trim().is_empty()).map_or("", |l| l.trim_start());
    let opens = ["{", "[", "<", "#!", "---"].iter().any(|sign| first.starts_with(sign));
    let section = first.starts_with('[') && first.trim_end().ends_with(']');
    (!opens || section) && new.iter().find(|l| !l.trim().is_empty()).is_some_and(|l| indent(l).is_empty())
}

fn closes(line: &str) -> bool {
    line.trim_start().starts_with(['}', ']', ')']) || line.trim_start().starts_with("</") || Line::of(line).depth < 0
}
