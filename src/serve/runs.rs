//! "Run this guide": `verify`, from a page, one guide at a time.
//!
//! What happens is kept as a list of events, so that a page which is opened in the middle sees all of it:
//!
//! | `what` | with | |
//! | --- | --- | --- |
//! | `begin` | `guide` | a run begins; everything before it is about another one |
//! | `guide` | `machine`, `steps` | it begins on a machine |
//! | `machine` | `text` | that is made |
//! | `step` | `number`, `machine`, `text` | a step begins |
//! | `output` | `number`, `machine`, `text` | what its terminal shows |
//! | `answered` | `number`, `machine`, `text` | a question was answered |
//! | `done` | `number`, `machine`, `verdict`, `message` | a step is over |
//! | `text` | `text` | of a guide that is written: another text of it is taken up, and all steps that stay done are told again |
//! | `note` | `text` | of such a guide: something that the writer should know |
//! | `waits` | `verdict`, `machine`, `bent`, `until`, `offers` | of such a guide: what can be done is done, perhaps only as far as a line; what would mend a step that broke |
//! | `proved` | `verdict`, `text` | of such a guide: it was done in a clean machine |
//! | `end` | `verdict`, `text` | the guide is over; its steps are in the page's state |
//! | `failed` | `text`, `help` | it cannot be done |
//! | `stopped` | | somebody stopped it |

use crate::{
    diagnostic::Diagnostic,
    internal, machine,
    preview::{self, Ask, Notice},
    proof,
    report::{GuideReport, Report, Verdict, Whole, json as stored, safe::plain},
    site::{self, cache::write_whole},
    suggest::{Offer, offers},
    verify::{self, Event, Listener, Wish, Writing},
};
use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};
use tokio::sync::{broadcast, mpsc as mpsc_async, oneshot, watch};

use super::{
    App,
    desk::{self, Chosen, Undone},
    screen::{self, Screen},
    tries::Tries,
};

/// Bytes of terminal text that are kept of a run; the report has all of it.
const KEPT: usize = 2 << 20;
/// How long a guide may take.
const GUIDE_TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// The run, and what was found so far.
pub(super) struct Runs {
    site: site::Options,
    inner: Mutex<Inner>,
    ticks: watch::Sender<u64>,
}

struct Inner {
    /// Number of the run, from 1.
    run: u64,
    events: Vec<Value>,
    kept: usize,
    /// Whether something runs, or is being stopped.
    busy: bool,
    /// Dropping it stops the run.
    stop: Option<oneshot::Sender<()>>,
    /// What the writer of a guide wishes, while its machine is open.
    wishes: Option<mpsc_async::Sender<Wish>>,
    /// That guide, and the line as far as which it is done.
    open: Option<(Chosen, watch::Sender<Option<usize>>)>,
    /// The writer is waited for, so that keys are taken.
    waits: bool,
    /// What the terminal of the open machine has shown.
    screen: Screen,
    /// What was typed there by hand.
    tries: Tries,
    /// What was done of the guide, while its writer is waited for.
    standing: Option<GuideReport>,
    /// What verification found of every guide, the newest.
    report: Option<Report>,
    asks: Option<mpsc::Sender<Ask>>,
}

/// How far somebody has seen the events.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    run: u64,
    seen: usize,
}

/// Why a run does not begin.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Busy {
    Running,
    Ending,
}

impl Runs {
    pub(super) fn new(site: site::Options, asks: mpsc::Sender<Ask>) -> Self {
        let kept = std::fs::read_to_string(preview::report_file(&site)).ok().and_then(|text| stored::read(&text).ok());
        let given = site.reports.iter().filter_map(|file| site::read_report(file).ok());
        let report = Report::merged(&kept.into_iter().chain(given).collect::<Vec<_>>());
        let inner = Inner {
            run: 0,
            events: Vec::new(),
            kept: 0,
            busy: false,
            stop: None,
            wishes: None,
            open: None,
            waits: false,
            screen: Screen::default(),
            tries: Tries::default(),
            standing: None,
            report,
            asks: Some(asks),
        };
        Self { site, inner: Mutex::new(inner), ticks: watch::channel(0).0 }
    }

    pub(super) fn site(&self) -> &site::Options {
        &self.site
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn report(&self) -> Option<Report> {
        self.inner().report.clone()
    }

    /// Hears of new events.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.ticks.subscribe()
    }

    /// Events that somebody has not seen yet.
    pub(super) fn since(&self, cursor: &mut Cursor) -> Vec<Value> {
        let inner = self.inner();
        if cursor.run != inner.run {
            *cursor = Cursor { run: inner.run, seen: 0 };
            // What it found is in the state of the page.
            if inner.events.last().is_some_and(|last| last["what"] == "end") {
                cursor.seen = inner.events.len();
            }
        }
        let new = inner.events[cursor.seen.min(inner.events.len())..].to_vec();
        cursor.seen = inner.events.len();
        new
    }

    /// What somebody has not seen yet of the terminal.
    pub(super) fn shown_since(&self, cursor: &mut screen::Cursor) -> Option<screen::Piece> {
        self.inner().screen.since(cursor)
    }

    /// What was typed by hand, if somebody has not seen it yet.
    pub(super) fn tries_since(&self, seen: &mut u64) -> Option<Value> {
        self.inner().tries.since(seen)
    }

    /// Does something with what was typed by hand, and with what was done of the guide if its writer is waited for.
    pub(super) fn tried<T>(&self, work: impl FnOnce(&mut Tries, Option<&GuideReport>) -> T) -> T {
        let inner = &mut *self.inner();
        let standing = inner.standing.as_ref().filter(|_| inner.waits);
        work(&mut inner.tries, standing)
    }

    /// Whether the writer of a guide is waited for.
    pub(super) fn waits(&self) -> bool {
        self.inner().waits
    }

    /// Changes what the terminal shows.
    fn screen(&self, change: impl FnOnce(&mut Screen)) {
        change(&mut self.inner().screen);
        self.tick();
    }

    fn push(&self, event: Value) {
        let mut inner = self.inner();
        match event["what"].as_str() {
            Some("waits") => inner.waits = true,
            Some("step") => inner.waits = false,
            _ => {}
        }
        if event["what"] == "output" {
            if inner.kept > KEPT {
                return;
            }
            inner.kept += event["text"].as_str().map_or(0, str::len);
        }
        inner.events.push(event);
        drop(inner);
        self.tick();
    }

    pub(super) fn tick(&self) {
        self.ticks.send_modify(|tick| *tick += 1);
    }

    /// Another text is taken up: whoever looks now need not see what was done of earlier ones.
    fn anew(&self, guide: &str, text: &str) {
        let mut inner = self.inner();
        inner.run += 1;
        (inner.kept, inner.waits) = (0, false);
        inner.events =
            vec![json!({ "what": "begin", "guide": guide, "live": true }), json!({ "what": "text", "text": text })];
        drop(inner);
        self.tick();
    }

    /// Does a guide in a thread of its own.
    pub(super) fn begin(self: &Arc<Self>, guide: &str) -> Result<(), Busy> {
        let asked = guide.to_owned();
        self.spawn(guide, None, move |runs, stopped| runs.done(&asked, stopped))
    }

    /// Keeps a guide's machine open, and does each text of it that is saved, as far as a line of its file. If it is open already, it is that
    /// line which is another one.
    pub(super) fn write(
        self: &Arc<Self>,
        chosen: Chosen,
        until: Option<usize>,
        notices: broadcast::Receiver<Notice>,
    ) -> Result<(), Busy> {
        {
            let inner = self.inner();
            let open = inner.open.as_ref().filter(|(open, _)| *open == chosen && inner.stop.is_some());
            // Nobody hears it when its run has just ended.
            if open.is_some_and(|(_, line)| line.send(until).is_ok()) {
                return Ok(());
            }
        }
        let (guide, open) = (chosen.guide.clone(), chosen.clone());
        let (line, until) = watch::channel(until);
        self.spawn(&guide, Some((open, line)), move |runs, stopped| runs.written((&chosen, until), notices, stopped))
    }

    /// Tells what the writer of a guide wishes; whether there is one.
    pub(super) fn wish(&self, wish: Wish) -> bool {
        self.inner().wishes.as_ref().is_some_and(|wishes| wishes.try_send(wish).is_ok())
    }

    /// Begins a run in a thread of its own; `open` if the guide's machine stays open.
    fn spawn(
        self: &Arc<Self>,
        guide: &str,
        open: Option<(Chosen, watch::Sender<Option<usize>>)>,
        run: impl FnOnce(&Self, oneshot::Receiver<()>) -> Value + Send + 'static,
    ) -> Result<(), Busy> {
        let (stop, stopped) = oneshot::channel();
        {
            let mut inner = self.inner();
            if inner.asks.is_none() {
                return Err(Busy::Ending);
            }
            if inner.busy {
                return Err(Busy::Running);
            }
            inner.run += 1;
            inner.events = vec![json!({ "what": "begin", "guide": guide, "live": open.is_some() })];
            inner.kept = 0;
            inner.busy = true;
            inner.stop = Some(stop);
            inner.open = open;
        }
        self.tick();
        let runs = Arc::clone(self);
        std::thread::spawn(move || {
            let last = ended(|| run(&runs, stopped));
            {
                let mut inner = runs.inner();
                (inner.busy, inner.waits) = (false, false);
                (inner.stop, inner.wishes, inner.open) = (None, None, None);
                inner.screen.close();
                inner.tries.clear();
                inner.standing = None;
            }
            runs.push(last);
        });
        Ok(())
    }

    /// Does a guide, and gives the run's last event.
    fn done(&self, guide: &str, stopped: oneshot::Receiver<()>) -> Value {
        let jobs = match proof::jobs(&self.site, &[guide.to_owned()]) {
            Ok(jobs) if jobs.iter().all(|job| job.plan.path == guide) => jobs,
            Ok(_) => return undone(&[Diagnostic::error("usage", format!("there is no guide {guide}"))]),
            Err(failure) => return undone(&failure.diagnostics()),
        };
        let options = self.options();
        let told = Told { runs: self, guide, live: false, steps: Mutex::default() };
        match verify::run_until(jobs, &options, &told, stopped) {
            Ok(None) => json!({ "what": "stopped" }),
            Ok(Some(report)) => {
                let verdict = report.wholes().iter().map(Whole::verdict).max().unwrap_or(Verdict::Skipped);
                let reason = report.guides.iter().find_map(|guide| guide.reason.clone());
                self.found(report);
                json!({ "what": "end", "verdict": verdict, "text": reason })
            }
            Err(error) => without_engine(&error),
        }
    }

    /// How guides are done from their pages.
    fn options(&self) -> verify::Options {
        let folder = preview::folder(&self.site);
        // Without a folder for it, a guide is done all the same.
        let record = std::fs::create_dir_all(&folder).is_ok().then_some(folder);
        verify::Options { record, ..verify::Options::of_one(self.site.site.clone(), GUIDE_TIMEOUT) }
    }

    /// Keeps a guide's machine open until it is stopped, and gives the run's last event.
    fn written(
        &self,
        (chosen, until): (&Chosen, watch::Receiver<Option<usize>>),
        notices: broadcast::Receiver<Notice>,
        stopped: oneshot::Receiver<()>,
    ) -> Value {
        let Some(asks) = self.inner().asks.clone() else { return json!({ "what": "stopped" }) };
        let (wishes, heard) = desk::wishes();
        self.inner().wishes = Some(wishes.clone());
        let told = Told { runs: self, guide: &chosen.guide, live: true, steps: Mutex::default() };
        let options = verify::Options { record: None, ..self.options() };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return json!({ "what": "failed", "text": error.to_string() }),
        };
        let end = async {
            let _ = stopped.await;
            self.inner().wishes = None;
        };
        let done = runtime.block_on(desk::at(&asks, notices, (chosen, until), &options, &told, (wishes, heard), end));
        match done {
            Ok(()) => json!({ "what": "stopped" }),
            Err(Undone::Site(problems)) => undone(&problems),
            Err(Undone::Engine(error)) => without_engine(&error),
        }
    }

    /// Keeps what was found: for this server, its pages, and the next start.
    pub(super) fn found(&self, report: Report) {
        let mut inner = self.inner();
        let report = Report::merged(&inner.report.take().into_iter().chain(Some(report)).collect::<Vec<_>>());
        inner.report = report;
        let Some(report) = &inner.report else { return };
        // One that cannot be kept is known until the server ends.
        let _ = keep(&self.site, &stored::json(report));
        if let Some(asks) = &inner.asks {
            let _ = asks.send(Ask::Report(Box::new(report.clone())));
        }
    }

    /// Changes what is known of guides.
    pub(super) fn correct(&self, change: impl FnOnce(&mut Vec<GuideReport>)) {
        let Some(mut report) = self.report() else { return };
        change(&mut report.guides);
        self.inner().report = None;
        self.found(report);
    }

    /// Stops what runs; its machine is removed a moment later.
    pub(super) fn stop(&self) {
        self.inner().stop = None;
    }

    /// Waits until nothing runs.
    pub(super) async fn ended(&self) {
        let mut ticks = self.subscribe();
        while self.inner().busy {
            if ticks.changed().await.is_err() {
                return;
            }
        }
    }

    /// Nobody is told any more, and nothing begins.
    pub(super) fn hang_up(&self) {
        self.inner().asks = None;
    }
}

/// The last event of a run. A panic is one, too: the next guide can be run.
fn ended(run: impl FnOnce() -> Value) -> Value {
    // What the run shares is behind locks that take poison for what it is, and is changed as a whole.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = internal::said(&*panic).unwrap_or("it panicked");
        let text = format!("guidepost failed while it ran this guide: {}", plain(said));
        let help = "this is a fault of guidepost: please report it with this message and the guide; others can be run";
        json!({ "what": "failed", "text": text, "help": help })
    })
}

/// The last event of a run that a fault of the site's has kept from beginning.
fn undone(problems: &[Diagnostic]) -> Value {
    let problem = problems.iter().find(|problem| problem.is_error()).or(problems.first());
    let text = problem.map_or("it cannot be done", |problem| problem.message.as_str());
    json!({ "what": "failed", "text": text, "help": problem.and_then(|problem| problem.help.as_deref()) })
}

/// The last event of a run that the engine has ended.
fn without_engine(error: &machine::Error) -> Value {
    let mut text = error.to_string();
    if !error.tail().is_empty() {
        text.push_str(&format!("\n{}", crate::terminal::clean::clean(error.tail())));
    }
    json!({ "what": "failed", "text": text, "help": error.help() })
}

fn keep(site: &site::Options, text: &str) -> std::io::Result<()> {
    let file = preview::report_file(site);
    let folder = file.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
    std::fs::create_dir_all(folder)?;
    write_whole(&file, text.as_bytes())
}

/// What a writer can say at a click.
fn offered(offer: &Offer<'_>) -> Value {
    let Offer { number, line, cause, says, asks } = offer;
    json!({
        "offer": number, "line": line, "why": cause.kind.words(), "what": plain(&cause.what), "says": plain(says), "asks": asks,
    })
}

/// Tells pages what happens.
struct Told<'a> {
    runs: &'a Runs,
    /// Path of the guide's file.
    guide: &'a str,
    /// Its machine stays open.
    live: bool,
    /// The step that is done, by guides on machines.
    steps: Mutex<BTreeMap<String, usize>>,
}

impl Told<'_> {
    /// What a writer is told.
    fn of_writing(&self, writing: Writing<'_>) -> Option<Value> {
        Some(match writing {
            Writing::Text { .. } => {
                self.runs.anew(self.guide, &plain(&writing.told()?));
                return None;
            }
            Writing::Snapshot { .. } => return None,
            Writing::Opened { columns, prompt } => {
                self.runs.screen(|screen| screen.open(columns, &prompt));
                return None;
            }
            Writing::ByHand(typed) => {
                self.runs.tried(|tries, _| tries.push(typed.clone()));
                self.runs.tick();
                return None;
            }
            Writing::Waits { report, bent, until } => {
                let mut inner = self.runs.inner();
                inner.standing = Some(report.clone());
                let machine = inner.open.as_ref().map(|(open, _)| open.machine.clone());
                drop(inner);
                let offers: Vec<Value> = offers(report).iter().map(offered).collect();
                json!({
                    "what": "waits", "verdict": report.verdict, "machine": machine, "bent": bent, "until": until,
                    "text": report.reason, "offers": offers,
                })
            }
            Writing::Proved { report, otherwise } => {
                let verdict = report.wholes().iter().map(Whole::verdict).max();
                self.runs.found(report.clone());
                let numbers: Vec<String> = otherwise.iter().map(usize::to_string).collect();
                let text = match numbers.is_empty() {
                    true => format!("in a clean machine, in {:.0} s", report.seconds),
                    false => format!("in a clean machine, which says otherwise of step {}", numbers.join(", ")),
                };
                json!({ "what": "proved", "verdict": verdict, "text": text })
            }
            _ => json!({ "what": "note", "text": plain(&writing.told()?) }),
        })
    }
}

impl Listener for Told<'_> {
    fn event(&self, guide: &str, event: Event<'_>) {
        if let Event::Screen(text) = &event {
            return self.runs.screen(|screen| screen.push(text));
        }
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let number = steps.get(guide).copied();
        let machine = guide.strip_prefix(self.guide).and_then(|rest| rest.strip_prefix(" on "));
        let event = match event {
            Event::Begin { steps } => json!({ "what": "guide", "machine": machine, "steps": steps }),
            Event::Machine(event) => {
                json!({ "what": "machine", "machine": machine, "text": plain(&event.to_string()) })
            }
            Event::Step { number, what } => {
                steps.insert(guide.to_owned(), number);
                json!({ "what": "step", "number": number, "machine": machine, "text": plain(&what) })
            }
            Event::Output(text) => json!({ "what": "output", "number": number, "machine": machine, "text": text }),
            Event::Answered { question, reply } => json!({
                "what": "answered", "number": number, "machine": machine, "text": plain(&format!("{question} {reply}")),
            }),
            Event::StepDone { step } => json!({
                "what": "done",
                "number": step.number,
                "machine": machine,
                "verdict": step.verdict,
                "message": step.message.as_deref().map(plain),
            }),
            Event::Writing(writing) => match self.of_writing(writing) {
                Some(event) => event,
                None => return,
            },
            // The last line is part of the output, and the run tells its end itself.
            _ => return,
        };
        self.runs.push(event);
    }

    fn wants_output(&self) -> bool {
        true
    }

    fn wants_screen(&self) -> bool {
        self.live
    }
}

/// A guide that something is to be done with.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// Path of the guide's file.
    pub(super) guide: String,
}

/// `POST run`
pub(super) async fn begin(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return (StatusCode::BAD_REQUEST, "name a guide: {\"guide\": \"content/…\"}\n").into_response();
    };
    begun(app.runs.begin(&asked.guide))
}

fn begun(run: Result<(), Busy>) -> Response {
    match run {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(Busy::Running) => {
            (StatusCode::CONFLICT, "something is being run, or another machine is open: stop it, or wait\n")
                .into_response()
        }
        Err(Busy::Ending) => (StatusCode::SERVICE_UNAVAILABLE, "the server ends\n").into_response(),
    }
}

/// A guide that is to be written with an open machine.
#[derive(Debug, Deserialize)]
pub(super) struct Writes {
    guide: String,
    machine: String,
    /// As far as this line of its file, from 1; to the end without it.
    line: Option<usize>,
}

/// `POST write`
pub(super) async fn write(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Ok(Writes { guide, machine, line }) = serde_json::from_slice(&body) else {
        let usage = "name a guide and its machine: {\"guide\": \"content/…\", \"machine\": \"debian\"}\n";
        return (StatusCode::BAD_REQUEST, usage).into_response();
    };
    begun(app.runs.write(Chosen { guide, machine }, line, app.notices.subscribe()))
}

/// `POST anew`
pub(super) async fn anew(State(app): State<Arc<App>>) -> Response {
    wished(&app, Wish::Anew)
}

/// `POST retry`
pub(super) async fn retry(State(app): State<Arc<App>>) -> Response {
    wished(&app, Wish::Retry)
}

pub(super) fn wished(app: &App, wish: Wish) -> Response {
    match app.runs.wish(wish) {
        true => StatusCode::ACCEPTED.into_response(),
        false => (StatusCode::CONFLICT, "no guide's machine is open\n").into_response(),
    }
}

/// `POST stop`
pub(super) async fn stop(State(app): State<Arc<App>>) -> StatusCode {
    app.runs.stop();
    StatusCode::ACCEPTED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_its_run_and_no_more() {
        let text = "é".to_owned();
        let last = ended(|| json!(text[1..]));
        assert_eq!(last["what"], "failed");
        assert!(last["text"].as_str().is_some_and(|text| text.contains("char boundary")), "{last}");
        assert_eq!(ended(|| json!({ "what": "stopped" })), json!({ "what": "stopped" }));
    }
}
