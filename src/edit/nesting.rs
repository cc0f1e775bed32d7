//! Whether an edit left every line below the line that it stood below, where indentation says so.
//!
//! In YAML or Python a line belongs to the nearest line above it that is indented less. A line of the block that is put
//! between two lines of the file can take lines from their owner, and one that is shifted can lose its own: both would be
//! another file than the one that the reader has in mind.

use super::{
    EditError,
    shape::Line,
    splice::{Shapes, Written, indent},
};

/// Looks at a file after its edit.
///
/// # Errors
/// [`EditError::Nesting`] with a line that has another owner than in the block or in the file before.
pub(super) fn check(shapes: &Shapes<'_>, out: &[Written]) -> Result<(), EditError> {
    let lines: Vec<Line> = out.iter().map(|line| Line::of(&line.text)).collect();
    let now = owners(&out.iter().map(|l| l.text.as_str()).zip(&lines).collect::<Vec<_>>());
    let before = owners(&shapes.text.lines.iter().map(String::as_str).zip(&shapes.file).collect::<Vec<_>>());
    let block = owners(&shapes.block_lines.iter().copied().zip(&shapes.block).collect::<Vec<_>>());
    let block_line = |at: usize| out[at].block;
    let file_line = |at: usize| out[at].file;
    for (at, line) in out.iter().enumerate().filter(|(at, _)| is_text(&lines[*at])) {
        let problem = |owner: &str| EditError::Nesting(line.text.trim().to_owned(), owner.trim().to_owned());
        if let Some(b) = line.block
            && let Some(owner) = block[b].filter(|owner| owns(shapes.block_lines[*owner]))
            && !ancestors(&now, at).any(|a| block_line(a) == Some(owner))
            && out.iter().any(|line| line.block == Some(owner))
        {
            return Err(problem(shapes.block_lines[owner]));
        }
        let Some(f) = line.file else { continue };
        let lost = before[f].filter(|owner| {
            owns(&shapes.text.lines[*owner])
                && out.iter().any(|line| line.file == Some(*owner))
                && !ancestors(&now, at).any(|a| file_line(a) == Some(*owner))
        });
        let taken = now[at].filter(|owner| {
            line.block.is_none()
                && owns(&out[*owner].text)
                && out[*owner].file.is_none()
                && before[f] != file_line(*owner)
        });
        if lost.is_some() || taken.is_some() {
            return Err(problem(before[f].map_or("the top of the file", |f| shapes.text.lines[f].as_str())));
        }
    }
    Ok(())
}

/// Whether what is indented below a line belongs to it by its indentation alone, as below `key:` and `- item`; brackets,
/// tags and words that end a statement say it better.
fn owns(line: &str) -> bool {
    let text = line.trim();
    let text = text.find(" #").map_or(text, |comment| text[..comment].trim_end());
    text.ends_with(':') || text.starts_with("- ") || text == "-"
}

fn is_text(line: &Line) -> bool {
    line.substantive && !line.comment
}

fn ancestors(owners: &[Option<usize>], of: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(owners[of], |owner| owners[*owner])
}

/// For each line, the nearest one above it that is indented less.
fn owners(lines: &[(&str, &Line)]) -> Vec<Option<usize>> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut found = Vec::with_capacity(lines.len());
    for (at, (text, line)) in lines.iter().enumerate() {
        if !is_text(line) {
            found.push(None);
            continue;
        }
        let width = width(text);
        while open.last().is_some_and(|(_, other)| *other >= width) {
            open.pop();
        }
        found.push(open.last().map(|(owner, _)| *owner));
        open.push((at, width));
    }
    found
}

/// How far a line is indented, a tab being eight columns.
pub(super) fn width(line: &str) -> usize {
    indent(line).chars().map(|c| if c == '\t' { 8 } else { 1 }).sum()
}

/// The indentations that a line below the last one can have: its own, and those of its owners.
pub(super) fn levels(lines: &[&str]) -> Vec<usize> {
    let shapes: Vec<Line> = lines.iter().map(|l| Line::of(l)).collect();
    let owners = owners(&lines.iter().copied().zip(&shapes).collect::<Vec<_>>());
    let Some(last) = (0..lines.len()).rfind(|at| is_text(&shapes[*at])) else { return Vec::new() };
    std::iter::once(last).chain(ancestors(&owners, last)).map(|at| width(lines[at])).collect()
}
