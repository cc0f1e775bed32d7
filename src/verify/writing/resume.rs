//! `verify --resume`: going on in a machine that `--keep` has kept, where its guide broke.
//!
//! What was done, and what the shell was like, lies in the machine itself: so it is there as long as that is, for nobody else to read.

use serde::{Deserialize, Serialize};

use super::{
    Desk, Writing,
    change::{Change, Score},
    past::Past,
};
use crate::{
    machine::{self, Engine, Error},
    report::GuideReport,
    verify::{
        Job, Listener, Options, Run,
        doing::Doing,
        guide::Attempt,
        host::{Host, Running},
        visit::Stand as Place,
    },
};

/// The file in a kept machine.
const FILE: &str = "/.guidepost-kept.json";

/// Most bytes of it.
const LARGEST: usize = 64 << 20;

/// What came of going on in a kept machine.
#[derive(Debug)]
pub enum Resumed {
    /// No machine of the guide is kept.
    NoMachine,
    /// It cannot be gone on with, in a sentence. The machine stays.
    Not(String),
    /// It came to its end there, and the machine is removed. That is no verdict: it is not a clean machine.
    Holds,
    /// A step is broken, and the machine stays.
    Broken,
}

/// Leaves in a machine what its guide needs to be gone on with, or says why that cannot be done.
///
/// # Errors
/// If the machine or the engine is gone.
pub(in crate::verify) async fn leave<M: Running>(
    doing: &mut Doing<'_, M>,
    job: &Job,
    report: &GuideReport,
    bent: Option<usize>,
) -> machine::Result<Result<(), String>> {
    if !job.plan.parts.is_empty() {
        return Ok(Err("the parts of a README stand for themselves".into()));
    }
    if !doing.others.is_empty() || !doing.left.is_empty() {
        return Ok(Err("other terminals are open".into()));
    }
    if !doing.live.is_ready() {
        return Ok(Err("no prompt has come back in its terminal".into()));
    }
    let shells = match doing.shells().await? {
        Ok(shells) => shells,
        Err(why) => return Ok(Err(why)),
    };
    let (outputs, steps) = (doing.outputs.clone(), report.steps.clone());
    put(doing.machine, &Left { bent, past: Past { score: Score::of(job), shells, outputs, steps } }).await
}

/// What is left in a machine.
#[derive(Serialize, Deserialize)]
struct Left {
    /// As in [`Stand`].
    bent: Option<usize>,
    past: Past,
}

async fn put<M: Running>(machine: &M, left: &Left) -> machine::Result<Result<(), String>> {
    let text = serde_json::to_vec(left).map_err(std::io::Error::from)?;
    match machine.write(FILE, &text, None, Some(0o600)).await {
        Err(Error::File(why)) => Ok(Err(format!("what was done cannot be kept in it: {why}"))),
        written => written.map(Ok),
    }
}

/// Takes what [`leave`] has left out of a machine: a guide that is ended in the middle of a step has left nothing to go on with.
async fn take<M: Running>(machine: &M) -> machine::Result<Result<Left, String>> {
    let said = match machine.read(FILE, LARGEST).await {
        Err(Error::File(_)) => {
            return Ok(Err("what was done in it was not kept, which is said when it is kept".into()));
        }
        said => said?,
    };
    machine.run(&machine::Run { command: &["rm", "-f", FILE], ..machine::Run::default() }).await?;
    Ok(serde_json::from_slice(&said.content)
        .map_err(|error| format!("what was done in it was kept by another guidepost: {error}")))
}

/// Goes on with a guide in the machine that an earlier run has kept of it, at the step that broke or is new, until `stop` is ready: then it
/// is `None`, and the machine stays, but nothing can be gone on with in it.
///
/// # Errors
/// If the engine is missing or goes away, or the machine ends.
pub fn resume(
    job: &Job,
    options: &Options,
    listener: &dyn Listener,
    stop: impl Future,
) -> machine::Result<Option<Resumed>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // What crashed runs have left is not removed before: the kept machine is among it.
        let engine = Engine::connect().await?;
        let done = tokio::select! {
            done = Box::pin(resume_on(&engine, job, options, listener)) => done.map(Some),
            _ = stop => Ok(None),
        };
        engine.close().await.and(done)
    })
}

/// As [`resume`], on the machines of a host.
async fn resume_on(
    host: &impl Host,
    job: &Job,
    options: &Options,
    listener: &dyn Listener,
) -> machine::Result<Resumed> {
    let run = Run::of_one(host, options, listener);
    let attempt = Attempt::new(job, &run);
    let Some(machine) = host.adopt(&job.machine, &attempt.identity()).await? else { return Ok(Resumed::NoMachine) };
    match Box::pin(go_on(&run, &attempt, &machine)).await? {
        Went::Not(why) => {
            let _ = machine.keep().await;
            Ok(Resumed::Not(why))
        }
        Went::Broken(place, goes_on) => {
            attempt.keep(machine, &place, goes_on).await;
            Ok(Resumed::Broken)
        }
        Went::Holds => {
            machine.close().await?;
            Ok(Resumed::Holds)
        }
    }
}

/// What came of going on in a machine.
enum Went {
    /// It cannot be gone on with, because of this.
    Not(String),
    /// It broke there, and it can be gone on with or not.
    Broken(Place, Result<(), String>),
    /// It came to its end.
    Holds,
}

/// It cannot be gone on with now, and what was left is left again: another text may fit, or answer what was asked.
async fn left_again<M: Running>(machine: &M, left: &Left, why: String) -> machine::Result<Went> {
    Ok(Went::Not(put(machine, left).await?.err().unwrap_or(why)))
}

/// Does what is new of a guide in a machine that was kept.
async fn go_on<H: Host>(run: &Run<'_, H>, attempt: &Attempt<'_, H>, machine: &H::Running) -> machine::Result<Went> {
    let job = attempt.job;
    let left = match take(machine).await? {
        Ok(left) => left,
        Err(why) => return Ok(Went::Not(why)),
    };
    let score = Score::of(job);
    let (kept, bent) = match Change::between(&left.past.score, &left.past.steps, &score) {
        Change::Goes { kept, bent } => (kept, bent),
        Change::Back { why } => return left_again(machine, &left, why).await,
    };
    let mut stand = match Box::pin(left.past.put_back(machine, job)).await? {
        Ok(stand) => stand,
        // It may tell what a variable is.
        Err(why) => return left_again(machine, &left, attempt.secrets.mask(&why)).await,
    };
    stand.bent = left.bent;
    stand.forget_after(kept, bent);
    // One text, and nobody who wishes anything more while it is done.
    let (_nobody, mut wishes) = tokio::sync::mpsc::channel(1);
    let mut desk = Desk { keeps: false, ..Desk::new(run, run, &mut wishes) };
    let Ok((mut came, _)) = Box::pin(desk.steps(machine, attempt, &score, Some(stand))).await? else {
        return Ok(Went::Not("it was ended in the middle of a step".into()));
    };
    let shown = came.shown(job);
    desk.tell(job, Writing::Waits { report: &shown, bent: came.bent, until: job.until });
    if !shown.verdict.ends_early() {
        return Ok(Went::Holds);
    }
    let Some(walk) = &mut came.walk else { return Ok(Went::Not("its terminal is gone".into())) };
    let goes_on = leave(&mut walk.doing, job, &came.report, came.bent).await?;
    Ok(Went::Broken(Place::of(walk.doing.live.places()), goes_on))
}
