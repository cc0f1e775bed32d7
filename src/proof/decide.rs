//! What an author decides about a block in the preview, written into `verify.yaml` or into the page.
//!
//! No escaping and no way of selecting a block is trusted: each way to say it is tried on a copy, the guide is planned again, and
//! the first is written that says of this block what was chosen, and of no other block anything new.

use crate::{
    diagnostic::Diagnostic,
    guide::{CodeBlock, Guide},
    plan::{
        self, Act, Decided, SIDECAR,
        amend::{self, Saying, sidecar::Selectors},
    },
    proof::replace::Change,
    site::{load::Site, sidecars::sidecar_path},
    source::{Source, Span},
    terminal::prompt::without_prompt,
};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Where it is to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In `verify.yaml`.
    Sidecar,
    /// In the page itself.
    Page,
}

/// What an author has chosen for a block.
#[derive(Debug, Clone, Deserialize)]
pub struct Choice {
    /// Path of the guide's file relative to the site's folder.
    pub guide: String,
    /// Path of the file that the block stands in.
    pub path: String,
    /// The line where it begins, from 1.
    pub line: usize,
    /// What tells its text, as `id` does.
    pub id: String,
    /// The role, as an author writes it.
    pub role: String,
    /// Where it is saved.
    pub file: Option<String>,
    /// Where it is to be said.
    pub place: Place,
}

/// What tells a block's text from another.
pub(crate) fn id(code: &CodeBlock) -> String {
    blake3::hash(code.text.as_bytes()).to_hex()[..16].to_owned()
}

/// Longest part of a line that selects a block, in characters.
const LONGEST: usize = 72;
/// Lines of a block that are tried to select it.
const TRIED: usize = 4;
/// Blocks with the same text that can be told apart by their number.
const ALIKE: usize = 12;

/// What has to be written so that a choice counts; nothing if it does already. Else says why it cannot be done.
pub(crate) fn change(site: &Site<'_>, choice: &Choice) -> Result<Option<Change>, String> {
    let act = Act::of_role(&choice.role).ok_or_else(|| format!("there is no role `{}`", choice.role.escape_debug()))?;
    let file = choice.file.as_deref().map(str::trim).filter(|_| act == Act::Saved);
    if file.is_some_and(|file| file.is_empty() || file.chars().any(char::is_control)) {
        return Err("say where the file is saved".into());
    }
    let guide = site.files.guide(&choice.guide).ok_or_else(|| format!("there is no guide {}", choice.guide))?;
    let desk = Desk { site, guide, act, file, choice };
    desk.unchanged(&choice.guide)?;
    let sidecar = desk.sidecar()?;
    let (before, errors) = desk.plan(&desk.guide, sidecar.as_ref());
    let is_it = |block: &Decided| (block.at.path.as_str(), block.at.line) == (choice.path.as_str(), choice.line);
    let gone = || "the page has changed meanwhile: choose again".to_owned();
    let index = before.iter().position(is_it).ok_or_else(gone)?;
    desk.unchanged(&choice.path)?;
    let of = site.files.guide(&choice.path).ok_or_else(gone)?;
    let (code, span) =
        of.code_block_at(before[index].at.span.start).filter(|(code, _)| id(code) == choice.id).ok_or_else(gone)?;
    let proof = Proof { desk: &desk, before: &before, errors, index };
    if before[index].said && proof.is_so(&before) {
        return Ok(None);
    }
    match choice.place {
        Place::Sidecar => desk.in_sidecar(sidecar, code, &proof).map(Some),
        Place::Page => desk.in_page(sidecar.as_ref(), &of, code, span, &proof).map(Some),
    }
}

/// What a choice is worked out with.
struct Desk<'a> {
    site: &'a Site<'a>,
    guide: Arc<Guide>,
    act: Act,
    file: Option<&'a str>,
    choice: &'a Choice,
}

/// What a new text must come to.
struct Proof<'d, 'a> {
    desk: &'d Desk<'a>,
    before: &'d [Decided],
    errors: usize,
    /// The block that was chosen for.
    index: usize,
}

impl Proof<'_, '_> {
    /// Whether the block is what was chosen.
    fn is_so(&self, blocks: &[Decided]) -> bool {
        blocks.get(self.index).is_some_and(|block| {
            block.said
                && block.act == self.desk.act
                && (self.desk.file.is_none() || block.file.as_deref() == self.desk.file)
        })
    }

    /// Whether the block is what was chosen, and nothing new is said of others.
    fn holds(&self, (after, errors): &(Vec<Decided>, usize)) -> bool {
        let same = |(index, (old, new)): (usize, (&Decided, &Decided))| {
            index == self.index || old.said == new.said && (!old.said || (old.act, &old.file) == (new.act, &new.file))
        };
        after.len() == self.before.len()
            && *errors <= self.errors
            && self.is_so(after)
            && self.before.iter().zip(after).enumerate().all(same)
    }
}

impl Desk<'_> {
    /// The blocks of a guide, and how many errors its plans have.
    fn plan(&self, guide: &Guide, sidecar: Option<&Source>) -> (Vec<Decided>, usize) {
        let machines = self.site.machines();
        let (includes, outer) = (|name: &str| self.site.files.bundle(name), self.site.outer().of(&guide.path));
        let around = plan::Around { includes: &includes, sidecar, machines: &machines, outer: &outer };
        let plans = plan::plans(guide, around);
        let errors = plans.iter().flat_map(|plan| &plan.diagnostics).filter(|problem| problem.is_error()).count();
        (plan::decided(plans), errors)
    }

    /// The text of a file on the disk, if there is one.
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        match std::fs::read_to_string(self.site.folder().join(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{path} cannot be read: {error}")),
        }
    }

    /// The page must be what the author looks at.
    fn unchanged(&self, path: &str) -> Result<(), String> {
        let known = self.site.files.guide(path).map(|guide| guide.source.text.clone());
        let same = self.read(path)? == known;
        if same { Ok(()) } else { Err(format!("{path} has changed meanwhile: choose again")) }
    }

    /// The guide's sidecar as it is now, if it has one.
    fn sidecar(&self) -> Result<Option<Source>, String> {
        let path = sidecar_path(&self.choice.guide);
        let Some(text) = self.read(&path)? else { return Ok(None) };
        let source = Source::new(path, text);
        match amend::sidecar::problem(&source) {
            Some(problem) => Err(told(&problem)),
            None => Ok(Some(source)),
        }
    }

    /// Ways to say it, the shortest first.
    fn sayings(&self) -> Vec<Saying> {
        let path = self.file.map(|file| Some(file.to_owned()));
        [None].into_iter().chain(path).map(|path| Saying { act: self.act, path }).collect()
    }

    fn in_sidecar(&self, sidecar: Option<Source>, code: &CodeBlock, proof: &Proof<'_, '_>) -> Result<Change, String> {
        let path = sidecar_path(&self.choice.guide);
        let old = sidecar.as_ref().map(|source| source.text.clone());
        let source = sidecar.unwrap_or_else(|| Source::new(path.as_str(), ""));
        let sayings = self.sayings();
        let selectors = selectors(code, &proof.before[proof.index]);
        let own = (0..amend::sidecar::entries(&source)).rev();
        let own = own.flat_map(|number| sayings.iter().map(move |saying| (number, saying)));
        let own = own.filter_map(|(number, saying)| amend::sidecar::amend(&source, number, saying));
        let new = selectors.iter().flat_map(|selectors| sayings.iter().map(move |saying| (selectors, saying)));
        let new = new.filter_map(|(selectors, saying)| amend::sidecar::append(&source, selectors, saying));
        let found = own.chain(new).find(|text| {
            let source = Source::new(path.as_str(), text.as_str());
            proof.holds(&self.plan(&self.guide, Some(&source)))
        });
        let by_hand = || {
            let at = proof.before[proof.index].at.line;
            format!(
                "{path} is written so that guidepost does not change it: add `- line: {at}` with `role: {}` by hand",
                self.act.role()
            )
        };
        found.map(|text| Change { path: path.clone(), old, new: Some(text) }).ok_or_else(by_hand)
    }

    fn in_page(
        &self,
        sidecar: Option<&Source>,
        of: &Guide,
        code: &CodeBlock,
        span: Span,
        proof: &Proof<'_, '_>,
    ) -> Result<Change, String> {
        if of.path != self.guide.path {
            return Err(format!("it stands in {}, which other guides may include: say it in {SIDECAR}", of.path));
        }
        let texts = self.sayings();
        let mut texts = texts.iter().filter_map(|saying| amend::page::amend(of, code, span, saying));
        let found = texts.find(|text| {
            let guide = self.site.files.parse(Source::new(of.path.as_str(), text.as_str()));
            proof.holds(&self.plan(&guide, sidecar))
        });
        let by_hand = || {
            let else_said =
                if sidecar.is_some() { format!(", or {SIDECAR} says something else") } else { String::new() };
            format!(
                "this block is written so that guidepost does not change it{else_said}: say `role={}` by hand",
                self.act.role()
            )
        };
        let change = |text| Change { path: of.path.clone(), old: Some(of.source.text.clone()), new: Some(text) };
        found.map(change).ok_or_else(by_hand)
    }
}

/// A problem in a line.
fn told(problem: &Diagnostic) -> String {
    let place = problem.place.as_ref().map_or(String::new(), |place| format!("{}:{}: ", place.path, place.line));
    format!("{place}{}: mend it first", problem.message)
}

/// Ways to select a block, the likeliest to last first: a line of it, below its heading, by its number among others, by its line.
fn selectors(code: &CodeBlock, block: &Decided) -> Vec<Selectors> {
    let lines =
        code.text.lines().map(|line| short(without_prompt(line).trim())).filter(|line| line.chars().count() > 2);
    let mut lines: Vec<&str> = lines.collect();
    // The first lines say most, and long ones of the others.
    let rest = lines.split_off(lines.len().min(2));
    let mut rest: Vec<&str> = rest.into_iter().collect();
    rest.sort_by_key(|line| std::cmp::Reverse(line.len()));
    lines.extend(rest);
    lines.truncate(TRIED);
    let text = |text: &str| Value::from(text);
    let heading = (!block.section.is_empty()).then(|| ("at", text(&block.section)));
    let mut found: Vec<Selectors> = lines.iter().map(|line| vec![("contains", text(line))]).collect();
    if let Some(heading) = &heading {
        found.extend(lines.iter().map(|line| vec![heading.clone(), ("contains", text(line))]));
    }
    let by_number =
        lines.first().map(|line| vec![("contains", text(line))]).or_else(|| heading.map(|heading| vec![heading]));
    for (number, selectors) in (1..=ALIKE).zip(std::iter::repeat(by_number)) {
        found.extend(selectors.map(|mut selectors| {
            selectors.push(("index", number.into()));
            selectors
        }));
    }
    found.push(vec![("line", block.at.line.into())]);
    found
}

/// The beginning of a line, cut between words.
fn short(line: &str) -> &str {
    let Some((end, _)) = line.char_indices().nth(LONGEST) else { return line };
    let end = line[..end].rfind(' ').unwrap_or(end);
    &line[..end]
}
