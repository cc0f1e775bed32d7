//! What speaks for what a block is: the author's word, the look of the text, the prose around it, and where the reader stands.

pub(super) mod asked;
pub(super) mod earlier;
pub(super) mod host;
mod looks;
pub(super) mod mention;
pub(super) mod own;
pub(super) mod phrase;
pub(super) mod place;
pub(super) mod ways;

pub(super) use looks::{Look, look};

use std::{collections::HashSet, sync::Arc};

use super::{
    blocks::Block,
    prose::{Kind, Passage, sentences},
};
use crate::guide::{Form, Role};
use phrase::{Phrase, says};

/// What the language of a block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    /// A shell.
    Shell,
    /// Nothing, or "text".
    Plain,
    /// A language of addresses, for browsers and clients.
    Address,
    /// A shell of another system.
    Foreign,
    /// Anything else: source, settings, data.
    Other,
}

/// What a reader did last, and where.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// An editor is open, with its file if the command names it.
    pub(super) editor: Option<Option<String>>,
    /// Languages that the open program reads.
    pub(super) program: bool,
    /// The open program reads this block's language.
    pub(super) reads: bool,
    /// The file that was saved last since something was typed.
    pub(super) file: Option<String>,
    /// What was typed last, one command a line.
    pub(super) typed: Vec<String>,
    /// What was done with the block before.
    pub(super) before: Option<super::decision::Act>,
    /// The prompts of this block name another host than those before.
    pub(super) other_prompt: bool,
    /// The other host that the prose says to be on.
    pub(super) other_host: Option<String>,
    /// The editor was opened before, and its file is saved already.
    pub(super) editing: bool,
    /// The block repeats lines of a file that was saved.
    pub(super) repeats: bool,
    /// The file that was saved before and that the block shows anew, changed.
    pub(super) anew: Option<String>,
    /// The block shows again what was typed just before, and what it printed.
    pub(super) transcript: bool,
    /// The lines of a file that the page said to find, in the block before.
    pub(super) found: Option<String>,
    /// The page fetches files of its own, and may only explain them.
    pub(super) fetches: bool,
    /// The block before went to the server, and left the reader there.
    pub(super) connected: bool,
    /// The page goes to its server further below, and nothing before says that the reader is there.
    pub(super) before_connecting: bool,
    /// Its lines stand in a longer script of the page.
    pub(super) excerpt: bool,
    /// An earlier block stands in another item of the same list, and calls the same program for the same thing.
    pub(super) same_call: bool,
    /// An earlier section installs the same, and its name is of the same kind: `Alice`, `Bob`.
    pub(super) installed_before: bool,
    /// The block before has the same command, with placeholders for what stands here.
    pub(super) filled: bool,
    /// The sentence before the block before.
    pub(super) sentence: String,
    /// All that it does is to install what another command of the page installs.
    pub(super) installs_otherwise: bool,
    /// It is the only way, or the best, to install what the page calls.
    pub(super) installs_only: bool,
    /// The page is about a program as a whole, and its examples stand for themselves.
    pub(super) reference: bool,
    /// It only defines a function that the page calls nowhere.
    pub(super) uncalled: bool,
    /// It is about something that an earlier block made, by its name.
    pub(super) of_own: bool,
    /// The programs that the page is about: what it installs, and what its blocks of a shell call.
    pub(super) own: Arc<HashSet<String>>,
    /// The page installs by apt, or says that it is for Debian or Ubuntu.
    pub(super) is_ours: bool,
}

/// All that speaks for what a block is.
#[derive(Debug)]
pub(super) struct Evidence<'e> {
    /// The role that the author names.
    pub(super) said: Option<Role>,
    pub(super) form: Form,
    pub(super) tongue: Tongue,
    pub(super) language: &'e str,
    pub(super) text: &'e str,
    pub(super) title: Option<&'e str>,
    pub(super) look: Look,
    /// The last sentence before it; that of the block before where nothing stands between them.
    pub(super) sentence: &'e str,
    /// The passage of that sentence.
    pub(super) passage: &'e str,
    /// Whether prose stands between it and the block before, or the heading.
    pub(super) announced: bool,
    /// Whether a heading stands between it and the block before.
    pub(super) headed: bool,
    /// All passages since the block before, in order.
    pub(super) passages: Vec<&'e str>,
    /// All passages of the page before the block, in order.
    pub(super) all: &'e [Passage],
    /// The passage behind the block.
    pub(super) next: &'e str,
    /// All passages of the section before those, in order.
    pub(super) section: Vec<&'e str>,
    /// All headings before those, in order.
    pub(super) earlier: Vec<&'e str>,
    /// What introduces the list that it stands in.
    pub(super) intro: &'e str,
    /// The first passages of earlier items of the innermost list.
    pub(super) siblings: Vec<&'e str>,
    /// The first passages of the list items and labels that it stands below, outermost first.
    pub(super) items: Vec<&'e str>,
    /// The headings above it, outermost first.
    pub(super) headings: Vec<&'e str>,
    /// What it is folded in.
    pub(super) folds: Vec<&'e str>,
    /// It stands aside itself.
    pub(super) aside: bool,
    pub(super) standing: &'e Standing,
}

/// A command without what makes its reader root.
pub(super) fn as_reader(command: &str) -> &str {
    command.trim().trim_start_matches("sudo ")
}

/// Languages that say nothing.
const PLAIN: &[&str] =
    &["", "text", "txt", "plain", "plaintext", "none", "output", "code", "log", "raw", "no-highlight", "nohighlight"];

/// Shells of other systems.
const FOREIGN: &[&str] =
    &["powershell", "ps1", "pwsh", "ps", "cmd", "bat", "batch", "dosbatch", "winbatch", "applescript"];

/// What a language says.
pub(super) fn tongue(language: &str, form: Form, role: Role) -> Tongue {
    let language = language.to_ascii_lowercase();
    match language.as_str() {
        name if PLAIN.contains(&name) && form != Form::Indented => Tongue::Plain,
        "http" | "https" | "url" | "uri" => Tongue::Address,
        name if FOREIGN.contains(&name) => Tongue::Foreign,
        _ if role == Role::Command && form != Form::Indented => Tongue::Shell,
        "" => Tongue::Plain,
        _ => Tongue::Other,
    }
}

impl<'e> Evidence<'e> {
    /// What speaks for what `block` is. `before` is how many passages stand before the block before it.
    pub(super) fn gather(block: &'e Block<'_>, prose: &'e [Passage], before: usize, standing: &'e Standing) -> Self {
        let code = &block.code;
        let own = &prose[before.min(block.passages)..block.passages];
        let below = below_heading(own);
        let (headed, own) = (below.len() < own.len(), below);
        let is_aside = |p: &&Passage| p.aside && !block.aside;
        let spoken: Vec<&str> =
            own.iter().filter(|p| p.kind == Kind::Text && !is_aside(p)).map(|p| p.text.as_str()).collect();
        let folds: Vec<&str> = block.folds.iter().filter_map(|at| prose.get(*at)).map(|p| p.text.as_str()).collect();
        // Where nothing is said, what was said of the block before goes on.
        let announced = !spoken.is_empty() || headed;
        let all = &prose[..block.passages];
        let passages = if announced { spoken } else { last_spoken(all, block.aside) };
        let useful = |text: &&&str| !says(Phrase::Replacing, text) && !is_only_example(text);
        let passage = passages.iter().rev().find(useful).or(passages.last()).copied().unwrap_or_default();
        let of_passage = sentences(passage);
        let sentence = of_passage.iter().rev().find(useful).or(of_passage.last()).copied().unwrap_or_default();
        Self {
            said: code.said_role.then_some(code.role).or_else(|| (code.form == Form::Shortcode).then_some(code.role)),
            form: code.form,
            tongue: tongue(&code.language, code.form, code.role),
            language: &code.language,
            text: &code.text,
            title: code.title.as_deref(),
            look: own::look(look(&code.language, &code.text), &code.text, &standing.own),
            sentence,
            passage,
            announced,
            headed,
            passages,
            all,
            next: prose.get(block.passages).filter(|p| p.kind == Kind::Text).map_or("", |p| p.text.as_str()),
            section: section(all, block),
            earlier: all.iter().filter(|p| matches!(p.kind, Kind::Heading(_))).map(|p| p.text.as_str()).collect(),
            intro: intro(all, block),
            siblings: siblings(all, block),
            items: items(all, block),
            headings: headings(all),
            folds,
            aside: block.aside,
            standing,
        }
    }

    /// Whether the sentence before says so.
    pub(super) fn says(&self, phrase: Phrase) -> bool {
        says(phrase, self.sentence)
    }

    /// Whether the text is what a reader types, by its look.
    pub(super) fn is_typed(&self) -> bool {
        matches!(self.look, Look::Commands | Look::Prompts)
    }
}

/// Whether a text says only that what follows is an example: then what it is stands before that.
fn is_only_example(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    ["for example", "example", "e.g", "for instance"].contains(&text.as_str())
}

/// What stands below the last heading; all of it if there is none.
fn below_heading(all: &[Passage]) -> &[Passage] {
    let since = all.iter().rposition(|p| matches!(p.kind, Kind::Heading(_))).map_or(0, |at| at + 1);
    &all[since..]
}

/// The prose of the paragraph that stands last.
fn last_spoken(all: &[Passage], aside: bool) -> Vec<&str> {
    let last = below_heading(all).iter().rev().find(|p| p.kind == Kind::Text && (aside || !p.aside));
    last.map(|p| p.text.as_str()).into_iter().collect()
}

/// The headings above, outermost first.
pub(super) fn headings(all: &[Passage]) -> Vec<&str> {
    let mut found: Vec<(u8, &str)> = Vec::new();
    for passage in all {
        if let Kind::Heading(level) = passage.kind {
            found.retain(|(above, _)| *above < level);
            found.push((level, &passage.text));
        }
    }
    // The title of the page says nothing of a part of it, unless its parts have such headings as well.
    let titles = all.iter().filter(|passage| passage.kind == Kind::Heading(1)).count();
    found.into_iter().filter(|(level, _)| *level > 1 || titles > 1).map(|(_, text)| text).collect()
}

/// The passage before the list that the block stands in.
fn intro<'e>(all: &'e [Passage], block: &Block<'_>) -> &'e str {
    let Some(item) = block.items.first() else { return "" };
    let section = below_heading(all);
    let begins = section.iter().position(|p| p.items.first() == Some(item)).unwrap_or(section.len());
    let before = section[..begins].iter().rev().find(|p| p.items.is_empty() && p.kind == Kind::Text && !p.aside);
    before.map_or("", |p| p.text.as_str())
}

/// What the section says before a block, without what stands aside.
fn section<'e>(all: &'e [Passage], block: &Block<'_>) -> Vec<&'e str> {
    below_heading(all)
        .iter()
        .filter(|p| p.kind == Kind::Text && (block.aside || !p.aside))
        .map(|p| p.text.as_str())
        .collect()
}

/// The first passages of the items before that of the block.
fn siblings<'e>(all: &'e [Passage], block: &Block<'_>) -> Vec<&'e str> {
    let Some((own, above)) = block.items.split_last() else { return Vec::new() };
    let mut found: Vec<(usize, &str)> = Vec::new();
    for passage in below_heading(all) {
        if let Some((item, outer)) = passage.items.split_last()
            && outer == above
            && item != own
            && found.last().is_none_or(|(last, _)| last != item)
        {
            found.push((*item, &passage.text));
        } else if passage.items.is_empty() {
            // Another list.
            found.clear();
        }
    }
    found.into_iter().map(|(_, text)| text).collect()
}

/// What the list item that a block stands in is called: its first passage.
pub(super) fn label<'e>(all: &'e [Passage], block: &Block<'_>) -> &'e str {
    let item = block.items.last();
    let first = below_heading(all).iter().find(|p| item.is_some() && p.items.last() == item);
    first.map_or("", |p| p.text.as_str())
}

/// The first passage of each list item around the block, and the label of its paragraphs.
fn items<'e>(all: &'e [Passage], block: &Block<'_>) -> Vec<&'e str> {
    let section = below_heading(all);
    let first = |item: &usize| section.iter().find(|p| p.items.last() == Some(item)).map(|p| p.text.as_str());
    let label = section.iter().rev().find(|p| p.label && p.kind == Kind::Text && !p.aside && p.items == block.items);
    let label = label.map(|p| p.text.as_str());
    block.items.iter().filter_map(first).chain(label).collect()
}
