//! Why a guide broke that held: what was installed then, and what is now.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{GuideReport, Report, Verdict};

/// Versions by the manager and the name of a package: `dpkg nodejs` is `18.19.0+dfsg-6`. What a guide has removed has none.
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

impl Report {
    /// Everything that was installed when a guide ended; `None` if that is not known.
    fn installed(&self, guide: &GuideReport) -> Option<Packages> {
        let mut all = self.images.get(&guide.image)?.clone();
        all.extend(guide.packages.clone());
        all.retain(|_, version| !version.is_empty());
        Some(all)
    }

    /// Says of guides that are broken or have drifted what has changed since they held last, by earlier reports.
    pub fn look_back(&mut self, earlier: &[Self]) {
        let guides = std::mem::take(&mut self.guides);
        self.guides = guides
            .into_iter()
            .map(|guide| GuideReport { since: self.since_it_held(&guide, earlier), ..guide })
            .collect();
    }

    fn since_it_held(&self, guide: &GuideReport, earlier: &[Self]) -> Option<Since> {
        if !matches!(guide.verdict, Verdict::Drifted | Verdict::Broken) {
            return None;
        }
        let held = |other: &GuideReport| {
            (&other.path, &other.machine) == (&guide.path, &guide.machine)
                && other.started < guide.started
                && matches!(other.verdict, Verdict::Holds | Verdict::Partial)
        };
        let found = earlier.iter().flat_map(|report| report.guides.iter().map(move |guide| (report, guide)));
        let (report, then) =
            found.filter(|(_, other)| held(other)).max_by(|(_, a), (_, b)| a.started.cmp(&b.started))?;
        let moved = match (report.installed(then), self.installed(guide)) {
            (Some(before), Some(now)) => {
                let names = before.keys().chain(now.keys().filter(|name| !before.contains_key(*name)));
                let other = names.filter(|name| before.get(*name) != now.get(*name));
                // A guide that broke early has not installed what it installed then: that is no change of the world.
                let reached = |name: &&String| now.contains_key(*name) || !then.packages.contains_key(*name);
                let version = |all: &Packages, name: &String| all.get(name).cloned();
                let moved = |name: &String| Moved {
                    package: name.clone(),
                    then: version(&before, name),
                    now: version(&now, name),
                };
                let mut moved: Vec<Moved> = other.filter(reached).map(moved).collect();
                moved.sort_by_key(|moved| (!guide.packages.contains_key(&moved.package), moved.package.clone()));
                moved
            }
            _ => Vec::new(),
        };
        let inputs = guide.inputs.iter().filter(|(path, hash)| then.inputs.get(*path) != Some(hash));
        Some(Since {
            held: then.started.clone(),
            inputs: inputs.map(|(path, _)| path.clone()).collect(),
            packages: moved,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

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
        now.look_back(&earlier);
        let since = now.guides[0].since.as_ref().expect("it held");
        assert_eq!(since.told(), "held on 2026-11-20; since then: d node 18 → 20, d x 1 → 2");
        let mut same =
            report("2026-11-28T01:00:00Z", Verdict::Drifted, &[("d x", "1"), ("d y", "1")], &[("d node", "18")]);
        same.look_back(&earlier);
        assert!(same.guides[0].since.as_ref().is_some_and(|since| since.packages.is_empty()));
        let mut holds = report("2026-11-28T01:00:00Z", Verdict::Holds, &[], &[]);
        holds.look_back(&earlier);
        assert_eq!(holds.guides[0].since, None);
    }
}
