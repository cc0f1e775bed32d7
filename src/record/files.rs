//! What an editor changed, as blocks of a page: the whole file where it is short or new, and otherwise each place.

use similar::{DiffTag, TextDiff};

use super::Edit;
use crate::edit::{self, How};

/// A file of so many lines is shown whole.
const SHORT: usize = 24;
/// Lines around a change that show where it is.
const AROUND: usize = 2;

/// A block that makes a part of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) text: String,
    /// What the fence says: `after="listen 80;"`.
    pub(super) how: Option<(&'static str, String)>,
}

/// The blocks that make an edit, each proved by what it makes of the file; `None` if no blocks do. `real` is the text before as it is, with no
/// names in place of values: what a fence says is taken as it stands.
pub(super) fn blocks(edit: &Edit, real: Option<&str>) -> Option<Vec<Block>> {
    let Some(before) = edit.before.as_deref().filter(|before| !before.trim().is_empty()) else {
        let whole = Block { text: edit.after.clone(), how: None };
        let alone = edit::apply(None, &whole.text, &How::Auto).is_ok_and(|edited| same(&edited.text, &edit.after));
        // A file of which nobody knows whether it was there is this, in any case.
        return alone.then(|| vec![Block { how: edit.before.is_some().then(replace), ..whole }]);
    };
    let whole = || {
        let block = Block { text: edit.after.clone(), how: Some(replace()) };
        let made = edit::apply(Some(before), &block.text, &How::Replace);
        made.is_ok_and(|made| same(&made.text, &edit.after)).then(|| vec![block])
    };
    if edit.after.lines().count() <= SHORT {
        return whole();
    }
    places(before, &edit.after, real.unwrap_or(before)).or_else(whole)
}

fn replace() -> (&'static str, String) {
    ("edit", "replace".to_owned())
}

/// Equal but for an end of the last line.
fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('\n') == other.trim_end_matches('\n')
}

/// A block for each place that changed, from the first to the last.
fn places(before: &str, after: &str, real: &str) -> Option<Vec<Block>> {
    let diff = TextDiff::from_lines(before, after);
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut blocks = Vec::new();
    // What was made so far, of new lines, and what comes behind it, of old ones.
    let mut file = before.to_owned();
    for op in diff.ops() {
        let (tag, was, is) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            continue;
        }
        let wanted: Vec<&str> = [&new[..is.end], &old[was.end..]].concat();
        let ends = if before.ends_with('\n') { "\n" } else { "" };
        let wanted = wanted.join("\n") + ends;
        let (block, made) = candidates(&old[was.clone()], &new, is).into_iter().find_map(|(block, how)| {
            let (How::After(place) | How::Before(place) | How::Instead(place)) = &how else {
                return try_out(&file, block, &how, &wanted);
            };
            if real.contains(place.as_str()) { try_out(&file, block, &how, &wanted) } else { None }
        })?;
        blocks.push(block);
        file = made;
    }
    same(&file, after).then_some(blocks)
}

/// A block, if it makes of the file what is wanted.
fn try_out(file: &str, block: Block, how: &How, wanted: &str) -> Option<(Block, String)> {
    let made = edit::apply(Some(file), &block.text, how).ok()?;
    same(&made.text, wanted).then_some((block, made.text))
}

/// The ways to say a change, the plainest first.
fn candidates(was: &[&str], new: &[&str], is: std::ops::Range<usize>) -> Vec<(Block, How)> {
    let text = new[is.clone()].join("\n");
    let mut all = Vec::new();
    let mut say = |text: &str, name: &'static str, value: &str, how: How| {
        if is_sayable(value) {
            all.push((Block { text: text.to_owned(), how: Some((name, value.to_owned())) }, how));
        }
    };
    if was.is_empty() {
        if let Some(line) = is.start.checked_sub(1).map(|at| new[at].trim()).filter(|line| !line.is_empty()) {
            say(&text, "after", line, How::After(line.to_owned()));
        }
        if let Some(line) = new.get(is.end).map(|line| line.trim()).filter(|line| !line.is_empty()) {
            say(&text, "before", line, How::Before(line.to_owned()));
        }
        say(&text, "edit", "append", How::Append);
        say(&text, "edit", "prepend", How::Prepend);
    } else if let ([old], false) = (was, text.is_empty()) {
        say(&text, "old", old.trim(), How::Instead(old.trim().to_owned()));
    }
    for around in 0..=AROUND {
        let lines = &new[is.start.saturating_sub(around)..(is.end + around).min(new.len())];
        say(&lines.join("\n"), "edit", "patch", How::Patch);
    }
    all
}

/// Whether the words of a fence can have this value.
fn is_sayable(value: &str) -> bool {
    !value.is_empty() && !value.contains(['"', '`', '\\', '&', '{', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Vec<String> {
        (1..=count).map(|number| format!("setting_{number} = {number}")).collect()
    }

    #[test]
    fn edits() {
        let long = lines(40);
        let with = |change: &dyn Fn(&mut Vec<String>)| {
            let mut new = long.clone();
            change(&mut new);
            new.join("\n") + "\n"
        };
        let before = long.join("\n") + "\n";
        for (what, after, shown) in [
            ("a line in the middle", with(&|l| l.insert(20, "more = 1".into())), &[("after", "more = 1")][..]),
            ("at the end", with(&|l| l.push("more = 1".into())), &[("after", "more = 1")]),
            ("another value", with(&|l| l[9] = "setting_10 = off".into()), &[("old", "setting_10 = off")]),
            (
                "two places",
                with(&|l| {
                    l[9] = "setting_10 = off".into();
                    l.insert(30, "more = 1".into());
                }),
                &[("old", "setting_10 = off"), ("after", "more = 1")],
            ),
        ] {
            let edit = Edit { path: "x".into(), before: Some(before.clone()), after };
            let blocks = blocks(&edit, edit.before.as_deref()).unwrap_or_default();
            let found: Vec<(&str, &str)> =
                blocks.iter().map(|block| (block.how.as_ref().map_or("", |how| how.0), block.text.as_str())).collect();
            assert_eq!(found, shown, "{what}");
        }
        // A line that is gone cannot be shown: the whole file is.
        let gone = Edit { path: "x".into(), before: Some(before.clone()), after: with(&|l| drop(l.remove(20))) };
        assert_eq!(blocks(&gone, gone.before.as_deref()).unwrap_or_default()[0].how, Some(replace()));
        let fresh = Edit { path: "x".into(), before: None, after: "a\nb\n".into() };
        assert_eq!(blocks(&fresh, None), Some(vec![Block { text: "a\nb\n".into(), how: None }]));
    }
}
