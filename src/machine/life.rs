//! Whether a machine's container still runs, and what ended it.

use chrono::{DateTime, Utc};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use super::{
    engine::Engine,
    error::{Error, Result},
};

/// A machine's container, for all who need to know whether it is there.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) engine: Engine,
    /// The machine's name in `guidepost.yaml`.
    pub(super) name: String,
    /// The engine's id of the container.
    pub(super) container: String,
    /// Most memory, in bytes.
    pub(super) memory: u64,
    /// When its time is over.
    pub(super) until: DateTime<Utc>,
    /// Why guidepost itself has ended it, and what to do.
    pub(super) stopped: Arc<OnceLock<(String, String)>>,
}

/// What to do about somebody else.
const AGAIN: &str = "run guidepost again";
/// The status of a process that was ended by the signal KILL.
const KILLED: i64 = 137;

/// How often one that is ending is asked how it has ended, and the pause between.
const LOOKS: usize = 25;
const PAUSE: Duration = Duration::from_millis(200);

impl Life {
    /// # Errors
    /// [`Error::Ended`] if it does not run, [`Error::EngineGone`] if that cannot be known.
    pub(super) async fn check(&self) -> Result<()> {
        let ended = |reason: String, help: String, outside: bool| {
            Err(Error::Ended { machine: self.name.clone(), reason, help, outside })
        };
        if let Some((reason, help)) = self.stopped.get() {
            return ended(reason.clone(), help.clone(), true);
        }
        let mut looks = 0;
        let found = loop {
            match self.engine.docker().inspect_container(&self.container, None).await.map_err(Error::from) {
                Err(e) if e.is_not_found() => {
                    return ended("its container was removed by somebody else".into(), AGAIN.into(), true);
                }
                Err(e) if e.is_ending() && looks < LOOKS => looks += 1,
                Err(e) if e.is_ending() => return ended("it has stopped".into(), AGAIN.into(), true),
                found => break found?,
            }
            tokio::time::sleep(PAUSE).await;
        };
        let state = found.state.unwrap_or_default();
        if state.running == Some(true) {
            Ok(())
        } else if Utc::now() >= self.until {
            ended("its time was over, which its guide's limit (--guide-timeout) gives".into(), AGAIN.into(), true)
        } else if state.oom_killed == Some(true) {
            ended(
                format!("it ran out of memory, of which it has {}", size(self.memory)),
                format!("give it more: `memory:` of machines.{} in guidepost.yaml", self.name),
                true,
            )
        } else if let Some(error) = state.error.filter(|e| !e.is_empty()) {
            ended(error, String::new(), true)
        } else if state.exit_code == Some(KILLED) {
            // In a machine, nothing can kill its first process.
            ended("it was killed by somebody else".into(), AGAIN.into(), true)
        } else {
            let status = state.exit_code.unwrap_or(-1);
            ended(format!("its first process ended with status {status}"), String::new(), false)
        }
    }

    /// A refusal because the container has stopped says so.
    pub(super) async fn or_ended<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result
            && error.is_maybe_ended()
        {
            self.check().await?;
        }
        result
    }
}

/// Bytes as `guidepost.yaml` has them: `1.5GiB`.
pub(crate) fn size(bytes: u64) -> String {
    let unit = if bytes >= 1 << 30 { (1_u64 << 30, "GiB") } else { (1 << 20, "MiB") };
    let amount = (bytes as f64 / unit.0 as f64 * 10.0).round() / 10.0;
    format!("{amount}{}", unit.1)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes() {
        for (bytes, shown) in
            [(2 << 30, "2GiB"), (3 << 29, "1.5GiB"), (64 << 20, "64MiB"), (0, "0MiB"), (1 << 40, "1024GiB")]
        {
            assert_eq!(size(bytes), shown);
        }
    }
}
