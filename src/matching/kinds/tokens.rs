//! A line, cut into words, marks, space and values.

use std::ops::Range;

use super::{
    Kind, labels,
    place::{self, Place},
    values,
};

/// Characters that draw lines when they come in threes.
const RULERS: &[char] = &['-', '=', '*', '_', '#', '~', '─', '━', '═'];

/// A line longer than this is one word: nobody documents its values.
const LONG: usize = 16 * 1024;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::matching) struct Token {
    /// Its bytes.
    pub(in crate::matching) range: Range<usize>,
    /// What it is.
    pub(in crate::matching) what: What,
    /// How plainly it is a measure.
    pub(in crate::matching) place: Place,
}

impl Token {
    /// A piece of which nothing tells where it stands.
    pub(in crate::matching) fn new(range: Range<usize>, what: What) -> Self {
        Self { range, what, place: Place::Open }
    }
}

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matching) enum What {
    /// White space inside the line.
    Space,
    /// Letters and digits.
    Word,
    /// One other character.
    Mark,
    /// Three or more times one of [`RULERS`].
    Ruler,
    /// A value of a kind.
    Value(Kind),
    /// A whole number that must be the same.
    Integer,
    /// Another number that must be the same.
    Decimal,
}

impl What {
    /// Whether lines that differ in such a token may still compare well.
    pub(in crate::matching) fn is_value(self) -> bool {
        matches!(self, Self::Value(_) | Self::Integer | Self::Decimal)
    }
}

/// Cuts a line; space around it is left out.
pub(in crate::matching) fn tokens(line: &str) -> Vec<Token> {
    let end = line.trim_end().len();
    let mut at = line.len() - line.trim_start().len();
    let line = &line[..end];
    if line.len() > LONG {
        return vec![Token::new(at.min(end)..end, What::Word)];
    }
    let digits = line.bytes().any(|b| b.is_ascii_digit()) || line.contains('@');
    let (labels, is_row) = if digits { labels::find(line) } else { (Vec::new(), false) };
    let mut labels = labels.into_iter().peekable();
    let mut found = Vec::new();
    while at < end {
        while labels.next_if(|(range, _)| range.start < at).is_some() {}
        if let Some((range, kind)) = labels.next_if(|(range, _)| range.start == at) {
            at = range.end;
            found.push(Token { place: Place::Measured, ..Token::new(range, What::Value(kind)) });
            continue;
        }
        let limit = labels.peek().map_or(end, |(range, _)| range.start);
        let (len, what) = one(&line[..limit], at);
        found.push(Token::new(at..at + len, what));
        at += len;
    }
    place::mark(line, is_row, &mut found);
    found
}

fn one(line: &str, at: usize) -> (usize, What) {
    let text = &line[at..];
    let first = text.chars().next().unwrap_or(' ');
    if first.is_whitespace() {
        return (text.len() - text.trim_start().len(), What::Space);
    }
    if let Some(found) = values::at(line, at) {
        return found;
    }
    if RULERS.contains(&first) {
        let len = text.len() - text.trim_start_matches(first).len();
        if len >= 3 * first.len_utf8() {
            return (len, What::Ruler);
        }
    }
    if !first.is_alphanumeric() {
        return (first.len_utf8(), What::Mark);
    }
    let mut letter = first.is_alphabetic();
    for (index, c) in text.char_indices().skip(1) {
        if !c.is_alphanumeric() {
            return (index, What::Word);
        }
        // `python3.9` is a word and a version.
        if letter && c.is_ascii_digit() && values::at(line, at + index).is_some() {
            return (index, What::Word);
        }
        letter = c.is_alphabetic();
    }
    (text.len(), What::Word)
}
