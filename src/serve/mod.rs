//! `guidepost serve`: the preview server.
//!
//! ```text
//! watch ─ files that changed ─► preview (a thread that owns the site) ─ notices ─► events (one stream a page)
//! requests ─ guard ─► pages ─ asks ─► preview
//!                     runs ─► verify (a thread of its own) ─ what happens ─► events
//! ```
//!
//! This is the second door to async. Only this machine is served unless another address is named, only under names that are
//! this server's, and whatever runs or writes something wants the token that is in the server's own pages.

mod accept;
mod address;
mod connections;
mod decide;
mod desk;
mod events;
mod guard;
mod pages;
mod runs;
mod screen;
pub(crate) mod sign;
mod tries;
mod watch;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use std::{
    net::IpAddr,
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::sync::{broadcast, oneshot};

use crate::{
    diagnostic::Diagnostic,
    machine::RunId,
    preview::{self, Answer, Ask, Notice, Preview, Reply, State},
    report::Report,
    site::{self, Failure},
};

pub use desk::{Chosen, Undone, wishes, write};

/// Where everything of the preview itself is, which is no page.
const OWN: &str = "/_guidepost/";

/// What the command line says.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which site.
    pub site: site::Options,
    /// The address to listen at.
    pub host: IpAddr,
    /// The port; the next free one if it is taken, any if it is 0.
    pub port: u16,
}

/// What the server has to say to whoever started it.
#[derive(Debug)]
pub enum Said {
    /// It listens.
    Ready {
        /// Where its home page is.
        url: String,
        /// The port that was wanted and is taken.
        taken: Option<u16>,
        /// Others than this machine can reach it.
        open: bool,
    },
    /// Everything that is wrong with the site now.
    Problems(Arc<Vec<Diagnostic>>),
    /// Changes of these files may go unseen.
    Unwatched(String),
}

/// What every request may need.
struct App {
    asks: mpsc::Sender<Ask>,
    notices: broadcast::Sender<Notice>,
    problems: tokio::sync::watch::Sender<Arc<Vec<Diagnostic>>>,
    runs: Arc<runs::Runs>,
    names: address::Names,
    /// In every page that a person looks at, and wanted back by whatever runs or writes something.
    token: String,
    /// The same for who only hears what happens: it is part of an address, which scripts of the page can see.
    hears: String,
}

impl App {
    /// Asks the thread that has the site; `None` if it has ended.
    async fn ask<T: Send + 'static>(&self, ask: impl FnOnce(Reply<T>) -> Ask) -> Option<T> {
        self::ask(&self.asks, ask).await
    }

    async fn get(&self, url: String) -> Answer {
        self.ask(|reply| Ask::Get(url, reply)).await.unwrap_or(Answer::Nothing)
    }

    async fn state(&self, url: String) -> Option<State> {
        self.ask(|reply| Ask::State(url, reply)).await.flatten()
    }
}

/// Asks the thread that has a site; `None` if it has ended.
async fn ask<T: Send + 'static>(asks: &mpsc::Sender<Ask>, ask: impl FnOnce(Reply<T>) -> Ask) -> Option<T> {
    let (sender, answer) = oneshot::channel();
    let _ = asks.send(ask(Box::new(|answer| drop(sender.send(answer)))));
    answer.await.ok()
}

/// What the thread that has a site tells, for any number of listeners.
fn notices() -> broadcast::Sender<Notice> {
    broadcast::channel(256).0
}

/// Keeps a site in a thread of its own, and hears of its changes, while something works with it. Nobody else may ask when `work` is over.
fn kept<T>(
    site: &site::Options,
    home: &str,
    report: Option<Report>,
    (asks, asked): (mpsc::Sender<Ask>, mpsc::Receiver<Ask>),
    notices: &broadcast::Sender<Notice>,
    say: &(dyn Fn(Said) + Sync),
    work: impl FnOnce(&mpsc::Sender<Ask>) -> T,
) -> T {
    let included = watch::Included::default();
    let tell = |notice: Notice| {
        match &notice {
            Notice::Problems(found) => say(Said::Problems(Arc::clone(found))),
            Notice::Included(files) => included.watch(files),
            Notice::Changed { .. } => {}
        }
        // Nobody may be looking.
        let _ = notices.send(notice);
    };
    let preview = Preview::new(site.clone(), home, report, &tell);
    std::thread::scope(|scope| {
        let watching = watch::watch(site, asks.clone(), &included);
        let keeper = scope.spawn(move || preview.run(&asked));
        if let Err(why) = &watching {
            say(Said::Unwatched(why.clone()));
        }
        let done = work(&asks);
        drop(watching);
        drop(asks);
        let _ = keeper.join();
        done
    })
}

/// How long what is stopped may take to remove its machines and snapshots.
const STOPPING: Duration = Duration::from_secs(60);

/// Serves a site until `end`.
///
/// # Errors
/// If there is no site, or no port can be had.
pub fn run(options: &Options, say: &(dyn Fn(Said) + Sync), end: impl Future<Output = ()>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Environment { message: error.to_string() })?;
    preview::exists(&options.site)?;
    let (listener, taken) = runtime.block_on(address::listen(options.host, options.port))?;
    let at = listener.local_addr().map_err(|error| Failure::Environment { message: error.to_string() })?;
    let home = address::home(at);
    let notices = notices();
    let (problems, _) = tokio::sync::watch::channel(Arc::default());
    let (asks, asked) = mpsc::channel();
    let runs = Arc::new(runs::Runs::new(options.site.clone(), asks.clone()));
    let told = |said: Said| {
        if let Said::Problems(found) = &said {
            problems.send_replace(Arc::clone(found));
        }
        say(said);
    };
    kept(&options.site, &home, runs.report(), (asks, asked), &notices, &told, |asks| {
        let app = Arc::new(App {
            asks: asks.clone(),
            notices: notices.clone(),
            problems: problems.clone(),
            runs: Arc::clone(&runs),
            names: address::Names::new(options.host, at.port()),
            token: token(),
            hears: token(),
        });
        let sign = sign::Sign { url: home.clone(), token: app.token.clone() };
        // Without it, other programs do not find this server, and that is all.
        let _ = sign.put_up(&options.site.site);
        say(Said::Ready { url: format!("{home}/"), taken, open: !options.host.is_loopback() });
        runtime.block_on(async {
            tokio::select! {
                never = connections::serve(listener, router(app), connections::LIMITS) => match never {},
                () = end => {}
            }
            runs.hang_up();
            runs.stop();
            let _ = tokio::time::timeout(STOPPING, runs.ended()).await;
        });
        sign.take_down(&options.site.site);
        // Streams to browsers hold the way to ask.
        runtime.shutdown_background();
    });
    Ok(())
}

fn router(app: Arc<App>) -> Router {
    let own = Router::new()
        .route("/preview.js", get(pages::script))
        .route("/preview.css", get(pages::style))
        .route("/chips.css", get(pages::chips))
        .route("/xterm.mjs", get(pages::terminal_script))
        .route("/xterm.css", get(pages::terminal_style))
        .route("/xterm-licence.txt", get(pages::terminal_licence))
        .route("/events", get(events::stream))
        .route("/run", post(runs::begin))
        .route("/write", post(runs::write))
        .route("/anew", post(runs::anew))
        .route("/retry", post(runs::retry))
        .route("/keys", post(screen::keys))
        .route("/take", post(tries::take))
        .route("/say", post(tries::say))
        .route("/stop", post(runs::stop))
        .route("/accept", post(accept::accept))
        .route("/decide", post(decide::decide))
        .route("/back", post(decide::back))
        .fallback(pages::none);
    Router::new()
        .nest(OWN.trim_end_matches('/'), own)
        .fallback(pages::page)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}

/// 128 bits that nobody can guess.
fn token() -> String {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        // Seeded by the system, too.
        Err(_) => (0..3).map(|_| RunId::random().as_str().to_owned()).collect(),
    }
}
