//! "Accept real output": what a step really showed, written into its guide, as `verify --update` does.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::sync::Arc;

use super::App;
use crate::{
    diagnostic::Diagnostic,
    report::{GuideReport, StepKind, Verdict},
    site,
};

#[derive(Debug, Deserialize)]
struct Asked {
    /// Path of the guide's file.
    guide: String,
    /// Name of the machine whose output it is.
    machine: String,
    /// Number of the step whose output is accepted; all that differ, if there is none.
    step: Option<usize>,
}

/// `POST accept`
pub(super) async fn accept(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return (StatusCode::BAD_REQUEST, "name a guide, a machine and a step\n").into_response();
    };
    let written = tokio::task::spawn_blocking(move || app.runs.accept(&asked)).await;
    match written.unwrap_or_else(|error| Err(error.to_string())) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => (StatusCode::CONFLICT, why).into_response(),
    }
}

impl super::runs::Runs {
    /// Writes outputs into a guide; else says why not.
    fn accept(&self, asked: &Asked) -> Result<(), String> {
        let known = |guide: &GuideReport| guide.path == asked.guide && guide.machine == asked.machine;
        let mut report = self.report().ok_or("nothing was verified")?;
        report.guides.retain(known);
        for step in report.guides.iter_mut().flat_map(|guide| &mut guide.steps) {
            // Others are left as they are documented.
            if step.kind == StepKind::Expect && asked.step.is_some_and(|number| number != step.number) {
                step.verdict = Verdict::Holds;
            }
        }
        let updates = site::updates(self.site(), &report).map_err(|failure| said(&failure.diagnostics()))?;
        let Some(update) = updates.into_iter().next() else { return Err("this output holds".into()) };
        if update.steps.is_empty() {
            return Err(said(&update.refused));
        }
        update.write(&self.site().site).map_err(|unwritten| unwritten.to_string())?;
        self.correct(|guides| update.note(guides));
        Ok(())
    }
}

fn said(problems: &[Diagnostic]) -> String {
    let texts = problems.iter().map(|problem| match &problem.help {
        Some(help) => format!("{}: {help}", problem.message),
        None => problem.message.clone(),
    });
    texts.collect::<Vec<_>>().join("\n")
}
