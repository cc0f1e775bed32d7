//! Blocks that no machine of a guide does: those of tabs that are for none of them, and those that ask for another one.

use std::collections::BTreeSet;

use super::{Act, LeftOut, Omission, Plan, blocks::Unfollowed, said};
use crate::guide::Role;

/// A block of a tab that is not followed, if a reader who follows it would do or compare it.
pub(super) fn in_tab(unfollowed: &Unfollowed<'_>) -> Option<LeftOut> {
    let Unfollowed { block, tab } = unfollowed;
    // What is wrong with what it says is told where it is done, or nowhere: it does no harm.
    let (given, _) = said::read(block, &mut Vec::new());
    if block.code.role == Role::Listing && given.run.is_none() && given.path.is_none() {
        return None;
    }
    let (why, omission) = match (given.skip, given.reason, &block.folded) {
        (Some(true), reason, _) => (reason.unwrap_or_else(|| "no reason is given".into()), Omission::Skipped),
        (None, _, Some(why)) => (why.clone(), Omission::Optional),
        _ => (format!("no machine is for its tab “{tab}”"), Omission::NotDone),
    };
    let act = match block.code.role {
        Role::Command => Act::Typed,
        Role::File => Act::Saved,
        Role::Output => Act::Compared,
        Role::Listing => Act::Looked,
    };
    let (at, language, tab) = (block.at(), block.code.language.clone(), Some(tab.clone()));
    Some(LeftOut { at, language, why, omission, tab, act, rule: "", doubt: None })
}

/// The plans of one guide, each with what stands in tabs that it does not follow. What none of them does is left out by all.
pub(super) fn by_all(drafts: Vec<(Plan, Vec<LeftOut>)>) -> Vec<Plan> {
    let mut asked = BTreeSet::new();
    let mut done = BTreeSet::new();
    for (plan, _) in &drafts {
        for step in &plan.steps {
            let key = (step.at.path.clone(), step.block);
            if step.omission != Some(Omission::Elsewhere) {
                done.insert(key.clone());
            }
            asked.insert(key);
        }
        asked.extend(plan.left_out.iter().map(|block| (block.at.path.clone(), block.at.line)));
    }
    let mut plans = Vec::new();
    for (mut plan, unfollowed) in drafts {
        for step in &mut plan.steps {
            let nowhere = !done.contains(&(step.at.path.clone(), step.block));
            if step.omission == Some(Omission::Elsewhere) && nowhere {
                step.omission = Some(Omission::NotDone);
            }
        }
        let left = unfollowed.into_iter().filter(|block| !asked.contains(&(block.at.path.clone(), block.at.line)));
        plan.left_out.extend(left);
        plan.left_out.sort_by(|a, b| {
            let place = |block: &LeftOut| (block.at.path != plan.path, block.at.path.clone(), block.at.line);
            place(a).cmp(&place(b))
        });
        plans.push(plan);
    }
    plans
}
