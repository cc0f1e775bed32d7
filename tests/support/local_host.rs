//! A host on which guides are really done without an engine: a machine is a temporary folder of this computer, which is also
//! its home, and its terminals are pseudo-terminals.
//!
//! It keeps honest guides apart and no more: guides of the tests write below their home. Files are saved there only, whatever
//! was started from a machine's terminals ends with it, and nothing asks for a password.

use super::local::Local;
use guidepost::{
    machine::settings::ImageSource,
    machine::{
        self, Error, FileError, Held, Identity, Image, Kept, Machine, Output, Process, RemoteFile, Result, Run,
        TerminalOptions,
    },
    proof,
    report::Report,
    site,
    verify::{self, Host, Running},
};
use pty_process::blocking::Command;
use std::{
    collections::BTreeMap,
    io::ErrorKind,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

/// Does all guides of a site on a host.
pub(crate) fn run(host: &LocalHost, of_site: &site::Options, options: &verify::Options) -> Report {
    let jobs = proof::jobs(of_site, &[]).unwrap_or_else(|failure| panic!("{}: {failure:?}", of_site.site.display()));
    run_jobs(host, jobs, options)
}

/// Does these jobs on a host.
pub(crate) fn run_jobs(host: &LocalHost, jobs: Vec<verify::Job>, options: &verify::Options) -> Report {
    run_heard(host, jobs, options, &())
}

/// Does jobs on a host, and somebody hears of it.
pub(crate) fn run_heard(
    host: &LocalHost,
    jobs: Vec<verify::Job>,
    options: &verify::Options,
    listener: &dyn verify::Listener,
) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(verify::run_on(host, jobs, options, listener)).expect("the host is there")
}

/// How guides of a site are done on it.
pub(crate) fn options(site: &Path) -> verify::Options {
    verify::Options {
        site: site.to_owned(),
        jobs: 16,
        fail_fast: false,
        retries: 0,
        update: false,
        keep: false,
        shell: false,
        record: None,
        guide_timeout: Duration::from_secs(300),
        results: None,
        fresh: true,
        expected: BTreeMap::new(),
        shard: None,
    }
}

/// Where programs are; a login shell may set its own.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Begin of the names of machines' folders.
const PREFIX: &str = "guidepost-local-";
/// Seconds for a command of ours.
const LOOK: &str = "20";

/// Makes machines of folders.
#[derive(Debug)]
pub(crate) struct LocalHost {
    /// Guides with this in their names panic when a terminal is opened.
    pub(crate) panics: Option<&'static str>,
    /// Most memory of all machines, in bytes.
    pub(crate) memory: u64,
    /// Copies of machines' folders, by the keys of the setups that were done there.
    pub(crate) kept: KeptFolders,
    /// How many machines have a network at the same time.
    pub(crate) networks: usize,
    /// Each machine has a copy.
    pub(crate) network: Arc<()>,
}

/// Shared by a host and its machines.
type KeptFolders = Arc<Mutex<BTreeMap<String, tempfile::TempDir>>>;

impl Default for LocalHost {
    fn default() -> Self {
        let (kept, network) = (KeptFolders::default(), Arc::default());
        Self { panics: None, memory: u64::MAX, kept, networks: usize::MAX, network }
    }
}

impl Host for LocalHost {
    type Running = LocalMachine;

    fn version(&self) -> (String, String) {
        ("local".into(), "local".into())
    }

    fn memory(&self) -> u64 {
        self.memory
    }

    async fn kept(
        &self,
        machine: &Machine,
        _: &Path,
        key: &str,
        _: &(dyn Fn(machine::Event) + Send + Sync),
    ) -> Result<Option<Kept>> {
        let known = self.kept.lock().expect("no panic").contains_key(key);
        let source = ImageSource::Image(key.to_owned());
        Ok(known.then(|| Kept { machine: Machine { source, ..machine.clone() }, made: "2026-11-28T23:00:00Z".into() }))
    }

    async fn forget(&self, snapshot: &str) -> Result<()> {
        self.kept.lock().expect("no panic").remove(snapshot);
        Ok(())
    }

    /// Machines here end with those who made them.
    async fn adopt(&self, _: &Machine, _: &Identity) -> Result<Option<LocalMachine>> {
        Ok(None)
    }

    async fn start(
        &self,
        machine: &Machine,
        identity: &Identity,
        _: &Path,
        _: &(dyn Fn(machine::Event) + Send + Sync),
    ) -> Result<LocalMachine> {
        if Arc::strong_count(&self.network) > self.networks {
            return Err(Error::NoNetwork { reason: "all address pools are used up".into() });
        }
        let _network = Arc::clone(&self.network);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let home = folder.path().canonicalize()?;
        if let ImageSource::Image(key) = &machine.source
            && let Some(kept) = self.kept.lock().expect("no panic").get(key)
        {
            copy(kept.path(), &home);
        }
        let (reference, id) = ("local".to_owned(), "local".to_owned());
        let image = Image { reference, id, digest: None, created: None };
        let panics = self.panics.is_some_and(|name| identity.guide.to_string().contains(name));
        Ok(LocalMachine { _folder: folder, _network, home, image, panics, kept: Arc::clone(&self.kept) })
    }
}

/// A folder that stands in for a machine.
#[derive(Debug)]
pub(crate) struct LocalMachine {
    _folder: tempfile::TempDir,
    _network: Arc<()>,
    home: PathBuf,
    image: Image,
    panics: bool,
    kept: KeptFolders,
}

/// Copies what is in a folder.
fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status();
    assert!(done.expect("cp runs").success());
}

impl LocalMachine {
    /// A folder of this machine that a copy of it has elsewhere. So what is begun from a snapshot is seen to be elsewhere.
    fn here(&self, folder: &str) -> PathBuf {
        let Some((_, below)) = folder.split_once(PREFIX) else { return folder.into() };
        below.split_once('/').map_or(self.home.clone(), |(_, below)| self.home.join(below))
    }

    /// What all of its processes have in their environment.
    fn mark(&self) -> String {
        format!("GUIDEPOST_LOCAL={}", self.home.display())
    }

    /// What was started from its terminals: ids and names.
    fn processes(&self) -> impl Iterator<Item = (rustix::process::Pid, String)> {
        let mark = self.mark();
        let has_mark =
            move |environment: Vec<u8>| environment.split(|byte| *byte == 0).any(|name| name == mark.as_bytes());
        std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(move |entry| {
            let pid = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
            let pid = pid.and_then(rustix::process::Pid::from_raw)?;
            let name = std::fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            std::fs::read(entry.path().join("environ")).is_ok_and(&has_mark).then_some((pid, name))
        })
    }

    /// Ends what was started from its terminals.
    fn kill(&self) {
        for (pid, _) in self.processes() {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }

    /// A file that may be written: below the home, links resolved.
    fn own(&self, path: &str) -> Result<PathBuf> {
        let failed = |reason: String| Error::File(FileError::Failed { path: path.to_owned(), reason });
        let file = Path::new(path);
        // What shells are asked with, in any machine.
        if path.starts_with("/tmp/.guidepost-") {
            return Ok(file.to_owned());
        }
        let folder = file.parent().unwrap_or(Path::new("/"));
        let folder = folder.canonicalize().map_err(|error| failed(error.to_string()))?;
        if !folder.starts_with(&self.home) || file.is_symlink() {
            return Err(failed("a local machine saves files below its home only".into()));
        }
        Ok(folder.join(file.file_name().unwrap_or_default()))
    }
}

impl Drop for LocalMachine {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Running for LocalMachine {
    type Terminal = Local;

    fn image(&self) -> &Image {
        &self.image
    }

    fn name(&self) -> &str {
        "local"
    }

    async fn open(&self, options: &TerminalOptions) -> Result<Local> {
        assert!(!self.panics, "the local machine was told to panic");
        let variables = options.env.iter().filter_map(|variable| variable.split_once('='));
        // Whoever starts the tests in the background has them ignore Ctrl-C, and so all that they start.
        let command = Command::new("env")
            .args(["--default-signal=INT,QUIT"])
            .args(&options.command)
            .env_clear()
            .envs(variables)
            .env("PATH", PATH)
            .env("HOME", &self.home)
            .env("GUIDEPOST_LOCAL", &self.home)
            .current_dir(options.folder.as_deref().map_or(self.home.clone(), |folder| self.here(folder)));
        Ok(Local::start(command)?)
    }

    async fn run(&self, run: &Run<'_>) -> Result<Output> {
        if let ["getent", "passwd", user] = run.command {
            let entry = format!("{user}:x:0:0::{}:/bin/bash\n", self.home.display());
            return Ok(Output { status: Some(0), stdout: entry.into_bytes(), stderr: Vec::new(), dropped: 0 });
        }
        let output = std::process::Command::new("timeout")
            .arg(LOOK)
            .args(run.command)
            .env_clear()
            .envs(run.env.iter().filter_map(|variable| variable.split_once('=')))
            .env("PATH", PATH)
            .env("HOME", &self.home)
            .env("GUIDEPOST_LOCAL", &self.home)
            .current_dir(run.folder.map_or(self.home.as_path(), Path::new))
            .stdin(std::process::Stdio::null())
            .output()?;
        let status = output.status.code().map(i64::from);
        Ok(Output { status, stdout: output.stdout, stderr: output.stderr, dropped: 0 })
    }

    async fn write(&self, path: &str, content: &[u8], _: Option<&str>, mode: Option<u32>) -> Result<()> {
        let file = self.own(path)?;
        std::fs::write(&file, content)?;
        if let Some(mode) = mode {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode))?;
        }
        Ok(())
    }

    async fn read(&self, path: &str, limit: usize) -> Result<RemoteFile> {
        let real = match Path::new(path).canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(FileError::NotFound { path: path.to_owned(), real: path.to_owned() }.into());
            }
            Err(error) => return Err(error.into()),
        };
        let facts = std::fs::metadata(&real)?;
        if !facts.is_file() {
            return Err(FileError::NotAFile(path.to_owned()).into());
        }
        let content = std::fs::read(&real)?;
        if content.len() > limit {
            return Err(FileError::TooLarge { path: path.to_owned(), size: facts.len(), limit }.into());
        }
        let mode = facts.permissions().mode() & 0o7777;
        Ok(RemoteFile { content, owner: "0:0".into(), mode, real: real.display().to_string() })
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }

    async fn state(&self) -> Result<Option<Vec<String>>> {
        Ok(Some(Vec::new()))
    }

    async fn held(&self) -> Result<Option<Held>> {
        let process = |(id, name): (rustix::process::Pid, String)| Process {
            id: id.as_raw_nonzero().get().cast_unsigned(),
            parent: 0,
            name: name.trim_end().to_owned(),
        };
        Ok(Some(Held { processes: self.processes().map(process).collect(), rest: Vec::new() }))
    }

    async fn snapshot(&self) -> Result<String> {
        let name = format!("snapshot-{}", machine::RunId::random().as_str());
        self.keep_for(&name).await?;
        Ok(name)
    }

    async fn keep_for(&self, key: &str) -> Result<()> {
        let folder = tempfile::tempdir()?;
        copy(&self.home, folder.path());
        self.kept.lock().expect("no panic").insert(key.to_owned(), folder);
        Ok(())
    }

    async fn visit(&self, _: &TerminalOptions) -> Result<()> {
        Ok(())
    }

    async fn close(self) -> Result<()> {
        Ok(())
    }

    async fn keep(self) -> String {
        self.name().to_owned()
    }
}
