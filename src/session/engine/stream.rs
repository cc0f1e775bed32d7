//! What arrives: text for the screen, and marks.

use super::end::beyond_echo;
use super::{Arriving, Engine, Phase};
use crate::session::inject;
use crate::session::marks::{Mark, Piece};
use crate::session::place::Kind;
use crate::session::step::End;
use crate::terminal::{clean::clean, line::is_in_background};
use std::time::Duration;

/// A prompt longer than this is cut.
const LONGEST_PROMPT: usize = 4096;
/// More marks than this in one prompt are forgotten.
const MOST_ARRIVING: usize = 8;
/// Bytes of output after which something endless is stopped, without waiting for a pause.
const PLENTY: usize = 2048;

impl Engine {
    pub(super) fn read(&mut self, mut bytes: &[u8], now: Duration) {
        while let Some(piece) = self.scanner.next(&mut bytes) {
            match piece {
                Piece::Text(text) => {
                    let text = self.veil.take(text);
                    self.read_text(&text, now);
                }
                Piece::Mark(mark) => {
                    self.read_rest(now);
                    self.read_mark(mark, now);
                }
            }
        }
    }

    /// What was held back is no more than it looks.
    pub(super) fn read_rest(&mut self, now: Duration) {
        let rest = self.veil.rest();
        if !rest.is_empty() {
            self.read_text(&rest, now);
        }
    }

    fn read_text(&mut self, text: &[u8], now: Duration) {
        if !matches!(self.phase, Phase::Hidden(_)) {
            self.shown.extend_from_slice(text);
        }
        for arriving in &mut self.arriving {
            let room = LONGEST_PROMPT.saturating_sub(arriving.text.len());
            arriving.text.extend_from_slice(&text[..text.len().min(room)]);
        }
        if let (Phase::Settling { .. }, Some(running)) = (&self.phase, &mut self.running) {
            let room = LONGEST_PROMPT.saturating_sub(running.late.len());
            running.late.extend_from_slice(&text[..text.len().min(room)]);
            return;
        }
        let Some(running) = self.running.as_mut().filter(|running| !running.over) else { return };
        running.newline |= text.contains(&b'\n');
        if !running.accepted {
            running.feeds += text.iter().filter(|byte| **byte == b'\n').count();
        }
        if running.reads.is_some() && running.lead.len() < LONGEST_PROMPT {
            running.lead.extend_from_slice(text);
        }
        self.screen.feed(text);
        if self.phase == Phase::Running {
            self.watch(text.len(), now);
        }
    }

    /// Presses Ctrl-C if what was waited for has been shown, unless the command is to run on.
    fn watch(&mut self, new: usize, now: Duration) {
        let Some(running) = self.running.as_mut().filter(|running| running.accepted || running.newline) else { return };
        if let Some(until) = &running.step.until {
            let text = self.screen.recent(new.max(4096) * 2);
            // What was typed is no output.
            let text = if running.accepted { &text } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
            if until.is_in(text) {
                running.until_seen = true;
                if running.step.runs_on {
                    return;
                }
                self.stop(End::Interrupted { status: None }, now);
            }
        } else if running.endless && self.screen.recent(PLENTY).len() >= PLENTY {
            self.stop(End::Interrupted { status: None }, now);
        }
    }

    /// Complete lines that the running command has shown, as far as they say something: of a `ping`, its answers.
    pub(super) fn lines_shown(&self) -> usize {
        let typed = usize::from(self.running.as_ref().is_some_and(|running| !running.accepted));
        let text = self.screen.recent(4096);
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = complete.lines().filter(|line| !line.is_empty() && !line.starts_with("PING "));
        lines.count().saturating_sub(typed)
    }

    fn read_mark(&mut self, mark: Mark, now: Duration) {
        match mark {
            Mark::Accepted { shell } => {
                if self.is_attended() {
                    if self.knows(shell) && self.running.as_ref().is_some_and(|running| !running.accepted) {
                        self.accept_typed();
                    }
                } else if self.knows(shell)
                    && let Some(running) = self.running.as_mut().filter(|running| !running.accepted)
                {
                    running.accepted = true;
                    running.reads = None;
                    let typed = &running.step.lines[..running.typed];
                    let more = running.feeds > typed.len();
                    let beyond = more.then(|| beyond_echo(&self.screen.text(false).0, typed)).flatten();
                    self.screen.reset("");
                    if let Some(beyond) = beyond {
                        self.screen.feed(beyond.trim_end().replace('\n', "\r\n").as_bytes());
                        self.screen.feed(b"\r\n");
                    }
                }
            }
            Mark::Reads { shell } => {
                if let Some(running) = &mut self.running {
                    running.reads = Some(shell);
                    running.lead.clear();
                }
                if let Phase::Hidden(hidden) = &mut self.phase
                    && hidden.mark == shell
                {
                    hidden.unmarked = hidden.shell.is_some();
                }
            }
            Mark::Ended { shell } => {
                if self.knows(shell)
                    && let Some(running) = &mut self.running
                {
                    running.over |= running.accepted;
                }
            }
            Mark::Asks { shell } => {
                if let Phase::Hidden(hidden) = &self.phase
                    && hidden.mark == shell
                {
                    let again = hidden.unmarked;
                    let script = inject::script(&format!("{}.{shell}", self.settings.key), again);
                    self.type_line(&script, now);
                }
            }
            Mark::Ready { shell, kind, user } => {
                if let Phase::Hidden(hidden) = &mut self.phase
                    && hidden.mark == shell
                {
                    let kind = if kind.is_empty() { "sh".into() } else { kind };
                    hidden.shell = Some((kind, user));
                }
            }
            Mark::Prompt { shell, status, pid, pipe, cwd } => {
                let known = self.places.iter().any(|place| place.kind == Kind::Shell { mark: shell, pid });
                if known && let Some(running) = &mut self.running {
                    running.over |= running.accepted || running.newline;
                    running.pipe = pipe;
                    if running.over && running.reads.is_some() && !running.lead.is_empty() && running.frozen.is_none() {
                        let (mut output, dropped) = self.screen.text(false);
                        let lead = clean(&String::from_utf8_lossy(&running.lead));
                        output.truncate(
                            output
                                .strip_suffix(lead.trim_end())
                                .map_or(output.len(), |kept| kept.trim_end_matches('\n').len()),
                        );
                        running.frozen = Some((output, dropped));
                    }
                }
                // A prompt can have the marks of two shells, if the inner one has inherited those of the outer one.
                self.arriving.retain(|arriving| arriving.shell != shell);
                self.arriving.truncate(MOST_ARRIVING - 1);
                self.arriving.push(Arriving { shell, status, pid, cwd, text: Vec::new() });
            }
            Mark::Input { shell } => {
                if let Some(running) = &mut self.running {
                    running.reads = None;
                }
                if let Some(index) = self.arriving.iter().position(|arriving| arriving.shell == shell) {
                    let arriving = self.arriving.remove(index);
                    self.prompt(arriving, now);
                }
            }
            Mark::More { shell } => {
                if let Some(running) = &mut self.running {
                    running.reads = None;
                }
                let typed = self.running.as_ref().is_some_and(|running| running.newline && !running.accepted);
                if typed && self.phase == Phase::Running && self.knows(shell) {
                    self.type_more(now);
                }
            }
        }
    }

    /// Whether a shell with this mark is among the places.
    fn knows(&self, shell: u32) -> bool {
        self.places.iter().any(|place| place.mark() == Some(shell))
    }

    /// A marked prompt is complete.
    fn prompt(&mut self, arriving: Arriving, now: Duration) {
        if let Phase::Hidden(hidden) = &self.phase
            && hidden.mark == arriving.shell
        {
            // One that was on its way when the line was typed answers nothing: the line is still to be read.
            if hidden.shell.is_some() {
                self.opened(arriving, now);
            }
            return;
        }
        let Some(index) = self.places.iter().rposition(|place| place.mark() == Some(arriving.shell)) else { return };
        let known =
            self.places.iter().any(|place| matches!(place.kind, Kind::Shell { pid, .. } if pid == arriving.pid));
        let place = &mut self.places[index];
        let inherited = place.kind != Kind::Shell { mark: arriving.shell, pid: arriving.pid };
        let text = clean(&String::from_utf8_lossy(&arriving.text));
        let prompt = text.rsplit('\n').next().unwrap_or_default().to_string();
        if inherited {
            // A shell in the shell, with an exported PS1: not the one that we know.
            if self.phase == Phase::Running && !known {
                self.hide(prompt, None, now);
            }
            return;
        }
        place.prompt.clone_from(&prompt);
        place.cwd = Some(arriving.cwd);
        let is_redrawn = self.phase == Phase::Running && index + 1 == self.places.len() && self.is_attended();
        if is_redrawn
            && Self::tells_acceptance(&self.places[index])
            && self.running.as_ref().is_some_and(|running| !running.accepted)
        {
            self.redrawn(prompt);
            return;
        }
        match &mut self.phase {
            Phase::Hidden(hidden) => {
                // No new shell: the command went on, and has ended. The hidden line is still to be read, or was swallowed.
                self.places.truncate(index + 1);
                hidden.spent.get_or_insert((now, arriving.status));
            }
            Phase::Stopping { settling, presses: 1.., .. } => {
                self.places.truncate(index + 1);
                settling.get_or_insert(arriving.status);
            }
            Phase::Running | Phase::Stopping { .. } => {
                let Some(running) = self.running.as_ref() else { return };
                if !(running.accepted || running.newline) {
                    return;
                }
                let line = running.step.lines.get(running.typed.saturating_sub(1));
                let settles =
                    running.accepted && running.person.is_none() && line.is_some_and(|line| is_in_background(line));
                self.places.truncate(index + 1);
                if settles && self.phase == Phase::Running {
                    self.phase = Phase::Settling { status: arriving.status, since: now };
                } else {
                    self.back(arriving.status, false, now);
                }
            }
            Phase::Lost => {
                self.places.truncate(index + 1);
                self.phase = Phase::Idle;
            }
            Phase::Idle | Phase::Settling { .. } | Phase::Closed { .. } => {}
        }
    }
}
