//! `guidepost verify --suggest`: what would mend the guides that fail is tried, shown as a diff, and written with `--write`.

use super::progress::Progress;
use crate::{
    cli::{color, count, print},
    plan::amend::merge::flow,
    proof::{self, Suggested},
    report::{GuideReport, Report},
    site::{self, Failure},
    suggest::{Learned, Need, Suggestion, Trial},
    terminal::clean::clean,
    verify::{self, Job},
};

/// What has come of a run with suggestions.
pub(super) struct Told {
    /// What is told of the guides: as they are, or as they are with what was written.
    pub(super) report: Report,
    /// What is suggested, for people.
    pub(super) text: String,
    /// Why the files could not be written.
    pub(super) unwritten: Option<Failure>,
}

/// Learns from a report, tries what was learned, and tells or writes what helps.
pub(super) fn suggest(
    site: &site::Options,
    jobs: Vec<Job>,
    options: &verify::Options,
    mut report: Report,
    write: bool,
) -> Result<Told, Failure> {
    let mut run = |jobs: Vec<Job>| again(jobs, options);
    let tried = proof::suggest(site, jobs, &report.guides, &mut run)?;
    let laid = &tried.laid;
    let mut text = told(&tried.learned, laid);
    if let Some(why) = &tried.ended {
        text.push_str(&format!("\nNot all could be tried: {why}.\n"));
    }
    if laid.is_empty() {
        return Ok(Told { report, text, unwritten: None });
    }
    if !write {
        text.push_str(&format!("\n{}\n", laid.diff(color(&std::io::stdout()))));
        text.push_str("`guidepost verify --suggest --write` writes this.\n");
        return Ok(Told { report, text, unwritten: None });
    }
    let unwritten = laid.write(site).err().map(|error| Failure::Environment { message: error.to_string() });
    if unwritten.is_none() {
        let files: Vec<&str> = laid.paths().collect();
        text.push_str(&format!("\n{} written, in {}\n", count(laid.lines(), "line"), files.join(", ")));
        replace(&mut report.guides, tried.guides);
    }
    Ok(Told { report, text, unwritten })
}

/// Does guides once more; or says why that could not be done.
fn again(jobs: Vec<Job>, options: &verify::Options) -> Result<Report, String> {
    print(std::io::stderr(), &format!("trying what would mend {}\n", count(jobs.len(), "guide")));
    let progress = Progress::new();
    let options = verify::Options { record: None, keep: false, ..options.clone() };
    let done = verify::run_until(jobs, &options, &progress, super::interrupted());
    progress.clear();
    match done {
        Ok(Some(report)) => Ok(report),
        Ok(None) => Err("the run was interrupted".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Guides as they are now, on the machines that they are for now.
fn replace(guides: &mut Vec<GuideReport>, new: Vec<GuideReport>) {
    guides.retain(|known| !new.iter().any(|guide| guide.path == known.path));
    guides.extend(new);
    guides.sort_by(|a, b| (&a.path, &a.machine).cmp(&(&b.path, &b.machine)));
}

/// All suggestions, for people.
fn told(learned: &Learned, laid: &Suggested) -> String {
    let tried = |need: &Need| matches!(need.trial, Trial::Further(_));
    let vain = |need: &Need| need.trial == Trial::Vain;
    let untried = |need: &Need| matches!(need.trial, Trial::Untried(_));
    let heading = |laid: &Suggested| match laid.is_empty() {
        true => "Suggested: nothing that helps was found.\n".to_owned(),
        false => format!("Suggested, and tried in this run ({}):\n", count(laid.lines(), "line")),
    };
    let mut out = format!("\n{}", heading(laid));
    out.push_str(&list(learned, &tried));
    for (heading, of) in
        [("Not tried, and not written:\n", &untried as &dyn Fn(&Need) -> bool), ("Tried, and in vain:\n", &vain)]
    {
        let list = list(learned, of);
        if !list.is_empty() {
            out.push_str(&format!("\n{heading}{list}"));
        }
    }
    out
}

/// Those suggestions that have come to this at some guides, with these guides.
fn list(learned: &Learned, of: &dyn Fn(&Need) -> bool) -> String {
    let mut out = String::new();
    for suggestion in learned.suggestions() {
        let needs: Vec<(&String, &Need)> = suggestion.needs.iter().filter(|(_, need)| of(need)).collect();
        if needs.is_empty() {
            continue;
        }
        out.push_str(&format!("  {}\n    {}\n", line(suggestion), about(suggestion)));
        for (path, need) in needs {
            let how = match &need.trial {
                Trial::Further(how) | Trial::Untried(how) => format!(": {}", clean(how)),
                Trial::Vain | Trial::Running => String::new(),
            };
            out.push_str(&format!("    {}:{}{how}\n", clean(path), need.line));
        }
    }
    out
}

/// What is to be said, on one line.
fn line(suggestion: &Suggestion) -> String {
    let parts = suggestion.says.iter().map(|(key, value)| format!("{key}: {}", flow(value)));
    clean(&parts.collect::<Vec<_>>().join(", ")).replace('\n', " ")
}

/// `a question has no answer: Go on? [Y/n]`.
fn about(suggestion: &Suggestion) -> String {
    let what = clean(&suggestion.what).replace('\n', " ");
    let what = if what.is_empty() { what } else { format!(": {what}") };
    format!("{}{what}", suggestion.kind.words())
}
