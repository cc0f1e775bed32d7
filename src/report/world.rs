//! Why a guide broke that held: what was installed then, and what is now.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{GuideReport, Verdict, runs::Run};

/// Versions by the manager and the name of a package: `dpkg nodejs` is `18.19.0+dfsg-6`. What a guide has removed has none. What it has
/// fetched stands beside them: `url https://…` is `sha256:` and the first digits of its hash, `git https://…` a commit, `image nginx:1` a
/// digest.
pub type Packages = BTreeMap<String, String>;

/// What has changed since a guide held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// When it was begun that time, by RFC 3339.
    pub held: String,
    /// Whether the guide, or something else that its verdict depends on, is another one now: the machine's folder, for instance.
    pub inputs: Vec<String>,
    /// Packages that are others, in the order of their names. The first are those that the guide itself installs.
    pub packages: Vec<Moved>,
}

/// A package that has another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Its manager and name.
    pub package: String,
    /// Its version then, if it was there.
    pub then: Option<String>,
    /// Its version now, if it is there.
    pub now: Option<String>,
}

/// Packages as managers list them: a line each of manager, name and version, with tabs between.
pub(crate) fn packages(listed: &str) -> Packages {
    let package = |line: &str| {
        let mut parts = line.split('\t').map(str::trim);
        let (manager, name, version) = (parts.next()?, parts.next()?, parts.next()?);
        (!name.is_empty() && !version.is_empty()).then(|| (format!("{manager} {name}"), version.to_owned()))
    };
    listed.lines().filter_map(package).collect()
}

/// What `now` has otherwise than `before`: what is gone has no version.
pub(crate) fn changed(before: &Packages, now: &Packages) -> Packages {
    let gone = before.keys().filter(|name| !now.contains_key(*name)).map(|name| (name.clone(), String::new()));
    let other = now.iter().filter(|(name, version)| before.get(*name) != Some(version));
    other.map(|(name, version)| (name.clone(), version.clone())).chain(gone).collect()
}

impl Moved {
    /// `nodejs 18.19 → 20.19`.
    pub fn told(&self) -> String {
        let version = |version: &Option<String>| version.clone().unwrap_or_else(|| "none".to_owned());
        format!("{} {} → {}", self.package, version(&self.then), version(&self.now))
    }
}

/// Packages that are told in a sentence.
const TOLD: usize = 6;

impl Since {
    /// `held on 2026-11-20; since then: dpkg nodejs 18.19 → 20.19`.
    pub fn told(&self) -> String {
        let day = self.held.split('T').next().unwrap_or_default();
        let mut moved: Vec<String> = self.packages.iter().take(TOLD).map(Moved::told).collect();
        let more = self.packages.len().saturating_sub(TOLD);
        moved.extend((more > 0).then(|| format!("{more} more")));
        moved.extend(self.inputs.iter().map(|input| format!("{input} has changed")));
        match moved.as_slice() {
            [] => format!("held on {day}; no package and no file of its own is another one since then"),
            moved => format!("held on {day}; since then: {}", moved.join(", ")),
        }
    }
}

impl GuideReport {
    /// Everything that was installed when it ended, beside what its image has.
    fn installed(&self, image: &Packages) -> Packages {
        let mut all = image.clone();
        all.extend(self.packages.clone());
        all.retain(|_, version| !version.is_empty());
        all
    }

    /// Says, if it is broken or has drifted, what has changed since it held last, by what its image has and by earlier runs of it,
    /// the oldest first.
    pub(super) fn look_back(&mut self, image: Option<&Packages>, earlier: &[Run<'_>]) {
        self.since = None;
        if !matches!(self.verdict, Verdict::Drifted | Verdict::Broken) {
            return;
        }
        let held = |run: &&Run<'_>| matches!(run.guide.verdict, Verdict::Holds | Verdict::Partial);
        let Some(Run { report, guide: then }) = earlier.iter().rfind(held) else { return };
        let packages = match (report.images.get(&then.image), image) {
            (Some(before), Some(now)) => self.moved(&then.installed(before), &self.installed(now), then),
            _ => Vec::new(),
        };
        let inputs = self.inputs.iter().filter(|(path, hash)| then.inputs.get(*path) != Some(hash));
        let inputs = inputs.map(|(path, _)| path.clone()).collect();
        self.since = Some(Since { held: then.started.clone(), inputs, packages });
    }

    /// Packages that are others than when it held.
    fn moved(&self, before: &Packages, now: &Packages, then: &Self) -> Vec<Moved> {
        // A guide that broke early has not installed what it installed then: that is no change of the world.
        let reached = |name: &String| now.contains_key(name) || !then.packages.contains_key(name);
        let moved =
            |name: String| Moved { then: before.get(&name).cloned(), now: now.get(&name).cloned(), package: name };
        let mut moved: Vec<Moved> = changed(before, now).into_keys().filter(reached).map(moved).collect();
        moved.sort_by_key(|moved| (!self.packages.contains_key(&moved.package), moved.package.clone()));
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Report, sample};

    fn report(started: &str, verdict: Verdict, image: &[(&str, &str)], guide: &[(&str, &str)]) -> Report {
        let packages = |of: &[(&str, &str)]| {
            of.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
        };
        let done = GuideReport {
            started: started.into(),
            verdict,
            image: "i".into(),
            packages: packages(guide),
            ..GuideReport::new("a.md", "A", "debian")
        };
        Report { guides: vec![done], images: [("i".to_owned(), packages(image))].into(), ..sample::report() }
    }

    #[test]
    fn lists_of_managers() {
        let found = packages("dpkg\ta\t1\nnonsense\npip\tb c\t2.0 \ndpkg\tx\t\n");
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [("dpkg a".into(), "1".into()), ("pip b c".into(), "2.0".into())]
        );
    }

    #[test]
    fn what_a_guide_changes() {
        let of = |text: &str| packages(text);
        let (before, now) = (of("d\ta\t1\nd\tb\t1\nd\tc\t1\n"), of("d\ta\t1\nd\tb\t2\nd\te\t3\n"));
        let found: Vec<(String, String)> = changed(&before, &now).into_iter().collect();
        assert_eq!(found, [("d b".into(), "2".into()), ("d c".into(), String::new()), ("d e".into(), "3".into())]);
    }

    #[test]
    fn what_has_changed_since_a_guide_held() {
        let earlier = [
            report("2026-11-18T01:00:00Z", Verdict::Holds, &[("d x", "0")], &[]),
            report(
                "2026-11-20T01:00:00Z",
                Verdict::Holds,
                &[("d x", "1"), ("d y", "1")],
                &[("d node", "18"), ("d late", "1")],
            ),
            report("2026-11-21T01:00:00Z", Verdict::Broken, &[("d x", "9")], &[]),
        ];
        let mut now =
            report("2026-11-28T01:00:00Z", Verdict::Broken, &[("d x", "2"), ("d y", "1")], &[("d node", "20")]);
        now.against(&earlier);
        let since = now.guides[0].since.as_ref().expect("it held");
        assert_eq!(since.told(), "held on 2026-11-20; since then: d node 18 → 20, d x 1 → 2");
        let mut same =
            report("2026-11-28T01:00:00Z", Verdict::Drifted, &[("d x", "1"), ("d y", "1")], &[("d node", "18")]);
        same.against(&earlier);
        assert!(same.guides[0].since.as_ref().is_some_and(|since| since.packages.is_empty()));
        let mut holds = report("2026-11-28T01:00:00Z", Verdict::Holds, &[], &[]);
        holds.against(&earlier);
        assert_eq!(holds.guides[0].since, None);
    }
}
