//! `guidepost verify`

use clap::ValueEnum;
use std::{io::Write, path::PathBuf, time::Duration};

use super::{Exit, SiteArguments, color, count, print, report as report_failure};
use crate::{
    machine,
    report::{GuideReport, Report, StepReport, Verdict, github, gitlab, human, json, junit},
    site::{self, Failure},
    verify::{self, Event, Listener, Options},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Which guides: files, addresses or slugs [default: all]
    #[arg(value_name = "GUIDE")]
    guides: Vec<String>,
    /// Guides at the same time
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Begin no further guide once one is broken
    #[arg(long)]
    fail_fast: bool,
    /// Keep the machine of a broken guide, and say how to look around in it; the next run removes it
    #[arg(long)]
    keep: bool,
    /// Fail on this too
    #[arg(long, value_enum)]
    deny: Option<Deny>,
    /// How long one guide may take, in minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    guide_timeout: u64,
    /// How to print what came of it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Also write the JSON report to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Outputs that show another version
    Drift,
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
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let site = arguments.site.options();
    let jobs = match site::jobs(&site, &arguments.guides) {
        Ok(jobs) => jobs,
        Err(failure) => return report_failure(&failure),
    };
    let options = Options {
        site: site.site.clone(),
        jobs: arguments.jobs,
        fail_fast: arguments.fail_fast,
        keep: arguments.keep,
        guide_timeout: Duration::from_secs(arguments.guide_timeout.saturating_mul(60)),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report_failure(&Failure::Environment { message: error.to_string() }),
    };
    let done = runtime.block_on(async {
        tokio::select! {
            done = verify::run(jobs, &options, &Lines) => Some(done),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    match done {
        Some(Ok(report)) => tell(arguments, &site.site, &report),
        Some(Err(error)) => environment(&error),
        None => {
            print(std::io::stderr(), "interrupted; the machines are removed\n");
            Exit::Environment
        }
    }
}

fn tell(arguments: &Arguments, site: &std::path::Path, report: &Report) -> Exit {
    let text = json::json(report);
    if let Some(file) = &arguments.report
        && let Err(error) = std::fs::write(file, &text)
    {
        return report_failure(&Failure::Environment {
            message: format!("{} cannot be written: {error}", file.display()),
        });
    }
    let stdout = std::io::stdout();
    let denied = arguments.deny == Some(Deny::Drift) || arguments.site.strict;
    let folder = site.to_string_lossy();
    let folder = folder.trim_start_matches("./").trim_matches('.').trim_end_matches('/');
    let source = |path: &str| std::fs::read_to_string(site.join(path)).ok();
    match arguments.format {
        Format::Human => print(&stdout, &human::human(report, &source, color(&stdout))),
        Format::Json => print(&stdout, &text),
        Format::Junit => match junit::junit(report, denied) {
            Ok(xml) => print(&stdout, &xml),
            Err(error) => return report_failure(&Failure::Environment { message: error.to_string() }),
        },
        Format::Github => {
            print(&stdout, &github::annotations(report, folder, denied));
            if let Some(problem) = add_summary(&github::summary(report, denied)) {
                return report_failure(&problem);
            }
        }
        Format::Gitlab => print(&stdout, &gitlab::gitlab(report, folder, denied)),
    }
    if report.fails(denied) { Exit::Guide } else { Exit::Ok }
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

pub(super) fn environment(error: &machine::Error) -> Exit {
    let mut message = error.to_string();
    if !error.tail().is_empty() {
        message.push_str(&format!("\n{}", crate::session::clean::clean(error.tail())));
    }
    let diagnostic = crate::diagnostic::Diagnostic::error("environment", message);
    let diagnostic = match error.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    };
    let stderr = std::io::stderr();
    print(&stderr, &(diagnostic.draw(color(&stderr)) + "\n"));
    if error.exit_status() == 2 { Exit::Usage } else { Exit::Environment }
}

/// A plain line for each thing that happens, on stderr.
struct Lines;

impl Listener for Lines {
    fn event(&self, guide: &str, event: Event<'_>) {
        let line = match event {
            Event::Begin { steps } => format!("{guide}: {}", count(steps, "step")),
            Event::Machine(machine::Event::Building { line, .. }) => format!("{guide}: machine: {line}"),
            Event::Machine(machine::Event::Waiting(what)) => format!("{guide}: machine: waiting for {what}"),
            Event::Machine(machine::Event::Preloading(image)) => format!("{guide}: machine: loading {image}"),
            Event::Machine(_) | Event::Line(_) | Event::Step { .. } => return,
            Event::StepDone { step } => step_line(guide, step),
            Event::Kept { container } => format!(
                "{guide}: its machine stays: docker exec -it {} bash",
                container.get(..12).unwrap_or(&container)
            ),
            Event::End { report } => end_line(report),
        };
        print(std::io::stderr(), &format!("{}\n", crate::session::clean::clean(&line)));
    }
}

fn step_line(guide: &str, step: &StepReport) -> String {
    let what = step.typed.first().map_or("output", String::as_str);
    let verdict = if step.verdict == Verdict::Holds { "ok" } else { verdict_name(step.verdict) };
    format!("{guide}:{}: {verdict}: {what} ({:.1} s)", step.line, step.seconds)
}

fn end_line(report: &GuideReport) -> String {
    format!("{}: {} in {:.1} s", report.path, verdict_name(report.verdict), report.seconds)
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Skipped => "skipped",
        Verdict::Drifted => "drifted",
        Verdict::Unreached => "unreached",
        Verdict::Broken => "broken",
    }
}
