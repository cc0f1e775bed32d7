//! `guidepost verify`

use clap::ValueEnum;
use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

mod progress;

use super::{Exit, SiteArguments, changed, color, print, report as report_failure, update};
use crate::{
    machine,
    report::{Report, github, gitlab, human, json, junit},
    site::{self, Failure, Updated},
    verify::{self, Options},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Which guides: files, addresses or slugs [default: all]
    #[arg(value_name = "GUIDE")]
    guides: Vec<String>,
    /// Only guides of which something changed since this revision of git, committed or not
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    changed_since: Option<String>,
    /// Guides at the same time
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Begin no further guide once one is broken
    #[arg(long)]
    fail_fast: bool,
    /// Keep the machine of a broken guide, and say how to look around in it; the next run removes it
    #[arg(long)]
    keep: bool,
    /// Do a broken guide again on a clean machine, so many times at most; if it then holds, it is flaky
    #[arg(long, value_name = "N", default_value_t = 0)]
    retries: usize,
    /// Open a terminal in the machine of a broken guide, where it broke; the machine is removed afterwards
    #[arg(long, conflicts_with = "keep")]
    shell: bool,
    /// Write outputs that differ into the guides, as they really are
    #[arg(long)]
    update: bool,
    /// Show what --update would write, and write nothing
    #[arg(long, requires = "update")]
    dry_run: bool,
    /// Fail on this too
    #[arg(long, value_enum, value_delimiter = ',')]
    deny: Vec<Deny>,
    /// How long one guide may take, in minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    guide_timeout: u64,
    /// How to print what came of it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Also write the JSON report to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Also write a recording of each guide's terminal into this folder (asciicast v2)
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Outputs that show another version
    Drift,
    /// Guides that hold only when they are done again
    Flaky,
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
    if arguments.shell && !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return report_failure(&Failure::Usage {
            message: "--shell opens a terminal, and stdin or stdout is none".into(),
            help: "run it in a terminal without redirections, or use --keep".into(),
        });
    }
    let site = arguments.site.options();
    let jobs = site::jobs(&site, &arguments.guides).and_then(|jobs| match &arguments.changed_since {
        Some(revision) => changed::choose(&site, revision, jobs),
        None => Ok(jobs),
    });
    let jobs = match jobs {
        Ok(jobs) => jobs,
        Err(failure) => return report_failure(&failure),
    };
    if let Some(problem) = arguments.record.as_deref().and_then(|folder| unrecordable(folder, &jobs)) {
        return report_failure(&problem);
    }
    let options = Options {
        site: site.site.clone(),
        // One person has one terminal.
        jobs: if arguments.shell { 1 } else { arguments.jobs },
        fail_fast: arguments.fail_fast,
        retries: arguments.retries,
        update: arguments.update,
        keep: arguments.keep,
        shell: arguments.shell,
        record: arguments.record.clone(),
        guide_timeout: Duration::from_secs(arguments.guide_timeout.saturating_mul(60)),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report_failure(&Failure::Environment { message: error.to_string() }),
    };
    let progress = progress::Progress::new();
    let done = runtime.block_on(async {
        tokio::select! {
            done = verify::run(jobs, &options, &progress) => Some(done),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    progress.clear();
    match done {
        Some(Ok(report)) if arguments.update => {
            let out = if arguments.format == Format::Human { update::Out::Stdout } else { update::Out::Stderr };
            match update::update(&site, report, arguments.dry_run, out) {
                Ok((report, written, exit)) => tell(arguments, &site.site, &report, &written).max(exit),
                Err(failure) => report_failure(&failure),
            }
        }
        Some(Ok(report)) => tell(arguments, &site.site, &report, &[]),
        Some(Err(error)) => environment(&error),
        None => {
            print(std::io::stderr(), "interrupted; the machines are removed\n");
            Exit::Environment
        }
    }
}

/// Why recordings cannot be written into a folder.
fn unrecordable(folder: &Path, jobs: &[verify::Job]) -> Option<Failure> {
    match verify::in_the_way(folder, jobs) {
        Ok(None) => None,
        Ok(Some(file)) => Some(Failure::Usage {
            message: format!("{} is there, and guidepost did not write it", file.display()),
            help: "move it away, or name another folder: --record DIR".into(),
        }),
        Err(error) => Some(Failure::Environment { message: format!("{} cannot be made: {error}", folder.display()) }),
    }
}

/// Says what came of it; the lines that it speaks of are those of the guides before they were `written`.
fn tell(arguments: &Arguments, site: &Path, report: &Report, written: &[Updated]) -> Exit {
    let text = json::json(report);
    if let Some(file) = &arguments.report
        && let Err(error) = std::fs::write(file, &text)
    {
        return report_failure(&Failure::Environment {
            message: format!("{} cannot be written: {error}", file.display()),
        });
    }
    let stdout = std::io::stdout();
    let denied = arguments.deny.contains(&Deny::Drift) || arguments.site.strict;
    let folder = site.to_string_lossy();
    let folder = folder.trim_start_matches("./").trim_matches('.').trim_end_matches('/');
    let before = |path: &str| written.iter().find(|guide| guide.path == path).map(|guide| guide.old.clone());
    let source = |path: &str| before(path).or_else(|| std::fs::read_to_string(site.join(path)).ok());
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
    let flaky = report.is_flaky() && (arguments.deny.contains(&Deny::Flaky) || arguments.site.strict);
    if report.fails(denied) || flaky { Exit::Guide } else { Exit::Ok }
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
