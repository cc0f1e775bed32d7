//! From a guide to what a careful reader at a terminal would do with it: ordered steps, each with its reasons.
//!
//! ```text
//! front matter, verify.yaml ─ settings ─► machine, answers, variables
//! tokens ─ blocks ─► blocks that the reader follows ─ attributes, sidecar ─► what is said about each
//!                                                    steps ─► Plan
//! ```
//!
//! Planning is pure and never fails: problems are collected in the plan. Nothing is done yet; `verify` does it.

use serde::{Deserialize, Serialize};
use std::{
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
mod interpreter;
mod listing;
mod offers;
mod omitted;
pub(crate) mod order;
mod own;
pub mod placeholder;
mod prose;
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
pub use attributes::{Answer, Attributes, NAMES as ATTRIBUTES, Rule};
pub use command::Command;
pub use decided::{Decided, blocks as decided};
pub use decision::Act;
pub use order::Order;
pub use placeholder::{Kind, Placeholder, Said};
pub use settings::Settings;
pub use sidecar::{FILE_NAME as SIDECAR, settings_schema, sidecar_schema};
pub use summary::Summary;
pub use variables::{Named, named, values};

pub use crate::terminal::program::need::Need;
use crate::{
    diagnostic::{self, Diagnostic},
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
    /// What the guide says as a whole.
    pub settings: Settings,
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
        /// Whether the text around it tells the reader to compare a checksum.
        #[serde(skip)]
        sums: bool,
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

/// Plans a guide as [`plan`] does, once for each machine that its tabs are for. A guide that names its machine, or whose tabs
/// name none of `machines`, has one plan.
pub fn plans(
    guide: &Guide,
    includes: &dyn Fn(&str) -> Option<Arc<Guide>>,
    sidecar: Option<&Source>,
    machines: &[String],
) -> Vec<Plan> {
    let named = blocks::machines_of_tabs(guide, includes, machines);
    let once = on(guide, includes, sidecar, machines, None);
    let drafts = if named.is_empty() || once.0.settings.names_machine() {
        vec![once]
    } else {
        named.iter().map(|machine| on(guide, includes, sidecar, machines, Some((machine, &named)))).collect()
    };
    omitted::by_all(drafts)
}

/// Plans a guide.
///
/// `includes` finds headless bundles by name; `sidecar` is the text of its `verify.yaml`; `machines` are the names of
/// guidepost.yaml, of which the first is the default.
pub fn plan(
    guide: &Guide,
    includes: &dyn Fn(&str) -> Option<Arc<Guide>>,
    sidecar: Option<&Source>,
    machines: &[String],
) -> Plan {
    omitted::by_all(vec![on(guide, includes, sidecar, machines, None)]).remove(0)
}

/// Plans a guide; on this machine, if it is done on several. With it, what stands in tabs that are not followed there.
fn on(
    guide: &Guide,
    includes: &dyn Fn(&str) -> Option<Arc<Guide>>,
    sidecar: Option<&Source>,
    machines: &[String],
    wanted: Option<(&String, &[String])>,
) -> (Plan, Vec<LeftOut>) {
    let mut diagnostics = Vec::new();
    let mut settings = Settings::default();
    settings::of_front_matter(guide, &mut settings, &mut diagnostics);
    let sidecar = sidecar.map(|source| sidecar::Sidecar::read(source, &mut settings, &mut diagnostics));
    settings.finish(&mut diagnostics);
    let (machine, why) = match wanted {
        Some((machine, named)) => {
            let why = format!("on the machine `{machine}`, one of {} that its tabs are for", named.len());
            (machine.clone(), Some(why))
        }
        None => settings.machine(machines, &mut diagnostics),
    };
    let named = wanted.map_or(&[][..], |(_, named)| named);
    let extras = sidecar.as_ref().map_or_else(Vec::new, |sidecar| sidecar.extras(&guide.source, &mut diagnostics));
    let read = |followed: &blocks::Gathered<'_>, mut diagnostics: Vec<Diagnostic>| {
        let blocks::Gathered { blocks, prose, .. } = followed;
        let mut given: Vec<_> = blocks.iter().map(|block| said::read(block, &mut diagnostics)).collect();
        if let Some(sidecar) = &sidecar {
            sidecar.apply(blocks, prose, &mut given, &mut diagnostics);
        }
        let stands = standing::Stands::new(blocks, prose);
        let said = Said::of_prose(prose);
        let mut builder = steps::Builder::new(&settings, &machine, prose, &said, stands, diagnostics);
        let mut extras = extras.iter().peekable();
        for (block, (given, skipped)) in blocks.iter().zip(given) {
            let is_own = matches!(block.origin, blocks::Origin::Page(_));
            while let Some(extra) = extras.next_if(|extra| is_own && extra.at.span.start < block.span.start) {
                builder.extra(extra);
            }
            builder.block(block, given, skipped);
        }
        extras.for_each(|extra| builder.extra(extra));
        builder.finish()
    };
    let gathered = blocks::gather(guide, includes, &machine, named, None);
    let steps::Built { steps, mut left_out, mut blocks, mut diagnostics } = read(&gathered, diagnostics);
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
            order::readme(steps, &order::parts(&gathered.blocks, &gathered.prose))
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
