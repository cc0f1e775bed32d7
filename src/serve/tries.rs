//! What comes of an open machine for the guide: commands that its writer has typed by hand, and what would mend a step that broke.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

use super::{App, accept::written};
use crate::{
    proof::{suggested::accepted, taken::taken},
    report::safe::plain,
    verify::ByHand,
};

/// Commands that are kept: the last ones.
const MOST: usize = 30;

/// The commands of a run, in the order in which they were typed.
#[derive(Debug, Default)]
pub(super) struct Tries {
    all: Vec<Try>,
    /// How many there were, with those that are not kept.
    count: usize,
    /// Changes with what pages show of them.
    version: u64,
}

#[derive(Debug)]
struct Try {
    number: usize,
    typed: ByHand,
    taken: bool,
}

impl Tries {
    pub(super) fn push(&mut self, typed: ByHand) {
        self.count += 1;
        self.version += 1;
        self.all.push(Try { number: self.count, typed, taken: false });
        let extra = self.all.len().saturating_sub(MOST);
        self.all.drain(..extra);
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.version += 1;
    }

    fn get(&self, number: usize) -> Option<&Try> {
        self.all.iter().find(|one| one.number == number)
    }

    fn note(&mut self, number: usize) {
        self.version += 1;
        self.all.iter_mut().filter(|one| one.number == number).for_each(|one| one.taken = true);
    }

    /// What is shown of them, if it is not what somebody has seen.
    pub(super) fn since(&self, seen: &mut u64) -> Option<Value> {
        if *seen == self.version {
            return None;
        }
        *seen = self.version;
        let shown = self.all.iter().map(|Try { number, typed, taken }| {
            json!({ "number": number, "command": plain(&typed.command), "status": typed.status, "taken": taken })
        });
        Some(shown.collect())
    }
}

/// A command that is to be taken.
#[derive(Debug, Deserialize)]
struct Asked {
    number: usize,
}

/// `POST take`
pub(super) async fn take(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Ok(Asked { number }) = serde_json::from_slice(&body) else {
        return (StatusCode::BAD_REQUEST, "say which command: {\"number\": 1}\n").into_response();
    };
    let done = tokio::task::spawn_blocking(move || app.runs.take(number)).await;
    written(done.unwrap_or_else(|error| Err(error.to_string())))
}

/// Something offered that is to be said.
#[derive(Debug, Deserialize)]
struct Says {
    /// Which of the offers.
    offer: usize,
    /// What to answer, where only the author knows that.
    reply: Option<String>,
}

/// `POST say`
pub(super) async fn say(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Ok(says) = serde_json::from_slice::<Says>(&body) else {
        return (StatusCode::BAD_REQUEST, "say which offer: {\"offer\": 0}\n").into_response();
    };
    let done = tokio::task::spawn_blocking(move || app.runs.say(&says)).await;
    written(done.unwrap_or_else(|error| Err(error.to_string())))
}

impl super::runs::Runs {
    /// Writes what was offered into the guide's sidecar; else says why not.
    fn say(&self, Says { offer, reply }: &Says) -> Result<(), String> {
        let standing = self.tried(|_, standing| standing.cloned());
        let standing = standing.ok_or("steps are being done: say it when the guide waits for you")?;
        let change = accepted(self.site(), &standing, *offer, reply.as_deref())?;
        change.write(&self.site().site, "has changed meanwhile").map_err(|unwritten| unwritten.to_string())
    }

    /// Writes a command into the guide, behind the step that was done last; else says why not.
    fn take(&self, number: usize) -> Result<(), String> {
        let (standing, typed) = self
            .tried(|tries, standing| {
                let one = tries.get(number).filter(|one| !one.taken)?;
                Some((standing.cloned()?, one.typed.clone()))
            })
            .ok_or(
                "this command is not there any more, or steps are being done: take it when the guide waits for you",
            )?;
        let change = taken(self.site(), &standing, &typed)?;
        change.write(&self.site().site, "has changed meanwhile").map_err(|unwritten| unwritten.to_string())?;
        self.tried(|tries, _| tries.note(number));
        self.tick();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_commands_are_shown_and_which_of_them_were_taken() {
        let (mut tries, mut seen) = (Tries::default(), 0);
        assert_eq!(tries.since(&mut seen), None);
        for number in 1..=MOST + 2 {
            tries.push(ByHand {
                command: format!("echo {number}"),
                output: String::new(),
                dropped: 0,
                status: Some(0),
            });
        }
        tries.note(MOST);
        let shown = tries.since(&mut seen).expect("another list");
        assert_eq!((shown.as_array().map(Vec::len), &shown[0]["number"]), (Some(MOST), &json!(3)));
        assert_eq!((&shown[MOST - 3]["taken"], &shown[MOST - 2]["taken"]), (&json!(true), &json!(false)));
        assert_eq!(tries.since(&mut seen), None);
        tries.clear();
        assert_eq!(tries.since(&mut seen), Some(json!([])));
    }
}
