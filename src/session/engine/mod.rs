//! The state machine: it is fed what the terminal prints, and says what to type next.

mod attended;
mod end;
mod stream;
mod wait;

use super::marks::Scanner;
use super::place::{Kind, Place};
use super::probe::Foreground;
use super::screen::{COLUMNS, ROWS, Screen};
use super::step::{Answered, End, Outcome, Service, Step, key};
use super::veil::Veil;
use crate::terminal::endless;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

pub use attended::{Attended, Reply};

/// What the engine wants.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "an outcome is made once a step, and moved once")]
pub enum Action {
    /// Type these bytes.
    Type(Vec<u8>),
    /// Feed what the terminal prints, or poll again at this time (on the caller's clock).
    Wait(Duration),
    /// Look what the program in the foreground does, on the terminal whose first shell has this process id, and tell it to
    /// [`Engine::probed`]. Asked only after some silence, rarely; who cannot tell just polls again.
    Probe(u32),
    /// Look on which ports the program in the foreground listens, on the terminal whose first shell has this process id, and tell it to
    /// [`Engine::listens`]. Asked as rarely; who cannot tell just polls again.
    Listening(u32),
    /// The step has ended.
    Done(Outcome),
    /// There is no step.
    Idle,
}

/// Times and limits.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the marks of this session carry. Output can fake a mark only if it knows the key, so it should be random;
    /// letters and digits only.
    pub key: String,
    /// How wide the terminal is.
    pub columns: u16,
    /// How high it is.
    pub rows: u16,
    /// Bytes to keep of the beginning of a command's output.
    pub head: usize,
    /// Bytes to keep of the end of a command's output.
    pub tail: usize,
    /// Silence after which a known prompt of a program counts.
    pub known_prompt: Duration,
    /// Silence after which something expected counts: a shell's prompt after `su`, a question that has an answer.
    pub expected: Duration,
    /// Silence after which a prompt counts that nothing announced.
    pub unexpected: Duration,
    /// Silence after which a question without an answer is one.
    pub question: Duration,
    /// The same, for lines that programs also print while they work.
    pub perhaps_question: Duration,
    /// Silence after which a command that is not known to serve, but has said so, is asked whether it listens: tests that start a server
    /// say the same, and what interrupts them has seen nothing of how they end. And silence after which one that is known to serve is
    /// believed, though it listens nowhere.
    pub says_serving: Duration,
    /// Silence that looks like nothing, after which the foreground program is looked at: whether it waits for input.
    pub silence: Duration,
    /// How long a command in the background may take to say its first words, after each of them.
    pub settling: Duration,
    /// How long a shell may take to show its prompt, or to understand the hidden line.
    pub opening: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key: "gp".into(),
            columns: COLUMNS,
            rows: ROWS,
            head: 128 << 10,
            tail: 384 << 10,
            known_prompt: Duration::from_millis(40),
            expected: Duration::from_millis(100),
            unexpected: Duration::from_secs(1),
            question: Duration::from_secs(2),
            perhaps_question: Duration::from_secs(5),
            says_serving: Duration::from_secs(20),
            silence: Duration::from_secs(3),
            settling: Duration::from_millis(200),
            opening: Duration::from_secs(30),
        }
    }
}

/// What the engine waits for.
#[derive(Debug, Clone, PartialEq)]
enum Phase {
    /// The command to end; or, when opening, the first prompt.
    Running,
    /// A shell to understand the hidden line.
    Hidden(Hidden),
    /// What a command that was put into the background says at once; the shell's prompt is back, with this status.
    Settling { status: Option<i32>, since: Duration },
    /// A prompt after Ctrl-C.
    /// `settling`: a prompt is back, with this status, but a late Ctrl-C may still bring another one.
    Stopping { end: End, since: Duration, presses: usize, settling: Option<Option<i32>> },
    /// The next step.
    Idle,
    /// Nothing: no prompt came back.
    Lost,
    /// Nothing: the session is over.
    Closed { status: Option<i32> },
}

/// The hidden line was typed at something that looked like a shell's prompt.
#[derive(Debug, Clone, PartialEq)]
struct Hidden {
    mark: u32,
    since: Duration,
    /// The line at which it was typed.
    prompt: String,
    /// The shell is one that was told before, and has lost its prompt since.
    again: bool,
    /// The shell reads a line, and its prompt has no marks: it is to be told that it makes its prompt anew each time.
    unmarked: bool,
    /// What the new shell says it is, and its user.
    shell: Option<(String, String)>,
    /// It was no shell's prompt: the command has ended meanwhile, at this time, with this status.
    spent: Option<(Duration, Option<i32>)>,
}

/// A prompt whose text is arriving.
#[derive(Debug)]
struct Arriving {
    shell: u32,
    status: Option<i32>,
    pid: u32,
    cwd: String,
    text: Vec<u8>,
}

/// What is known of the program in the foreground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Probe {
    /// Nobody was asked, since the last output.
    No,
    /// To be asked.
    Wanted,
    /// Asked, and not answered yet.
    Asked,
    /// Answered, at this time.
    Answered(Foreground, Duration),
}

/// What is known of the ports of a command that has said that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ports {
    /// Nobody was asked, since the last look.
    No,
    /// To be asked.
    Wanted,
    /// Asked, and not answered yet.
    Asked,
    /// Answered.
    Answered(BTreeSet<u16>),
}

/// A step under way.
#[derive(Debug)]
struct Running {
    step: Step,
    /// There is no step: the session opens.
    opening: bool,
    started: Duration,
    before: Vec<Place>,
    typed: usize,
    /// The shell has said that it runs the command: the screen has nothing but output.
    accepted: bool,
    /// A line feed came since the last line was typed.
    newline: bool,
    /// Line feeds before the command was accepted.
    feeds: usize,
    /// The shell with this number reads a line, and its prompt is not complete.
    reads: Option<u32>,
    /// What was shown since it reads: what a guide has put before its prompt, as the name of an environment.
    lead: Vec<u8>,
    /// Something came since the last answer or key.
    fresh: bool,
    /// The output has ended.
    over: bool,
    endless: bool,
    /// What came after the prompt.
    late: Vec<u8>,
    /// Output as it was before the engine typed something of its own.
    frozen: Option<(String, u64)>,
    /// Blank lines at the end of it.
    blank_end: usize,
    /// How often each answer was given.
    uses: Vec<u32>,
    answered: Vec<Answered>,
    /// Statuses of the last pipeline's commands.
    pipe: Vec<i32>,
    until_seen: bool,
    /// How often a pager was told to quit.
    quits: u32,
    probe: Probe,
    /// How often the foreground program was looked at.
    probes: u32,
    ports: Ports,
    /// How often its ports were looked at; of what is known to serve, since it has printed something.
    looks: u32,
    /// When what is known to serve had printed the last, as its ports were looked at.
    looked: Duration,
    service: Option<Service>,
    /// An empty line was typed to end a block of a program (Python).
    closed_block: bool,
    /// A person types it.
    person: Option<attended::Person>,
}

/// The session engine. See [`super`].
pub struct Engine {
    settings: Settings,
    scanner: Scanner,
    veil: Veil,
    screen: Screen,
    places: Vec<Place>,
    phase: Phase,
    running: Option<Running>,
    arriving: Vec<Arriving>,
    to_type: Vec<u8>,
    done: Option<Outcome>,
    /// What a person typed, and came to an end.
    past: VecDeque<Attended>,
    shown: Vec<u8>,
    /// When the terminal last printed or was typed into.
    last: Duration,
    /// What the cursor's line looks like, until something changes.
    sight: Option<(Duration, wait::Sight)>,
    /// Hidden lines typed so far.
    marks: u32,
}

impl Engine {
    /// A session on a terminal in which a shell has just been started, at the time `now`. The first outcome is that of opening: it
    /// is at a [`Prompt`](End::Prompt), or there is no session.
    pub fn open(settings: Settings, now: Duration) -> Self {
        let mut engine = Self {
            scanner: Scanner::new(&settings.key),
            veil: Veil::default(),
            screen: Screen::new(settings.head, settings.tail, (settings.columns, settings.rows)),
            settings,
            places: Vec::new(),
            phase: Phase::Running,
            running: None,
            arriving: Vec::new(),
            to_type: Vec::new(),
            done: None,
            past: VecDeque::new(),
            shown: Vec::new(),
            last: now,
            sight: None,
            marks: 0,
        };
        let timeout = engine.settings.opening;
        engine.running = Some(engine.running(Step::new("").timeout(timeout), true, now));
        engine
    }

    /// Begins a step. Its outcome comes from [`poll`](Self::poll). A step that is under way is forgotten. If the session is over,
    /// nothing is typed, and the outcome says so.
    pub fn begin(&mut self, step: Step, now: Duration) {
        let running = self.running(step, false, now);
        self.running = Some(running);
        self.done = None;
        match self.phase {
            Phase::Closed { status } => self.finish(End::SessionEnded { status }, false, now),
            Phase::Idle => {
                let echoes =
                    self.running.iter().flat_map(|running| running.step.lines.first()).all(|line| key(line).is_none());
                let prompt = self.places.last().filter(|_| echoes).map_or(String::new(), |place| place.prompt.clone());
                self.screen.reset(&prompt);
                self.phase = Phase::Running;
                self.type_next_line(now);
            }
            _ => self.finish(End::SessionEnded { status: None }, false, now),
        }
    }

    /// Takes what the terminal printed. Chunks may be cut anywhere.
    pub fn feed(&mut self, bytes: &[u8], now: Duration) {
        self.last = now;
        self.sight = None;
        self.shown.clear();
        if let Some(running) = &mut self.running {
            running.fresh = true;
            running.probe = Probe::No;
            running.ports = Ports::No;
        }
        self.read(bytes, now);
    }

    /// What of the last [`feed`](Self::feed) a person may see: without marks, the hidden line and its echo. It is for transcripts.
    pub fn shown(&self) -> &[u8] {
        &self.shown
    }

    /// The terminal was closed: its shell ended with `status`, or its machine is gone.
    pub fn closed(&mut self, status: Option<i32>, now: Duration) {
        if matches!(self.phase, Phase::Closed { .. }) {
            return;
        }
        self.phase = Phase::Closed { status };
        self.places.clear();
        self.to_type.clear();
        if self.running.is_some() {
            self.finish(End::SessionEnded { status }, false, now);
        }
    }

    /// Says what to do now. To be asked after each [`feed`](Self::feed), and at the time it gave.
    pub fn poll(&mut self, now: Duration) -> Action {
        loop {
            if !self.to_type.is_empty() {
                return Action::Type(std::mem::take(&mut self.to_type));
            }
            if let Some(outcome) = self.done.take() {
                return Action::Done(outcome);
            }
            if self.running.is_none() {
                return Action::Idle;
            }
            if let Some(shell) = self.wanted_probe() {
                return Action::Probe(shell);
            }
            if let Some(shell) = self.wanted_ports() {
                return Action::Listening(shell);
            }
            if let Some(wake) = self.tick(now) {
                return Action::Wait(wake);
            }
        }
    }

    /// The answer to [`Action::Probe`].
    pub fn probed(&mut self, foreground: Foreground, now: Duration) {
        if let Some(running) = self.running.as_mut().filter(|running| running.probe == Probe::Asked) {
            running.probe = Probe::Answered(foreground, now);
        }
    }

    /// The process id to ask for, if a probe is wanted.
    fn wanted_probe(&mut self) -> Option<u32> {
        let running = self.running.as_mut().filter(|running| running.probe == Probe::Wanted)?;
        running.probe = Probe::Asked;
        self.first_shell()
    }

    /// The answer to [`Action::Listening`].
    pub fn listens(&mut self, ports: BTreeSet<u16>) {
        if let Some(running) = self.running.as_mut().filter(|running| running.ports == Ports::Asked) {
            running.ports = Ports::Answered(ports);
        }
    }

    /// The process id to ask for, if its command's ports are wanted.
    fn wanted_ports(&mut self) -> Option<u32> {
        let running = self.running.as_mut().filter(|running| running.ports == Ports::Wanted)?;
        running.ports = Ports::Asked;
        self.first_shell()
    }

    fn first_shell(&self) -> Option<u32> {
        match self.places.first()?.kind {
            Kind::Shell { pid, .. } => Some(pid),
            Kind::Program => None,
        }
    }

    /// Stops the step under way: Ctrl-C is pressed until the prompt is back. For a run that is cancelled.
    pub fn interrupt(&mut self, now: Duration) {
        if matches!(self.phase, Phase::Running | Phase::Hidden(_)) {
            self.stop(End::Interrupted { status: None }, now);
        }
    }

    /// Whether it waits for the next step at a prompt.
    pub fn is_ready(&self) -> bool {
        self.phase == Phase::Idle && !self.places.is_empty()
    }

    /// Where the session is, from the outermost place to the innermost.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The session has ended.
    pub fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed { .. })
    }

    fn running(&self, step: Step, opening: bool, now: Duration) -> Running {
        Running {
            opening,
            started: now,
            before: self.places.clone(),
            typed: 0,
            accepted: opening,
            newline: false,
            feeds: 0,
            reads: None,
            lead: Vec::new(),
            late: Vec::new(),
            fresh: false,
            over: false,
            endless: step.until.is_none()
                && !step.runs_on
                && (step.stopped || step.lines.first().is_some_and(|line| endless::is_endless(line))),
            frozen: None,
            blank_end: 0,
            uses: vec![0; step.answers.len()],
            answered: Vec::new(),
            pipe: Vec::new(),
            until_seen: false,
            quits: 0,
            probe: Probe::No,
            probes: 0,
            ports: Ports::No,
            looks: 0,
            looked: Duration::ZERO,
            service: None,
            closed_block: false,
            person: None,
            step,
        }
    }
}
