//! The blocks of a guide, for the author who decides about them.

use serde::Serialize;

use crate::{
    plan::{self, Act, Omission, Plan},
    proof::decide,
    report::safe::plain,
    site::{load::Site, sidecars::sidecar_path},
};

/// Characters and lines of a block that are shown.
const SHOWN: (usize, usize) = (160, 3);

/// A block of code with what was decided for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlockState {
    /// What tells its text from another.
    pub id: String,
    /// File that it stands in.
    pub path: String,
    /// Its first line, from 1.
    pub line: usize,
    /// Its last line.
    pub last: usize,
    /// The heading that it stands below.
    pub section: String,
    /// How it begins.
    pub text: String,
    /// Its language; empty if it has none.
    pub language: String,
    /// The role that counts, as an author writes it.
    pub role: &'static str,
    /// Where it is saved, or would be, as far as anything says so.
    pub file: Option<String>,
    /// Whether the author says so.
    pub said: bool,
    /// Why, in a sentence, if the author does not say so.
    pub why: String,
    /// The role that it could have as well: it is to be decided.
    pub doubt: Option<&'static str>,
    /// What it means that it is not done; none if it is.
    pub omission: Option<Omission>,
    /// Why it is not done, if that is something else than its role.
    pub skip: Option<String>,
    /// Title of its tab, if no machine is for that.
    pub tab: Option<String>,
}

/// Where decisions about a guide can be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Places {
    /// Its sidecar, whether or not it is there.
    pub sidecar: String,
    /// Its own file.
    pub page: String,
    /// Whether there is a decision that can be taken back.
    pub back: bool,
}

/// Where decisions about the guide in this file can be written.
pub(super) fn places(guide: &str, back: bool) -> Places {
    Places { sidecar: sidecar_path(guide), page: guide.to_owned(), back }
}

/// The blocks of a guide's plans; none of a guide that is skipped as a whole.
pub(super) fn of(site: &Site<'_>, plans: Vec<Plan>) -> Vec<BlockState> {
    if plans.iter().all(|plan| plan.settings.skip.is_some()) {
        return Vec::new();
    }
    let state = |block: plan::Decided| {
        let guide = site.files.guide(&block.at.path)?;
        let (code, _) = guide.code_block_at(block.at.span.start)?;
        Some(BlockState {
            id: decide::id(code),
            line: block.at.line,
            last: block.last,
            section: plain(&block.section),
            text: beginning(&code.text),
            language: plain(&block.language),
            role: block.act.role(),
            file: block.file.or(block.near),
            said: block.said,
            why: block.why,
            doubt: block.doubt.map(Act::role),
            omission: block.omission,
            skip: block.skip.as_deref().map(plain),
            tab: block.tab.as_deref().map(plain),
            path: block.at.path,
        })
    };
    plan::decided(plans).into_iter().filter_map(state).collect()
}

/// The first lines of a text, without blank ones.
fn beginning(text: &str) -> String {
    let (characters, lines) = SHOWN;
    let cut = |line: &str| match line.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    let text = plain(text);
    let mut all = text.lines().filter(|line| !line.trim().is_empty());
    let mut shown: Vec<String> = all.by_ref().take(lines).map(cut).collect();
    shown.extend(all.next().map(|_| "…".to_owned()));
    shown.join("\n")
}
