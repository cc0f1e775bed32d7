//! A library is cut into shards: the longest guide first, each to the shard that has least to do (LPT, Graham 1969). With several
//! shards a worker, which takes the next one when it is done, that comes within a tenth of what is possible.

use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt,
    str::FromStr,
    time::Duration,
};

/// Hexadecimal digits of a cut's hash: 64 bits, enough to tell the cuts of one night apart.
const DIGITS: usize = 16;

/// Of guides whose time is known, this share takes at most as long as a new one is taken for.
const CAREFUL: (usize, usize) = (9, 10);

/// One of several parts of a library: `3/40`. It counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

/// The part of a library that a report speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// [`Cut::hash`]: parts of different cuts do not make a whole.
    pub cut: String,
    /// Which, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

/// A guide to be cut off, on one machine: all machines that it is done on stay together, since its verdict is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// Path of its file relative to the site's folder.
    pub path: String,
    /// How long it took last, in seconds, where that is known.
    pub seconds: Option<f64>,
}

/// A library in shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Paths of guides, by the numbers of their shards, less one. The shard with the longest guide comes first.
    pub shards: Vec<Vec<String>>,
}

impl Cut {
    /// Cuts guides, in whatever order they come. Without any known time, a shard has every n-th of the sorted paths.
    pub fn of(guides: &[Guide], shards: usize) -> Self {
        let merged: BTreeMap<&str, Vec<Option<u64>>> = guides.iter().fold(BTreeMap::new(), |mut all, guide| {
            all.entry(&guide.path).or_default().push(guide.seconds.map(milliseconds));
            all
        });
        let mut cut = Self { shards: vec![Vec::new(); shards] };
        let mut known: Vec<u64> = merged.values().flatten().flatten().copied().collect();
        known.sort_unstable();
        match known.get((known.len() * CAREFUL.0 / CAREFUL.1).min(known.len().saturating_sub(1))) {
            None => {
                for (index, path) in merged.into_keys().enumerate() {
                    cut.shards[index % shards].push(path.to_owned());
                }
            }
            Some(&new) => {
                let length = |machines: Vec<Option<u64>>| {
                    machines.into_iter().map(|known| known.unwrap_or(new)).fold(0_u64, u64::saturating_add)
                };
                let mut lengths: Vec<(Reverse<u64>, &str)> =
                    merged.into_iter().map(|(path, machines)| (Reverse(length(machines)), path)).collect();
                lengths.sort_unstable();
                // The first guides go to the first shards, one each: so a shard's number is the place of its longest guide.
                let mut loads: BinaryHeap<Reverse<(u64, usize)>> =
                    (0..shards).map(|index| Reverse((0, index))).collect();
                for (Reverse(length), path) in lengths {
                    let Some(Reverse((load, index))) = loads.pop() else { break };
                    cut.shards[index].push(path.to_owned());
                    loads.push(Reverse((load.saturating_add(length), index)));
                }
            }
        }
        cut
    }

    /// Stands for which guide is in which shard, and for nothing else: a guide that has changed changes no cut.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for shard in &self.shards {
            let mut paths: Vec<&str> = shard.iter().map(String::as_str).collect();
            paths.sort_unstable();
            hasher.update(&(paths.len() as u64).to_le_bytes());
            for path in paths {
                hasher.update(&(path.len() as u64).to_le_bytes());
                hasher.update(path.as_bytes());
            }
        }
        hasher.finalize().to_hex()[..DIGITS].to_owned()
    }

    /// As reports of this part name it.
    pub fn shard(&self, part: Part) -> Shard {
        Shard { cut: self.hash(), number: part.number, of: part.of }
    }

    /// Paths of the guides of a part of it.
    pub fn paths(&self, part: Part) -> &[String] {
        self.shards.get(part.number.wrapping_sub(1)).map_or(&[], Vec::as_slice)
    }
}

/// Whole milliseconds add up to the same in any order, and one that takes no time counts, too: otherwise all of these would be
/// in one shard.
fn milliseconds(seconds: f64) -> u64 {
    // No time and nonsense are alike.
    let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Most shards: more than that is a slip of the pen.
const MOST: usize = 1_000_000;

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            None => Err("write which of how many: 3/40".into()),
            Some((_, 0)) => Err("there is no shard of none; write which of how many: 3/40".into()),
            Some((0, of)) => Err(format!(
                "shards count from 1. Where the engine counts from 0 (JOB_COMPLETION_INDEX of Kubernetes, SLURM_ARRAY_TASK_ID of \
                 --array=0-{}), add one: --shard \"$((JOB_COMPLETION_INDEX + 1))/{of}\"",
                of - 1
            )),
            Some((number, of)) if number > of => Err(format!("there are only {of} shards; they count from 1 to {of}")),
            Some((_, of)) if of > MOST => Err(format!("{MOST} shards are the most")),
            Some((number, of)) => Ok(Self { number, of }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn guides(rows: &[(&str, Option<f64>)]) -> Vec<Guide> {
        rows.iter().map(|(path, seconds)| Guide { path: (*path).to_owned(), seconds: *seconds }).collect()
    }

    #[test]
    fn parts() {
        for (text, wanted) in [
            ("1/1", Ok((1, 1))),
            ("3/40", Ok((3, 40))),
            ("40/40", Ok((40, 40))),
            (
                "0/40",
                Err(
                    "shards count from 1. Where the engine counts from 0 (JOB_COMPLETION_INDEX of Kubernetes, SLURM_ARRAY_TASK_ID of --array=0-39), add one",
                ),
            ),
            ("41/40", Err("there are only 40 shards")),
            ("1/0", Err("no shard of none")),
            ("0/0", Err("no shard of none")),
            ("3", Err("write which of how many")),
            ("/40", Err("write which of how many")),
            ("-1/40", Err("write which of how many")),
            ("1/1000001", Err("1000000 shards are the most")),
        ] {
            match (text.parse::<Part>(), wanted) {
                (Ok(part), Ok(wanted)) => assert_eq!((part.number, part.of), wanted, "{text}"),
                (Err(error), Err(wanted)) => assert!(error.contains(wanted), "{text}: {error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn cuts() {
        let known = |seconds: f64| Some(seconds);
        for (what, rows, shards, wanted) in [
            (
                "without times every n-th of the sorted paths",
                guides(&[("d", None), ("a", None), ("c", None), ("b", None), ("e", None)]),
                2,
                vec![vec!["a", "c", "e"], vec!["b", "d"]],
            ),
            (
                "the longest first, to the one with least to do",
                guides(&[
                    ("a", known(1.0)),
                    ("b", known(5.0)),
                    ("c", known(4.0)),
                    ("d", known(3.0)),
                    ("e", known(3.0)),
                ]),
                2,
                vec![vec!["b", "e"], vec!["c", "d", "a"]],
            ),
            (
                "a new one is taken for a long one",
                guides(&[("a", known(1.0)), ("b", known(9.0)), ("new", None), ("c", known(2.0))]),
                2,
                vec![vec!["b", "c"], vec!["new", "a"]],
            ),
            (
                "machines of a guide stay together, and their times add up",
                guides(&[("a", known(3.0)), ("b", known(2.0)), ("b", known(2.0)), ("c", known(1.0))]),
                2,
                vec![vec!["b"], vec!["a", "c"]],
            ),
            (
                "what takes no time is not all in one shard",
                guides(&[("a", known(0.0)), ("b", known(0.0)), ("c", known(f64::NAN)), ("d", known(-1.0))]),
                2,
                vec![vec!["a", "c"], vec!["b", "d"]],
            ),
            ("more shards than guides", guides(&[("a", known(1.0))]), 3, vec![vec!["a"], vec![], vec![]]),
            ("nothing", guides(&[]), 2, vec![vec![], vec![]]),
        ] {
            assert_eq!(Cut::of(&rows, shards).shards, wanted, "{what}");
        }
    }

    #[test]
    fn a_hash_stands_for_who_has_which_guide() {
        let cut = |shards: &[&[&str]]| Cut {
            shards: shards.iter().map(|paths| paths.iter().map(|path| (*path).to_owned()).collect()).collect(),
        };
        let one = cut(&[&["a", "b"], &["c"]]).hash();
        assert_eq!(one.len(), DIGITS);
        assert_eq!(one, cut(&[&["b", "a"], &["c"]]).hash());
        for other in [cut(&[&["a"], &["b", "c"]]), cut(&[&["a", "b"], &["c"], &[]]), cut(&[&["ab"], &["c"]]), cut(&[])]
        {
            assert_ne!(one, other.hash(), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn each_guide_is_in_one_shard_whatever_the_order(
            seconds in prop::collection::vec(prop::option::of(0.0..900.0_f64), 0..200),
            shards in 1..50_usize,
            turn in 0..200_usize,
        ) {
            let mut rows: Vec<Guide> = seconds.iter().enumerate()
                .map(|(index, seconds)| Guide { path: format!("content/{index}.md"), seconds: *seconds })
                .collect();
            let cut = Cut::of(&rows, shards);
            let all: Vec<&String> = cut.shards.iter().flatten().collect();
            prop_assert_eq!(all.len(), rows.len());
            prop_assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), rows.len());
            prop_assert_eq!(cut.shards.len(), shards);
            let turn = turn % rows.len().max(1);
            rows.rotate_left(turn);
            rows.reverse();
            prop_assert_eq!(Cut::of(&rows, shards), cut);
        }

        /// What LPT promises: no shard has more to do than 4/3 of the best cut there can be, and the longest guides come first.
        #[test]
        fn no_shard_has_much_more_to_do_than_it_must(
            seconds in prop::collection::vec(1.0..900.0_f64, 1..300),
            shards in 1..40_usize,
        ) {
            let rows: Vec<Guide> = seconds.iter().enumerate()
                .map(|(index, seconds)| Guide { path: format!("{index:03}"), seconds: Some(*seconds) })
                .collect();
            let of = |path: &String| seconds[path.parse::<usize>().expect("a number")];
            let cut = Cut::of(&rows, shards);
            let loads: Vec<f64> = cut.shards.iter().map(|paths| paths.iter().map(of).sum()).collect();
            let longest = |paths: &Vec<String>| paths.iter().map(of).fold(0.0, f64::max);
            let most = loads.iter().copied().fold(0.0, f64::max);
            // No guide was put where another shard had less to do.
            let last = cut.shards.iter().zip(&loads).filter(|(paths, _)| paths.len() > 1)
                .map(|(paths, load)| load - of(&paths[paths.len() - 1])).fold(0.0, f64::max);
            let least = loads.iter().copied().fold(f64::INFINITY, f64::min);
            prop_assert!(last <= least + 0.3, "{last} {least}");
            let ideal = (seconds.iter().sum::<f64>() / shards as f64).max(seconds.iter().copied().fold(0.0, f64::max));
            prop_assert!(most <= ideal * 2.0 + 0.3, "{most} {ideal}");
            let first: Vec<f64> = cut.shards.iter().map(longest).collect();
            prop_assert!(first.windows(2).all(|pair| pair[0] + 0.001 >= pair[1]), "{first:?}");
        }
    }
}
