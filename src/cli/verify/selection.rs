//! Which guides a run does: those that are named, of these those that changed or failed, and of these a shard.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::{
    cli::{changed, count, print},
    plan::duration,
    proof,
    report::Report,
    shards::{Cut, Guide, Part, Shard},
    site::{self, Failure},
    verify::Job,
};

#[derive(Debug, clap::Args)]
pub(super) struct Selection {
    /// Which guides: files, folders, addresses, slugs, patterns (`guides/docker-*`), tags (`tag:docker`); Markdown that lies in no site, too [default: the whole site]
    #[arg(value_name = "GUIDE")]
    guides: Vec<String>,
    /// Also the guides of this file, a name a line, as `report --missing` writes it; `-` reads stdin. An empty one names none
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// Only guides of which something changed since this revision of git, committed or not
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    changed_since: Option<String>,
    /// Only guides that were broken or could not be done in this report, or folder of results
    #[arg(long, value_name = "FILE|DIR")]
    last_failed: Option<PathBuf>,
    /// Only this part of them, such as 3/40: where many machines share a library. Shards count from 1, and are cut alike
    /// wherever the site, what is named and --durations are the same
    #[arg(long, value_name = "I/N")]
    shard: Option<Part>,
    /// How long guides took: reports, or folders of results. Shards are cut by it, and what takes longest is begun first
    #[arg(long, value_name = "FILE|DIR")]
    durations: Vec<PathBuf>,
}

/// What is done.
pub(super) struct Selected {
    pub(super) jobs: Vec<Job>,
    pub(super) shard: Option<Shard>,
    /// What `--durations` names.
    pub(super) durations: Vec<Report>,
}

impl Selection {
    /// With the names that a file has.
    pub(super) fn names(&self) -> Result<Vec<String>, Failure> {
        let Some(file) = &self.files_from else { return Ok(self.guides.clone()) };
        let from = if file.as_os_str() == "-" { Path::new("/dev/stdin") } else { file };
        let text = std::fs::read_to_string(from).map_err(|error| {
            let help = "write a file with the name of a guide a line: `guidepost report --missing FILE` does";
            Failure::usage(format!("{} cannot be read: {error}", file.display()), help)
        })?;
        let named = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
        Ok(self.guides.iter().cloned().chain(named).collect())
    }

    /// The guides of a site that are done. `names` are [`Selection::names`]; `results` is the folder that the run fills.
    pub(super) fn select(
        &self,
        site: &site::Options,
        names: &[String],
        results: Option<&Path>,
    ) -> Result<Selected, Failure> {
        self.is_the_same_everywhere(results)?;
        let durations = site::read_reports(&self.durations)?;
        // No name means all guides, but not where a list of names is empty.
        let jobs = if self.files_from.is_some() && names.is_empty() { Vec::new() } else { proof::jobs(site, names)? };
        let jobs = match &self.changed_since {
            Some(revision) => changed::choose(site, revision, jobs)?,
            None => jobs,
        };
        let jobs = match &self.last_failed {
            Some(path) => failed_last(path, jobs)?,
            None => jobs,
        };
        let (jobs, shard) = match self.shard {
            Some(part) => cut(part, jobs, &durations),
            None => (jobs, None),
        };
        Ok(Selected { jobs, shard, durations })
    }

    /// Whether what failed is done again.
    pub(super) fn is_of_failed(&self) -> bool {
        self.last_failed.is_some()
    }

    /// A folder that shards fill says something else to each of them.
    fn is_the_same_everywhere(&self, results: Option<&Path>) -> Result<(), Failure> {
        let (Some(_), Some(results)) = (self.shard, results) else { return Ok(()) };
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let is_filled = |path: &&PathBuf| real(path) == real(results);
        let named = self.durations.iter().map(|path| ("--durations", path));
        let named = named.chain(self.last_failed.iter().map(|path| ("--last-failed", path)));
        match named.into_iter().find(|(_, path)| is_filled(path)) {
            None => Ok(()),
            Some((option, _)) => Err(Failure::usage(
                format!(
                    "{option} names the folder of --results, which fills while shards are done: each would be cut otherwise"
                ),
                "name a report, or a folder that is finished: guidepost report DIR --report last.json makes one",
            )),
        }
    }
}

/// Of jobs, those that failed last.
fn failed_last(path: &Path, jobs: Vec<Job>) -> Result<Vec<Job>, Failure> {
    let reports = site::read_reports(&[path])?;
    let failed = Report::newest(&reports).into_values().filter(|guide| guide.ends_early());
    let failed: BTreeSet<&str> = failed.map(|guide| guide.path.as_str()).collect();
    let all = jobs.len();
    let jobs: Vec<_> = jobs.into_iter().filter(|job| failed.contains(job.plan.path.as_str())).collect();
    let gone = failed.iter().filter(|path| !jobs.iter().any(|job| job.plan.path == **path)).count();
    let gone = if gone > 0 { format!("; {gone} more that failed are no guides here") } else { String::new() };
    print(std::io::stderr(), &format!("{} of {} failed last{gone}\n", jobs.len(), count(all, "guide")));
    Ok(jobs)
}

/// Of jobs, those of a part. What was cut how is said.
fn cut(part: Part, jobs: Vec<Job>, durations: &[Report]) -> (Vec<Job>, Option<Shard>) {
    let durations = Report::durations(durations);
    let seconds = |job: &Job| durations.get(&(job.plan.path.as_str(), job.plan.machine.as_str())).copied();
    let guides: Vec<Guide> =
        jobs.iter().map(|job| Guide { path: job.plan.path.clone(), seconds: seconds(job) }).collect();
    let all: BTreeSet<&str> = guides.iter().map(|guide| guide.path.as_str()).collect();
    let cut = Cut::of(&guides, part.of);
    let shard = cut.shard(part);
    let paths: BTreeSet<&str> = cut.paths(part).iter().map(String::as_str).collect();
    let time: Option<f64> = jobs.iter().filter(|job| paths.contains(job.plan.path.as_str())).map(seconds).sum();
    let about = time.and_then(|time| std::time::Duration::try_from_secs_f64(time.round()).ok());
    let about = about.map_or_else(String::new, |time| format!(", {} by their last durations", duration::show(time)));
    let told = match paths.len() {
        0 => format!("is empty: there are only {}; nothing is to be done", count(all.len(), "guide")),
        number => format!("has {number} of {}{about}", count(all.len(), "guide")),
    };
    print(std::io::stderr(), &format!("shard {part} of the cut {} {told}\n", shard.cut));
    let mine = jobs.iter().filter(|job| paths.contains(job.plan.path.as_str())).cloned().collect();
    (mine, Some(shard))
}

/// How long guides took last, in seconds, by the names that listeners hear.
pub(super) fn expected<'r>(earlier: impl Iterator<Item = &'r Report>) -> BTreeMap<String, f64> {
    let mut known = BTreeMap::new();
    for ((path, machine), seconds) in Report::durations(earlier) {
        known.insert(format!("{path} on {machine}"), seconds);
        known.insert(path.to_owned(), seconds);
    }
    known
}
