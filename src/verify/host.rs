//! Where guides are done: the seam at the machine. [`Docker`](super::docker) is behind it, and in the tests a folder of this
//! computer, so that whole verifications are tried where no engine is, in seconds.

use std::path::Path;

use crate::{
    machine::{self, Error, Held, Identity, Image, Kept, Machine, Output, RemoteFile, Result, Run, TerminalOptions},
    session::driver::Terminal,
};

/// Makes clean machines.
pub trait Host: Sync {
    /// A machine of its own.
    type Running: Running;

    /// What it says of itself, for reports: its version, and that of its interface.
    fn version(&self) -> (String, String);

    /// Most memory that it has for all machines together, in bytes.
    fn memory(&self) -> u64;

    /// A machine on which the setup that the key stands for was done for an earlier guide, if there is one.
    ///
    /// # Errors
    /// Any of [`Error`].
    fn kept(
        &self,
        machine: &Machine,
        site: &Path,
        key: &str,
        listener: &(dyn Fn(machine::Event) + Send + Sync),
    ) -> impl Future<Output = Result<Option<Kept>>>;

    /// Removes what [`Running::snapshot`] has kept.
    ///
    /// # Errors
    /// If that cannot be done.
    fn forget(&self, snapshot: &str) -> impl Future<Output = Result<()>>;

    /// The newest machine that an earlier run has left there ([`Running::keep`]) of this guide, if it still runs. Unlike one that was
    /// started, it stays when it is dropped.
    ///
    /// # Errors
    /// Any of [`Error`].
    fn adopt(&self, machine: &Machine, identity: &Identity) -> impl Future<Output = Result<Option<Self::Running>>>;

    /// Starts a clean machine and waits until it is ready. `site` is the folder that `build:` is relative to. Nothing is left
    /// behind if it fails, or if the future is dropped on the way.
    ///
    /// # Errors
    /// Any of [`Error`]; none is a verdict on a guide.
    fn start(
        &self,
        machine: &Machine,
        identity: &Identity,
        site: &Path,
        listener: &(dyn Fn(machine::Event) + Send + Sync),
    ) -> impl Future<Output = Result<Self::Running>>;
}

/// A machine that is ready: terminals, commands beside them, and files. One that is dropped is removed.
pub trait Running: Send + Sync {
    /// A terminal in it, that ends with it.
    type Terminal: Terminal<Error: Into<Error>> + 'static;

    /// What it was made from.
    fn image(&self) -> &Image;

    /// What `docker exec` calls it.
    fn name(&self) -> &str;

    /// Opens a terminal, by default as the machine's user.
    ///
    /// # Errors
    /// If the shell or the user is missing, or the machine is gone.
    fn open(&self, options: &TerminalOptions) -> impl Future<Output = Result<Self::Terminal>>;

    /// Runs a command of ours beside the terminals, by default as root.
    ///
    /// # Errors
    /// If the machine is gone; not that the command failed or could not be started, which its status tells.
    fn run(&self, run: &Run<'_>) -> impl Future<Output = Result<Output>>;

    /// Writes a file. Without an owner or a mode, an existing file keeps its own, and a new one is root's with mode 644.
    ///
    /// # Errors
    /// [`Error::File`], or if the machine is gone.
    fn write(
        &self,
        path: &str,
        content: &[u8],
        owner: Option<&str>,
        mode: Option<u32>,
    ) -> impl Future<Output = Result<()>>;

    /// Reads a file of at most `limit` bytes, through links.
    ///
    /// # Errors
    /// [`Error::File`], or if the machine is gone.
    fn read(&self, path: &str, limit: usize) -> impl Future<Output = Result<RemoteFile>>;

    /// Whether it still runs.
    ///
    /// # Errors
    /// [`Error::Ended`] if not, or if that cannot be known.
    fn check(&self) -> impl Future<Output = Result<()>>;

    /// What of it [`Running::keep_for`] would not keep; `None` if files are among it.
    ///
    /// # Errors
    /// If the machine is gone.
    fn state(&self) -> impl Future<Output = Result<Option<Vec<String>>>>;

    /// What of it [`Running::snapshot`] would not keep: what runs, mounts, names. `None` if files are among it.
    ///
    /// # Errors
    /// If the machine is gone.
    fn held(&self) -> impl Future<Output = Result<Option<Held>>>;

    /// Keeps its files as they are now: the name of an image that others can be made from, until [`Host::forget`].
    ///
    /// # Errors
    /// If that cannot be done.
    fn snapshot(&self) -> impl Future<Output = Result<String>>;

    /// Keeps it, as it is now, for guides whose setup has this key.
    ///
    /// # Errors
    /// If that cannot be done.
    fn keep_for(&self, key: &str) -> impl Future<Output = Result<()>>;

    /// Gives the person at this process's terminal a terminal there, until its shell ends.
    ///
    /// # Errors
    /// If the machine is gone.
    fn visit(&self, options: &TerminalOptions) -> impl Future<Output = Result<()>>;

    /// Removes it.
    ///
    /// # Errors
    /// If it could not be removed.
    fn close(self) -> impl Future<Output = Result<()>>;

    /// Leaves it there when this process ends, and gives its name.
    fn keep(self) -> impl Future<Output = String>;
}
