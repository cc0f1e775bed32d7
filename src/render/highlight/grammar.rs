//! Highlighting with syntect's grammars, line by line, where every distinct line is parsed once.
//!
//! A guide's lines are often another guide's lines too (`sudo apt update`, `services:`, `}`), so what a line becomes is
//! remembered by the parser's state before it and its text. A parser state has a number, which equal states share.
//!
//! A parser cannot move between threads (it may hold a region of Oniguruma's), its number can: of each state the grammars
//! keep the line that led to it, and a thread that needs a state which another one met parses that line again, once.
//!
//! For the memory, numbers in the text are alike if they have as many digits: grammars care for the length and the
//! place of a number, hardly ever for its value. Numbers that begin with 0 (octal, hexadecimal) or continue a word
//! (`utf8`) stay as they are.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use syntect::parsing::{BasicScopeStackOp, ParseState, ScopeStack, ScopeStackOp, SyntaxSet};

use super::class::{Class, Classes};
use super::runs::{Packer, is_blank};

/// Longer lines, in bytes, stay plain: a regular expression may take a time that grows with the square of the length, or
/// faster, and syntect leaves Oniguruma's limits of retries as they are (ten million a match, at each place of the line).
/// A count of bytes and no measured time, because two builds must give the same pages.
const MAX_LINE: usize = 400;

/// Grammars that take more than 50 ms for some line of [`MAX_LINE`] bytes, such as one of nothing but tabs or `#`, and how
/// long their lines may be.
const SLOW: &[(&str, usize)] = &[
    ("ASP", 100),
    ("CFML Script", 100),
    ("CFML Script (Tags)", 100),
    ("CoffeeScript", 200),
    ("HTML (ASP)", 100),
    ("INI", 150),
    ("Julia", 150),
    ("MATLAB", 200),
    ("Markdown", 200),
    ("MultiMarkdown", 200),
    ("R", 150),
    ("Scala", 150),
];

/// Longer blocks, in bytes, stay plain.
const MAX_BLOCK: usize = 512 * 1024;

/// A shard with more lines than this starts anew, so that a long-lived process does not grow for ever.
const MAX_SHARD: usize = 32 * 1024;

/// A thread with more states than this starts anew.
const MAX_STATES: usize = 4 * 1024;

/// The parser and the scopes around the next character.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    parser: ParseState,
    scopes: ScopeStack,
}

/// How to come to a state.
#[derive(Debug, Clone)]
enum Origin {
    Start(String),
    After(u32, Box<str>),
}

/// A line that was parsed: its packed runs, and the number of the state after it.
#[derive(Debug)]
struct Line {
    runs: Box<[u8]>,
    next: u32,
}

/// The numbers of states.
#[derive(Debug, Default)]
struct Numbers {
    origins: Vec<Origin>,
    by_print: HashMap<blake3::Hash, u32>,
    starts: HashMap<String, u32>,
}

thread_local! {
    /// The states that this thread has at hand, and the grammars whose they are.
    static STATES: RefCell<(u64, HashMap<u32, Rc<State>>)> = RefCell::default();
}

/// All grammars, loaded at first use, and the memory of lines.
#[derive(Debug)]
pub(super) struct Grammars {
    set: OnceLock<SyntaxSet>,
    classes: OnceLock<Classes>,
    id: u64,
    numbers: RwLock<Numbers>,
    hasher: RandomState,
    shards: [RwLock<HashMap<Box<[u8]>, Line>>; 16],
}

impl Grammars {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            set: OnceLock::new(),
            classes: OnceLock::new(),
            numbers: RwLock::default(),
            hasher: RandomState::new(),
            shards: Default::default(),
        }
    }

    /// The name of the grammar for a language or file name extension that the tables of this module do not list.
    pub(super) fn find(&self, token: &str) -> Option<&str> {
        let syntax = self.set().find_syntax_by_token(token)?;
        Some(&syntax.name)
    }

    /// The packed runs of `code`; none if it is too large, the grammar unknown or its parser fails.
    pub(super) fn highlight(&self, grammar: &str, code: &str) -> Vec<u8> {
        if code.len() > MAX_BLOCK {
            return Vec::new();
        }
        // A defect in a grammar, such as a regular expression that does not compile, is a panic in syntect.
        let work = std::panic::AssertUnwindSafe(|| self.runs(grammar, code));
        std::panic::catch_unwind(work).ok().flatten().unwrap_or_default()
    }

    fn runs(&self, grammar: &str, code: &str) -> Option<Vec<u8>> {
        let mut state = self.start(grammar)?;
        let longest = SLOW.iter().find(|(name, _)| *name == grammar).map_or(MAX_LINE, |(_, longest)| *longest);
        let mut packer = Packer::default();
        let mut key = Vec::new();
        for (i, line) in code.split('\n').enumerate() {
            if i > 0 {
                packer.push(Class::Plain, 1, true);
            }
            if line.len() > longest {
                packer.push(Class::Plain, line.len(), false);
                continue;
            }
            key.clear();
            key.extend_from_slice(&state.to_le_bytes());
            key.extend_from_slice(line.as_bytes());
            level_numbers(&mut key[4..]);
            let shard = &self.shards[self.hasher.hash_one(&key) as usize % self.shards.len()];
            if let Some(found) = shard.read().unwrap_or_else(PoisonError::into_inner).get(&key[..]) {
                packer.extend(&found.runs, line);
                state = found.next;
                continue;
            }
            let parsed = self.parse(state, std::str::from_utf8(&key[4..]).ok()?)?;
            packer.extend(&parsed.runs, line);
            state = parsed.next;
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            if shard.len() >= MAX_SHARD {
                shard.clear();
            }
            shard.insert(key.as_slice().into(), parsed);
        }
        Some(packer.finish())
    }

    fn parse(&self, number: u32, line: &str) -> Option<Line> {
        let before = self.state(number)?;
        let mut state = State::clone(&before);
        let classes = self.classes.get_or_init(Classes::new);
        let mut stack = Vec::with_capacity(16);
        for scope in state.scopes.as_slice() {
            stack.push(classes.inside(top(&stack), *scope));
        }
        let mut packer = Packer::default();
        let mut push = |token: &str, class: Class| packer.push(class.of_token(token), token.len(), is_blank(token));
        let mut from = 0;
        for (at, operation) in self.advance(&mut state.parser, line)? {
            let at = at.min(line.len());
            if at > from {
                push(line.get(from..at)?, top(&stack));
                from = at;
            }
            let follow = |change, _: &[_]| match change {
                BasicScopeStackOp::Push(scope) => stack.push(classes.inside(top(&stack), scope)),
                BasicScopeStackOp::Pop => drop(stack.pop()),
            };
            state.scopes.apply_with_hook(&operation, follow).ok()?;
        }
        push(line.get(from..)?, top(&stack));
        let next = if state == *before { number } else { self.number(state, number, line)? };
        Some(Line { runs: packer.finish().into(), next })
    }

    fn advance(&self, parser: &mut ParseState, line: &str) -> Option<Vec<(usize, ScopeStackOp)>> {
        parser.parse_line(&format!("{line}\n"), self.set()).ok()
    }

    /// The state with a number: at hand, or made by parsing what led to it from one that is.
    fn state(&self, number: u32) -> Option<Rc<State>> {
        let mut lines = Vec::new();
        let mut at = number;
        let mut state = loop {
            if let Some(found) = self.at_hand(at) {
                if lines.is_empty() {
                    return Some(found);
                }
                break State::clone(&found);
            }
            let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
            match numbers.origins.get(at as usize)?.clone() {
                Origin::Start(grammar) => break self.beginning(&grammar)?,
                Origin::After(before, line) => {
                    lines.push(line);
                    at = before;
                }
            }
        };
        for line in lines.iter().rev() {
            for (_, operation) in self.advance(&mut state.parser, line)? {
                state.scopes.apply(&operation).ok()?;
            }
        }
        let state = Rc::new(state);
        self.keep_at_hand(number, &state);
        Some(state)
    }

    fn beginning(&self, grammar: &str) -> Option<State> {
        Some(State { parser: ParseState::new(self.set().find_syntax_by_name(grammar)?), scopes: ScopeStack::new() })
    }

    fn at_hand(&self, number: u32) -> Option<Rc<State>> {
        STATES.with_borrow(|(owner, states)| states.get(&number).filter(|_| *owner == self.id).cloned())
    }

    fn keep_at_hand(&self, number: u32, state: &Rc<State>) {
        STATES.with_borrow_mut(|(owner, states)| {
            if *owner != self.id || states.len() >= MAX_STATES {
                states.clear();
                *owner = self.id;
            }
            states.insert(number, Rc::clone(state));
        });
    }

    /// The number of the state after a line: that of an equal state, or a new one.
    fn number(&self, state: State, before: u32, line: &str) -> Option<u32> {
        let print = format!("{state:?}");
        // What a state captured (the end mark of a here-document) prints as an address, so it equals no other.
        let print = (!print.contains("captures: Some")).then(|| blake3::hash(print.as_bytes()));
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = print.and_then(|print| numbers.by_print.get(&print)) {
            return Some(*found);
        }
        let number = u32::try_from(numbers.origins.len()).ok()?;
        numbers.origins.push(Origin::After(before, line.into()));
        if let Some(print) = print {
            numbers.by_print.insert(print, number);
        }
        drop(numbers);
        self.keep_at_hand(number, &Rc::new(state));
        Some(number)
    }

    /// The number of the state at the start of a text in `grammar`.
    fn start(&self, grammar: &str) -> Option<u32> {
        if let Some(found) = self.numbers.read().ok()?.starts.get(grammar) {
            return Some(*found);
        }
        let mut numbers = self.numbers.write().ok()?;
        let number = u32::try_from(numbers.origins.len()).ok()?;
        numbers.origins.push(Origin::Start(grammar.to_owned()));
        numbers.starts.insert(grammar.to_owned(), number);
        Some(number)
    }

    fn set(&self) -> &SyntaxSet {
        self.set.get_or_init(two_face::syntax::extra_newlines)
    }
}

fn top(stack: &[Class]) -> Class {
    stack.last().copied().unwrap_or_default()
}

/// Writes a 1 over each digit of the numbers in a line.
fn level_numbers(line: &mut [u8]) {
    let mut before = b' ';
    let mut leveling = false;
    for byte in line {
        let this = *byte;
        leveling = this.is_ascii_digit()
            && (leveling || this != b'0' && !(before.is_ascii_alphanumeric() || before == b'_' || before >= 0x80));
        if leveling {
            *byte = b'1';
        }
        before = this;
    }
}
