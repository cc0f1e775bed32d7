//! What was decided for each block of a guide, done or not: one list for the page, for the preview and for programs.

use serde::Serialize;
use std::collections::{HashMap, HashSet};

use super::{Act, At, Omission, Plan, Step, StepKind, attributes::Given, blocks::Block, decision::Decision};
use crate::guide::Role;

/// What was decided for a block of code.
#[derive(Debug, Clone, Serialize)]
pub struct Decided {
    /// The block.
    pub at: At,
    /// Its last line, from 1.
    pub last: usize,
    /// Its language; empty if it has none.
    pub language: String,
    /// The nearest heading before it; empty if there is none.
    pub section: String,
    /// What a reader does with it.
    pub act: Act,
    /// What it is, whoever does it: never elsewhere and never an alternative.
    pub form: Act,
    /// Where it is saved, as the page or its author has it, if its form is to be saved and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether the author says what is done with it.
    pub said: bool,
    /// The rule that decided it; empty if none had to.
    pub rule: &'static str,
    /// Why, in a sentence; empty where the author says so.
    pub why: String,
    /// What it could be as well: then an author should say which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Act>,
    /// What it means for a reader that it is not done; none if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub omission: Option<Omission>,
    /// Why it is not done, in a sentence, if that is something else than `why`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<String>,
    /// Title of the tab that it stands in, if the plan does not follow that tab.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
    /// The file that the text names, if it is not saved.
    #[serde(skip)]
    pub near: Option<String>,
    /// What `file` is once placeholders have their values, to find it among the steps.
    #[serde(skip)]
    filled: Option<String>,
    /// Its number on the page, the blocks of all tabs counted.
    #[serde(skip)]
    number: usize,
}

impl Decided {
    /// `fill` puts values in for what a path names.
    pub(super) fn new(block: &Block<'_>, given: &Given, decision: &Decision, fill: impl FnMut(&str) -> String) -> Self {
        let Decision { act, form, rule, why, doubt, saving } = decision;
        let by_rule = saving.as_ref().and_then(|saving| saving.path.clone());
        let titled = block.code.title.clone().filter(|_| saving.is_none());
        let file = given.path.clone().or(titled).or(by_rule).filter(|_| *form == Act::Saved);
        Self {
            at: block.at(),
            last: *block.lines().end(),
            language: block.code.language.clone(),
            section: block.section.clone(),
            act: *act,
            form: *form,
            filled: file.as_deref().map(fill),
            file,
            near: None,
            said: rule.is_empty(),
            rule,
            why: why.clone(),
            doubt: *doubt,
            omission: None,
            skip: None,
            tab: None,
            number: block.number,
        }
    }

    /// What the block is on a page.
    pub fn role(&self) -> Role {
        match self.form {
            Act::Typed => Role::Command,
            Act::Saved => Role::File,
            Act::Compared => Role::Output,
            Act::Looked | Act::Elsewhere | Act::Alternative => Role::Listing,
        }
    }

    /// What finds it: its file, and where it begins there.
    fn key(&self) -> (&str, usize) {
        (&self.at.path, self.at.span.start)
    }
}

/// The blocks of a guide, each as the first of its plans that follows it has it.
pub fn blocks(plans: Vec<Plan>) -> Vec<Decided> {
    let mut plans = plans.into_iter().map(|plan| plan.blocks);
    let mut blocks = plans.next().unwrap_or_default();
    for others in plans {
        for (block, other) in blocks.iter_mut().zip(others) {
            if block.key() == other.key() && block.tab.is_some() && other.tab.is_none() {
                *block = other;
            }
        }
    }
    blocks
}

/// Says of each block of a plan what became of it.
pub(super) fn finish(plan: &mut Plan) {
    let mut steps: HashMap<(&str, usize), Vec<&Step>> = HashMap::new();
    for step in &plan.steps {
        steps.entry((&step.at.path, step.block)).or_default().push(step);
    }
    let left: HashMap<(&str, usize), _> =
        plan.left_out.iter().map(|block| ((block.at.path.as_str(), block.at.span.start), block)).collect();
    for block in &mut plan.blocks {
        let of_block = steps.get(&(block.at.path.as_str(), block.at.line)).map_or(&[][..], Vec::as_slice);
        let left = left.get(&block.key()).copied();
        if let Some(left) = left {
            block.omission = Some(left.omission);
            block.skip = Some(left.why.clone()).filter(|why| *why != block.why);
        } else if let Some(first) = of_block.first().filter(|_| of_block.iter().all(|step| step.skip.is_some())) {
            block.omission = first.omission;
            block.skip.clone_from(&first.skip);
        } else if of_block.is_empty() {
            // A block that opens an editor has no step, and is done by the file that follows.
            block.omission = match (block.act, &block.tab) {
                (Act::Looked, _) => Some(Omission::LookedAt),
                (_, Some(_)) => Some(Omission::Elsewhere),
                _ => None,
            };
        }
        let saved = of_block.iter().find_map(|step| match &step.kind {
            StepKind::Write { file, .. } => Some(file),
            _ => None,
        });
        // A name alone is the file of the editor that is open.
        if let Some(saved) = saved.filter(|saved| block.filled.as_ref() != Some(*saved)) {
            block.file = Some(saved.clone());
        }
    }
}

/// Adds blocks that a plan does not follow, as another reading of its guide decides them. `tabs` are the titles of their tabs.
pub(super) fn add(known: &mut Vec<Decided>, more: Vec<Decided>, tabs: &HashMap<(String, usize), String>) {
    let have: HashSet<(String, usize)> =
        known.iter().map(|block| (block.at.path.clone(), block.at.span.start)).collect();
    for mut block in more {
        let key = (block.at.path.clone(), block.at.span.start);
        if !have.contains(&key)
            && let Some(tab) = tabs.get(&key)
        {
            block.tab = Some(tab.clone());
            known.push(block);
        }
    }
    known.sort_by_key(|block| block.number);
}

#[cfg(test)]
mod tests {
    use super::super::{Around, Plan, plans};
    use crate::{
        guide::{self, Registry},
        source::Source,
    };

    /// `line-last act (form) at path: rule [omission: why not]` of each block.
    fn blocks(plan: &Plan) -> Vec<String> {
        let one = |block: &super::Decided| {
            let form = if block.form == block.act { String::new() } else { format!(" ({})", block.form.said()) };
            let file = block.file.as_ref().map_or(String::new(), |file| format!(" at {file}"));
            let by = if block.said { "said" } else { block.rule };
            let omission = block.omission.map_or(String::new(), |omission| format!(" [{omission:?}]"));
            format!("{}-{} {}{form}{file}: {by}{omission}", block.at.line, block.last, block.act.said())
        };
        plan.blocks.iter().map(one).collect()
    }

    #[track_caller]
    fn check(text: &str, sidecar: Option<&str>, expected: &[&[&str]]) {
        let guide = guide::parse(Source::new("guide.md", text), &Registry::default(), &[], false);
        let sidecar = sidecar.map(|text| Source::new("verify.yaml", text));
        let machines = ["debian".to_owned(), "server".to_owned()];
        let found: Vec<_> =
            plans(&guide, Around::new(&|_| None, sidecar.as_ref(), &machines)).iter().map(blocks).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_block_is_among_them() {
        check(
            "```bash\nls\n```\n\n```output\na\n```\n\n```js\nx()\n```\n\n```bash {verify=skip reason=r}\nrm x\n```\n",
            None,
            &[&[
                "1-3 typed: shell",
                "5-7 compared: said",
                "9-11 only looked at: nothing says so [LookedAt]",
                "13-15 typed: shell [Skipped]",
            ]],
        );
        // A block that only opens an editor is done by the file that follows, which has the editor's path.
        check(
            "```bash\nsudo nano /etc/hosts\n```\n\n```file {title=hosts}\nx\n```\n",
            None,
            &[&["1-3 typed: opens an editor", "5-7 saved at /etc/hosts: said"]],
        );
        check("```file\nx\n```\n", None, &[&["1-3 saved: said [NotDone]"]]);
    }

    #[test]
    fn where_it_is_done_says_nothing_of_what_it_is() {
        check(
            "```conf {title=/etc/a.conf role=elsewhere}\nx\n```\n\n```bash\nls\n```\n",
            Some("steps:\n- contains: ls\n  role: alternative\n"),
            &[&[
                "1-3 done elsewhere (saved) at /etc/a.conf: said [Elsewhere]",
                "5-7 an alternative (typed): said [Optional]",
            ]],
        );
    }

    #[test]
    fn tabs_that_are_not_followed_are_read_as_well() {
        let tabs = "{{< tabs >}}\n{{< tab \"A\" >}}\n```bash\na\n```\n{{< /tab >}}\n{{< tab \"B\" >}}\n```conf {title=b.conf}\nb\n```\n{{< /tab >}}\n{{< /tabs >}}\n\n```bash\nc\n```\n";
        check(tabs, None, &[&["3-5 typed: shell", "8-10 saved at b.conf: titled [NotDone]", "14-16 typed: shell"]]);
        let on_two = tabs.replace("\"A\"", "\"debian\"").replace("\"B\"", "\"server\"");
        check(
            &on_two,
            None,
            &[
                &["3-5 typed: shell", "8-10 saved at b.conf: titled [Elsewhere]", "14-16 typed: shell"],
                &["3-5 typed: shell [Elsewhere]", "8-10 saved at b.conf: titled", "14-16 typed: shell"],
            ],
        );
    }
}
