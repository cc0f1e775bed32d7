//! Where a block is saved, and how.

use super::super::{
    Edit,
    evidence::{
        Evidence, Look, mention,
        phrase::{Phrase, says},
        place::place,
    },
    prose::sentences,
};

/// A file that a reader changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) struct Saving {
    /// Its path; `None` where the open editor knows it.
    pub(in crate::plan) path: Option<String>,
    /// How it is changed.
    pub(in crate::plan) edit: Edit,
    /// How near to the block it is named.
    pub(super) named: Named,
}

/// How near to a block its file is named, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// The block says it itself, or a passage that is nothing else.
    Itself,
    /// The editor that is open.
    Editor,
    /// The sentence before.
    Sentence,
    /// The paragraph before.
    Passage,
    /// Further above in the section.
    Section,
}

/// The file that a block would be saved to, if an author says that it is saved.
pub(in crate::plan) fn near(evidence: &Evidence<'_>) -> Option<String> {
    file(evidence).and_then(|saving| saving.path).or_else(|| evidence.standing.editor.clone().flatten())
}

/// The file of a block, if anything names one.
pub(super) fn file(evidence: &Evidence<'_>) -> Option<Saving> {
    let edit = edit(evidence);
    let saving = |path: Option<String>, named| Some(Saving { path, edit, named });
    if let Some(title) = evidence.title.filter(|title| mention::is_path(title)) {
        return saving(Some(title.to_owned()), Named::Itself);
    }
    if let Some(path) = mention::in_comment(evidence.text).filter(|path| path.starts_with(['/', '~'])) {
        return saving(Some(path), Named::Itself);
    }
    let of_prose = of_prose(evidence).map(|(path, named)| (resolved(evidence, path), named));
    if let Some(open) = &evidence.standing.editor {
        // The prose may name another file than the editor that is open.
        let opens = says(Phrase::Create, evidence.sentence) || says(Phrase::Open, evidence.sentence);
        let other = of_prose.as_ref().filter(|(path, named)| {
            let differs = open.as_ref().is_none_or(|open| !same(path, open));
            let rooted = path.starts_with(['/', '~']) || path.contains('.');
            let inside =
                ["in", "into", "inside"].iter().any(|word| evidence.sentence.contains(&format!("{word} `{path}`")));
            differs && (*named == Named::Itself || *named == Named::Sentence && (opens || inside) && rooted)
        });
        match other {
            Some((path, named)) => return saving(Some(path.clone()), *named),
            None => return saving(None, Named::Editor),
        }
    }
    if let Some((path, named)) = of_prose {
        return saving(Some(path), named);
    }
    if let Some(path) =
        mention::in_comment(evidence.text).filter(|_| asks(evidence) || mention::says_to_save(evidence.text))
    {
        return saving(Some(path), Named::Itself);
    }
    evidence.standing.anew.clone().and_then(|path| saving(Some(path), Named::Section))
}

/// A name without a folder as the path that the page gave before.
fn resolved(evidence: &Evidence<'_>, path: String) -> String {
    let bare = !path.contains('/') && path != "crontab" && !says(Phrase::Create, evidence.sentence);
    let is_rooted = |mention: &mention::Mention| {
        !mention.folder && mention.path.starts_with(['/', '~']) && same(&mention.path, &path)
    };
    // Most of a page does not name it, and need not be read for what else it names.
    let texts = evidence.all.iter().rev().filter(|passage| bare && passage.text.contains(&path));
    let known = texts.flat_map(|passage| mention::paths(&passage.text)).find(is_rooted);
    known.map_or(path, |known| known.path)
}

/// Whether two paths are of one file, as far as they are written.
pub(super) fn same(a: &str, b: &str) -> bool {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    name(a) == name(b)
}

/// The file that the prose names, nearest first, and how near.
fn of_prose(evidence: &Evidence<'_>) -> Option<(String, Named)> {
    if evidence.look == Look::Crontab && (evidence.sentence.contains("cron") || evidence.passage.contains("cron")) {
        return Some(("crontab".into(), Named::Sentence));
    }
    if !evidence.announced {
        return None;
    }
    let item = evidence.items.last().and_then(|item| mention::is_only_a_file(item));
    // “Enter the following text: … Save the file as `a.sh`.”
    let enters = [Phrase::Add, Phrase::Create].iter().any(|phrase| says(*phrase, evidence.sentence));
    let named_below = mention::file(evidence.next).filter(|_| enters && says(Phrase::SaveAs, evidence.next));
    if let Some(path) = named_below.filter(|_| mention::file(evidence.sentence).is_none()) {
        return Some((path, Named::Itself));
    }
    let named = mention::file(evidence.sentence);
    if let Some(item) = item.filter(|item| named.as_ref().is_none_or(|named| same(named, item))) {
        return Some((item, Named::Itself));
    }
    if let Some(path) = named {
        let alone = mention::is_only_a_file(evidence.passage).is_some();
        return Some((path, if alone { Named::Itself } else { Named::Sentence }));
    }
    let passages = evidence.passages.iter().rev();
    let alone = passages.clone().take(3).find_map(|passage| mention::is_only_a_file(passage));
    if let Some(path) = alone {
        return Some((path, Named::Itself));
    }
    let of_fold = || evidence.folds.last().and_then(|fold| mention::file(fold));
    if let Some(path) = mention::file(evidence.passage).or_else(of_fold) {
        return Some((path, Named::Passage));
    }
    let above = || passages.clone().skip(1).find_map(|passage| mention::file(passage));
    let item = || evidence.items.last().and_then(|item| mention::file(item));
    let touched = || evidence.standing.file.clone();
    let section = || evidence.section.iter().rev().find_map(|passage| mention::file(passage));
    let heading = || evidence.headings.last().and_then(|heading| mention::file(heading));
    above().or_else(item).or_else(touched).or_else(section).or_else(heading).map(|path| (path, Named::Section))
}

/// Whether a sentence asks to put something into a file.
pub(super) fn asks_to_add(sentence: &str) -> bool {
    let verb = says(Phrase::Add, sentence) || says(Phrase::Change, sentence) || says(Phrase::Create, sentence);
    let file = mention::file(sentence).is_some() || sentence.contains(" file");
    verb && says(Phrase::Content, sentence)
        || (says(Phrase::AtEnd, sentence) || says(Phrase::AtTop, sentence)) && says(Phrase::Add, sentence)
        || says(Phrase::Into, sentence) && file
}

/// Whether the prose asks to save something.
pub(super) fn asks(evidence: &Evidence<'_>) -> bool {
    let saves = |text: &str| {
        let content = says(Phrase::Content, text);
        let verb = [Phrase::Create, Phrase::Add, Phrase::Change, Phrase::Open].iter().any(|phrase| says(*phrase, text));
        let file = mention::file(text).is_some() || says(Phrase::AtEnd, text) || says(Phrase::AtTop, text);
        verb && (content || file)
    };
    saves(evidence.sentence) || sentences(evidence.passage).into_iter().any(saves)
}

/// How a file that is there is changed.
fn edit(evidence: &Evidence<'_>) -> Edit {
    let says = |phrase| says(phrase, evidence.sentence);
    let changes = says(Phrase::Change) || !says(Phrase::Add) && !says(Phrase::Find);
    if let Some(place) = place(evidence.sentence) {
        return place;
    }
    match &evidence.standing.found {
        Some(old) if changes => Edit::Instead(old.clone()),
        _ if says(Phrase::AtEnd) => Edit::Append,
        _ if says(Phrase::AtTop) && says(Phrase::Add) => Edit::Prepend,
        // Another block may go into the same file.
        _ if says(Phrase::NewFile) && evidence.announced => Edit::Create,
        _ => Edit::Auto,
    }
}
