//! What a block without `edit=` means.

use super::{EditError, Edited, align::at, append, beside, lines, replace, splice};
use crate::edit::{shape, splice::Shapes};

/// How much of the file a block must show to be the file, as twice the common lines by all lines.
const WHOLE: f32 = 0.5;

/// Chooses how, and does it.
pub(super) fn apply(existing: Option<&str>, block: &str) -> Result<Edited, EditError> {
    let elision = block.lines().find(|l| shape::is_elision(l)).map(|l| l.trim().to_owned());
    let old = existing.unwrap_or_default();
    if old.trim().is_empty() {
        if let Some(elision) = elision {
            return Err(EditError::NothingToElide(elision));
        }
        let why = if existing.is_some() { "the file is empty" } else { "there is no such file yet" };
        return replace(existing, block, why.to_owned());
    }
    if old.lines().map(str::trim_end).eq(block.lines().map(str::trim_end)) {
        return replace(Some(old), old, "the file is as the block shows it".to_owned());
    }
    if elision.is_some() || block.lines().any(|l| shape::Line::of(l).head.is_some()) {
        return beside::patch(old, block, "the block leaves out lines, so it is a part of the file".to_owned());
    }
    if block.trim().is_empty() {
        return Err(EditError::NoAnchor);
    }
    if let Some(decided) = structured(old, block) {
        return decided;
    }
    if begins(block, DOCUMENTS) && begins(old, DOCUMENTS) {
        return replace(Some(old), block, "the block is a document from its first line on, as the file is".to_owned());
    }
    let shapes = Shapes::of(old, block);
    match shapes.align() {
        Ok(alignment) => {
            let substantive = shapes.block.iter().filter(|l| l.substantive).count();
            if let Some(share) = is_whole(&shapes, &alignment.places, substantive) {
                let why = format!("the block goes from the file's first line to its last, and shows {share}% of it");
                return replace(Some(old), block, why);
            }
            let clear = alignment.placed * 2 >= substantive || ends(&shapes, &alignment.places);
            if !clear {
                let why = format!("only {} of its {substantive} lines are in the file", alignment.placed);
                return Err(EditError::Unclear(why));
            }
            splice::splice(old, shapes, &alignment, "the block is like a part of the file".to_owned())
        }
        Err(EditError::NoAnchor) if begins(block, FILES) && begins(old, FILES) => {
            replace(Some(old), block, "the block is a document of its own, as the file is".to_owned())
        }
        Err(EditError::NoAnchor) if appendable(&shapes) => {
            let count = lines(shapes.block_lines.len());
            append(
                old,
                block,
                format!(
                    "the block has nothing in common with the file, whose lines stand for themselves: adds {count}"
                ),
            )
        }
        Err(error) => Err(error),
    }
}

/// JSON has one root: a block that is JSON is the file, if it does not lose keys of it.
fn structured(old: &str, block: &str) -> Option<Result<Edited, EditError>> {
    let object = |text: &str| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).ok();
    let (old_keys, keys) = (object(old)?, object(block)?);
    let lost: Vec<&str> = old_keys.keys().filter(|k| !keys.contains_key(*k)).map(String::as_str).collect();
    Some(if lost.is_empty() {
        replace(Some(old), block, "the block is JSON with every key of the file".to_owned())
    } else {
        Err(EditError::Unclear(format!("as the file, it would lose the key `{}`", lost[0])))
    })
}

/// Whether the block shows the file from its first substantive line to its last, and how many percent of it.
fn is_whole(shapes: &Shapes<'_>, places: &[super::align::Place], substantive: usize) -> Option<u32> {
    let says = |f: &usize| shapes.file[*f].substantive;
    let placed: Vec<usize> = places.iter().filter_map(|p| at(*p)).filter(says).collect();
    let all = (0..shapes.file.len()).filter(says).count();
    let first = (0..shapes.file.len()).find(says)?;
    let last = (0..shapes.file.len()).rfind(says)?;
    let share = 2.0 * placed.len() as f32 / (all + substantive) as f32;
    let from_end_to_end = placed.first() == Some(&first) && placed.last() == Some(&last) && all > 1;
    (from_end_to_end && share >= WHOLE).then_some((placed.len() * 100 / all) as u32)
}

/// Whether the block's first or last substantive line is in the file: new lines beside a known one.
fn ends(shapes: &Shapes<'_>, places: &[super::align::Place]) -> bool {
    let says = |b: &usize| shapes.block[*b].substantive;
    let equal = |b: usize| at(places[b]).is_some_and(|f| shapes.file[f].hash == shapes.block[b].hash);
    (0..places.len()).find(says).is_some_and(equal) || (0..places.len()).rfind(says).is_some_and(equal)
}

/// First lines of whole documents and scripts.
const DOCUMENTS: &[&str] = &["<!doctype", "<html", "<?xml", "#!/"];

/// First lines of files that may also begin an excerpt.
const FILES: &[&str] = &["<?php", "from ", "version:", "services:", "package ", "apiversion:"];

/// Whether a text begins with one of these.
fn begins(text: &str, starts: &[&str]) -> bool {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default().trim().to_ascii_lowercase();
    starts.iter().any(|start| first.starts_with(start))
}

/// Whether the block's lines stand for themselves, and the file's do too: a further line of `hosts`, `fstab`, `.bashrc`.
fn appendable(shapes: &Shapes<'_>) -> bool {
    let section = |l: &str| l.starts_with('[') && l.trim_end().ends_with(']');
    let shell = |l: &str| {
        ["export ", "alias ", "source ", ". ", "eval ", "PATH=", "[ -", "if ["].iter().any(|start| l.starts_with(start))
    };
    let block: Vec<&str> = shapes.block_lines.iter().copied().filter(|l| !l.trim().is_empty()).collect();
    let file: Vec<&str> = shapes.text.lines.iter().map(String::as_str).filter(|l| !l.trim().is_empty()).collect();
    let comment = |l: &str| shape::Line::of(l).comment;
    let plain = |l: &str| {
        !l.starts_with([' ', '\t', '<', '}', ')'])
            && !l.trim_end().ends_with(['{', '(', '[', ':', ',', ';', '>', '}', ')'])
            && !l.starts_with("import ")
            && !l.starts_with("from ")
    };
    let file_sections = file.iter().any(|l| section(l));
    if file_sections {
        // A line without its section would end in the last one.
        return section(block[0]) && !file.contains(&block[0]);
    }
    let says: Vec<&str> = file.iter().copied().filter(|l| !comment(l)).collect();
    if block.iter().all(|l| shell(l) || comment(l)) && says.iter().any(|l| shell(l.trim_start())) {
        return true;
    }
    let fits = block.iter().all(|l| plain(l) || section(l) || comment(l));
    let plain_lines = says.iter().filter(|l| plain(l)).count();
    // `UUID=1 / ext4 defaults 0 1` is columns, not a setting.
    let columns = |l: &str| l.split_whitespace().count() > 3 && !l.contains(['"', '\'']);
    let style = |l: &&str| l.split_once('=').is_some_and(|(name, _)| !name.trim().contains(' ')) && !columns(l);
    let (ours, theirs) = (block.iter().filter(|l| style(l)).count(), says.iter().filter(|l| style(l)).count());
    let same_style = says.is_empty() || (ours * 2 > block.len()) == (theirs * 2 > says.len());
    fits && plain_lines * 10 >= says.len() * 9 && same_style
}
