//! What several reports say of guides, day by day: what was known of each at the end of a day.

use std::collections::{BTreeMap, BTreeSet};

use super::{GuideReport, Report, Verdict, Whole};

/// Verdicts by day.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Days on which something was verified, `YYYY-MM-DD`, in order.
    days: Vec<String>,
    /// Of each guide, by its path, its verdicts with the number of the day that brought each, where it is another one.
    guides: BTreeMap<String, Vec<(usize, Verdict)>>,
}

/// What was known at the end of a day.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Day<'a> {
    /// `YYYY-MM-DD`.
    pub(crate) day: &'a str,
    /// How many guides had each verdict.
    pub(crate) counts: BTreeMap<Verdict, usize>,
    /// Guides that fail, and did not the day before, or were not there.
    pub(crate) new: usize,
    /// Guides that failed the day before, and do not any longer.
    pub(crate) mended: usize,
}

impl History {
    /// Of reports, and of `now`, what all of them come to: that is what the last day ended with.
    pub(crate) fn new(reports: &[Report], now: Option<&Report>) -> Self {
        let day = |guide: &GuideReport| guide.started.get(..10).unwrap_or_default().to_owned();
        let mut all: Vec<&GuideReport> = reports.iter().flat_map(|report| &report.guides).collect();
        // What was not done has no time of its own.
        all.retain(|guide| !guide.started.is_empty());
        all.sort_by(|a, b| a.started.cmp(&b.started));
        let mut history = Self::default();
        let mut known: BTreeMap<(&str, &str), &GuideReport> = BTreeMap::new();
        for of_day in all.chunk_by(|a, b| day(a) == day(b)) {
            known.extend(of_day.iter().map(|guide| ((guide.path.as_str(), guide.machine.as_str()), *guide)));
            history.days.push(day(of_day[0]));
            for path in of_day.iter().map(|guide| guide.path.as_str()).collect::<BTreeSet<_>>() {
                let reports = known.range((path, "")..).take_while(|((other, _), _)| *other == path);
                let whole = Whole { path, reports: reports.map(|(_, guide)| *guide).collect() };
                history.note(path, whole.verdict());
            }
        }
        for whole in now.filter(|_| !history.days.is_empty()).map(Report::wholes).unwrap_or_default() {
            history.note(whole.path, whole.verdict());
        }
        history
    }

    /// The verdict of a guide on the last day.
    fn note(&mut self, path: &str, verdict: Verdict) {
        let day = self.days.len() - 1;
        let known = self.guides.entry(path.to_owned()).or_default();
        known.pop_if(|(at, _)| *at == day);
        if known.last().is_none_or(|(_, last)| *last != verdict) {
            known.push((day, verdict));
        }
    }

    /// Day by day, of the guides that are `shown`.
    pub(crate) fn days(&self, shown: &dyn Fn(&str) -> bool) -> Vec<Day<'_>> {
        let fails = |verdict: Option<Verdict>| verdict.is_some_and(Verdict::ends_early);
        let guides: Vec<_> = self.guides.iter().filter(|(path, _)| shown(path)).map(|(_, known)| known).collect();
        let at = |known: &[(usize, Verdict)], number: usize| {
            known.iter().rev().find(|(since, _)| *since <= number).map(|(_, verdict)| *verdict)
        };
        let mut days = Vec::new();
        for (number, day) in self.days.iter().enumerate() {
            let mut of = Day { day, counts: BTreeMap::new(), new: 0, mended: 0 };
            for known in &guides {
                let verdict = at(known, number);
                if let Some(verdict) = verdict {
                    *of.counts.entry(verdict).or_default() += 1;
                }
                let Some(yesterday) = number.checked_sub(1) else { continue };
                let before = at(known, yesterday);
                of.new += usize::from(fails(verdict) && !fails(before));
                of.mended += usize::from(fails(before) && !fails(verdict));
            }
            days.push(of);
        }
        days
    }

    /// Since which day a guide has its verdict, and which it had before, if it ever had another one.
    pub(crate) fn changed(&self, path: &str) -> Option<(&str, Verdict, Verdict)> {
        match self.guides.get(path)?.as_slice() {
            [.., (_, before), (since, now)] => Some((&self.days[*since], *now, *before)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn report(day: &str, guides: &[(&str, &str, Verdict)]) -> Report {
        let guide = |(path, machine, verdict): &(&str, &str, Verdict)| GuideReport {
            verdict: *verdict,
            started: format!("{day}T01:00:00Z"),
            ..GuideReport::new(path, "T", machine)
        };
        Report { started: format!("{day}T00:00:00Z"), guides: guides.iter().map(guide).collect(), ..sample::report() }
    }

    #[test]
    fn a_day_ends_with_what_is_known_by_then() {
        use Verdict::{Broken, Drifted, Holds};
        let reports = [
            report("2026-11-03", &[("a", "m", Broken)]),
            report("2026-11-01", &[("a", "m", Holds), ("b", "m", Holds), ("b", "n", Broken), ("gone", "m", Holds)]),
            report("2026-11-02", &[("b", "n", Holds), ("c", "m", Broken)]),
        ];
        let history = History::new(&reports, None);
        let told = |(day, counts, new, mended): (&'static str, &[(Verdict, usize)], usize, usize)| Day {
            day,
            counts: counts.iter().copied().collect(),
            new,
            mended,
        };
        assert_eq!(
            history.days(&|path| path != "gone"),
            [
                ("2026-11-01", &[(Holds, 1), (Broken, 1)][..], 0, 0),
                ("2026-11-02", &[(Holds, 2), (Broken, 1)], 1, 1),
                ("2026-11-03", &[(Holds, 1), (Broken, 2)], 1, 0),
            ]
            .map(told)
        );
        assert_eq!(history.changed("a"), Some(("2026-11-03", Broken, Holds)));
        assert_eq!((history.changed("c"), history.changed("nowhere")), (None, None));
        // What all of them come to has the last word.
        let now = report("2026-11-03", &[("a", "m", Drifted)]);
        assert_eq!(History::new(&reports, Some(&now)).changed("a"), Some(("2026-11-03", Drifted, Holds)));
        assert!(History::new(&[], Some(&now)).days(&|_| true).is_empty());
    }
}
