//! Blocks that no machine of a guide does: those of tabs that are for none of them, and those that ask for another one.

use std::collections::BTreeSet;

use super::{
    Act, Decided, LeftOut, Omission, Plan, attributes::Given, blocks::Unfollowed, decided, decision::Decision, said,
};

/// A block of a tab that is not followed, if a reader who follows it would do or compare it. `decided` has it, unless it stands
/// in several tabs that no reading follows together.
pub(super) fn in_tab(unfollowed: &Unfollowed<'_>, decided: &[Decided]) -> Option<LeftOut> {
    let Unfollowed { block, tab } = unfollowed;
    let at = block.at();
    let decided = decided.iter().find(|known| known.at == at);
    // What is wrong with what it says is told where it is done, or nowhere: it does no harm.
    let mut given = Given::default();
    said::read(block, &mut given, &mut Vec::new());
    let act = decided.map_or_else(|| Decision::said_role(block.code.role).act, |decided| decided.act);
    if act == Act::Looked && decided.is_none_or(|decided| decided.doubt.is_none()) {
        return None;
    }
    let (why, omission) = match (given.skip, &block.folded) {
        (Some(true), _) => (given.why(), Omission::Skipped),
        (None, Some(why)) => (why.clone(), Omission::Optional),
        _ if act == Act::Elsewhere => (decided.map_or_else(String::new, |d| d.why.clone()), Omission::Elsewhere),
        _ if act == Act::Alternative => (decided.map_or_else(String::new, |d| d.why.clone()), Omission::Optional),
        _ => (format!("no machine is for its tab “{tab}”"), Omission::NotDone),
    };
    let (rule, doubt) = decided.map_or(("", None), |decided| (decided.rule, decided.doubt));
    Some(LeftOut {
        at,
        language: block.code.language.clone(),
        why,
        omission,
        tab: Some(tab.clone()),
        act,
        rule,
        doubt,
        offer: None,
    })
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
        decided::finish(&mut plan);
        plans.push(plan);
    }
    plans
}
