//! What ends a command that is no fault of the guide: the kernel, for lack of memory, or somebody who ends the machine.

use std::time::Duration;

use super::{fault::Fault, guide::Doing, host::Running};
use crate::{
    machine::{Error, Result, Run, size},
    report::{Cause, CauseKind, StepReport},
};

/// How often the kernel has ended a process of the machine for lack of memory, by the second and the first version of control
/// groups.
const KILLED: &str = "cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null";
/// Whether apt has lists of packages.
const LISTS: &str = "ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1";
/// Pauses in which the engine may still find out that a machine has ended.
const PAUSES: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);

impl<M: Running> Doing<'_, M> {
    /// Why a command really broke, if it was not the guide.
    ///
    /// # Errors
    /// If the machine was ended by somebody else, or the engine is gone.
    pub(super) async fn outside(&mut self) -> Result<Option<Fault>> {
        if !self.alive().await? {
            return Ok(None);
        }
        if self.live.places().is_empty() {
            // Its shell is gone; so may the machine be, in a moment.
            for _ in 0..PAUSES {
                tokio::time::sleep(PAUSE).await;
                if !self.alive().await? {
                    return Ok(None);
                }
            }
        }
        let before = self.killed;
        self.look_at_memory().await?;
        Ok((self.killed > before).then(|| out_of_memory(&self.plan.machine, self.memory)))
    }

    /// Whether the machine runs on. One that the guide has brought down is the guide's verdict.
    async fn alive(&self) -> Result<bool> {
        match self.machine.check().await {
            Err(Error::Ended { outside: false, .. }) => Ok(false),
            checked => checked.map(|()| true),
        }
    }

    /// A package that is not there because the machine has no lists of packages is the machine's part: a reader's server has
    /// them.
    pub(super) async fn look_at_lists(&self, report: &mut StepReport) -> Result<()> {
        let Some(cause) = report.cause.as_mut().filter(|cause| cause.kind == CauseKind::PackageNotFound) else {
            return Ok(());
        };
        if !cause.evidence.starts_with("E: ") {
            return Ok(());
        }
        let output = self.machine.run(&Run { command: &["sh", "-c", LISTS], ..Run::default() }).await?;
        if output.status != Some(0) {
            let evidence = std::mem::take(&mut cause.evidence);
            *cause =
                Cause::new(CauseKind::NeedsMachine, "lists of packages", evidence).mended_by("setup: [apt-get update]");
        }
        Ok(())
    }

    /// Notes how often the kernel has ended a process for lack of memory.
    pub(super) async fn look_at_memory(&mut self) -> Result<()> {
        let output = self.machine.run(&Run { command: &["sh", "-c", KILLED], ..Run::default() }).await?;
        self.killed = killed(&String::from_utf8_lossy(&output.stdout));
        Ok(())
    }
}

/// The kernel's count; of several, the largest.
fn killed(events: &str) -> u64 {
    let counts = events.lines().filter_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok());
    counts.max().unwrap_or(0)
}

fn out_of_memory(machine: &str, memory: u64) -> Fault {
    let message = format!("the machine ran out of memory: it has {}, and the kernel ended a process", size(memory));
    let help =
        format!("give it more, with `memory:` of machines.{machine} in guidepost.yaml, or let the guide need less");
    Fault::new(message, help).of(CauseKind::OutOfMemory, size(memory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_the_kernel() {
        for (events, count) in [
            ("low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n", 1),
            ("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", 2),
            ("oom_kill_disable 0\nunder_oom 0\n", 0),
            ("", 0),
        ] {
            assert_eq!(killed(events), count, "{events}");
        }
    }
}
