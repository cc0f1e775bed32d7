//! What has changed since an earlier report: a library that has broken guides fails on new ones only.

use super::{Deny, Report, Whole};

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
        let before = earlier.wholes();
        let failed = |path: &str| before.iter().any(|whole| whole.path == path && whole.fails(deny));
        let mut since = Since::default();
        for whole in self.wholes() {
            match (failed(whole.path), whole.fails(deny)) {
                (false, true) => since.new.push(whole.path),
                (true, true) => since.still.push(whole.path),
                (true, false) => since.mended.push(whole.path),
                (false, false) => {}
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
    /// Whether it is broken or could not be done, or is what is denied.
    pub fn fails(&self, deny: Deny) -> bool {
        self.reports.iter().any(|guide| guide.fails(deny)) || deny.partial && self.is_partial()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{GuideReport, Verdict, sample};

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
