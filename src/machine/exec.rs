//! Processes in a machine: a person's terminal, and our own commands beside it.

use bollard::models::{ExecConfig, ExecInspectResponse};
use bollard::query_parameters::ResizeExecOptionsBuilder;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};

use super::{
    connection::Stream,
    engine::Engine,
    error::{Error, Result},
    life::Life,
};

/// What a terminal is opened with.
#[derive(Debug, Clone)]
pub struct TerminalOptions {
    /// Who types; `None` for the image's own user.
    pub user: Option<String>,
    /// The shell and its arguments.
    pub command: Vec<String>,
    /// Environment variables beside the machine's, as `NAME=value`.
    pub env: Vec<String>,
    /// Where it begins; `None` for the image's own folder.
    pub folder: Option<String>,
    /// Columns and rows.
    pub size: (u16, u16),
}

impl Default for TerminalOptions {
    fn default() -> Self {
        Self {
            user: None,
            command: vec!["bash".into()],
            env: vec!["TERM=xterm-256color".into(), "LANG=C.UTF-8".into()],
            folder: None,
            size: (200, 50),
        }
    }
}

/// What a terminal prints, byte for byte. End of file: its process ended, or the engine did; [`Terminal::ended`] tells.
pub type TerminalReader = ReadHalf<Stream>;
/// What is typed into a terminal.
pub type TerminalWriter = WriteHalf<Stream>;

/// An open terminal, beside its reader and writer. Its process ends with the machine.
#[derive(Debug, Clone)]
pub struct Terminal {
    life: Life,
    id: String,
}

/// Status of a process that was killed.
const KILLED: i64 = 128 + 9;
/// Time in which an engine notes that it was not the process alone, but its machine.
const NOTED: Duration = Duration::from_millis(300);

/// How a terminal's process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It runs.
    No,
    /// It ended with this status.
    With(i64),
}

impl Terminal {
    /// The engine's id of the process.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Tells its programs a new size.
    ///
    /// # Errors
    /// [`Error::Refused`] once it has ended, [`Error::EngineGone`].
    pub async fn resize(&self, columns: u16, rows: u16) -> Result<()> {
        let options = ResizeExecOptionsBuilder::new().w(i32::from(columns)).h(i32::from(rows)).build();
        Ok(self.life.engine.docker().resize_exec(&self.id, options).await?)
    }

    /// Runs a command of ours beside it, by default as root.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::EngineGone`]; not that the command failed, which its status tells.
    pub async fn beside(&self, command: &Run<'_>) -> Result<Output> {
        run(&self.life.engine, &self.life.container, command).await
    }

    /// Whether engine and machine are there: a terminal that says nothing could be one whose engine hangs.
    ///
    /// # Errors
    /// [`Error::EngineGone`], [`Error::Ended`].
    pub async fn check(&self) -> Result<()> {
        self.life.engine.ping().await?;
        self.life.check().await
    }

    /// Whether its process has ended.
    ///
    /// # Errors
    /// [`Error::Ended`] if that is because its machine has, [`Error::EngineGone`], which is why a terminal can fall silent
    /// without a verdict.
    pub async fn ended(&self) -> Result<Ended> {
        self.ended_within(Duration::ZERO).await
    }

    /// How its process has ended, when its output is closed.
    ///
    /// # Errors
    /// As [`ended`](Self::ended).
    pub async fn closed(&self) -> Result<Ended> {
        self.ended_within(SLOWEST).await
    }

    async fn ended_within(&self, patience: Duration) -> Result<Ended> {
        let found = noted(&self.life.engine, &self.id, patience).await;
        let Some(found) = self.life.or_ended(found).await? else {
            return Ok(Ended::No);
        };
        let status = found.exit_code.unwrap_or(-1);
        if status == KILLED {
            tokio::time::sleep(NOTED).await;
        }
        self.life.check().await?;
        Ok(Ended::With(status))
    }
}

/// A command of ours, without a terminal.
#[derive(Debug, Clone, Default)]
pub struct Run<'a> {
    /// Program and arguments; no shell looks at them.
    pub command: &'a [&'a str],
    /// Who runs it; `None` for root.
    pub user: Option<&'a str>,
    /// Environment variables beside the machine's, as `NAME=value`.
    pub env: &'a [&'a str],
    /// Where; `None` for the image's own folder.
    pub folder: Option<&'a str>,
    /// Bytes kept of each of its two outputs, 1 MiB if 0; what comes after is counted only.
    pub limit: usize,
    /// Most time, 2 minutes if `None`; after it the connection is given up, the process runs on until the machine goes.
    pub timeout: Option<Duration>,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Exit status; 126 or 127 also where the engine could not start it. `None` if the time was up.
    pub status: Option<i64>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// Bytes left out of the two.
    pub dropped: u64,
}

impl Output {
    /// Whether it ended with status 0.
    pub fn is_success(&self) -> bool {
        self.status == Some(0)
    }

    /// Both outputs as text, for messages.
    pub fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.stdout).trim().to_owned();
        let errors = String::from_utf8_lossy(&self.stderr);
        if !text.is_empty() && !errors.trim().is_empty() {
            text.push('\n');
        }
        text + errors.trim()
    }
}

/// Tries to set a size right after a start: until the process is there, the engine refuses.
const RESIZE_TRIES: usize = 100;

/// Opens a terminal in a container.
pub(super) async fn open(life: &Life, options: &TerminalOptions) -> Result<(Terminal, TerminalReader, TerminalWriter)> {
    let engine = &life.engine;
    let config = ExecConfig {
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(true),
        cmd: Some(options.command.clone()),
        user: options.user.clone(),
        env: Some(options.env.clone()),
        working_dir: options.folder.clone(),
        ..ExecConfig::default()
    };
    let id = engine.docker().create_exec(&life.container, config).await?.id;
    let stream = engine.start_exec(&id, true).await?;
    let terminal = Terminal { life: life.clone(), id };
    // With the interface before 1.42 a size can be given only to a process that runs.
    for attempt in 1.. {
        match terminal.resize(options.size.0, options.size.1).await {
            Ok(()) => break,
            Err(e @ Error::Refused { .. }) if attempt == RESIZE_TRIES || terminal.ended().await? != Ended::No => {
                return Err(e);
            }
            Err(Error::Refused { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(e) => return Err(e),
        }
    }
    let (reader, writer) = tokio::io::split(stream);
    Ok((terminal, reader, writer))
}

/// Starts a command whose input is written by the caller; [`finish`] reads what it came to.
pub(super) async fn start(engine: &Engine, container: &str, run: &Run<'_>, stdin: bool) -> Result<(String, Stream)> {
    let owned = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect();
    let config = ExecConfig {
        attach_stdin: Some(stdin),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        cmd: Some(owned(run.command)),
        user: Some(run.user.unwrap_or("0:0").to_owned()),
        env: Some(owned(run.env)),
        working_dir: run.folder.map(str::to_owned),
        ..ExecConfig::default()
    };
    let id = engine.docker().create_exec(container, config).await?.id;
    let stream = engine.start_exec(&id, false).await?;
    Ok((id, stream))
}

/// Runs a command to its end.
pub(super) async fn run(engine: &Engine, container: &str, run: &Run<'_>) -> Result<Output> {
    let (id, stream) = start(engine, container, run, false).await?;
    let (reader, mut writer) = tokio::io::split(stream);
    // Nothing is typed; some programs wait for that to be said.
    let _ = writer.shutdown().await;
    let limit = if run.limit == 0 { 1 << 20 } else { run.limit };
    finish(engine, &id, reader, limit, run.timeout.unwrap_or(Duration::from_secs(120))).await
}

/// How long an engine may take to note that a process has ended whose outputs are closed.
const SLOWEST: Duration = Duration::from_secs(30);

/// Reads both outputs of a process to their end, and its status.
pub(super) async fn finish(
    engine: &Engine,
    id: &str,
    mut reader: ReadHalf<Stream>,
    limit: usize,
    timeout: Duration,
) -> Result<Output> {
    let mut output = Output { status: None, stdout: Vec::new(), stderr: Vec::new(), dropped: 0 };
    match tokio::time::timeout(timeout, read_frames(&mut reader, limit, &mut output)).await {
        Err(_) => return Ok(output),
        Ok(read) => read?,
    }
    output.status = noted(engine, id, SLOWEST.min(timeout)).await?.and_then(|found| found.exit_code);
    Ok(output)
}

/// What the engine says of a process whose outputs are closed, when it has noted its end: a moment later, or many if it is busy. `None` if it
/// runs on.
async fn noted(engine: &Engine, id: &str, patience: Duration) -> Result<Option<ExecInspectResponse>> {
    let (closed, mut pause) = (Instant::now(), Duration::from_millis(5));
    loop {
        let found = engine.docker().inspect_exec(id).await?;
        if found.running != Some(true) {
            return Ok(Some(found));
        }
        if closed.elapsed() >= patience {
            return Ok(None);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

/// Docker's framing of two outputs in one stream: kind, three zeros, length in four bytes (most significant first), bytes.
async fn read_frames(reader: &mut ReadHalf<Stream>, limit: usize, output: &mut Output) -> Result<()> {
    let mut chunk = vec![0; 32 << 10];
    loop {
        let mut header = [0_u8; 8];
        match reader.read_exact(&mut header).await {
            Ok(_) => {}
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(e) => return Err(e.into()),
        }
        let mut left = u32::from_be_bytes([header[4], header[5], header[6], header[7]]) as usize;
        while left > 0 {
            let most = left.min(chunk.len());
            let count = reader.read(&mut chunk[..most]).await?;
            if count == 0 {
                return Err(Error::EngineGone { reason: "it closed a connection in the middle".into() });
            }
            left -= count;
            let kept = if header[0] == 2 { &mut output.stderr } else { &mut output.stdout };
            let room = limit.saturating_sub(kept.len()).min(count);
            kept.extend_from_slice(&chunk[..room]);
            output.dropped += (count - room) as u64;
        }
    }
}
