//! One guide: its machine, its terminals, its steps in order.

use std::{
    cell::{Cell, RefCell},
    sync::PoisonError,
    time::{Duration, Instant},
};
use tokio::sync::SemaphorePermit;

use super::{
    Event, Job, Run,
    doing::{Doing, Prepared, State, describe, mask},
    fault::Fault,
    host::{Host, Running},
    kept, now,
    recording::Tape,
    visit::Stand,
    walk::{Next, Reached, Walk},
    world, writing,
};
use crate::{
    diagnostic::Diagnostic,
    machine::{self, Error, Identity, Kept, Name},
    matching::Values,
    plan::{self, LeftOut, Plan, Step},
    report::{
        Cause, CauseKind, Gap, GuideReport, LIMIT, MACHINE, Part, Secrets, StepKind, StepReport, Verdict,
        world::{Packages, changed},
    },
    terminal::clean::clean,
};

/// One attempt at a guide, with all that it needs.
pub(super) struct Attempt<'a, H> {
    pub(super) job: &'a Job,
    pub(super) run: &'a Run<'a, H>,
    /// Nobody does the guide again, so somebody may look at its machine.
    pub(super) last: bool,
    pub(super) name: String,
    pub(super) secrets: Secrets,
    pub(super) tape: Option<Tape>,
    limit: Cell<Limit>,
    /// What it has fetched, and which that was.
    fetched: RefCell<Packages>,
}

/// How long a guide may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    begin: Instant,
    length: Duration,
}

/// Most time for others' networks to be removed, and the pause between two looks.
const NETWORK_PATIENCE: Duration = Duration::from_secs(30 * 60);
const NETWORK_PAUSE: Duration = Duration::from_secs(1);

/// What is not a command and does not end by itself is given up so long after the limit.
const GRACE: Duration = Duration::from_secs(10);

impl Limit {
    fn new(length: Duration) -> Self {
        Self { begin: Instant::now(), length }
    }

    /// The time that it has taken.
    fn taken(&self) -> Duration {
        self.begin.elapsed()
    }

    /// The time that is left.
    pub(super) fn left(&self) -> Duration {
        self.length.saturating_sub(self.taken())
    }

    /// The same without a time in which it was others' turn.
    fn without(self, waited: Duration) -> Self {
        Self { begin: self.begin + waited, ..self }
    }

    /// What is wrong with a step that it has ended.
    pub(super) fn problem(&self) -> Fault {
        let help = "give the guide more (--guide-timeout 90m), or say what to wait for (until=\"…\", background)";
        let message = format!("the guide's limit of {} ended it", plan::duration::show(self.length));
        Fault::new(message, help).of(CauseKind::OutOfTime, LIMIT)
    }
}

/// Does a guide. If this is not the `last` attempt, nobody looks at its machine.
///
/// # Errors
/// If the environment is at fault. What is wrong with the guide is in its report.
pub(super) async fn verify<H: Host>(job: &Job, run: &Run<'_, H>, last: bool) -> machine::Result<GuideReport> {
    let plan = &job.plan;
    let mut report = GuideReport {
        hash: job.inputs.first().map(|own| own.hash.clone()).unwrap_or_default(),
        inputs: super::hashes(&job.inputs),
        reason: plan.settings.skip.clone(),
        started: now(),
        diagnostics: plan.diagnostics.clone(),
        undone: plan.left_out.iter().filter(|_| plan.settings.skip.is_none()).map(gap).collect(),
        ..GuideReport::new(&plan.path, &plan.title, &plan.machine)
    };
    if plan.settings.skip.is_some() || plan.steps.is_empty() {
        report.reason.get_or_insert_with(|| "it has no steps".into());
        return Ok(report);
    }
    if let Some((wrong, first)) = job.wrong() {
        report.verdict = Verdict::Broken;
        report.reason = Some(match wrong.path == plan.path {
            true => "its plan has errors".into(),
            false => format!("the plan of {}, which it requires, has errors: guidepost plan {0}", wrong.path),
        });
        report.cause = Some(Cause::new(CauseKind::PlanWrong, &first.code, &first.message));
        return Ok(report);
    }
    let attempt = Attempt { last, ..Attempt::new(job, run) };
    match attempt.on_machine(&mut report).await {
        Ok(()) => {}
        // A machine that a guide has brought down is the guide's verdict; an engine that is gone is nobody's.
        // So is a shell that does not come back after what was done.
        Err(error @ (Error::Ended { outside: false, .. } | Error::NoPrompt { .. })) => {
            let why = error.to_string();
            report.cause = Some(Cause::new(CauseKind::CommandFailed, "", &why));
            report.reason = Some(why);
        }
        Err(error @ Error::Ended { .. }) => {
            let why = error.to_string();
            unreached(&mut report, Cause::new(CauseKind::NoMachine, "", &why), why);
        }
        Err(error) => return Err(error),
    }
    if let (Some(folder), Some(tape)) = (&run.options.record, &attempt.tape)
        && tape.has_begun()
    {
        match tape.save(folder, job) {
            Ok(name) => report.recording = Some(name),
            Err(error) => {
                run.listener.event(&attempt.name, Event::Unwritten { what: "recording", why: error.to_string() })
            }
        }
    }
    report.cause.iter_mut().flat_map(Cause::texts).for_each(|text| *text = attempt.secrets.mask(text));
    finish(&mut report, plan);
    report.seconds = attempt.limit.get().taken().as_secs_f64();
    Ok(report)
}

/// The report of a guide at which guidepost itself has failed: nothing is said of the guide.
pub(super) fn internal_error(job: &Job, said: &str) -> GuideReport {
    let plan = &job.plan;
    let mut report = GuideReport {
        hash: job.inputs.first().map(|own| own.hash.clone()).unwrap_or_default(),
        inputs: super::hashes(&job.inputs),
        started: now(),
        ..GuideReport::new(&plan.path, &plan.title, &plan.machine)
    };
    report.verdict = Verdict::Unreached;
    let secrets = secrets(std::iter::once(plan).chain(&job.requires), &job.behind);
    report.cause = Some(Cause::new(CauseKind::Internal, "", secrets.mask(&clean(said))));
    report.reason = Some(format!(
        "an internal error of guidepost {}, and no fault of the guide: {}; please report it to those who make guidepost, with the guide and what was printed",
        env!("CARGO_PKG_VERSION"),
        secrets.mask(&clean(said)),
    ));
    finish(&mut report, plan);
    report
}

/// Steps that were not done are unreached, and the worst step is the verdict of a guide that had a machine.
pub(super) fn finish(report: &mut GuideReport, plan: &Plan) {
    for step in &plan.steps[report.steps.len().min(plan.steps.len())..] {
        let mut unreached = describe(step);
        unreached.message = step.undone();
        unreached.verdict = if unreached.message.is_some() { Verdict::Skipped } else { Verdict::Unreached };
        report.steps.push(unreached);
    }
    if report.verdict != Verdict::Unreached {
        report.judge();
    }
}

/// What must not be shown anywhere, of plans and of steps that are not done now.
pub(crate) fn secrets<'p>(plans: impl Iterator<Item = &'p Plan> + Clone, behind: &'p [Step]) -> Secrets {
    let steps = plans.clone().flat_map(|plan| &plan.steps).chain(behind).flat_map(|step| &step.attributes.answers);
    let guides = plans.flat_map(|plan| &plan.settings.answers);
    Secrets::new(guides.chain(steps).filter(|answer| answer.secret).map(|answer| answer.reply.as_str()))
}

impl<'a, H> Attempt<'a, H> {
    /// An attempt that begins now.
    pub(super) fn new(job: &'a Job, run: &'a Run<'a, H>) -> Self {
        let secrets = secrets(std::iter::once(&job.plan).chain(&job.requires), &job.behind);
        let tape = run.options.record.as_ref().and_then(|_| Tape::new(&job.plan.title, secrets.clone()).ok());
        let limit = Cell::new(Limit::new(run.options.guide_timeout));
        Self { job, run, last: true, name: job.name(), secrets, tape, limit, fetched: RefCell::default() }
    }
}

impl<H: Host> Attempt<'_, H> {
    /// A machine of the guide's own; `None` if it cannot be made, which the report says.
    ///
    /// # Errors
    /// If the engine is at fault.
    pub(super) async fn machine(&self, report: &mut GuideReport) -> machine::Result<Option<H::Running>> {
        let Run { host, options, listener, unmade, .. } = self.run;
        let machine = &self.job.plan.machine;
        let known = || unmade.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cause) = known().get(machine).cloned() {
            let why = cause.evidence.clone();
            unreached(report, cause, why);
            return Ok(None);
        }
        let name = &self.name;
        let tell = |event| listener.event(name, Event::Machine(event));
        let starting = async || {
            let identity = self.identity();
            if let Some(kept) = self.kept(&tell).await? {
                match host.start(&kept.machine, &identity, &options.site, &tell).await {
                    Err(error) if !error.is_of_engine() => {}
                    started => return started.map(|machine| (machine, Some(kept.made))),
                }
            }
            let started = host.start(&self.job.machine, &identity, &options.site, &tell).await;
            started.map(|machine| (machine, None))
        };
        let (machine, kept) = match self.with_network(starting, &tell).await {
            Err(_) => {
                let why = format!("its machine was not ready: {}", self.limit.get().problem().message);
                report.cause = Some(Cause::new(CauseKind::OutOfTime, MACHINE, &why));
                report.reason = Some(why);
                return Ok(None);
            }
            Ok(Err(error)) if !error.is_of_engine() => {
                let why = unmade_for(&error);
                let part = if error.is_of_description() { Part::Author } else { Part::Machine };
                let cause = Cause { part, ..Cause::new(CauseKind::NoMachine, machine, &why) };
                // A network may be free for the next guide.
                if !matches!(error, Error::NoNetwork { .. }) {
                    known().insert(machine.clone(), cause.clone());
                }
                unreached(report, cause, why);
                return Ok(None);
            }
            Ok(machine) => machine?,
        };
        report.kept = kept;
        report.image.clone_from(&machine.image().id);
        report.digest.clone_from(&machine.image().digest);
        Ok(Some(machine))
    }

    /// What the machine of this guide is called.
    pub(super) fn identity(&self) -> Identity {
        let plan = &self.job.plan;
        let identity = Identity::new(Name::new(&plan.path), Name::new(&plan.machine), self.run.options.lifetime());
        Identity { site: Some(machine::site_name(&self.run.options.site)), ..identity }
    }

    /// # Errors
    /// If the engine is at fault. A machine that cannot be made leaves the guide unreached.
    async fn on_machine(&self, report: &mut GuideReport) -> machine::Result<()> {
        let Run { options, listener, .. } = self.run;
        let Some(machine) = self.machine(report).await? else { return Ok(()) };
        let languages = world::installs_by_language(&self.job.plan);
        let before = self.first_look(&machine, languages).await;
        let has_apt = before.as_ref().is_none_or(|before| before.keys().any(|package| package.starts_with("dpkg ")));
        let turn = self.turn().await;
        let ready = Instant::now();
        let mut reached = Reached::default();
        let patience = self.limit.get().left().saturating_add(GRACE);
        let done =
            tokio::time::timeout(patience, self.steps(&machine, &mut reached, report)).await.unwrap_or_else(|_| {
                let fault = self.limit.get().problem();
                match reached.running.take() {
                    Some(mut step) => {
                        fault.breaks(&mut step);
                        mask(&mut step, &self.secrets);
                        report.steps.push(step);
                    }
                    None => {
                        report.cause = Some(fault.cause("", ""));
                        report.reason = Some(fault.message);
                    }
                }
                Ok(())
            });
        let done = match done {
            Err(error @ Error::Ended { outside: true, .. }) => {
                let fault = Fault::new(error.to_string(), error.help().unwrap_or_default());
                self.unreached_by(fault, report, reached.running.take().as_ref());
                Ok(())
            }
            done => done,
        };
        report.session_seconds = ready.elapsed().as_secs_f64();
        if !has_apt {
            let of_steps = report.steps.iter_mut().filter_map(|step| step.cause.as_mut());
            for cause in report.cause.iter_mut().chain(of_steps) {
                // Other systems have other names for packages.
                cause.mend.take_if(|mend| mend.contains("apt-get"));
            }
        }
        if done.is_ok() && report.is_final() {
            // A machine that is gone cannot be asked.
            let after = world::look(&machine, languages).await;
            report.packages = before.zip(after).map_or_else(Packages::new, |(before, after)| changed(&before, &after));
            report.packages.append(&mut self.fetched.borrow_mut());
        }
        let broken =
            self.last && (report.reason.is_some() || report.steps.iter().any(|step| step.verdict == Verdict::Broken));
        let stand = &reached.stand;
        if options.keep && broken && done.is_ok() {
            let goes_on = reached.goes_on.take().unwrap_or_else(|| Err("its terminal is not open any more".into()));
            self.keep(machine, stand, goes_on).await;
            return Ok(());
        }
        if options.shell && broken && done.is_ok() {
            listener.event(&self.name, Event::Shell);
            machine.visit(&stand.options()).await?;
        }
        // Its machine is removed while the next guide is done.
        drop(turn);
        let closed = machine.close().await;
        done?;
        closed
    }

    /// A machine on which its setup was done for an earlier guide. What cannot be used is done without.
    async fn kept(&self, tell: &(dyn Fn(machine::Event) + Send + Sync)) -> machine::Result<Option<Kept>> {
        let key = if self.run.options.fresh { None } else { kept::key(self.job) };
        let Some(key) = key else { return Ok(None) };
        match self.run.host.kept(&self.job.machine, &self.run.options.site, &key, tell).await {
            Err(error) if !error.is_of_engine() => Ok(None),
            found => found,
        }
    }

    /// Types the guide's own setup, or puts back what it has left in the shell where it was done for an earlier guide.
    pub(super) async fn set_up<M: Running>(
        &self,
        doing: &mut Doing<'_, M>,
        report: &mut GuideReport,
    ) -> machine::Result<Prepared> {
        if let Some(made) = &report.kept {
            self.run.listener.event(&self.name, Event::Setup { made });
            return doing.remember().await.map(Ok);
        }
        let fresh = self.run.options.fresh;
        let key = kept::key(self.job).filter(|key| !fresh && self.run.shared.contains(key));
        let Some(key) = key else { return doing.prepare(&mut report.diagnostics).await };
        let (state, told) = (doing.machine.state().await?, report.diagnostics.len());
        if let Err(cause) = doing.prepare(&mut report.diagnostics).await? {
            return Ok(Err(cause));
        }
        let anew = match &state {
            None => Some("the machine has volumes"),
            Some(_) if doing.asked => Some("it asks questions"),
            Some(_) if report.diagnostics.len() > told => Some("it says that it failed"),
            Some(_) if doing.live.places().len() > 1 => Some("it opens another shell"),
            Some(_) if doing.machine.state().await? != state => Some("it leaves more than files"),
            Some(_) => doing.machine.keep_for(&key).await.is_err().then_some("the machine could not be kept"),
        };
        if let Some(why) = anew {
            self.run.listener.event(&self.name, Event::SetupAnew { why });
        }
        Ok(Ok(()))
    }

    /// Starts a machine within the guide's time, and again while the engine has no network for it: others' machines have them all, and the
    /// guide's time does not pass.
    async fn with_network<T>(
        &self,
        start: impl AsyncFn() -> machine::Result<T>,
        tell: &(dyn Fn(machine::Event) + Send + Sync),
    ) -> Result<machine::Result<T>, tokio::time::error::Elapsed> {
        let mut waited = Duration::ZERO;
        loop {
            let begin = Instant::now();
            let started = tokio::time::timeout(self.limit.get().left(), start()).await;
            if !matches!(started, Ok(Err(Error::NoNetwork { .. }))) || waited >= NETWORK_PATIENCE {
                return started;
            }
            if waited.is_zero() {
                tell(machine::Event::NoNetwork);
            }
            tokio::time::sleep(NETWORK_PAUSE).await;
            waited += begin.elapsed();
            self.limit.set(self.limit.get().without(begin.elapsed()));
        }
    }

    /// Waits until it is the guide's turn, which does not count as its own time. Its machine was made while others were done.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(turn) = self.run.turns.try_acquire() {
            return Some(turn);
        }
        self.run.listener.event(&self.name, Event::Ready);
        let begin = Instant::now();
        // The semaphore is never closed.
        let turn = self.run.turns.acquire().await.ok();
        self.limit.set(self.limit.get().without(begin.elapsed()));
        turn
    }

    /// What is installed in a machine in which nothing was done: the same in each that is made from the same image. `None` if that
    /// cannot be known.
    async fn first_look(&self, machine: &H::Running, languages: bool) -> Option<Packages> {
        let known = || self.run.images.lock().unwrap_or_else(PoisonError::into_inner);
        let key = &machine.image().id;
        let of_system =
            |packages: Packages| packages.into_iter().filter(|(name, _)| world::is_of_system(name)).collect();
        if let Some(packages) = known().get(key).cloned().filter(|_| !languages) {
            // A guide that installs by a language has looked for more.
            return Some(of_system(packages));
        }
        let packages = world::look(machine, languages).await?;
        known().entry(key.clone()).or_default().extend(packages.clone());
        Some(packages)
    }

    /// Does the steps, until one ends the guide.
    async fn steps(
        &self,
        machine: &H::Running,
        reached: &mut Reached,
        report: &mut GuideReport,
    ) -> machine::Result<()> {
        let Some(mut walk) = Walk::begin(self, machine, report).await? else { return Ok(()) };
        walk.doing.waiting = self.run.options.keep.then(Vec::new);
        let mut has_ended = false;
        for step in &self.job.plan.steps {
            match walk.step(step, reached, report).await? {
                Next::Step => {}
                Next::End => {
                    has_ended = true;
                    break;
                }
                Next::Unreached => return Ok(()),
            }
        }
        if !has_ended {
            walk.doing.wait_for_left().await;
        }
        walk.doing.look_at_left(&mut report.steps);
        if self.run.options.keep && report.steps.iter().any(|step| step.verdict == Verdict::Broken) {
            reached.goes_on = Some(writing::leave(&mut walk.doing, self.job, report, None).await?);
        }
        Ok(())
    }

    /// Leaves its machine there, and says how to look around in it.
    pub(super) async fn keep(&self, machine: H::Running, stand: &Stand, goes_on: Result<(), String>) {
        let command = self.secrets.mask(&stand.command(machine.name()));
        self.run.listener.event(&self.name, Event::Kept { command, goes_on });
        let _ = machine.keep().await;
    }

    /// The guide where it was left, or in a terminal that was just opened.
    pub(super) fn doing<'a>(
        &'a self,
        machine: &'a H::Running,
        state: State<<H::Running as Running>::Terminal>,
    ) -> Doing<'a, H::Running> {
        let State { live, others, waiting, left, begun, outputs, killed, asked } = state;
        Doing {
            plan: &self.job.plan,
            machine,
            live,
            others,
            waiting,
            left,
            begun,
            outputs,
            killed,
            asked,
            values: Values::default(),
            listener: self.run.listener,
            name: &self.name,
            secrets: &self.secrets,
            limit: self.limit.get(),
            own: false,
            memory: self.job.machine.memory,
            fetched: &self.fetched,
        }
    }
}

impl<H> Attempt<'_, H> {
    /// The environment has ended the guide, at a step of it or of one that it requires.
    pub(super) fn unreached_by(&self, fault: Fault, report: &mut GuideReport, at: Option<&StepReport>) {
        let mut problem = Diagnostic::error("machine-ended", &fault.message).help(fault.help.clone());
        if let Some(step) = at {
            let typed = step.command.as_ref().or(step.typed.first()).map_or("", String::as_str);
            problem = problem.at_line(&step.path, step.line, &self.secrets.mask(typed));
        }
        report.diagnostics.push(problem);
        unreached(report, fault.cause("", ""), fault.message);
    }
}

/// A guide whose machine could not be made.
pub(super) fn unreached(report: &mut GuideReport, cause: Cause, why: String) {
    report.verdict = Verdict::Unreached;
    report.cause = Some(cause);
    report.reason = Some(why);
}

/// Why there is no machine, what was printed, and what to do.
pub(super) fn unmade_for(error: &Error) -> String {
    let tail = clean(error.tail());
    // What a build prints about itself says nothing of why it failed.
    let own = |line: &&str| [" --->", "Step ", "Removing intermediate"].iter().any(|start| line.starts_with(start));
    let last = tail.lines().rfind(|line| !line.trim().is_empty() && !own(line));
    let last = last.map(|line| format!(" ({})", line.trim()));
    let help = error.help().map(|help| format!("; {help}"));
    format!("its machine could not be made: {error}{}{}", last.unwrap_or_default(), help.unwrap_or_default())
}

/// Whether nothing is done after a step. An output that is going to be updated says nothing of what comes after it.
pub(super) fn ends(step: &StepReport, update: bool) -> bool {
    step.verdict == Verdict::Broken && !(update && step.kind == StepKind::Expect)
}

/// A block without a step.
fn gap(block: &LeftOut) -> Gap {
    let LeftOut { at, why, omission, tab, .. } = block;
    Gap { path: at.path.clone(), line: at.line, why: why.clone(), omission: *omission, tab: tab.clone() }
}
