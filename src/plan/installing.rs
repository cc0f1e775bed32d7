//! What the reader of a README installs by its text alone, where no block does: “install it by running `pip install tool`”.

use super::{
    At, Attributes, Command, Step, StepKind,
    blocks::Block,
    evidence::{Look, look, ways},
    prose::{Kind, Passage, codes},
};
use crate::{
    source::{Source, Span},
    terminal::line,
};

/// The step that installs what others call, if none of them does and the text says how.
pub(super) fn by_text(source: &Source, prose: &[Passage], blocks: &[Block<'_>], steps: &[Step]) -> Option<Step> {
    let done = steps.iter().filter(|step| step.undone().is_none());
    let typed = done.flat_map(|step| match &step.kind {
        StepKind::Run { commands } => commands.as_slice(),
        _ => &[],
    });
    let lines: Vec<String> = typed.map(Command::line).collect();
    // What says only how a program is called is of a program that its reader wants.
    let shown = blocks.iter().filter(|block| look(&block.code.language, &block.code.text) == Look::Synopsis);
    let lines_called = lines.iter().map(String::as_str).chain(shown.flat_map(|block| block.code.text.lines()));
    let called: Vec<String> = lines_called.flat_map(line::runs).map(|run| run.name).collect();
    let installed: Vec<String> =
        lines.iter().flat_map(|line| line::commands(line)).filter_map(ways::installed).flatten().collect();
    let told = prose.iter().filter(|passage| passage.kind == Kind::Text).flat_map(|passage| codes(&passage.text));
    let wanted = told
        .filter(|code| ways::named(code).is_some_and(|thing| called.contains(&thing) && !installed.contains(&thing)));
    let code = wanted.min_by_key(|code| ways::rank(code))?;
    let begin = source.text.find(&format!("`{code}`"))? + 1;
    let at = At::new(source, Span::new(begin, begin + code.len()));
    Some(Step {
        number: steps.len() + 1,
        block: at.line,
        kind: StepKind::Run { commands: vec![Command::one(code, at.clone())] },
        at,
        section: String::new(),
        skip: None,
        omission: None,
        attributes: Attributes::default(),
        inferred: vec!["it is typed, because the text says so, and no block installs what the page calls".into()],
        placeholders: Vec::new(),
        from: std::collections::BTreeMap::new(),
    })
}
