//! What a block is in itself: rules in the order of their strength, of which the first that fits decides.

use crate::terminal::{editor, program, prompt};

use super::{
    super::{
        evidence::{
            Evidence, Look, Tongue, as_reader, asked, mention,
            phrase::{Phrase, says},
        },
        prose::sentences,
    },
    Act, Decision, Rule,
    saving::{self, Named},
};

/// The rule of lines that are there already, which the next block may take the place of.
pub(in crate::plan) const FIND: &str = "find";

/// The rule of what shows only where something is otherwise: the reader goes on as if it were not there.
pub(in crate::plan) const SHOWN_TO_SOME: &str = "shown to some";

/// The rule of what a command shows that only the text names.
const OF_TEXT: &str = "output of a named command";
/// The rule of what is typed into a program that only the text opens.
const PROGRAM_OF_TEXT: &str = "program of the text";

/// What a reader types before a block, because only the text says so.
pub(in crate::plan) fn first(evidence: &Evidence<'_>, rule: &str) -> Option<String> {
    match rule {
        OF_TEXT => asked::command(evidence),
        PROGRAM_OF_TEXT => asked::program(evidence),
        _ => None,
    }
}

/// The rules, the strongest first.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "nothing",
        act: Act::Looked,
        why: "there is nothing in it",
        fits: |e| e.look == Look::Nothing,
        doubt: None,
    },
    Rule {
        name: "admonition",
        act: Act::Looked,
        why: "it is the text of an admonition of another generator",
        fits: |e| {
            e.form == crate::guide::Form::Indented
                && ["!!! ", "??? ", "???+ "].iter().any(|mark| e.passage.starts_with(mark))
        },
        doubt: None,
    },
    Rule {
        name: "address",
        act: Act::Elsewhere,
        why: "it is an address for a browser",
        fits: |e| e.look == Look::Address && e.standing.editor.is_none(),
        doubt: None,
    },
    Rule {
        name: "opens an editor",
        act: Act::Typed,
        why: "it opens an editor",
        fits: |e| matches!(e.tongue, Tongue::Shell | Tongue::Plain) && opens_editor(e),
        doubt: None,
    },
    Rule {
        name: "titled",
        act: Act::Saved,
        why: "its title names the file",
        fits: |e| e.title.is_some_and(mention::is_path) && e.tongue != Tongue::Shell,
        doubt: None,
    },
    Rule {
        name: FIND,
        act: Act::Looked,
        why: "the text before it says to find these lines, which are there already",
        fits: finds,
        doubt: None,
    },
    Rule {
        name: "form of lines",
        act: Act::Looked,
        why: "it says what stands where in a line",
        fits: |e| {
            e.look == Look::Synopsis && e.tongue != Tongue::Other || says(Phrase::Format, e.sentence) && !e.is_typed()
        },
        doubt: None,
    },
    Rule {
        name: "nothing to do",
        act: Act::Looked,
        why: "the text says that nothing has to be changed there",
        fits: |e| {
            let told = sentences(e.passage);
            let last = told.iter().rev().find(|told| !says(Phrase::Example, told));
            e.announced && last.is_some_and(|told| says(Phrase::NotNeeded, told))
        },
        doubt: None,
    },
    Rule {
        name: SHOWN_TO_SOME,
        act: Act::Looked,
        why: "the text says that it shows only where something is otherwise than it should be",
        fits: |e| {
            // “If you see nothing, you can install it with:”
            let runs = e.look == Look::Commands && says(Phrase::Run, e.sentence);
            e.announced && e.says(Phrase::Unexpected) && (e.says(Phrase::Output) && !runs || !e.is_typed())
        },
        doubt: None,
    },
    Rule {
        name: "transcript",
        act: Act::Compared,
        why: "it shows again what was typed before, with what it printed",
        fits: |e| e.standing.transcript && e.look == Look::Prompts && e.standing.editor.is_none(),
        doubt: None,
    },
    Rule {
        name: OF_TEXT,
        act: Act::Compared,
        why: "the text before it names the command, and it is what that shows",
        fits: |e| {
            let shown =
                matches!(e.look, Look::Table | Look::Log | Look::Tree) || e.says(Phrase::Output) && !e.is_typed();
            let bare = matches!(e.tongue, Tongue::Shell | Tongue::Plain) && e.standing.editor.is_none();
            e.announced && shown && bare && !e.standing.program && asked::command(e).is_some()
        },
        doubt: None,
    },
    Rule {
        name: "output",
        act: Act::Compared,
        why: "the text before it announces what the command shows",
        fits: is_output,
        doubt: None,
    },
    Rule {
        name: "repeated",
        act: Act::Looked,
        why: "it repeats lines of a file that was saved before",
        fits: |e| e.standing.repeats && !saving::asks_to_add(e.sentence),
        doubt: None,
    },
    Rule {
        name: "example",
        act: Act::Looked,
        why: "it is folded away as an example",
        fits: |e| {
            e.folds.last().is_some_and(|fold| says(Phrase::Example, fold) && !says(Phrase::Output, fold))
                && !e.is_typed()
        },
        doubt: None,
    },
    Rule {
        name: "editor",
        act: Act::Saved,
        why: "it is the first block after the editor was opened",
        fits: is_for_editor,
        doubt: None,
    },
    Rule {
        name: "file of the sentence",
        act: Act::Saved,
        why: "the text before it names the file",
        fits: |e| saves_by_sentence(e),
        doubt: None,
    },
    Rule {
        name: "file anew",
        act: Act::Saved,
        why: "it begins as a file that was saved before, with other lines",
        fits: |e| {
            e.tongue == Tongue::Other
                && e.standing.anew.is_some()
                && !e.aside
                && ![Phrase::Example, Phrase::ExampleCall, Phrase::Describes, Phrase::Run, Phrase::Pointer]
                    .iter()
                    .any(|phrase| e.says(*phrase))
        },
        doubt: None,
    },
    Rule {
        name: "program",
        act: Act::Typed,
        why: "it is typed at the prompt of the program that was opened and not left",
        fits: |e| {
            e.title.is_none()
                && (e.standing.reads
                    || e.standing.program && e.tongue == Tongue::Plain && !matches!(e.look, Look::Table | Look::Log))
        },
        doubt: None,
    },
    Rule {
        name: PROGRAM_OF_TEXT,
        act: Act::Typed,
        why: "it is typed at the prompt of the program that the text before it opens",
        fits: |e| e.title.is_none() && e.announced && !e.standing.program && asked::program(e).is_some(),
        doubt: None,
    },
    Rule {
        name: "prompts",
        act: Act::Typed,
        why: "it shows prompts",
        fits: |e| {
            // A transcript of an interpreter is in its language: `pycon`.
            let read = program::is_read(e.language) && e.text.lines().next().is_some_and(is_prompted);
            e.look == Look::Prompts && (e.tongue != Tongue::Other || read)
        },
        doubt: None,
    },
    Rule {
        name: "shown",
        act: Act::Compared,
        why: "it looks like what a command shows, and stands below one",
        fits: |e| {
            let looks = match e.tongue {
                Tongue::Shell | Tongue::Plain => {
                    matches!(e.look, Look::Table | Look::Log | Look::Question | Look::Json)
                }
                _ => e.look == Look::Json && e.language == "json" && e.standing.reference,
            };
            let helps = || {
                let asks = |line: &String| line.split_whitespace().any(|word| ["--help", "-h", "help"].contains(&word));
                e.look == Look::Usage && e.standing.typed.iter().any(asks)
            };
            (looks || helps()) && e.standing.before == Some(Act::Typed) && !e.announced
        },
        doubt: None,
    },
    Rule {
        name: "no command",
        act: Act::Looked,
        why: "it is no command, by its look",
        fits: |e| {
            e.tongue == Tongue::Shell
                && matches!(
                    e.look,
                    Look::Tree
                        | Look::Table
                        | Look::Log
                        | Look::Json
                        | Look::Markup
                        | Look::Settings
                        | Look::Key
                        | Look::Prose
                        | Look::Path
                        | Look::Crontab
                        | Look::Question
                        | Look::Synopsis
                        | Look::Usage
                        | Look::Unknown
                )
                && !(e.look == Look::Settings && sets_variables(e))
                && !(e.look == Look::Unknown
                    && e.text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')))
        },
        doubt: None,
    },
    Rule {
        name: "shell",
        act: Act::Typed,
        why: "its language is a shell's",
        fits: |e| e.tongue == Tongue::Shell && !matches!(e.look, Look::Script),
        doubt: None,
    },
    Rule {
        name: "commands",
        act: Act::Typed,
        why: "it looks like commands",
        fits: |e| e.tongue == Tongue::Plain && e.look == Look::Commands,
        doubt: None,
    },
    Rule {
        name: "run",
        act: Act::Typed,
        why: "the text before it says to run it",
        fits: |e| {
            e.tongue == Tongue::Plain
                && e.look == Look::Maybe
                && (e.form == crate::guide::Form::Indented || says(Phrase::Run, e.sentence))
                && !says(Phrase::Describes, e.sentence)
        },
        doubt: None,
    },
    Rule {
        name: "output of nothing",
        act: Act::Looked,
        why: "the text announces what shows, and no command is done before it",
        fits: is_output_of_nothing,
        doubt: Some(Act::Compared),
    },
    Rule {
        name: "nothing says so",
        act: Act::Looked,
        why: "nothing says that it is typed or saved",
        fits: |_| true,
        doubt: None,
    },
];

/// What a block is.
pub(super) fn decide(evidence: &Evidence<'_>) -> Decision {
    let rule = RULES.iter().find(|rule| (rule.fits)(evidence)).unwrap_or(&RULES[RULES.len() - 1]);
    let saving = (rule.act == Act::Saved).then(|| saving::file(evidence)).flatten();
    rule.decision(saving)
}

/// Whether a block shows lines that are in a file already.
fn finds(e: &Evidence<'_>) -> bool {
    let of_passage = || {
        // “The file should contain a few lines. Of these, only the following are important:”
        let asks = e.says(Phrase::Add) || e.says(Phrase::Open) || e.says(Phrase::Change) && !e.says(Phrase::Describes);
        says(Phrase::Find, e.passage) && !asks && !e.says(Phrase::FindAndChange) && e.standing.editor.is_some()
    };
    if says(Phrase::HasContent, e.sentence) && e.title.is_none() && !has_content(e) {
        return true;
    }
    // What another language than a shell's has is not typed, whatever it looks like.
    let typed = e.is_typed() && e.tongue != Tongue::Other;
    !typed
        && (e.says(Phrase::Find) && !saving::asks_to_add(e.sentence) && !e.says(Phrase::FindAndChange) || of_passage())
}

/// Whether a block is what a file ends or begins with, and the text above asks for that.
fn has_content(e: &Evidence<'_>) -> bool {
    let asks = |text: &&str| says(Phrase::Add, text) || says(Phrase::Open, text) || says(Phrase::Change, text);
    says(Phrase::HasContent, e.sentence) && e.items.iter().chain(&e.passages).any(asks)
}

/// Whether the first line of a block is a comment which says that the rest is an output.
pub(in crate::plan) fn says_output(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let marks = ["#", "//", "--"];
    let Some(comment) = marks.iter().find_map(|mark| first.strip_prefix(mark)) else { return false };
    let comment = comment.trim_matches(['#', ' ', '-', '=']).trim_end_matches([':', '.']).to_lowercase();
    let comment = comment.trim_start_matches("example ").trim_start_matches("expected ").trim_start_matches("the ");
    ["output", "result", "returns", "prints", "shows"].contains(&comment)
}

/// Whether a line of the block opens an editor.
fn opens_editor(e: &Evidence<'_>) -> bool {
    e.text.lines().any(|line| editor::editor(prompt::without_prompt(line)).is_some()) && e.look != Look::Script
}

/// Whether a block is announced as what a command shows.
fn is_output(e: &Evidence<'_>) -> bool {
    let folded = e.folds.last().is_some_and(|fold| says(Phrase::Output, fold));
    let headed =
        e.passages.is_empty() && e.announced && e.headings.last().is_some_and(|heading| says(Phrase::Output, heading));
    let said = e.announced && (e.says(Phrase::Output) || e.says(Phrase::Question));
    let of_passage = || {
        saving::file(e).is_some_and(|file| file.named <= Named::Passage) && saving::asks(e) && e.tongue == Tongue::Other
    };
    // A source that begins with its own name is one, whatever its sentence says.
    let names_itself = e.tongue == Tongue::Other && mention::in_comment(e.text).is_some();
    let of_file = mention::file(e.sentence).is_some()
        || names_itself
        || of_passage()
        || speaks_of_file(e.sentence)
        || e.standing.editor.is_some()
        || says(Phrase::Change, e.sentence) && e.tongue == Tongue::Other;
    // “Change the lines to get an output like this:” shows the lines.
    let shows = e.sentence.to_lowercase().contains("output")
        && !(e.tongue == Tongue::Other && says(Phrase::Change, e.sentence));
    let after = is_after_commands(e);
    let told = matches!(e.look, Look::Question | Look::Prose | Look::Log | Look::Unknown | Look::Table | Look::Usage);
    let text = matches!(e.tongue, Tongue::Plain | Tongue::Shell) && e.standing.editor.is_none();
    // A dialogue goes on, with what the reader answers in between.
    let goes_on = e.standing.before == Some(Act::Compared)
        && text
        && told
        && !e.standing.program
        && !says(Phrase::Find, e.sentence)
        && !saving::asks_to_add(e.sentence);
    let runs = e.look == Look::Commands || e.look == Look::Prompts && !is_typed_already(e);
    let commented = says_output(e.text) && e.standing.editor.is_none();
    let folded = folded && (e.look != Look::Prompts || is_typed_already(e));
    after && (commented || folded || headed || said && (!of_file || shows) && !runs || goes_on)
}

/// Whether a sentence speaks of a file, or of what is configured; not of profiles.
fn speaks_of_file(sentence: &str) -> bool {
    let mut words = sentence.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.any(|word| word.starts_with("file") || word.starts_with("config"))
}

/// Whether the block before is one of commands or of what they show, whoever does them.
fn is_after_commands(e: &Evidence<'_>) -> bool {
    matches!(e.standing.before, Some(Act::Typed | Act::Compared | Act::Elsewhere | Act::Alternative))
}

/// Whether a block is announced as what shows, where no command is that would show it.
fn is_output_of_nothing(e: &Evidence<'_>) -> bool {
    let told = matches!(e.look, Look::Question | Look::Prose | Look::Log | Look::Unknown | Look::Maybe);
    let of_file = speaks_of_file(e.sentence) || mention::file(e.sentence).is_some();
    let shows = e.announced && says(Phrase::Output, e.sentence) && !says(Phrase::Example, e.sentence);
    e.tongue == Tongue::Plain && told && shows && !of_file && !is_after_commands(e)
}

/// Whether the session of a block begins with what was typed just now.
fn is_typed_already(e: &Evidence<'_>) -> bool {
    let first = e.text.lines().find_map(|line| prompt::prompt_length(line).map(|length| as_reader(&line[length..])));
    first.is_some_and(|first| e.standing.typed.iter().any(|typed| as_reader(typed) == first))
}

/// Whether a block is what the open editor waits for.
fn is_for_editor(e: &Evidence<'_>) -> bool {
    if e.standing.editor.is_none() || e.language == "diff" {
        return false;
    }
    let asked = saving::asks_to_add(e.sentence) && !says(Phrase::Run, e.sentence);
    let typed = e.is_typed() && e.tongue != Tongue::Other || e.tongue == Tongue::Shell && e.look == Look::Maybe;
    let first = !e.standing.editing;
    let enters = [Phrase::Add, Phrase::Change, Phrase::Create].iter().any(|phrase| e.says(*phrase));
    // “Add:” speaks of what is open, whatever the block looks like.
    let bare = e.announced && e.says(Phrase::Add) && e.sentence.split_whitespace().count() <= 3;
    !typed && (first || e.announced)
        || asked && (!typed || !takes_rights(e) && (first || e.sentence.ends_with(':')))
        || first && bare
        || first && saving::asks_to_add(e.sentence)
        || first && e.announced && (enters || saving::asks(e)) && !says(Phrase::Run, e.sentence)
}

/// Whether the first line of a block takes root's rights, as what is typed does and what is saved does not.
fn takes_rights(e: &Evidence<'_>) -> bool {
    let first = e.text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    first.is_some_and(|line| ["sudo ", "doas "].iter().any(|word| line.trim_start().starts_with(word)))
}

/// Whether the prose says that this is the content of a file that it names.
fn saves_by_sentence(e: &Evidence<'_>) -> bool {
    let Some(saving) = saving::file(e).filter(|saving| saving.path.is_some()) else { return false };
    // What is shown for a reader's own README is no part of what is done, and that page may be this one.
    if saving.path.as_deref().is_some_and(is_readme) {
        return false;
    }
    if matches!(e.look, Look::Tree | Look::Table) || e.tongue == Tongue::Foreign {
        return false;
    }
    if saving.named == Named::Itself
        && (e.look != Look::Prompts)
        && (e.tongue != Tongue::Shell || mention::in_comment(e.text).is_some() || !e.is_typed())
        && !is_explained(e)
    {
        return true;
    }
    let shell = matches!(e.tongue, Tongue::Shell | Tongue::Plain)
        && (e.is_typed() || e.look == Look::Maybe && e.tongue == Tongue::Shell);
    let near = saving.named <= Named::Sentence;
    let asked = saving::asks_to_add(e.sentence);
    if shell {
        // What puts the lines into the file itself is typed.
        let itself =
            e.look == Look::Commands && saving.path.as_ref().is_some_and(|path| e.text.contains(path.as_str()));
        // “Create `a`:” above what is called text is no command, whatever its words.
        let text = e.tongue == Tongue::Plain && !e.language.is_empty();
        let content = text && says(Phrase::Create, e.sentence) && e.sentence.trim_end().ends_with(':');
        return near
            && (asked || content || has_content(e))
            && !takes_rights(e)
            && !says(Phrase::Run, e.sentence)
            && (!itself || mention::in_comment(e.text).is_some());
    }
    let headed = e.headings.last().and_then(|heading| mention::file(heading));
    let headed = headed.is_some_and(|file| saving.path.as_ref().is_some_and(|path| saving::same(path, &file)));
    match saving.named {
        _ if asked => true,
        Named::Sentence if headed && !e.standing.fetches => true,
        // “Find this line: … Change it to: …”
        Named::Section if e.standing.found.is_some() && e.says(Phrase::Change) => true,
        // “Then change it so that it reads:” goes on with what was saved just now.
        Named::Section if e.standing.before == Some(Act::Saved) && changes_it(e.sentence) => true,
        Named::Section => is_in_list(e),
        Named::Passage => saving::asks(e),
        // “In `package.json`, escape quotes:”
        _ if is_entry(e.text) => saving::asks(e),
        _ if saving::asks(e) => true,
        _ => {
            // A page about a program tells of files that nobody is asked to write.
            let told = e.standing.reference && !e.sentence.trim_end().ends_with(':');
            !told && !says(Phrase::Describes, e.sentence) && !says(Phrase::Run, e.sentence)
        }
    }
}

/// Whether a line has the prompt of a program.
fn is_prompted(line: &str) -> bool {
    prompt::prompt_length(line).is_some_and(|length| !prompt::is_shell(&line[..length]))
}

/// Whether a path is that of a README.
fn is_readme(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().is_some_and(|stem| stem.eq_ignore_ascii_case("readme"))
}

/// Whether a block is one entry of JSON without what stands around it, which is no whole file.
fn is_entry(text: &str) -> bool {
    text.lines().filter(|line| !line.trim().is_empty()).count() == 1 && text.trim_start().starts_with('"')
}

/// Whether a block names its file by a comment, and the text only explains what is there.
fn is_explained(e: &Evidence<'_>) -> bool {
    let named = e.title.is_none() && mention::in_comment(e.text).is_some_and(|path| !path.starts_with(['/', '~']));
    let explains = says(Phrase::Describes, e.sentence) && !e.sentence.ends_with(':');
    named && explains && !saving::asks_to_add(e.sentence)
}

/// Whether a sentence says to change what was named before: “change it to:”.
fn changes_it(sentence: &str) -> bool {
    let mut words = sentence.split(|c: char| !c.is_alphanumeric());
    says(Phrase::Change, sentence) && sentence.trim_end().ends_with(':') && words.any(|word| word == "it")
}

/// Whether a block goes on in a list whose item before was saved into the same file.
fn is_in_list(e: &Evidence<'_>) -> bool {
    e.standing.before == Some(Act::Saved)
        && !e.siblings.is_empty()
        && e.standing.file.is_some()
        && e.look == Look::Settings
        && ![Phrase::Otherwise, Phrase::Wish, Phrase::Example].iter().any(|phrase| e.says(*phrase))
}

/// Whether all that a block of a shell does is to set variables, and the text does not speak of a file.
fn sets_variables(e: &Evidence<'_>) -> bool {
    let sets = |line: &str| {
        line.split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    let mut lines =
        e.text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).peekable();
    lines.peek().is_some() && lines.all(sets)
}
