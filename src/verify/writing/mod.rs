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
    doing::State,
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
enum Ending {
    /// Another text goes on there.
    Goes { kept: usize, bent: bool },
    /// Another text needs another machine, because of this.
    Back(Option<String>),
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
            if let Some(wrong) = wrong(&job) {
                self.tell(&job, Writing::Wrong { problem: wrong });
                match self.wishes.recv().await {
                    Some(Wish::Saved(saved)) => job = *saved,
                    Some(_) => {}
                    None => return Ok(()),
                }
                continue;
            }
            let Some((machine, snapshot)) = Box::pin(self.machine(&job)).await? else {
                // Why is told. Another text may name another machine.
                match self.wishes.recv().await {
                    Some(Wish::Saved(saved)) => job = *saved,
                    Some(_) => {}
                    None => return Ok(()),
                }
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
            let (ending, left, next) = Box::pin(self.text(machine, &job, stand.take(), before)).await?;
            match (ending, next) {
                (Ending::Goes { kept, bent }, Some(next)) => {
                    let Some(mut left) = left else { return Ok(Some(next)) };
                    left.report.steps.truncate(kept);
                    left.state.outputs.retain(|number, _| *number <= kept);
                    left.state.begun.retain(|(number, _)| *number <= kept);
                    if bent {
                        left.bent.get_or_insert(kept + 1);
                    }
                    stand = Some(left);
                    job = next;
                }
                (Ending::Back(why), Some(next)) => {
                    self.why = why;
                    return Ok(Some(next));
                }
                _ => return Ok(None),
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
    ) -> machine::Result<(Ending, Option<Stand<<H::Running as Running>::Terminal>>, Option<Job>)> {
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
                if keeps_for_setup || snapshot::is_due(unkept) {
                    keeps_for_setup = false;
                    if bent.is_none() && self.keep(machine, walk, job, &report, held.as_ref()).await? {
                        unkept = 0.0;
                    }
                }
                let begin = Instant::now();
                let doing = Box::pin(walk.step(step, &mut reached, &mut report));
                let done = self.beside(&score, at, doing, &mut next).await?;
                unkept += begin.elapsed().as_secs_f64();
                match done {
                    Some(Next::Step) => at += 1,
                    Some(Next::End | Next::Unreached) => break,
                    // What is being done was changed: nobody knows how far it came.
                    None => {
                        let Some(next) = next.take() else { return Ok((Ending::Over, None, None)) };
                        let line = step.at.line;
                        let why = format!("line {line}, which was being done, has changed");
                        return Ok((Ending::Back(Some(why)), None, Some(next)));
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
            && self.keep(machine, walk, job, &report, held.as_ref()).await?
        {
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
                                self.run.listener.event(&job.name(), Event::Writing(Writing::Proved { report, otherwise }));
                            }
                            Err(error) if error.is_of_engine() => return Err(error),
                            Err(error) => {
                                let why = error.to_string();
                                self.run.listener.event(&job.name(), Event::Writing(Writing::Unproved { why }));
                            }
                        }
                        continue;
                    }
                },
            };
            if let Some(Wish::Saved(saved)) = &wish
                && let Some(problem) = wrong(saved)
            {
                self.run.listener.event(&job.name(), Event::Writing(Writing::Wrong { problem }));
                continue;
            }
            let stand = |walk: Option<Walk<'_, H>>, report, unkept| {
                walk.map(|walk| Stand { state: walk.leave(), report, bent, held, unkept })
            };
            return Ok(match wish {
                None => (Ending::Over, None, None),
                Some(Wish::Anew) => {
                    self.snapshots.clear(self.run.host).await;
                    (Ending::Back(Some("it was asked for".into())), None, Some(job.clone()))
                }
                Some(Wish::Retry) => {
                    let broken = report.steps.iter().rposition(|step| step.verdict == Verdict::Broken);
                    let kept = broken.unwrap_or(report.steps.len());
                    (Ending::Goes { kept, bent: broken.is_some() }, stand(walk, report, unkept), Some(job.clone()))
                }
                Some(Wish::Saved(saved)) => {
                    if wrong(&saved).is_some() {
                        (
                            Ending::Goes { kept: report.steps.len(), bent: false },
                            stand(walk, report, unkept),
                            Some(*saved),
                        )
                    } else {
                        let ready =
                            walk.as_ref().is_some_and(|walk| walk.doing.live.is_ready() || walk.doing.live.has_ended());
                        match Change::between(&score, &report.steps, &Score::of(&saved)) {
                            Change::Goes { kept, bent } if ready => {
                                (Ending::Goes { kept, bent }, stand(walk, report, unkept), Some(*saved))
                            }
                            Change::Goes { .. } => {
                                let why = "no prompt has come back in the terminal".to_owned();
                                (Ending::Back(Some(why)), None, Some(*saved))
                            }
                            Change::Back { why, .. } => (Ending::Back(Some(why)), None, Some(*saved)),
                        }
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
                    Some(Wish::Saved(saved)) if wrong(&saved).is_some() => {}
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
        machine: &H::Running,
        walk: &mut Walk<'_, H>,
        job: &Job,
        report: &GuideReport,
        held: Option<&Vec<String>>,
    ) -> machine::Result<bool> {
        let after = report.steps.len();
        let score = Score::of(job);
        if self.snapshots.has(&score, after) {
            return Ok(true);
        }
        let doing = &mut walk.doing;
        let now = machine.held().await?;
        let why = match held {
            _ if job.machine.init != Init::Minimal => Some("its system runs services".to_owned()),
            None => Some("it has volumes".to_owned()),
            _ if !doing.others.is_empty() || !doing.left.is_empty() => Some("other terminals are open".to_owned()),
            Some(held) => now.as_ref().map_or(Some("it has volumes".to_owned()), |now| snapshot::more(held, now)),
        };
        let shell = match why {
            Some(why) => Err(why),
            None => Shell::of(machine, &mut doing.live).await?,
        };
        let shell = match shell {
            Ok(shell) => shell,
            Err(why) => {
                self.tell(job, Writing::NoSnapshot { after, why });
                return Ok(false);
            }
        };
        let image = match machine.snapshot().await {
            Ok(image) => image,
            Err(error) if error.is_of_engine() => return Err(error),
            Err(error) => {
                self.tell(job, Writing::NoSnapshot { after, why: error.to_string() });
                return Ok(false);
            }
        };
        let snapshot =
            Snapshot { image, after, score, shell, outputs: doing.outputs.clone(), steps: report.steps.clone() };
        self.snapshots.add(self.run.host, snapshot).await;
        self.tell(job, Writing::Snapshot { after });
        Ok(true)
    }
}

/// The first error of a guide's plan, or of one that it requires.
fn wrong(job: &Job) -> Option<&Diagnostic> {
    let plans = std::iter::once(&job.plan).chain(&job.requires);
    plans.flat_map(|plan| &plan.diagnostics).find(|problem| problem.is_error())
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
