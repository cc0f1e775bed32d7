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
    runs(text, folded, |folded, run| {
        let word = &folded[run.range.clone()];
        if run.unspaced {
            let ends = || word.char_indices().map(|(at, c)| at + c.len_utf8());
            for ((at, _), end) in word.char_indices().zip(ends().skip(1).chain([word.len()])) {
                found(&word[at..end], run.range.start + at..run.range.start + end);
            }
        } else if is_searched(word) {
            found(word, run.range);
        }
    });
}

/// Calls `found` for every two runs that stand beside each other in a line, stop words and single letters among them, as
/// `" docker network"`: two-word phrases in the index answer longer ones, too (biwords: Manning, Raghavan, Schütze,
/// "Introduction to Information Retrieval", 2.4.1). The space before them keeps them apart from words.
pub(super) fn pairs(text: &str, mut found: impl FnMut(&str)) {
    let (mut folded, mut pair) = (String::new(), String::new());
    for line in text.lines() {
        let mut before: Option<Range<usize>> = None;
        folded.clear();
        runs(line, &mut folded, |folded, run| {
            if run.unspaced || run.range.len() > LONGEST {
                before = None;
                return;
            }
            let word = &folded[run.range.clone()];
            if let Some(before) = before.replace(run.range).filter(|_| !word.starts_with(|c: char| c.is_ascii_digit()))
            {
                pair.clear();
                pair.extend([" ", &folded[before], " ", word]);
                found(&pair);
            }
        });
    }
}

/// Calls `found` for the names of `text` that punctuation divides, as one word: `Node.js` as `nodejs`, `Let's` as `lets`.
pub(super) fn joined(text: &str, mut found: impl FnMut(&str)) {
    let (mut folded, mut whole) = (String::new(), String::new());
    let is_one = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '\'' | '’');
    for name in text.split(|c| !is_one(c)).filter(|name| name.contains(|c: char| !c.is_alphanumeric())) {
        let mut count = 0;
        folded.clear();
        whole.clear();
        runs(name, &mut folded, |folded, run| {
            whole.push_str(&folded[run.range]);
            count += 1;
        });
        if count > 1 && is_searched(&whole) {
            found(&whole);
        }
    }
}

/// Letters of one kind in the folded text.
struct Run {
    range: Range<usize>,
    unspaced: bool,
}

/// Calls `found` for each run of letters and digits, with the folded text up to its end.
fn runs(text: &str, folded: &mut String, mut found: impl FnMut(&str, Run)) {
    let mut open = Open { start: folded.len(), unspaced: false };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            open.goes_on(false, folded, &mut found);
            folded.push(c.to_ascii_lowercase());
        } else if c.is_ascii() {
            open.end(folded, &mut found);
        } else {
            decompose_compatible(c, |part| {
                if is_combining_mark(part) {
                    return;
                }
                for letter in part.to_lowercase() {
                    if letter.is_alphanumeric() {
                        open.goes_on(is_unspaced(letter), folded, &mut found);
                        folded.push(if letter == 'ς' { 'σ' } else { letter });
                    } else {
                        open.end(folded, &mut found);
                    }
                }
            });
        }
    }
    open.end(folded, &mut found);
}

/// Thai and Lao, Burmese, Khmer, kana, Han.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// A run that goes from `start` to the end of the folded text.
struct Open {
    start: usize,
    unspaced: bool,
}

impl Open {
    fn goes_on(&mut self, unspaced: bool, folded: &str, found: &mut impl FnMut(&str, Run)) {
        if unspaced != self.unspaced {
            self.end(folded, found);
            self.unspaced = unspaced;
        }
    }

    fn end(&mut self, folded: &str, found: &mut impl FnMut(&str, Run)) {
        let range = self.start..folded.len();
        self.start = range.end;
        if !range.is_empty() {
            found(folded, Run { range, unspaced: self.unspaced });
        }
    }
}

fn is_searched(word: &str) -> bool {
    let fits = if word.is_ascii() {
        (2..=LONGEST).contains(&word.len())
    } else {
        (2..=LONGEST).contains(&word.chars().count())
    };
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
    fn phrases_and_joined_names() {
        for (text, expected) in [
            ("docker network create front", " docker network| network create| create front"),
            ("journalctl -u nginx", " journalctl u| u nginx"),
            ("/etc/nginx/sites-available", " etc nginx| nginx sites| sites available"),
            ("one\ntwo", ""),
            ("sleep 10 && ping", " 10 ping"),
            ("東京 docker run", " docker run"),
        ] {
            let mut all = Vec::new();
            pairs(text, |pair| all.push(pair.to_owned()));
            assert_eq!(all.join("|"), expected, "{text}");
        }
        for (text, expected) in [
            ("Node.js and Let's Encrypt", "nodejs lets"),
            ("docker-compose.yml", "dockercomposeyml"),
            ("So - it. Ends", ""),
        ] {
            let mut all = Vec::new();
            joined(text, |name| all.push(name.to_owned()));
            assert_eq!(all.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn the_browser_has_the_same_stop_words() {
        assert!(STOP_WORDS.is_sorted());
        let script = include_str!("../../../themes/default/static/search.js");
        assert!(script.contains(&STOP_WORDS.join(" ")));
    }
}
