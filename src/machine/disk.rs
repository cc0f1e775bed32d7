//! The limit of a machine's disk: most engines can set none, so it is looked at again and again.
//!
//! An engine whose files lie on xfs with project quotas, btrfs or zfs also has a limit of its own, see [`spec`](super::spec); it
//! holds at once, but not for the volume of a nested engine.

use bollard::query_parameters::{InspectContainerOptionsBuilder, KillContainerOptionsBuilder};
use std::time::{Duration, Instant};

use super::{
    exec::{self, Run},
    life::{Life, size},
    settings::Machine,
};

/// Shortest and longest time between two looks.
const PAUSE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// The engine counts by walking all files that were written: it may take one part of so many of its time.
const SHARE: u32 = 20;
/// Most time for counting what a nested engine holds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Watch(tokio::task::JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Kills a machine that has written more than it may, and notes why.
pub(super) fn watch(life: Life, machine: &Machine) -> Watch {
    let (limit, nested) = (machine.disk, machine.nested_docker);
    Watch(tokio::spawn(async move {
        let mut pause = PAUSE.0;
        loop {
            tokio::time::sleep(pause).await;
            let began = Instant::now();
            let used = used(&life, nested).await;
            if used > limit {
                let _ = life.stopped.set(too_much(&life.name, used, limit));
                let options = KillContainerOptionsBuilder::new().signal("KILL").build();
                // One that has just ended by itself is told so all the same: its disk was full.
                let _ = life.engine.docker().kill_container(&life.container, Some(options)).await;
                return;
            }
            pause = (began.elapsed() * SHARE).clamp(PAUSE.0, PAUSE.1);
        }
    }))
}

/// What is wrong, and what to do.
fn too_much(name: &str, used: u64, limit: u64) -> (String, String) {
    (
        format!("its disk is full: {} were written, and it may hold {}", size(used), size(limit)),
        format!("give it more: `disk:` of machines.{name} in guidepost.yaml"),
    )
}

/// Bytes that a machine has written. What cannot be counted now is counted the next time.
async fn used(life: &Life, nested: bool) -> u64 {
    let options = InspectContainerOptionsBuilder::new().size(true).build();
    let found = life.engine.docker().inspect_container(&life.container, Some(options)).await;
    let own = found.ok().and_then(|found| found.size_rw).and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    own + if nested { of_nested_engine(life).await } else { 0 }
}

/// Bytes of the volume that a nested engine keeps its images and containers in; an engine counts volumes only all at once.
async fn of_nested_engine(life: &Life) -> u64 {
    let command = ["du", "-sxk", "/var/lib/docker"];
    let run = Run { command: &command, timeout: Some(PATIENCE), ..Run::default() };
    let Ok(output) = exec::run(&life.engine, &life.container, &run).await else { return 0 };
    // Files that go while it counts are no reason to distrust it.
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).map_or(0, |kib| kib.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_named_with_the_way_to_raise_it() {
        let (reason, help) = too_much("server", 3 << 30, 5 << 29);
        assert_eq!(reason, "its disk is full: 3GiB were written, and it may hold 2.5GiB");
        assert!(help.contains("`disk:` of machines.server in guidepost.yaml"), "{help}");
    }
}
