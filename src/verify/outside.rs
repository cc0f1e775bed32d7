//! What ends a command that is no fault of the guide: the kernel, for lack of memory, or somebody who ends the machine.

use std::time::Duration;

use super::{doing::Doing, fault::Fault, host::Running};
use crate::{
    machine::{Error, Result, Run, size},
    report::{Cause, CauseKind, StepReport, cause},
    terminal::{clean::clean, failure::says_failure},
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

    /// Where a service failed, systemd points at its journal, and a reader looks there: so does the cause.
    pub(super) async fn look_at_journal(&self, report: &mut StepReport) -> Result<()> {
        let failed = report.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::CommandFailed);
        let Some(unit) = unit(&report.output).filter(|_| failed) else { return Ok(()) };
        let command = ["journalctl", "--unit", unit, "--lines", "40", "--output", "cat", "--no-pager"];
        let output = self.machine.run(&Run { command: &command, ..Run::default() }).await?;
        // Without journalctl, the engine says so where the journal would stand.
        if !output.is_success() {
            return Ok(());
        }
        let journal = clean(&String::from_utf8_lossy(&output.stdout));
        // What it said when it was started before is of another time.
        let journal = journal.rfind("\nStarting ").map_or(&*journal, |begin| &journal[begin..]);
        if let Some(line) = telling(journal) {
            report.message = report.message.take().map(|message| format!("{message}; its journal says: {line}"));
        }
        if let Some(cause) = cause::by_journal(journal) {
            report.cause = Some(cause);
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

/// The unit whose journal systemd points at.
fn unit(output: &str) -> Option<&str> {
    let (_, rest) = output.split_once("\"journalctl -xeu ").or_else(|| output.split_once("\"systemctl status "))?;
    rest.split(['"', ' ']).next().filter(|unit| !unit.is_empty() && !unit.starts_with('-'))
}

/// The first line of a service's own that says what is wrong. systemd's say only that it is.
fn telling(journal: &str) -> Option<&str> {
    const OF_SYSTEMD: &[&str] = &[
        "Main process exited",
        "Control process exited",
        "Failed with result",
        "Failed to start ",
        "Scheduled restart job",
        "Start request repeated",
    ];
    let of_systemd = |line: &str| OF_SYSTEMD.iter().any(|said| line.contains(said));
    journal.lines().map(str::trim).find(|line| !of_systemd(line) && says_failure(line, ""))
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
    fn a_service_that_failed_points_at_its_journal() {
        let said = "Job for wg-quick@wg0.service failed because the control process exited with error code.\nSee \"systemctl status wg-quick@wg0.service\" and \"journalctl -xeu wg-quick@wg0.service\" for details.";
        assert_eq!(unit(said), Some("wg-quick@wg0.service"));
        assert_eq!(unit("Failed to start x.service: Unit x.service not found."), None);
        let journal = "Starting nginx...\nnginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\nnginx: configuration file /etc/nginx/nginx.conf test failed\nnginx.service: Control process exited, code=exited, status=1/FAILURE\nnginx.service: Failed with result 'exit-code'.\nFailed to start nginx.service - A server.\n";
        assert_eq!(telling(journal), Some("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)"));
        assert_eq!(telling("Starting x...\nx.service: Failed with result 'exit-code'.\n"), None);
    }

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
