//! `guidepost verify`

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    time::Duration,
};

mod progress;
mod resume;
mod selection;
mod suggest;
mod telling;
mod watch;

pub(super) use progress::Progress;
pub(super) use telling::{Telling, for_people};

use selection::{Selected, Selection};

use super::{Exit, SiteArguments, color, count, print, report as report_failure, update};
use crate::{
    machine,
    plan::duration,
    site::{self, Failure},
    verify::{self, Options, Results},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    #[command(flatten)]
    selection: Selection,
    /// Guides at the same time
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    jobs: usize,
    /// Begin no further guide once one is broken
    #[arg(long)]
    fail_fast: bool,
    /// Keep the machine of a broken guide, and say how to look around and how to go on in it; it is removed when the guide is done anew, by
    /// `guidepost clean`, or after a day
    #[arg(long)]
    keep: bool,
    /// Go on in the machine that --keep has kept of the guide, at the step that broke; once it holds there, it is done in a clean machine
    #[arg(long, conflicts_with_all = ["shell", "watch", "update", "suggest", "fail_fast", "results", "record", "retries"])]
    resume: bool,
    /// Do a broken guide again on a clean machine, so many times at most; if it then holds, it is flaky
    #[arg(long, value_name = "N", default_value_t = 0)]
    retries: usize,
    /// Open a terminal in the machine of a broken guide, where it broke; the machine is removed afterwards
    #[arg(long, conflicts_with = "keep")]
    shell: bool,
    /// Keep the guide's machine and terminal open, and do what is new each time that you save; a clean run follows when you pause
    #[arg(long, conflicts_with_all = ["update", "shell", "keep", "suggest", "fail_fast", "results", "record"])]
    watch: bool,
    /// Write outputs that differ into the guides, as they really are
    #[arg(long)]
    update: bool,
    /// Show what --update would write, and write nothing
    #[arg(long, requires = "update")]
    dry_run: bool,
    /// Try what would mend guides that fail (an answer, a value, a machine, a skipped command …), and show as a diff what helps
    #[arg(long, conflicts_with_all = ["update", "shell", "fail_fast"])]
    suggest: bool,
    /// Write what --suggest shows: into guidepost.yaml what several guides need, into verify.yaml the rest
    #[arg(long, requires = "suggest")]
    write: bool,
    /// How long one guide may take, its machine's start included: minutes, or a time such as 90s or 1h30m
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = guide_timeout)]
    guide_timeout: Duration,
    /// Judge values by what earlier runs showed, too: reports that --report wrote. What was others there varies, and what never
    /// was another has drifted
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
    /// Leave the project's own code out of the machine: without this, Markdown that lies in no site, but in a repository of git,
    /// finds the files that git tracks there, and `git clone` of the repository's address gets its last commit
    #[arg(long)]
    no_workspace: bool,
    /// Use nothing that is kept: fetch packages anew, and do each guide's setup
    #[arg(long)]
    fresh: bool,
    /// Keep each guide's result in this folder as it ends, and do no guide again whose result is there: the same command goes on
    /// where a run was ended, by whatever
    #[arg(long, value_name = "DIR", conflicts_with_all = ["update", "shell"])]
    results: Option<PathBuf>,
    #[command(flatten)]
    telling: Telling,
    /// Also write a recording of each guide's terminal into this folder (asciicast v2)
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    if arguments.shell && !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return report_failure(&Failure::Usage {
            message: "--shell opens a terminal, and stdin or stdout is none".into(),
            help: "run it in a terminal without redirections, or use --keep".into(),
        });
    }
    let of_site = || {
        let names = arguments.selection.names()?;
        let site = arguments.site.options_for(&names)?;
        let site = site::Options { workspace: !arguments.no_workspace, ..site };
        let selected = arguments.selection.select(&site, &names, arguments.results.as_deref())?;
        Ok((site, selected))
    };
    let (site, Selected { jobs, shard, durations }) = match of_site() {
        Ok(selected) => selected,
        Err(failure) => return report_failure(&failure),
    };
    let again = arguments.selection.is_of_failed();
    let results = match arguments.results.as_deref().map(|folder| Results::open(folder, again)).transpose() {
        Ok(results) => results,
        Err(error) => {
            let message = format!("the folder for results cannot be made: {error}");
            return report_failure(&Failure::Environment { message });
        }
    };
    let baseline = match arguments.telling.baseline() {
        Ok(baseline) => baseline,
        Err(failure) => return report_failure(&failure),
    };
    if let Some(problem) = arguments.telling.hindrance() {
        return report_failure(&problem);
    }
    if let Some(problem) = arguments.record.as_deref().and_then(|folder| unrecordable(folder, &jobs)) {
        return report_failure(&problem);
    }
    let earlier = match site::read_reports(&arguments.against) {
        Ok(earlier) => earlier,
        Err(failure) => return report_failure(&failure),
    };
    // Of an older state of the guides, too; what cannot be read tells nothing.
    let kept = arguments.results.as_deref().and_then(|folder| site::read_reports(&[folder]).ok()).unwrap_or_default();
    let expected = selection::expected(earlier.iter().chain(&baseline).chain(&kept).chain(&durations));
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
        guide_timeout: arguments.guide_timeout,
        results: results.clone(),
        fresh: arguments.fresh,
        expected: expected.clone(),
        shard,
    };
    if arguments.resume
        && let Some(exit) = resume::resume(&site, &jobs, &Options { keep: true, ..options.clone() })
    {
        return exit;
    }
    if arguments.watch {
        return watch::watch(&site, &jobs, &Options { update: true, ..options });
    }
    let names = jobs.iter().map(verify::Job::name).collect();
    let progress = progress::Progress::new().of_all(names, expected, options.jobs);
    let files = results.as_ref().map(|results| results.files(&jobs)).unwrap_or_default();
    let planned = if arguments.suggest { jobs.clone() } else { Vec::new() };
    let mut done = verify::run_until(jobs, &options, &progress, interrupted());
    progress.clear();
    if let Ok(Some(report)) = &mut done {
        report.against(&earlier);
    }
    let told = match done {
        Ok(Some(report)) if arguments.update => {
            let out = if arguments.telling.is_for_people() { update::Out::Stdout } else { update::Out::Stderr };
            match update::update(&site, report, arguments.dry_run, out) {
                Ok((report, exit)) => arguments.telling.tell(&site, &report, baseline.as_ref()).max(exit),
                Err(failure) => report_failure(&failure),
            }
        }
        Ok(Some(report)) if arguments.suggest => {
            match suggest::suggest(&site, planned, &options, report.clone(), arguments.write) {
                Ok(told) => {
                    let exit = arguments.telling.tell(&site, &told.report, baseline.as_ref());
                    match arguments.telling.is_for_people() {
                        true => print(std::io::stdout(), &told.text),
                        false => print(std::io::stderr(), &told.text),
                    }
                    told.unwritten.as_ref().map_or(exit, |failure| exit.max(report_failure(failure)))
                }
                Err(failure) => arguments.telling.tell(&site, &report, baseline.as_ref()).max(report_failure(&failure)),
            }
        }
        Ok(Some(report)) => arguments.telling.tell(&site, &report, baseline.as_ref()),
        Err(error) => {
            let exit = environment(&error);
            print(std::io::stderr(), &goes_on(results.as_ref(), &files, arguments.retries));
            exit
        }
        Ok(None) => {
            let goes_on = goes_on(results.as_ref(), &files, arguments.retries);
            print(std::io::stderr(), &format!("interrupted; the machines are removed\n{goes_on}"));
            Exit::Environment
        }
    };
    // Whoever waits for the results does not get them: elsewhere there may be room.
    if progress.loses_results() { Exit::Environment } else { told }
}

/// What a run that was ended leaves behind, of guides with these results.
fn goes_on(results: Option<&Results>, files: &[PathBuf], retries: usize) -> String {
    let Some(results) = results else { return String::new() };
    let done = files.iter().filter(|file| results.read(file, retries).is_some()).count();
    format!("{done} of {} have their results; the same command goes on from there\n", count(files.len(), "guide"))
}

/// Minutes, or a time with its unit.
fn guide_timeout(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(0) => Err("a guide takes longer than that".into()),
        Ok(minutes) => Ok(Duration::from_secs(minutes.saturating_mul(60))),
        Err(_) => duration::parse(text),
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

/// The first signal that asks for the end: Ctrl-C, a cancelled job, a closed terminal. One that is ignored, as `nohup` has it,
/// stays ignored.
pub(super) async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let wait = |kind: SignalKind| {
        let ignored = is_ignored(&status, kind.as_raw_value());
        async move {
            if ignored {
                return std::future::pending().await;
            }
            match signal(kind) {
                Ok(mut signals) => drop(signals.recv().await),
                Err(_) => std::future::pending().await,
            }
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::hangup()) => {}
    }
}

/// Whether a process ignores a signal, by its `/proc/PID/status`: see proc_pid_status(5), `SigIgn`.
fn is_ignored(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(signal - 1).is_ok_and(|bit| mask.checked_shr(bit).unwrap_or(0) & 1 == 1)
}

pub(super) fn environment(error: &machine::Error) -> Exit {
    let mut message = error.to_string();
    if !error.tail().is_empty() {
        message.push_str(&format!("\n{}", crate::terminal::clean::clean(error.tail())));
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

#[cfg(test)]
mod tests {
    use super::is_ignored;

    #[test]
    fn ignored_signals() {
        let status = "Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000001001\n";
        for (signal, ignored) in [(1, true), (2, false), (13, true), (15, false), (0, false), (64, false)] {
            assert_eq!(is_ignored(status, signal), ignored, "{signal}");
        }
        assert!(!is_ignored("", 1));
    }
}
