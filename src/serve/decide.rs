//! "Steps of this guide": what an author decides about a block is written, and taken back.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

use super::{App, accept::written, runs::Asked};
use crate::preview::{Ask, Reply};

/// `POST decide`
pub(super) async fn decide(State(app): State<Arc<App>>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(choice) => answer(&app, |reply| Ask::Decide(Box::new(choice), reply)).await,
        Err(_) => (StatusCode::BAD_REQUEST, "name a guide, a block, its role, and where to say it\n").into_response(),
    }
}

/// `POST back`
pub(super) async fn back(State(app): State<Arc<App>>, body: Bytes) -> Response {
    match serde_json::from_slice::<Asked>(&body) {
        Ok(asked) => answer(&app, |reply| Ask::TakeBack(asked.guide, reply)).await,
        Err(_) => (StatusCode::BAD_REQUEST, "name a guide: {\"guide\": \"content/…\"}\n").into_response(),
    }
}

async fn answer(app: &App, ask: impl FnOnce(Reply<Result<(), String>>) -> Ask) -> Response {
    match app.ask(ask).await {
        Some(result) => written(result),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the server ends\n").into_response(),
    }
}
