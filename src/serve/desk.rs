//! A guide whose machine stays open while it is written, without a browser: `verify --watch`.

use std::{sync::mpsc, time::Duration};
use tokio::sync::{
    broadcast,
    mpsc::{Receiver, Sender, channel},
    watch,
};

use super::Said;
use crate::{
    diagnostic::Diagnostic,
    machine,
    preview::{Ask, Notice},
    site,
    verify::{self, Job, Listener, Wish},
};

/// Wishes that may wait: who saves faster than that is heard later.
const WAITING: usize = 16;

/// How long it may take to end in good order.
const ENDING: Duration = Duration::from_secs(8);

/// The guide that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Path of its file.
    pub guide: String,
    /// Name of its machine.
    pub machine: String,
}

/// Why there is no machine to write with.
#[derive(Debug)]
pub enum Undone {
    /// The site or the guide is at fault.
    Site(Vec<Diagnostic>),
    /// The engine is.
    Engine(machine::Error),
}

/// Keeps a guide's machine open, and takes up each text that is saved and each other wish, until `end`. Machines and snapshots are removed
/// when it returns.
///
/// # Errors
/// If there is no such guide, or no engine.
pub fn write(
    of_site: &site::Options,
    chosen: &Chosen,
    options: &verify::Options,
    listener: &dyn Listener,
    say: &(dyn Fn(Said) + Sync),
    (wishes, heard): (Sender<Wish>, Receiver<Wish>),
    end: impl Future<Output = ()>,
) -> Result<(), Undone> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Undone::Engine(error.into()))?;
    let notices = super::notices();
    let asking = mpsc::channel();
    super::kept(of_site, "http://localhost", None, asking, &notices, say, |asks| {
        let done = runtime.block_on(async {
            let (_whole, until) = watch::channel(None);
            at(asks, notices.subscribe(), (chosen, until), options, listener, (wishes, heard), end).await
        });
        runtime.shutdown_background();
        done
    })
}

/// What a writer wishes, and who hears it.
pub fn wishes() -> (Sender<Wish>, Receiver<Wish>) {
    channel(WAITING)
}

/// Writes with a site that is kept, each text as far as the line that is told, until `end`, and until nobody has `wishes` any more.
///
/// # Errors
/// As [`write()`].
pub(super) async fn at(
    asks: &mpsc::Sender<Ask>,
    notices: broadcast::Receiver<Notice>,
    (chosen, mut until): (&Chosen, watch::Receiver<Option<usize>>),
    options: &verify::Options,
    listener: &dyn Listener,
    (wishes, mut heard): (Sender<Wish>, Receiver<Wish>),
    end: impl Future<Output = ()>,
) -> Result<(), Undone> {
    let whole = job(asks, chosen).await.map_err(Undone::Site)?;
    let line = *until.borrow_and_update();
    let job = whole.clone().until(line);
    let saved = saved(asks, notices, (chosen, until), (whole, job.until), wishes);
    let mut written = Box::pin(verify::write(job, options, &mut heard, listener));
    tokio::select! {
        done = &mut written => return done.map_err(Undone::Engine),
        () = saved => {}
        () = end => {}
    }
    // Nobody wishes anything more, and it removes its machines and snapshots.
    let ended = match tokio::time::timeout(ENDING, &mut written).await {
        Ok(ended) => ended,
        Err(_) => {
            // Its machines are removed when it is given up, and nobody else answers for its snapshots.
            drop(written);
            verify::forget_snapshots().await
        }
    };
    ended.map_err(Undone::Engine)
}

/// Tells each text of a guide that is another one than before, or that is to be done as far as another line, until nobody wants to hear it.
async fn saved(
    asks: &mpsc::Sender<Ask>,
    mut notices: broadcast::Receiver<Notice>,
    (chosen, mut until): (&Chosen, watch::Receiver<Option<usize>>),
    (mut whole, mut line): (Job, Option<usize>),
    wishes: Sender<Wish>,
) {
    let of = |job: &Job, line: Option<usize>| (verify::hashes(&job.inputs), line);
    let mut known = of(&whole, line);
    loop {
        let is_told = tokio::select! {
            notice = notices.recv() => match notice {
                Ok(Notice::Changed { .. }) | Err(broadcast::error::RecvError::Lagged(_)) => false,
                Ok(_) => continue,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            told = until.changed() => match told {
                Ok(()) => true,
                Err(_) => return,
            },
        };
        // What is wrong with the site is told by whoever keeps it.
        let Ok(job) = job(asks, chosen).await else { continue };
        line = match is_told {
            true => *until.borrow_and_update(),
            // The text above it may be longer now.
            false => line.map(|line| verify::moved(line, &whole.plan, &job.plan)),
        };
        whole = job.clone();
        let job = job.until(line);
        // As far as its end is all of it, also when there is more.
        line = job.until;
        let now = of(&job, line);
        if now != known && wishes.send(Wish::Saved(Box::new(job))).await.is_err() {
            return;
        }
        known = now;
    }
}

/// The guide as it is now.
async fn job(asks: &mpsc::Sender<Ask>, chosen: &Chosen) -> Result<Job, Vec<Diagnostic>> {
    let gone = || Err(vec![Diagnostic::error("site", "the site is not kept any more")]);
    let jobs = super::ask(asks, |reply| Ask::Jobs(chosen.guide.clone(), reply)).await.unwrap_or_else(gone)?;
    let several = jobs.len() > 1;
    let mut fitting = jobs.into_iter().filter(|job| !several || job.plan.machine == chosen.machine);
    fitting.next().ok_or_else(|| {
        let why = format!("{} is not done on `{}` any more", chosen.guide, chosen.machine);
        vec![Diagnostic::error("usage", why).help("name its machine again, or begin anew")]
    })
}
