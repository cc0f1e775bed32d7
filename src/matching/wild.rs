//! A line with `[..]`, which stands for any text inside a line.
//!
//! The line is cut at its wildcards. The first piece begins the real line, the last ends it, and each other one is taken where
//! it first fits. Pieces are compared as lines are: values by kind, at the places where the real line has them.

use std::ops::Range;

use super::{
    Change, Why,
    kinds::{self, Kind, Token, What},
    line::{self, Outcome},
    value::Scale,
};

/// What stands for any text.
pub(super) const WILDCARD: &str = "[..]";

/// Steps after which a line is given up: no author's line needs a hundredth of it.
const STEPS: usize = 200_000;

/// Whether a line has a wildcard.
pub(super) fn is_wild(line: &str) -> bool {
    line.contains(WILDCARD)
}

/// A piece of the documented line between wildcards.
struct Piece {
    offset: usize,
    tokens: Vec<Token>,
}

struct Matcher<'a> {
    d: &'a str,
    r: &'a str,
    real: &'a [Token],
    scale: Scale<'a>,
    steps: usize,
}

/// Compares a documented line that is wild with a real one.
pub(super) fn compare(documented: &str, real: &str, tokens: &[Token], scale: Scale<'_>) -> Outcome {
    let pieces = pieces(documented);
    let mut matcher = Matcher { d: documented, r: real, real: tokens, scale, steps: STEPS };
    if let Some(changes) = matcher.run(&pieces) {
        return Outcome::of(changes, documented.len(), real.len());
    }
    let whole = Change { documented: 0..documented.len(), real: 0..real.len(), why: Why::Differs };
    Outcome::of(vec![whole], documented.len(), real.len())
}

fn pieces(documented: &str) -> Vec<Piece> {
    let mut offset = 0;
    let mut found = Vec::new();
    for text in documented.split(WILDCARD) {
        let lead = text.len() - text.trim_start().len();
        let mut tokens = kinds::tokens(text);
        // Space at the ends of a piece counts, except at the ends of the line.
        let end = tokens.last().map_or(lead.min(text.len()), |t| t.range.end);
        let is_first = offset == 0;
        let is_last = offset + text.len() == documented.len();
        if lead > 0 && !is_first && !tokens.is_empty() {
            tokens.insert(0, Token::new(0..lead, What::Space));
        }
        if end < text.len() && !is_last {
            tokens.push(Token::new(end..text.len(), What::Space));
        }
        found.push(Piece { offset, tokens });
        offset += text.len() + WILDCARD.len();
    }
    found
}

impl Matcher<'_> {
    fn run(&mut self, pieces: &[Piece]) -> Option<Vec<Change>> {
        let (first, rest) = pieces.split_first()?;
        let (last, middle) = rest.split_last()?;
        let start = self.r.len() - self.r.trim_start().len();
        let mut changes = Vec::new();
        let mut at = self.piece(first, if first.tokens.is_empty() { 0 } else { start }, &mut changes)?;
        for piece in middle {
            let (found, end) = self.search(piece, at, false, &mut changes)?;
            self.wildcard(piece, at..found, &mut changes);
            at = end;
        }
        let found = if last.tokens.is_empty() { self.r.len() } else { self.search(last, at, true, &mut changes)?.0 };
        self.wildcard(last, at..found, &mut changes);
        changes.sort_by_key(|c| (c.documented.start, c.real.start));
        Some(changes)
    }

    /// Notes what the wildcard before `piece` stands for.
    fn wildcard(&self, piece: &Piece, real: Range<usize>, changes: &mut Vec<Change>) {
        let documented = piece.offset - WILDCARD.len()..piece.offset;
        changes.push(Change { documented, real, why: Why::Wildcard });
    }

    /// The first place from `from` where a piece fits, and its end there.
    fn search(
        &mut self,
        piece: &Piece,
        from: usize,
        to_end: bool,
        changes: &mut Vec<Change>,
    ) -> Option<(usize, usize)> {
        let mut at = from;
        loop {
            let mut tried = Vec::new();
            if let Some(end) = self.piece(piece, at, &mut tried)
                && (!to_end || end == self.r.len())
            {
                changes.append(&mut tried);
                return Some((at, end));
            }
            at += self.r[at..].chars().next()?.len_utf8();
        }
    }

    /// Where a piece ends if it begins at `at`.
    fn piece(&mut self, piece: &Piece, mut at: usize, changes: &mut Vec<Change>) -> Option<usize> {
        for (index, token) in piece.tokens.iter().enumerate() {
            self.steps = self.steps.checked_sub(1)?;
            let documented = piece.offset + token.range.start..piece.offset + token.range.end;
            let text = &self.d[documented.clone()];
            let rest = &self.r[at..];
            if token.what == What::Space {
                let len = rest.len() - rest.trim_start().len();
                if len == 0 {
                    return None;
                }
                if rest[..len] != *text {
                    let why = Why::Forgiven(Kind::Spacing);
                    changes.push(Change { documented, real: at..at + len, why });
                }
                at += len;
                continue;
            }
            let edge = index == 0 || index + 1 == piece.tokens.len();
            let real = self.real.binary_search_by_key(&at, |t| t.range.start).ok().map(|i| &self.real[i]);
            if let Some(real) = real {
                let real_text = &self.r[real.range.clone()];
                let after_colon = self.d[..documented.start].ends_with(':') && self.r[..at].ends_with(':');
                match line::pair(text, token, real_text, real, after_colon, self.scale) {
                    None => {
                        at = real.range.end;
                        continue;
                    }
                    Some(Why::Differs) => {}
                    Some(why) => {
                        changes.push(Change { documented, real: real.range.clone(), why });
                        at = real.range.end;
                        continue;
                    }
                }
            }
            // Beside a wildcard, a part of a word or value is enough: `id-[..]`, `172.17.[..]`.
            if !edge && real.is_none_or(|r| r.range.len() > text.len()) && token.what.is_value() {
                return None;
            }
            rest.strip_prefix(text)?;
            at += text.len();
        }
        Some(at)
    }
}
