//! What failed and was then done right.

use super::Deed;
use crate::{
    session::{End, Kind},
    terminal::{failure::refusal, program},
};

/// How alike two lines are of which one corrects the other, from 0 to 1: a few letters, a word more, an option.
const ALIKE: f64 = 0.6;

/// The status of a command that a shell has not found.
const NOT_FOUND: i32 = 127;

/// What was typed before there was a prompt was no answer: the shell has read it. It was shown where it was typed.
pub(super) fn untangle(deeds: &mut [Deed]) {
    for index in 1..deeds.len() {
        let (before, after) = deeds.split_at_mut(index);
        let (Some(before), Some(deed)) = (before.last_mut(), after.first()) else { continue };
        if !deed.attended.ahead {
            continue;
        }
        let replies = &mut before.attended.replies;
        let mut lines = deed.attended.lines.iter().rev();
        while let Some(line) = lines.next()
            && replies.last().is_some_and(|reply| reply.text.trim() == line.trim())
        {
            replies.pop();
            let output = &mut before.attended.outcome.output;
            let shown: Vec<&str> = output.lines().collect();
            if let Some(at) = shown.iter().rposition(|shown| shown.trim() == line.trim()) {
                *output = [&shown[..at], &shown[at + 1..]].concat().join("\n");
            }
        }
    }
}

/// Takes out what failed and was corrected, and what says nothing to a reader. What stays although it failed is noted.
pub(super) fn leave_out(deeds: &mut Vec<Deed>, notes: &mut Vec<String>) {
    let mut out: Vec<bool> = deeds.iter().map(is_idle).collect();
    for index in 0..deeds.len() {
        let deed = &deeds[index];
        if out[index] || !deed.has_failed() {
            continue;
        }
        let again = deeds[index + 1..].iter().any(|later| !later.has_failed() && deed.is_same_as(later));
        let mut later = deeds[index + 1..].iter().filter(|later| !later.has_failed() && !is_idle(later));
        // A command that is not there has done nothing, so that its correction may come at any time.
        let corrects = |later: &Deed| !deed.left_files && deed.is_like(later);
        let corrected = match deed.status() {
            Some(NOT_FOUND) => later.any(corrects),
            _ => later.next().is_some_and(corrects),
        };
        if again || corrected {
            out[index] = true;
        } else {
            let help = "mend or remove it if it is a mistake";
            notes.push(format!("`{}` failed, and the draft says so: {help}", deed.line()));
        }
    }
    let mut index = 0;
    deeds.retain(|_| {
        index += 1;
        !out[index - 1]
    });
    join_edits(deeds);
}

/// An editor that was opened again for the same file has the last word.
fn join_edits(deeds: &mut Vec<Deed>) {
    let mut index = 1;
    while index < deeds.len() {
        let (first, second) = (&deeds[index - 1], &deeds[index]);
        let paths = |deed: &Deed| deed.edits.iter().map(|edit| edit.path.clone()).collect::<Vec<_>>();
        if first.edits.is_empty() || paths(first) != paths(second) || first.line() != second.line() {
            index += 1;
            continue;
        }
        let first = deeds.remove(index - 1);
        for (edit, before) in deeds[index - 1].edits.iter_mut().zip(first.edits) {
            edit.before = before.before;
        }
    }
}

/// A comment, or what only concerns who was there: their screen, and what they typed before.
fn is_idle(deed: &Deed) -> bool {
    const OWN: &[&str] = &["clear", "reset", "history"];
    let line = deed.line();
    line.trim().is_empty() || line.trim_start().starts_with('#') || OWN.contains(&line.trim())
}

impl Deed {
    /// What was typed, in one line.
    pub(super) fn line(&self) -> String {
        self.attended.lines.join("\n")
    }

    /// The program at whose prompt it was typed, if that was no shell.
    pub(super) fn program(&self) -> Option<&str> {
        let place = self.attended.outcome.before.last()?;
        (place.kind == Kind::Program).then_some(place.name.as_str())
    }

    /// The status, if it is that of the command.
    pub(super) fn status(&self) -> Option<i32> {
        match self.attended.outcome.end {
            End::Prompt { status } if !self.attended.outcome.left && !self.attended.stopped => status,
            _ => None,
        }
    }

    /// Whether it did not do what it was to do.
    pub(crate) fn has_failed(&self) -> bool {
        let refused = |name: &str| refusal(name).is_some_and(|looks| looks.is_match(&self.attended.outcome.output));
        self.status().is_some_and(|status| status != 0) || self.program().is_some_and(refused)
    }

    /// Whether both were typed at the same kind of prompt.
    fn is_beside(&self, other: &Self) -> bool {
        self.program() == other.program()
    }

    /// Whether a later command is this one once more, perhaps with more rights.
    fn is_same_as(&self, later: &Self) -> bool {
        let bare = |deed: &Self| {
            let line = deed.line();
            let words: Vec<&str> = line.split_whitespace().collect();
            let rest = words.iter().skip_while(|word| {
                program::named(word).is_some_and(crate::terminal::program::Program::does_what_follows)
            });
            rest.copied().collect::<Vec<_>>().join(" ")
        };
        self.is_beside(later) && bare(self) == bare(later)
    }

    /// Whether the next command corrects this one.
    fn is_like(&self, next: &Self) -> bool {
        self.is_beside(next) && strsim::normalized_damerau_levenshtein(&self.line(), &next.line()) >= ALIKE
    }
}
