//! Transcripts: blocks that show again, at prompts, what was typed just before, and what it printed.

use super::{
    StepKind,
    blocks::Block,
    command::{self, Piece},
    steps::Builder,
};

/// What a block shows of commands that were typed before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transcript {
    /// How many commands it repeats.
    pub(super) commands: usize,
    /// For each step that printed something of it, in order: its number, and lines of the block's text from 0.
    pub(super) parts: Vec<(usize, Vec<usize>)>,
}

/// How many of its commands a transcript may have that were not typed: what a page only mentions, one of four.
const OTHERS: usize = 4;

impl Builder<'_> {
    /// Reads a block as a transcript: its commands are the last ones that were typed, in their order.
    pub(super) fn transcript(&self, block: &Block<'_>) -> Option<Transcript> {
        let lines: Vec<&str> = block.code.text.lines().collect();
        let (pieces, _) = command::pieces(&block.code.language, &block.code.text);
        let shown: Vec<String> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Typed(typed) if typed[0].1 > 0 => Some(bare(&lines[typed[0].0][typed[0].1..])),
                _ => None,
            })
            .collect();
        let is_prompted = |piece: &Piece| !matches!(piece, Piece::Typed(typed) if typed[0].1 == 0);
        if shown.is_empty() || !pieces.iter().all(is_prompted) {
            return None;
        }
        let mut steps: Vec<Option<usize>> = vec![None; shown.len()];
        let mut below = shown.len();
        for (step, typed) in self.typed_last() {
            let Some(at) = shown[..below].iter().rposition(|command| *command == bare(typed)) else { break };
            steps[at] = Some(step);
            below = at;
            if below == 0 {
                break;
            }
        }
        let others = steps.iter().filter(|step| step.is_none()).count();
        if below > 0 || others * OTHERS > shown.len() {
            return None;
        }
        let mut parts: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut command = 0_usize;
        for piece in &pieces {
            match piece {
                Piece::Typed(_) => command += 1,
                Piece::Shown(printed) => {
                    let Some(step) = command.checked_sub(1).and_then(|at| steps[at]) else { continue };
                    match parts.last_mut() {
                        Some((last, all)) if *last == step => all.extend(printed),
                        _ => parts.push((step, printed.clone())),
                    }
                }
            }
        }
        let says = |part: &(usize, Vec<usize>)| part.1.iter().any(|line| !lines[*line].trim().is_empty());
        parts.retain(says);
        (!parts.is_empty()).then_some(Transcript { commands: shown.len(), parts })
    }

    /// What was typed, the last first: the number of its step, and its first line.
    fn typed_last(&self) -> impl Iterator<Item = (usize, &str)> {
        let done = self.steps().iter().rev().filter(|step| step.skip.is_none());
        done.filter_map(|step| match &step.kind {
            StepKind::Run { commands } => Some((step.number, commands)),
            _ => None,
        })
        .flat_map(|(number, commands)| {
            commands.iter().rev().filter_map(move |command| Some((number, command.lines.first()?.as_str())))
        })
    }
}

/// A command as it is compared: who is root types no `sudo`.
pub(super) fn bare(command: &str) -> String {
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    command.strip_prefix("sudo ").unwrap_or(&command).to_owned()
}
