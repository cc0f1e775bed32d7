//! A person types: the engine listens, and types nothing but hidden lines.
//!
//! Where a command begins and ends is known as ever, by marks and prompts. What was typed is read from the screen, as the line
//! editor has left it; keys alone would not tell, since a person goes back in a line, completes it, or fetches it from the history.

use super::{Engine, Phase, Running, wait::Sight};
use crate::session::{
    place::{Kind, Place},
    step::{End, Outcome, Step},
};
use crate::terminal::prompt;
use std::time::Duration;

/// A command that a person has typed, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attended {
    /// Its lines, without prompts; `^D` where a shell or program was left by that key. None, where something came to an end that
    /// nobody has typed.
    pub lines: Vec<String>,
    /// What came of it. Nothing is [`answered`](Outcome::answered): that is in `replies`.
    pub outcome: Outcome,
    /// What was typed while it ran.
    pub replies: Vec<Reply>,
    /// It had the whole screen, as editors and pagers have.
    pub full_screen: bool,
    /// It was stopped by Ctrl-C.
    pub stopped: bool,
    /// Its lines were typed before there was a prompt: what the command before it seems to have been told was for the shell.
    pub ahead: bool,
}

/// What was typed while a command ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What stood in the cursor's line: the question, mostly.
    pub question: String,
    /// What was typed, without the Enter key. A secret is not masked here.
    pub text: String,
    /// The terminal showed it. What it does not show is a secret.
    pub shown: bool,
    /// It was ended by Ctrl-D.
    pub ended: bool,
}

/// A step under way that a person types.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// What stands before what is typed.
    prompt: String,
    /// Enter was pressed, and the line was not taken yet.
    entered: bool,
    /// What stood before the cursor then: the beginning of the line, whatever a list of completions has shown above it.
    begins: String,
    /// Any key was pressed since there is a prompt.
    pressed: bool,
    /// Ctrl-D was pressed at the prompt.
    leaves: bool,
    /// Ctrl-C was pressed at the prompt: what stands there is not run.
    aborts: bool,
    /// All lines were taken from the screen.
    taken: bool,
    replies: Vec<Reply>,
    /// A reply that is not ended yet.
    typing: Option<Reply>,
    full_screen: bool,
    stopped: bool,
}

const ENTER: [u8; 2] = [b'\r', b'\n'];
const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const ERASE: [u8; 2] = [0x08, 0x7f];
const KILL: u8 = 0x15;
const ERASE_WORD: u8 = 0x17;

impl Engine {
    /// A person types from now on, if nobody does yet. What comes of each command is told by [`attended`](Self::attended).
    pub fn attend(&mut self, now: Duration) {
        if self.running.is_some() || !self.is_ready() {
            return;
        }
        let prompt = self.places.last().map_or(String::new(), |place| place.prompt.clone());
        self.screen.reset(&prompt);
        let person = Person { prompt, ..Person::default() };
        let step = Step::block("").timeout(Duration::MAX);
        self.running = Some(Running { person: Some(person), ..self.running(step, false, now) });
        self.phase = Phase::Running;
    }

    /// Nobody types any more, if there is a prompt, and nothing stands there: whether that is so.
    pub fn unattended(&mut self) -> bool {
        let line = self.screen.cursor_line();
        let person = self.running.as_ref().filter(|running| !running.accepted).and_then(|it| it.person.as_ref());
        let is_free = person.is_some_and(|person| !person.entered && line == person.prompt);
        if is_free && self.phase == Phase::Running {
            (self.running, self.phase) = (None, Phase::Idle);
        }
        self.is_ready()
    }

    /// The next command that a person typed and that has ended.
    pub fn attended(&mut self) -> Option<Attended> {
        self.past.pop_front()
    }

    /// A person's keys are on their way to the terminal.
    pub fn pressed(&mut self, keys: &[u8], now: Duration) {
        self.glance(now);
        let (is_full, cursor, begins) = (self.screen.is_alternate(), self.asked(), self.screen.cursor_line());
        let Some(running) = &mut self.running else { return };
        let works = running.accepted;
        let Some(person) = &mut running.person else { return };
        let works = works || person.entered;
        person.pressed |= !works;
        // What is there is known: only what comes now says something new.
        running.fresh = false;
        self.sight = None;
        if is_full {
            return;
        }
        for key in without_sequences(keys) {
            match key {
                INTERRUPT if works => {
                    person.stopped = true;
                    person.typing = None;
                }
                _ if works => person.reply(key, &cursor),
                END => person.leaves = true,
                INTERRUPT => person.aborts = true,
                key if ENTER.contains(&key) => {
                    person.entered = true;
                    person.begins.clone_from(&begins);
                }
                _ => {}
            }
        }
    }

    /// Whether keys would not reach what they are meant for: a hidden line is being typed, or is about to be.
    pub fn is_busy(&self) -> bool {
        let opens = || matches!(self.look().1, Sight::Shell(_) | Sight::Unmarked(..) | Sight::Program(_));
        matches!(self.phase, Phase::Hidden(_)) || (self.phase == Phase::Running && self.is_attended() && opens())
    }

    /// Whether there is a prompt, and no line that was entered is still to be taken.
    pub fn is_at_prompt(&self) -> bool {
        let Some(running) = &self.running else { return false };
        running.person.as_ref().is_some_and(|person| !running.accepted && !person.entered)
    }

    /// Whether a program has the whole screen, which is noted.
    pub fn has_full_screen(&mut self) -> bool {
        let is_full = self.screen.is_alternate();
        if is_full && let Some(person) = self.running.as_mut().and_then(|running| running.person.as_mut()) {
            person.full_screen = true;
        }
        is_full
    }

    /// The lines of the command that runs.
    pub fn typed_so_far(&self) -> &[String] {
        self.running.as_ref().map_or(&[], |running| &running.step.lines)
    }

    /// What a person may see that was not told yet: as [`shown`](Self::shown), once.
    pub fn take_shown(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.shown)
    }

    /// The terminal has so many columns and rows from the next command on.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        (self.settings.columns, self.settings.rows) = (columns, rows);
        self.screen.resize((columns, rows));
    }

    /// Whether a person types.
    pub(super) fn is_attended(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.person.is_some())
    }

    /// The text before the cursor: the question that the next key answers. Where the cursor's line is empty, the line above may ask.
    fn asked(&self) -> String {
        let line = self.screen.cursor_line();
        if !line.trim().is_empty() || !self.running.as_ref().is_some_and(|running| running.accepted) {
            return line;
        }
        let recent = self.screen.recent(1024);
        recent.trim_end_matches('\n').lines().next_back().unwrap_or_default().to_owned()
    }

    /// A key is pressed: a prompt of a program that has just come needs no silence to be one.
    fn glance(&mut self, now: Duration) {
        let in_program = self.places.last().is_some_and(|place| place.kind == Kind::Program);
        if self.phase == Phase::Running && in_program && self.is_attended() {
            let (_, sight) = self.look();
            if matches!(sight, Sight::Prompt(_) | Sight::More) {
                self.act_attended(sight, now);
            }
        }
    }

    /// A screen that may say something, in the foreground of a person. Gives when to look again.
    pub(super) fn tick_attended(&mut self, delay: Duration, sight: Sight, now: Duration) -> Option<Duration> {
        if self.has_full_screen() {
            return Some(Duration::MAX);
        }
        if !matches!(sight, Sight::Prompt(_) | Sight::More | Sight::Shell(_) | Sight::Unmarked(..) | Sight::Program(_))
        {
            return Some(Duration::MAX);
        }
        let due = self.last + delay;
        if now < due {
            return Some(due);
        }
        self.sight = None;
        self.act_attended(sight, now);
        None
    }

    fn act_attended(&mut self, sight: Sight, now: Duration) {
        if !matches!(sight, Sight::More) {
            self.take_lines();
        }
        self.act(sight, now);
    }

    /// The shell has drawn its prompt anew, and has run nothing: after a list of completions, Ctrl-C, or an empty line.
    pub(super) fn redrawn(&mut self, prompt: String) {
        self.screen.reset(&prompt);
        let Some(running) = &mut self.running else { return };
        running.step.lines.clear();
        running.newline = false;
        running.feeds = 0;
        running.over = false;
        running.frozen = None;
        let person = Person { prompt, pressed: true, ..Person::default() };
        running.person = Some(person);
    }

    /// The shell at this depth says when it accepts a line.
    pub(super) fn tells_acceptance(place: &Place) -> bool {
        matches!(place.kind, Kind::Shell { .. }) && matches!(place.name.as_str(), "bash" | "zsh")
    }

    /// The shell runs what was typed.
    pub(super) fn accept_typed(&mut self) {
        self.take_lines();
        self.screen.reset("");
        if let Some(running) = &mut self.running {
            running.accepted = true;
            running.reads = None;
        }
    }

    /// A line was entered, and the shell or program wants more of the same command: its prompt for that stands in the cursor's line.
    pub(super) fn take_line(&mut self) {
        let (text, _) = self.screen.text(true);
        let more = self.screen.cursor_line();
        let Some(running) = &mut self.running else { return };
        let Some(person) = running.person.as_mut().filter(|person| person.entered) else { return };
        running.step.lines.push(line_of(&text, &person.prompt, &person.begins, false));
        person.entered = false;
        person.prompt.clone_from(&more);
        running.typed = running.step.lines.len();
        running.newline = false;
        self.screen.reset(&more);
    }

    /// The last line that was entered, if there is one that was not taken: what the screen shows above anything else.
    fn take_lines(&mut self) {
        let (text, _) = self.screen.text(false);
        let Some(running) = &mut self.running else { return };
        if running.accepted {
            return;
        }
        let Some(person) = running.person.as_mut().filter(|person| !person.taken) else { return };
        let text = running.frozen.as_ref().map_or(&text, |(frozen, _)| frozen);
        let line = line_of(text, &person.prompt, &person.begins, running.step.lines.is_empty());
        person.taken = true;
        person.entered = true;
        running.step.lines.push(line);
        running.typed = running.step.lines.len();
    }

    /// What was typed at the end of a step that no shell has accepted.
    pub(super) fn take_rest(&mut self) {
        if self.running.as_ref().is_some_and(|running| running.newline && !running.accepted) {
            self.take_lines();
        }
        let left = self.running.as_ref().is_some_and(|running| self.places.len() < running.before.len());
        let Some(running) = &mut self.running else { return };
        let Some(person) = &running.person else { return };
        let is_key = person.leaves && !running.accepted && (left || matches!(self.phase, Phase::Closed { .. }));
        if is_key {
            // What stands behind the prompt is what the shell says itself: `exit`, `logout`.
            running.step.lines = vec!["^D".to_owned()];
        }
        if person.aborts && !running.accepted {
            running.step.lines.clear();
        }
        running.typed = running.step.lines.len();
    }

    /// A step that a person typed is over.
    pub(super) fn keep(&mut self, lines: Vec<String>, person: Person, mut outcome: Outcome, now: Duration) {
        let Person { prompt, mut replies, typing, full_screen, stopped, pressed, .. } = person;
        if lines == ["^D"]
            && let Some(rest) = outcome.output.strip_prefix(prompt.trim_end())
        {
            // The prompt at which the key was pressed, and what the shell says to it: `exit`.
            outcome.output = rest.split_once('\n').map_or("", |(_, rest)| rest).to_owned();
        }
        replies.extend(typing);
        for reply in &mut replies {
            reply.shown = is_shown(reply, &outcome.output);
        }
        let nothing = lines.iter().all(|line| line.trim().is_empty());
        if !nothing || matches!(outcome.end, End::SessionEnded { .. }) {
            let ahead = !pressed && !nothing;
            self.past.push_back(Attended { lines, outcome, replies, full_screen, stopped, ahead });
        }
        self.attend(now);
    }
}

impl Person {
    /// A key was pressed while a command runs.
    fn reply(&mut self, key: u8, cursor: &str) {
        let new = || Reply { question: cursor.to_owned(), text: String::new(), shown: false, ended: false };
        let typing = self.typing.get_or_insert_with(new);
        match key {
            END => typing.ended = true,
            KILL => typing.text.clear(),
            ERASE_WORD => {
                let kept = typing.text.trim_end().trim_end_matches(|c: char| !c.is_whitespace()).len();
                typing.text.truncate(kept);
            }
            key if ENTER.contains(&key) => {}
            key if ERASE.contains(&key) => drop(typing.text.pop()),
            // Bytes of a character come one by one.
            key => push(&mut typing.text, key),
        }
        if key == END || ENTER.contains(&key) {
            self.replies.extend(self.typing.take());
        }
    }
}

/// Adds a byte of UTF-8; those of a character that is not complete are kept as U+0080 to U+00FF until it is.
fn push(text: &mut String, byte: u8) {
    text.push(char::from(byte));
    let tail: Vec<char> = text.chars().rev().take(4).take_while(|c| ('\u{80}'..='\u{ff}').contains(c)).collect();
    for length in 2..=tail.len() {
        let bytes: Vec<u8> = tail[..length].iter().rev().filter_map(|c| u8::try_from(u32::from(*c)).ok()).collect();
        if let Ok(character) = std::str::from_utf8(&bytes) {
            let keep = text.chars().count() - length;
            *text = text.chars().take(keep).collect::<String>() + character;
            return;
        }
    }
}

/// Keys without the sequences that arrows and others send.
fn without_sequences(keys: &[u8]) -> impl Iterator<Item = u8> {
    let mut keys = keys.iter().copied().peekable();
    std::iter::from_fn(move || {
        loop {
            match keys.next()? {
                0x1b => {
                    let is_control = keys.next_if(|key| matches!(key, b'[' | b'O')).is_some();
                    while is_control && keys.next_if(|key| !(0x40..=0x7e).contains(key)).is_some() {}
                    keys.next();
                }
                key => return Some(key),
            }
        }
    })
}

/// What was typed behind a prompt. Where the history was asked for a line (`!!`), the shell shows it once more, as it is.
fn line_of(text: &str, prompt: &str, begins: &str, first: bool) -> String {
    let mut rows = text.lines();
    let typed = rows.clone().find(|row| row.starts_with(begins.trim_end()));
    let row = typed.or(rows.next()).unwrap_or_default();
    let typed = match row.strip_prefix(prompt) {
        Some(typed) => typed,
        None if prompt.trim_end() == row.trim_end() => "",
        None => prompt::without_prompt(row),
    };
    let expanded =
        rows.next_back().filter(|last| *last != row && first && (typed.contains('!') || typed.starts_with('^')));
    expanded.unwrap_or(typed).trim_end().to_owned()
}

/// Whether the terminal showed a reply: it stands behind its question.
fn is_shown(reply: &Reply, output: &str) -> bool {
    let (question, text) = (reply.question.trim_end(), reply.text.trim_end());
    output.lines().any(|line| {
        let behind = if question.is_empty() { Some(line) } else { line.split_once(question).map(|(_, rest)| rest) };
        behind.is_some_and(|behind| behind.trim() == text.trim())
    }) || output.lines().zip(output.lines().skip(1)).any(|(asked, line)| {
        // The question stands above the line in which it is answered.
        !question.is_empty() && !text.is_empty() && asked.trim_end().ends_with(question) && line.trim() == text.trim()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Action, Settings};

    #[test]
    fn lines() {
        for (text, prompt, begins, typed) in [
            ("$ ls -l", "$ ", "$ ls -l", "ls -l"),
            ("$ ls -l", "$ ", "$ ls", "ls -l"),
            ("$", "$ ", "$ ", ""),
            ("$ sudo !!\nsudo apt update", "$ ", "$ sudo !!", "sudo apt update"),
            ("$ echo 'a!'\n", "$ ", "$ echo 'a!'", "echo 'a!'"),
            ("app=# SELECT 1;\n ?column?", "app=# ", "app=# SELECT 1;", "SELECT 1;"),
            ("app=# SEL\nSELECT SELF\napp=# SELECT 1;\n 1", "app=# ", "app=# SELECT 1;", "SELECT 1;"),
            ("host:/tmp$ pwd  ", "host:/srv$ ", "", "pwd"),
        ] {
            assert_eq!(line_of(text, prompt, begins, true), typed, "{text:?}");
        }
    }

    /// A prompt of bash, marked.
    fn prompt(status: i32) -> String {
        format!("\x1b]133;A;k.1;{status};7;{status};/home\x07$ \x1b]133;B;k.1\x07")
    }

    /// A session in bash, at its first prompt.
    fn opened() -> Engine {
        let mut engine = Engine::open(Settings { key: "k".into(), ..Settings::default() }, Duration::ZERO);
        let now = Duration::from_secs(1);
        engine.feed(b"$ ", Duration::ZERO);
        assert!(matches!(engine.poll(now), Action::Type(_)), "the hidden line");
        engine.feed(b"\x1b]133;R;k.1\x07", now);
        assert!(matches!(engine.poll(now), Action::Type(_)), "its script");
        engine.feed(format!("\x1b]133;I;k.1;bash;ann\x07{}", prompt(0)).as_bytes(), now);
        assert!(matches!(engine.poll(now), Action::Done(_)));
        engine.attend(now);
        engine
    }

    #[test]
    fn what_a_line_editor_does_is_no_command() {
        let now = Duration::from_secs(2);
        for (what, keys, before) in [
            ("Ctrl-C", "rm x\x03", "rm x^C\r\n"),
            ("an empty line", "\r", "\r\n"),
            ("a list of completions", "ls a\t\t", "ls a\r\na1  a2\r\n"),
        ] {
            let mut engine = opened();
            engine.pressed(keys.as_bytes(), now);
            engine.feed(format!("{before}{}", prompt(0)).as_bytes(), now);
            engine.pressed(b"ls a1\r", now);
            let ended = format!("ls a1\r\n\x1b]133;C;k.1\x07it is\r\n{}", prompt(0));
            engine.feed(ended.as_bytes(), now);
            let done = engine.attended().unwrap_or_else(|| panic!("{what}"));
            assert_eq!((done.lines, done.outcome.output.as_str()), (vec!["ls a1".to_owned()], "it is"), "{what}");
            assert!(engine.attended().is_none() && engine.is_at_prompt(), "{what}");
        }
    }

    #[test]
    fn a_secret_is_what_is_not_shown() {
        let mut engine = opened();
        let now = Duration::from_secs(2);
        engine.pressed(b"login\r", now);
        engine.feed(b"login\r\n\x1b]133;C;k.1\x07Name: ", now);
        engine.pressed(b"ann\r", now);
        engine.feed(b"ann\r\nPassword: ", now);
        engine.pressed(b"s3cret\r", now);
        engine.feed(format!("\r\nwelcome\r\n{}", prompt(3)).as_bytes(), now);
        let done = engine.attended().expect("it has ended");
        let told: Vec<_> = done.replies.iter().map(|reply| (reply.text.as_str(), reply.shown)).collect();
        assert_eq!(told, [("ann", true), ("s3cret", false)]);
        assert_eq!(done.outcome.end, End::Prompt { status: Some(3) });
    }

    #[test]
    fn keys() {
        let mut person = Person::default();
        for key in without_sequences("old\u{15}a bc\u{17}\u{7f}\u{7f}jö\u{1b}[Ax\u{7f}\r".as_bytes()) {
            person.reply(key, "Name: ");
        }
        let [reply] = &person.replies[..] else { panic!("{person:?}") };
        assert_eq!((reply.text.as_str(), reply.question.as_str()), ("jö", "Name: "));
    }

    #[test]
    fn what_was_shown() {
        let reply = |question: &str, text: &str| Reply {
            question: question.into(),
            text: text.into(),
            shown: false,
            ended: false,
        };
        for (question, text, output, shown) in [
            ("Name: ", "ann", "Name: ann\nhello ann", true),
            ("Password: ", "s3cret", "Password: \nwelcome", false),
            ("Password: ", "s3cret", "Password: ******\nwelcome", false),
            ("Go on? [y/N] ", "y", "Go on? [y/N] y", true),
            ("", "a line", "a line", true),
            ("Your name?", "ann", "Your name?\nann\nhello", true),
            ("Continue? ", "", "Continue? \n", true),
        ] {
            assert_eq!(is_shown(&reply(question, text), output), shown, "{question}{text} in {output:?}");
        }
    }
}
