//! Guides are done in Docker.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    host::{Host, Running},
    visit::visit,
};
use crate::{
    machine::{
        self, Ended, Engine, Error, Held, Identity, Image, Kept, Machine, Output, RemoteFile, Result, Run,
        RunningMachine, TerminalOptions, TerminalReader, TerminalWriter,
    },
    session::{
        Foreground,
        driver::{Read, Terminal},
        listening, probe,
    },
};

/// How long a look at the programs of a machine may take.
const LOOK: Duration = Duration::from_secs(5);
/// Silence after which the engine is asked whether it is there.
const QUIET: Duration = Duration::from_secs(30);

impl Host for Engine {
    type Running = RunningMachine;

    fn version(&self) -> (String, String) {
        let info = self.info();
        let version = match info.name {
            "Docker" => info.version.clone(),
            other => format!("{other} {}", info.version),
        };
        (version, info.api_version.clone())
    }

    fn memory(&self) -> u64 {
        self.info().memory
    }

    async fn kept(
        &self,
        machine: &Machine,
        site: &Path,
        key: &str,
        listener: &(dyn Fn(machine::Event) + Send + Sync),
    ) -> Result<Option<Kept>> {
        self.kept(machine, site, key, listener).await
    }

    async fn forget(&self, snapshot: &str) -> Result<()> {
        self.remove_snapshot(snapshot).await
    }

    async fn adopt(&self, machine: &Machine, identity: &Identity) -> Result<Option<RunningMachine>> {
        machine::adopt(self, machine, identity).await
    }

    async fn start(
        &self,
        machine: &Machine,
        identity: &Identity,
        site: &Path,
        listener: &(dyn Fn(machine::Event) + Send + Sync),
    ) -> Result<RunningMachine> {
        machine::start(self, machine, identity, site, listener).await
    }
}

impl Running for RunningMachine {
    type Terminal = DockerTerminal;

    fn image(&self) -> &Image {
        self.image()
    }

    fn name(&self) -> &str {
        self.container()
    }

    async fn open(&self, options: &TerminalOptions) -> Result<DockerTerminal> {
        let (terminal, reader, writer) = self.open(options).await?;
        Ok(DockerTerminal { terminal, reader, writer, begin: Instant::now() })
    }

    async fn run(&self, run: &Run<'_>) -> Result<Output> {
        self.run(run).await
    }

    async fn write(&self, path: &str, content: &[u8], owner: Option<&str>, mode: Option<u32>) -> Result<()> {
        self.write(path, content, owner, mode).await
    }

    async fn read(&self, path: &str, limit: usize) -> Result<RemoteFile> {
        self.read(path, limit).await
    }

    async fn check(&self) -> Result<()> {
        self.check().await
    }

    async fn state(&self) -> Result<Option<Vec<String>>> {
        self.state().await
    }

    async fn held(&self) -> Result<Option<Held>> {
        self.held().await
    }

    async fn snapshot(&self) -> Result<String> {
        self.snapshot().await
    }

    async fn keep_for(&self, key: &str) -> Result<()> {
        self.keep_for(key).await
    }

    async fn visit(&self, options: &TerminalOptions) -> Result<()> {
        visit(self, options).await
    }

    async fn close(self) -> Result<()> {
        self.close().await
    }

    async fn keep(self) -> String {
        self.keep().await
    }
}

/// A terminal in a container.
#[derive(Debug)]
pub struct DockerTerminal {
    terminal: machine::Terminal,
    reader: TerminalReader,
    writer: TerminalWriter,
    begin: Instant,
}

impl Terminal for DockerTerminal {
    type Error = Error;

    fn now(&self) -> Duration {
        self.begin.elapsed()
    }

    async fn write(&mut self, keys: &[u8]) -> Result<()> {
        // A terminal that is gone tells so when it is read.
        let _ = self.writer.write_all(keys).await;
        Ok(())
    }

    async fn read(&mut self, buffer: &mut [u8], until: Duration) -> Result<Read> {
        loop {
            let left = until.saturating_sub(self.now());
            match tokio::time::timeout(left.min(QUIET), self.reader.read(buffer)).await {
                Ok(Ok(length)) if length > 0 => return Ok(Read::Bytes(length)),
                Ok(_) => {
                    return Ok(Read::Closed(match self.terminal.closed().await? {
                        Ended::With(status) => i32::try_from(status).ok(),
                        Ended::No => None,
                    }));
                }
                Err(_) if left <= QUIET => return Ok(Read::Silence),
                // An engine that hangs says no more than a command that works for long.
                Err(_) => self.terminal.check().await?,
            }
        }
    }

    async fn resize(&mut self, (columns, rows): (u16, u16)) {
        // A terminal that has just ended needs no size.
        let _ = self.terminal.resize(columns, rows).await;
    }

    /// Seen by root or by the program's own user, whoever may look.
    async fn foreground(&mut self, shell: u32) -> Foreground {
        let mut seen = look(&self.terminal, probe::SCRIPT, shell, None).await;
        if let Some(user) = probe::unreadable(&seen) {
            seen = look(&self.terminal, probe::SCRIPT, shell, Some(&user.to_string())).await;
        }
        probe::judge(&seen)
    }

    /// Root sees its own, and the program's user the others.
    async fn listening(&mut self, shell: u32) -> BTreeSet<u16> {
        let mut seen = look(&self.terminal, listening::SCRIPT, shell, None).await;
        if let Some(user) = listening::hidden(&seen) {
            let of_user = look(&self.terminal, listening::SCRIPT, shell, Some(&user.to_string())).await;
            seen = [seen, of_user].join("\n");
        }
        listening::judge(&seen)
    }
}

/// What a script says of the terminal whose first shell this is. Nothing, if nobody can tell.
async fn look(terminal: &machine::Terminal, script: &str, shell: u32, user: Option<&str>) -> String {
    let shell = shell.to_string();
    let command = ["sh", "-c", script, "sh", &shell];
    let run = Run { command: &command, limit: 64 << 10, timeout: Some(LOOK), user, ..Run::default() };
    match tokio::time::timeout(2 * LOOK, terminal.beside(&run)).await {
        Ok(Ok(output)) => output.text(),
        _ => String::new(),
    }
}
