//! Doing guides: each on a clean machine of its own, and what came of it.
//!
//! ```text
//! Plan ─ guide ─► machine started, a terminal opened, steps done in order ─► GuideReport
//!          host   the seam at the machine          docker  what is behind it
//!          live   the session engine on a terminal there
//!          run    commands are typed          file   files are saved as a reader's editor would
//!          ended  what their ends say         heard  what a terminal shows, for a listener
//! ```
//!
//! This is the one door to async under `cli`. Work emits [`Event`]s and knows nothing of who listens.

use futures_util::{FutureExt, StreamExt};
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

mod attend;
mod docker;
mod doing;
mod downloads;
mod ended;
mod event;
mod fault;
mod file;
mod guide;
mod heard;
mod hidden;
mod host;
mod inputs;
mod inside;
mod judge;
mod kept;
mod left;
mod live;
mod outside;
mod recording;
mod refused;
mod results;
mod run;
mod shells;
mod shown;
mod stop;
mod survey;
pub mod update;
mod visit;
mod walk;
mod workspace;
mod world;
mod writing;

pub use attend::{attend, attend_on};
pub(crate) use doing::describe;
pub use event::{Event, Listener, OUTPUT, RESULT};
pub(crate) use guide::secrets;
pub use host::{Host, Running};
pub use inputs::{Input, InputKind, hashes};
pub use recording::in_the_way;
pub use results::{Results, key};
pub use visit::Visitor;
pub use workspace::Workspace;
pub use writing::{ByHand, Resumed, Wish, Writing, forget_snapshots, moved, resume, write, write_on};

use crate::{
    diagnostic::Diagnostic,
    internal,
    machine::{self, Engine, Machine, Name, Scope},
    plan::{Plan, Step, StepKind},
    report::{Cause, GuideReport, Report, Verdict, world::Packages},
    shards::Shard,
};

/// A guide to do.
#[derive(Debug, Clone)]
pub struct Job {
    /// What to do.
    pub plan: Plan,
    /// Guides to do first, on the same machine, in order.
    pub requires: Vec<Plan>,
    /// Where.
    pub machine: Machine,
    /// What its verdict depends on; the guide's own file is the first.
    pub inputs: Vec<Input>,
    /// The project's own code, which is there before the first step.
    pub workspace: Option<Workspace>,
    /// The guide is done on other machines, too.
    pub one_of_several: bool,
    /// The line of the guide's file, from 1, as far as which it is done: then it has no verdict.
    pub until: Option<usize>,
    /// The steps behind that line. What they are answered is secret all the same.
    pub behind: Vec<Step>,
}

impl Job {
    /// What listeners call it: the path of the guide's file, and its machine if there are several.
    pub fn name(&self) -> String {
        match self.one_of_several {
            true => format!("{} on {}", self.plan.path, self.plan.machine),
            false => self.plan.path.clone(),
        }
    }

    /// The same as far as a line of the guide's file, from 1: to the end of the block that stands there or was the last before, with the outputs
    /// of what that types. If nothing is behind it, it is done as a whole, and so is a README.
    #[must_use]
    pub fn until(mut self, line: Option<usize>) -> Self {
        let Some(line) = line.filter(|_| self.plan.parts.is_empty()) else { return self };
        let plan = &mut self.plan;
        let is_behind = |step: &Step| step.at.path == plan.path && step.block > line;
        let end = plan.steps.iter().position(is_behind).unwrap_or(plan.steps.len());
        let shows = |step: &&Step| matches!(step.kind, StepKind::Expect { .. });
        let shown = plan.steps[end..].iter().take_while(shows).count();
        self.behind = plan.steps.split_off(end + shown);
        self.until = (!self.behind.is_empty()).then_some(line);
        self
    }

    /// The first error of its plan, or of one that it requires, with that plan: then it is not done.
    pub fn wrong(&self) -> Option<(&Plan, &Diagnostic)> {
        let plans = std::iter::once(&self.plan).chain(&self.requires);
        plans.into_iter().find_map(|plan| Some((plan, plan.diagnostics.iter().find(|problem| problem.is_error())?)))
    }
}

/// How to do them.
#[derive(Debug, Clone)]
pub struct Options {
    /// The site's folder, which machines are built from.
    pub site: PathBuf,
    /// Guides at the same time.
    pub jobs: usize,
    /// Whether nothing new is begun once a guide is broken.
    pub fail_fast: bool,
    /// How often a broken guide is done again, on a clean machine.
    pub retries: usize,
    /// Whether outputs are going to be updated: then one that differs does not end its guide.
    pub update: bool,
    /// Whether the machine of a broken guide stays, to look around in it.
    pub keep: bool,
    /// Whether a person gets a terminal in the machine of a broken guide: this process has one, and does one guide at a time.
    pub shell: bool,
    /// The folder for recordings, which is there; nothing is recorded without it.
    pub record: Option<PathBuf>,
    /// How long one guide may take, its machine's start included.
    pub guide_timeout: Duration,
    /// Where each guide's result is kept as it ends; a guide with a final one there is not done again.
    pub results: Option<Results>,
    /// Whether nothing is used that earlier runs have kept.
    pub fresh: bool,
    /// How long guides took in earlier runs, in seconds, by their names: those that take longest are begun first, so that none of
    /// them is left alone at the end.
    pub expected: BTreeMap<String, f64>,
    /// The part of a library that the jobs are, if it was cut into shards.
    pub shard: Option<Shard>,
}

impl Options {
    /// How one guide is done that somebody is working on: an output that differs does not end it, so that all of them are looked at.
    pub fn of_one(site: PathBuf, guide_timeout: Duration) -> Self {
        Self {
            site,
            jobs: 1,
            fail_fast: false,
            retries: 0,
            update: true,
            keep: false,
            shell: false,
            record: None,
            guide_timeout,
            results: None,
            fresh: false,
            expected: BTreeMap::new(),
            shard: None,
        }
    }

    /// Most time for which a guide can need its machine: its own, one in which it waits for another guide to end, and a person's.
    pub(crate) fn lifetime(&self) -> Duration {
        let visit = if self.keep || self.shell { VISIT } else { Duration::ZERO };
        self.guide_timeout.saturating_mul(2).saturating_add(visit)
    }
}

/// Most time for a person in the machine of a broken guide.
const VISIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long one command may take where neither its step nor its guide says.
pub(crate) const COMMAND_TIMEOUT: Duration = Duration::from_secs(300);

/// What all guides of a run share.
struct Run<'a, H> {
    host: &'a H,
    options: &'a Options,
    listener: &'a dyn Listener,
    /// Machines that could not be made, and why: nobody waits twice for that.
    unmade: Mutex<BTreeMap<String, Cause>>,
    /// What was installed in the images of machines, by their ids.
    images: Mutex<BTreeMap<String, Packages>>,
    /// Setups that several guides have, by what stands for them.
    shared: BTreeSet<String>,
    /// How many guides may be done at the same time. The machine of one more is made meanwhile.
    turns: Semaphore,
}

impl<'a, H> Run<'a, H> {
    /// A run of one guide.
    fn of_one(host: &'a H, options: &'a Options, listener: &'a dyn Listener) -> Self {
        let (unmade, images, turns) = (Mutex::default(), Mutex::default(), Semaphore::new(1));
        Self { host, options, listener, unmade, images, shared: BTreeSet::new(), turns }
    }
}

/// Does all jobs. Before, what crashed runs left behind in the engine is removed.
///
/// Dropping the future ends everything, removes the machines and waits for that; so a server gives a run a thread of its own,
/// see [`run_until`].
///
/// # Errors
/// If the engine is missing or goes away: the environment is at fault, and no verdict is given. Guides whose machine cannot be
/// made are [`Verdict::Unreached`], and the others are done.
pub async fn run(jobs: Vec<Job>, options: &Options, listener: &dyn Listener) -> machine::Result<Report> {
    if jobs.is_empty() {
        return Ok(empty(options));
    }
    // For one guide nobody waits until there is something that keeps packages.
    let engine = engine(options, jobs.len() > 1).await?;
    let names = |job: &Job| (Name::new(&job.plan.path), Name::new(&job.plan.machine));
    machine::let_go(&engine, &options.site, &jobs.iter().map(names).collect()).await?;
    let report = run_on(&engine, jobs, options, listener).await;
    engine.close().await.and(report)
}

/// The engine, without what crashed runs left behind in it. `builds` says whether what keeps packages is waited for.
async fn engine(options: &Options, builds: bool) -> machine::Result<Engine> {
    let engine = Engine::connect().await?;
    match machine::reap(&engine, Scope::Crashed).await {
        // What is not removed now is removed by a later start, or `guidepost clean` says why not: no guide needs it gone.
        Ok(_) | Err(machine::Error::Refused { .. }) => {}
        Err(error) => return Err(error),
    }
    machine::forget(&engine, false).await?;
    Ok(if options.fresh { engine } else { engine.keeping_packages(builds, options.lifetime()) })
}

/// A report of no guides, that begins now.
fn empty(options: &Options) -> Report {
    Report { shard: options.shard.clone(), ..Report::empty(&now()) }
}

/// Does all jobs on the machines of a host.
///
/// # Errors
/// As [`run`].
pub async fn run_on(
    host: &impl Host,
    jobs: Vec<Job>,
    options: &Options,
    listener: &dyn Listener,
) -> machine::Result<Report> {
    let begin = Instant::now();
    let mut report = empty(options);
    let broken = AtomicBool::new(false);
    let turns = Semaphore::new(options.jobs.clamp(1, Semaphore::MAX_PERMITS));
    let (unmade, images) = (Mutex::default(), Mutex::default());
    let shared = Run { host, options, listener, unmade, images, shared: kept::shared(&jobs), turns };
    let at_once = options.jobs.max(1) + usize::from(is_prepared(&jobs, options, host.memory()));
    let jobs = longest_first(jobs, &options.expected);
    let one = |job: Job| {
        let (shared, broken) = (&shared, &broken);
        async move {
            if options.fail_fast && broken.load(Ordering::Relaxed) {
                return Ok(None);
            }
            if let Some((report, images)) =
                options.results.as_ref().and_then(|results| results.get(&job, options.retries))
            {
                shared.images.lock().unwrap_or_else(PoisonError::into_inner).extend(images);
                broken.fetch_or(broken_for(&report, options), Ordering::Relaxed);
                listener.event(&job.name(), Event::Known { report: &report });
                return Ok(Some(report));
            }
            listener.event(&job.name(), Event::Begin { steps: job.plan.steps.len() });
            // A fault of guidepost's own takes none of the others down. What the guide had is dropped, and so removed.
            let report = match AssertUnwindSafe(attempts(&job, shared)).catch_unwind().await {
                Ok(done) => done?,
                Err(panic) => guide::internal_error(&job, internal::said(&*panic).unwrap_or("it did not say why")),
            };
            let report = GuideReport { key: key(&job), ..report };
            if let Some(results) = &options.results {
                let (engine, engine_api) = host.version();
                let known = shared.images.lock().unwrap_or_else(PoisonError::into_inner).get(&report.image).cloned();
                let images = known.map(|packages| (report.image.clone(), packages)).into_iter().collect();
                let guides = vec![report.clone()];
                let alone = Report { engine, engine_api, images, seconds: report.seconds, guides, ..empty(options) };
                if let Err(error) = results.put(&job, &alone) {
                    listener.event(&job.name(), Event::Unwritten { what: RESULT, why: error.to_string() });
                }
            }
            let ended = broken_for(&report, options);
            broken.fetch_or(ended, Ordering::Relaxed);
            listener.event(&job.name(), Event::End { report: &report });
            Ok::<_, machine::Error>(Some(report))
        }
    };
    let mut running = futures_util::stream::iter(jobs.into_iter().map(one)).buffer_unordered(at_once);
    while let Some(done) = running.next().await {
        report.guides.extend(done?);
    }
    drop(running);
    report.images.extend(shared.images.into_inner().unwrap_or_else(PoisonError::into_inner));
    report.guides.sort_by(|a, b| (&a.path, &a.machine).cmp(&(&b.path, &b.machine)));
    report.seconds = begin.elapsed().as_secs_f64();
    (report.engine, report.engine_api) = host.version();
    Ok(report)
}

/// Whether the machine of the next guide is made while others are done: if the memory of all fits, and if it is known that the guide
/// will be done.
fn is_prepared(jobs: &[Job], options: &Options, memory: u64) -> bool {
    let mut largest: Vec<u64> = jobs.iter().map(|job| job.machine.memory).collect();
    largest.sort_unstable_by(|a, b| b.cmp(a));
    let all = largest.iter().take(options.jobs.saturating_add(1)).fold(0_u64, |all, one| all.saturating_add(*one));
    !options.fail_fast && !options.shell && all <= memory
}

/// The order in which guides are begun. One that is new takes as long as the others do on average.
fn longest_first(mut jobs: Vec<Job>, expected: &BTreeMap<String, f64>) -> Vec<Job> {
    let average = expected.values().sum::<f64>() / expected.len().max(1) as f64;
    let seconds = |job: &Job| expected.get(&job.name()).copied().unwrap_or(average);
    jobs.sort_by(|a, b| seconds(b).total_cmp(&seconds(a)));
    jobs
}

/// Does all jobs on this thread, until `stop` is ready: [`run`] for callers without a runtime. It is `None` if it was stopped;
/// then all machines are removed when this returns. To stop it from another thread, let `stop` be the receiver of a
/// `tokio::sync::oneshot` channel: sending, or dropping the sender, makes it ready.
///
/// # Errors
/// As [`run`], or if the system gives no runtime.
pub fn run_until(
    jobs: Vec<Job>,
    options: &Options,
    listener: &dyn Listener,
    stop: impl Future,
) -> machine::Result<Option<Report>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            done = run(jobs, options, listener) => done.map(Some),
            _ = stop => Ok(None),
        }
    })
}

/// Whether a guide is broken; an output that is going to be updated breaks none.
fn broken_for(report: &GuideReport, options: &Options) -> bool {
    report.verdict == Verdict::Unreached
        || if options.update { report.stopped() } else { report.verdict == Verdict::Broken }
}

/// Does a guide until it is not broken, or has been tried often enough. One whose plan is wrong will not change.
async fn attempts(job: &Job, run: &Run<'_, impl Host>) -> machine::Result<GuideReport> {
    let mut failures = Vec::new();
    loop {
        let last = failures.len() >= run.options.retries;
        let report = guide::verify(job, run, last).await?;
        let broken = broken_for(&report, run.options);
        let hopeless = job.wrong().is_some() || report.verdict == Verdict::Unreached;
        if !broken || last || hopeless {
            let flaky = !broken && !failures.is_empty();
            return Ok(GuideReport { attempts: failures.len() + 1, flaky, failures, ..report });
        }
        let failure = report.failure();
        run.listener.event(&job.name(), Event::Again { failure: &failure });
        failures.push(failure);
    }
}

/// RFC 3339, to the second.
fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
