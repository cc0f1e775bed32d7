//! Text as words to search for. `search.js` does the same to what the reader types.

use std::ops::Range;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// English words that are in nearly every section, sorted; `search.js` has the same list.
const STOP_WORDS: [&str; 25] = [
    "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "how", "if", "in", "is", "it", "of", "on", "or",
    "that", "the", "this", "to", "with", "you", "your",
];

/// Characters in a word, at most: what is longer is a hash or a key.
const LONGEST: usize = 40;

/// Calls `found` for every word of `text`, as a range of `folded`, to which the folded text is added.
///
/// A word is a run of letters and digits, decomposed (NFKD), without combining marks, in lower case, of 2 to 40
/// characters, and no stop word. Scripts written without spaces give every character with its successor, and the last
/// one of a run alone, so that any part of a run is found by its pairs, and a single character by its prefix.
pub(super) fn words(text: &str, folded: &mut String, mut found: impl FnMut(&str, Range<usize>)) {
    let mut run = Run { start: folded.len(), unspaced: false };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            run.goes_on(false, folded, &mut found);
            folded.push(c.to_ascii_lowercase());
        } else if c.is_ascii() {
            run.end(folded, &mut found);
        } else {
            decompose_compatible(c, |part| {
                if is_combining_mark(part) {
                    return;
                }
                for letter in part.to_lowercase() {
                    if letter.is_alphanumeric() {
                        run.goes_on(is_unspaced(letter), folded, &mut found);
                        folded.push(if letter == 'ς' { 'σ' } else { letter });
                    } else {
                        run.end(folded, &mut found);
                    }
                }
            });
        }
    }
    run.end(folded, &mut found);
}

/// Thai and Lao, Burmese, Khmer, kana, Han.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// Letters of one kind, from `start` of the folded text to its end.
struct Run {
    start: usize,
    unspaced: bool,
}

impl Run {
    fn goes_on(&mut self, unspaced: bool, folded: &str, found: &mut impl FnMut(&str, Range<usize>)) {
        if unspaced != self.unspaced {
            self.end(folded, found);
            self.unspaced = unspaced;
        }
    }

    fn end(&mut self, folded: &str, found: &mut impl FnMut(&str, Range<usize>)) {
        let range = self.start..folded.len();
        self.start = range.end;
        let run = &folded[range.clone()];
        if self.unspaced {
            let ends = || run.char_indices().map(|(at, c)| at + c.len_utf8());
            for ((at, _), end) in run.char_indices().zip(ends().skip(1).chain([run.len()])) {
                found(&run[at..end], range.start + at..range.start + end);
            }
        } else if run.len() > 1 && is_searched(run) {
            found(run, range);
        }
    }
}

fn is_searched(word: &str) -> bool {
    let fits = if word.is_ascii() { word.len() <= LONGEST } else { (2..=LONGEST).contains(&word.chars().count()) };
    fits && !(word.len() <= 4 && STOP_WORDS.binary_search(&word).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let (mut folded, mut all) = ("before".to_owned(), Vec::new());
        words(text, &mut folded, |word, range| all.push((word.to_owned(), range)));
        assert!(all.iter().all(|(word, range)| folded[range.clone()] == *word), "ranges of {text}");
        all.into_iter().map(|(word, _)| word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn folding_and_splitting() {
        let long = "x".repeat(LONGEST + 1);
        for (text, expected) in [
            ("Hello, World", "hello world"),
            ("docker-compose.yml apt-get NODE_ENV=x", "docker compose yml apt get node env"),
            ("How to set the IP of a C program", "set ip program"),
            ("Crème brûlée, CRE\u{300}ME", "creme brulee creme"),
            ("İstanbul ΟΔΟΣ οδός ﬁle ™ Å", "istanbul οδοσ οδοσ file tm"),
            ("Ёлка ½ 2024", "елка 2024"),
            ("don't — “quoted”", "don quoted"),
            (long.as_str(), ""),
            (&long[1..], &long[1..]),
            ("東京都", "東京 京都 都"),
            ("Dockerの容器 ガ", "docker の容 容器 器 カ"),
            ("", ""),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        // Hangul is searched by its letters, so a syllable typed half is a prefix.
        assert!(found("한글").starts_with(&found("하")) && !found("한").is_empty());
    }

    #[test]
    fn the_browser_has_the_same_stop_words() {
        assert!(STOP_WORDS.is_sorted());
        let script = include_str!("../../../themes/default/static/search.js");
        assert!(script.contains(&STOP_WORDS.join(" ")));
    }
}
