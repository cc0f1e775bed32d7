//! Merges what is kept of each page into the files of the index.

use rayon::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    posting::{Head, push_page},
    prepare::PageTerms,
    shard::{Shard, Term, cut},
    words::{joined, pairs, words},
};

/// Pages in one table.
const CHUNK: usize = 8;

/// A page to be found.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// Title as plain text; its words count most.
    pub title: &'a str,
    /// Address for the result's link.
    pub url: String,
    /// Plain text.
    pub description: &'a str,
    /// Keywords and tags; they count as the description does.
    pub keywords: &'a [String],
    /// The rest of its words.
    pub terms: &'a PageTerms,
}

/// The files of the index, as path and bytes: the same pages give the same bytes.
///
/// Of two pages that fit a search equally, the one given first is shown first.
pub fn build(pages: &[Page<'_>]) -> Vec<(String, Vec<u8>)> {
    let heads: Vec<Vec<(String, Head)>> = pages.par_iter().map(head).collect();
    let mut terms = merge(pages, &heads);
    let shards = cut(&mut terms);
    let mut files: Vec<(String, Vec<u8>)> = shards.par_iter().map(|s| (s.path(), s.json())).collect();
    files
        .par_extend(pages.par_chunks(CHUNK).enumerate().map(|(i, chunk)| (format!("search/p-{i}.json"), table(chunk))));
    files.push(("search/words.json".into(), spelling(&heads)));
    files.push(("search/meta.json".into(), meta(pages.len(), &shards, &files)));
    files
}

/// Words of titles, descriptions and keywords, to correct what was typed by, as a JSON text.
fn spelling(heads: &[Vec<(String, Head)>]) -> Vec<u8> {
    let words: BTreeSet<&str> =
        heads.iter().flatten().map(|(word, _)| word.as_str()).filter(|w| !w.starts_with(' ')).collect();
    json!(Vec::from_iter(words).join(" ")).to_string().into_bytes()
}

fn meta(pages: usize, shards: &[Shard<'_, '_>], files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    for (path, bytes) in files {
        hasher.update(path.as_bytes()).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }
    let names: Vec<&str> = shards.iter().map(|s| s.name).collect();
    let version = &hasher.finalize().to_hex()[..10];
    json!({ "v": version, "pages": pages, "chunk": CHUNK, "shards": names.join("\n") }).to_string().into_bytes()
}

/// Title, address, description and sections of some pages, as JSON.
fn table(pages: &[Page<'_>]) -> Vec<u8> {
    let rows: Vec<String> = (pages.iter())
        .map(|p| {
            let mut row = json!([p.title, p.url, p.description]).to_string();
            row.insert_str(row.len() - 1, if p.terms.sections.is_empty() { ",[]" } else { "," });
            row.insert_str(row.len() - 1, &p.terms.sections);
            row
        })
        .collect();
    format!("[{}]", rows.join(",\n")).into_bytes()
}

/// Words of a page's title, keywords and description, and pairs of its title's, sorted.
fn head(page: &Page<'_>) -> Vec<(String, Head)> {
    let mut found: BTreeMap<String, Head> = BTreeMap::new();
    let mut add = |word: &str, head: Head| {
        let best = found.entry(word.to_owned()).or_insert(head);
        *best = head.max(*best);
    };
    let mut folded = String::new();
    let mut length = 0;
    words(page.title, &mut folded, |_, _| length += 1);
    let title = Head::title(length);
    let texts = page.keywords.iter().map(|keyword| (keyword.as_str(), Head::DESCRIPTION));
    for (text, head) in [(page.title, title), (page.description, Head::DESCRIPTION)].into_iter().chain(texts) {
        words(text, &mut folded, |word, _| add(word, head));
        joined(text, |name| add(name, head));
    }
    pairs(page.title, |pair| add(pair, title));
    found.into_iter().collect()
}

/// Where terms are merged together: those that begin with the same byte, and pairs whose first word does.
fn bucket(term: &str) -> usize {
    match *term.as_bytes() {
        [b' ', letter, ..] => 256 + usize::from(letter),
        [letter, ..] => usize::from(letter),
        [] => 0,
    }
}

/// A page's words of the same bucket.
#[derive(Default)]
struct Run<'a> {
    page: u32,
    words: &'a str,
    postings: &'a str,
    head: &'a [(String, Head)],
}

/// All words with their postings, in no order that matters.
fn merge<'a>(pages: &'a [Page<'_>], heads: &'a [Vec<(String, Head)>]) -> Vec<Term<'a>> {
    let runs: Vec<Vec<(usize, Run<'a>)>> =
        (pages.par_iter().zip(heads).enumerate()).map(|(i, (page, head))| runs(i as u32, page.terms, head)).collect();
    let mut buckets: Vec<Vec<Run<'a>>> = Vec::new();
    buckets.resize_with(512, Vec::new);
    for (bucket, run) in runs.into_iter().flatten() {
        buckets[bucket].push(run);
    }
    buckets.par_iter().flat_map_iter(|runs| merge_runs(runs)).collect()
}

fn runs<'a>(page: u32, terms: &'a PageTerms, head: &'a [(String, Head)]) -> Vec<(usize, Run<'a>)> {
    let mut runs: BTreeMap<usize, Run<'a>> = BTreeMap::new();
    let (mut word_end, mut posting_end) = (0, 0);
    let (mut word_begin, mut posting_begin) = (0, 0);
    let mut lines = terms.words.split_inclusive('\n').zip(terms.postings.split_inclusive('\n')).peekable();
    while let Some((word, postings)) = lines.next() {
        word_end += word.len();
        posting_end += postings.len();
        let at = bucket(word);
        if lines.peek().is_none_or(|(next, _)| bucket(next) != at) {
            let (words, postings) = (&terms.words[word_begin..word_end], &terms.postings[posting_begin..posting_end]);
            runs.insert(at, Run { page, words, postings, head: &[] });
            (word_begin, posting_begin) = (word_end, posting_end);
        }
    }
    for head in head.chunk_by(|(a, _), (b, _)| bucket(a) == bucket(b)) {
        runs.entry(bucket(&head[0].0)).or_insert(Run { page, ..Run::default() }).head = head;
    }
    runs.into_iter().collect()
}

fn merge_runs<'a>(runs: &[Run<'a>]) -> Vec<Term<'a>> {
    /// Postings so far, and the number of the first page after them.
    #[derive(Default)]
    struct List {
        postings: Vec<u8>,
        next: u32,
    }
    let mut lists: HashMap<&str, List> = HashMap::new();
    let mut add = |word: &'a str, page: u32, head: Head, sections: &str| {
        let list = lists.entry(word).or_default();
        push_page(&mut list.postings, page - list.next, head, !sections.is_empty());
        list.postings.extend_from_slice(sections.as_bytes());
        list.next = page + 1;
    };
    for run in runs {
        let mut heads = run.head.iter().peekable();
        for (word, postings) in run.words.split_terminator('\n').zip(run.postings.split_terminator('\n')) {
            while let Some((other, head)) = heads.next_if(|(other, _)| other.as_str() < word) {
                add(other, run.page, *head, "");
            }
            let head = heads.next_if(|(other, _)| other == word).map_or(Head::NOWHERE, |&(_, head)| head);
            add(word, run.page, head, postings);
        }
        for (word, head) in heads {
            add(word, run.page, *head, "");
        }
    }
    lists.into_iter().map(|(word, list)| (word, list.postings)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::prepare, *};
    use crate::site::record::SearchSection;

    fn file<'f>(files: &'f [(String, Vec<u8>)], path: &str) -> &'f str {
        let (_, bytes) = files.iter().find(|(p, _)| p == path).unwrap_or_else(|| panic!("no {path}"));
        std::str::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn the_files_of_two_pages() {
        let section = SearchSection {
            anchor: "a".into(),
            title: "Zebra".into(),
            text: "docker".into(),
            ..SearchSection::default()
        };
        let (first, second) = (prepare(&[section]), PageTerms::default());
        let keywords = ["yak".to_owned()];
        let pages = [
            Page { title: "Zebra \"1\"", url: "/a/".into(), description: "About", keywords: &keywords, terms: &first },
            Page { title: "Docker", url: "/b/".into(), description: "docker", keywords: &[], terms: &second },
        ];
        let files = build(&pages);
        assert_eq!(
            files.iter().map(|(p, _)| p.as_str()).collect::<Vec<_>>(),
            ["search/w-a.json", "search/p-0.json", "search/words.json", "search/meta.json"]
        );
        // docker: page 0 with sections (1), section 0, level 3, last (7); then page 1, short title only (10). zebra: short title
        // and sections (11), heading (11).
        assert_eq!(file(&files, "search/w-a.json"), r###"{"about":"%","docker":"$*-","yak":"%","zebra":".."}"###);
        assert_eq!(
            file(&files, "search/p-0.json"),
            "[[\"Zebra \\\"1\\\"\",\"/a/\",\"About\",[[\"a\",\"Zebra\",\"docker\"]]],\n[\"Docker\",\"/b/\",\"docker\",[]]]"
        );
        let meta: serde_json::Value = serde_json::from_str(file(&files, "search/meta.json")).expect("JSON");
        assert_eq!((&meta["pages"], &meta["shards"]), (&json!(2), &json!("a")));
        assert_eq!(build(&pages), files);
        assert_ne!(file(&build(&pages[..1]), "search/meta.json"), file(&files, "search/meta.json"));
    }

    #[test]
    fn a_site_without_pages() {
        let files = build(&[]);
        assert_eq!(files.len(), 2);
        assert!(file(&files, "search/meta.json").contains(r#""pages":0"#));
    }
}
