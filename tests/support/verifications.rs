//! The table of whole verifications: a folder a row, with the guide and what must come of it.

use super::folders::{self, Row};
use guidepost::{
    report::{GuideReport, StepReport},
    site,
};
use std::fmt::Write;

const CONFIG: &str =
    "title: Verifications\nbase_url: https://example.org/\nmachines:\n  debian:\n    image: debian:bookworm\n";

/// All rows, by name.
pub(crate) fn rows() -> Vec<Row> {
    folders::rows("verifications", "expected.txt")
}

/// A site of these guides.
pub(crate) fn site(rows: &[Row]) -> (tempfile::TempDir, site::Options) {
    folders::site(rows, CONFIG)
}

/// What came of a row: its verdict, then each step with its line, and what is said to the author.
pub(crate) fn told(guides: &[GuideReport], row: &Row) -> String {
    let path = row.path();
    let guide = guides.iter().find(|guide| guide.path == path);
    guide.map_or_else(|| "it is not in the report\n".to_owned(), |guide| text(guide, &path))
}

/// Rows that came otherwise than they must.
pub(crate) fn otherwise(guides: &[GuideReport], rows: &[Row]) -> Vec<String> {
    let came = |row: &Row| (row.name.clone(), row.expected.clone(), told(guides, row));
    let other = rows.iter().map(came).filter(|(_, expected, told)| expected != told);
    other.map(|(name, expected, told)| format!("{name}\nexpected:\n{expected}\ncame:\n{told}")).collect()
}

fn text(guide: &GuideReport, path: &str) -> String {
    let mut text = guide.verdict.name().to_owned();
    if let Some(reason) = &guide.reason {
        let _ = write!(text, ": {reason}");
    }
    text.push('\n');
    for problem in &guide.diagnostics {
        let at = problem.place.as_ref().map_or(0, |place| place.line);
        let severity = format!("{:?}", problem.severity).to_lowercase();
        let _ = writeln!(text, "{at}: {severity}: {}: {}", problem.code, problem.message);
        help(&mut text, problem.help.as_deref());
    }
    for step in &guide.steps {
        text.push_str(&line(step, path));
    }
    // The home of a local machine has a name of its own every time.
    let text =
        regex::Regex::new(r"/tmp/guidepost-local-\w+").expect("a pattern").replace_all(&text, "/root").into_owned();
    // So has a port that the kernel gives.
    regex::Regex::new(r"listens on port \d{5}\b")
        .expect("a pattern")
        .replace_all(&text, "listens on port 40000")
        .into_owned()
}

fn line(step: &StepReport, path: &str) -> String {
    let at = if step.path == path { String::new() } else { format!("{}:", step.path) };
    let mut text = format!("{at}{}: {} {}", step.line, kind(step), step.verdict.name());
    if let Some(message) = &step.message {
        let _ = write!(text, ": {}", message.replace('\n', "\n    "));
    }
    text.push('\n');
    help(&mut text, step.help.as_deref());
    for warning in &step.warnings {
        let _ = writeln!(text, "    warning: {}: {}", warning.code, warning.message);
    }
    text
}

fn help(text: &mut String, said: Option<&str>) {
    if let Some(said) = said {
        let _ = writeln!(text, "    help: {}", said.replace('\n', "\n    "));
    }
}

fn kind(step: &StepReport) -> String {
    format!("{:?}", step.kind).to_lowercase()
}
