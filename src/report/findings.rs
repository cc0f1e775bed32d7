//! What a check has found, as CI systems and forges read it. `folder` is the site's, from the root of the repository.

use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

use super::{
    github::{data, property},
    gitlab::{Finding, Location, fingerprint},
    json::text,
    junit::{at, legal},
    problem::from_root,
    safe::{defused, line},
    shown::fragment,
};
use crate::diagnostic::{Diagnostic, Place, Severity};

/// The file and the line of a diagnostic; that of the site, and 1, where it has none.
fn place<'d>(diagnostic: &'d Diagnostic, folder: &str) -> (String, usize, Option<&'d Place>) {
    let place = diagnostic.place.as_deref();
    let path = place.map_or(crate::config::FILE_NAME, |place| &place.path);
    (from_root(folder, path), place.map_or(1, |place| place.line), place)
}

/// What makes a diagnostic the same one in another run, wherever the author's line stands then.
fn identity(diagnostic: &Diagnostic, path: &str) -> String {
    let its_line = diagnostic.place.as_deref().map_or("", |place| place.text.trim());
    [&diagnostic.code, path, its_line, &diagnostic.message].join("\0")
}

/// The message with its help.
fn said(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}{help}", diagnostic.message)
}

/// A workflow command a problem, each in one line: GitHub shows it at its line of a pull request.
pub fn github(found: &[Diagnostic], folder: &str) -> String {
    let one = |diagnostic: &Diagnostic| {
        let (path, number, place) = place(diagnostic, folder);
        let column = place.map(|place| format!(",col={}", place.column)).unwrap_or_default();
        let (level, title) = (level(diagnostic, "notice"), property(&diagnostic.code));
        let message = data(&defused(&said(diagnostic)));
        format!("::{level} file={},line={number}{column},title={title}::{message}\n", property(&path))
    };
    found.iter().map(one).collect()
}

/// Every program has a word of its own for what is only to be known.
fn level<'w>(diagnostic: &Diagnostic, notice: &'w str) -> &'w str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => notice,
    }
}

/// GitLab's Code Quality report.
pub fn gitlab(found: &[Diagnostic], folder: &str) -> String {
    let mut seen = BTreeMap::new();
    let one = |diagnostic: &Diagnostic| {
        let (path, number, _) = place(diagnostic, folder);
        Finding {
            description: line(&said(diagnostic)),
            check_name: format!("guidepost/{}", diagnostic.code),
            fingerprint: fingerprint(&mut seen, identity(diagnostic, &path)),
            severity: match diagnostic.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Notice => "info",
            },
            location: Location::new(path, number),
        }
    };
    text(&found.iter().map(one).collect::<Vec<_>>())
}

/// JUnit XML: a suite a file, a case a problem. A warning fails only under `strict`. Without any problem there is one case that passed.
///
/// # Errors
/// If the XML cannot be written, which for memory does not happen.
pub fn junit(found: &[Diagnostic], folder: &str, guides: usize, strict: bool) -> Result<String, SerializeError> {
    let mut xml = quick_junit::Report::new("guidepost check");
    let mut suites: BTreeMap<String, TestSuite> = BTreeMap::new();
    for diagnostic in found {
        let (path, number, _) = place(diagnostic, folder);
        let status = if diagnostic.fails(strict) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(legal(&diagnostic.code)).set_message(legal(&line(&diagnostic.message)));
            status.set_description(legal(&diagnostic.draw(false)));
            status
        } else {
            TestCaseStatus::success()
        };
        let mut case = TestCase::new(legal(&format!("{} in line {number}", diagnostic.code)), status);
        case.set_classname(legal(&line(&path)));
        at(&mut case, &path, number);
        if !diagnostic.fails(strict) {
            let level = level(diagnostic, "notice");
            case.set_system_err(legal(&format!("{level}: {}", line(&said(diagnostic)))));
        }
        suites.entry(path.clone()).or_insert_with(|| TestSuite::new(legal(&line(&path)))).add_test_case(case);
    }
    if suites.is_empty() {
        let mut suite = TestSuite::new("guidepost check");
        suite.add_test_case(TestCase::new(format!("{guides} guides checked"), TestCaseStatus::success()));
        suites.insert(String::new(), suite);
    }
    xml.add_test_suites(suites.into_values());
    Ok(defused(&xml.to_string()?))
}

/// A log in SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), as code scanning reads it.
pub fn sarif(found: &[Diagnostic], folder: &str) -> String {
    let codes: BTreeSet<&str> = found.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    let mut seen = BTreeMap::new();
    let one = |diagnostic: &Diagnostic| -> Value {
        let (path, number, place) = place(diagnostic, folder);
        let mut region = json!({"startLine": number});
        if let Some(place) = place {
            let marked = place.text.get(place.mark.0..place.mark.1).unwrap_or_default().chars().count();
            region["startColumn"] = place.column.into();
            region["endColumn"] = (place.column + marked.max(1)).into();
        }
        json!({
            "ruleId": diagnostic.code,
            "level": level(diagnostic, "note"),
            "message": {"text": said(diagnostic)},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": fragment(&path)}, "region": region}}],
            "partialFingerprints": {"guidepost/v1": fingerprint(&mut seen, identity(diagnostic, &path))},
        })
    };
    let results: Vec<Value> = found.iter().map(one).collect();
    let rules: Vec<Value> = codes.iter().map(|code| json!({"id": code})).collect();
    let driver = json!({"name": "guidepost", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    text(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Span};

    fn found() -> Vec<Diagnostic> {
        let source = Source::new("content/a b.md", "# Ü\n\n[x](/nö)\n");
        let link = source.text.find("/nö").expect("a link");
        vec![
            Diagnostic::error("broken-link", "this link leads to no page: /nö")
                .at(&source, Span::new(link, link + 4))
                .help("say 50%, or\n::error::never"),
            Diagnostic::warning("unused", "a page says nothing"),
            Diagnostic::notice("moved", "a page is elsewhere"),
        ]
    }

    #[test]
    fn annotations_are_one_line_each() {
        assert_eq!(
            github(&found(), "docs"),
            "::error file=docs/content/a b.md,line=3,col=5,title=broken-link::this link leads to no page: /nö (say 50%25, or%0A:\u{200b}:error::never)\n\
             ::warning file=docs/guidepost.yaml,line=1,title=unused::a page says nothing\n\
             ::notice file=docs/guidepost.yaml,line=1,title=moved::a page is elsewhere\n"
        );
    }

    #[test]
    fn a_finding_of_gitlab_stays_where_its_line_moves() {
        let of = |text: &str| -> Value {
            let source = Source::new("a.md", text);
            let at = source.text.find("x").expect("a mark");
            let twice = Diagnostic::error("code", "wrong").at(&source, Span::new(at, at + 1));
            serde_json::from_str(&gitlab(&[twice.clone(), twice], "")).expect("JSON")
        };
        let (before, moved) = (of("x\n"), of("\n\nx\n"));
        assert_eq!(before[0]["fingerprint"], moved[0]["fingerprint"]);
        assert_ne!(before[0]["fingerprint"], before[1]["fingerprint"]);
        assert_eq!((&moved[0]["location"]["lines"]["begin"], &moved[0]["severity"]), (&json!(3), &json!("major")));
    }

    #[test]
    fn cases_of_junit() {
        let xml = |strict| junit(&found(), "", 3, strict).expect("XML");
        assert!(xml(false).contains(r#"tests="3" skipped="0" failures="1""#), "{}", xml(false));
        assert!(xml(true).contains(r#"tests="3" skipped="0" failures="2""#), "{}", xml(true));
        let nothing = junit(&[], "", 3, true).expect("XML");
        assert!(
            nothing.contains("3 guides checked") && nothing.contains(r#"tests="1" skipped="0" failures="0""#),
            "{nothing}"
        );
    }

    #[test]
    fn results_of_sarif() {
        let log: Value = serde_json::from_str(&sarif(&found(), "docs")).expect("JSON");
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"], json!([{"id": "broken-link"}, {"id": "moved"}, {"id": "unused"}]));
        let at = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(at["artifactLocation"]["uri"], "docs/content/a%20b.md");
        assert_eq!(at["region"], json!({"startLine": 3, "startColumn": 5, "endColumn": 8}));
        assert_eq!((&run["results"][1]["level"], &run["results"][2]["level"]), (&json!("warning"), &json!("note")));
    }
}
