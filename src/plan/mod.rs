//! From a guide to what a careful reader at a terminal would do with it: ordered steps, each with its reasons.
//!
//! ```text
//! guidepost.yaml, _index.md, front matter, verify.yaml ─ layers ─► settings, rules
//! tokens ─ blocks ─► blocks that the reader follows ─ attributes, sidecar ─► what is said about each
//!                                                    steps ─► Plan
//! ```
//!
//! Planning is pure and never fails: problems are collected in the plan. Nothing is done yet; `verify` does it.

use serde::{Deserialize, Serialize};
use std::{
    cell::LazyCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

pub mod amend;
mod attributes;
mod basics;
mod blocks;
mod command;
mod decided;
mod decision;
pub mod duration;
mod evidence;
mod installing;
mod interpreter;
mod layer;
mod listing;
mod offers;
mod omitted;
pub(crate) mod order;
mod own;
pub mod placeholder;
mod prose;
mod rule;
mod said;
mod settings;
mod sidecar;
mod standing;
mod steps;
mod summary;
#[cfg(test)]
mod tests;
mod transcript;
mod value;
mod variables;
mod yaml;

pub use crate::edit::How as Edit;
pub(crate) use attributes::KEYS as ATTRIBUTE_ROWS;
pub use attributes::{Answer, Attributes, NAMES as ATTRIBUTES, Rule};
pub use command::Command;
pub use decided::{Decided, blocks as decided};
pub use decision::Act;
pub(crate) use evidence::mention::files_of;
pub use layer::{Layer, Origin, Scope, is_setting, schema};
pub use order::Order;
pub use own::Told;
pub use placeholder::{Kind, Placeholder, Said};
pub use settings::Settings;
pub use sidecar::{FILE_NAME as SIDECAR, sidecar_schema};
pub use summary::Summary;
pub(crate) use value::blank;
pub use variables::{Named, Taken, named, values};

pub use crate::terminal::program::need::Need;
use crate::{
    diagnostic::{self, Diagnostic, Place},
    guide::Guide,
    source::{Source, Span},
    terminal::editor::Through,
};

/// The steps of one guide on one machine.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// Path of the guide's file relative to the site's folder.
    pub path: String,
    /// Title of the guide; its path if it has none.
    pub title: String,
    /// Name of the machine.
    pub machine: String,
    /// What was decided for the guide as a whole, each with its reason.
    pub inferred: Vec<String>,
    /// What is said of the guide as a whole, by the nearest place that says it.
    pub settings: Settings,
    /// What placeholders have because of their kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Taken>,
    /// What its library and its sections say of it, as text: its verdict depends on that.
    #[serde(skip)]
    pub(crate) outer: String,
    /// Where the rules stand that fit it or something in it.
    #[serde(skip)]
    pub(crate) fitted: Vec<Place>,
    /// In the order in which they are done.
    pub steps: Vec<Step>,
    /// In which order that is.
    pub order: Order,
    /// Of a README, the part of the page that each step belongs to, by its number.
    #[serde(skip)]
    pub(crate) parts: BTreeMap<usize, usize>,
    /// Blocks of code that nothing is done with, in order; not those of which the guide says so.
    pub left_out: Vec<LeftOut>,
    /// Every block of code in the order of the page, with what was decided for it.
    pub blocks: Vec<Decided>,
    /// What is wrong, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// A block of code that is neither typed nor saved nor compared.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// The block.
    pub at: At,
    /// Its language; empty if it has none.
    pub language: String,
    /// Why, in a sentence.
    pub why: String,
    /// What that means for a reader.
    pub omission: Omission,
    /// Title of the tab that it stands in, if no machine is for that tab.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
    /// What a reader does with it.
    pub act: Act,
    /// The rule that decided it; empty if none had to.
    pub rule: &'static str,
    /// What it could be as well: then an author should say which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Act>,
    /// Lines for `steps:` of verify.yaml that do it: what only the prose asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
}

/// What it means for a reader that a block is not done. Of these, the first three leave a guide verified only in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Omission {
    /// A reader would do or compare it, and guidepost does not.
    NotDone,
    /// A reader would do or compare it, and the author says that verification does not, with a reason.
    Skipped,
    /// It could be done by a reader, or not: doing it would be harm if it is wrong, so an author has to say which.
    Undecided,
    /// It is done on another machine of the same guide, on another computer, or in a browser.
    Elsewhere,
    /// A reader need not do it.
    Optional,
    /// Readers only look at it.
    LookedAt,
}

/// Where something stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct At {
    /// Path of the file relative to the site's folder: the guide's, that of an included bundle, or the sidecar's.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Bytes of the file.
    pub span: Span,
}

impl At {
    /// The place of `span` in `source`.
    pub fn new(source: &Source, span: Span) -> Self {
        Self { path: source.path.clone(), line: source.line_of(span.start).0, span }
    }
}

/// What verification does for a block, or for a part of one.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// From 1, in order.
    pub number: usize,
    /// What is done.
    #[serde(flatten)]
    pub kind: StepKind,
    /// The block; of an output inside a block of commands its lines.
    pub at: At,
    /// The line where its block begins, from 1: steps of one block have the same.
    pub block: usize,
    /// The nearest heading before it; empty if there is none.
    pub section: String,
    /// Why it is not done.
    pub skip: Option<String>,
    /// What that means for a reader, if it is not done.
    pub omission: Option<Omission>,
    /// How it runs.
    pub attributes: Attributes,
    /// What was decided for it, each with its reason, in a sentence.
    pub inferred: Vec<String>,
    /// What of it stands for a value of the reader's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<Placeholder>,
    /// Where each attribute was said, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub from: BTreeMap<String, Origin>,
}

impl Step {
    /// The first placeholder without whose value it is not done.
    pub fn waits_for(&self) -> Option<&Placeholder> {
        self.placeholders.iter().find(|placeholder| placeholder.waits)
    }

    /// Why it is not done, if it is not: because the author says so, or for want of a value.
    pub fn undone(&self) -> Option<String> {
        self.skip.clone().or_else(|| self.waits_for().map(Placeholder::missed))
    }
}

/// What is done.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum StepKind {
    /// Commands are typed.
    Run {
        /// In order. Exit statuses, `until`, `background` and `retry` belong to the last one.
        commands: Vec<Command>,
    },
    /// A file is written.
    Write {
        /// As the guide has it: relative to the session's working directory, absolute, or with `~`.
        file: String,
        /// The text, with `\n` line ends.
        text: String,
        /// How a file that is there is changed.
        edit: Edit,
        /// Who saves it.
        owner: Owner,
        /// How it is read and written, if that is not done by its path: a user's crontab.
        #[serde(skip_serializing_if = "Option::is_none")]
        through: Option<Through>,
    },
    /// An output is compared.
    Expect {
        /// The documented output, with `\n` line ends.
        text: String,
        /// For each line of `text`, the byte of the source file where it begins; empty for `expect=`.
        lines: Vec<usize>,
        /// The line of the file, from 1, on which each of them stands.
        #[serde(skip)]
        numbers: Vec<usize>,
        /// What the text around it says of it.
        #[serde(skip)]
        told: Told,
        /// Number of the step whose last command printed it.
        of: usize,
        /// How; `None` leaves it to the default, kinds.
        rule: Option<Rule>,
    },
}

/// Who saves a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// Whoever the session is at that moment.
    Session,
    /// Root, by sudo.
    Root,
    /// Somebody else, by `sudo -u`.
    User(String),
}

/// What a guide is planned with.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Finds headless bundles by name.
    pub includes: &'a dyn Fn(&str) -> Option<Arc<Guide>>,
    /// The text of its `verify.yaml`.
    pub sidecar: Option<&'a Source>,
    /// The machines of guidepost.yaml, of which the first is the default.
    pub machines: &'a [String],
    /// What its library and its sections say, the farthest first.
    pub outer: &'a [&'a Layer],
}

impl<'a> Around<'a> {
    /// A guide of no library.
    pub fn new(
        includes: &'a dyn Fn(&str) -> Option<Arc<Guide>>,
        sidecar: Option<&'a Source>,
        machines: &'a [String],
    ) -> Self {
        Self { includes, sidecar, machines, outer: &[] }
    }
}

/// Plans a guide, once for each of the machines that are named for it, or that its tabs are for. A guide that names its machine, or whose tabs name none of those
/// that there are, has one plan.
pub fn plans(guide: &Guide, around: Around<'_>) -> Vec<Plan> {
    let named = blocks::machines_of_tabs(guide, around.includes, around.machines);
    let once = on(guide, around, None);
    let listed = once.0.settings.machines.clone();
    let drafts = if !listed.is_empty() {
        listed.iter().map(|machine| on(guide, around, Some((machine, &listed)))).collect()
    } else if named.is_empty() || once.0.settings.names_machine() {
        vec![once]
    } else {
        named.iter().map(|machine| on(guide, around, Some((machine, &named)))).collect()
    };
    omitted::by_all(drafts)
}

/// Plans a guide by what it and its `sidecar` say alone, on one machine.
pub fn plan(
    guide: &Guide,
    includes: &dyn Fn(&str) -> Option<Arc<Guide>>,
    sidecar: Option<&Source>,
    machines: &[String],
) -> Plan {
    omitted::by_all(vec![on(guide, Around::new(includes, sidecar, machines), None)]).remove(0)
}

/// Values of variables that are said for a guide, by name.
pub fn variables_of(guide: &Guide, around: Around<'_>) -> BTreeMap<String, String> {
    let own = Layer::of_guide(guide);
    let sidecar = around.sidecar.map(|source| sidecar::Sidecar::read(source, &mut Vec::new()).layer);
    let layers = around.outer.iter().copied().chain(&own).chain(&sidecar);
    layered(guide, layers, &gathered_whole(guide, around.includes)).settings.vars
}

/// What all places together say of a guide.
struct Layered<'l> {
    settings: Settings,
    /// Rules for blocks or commands, the farthest first.
    rules: Vec<&'l rule::Rule>,
    /// Where the rules stand that fit it or something in it.
    fitted: Vec<Place>,
    /// What of it stands outside the guide and its sidecar, as text.
    outer: String,
}

/// Blocks of all tabs, with the prose around them.
fn gathered_whole<'a>(
    guide: &'a Guide,
    includes: &'a dyn Fn(&str) -> Option<Arc<Guide>>,
) -> LazyCell<blocks::Gathered<'a>, impl FnOnce() -> blocks::Gathered<'a>> {
    LazyCell::new(move || blocks::gather(guide, includes, "", &[], None))
}

/// What these places say of a guide, the farthest first: what a rule says comes after what its place says of all.
fn layered<'l, 'a: 'l>(
    guide: &Guide,
    layers: impl Iterator<Item = &'l Layer>,
    whole: &LazyCell<blocks::Gathered<'a>, impl FnOnce() -> blocks::Gathered<'a>>,
) -> Layered<'l> {
    let mut found =
        Layered { settings: Settings::default(), rules: Vec::new(), fitted: Vec::new(), outer: String::new() };
    // Each block with the prose before it, and with what it types.
    let typed = LazyCell::new(|| {
        let followed = whole.blocks.iter().map(|block| (block, &whole.prose[..]));
        let others = whole.unfollowed.iter().map(|one| (&one.block, &[][..]));
        followed.chain(others).map(|(block, prose)| (block, prose, rule::commands_of(block))).collect::<Vec<_>>()
    });
    for layer in layers {
        found.settings.take(&layer.settings);
        let is_outer = |origin: &Origin| origin.scope < Scope::Guide;
        if layer.settings.from.values().any(is_outer) {
            found.outer.push_str(&layer.raw);
        }
        for rule in layer.rules.iter().filter(|rule| rule.fits_guide(guide)) {
            let in_blocks =
                || typed.iter().any(|(block, prose, typed)| rule.fits_block(block, prose) && rule.fits_commands(typed));
            if rule.selects_blocks() {
                found.rules.push(rule);
                if !in_blocks() {
                    continue;
                }
            }
            found.settings.take(&rule.settings);
            found.fitted.push(rule.place.clone());
            if rule.is_outer() {
                found.outer.push_str(&rule.raw);
            }
        }
    }
    found
}

/// Plans a guide; on this machine, if it is done on several. With it, what stands in tabs that are not followed there.
fn on(guide: &Guide, around: Around<'_>, wanted: Option<(&String, &[String])>) -> (Plan, Vec<LeftOut>) {
    let Around { includes, machines, outer, .. } = around;
    let mut diagnostics: Vec<Diagnostic> = outer.iter().flat_map(|layer| layer.diagnostics.clone()).collect();
    let own = Layer::of_guide(guide);
    diagnostics.extend(own.iter().flat_map(|layer| layer.diagnostics.clone()));
    let sidecar = around.sidecar.map(|source| sidecar::Sidecar::read(source, &mut diagnostics));
    diagnostics.extend(sidecar.iter().flat_map(|sidecar| sidecar.layer.diagnostics.clone()));
    let outer = [Layer::of_guidepost()].into_iter().chain(outer.iter().copied());
    let layers = outer.chain(&own).chain(sidecar.iter().map(|sidecar| &sidecar.layer));
    let whole = gathered_whole(guide, includes);
    let Layered { mut settings, rules, fitted, outer } = layered(guide, layers, &whole);
    settings.finish(&mut diagnostics);
    let (machine, why) = match wanted {
        Some((machine, named)) => {
            diagnostics.extend(settings.unknown_machine(machines));
            let why = match settings.from.get("machines") {
                Some(origin) => format!("on the machine `{machine}`, one of {}, {origin}", named.len()),
                None => format!("on the machine `{machine}`, one of {} that its tabs are for", named.len()),
            };
            (machine.clone(), Some(why))
        }
        None => settings.machine(machines, &mut diagnostics),
    };
    let named = wanted.map_or(&[][..], |(_, named)| named);
    let extras = sidecar.as_ref().map_or_else(Vec::new, |sidecar| sidecar.extras(&guide.source, &mut diagnostics));
    let read = |followed: &blocks::Gathered<'_>, mut diagnostics: Vec<Diagnostic>| {
        let blocks::Gathered { blocks, prose, .. } = followed;
        let of_block =
            |block: &blocks::Block<'_>| rules.iter().copied().filter(|rule| rule.fits_block(block, prose)).collect();
        let rules: Vec<Vec<&rule::Rule>> = blocks.iter().map(of_block).collect();
        let given = blocks.iter().zip(&rules).map(|(block, rules)| {
            let mut given = attributes::Given::default();
            rules.iter().filter(|rule| !rule.selects_commands()).for_each(|rule| rule.say_of(&mut given));
            said::read(block, &mut given, &mut diagnostics);
            given
        });
        let mut given: Vec<attributes::Given> = given.collect();
        if let Some(sidecar) = &sidecar {
            sidecar.apply(blocks, prose, &mut given, &mut diagnostics);
        }
        let stands = standing::Stands::new(blocks, prose);
        let said = Said::of_prose(prose);
        let mut builder = steps::Builder::new(&settings, &machine, prose, &said, stands, diagnostics);
        let mut extras = extras.iter().peekable();
        for ((block, given), rules) in blocks.iter().zip(given).zip(rules) {
            let is_own = matches!(block.origin, blocks::Origin::Page(_));
            while let Some(extra) = extras.next_if(|extra| is_own && extra.at.span.start < block.span.start) {
                builder.extra(extra);
            }
            let of_commands = rules.into_iter().filter(|rule| rule.selects_commands()).collect();
            builder.block(block, given, of_commands);
        }
        extras.for_each(|extra| builder.extra(extra));
        builder.finish()
    };
    let gathered = blocks::gather(guide, includes, &machine, named, None);
    let steps::Built { steps, mut left_out, mut blocks, taken, mut diagnostics } = read(&gathered, diagnostics);
    left_out.extend(offers::offers(guide, &gathered.blocks, &gathered.prose, &extras));
    // What stands in tabs that are not followed is read by following each of them.
    let key = |block: &blocks::Block<'_>| (block.origin.source.path.clone(), block.span.start);
    let tabs: HashMap<_, _> = gathered.unfollowed.iter().map(|one| (key(&one.block), one.tab.clone())).collect();
    for nth in 0..if tabs.is_empty() { 0 } else { gathered.tabs } {
        let other = blocks::gather(guide, includes, &machine, named, Some(nth));
        decided::add(&mut blocks, read(&other, Vec::new()).blocks, &tabs);
    }
    let order = settings.order.unwrap_or_else(|| Order::of(&guide.path));
    let mut inferred: Vec<String> = why.into_iter().collect();
    let (steps, parts) = match order {
        Order::Page => (steps, BTreeMap::new()),
        Order::Readme => {
            if settings.order.is_none() {
                inferred.push(
                    "in the order of a README, by its name: what installs first, then each part by itself (`order: page` does not)"
                        .into(),
                );
            }
            let mut parts = order::parts(&gathered.blocks, &gathered.prose);
            let by_text = installing::by_text(&guide.source, &gathered.prose, &gathered.blocks, &steps);
            parts.extend(by_text.iter().map(|step| ((step.at.path.clone(), step.block), order::INSTALLING)));
            order::readme(by_text.into_iter().chain(steps).collect(), &parts)
        }
    };
    if settings.skip.is_some() {
        // Nobody will be hurt by what is not run; what cannot be read must still be told.
        diagnostics.retain(Diagnostic::is_error);
    }
    diagnostic::sort(&mut diagnostics);
    let plan = Plan {
        path: guide.path.clone(),
        title: guide.front.title.clone().unwrap_or_else(|| guide.path.clone()),
        machine,
        inferred,
        settings,
        values: taken,
        outer,
        fitted,
        steps,
        order,
        parts,
        left_out,
        blocks,
        diagnostics,
    };
    let left = |one| omitted::in_tab(one, &plan.blocks);
    let unfollowed = gathered.unfollowed.iter().filter_map(left).collect();
    (plan, unfollowed)
}
