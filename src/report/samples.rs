//! Each format of one report with every verdict, beside what it must be: `samples/`. `GUIDEPOST_RENEW=1 cargo test` writes them
//! anew; read the difference before you commit it.

use super::{
    Deny, Whereabouts, github, gitlab, human, json, junit,
    sample::{self, HERE},
};

#[test]
fn every_format_is_as_it_was_read() {
    let report = sample::with_every_verdict();
    let deny = Deny::default();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/samples");
    for (file, text) in [
        ("human.txt", human::human(&report, HERE, &sample::source, false)),
        ("report.json", json::json(&report)),
        ("junit.xml", junit::junit(&report, HERE, deny).unwrap()),
        ("github.txt", github::annotations(&report, Whereabouts::Site("docs"), deny)),
        ("summary.md", github::summary(&report, HERE, deny)),
        ("gitlab.json", gitlab::gitlab(&report, "docs", deny)),
    ] {
        if std::env::var_os("GUIDEPOST_RENEW").is_some() {
            std::fs::write(folder.join(file), &text).unwrap();
        }
        let wanted = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        same(&wanted, &text, file);
    }
}

/// Equal, or a difference to read.
fn same(wanted: &str, text: &str, file: &str) {
    assert!(wanted == text, "{}", super::unified::unified(file, wanted, text, false));
}

#[test]
fn what_was_not_done_is_told_in_every_format() {
    let mut report = sample::with_every_verdict();
    report.guides.retain(|guide| guide.title == "Tabs");
    let denied = Deny { partial: true, ..Deny::default() };
    assert!(!report.fails(Deny::default()) && report.fails(denied));
    for deny in [Deny::default(), denied] {
        for text in [
            human::human(&report, HERE, &sample::source, false),
            json::json(&report),
            junit::junit(&report, HERE, deny).unwrap(),
            github::annotations(&report, HERE, deny),
            gitlab::gitlab(&report, "", deny),
        ] {
            assert!(
                text.contains("no machine is for its tab “Fedora”") && text.contains("needs a real domain"),
                "{text}"
            );
        }
        let summary = github::summary(&report, HERE, deny);
        assert!(summary.starts_with("## guidepost: guides hold in part\n\n1 guide: 1 partial"), "{summary}");
        let xml = quick_junit::Report::deserialize_from_str(&junit::junit(&report, HERE, deny).unwrap()).unwrap();
        // Once the guide and the tab; on each of two machines the skipped step.
        assert_eq!((xml.skipped, xml.errors), if deny.partial { (3, 1) } else { (4, 0) });
    }
}

#[test]
fn coverage_survives_a_merge() {
    let report = sample::with_every_verdict();
    let again = json::read(&json::json(&report)).unwrap();
    let merged = super::Report::merged(&[again.clone(), again]).unwrap();
    assert_eq!((merged.coverage(), merged.count(super::Verdict::Partial)), (report.coverage(), 1));
    let summary: serde_json::Value = serde_json::from_str(&json::json(&merged)).unwrap();
    let guides = &summary["summary"]["guides"];
    for verdict in super::Verdict::ALL {
        assert_eq!(guides[verdict.name()], report.count(verdict), "{}", verdict.name());
    }
}
