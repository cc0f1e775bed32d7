//! Related guides: those that share the rarest tags and keywords.

use rayon::prelude::*;
use std::{cmp::Reverse, collections::BTreeMap};

/// What decides how near a page is to others.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// Whether other pages may name it; if not it has no related pages either.
    pub listed: bool,
    /// Its tags and keywords; neither case nor repetition counts.
    pub terms: Vec<String>,
    /// Path of its section.
    pub section: String,
    /// ISO 8601 day; empty if unknown.
    pub date: String,
    /// Path, to order pages of the same day.
    pub path: String,
}

/// For each page the `count` others nearest to it, nearest first, as indices into `items`.
///
/// A shared term counts by its inverse document frequency, ln(pages / pages with it), and a page of the same section a
/// quarter more. Equals are ordered newest first, then by path. A page without a shared term is not related, and
/// neither is one that shares only terms which every page has.
///
/// The work is one addition for every pair of pages that share a term, and one comparison for every pair.
pub fn related(items: &[Item], count: usize) -> Vec<Vec<usize>> {
    let mut nearest = vec![Vec::new(); items.len()];
    if count == 0 {
        return nearest;
    }
    // Ranks, newest first: whoever is met first wins a tie.
    let mut order: Vec<usize> = (0..items.len()).filter(|&i| items[i].listed).collect();
    order.sort_by_key(|&i| (Reverse(&items[i].date), &items[i].path));
    let index = Index::new(&order.iter().map(|&i| &items[i]).collect::<Vec<_>>());
    let scratch = || (vec![0_u32; order.len()], Vec::with_capacity(count.min(order.len()) + 1));
    let by_rank: Vec<Vec<usize>> = (0..order.len())
        .into_par_iter()
        .map_init(scratch, |(scores, best), rank| {
            index.score(rank, scores);
            index.best(rank, scores, count, best);
            best.iter().map(|&(_, other)| order[other as usize]).collect()
        })
        .collect();
    for (found, &item) in by_rank.into_iter().zip(&order) {
        nearest[item] = found;
    }
    nearest
}

/// Pages are known here by their rank.
struct Index {
    /// Terms of a page, each once.
    terms: Vec<Vec<u32>>,
    /// Pages with a term, by term.
    postings: Vec<Vec<u32>>,
    /// Weight of a term in 1/1024: whole numbers add up to the same sum in any order, so that ties are ties.
    weights: Vec<u32>,
    /// Number of a page's section.
    sections: Vec<u32>,
}

impl Index {
    fn new(ranked: &[&Item]) -> Self {
        let (mut numbers, mut sections) = (BTreeMap::new(), BTreeMap::new());
        let mut index = Self { terms: Vec::new(), postings: Vec::new(), weights: Vec::new(), sections: Vec::new() };
        for (item, rank) in ranked.iter().zip(0..) {
            let mut terms: Vec<u32> = (item.terms.iter())
                .map(|term| {
                    let next = numbers.len() as u32;
                    *numbers.entry(term.to_lowercase()).or_insert(next)
                })
                .collect();
            terms.sort_unstable();
            terms.dedup();
            index.postings.resize(numbers.len(), Vec::new());
            for &term in &terms {
                index.postings[term as usize].push(rank);
            }
            index.terms.push(terms);
            let next = sections.len() as u32;
            index.sections.push(*sections.entry(item.section.as_str()).or_insert(next));
        }
        let weight = |pages: &Vec<u32>| ((ranked.len() as f64 / pages.len() as f64).ln() * 1024.0).round() as u32;
        index.weights = index.postings.iter().map(weight).collect();
        index
    }

    fn score(&self, rank: usize, scores: &mut [u32]) {
        scores.fill(0);
        for &term in &self.terms[rank] {
            let weight = self.weights[term as usize];
            for &other in &self.postings[term as usize] {
                scores[other as usize] += weight;
            }
        }
        scores[rank] = 0;
    }

    /// The best scores with their ranks, best first.
    fn best(&self, rank: usize, scores: &[u32], count: usize, best: &mut Vec<(u32, u32)>) {
        best.clear();
        let section = self.sections[rank];
        let mut least = 0;
        for (other, &score) in scores.iter().enumerate() {
            // Most pages fail here, at the highest score that their section could give them.
            if score + score / 4 <= least {
                continue;
            }
            let score = if self.sections[other] == section { score + score / 4 } else { score };
            if score > least {
                let at = best.partition_point(|&(s, _)| s >= score);
                best.insert(at, (score, other as u32));
                best.truncate(count);
                least = if best.len() == count { best[count - 1].0 } else { 0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(terms: &[&str], section: &str, date: &str, path: &str) -> Item {
        let terms = terms.iter().map(|&t| t.to_owned()).collect();
        Item { listed: true, terms, section: section.into(), date: date.into(), path: path.into() }
    }

    #[test]
    fn rare_terms_section_date_and_path_decide() {
        let mut items = vec![
            item(&["docker", "ip", "Docker"], "a", "2020", "a"),
            item(&["docker"], "a", "2020", "b"),
            item(&["IP"], "a", "2019", "c"),
            item(&["docker"], "b", "2021", "d"),
            item(&["docker"], "a", "2021", "e"),
            item(&["git"], "a", "2022", "f"),
            item(&["docker"], "a", "2020", "ab"),
            item(&[], "a", "2023", "g"),
        ];
        let near = related(&items, 5);
        // The rare term first; then the same section by date and path; the other section last.
        assert_eq!(near[0], [2, 4, 6, 1, 3]);
        assert_eq!(near[2], [0]);
        assert!(near[5].is_empty() && near[7].is_empty());
        assert_eq!(related(&items, 2)[0], [2, 4]);
        assert!(related(&items, 0).iter().all(Vec::is_empty));
        assert!(related(&[], 4).is_empty());
        items[2].listed = false;
        let near = related(&items, 5);
        assert!(near[2].is_empty());
        assert_eq!(near[0], [4, 6, 1, 3]);
    }

    #[test]
    fn agrees_with_comparing_every_pair() {
        let items: Vec<Item> = (0..120)
            .map(|i| {
                let terms = [i * i % 7, 7 + i % 11, 18 + i * 5 % 23].map(|t| t.to_string());
                item(&terms.each_ref().map(String::as_str), ["a", "b", "c"][i % 3], ["2020", "2021"][i % 2], "p")
            })
            .collect();
        let frequency = |t: &String| items.iter().filter(|p| p.terms.contains(t)).count();
        for (i, near) in related(&items, 6).iter().enumerate() {
            let mut all: Vec<(Reverse<u32>, Reverse<&str>, usize)> = Vec::new();
            for (j, other) in items.iter().enumerate().filter(|&(j, _)| j != i) {
                let shared = items[i].terms.iter().filter(|t| other.terms.contains(t));
                let score: u32 = shared.map(|t| ((120.0 / frequency(t) as f64).ln() * 1024.0).round() as u32).sum();
                if score > 0 {
                    let score = if other.section == items[i].section { score + score / 4 } else { score };
                    all.push((Reverse(score), Reverse(&other.date), j));
                }
            }
            all.sort();
            assert_eq!(*near, all.iter().map(|&(.., j)| j).take(6).collect::<Vec<_>>(), "page {i}");
        }
    }
}
