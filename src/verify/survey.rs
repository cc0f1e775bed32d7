//! Outputs that are another one for each reader: what a program lists of its computer (disks, memory, addresses, processes), and what
//! the text calls an example. The page shows its author's. That is no fault of the page, unless the guide itself has made what it shows.

use std::collections::BTreeSet;

use crate::{
    matching::{Comparison, State},
    plan::{Plan, StepKind, Told},
    terminal::program,
};

/// Why an output is another one without being wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Another {
    pub(super) why: &'static str,
    pub(super) help: &'static str,
}

const COMPUTER: Another = Another {
    why: "it lists what the computer has, and the page shows another computer",
    help: "if readers are only to look at it, say role=\"listing\"; `[..]` stands for what is another value on each computer",
};

const EXAMPLE: Another = Another {
    why: "it is another one, and the text calls the page's an example",
    help: "if readers are only to look at it, say role=\"listing\"; `[..]` and `...` stand for what varies",
};

/// Characters of a word that says something.
const SHORTEST: usize = 3;
/// Characters of a word that is looked for in others.
const PART: usize = 4;

/// Why a documented output that is another one is not wrong, if it is not: step `of` lists what the computer has, or the text calls its
/// output an example, and nothing that the page shows and this output has not is of what the guide has typed or saved.
pub(super) fn another(
    plan: &Plan,
    of: usize,
    command: &str,
    documented: &str,
    told: Told,
    comparison: &Comparison,
) -> Option<Another> {
    let another = match told.example {
        _ if program::surveys(command) => COMPUTER,
        true => EXAMPLE,
        false => return None,
    };
    let own = own_words(plan, of);
    let lines: Vec<&str> = documented.lines().collect();
    let wrong = |state: State| matches!(state, State::Differs | State::Dropped | State::Missing);
    let wrong = comparison.lines.iter().filter(|line| wrong(line.state)).filter_map(|line| lines.get(line.documented?));
    let is_own = |word: &str| {
        let part = |long: &str, short: &str| short.len() >= PART && long.contains(short);
        own.iter().any(|own| own == word || part(own, word) || part(word, own))
    };
    (!wrong.flat_map(|line| words(line)).any(|word| is_own(&word))).then_some(another)
}

/// The words of what a guide has typed and saved up to a step, of the files' names and of its values.
fn own_words(plan: &Plan, of: usize) -> BTreeSet<String> {
    let done = plan.steps.iter().filter(|step| step.number <= of && step.undone().is_none());
    let files = done.filter_map(|step| match &step.kind {
        StepKind::Write { file, .. } => Some(file.as_str()),
        _ => None,
    });
    let texts = plan.own_texts().filter(|(_, step, _)| *step <= of).map(|(text, ..)| text);
    texts.chain(files).flat_map(words).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let between = |c: char| !c.is_alphanumeric() && !"_-.".contains(c);
    text.split(between).map(|word| word.trim_matches(['-', '.']).to_lowercase()).filter(|word| word.len() >= SHORTEST)
}
