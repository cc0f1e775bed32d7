//! The report for programs.

use serde::Serialize;
use std::collections::BTreeMap;
use thiserror::Error;

use super::{
    CauseKind, Coverage, Gap, Part, Report, SCHEMA, StepReport, Verdict, Whole, cause::Group, forgiven::Forgiven,
    safe::ANYWHERE,
};

/// Why a text is not a report.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// It is not JSON.
    #[error("this is not JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// It says no schema.
    #[error("this is not a report of guidepost: it has no number \"schema\"")]
    NoSchema,
    /// It has another schema.
    #[error(
        "this report has schema {found}, and this guidepost reads schema {SCHEMA}; make it anew by `guidepost verify`"
    )]
    Schema {
        /// The report's.
        found: u64,
    },
    /// It says the right schema, and does not follow it.
    #[error("this report does not follow schema {SCHEMA}: {0}")]
    Shape(#[source] serde_json::Error),
}

/// What a report comes to, for programs that want nothing else. It is made anew whenever a report is written, and not read.
#[derive(Serialize)]
struct Summary<'a> {
    /// How many guides have each verdict; one on two machines is one guide.
    guides: BTreeMap<&'static str, usize>,
    /// Guides that held at a later attempt.
    flaky: usize,
    /// Warnings of steps.
    warnings: usize,
    /// What all verdicts stand on.
    coverage: Coverage,
    /// What stands in the way, the most frequent first.
    causes: Vec<OfCause<'a>>,
    /// Guide by guide.
    by_guide: Vec<OfGuide<'a>>,
}

#[derive(Serialize)]
struct OfCause<'a> {
    kind: CauseKind,
    part: Part,
    what: &'a str,
    mend: Option<&'a str>,
    guides: Vec<&'a str>,
}

#[derive(Serialize)]
struct OfGuide<'a> {
    path: &'a str,
    title: &'a str,
    verdict: Verdict,
    machines: Vec<&'a str>,
    coverage: Coverage,
    /// What was not done, and why.
    gaps: Vec<Gap>,
    /// Values that are others than the page's, and may be.
    forgiven: Vec<Forgiven<'a>>,
}

#[derive(Serialize)]
struct Written<'a> {
    summary: Summary<'a>,
    #[serde(flatten)]
    report: &'a Report,
}

impl<'a> Summary<'a> {
    fn of(report: &'a Report) -> Self {
        let wholes = report.wholes();
        let of_guide = |whole: &Whole<'a>| OfGuide {
            path: whole.path,
            title: &whole.reports[0].title,
            verdict: whole.verdict(),
            machines: whole.reports.iter().map(|report| report.machine.as_str()).collect(),
            coverage: whole.coverage(),
            gaps: whole.gaps(),
            forgiven: whole.reports.iter().flat_map(|report| &report.steps).flat_map(StepReport::forgiven).collect(),
        };
        let of_cause = |group: Group<'a>| OfCause {
            kind: group.kind,
            part: group.part,
            what: group.what,
            mend: group.mend,
            guides: group.guides.iter().map(|(guide, ..)| guide.path.as_str()).collect(),
        };
        Self {
            guides: Verdict::ALL.iter().map(|verdict| (verdict.name(), report.count(*verdict))).collect(),
            flaky: wholes.iter().filter(|whole| whole.is_flaky()).count(),
            warnings: report.warnings(),
            coverage: report.coverage(),
            causes: report.causes().into_iter().map(of_cause).collect(),
            by_guide: wholes.iter().map(of_guide).collect(),
        }
    }
}

/// The report as indented JSON with a final line end. No control character is in it, nor a runner's command: both are
/// escaped, so that [`read`] gives the same report.
pub fn json(report: &Report) -> String {
    text(&Written { summary: Summary::of(report), report })
}

/// Reads what [`json`] wrote.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn read(text: &str) -> Result<Report, Unreadable> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(Unreadable::Json)?;
    match value.get("schema").and_then(serde_json::Value::as_u64) {
        None => Err(Unreadable::NoSchema),
        Some(found) if found != u64::from(SCHEMA) => Err(Unreadable::Schema { found }),
        Some(_) => serde_json::from_value(value).map_err(Unreadable::Shape),
    }
}

/// Indented JSON of plain data.
pub(super) fn text(data: &impl Serialize) -> String {
    // Only a map whose keys are not strings, or a type that refuses, could fail; a report has neither.
    let json = serde_json::to_string_pretty(data).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
    let mut json = escaped(&json, |c| c == '\n');
    for command in ANYWHERE {
        json = json.replace(command, &format!("#\\u0023{}", &command[2..]));
    }
    json + "\n"
}

/// JSON whose strings have escapes for what serde_json leaves as it is: DEL, C1, and characters that break or turn lines.
pub(super) fn escaped(json: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let turns =
            matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
        if (c.is_control() || turns) && !keep(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};

    #[test]
    fn comes_back() {
        let mut report = sample::report();
        report.guides[1].steps[1].output.push_str("\u{9b}31m\u{7f}\u{2028}\u{1b}\r\n##[error]x ###[y] ##vso[z] 💡");
        let written = json(&report);
        assert!(written.chars().all(|c| c == '\n' || !c.is_control()));
        assert!(written.ends_with("}\n") && !written.contains("##["), "{written}");
        let again = read(&written).unwrap();
        assert_eq!(again.guides[1].steps[1].output, report.guides[1].steps[1].output);
        assert_eq!(json(&again), written);
    }

    #[test]
    fn refuses() {
        for (text, why) in [
            ("", "this is not JSON"),
            ("[]", "no number \"schema\""),
            ("{\"schema\": \"1\"}", "no number \"schema\""),
            ("{\"schema\": 99}", "has schema 99"),
            ("{\"schema\": 1, \"guides\": []}", "has schema 1, and this guidepost reads schema 2; make it anew"),
            ("{\"schema\": 2}", "does not follow schema 2: missing field"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn new_fields_do_not_count() {
        let mut value: serde_json::Value = serde_json::from_str(&json(&sample::report())).unwrap();
        value["new"] = true.into();
        assert!(read(&value.to_string()).is_ok());
    }
}
