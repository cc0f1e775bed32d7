//! What a program lists of the computer that it runs on: disks, memory, addresses, processes. The page shows its author's, and a
//! reader's is another one. That is no fault of the page, unless the guide itself has made what the page shows.

use std::collections::BTreeSet;

use crate::{
    matching::{Comparison, State},
    plan::{Plan, StepKind},
    terminal::program,
};

/// What is then said of the output, and what to do about it.
pub(super) const ANOTHER: &str = "it lists what the computer has, and the page shows another computer";
pub(super) const LOOKED_AT: &str =
    "if readers are only to look at it, say role=\"listing\"; `[..]` stands for what is another value on each computer";

/// Characters of a word that says something.
const SHORTEST: usize = 3;
/// Characters of a word that is looked for in others.
const PART: usize = 4;

/// Whether a documented output that is another one only shows another computer: step `of` lists what the computer has, and nothing
/// that the page shows and this one does not is of what the guide has typed or saved.
pub(super) fn is_of_another_computer(
    plan: &Plan,
    of: usize,
    command: &str,
    documented: &str,
    comparison: &Comparison,
) -> bool {
    if !program::surveys(command) {
        return false;
    }
    let own = own_words(plan, of);
    let lines: Vec<&str> = documented.lines().collect();
    let wrong = |state: State| matches!(state, State::Differs | State::Dropped | State::Missing);
    let wrong = comparison.lines.iter().filter(|line| wrong(line.state)).filter_map(|line| lines.get(line.documented?));
    let is_own = |word: &str| {
        let part = |long: &str, short: &str| short.len() >= PART && long.contains(short);
        own.iter().any(|own| own == word || part(own, word) || part(word, own))
    };
    !wrong.flat_map(|line| words(line)).any(|word| is_own(&word))
}

/// The words of what a guide has typed and saved up to a step, its answers and its values included.
fn own_words(plan: &Plan, of: usize) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    let mut add = |text: &str| own.extend(words(text));
    plan.settings.vars.values().for_each(|value| add(value));
    plan.settings.setup.iter().flat_map(|command| &command.lines).for_each(|line| add(line));
    for step in plan.steps.iter().filter(|step| step.number <= of && step.undone().is_none()) {
        match &step.kind {
            StepKind::Run { commands } => commands.iter().flat_map(|command| &command.lines).for_each(|line| add(line)),
            StepKind::Write { file, text, .. } => [file, text].into_iter().for_each(|text| add(text)),
            StepKind::Expect { .. } => {}
        }
    }
    own
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let between = |c: char| !c.is_alphanumeric() && !"_-.".contains(c);
    text.split(between).map(|word| word.trim_matches(['-', '.']).to_lowercase()).filter(|word| word.len() >= SHORTEST)
}
