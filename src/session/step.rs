//! What is typed into a session, and what comes of it.

use super::place::Place;
use std::time::Duration;

/// A text to look for on the terminal.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// This text, anywhere.
    Text(String),
    /// What a regular expression finds.
    Regex(regex::Regex),
}

impl Pattern {
    /// A regular expression.
    ///
    /// # Errors
    /// If `pattern` is not one, or one that would need too much memory.
    pub fn regex(pattern: &str) -> Result<Self, regex::Error> {
        regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().map(Self::Regex)
    }

    /// Whether it is found in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Text(wanted) => text.contains(wanted.as_str()),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Regex(a), Self::Regex(b)) => a.as_str() == b.as_str(),
            _ => false,
        }
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// An answer to a question that a command asks. Answers to the same question are given in turn, the last one again and again.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Found in the question.
    pub question: Pattern,
    /// What to type, without the Enter key.
    pub reply: String,
    /// Never to be shown.
    pub secret: bool,
}

impl Answer {
    /// Whether both answer the same question.
    pub(crate) fn answers_same(&self, other: &Self) -> bool {
        self.question.same(&other.question)
    }
}

/// Lines to type: at least one command. The session types the first line, and each of the others only if the shell asks for more
/// of the *same* command; [`Outcome::typed`] says how many it took, and the rest is for the next step.
#[derive(Debug, Clone)]
pub struct Step {
    /// The lines, without prompts.
    pub lines: Vec<String>,
    /// Answers to questions.
    pub answers: Vec<Answer>,
    /// Press Ctrl-C once this has been shown.
    pub until: Option<Pattern>,
    /// It is left running: it is neither stopped nor waited for.
    pub runs_on: bool,
    /// A reader stops it with Ctrl-C after a while, as the guide shows, whatever command it is.
    pub stopped: bool,
    /// The prompt of the program that the command opens, if it could be taken for a question.
    pub opens: Option<String>,
    /// How long the command may take.
    pub timeout: Duration,
}

/// The key that a line is, as pages write it: `^D` ends what is typed, `^C` and `^\` stop, `^Z` suspends, `^L` clears the screen.
pub(crate) fn key(line: &str) -> Option<u8> {
    match line.trim() {
        "^C" => Some(0x03),
        "^D" => Some(0x04),
        "^L" => Some(0x0c),
        "^Z" => Some(0x1a),
        "^\\" => Some(0x1c),
        _ => None,
    }
}

impl Step {
    /// Whether the lines are for the command that the first of them starts: a key stands among them.
    pub(crate) fn is_fed(&self) -> bool {
        self.lines.iter().skip(1).any(|line| key(line).is_some())
    }

    /// One line, no answers, five minutes.
    pub fn new(line: &str) -> Self {
        Self::block(line)
    }

    /// The lines of a block.
    pub fn block(text: &str) -> Self {
        let (lines, timeout) = (text.lines().map(String::from).collect(), Duration::from_secs(300));
        Self { lines, answers: Vec::new(), until: None, runs_on: false, stopped: false, opens: None, timeout }
    }

    /// With one more answer.
    #[must_use]
    pub fn answer(mut self, question: impl Into<Pattern>, reply: &str) -> Self {
        self.answers.push(Answer { question: question.into(), reply: reply.into(), secret: false });
        self
    }

    /// With Ctrl-C at this text.
    #[must_use]
    pub fn until(mut self, until: impl Into<Pattern>) -> Self {
        self.until = Some(until.into());
        self
    }

    /// With another time limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The terminal is back at a prompt, or at the first prompt of what the command opened.
    Prompt {
        /// The exit status; `None` where there is none: in programs that are not shells, for a command that opened a place and
        /// so has not ended, and for a line without a command.
        status: Option<i32>,
    },
    /// It was endless and stopped by Ctrl-C, as planned. The status (130, mostly) says nothing.
    Interrupted {
        /// The exit status.
        status: Option<i32>,
    },
    /// All lines were typed, and the shell wants more: a quote, a loop or a here-document is open.
    Unfinished {
        /// The prompt for more, such as `> `.
        prompt: String,
    },
    /// It asked something that no answer fits.
    Question {
        /// The line with the question.
        text: String,
    },
    /// A full-screen program (an editor) has the terminal.
    FullScreen {
        /// What it shows.
        screen: String,
    },
    /// It serves, and has fallen silent: it would not end by itself.
    Serves,
    /// The time limit passed.
    TimedOut,
    /// The session itself is over: its shell has ended, or its machine is gone.
    SessionEnded {
        /// The shell's exit status, if the driver knows it.
        status: Option<i32>,
    },
}

/// What speaks for a command's being a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Its program is one.
    Program,
    /// It has said so, and listens on this port.
    Listens(u16),
    /// It has said so, and nothing of it listens.
    Says,
}

/// A question that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The line with the question.
    pub question: String,
    /// What was typed, `********` if it is a secret.
    pub reply: String,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// The terminal is at a prompt: another step can be typed.
    pub ready: bool,
    /// How many of the step's lines were typed.
    pub typed: usize,
    /// What the command printed, as a person sees it, without the last line's end. Secrets are *not* masked here.
    pub output: String,
    /// What came beside it, after it on the terminal: notices that jobs have ended, and what a job that was put into the background
    /// has said by now. A page may show it or leave it out.
    pub beside: String,
    /// Blank lines at its end, which the output is without.
    pub blank_end: usize,
    /// Bytes in the middle of the output that were not kept.
    pub dropped: u64,
    /// The working directory, if the terminal is at a shell's prompt that tells it.
    pub cwd: Option<String>,
    /// Where the step was typed, from the outermost place to the innermost.
    pub before: Vec<Place>,
    /// Where the terminal is now.
    pub after: Vec<Place>,
    /// It left a place by a command such as `exit`: the status is that of an earlier command.
    pub left: bool,
    /// The text of [`Step::until`] was shown.
    pub until_seen: bool,
    /// What speaks for its command's being a server.
    pub service: Option<Service>,
    /// A pager was left by `q`.
    pub paged: bool,
    /// Questions and answers, in order.
    pub answered: Vec<Answered>,
    /// Exit statuses of the commands of the last pipeline, in bash; empty where the shell does not tell them.
    pub pipe: Vec<i32>,
    /// From the first key to the end.
    pub duration: Duration,
}

impl Outcome {
    /// A line that was typed, ended so, and showed nothing: the rest is filled in by whoever knows more.
    pub(crate) fn new(end: End) -> Self {
        Self {
            end,
            ready: true,
            typed: 1,
            output: String::new(),
            beside: String::new(),
            blank_end: 0,
            dropped: 0,
            cwd: None,
            before: Vec::new(),
            after: Vec::new(),
            left: false,
            until_seen: false,
            service: None,
            paged: false,
            answered: Vec::new(),
            pipe: Vec::new(),
            duration: Duration::ZERO,
        }
    }
}
