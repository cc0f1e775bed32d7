//! Silence, and what it means.

use super::{Engine, Phase, Ports, Probe};
use crate::session::look::{self, Question};
use crate::session::place::{Kind, Place};
use crate::session::probe::Foreground;
use crate::session::step::{Answered, End, Service};
use crate::terminal::{endless, program, prompt};
use std::collections::BTreeSet;
use std::time::Duration;

/// What the terminal looks like while nothing moves.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sight {
    /// Nothing to act on.
    Nothing,
    /// The prompt of the program at this depth.
    Prompt(usize),
    /// A program wants more lines of the same statement.
    More,
    /// A question, and what to type.
    Answer {
        question: String,
        index: Option<usize>,
    },
    /// The prompt of a shell that has no marks yet.
    Shell(String),
    /// The prompt of the shell with this number, which has lost its marks.
    Unmarked(String, u32),
    /// The prompt of a program that is new.
    Program(String),
    /// A question that nobody answers.
    Question(String),
    Pager,
    FullScreen,
    /// It serves if it listens. What is known to serve does, too, if it has said no more for as long as one that has only said so.
    MayServe {
        known: bool,
    },
    /// Something endless has shown what it had to show.
    Enough,
}

/// Seconds between the first Ctrl-C and the next attempts to get the prompt back, and what is typed.
const ATTEMPTS: [(u64, &[u8]); 6] =
    [(0, b"\x03"), (1, b"\x03"), (2, b"\x1b:q!\r"), (3, b"\x18n"), (4, b"\x03"), (6, b"\x1c")];
/// What ends a question that Ctrl-C does not: `passwd` does not hear it.
const END_OF_INPUT: &[u8] = b"\x04";
const GIVE_UP: Duration = Duration::from_secs(10);
/// A question that is answered so often is asked in vain.
const MOST_ANSWERS: u32 = 10;

impl Engine {
    /// Acts on the time; `None` if it has, and otherwise when to look again.
    pub(super) fn tick(&mut self, now: Duration) -> Option<Duration> {
        match self.phase.clone() {
            Phase::Running => self.tick_running(now),
            Phase::Hidden(hidden) => self.tick_hidden(&hidden, now),
            Phase::Settling { status, since } => {
                let due = (self.last + self.settings.settling).min(since + self.settings.settling * 5);
                if now < due {
                    return Some(due);
                }
                self.back(status, false, now);
                None
            }
            Phase::Stopping { settling: Some(status), presses, .. } => {
                // A second Ctrl-C that crossed with the prompt brings another prompt, which is not that of the next command.
                let late = if presses > 1 { self.settings.unexpected } else { self.settings.expected };
                let due = self.last + late;
                if now < due {
                    return Some(due);
                }
                self.back(status, false, now);
                None
            }
            Phase::Stopping { since, presses, .. } => self.tick_stopping(since, presses, now),
            Phase::Idle | Phase::Lost | Phase::Closed { .. } => Some(Duration::MAX),
        }
    }

    fn tick_running(&mut self, now: Duration) -> Option<Duration> {
        let running = self.running.as_ref()?;
        let limit = running.started.saturating_add(running.step.timeout);
        if now >= limit {
            self.stop(End::TimedOut, now);
            return None;
        }
        let glance = self.last + self.settings.known_prompt.min(self.settings.expected);
        if now < glance {
            return Some(glance.min(limit));
        }
        if self.veil.holds() {
            self.read_rest(now);
            self.sight = None;
        }
        let is_attended = self.is_attended();
        let (delay, sight) = match self.sight.clone() {
            Some(seen) => seen,
            None => self.sight.insert(self.look()).clone(),
        };
        if is_attended {
            return self.tick_attended(delay, sight, now);
        }
        if matches!(sight, Sight::Nothing | Sight::Question(_)) {
            return self.tick_guessing(delay, sight, limit, now);
        }
        if let Sight::MayServe { known } = sight {
            return self.tick_listening(known, delay, limit, now);
        }
        let due = self.last + delay;
        if now < due {
            return Some(due.min(limit));
        }
        self.sight = None;
        self.act(sight, now);
        None
    }

    /// What may serve does if it listens. What does not is looked at again as rarely as any other silence: it may still look for what it
    /// cannot find, and end.
    fn tick_listening(&mut self, known: bool, delay: Duration, limit: Duration, now: Duration) -> Option<Duration> {
        let running = self.running.as_mut()?;
        // What goes on to print now and then is asked again after each line, and after a minute is believed as soon as it pauses.
        if known && running.looked != self.last {
            (running.looked, running.looks) = (self.last, 0);
        }
        let patience = self.settings.says_serving;
        let believed = match known {
            true => (self.last + patience).min((running.started + patience * 3).max(self.last + delay)),
            false => Duration::MAX,
        };
        let due = (self.last + delay.saturating_mul(1 << running.looks.min(16))).min(believed);
        let ports = match std::mem::replace(&mut running.ports, Ports::No) {
            Ports::No if now < due && (known || running.looks == 0) => return Some(due.min(limit)),
            Ports::No if now < due => {
                let silence = self.settings.silence;
                return self.tick_guessing(silence, Sight::Nothing, limit.min(due), now);
            }
            Ports::No => {
                running.ports = Ports::Wanted;
                running.looks += 1;
                return None;
            }
            Ports::Wanted | Ports::Asked => BTreeSet::new(),
            Ports::Answered(ports) => ports,
        };
        let said = endless::ports_said(&self.so_far());
        let port = ports.into_iter().find(|port| said.is_empty() || said.contains(port));
        let running = self.running.as_mut()?;
        let says = if known { Service::Program } else { Service::Says };
        running.service = Some(port.map_or(says, Service::Listens));
        if port.is_none() && now < believed {
            return None;
        }
        match running.step.runs_on {
            true => self.finish(End::Serves, false, now),
            false => self.stop(End::Serves, now),
        }
        None
    }

    /// Silence, or what looks like a question: whether the program in the foreground waits for input, somebody else may know.
    fn tick_guessing(&mut self, delay: Duration, sight: Sight, limit: Duration, now: Duration) -> Option<Duration> {
        let settings = &self.settings;
        let running = self.running.as_mut()?;
        let silent = sight == Sight::Nothing;
        // What the guide waits for may come from elsewhere, with nothing typed.
        if running.opening || (silent && (running.step.until.is_some() || running.step.runs_on)) {
            return Some(limit);
        }
        let foreground = match running.probe {
            Probe::No => {
                // Each look at it is twice as long after the last output: a minute of silence costs four, an hour ten.
                let delay = if silent { settings.silence } else { delay };
                let due = self.last + delay.saturating_mul(1 << running.probes.min(16));
                if now < due {
                    return Some(due.min(limit));
                }
                running.probe = Probe::Wanted;
                running.probes += 1;
                return None;
            }
            Probe::Wanted => return None,
            Probe::Asked => Foreground::Unknown,
            // What it printed before it was looked at may still be on its way.
            Probe::Answered(_, at) if now < at + settings.known_prompt => {
                return Some((at + settings.known_prompt).min(limit));
            }
            Probe::Answered(foreground, _) => foreground,
        };
        running.probe = Probe::No;
        match (foreground, sight) {
            (Foreground::Reads, Sight::Nothing) => {
                let last = self.shown_last();
                self.act(if look::is_frame(&last) { Sight::FullScreen } else { Sight::Question(last) }, now);
            }
            (Foreground::Reads | Foreground::Unknown | Foreground::Secret, question @ Sight::Question(_)) => {
                self.act(question, now);
            }
            _ => {}
        }
        None
    }

    /// The last line that the command has shown: what it may have asked.
    fn shown_last(&self) -> String {
        let accepted = self.running.as_ref().is_some_and(|running| running.accepted);
        let text = if accepted { self.screen.recent(1024) } else { self.screen.cursor_line() };
        text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_string()
    }

    fn tick_hidden(&mut self, hidden: &super::Hidden, now: Duration) -> Option<Duration> {
        if let Some((since, _)) = hidden.spent {
            let due = since + self.settings.unexpected;
            if now < due {
                return Some(due);
            }
            self.swallowed(now);
            return None;
        }
        let limit = hidden.since + self.settings.opening;
        if now >= limit {
            self.stop(End::TimedOut, now);
            return None;
        }
        if hidden.unmarked && hidden.shell.is_some() {
            let due = self.last + self.settings.expected;
            if now < due {
                return Some(due.min(limit));
            }
            if let Phase::Hidden(hidden) = &mut self.phase {
                hidden.shell = None;
            }
            self.ask_for_marks(hidden.mark, now);
            return None;
        }
        // What does not understand the line shows its prompt again, on another line. Before that it has not read it yet, and the first of a
        // session is a shell.
        let due = self.last + self.settings.unexpected;
        let again = self.screen.cursor_line();
        let has_read = self.running.as_ref().is_some_and(|running| running.newline && !running.opening);
        if hidden.shell.is_some() || !has_read || again != hidden.prompt {
            return Some(limit);
        }
        if now < due {
            return Some(due.min(limit));
        }
        self.enter_program(again, now);
        None
    }

    fn tick_stopping(&mut self, since: Duration, presses: usize, now: Duration) -> Option<Duration> {
        let glance = self.last + self.settings.known_prompt;
        let running = self.running.as_ref()?;
        if now >= glance
            && running.fresh
            && let Some(depth) = self.program_prompt(&self.screen.cursor_line())
        {
            self.places.truncate(depth + 1);
            self.back(None, true, now);
            return None;
        }
        if now >= since + GIVE_UP {
            self.lose(now);
            return None;
        }
        let Some((seconds, keys)) = ATTEMPTS.get(presses) else { return Some(since + GIVE_UP) };
        let due = since + Duration::from_secs(*seconds);
        if now < due {
            return Some(if now < glance { due.min(glance) } else { due });
        }
        let asks = matches!(&self.phase, Phase::Stopping { end: End::Question { .. }, .. });
        let keys = if asks && keys.len() > 1 && !self.screen.is_alternate() { END_OF_INPUT } else { keys };
        if let Phase::Stopping { presses, .. } = &mut self.phase {
            *presses += 1;
        }
        // Keys that leave editors are for editors only: a shell would take them as a command.
        if *seconds == 0 || keys.len() == 1 || self.screen.is_alternate() {
            self.press(keys, now);
        }
        None
    }

    /// The depth of the program whose prompt a line is.
    fn program_prompt(&self, line: &str) -> Option<usize> {
        let top = self.places.len().checked_sub(1)?;
        self.places.iter().enumerate().rev().find_map(|(depth, place)| {
            let same =
                line == place.prompt || (depth == top && prompt::is_same_prompt(line, &place.prompt, &place.name));
            (place.kind == Kind::Program && same).then_some(depth)
        })
    }

    /// What is seen, and how long it must last before it counts.
    pub(super) fn look(&self) -> (Duration, Sight) {
        let settings = &self.settings;
        let nothing = (Duration::ZERO, Sight::Nothing);
        let Some(running) = self.running.as_ref().filter(|running| running.fresh) else { return nothing };
        if !running.accepted && !running.newline {
            return nothing;
        }
        let command = running.step.lines.get(running.typed.saturating_sub(1)).map_or("", String::as_str);
        if self.screen.is_alternate() {
            return self.look_at_full_screen(running.endless, command);
        }
        let line = self.screen.cursor_line();
        // What the guide types into the running command.
        if running.step.is_fed() && running.typed < running.step.lines.len() {
            return (settings.known_prompt, Sight::More);
        }
        if running.opening {
            // The first thing is a shell, whatever its prompt looks like.
            let delay = if prompt::is_shell_prompt(&line) { settings.expected } else { settings.question };
            return (delay, Sight::Shell(line));
        }
        if let Some(place) = self.places.last().filter(|place| place.kind == Kind::Program)
            && prompt::is_continuation(&line, &place.prompt, &place.name)
        {
            return (settings.known_prompt, Sight::More);
        }
        if let Some(depth) = self.program_prompt(&line) {
            return (settings.known_prompt, Sight::Prompt(depth));
        }
        if let Some((question, index)) = self.answer_to(&line) {
            return (settings.expected, Sight::Answer { question, index });
        }
        // A pager that leaves the screen as it is.
        if program::runs_pager(command) && look::is_pager(&line) {
            return (settings.expected, Sight::Pager);
        }
        // The line editor of a shell that we know: what it shows is its prompt, or that for more, which a guide has changed.
        if let Some(shell) = running.reads
            && self.places.last().is_some_and(|place| place.mark() == Some(shell))
        {
            let at_prompt = running.accepted || running.typed == running.step.lines.len();
            return (settings.expected, if at_prompt { Sight::Unmarked(line, shell) } else { Sight::More });
        }
        if running.step.opens.as_ref().is_some_and(|prompt| line.trim() == prompt.trim()) {
            return (settings.expected, Sight::Program(line));
        }
        let announced = if program::opens(command) { settings.expected } else { settings.unexpected };
        if prompt::is_shell_prompt(&line) {
            return (announced, Sight::Shell(line));
        }
        if prompt::is_unmistakable(&line)
            || (prompt::is_program_prompt(&line, command)
                && (program::opens_program(command) || self.prompts_like_a_question()))
        {
            return (announced, Sight::Program(line));
        }
        match look::question(&line) {
            // Nothing else looks like it.
            Question::Likely if look::is_secret(&line) => (settings.unexpected, Sight::Question(line)),
            Question::Likely => (settings.question, Sight::Question(line)),
            Question::Perhaps => (settings.perhaps_question, Sight::Question(line)),
            // A pause after a few lines, or a long one: what has shown nothing at all may still look for what it cannot find.
            Question::No if running.endless => {
                let pause = match self.lines_shown() {
                    0 => settings.says_serving,
                    1 => settings.perhaps_question,
                    _ => settings.expected,
                };
                (pause, Sight::Enough)
            }
            Question::No if running.step.until.is_none() && endless::serves(command) => {
                (settings.perhaps_question, Sight::MayServe { known: true })
            }
            Question::No if running.step.until.is_none() && endless::says_that_it_serves(&self.so_far()) => {
                // Of what is left running, somebody else has said so.
                let known = running.step.runs_on;
                (if known { settings.perhaps_question } else { settings.says_serving }, Sight::MayServe { known })
            }
            Question::No => nothing,
        }
    }

    /// The program that reads commands here has itself a prompt such as `test> `, which may have become another one.
    fn prompts_like_a_question(&self) -> bool {
        let top = self.places.last().filter(|place| place.kind == Kind::Program);
        top.is_some_and(|place| {
            prompt::is_program_prompt(&place.prompt, &place.opened_by) && !prompt::is_unmistakable(&place.prompt)
        })
    }

    fn look_at_full_screen(&self, endless: bool, command: &str) -> (Duration, Sight) {
        let screen = self.screen.visible();
        if endless && screen.lines().filter(|line| !line.trim().is_empty()).count() >= 2 {
            return (self.settings.expected, Sight::Enough);
        }
        if program::runs_pager(command)
            || look::is_pager(&self.screen.cursor_line())
            || screen.lines().next_back().is_some_and(look::is_pager)
        {
            return (self.settings.expected, Sight::Pager);
        }
        (self.settings.unexpected, Sight::FullScreen)
    }

    /// The answer to the question in the cursor's line, or in the line before if the cursor stands on an empty one.
    fn answer_to(&self, line: &str) -> Option<(String, Option<usize>)> {
        let running = self.running.as_ref()?;
        let question = if line.trim().is_empty() {
            let recent = self.screen.recent(1024);
            let last = recent.lines().rfind(|line| !line.trim().is_empty())?.to_string();
            let old = |answered: &Answered| last.starts_with(answered.question.trim_end());
            // What was typed, or was answered, is no question.
            if !running.accepted || running.answered.last().is_some_and(old) {
                return None;
            }
            last
        } else {
            line.to_string()
        };
        let answers = &running.step.answers;
        if let Some(first) = answers.iter().position(|answer| answer.question.is_in(&question)) {
            let same = |i: &usize| answers[*i].answers_same(&answers[first]);
            let unused = (first..answers.len()).filter(same).find(|i| running.uses[*i] == 0);
            let index = unused.or_else(|| (first..answers.len()).rev().find(same)).unwrap_or(first);
            return (running.uses[index] < MOST_ANSWERS).then_some((question, Some(index)));
        }
        program::confirms(&question, &running.step.lines[..running.typed]).then_some((question, None))
    }

    pub(super) fn act(&mut self, sight: Sight, now: Duration) {
        match sight {
            Sight::Nothing | Sight::MayServe { .. } => {}
            Sight::Prompt(depth) => {
                let prompt = self.screen.cursor_line();
                self.places.truncate(depth + 1);
                self.places[depth].prompt = prompt;
                self.back(None, true, now);
            }
            Sight::More => self.type_more(now),
            Sight::Answer { question, index } => self.answer(question, index, now),
            Sight::Shell(prompt) => self.hide(prompt, None, now),
            Sight::Unmarked(prompt, shell) => self.hide(prompt, Some(shell), now),
            Sight::Program(prompt) => self.enter_program(prompt, now),
            Sight::Question(text) => self.stop(End::Question { text: text.trim_end().into() }, now),
            Sight::Pager => self.quit_pager(now),
            Sight::FullScreen => {
                let screen = self.screen.visible();
                self.stop(End::FullScreen { screen }, now);
            }
            Sight::Enough => {
                if self.screen.is_alternate() {
                    self.freeze_full_screen();
                }
                self.stop(End::Interrupted { status: None }, now);
            }
        }
    }

    fn answer(&mut self, question: String, index: Option<usize>, now: Duration) {
        let Some(running) = &mut self.running else { return };
        let (reply, secret) = match index {
            Some(index) => {
                running.uses[index] += 1;
                let answer = &running.step.answers[index];
                (answer.reply.clone(), answer.secret)
            }
            None => ("y".to_string(), false),
        };
        let shown = if secret { "********".into() } else { reply.clone() };
        running.answered.push(Answered { question: question.trim_end().into(), reply: shown });
        self.type_line(&reply, now);
    }

    /// A program that reads commands has opened.
    fn enter_program(&mut self, prompt: String, now: Duration) {
        let Some(running) = &self.running else { return };
        let opened_by = running.step.lines.get(running.typed.saturating_sub(1)).cloned().unwrap_or_default();
        self.places.push(Place {
            kind: Kind::Program,
            name: program::name(&opened_by),
            user: None,
            prompt,
            cwd: None,
            opened_by,
        });
        self.back(None, true, now);
    }

    fn quit_pager(&mut self, now: Duration) {
        if self.screen.is_alternate() {
            self.freeze_full_screen();
        }
        let Some(running) = &mut self.running else { return };
        running.quits += 1;
        if running.quits > 5 {
            let screen = self.screen.visible();
            self.stop(End::FullScreen { screen }, now);
        } else {
            self.press(b"q", now);
        }
    }
}
