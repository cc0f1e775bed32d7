//! A terminal on this computer, in a pseudo-terminal: what runs in it can do all that its user can.

use guidepost::session::{
    COLUMNS, Foreground, ROWS,
    driver::{Read, Terminal},
    listening, probe,
};
use pty_process::Size;
use pty_process::blocking::{Command, open};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Child;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How often to look whether the shell still lives.
const LOOK_AT_CHILD: Duration = Duration::from_millis(200);

/// A shell on a pseudo-terminal; killed when dropped.
#[derive(Debug)]
pub(crate) struct Local {
    start: Instant,
    child: Child,
    keys: File,
    output: Receiver<Vec<u8>>,
    /// Output that did not fit into the reader's buffer.
    left: Vec<u8>,
}

impl Local {
    /// Starts a program with its arguments and environment in a folder.
    ///
    /// # Errors
    /// If there is no pseudo-terminal, or the program cannot be started.
    pub(crate) fn start(command: Command) -> io::Result<Self> {
        let (pty, pts) = open().map_err(io::Error::other)?;
        pty.resize(Size::new(ROWS, COLUMNS)).map_err(io::Error::other)?;
        let child = command.spawn(pts).map_err(io::Error::other)?;
        let descriptor: OwnedFd = pty.as_fd().try_clone_to_owned()?;
        let keys = File::from(descriptor.try_clone()?);
        // Bounded: a program that prints faster than we read waits, as on any terminal.
        let (sender, output) = channel(4);
        std::thread::spawn(move || read_all(File::from(descriptor), &sender));
        Ok(Self { start: Instant::now(), child, keys, output, left: Vec::new() })
    }
}

fn read_all(mut terminal: File, output: &Sender<Vec<u8>>) {
    let mut buffer = vec![0; 64 << 10];
    // The terminal of a shell that has ended gives an error (EIO), not an end.
    while let Ok(length @ 1..) = terminal.read(&mut buffer) {
        if output.blocking_send(buffer[..length].to_vec()).is_err() {
            return;
        }
    }
}

/// Its status, as an engine tells it: 128 and the number of the signal that has ended it.
fn status(ended: std::process::ExitStatus) -> Option<i32> {
    ended.code().or_else(|| ended.signal().map(|signal| 128 + signal))
}

impl Terminal for Local {
    type Error = io::Error;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    async fn write(&mut self, keys: &[u8]) -> io::Result<()> {
        // If the shell has just ended, reading will tell.
        let _ = self.keys.write_all(keys);
        Ok(())
    }

    async fn read(&mut self, buffer: &mut [u8], until: Duration) -> io::Result<Read> {
        if self.left.is_empty() {
            let timeout = until.saturating_sub(self.now()).min(LOOK_AT_CHILD);
            self.left = match tokio::time::timeout(timeout, self.output.recv()).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Ok(Read::Closed(status(self.child.wait()?))),
                // A program in the background can hold the terminal open when the shell has gone.
                Err(_) => {
                    return Ok(self.child.try_wait()?.map_or(Read::Silence, |ended| Read::Closed(status(ended))));
                }
            };
        }
        let length = self.left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.left[..length]);
        self.left.drain(..length);
        Ok(Read::Bytes(length))
    }

    async fn foreground(&mut self, shell: u32) -> Foreground {
        probe::judge(&look(probe::SCRIPT, shell))
    }

    async fn listening(&mut self, shell: u32) -> BTreeSet<u16> {
        listening::judge(&look(listening::SCRIPT, shell))
    }
}

/// What a script says of the terminal whose first shell this is.
fn look(script: &str, shell: u32) -> String {
    let output = std::process::Command::new("sh").args(["-c", script, "sh", &shell.to_string()]).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
