//! One guide: its machine, its terminals, its steps in order.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
    time::{Duration, Instant},
};
use tokio::sync::SemaphorePermit;

use super::{
    Event, Job, Listener, Run,
    fault::Fault,
    host::{Host, Running},
    kept,
    left::Left,
    live::{Live, Opening},
    now,
    recording::Tape,
    stop::apart,
    survey::{Another, another},
    visit::Stand,
    world,
};
use crate::{
    diagnostic::Diagnostic,
    machine::{self, Error, Identity, Kept, Name},
    matching::{self, Evidence, State, Values},
    plan::{self, LeftOut, Omission, Plan, Rule, Step, StepKind as Planned, Told},
    report::{
        Cause, CauseKind, Gap, GuideReport, LIMIT, MACHINE, Part, Secrets, StepKind, StepReport, Verdict, cause,
        count_bytes,
        masked::masked,
        world::{Packages, changed},
    },
    session::{
        End, Kind, Place,
        look::{behind_password, is_job_number, without_notices},
    },
    terminal::{
        clean::clean,
        failure::{is_finding, lacks_file, lacks_project_file, says_failure, speaks_of_failure},
        line::{is_in_background, quoted},
        program::is_about_jobs,
    },
};

/// One attempt at a guide, with all that it needs.
pub(super) struct Attempt<'a, H> {
    pub(super) job: &'a Job,
    pub(super) run: &'a Run<'a, H>,
    /// Nobody does the guide again, so somebody may look at its machine.
    pub(super) last: bool,
    name: String,
    secrets: Secrets,
    tape: Option<Tape>,
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

/// The status of a command that was ended by the signal KILL.
const KILLED: i32 = 137;

/// Pauses before the terminal is asked again what jobs say.
const NOTICES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(300), Duration::from_secs(1)];

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

/// The warning of a command that says that it failed, though its status is 0.
pub(super) const SAYS_FAILURE: &str = "says-failure";

/// How far an attempt has come.
#[derive(Default)]
struct Reached {
    /// Where a person would continue.
    stand: Stand,
    /// The step that is being done.
    running: Option<StepReport>,
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
    let wrong = |plan: &&Plan| plan.diagnostics.iter().any(Diagnostic::is_error);
    if let Some(wrong) = std::iter::once(plan).chain(&job.requires).find(wrong) {
        report.verdict = Verdict::Broken;
        report.reason = Some(match wrong.path == plan.path {
            true => "its plan has errors".into(),
            false => format!("the plan of {}, which it requires, has errors: guidepost plan {0}", wrong.path),
        });
        let first = wrong.diagnostics.iter().find(|problem| problem.is_error());
        let (code, message) = first.map_or(("", ""), |first| (&first.code, &first.message));
        report.cause = Some(Cause::new(CauseKind::PlanWrong, code, message));
        return Ok(report);
    }
    let secrets = secrets(std::iter::once(plan).chain(&job.requires));
    let tape = run.options.record.as_ref().and_then(|_| Tape::new(&plan.title, secrets.clone()).ok());
    let limit = Cell::new(Limit::new(run.options.guide_timeout));
    let attempt = Attempt { job, run, last, name: job.name(), secrets, tape, limit, fetched: RefCell::default() };
    match attempt.on_machine(&mut report).await {
        Ok(()) => {}
        // A machine that a guide has brought down is the guide's verdict; an engine that is gone is nobody's.
        Err(error @ Error::Ended { outside: false, .. }) => {
            let why = error.to_string();
            report.cause = Some(Cause::new(CauseKind::CommandFailed, "", &why));
            report.reason = Some(why);
        }
        Err(error @ Error::Ended { .. }) => {
            let why = error.to_string();
            unreached(&mut report, Cause::new(CauseKind::NoMachine, "", &why), why)?;
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
    let secrets = secrets(std::iter::once(plan).chain(&job.requires));
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
fn finish(report: &mut GuideReport, plan: &Plan) {
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

/// What must not be shown anywhere.
pub(crate) fn secrets<'p>(plans: impl Iterator<Item = &'p Plan> + Clone) -> Secrets {
    let steps = plans.clone().flat_map(|plan| &plan.steps).flat_map(|step| &step.attributes.answers);
    let guides = plans.flat_map(|plan| &plan.settings.answers);
    Secrets::new(guides.chain(steps).filter(|answer| answer.secret).map(|answer| answer.reply.as_str()))
}

/// Masks all texts of a step. Outputs are compared as they were printed, and masked here.
pub(super) fn mask(step: &mut StepReport, secrets: &Secrets) {
    if let (Some(comparison), Some(documented)) = (&mut step.comparison, &step.documented) {
        masked(comparison, documented, &step.output, secrets);
    }
    step.output = secrets.mask(&step.output);
    let texts = [&mut step.message, &mut step.help, &mut step.documented];
    let warnings =
        step.warnings.iter_mut().flat_map(|warning| std::iter::once(&mut warning.message).chain(&mut warning.help));
    let texts = texts.into_iter().flatten().chain(&mut step.typed).chain(&mut step.command).chain(&mut step.place);
    let cause = step.cause.iter_mut().flat_map(Cause::texts);
    for text in texts.chain(warnings).chain(cause) {
        *text = secrets.mask(text);
    }
}

impl<H: Host> Attempt<'_, H> {
    /// # Errors
    /// If the engine is at fault. A machine that cannot be made leaves the guide unreached.
    async fn on_machine(&self, report: &mut GuideReport) -> machine::Result<()> {
        let Run { host, options, listener, unmade, .. } = self.run;
        let machine = &self.job.plan.machine;
        let known = || unmade.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cause) = known().get(machine).cloned() {
            let why = cause.evidence.clone();
            return unreached(report, cause, why);
        }
        let name = &self.name;
        let tell = |event| listener.event(name, Event::Machine(event));
        let starting = async || {
            let identity = Identity::new(Name::new(&self.job.plan.path), Name::new(machine), options.lifetime());
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
                return Ok(());
            }
            Ok(Err(error)) if !error.is_of_engine() => {
                let why = unmade_for(&error);
                let part = if error.is_of_description() { Part::Author } else { Part::Machine };
                let cause = Cause { part, ..Cause::new(CauseKind::NoMachine, machine, &why) };
                // A network may be free for the next guide.
                if !matches!(error, Error::NoNetwork { .. }) {
                    known().insert(machine.clone(), cause.clone());
                }
                return unreached(report, cause, why);
            }
            Ok(machine) => machine?,
        };
        report.kept = kept;
        report.image.clone_from(&machine.image().id);
        report.digest.clone_from(&machine.image().digest);
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
                self.unreached_by(fault, report, reached.running.take().as_ref())
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
            let command = self.secrets.mask(&stand.command(machine.name()));
            listener.event(&self.name, Event::Kept { command });
            let _ = machine.keep();
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
    async fn set_up<M: Running>(
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
        let folder = match &self.job.workspace {
            Some(workspace) => match workspace.put(&self.job.plan, machine, &self.job.machine).await {
                Err(Error::File(why)) => {
                    let why = format!("the project's own code is not there: {why}");
                    return unreached(report, Cause::new(CauseKind::NoMachine, machine.name(), &why), why);
                }
                folder => folder?,
            },
            None => None,
        };
        let opening = Opening { columns: self.job.plan.settings.columns, folder, ..Opening::default() };
        let (live, outcome) = Live::open(machine, opening.clone(), self.tape.clone()).await?;
        if !matches!(outcome.end, End::Prompt { .. }) {
            report.reason = Some("the machine's shell showed no prompt".into());
            return Ok(());
        }
        let mut doing = Doing {
            plan: &self.job.plan,
            machine,
            live,
            others: BTreeMap::new(),
            left: Vec::new(),
            begun: Vec::new(),
            values: Values::default(),
            outputs: BTreeMap::new(),
            listener: self.run.listener,
            name: &self.name,
            secrets: &self.secrets,
            limit: self.limit.get(),
            own: false,
            memory: self.job.machine.memory,
            killed: 0,
            asked: false,
            fetched: &self.fetched,
        };
        for required in &self.job.requires {
            let mut first = Doing { plan: required, values: required.own_values(), outputs: BTreeMap::new(), ..doing };
            if let Err(cause) = first.prepare(&mut report.diagnostics).await? {
                report.cause = Some(cause);
                if let Some(fault) = first.outside().await? {
                    return self.unreached_by(fault, report, None);
                }
                report.reason = Some(format!("the setup of the guide that it requires, {}, failed", required.path));
                return Ok(());
            }
            for step in required.steps.iter().filter(|step| step.undone().is_none()) {
                let done = first.step(step).await?;
                if let Some(fault) = first.ended_by(&done).await? {
                    return self.unreached_by(fault, report, Some(&done));
                }
                if ends(&done, self.run.options.update) {
                    report.cause = done.cause;
                    report.reason = Some(format!(
                        "the guide that it requires, {}, broke at line {}: {}",
                        required.path,
                        done.line,
                        done.message.unwrap_or_default()
                    ));
                    return Ok(());
                }
                if done.verdict == Verdict::Broken {
                    let what = format!("the guide that it requires shows another output: {}:{}", done.path, done.line);
                    let problem = Diagnostic::warning("required-output", what).in_file(&self.job.plan.path);
                    report.diagnostics.push(problem.help("update that guide, too"));
                }
            }
            doing = Doing { outputs: BTreeMap::new(), begun: Vec::new(), ..first };
        }
        doing = Doing { plan: &self.job.plan, values: self.job.plan.own_values(), own: true, ..doing };
        if let Err(cause) = self.set_up(&mut doing, report).await? {
            report.cause = Some(cause);
            report.reason = report.diagnostics.last().map(|problem| problem.message.clone());
            return match doing.outside().await? {
                Some(fault) => self.unreached_by(fault, report, None),
                None => Ok(()),
            };
        }
        let part = |step: &Step| self.job.plan.parts.get(&step.number).copied();
        // In a README, the part that has broken, and its line.
        let mut broken: Option<(usize, usize)> = None;
        // A terminal as it was when everything was installed, for the part behind one that broke.
        let mut spare = None;
        // Its examples that need what only a reader has.
        let mut lacking: BTreeMap<usize, String> = BTreeMap::new();
        for step in &self.job.plan.steps {
            if let Some((_, line)) = broken.filter(|(broken, _)| part(step) == Some(*broken) && step.undone().is_none())
            {
                let mut left = describe(step);
                left.verdict = Verdict::Unreached;
                left.message = Some(format!("line {line}, before it in its part of the page, is broken"));
                report.steps.push(left);
                continue;
            }
            let of_lacking = match &step.kind {
                Planned::Expect { of, .. } => lacking.get(of).cloned(),
                _ => None,
            };
            if let Some(reason) = step.undone().or(of_lacking) {
                let mut skipped = describe(step);
                skipped.omission = skipped.omission.or(Some(Omission::NotDone));
                skipped.verdict = Verdict::Skipped;
                skipped.message = Some(reason);
                report.steps.push(skipped);
                continue;
            }
            if spare.is_none() && part(step).is_some_and(|part| part != plan::order::INSTALLING) {
                spare = Some(doing.alike(self.tape.clone()).await?);
            }
            let first = describe(step).typed.into_iter().next().unwrap_or_default();
            self.run.listener.event(&self.name, Event::Step { number: step.number, what: doing.secrets.mask(&first) });
            reached.stand = Stand::of(doing.live.places());
            reached.running = Some(describe(step));
            let mut done = doing.step(step).await?;
            reached.running = None;
            if let Some(fault) = doing.ended_by(&done).await? {
                done.verdict = Verdict::Unreached;
                self.run.listener.event(&self.name, Event::StepDone { step: &done });
                self.unreached_by(fault, report, Some(&done))?;
                report.steps.push(done);
                return Ok(());
            }
            if !doing.live.places().is_empty() {
                reached.stand = Stand::of(doing.live.places());
            }
            let ended = ends(&done, self.run.options.update);
            // Who left out a step for want of a value cannot say that the page is wrong. Examples of a README stand for themselves.
            let is_example = part(step).is_some_and(|part| part != plan::order::INSTALLING);
            let of_others =
                |other: &&Step| is_example && ![part(step), Some(plan::order::INSTALLING)].contains(&part(other));
            let mut before = self.job.plan.steps[..step.number - 1].iter().filter(|other| ended && !of_others(other));
            let missed = before.find_map(|left| Some((left, left.waits_for()?))).map(|(left, missed)| {
                let (line, left) = (step.at.line, left.at.line);
                let why = format!("line {line} failed, and line {left} before it was not done: {}", missed.missed());
                (missed, why)
            });
            // What an earlier example of the part would have made is not there either.
            let builds_on =
                || lacking.iter().find(|(number, _)| self.job.plan.parts.get(number).copied() == part(step));
            let earlier = || builds_on().map(|(_, why)| format!("an example before it was not done: {why}"));
            let lacked = match is_example && ended {
                true => doing.lacks(&done, &report.steps).await?.or_else(earlier),
                false => None,
            };
            match missed {
                Some((missed, why)) if !is_example => {
                    done.verdict = Verdict::Unreached;
                    done.cause = None;
                    self.run.listener.event(&self.name, Event::StepDone { step: &done });
                    report.steps.push(done);
                    let cause =
                        Cause::new(CauseKind::PlaceholderUnbound, &missed.name, &why).mended_by(missed.line_to_write());
                    return unreached(report, cause, why);
                }
                missed => {
                    if let Some(why) = missed.map(|(_, why)| why).or(lacked) {
                        lacking.insert(step.number, why.clone());
                        (done.verdict, done.omission, done.cause) = (Verdict::Skipped, Some(Omission::NotDone), None);
                        done.message = Some(why);
                        self.run.listener.event(&self.name, Event::StepDone { step: &done });
                        report.steps.push(done);
                        continue;
                    }
                }
            }
            self.run.listener.event(&self.name, Event::StepDone { step: &done });
            let line = done.line;
            report.steps.push(done);
            match part(step).filter(|part| *part != plan::order::INSTALLING) {
                _ if !ended => {}
                // The other parts do not build on it: they begin where the reader began.
                Some(part) => {
                    broken = Some((part, line));
                    doing.live = match spare.take() {
                        Some(spare) => spare,
                        None => Live::open(machine, opening.clone(), self.tape.clone()).await?.0,
                    };
                }
                None => break,
            }
        }
        doing.look_at_left(&mut report.steps);
        Ok(())
    }
}

impl<H> Attempt<'_, H> {
    /// The environment has ended the guide, at a step of it or of one that it requires.
    fn unreached_by(&self, fault: Fault, report: &mut GuideReport, at: Option<&StepReport>) -> machine::Result<()> {
        let mut problem = Diagnostic::error("machine-ended", &fault.message).help(fault.help.clone());
        if let Some(step) = at {
            let typed = step.command.as_ref().or(step.typed.first()).map_or("", String::as_str);
            problem = problem.at_line(&step.path, step.line, &self.secrets.mask(typed));
        }
        report.diagnostics.push(problem);
        unreached(report, fault.cause("", ""), fault.message)
    }
}

/// A guide whose machine could not be made.
fn unreached(report: &mut GuideReport, cause: Cause, why: String) -> machine::Result<()> {
    report.verdict = Verdict::Unreached;
    report.cause = Some(cause);
    report.reason = Some(why);
    Ok(())
}

/// Why there is no machine, what was printed, and what to do.
fn unmade_for(error: &Error) -> String {
    let tail = clean(error.tail());
    // What a build prints about itself says nothing of why it failed.
    let own = |line: &&str| [" --->", "Step ", "Removing intermediate"].iter().any(|start| line.starts_with(start));
    let last = tail.lines().rfind(|line| !line.trim().is_empty() && !own(line));
    let last = last.map(|line| format!(" ({})", line.trim()));
    let help = error.help().map(|help| format!("; {help}"));
    format!("its machine could not be made: {error}{}{}", last.unwrap_or_default(), help.unwrap_or_default())
}

/// Whether no step that was done before names a file, nor the step itself above the command that failed.
fn is_of_reader(file: &str, typed: &str, done: &StepReport, before: &[StepReport]) -> bool {
    let done_before = before.iter().filter(|step| matches!(step.verdict, Verdict::Holds | Verdict::Drifted));
    let mut own = done_before.flat_map(|step| &step.typed).chain(done.typed.iter().filter(|line| *line != typed));
    // `json-server.json` is not `server.js`.
    let goes_on = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let names = |line: &str| {
        line.match_indices(file)
            .any(|(at, _)| !line[..at].ends_with(goes_on) && !line[at + file.len()..].starts_with(goes_on))
    };
    !own.any(|line| names(line))
}

/// Whether nothing is done after a step. An output that is going to be updated says nothing of what comes after it.
fn ends(step: &StepReport, update: bool) -> bool {
    step.verdict == Verdict::Broken && !(update && step.kind == StepKind::Expect)
}

/// What a step has shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Its last command.
    pub(super) last: String,
    /// All of its commands.
    pub(super) all: String,
    /// As `all`, with the blank lines at the ends of outputs.
    spaced: String,
    /// Bytes that were not kept of it.
    pub(super) dropped: u64,
    /// What came beside the last command's output: a page may show it.
    pub(super) beside: String,
    /// All, with what came beside it.
    pub(super) everything: String,
    /// What came beside the output before this step, which a page may show only here.
    pub(super) before: String,
    /// What was typed.
    typed: Vec<String>,
    /// The first line of the last command.
    command: Option<String>,
    /// Questions that were answered, alone and with their answers.
    pub(super) asked: Vec<String>,
    /// Where the last of it was typed.
    place: Vec<String>,
}

impl Shown {
    /// One more command has ended, with so many blank lines at the end of its output.
    pub(super) fn add(&mut self, output: &str, blank_end: usize) {
        let Self { all, everything, beside, .. } = self;
        let add = |text: &mut String, more: &str| {
            if !text.is_empty() && !more.is_empty() {
                text.push('\n');
            }
            text.push_str(more);
        };
        add(all, output);
        add(everything, output);
        add(everything, beside);
        for line in output.lines().chain(std::iter::repeat_n("", blank_end)) {
            self.spaced.push_str(line);
            self.spaced.push('\n');
        }
    }

    /// The comparison with a documented output: most often that of the last command, and else that of the whole block, or
    /// either without the questions that were answered, which pages leave out. If some are as bad, the one that has more in
    /// common.
    fn compare<'a>(
        &'a self,
        documented: &str,
        rule: matching::Rule,
        evidence: &Evidence<'_>,
    ) -> (matching::Comparison, Cow<'a, str>) {
        let of = |text: Cow<'a, str>| (matching::compare_by(documented, &text, rule, evidence), text);
        let is_asked = |line: &&str| self.asked.iter().any(|question| question == line.trim_end());
        let unasked = |text: &str| text.lines().filter(|line| !is_asked(line)).collect::<Vec<_>>().join("\n");
        let mut best = of(Cow::Borrowed(&self.last));
        let unasked = [&self.last, &self.all].map(|text| Cow::Owned(unasked(text)));
        // A question that a pipe answers shows none of what is typed, and has no line of its own.
        let fed = self.command.as_ref().is_some_and(|line| line.contains(['|', '<']));
        let behind = |line| behind_password(line).unwrap_or(line);
        let fed = fed.then(|| Cow::Owned(self.last.lines().map(behind).collect::<Vec<_>>().join("\n")));
        let all = [Cow::Borrowed(&*self.all), Cow::Borrowed(&*self.spaced)];
        for text in all.into_iter().chain(unasked).chain(fed) {
            if best.0.verdict == matching::Verdict::Holds || text == best.1 {
                continue;
            }
            let found = of(text);
            if (found.0.verdict, distance(&found.0)) < (best.0.verdict, distance(&best.0)) {
                best = found;
            }
        }
        // Notices of jobs, and what they say themselves, come when they come.
        let after = |beside: &str| {
            if beside.is_empty() { String::new() } else { format!("{}\n{beside}", self.last).trim_start().to_owned() }
        };
        let both = format!("{}\n{}", self.before, self.beside);
        let alone = if is_job_number(&self.last) { self.beside.clone() } else { String::new() };
        for text in [alone, after(&self.beside), self.everything.clone(), after(&self.before), after(both.trim())] {
            if best.0.verdict == matching::Verdict::Holds {
                return best;
            }
            if !text.is_empty() && text != best.1 {
                let found = of(Cow::Owned(text));
                let shows_notice = without_notices(documented.trim_end()).len() < documented.trim_end().len();
                if found.0.verdict == matching::Verdict::Holds
                    || shows_notice && distance(&found.0).1 <= distance(&best.0).1
                {
                    best = found;
                }
            }
        }
        best
    }

    /// Whether the page shows what may still come: the notice of a job that was stopped comes with this prompt or with the
    /// next, and what runs in the background says its first words when it gets to it.
    fn lacks_what_comes_late(&self, documented: &str, rule: matching::Rule) -> bool {
        let documented = documented.trim_end();
        let notices =
            documented[without_notices(documented).len()..].lines().filter(|line| !line.trim().is_empty()).count();
        let told = [&self.beside, &self.before].iter().map(|text| text.lines().count()).sum::<usize>();
        let stopped = || notices > told && self.typed.iter().any(|line| is_about_jobs(line));
        let in_background = || self.typed.iter().any(|line| is_in_background(line));
        (stopped() || in_background())
            && self.compare(documented, rule, &Evidence::default()).0.verdict != matching::Verdict::Holds
    }

    /// Whether a documented output is this one, and has each line that says how the typed line failed, or what it found.
    fn is_documented_failure(&self, line: &str, documented: &str, rule: matching::Rule) -> bool {
        let (comparison, real) = self.compare(documented, rule, &Evidence::default());
        // What `...` stands for is not shown.
        let seen = comparison.lines.iter().filter(|line| matches!(line.state, State::Same | State::Forgiven));
        let seen: BTreeSet<usize> = seen.flat_map(|line| line.real.clone()).collect();
        let tells = |said: &str| says_failure(said, line) || is_finding(said);
        let mut said = real.lines().enumerate().filter(|(_, said)| tells(said)).map(|(at, _)| at).peekable();
        comparison.verdict == matching::Verdict::Holds && said.peek().is_some() && said.all(|at| seen.contains(&at))
    }

    /// Whether a documented output is another one, and yet at least half of it, with a line that says how the typed line failed or
    /// what it found, is as printed: the page shows this failure, and is wrong about what it says.
    fn resembles_documented_failure(&self, line: &str, documented: &str, rule: matching::Rule) -> bool {
        let (comparison, real) = self.compare(documented, rule, &Evidence::default());
        let seen = comparison.lines.iter().filter(|line| matches!(line.state, State::Same | State::Forgiven));
        let real: Vec<&str> = real.lines().collect();
        let seen: Vec<&str> = seen.flat_map(|line| line.real.clone()).filter_map(|at| real.get(at).copied()).collect();
        let seen: Vec<&str> = seen.into_iter().filter(|said| !said.trim().is_empty()).collect();
        let wanted = documented.lines().filter(|line| !matches!(line.trim(), "" | "..." | "[...]")).count();
        let tells = |said: &&str| says_failure(said, line) || is_finding(said);
        comparison.verdict != matching::Verdict::Holds && seen.len() * 2 >= wanted && seen.iter().any(tells)
    }
}

/// How far two outputs are from each other: lines too many or too few, and then lines that are not the same.
fn distance(comparison: &matching::Comparison) -> (usize, usize) {
    let lines = |state| comparison.lines.iter().filter(move |line| line.state == state);
    let missing = lines(matching::State::Missing).count();
    let extra: usize = lines(matching::State::Extra).map(|line| line.real.len()).sum();
    (missing.abs_diff(extra), missing + extra + lines(matching::State::Differs).count())
}

/// Whether the setup is done, or why not.
type Prepared = std::result::Result<(), Cause>;

/// A guide in the middle of being done.
pub(super) struct Doing<'a, M: Running> {
    pub(super) plan: &'a Plan,
    pub(super) machine: &'a M,
    /// The terminal that is open from the first step to the last.
    pub(super) live: Live<M::Terminal>,
    /// Others, by their names.
    pub(super) others: BTreeMap<String, Live<M::Terminal>>,
    /// What is left running, each in a terminal of its own.
    pub(super) left: Vec<Left>,
    /// The steps of its plan that were begun, and when.
    pub(super) begun: Vec<(usize, Instant)>,
    /// What the guide sets itself.
    values: Values,
    /// What each step has shown.
    pub(super) outputs: BTreeMap<usize, Shown>,
    pub(super) listener: &'a dyn Listener,
    /// What listeners call the guide.
    pub(super) name: &'a str,
    pub(super) secrets: &'a Secrets,
    pub(super) limit: Limit,
    /// It is the guide itself, and not one that it requires.
    pub(super) own: bool,
    /// Most memory of the machine, in bytes.
    pub(super) memory: u64,
    /// How often the kernel has ended a process of the machine for lack of it.
    pub(super) killed: u64,
    /// A setup has asked something.
    pub(super) asked: bool,
    /// What was fetched, and which it was.
    pub(super) fetched: &'a RefCell<Packages>,
}

impl<M: Running> Doing<'_, M> {
    /// The file that an example needs and that only its reader has: its program says so, or it fails without a reason where none of
    /// the files that its line names is there; and nothing that was done before names it.
    async fn lacks(&self, done: &StepReport, before: &[StepReport]) -> machine::Result<Option<String>> {
        // What goes on has no status, and says that it failed.
        let ended = done.status.is_some() || speaks_of_failure(&done.output).is_some();
        let failed = done.kind == StepKind::Run && done.verdict == Verdict::Broken && ended;
        let Some(typed) = done.command.as_ref().or(done.typed.last()).filter(|_| failed) else { return Ok(None) };
        let is_of_reader = |file: &String| is_of_reader(file, typed, done, before);
        let told = lacks_file(&done.output, typed).filter(is_of_reader);
        let told = told.or_else(|| lacks_project_file(&done.output).filter(is_of_reader));
        let file = match told {
            None if speaks_of_failure(&done.output).is_none() => {
                self.names_nothing_there(typed).await?.filter(is_of_reader)
            }
            told => told,
        };
        Ok(file.map(|file| {
            format!(
                "it needs `{file}`, which the page does not make: make it in `setup`, or name one that is there in `run`"
            )
        }))
    }

    /// The first of the files that a line names, if none of them is there.
    async fn names_nothing_there(&self, typed: &str) -> machine::Result<Option<String>> {
        let files = plan::files_of(typed);
        let folder = self.live.places().first().and_then(|place| place.cwd.as_deref());
        for file in &files {
            let command = ["test", "-e", file];
            if self
                .machine
                .run(&machine::Run { command: &command, folder, ..machine::Run::default() })
                .await?
                .is_success()
            {
                return Ok(None);
            }
        }
        Ok(files.into_iter().next())
    }

    /// Has the shell remember the lines of a setup that was done before it was opened, as if they had been typed.
    async fn remember(&mut self) -> machine::Result<()> {
        let remembers = self.live.places().last().is_some_and(|place| place.name == "bash");
        for line in self.plan.settings.setup.iter().flat_map(|command| &command.lines).filter(|_| remembers) {
            let line = format!("history -s -- {}", quoted(line));
            self.live.quietly(crate::session::Step::new(&line)).await?;
        }
        Ok(())
    }

    /// Types the plan's setup; what is not well is noted at its line.
    async fn prepare(&mut self, problems: &mut Vec<Diagnostic>) -> machine::Result<Prepared> {
        for command in &self.plan.settings.setup {
            let line = self.secrets.mask(&command.lines.join("\n"));
            let mut note = |problem: Diagnostic, help: String| {
                let problem = problem.help(self.secrets.mask(&help));
                problems.push(problem.at_line(&command.at.path, command.at.line, &line));
            };
            match apart(self.setup(command).await)? {
                Ok(warnings) => {
                    for Fault { message, help, .. } in warnings {
                        let message = format!("its setup, `{line}`: {}", self.secrets.mask(&message));
                        note(Diagnostic::warning(SAYS_FAILURE, message), help);
                    }
                }
                Err(fault) => {
                    let cause = fault.cause(&line, &fault.message);
                    let Fault { message, help, .. } = fault;
                    let message = format!("its setup failed at `{line}`: {}", self.secrets.mask(&message));
                    note(Diagnostic::error("setup-failed", message), help);
                    return Ok(Err(cause));
                }
            }
        }
        Ok(Ok(()))
    }

    /// Why a step broke, if it was not the guide.
    async fn ended_by(&mut self, done: &StepReport) -> machine::Result<Option<Fault>> {
        match (done.kind, done.verdict) {
            (StepKind::Run, Verdict::Broken) => self.outside().await,
            // As it is documented.
            (StepKind::Run, _) if done.status == Some(KILLED) => self.look_at_memory().await.map(|()| None),
            _ => Ok(None),
        }
    }

    async fn step(&mut self, step: &Step) -> machine::Result<StepReport> {
        self.log_in_again().await?;
        let begin = Instant::now();
        self.begun.push((step.number, begin));
        let mut report = describe(step);
        let typed = report.typed.first().map_or("output", String::as_str);
        let mark = || self.live.mark(&format!("{} {typed}", step.number));
        let from = if self.own { mark() } else { None };
        match &step.kind {
            Planned::Run { commands } => {
                self.run(step, commands, &mut report).await?;
                let shown = self.outputs.entry(step.number).or_default();
                shown.typed.clone_from(&report.typed);
                shown.command = commands.last().and_then(|command| command.lines.first().cloned());
                shown.place.clone_from(&report.place);
            }
            Planned::Write { file, text, edit, owner, through } => {
                self.write(file, text, edit, owner, through.as_ref(), &mut report).await?
            }
            Planned::Expect { text, of, rule, numbers, told, .. } => {
                self.hear_of_jobs(text, *of, *rule).await?;
                let evidence = Evidence { sums: told.sums, ..self.evidence(*of) };
                self.expect(text, *of, *rule, &evidence, *told, &mut report);
                // JSON says in words where it differs; its lines say little.
                let compared = report.comparison.as_ref().filter(|_| *rule != Some(Rule::Json));
                if let Some(number) = compared.and_then(|comparison| numbers.get(comparison.first_wrong()?)) {
                    report.line = *number;
                }
            }
        }
        report.seconds = begin.elapsed().as_secs_f64();
        let seconds = |at: Duration| (at.as_secs_f64() * 1e6).round() / 1e6;
        report.recorded =
            from.and_then(|from| Some((from, self.live.recorded()?))).map(|(from, to)| (seconds(from), seconds(to)));
        self.look_at_lists(&mut report).await?;
        self.look_at_journal(&mut report).await?;
        if report.kind == StepKind::Run && report.verdict == Verdict::Holds {
            self.look_at_downloads(&report).await?;
        }
        mask(&mut report, self.secrets);
        Ok(report)
    }

    /// What is known of the values that step `of` shows.
    fn evidence(&self, of: usize) -> Evidence<'_> {
        Evidence { values: Some(&self.values), step: of, sums: false }
    }

    /// Where the page shows what a job says and the terminal has not yet, it comes with a reader's next Enter, or a little later.
    async fn hear_of_jobs(&mut self, text: &str, of: usize, rule: Option<Rule>) -> machine::Result<()> {
        let is_last = self.outputs.keys().next_back() == Some(&of);
        let at_shell = self.live.places().last().is_some_and(|place| matches!(place.kind, Kind::Shell { .. }));
        for pause in NOTICES {
            let lacks = |shown: &Shown| shown.lacks_what_comes_late(text, matching_rule(rule));
            if !(is_last && at_shell && self.outputs.get(&of).is_some_and(lacks)) {
                break;
            }
            tokio::time::sleep(pause).await;
            let outcome = self.live.quietly(crate::session::Step::new("\n")).await?;
            let told = clean(&[outcome.output, outcome.beside].join("\n"));
            let shown = self.outputs.entry(of).or_default();
            shown.beside = [shown.beside.as_str(), told.trim_matches('\n')].join("\n").trim_matches('\n').to_owned();
        }
        Ok(())
    }

    fn expect(
        &self,
        text: &str,
        of: usize,
        rule: Option<Rule>,
        evidence: &Evidence<'_>,
        told: Told,
        report: &mut StepReport,
    ) {
        let Some(real) = self.outputs.get(&of) else {
            report.verdict = Verdict::Skipped;
            report.message = Some("the command that prints it is skipped".into());
            return;
        };
        let (typed, command, place) = (&real.typed, &real.command, &real.place);
        report.dropped = real.dropped;
        let (comparison, real) = real.compare(text, matching_rule(rule), evidence);
        let comparison = match report.dropped {
            0 => Some(comparison),
            _ => matching::over_the_limit(comparison, text, &real, matching_rule(rule), evidence),
        };
        let Some(comparison) = comparison else {
            report.verdict = Verdict::Skipped;
            report.message = Some(format!(
                "nobody can tell whether it is as documented: the output of `{}` is over the limit, and {} in its middle were not kept",
                command.as_deref().unwrap_or_default(),
                count_bytes(report.dropped)
            ));
            report.help = Some("let the command show less, or document only how its output begins and ends".into());
            return;
        };
        let broken = comparison.verdict == matching::Verdict::Broken && rule.is_none();
        let line = command.as_deref().unwrap_or_default();
        let another = broken.then(|| another(self.plan, of, line, text, told, &comparison)).flatten();
        let comparison = match another {
            Some(Another { why, .. }) => {
                matching::Comparison { verdict: matching::Verdict::Drifted, why: why.into(), ..comparison }
            }
            None => comparison,
        };
        report.verdict = match comparison.verdict {
            matching::Verdict::Holds => Verdict::Holds,
            matching::Verdict::Drifted => Verdict::Drifted,
            matching::Verdict::Broken => Verdict::Broken,
        };
        if report.verdict != Verdict::Holds {
            report.message = Some(comparison.why.clone());
            report.typed.clone_from(typed);
            report.command.clone_from(command);
            report.place.clone_from(place);
        }
        if report.verdict == Verdict::Broken {
            let help = match rule {
                Some(Rule::Json) => {
                    "change the output in the guide, or write \"...\" for a value or an item, or as a key, that varies"
                }
                _ => {
                    "change the output in the guide, or say how to compare it: match=\"contains\", or `...` for lines that vary"
                }
            };
            report.help = Some(help.into());
            report.cause = Some(cause::of_step(None, report));
        }
        if report.verdict == Verdict::Drifted {
            let help = "write it as it is now, or `[..]` where it may be another one; match=\"kinds\" forgives all that drifted";
            let help = another.map_or(help, |another| another.help);
            report.help = Some(help.into());
        }
        report.output = real.into_owned();
        report.comparison = Some(comparison);
    }

    /// What the page shows of a step.
    pub(super) fn documented(&self, of: usize) -> String {
        let texts = self.plan.steps.iter().filter_map(|step| match &step.kind {
            Planned::Expect { text, of: number, .. } if *number == of => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Whether the page shows how a command failed, by an output that is what it printed. Its status is as documented, then.
    pub(super) fn shows_failure(&self, of: usize, line: &str, output: &str) -> bool {
        self.documents(of, output, |shown, text, rule| shown.is_documented_failure(line, text, rule))
    }

    /// Whether the page shows such a failure, by an output of which a part is another one: that is to be said of the output.
    pub(super) fn shows_such_failure(&self, of: usize, line: &str, output: &str) -> bool {
        self.documents(of, output, |shown, text, rule| shown.resembles_documented_failure(line, text, rule))
    }

    /// Whether one of the outputs that the page shows of a step is so.
    fn documents(&self, of: usize, output: &str, is: impl Fn(&Shown, &str, matching::Rule) -> bool) -> bool {
        let before = self.outputs.get(&of);
        let mut shown = Shown {
            last: output.to_owned(),
            all: before.map(|before| before.all.clone()).unwrap_or_default(),
            asked: before.map(|before| before.asked.clone()).unwrap_or_default(),
            ..Shown::default()
        };
        shown.add(output, 0);
        self.plan.steps.iter().any(|step| match &step.kind {
            Planned::Expect { text, of: number, rule, .. } if *number == of && step.undone().is_none() => {
                is(&shown, text, matching_rule(*rule))
            }
            _ => false,
        })
    }

    /// Whether the output that step `of` has to show is there: for `retry`.
    pub(super) fn holds(&self, of: usize) -> bool {
        self.plan.steps.iter().all(|step| match &step.kind {
            Planned::Expect { text, of: number, rule, .. } if *number == of && step.undone().is_none() => {
                let compare = |shown: &Shown| shown.compare(text, matching_rule(*rule), &self.evidence(of)).0.verdict;
                self.outputs.get(&of).is_some_and(|shown| compare(shown) != matching::Verdict::Broken)
            }
            _ => true,
        })
    }
}

pub(super) fn matching_rule(rule: Option<Rule>) -> matching::Rule {
    match rule {
        None => matching::Rule::Auto,
        Some(Rule::Exact) => matching::Rule::Exact,
        Some(Rule::Kinds) => matching::Rule::Kinds,
        Some(Rule::Contains) => matching::Rule::Contains,
        Some(Rule::Regex) => matching::Rule::Regex,
        Some(Rule::Json) => matching::Rule::Json,
        Some(Rule::Unordered) => matching::Rule::Unordered,
    }
}

/// A step that holds, before it is done.
pub(crate) fn describe(step: &Step) -> StepReport {
    let commands = if let Planned::Run { commands } = &step.kind { commands.len() } else { 0 };
    let (kind, typed, documented) = match &step.kind {
        Planned::Run { commands } => (StepKind::Run, commands.iter().flat_map(|c| c.lines.clone()).collect(), None),
        Planned::Write { file, .. } => (StepKind::Write, vec![file.clone()], None),
        Planned::Expect { text, .. } => (StepKind::Expect, Vec::new(), Some(text.clone())),
    };
    let report = StepReport::new(step.number, kind, &step.at.path, step.at.line);
    StepReport {
        block: step.block,
        omission: step.omission.or(step.waits_for().map(|_| Omission::NotDone)),
        section: step.section.clone(),
        commands,
        typed,
        documented,
        ..report
    }
}

/// A block without a step.
fn gap(block: &LeftOut) -> Gap {
    let LeftOut { at, why, omission, tab, .. } = block;
    Gap { path: at.path.clone(), line: at.line, why: why.clone(), omission: *omission, tab: tab.clone() }
}

/// Places as people read them.
pub(super) fn shown(places: &[Place]) -> Vec<String> {
    places.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_documented_by_the_output_that_shows_it() {
        let error = "ls: cannot access '/x': No such file or directory";
        for (output, documented, rule, shows) in [
            (error, error, matching::Rule::Auto, true),
            (error, "ls: cannot access '[..]': No such file or directory", matching::Rule::Auto, true),
            (error, "No such file", matching::Rule::Contains, true),
            (error, "ls: .*", matching::Rule::Regex, true),
            (error, "...", matching::Rule::Auto, false),
            (error, "ls: cannot open directory '/x': Permission denied", matching::Rule::Auto, false),
            ("a\nls: failed", "a\n...", matching::Rule::Auto, false),
            ("error log: a\nls: failed", "error log: a\n...", matching::Rule::Auto, false),
            ("error log: a\nls: failed", "error log", matching::Rule::Contains, false),
            ("a", "a", matching::Rule::Auto, false),
            ("a.py:4: unused name", "a.py:4: unused name", matching::Rule::Auto, true),
            ("a.py:4: unused name\na.py:5: long", "a.py:4: unused name\n...", matching::Rule::Auto, false),
            ("", "", matching::Rule::Auto, false),
        ] {
            let shown = Shown { last: output.into(), all: output.into(), ..Shown::default() };
            assert!(!shown.resembles_documented_failure("ls /x", documented, rule) || !shows, "{output}: {documented}");
            assert_eq!(shown.is_documented_failure("ls /x", documented, rule), shows, "{output}: {documented}");
        }
    }

    #[test]
    fn a_question_may_be_left_out() {
        let shown = |asked: &[&str]| Shown {
            last: "[sudo] password for ann:\nroot".into(),
            all: "[sudo] password for ann:\nroot".into(),
            asked: asked.iter().map(|text| (*text).to_owned()).collect(),
            ..Shown::default()
        };
        for (documented, asked, holds) in [
            ("root", &["[sudo] password for ann:"][..], true),
            ("[sudo] password for ann:\nroot", &["[sudo] password for ann:"], true),
            ("ann", &["[sudo] password for ann:"], false),
            ("root", &[], false),
            ("root", &["Password:"], false),
        ] {
            let verdict = shown(asked).compare(documented, matching::Rule::Auto, &Evidence::default()).0.verdict;
            assert_eq!(verdict == matching::Verdict::Holds, holds, "{documented}: {asked:?}");
        }
    }

    #[test]
    fn an_output_belongs_to_the_last_command_or_to_all() {
        for (commands, documented, chosen) in [
            (&["a", "b"][..], "b", "b"),
            (&["a", "b"], "a\nb", "a\nb"),
            (&["a 1", "b 1"], "a 2\nb 2", "a 1\nb 1"),
            (&["a 1", "b 1"], "b 2", "b 1"),
            (&["a 1", "", "b 1\nc"], "b 2\nc", "b 1\nc"),
            (&["a"], "x", "a"),
        ] {
            let mut shown = Shown::default();
            for output in commands {
                shown.last = (*output).to_owned();
                shown.add(output, 0);
            }
            assert_eq!(
                shown.compare(documented, matching::Rule::Auto, &Evidence::default()).1,
                chosen,
                "{commands:?}: {documented}"
            );
        }
    }
}
