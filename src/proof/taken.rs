//! What an author has tried in the open machine, taken into the guide: a command as a block, with what it printed.
//!
//! No escaping is trusted. Each way to write it is tried on a copy, the guide is planned again, and the first is written of which the plan
//! is the one before and this command, whose output holds.

use std::sync::Arc;

use crate::{
    guide::Guide,
    matching::{self, Rule, update::accidental},
    plan::{Plan, Step, StepKind},
    proof::{inputs::Lister, plans, replace::Change},
    report::{GuideReport, StepKind as Kind, StepReport, Verdict, secrets::MASK},
    site::{
        load::{Inputs, Site},
        options::Options,
    },
    source::{Source, fence},
    verify::ByHand,
};

/// Lines of an output that are written in full.
const SHORT: usize = 12;
/// Lines of the beginning of a longer one, and of its end.
const ENDS: (usize, usize) = (6, 3);

/// What has to be written so that a guide has a command which was typed by hand, behind the last step that was done. `report` says what
/// was done of it.
///
/// # Errors
/// Why it cannot be written, in a sentence.
pub(crate) fn taken(options: &Options, report: &GuideReport, typed: &ByHand) -> Result<Change, String> {
    let inputs = Inputs::load(options).map_err(|failure| failure.message())?;
    let site = Site::read(&inputs);
    let gone = || "the guide is not there any more".to_owned();
    let index = *site.library.by_source.get(&report.path).ok_or_else(gone)?;
    let now = plans::current(&site, &Lister::new(&site, plans::outer), index, &report.machine);
    if let Some(changed) = report.inputs.keys().chain(now.keys()).find(|key| report.inputs.get(*key) != now.get(*key)) {
        return Err(format!("{changed} has changed since it was done: wait until it is done again"));
    }
    let guide: Arc<Guide> = site.files.guide(&report.path).ok_or_else(gone)?;
    let before = plans::plan_guide(&site, &guide);
    let plan = before.iter().find(|plan| plan.machine == report.machine).ok_or_else(gone)?;
    let place = place(&guide, plan, &report.steps)?;
    let read = |text: &str| {
        let guide = site.files.parse(Source::new(&*guide.path, text));
        let plans = plans::plan_guide(&site, &guide);
        (guide, plans)
    };
    let new = written(&guide, &before, place, typed, &read)?;
    Ok(Change { path: report.path.clone(), old: Some(guide.source.text.to_string()), new: Some(new) })
}

/// Where lines are written into a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// The byte where a line begins, or the text's end.
    at: usize,
    /// What stands before each of them.
    margin: String,
    /// They are for what stands behind them, and not for what stands before.
    before: bool,
}

/// Behind the last step that was done; before the first one, if none was.
fn place(guide: &Guide, plan: &Plan, done: &[StepReport]) -> Result<Place, String> {
    let text = &*guide.source.text;
    let broke = done.iter().position(|step| step.verdict == Verdict::Broken && step.kind != Kind::Expect);
    let done = &done[..broke.unwrap_or(done.len())];
    let last = done.iter().rfind(|step| !matches!(step.verdict, Verdict::Skipped | Verdict::Unreached));
    let number = last.map_or(1, |last| last.number);
    let Some(step) = plan.steps.iter().find(|step| step.number == number) else {
        return Ok(Place { at: text.len(), margin: String::new(), before: false });
    };
    if step.at.path != guide.path {
        return Err(format!(
            "the step before it stands in {}, which other guides may include: write it by hand",
            step.at.path
        ));
    }
    let block = plan.blocks.iter().find(|block| block.at.path == guide.path && block.at.line == step.block);
    let found = block.and_then(|block| guide.code_block_at(block.at.span.start));
    let (_, span) = found.ok_or("nobody can tell where the block of the step before it ends: write it by hand")?;
    let line = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    // Below a quote it goes on being one; below the mark of an item it stands in that.
    let margin = text[line..span.start].chars().map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect();
    let end = text[..span.end].trim_end().len();
    let end = text[end..].find('\n').map_or(text.len(), |rest| end + rest + 1);
    Ok(match last {
        Some(_) => Place { at: end, margin, before: false },
        None => Place { at: line, margin, before: true },
    })
}

/// The text with the command, in the first way that is read as it was meant.
fn written(
    guide: &Guide,
    before: &[Plan],
    place: Place,
    typed: &ByHand,
    read: &dyn Fn(&str) -> (Guide, Vec<Plan>),
) -> Result<String, String> {
    let output = output(typed)?;
    let mut why = String::new();
    for blocks in ways(typed, &output) {
        let new = put(&guide.source.text, &place, &blocks);
        let (read, after) = read(&new);
        match is_text(guide, &read).and_then(|()| is_so(before, &after, typed)) {
            Ok(()) => return Ok(new),
            Err(wrong) => why = wrong,
        }
    }
    Err(format!("it cannot be written so that it is read as it was typed ({why}): write it by hand"))
}

/// What is documented of an output: a long one without its middle.
fn output(typed: &ByHand) -> Result<String, String> {
    let real = typed.output.trim_matches('\n');
    if typed.command.contains(MASK) || real.contains(MASK) {
        return Err("it shows a secret: write it by hand".into());
    }
    if let Some(wildcard) = accidental("", real, Rule::default()) {
        return Err(format!("its output has `{wildcard}`, which would stand for any text: write it by hand"));
    }
    let lines: Vec<&str> = real.lines().map(str::trim_end).collect();
    if lines.len() <= SHORT && typed.dropped == 0 {
        return Ok(lines.join("\n"));
    }
    let (head, tail) = (ENDS.0.min(lines.len()), lines.len().saturating_sub(ENDS.1));
    Ok([&lines[..head], &["..."], &lines[tail.max(head)..]].concat().join("\n"))
}

/// The ways to write it, the best to read first: as it looks at a terminal, and in two blocks.
fn ways(typed: &ByHand, output: &str) -> Vec<String> {
    let exit =
        typed.status.filter(|status| *status != 0).map(|status| format!(" {{exit={status}}}")).unwrap_or_default();
    let fence = [&*typed.command, output].map(fence).into_iter().max().unwrap_or_default();
    let block = |role: &str, text: &str| format!("{fence}{role}\n{text}\n{fence}");
    let command = &typed.command;
    let apart = match output.is_empty() {
        true => block(&format!("command{exit}"), command),
        false => format!("{}\n\n{}", block(&format!("command{exit}"), command), block("output", output)),
    };
    let shown = format!("$ {command}\n{output}");
    let together = (!command.contains('\n')).then(|| block(&format!("console{exit}"), shown.trim_end()));
    together.into_iter().chain([apart]).collect()
}

/// A text with blocks at a place of it.
fn put(text: &str, place: &Place, blocks: &str) -> String {
    let (head, tail) = text.split_at(place.at);
    let mut new = String::new();
    let mut line = |line: &str| {
        new.push_str(format!("{}{line}", place.margin).trim_end());
        new.push('\n');
    };
    if !place.before {
        line("");
    }
    blocks.lines().for_each(&mut line);
    if place.before {
        line("");
    }
    let begins = if head.is_empty() || head.ends_with('\n') { "" } else { "\n" };
    let new = format!("{begins}{new}");
    let new = if text.contains("\r\n") { new.replace('\n', "\r\n") } else { new };
    format!("{head}{new}{tail}")
}

/// Whether a text is read as the one before and more blocks: nothing is wrong with it that was not before, and no block is gone.
fn is_text(before: &Guide, after: &Guide) -> Result<(), String> {
    let texts = |guide: &Guide| -> Vec<String> { guide.code_blocks().iter().map(|code| code.text.clone()).collect() };
    let (old, new) = (texts(before), texts(after));
    let mut rest = new.iter();
    if after.diagnostics.len() > before.diagnostics.len() || !old.iter().all(|text| rest.any(|new| new == text)) {
        return Err("the text would be read otherwise".into());
    }
    Ok(())
}

/// Whether the new plans are the ones before with the command, once each, or what is otherwise.
fn is_so(before: &[Plan], after: &[Plan], typed: &ByHand) -> Result<(), String> {
    let errors = |plan: &Plan| plan.diagnostics.iter().filter(|problem| problem.is_error()).count();
    if before.len() != after.len() {
        return Err("it would be done on other machines".into());
    }
    for (old, new) in before.iter().zip(after) {
        if errors(new) > errors(old) {
            return Err("the plan would have an error".into());
        }
        let added = new.steps.len().checked_sub(old.steps.len()).filter(|added| matches!(added, 1 | 2));
        let added = added.ok_or("other steps would come of it")?;
        let same = old.steps.iter().zip(&new.steps).take_while(|(old, new)| is_same(old, new, 0)).count();
        let moved = old.steps[same..].iter().zip(&new.steps[same + added..]).all(|(old, new)| is_same(old, new, added));
        if !moved {
            return Err("another step would change".into());
        }
        is_it(&new.steps[same..same + added], typed)?;
    }
    Ok(())
}

/// Whether a step is the same, and stands so many steps behind where it was.
fn is_same(old: &Step, new: &Step, moved: usize) -> bool {
    let lines = |commands: &[crate::plan::Command]| -> Vec<Vec<String>> {
        commands.iter().map(|command| command.lines.clone()).collect()
    };
    let same = match (&old.kind, &new.kind) {
        (StepKind::Run { commands: old }, StepKind::Run { commands: new }) => lines(old) == lines(new),
        (
            StepKind::Write { file, text, edit, owner, through },
            StepKind::Write { file: new_file, text: new_text, edit: new_edit, owner: new_owner, through: new_through },
        ) => (file, text, edit, owner, through) == (new_file, new_text, new_edit, new_owner, new_through),
        (
            StepKind::Expect { text, of, rule, .. },
            StepKind::Expect { text: new_text, of: new_of, rule: new_rule, .. },
        ) => text == new_text && rule == new_rule && (*of == *new_of || of + moved == *new_of),
        _ => false,
    };
    same && old.number + moved == new.number
        && format!("{:?}", old.attributes) == format!("{:?}", new.attributes)
        && old.undone().is_some() == new.undone().is_some()
}

/// Whether these steps are the command, and its output if it is documented.
fn is_it(steps: &[Step], typed: &ByHand) -> Result<(), String> {
    let [Step { kind: StepKind::Run { commands }, number, .. }, rest @ ..] = steps else {
        return Err("it would not be typed".into());
    };
    let typed_lines: Vec<&str> = commands.iter().flat_map(|command| &command.lines).map(String::as_str).collect();
    if typed_lines.join("\n") != typed.command || steps[0].undone().is_some() {
        return Err("another command would be typed".into());
    }
    match rest {
        [] if typed.output.trim_matches('\n').is_empty() => Ok(()),
        [Step { kind: StepKind::Expect { text, of, rule: None, .. }, .. }] if of == number => {
            match matching::compare(text, &typed.output, Rule::default()).verdict {
                matching::Verdict::Holds => Ok(()),
                _ => Err("its output would not hold".into()),
            }
        }
        _ => Err("its output would not be compared".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        guide::{self, Registry},
        plan::plan,
        verify::describe,
    };

    fn read(text: &str) -> (Guide, Plan) {
        let guide = guide::parse(Source::new("guide.md", text), &Registry::default(), &[], false);
        let plan = plan(&guide, &|_| None, None, &["debian".to_owned()]);
        (guide, plan)
    }

    /// The text of a guide of which so many steps were done and hold, with a command; or why it is not written.
    fn with(text: &str, done: usize, command: &str, output: &str, status: i32) -> Result<String, String> {
        let (guide, plan) = read(text);
        let done: Vec<StepReport> = plan.steps.iter().take(done).map(describe).collect();
        let place = place(&guide, &plan, &done)?;
        let typed = ByHand { command: command.into(), output: output.into(), dropped: 0, status: Some(status) };
        written(&guide, &[plan], place, &typed, &|text| {
            let (guide, plan) = read(text);
            (guide, vec![plan])
        })
    }

    #[test]
    fn commands_are_written_behind_what_was_done() {
        let two = "```console\n$ a\n1\n```\n\nText.\n\n```command\nb\n```\n";
        let long: String = (1..=30).map(|number| format!("line {number}\n")).collect();
        let short = "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n...\nline 28\nline 29\nline 30";
        for (text, done, command, output, status, new) in [
            (
                two,
                2,
                "ls",
                "x",
                0,
                "```console\n$ a\n1\n```\n\n```console\n$ ls\nx\n```\n\nText.\n\n```command\nb\n```\n",
            ),
            (two, 3, "ls", "", 0, &format!("{two}\n```console\n$ ls\n```\n")),
            (two, 0, "ls", "", 0, &format!("```console\n$ ls\n```\n\n{two}")),
            ("```command\nb\n```", 1, "ls", "", 0, "```command\nb\n```\n\n```console\n$ ls\n```\n"),
            ("Text.\n", 0, "ls", "", 0, "Text.\n\n```console\n$ ls\n```\n"),
            (
                "```command\r\nb\r\n```\r\n",
                1,
                "ls",
                "x",
                0,
                "```command\r\nb\r\n```\r\n\r\n```console\r\n$ ls\r\nx\r\n```\r\n",
            ),
            (
                "1.  One:\n\n    ```command\n    b\n    ```\n\n2.  Two.\n",
                1,
                "ls",
                "x",
                0,
                "1.  One:\n\n    ```command\n    b\n    ```\n\n    ```console\n    $ ls\n    x\n    ```\n\n2.  Two.\n",
            ),
            ("> ```command\n> b\n> ```\n", 1, "ls", "", 0, "> ```command\n> b\n> ```\n>\n> ```command\n> ls\n> ```\n"),
            (
                "{{< command >}}\nb\n{{< /command >}}\n",
                1,
                "ls",
                "",
                0,
                "{{< command >}}\nb\n{{< /command >}}\n\n```console\n$ ls\n```\n",
            ),
            (
                "```command\nb\n```\n",
                1,
                "seq 30",
                &long,
                0,
                &format!("```command\nb\n```\n\n```console\n$ seq 30\n{short}\n```\n"),
            ),
            (
                "```command\nb\n```\n",
                1,
                "grep x y",
                "",
                1,
                "```command\nb\n```\n\n```console {exit=1}\n$ grep x y\n```\n",
            ),
            (
                "```command\nb\n```\n",
                1,
                "cat a",
                "```\nx",
                0,
                "```command\nb\n```\n\n````console\n$ cat a\n```\nx\n````\n",
            ),
            (
                "```command\nb\n```\n",
                1,
                "for i in 1\ndo echo $i\ndone",
                "1",
                0,
                "```command\nb\n```\n\n```command\nfor i in 1\ndo echo $i\ndone\n```\n\n```output\n1\n```\n",
            ),
        ] {
            assert_eq!(with(text, done, command, output, status).as_deref(), Ok(new), "{text}{command}");
        }
    }

    #[test]
    fn what_would_be_read_otherwise_is_not_written() {
        let text = "```command\nb\n```\n";
        for (text, command, output, why) in [
            (text, "echo [masked]", "", "a secret"),
            (text, "cat a", "one\n...\ntwo", "stand for any text"),
            (text, "cat {{< note >}}", "", "write it by hand"),
            // What looks like a prompt would be one more command.
            (text, "cat a", "$ rm x", "write it by hand"),
        ] {
            let refused = with(text, 1, command, output, 0).expect_err(command);
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn a_step_that_broke_was_not_done() {
        let text = "```command\na\n```\n\n```command\nb\n```\n";
        let (guide, plan) = read(text);
        let mut done: Vec<StepReport> = plan.steps.iter().map(describe).collect();
        done[1].verdict = Verdict::Broken;
        let behind_first = place(&guide, &plan, &done).expect("a place");
        assert_eq!((behind_first.at, behind_first.before), (17, false));
        done[0].verdict = Verdict::Broken;
        assert!(place(&guide, &plan, &done).expect("a place").before);
    }
}
