//! Cuts the sorted words into files of a size worth a request.

use std::fmt::Write;

/// Bytes below which a shard is not cut.
const SMALL: usize = 8 << 10;
/// Bytes above which it is, unless one word has more.
const LARGE: usize = 32 << 10;

/// A word and its postings.
pub(super) type Term<'a> = (&'a str, Vec<u8>);

/// A part of the sorted words.
pub(super) struct Shard<'t, 'a> {
    /// The shortest text that sorts after the words before and not after its own.
    pub(super) name: &'a str,
    terms: &'t [Term<'a>],
}

impl Shard<'_, '_> {
    /// Path of its file.
    pub(super) fn path(&self) -> String {
        let mut path = "search/w-".to_owned();
        for c in self.name.chars() {
            if c.is_ascii_alphanumeric() {
                path.push(c);
            } else {
                write!(path, "_{:x}_", c as u32).expect("a String takes every character");
            }
        }
        path + ".json"
    }

    /// `{word: postings}` as JSON. Neither has a character to escape.
    pub(super) fn json(&self) -> Vec<u8> {
        let mut json = vec![b'{'];
        for (word, postings) in self.terms {
            if json.len() > 1 {
                json.push(b',');
            }
            json.push(b'"');
            json.extend_from_slice(word.as_bytes());
            json.extend_from_slice(b"\":\"");
            json.extend_from_slice(postings);
            json.push(b'"');
        }
        json.push(b'}');
        json
    }
}

/// Sorts the terms as JavaScript's `<` does, by UTF-16 units, and cuts them.
///
/// Between the two sizes a cut is made where the next word's hash says so: a change of one word then moves the cuts near
/// it and not all that follow, and the other files stay as they are.
pub(super) fn cut<'t, 'a>(terms: &'t mut [Term<'a>]) -> Vec<Shard<'t, 'a>> {
    terms.sort_unstable_by(
        |(a, _), (b, _)| {
            if a.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
        },
    );
    let terms = &*terms;
    let (mut shards, mut begin, mut bytes) = (Vec::new(), 0, 0);
    let shard = |begin: usize, end: usize| {
        let before = begin.checked_sub(1).map_or("", |i| terms[i].0);
        Shard { name: separator(before, terms[begin].0), terms: &terms[begin..end] }
    };
    for (i, (word, postings)) in terms.iter().enumerate() {
        let more = word.len() + postings.len() + 6;
        if i > begin && (bytes + more > LARGE || (bytes >= SMALL && hash(word).is_multiple_of(4))) {
            shards.push(shard(begin, i));
            (begin, bytes) = (i, 0);
        }
        bytes += more;
    }
    if begin < terms.len() {
        shards.push(shard(begin, terms.len()));
    }
    shards
}

/// The shortest begin of `word` that differs from that of the word before it, which sorts lower.
fn separator<'a>(before: &str, word: &'a str) -> &'a str {
    let same = before.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let end = word.char_indices().nth(same + 1).map_or(word.len(), |(at, _)| at);
    &word[..end]
}

/// FNV-1a.
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_all_words_in_order() {
        let words: Vec<String> = (0..5000).map(|i| format!("w{i:04}")).collect();
        let mut terms: Vec<Term<'_>> = words.iter().rev().map(|w| (w.as_str(), vec![b'#'; 100])).collect();
        let shards = cut(&mut terms);
        let all: Vec<&str> = shards.iter().flat_map(|s| s.terms).map(|(w, _)| *w).collect();
        assert_eq!(all, words);
        assert!(shards.len() > 20 && shards.iter().all(|s| s.json().len() <= LARGE));
        for (i, shard) in shards.iter().enumerate() {
            assert!(shard.name <= shard.terms[0].0);
            assert!(i == 0 || shards[i - 1].terms.last().is_some_and(|(w, _)| *w < shard.name));
        }
        assert_eq!(shards[0].name, "w");
    }

    #[test]
    fn a_new_word_moves_few_cuts() {
        let words: Vec<String> = (0..5000).map(|i| format!("w{i:04}")).collect();
        let shards = |more: &[&'static str]| {
            let all = words.iter().map(String::as_str).chain(more.iter().copied());
            let mut terms: Vec<Term<'_>> = all.map(|w| (w, vec![b'#'; 100])).collect();
            cut(&mut terms).iter().map(Shard::json).collect::<Vec<_>>()
        };
        let (before, after) = (shards(&[]), shards(&["w0000a"]));
        let changed = after.iter().filter(|json| !before.contains(json)).count();
        assert!(changed <= 3, "{changed} of {}", after.len());
    }

    #[test]
    fn any_script_and_no_words() {
        assert!(cut(&mut []).is_empty());
        // U+20000 is below U+FB50 in UTF-16, and above it in UTF-8.
        let mut terms: Vec<Term<'_>> = ["\u{fb50}", "\u{20000}", "ab"].map(|w| (w, vec![b'#'; LARGE])).into();
        let shards = cut(&mut terms);
        let paths: Vec<String> = shards.iter().map(Shard::path).collect();
        assert_eq!(paths, ["search/w-a.json", "search/w-_20000_.json", "search/w-_fb50_.json"]);
        assert_eq!(separator("docker", "dockerfile"), "dockerf");
    }
}
