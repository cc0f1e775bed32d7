//! What a page is told while it is open, as server-sent events.
//!
//! | event | data |
//! | --- | --- |
//! | `state` | the page: version, guide, steps, problems |
//! | `reload` | the version that is to be shown |
//! | `styles` | pairs of addresses of style sheets, as they were and as they are |
//! | `files` | addresses of other files that have changed |
//! | `problems` | how many there are in the site, and the first of them |
//! | `run` | what happens in the run, see [`super::runs`] |
//! | `terminal` | what the terminal of an open machine shows, see [`super::screen`] |
//! | `tries` | what was typed into it by hand, see [`super::tries`] |

use axum::{
    extract::{Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use serde::Deserialize;
use serde_json::json;
use std::{convert::Infallible, sync::Arc};
use tokio::sync::{broadcast::error::RecvError, mpsc};

use super::App;
use crate::{diagnostic::Diagnostic, preview};

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    /// Its decoded URL path.
    page: String,
    /// The version that the browser shows.
    version: String,
}

/// Problems of the site that are sent.
const PROBLEMS: usize = 50;

pub(super) async fn stream(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Response {
    let (sender, events) = mpsc::channel(64);
    tokio::spawn(async move {
        // Ends when the browser is gone.
        let _ = follow(&app, page, &sender).await;
    });
    let events = futures_util::stream::unfold(events, |mut events| async {
        events.recv().await.map(|event| (Ok::<_, Infallible>(event), events))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

type Sender = mpsc::Sender<Event>;

async fn send(sender: &Sender, name: &str, data: &impl serde::Serialize) -> Result<(), mpsc::error::SendError<Event>> {
    let event = Event::default().event(name).json_data(data).unwrap_or_default();
    sender.send(event).await
}

async fn follow(app: &App, page: Page, sender: &Sender) -> Result<(), mpsc::error::SendError<Event>> {
    let mut notices = app.notices.subscribe();
    let mut problems = app.problems.subscribe();
    let mut ticks = app.runs.subscribe();
    let mut seen = Seen::default();
    let mut known = None;
    look(app, &page, &mut known, sender).await?;
    let now = in_short(&problems.borrow_and_update());
    send(sender, "problems", &now).await?;
    seen.look(app, sender).await?;
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(preview::Notice::Changed { styles, files }) => {
                    if !styles.is_empty() {
                        send(sender, "styles", &styles).await?;
                    }
                    if !files.is_empty() {
                        send(sender, "files", &files).await?;
                    }
                    look(app, &page, &mut known, sender).await?;
                }
                Ok(preview::Notice::Problems(_) | preview::Notice::Included(_)) => {}
                Err(RecvError::Lagged(_)) => look(app, &page, &mut known, sender).await?,
                Err(RecvError::Closed) => return Ok(()),
            },
            changed = problems.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                let now = in_short(&problems.borrow_and_update());
                send(sender, "problems", &now).await?;
            }
            tick = ticks.changed() => {
                if tick.is_err() {
                    return Ok(());
                }
                seen.look(app, sender).await?;
            }
            () = sender.closed() => return Ok(()),
        }
    }
}

/// How far a page has been told of the run.
#[derive(Default)]
struct Seen {
    events: super::runs::Cursor,
    screen: super::screen::Cursor,
    tries: u64,
}

impl Seen {
    /// Tells what is new.
    async fn look(&mut self, app: &App, sender: &Sender) -> Result<(), mpsc::error::SendError<Event>> {
        for event in app.runs.since(&mut self.events) {
            send(sender, "run", &event).await?;
        }
        if let Some(piece) = app.runs.shown_since(&mut self.screen) {
            send(sender, "terminal", &piece).await?;
        }
        if let Some(tries) = app.runs.tries_since(&mut self.tries) {
            send(sender, "tries", &tries).await?;
        }
        Ok(())
    }
}

/// Tells the page what it is now, if that is something else than before.
async fn look(
    app: &App,
    page: &Page,
    known: &mut Option<preview::State>,
    sender: &Sender,
) -> Result<(), mpsc::error::SendError<Event>> {
    let Some(state) = app.state(page.page.clone()).await else { return Ok(()) };
    if known.as_ref() == Some(&state) {
        return Ok(());
    }
    // A page that cannot be made has no version; what is wrong is laid over the one that is there.
    let reload = state.version != page.version && !state.version.is_empty();
    if reload && known.as_ref().is_none_or(|known| known.version != state.version) {
        send(sender, "reload", &state.version).await?;
    }
    send(sender, "state", &state).await?;
    *known = Some(state);
    Ok(())
}

fn in_short(problems: &[Diagnostic]) -> serde_json::Value {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let mut first: Vec<&Diagnostic> = problems.iter().collect();
    first.sort_by_key(|problem| !problem.is_error());
    first.truncate(PROBLEMS);
    json!({ "errors": errors, "warnings": problems.len() - errors, "first": first })
}
