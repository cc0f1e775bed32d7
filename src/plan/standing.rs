//! Where the reader of a guide stands before each block.

use std::{collections::HashSet, sync::Arc};

use super::{
    attributes::Given,
    blocks::Block,
    decision::{self, Act, Decision},
    evidence::{
        self, Evidence, Standing,
        earlier::{self, Earlier},
        host,
        ways::Ways,
    },
    order,
    prose::Passage,
    steps::{Builder, Opened},
};
use crate::{
    guide::Role,
    terminal::{
        command::{self, Family},
        line, prompt,
    },
};

/// What the reader did last, and what is known of the page as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Stands {
    /// The editor whose file was just saved: what follows is for it as well.
    pub(super) editing: Option<Opened>,
    /// The file that was saved last since something was typed.
    pub(super) file: Option<String>,
    /// What was typed last.
    pub(super) typed: Vec<String>,
    /// What was done with the block before.
    before: Option<Act>,
    /// How many passages stood before it.
    passages: usize,
    /// What it was folded in.
    folds: Vec<usize>,
    /// The list items that it stood in.
    items: Vec<usize>,
    /// What was done with the last block that was no alternative.
    main: Option<Act>,
    /// The host that the first prompt names.
    host: Option<String>,
    /// The page is for Debian or Ubuntu as well.
    is_ours: bool,
    /// For each passage, the other host that the page is on.
    others: Vec<Option<String>>,
    /// The block before went to the server.
    connected: bool,
    /// How many passages stand before the place where the page goes to its server.
    connects: usize,
    /// The lines of each script of the page.
    scripts: Vec<HashSet<String>>,
    /// The files that were saved.
    saved: Vec<Saved>,
    /// What was typed, block by block.
    earlier: Vec<Earlier>,
    /// The headings of a section that installs once more what an earlier one has.
    again: Option<Vec<String>>,
    /// The sentence before the block before.
    sentence: String,
    /// What is kept of the block that was looked at last, if it is typed.
    current: Option<Earlier>,
    /// The texts of all blocks.
    texts: Vec<String>,
    /// The lines that the block before says to find in a file.
    found: Option<String>,
    /// The page fetches files of its own.
    fetches: bool,
    /// The programs that it is about.
    own: Arc<HashSet<String>>,
    /// Its commands of which a reader types another one.
    pub(super) ways: Arc<Ways>,
    /// It is about a program as a whole.
    reference: bool,
}

/// A file that was saved.
#[derive(Debug, Clone, Default)]
struct Saved {
    path: Option<String>,
    language: String,
    lines: HashSet<String>,
    /// The first line that says something.
    first: String,
}

impl Stands {
    /// Before the first block.
    pub(super) fn new(blocks: &[Block<'_>], prose: &[Passage]) -> Self {
        let runs = |block: &Block<'_>| -> Vec<line::Run> {
            block.code.text.lines().flat_map(line::pieces).filter_map(line::Run::of).collect()
        };
        let apt =
            |block: &Block<'_>| runs(block).iter().any(|run| command::family_of(&run.name) == Some(Family::Debian));
        let named = |passage: &Passage| command::families(&passage.text).contains(&Family::Debian);
        let fetches = |block: &Block<'_>| {
            runs(block).iter().any(|run| run.name == "git" && run.arguments.iter().any(|word| word == "clone"))
        };
        Self {
            fetches: blocks.iter().any(fetches),
            own: Arc::new(evidence::own::programs(blocks)),
            ways: Arc::new(Ways::new(blocks, prose)),
            reference: blocks.first().is_some_and(|block| order::is_reference(&block.at().path, prose)),
            texts: blocks.iter().map(|block| block.code.text.clone()).collect(),
            is_ours: blocks.iter().any(apt) || prose.iter().any(named),
            others: host::others(prose),
            connects: host::connects(blocks, prose),
            scripts: blocks
                .iter()
                .filter(|block| is_script(&block.code.text))
                .map(|b| lines_of(&b.code.text))
                .collect(),
            ..Self::default()
        }
    }

    /// Whether a text is part of a file that was saved.
    fn repeats(&self, text: &str) -> bool {
        self.saved.iter().any(|saved| is_in(text, &saved.lines))
    }

    /// The file that a block of source shows anew: it begins as the file does, or with a statement of it.
    fn anew(&self, block: &Block<'_>) -> Option<&str> {
        let language = &block.code.language;
        let first = first_line(&block.code.text);
        let opens = first.ends_with(['{', '(', '[', ':']) && first.len() > 6;
        let is_of = |saved: &&Saved| {
            saved.language.eq_ignore_ascii_case(language)
                && (saved.first == first || opens && saved.lines.contains(first))
        };
        let saved = self.saved.iter().rev().find(is_of).filter(|_| !language.is_empty() && first.len() > 3)?;
        saved.path.as_deref()
    }

    /// After a block; `act` is what was done with it.
    pub(super) fn after(&mut self, block: &Block<'_>, prose: &[Passage], act: Option<Act>, rule: &str) {
        self.found = (rule == decision::FIND).then(|| block.code.text.clone());
        // What stands in a note leaves the reader where the text has been.
        self.before = match act {
            Some(Act::Alternative) if block.aside => self.before,
            Some(Act::Looked) if rule == decision::SHOWN_TO_SOME => self.before,
            // One of its ways was gone.
            Some(Act::Alternative) if rule == decision::SEVERAL => Some(Act::Typed),
            act => act,
        };
        self.passages = block.passages;
        self.folds.clone_from(&block.folds);
        self.items.clone_from(&block.items);
        if self.before != Some(Act::Alternative) {
            self.main = self.before;
        }
        let lines = || block.code.text.lines().map(prompt::without_prompt);
        self.connected = lines().any(command::enters_a_server);
        if act == Some(Act::Saved) {
            self.saved.push(Saved {
                path: self.file.clone(),
                language: block.code.language.clone(),
                lines: lines_of(&block.code.text),
                first: first_line(&block.code.text).to_owned(),
            });
        }
        if act == Some(Act::Typed) {
            let prose = &prose[..block.passages];
            let kept = || Earlier::of(block, &evidence::headings(prose), evidence::label(prose, block));
            let kept = self.current.take().unwrap_or_else(kept);
            self.earlier.push(kept);
            self.editing = None;
            let host = block.code.text.lines().find_map(prompted);
            self.host = self.host.take().or(host);
        }
    }
}

/// The first line that says something.
fn first_line(text: &str) -> &str {
    let comment =
        |line: &&str| line.is_empty() || line.starts_with("//") || line.starts_with('#') && !line.starts_with("#!");
    text.lines().map(str::trim).find(|line| !comment(line)).unwrap_or_default()
}

/// Whether a text names its interpreter.
fn is_script(text: &str) -> bool {
    text.trim_start().starts_with("#!")
}

/// The lines of a text, without what stands around them.
fn lines_of(text: &str) -> HashSet<String> {
    text.lines().map(|line| line.trim().to_owned()).collect()
}

/// Whether all lines of a text stand in a longer one.
fn is_in(text: &str, longer: &HashSet<String>) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    !lines.is_empty() && lines.len() < longer.len() && lines.iter().all(|line| longer.contains(*line))
}

/// The host that the prompt of a line names: `server` of `root@server:~# ls`.
fn prompted(line: &str) -> Option<String> {
    let prompt = &line[..prompt::prompt_length(line)?];
    let after = prompt.split_once('@')?.1;
    let end = after.find([':', ' ', ']', '~', '$', '#']).unwrap_or(after.len());
    Some(after[..end].to_owned()).filter(|host| !host.is_empty())
}

impl Builder<'_> {
    /// What is done with a block: what the author says, or else what speaks for it.
    pub(super) fn decide(&mut self, block: &Block<'_>, given: &Given) -> Decision {
        (self.near, self.first, self.stands.current) = (None, None, None);
        let is_form = |act: &Act| !matches!(act, Act::Elsewhere | Act::Alternative);
        if let Some(act) = given.act.filter(is_form) {
            return Decision::said(act);
        }
        if block.code.role != Role::Output && given.path.is_some() {
            let saved = Decision { why: "`path` says where".into(), ..Decision::said(Act::Saved) };
            return Decision { act: given.act.unwrap_or(Act::Saved), ..saved };
        }
        if block.code.role == Role::Command && given.is_of_commands() && given.act.is_none() {
            return Decision::said(Act::Typed);
        }
        let mut standing = self.standing(block);
        self.compare(block, &mut standing);
        let evidence = Evidence::gather(block, self.prose, self.stands.passages, &standing);
        self.near = decision::near(&evidence);
        self.stands.sentence = evidence.sentence.to_owned();
        let decision = decision::decide(&evidence);
        self.first = decision::first(&evidence, decision.rule);
        // Where it is done says nothing of what it is.
        match given.act {
            Some(act) => Decision { form: decision.form, saving: decision.saving, ..Decision::said(act) },
            None => decision,
        }
    }

    fn standing(&self, block: &Block<'_>) -> Standing {
        let waiting = self.opened.as_ref().filter(|opened| self.is_below(&opened.alone.section, block));
        let editing = self.stands.editing.as_ref().filter(|_| waiting.is_none());
        let editor = waiting.or(editing).map(|opened| opened.editor.path.clone());
        let program = self.program.filter(|_| block.code.title.is_none());
        Standing {
            editor,
            program: program.is_some(),
            reads: program.is_some_and(|program| program.reads(&block.code.language)),
            file: self.stands.file.clone(),
            typed: self.stands.typed.clone(),
            before: self.before(block),
            other_prompt: self.is_other_prompt(block),
            other_host: block.passages.checked_sub(1).and_then(|at| self.stands.others[at].clone()),
            editing: editing.is_some(),
            repeats: self.stands.repeats(&block.code.text),
            anew: self.stands.anew(block).map(str::to_owned),
            transcript: self.transcript(block).is_some(),
            found: self.stands.found.clone(),
            fetches: self.stands.fetches,
            connected: self.stands.connected,
            before_connecting: block.passages < self.stands.connects,
            excerpt: !is_script(&block.code.text)
                && self.stands.scripts.iter().any(|script| is_in(&block.code.text, script)),
            is_ours: self.stands.is_ours,
            own: Arc::clone(&self.stands.own),
            installs_otherwise: self.stands.ways.installs_otherwise(block),
            installs_only: self.stands.ways.is_only(block),
            reference: self.stands.reference,
            sentence: self.stands.sentence.clone(),
            ..Standing::default()
        }
    }

    /// Says of a block what it has in common with those before.
    fn compare(&mut self, block: &Block<'_>, standing: &mut Standing) {
        let prose = &self.prose[..block.passages];
        let own = Earlier::of(block, &evidence::headings(prose), evidence::label(prose, block));
        earlier::compare(&own, &self.stands.earlier, standing);
        standing.installed_before |= self.stands.again.as_ref().is_some_and(|again| own.is_below(again));
        let text = &block.code.text;
        if standing.installed_before && self.stands.again.is_none() {
            self.stands.again = Some(own.headings.clone());
        }
        let others = self.stands.texts.iter().map(String::as_str).filter(|other| other != text);
        standing.uncalled = earlier::is_uncalled(text, others);
        self.stands.current = Some(own);
    }

    /// What was done with the block before. An alternative in a fold or a list item that is closed goes on nowhere.
    fn before(&self, block: &Block<'_>) -> Option<Act> {
        let Stands { before, main, folds, items, .. } = &self.stands;
        let is_open = block.folds.starts_with(folds) && block.items.starts_with(items);
        if *before == Some(Act::Alternative) && !is_open { *main } else { *before }
    }

    /// Whether the prompts of a block are of another host, and nothing led there.
    fn is_other_prompt(&self, block: &Block<'_>) -> bool {
        let Some(own) = &self.stands.host else { return false };
        let other = block.code.text.lines().find_map(prompted).is_some_and(|host| host != *own);
        other && !self.stands.typed.iter().any(|line| command::may_enter(line))
    }

    /// Whether a block stands in the section with this heading, or in one below it.
    fn is_below(&self, section: &str, block: &Block<'_>) -> bool {
        block.section == section
            || super::evidence::headings(&self.prose[..block.passages])
                .iter()
                .any(|heading| heading.replace('`', "") == section)
    }
}
