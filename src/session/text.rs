//! Text of any length in bounded memory: its head and its tail.

use std::collections::VecDeque;

const GAP_BEGIN: &str = "[... ";
const GAP_END: &str = " bytes left out ...]";

/// Whether a line stands for bytes that were not kept.
pub(crate) fn is_gap(line: &str) -> bool {
    let number = line.strip_prefix(GAP_BEGIN).and_then(|rest| rest.strip_suffix(GAP_END));
    number.is_some_and(|number| number.parse::<u64>().is_ok())
}

/// The beginning and the end of a text; what lies between is counted and forgotten.
#[derive(Debug)]
pub(crate) struct Bounded {
    head: String,
    tail: VecDeque<String>,
    tail_bytes: usize,
    dropped: u64,
    most_head: usize,
    most_tail: usize,
    /// Nothing more goes to the head, even if there is room for it.
    head_full: bool,
}

impl Bounded {
    /// Keeps about `most_head` bytes at the beginning and `most_tail` bytes at the end.
    pub(crate) fn new(most_head: usize, most_tail: usize) -> Self {
        let (head, tail) = (String::new(), VecDeque::new());
        Self { head, tail, tail_bytes: 0, dropped: 0, most_head, most_tail, head_full: false }
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.most_head, self.most_tail);
    }

    /// Adds a short piece, which is kept or forgotten as a whole.
    pub(crate) fn push(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if !self.head_full && self.head.len() + piece.len() <= self.most_head {
            self.head.push_str(piece);
            return;
        }
        self.head_full = true;
        self.tail_bytes += piece.len();
        match self.tail.back_mut() {
            // The end of a line belongs to the piece before, as long as pieces stay short.
            Some(last) if last.len() + piece.len() <= 256 && !last.ends_with('\n') => last.push_str(piece),
            _ => self.tail.push_back(piece.into()),
        }
        while self.tail_bytes > self.most_tail
            && let Some(first) = self.tail.pop_front()
        {
            self.tail_bytes -= first.len();
            self.dropped += first.len() as u64;
        }
    }

    /// The text with a line in place of what is not there, and the number of bytes that are not.
    pub(crate) fn text(&self) -> (String, u64) {
        let mut text = self.head.clone();
        if self.dropped > 0 {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&format!("{GAP_BEGIN}{}{GAP_END}\n", self.dropped));
        }
        text.extend(self.tail.iter().map(String::as_str));
        (text, self.dropped)
    }

    /// The last `bytes` bytes, and a little more.
    pub(crate) fn last(&self, bytes: usize) -> String {
        let (mut length, mut pieces) = (0, Vec::new());
        for piece in self.tail.iter().rev() {
            if length >= bytes {
                break;
            }
            length += piece.len();
            pieces.push(piece.as_str());
        }
        let mut text = String::new();
        if length < bytes {
            let wanted = self.head.len().saturating_sub(bytes - length);
            let start = (0..=wanted).rev().find(|i| self.head.is_char_boundary(*i)).unwrap_or(0);
            text.push_str(&self.head[start..]);
        }
        text.extend(pieces.into_iter().rev());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_tail() {
        let mut text = Bounded::new(6, 6);
        for piece in ["ab\n", "cd\n", "ef\n"] {
            text.push(piece);
        }
        assert_eq!(text.text(), ("ab\ncd\nef\n".into(), 0));
        text.push("gh\n");
        text.push("ij\n");
        assert_eq!(text.text(), ("ab\ncd\n[... 3 bytes left out ...]\ngh\nij\n".into(), 3));
        assert!(is_gap("[... 3 bytes left out ...]") && !is_gap("[... x bytes left out ...]") && !is_gap("..."));
        assert_eq!(text.last(4), "gh\nij\n");
        text.clear();
        text.push("é\n");
        assert_eq!(text.last(2), "é\n");
        assert_eq!(text.text(), ("é\n".into(), 0));
    }
}
