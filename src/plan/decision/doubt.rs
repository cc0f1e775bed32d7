//! What speaks against doing a block that would be typed or saved: it is then left to an author to say what it is.
//!
//! A row says what the block could be instead, and why that cannot be ruled out. Doing too little is told and costs a line of
//! `verify.yaml`; doing too much destroys what the rest of the guide stands on.

use super::{
    super::{
        evidence::{
            Evidence, Look, Tongue,
            phrase::{Phrase, says},
        },
        prose::sentences,
    },
    Act, Decision, Rule,
};
use crate::terminal::{command, line, prompt};

/// The rules, the strongest first. Each doubts what the block is in itself.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "before connecting",
        act: Act::Elsewhere,
        why: "the page connects to the server only further below",
        fits: |e| e.standing.before_connecting,
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "account",
        act: Act::Elsewhere,
        why: "it publishes something in an account of the reader's",
        fits: |e| e.text.lines().map(prompt::without_prompt).flat_map(line::commands).any(command::publishes),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "same with another",
        act: Act::Alternative,
        why: "an earlier section does the same with something else",
        fits: |e| e.headings.iter().any(|own| e.earlier.iter().any(|other| is_same_with_another(own, other))),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "chosen before",
        act: Act::Alternative,
        why: "it is for readers who chose something before",
        fits: |e| says(Phrase::Chosen, e.sentence),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "hedged",
        act: Act::Alternative,
        why: "the paragraph before it speaks of another way",
        fits: |e| {
            let told = sentences(e.passage);
            e.announced && told.iter().any(|told| says(Phrase::OtherWay, told))
        },
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "possible",
        act: Act::Alternative,
        why: "the text says that it is possible, and not to do it now",
        fits: |e| says(Phrase::Possible, e.sentence),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "excerpt",
        act: Act::Looked,
        why: "its lines stand in a script of the page, which it may explain",
        fits: |e| e.standing.excerpt && !says(Phrase::Run, e.sentence),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "example call",
        act: Act::Looked,
        why: "the text calls it an example",
        fits: |e| says(Phrase::ExampleCall, e.sentence) && e.look == Look::Commands,
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "no program reads it",
        act: Act::Looked,
        why: "it is a statement for a program, and none is open there",
        fits: |e| e.tongue == Tongue::Shell && e.look == Look::Sql && !e.standing.program,
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "unknown command",
        act: Act::Looked,
        why: "no program of it is known, and the text does not say to run it",
        fits: |e| {
            !e.sentence.is_empty()
                && e.look == Look::Maybe
                && e.tongue == Tongue::Plain
                && !e.standing.program
                && !says(Phrase::Run, e.sentence)
        },
        doubt: Some(Act::Typed),
    },
];

/// What speaks against doing what `form` says, if anything does.
pub(super) fn decide(evidence: &Evidence<'_>, form: &Decision) -> Option<Decision> {
    // What may be there only to be looked at is not saved by mistake: then the page would not name a file.
    let weighs = |rule: &&Rule| form.act == Act::Typed || rule.act != Act::Looked;
    let rule = RULES.iter().filter(weighs).find(|rule| (rule.fits)(evidence))?;
    Some(Decision { doubt: rule.doubt.map(|_| form.act), ..rule.decision(None) })
}

/// Whether two headings name the same thing done with different means: `Backups with rsync`, `Backups with borg`.
fn is_same_with_another(own: &str, other: &str) -> bool {
    let (Some((what, how)), Some((same, another))) = (means(own), means(other)) else { return false };
    what == same && how != another && what.split(' ').count() > 1
}

/// What a heading does, and by which means; without its number.
fn means(heading: &str) -> Option<(String, String)> {
    let heading = heading.to_lowercase().replace('`', "");
    let numbered = |word: &str| {
        word == "step" || word.chars().all(|c| !c.is_alphabetic()) || word.trim_end_matches([':', '.', ')']).len() < 2
    };
    let words: Vec<&str> = heading.split_whitespace().skip_while(|word| numbered(word)).collect();
    let at = words.iter().position(|word| ["with", "via", "through"].contains(word))?;
    Some((words[..at].join(" "), words[at + 1..].join(" "))).filter(|(what, how)| !what.is_empty() && !how.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_the_same_with_another() {
        for (own, other, is) in [
            ("Step 1.4 - Using a vault with rsync", "Step 1.3 - Using a vault with cloud storage", true),
            ("2. Making backups via `borg`", "1. Making backups via `restic`", true),
            ("Working with users", "Working with groups", false),
            ("Backups with rsync", "Backups with rsync", false),
            ("Install it with apt", "Configure it with nano", false),
            ("Backups", "Backups with rsync", false),
        ] {
            assert_eq!(is_same_with_another(own, other), is, "{own}");
        }
    }
}
