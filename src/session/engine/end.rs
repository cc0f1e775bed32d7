//! What the engine types, and how a step ends.

use super::{Arriving, Engine, Hidden, Phase};
use crate::session::place::{Kind, Place};
use crate::session::step::{End, Outcome, key};
use crate::session::{inject, look};
use crate::terminal::{clean, line::is_in_background, program};
use std::time::Duration;

impl Engine {
    /// Types keys as they are.
    pub(super) fn press(&mut self, keys: &[u8], now: Duration) {
        self.to_type.extend_from_slice(keys);
        self.last = now;
        self.sight = None;
        if let Some(running) = &mut self.running {
            running.fresh = false;
            running.reads = None;
        }
    }

    /// Types a line and the Enter key. Control characters in it are quoted (Ctrl-V), for a tab would complete.
    pub(super) fn type_line(&mut self, line: &str, now: Duration) {
        let mut keys = Vec::with_capacity(line.len() + 1);
        for byte in line.bytes() {
            if byte.is_ascii_control() {
                keys.push(0x16);
            }
            keys.push(byte);
        }
        keys.push(b'\r');
        self.press(&keys, now);
    }

    /// Types the step's next line; an empty one if it has none.
    pub(super) fn type_next_line(&mut self, now: Duration) {
        let Some(running) = &mut self.running else { return };
        let line = running.step.lines.get(running.typed).cloned().unwrap_or_default();
        running.typed = (running.typed + 1).min(running.step.lines.len());
        // A key ends the line for whoever reads it, and need not be echoed.
        running.newline = key(&line).is_some();
        match key(&line) {
            Some(key) => self.press(&[key], now),
            None => self.type_line(&line, now),
        }
    }

    /// The shell or program wants more lines of the same command.
    pub(super) fn type_more(&mut self, now: Duration) {
        if self.is_attended() {
            return self.take_line();
        }
        let Some(running) = &mut self.running else { return };
        let prompt = self.screen.cursor_line();
        if running.typed < running.step.lines.len() {
            self.type_next_line(now);
        } else if prompt == "... " && !running.closed_block {
            // Python's blocks end with an empty line.
            running.closed_block = true;
            running.newline = false;
            self.type_line("", now);
        } else {
            self.stop(End::Unfinished { prompt }, now);
        }
    }

    /// Types the hidden line at what looks like a shell's prompt; `again`, at that of the shell with this number.
    pub(super) fn hide(&mut self, prompt: String, again: Option<u32>, now: Duration) {
        self.marks += u32::from(again.is_none());
        let mark = again.unwrap_or(self.marks);
        self.freeze(true);
        self.veil.hide(&inject::mark(&self.settings.key, mark));
        self.ask_for_marks(mark, now);
        let again = again.is_some();
        self.phase =
            Phase::Hidden(Hidden { mark, since: now, prompt, again, unmarked: false, shell: None, spent: None });
    }

    /// Types the hidden line with this number.
    pub(super) fn ask_for_marks(&mut self, mark: u32, now: Duration) {
        self.type_line(&inject::line(&inject::mark(&self.settings.key, mark)), now);
        if let Some(running) = &mut self.running {
            running.newline = false;
        }
    }

    /// A shell has understood the hidden line.
    pub(super) fn opened(&mut self, arriving: Arriving, now: Duration) {
        let Phase::Hidden(hidden) = &self.phase else { return };
        let Hidden { again: told, shell, spent, .. } = hidden.clone();
        let Some(running) = &mut self.running else { return };
        let (name, user) = shell.unwrap_or_else(|| ("sh".into(), String::new()));
        let line = running.step.lines.get(running.typed.saturating_sub(1)).cloned().unwrap_or_default();
        let text = clean::clean(&String::from_utf8_lossy(&arriving.text));
        let mut place = Place {
            kind: Kind::Shell { mark: arriving.shell, pid: arriving.pid },
            name,
            user: (!user.is_empty()).then_some(user),
            prompt: text.rsplit('\n').next().unwrap_or_default().into(),
            cwd: Some(arriving.cwd),
            opened_by: line.clone(),
        };
        // The same process: a shell that the guide made forget its marks, or one that was replaced by `exec`.
        let again =
            self.places.last().is_some_and(|top| matches!(top.kind, Kind::Shell { pid, .. } if pid == arriving.pid));
        let replaced = line.trim_start().starts_with("exec ");
        if told {
            running.frozen = running.frozen.take().map(|(output, dropped)| (without_lead(output, &text), dropped));
        }
        if !self.places.is_empty() && (replaced || (again && (told || spent.is_some() || !program::opens(&line)))) {
            let top = self.places.pop();
            if !replaced && let Some(top) = top {
                place.opened_by = top.opened_by;
            }
        }
        self.places.push(place);
        if spent.is_some() {
            running.frozen = None;
        }
        let status = match spent {
            Some((_, status)) => status,
            None if again && !replaced => arriving.status,
            None => None,
        };
        if again && !replaced && spent.is_none() {
            running.pipe.clear();
        }
        self.back(status, false, now);
    }

    /// The hidden line was no line for a shell: the program that looked like one has read it as its input.
    pub(super) fn swallowed(&mut self, now: Duration) {
        let Phase::Hidden(hidden) = &self.phase else { return };
        let text = hidden.prompt.trim_end().to_string();
        self.finish(End::Question { text }, true, now);
    }

    /// Presses Ctrl-C until a prompt is back. Output from now on counts only if the step was to be interrupted.
    pub(super) fn stop(&mut self, end: End, now: Duration) {
        if !matches!(end, End::Interrupted { .. }) {
            self.freeze(false);
        }
        self.phase = Phase::Stopping { end, since: now, presses: 0, settling: None };
    }

    /// A prompt is back. `at_cursor`: it stands in the cursor's line, and is not output.
    pub(super) fn back(&mut self, status: Option<i32>, at_cursor: bool, now: Duration) {
        if at_cursor {
            self.freeze(true);
        }
        let end = match &self.phase {
            // It ended by itself in the moment before Ctrl-C.
            Phase::Stopping { end: End::Interrupted { .. }, presses: 0, .. } => End::Prompt { status },
            Phase::Stopping { end: End::Interrupted { .. }, .. } if self.has_failed_before_it_was_stopped(status) => {
                End::Prompt { status }
            }
            Phase::Stopping { end: End::Interrupted { .. }, .. } => End::Interrupted { status },
            Phase::Stopping { end, .. } => end.clone(),
            _ if self.is_stopped_by_key() => End::Interrupted { status },
            _ if self.is_no_event() => End::Prompt { status: Some(1) },
            _ => End::Prompt { status: if self.is_no_command() { None } else { status } },
        };
        self.finish(end, true, now);
    }

    /// It has ended by itself while Ctrl-C was on its way: a terminal shows that key (`^C`) before the command hears of it. What has the whole
    /// screen may have it shown nowhere, and of what has shown all that it was to show, the end says nothing.
    fn has_failed_before_it_was_stopped(&self, status: Option<i32>) -> bool {
        let had_all = self.running.as_ref().is_some_and(|running| running.until_seen || running.frozen.is_some());
        !had_all && status.is_some_and(|status| (1..128).contains(&status)) && !self.screen.recent(256).contains("^C")
    }

    /// No prompt came back.
    pub(super) fn lose(&mut self, now: Duration) {
        let Phase::Stopping { end, .. } = self.phase.clone() else { return };
        self.finish(end, false, now);
    }

    /// The lines typed have no command, only keys, blanks or a comment: the status is that of an earlier command.
    fn is_no_command(&self) -> bool {
        self.running.as_ref().is_some_and(|running| {
            let mut typed = running.step.lines[..running.typed].iter().map(|line| line.trim());
            typed.all(|line| line.is_empty() || line.starts_with('#') || key(line).is_some())
        })
    }

    /// The last line typed was a key that stops or suspends the command.
    fn is_stopped_by_key(&self) -> bool {
        self.running.as_ref().is_some_and(|running| {
            let last = running.step.lines[1.min(running.typed)..running.typed].last();
            last.is_some_and(|line| matches!(key(line), Some(0x03 | 0x1a | 0x1c)))
        })
    }

    /// A `!` meant a line of the history that is not there: the shell has run nothing, and its status is an earlier one.
    fn is_no_event(&self) -> bool {
        let Some(running) = self.running.as_ref().filter(|running| !running.accepted) else { return false };
        running.step.lines[..running.typed].iter().any(|line| line.contains('!'))
            && self.screen.recent(2048).lines().any(|line| line.trim_end().ends_with(": event not found"))
    }

    /// Keeps the output as it is now. `without_last`: but not the cursor's line, which is a prompt.
    pub(super) fn freeze(&mut self, without_last: bool) {
        let Some(running) = self.running.as_mut().filter(|running| running.frozen.is_none()) else { return };
        running.frozen = Some(self.screen.text(without_last));
        running.blank_end = self.screen.blank_end();
    }

    /// Keeps what a full-screen program shows: it will be wiped when it ends.
    pub(super) fn freeze_full_screen(&mut self) {
        let Some(running) = &mut self.running else { return };
        let (mut text, dropped) = self.screen.text(false);
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&self.screen.visible());
        running.frozen = Some((text, dropped));
    }

    /// What the step has shown until now, without the echo of what was typed: of a command that runs on.
    pub fn so_far(&self) -> String {
        let Some(running) = &self.running else { return String::new() };
        let (output, _) = self.screen.text(false);
        if running.accepted { output } else { without_echo(&output, running.step.lines[..running.typed].iter()) }
    }

    /// Whether the running step has shown what it was to show.
    pub fn until_seen(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.until_seen)
    }

    /// Ends the step.
    pub(super) fn finish(&mut self, end: End, ready: bool, now: Duration) {
        if self.is_attended() {
            self.take_rest();
        }
        let Some(mut running) = self.running.take() else { return };
        let spent = matches!(&self.phase, Phase::Hidden(hidden) if hidden.spent.is_some());
        let frozen = running.frozen.filter(|_| !spent);
        let blank_end = if frozen.is_some() { running.blank_end } else { self.screen.blank_end() };
        let nothing_typed = running.typed == 0 && !running.opening;
        let (output, dropped) = match frozen {
            Some(frozen) => frozen,
            None if nothing_typed => (String::new(), 0),
            None => self.screen.text(false),
        };
        let mut output = if spent { without_hidden(&output) } else { output };
        if !running.accepted {
            let empty = running.closed_block.then_some(String::new());
            output = without_echo(&output, running.step.lines[..running.typed].iter().chain(&empty));
        }
        if running.step.is_fed() && running.accepted {
            output = without_typed(&output, &running.step.lines[1.min(running.typed)..running.typed]);
        }
        let in_background = running.step.lines[..running.typed].last().is_some_and(|line| is_in_background(line));
        let own = if in_background { look::own_of_background(&output) } else { look::without_notices(&output) };
        let late = clean::clean(&String::from_utf8_lossy(&running.late));
        let beside = [output[own.len()..].trim_matches('\n'), late.trim_matches('\n').trim_end()];
        let beside = beside.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        output.truncate(own.len());
        if !self.is_closed() {
            self.phase = if ready { Phase::Idle } else { Phase::Lost };
        }
        let until_seen = running.until_seen || running.step.until.as_ref().is_some_and(|until| until.is_in(&output));
        let left = self.places.len() < running.before.len()
            && running.step.lines[..running.typed]
                .last()
                .is_some_and(|line| program::leaves(line) || key(line) == Some(0x04));
        let (person, lines) = (running.person.take(), std::mem::take(&mut running.step.lines));
        let outcome = Outcome {
            end,
            ready,
            typed: running.typed,
            output,
            beside,
            blank_end,
            dropped,
            cwd: self.places.last().and_then(|place| place.cwd.clone()),
            before: running.before,
            after: self.places.clone(),
            left,
            until_seen,
            service: running.service,
            paged: running.quits > 0,
            answered: running.answered,
            pipe: running.pipe,
            duration: now.saturating_sub(running.started),
        };
        match person {
            Some(person) => self.keep(lines, person, outcome, now),
            None => self.done = Some(outcome),
        }
    }
}

/// Takes the echo of lines away that a command has read.
fn without_typed(output: &str, typed: &[String]) -> String {
    let mut typed = typed.iter().filter(|line| key(line) != Some(0x04)).peekable();
    // A quoted control character is echoed as a sign and what it is.
    let plain =
        |line: &str| line.chars().filter(|c| !(c.is_whitespace() || c.is_control() || *c == '^')).collect::<String>();
    let is_echo = |line: &&str| typed.next_if(|next| key(next).is_none() && plain(next) == plain(line)).is_none();
    output.lines().filter(is_echo).collect::<Vec<_>>().join("\n")
}

/// Takes the echo of typed lines away: each stands, after a prompt, at the end of one of the first lines.
fn without_echo<'a>(output: &str, typed: impl Iterator<Item = &'a String>) -> String {
    let mut rest = output;
    for line in typed {
        let mut after = rest.split_once('\n').map_or("", |(_, after)| after);
        let mut lines = rest;
        // A key is not echoed, but what the shell says of it stands behind the prompt.
        if key(line).is_some() {
            continue;
        }
        // A prompt of several lines, or output of the background, can stand before it.
        for _ in 0..4 {
            let (first, following) = lines.split_once('\n').unwrap_or((lines, ""));
            if first.trim_end().ends_with(line.trim_end()) {
                after = following;
                break;
            }
            lines = following;
        }
        rest = after;
    }
    rest.to_string()
}

/// Takes the first lines of a prompt of several lines away from the end of an output.
fn without_lead(mut output: String, prompt: &str) -> String {
    if let Some((lead, _)) = prompt.rsplit_once('\n') {
        let kept = output.strip_suffix(lead.trim_end()).filter(|rest| rest.is_empty() || rest.ends_with('\n'));
        if let Some(kept) = kept.map(str::trim_end) {
            output.truncate(kept.len());
        }
    }
    output
}

/// What the shell itself has shown between the typed lines and the command's output: a line that `set -v` or the expansion of the
/// history repeats. Nothing, if not all of the typed lines are found.
pub(super) fn beyond_echo(shown: &str, typed: &[String]) -> Option<String> {
    let mut beyond = String::new();
    let mut rest = shown;
    for line in typed {
        loop {
            let (first, following) = rest.split_once('\n').unwrap_or((rest, ""));
            if rest.is_empty() {
                return None;
            }
            rest = following;
            if first.trim_end().ends_with(line.trim_end()) {
                break;
            }
            beyond.push_str(first);
            beyond.push('\n');
        }
    }
    beyond.push_str(rest);
    Some(beyond).filter(|beyond| !beyond.trim().is_empty())
}

/// Takes the echo of the hidden line away, which can stand anywhere in what a program printed.
fn without_hidden(output: &str) -> String {
    let mut text = output.to_string();
    while let Some(start) = text.find(inject::HIDDEN) {
        let end = text[start..].find('\n').map_or(text.len(), |end| start + end + 1);
        text.replace_range(start..end, "");
    }
    text
}
