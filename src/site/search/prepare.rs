//! What the search index needs of one page.

use serde::{Deserialize, Serialize};
use std::{collections::HashMap, ops::Range};

use super::{
    posting::{HEADING, Level, push_section},
    words::{joined, pairs, words},
};
use crate::site::record::SearchSection;

/// Characters of an excerpt, at most.
const EXCERPT: usize = 120;

/// The words of one page and where they are. Kept between builds: a few strings, whatever the page's length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageTerms {
    /// Distinct words and pairs of words in the order of their bytes, each ended by a newline.
    pub(super) words: String,
    /// For each word its sections as postings, ended by a newline.
    pub(super) postings: String,
    /// JSON: `[[anchor, title, excerpt], …]`.
    pub(super) sections: String,
}

/// Words and sections of a page, in document order.
pub fn prepare(sections: &[SearchSection]) -> PageTerms {
    let (mut folded, mut occurrences, mut lengths) = (String::new(), Vec::new(), Vec::new());
    for (section, number) in sections.iter().zip(0..) {
        let begin = occurrences.len();
        for (text, field) in
            [(&section.title, Field::Heading), (&section.text, Field::Prose), (&section.code, Field::Code)]
        {
            words(text, &mut folded, |_, word| occurrences.push(Occurrence { word, section: number, field }));
        }
        lengths.push(occurrences.len() - begin);
        let mut add = |term: &str, field| {
            let begin = folded.len();
            folded.push_str(term);
            occurrences.push(Occurrence { word: begin..folded.len(), section: number, field });
        };
        joined(&section.title, |name| add(name, Field::Heading));
        pairs(&section.title, |pair| add(pair, Field::Heading));
        // A phrase of a command says as much as one of the prose.
        pairs(&section.commands, |pair| add(pair, Field::Prose));
    }
    let (words, postings) = inverted(&folded, &occurrences, &lengths);
    let row = |s: &SearchSection| {
        let shown = if s.text.is_empty() { &s.code } else { &s.text };
        (s.anchor.clone(), s.title.clone(), excerpt(shown))
    };
    let table: Vec<(String, String, String)> = sections.iter().map(row).collect();
    PageTerms { words, postings, sections: serde_json::to_string(&table).expect("strings are JSON") }
}

#[derive(Clone, Copy)]
enum Field {
    Heading,
    Prose,
    Code,
}

struct Occurrence {
    /// In the folded text.
    word: Range<usize>,
    section: u32,
    field: Field,
}

/// How often a word occurs in a section.
#[derive(Default)]
struct Count {
    word: u32,
    section: u32,
    heading: bool,
    prose: u32,
    code: u32,
}

/// Words, and postings for each.
fn inverted(folded: &str, occurrences: &[Occurrence], lengths: &[usize]) -> (String, String) {
    let (distinct, mut counts) = counts(folded, occurrences);
    counts.sort_unstable_by_key(|c| (c.word, c.section));
    let (mut words, mut postings) = (String::new(), Vec::new());
    for (word, sections) in distinct.iter().zip(counts.chunk_by(|a, b| a.word == b.word)) {
        words.push_str(word);
        words.push('\n');
        let mut next = 0;
        for (count, left) in sections.iter().zip((0..sections.len()).rev()) {
            push_section(&mut postings, count.section - next, level(count, lengths[count.section as usize]), left == 0);
            next = count.section + 1;
        }
        postings.push(b'\n');
    }
    (words, String::from_utf8(postings).expect("postings are ASCII"))
}

/// The distinct words, sorted, and counts that name them by their place.
fn counts<'a>(folded: &'a str, occurrences: &[Occurrence]) -> (Vec<&'a str>, Vec<Count>) {
    let mut numbers: HashMap<&str, u32> = HashMap::with_capacity(occurrences.len() / 4);
    let mut latest: Vec<usize> = Vec::new();
    let mut counts: Vec<Count> = Vec::with_capacity(occurrences.len());
    for Occurrence { word, section, field } in occurrences {
        let number = *numbers.entry(&folded[word.clone()]).or_insert(latest.len() as u32);
        if number as usize == latest.len() {
            latest.push(usize::MAX);
        }
        let at = &mut latest[number as usize];
        if counts.get(*at).is_none_or(|c| c.section != *section) {
            *at = counts.len();
            counts.push(Count { word: number, section: *section, ..Count::default() });
        }
        let count = &mut counts[*at];
        match field {
            Field::Heading => count.heading = true,
            Field::Prose => count.prose += 1,
            Field::Code => count.code += 1,
        }
    }
    let mut words: Vec<(&str, u32)> = numbers.into_iter().collect();
    words.sort_unstable();
    let mut places = vec![0; words.len()];
    for (&(_, number), place) in words.iter().zip(0..) {
        places[number as usize] = place;
    }
    counts.iter_mut().for_each(|c| c.word = places[c.word as usize]);
    (words.into_iter().map(|(word, _)| word).collect(), counts)
}

/// BM25's saturation of a word's frequency by the section's length, with fixed constants (k 1.2, b 0.75, 120 words in an
/// average section) so that a page's words do not depend on other pages; code counts for less, as it repeats itself.
fn level(count: &Count, length: usize) -> Level {
    if count.heading {
        return HEADING;
    }
    let frequency = f64::from(count.prose) + 0.3 * f64::from(count.code);
    let saturated = frequency / (frequency + 1.2 * (0.25 + 0.75 * length as f64 / 120.0));
    (saturated * f64::from(HEADING)) as Level
}

/// The begin of a text in one line, cut at a word.
fn excerpt(text: &str) -> String {
    let mut excerpt = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let more = word.chars().count() + usize::from(length > 0);
        if length + more > EXCERPT {
            excerpt.push('…');
            break;
        }
        if length > 0 {
            excerpt.push(' ');
        }
        excerpt.push_str(word);
        length += more;
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(anchor: &str, title: &str, text: &str, code: &str) -> SearchSection {
        let [anchor, title, text, code] = [anchor, title, text, code].map(str::to_owned);
        SearchSection { anchor, title, text, commands: code.clone(), code }
    }

    #[test]
    fn words_are_sorted_and_placed() {
        let terms = prepare(&[
            section("", "", "Networks, networks \"and\" bridges.", ""),
            section("make", "Make a bridge", "Type this:", "docker network create bridge"),
        ]);
        let all = terms.words.lines().zip(terms.postings.lines());
        let (phrases, words): (Vec<_>, Vec<_>) = all.partition(|(word, _)| word.starts_with(' '));
        let phrases: Vec<&str> = phrases.iter().map(|(pair, _)| *pair).collect();
        assert_eq!(phrases, [" a bridge", " create bridge", " docker network", " make a", " network create"]);
        let (words, postings): (Vec<&str>, Vec<&str>) = words.into_iter().unzip();
        assert_eq!(words, ["bridge", "bridges", "create", "docker", "make", "network", "networks", "type"]);
        // bridge: (gap 1 * 6 + heading 5) * 2 + last 1 = 23; networks: level 4 of section 0, last.
        assert_eq!((postings[0], postings[6]), (":", ","));
        assert_eq!(
            terms.sections,
            r#"[["","","Networks, networks \"and\" bridges."],["make","Make a bridge","Type this:"]]"#
        );
        assert_eq!(prepare(&[]).sections, "[]");
        // A name that is written in two ways is one word, whichever section has which.
        let terms = prepare(&[section("a", "Node.js", "nodejs", ""), section("b", "Node.js", "nodejs", "")]);
        let (_, postings) =
            (terms.words.lines().zip(terms.postings.lines())).find(|(w, _)| *w == "nodejs").expect("it is there");
        assert_eq!(postings, "-.");
    }

    #[test]
    fn more_and_shorter_is_better_and_code_is_less() {
        let of = |prose, code, length| level(&Count { prose, code, ..Count::default() }, length);
        assert_eq!([of(0, 1, 600), of(0, 1, 60), of(1, 0, 120), of(3, 0, 120), of(9, 0, 120)], [0, 1, 2, 3, 4]);
        assert_eq!(level(&Count { heading: true, ..Count::default() }, 900), HEADING);
        assert!(of(u32::MAX, 0, 1) <= HEADING);
    }

    #[test]
    fn excerpts_are_cut_at_a_word() {
        assert_eq!(excerpt(" a\n b "), "a b");
        let long = excerpt(&"word ".repeat(40));
        assert_eq!(long.chars().count(), 120);
        assert!(long.ends_with("word…"));
    }
}
