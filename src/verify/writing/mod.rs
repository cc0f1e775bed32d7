//! Writing: a guide's machine and its terminal stay open while its text changes.
//!
//! ```text
//! Wish::Saved ─► change: what of the new text is done already? ─► goes: only what is new is done, in the open terminal
//!                                                               └► back: done again, from the nearest snapshot or from nothing
//! ```
//!
//! What is done here is what a reader would do if the author had written the guide from top to bottom. It is shown, and proves nothing:
//! when the writer pauses, the whole guide is done in a clean machine beside it, and where the two disagree, that is told.
//!
//! A snapshot is taken only where it is the whole truth: nothing runs but the shell ([`Running::held`]), and the shell is one that can
//! say what it is like and be put back so ([`shell`]). It is compared when it is put back, and done without if it is another one.

mod change;
mod shell;
mod snapshot;

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, mpsc::Receiver};

use self::{
    change::{Change, Score},
    shell::Shell,
    snapshot::{Snapshot, Snapshots},
};
use super::{
    Event, Job, Listener, Options, Run,
    doing::{Doing, State},
    guide::{self, Attempt},
    host::{Host, Running},
    live::{Live, Opening},
    walk::{Next, Reached, Walk},
};
use crate::{
    diagnostic::Diagnostic,
    machine::{
        self, Engine, Machine, Scope,
        settings::{ImageSource, Init},
    },
    report::{GuideReport, Report, Verdict},
};

/// What a writer wants of the open machine.
#[derive(Debug)]
pub enum Wish {
    /// The guide was saved, and is this now.
    Saved(Box<Job>),
    /// All is done again in a clean machine.
    Anew,
    /// The step that has broken is done once more, where it stands.
    Retry,
}

/// What happens to a guide that is being written, beside what its steps tell.
#[derive(Debug, Clone)]
pub enum Writing<'a> {
    /// A text was taken up.
    Text {
        /// How many steps it has.
        steps: usize,
        /// How many of them stay done.
        kept: usize,
        /// Why those behind them are done again that were done, if they were.
        why: Option<String>,
    },
    /// Its plan is wrong, so nothing is done until it is mended.
    Wrong {
        /// The first error.
        problem: &'a Diagnostic,
    },
    /// It goes on from a snapshot.
    From {
        /// The step after which that was taken; 0 for the setup.
        after: usize,
    },
    /// A snapshot cannot be used, and all is done from the beginning.
    NotFrom {
        /// The step after which that was taken.
        after: usize,
        /// Why.
        why: String,
    },
    /// The machine was kept as it is now.
    Snapshot {
        /// The step after which.
        after: usize,
    },
    /// The machine cannot be kept as it is now, so whatever is changed before comes to a beginning anew.
    NoSnapshot {
        /// The step after which.
        after: usize,
        /// Why.
        why: String,
    },
    /// All that can be done is done, and the writer is waited for.
    Waits {
        /// What came of it.
        report: &'a GuideReport,
        /// A step before which another text of a broken step was tried here, so that only a clean machine can tell what readers see.
        bent: Option<usize>,
    },
    /// The whole guide was done in a clean machine.
    Proved {
        /// What came of it: a verdict.
        report: &'a Report,
        /// The steps of which the open machine says otherwise.
        otherwise: Vec<usize>,
    },
    /// That could not be done.
    Unproved {
        /// Why.
        why: String,
    },
}

impl Writing<'_> {
    /// What it says to the writer, in a sentence; nothing, where there is a report to show.
    pub fn told(&self) -> Option<String> {
        Some(match self {
            Self::Text { steps, kept, why } => {
                let noun = if *steps == 1 { "step stays" } else { "steps stay" };
                let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                format!("{kept} of {steps} {noun} done{why}")
            }
            Self::Wrong { problem } => format!("nothing is done until it is mended: {}", problem.message),
            Self::From { after: 0 } => "it goes on from its setup, which was kept".into(),
            Self::From { after } => format!("it goes on from what was kept after step {after}"),
            Self::NotFrom { after, why } => {
                format!("what was kept after step {after} cannot be used, so it begins anew: {why}")
            }
            Self::Snapshot { after } => format!("its machine is kept as it is after step {after}"),
            Self::NoSnapshot { after, why } => {
                format!("its machine cannot be kept as it is after step {after}: {why}")
            }
            Self::Unproved { why } => format!("it could not be done in a clean machine: {why}"),
            Self::Waits { .. } | Self::Proved { .. } => return None,
        })
    }
}

/// How long a writer must pause before the guide is done in a clean machine.
const PAUSE: Duration = Duration::from_secs(3);

/// Keeps a guide's machine open, until nobody has any wishes more. Before, what crashed runs left behind in the engine is removed.
/// Dropping the future ends it; machines and snapshots are removed.
///
/// # Errors
/// If the engine is missing or goes away, and if its machine cannot be made.
pub async fn write(
    job: Job,
    options: &Options,
    wishes: &mut Receiver<Wish>,
    listener: &dyn Listener,
) -> machine::Result<()> {
    let engine = Engine::connect().await?;
    machine::reap(&engine, Scope::OwnerGone).await?;
    machine::forget(&engine, false).await?;
    let engine = if options.fresh { engine } else { engine.keeping_packages(true, options.lifetime()) };
    let done = write_on(&engine, job, options, wishes, listener).await;
    engine.close().await.and(done)
}

/// As [`write()`], on the machines of a host.
///
/// # Errors
/// As [`write()`].
pub async fn write_on(
    host: &impl Host,
    job: Job,
    options: &Options,
    wishes: &mut Receiver<Wish>,
    listener: &dyn Listener,
) -> machine::Result<()> {
    let run = |listener| Run {
        host,
        options,
        listener,
        unmade: Mutex::default(),
        images: Mutex::default(),
        shared: BTreeSet::new(),
        turns: Semaphore::new(1),
    };
    let (own, quiet) = (run(listener), run(&()));
    let mut desk = Desk { run: &own, quiet: &quiet, wishes, snapshots: Snapshots::default(), why: None };
    // It is large, and threads that wait for it have small stacks.
    let done = Box::pin(desk.work(job)).await;
    desk.snapshots.clear(host).await;
    done
}

/// How a text ends on a machine.
enum Ending<T> {
    /// Another text goes on where this one stands.
    Goes { stand: Box<Stand<T>>, next: Job },
    /// Another text needs another machine, because of this.
    Back { next: Job, why: Option<String> },
    /// Nobody wishes anything more.
    Over,
}

/// A machine in the middle of a guide.
struct Stand<T> {
    state: State<T>,
    report: GuideReport,
    /// The first step that was done where another text of a broken step was tried.
    bent: Option<usize>,
    /// What ran in the machine before the first step.
    held: Option<Vec<String>>,
    /// Seconds of steps since the last snapshot.
    unkept: f64,
}

/// Where a guide is written: its machines one after the other.
struct Desk<'a, H: Host> {
    run: &'a Run<'a, H>,
    /// For what is done in clean machines, of which the listener hears the end only.
    quiet: &'a Run<'a, H>,
    wishes: &'a mut Receiver<Wish>,
    snapshots: Snapshots,
    /// Why the next machine is made, if it is not the first.
    why: Option<String>,
}

impl<H: Host> Desk<'_, H> {
    fn tell(&self, job: &Job, writing: Writing<'_>) {
        self.run.listener.event(&job.name(), Event::Writing(writing));
    }

    /// A report of a guide that was done in a clean machine.
    fn report(&self, job: &Job, guide: GuideReport) -> Report {
        let (engine, engine_api) = self.run.host.version();
        let guides = vec![GuideReport { key: super::key(job), ..guide }];
        Report { engine, engine_api, seconds: guides[0].seconds, guides, ..super::empty(self.run.options) }
    }

    /// One machine after the other.
    async fn work(&mut self, mut job: Job) -> machine::Result<()> {
        // The machine before stays to be looked at until the new one has done its steps.
        let mut before = None;
        loop {
            if let Some((_, problem)) = job.wrong() {
                self.tell(&job, Writing::Wrong { problem });
                let Some(next) = self.next(job).await else { return Ok(()) };
                job = next;
                continue;
            }
            let Some((machine, snapshot)) = Box::pin(self.machine(&job)).await? else {
                // Why is told. Another text may name another machine.
                let Some(next) = self.next(job).await else { return Ok(()) };
                job = next;
                continue;
            };
            let going = Box::pin(self.on_machine(&machine, snapshot, job, &mut before)).await?;
            before = Some(machine);
            match going {
                Some(next) => job = next,
                None => return Ok(()),
            }
        }
    }

    /// The text after one that cannot be done, or that one once more; nothing, if nobody wishes anything more.
    async fn next(&mut self, job: Job) -> Option<Job> {
        Some(match self.wishes.recv().await? {
            Wish::Saved(saved) => *saved,
            Wish::Anew | Wish::Retry => job,
        })
    }

    /// A machine that is as it was before the first step that is to be done, with the snapshot that it is made from.
    async fn machine(&mut self, job: &Job) -> machine::Result<Option<(H::Running, Option<Snapshot>)>> {
        let score = Score::of(job);
        let tell = |event| self.run.listener.event(&job.name(), Event::Machine(event));
        let attempt = Attempt::new(job, self.run);
        if let Some(snapshot) = self.snapshots.nearest(&score) {
            let machine = Machine { source: ImageSource::Image(snapshot.image.clone()), ..job.machine.clone() };
            let site = &self.run.options.site;
            match self.run.host.start(&machine, &attempt.identity(), site, &tell).await {
                Ok(machine) => return Ok(Some((machine, Some(snapshot)))),
                Err(error) if error.is_of_engine() => return Err(error),
                Err(error) => {
                    let why = error.to_string();
                    self.tell(job, Writing::NotFrom { after: snapshot.after, why });
                    self.snapshots.remove(self.run.host, &snapshot.image).await;
                }
            }
        }
        let mut report = blank(job);
        let machine = attempt.machine(&mut report).await?;
        if machine.is_none() {
            report.judge();
            self.tell(job, Writing::Waits { report: &report, bent: None });
        }
        Ok(machine.map(|machine| (machine, None)))
    }

    /// One text after the other, on one machine; the text that needs another one, if there is one.
    async fn on_machine(
        &mut self,
        machine: &H::Running,
        snapshot: Option<Snapshot>,
        mut job: Job,
        before: &mut Option<H::Running>,
    ) -> machine::Result<Option<Job>> {
        let mut stand = match snapshot {
            Some(snapshot) => match Box::pin(self.put_back(machine, &job, &snapshot)).await? {
                Ok(stand) => Some(stand),
                Err(why) => {
                    self.tell(&job, Writing::NotFrom { after: snapshot.after, why });
                    self.snapshots.remove(self.run.host, &snapshot.image).await;
                    return Ok(Some(job));
                }
            },
            None => None,
        };
        loop {
            match Box::pin(self.text(machine, &job, stand.take(), before)).await? {
                Ending::Goes { stand: left, next } => (stand, job) = (Some(*left), next),
                Ending::Back { next, why } => {
                    self.why = why;
                    return Ok(Some(next));
                }
                Ending::Over => return Ok(None),
            }
        }
    }

    /// Opens the terminal of a machine that was made from a snapshot, as it was.
    async fn put_back(
        &mut self,
        machine: &H::Running,
        job: &Job,
        snapshot: &Snapshot,
    ) -> machine::Result<Result<Stand<<H::Running as Running>::Terminal>, String>> {
        let Shell { folder, key, .. } = &snapshot.shell;
        let opening = Opening {
            columns: job.plan.settings.columns,
            folder: Some(folder.clone()),
            key: Some(key.clone()),
            ..Opening::default()
        };
        let (mut live, outcome) = Live::open(machine, opening, None).await?;
        if !outcome.ready {
            return Ok(Err("the machine's shell showed no prompt".into()));
        }
        if let Err(why) = snapshot.shell.put_back(machine, &mut live).await? {
            return Ok(Err(why));
        }
        let held = machine.held().await?;
        self.tell(job, Writing::From { after: snapshot.after });
        Ok(Ok(Stand {
            state: State { outputs: snapshot.outputs.clone(), ..State::new(live) },
            report: GuideReport { steps: snapshot.steps.clone(), ..blank(job) },
            bent: None,
            held,
            unkept: 0.0,
        }))
    }

    /// Does a text as far as it can be done, and waits for the next one.
    async fn text(
        &mut self,
        machine: &H::Running,
        job: &Job,
        stand: Option<Stand<<H::Running as Running>::Terminal>>,
        before: &mut Option<H::Running>,
    ) -> machine::Result<Ending<<H::Running as Running>::Terminal>> {
        let score = Score::of(job);
        let attempt = Attempt::new(job, self.run);
        let kept = stand.as_ref().map_or(0, |stand| stand.report.steps.len());
        let why = self.why.take();
        self.tell(job, Writing::Text { steps: job.plan.steps.len(), kept, why });
        let (mut walk, mut report, bent, held, mut unkept) = match stand {
            Some(Stand { state, report, bent, held, unkept }) => {
                let walk = Walk::resume(&attempt, machine, state);
                let report = GuideReport { steps: report.steps, ..blank(job) };
                (Some(walk), report, bent, held, unkept)
            }
            None => {
                let mut report = blank(job);
                let walk = Box::pin(Walk::begin(&attempt, machine, &mut report)).await?;
                (walk, report, None, machine.held().await?, 0.0)
            }
        };
        let mut next = None;
        let mut keeps_for_setup = kept == 0 && !job.plan.settings.setup.is_empty();
        if let Some(walk) = &mut walk {
            walk.judge_again(&mut report);
            let mut reached = Reached::default();
            let mut at = report.steps.len();
            // Behind one that broke, and still stands as it was, nothing is done.
            let stands = report.steps.last().is_some_and(|last| guide::ends(last, self.run.options.update));
            while let Some(step) = job.plan.steps.get(at).filter(|_| !stands) {
                if bent.is_none() && (keeps_for_setup || snapshot::is_due(unkept)) {
                    self.keep(walk, job, &score, &report, held.as_ref()).await?;
                    // What cannot be kept now is not looked at again with each step.
                    unkept = 0.0;
                }
                keeps_for_setup = false;
                let begin = Instant::now();
                let doing = Box::pin(walk.step(step, &mut reached, &mut report));
                let done = self.beside(&score, at, doing, &mut next).await?;
                unkept += begin.elapsed().as_secs_f64();
                match done {
                    Some(Next::Step) => at += 1,
                    Some(Next::End | Next::Unreached) => break,
                    // What is being done was changed: nobody knows how far it came.
                    None => {
                        let Some(next) = next.take() else { return Ok(Ending::Over) };
                        let why = format!("line {}, which was being done, has changed", step.at.line);
                        return Ok(Ending::Back { next, why: Some(why) });
                    }
                }
            }
            walk.doing.look_at_left(&mut report.steps);
        }
        // What it was before is of no use once it is known what the new one shows.
        if let Some(before) = before.take() {
            before.close().await?;
        }
        let mut shown = report.clone();
        guide::finish(&mut shown, &job.plan);
        self.tell(job, Writing::Waits { report: &shown, bent });
        if let Some(walk) = walk.as_mut().filter(|_| next.is_none() && bent.is_none() && unkept > 0.0)
            && report.steps.last().is_none_or(|last| last.verdict != Verdict::Broken)
        {
            self.keep(walk, job, &score, &report, held.as_ref()).await?;
            unkept = 0.0;
        }
        let mut proof = Some(Box::pin(async {
            tokio::time::sleep(PAUSE).await;
            guide::verify(job, self.quiet, true).await
        }) as Pin<Box<dyn Future<Output = machine::Result<GuideReport>>>>);
        loop {
            let wish = match next.take() {
                Some(saved) => Some(Wish::Saved(Box::new(saved))),
                None => tokio::select! {
                    biased;
                    wish = self.wishes.recv() => wish,
                    proved = async { match &mut proof { Some(proof) => proof.await, None => std::future::pending().await } } => {
                        proof = None;
                        match proved {
                            Ok(proved) => {
                                let otherwise = otherwise(&shown, &proved);
                                let report = &self.report(job, proved);
                                self.tell(job, Writing::Proved { report, otherwise });
                            }
                            Err(error) if error.is_of_engine() => return Err(error),
                            Err(error) => {
                                let why = error.to_string();
                                self.tell(job, Writing::Unproved { why });
                            }
                        }
                        continue;
                    }
                },
            };
            if let Some(Wish::Saved(saved)) = &wish
                && let Some((_, problem)) = saved.wrong()
            {
                self.tell(job, Writing::Wrong { problem });
                continue;
            }
            let goes = |walk: Option<Walk<'_, H>>, mut report: GuideReport, kept: usize, is_bent: bool, next| {
                let Some(walk) = walk else { return Ending::Back { next, why: None } };
                let mut state = walk.leave();
                state.forget_after(kept);
                report.steps.truncate(kept);
                let bent = bent.or(is_bent.then_some(kept + 1));
                Ending::Goes { stand: Box::new(Stand { state, report, bent, held, unkept }), next }
            };
            return Ok(match wish {
                None => Ending::Over,
                Some(Wish::Anew) => {
                    self.snapshots.clear(self.run.host).await;
                    Ending::Back { next: job.clone(), why: Some("it was asked for".into()) }
                }
                Some(Wish::Retry) => {
                    let broken = report.steps.iter().rposition(|step| step.verdict == Verdict::Broken);
                    let kept = broken.unwrap_or(report.steps.len());
                    goes(walk, report, kept, broken.is_some(), job.clone())
                }
                Some(Wish::Saved(saved)) => {
                    let is_ready = |walk: &Walk<'_, H>| walk.doing.live.is_ready() || walk.doing.live.has_ended();
                    let back = |why: String| Ending::Back { next: (*saved).clone(), why: Some(why) };
                    match Change::between(&score, &report.steps, &Score::of(&saved)) {
                        Change::Goes { kept, bent } if walk.as_ref().is_some_and(is_ready) => {
                            goes(walk, report, kept, bent, *saved)
                        }
                        Change::Goes { .. } => back("no prompt has come back in the terminal".into()),
                        Change::Back { why } => back(why),
                    }
                }
            });
        }
    }

    /// Waits for a step, and hears wishes meanwhile. It is `None` if the step itself, or one before it, is no longer what it was; then, and
    /// if only later ones have changed, the new text is `next`.
    async fn beside(
        &mut self,
        score: &Score,
        at: usize,
        step: impl Future<Output = machine::Result<Next>>,
        next: &mut Option<Job>,
    ) -> machine::Result<Option<Next>> {
        let mut step = std::pin::pin!(step);
        loop {
            tokio::select! {
                biased;
                wish = self.wishes.recv() => match wish {
                    None => return Ok(None),
                    Some(Wish::Saved(saved)) if saved.wrong().is_some() => {}
                    Some(Wish::Saved(saved)) => {
                        let stays = score.alike(&Score::of(&saved)).is_some_and(|alike| alike > at);
                        *next = Some(*saved);
                        if !stays {
                            return Ok(None);
                        }
                    }
                    Some(Wish::Anew | Wish::Retry) => {}
                },
                done = &mut step => return done.map(Some),
            }
        }
    }

    /// Keeps the machine as it is now, if that is the whole truth.
    async fn keep(
        &mut self,
        walk: &mut Walk<'_, H>,
        job: &Job,
        score: &Score,
        report: &GuideReport,
        held: Option<&Vec<String>>,
    ) -> machine::Result<()> {
        let after = report.steps.len();
        if self.snapshots.has(score, after) {
            return Ok(());
        }
        let doing = &mut walk.doing;
        let kept = match hindrance(doing, job, held).await? {
            Some(why) => Err(why),
            None => match Shell::of(doing.machine, &mut doing.live).await? {
                Ok(shell) => match doing.machine.snapshot().await {
                    Err(error) if error.is_of_engine() => return Err(error),
                    image => image.map(|image| (shell, image)).map_err(|error| error.to_string()),
                },
                Err(why) => Err(why),
            },
        };
        match kept {
            Ok((shell, image)) => {
                let (outputs, steps) = (doing.outputs.clone(), report.steps.clone());
                let snapshot = Snapshot { image, after, score: score.clone(), shell, outputs, steps };
                self.snapshots.add(self.run.host, snapshot).await;
                self.tell(job, Writing::Snapshot { after });
            }
            Err(why) => self.tell(job, Writing::NoSnapshot { after, why }),
        }
        Ok(())
    }
}

/// Why an image of a machine would not be the whole truth, apart from its shell. `held` is what ran in it before the first step.
async fn hindrance<M: Running>(
    doing: &Doing<'_, M>,
    job: &Job,
    held: Option<&Vec<String>>,
) -> machine::Result<Option<String>> {
    const VOLUMES: &str = "it has volumes";
    if job.machine.init != Init::Minimal {
        return Ok(Some("its system runs services".into()));
    }
    let Some(held) = held else { return Ok(Some(VOLUMES.into())) };
    if !doing.others.is_empty() || !doing.left.is_empty() {
        return Ok(Some("other terminals are open".into()));
    }
    Ok(doing.machine.held().await?.map_or(Some(VOLUMES.into()), |now| snapshot::more(held, &now)))
}

/// A report in which nothing is done yet.
fn blank(job: &Job) -> GuideReport {
    let plan = &job.plan;
    GuideReport { started: super::now(), ..GuideReport::new(&plan.path, &plan.title, &plan.machine) }
}

/// The steps whose verdicts are not the same in both.
fn otherwise(shown: &GuideReport, proved: &GuideReport) -> Vec<usize> {
    let pairs = shown.steps.iter().zip(&proved.steps);
    pairs.filter(|(shown, proved)| shown.verdict != proved.verdict).map(|(shown, _)| shown.number).collect()
}
