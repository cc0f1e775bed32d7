//! The preview that runs for a site, asked to do something by way of its sign.

use serde_json::{Value, json};
use std::{net::TcpStream, path::Path, time::Duration};

use crate::serve::sign::Sign;

/// How long it may take to answer; what it does goes on behind that.
const PATIENCE: Duration = Duration::from_secs(30);
const CONNECTING: Duration = Duration::from_millis(300);

/// A preview that runs.
#[derive(Debug)]
pub(super) struct Running {
    sign: Sign,
}

impl Running {
    /// The preview of a site, if one answers.
    pub(super) fn of(site: &Path) -> Option<Self> {
        let sign = Sign::of(site)?;
        let at = sign.url.strip_prefix("http://")?.parse().ok()?;
        TcpStream::connect_timeout(&at, CONNECTING).ok()?;
        Some(Self { sign })
    }

    /// Does a guide on its machines.
    ///
    /// # Errors
    /// Why it does not begin.
    pub(super) fn run(&self, guide: &str) -> Result<(), String> {
        self.post("run", &json!({ "guide": guide }))
    }

    /// Does a guide on one of its machines as far as a line, from 1, and keeps that open.
    ///
    /// # Errors
    /// Why it does not begin.
    pub(super) fn run_to(&self, guide: &str, machine: &str, line: u64) -> Result<(), String> {
        self.post("write", &json!({ "guide": guide, "machine": machine, "line": line }))
    }

    /// Writes the output that a step has really shown into its guide.
    ///
    /// # Errors
    /// Why that is not done.
    pub(super) fn accept(&self, guide: &str, machine: &str, step: u64) -> Result<(), String> {
        self.post("accept", &json!({ "guide": guide, "machine": machine, "step": step }))
    }

    fn post(&self, what: &str, body: &Value) -> Result<(), String> {
        // A proxy knows no way to this computer.
        let config =
            ureq::Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let url = format!("{}/_guidepost/{what}", self.sign.url);
        let request = agent.post(url).header("X-Guidepost-Token", &self.sign.token);
        let mut answer =
            request.send(&body.to_string()).map_err(|error| format!("the preview does not answer: {error}"))?;
        match answer.status().is_success() {
            true => Ok(()),
            false => Err(answer.body_mut().read_to_string().unwrap_or_default().trim().to_owned()),
        }
    }
}
