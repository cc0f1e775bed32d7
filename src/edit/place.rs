//! A block whose place the author names: on top of the file, below or above a line, or in place of lines.

use std::ops::Range;

use super::{
    EditError, Edited, How,
    align::at,
    finish, lines, nesting,
    shape::{self, Line},
    splice::{self, Shapes, Written, indent},
    text::Text,
};

/// First lines of a file before which nothing may stand.
const FIRST: &[&str] = &["#!", "<?xml", "<?php", "<!doctype"];

/// The block's lines on top of the file; elisions at its ends stand for the file.
///
/// # Errors
/// [`EditError::Elision`] if it leaves out lines in between.
pub(super) fn prepend(existing: &str, block: &str) -> Result<Edited, EditError> {
    let rows = rows(block, "prepend")?;
    let mut new = Text::of(existing);
    let first = |line: Option<&str>| {
        let line = line.unwrap_or_default().trim_start().to_ascii_lowercase();
        FIRST.iter().any(|sign| line.starts_with(sign))
    };
    let below = first(new.lines.first().map(String::as_str)) && !first(rows.first().copied());
    let why = if below { "it comes below the file's first line, which must stay that" } else { "it comes on top" };
    let (at, why) = (usize::from(below), format!("edit=prepend: {why}"));
    new.lines.splice(at..at, rows.into_iter().map(str::to_owned));
    new.final_newline |= existing.is_empty();
    Ok(finish(existing, new, How::Prepend, why))
}

/// The block's lines below or above a line of the file, indented as that is.
///
/// # Errors
/// [`EditError`] if the file has no such line or several, or the lines would take others from their owner.
pub(super) fn insert(existing: &str, block: &str, line: &str, below: bool) -> Result<Edited, EditError> {
    let how = if below { How::After(line.to_owned()) } else { How::Before(line.to_owned()) };
    let (word, side) = if below { ("after", "below") } else { ("before", "above") };
    let mut rows = rows(block, word)?;
    // Many pages show the line itself, too.
    let shown = |row: Option<&&str>| row.is_some_and(|row| row.trim() == line.trim());
    if below && shown(rows.first()) {
        rows.remove(0);
    }
    if !below && shown(rows.last()) {
        rows.pop();
    }
    let is_section = |text: &str| text.trim().starts_with('[') && text.trim().ends_with(']');
    if below && is_section(line) && !rows.iter().any(|row| is_section(row)) {
        // In a section, a setting that is there already is that setting.
        let excerpt = format!("{}\n{}\n", line.trim(), rows.join("\n"));
        let why = format!("{word}={}: the block belongs to this section", line.trim());
        return match splice::patch(existing, &excerpt, why) {
            Err(EditError::NoAnchor) => Err(EditError::NoPlace(line.trim().to_owned())),
            edited => edited.map(|edited| Edited { how, ..edited }),
        };
    }
    let file = Text::of(existing);
    let found = find(&file.lines, line)?;
    let at = if below { found.end } else { found.start };
    let is_there = |from: Option<usize>| {
        from.and_then(|from| file.lines.get(from..from + rows.len()))
            .is_some_and(|there| there.iter().zip(&rows).all(|(a, b)| a.trim() == b.trim()))
    };
    if is_there(if below { Some(at) } else { at.checked_sub(rows.len()) }) {
        return Ok(finish(existing, file, how, format!("the block stands {side} `{}` already", line.trim())));
    }
    let anchor = &file.lines[if below { found.end - 1 } else { found.start }];
    // Below a line that opens something, the lines belong into it.
    let opens = below && (Line::of(anchor).depth > 0 || anchor.trim_end().ends_with(':'));
    let next = file.lines[at..].iter().find(|line| !line.trim().is_empty()).map_or("", |line| indent(line));
    let wanted = if opens && nesting::width(next) > nesting::width(indent(anchor)) { next } else { indent(anchor) };
    let count = lines(rows.len());
    let why = format!("{word}={}: adds {count} {side} line {} of the file", line.trim(), found.start + 1);
    let rows = if edge(&rows).is_empty() { shifted(&rows, "", wanted) } else { shifted(&rows, "", "") };
    put(existing, block, at..at, rows, how, why)
}

/// The block in place of lines of the file.
///
/// # Errors
/// [`EditError`] if the file has no such lines or several, or the new ones would take others from their owner.
pub(super) fn exchange(existing: &str, block: &str, old: &str) -> Result<Edited, EditError> {
    let how = How::Instead(old.to_owned());
    let inner = block.trim().lines().any(shape::is_elision) || old.trim().lines().any(shape::is_elision);
    if inner {
        let why = "the block leaves out lines, so it is a part of the file".to_owned();
        return super::beside::patch(existing, block, why).map(|edited| Edited { how, ..edited });
    }
    let rows = rows(block, "old")?;
    let file = Text::of(existing);
    let (found, as_is) = match find(&file.lines, old) {
        Ok(found) => (found, true),
        Err(EditError::NoPlace(line)) => {
            // As they are: a comment with the same words, or a longer line, is not what the page asks for.
            if stands(&file.lines, &rows) {
                return Ok(finish(existing, file, how, "the file has the new lines already".to_owned()));
            }
            (alike(existing, old).ok_or(EditError::NoPlace(line))?, false)
        }
        Err(error) => return Err(error),
    };
    let was = file.lines[found.start].trim().to_owned();
    let differs = if as_is { String::new() } else { format!(", where the file has `{was}`") };
    let why = format!("it takes the place of `{}`{differs}", old.trim().lines().next().unwrap_or_default().trim());
    let wanted = indent(&file.lines[found.start]).to_owned();
    put(existing, block, found, shifted(&rows, edge(&rows), &wanted), how, why)
}

/// The file with `new` in place of the lines `at`.
fn put(
    existing: &str,
    block: &str,
    at: Range<usize>,
    new: Vec<String>,
    how: How,
    why: String,
) -> Result<Edited, EditError> {
    let shapes = Shapes::of(existing, block);
    let kept =
        |lines: Range<usize>| lines.map(|f| Written { text: shapes.text.lines[f].clone(), block: None, file: Some(f) });
    let rows = new.into_iter().map(|text| {
        let own = shapes.block_lines.iter().position(|line| line.trim() == text.trim());
        Written { text, block: own, file: None }
    });
    let out: Vec<Written> = kept(0..at.start).chain(rows).chain(kept(at.end..shapes.text.lines.len())).collect();
    nesting::check(&shapes, &out)?;
    let mut text = shapes.text.clone();
    text.lines = out.into_iter().map(|line| line.text).collect();
    Ok(finish(existing, text, how, why))
}

/// The lines of a block without blank lines and elisions at its ends.
fn rows<'b>(block: &'b str, word: &'static str) -> Result<Vec<&'b str>, EditError> {
    let all: Vec<&str> = block.lines().collect();
    let idle = |line: &&str| line.trim().is_empty() || shape::is_elision(line);
    let from = all.iter().position(|line| !idle(line)).unwrap_or(all.len());
    let to = all.iter().rposition(|line| !idle(line)).map_or(from, |last| last + 1);
    let rows = &all[from..to];
    match rows.iter().find(|line| shape::is_elision(line)) {
        Some(elision) => Err(EditError::Elision(elision.trim().to_owned(), word)),
        None if rows.is_empty() => Err(EditError::NoAnchor),
        None => Ok(rows.to_vec()),
    }
}

/// As [`find`], in a text.
pub(super) fn find_in(existing: &str, text: &str) -> Result<Range<usize>, EditError> {
    find(&Text::of(existing).lines, text)
}

/// Whether a line of a file is one that is looked for.
type Equal<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Where the lines of `text` stand in a file: as they are, or else but for white space and the mark of a comment, or else as
/// a part of one line.
fn find(file: &[String], text: &str) -> Result<Range<usize>, EditError> {
    let wanted: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let Some(first) = wanted.first() else { return Err(EditError::NoAnchor) };
    let bare = |line: &str| Line::of(line).bare;
    let equal: [Equal<'_>; 3] = [
        &|line, wanted| line.trim() == wanted,
        &|line, wanted| !wanted.is_empty() && bare(line) == bare(wanted),
        &|line, wanted| wanted.len() > 2 && has(line, wanted),
    ];
    for (level, equal) in equal.iter().enumerate().take(if wanted.len() > 1 { 2 } else { 3 }) {
        let fits = |from: &usize| {
            file.get(*from..*from + wanted.len())
                .is_some_and(|lines| lines.iter().zip(&wanted).all(|(line, wanted)| equal(line, wanted)))
        };
        let mut found: Vec<usize> = (0..file.len()).filter(fits).collect();
        // What a comment says of a line is not that line.
        if level == 2 && found.len() > 1 {
            found.retain(|at| !Line::of(&file[*at]).comment);
        }
        match found.as_slice() {
            [] => {}
            [one] => return Ok(*one..*one + wanted.len()),
            [one, two, ..] => return Err(EditError::Twice((*first).to_owned(), one + 1, two + 1)),
        }
    }
    Err(EditError::NoPlace((*first).to_owned()))
}

/// Whether a line has a text as whole words: `listen 80` is no part of `listen 8080`.
fn has(line: &str, text: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let goes_on = |outside: Option<char>, inside: Option<char>| is_word(outside) && is_word(inside);
    line.match_indices(text).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + text.len()..]);
        !goes_on(before.chars().next_back(), text.chars().next())
            && !goes_on(after.chars().next(), text.chars().next_back())
    })
}

/// Whether a file has these lines one below the other, wherever they are indented.
fn stands(file: &[String], rows: &[&str]) -> bool {
    file.windows(rows.len()).any(|there| there.iter().zip(rows).all(|(line, row)| line.trim() == row.trim()))
}

/// Where lines stand that have the same settings with other values.
fn alike(existing: &str, old: &str) -> Option<Range<usize>> {
    let shapes = Shapes::of(existing, old);
    let alignment = shapes.align().ok()?;
    let says: Vec<usize> = (0..shapes.block.len()).filter(|b| shapes.block[*b].substantive).collect();
    let places: Option<Vec<usize>> = says.iter().map(|b| at(alignment.places[*b])).collect();
    let places = places?;
    let (first, last) = (*places.first()?, *places.last()?);
    (last - first == says[says.len() - 1] - says[0]).then_some(first..last + 1)
}

/// Lines that a page shows at the left edge, indented as they stand in the file.
fn shifted(rows: &[&str], own: &str, wanted: &str) -> Vec<String> {
    let shift = |row: &&str| match row.strip_prefix(own) {
        Some(rest) if !rest.trim().is_empty() => format!("{wanted}{rest}"),
        _ => (*row).to_owned(),
    };
    rows.iter().map(shift).collect()
}

/// The least indentation of some lines.
fn edge<'r>(rows: &[&'r str]) -> &'r str {
    let says = |row: &&&str| !row.trim().is_empty();
    rows.iter().filter(says).map(|row| indent(row)).min_by_key(|indent| indent.len()).unwrap_or_default()
}
