//! The way back from a text that was made of the author's to the author's bytes.
//!
//! Markdown resolves escapes and entities, expands tabs and leaves out what belongs to quotes and lists; shortcodes show
//! something else than what is written. So no offset into a text that came out of it is an offset into the file. A way is a
//! list of pieces: those copied byte by byte, and those that are something else than their source, as wholes.

use std::ops::Range;

use crate::source::Span;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Way {
    pieces: Vec<Piece>,
}

/// A piece of the text: where it begins, and what it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    at: usize,
    from: Span,
    copied: bool,
}

impl Way {
    /// The text goes on at `at` with a copy of these bytes.
    pub(super) fn copied(&mut self, at: usize, from: Span) {
        self.pieces.push(Piece { at, from, copied: true });
    }

    /// The text goes on at `at` with what stands for these bytes.
    pub(super) fn made(&mut self, at: usize, from: Span) {
        self.pieces.push(Piece { at, from, copied: false });
    }

    /// The text goes on at `at` with a range of another text.
    pub(super) fn go_on(&mut self, at: usize, other: &Self, range: Range<usize>) {
        let ends = other.pieces.iter().skip(1).map(|piece| piece.at).chain([usize::MAX]);
        for (piece, end) in other.pieces.iter().zip(ends) {
            let (begin, end) = (piece.at.max(range.start), end.min(range.end));
            if begin >= end {
                continue;
            }
            let at = at + (begin - range.start);
            if piece.copied {
                let from = |offset: usize| (piece.from.start + (offset - piece.at)).min(piece.from.end);
                self.copied(at, Span::new(from(begin), from(end)));
            } else {
                self.made(at, piece.from);
            }
        }
    }

    /// The source of a range of the text.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let start = self.piece(|at| at <= range.start).map_or(0, |piece| match piece.copied {
            true => (piece.from.start + (range.start - piece.at)).min(piece.from.end),
            false => piece.from.start,
        });
        if range.end <= range.start {
            return Span::new(start, start);
        }
        // The end is looked up by its last byte, because the next piece may be far away in the source.
        let end = self.piece(|at| at < range.end).map_or(0, |piece| match piece.copied {
            true => (piece.from.start + (range.end - piece.at)).min(piece.from.end),
            false => piece.from.end,
        });
        Span::new(start, end.max(start))
    }

    /// The last piece whose begin is so.
    fn piece(&self, so: impl Fn(usize) -> bool) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| so(piece.at));
        self.pieces.get(after.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_cut_and_others_are_whole() {
        // `a&amp;bc` as `a&bc`.
        let mut way = Way::default();
        way.copied(0, Span::new(10, 11));
        way.made(1, Span::new(11, 16));
        way.copied(2, Span::new(16, 18));
        for (range, span) in
            [(0..1, (10, 11)), (1..2, (11, 16)), (0..2, (10, 16)), (3..4, (17, 18)), (2..2, (16, 16)), (4..9, (18, 18))]
        {
            assert_eq!(way.span(range.clone()), Span::new(span.0, span.1), "{range:?}");
        }
        assert_eq!(Way::default().span(1..2), Span::new(0, 0));
        // Of that, `&b`.
        let mut part = Way::default();
        part.go_on(0, &way, 1..3);
        for (range, span) in [(0..1, (11, 16)), (1..2, (16, 17)), (0..2, (11, 17)), (2..2, (17, 17))] {
            assert_eq!(part.span(range.clone()), Span::new(span.0, span.1), "{range:?}");
        }
    }
}
