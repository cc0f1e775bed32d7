//! What came of guides, said as somebody or something wants to hear it.

use clap::ValueEnum;
use std::{io::Write, path::PathBuf};

use crate::{
    cli::{Exit, color, print, report as report_failure},
    report::{self, Report, Verdict, Whereabouts, file, github, gitlab, html, human, json, junit},
    site::{self, Failure},
};

/// What came of guides, for people at a terminal.
pub(in crate::cli) fn for_people(site: &site::Options, report: &Report, colors: bool) -> String {
    let folder = site.site.to_string_lossy();
    // Guides that were written are read as they are now, and so the report's lines are.
    let source = |file: &str| std::fs::read_to_string(site.site.join(file)).ok();
    human::human(report, whereabouts(site, &folder), &source, colors)
}

fn whereabouts<'f>(site: &site::Options, folder: &'f str) -> Whereabouts<'f> {
    if site.loose.is_empty() { Whereabouts::Site(folder) } else { Whereabouts::Folder(folder) }
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Telling {
    /// Fail on this too
    #[arg(long, value_enum, value_delimiter = ',')]
    deny: Vec<Deny>,
    /// How to print what came of it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Fail only on what did not fail in this report, or folder of results, and say what is mended
    #[arg(long, value_name = "FILE|DIR")]
    baseline: Option<PathBuf>,
    /// Also write the JSON report to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Outputs that show another version
    Drift,
    /// Guides that hold only when they are done again
    Flaky,
    /// Guides of which something that a reader would do was not done
    Partial,
    /// Steps with a warning
    Warnings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON object, for programs
    Json,
    /// JUnit's XML
    Junit,
    /// GitHub's annotations; the summary goes to $GITHUB_STEP_SUMMARY
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// One page for a browser, which asks for nothing else
    Html,
}

impl Telling {
    /// Whether stdout is for people.
    pub(super) fn is_for_people(&self) -> bool {
        self.format == Format::Human
    }

    /// Why the report cannot be written to its file: something else is there, or its folder is not.
    pub(in crate::cli) fn hindrance(&self) -> Option<Failure> {
        let path = self.report.as_deref()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Some(Failure::Usage {
                message: format!("there is no folder {} for the report", folder.display()),
                help: "make it, or name another file: --report FILE".into(),
            });
        }
        // What is no regular file cannot be lost.
        let found = std::fs::metadata(path).ok().filter(|found| found.len() > 0 || found.is_dir())?;
        let there = match file::text(path, site::LARGEST_REPORT) {
            Err(_) if !found.is_file() && !found.is_dir() => return None,
            there => there.unwrap_or_default(),
        };
        match json::read(&there) {
            // A report of another version is a report.
            Ok(_) | Err(json::Unreadable::Schema { .. }) => None,
            Err(_) => Some(Failure::Usage {
                message: format!("{} is there, and is no report of guidepost", path.display()),
                help: "move it away, or name another file: --report FILE".into(),
            }),
        }
    }

    /// What is compared with: read before anything is done, since a folder of results fills while guides are done.
    pub(in crate::cli) fn baseline(&self) -> Result<Option<Report>, Failure> {
        Ok(Report::merged(&site::read_reports(self.baseline.as_slice())?))
    }

    /// Says what came of it; the lines that it speaks of are those of the guides as they are now.
    pub(in crate::cli) fn tell(&self, site: &site::Options, report: &Report, baseline: Option<&Report>) -> Exit {
        let text = json::json(report);
        let unwritten = self.report.as_ref().and_then(|path| {
            let error = file::replace(path, &text).err()?;
            Some(Failure::Environment {
                message: format!("{} cannot be written: {error}; it is as it was", path.display()),
            })
        });
        let stdout = std::io::stdout();
        let denies = |what| self.deny.contains(&what) || site.strict;
        let deny = report::Deny {
            drift: denies(Deny::Drift),
            flaky: denies(Deny::Flaky),
            warnings: denies(Deny::Warnings),
            partial: denies(Deny::Partial),
        };
        let since = baseline.map(|baseline| report.since(baseline, deny));
        let whole = report;
        // What fails as before is known.
        let told = since.as_ref().map(|since| report.without(&since.still));
        let report = told.as_ref().unwrap_or(report);
        let path = &site.site;
        let folder = path.to_string_lossy();
        let at = whereabouts(site, &folder);
        match self.format {
            Format::Human => {
                print(&stdout, &for_people(site, report, color(&stdout)));
                if let Some(since) = &since {
                    print(&stdout, &human::since(since));
                }
                print(std::io::stderr(), &next(site, report));
            }
            Format::Json => print(&stdout, &text),
            Format::Junit => match junit::junit(report, at, deny) {
                Ok(xml) => print(&stdout, &xml),
                Err(error) => return report_failure(&Failure::Environment { message: error.to_string() }),
            },
            Format::Github => {
                print(&stdout, &github::annotations(report, at, deny));
                // Annotations scroll away, and the log ends here.
                print(&stdout, &human::closing(report, false));
                if let Some(problem) = add_summary(&github::summary(report, at, deny)) {
                    return report_failure(&problem);
                }
            }
            Format::Gitlab => print(&stdout, &gitlab::gitlab(report, at.folder(), deny)),
            Format::Html => match html::html(report) {
                Ok(page) => print(&stdout, &page),
                Err(problems) => return report_failure(&Failure::Pages(problems)),
            },
        }
        // Said last, so that what was found is not lost.
        if let Some(problem) = unwritten {
            return report_failure(&problem);
        }
        match report {
            _ if whole.is_incomplete() => Exit::Environment,
            _ if report.fails(deny) => Exit::Guide,
            _ => Exit::Ok,
        }
    }
}

/// What to do next with files that lie in no site: how to say what a page cannot say, and how to do it every night.
fn next(site: &site::Options, report: &Report) -> String {
    let [first, ..] = site.loose.as_slice() else { return String::new() };
    let names = if site.loose.len() == 1 { first.as_str() } else { "FILE…" };
    let mut lines = Vec::new();
    if report.guides.iter().any(|guide| guide.verdict != Verdict::Holds) {
        let sidecar = site::sidecar_path(first);
        lines.push(format!(
            "guidepost plan {first}    shows what is done, and why; {sidecar} beside it says what the page does not"
        ));
        lines.push(
            "guidepost new DIR    makes a site, whose guidepost.yaml names machines of your own, answers and more"
                .to_owned(),
        );
    }
    lines.push(format!(
        "guidepost verify {names} --format github    says the same in a pull request (gitlab and junit, too)"
    ));
    format!("\nNext:\n{}", lines.iter().map(|line| format!("  {line}\n")).collect::<String>())
}

/// Adds to the summary of the job's step, where GitHub has one.
fn add_summary(text: &str) -> Option<Failure> {
    let file = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty())?;
    let added = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(&file)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    added.err().map(|error| Failure::Environment { message: format!("{} cannot be written: {error}", file.display()) })
}
