//! What a guide would ask of whoever wants to verify it, as a row of a table: pure analysis of its plan.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Command, Kind, Omission, Owner, Plan, StepKind};
use crate::terminal::program::need::{self, Need};

/// A plan in figures.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Path of the guide's file relative to the site's folder.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Name of the machine.
    pub machine: String,
    /// Why it is not verified at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<String>,
    /// Steps that would be done.
    pub steps: usize,
    /// Blocks that a reader would do and verification would not.
    pub not_done: usize,
    /// Blocks of which it is not certain what a reader does with them.
    pub to_decide: usize,
    /// Steps that wait for a value; they are among the blocks that are not done.
    pub waiting: usize,
    /// How many placeholders have no value, by kind.
    pub placeholders: BTreeMap<Kind, usize>,
    /// What it needs of a machine and the world.
    pub needs: BTreeSet<Need>,
    /// Errors of its text and its plan: it would not be done.
    pub errors: usize,
}

impl Summary {
    /// Of one plan.
    pub fn of(plan: &Plan) -> Self {
        let mut summary = Self {
            path: plan.path.clone(),
            title: plan.title.clone(),
            machine: plan.machine.clone(),
            skip: plan.settings.skip.clone(),
            errors: plan.diagnostics.iter().filter(|problem| problem.is_error()).count(),
            to_decide: plan.left_out.iter().filter(|block| block.doubt.is_some()).count(),
            ..Self::default()
        };
        let lacks = |omission: Option<Omission>| matches!(omission, Some(Omission::NotDone | Omission::Skipped));
        let mut undone = BTreeSet::new();
        let mut unbound = BTreeSet::new();
        for step in &plan.steps {
            for placeholder in step.placeholders.iter().filter(|placeholder| !placeholder.bound) {
                unbound.insert((placeholder.name.as_str(), placeholder.kind));
            }
            let waits = step.skip.is_none() && step.waits_for().is_some();
            summary.waiting += usize::from(waits);
            match step.undone() {
                None => summary.steps += 1,
                Some(_) if waits || lacks(step.omission) => {
                    undone.insert((step.at.path.as_str(), step.block));
                }
                Some(_) => continue,
            }
            match &step.kind {
                StepKind::Run { commands } => summary.needs.extend(commands.iter().flat_map(of_command)),
                StepKind::Write { owner, .. } if *owner != Owner::Session => {
                    summary.needs.insert(Need::Sudo);
                }
                _ => {}
            }
        }
        for (_, kind) in unbound {
            *summary.placeholders.entry(kind).or_default() += 1;
        }
        for block in &plan.left_out {
            if lacks(Some(block.omission)) {
                undone.insert((block.at.path.as_str(), block.at.line));
            }
            summary.needs.extend(of_elsewhere(block.act, block.rule));
        }
        summary.not_done = undone.len();
        summary
    }

    /// How many placeholders have no value.
    pub fn unbound(&self) -> usize {
        self.placeholders.values().sum()
    }

    /// What an author would have to decide or say before all of it can be done.
    pub fn open(&self) -> usize {
        self.to_decide + self.unbound()
    }

    /// Puts the rows in order: errors, then what has most to decide; guides that are skipped as a whole last.
    pub fn sort(rows: &mut [Self]) {
        rows.sort_by(|a, b| {
            let key = |row: &Self| (row.errors, row.skip.is_none(), row.open(), row.not_done);
            key(b).cmp(&key(a)).then_with(|| (&a.path, &a.machine).cmp(&(&b.path, &b.machine)))
        });
    }
}

/// What a command that is typed needs. Below a program's prompt it needs nothing that the program did not.
fn of_command(command: &Command) -> Vec<Need> {
    if !command.prompt.is_empty() && !crate::terminal::prompt::is_shell(&command.prompt) {
        return Vec::new();
    }
    need::needs(&command.line())
}

/// What a block that is done elsewhere needs, by the rule that says so.
fn of_elsewhere(act: Act, rule: &str) -> Option<Need> {
    match (act, rule) {
        (Act::Elsewhere, "cloud") => Some(Need::Cloud),
        (Act::Elsewhere, "other host" | "prompt of another host") => Some(Need::Host),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{guide, plan, source::Source};

    fn of(text: &str) -> Summary {
        let guide = guide::parse(Source::new("guide.md", text), &guide::Registry::default(), &[], false);
        Summary::of(&plan::plan(&guide, &|_| None, None, &[]))
    }

    #[test]
    fn a_guide_in_figures() {
        let text = "Run it:\n\n```bash\nsudo apt install \\\n  nginx\nssh root@<server>\n```\n\n```bash\nadduser your_user\n```\n\n```sql\nx;\n```\n\n```file {title=\"/etc/x\"}\nhost = <your-domain>\n```\n";
        let found = of(text);
        assert_eq!((found.steps, found.waiting, found.not_done), (1, 2, 3), "{found:?}");
        let expected = [(Kind::Host, 1), (Kind::Domain, 1), (Kind::User, 1)];
        assert_eq!(found.placeholders, BTreeMap::from(expected), "{found:?}");
        assert_eq!(found.needs.iter().copied().collect::<Vec<_>>(), [Need::Sudo, Need::Host, Need::Network]);
    }

    #[test]
    fn what_is_elsewhere_is_needed() {
        for (text, expected) in [
            ("```bash\ngcloud compute instances list\n```\n", &[Need::Cloud][..]),
            (
                "# T\n\n## On the first server\n\n```bash\nls\n```\n\n## On the second server\n\nRun:\n\n```bash\nls\n```\n",
                &[Need::Host],
            ),
            ("```console\n$ psql\nx=# sudo apt install y;\nx=# \\q\n```\n", &[]),
            ("```bash {skip=true reason=\"no\"}\ndocker ps\n```\n", &[Need::Docker]),
            ("```bash\ncat > x <<E\nsudo docker ps\nE\n```\n", &[]),
        ] {
            let found = of(text);
            assert_eq!(found.needs.iter().copied().collect::<Vec<_>>(), expected, "{text} {found:?}");
        }
    }

    #[test]
    fn most_to_decide_comes_first() {
        let row =
            |path: &str, to_decide, errors| Summary { path: path.into(), to_decide, errors, ..Summary::default() };
        let mut rows = [row("a", 0, 0), row("b", 2, 0), row("c", 0, 1), row("d", 2, 0)];
        Summary::sort(&mut rows);
        assert_eq!(rows.map(|row| row.path), ["c", "b", "d", "a"]);
    }
}
