//! "Accept real output": what a step really showed, written into its guide, as `verify --update` does.

use crate::{
    diagnostic::Diagnostic,
    proof,
    report::{StepKind, Verdict},
};
use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::sync::Arc;

use super::App;

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
    let done = tokio::task::spawn_blocking(move || app.runs.accept(&asked)).await;
    written(done.unwrap_or_else(|error| Err(error.to_string())))
}

/// The answer to what was to be written.
pub(super) fn written(result: Result<(), String>) -> Response {
    match result {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => (StatusCode::CONFLICT, why).into_response(),
    }
}

impl super::runs::Runs {
    /// Writes outputs into a guide; else says why not.
    fn accept(&self, asked: &Asked) -> Result<(), String> {
        let mut report = self.report().ok_or("nothing was verified")?;
        report.guides.retain(|guide| guide.path == asked.guide);
        if !report.guides.iter().any(|guide| guide.machine == asked.machine) {
            return Err("this guide was not verified on that machine".into());
        }
        let of_machine = report.guides.iter().filter(|guide| guide.machine == asked.machine);
        let step = of_machine.flat_map(|guide| &guide.steps).find(|step| Some(step.number) == asked.step);
        let documented = step.map(|step| (step.path.clone(), step.documented.clone()));
        for guide in &mut report.guides {
            let others = guide.machine != asked.machine;
            for step in &mut guide.steps {
                let differs = matches!(step.verdict, Verdict::Drifted | Verdict::Broken);
                // An output that several machines show is a step of each, perhaps with another number.
                let same =
                    || documented.as_ref().is_some_and(|(path, text)| (path, text) == (&step.path, &step.documented));
                let is_meant = asked.step.is_none_or(|number| if others { same() } else { number == step.number });
                if step.kind == StepKind::Expect && differs && !is_meant {
                    step.verdict = Verdict::Holds;
                }
            }
        }
        let updates = proof::updates(self.site(), &report).map_err(|failure| said(&failure.diagnostics()))?;
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
