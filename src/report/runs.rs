//! Runs are evidence: what other real runs of a guide showed tells which of its values vary.

use std::collections::BTreeMap;

use super::{GuideReport, Report, StepKind, StepReport, Verdict};
use crate::matching::{self, runs::Earlier};

impl Report {
    /// Looks at earlier runs of the same guides on the same machines: outputs that are not broken are judged once more by what
    /// these showed, and of guides that do not hold it is said what has changed since they did.
    pub fn against(&mut self, earlier: &[Self]) {
        let mut runs: BTreeMap<(&str, &str), Vec<Run<'_>>> = BTreeMap::new();
        for (report, guide) in earlier.iter().flat_map(|report| report.guides.iter().map(move |guide| (report, guide)))
        {
            runs.entry((&guide.path, &guide.machine)).or_default().push(Run { report, guide });
        }
        for runs in runs.values_mut() {
            runs.sort_by(|a, b| a.guide.started.cmp(&b.guide.started));
            runs.dedup_by(|a, b| a.guide.started == b.guide.started);
        }
        for guide in &mut self.guides {
            let (path, machine) = (guide.path.clone(), guide.machine.clone());
            let Some(runs) = runs.get(&(path.as_str(), machine.as_str())) else { continue };
            let others = &runs[..runs.partition_point(|run| run.guide.started < guide.started)];
            if !others.is_empty() && guide.weigh(others) {
                guide.judge();
            }
            guide.look_back(self.images.get(&guide.image), others);
        }
    }
}

/// An earlier run of a guide, and the report that tells of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) report: &'a Report,
    pub(super) guide: &'a GuideReport,
}

impl GuideReport {
    /// Whether a verdict has changed.
    fn weigh(&mut self, others: &[Run<'_>]) -> bool {
        let mut changed = false;
        for step in &mut self.steps {
            if step.kind != StepKind::Expect || !matches!(step.verdict, Verdict::Holds | Verdict::Drifted) {
                continue;
            }
            let earlier: Vec<Earlier<'_>> = others
                .iter()
                .filter_map(|Run { guide, .. }| {
                    let other = guide.steps.iter().filter(|other| is_same(step, other));
                    let other = other.min_by_key(|other| other.number.abs_diff(step.number))?;
                    Some(Earlier {
                        when: &guide.started,
                        output: &other.output,
                        comparison: other.comparison.as_ref()?,
                    })
                })
                .collect();
            let (Some(comparison), Some(documented)) = (&step.comparison, &step.documented) else { continue };
            let Some(weighed) = matching::runs::weigh(comparison, documented, &step.output, &earlier) else { continue };
            let drifted = weighed.verdict != matching::Verdict::Holds;
            let help = "write it as it is, or `[..]` where it may be another one";
            step.verdict = if drifted { Verdict::Drifted } else { Verdict::Holds };
            step.message = drifted.then(|| weighed.why.clone());
            step.help = drifted.then(|| help.to_owned());
            step.comparison = Some(weighed);
            changed = true;
        }
        changed
    }
}

/// Whether a step of another run compares the same documented output.
fn is_same(step: &StepReport, other: &StepReport) -> bool {
    let compared = matches!(other.verdict, Verdict::Holds | Verdict::Drifted | Verdict::Broken);
    other.kind == StepKind::Expect && compared && other.path == step.path && other.documented == step.documented
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        matching::{Rule, compare},
        report::sample,
    };

    /// A report of one guide that documents `documented` and showed `real`.
    fn run(day: u32, documented: &str, real: &str) -> Report {
        let mut report = sample::report();
        report.guides.truncate(1);
        let guide = &mut report.guides[0];
        guide.started = format!("2026-01-{day:02}T10:00:00Z");
        report.started.clone_from(&guide.started);
        let comparison = compare(documented, real, Rule::Auto);
        let mut step = StepReport::new(1, StepKind::Expect, &guide.path, 9);
        step.verdict = match comparison.verdict {
            matching::Verdict::Holds => Verdict::Holds,
            matching::Verdict::Drifted => Verdict::Drifted,
            matching::Verdict::Broken => Verdict::Broken,
        };
        (step.documented, step.output) = (Some(documented.to_owned()), real.to_owned());
        step.comparison = Some(comparison);
        guide.steps = vec![step];
        guide.judge();
        report
    }

    #[test]
    fn runs_tell_what_varies() {
        use Verdict::{Broken, Drifted, Holds};
        for (documented, earlier, now, expected) in [
            // Alone, it drifted; a second run tells.
            ("quota 2 GB", vec![], "quota 3 GB", Drifted),
            ("quota 2 GB", vec!["quota 4 GB"], "quota 3 GB", Holds),
            ("quota 2 GB", vec!["quota 3 GB"], "quota 3 GB", Drifted),
            // What it was, and is no more, has changed once.
            ("quota 2 GB", vec!["quota 2 GB"], "quota 3 GB", Drifted),
            ("quota 2 GB", vec!["quota 2 GB", "quota 3 GB", "quota 2 GB"], "quota 3 GB", Holds),
            // What varies by nature, and never did.
            ("took 1.2 s", vec!["took 1.4 s"], "took 1.4 s", Drifted),
            ("took 1.2 s", vec!["took 1.3 s"], "took 1.4 s", Holds),
            ("took 1.2 s", vec!["took 1.2 s"], "took 1.4 s", Holds),
            // Versions move, and vary on no machine.
            ("nginx/1.18.0", vec!["nginx/1.20.0"], "nginx/1.22.0", Drifted),
            // Whatever runs say, all is not nothing.
            ("battery 50%\nused 7%", vec!["battery 60%\nused 8%"], "battery 70%\nused 9%", Holds),
            ("1 GB in 2s", vec!["2 GB in 2s"], "1 KB in 3s", Drifted),
            ("3 passed", vec!["4 passed"], "5 passed", Broken),
            ("state: on", vec!["state: off"], "state: on", Holds),
        ] {
            let before: Vec<Report> = earlier.iter().zip(1..).map(|(real, day)| run(day, documented, real)).collect();
            let mut report = run(20, documented, now);
            report.against(&before);
            let step = &report.guides[0].steps[0];
            let why = step.message.clone().unwrap_or_default();
            assert_eq!(step.verdict, expected, "{documented}: {earlier:?}, {now}: {why}");
            assert!(report.guides[0].verdict >= expected || expected == Holds, "{documented}");
            let merged =
                Report::merged(&before.into_iter().chain([run(20, documented, now)]).collect::<Vec<_>>()).unwrap();
            assert_eq!(merged.guides[0].steps[0].verdict, expected, "merged: {documented}: {earlier:?}, {now}");
        }
    }

    #[test]
    fn a_value_that_never_varies_is_told_with_its_runs() {
        let mut report = run(20, "took 1.2 s", "took 1.4 s");
        report.against(&[run(3, "took 1.2 s", "took 1.4 s"), run(7, "took 1.2 s", "took 1.4 s")]);
        let why = report.guides[0].steps[0].message.clone().unwrap();
        assert_eq!(
            why,
            "1 line moved: duration; `1.4 s` was shown in every run (2026-01-03, 2026-01-07 and now), and the page says `1.2 s`"
        );
        // Other guides, other machines and later runs say nothing.
        for change in [0, 1, 2] {
            let mut other = run(3, "took 1.2 s", "took 1.4 s");
            let guide = &mut other.guides[0];
            match change {
                0 => guide.path = "content/other.md".to_owned(),
                1 => guide.machine = "other".to_owned(),
                _ => guide.started = "2026-01-21T10:00:00Z".to_owned(),
            }
            let mut report = run(20, "took 1.2 s", "took 1.4 s");
            report.against(&[other]);
            assert_eq!(report.guides[0].steps[0].verdict, Verdict::Holds, "{change}");
        }
    }
}
