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
//! A snapshot is taken only where it is the whole truth: nothing runs but the shells of the terminal ([`Running::held`]), and these can
//! say what they are like and be put back so ([`shells`](super::shells)). They are compared then, and done without if they are others.

mod change;
mod hand;
mod past;
mod resume;
mod snapshot;

pub use change::moved;
pub use hand::ByHand;
pub(super) use resume::leave;
pub use resume::{Resumed, resume};

use std::{
    pin::Pin,
    time::{Duration, Instant},
};
use tokio::sync::mpsc::Receiver;

use self::{
    change::{Change, Score},
    hand::Hand,
    past::Past,
    snapshot::{Snapshot, Snapshots},
};
use super::{
    Event, Job, Listener, Options, Run,
    doing::{Doing, State},
    guide::{self, Attempt},
    host::{Host, Running},
    live::Live,
    walk::{Next, Reached, Walk},
};
use crate::{
    diagnostic::Diagnostic,
    machine::{
        self, Held, Machine,
        settings::{ImageSource, Init},
    },
    report::{GuideReport, Report, StepKind, StepReport, Verdict},
    session::{COLUMNS, Place},
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
    /// Keys for the terminal, by hand. They are heard while the writer is waited for.
    Keys(Vec<u8>),
}

/// What happens to a guide that is being written, beside what its steps tell.
#[derive(Debug, Clone)]
pub enum Writing<'a> {
    /// The terminal of another machine is open: what is shown from now on is shown there.
    Opened {
        /// How wide it is.
        columns: u16,
        /// What stands in it.
        prompt: String,
    },
    /// The writer has typed a command by hand, and it has ended. Secrets are masked.
    ByHand(&'a ByHand),
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
        /// The line as far as which it was to be done, if not to its end. It is done in no clean machine then.
        until: Option<usize>,
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
            Self::Opened { .. } | Self::ByHand(_) | Self::Waits { .. } | Self::Proved { .. } => return None,
        })
    }
}

/// How long snapshots may take to be removed.
const FORGETTING: Duration = Duration::from_secs(30);

/// How long a prompt may be on its way behind what was typed by hand.
const MOMENT: Duration = Duration::from_millis(300);

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
    let engine = super::engine(options, true).await?;
    let done = write_on(&engine, job, options, wishes, listener).await;
    engine.close().await.and(done)
}

/// Removes the snapshots of this process, when [`write()`] was dropped.
///
/// # Errors
/// If the engine is missing, goes away, or does not answer in time; the next start removes them.
pub async fn forget_snapshots() -> machine::Result<()> {
    let forget = async { machine::Engine::connect().await?.forget_own_snapshots().await };
    tokio::time::timeout(FORGETTING, forget).await.unwrap_or_else(|_| {
        let reason = "snapshots of machines are still there: the next start removes them".into();
        Err(machine::Error::EngineGone { reason })
    })
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
    let (own, quiet) = (Run::of_one(host, options, listener), Run::of_one(host, options, &()));
    let mut desk = Desk::new(&own, &quiet, wishes);
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
    /// Where it stood when something was typed by hand behind the last step, if something was.
    stood: Option<Vec<Place>>,
}

impl<T> Stand<T> {
    /// Forgets what came of the steps behind this one, the first of which may be tried here with another text.
    fn forget_after(&mut self, step: usize, is_bent: bool) {
        self.state.forget_after(step);
        self.report.steps.truncate(step);
        self.bent = self.bent.or(is_bent.then_some(step + 1));
    }
}

/// How far a text came on a machine.
struct Came<'a, H: Host> {
    /// `None` if the machine could not be prepared, which the report says.
    walk: Option<Walk<'a, H>>,
    report: GuideReport,
    /// As in [`Stand`].
    bent: Option<usize>,
    held: Option<Vec<String>>,
    unkept: f64,
    stood: Option<Vec<Place>>,
}

/// Why the steps of a text ended in the middle of one.
struct Left {
    /// `None` if nobody wishes anything more.
    wish: Option<Wish>,
    /// A sentence for another text.
    why: String,
}

/// How far a text came, and another one that is there already and has the same steps so far.
type Stepped<'a, H> = Result<(Came<'a, H>, Option<Job>), Left>;

impl<H: Host> Came<'_, H> {
    /// What is shown of it.
    fn shown(&self, job: &Job) -> GuideReport {
        let mut shown = self.report.clone();
        // The time of its steps: its machine has been there for longer.
        shown.seconds = shown.steps.iter().map(|step| step.seconds).sum();
        guide::finish(&mut shown, &job.plan);
        shown
    }

    fn has_broken(&self) -> bool {
        self.report.steps.last().is_some_and(|last| last.verdict == Verdict::Broken)
    }

    fn is_worth_keeping(&self) -> bool {
        self.bent.is_none() && self.stood.is_none() && self.unkept > 0.0 && !self.has_broken()
    }

    /// Whether its terminal can be typed in, or opened anew.
    fn is_ready(&self) -> bool {
        self.walk.as_ref().is_some_and(|walk| walk.doing.live.is_ready() || walk.doing.live.has_ended())
    }

    /// Another text goes on behind so many of its steps.
    fn goes(self, kept: usize, is_bent: bool, next: Job) -> Ending<<H::Running as Running>::Terminal> {
        let Self { walk, report, bent, held, unkept, stood } = self;
        let Some(walk) = walk else { return Ending::Back { next, why: None } };
        let mut stand = Stand { state: walk.leave(), report, bent, held, unkept, stood };
        stand.forget_after(kept, is_bent);
        Ending::Goes { stand: Box::new(stand), next }
    }
}

/// Where a guide is written: its machines one after the other.
struct Desk<'a, H: Host> {
    run: &'a Run<'a, H>,
    /// For what is done in clean machines, of which the listener hears the end only.
    quiet: &'a Run<'a, H>,
    wishes: &'a mut Receiver<Wish>,
    snapshots: Snapshots,
    /// Whether there are any: somebody may wish another text of the guide.
    keeps: bool,
    /// Why the next machine is made, if it is not the first.
    why: Option<String>,
}

impl<'d, H: Host> Desk<'d, H> {
    fn new(run: &'d Run<'d, H>, quiet: &'d Run<'d, H>, wishes: &'d mut Receiver<Wish>) -> Self {
        Self { run, quiet, wishes, snapshots: Snapshots::default(), keeps: true, why: None }
    }

    fn tell(&self, job: &Job, writing: Writing<'_>) {
        self.run.listener.event(&job.name(), Event::Writing(writing));
    }

    /// Tells that the terminal of a machine is open.
    fn opened(&self, job: &Job, live: &Live<<H::Running as Running>::Terminal>) {
        let columns = job.plan.settings.columns.unwrap_or(COLUMNS);
        let prompt = live.places().last().map_or(String::new(), |place| place.prompt.clone());
        self.tell(job, Writing::Opened { columns, prompt });
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
        loop {
            match self.wishes.recv().await? {
                Wish::Saved(saved) => return Some(*saved),
                Wish::Anew | Wish::Retry => return Some(job),
                // There is no terminal.
                Wish::Keys(_) => {}
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
            self.tell(job, Writing::Waits { report: &report, bent: None, until: job.until });
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
            Some(snapshot) => match Box::pin(snapshot.past.put_back(machine, &job)).await? {
                Ok(stand) => {
                    self.tell(&job, Writing::From { after: snapshot.after });
                    self.opened(&job, &stand.state.live);
                    Some(stand)
                }
                Err(why) => {
                    // It may tell what a variable is.
                    let why = Attempt::new(&job, self.run).secrets.mask(&why);
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
        let (mut reached, next) = match Box::pin(self.steps(machine, &attempt, &score, stand)).await? {
            Ok(stepped) => stepped,
            Err(Left { wish, why }) => {
                return Ok(match wish {
                    None => Ending::Over,
                    Some(Wish::Saved(next)) => Ending::Back { next: *next, why: Some(why) },
                    Some(Wish::Anew | Wish::Retry | Wish::Keys(_)) => self.anew(job).await,
                });
            }
        };
        // What it was before is of no use once it is known what the new one shows.
        if let Some(before) = before.take() {
            before.close().await?;
        }
        let shown = reached.shown(job);
        self.tell(job, Writing::Waits { report: &shown, bent: reached.bent, until: job.until });
        if next.is_none() && reached.is_worth_keeping() {
            self.keep(&mut reached, job, &score).await?;
        }
        self.wait(job, &score, reached, next).await
    }

    /// Does the steps of a text that are not done yet, behind those that a machine stands behind.
    async fn steps<'a>(
        &mut self,
        machine: &'a H::Running,
        attempt: &'a Attempt<'a, H>,
        score: &Score,
        stand: Option<Stand<<H::Running as Running>::Terminal>>,
    ) -> machine::Result<Stepped<'a, H>> {
        let job = attempt.job;
        let kept = stand.as_ref().map_or(0, |stand| stand.report.steps.len());
        let why = self.why.take();
        // Outputs are compared again.
        let is_done = |step: &&StepReport| step.kind == StepKind::Expect || step.verdict != Verdict::Broken;
        let done = |stand: &Stand<_>| stand.report.steps.iter().filter(is_done).count();
        let stay = stand.as_ref().map_or(0, done);
        self.tell(job, Writing::Text { steps: job.plan.steps.len(), kept: stay, why });
        let mut came = match stand {
            Some(Stand { state, report, bent, held, unkept, stood }) => {
                let report = GuideReport { steps: report.steps, ..blank(job) };
                Came { walk: Some(Walk::resume(attempt, machine, state)), report, bent, held, unkept, stood }
            }
            None => {
                let mut report = blank(job);
                let mut walk = Box::pin(Walk::begin(attempt, machine, &mut report)).await?;
                if let Some(walk) = &mut walk {
                    walk.doing.waiting = Some(Vec::new());
                    self.opened(job, &walk.doing.live);
                }
                let held = match &walk {
                    Some(walk) => held_by(machine, &walk.doing.live).await?,
                    None => None,
                };
                Came { walk, report, bent: None, held, unkept: 0.0, stood: None }
            }
        };
        let mut next = None;
        let Some(walk) = &mut came.walk else { return Ok(Ok((came, next))) };
        walk.judge_again(&mut came.report);
        let mut keeps_for_setup = kept == 0 && !job.plan.settings.setup.is_empty();
        let mut reached = Reached::default();
        // Behind one that broke, and still stands as it was, nothing is done.
        let stands = came.report.steps.last().is_some_and(|last| guide::ends(last, self.run.options.update));
        while let Some(step) = job.plan.steps.get(came.report.steps.len()).filter(|_| !stands) {
            if came.bent.is_none() && (keeps_for_setup || snapshot::is_due(came.unkept)) {
                self.keep(&mut came, job, score).await?;
            }
            keeps_for_setup = false;
            let Came { walk: Some(walk), report, unkept, .. } = &mut came else { break };
            let (at, begin) = (report.steps.len(), Instant::now());
            let doing = Box::pin(walk.step(step, &mut reached, report));
            let done = self.beside(score, at, doing, &mut next).await?;
            *unkept += begin.elapsed().as_secs_f64();
            match done {
                Ok(Next::Step) => {}
                Ok(Next::End | Next::Unreached) => break,
                // Nobody knows how far it came.
                Err(wish) => {
                    let why = format!("line {}, which was being done, has changed or is not to be done", step.at.line);
                    return Ok(Err(Left { wish, why }));
                }
            }
        }
        if let Some(walk) = &mut came.walk {
            walk.doing.look_at_left(&mut came.report.steps);
        }
        Ok(Ok((came, next)))
    }

    /// All is done again, because somebody wishes that.
    async fn anew<T>(&mut self, job: &Job) -> Ending<T> {
        self.snapshots.clear(self.run.host).await;
        Ending::Back { next: job.clone(), why: Some("it was asked for".into()) }
    }

    /// Waits for what the writer wishes next, and does the whole guide in a clean machine meanwhile.
    async fn wait(
        &mut self,
        job: &Job,
        score: &Score,
        mut came: Came<'_, H>,
        mut next: Option<Job>,
    ) -> machine::Result<Ending<<H::Running as Running>::Terminal>> {
        // What is done of a part of it is no verdict, in whatever machine.
        let mut proof = job.until.is_none().then(|| {
            Box::pin(async {
                tokio::time::sleep(PAUSE).await;
                guide::verify(job, self.quiet, true).await
            }) as Pin<Box<dyn Future<Output = machine::Result<GuideReport>>>>
        });
        let (listener, name) = (self.run.listener, job.name());
        let show = |text| listener.event(&name, Event::Screen(text));
        let mut hand = came.walk.as_ref().map(|walk| Hand::new(walk.doing.secrets, came.stood.take()));
        loop {
            let wish = match next.take() {
                Some(saved) => Some(Wish::Saved(Box::new(saved))),
                None => tokio::select! {
                    biased;
                    wish = self.wishes.recv() => wish,
                    typed = async { match (&mut hand, &mut came.walk) {
                        (Some(hand), Some(walk)) => hand.types::<H::Running>(&mut walk.doing.live, &show).await,
                        _ => std::future::pending().await,
                    } } => {
                        if let Some(typed) = &typed? {
                            self.tell(job, Writing::ByHand(typed));
                        }
                        continue;
                    }
                    proved = async { match &mut proof { Some(proof) => proof.await, None => std::future::pending().await } } => {
                        proof = None;
                        match proved {
                            Ok(proved) => {
                                // What was left running may have failed since it was looked at.
                                if let Some(walk) = &came.walk {
                                    walk.doing.look_at_left(&mut came.report.steps);
                                }
                                let otherwise = otherwise(&came.shown(job), &proved);
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
            let stood = hand.as_ref().and_then(|hand| hand.stood.clone());
            return Ok(match wish {
                None => Ending::Over,
                Some(Wish::Keys(keys)) => {
                    if let (Some(hand), Some(walk)) = (&mut hand, &came.walk) {
                        hand.press::<H::Running>(&walk.doing.live, &keys);
                    }
                    continue;
                }
                Some(Wish::Anew) => self.anew(job).await,
                Some(Wish::Retry) => {
                    let broken = came.report.steps.iter().rposition(|step| step.verdict == Verdict::Broken);
                    let kept = broken.unwrap_or(came.report.steps.len());
                    let is_back = match (&mut hand, &mut came.walk) {
                        (Some(hand), Some(walk)) if stood.is_some() => {
                            let live = &mut walk.doing.live;
                            if !hand.is_back::<H::Running>(live)
                                && let Ok(typed) =
                                    tokio::time::timeout(MOMENT, hand.types::<H::Running>(live, &show)).await
                                && let Some(typed) = &typed?
                            {
                                self.tell(job, Writing::ByHand(typed));
                            }
                            hand.is_back::<H::Running>(live)
                        }
                        _ => true,
                    };
                    match is_back {
                        true => came.goes(kept, broken.is_some(), job.clone()),
                        false => Ending::Back { next: job.clone(), why: Some(NO_PROMPT.into()) },
                    }
                }
                Some(Wish::Saved(saved)) => {
                    let back = |why: String| Ending::Back { next: (*saved).clone(), why: Some(why) };
                    let new = Score::of(&saved);
                    let stands =
                        came.report.steps.last().is_some_and(|last| guide::ends(last, self.run.options.update));
                    match Change::between(score, &came.report.steps, &new) {
                        // Nothing is to be done, so that nothing is in the way of what was typed by hand.
                        Change::Goes { kept, bent: false } if stood.is_some() && (stands || kept == new.len()) => {
                            Came { stood, ..came }.goes(kept, false, *saved)
                        }
                        Change::Goes { .. } if stood.is_some() => back(BY_HAND.into()),
                        // Where nothing of it was done, readers are.
                        Change::Goes { kept, bent: true } if self.snapshots.has(&new, kept) => {
                            let line = saved.plan.steps.get(kept).map_or(0, |step| step.at.line);
                            back(format!("line {line} has broken, and is done where nothing of it was done"))
                        }
                        Change::Goes { kept, bent } if came.is_ready() => came.goes(kept, bent, *saved),
                        Change::Goes { .. } => back(NO_PROMPT.into()),
                        Change::Back { why } => back(why),
                    }
                }
            });
        }
    }

    /// Waits for a step, and hears wishes meanwhile. It is an error, with what is wished instead, if the step is not waited for: it, or one
    /// before it, is no longer what it was, or somebody wishes that all is done anew. If only later ones have changed, the new text is `next`.
    async fn beside(
        &mut self,
        score: &Score,
        at: usize,
        step: impl Future<Output = machine::Result<Next>>,
        next: &mut Option<Job>,
    ) -> machine::Result<Result<Next, Option<Wish>>> {
        let mut step = std::pin::pin!(step);
        loop {
            tokio::select! {
                biased;
                wish = self.wishes.recv() => match wish {
                    None => return Ok(Err(None)),
                    Some(Wish::Saved(saved)) if saved.wrong().is_some() => {}
                    Some(Wish::Saved(saved)) => {
                        if score.alike(&Score::of(&saved)).is_none_or(|alike| alike <= at) {
                            return Ok(Err(Some(Wish::Saved(saved))));
                        }
                        *next = Some(*saved);
                    }
                    Some(Wish::Anew) => return Ok(Err(Some(Wish::Anew))),
                    // Nothing has broken yet, and nobody is waited for.
                    Some(Wish::Retry | Wish::Keys(_)) => {}
                },
                done = &mut step => return done.map(Ok),
            }
        }
    }

    /// Keeps the machine as it is now, if that is the whole truth. What cannot be kept now is not looked at again with each step.
    async fn keep(&mut self, came: &mut Came<'_, H>, job: &Job, score: &Score) -> machine::Result<()> {
        came.unkept = 0.0;
        let after = came.report.steps.len();
        let Some(doing) = came.walk.as_mut().map(|walk| &mut walk.doing) else { return Ok(()) };
        if !self.keeps || self.snapshots.has(score, after) {
            return Ok(());
        }
        let kept = match hindrance(doing, job, came.held.as_ref()).await? {
            Some(why) => Err(why),
            None => match doing.shells().await? {
                Ok(shells) => match doing.machine.snapshot().await {
                    Err(error) if error.is_of_engine() => return Err(error),
                    image => image.map(|image| (shells, image)).map_err(|error| error.to_string()),
                },
                Err(why) => Err(why),
            },
        };
        match kept {
            Ok((shells, image)) => {
                let (outputs, steps) = (doing.outputs.clone(), came.report.steps.clone());
                let snapshot = Snapshot { image, after, past: Past { score: score.clone(), shells, outputs, steps } };
                self.snapshots.add(self.run.host, snapshot).await;
                self.tell(job, Writing::Snapshot { after });
            }
            Err(why) => self.tell(job, Writing::NoSnapshot { after, why }),
        }
        Ok(())
    }
}

/// Why an image of a machine would not be the whole truth, apart from its shells. `held` is what ran in it before the first step.
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
    Ok(held_by(doing.machine, &doing.live).await?.map_or(Some(VOLUMES.into()), |now| snapshot::more(held, &now)))
}

/// What of a machine no image holds, as lines, but for the shells that were opened in the first one of its terminal and what holds them: they
/// are put back. `None` if it has volumes.
async fn held_by<M: Running>(machine: &M, live: &Live<M::Terminal>) -> machine::Result<Option<Vec<String>>> {
    let pids: Vec<u32> = live.places().iter().filter_map(Place::pid).collect();
    let shells =
        |now: &Held| pids.first().zip(pids.last()).map_or(Vec::new(), |(first, last)| now.between(*first, *last));
    Ok(machine.held().await?.map(|now| now.lines(&shells(&now))))
}

/// Why a machine is left where something was typed.
const BY_HAND: &str = "something was typed by hand in its terminal, which is no part of the guide";
/// Why a machine is left whose terminal is busy.
const NO_PROMPT: &str = "no prompt has come back in the terminal";

/// A report in which nothing is done yet.
fn blank(job: &Job) -> GuideReport {
    let plan = &job.plan;
    let inputs = super::hashes(&job.inputs);
    GuideReport { started: super::now(), inputs, ..GuideReport::new(&plan.path, &plan.title, &plan.machine) }
}

/// The steps whose verdicts are not the same in both.
fn otherwise(shown: &GuideReport, proved: &GuideReport) -> Vec<usize> {
    let pairs = shown.steps.iter().zip(&proved.steps);
    pairs.filter(|(shown, proved)| shown.verdict != proved.verdict).map(|(shown, _)| shown.number).collect()
}
