//! What a careful reader does with a block: one decision each, with its reasons, and whether it is sure.

mod doubt;
mod form;
mod saving;
mod whether;

pub(super) use doubt::SEVERAL;
pub(super) use form::{FIND, SHOWN_TO_SOME, first, says_output};
pub(super) use saving::{Saving, near};

use super::evidence::{Evidence, Look};
use crate::guide::Role;
use serde::Serialize;

/// The words of a heading, in small letters.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether one of these names is among the words.
fn has(words: &[String], names: &[&str]) -> bool {
    words.iter().any(|word| names.contains(&word.as_str()))
}

/// Whether an earlier heading, by one of these verbs, did something with what the words of a heading end with.
fn did_it(heading: &[String], earlier: &[&str], verbs: &[&str]) -> bool {
    earlier.iter().any(|other| {
        let other = words(other);
        has(&other, verbs) && other.last() == heading.last()
    })
}

/// What is done with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// It is typed; what it shows in between is compared.
    Typed,
    /// It is saved.
    Saved,
    /// It is compared with what the command before showed.
    Compared,
    /// It is only looked at.
    Looked,
    /// It is done on another computer, in a browser or in an account.
    Elsewhere,
    /// It is for readers with another system, another wish or a problem.
    Alternative,
}

impl Act {
    /// What a reader does, as a sentence goes on: “it is …”.
    pub fn said(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Saved => "saved",
            Self::Compared => "compared",
            Self::Looked => "only looked at",
            Self::Elsewhere => "done elsewhere",
            Self::Alternative => "an alternative",
        }
    }
}

/// What is done with a block, and why.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) act: Act,
    /// What the block is, whoever does it.
    pub(super) form: Act,
    /// The rule that decided it; empty where the author says so.
    pub(super) rule: &'static str,
    /// In a sentence; empty where the author says so.
    pub(super) why: String,
    /// What else it could be; then the decision is not sure.
    pub(super) doubt: Option<Act>,
    /// Where it is saved, and how.
    pub(super) saving: Option<Saving>,
}

impl Decision {
    /// What the author says.
    pub(super) fn said(act: Act) -> Self {
        Self { act, form: act, rule: "", why: String::new(), doubt: None, saving: None }
    }

    /// What the author says by a role.
    pub(super) fn said_role(role: Role) -> Self {
        Self::said(match role {
            Role::Command => Act::Typed,
            Role::File => Act::Saved,
            Role::Output => Act::Compared,
            Role::Listing => Act::Looked,
        })
    }

    /// Whether a reader would perhaps do it here.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.doubt, Some(Act::Typed | Act::Saved | Act::Compared))
    }
}

/// A rule: what it finds, in which words it says why, and blocks of a page that show it in the tests.
pub(super) struct Rule {
    /// Its name in tests and messages.
    pub(super) name: &'static str,
    /// What it decides.
    pub(super) act: Act,
    /// Why, in a sentence.
    pub(super) why: &'static str,
    /// Whether it fits.
    pub(super) fits: fn(&Evidence<'_>) -> bool,
    /// What the block could be as well, if that cannot be ruled out.
    pub(super) doubt: Option<Act>,
}

/// Decides: what a block is in itself, whether it is for this reader at all, and whether that is sure enough to do it.
pub(super) fn decide(evidence: &Evidence<'_>) -> Decision {
    if let Some(role) = evidence.said {
        return Decision::said_role(role);
    }
    let form = form::decide(evidence);
    // What is only looked at is so everywhere.
    if form.act == Act::Looked && evidence.look != Look::Address {
        return form;
    }
    let does = matches!(form.act, Act::Typed | Act::Saved);
    let other = match whether::decide(evidence) {
        // Of what nobody would do here in any case, there is nothing to decide.
        Some(other) => Some(Decision { doubt: other.doubt.and(does.then_some(form.act)), ..other }),
        None if does => doubt::decide(evidence, &form),
        None => None,
    };
    match other {
        Some(other) => Decision { form: form.act, saving: form.saving, ..other },
        None => form,
    }
}

impl Rule {
    fn decision(&self, saving: Option<Saving>) -> Decision {
        Decision { act: self.act, form: self.act, rule: self.name, why: self.why.to_owned(), doubt: self.doubt, saving }
    }
}
