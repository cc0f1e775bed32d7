//! Whether a block is for this reader at all: done elsewhere, or only by readers with another system, another wish or a problem.

use super::{
    super::evidence::{
        Evidence, Look, Tongue,
        phrase::{Phrase, says},
    },
    Act, Decision, Rule, did_it, has, words,
};
use crate::terminal::{command, command::Family, line, prompt};

/// The rules, the strongest first.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "foreign shell",
        act: Act::Elsewhere,
        why: "it is for the shell of another system",
        fits: |e| e.tongue == Tongue::Foreign || e.tongue != Tongue::Other && command::is_of_windows(e.text),
        doubt: None,
    },
    Rule {
        name: "cloud",
        act: Act::Elsewhere,
        why: "it works in a cloud account",
        fits: |e| calls_a_cloud(e),
        doubt: None,
    },
    Rule {
        name: "to the server",
        act: Act::Elsewhere,
        why: "it connects to the server from the reader's own computer",
        fits: connects,
        doubt: None,
    },
    Rule {
        name: "own computer",
        act: Act::Elsewhere,
        why: "the text says that it is done on the reader's own computer",
        fits: |e| {
            e.says(Phrase::OwnComputer)
                || e.headings.iter().any(|h| says(Phrase::OwnComputer, h))
                || e.items.iter().any(|item| says(Phrase::OwnComputer, first(item)))
        },
        doubt: None,
    },
    Rule {
        name: "other host",
        act: Act::Elsewhere,
        why: "the text says that it is done on another host",
        fits: |e| e.standing.other_host.is_some(),
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "prompt of another host",
        act: Act::Elsewhere,
        why: "its prompt is that of another host",
        fits: |e| e.standing.other_prompt,
        doubt: None,
    },
    Rule {
        name: "interface",
        act: Act::Elsewhere,
        why: "the text says to enter it in a window",
        fits: |e| {
            e.standing.editor.is_none()
                && (e.sentence.contains(" > ")
                    || e.sentence.contains(" » ")
                    || e.says(Phrase::Interface) && !e.is_typed())
        },
        doubt: None,
    },
    Rule {
        name: "aside",
        act: Act::Alternative,
        why: "it stands aside, in a note",
        fits: |e| e.aside && e.form != crate::guide::Form::Shortcode,
        doubt: None,
    },
    Rule {
        name: "other system",
        act: Act::Alternative,
        why: "it is for another system than the machine's",
        fits: other_system,
        doubt: None,
    },
    Rule {
        name: "other way to install",
        act: Act::Alternative,
        why: "it is another way to install what the page installs",
        fits: |e| e.standing.installs_otherwise,
        doubt: None,
    },
    Rule {
        name: "trouble",
        act: Act::Alternative,
        why: "it is only for readers who have a problem",
        fits: |e| {
            // An introduction that speaks of what may go wrong is no condition, unless it begins with one.
            let is_condition = |text: &&str| {
                let begins = ["If", "In case", "When", "Should"].iter().any(|word| text.trim_start().starts_with(word));
                // A sentence that only tells what may happen later asks for nothing.
                let asks = text.trim_end().ends_with(':') || says(Phrase::Run, text) || *text != e.sentence;
                // An example of a page about a program is tried for its own sake.
                begins || !e.intro.contains(*text) && asks && !is_example(e)
            };
            let mut scope = scope(e).into_iter().filter(is_condition);
            scope.any(|text| says(Phrase::Failure, text) && !says(Phrase::Missing, text))
        },
        doubt: None,
    },
    Rule {
        name: "other way",
        act: Act::Alternative,
        why: "it is another way to the same end",
        fits: |e| {
            // “This time, instead of …” goes on with the same way.
            let goes_on = e.sentence.to_lowercase().contains("this time");
            let other_end = e.standing.reference && says(Phrase::OtherEnd, e.sentence);
            let is_no_way =
                goes_on || other_end || is_needed(e) || says(Phrase::Missing, e.sentence) || mentions_content(e);
            says(Phrase::Otherwise, e.sentence) && !is_no_way
                || e.folds.iter().any(|fold| says(Phrase::Otherwise, fold))
                || e.standing.before.is_some()
                    && (e.headings.iter().chain(&e.items).any(|h| is_second(h)) || e.announced && is_second(label(e)))
        },
        doubt: None,
    },
    Rule {
        name: "other wish",
        act: Act::Alternative,
        why: "it is only for readers with another wish",
        fits: |e| {
            scope(e).iter().any(|text| {
                let folded = e.folds.contains(text);
                !is_needed(e)
                    && (!is_example(e) || folded)
                    && says(Phrase::Wish, text)
                    && !says(Phrase::Question, text)
                    && (text.ends_with(':') || !says(Phrase::Pointer, text))
                    && (folded || text.ends_with(':') || says(Phrase::Run, text))
            })
        },
        doubt: None,
    },
    Rule {
        name: "later",
        act: Act::Alternative,
        why: "it undoes what was done, or is for a later day",
        fits: |e| e.headings.iter().any(|h| is_later(h, &e.earlier)) || e.announced && says(Phrase::Undo, e.sentence),
        doubt: None,
    },
    Rule {
        name: "history",
        act: Act::Alternative,
        why: "it tells what changed from one version to the next",
        fits: |e| e.headings.iter().any(|heading| is_history(heading)),
        doubt: None,
    },
    Rule {
        name: "second of several",
        act: Act::Alternative,
        why: "it is for another case than the item before",
        fits: is_other_case,
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "goes on elsewhere",
        act: Act::Elsewhere,
        why: "it goes on where the block before was done",
        fits: |e| {
            let goes_on = e.standing.before == Some(Act::Elsewhere) && !e.standing.connected;
            goes_on && (!e.announced || is_shown(e) || is_of_a_client(e))
        },
        doubt: Some(Act::Typed),
    },
    Rule {
        name: "goes on as an alternative",
        act: Act::Alternative,
        why: "it goes on where the block before was an alternative",
        fits: |e| e.standing.before == Some(Act::Alternative) && (!e.announced || is_shown(e) || is_parallel(e)),
        doubt: Some(Act::Typed),
    },
];

/// Where a block is done, if not here.
pub(super) fn decide(evidence: &Evidence<'_>) -> Option<Decision> {
    RULES.iter().find(|rule| (rule.fits)(evidence)).map(|rule| rule.decision(None))
}

/// Whether a page about a program has no other way to install it, or no better one, however it words that: “you can also …”.
fn is_needed(e: &Evidence<'_>) -> bool {
    e.standing.reference && e.standing.installs_only
}

/// Whether it is an example on a page about a program: it calls that program, which nobody else knows.
fn is_example(e: &Evidence<'_>) -> bool {
    let is_own = |run: line::Run| e.standing.own.contains(&run.name) && !command::is_program(&run.name);
    e.standing.reference && typed(e).flat_map(line::commands).filter_map(line::Run::of).any(is_own)
}

/// The sentences whose condition counts for a block: that before it, its list items, headings, and what it is folded in.
fn scope<'e>(e: &'e Evidence<'_>) -> Vec<&'e str> {
    let items = e.items.iter().map(|item| first(item));
    let headings = e.headings.iter().copied();
    // A sentence that goes on begins with a small letter.
    let goes_on = e.sentence.starts_with(|c: char| c.is_lowercase());
    let before = e.section.iter().rev().skip(1).take(usize::from(goes_on)).copied();
    let intro = super::super::prose::sentences(e.intro);
    let intro = intro.first().copied().into_iter().chain(intro.last().copied());
    std::iter::once(e.sentence)
        .chain(before)
        .chain(intro)
        .chain(items)
        .chain(headings)
        .chain(e.folds.iter().copied())
        .collect()
}

/// The first sentence of a text.
fn first(text: &str) -> &str {
    super::super::prose::sentences(text).first().copied().unwrap_or_default()
}

/// The lines of a block as they are typed, if it is commands; without prompts and comments.
fn typed<'e>(e: &'e Evidence<'_>) -> impl Iterator<Item = &'e str> {
    let commands = matches!(e.tongue, Tongue::Shell | Tongue::Plain)
        && matches!(e.look, Look::Commands | Look::Prompts | Look::Maybe);
    let lines = e.text.lines().map(prompt::without_prompt).filter(|line| !line.trim_start().starts_with('#'));
    lines.filter(move |_| commands)
}

/// Whether a cloud's command line is called anywhere in the block, in a substitution as well.
fn calls_a_cloud(e: &Evidence<'_>) -> bool {
    typed(e).flat_map(line::pieces).filter_map(line::Run::of).any(|run| command::is_of_a_cloud(&run.name))
}

/// Whether the block gets from one computer to another: `ssh user@host`, `scp file user@host:`.
fn connects(e: &Evidence<'_>) -> bool {
    // A command goes on behind a backslash at the end of its line.
    let text = e.text.replace("\\\n", " ");
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("# "));
    lines.next().is_some_and(|line| command::connects(prompt::without_prompt(line).trim()))
}

/// Whether the block or its labels name another family of systems only.
fn other_system(e: &Evidence<'_>) -> bool {
    let ours = Family::Debian;
    let names = |text: &str| {
        let found = command::families_of_label(text);
        (!found.is_empty()).then(|| found.contains(&ours))
    };
    let short = |text: &str| text.split_whitespace().count() <= 12;
    let labels = e
        .items
        .iter()
        .map(|item| first(item))
        .chain(e.headings.iter().copied())
        .chain(e.folds.iter().copied())
        .filter(|text| short(text));
    // “If it was installed by brew:” says nothing of the reader's system, where no other is named.
    let sentence = Some(e.sentence).filter(|_| e.standing.is_ours);
    let by_label = labels.chain(sentence).filter_map(names).next_back() == Some(false);
    (e.standing.is_ours || e.standing.reference) && (by_label || families(e) == Some(false))
}

/// Whether one of the block's programs is one that only the machine's family of systems has; `None` if all of them are everywhere.
fn families(e: &Evidence<'_>) -> Option<bool> {
    let runs = typed(e).flat_map(line::commands).filter_map(line::Run::of);
    let found: Vec<Family> = runs.filter_map(|run| command::family_of(&run.name)).collect();
    (!found.is_empty()).then(|| found.contains(&Family::Debian))
}

/// Whether the sentence speaks of the content of a file.
fn mentions_content(e: &Evidence<'_>) -> bool {
    says(Phrase::Content, e.sentence) || super::super::evidence::mention::file(e.sentence).is_some()
}

/// Whether a heading or an item is the second of several ways: `Option 2`, `Method B`.
fn is_second(text: &str) -> bool {
    let words = words(text);
    words.windows(2).any(|pair| {
        ["option", "method", "variant", "way", "alternative", "approach", "possibility"].contains(&pair[0].as_str())
            && (pair[1].parse::<u32>().is_ok_and(|number| number > 1)
                || ["b", "c", "d", "ii", "iii", "two", "three"].contains(&pair[1].as_str()))
    }) || words.first().is_some_and(|word| ["alternative", "alternatively", "alternatives"].contains(&word.as_str()))
}

/// The first words of the sentence before a block, which may be all that names a way: `Option B:`.
fn label<'e>(e: &Evidence<'e>) -> &'e str {
    let words = e.sentence.match_indices(' ').nth(1).map_or(e.sentence.len(), |(end, _)| end);
    &e.sentence[..words]
}

/// Whether the sentence begins as that before the block before, for another case: `To use the first, …`, `To use the second, …`.
fn is_parallel(e: &Evidence<'_>) -> bool {
    let begins = |text: &str| text.split_whitespace().take(3).map(str::to_lowercase).collect::<Vec<_>>();
    let own = begins(e.sentence);
    !e.headed && own.len() == 3 && own[0] == "to" && own == begins(&e.standing.sentence)
}

/// Whether the item begins as an earlier one of its list does, with another case: `For …`, `On …`, `Using …`.
fn is_other_case(e: &Evidence<'_>) -> bool {
    let word = |text: &str| {
        text.trim_start_matches(['*', '_', '`']).split_whitespace().next().unwrap_or_default().to_lowercase()
    };
    let cases = ["for", "on", "using", "via", "with", "if", "under", "from", "in"];
    let Some(item) = e.items.last() else { return false };
    let own = word(item);
    cases.contains(&own.as_str()) && e.siblings.iter().any(|sibling| word(sibling) == own)
}

/// Whether a section is for a later day or a problem: by its name, or because it undoes what an earlier one did.
fn is_later(heading: &str, earlier: &[&str]) -> bool {
    const ALWAYS: &[&str] = &[
        "troubleshooting",
        "uninstall",
        "uninstalling",
        "uninstallation",
        "rollback",
        "faq",
        "upgrading",
        "recovery",
        "debugging",
        "defective",
        "cleanup",
        "destroy",
        "destroying",
        "undo",
        "revert",
        "reverting",
    ];
    const UNDOING: &[&str] = &["remove", "removing", "delete", "deleting", "stop", "stopping", "disable", "disabling"];
    const DOING: &[&str] = &[
        "add",
        "adding",
        "create",
        "creating",
        "enable",
        "enabling",
        "generate",
        "generating",
        "install",
        "installing",
        "set",
        "setting",
        "start",
        "starting",
        "deploy",
        "deploying",
    ];
    const RENEWING: &[&str] = &["update", "updating", "upgrade", "upgrading"];
    const INSTALLING: &[&str] = &["install", "installing", "deploy", "deploying", "setup"];
    let words = words(heading);
    let cleans = words.windows(2).any(|pair| ["cleaning", "clean"].contains(&pair[0].as_str()) && pair[1] == "up");
    let after = |names: &[&str]| did_it(&words, earlier, names);
    // “Adding, changing or deleting keys” undoes nothing.
    let undoes = has(&words, UNDOING) && !has(&words, DOING) && after(DOING);
    // “Upgrade” alone speaks of what was installed.
    let alone = words.iter().filter(|word| *word != "step" && word.parse::<u32>().is_err()).count() == 1
        && earlier.iter().any(|other| has(&super::words(other), INSTALLING));
    let renews = has(&words, RENEWING) && !has(&words, INSTALLING) && (alone || after(INSTALLING));
    cleans || undoes || renews || has(&words, ALWAYS)
}

/// Whether a section tells what changed from version to version.
fn is_history(heading: &str) -> bool {
    let words = words(heading).join(" ");
    ["changelog", "change log", "release notes", "release history", "version history"].contains(&words.as_str())
}

/// Whether the block shows the prompt of a program that is not open here.
fn is_of_a_client(e: &Evidence<'_>) -> bool {
    let first = e.text.lines().find_map(|line| prompt::prompt_length(line).map(|length| &line[..length]));
    !e.standing.program && first.is_some_and(|shown| !prompt::is_shell(shown))
}

/// Whether the block is announced as an output of the same section.
fn is_shown(e: &Evidence<'_>) -> bool {
    let said = e.says(Phrase::Output) && e.look != Look::Commands;
    !e.headed && (said || e.folds.last().is_some_and(|fold| says(Phrase::Output, fold)))
}
