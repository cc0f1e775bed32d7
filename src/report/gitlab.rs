//! GitLab's Code Quality report: the part of Code Climate's format that GitLab reads.

use serde::Serialize;
use std::collections::BTreeMap;

use super::{
    Deny, Report,
    json::text,
    problem::{FORGIVEN, Level, Problem, from_root, problems},
};

/// One finding.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) description: String,
    pub(super) check_name: String,
    pub(super) fingerprint: String,
    pub(super) severity: &'static str,
    pub(super) location: Location,
}

#[derive(Debug, Serialize)]
pub(super) struct Location {
    path: String,
    lines: Lines,
}

impl Location {
    pub(super) fn new(path: String, begin: usize) -> Self {
        Self { path, lines: Lines { begin } }
    }
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
}

/// The findings as JSON. `folder` is the site's, from the root of the repository.
///
/// A fingerprint follows from what a step *is* (its guide, file, section, kind and what is typed), so that it stays when lines
/// move, or when the output changes once more: GitLab tells by it what a merge request adds and mends.
pub fn gitlab(report: &Report, folder: &str, deny: Deny) -> String {
    let mut seen = BTreeMap::new();
    let findings: Vec<Finding> = problems(report, deny)
        .iter()
        .map(|problem| {
            let identity = identity(problem);
            Finding {
                description: description(problem),
                check_name: format!("guidepost/{}", problem.check),
                fingerprint: fingerprint(&mut seen, identity),
                severity: match problem.level {
                    Level::Error => "major",
                    Level::Warning => "minor",
                    Level::Notice => "info",
                },
                location: Location::new(from_root(folder, &problem.path), problem.line),
            }
        })
        .collect();
    text(&findings)
}

/// What tells findings apart: 32 hexadecimal digits of what makes one the same in another run, and of how many like it came before.
pub(super) fn fingerprint(seen: &mut BTreeMap<String, usize>, identity: String) -> String {
    let again = seen.get(&identity).copied().unwrap_or(0);
    let fingerprint = blake3::hash(format!("{identity}\0{again}").as_bytes()).to_hex()[..32].to_owned();
    seen.insert(identity, again + 1);
    fingerprint
}

fn description(problem: &Problem<'_>) -> String {
    let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}: {}{help}", problem.title, problem.message)
}

/// What makes a problem the same one in another run.
fn identity(problem: &Problem<'_>) -> String {
    let mut parts = vec![problem.check.as_str(), &problem.guide.path, &problem.path];
    match problem.step {
        Some(step) => {
            parts.extend([step.section.as_str(), step.kind.name()]);
            parts.extend(step.typed.iter().map(String::as_str));
            // What was forgiven is another value in each run, and the same finding.
            let said = problem.aside && problem.check != FORGIVEN;
            parts.extend(said.then_some(problem.message.as_str()));
        }
        None => parts.push(&problem.message),
    }
    parts.join("\0")
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};
    use serde_json::Value;

    fn findings(report: &Report) -> Vec<Value> {
        serde_json::from_str(&gitlab(report, "docs", Deny::default())).unwrap()
    }

    #[test]
    fn has_what_gitlab_reads() {
        let findings = findings(&sample::report());
        let severities: Vec<&str> = findings.iter().map(|f| f["severity"].as_str().unwrap()).collect();
        assert_eq!(severities, ["minor", "minor", "major", "info", "major"]);
        let broken = &findings[2];
        assert_eq!(broken["check_name"], "guidepost/step-broken");
        assert_eq!(broken["location"]["path"], "docs/content/parts/ping.md");
        assert_eq!(broken["location"]["lines"]["begin"], 2);
        let description = broken["description"].as_str().unwrap();
        assert!(description.starts_with("Connect: 100%, really: step 3 is broken: the output is not"), "{description}");
    }

    #[test]
    fn fingerprints_are_stable_and_unique() {
        let report = sample::report();
        let mut moved = report.clone();
        for step in &mut moved.guides[1].steps {
            step.line += 10;
            step.number += 1;
            step.output.push('x');
        }
        let fingerprints = |report| findings(report).iter().map(|f| f["fingerprint"].clone()).collect::<Vec<_>>();
        assert_eq!(fingerprints(&report), fingerprints(&moved));
        let mut twice = report.clone();
        let again = twice.guides[1].steps[2].clone();
        twice.guides[1].steps.push(again);
        let mut all: Vec<String> = fingerprints(&twice).iter().map(Value::to_string).collect();
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!((count, all.len()), (6, 6));
    }

    #[test]
    fn nothing_is_an_empty_list() {
        let mut report = sample::report();
        report.guides.truncate(1);
        assert_eq!(gitlab(&report, "", Deny::default()), "[]\n");
    }
}
