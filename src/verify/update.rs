//! `verify --update`: what was really shown, as edits of the guide that documents something else. Pure.
//!
//! Nothing is written on trust: a guide with its edits is read again, and must differ in nothing but the outputs that were
//! updated, which must hold. So a real output can neither end its block nor become a command, a shortcode or prose.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeMap;

use super::shown::matching_rule;
use crate::{
    diagnostic::{Diagnostic, Place},
    guide::{CodeBlock, Guide, Role, Token, TokenKind},
    matching::{
        self, Evidence, Values, Verdict,
        update::{Edit, Unwritable, accidental, apply_edits, edits, updated},
    },
    plan::{Command, Plan, Step, StepKind},
    report::{Secrets, secrets::MASK},
    source::Source,
    terminal::prompt::prompt_length,
};

/// What a documented output was compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The real output, with secrets masked.
    pub output: String,
    /// Whether its middle was not kept.
    pub cut: bool,
    /// It is not to be written: the documented output holds, or is to stay as it is.
    pub holds: bool,
}

/// A guide as it was done on one machine.
#[derive(Debug, Clone, Copy)]
pub struct Done<'a> {
    /// The guide's plan there.
    pub plan: &'a Plan,
    /// What was really printed, by the numbers of the steps that compare it.
    pub shown: &'a BTreeMap<usize, Shown>,
}

/// A guide brought up to date.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// What to change in its source.
    pub edits: Vec<Edit>,
    /// Numbers of the steps whose outputs change, and the lines where they stand. Of an output that is compared on several
    /// machines, the step on the first one where it differs.
    pub steps: Vec<(usize, usize)>,
    /// The numbers of all steps that compare them, in the order of the machines.
    pub numbers: Vec<Vec<usize>>,
    /// Outputs that differ and are not written, with reasons.
    pub refused: Vec<Diagnostic>,
}

/// Reads a text as the guide was read, and plans it for each machine.
pub type Reader<'r> = &'r dyn Fn(Source) -> (Guide, Vec<Plan>);

/// Brings the outputs of a guide up to date that was done on these machines. Steps that hold change nothing.
pub fn update(guide: &Guide, done: &[Done<'_>], secrets: &Secrets, read: Reader<'_>) -> Update {
    let updating = Updating { guide, done, secrets, read };
    let mut update = Update { numbers: vec![Vec::new(); done.len()], ..Update::default() };
    let (mut seen, mut written) = (Vec::new(), Vec::new());
    for Done { plan, shown } in done {
        let differ = plan.steps.iter().filter_map(|step| Some((step, shown.get(&step.number)?)));
        for (step, shown) in differ.filter(|(step, shown)| step.undone().is_none() && !shown.holds) {
            let output = (&step.at.path, begin(step));
            if output.1.is_some() && seen.contains(&output) {
                continue;
            }
            let edits = match updating.output(step, shown) {
                Ok(edits) if edits.is_empty() => continue,
                edits => edits,
            };
            seen.push(output);
            match edits {
                Ok(edits) => {
                    update.edits.extend(edits);
                    written.push(step);
                    for (all, more) in update.numbers.iter_mut().zip(updating.numbers(step)) {
                        all.extend(more);
                    }
                }
                Err(refusal) => update.refused.push(refusal.of(step, guide)),
            }
        }
    }
    if written.len() > 1
        && let Err(refusal) = updating.check(update.edits.clone(), &update.numbers)
    {
        // Each for itself fits, and all together do not.
        update.refused.extend(written.into_iter().map(|step| refusal.clone().of(step, guide)));
        return Update { refused: update.refused, ..Update::default() };
    }
    update.steps = written.into_iter().map(|step| (step.number, step.at.line)).collect();
    update.steps.sort_by_key(|(_, line)| *line);
    update
}

/// The byte where a documented output begins, which tells that it is the same on two machines.
fn begin(step: &Step) -> Option<usize> {
    match &step.kind {
        StepKind::Expect { lines, .. } => lines.first().copied(),
        _ => None,
    }
}

/// Why an output is not written.
#[derive(Debug, Clone)]
struct Refusal {
    message: String,
    help: &'static str,
}

const BY_HAND: &str = "change it by hand";

impl Refusal {
    fn new(why: impl Into<String>, help: &'static str) -> Self {
        Self { message: format!("this output is not updated: {}", why.into()), help }
    }

    fn of(self, step: &Step, guide: &Guide) -> Diagnostic {
        let problem = Diagnostic::warning("not-updated", self.message).help(self.help);
        if step.at.path == guide.path {
            return problem.at(&guide.source, step.at.span);
        }
        let place = Place { line: step.at.line, ..Place::whole_file(&step.at.path) };
        Diagnostic { place: Some(Box::new(place)), ..problem }
    }
}

impl From<Unwritable> for Refusal {
    fn from(unwritable: Unwritable) -> Self {
        let text = unwritable.to_string();
        Self::new(text.strip_suffix(": change it by hand").unwrap_or(&text), BY_HAND)
    }
}

struct Updating<'a> {
    guide: &'a Guide,
    done: &'a [Done<'a>],
    secrets: &'a Secrets,
    read: Reader<'a>,
}

impl Updating<'_> {
    /// The edits of one output; none if it holds.
    fn output(&self, step: &Step, shown: &Shown) -> Result<Vec<Edit>, Refusal> {
        let StepKind::Expect { text, lines, rule, of, told, .. } = &step.kind else { return Ok(Vec::new()) };
        let rule = matching_rule(*rule);
        let real = &unmasked(self.secrets, &shown.output, text);
        let values = self.values_of(step);
        let evidence = Evidence { values: values.as_ref(), step: *of, sums: told.sums };
        if matching::compare_by(text, real, rule, &evidence).verdict == Verdict::Holds {
            return Ok(Vec::new());
        }
        if lines.is_empty() && !text.is_empty() {
            return Err(Refusal::new("it is said by `expect`, and the page does not show it", BY_HAND));
        }
        if step.at.path != self.guide.path {
            let why = "it stands in a bundle that other guides may include";
            return Err(Refusal::new(why, BY_HAND));
        }
        if shown.cut {
            let help = "write its beginning and its end by hand, and `...` between them";
            return Err(Refusal::new("the real one is so long that its middle was not kept", help));
        }
        let Some(new) = updated(text, real, rule, &evidence) else {
            let why = "its `match` does not say which part of the real one is meant";
            return Err(Refusal::new(why, BY_HAND));
        };
        let numbers = self.numbers(step);
        self.agree(&numbers, &shown.output, &new, rule)?;
        if let Some(wildcard) = accidental(text, &new, rule) {
            let why = format!("the real one has `{wildcard}`, which would stand for any text in the guide");
            let help = "say {match=exact} on the output if it is always printed so, or change it by hand";
            return Err(Refusal::new(why, help));
        }
        let (block, first) = self.block(step, lines)?;
        let block_lines: Vec<&str> = block.text.lines().skip(first).take(lines.len()).collect();
        let new = self.restored(&block_lines, text, &new)?;
        if block.role == Role::Command {
            let prompted = new.iter().find(|line| prompt_length(line).is_some());
            if let Some(line) = prompted.filter(|line| !block_lines.contains(&line.as_str())) {
                let why = format!("in a block of commands, its line `{line}` would be one more command");
                return Err(Refusal::new(why, "show it in an `output` block of its own"));
            }
        }
        let new = new.iter().map(|line| format!("{line}\n")).collect::<String>();
        let edits = edits(block, &self.guide.source.text, first..first + lines.len(), &new)?;
        self.check(edits.clone(), &numbers)?;
        Ok(edits)
    }

    /// What the guide sets, by the plan that the step is of.
    fn values_of(&self, step: &Step) -> Option<Values> {
        let done = self.done.iter().find(|done| done.plan.steps.iter().any(|own| std::ptr::eq(own, step)));
        done.map(|done| done.plan.own_values())
    }

    /// The steps that compare the same output, on each machine.
    fn numbers(&self, step: &Step) -> Vec<Vec<usize>> {
        let same = |other: &&Step| {
            other.undone().is_none()
                && other.at.path == step.at.path
                && begin(other).is_some()
                && begin(other) == begin(step)
        };
        self.done.iter().map(|done| done.plan.steps.iter().filter(same).map(|step| step.number).collect()).collect()
    }

    /// Whether the new text for a real output holds on each machine that shows it.
    fn agree(&self, numbers: &[Vec<usize>], real: &str, new: &str, rule: matching::Rule) -> Result<(), Refusal> {
        for (done, numbers) in self.done.iter().zip(numbers) {
            for number in numbers {
                let Some(shown) = done.shown.get(number) else {
                    let why =
                        format!("it is shown on the machine `{}`, too, where it was not reached", done.plan.machine);
                    return Err(Refusal::new(why, "verify the guide on all of its machines"));
                };
                let real_there = || unmasked(self.secrets, &shown.output, new);
                let holds = || matching::compare(new, &real_there(), rule).verdict == Verdict::Holds;
                if shown.output != real && !holds() {
                    let why = "it is shown on several machines, and the real ones differ";
                    return Err(Refusal::new(why, "put it into their tabs"));
                }
            }
        }
        Ok(())
    }

    /// The block that shows an output, and the output's first line in it.
    fn block(&self, step: &Step, lines: &[usize]) -> Result<(&CodeBlock, usize), Refusal> {
        let Some(begin) = lines.first() else { return Err(Unwritable::Empty.into()) };
        let found = self.guide.code_blocks().into_iter().find_map(|block| {
            let first = block.lines.iter().position(|line| line == begin)?;
            (block.role != Role::File).then_some((block, first))
        });
        match found {
            Some((block, first)) if block.lines[first..].starts_with(lines) => Ok((block, first)),
            _ => Err(Refusal::new(format!("the text of step {} is not in one piece", step.number), BY_HAND)),
        }
    }

    /// The lines of a new text as the source has to have them: with the names of variables where `documented`, which has
    /// their values, is kept.
    fn restored(&self, block: &[&str], documented: &str, new: &str) -> Result<Vec<String>, Refusal> {
        let documented: Vec<&str> = documented.lines().map(str::trim_end).collect();
        let new: Vec<&str> = new.lines().map(str::trim_end).collect();
        if documented.len() != block.len() {
            return Err(Refusal::new("a value of its variables has several lines", BY_HAND));
        }
        let mut lines = Vec::with_capacity(new.len());
        for op in capture_diff_slices(Algorithm::Myers, &documented, &new) {
            let (old, range) = (op.old_range(), op.new_range());
            if matches!(op, DiffOp::Equal { .. }) {
                lines.extend(block[old].iter().map(|line| (*line).to_owned()));
                continue;
            }
            for (place, line) in range.clone().zip(&new[range]) {
                if line.contains(MASK) || self.secrets.mask(line) != **line {
                    return Err(Refusal::new("the real one shows a secret", "stand `[..]` for it in the guide"));
                }
                let at = old.start + (place - op.new_range().start);
                let named = (at < old.end).then(|| (block[at].trim_end(), documented[at]));
                match named {
                    Some((named, filled)) if named != filled => {
                        let why = "a line that changes shows the value of a variable";
                        lines.push(unfilled(named, filled, line).ok_or_else(|| Refusal::new(why, BY_HAND))?);
                    }
                    _ => lines.push((*line).to_owned()),
                }
            }
        }
        Ok(lines)
    }

    /// Whether the guide with these edits is the same guide, but for the outputs of these steps of each machine, which hold.
    fn check(&self, edits: Vec<Edit>, updated: &[Vec<usize>]) -> Result<(), Refusal> {
        let text =
            apply_edits(&self.guide.source.text, edits).map_err(|error| Refusal::new(error.to_string(), BY_HAND))?;
        let (guide, plans) = (self.read)(Source::new(&*self.guide.path, text));
        let mut begins = Vec::new();
        for ((done, plan), updated) in self.done.iter().zip(&plans).zip(updated) {
            let errors = |plan: &Plan| plan.diagnostics.iter().filter(|problem| problem.is_error()).count();
            if errors(plan) > errors(done.plan) {
                let error = plan.diagnostics.iter().find(|problem| problem.is_error());
                let why = error.map_or("", |error| error.message.as_str());
                return Err(Refusal::new(format!("with it, the guide would have an error: {why}"), BY_HAND));
            }
            begins.extend(done.plan.steps.iter().filter(|step| updated.contains(&step.number)).filter_map(begin));
        }
        let is_edited = |block: &CodeBlock| block.lines.iter().any(|line| begins.contains(line));
        let same_plan = |((done, plan), updated): ((&Done<'_>, &Plan), &Vec<usize>)| {
            let steps = done.plan.steps.iter().zip(&plan.steps);
            (&done.plan.machine, done.plan.steps.len()) == (&plan.machine, plan.steps.len())
                && steps.into_iter().all(|(old, new)| same_step(old, new, done.shown, updated, self.secrets))
        };
        let same = same_tokens(&self.guide.tokens, &guide.tokens, &is_edited)
            && self.done.len() == plans.len()
            && self.done.iter().zip(&plans).zip(updated).all(same_plan);
        if same {
            return Ok(());
        }
        let why = "written there, the real one would be read as something else than this output";
        Err(Refusal::new(why, "change it by hand, or let a line `...` stand for what cannot be shown"))
    }
}

/// A real output in which lines that the page has are as the page has them, where both are the same with their secrets masked.
fn unmasked(secrets: &Secrets, real: &str, documented: &str) -> String {
    if !real.contains(MASK) {
        return real.to_owned();
    }
    let known: BTreeMap<String, &str> = documented.lines().map(|line| (secrets.mask(line.trim_end()), line)).collect();
    let lines = real.lines().map(|line| known.get(line.trim_end()).copied().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a step of two texts is the same, but for an output that was updated.
fn same_step(old: &Step, new: &Step, shown: &BTreeMap<usize, Shown>, updated: &[usize], secrets: &Secrets) -> bool {
    let commands = |commands: &[Command]| -> Vec<(Vec<String>, String)> {
        commands.iter().map(|command| (command.lines.clone(), command.prompt.clone())).collect()
    };
    let same = match (&old.kind, &new.kind) {
        (StepKind::Run { commands: old }, StepKind::Run { commands: new }) => commands(old) == commands(new),
        (
            StepKind::Write { file, text, edit, owner, through },
            StepKind::Write { file: new_file, text: new_text, edit: new_edit, owner: new_owner, through: new_through },
        ) => (file, text, edit, owner, through) == (new_file, new_text, new_edit, new_owner, new_through),
        (
            StepKind::Expect { text, of, rule, .. },
            StepKind::Expect { text: new_text, of: new_of, rule: new_rule, .. },
        ) => {
            let is_right = match shown.get(&old.number).filter(|_| updated.contains(&old.number)) {
                Some(shown) => {
                    let rule = matching_rule(*new_rule);
                    matching::compare(new_text, &unmasked(secrets, &shown.output, new_text), rule).verdict
                        == Verdict::Holds
                }
                None => text == new_text,
            };
            is_right && (of, rule) == (new_of, new_rule)
        }
        _ => false,
    };
    same && (&old.section, &old.skip) == (&new.section, &new.skip)
        && format!("{:?}", old.attributes) == format!("{:?}", new.attributes)
}

/// A new line with the name of a variable where its value stands. `named` and `filled` are the old line with either.
fn unfilled(named: &str, filled: &str, new: &str) -> Option<String> {
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = named.chars().zip(filled.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (name, value) = (&named[start..], &filled[start..]);
    let end: usize = name.chars().rev().zip(value.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (name, value) = (&name[..name.len() - end], &value[..value.len() - end]);
    (!value.is_empty() && new.matches(value).count() == 1).then(|| new.replacen(value, name, 1))
}

/// Whether two texts are read alike, but for the text of edited blocks.
fn same_tokens(old: &[Token], new: &[Token], is_edited: &dyn Fn(&CodeBlock) -> bool) -> bool {
    let said = |arguments: &crate::guide::Arguments| -> Vec<(Option<String>, String)> {
        arguments.0.iter().map(|argument| (argument.name.clone(), argument.value.clone())).collect()
    };
    let same = |(old, new): (&Token, &Token)| match (&old.kind, &new.kind) {
        (TokenKind::Markdown(old), TokenKind::Markdown(new)) => old == new,
        (TokenKind::Code(old), TokenKind::Code(new)) => {
            (old.role, old.form, &old.language, &old.title) == (new.role, new.form, &new.language, &new.title)
                && said(&old.arguments) == said(&new.arguments)
                && (is_edited(old) || old.text == new.text)
        }
        (TokenKind::Shortcode(old), TokenKind::Shortcode(new)) => {
            (&old.name, old.block) == (&new.name, new.block)
                && said(&old.arguments) == said(&new.arguments)
                && same_tokens(&old.body, &new.body, is_edited)
        }
        _ => false,
    };
    old.len() == new.len() && old.iter().zip(new).all(same)
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
