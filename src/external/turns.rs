//! Politeness: one question to a host at a time, with a pause before the next.

use crate::external::locked;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// When each host may be asked next.
#[derive(Debug)]
pub(super) struct Turns {
    delay: Duration,
    hosts: Mutex<HashMap<String, Arc<Mutex<Instant>>>>,
}

impl Turns {
    pub(super) fn new(delay: Duration) -> Self {
        Self { delay, hosts: Mutex::default() }
    }

    /// Waits for the host's turn, and asks. `pause` tells from the answer how long the host is to be left alone, if longer than usual.
    pub(super) fn take<T>(&self, host: &str, ask: impl FnOnce() -> T, pause: impl FnOnce(&T) -> Duration) -> T {
        let host = {
            let mut hosts = locked(&self.hosts);
            Arc::clone(hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Mutex::new(Instant::now()))))
        };
        let mut next = locked(&host);
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let answer = ask();
        *next = Instant::now() + self.delay.max(pause(&answer));
        answer
    }
}
