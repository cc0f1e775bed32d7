//! How the block's indentation becomes the file's.

use std::collections::BTreeMap;

use super::{
    align::{Alignment, at},
    splice::{Shapes, indent},
};

/// See the module.
pub(super) struct Indents<'a> {
    pairs: BTreeMap<usize, (&'a str, String)>,
    map: BTreeMap<&'a str, String>,
    /// Whether each indentation of the block is always the same one of the file.
    faithful: bool,
    tabs: bool,
    /// The spaces of one level, in the block and in the file.
    unit: usize,
    file_unit: usize,
}

impl<'a> Indents<'a> {
    pub(super) fn of(shapes: &Shapes<'a>, alignment: &Alignment) -> Self {
        let mut pairs = BTreeMap::new();
        let mut map: BTreeMap<&str, String> = BTreeMap::new();
        let mut back: BTreeMap<String, &str> = BTreeMap::new();
        let mut faithful = true;
        for (b, place) in alignment.places.iter().enumerate() {
            let Some(f) = at(*place).filter(|f| shapes.block[b].substantive && !shapes.file[*f].comment) else {
                continue;
            };
            let (ours, theirs) = (indent(shapes.block_lines[b]), indent(&shapes.text.lines[f]));
            faithful &= map.get(ours).is_none_or(|t| t == theirs) && back.get(theirs).is_none_or(|o| *o == ours);
            map.entry(ours).or_insert_with(|| theirs.to_owned());
            back.entry(theirs.to_owned()).or_insert(ours);
            pairs.insert(b, (ours, theirs.to_owned()));
        }
        let tabs = shapes.text.lines.iter().filter(|l| l.starts_with('\t')).count()
            > shapes.text.lines.iter().filter(|l| l.starts_with("  ")).count();
        let ours = level(shapes.block_lines.iter().copied());
        let theirs = level(shapes.text.lines.iter().map(String::as_str));
        Self { pairs, map, faithful, tabs, unit: ours, file_unit: theirs }
    }

    /// A line of the block, indented as the file would; `None` if the file has no place so far to the left.
    pub(super) fn indented(&self, line: &str, near: Option<(usize, usize)>) -> Option<String> {
        if line.trim().is_empty() {
            return Some(String::new());
        }
        let ours = indent(line);
        let near = near.and_then(|(b, _)| self.pairs.get(&b)).or_else(|| self.pairs.values().next());
        let theirs = match (self.map.get(ours).filter(|_| self.faithful), near) {
            (Some(theirs), _) => theirs.clone(),
            (None, Some((from, to))) => self.shift(ours, from, to)?,
            (None, None) => ours.to_owned(),
        };
        Some(theirs + line.trim())
    }

    /// As much deeper or shallower than `to` as `ours` is than `from`; `None` if `to` is not so deep.
    fn shift(&self, ours: &str, from: &str, to: &str) -> Option<String> {
        if let Some(more) = ours.strip_prefix(from) {
            let more =
                if self.tabs && !more.contains('\t') { "\t".repeat(more.len() / self.unit) } else { more.to_owned() };
            return Some(to.to_owned() + &more);
        }
        let Some(less) = from.strip_prefix(ours) else { return Some(ours.to_owned()) };
        let levels = if less.contains('\t') { less.matches('\t').count() } else { less.len().div_ceil(self.unit) };
        if to.contains('\t') {
            return to.matches('\t').count().checked_sub(levels).map(|left| "\t".repeat(left));
        }
        let whole_levels = less.contains('\t') || less.len().is_multiple_of(self.unit);
        let less = if whole_levels { levels * self.file_unit } else { less.len() };
        let left = to.chars().count().checked_sub(less)?;
        Some(to.chars().take(left).collect())
    }

    /// The new indentation of a line that the block moves relative to its neighbours.
    pub(super) fn moved(&self, b: usize) -> Option<String> {
        let (ours, theirs) = self.pairs.get(&b)?;
        let (from, to) = self.pairs.values().next()?;
        let wanted = self.shift(ours, from, to)?;
        (!self.faithful && !self.tabs && wanted != *theirs).then_some(wanted)
    }
}

/// The least indentation, which is that of one level.
fn level<'l>(lines: impl Iterator<Item = &'l str>) -> usize {
    let widths = lines.filter(|l| !l.trim().is_empty()).map(|l| indent(l).len());
    widths.filter(|w| *w > 0).min().unwrap_or(4).clamp(1, 8)
}
