//! What is to be done: a line a guide and machine, as `guidepost plan --all --format jsonl` writes it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use thiserror::Error;

use super::{Cut, Guide};
use crate::{
    machine::{built_image, settings::ImageSource},
    report::Name,
    verify::{InputKind, Job, key},
};

/// Hexadecimal digits of a list's hash: 128 bits.
const DIGITS: usize = 32;

/// A guide on a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Path of its file relative to the site's folder.
    pub path: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Name of the machine.
    pub machine: String,
    /// What stands for everything that its verdict depends on: see [`crate::verify::key`].
    pub key: String,
    /// What the machine's image is called: as guidepost.yaml says, or by the content of the folder that it is built from.
    #[serde(default)]
    pub image: String,
    /// How long it took last, in seconds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// All that is to be done, in the order of paths and machines.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Each guide on each machine once.
    pub entries: Vec<Entry>,
}

/// The last line of a list.
#[derive(Deserialize)]
struct End {
    plan: String,
    entries: usize,
}

/// Why a text is no list.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Unreadable {
    /// A line is none of a list's.
    #[error("line {line} is no line of a plan: {why}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// There is no last line.
    #[error("it is cut short: the last line, which has the hash of the whole, is not there")]
    CutShort,
    /// The lines are not those that it was written with.
    #[error("it is not whole: its lines are not those that its last line speaks of")]
    NotWhole,
}

impl Entry {
    /// Of a job; `durations` as for [`List::of`].
    pub fn of(job: &Job, durations: &BTreeMap<Name<'_>, f64>) -> Self {
        let built = || job.inputs.iter().find(|input| input.kind == InputKind::Build).map(|input| &input.hash);
        let image = match &job.machine.source {
            ImageSource::Image(reference) => reference.clone(),
            ImageSource::Build(_) => built().map(|hash| built_image(hash)).unwrap_or_default(),
        };
        let (path, machine) = (job.plan.path.clone(), job.plan.machine.clone());
        let seconds = durations.get(&(path.as_str(), machine.as_str())).copied();
        Self { path, title: job.plan.title.clone(), machine, key: key(job), image, seconds }
    }
}

impl List {
    /// Of entries in any order.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| (&a.path, &a.machine).cmp(&(&b.path, &b.machine)));
        entries.dedup_by(|a, b| (&a.path, &a.machine) == (&b.path, &b.machine));
        Self { entries }
    }

    /// Of jobs, with how long each took last: seconds by path and machine.
    pub fn of(jobs: &[Job], durations: &BTreeMap<Name<'_>, f64>) -> Self {
        Self::new(jobs.iter().map(|job| Entry::of(job, durations)).collect())
    }

    /// Stands for which guides are to be done on which machines, and for all that their verdicts depend on. How long they take
    /// does not count.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for field in self.entries.iter().flat_map(|entry| [&entry.path, &entry.machine, &entry.key]) {
            // Each with its length, so that no two lists look alike.
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        hasher.finalize().to_hex()[..DIGITS].to_owned()
    }

    /// Its last line: what the others are, so that one that was cut short is not taken for a whole.
    pub fn last_line(&self) -> String {
        format!("{}\n", json!({ "plan": self.hash(), "entries": self.entries.len() }))
    }

    /// Reads what `plan --all --format jsonl` has written. Fields that it does not know are of no use to it.
    ///
    /// # Errors
    /// If it is none, or is not whole.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let mut lines: Vec<(usize, &str)> =
            (text.lines().enumerate()).filter(|(_, line)| !line.trim().is_empty()).collect();
        let end =
            lines.pop().and_then(|(_, line)| serde_json::from_str::<End>(line).ok()).ok_or(Unreadable::CutShort)?;
        let entry = |(index, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| Unreadable::Line { line: index + 1, why: error.to_string() })
        };
        let list = Self::new(lines.into_iter().map(entry).collect::<Result<_, _>>()?);
        if list.entries.len() == end.entries && list.hash() == end.plan { Ok(list) } else { Err(Unreadable::NotWhole) }
    }

    /// Its guides in so many shards. Whoever cuts a list with the same paths and times has the same cut.
    pub fn cut(&self, shards: usize) -> Cut {
        let guides = self.entries.iter().map(|entry| Guide { path: entry.path.clone(), seconds: entry.seconds });
        Cut::of(&guides.collect::<Vec<_>>(), shards)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, machine: &str, key: &str) -> Entry {
        let (path, machine, key) = (path.to_owned(), machine.to_owned(), key.to_owned());
        Entry { path, title: "T".into(), machine, key, image: "debian:bookworm".into(), seconds: None }
    }

    fn written(list: &List) -> String {
        let lines = list.entries.iter().rev().map(|entry| format!("{}\n", json!(entry)));
        lines.chain([list.last_line()]).collect()
    }

    #[test]
    fn comes_back_in_any_order() {
        let list = List::new(vec![entry("b", "m", "1"), entry("a", "n", "2"), entry("a", "m", "3")]);
        let names: Vec<_> = list.entries.iter().map(|entry| (entry.path.as_str(), entry.machine.as_str())).collect();
        assert_eq!(names, [("a", "m"), ("a", "n"), ("b", "m")]);
        assert_eq!(List::read(&written(&list)), Ok(list));
        let none = List::new(Vec::new());
        assert_eq!(List::read(&written(&none)), Ok(none));
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let list = List::new(vec![entry("a", "m", "1"), entry("b", "m", "2")]);
        let text = written(&list);
        let lines: Vec<&str> = text.lines().collect();
        let other = text.replace("\"key\":\"1\"", "\"key\":\"3\"");
        for (text, wanted) in [
            ("", Unreadable::CutShort),
            (&lines[..2].join("\n"), Unreadable::CutShort),
            (&lines[1..].join("\n"), Unreadable::NotWhole),
            (&other, Unreadable::NotWhole),
            (&text[1..], Unreadable::Line { line: 1, why: String::new() }),
        ] {
            match List::read(text).expect_err("it is not whole") {
                Unreadable::Line { line, .. } => {
                    assert!(matches!(wanted, Unreadable::Line { line: l, .. } if l == line))
                }
                found => assert_eq!(found, wanted, "{text}"),
            }
        }
    }

    #[test]
    fn a_hash_stands_for_what_is_done_and_not_for_how_long_it_takes() {
        let list = |entries: Vec<Entry>| List::new(entries).hash();
        let one = list(vec![entry("a", "m", "1")]);
        let timed = Entry { seconds: Some(3.0), title: "Other".into(), ..entry("a", "m", "1") };
        assert_eq!(one, list(vec![timed]));
        for other in [entry("b", "m", "1"), entry("a", "n", "1"), entry("a", "m", "2"), entry("am", "", "1")] {
            assert_ne!(one, list(vec![other.clone()]), "{other:?}");
        }
    }
}
