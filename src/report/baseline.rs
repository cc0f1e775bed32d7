//! What has changed since an earlier report: a library that has broken guides fails on new ones only.

use super::{Deny, GuideReport, Report, Whole};

/// Guides of a report beside those of an earlier one.
#[derive(Debug, Default)]
pub struct Since<'a> {
    /// Those that fail, and did not, or were not there.
    pub new: Vec<&'a str>,
    /// Those that fail as before.
    pub still: Vec<&'a str>,
    /// Those that failed, and do not any longer.
    pub mended: Vec<&'a str>,
}

impl Report {
    /// What fails beside what failed in `earlier`, by the paths of guides; by what is denied.
    pub fn since(&self, earlier: &Self, deny: Deny) -> Since<'_> {
        let wholes = earlier.wholes();
        let mut since = Since::default();
        for whole in self.wholes() {
            let before = wholes.iter().find(|before| before.path == whole.path && before.fails(deny));
            match (before, whole.fails(deny)) {
                (Some(before), true) if whole.fails_as(before, deny) => since.still.push(whole.path),
                (_, true) => since.new.push(whole.path),
                (Some(_), false) => since.mended.push(whole.path),
                (None, false) => {}
            }
        }
        since
    }

    /// A report without these guides.
    #[must_use]
    pub fn without(&self, paths: &[&str]) -> Self {
        let mut report = self.clone();
        report.guides.retain(|guide| !paths.contains(&guide.path.as_str()));
        report
    }
}

impl Whole<'_> {
    /// Whether it fails as before, and no worse on any machine.
    fn fails_as(&self, before: &Whole<'_>, deny: Deny) -> bool {
        let known = |guide: &&GuideReport| {
            let same = before.reports.iter().find(|other| other.machine == guide.machine);
            same.is_some_and(|same| same.fails(deny) && same.verdict >= guide.verdict)
        };
        let failing: Vec<&&GuideReport> = self.reports.iter().filter(|guide| guide.fails(deny)).collect();
        before.verdict() >= self.verdict() && failing.into_iter().all(known)
    }

    /// Whether it is broken or could not be done, or is what is denied.
    pub fn fails(&self, deny: Deny) -> bool {
        self.reports.iter().any(|guide| guide.fails(deny)) || deny.partial && self.is_partial()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Verdict, sample};

    #[test]
    fn what_is_worse_is_new() {
        let on = |machine: &str, verdict| GuideReport { verdict, ..GuideReport::new("a", "T", machine) };
        let report = |guides: &[GuideReport]| Report { guides: guides.to_vec(), ..sample::report() };
        let deny = Deny { drift: true, ..Deny::default() };
        for (before, now, new) in [
            (Verdict::Drifted, Verdict::Drifted, false),
            (Verdict::Drifted, Verdict::Broken, true),
            (Verdict::Unreached, Verdict::Broken, true),
            (Verdict::Broken, Verdict::Broken, false),
            (Verdict::Broken, Verdict::Drifted, false),
        ] {
            let (before, now) = (report(&[on("x", before)]), report(&[on("x", now)]));
            assert_eq!(now.since(&before, deny).new.is_empty(), !new, "{before:?}");
        }
        let before = report(&[on("x", Verdict::Broken), on("y", Verdict::Holds)]);
        let now = report(&[on("x", Verdict::Broken), on("y", Verdict::Broken)]);
        assert_eq!(now.since(&before, deny).new, ["a"], "another machine is broken now");
    }

    #[test]
    fn only_what_is_new_counts() {
        let guide = |path: &str, verdict| GuideReport { verdict, ..GuideReport::new(path, "T", "debian") };
        let report = |guides: &[(&str, Verdict)]| Report {
            guides: guides.iter().map(|(path, verdict)| guide(path, *verdict)).collect(),
            ..sample::report()
        };
        let before = report(&[
            ("broken", Verdict::Broken),
            ("gone", Verdict::Broken),
            ("mended", Verdict::Broken),
            ("held", Verdict::Holds),
            ("drifted", Verdict::Holds),
        ]);
        let now = report(&[
            ("broken", Verdict::Broken),
            ("mended", Verdict::Holds),
            ("held", Verdict::Broken),
            ("added", Verdict::Unreached),
            ("drifted", Verdict::Drifted),
        ]);
        let since = now.since(&before, Deny::default());
        assert_eq!((since.new, since.still, since.mended), (vec!["held", "added"], vec!["broken"], vec!["mended"]));
        let strict = now.since(&before, Deny { drift: true, ..Deny::default() });
        assert_eq!(strict.new, ["held", "added", "drifted"]);
        assert!(now.fails(Deny::default()) && !now.without(&["held", "added", "broken"]).fails(Deny::default()));
    }
}
