//! Whether all came back. A guide of which no result is there is told like one that could not be done, so that no format and no
//! page can leave it out, and no run is green by loss.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::{Cut, Entry, List, Part};
use crate::report::{Cause, CauseKind, GuideReport, Report, Verdict};

/// What was expected, and what of it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// [`List::hash`].
    pub plan: String,
    /// Guides on machines that were expected.
    pub entries: usize,
    /// Those that have to be done again, in the order of their paths.
    pub lost: Vec<Lost>,
    /// Paths of guides that were reported and that nobody expects any more. They are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// The cuts that results are of: one, if every shard was given the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<OfCut>,
}

/// A guide on a machine that has to be done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Path of its file.
    pub path: String,
    /// Name of the machine.
    pub machine: String,
    /// Why.
    pub why: Why,
    /// The shard that should have reported it, `3/40`, where that can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
}

/// Why a guide has to be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Nobody reported it.
    Missing,
    /// What was reported speaks of other inputs.
    Stale,
    /// It could not be done.
    Unreached,
}

/// Results of one cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfCut {
    /// [`super::Cut::hash`].
    pub cut: String,
    /// Number of its shards.
    pub of: usize,
    /// Results that are of it.
    pub results: usize,
    /// Shards with guides of which none was reported, by their numbers; known only of a cut of exactly what is expected.
    pub silent: Vec<usize>,
}

/// One report of all that was expected: of each guide on each machine the newest final result, and of what nobody reported, or
/// only before something that it depends on has changed, that it has to be done again. What nobody expects is left out. `now` is
/// when a report begins that has nothing in it: RFC 3339.
pub fn gather(reports: &[Report], list: &List, now: &str) -> Report {
    let current = current(reports, list);
    let newest = Report::newest(&current);
    let earlier = Report::newest(reports);
    let cuts = cuts(reports, list, &newest.keys().map(|(path, _)| *path).collect());
    let shards = shards(&cuts, list);
    let silent: BTreeSet<usize> = cuts.iter().flat_map(|of| &of.silent).copied().collect();
    let mut lost = Vec::new();
    let mut guides = Vec::new();
    for entry in &list.entries {
        let name = (entry.path.as_str(), entry.machine.as_str());
        let shard = shards.get(name.0);
        let (why, guide) = match (newest.get(&name), earlier.get(&name)) {
            (Some(guide), _) => ((!guide.is_final()).then_some(Why::Unreached), (*guide).clone()),
            (None, Some(old)) => (Some(Why::Stale), stale(entry, old)),
            (None, None) => {
                let is_silent = shard.is_some_and(|part| silent.contains(&part.number));
                (Some(Why::Missing), missing(entry, shard.copied(), is_silent))
            }
        };
        let (path, machine, shard) = (entry.path.clone(), entry.machine.clone(), shard.map(Part::to_string));
        lost.extend(why.map(|why| Lost { path, machine, why, shard }));
        guides.push(guide);
    }
    let expected: BTreeSet<(&str, &str)> =
        list.entries.iter().map(|entry| (entry.path.as_str(), entry.machine.as_str())).collect();
    let gone: BTreeSet<&str> = earlier.keys().filter(|name| !expected.contains(*name)).map(|(path, _)| *path).collect();
    let gone = gone.into_iter().map(str::to_owned).collect();
    let mut gathered = Report::merged(reports).unwrap_or_else(|| Report::empty(now));
    gathered.guides = guides;
    gathered.against(reports);
    gathered.gathered = Some(Gathered { plan: list.hash(), entries: list.entries.len(), lost, gone, cuts });
    gathered
}

/// Reports with what they say of guides as these are now.
fn current(reports: &[Report], list: &List) -> Vec<Report> {
    let keys: BTreeSet<(&str, &str, &str)> =
        list.entries.iter().map(|entry| (entry.path.as_str(), entry.machine.as_str(), entry.key.as_str())).collect();
    let is_current =
        |guide: &&GuideReport| keys.contains(&(guide.path.as_str(), guide.machine.as_str(), guide.key.as_str()));
    let of = |report: &Report| report.guides.iter().filter(is_current).cloned().collect();
    reports.iter().map(|report| Report { guides: of(report), ..report.clone() }).collect()
}

/// The cuts that reports are of, the one with most results first. `reported`: paths of guides of which there is a result.
fn cuts(reports: &[Report], list: &List, reported: &BTreeSet<&str>) -> Vec<OfCut> {
    let mut results: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for (shard, report) in reports.iter().filter_map(|report| Some((report.shard.as_ref()?, report))) {
        *results.entry((&shard.cut, shard.of)).or_default() += report.guides.len();
    }
    let told = |((cut, of), results): ((&str, usize), usize)| {
        let known = known_cut(cut, of, list);
        let is_silent =
            |paths: &&Vec<String>| !paths.is_empty() && !paths.iter().any(|path| reported.contains(path.as_str()));
        let shards = known.iter().flat_map(|known| &known.shards).enumerate();
        let silent = shards.filter(|(_, paths)| is_silent(paths)).map(|(index, _)| index + 1).collect();
        OfCut { cut: cut.to_owned(), of, results, silent }
    };
    let mut cuts: Vec<OfCut> = results.into_iter().map(told).collect();
    cuts.sort_by(|a, b| b.results.cmp(&a.results).then_with(|| a.cut.cmp(&b.cut)));
    cuts
}

/// The cut of exactly what is expected, if that is the one with this hash: nobody needs to have written down who had what.
fn known_cut(hash: &str, of: usize, list: &List) -> Option<Cut> {
    let timeless = || {
        let entries = list.entries.iter().map(|entry| Entry { seconds: None, ..entry.clone() });
        List::new(entries.collect()).cut(of)
    };
    [list.cut(of), timeless()].into_iter().find(|cut| cut.hash() == hash)
}

/// The shards that guides are in, by their paths, as far as that can be told.
fn shards(cuts: &[OfCut], list: &List) -> BTreeMap<String, Part> {
    let known = cuts.iter().find_map(|of| Some((known_cut(&of.cut, of.of, list)?, of.of)));
    let Some((cut, of)) = known else { return BTreeMap::new() };
    let part = |(index, paths): (usize, Vec<String>)| {
        paths.into_iter().map(move |path| (path, Part { number: index + 1, of }))
    };
    cut.shards.into_iter().enumerate().flat_map(part).collect()
}

/// Told of a guide that nobody reported.
fn missing(entry: &Entry, shard: Option<Part>, is_silent: bool) -> GuideReport {
    let (what, why) = match shard {
        Some(part) if is_silent => (format!("shard {part}"), format!("missing: shard {part} never reported")),
        Some(part) => (format!("shard {part}"), format!("missing: shard {part} did not report it")),
        None => (String::new(), "missing: nobody reported it".to_owned()),
    };
    undone(entry, CauseKind::Missing, what, why)
}

/// Told of a guide that was another one when it was done.
fn stale(entry: &Entry, old: &GuideReport) -> GuideReport {
    let begun = if old.started.is_empty() { String::new() } else { format!(", begun at {},", old.started) };
    let why =
        format!("stale: its result{begun} is of other inputs: the guide, or something that it depends on, has changed");
    undone(entry, CauseKind::Stale, String::new(), why)
}

fn undone(entry: &Entry, kind: CauseKind, what: String, why: String) -> GuideReport {
    GuideReport {
        key: entry.key.clone(),
        verdict: Verdict::Unreached,
        cause: Some(Cause::new(kind, what, &why)),
        reason: Some(why),
        ..GuideReport::new(&entry.path, &entry.title, &entry.machine)
    }
}

impl Gathered {
    /// Paths of the guides that have to be done again, each once, a line each: what `verify --files-from` reads.
    pub fn paths(&self) -> String {
        let paths: BTreeSet<&str> = self.lost.iter().map(|lost| lost.path.as_str()).collect();
        paths.into_iter().map(|path| format!("{path}\n")).collect()
    }

    /// What no verdict says, in lines: who never reported, what is left out, and that results are of several cuts.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let count = |why: Why| self.lost.iter().filter(|lost| lost.why == why).count();
        let parts: Vec<String> = [(Why::Missing, "missing"), (Why::Stale, "stale"), (Why::Unreached, "unreached")]
            .into_iter()
            .filter(|(why, _)| count(*why) > 0)
            .map(|(why, word)| format!("{} {word}", count(why)))
            .collect();
        if !parts.is_empty() {
            notes.push(format!(
                "{} of {} have to be done again: {}",
                self.lost.len(),
                guides(self.entries),
                parts.join(", ")
            ));
        }
        for of in self.cuts.iter().filter(|of| !of.silent.is_empty()) {
            let silent: Vec<String> = of.silent.iter().map(|number| format!("{number}/{}", of.of)).collect();
            notes.push(format!("never reported: shard {}", named(&silent)));
        }
        if !self.gone.is_empty() {
            notes.push(format!("left out, because nobody expects them any more: {}", named(&self.gone)));
        }
        if self.cuts.len() > 1 {
            let cuts = self.cuts.iter().map(|of| format!("{} of {} ({} shards)", of.results, of.cut, of.of));
            notes.push(format!(
                "results are of {} cuts: {}; shards make a whole only if each is given the same guides and --durations",
                self.cuts.len(),
                cuts.collect::<Vec<_>>().join(", ")
            ));
        }
        notes
    }
}

/// Names that are told in a line.
const NAMED: usize = 12;

fn named(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", "))
}

fn guides(number: usize) -> String {
    if number == 1 { "1 guide".to_owned() } else { format!("{number} guides") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shards::Shard;

    fn entry(path: &str, machine: &str) -> Entry {
        let (path, machine) = (path.to_owned(), machine.to_owned());
        let (key, title, image) = (format!("{path} {machine}"), "T".into(), String::new());
        Entry { path, title, machine, key, image, seconds: None }
    }

    /// A report of guides that hold, by paths and machines.
    fn report(shard: Option<Shard>, guides: &[(&str, &str)]) -> Report {
        let guide = |(path, machine): &(&str, &str)| GuideReport {
            key: entry(path, machine).key,
            verdict: Verdict::Holds,
            ..GuideReport::new(path, "T", machine)
        };
        Report { shard, guides: guides.iter().map(guide).collect(), ..Report::empty("2026-11-28T01:00:00Z") }
    }

    /// `path machine why shard`, a line each.
    fn lost(report: &Report) -> Vec<String> {
        let gathered = report.gathered.as_ref().expect("it was asked for");
        let told = |lost: &Lost| {
            format!("{} {} {:?} {}", lost.path, lost.machine, lost.why, lost.shard.as_deref().unwrap_or("-"))
        };
        gathered.lost.iter().map(told).collect()
    }

    #[test]
    fn a_guide_that_one_of_its_machines_did_not_report_does_not_hold() {
        let list = List::new(vec![entry("a", "m"), entry("a", "n"), entry("b", "m")]);
        let gathered = gather(&[report(None, &[("a", "m"), ("b", "m")])], &list, "now");
        assert_eq!(lost(&gathered), ["a n Missing -"]);
        assert!(gathered.is_incomplete());
        let verdicts: Vec<Verdict> = gathered.wholes().iter().map(|whole| whole.verdict()).collect();
        assert_eq!(verdicts, [Verdict::Unreached, Verdict::Holds]);
    }

    #[test]
    fn shards_have_names_where_the_cut_is_that_of_the_list() {
        let list = List::new(["a", "b", "c", "d"].map(|path| entry(path, "m")).into());
        let cut = list.cut(2);
        let part = |number: usize| Some(cut.shard(Part { number, of: 2 }));
        for (what, reports, wanted, silent) in [
            (
                "a shard",
                vec![report(part(1), &[("a", "m"), ("c", "m")])],
                vec!["b m Missing 2/2", "d m Missing 2/2"],
                vec![2],
            ),
            (
                "a guide of each",
                vec![report(part(1), &[("a", "m")]), report(part(2), &[("d", "m")])],
                vec!["b m Missing 2/2", "c m Missing 1/2"],
                vec![],
            ),
            (
                "another cut",
                vec![report(Some(list.cut(3).shard(Part { number: 1, of: 2 })), &[("a", "m")])],
                vec!["b m Missing -", "c m Missing -", "d m Missing -"],
                vec![],
            ),
        ] {
            let gathered = gather(&reports, &list, "now");
            assert_eq!(lost(&gathered), wanted, "{what}");
            let found = gathered.gathered.as_ref().expect("it was asked for");
            assert_eq!(found.cuts.iter().flat_map(|of| of.silent.clone()).collect::<Vec<_>>(), silent, "{what}");
        }
        let nobody = gather(&[], &list, "now");
        assert_eq!((lost(&nobody).len(), nobody.started.as_str()), (4, "now"));
    }
}
