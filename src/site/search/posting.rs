//! Where a word occurs, as text that JSON need not escape and a few lines of JavaScript can read.
//!
//! A number below 57 is one character, from `#` (0) to `[` (56). Before it stand, if it is larger, the digits of
//! number / 57 in base 34, the highest first, from `]` (0) to `~` (33). Neither `"` nor `\` occurs.
//!
//! Postings are a sequence of pages. A page is the number `(gap * 6 + head) * 2 + has_sections`, where the gap counts the
//! pages left out since the last one, followed by its sections (if it has any), each `(gap * 6 + level) * 2 + last`.

/// How much a section says about a word: 0 to 4 by how often it occurs in the text, 5 if it is in the heading.
pub(super) type Level = u8;

/// The level of a word in a heading.
pub(super) const HEADING: Level = 5;

/// Where a page has a word besides its sections: 0 nowhere, 1 in the description or keywords, 2 to 5 in the title, of
/// which a long one says less about each of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Head(u8);

impl Head {
    pub(super) const NOWHERE: Self = Self(0);
    pub(super) const DESCRIPTION: Self = Self(1);

    /// In a title of so many words.
    pub(super) fn title(words: usize) -> Self {
        Self(match words {
            ..=2 => 5,
            3..=4 => 4,
            5..=7 => 3,
            _ => 2,
        })
    }
}

/// Adds the begin of a page; `gap` counts the pages left out before it.
pub(super) fn push_page(postings: &mut Vec<u8>, gap: u32, head: Head, has_sections: bool) {
    push(postings, (gap * 6 + u32::from(head.0)) * 2 + u32::from(has_sections));
}

/// Adds a section of a page; `gap` counts the sections left out before it.
pub(super) fn push_section(postings: &mut Vec<u8>, gap: u32, level: Level, last: bool) {
    push(postings, (gap * 6 + u32::from(level)) * 2 + u32::from(last));
}

fn push(postings: &mut Vec<u8>, number: u32) {
    let (mut high, begin) = (number / 57, postings.len());
    while high > 0 {
        postings.push(b']' + (high % 34) as u8);
        high /= 34;
    }
    postings[begin..].reverse();
    postings.push(b'#' + (number % 57) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `search.js` does.
    fn numbers(postings: &[u8]) -> Vec<u32> {
        let (mut all, mut high) = (Vec::new(), 0);
        for &c in postings {
            if c > 92 {
                high = high * 34 + u32::from(c) - 93;
            } else {
                all.push(high * 57 + u32::from(c) - 35);
                high = 0;
            }
        }
        all
    }

    #[test]
    fn numbers_read_back_and_need_no_escapes() {
        let expected: Vec<u32> = (0..5000).chain([57 * 34 * 34 - 1, 57 * 34 * 34, 1_000_000]).collect();
        let mut postings = Vec::new();
        for &number in &expected {
            push(&mut postings, number);
        }
        assert_eq!(numbers(&postings), expected);
        assert!(postings.iter().all(|c| (b'#'..=b'~').contains(c) && *c != b'\\'));
        let mut small = Vec::new();
        push(&mut small, 56);
        assert_eq!(small, b"[");
    }

    #[test]
    fn pages_and_sections() {
        let mut postings = Vec::new();
        push_page(&mut postings, 2, Head::title(3), true);
        push_section(&mut postings, 1, HEADING, false);
        push_section(&mut postings, 0, 3, true);
        push_page(&mut postings, 0, Head::DESCRIPTION, false);
        assert_eq!(numbers(&postings), [33, 22, 7, 2]);
    }
}
