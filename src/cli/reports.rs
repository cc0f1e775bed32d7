//! `guidepost report`

use std::path::{Path, PathBuf};

use super::{Exit, SiteArguments, color, drawn, print, report as report_failure, verify::Telling};
use crate::{
    diagnostic::{Diagnostic, Severity},
    proof,
    report::{Report, file, safe::defused},
    shards::{List, gather},
    site::{self, Failure},
    terminal::clean::clean,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Reports that `guidepost verify --report FILE` wrote, and folders of `--results`. Of a guide that is in several, the newest counts, and the older ones tell which of its values vary
    #[arg(value_name = "FILE|DIR", required = true)]
    files: Vec<PathBuf>,
    /// Miss what has no result: a site's folder, or what `plan --all --format jsonl` wrote, says what there should be. Guides
    /// that nobody expects are left out
    #[arg(long, value_name = "SITE|PLAN")]
    expect: Option<PathBuf>,
    /// With --expect: write the guides that are to be done again into this file, for `verify --files-from`
    #[arg(long, value_name = "FILE", requires = "expect")]
    missing: Option<PathBuf>,
    /// With --expect SITE: what shards were cut by, so that one that never reported can be named
    #[arg(long, value_name = "FILE|DIR", requires = "expect")]
    durations: Vec<PathBuf>,
    #[command(flatten)]
    telling: Telling,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    match told(arguments) {
        Ok(exit) => exit,
        Err(failure) => report_failure(&failure),
    }
}

fn told(arguments: &Arguments) -> Result<Exit, Failure> {
    let telling = &arguments.telling;
    if let Some(hindrance) = telling.hindrance() {
        return Err(hindrance);
    }
    let baseline = telling.baseline()?;
    let (site, report) = match &arguments.expect {
        Some(expect) => {
            let (site, list) = expected(arguments, expect)?;
            (site, gathered(arguments, &list)?)
        }
        None => {
            let reports = site::read_reports(&arguments.files)?;
            print(std::io::stderr(), unasked(&reports, &arguments.files));
            (arguments.site.options(), Report::merged(&reports).unwrap_or_else(|| Report::empty("")))
        }
    };
    Ok(telling.tell(&site, &report, baseline.as_ref()))
}

/// Of results that come in parts, as those of a folder and of shards: that what never came is not told.
fn unasked(reports: &[Report], files: &[PathBuf]) -> &'static str {
    let are_parts = files.iter().any(|file| file.is_dir())
        || reports.len() > 1 && reports.iter().any(|report| report.shard.is_some());
    if are_parts && reports.iter().all(|report| report.gathered.is_none()) {
        "nobody asked whether a guide or a shard is missing here: --expect SITE does, or --expect PLAN\n"
    } else {
        ""
    }
}

/// What should have come, and of which site.
fn expected(arguments: &Arguments, expect: &Path) -> Result<(site::Options, List), Failure> {
    if !expect.is_dir() {
        let help = "make it with: guidepost plan --all --format jsonl > plan.jsonl";
        let unusable = |why: String| Failure::usage(format!("{} is no plan: {why}", expect.display()), help);
        let text = file::text(expect, site::LARGEST_REPORT).map_err(|error| unusable(error.to_string()))?;
        let list = List::read(&text).map_err(|error| unusable(error.to_string()))?;
        return Ok((arguments.site.options(), list));
    }
    let site = site::Options { site: expect.to_owned(), ..arguments.site.options() };
    let durations = site::read_reports(&arguments.durations)?;
    let list = List::of(&proof::jobs(&site, &[])?, &Report::durations(&durations));
    Ok((site, list))
}

/// One report of all that was expected; what no verdict says goes to stderr.
fn gathered(arguments: &Arguments, list: &List) -> Result<Report, Failure> {
    let (reports, unread) = site::read_results(&arguments.files)?;
    let report = gather(&reports, list, &chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    let stderr = std::io::stderr();
    // What cannot be read is missed where anybody expects it.
    let warning = |problem: Diagnostic| Diagnostic { severity: Severity::Warning, ..problem };
    let unread: Vec<Diagnostic> = unread.iter().flat_map(Failure::diagnostics).map(warning).collect();
    print(&stderr, &drawn(&unread, color(&stderr)));
    let notes = report.gathered.iter().flat_map(|gathered| gathered.notes());
    print(&stderr, &notes.map(|note| format!("{}\n", defused(&clean(&note)))).collect::<String>());
    if let (Some(path), Some(gathered)) = (&arguments.missing, &report.gathered) {
        file::replace(path, &gathered.paths())
            .map_err(|error| Failure::environment(format!("{} cannot be written: {error}", path.display())))?;
    }
    Ok(report)
}
