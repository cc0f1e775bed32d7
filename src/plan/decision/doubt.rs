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
    Act, Decision, Rule, did_it, has, words,
};
use crate::terminal::{command, line, prompt};

/// The rule of a block that shows several ways.
pub(in crate::plan) const SEVERAL: &str = "several ways in one";

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
        name: "for developers",
        act: Act::Alternative,
        why: "its section is for those who work on the program itself",
        fits: |e| e.standing.reference && !e.standing.installs_only && e.headings.iter().any(|h| is_for_developers(h)),
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
        fits: |e| {
            !e.standing.reference
                && e.headings.iter().any(|own| e.earlier.iter().any(|other| is_same_with_another(own, other)))
        },
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
        name: "optional part",
        act: Act::Alternative,
        why: "it is an optional part of a section",
        fits: |e| e.headings.iter().skip(1).any(|heading| is_optional(heading)),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "instead of before",
        act: Act::Alternative,
        why: "its section begins with another way than before",
        fits: |e| {
            let first = e.section.first().map(|text| sentences(text)).unwrap_or_default();
            // What introduces a block speaks of that one.
            first.into_iter().take(2).any(|told| says(Phrase::Instead, told) && !told.ends_with(':'))
        },
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "changes what is there",
        act: Act::Alternative,
        why: "its section changes what an earlier one made, which may be for a later day",
        fits: |e| e.headings.iter().any(|heading| changes_earlier(heading, &e.earlier)),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "case of an item",
        act: Act::Alternative,
        why: "an earlier item of its list calls the same for another case",
        fits: |e| e.standing.same_call,
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "installed before",
        act: Act::Elsewhere,
        why: "an earlier section of another name installs the same",
        fits: |e| e.standing.installed_before && !e.standing.installs_only,
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "ends what was made",
        act: Act::Alternative,
        why: "it ends what an earlier block made, in a list of what can be done",
        fits: |e| {
            let ends = e.items.iter().any(|item| says(Phrase::Ends, item));
            ends && e.standing.of_own && says(Phrase::Operations, e.intro)
        },
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "condition before",
        act: Act::Alternative,
        why: "it goes on with a sentence for readers who have something else",
        fits: |e| {
            let told = sentences(e.passage);
            let before = told.len().checked_sub(2).map(|at| told[at]);
            e.announced && says(Phrase::GoesOn, e.sentence) && before.is_some_and(|before| says(Phrase::Having, before))
        },
        doubt: Some(Act::Typed),
    },
    Rule {
        name: SEVERAL,
        act: Act::Alternative,
        why: "its lines are several ways to the same end",
        fits: |e| says(Phrase::Either, e.sentence) && e.text.lines().count() > 2,
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
        name: "filled in",
        act: Act::Looked,
        why: "it fills in the command before for an example",
        fits: |e| e.standing.filled && says(Phrase::Example, e.sentence),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "uncalled",
        act: Act::Looked,
        why: "it only defines a function, and the page calls it nowhere",
        fits: |e| e.standing.uncalled,
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "sentences in it",
        act: Act::Looked,
        why: "sentences stand among its lines, which nobody types",
        fits: |e| e.form == crate::guide::Form::Indented && e.text.lines().any(is_sentence),
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
                // “… by using `a` and `b`” runs nothing.
                && !says(Phrase::Run, &e.sentence.replace("by using", ""))
        },
        doubt: Some(Act::Typed),
    },
];

/// What speaks against doing what `form` says, if anything does.
pub(super) fn decide(evidence: &Evidence<'_>, form: &Decision) -> Option<Decision> {
    // What may be there only to be looked at is not saved by mistake: then the page would not name a file.
    let weighs = |rule: &&Rule| form.act == Act::Typed || rule.act != Act::Looked;
    // What a page about a program calls has to be installed, whatever stands around the only way.
    let needed = evidence.standing.reference && evidence.standing.installs_only;
    let weighs = |rule: &&Rule| weighs(rule) && !(needed && rule.act == Act::Alternative && rule.name != SEVERAL);
    let rule = RULES.iter().filter(weighs).find(|rule| (rule.fits)(evidence))?;
    Some(Decision { doubt: rule.doubt.map(|_| form.act), ..rule.decision(None) })
}

/// Whether a heading is that of a part for those who change the program: `Running the tests`.
fn is_for_developers(heading: &str) -> bool {
    const NAMES: &[&str] = &[
        "development",
        "developing",
        "developers",
        "contributing",
        "contribute",
        "contributors",
        "hacking",
        "benchmark",
        "benchmarks",
        "tests",
        "testing",
        "releasing",
    ];
    let words = words(heading);
    words.len() <= 4 && has(&words, NAMES)
}

/// Whether a heading says that its part is optional.
fn is_optional(heading: &str) -> bool {
    heading.split(|c: char| !c.is_alphabetic()).any(|word| word.eq_ignore_ascii_case("optional"))
}

/// Whether a heading changes what an earlier one made: `Expand the disk` below `Create a disk`.
fn changes_earlier(heading: &str, earlier: &[&str]) -> bool {
    const CHANGING: &[&str] = &[
        "expand",
        "expanding",
        "extend",
        "extending",
        "grow",
        "growing",
        "shrink",
        "shrinking",
        "resize",
        "resizing",
        "scale",
        "scaling",
        "migrate",
        "migrating",
        "replace",
        "replacing",
        "restore",
        "restoring",
        "reset",
        "resetting",
        "rename",
        "renaming",
        "rotate",
        "rotating",
        "renew",
        "renewing",
    ];
    const MAKING: &[&str] = &[
        "create",
        "creating",
        "add",
        "adding",
        "install",
        "installing",
        "make",
        "making",
        "deploy",
        "deploying",
        "generate",
        "generating",
    ];
    let words = words(heading);
    has(&words, CHANGING) && !has(&words, MAKING) && did_it(&words, earlier, MAKING)
}

/// Whether a line is one of a sentence of the page that went astray: it has words and no sign of a command.
fn is_sentence(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let plain =
        words.iter().filter(|word| word.trim_end_matches([',', '.', ':']).chars().all(char::is_alphabetic)).count();
    let begins = line.trim_start().starts_with(|c: char| c.is_uppercase());
    let ends = line.trim_end().ends_with(['.', ':']);
    begins && (ends && words.len() > 3 || words.len() > 6) && plain * 10 >= words.len() * 8
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
