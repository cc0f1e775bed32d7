//! Which result of a guide counts, where there are several.

use std::collections::BTreeMap;

use super::{GuideReport, Report, SCHEMA, Verdict};

/// Path and machine of a guide.
pub type Name<'r> = (&'r str, &'r str);

/// How good a result is, and when it was begun.
type Rank<'r> = (u8, &'r str);

impl Report {
    /// A report of no guides. `started`: RFC 3339.
    pub fn empty(started: &str) -> Self {
        Self {
            schema: SCHEMA,
            guidepost: env!("CARGO_PKG_VERSION").to_owned(),
            started: started.to_owned(),
            seconds: 0.0,
            engine: String::new(),
            engine_api: String::new(),
            images: BTreeMap::new(),
            shard: None,
            gathered: None,
            guides: Vec::new(),
        }
    }

    /// Several reports as one; `None` without any. Of a guide on a machine, what was begun last counts, unless it could not be
    /// done then. Times add up, and versions are those of the newest report.
    pub fn merged(reports: &[Self]) -> Option<Self> {
        let mut sorted: Vec<&Self> = reports.iter().collect();
        sorted.sort_by(|a, b| a.started.cmp(&b.started));
        let (first, last) = (sorted.first()?, sorted.last()?);
        let mut merged = Self {
            schema: last.schema,
            guidepost: last.guidepost.clone(),
            seconds: sorted.iter().map(|report| report.seconds).sum(),
            engine: last.engine.clone(),
            engine_api: last.engine_api.clone(),
            images: sorted.iter().flat_map(|report| report.images.clone()).collect(),
            // Parts of one cut make a whole, which is none of its parts.
            shard: first
                .shard
                .clone()
                .filter(|shard| reports.iter().all(|report| report.shard.as_ref() == Some(shard))),
            guides: Self::newest(reports).into_values().cloned().collect(),
            ..Self::empty(&first.started)
        };
        merged.against(reports);
        Some(merged)
    }

    /// Of each guide on each machine, by its path and the machine's name, the result that counts: what was begun last, unless
    /// that is not final and another one is.
    pub fn newest<'r>(reports: impl IntoIterator<Item = &'r Self>) -> BTreeMap<Name<'r>, &'r GuideReport> {
        Self::ranked(reports, |guide| u8::from(guide.is_final()))
    }

    /// How long guides take, in seconds, by their paths and machines: what was begun last and came to its end, or else how long
    /// it took to break. What could not be done tells nothing.
    pub fn durations<'r>(reports: impl IntoIterator<Item = &'r Self>) -> BTreeMap<Name<'r>, f64> {
        let told = Self::ranked(reports, |guide| match guide.verdict {
            Verdict::Unreached => 0,
            Verdict::Broken => 1,
            _ => 2,
        });
        let told = told.into_iter().filter(|(_, guide)| guide.verdict != Verdict::Unreached);
        told.map(|(name, guide)| (name, guide.seconds)).collect()
    }

    /// Of those with the highest rank the newest.
    fn ranked<'r>(
        reports: impl IntoIterator<Item = &'r Self>,
        rank: impl Fn(&GuideReport) -> u8,
    ) -> BTreeMap<Name<'r>, &'r GuideReport> {
        let mut best: BTreeMap<Name<'r>, (Rank<'r>, &GuideReport)> = BTreeMap::new();
        for report in reports {
            for guide in &report.guides {
                // A result that was taken from a folder is older than the report that has it.
                let begun = if guide.started.is_empty() { &report.started } else { &guide.started };
                let rank = (rank(guide), begun.as_str());
                let name = (guide.path.as_str(), guide.machine.as_str());
                if best.get(&name).is_none_or(|(known, _)| *known <= rank) {
                    best.insert(name, (rank, guide));
                }
            }
        }
        best.into_iter().map(|(name, (_, guide))| (name, guide)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Cause, CauseKind, sample};

    fn report(started: &str, guides: &[(&str, Verdict, Option<CauseKind>, f64)]) -> Report {
        let guide = |(begun, verdict, cause, seconds): &(&str, Verdict, Option<CauseKind>, f64)| GuideReport {
            started: (*begun).to_owned(),
            verdict: *verdict,
            cause: cause.map(|kind| Cause::new(kind, "", "")),
            seconds: *seconds,
            ..GuideReport::new("a.md", "A", "debian")
        };
        Report { started: started.to_owned(), guides: guides.iter().map(guide).collect(), ..sample::report() }
    }

    #[test]
    fn the_newest_final_result_counts_in_any_order() {
        use Verdict::{Broken, Holds, Unreached};
        let machine = Some(CauseKind::NoMachine);
        for (what, rows, verdict, seconds) in [
            ("the newest", [("1", ("1", Holds, None, 1.0)), ("2", ("2", Broken, None, 2.0))], Broken, Some(1.0)),
            (
                "not what could not be done",
                [("1", ("1", Broken, None, 1.0)), ("2", ("2", Unreached, machine, 0.1))],
                Broken,
                Some(1.0),
            ),
            (
                "though it was older",
                [("1", ("1", Unreached, machine, 0.1)), ("2", ("2", Holds, None, 2.0))],
                Holds,
                Some(2.0),
            ),
            (
                "what lacks a value will lack it",
                [("1", ("1", Holds, None, 1.0)), ("2", ("2", Unreached, Some(CauseKind::PlaceholderUnbound), 0.1))],
                Unreached,
                Some(1.0),
            ),
            (
                "a result that was taken from a folder is as old as it is",
                [("9", ("1", Broken, None, 1.0)), ("2", ("2", Holds, None, 2.0))],
                Holds,
                Some(2.0),
            ),
            (
                "a guide that does not say is as old as its report",
                [("1", ("", Broken, None, 1.0)), ("2", ("", Holds, None, 2.0))],
                Holds,
                Some(2.0),
            ),
            (
                "of two that could not be done either",
                [("1", ("1", Unreached, machine, 1.0)), ("2", ("2", Unreached, machine, 2.0))],
                Unreached,
                None,
            ),
        ] {
            let mut reports: Vec<Report> = rows.iter().map(|(started, guide)| report(started, &[*guide])).collect();
            for _ in 0..2 {
                let newest = Report::newest(&reports);
                assert_eq!(newest[&("a.md", "debian")].verdict, verdict, "{what}");
                assert_eq!(Report::durations(&reports).get(&("a.md", "debian")).copied(), seconds, "{what}");
                reports.reverse();
            }
        }
    }
}
