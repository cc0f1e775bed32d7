//! A machine that runs, from its start to its removal.

use bollard::{
    models::ContainerSummary,
    query_parameters::{
        ContainerArchiveInfoOptionsBuilder, ListContainersOptionsBuilder, RenameContainerOptionsBuilder,
        StartContainerOptions,
    },
};
use std::{
    collections::HashMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    disk,
    engine::Engine,
    error::{Error, Result},
    exec::{self, Output, Run, Terminal, TerminalOptions, TerminalReader, TerminalWriter},
    file::{self, RemoteFile},
    image::{Event, Image, Listener},
    kept::Held,
    label::{GUIDE, Identity, MACHINE, Owner, RUN, SITE, until},
    life::Life,
    preload::preload,
    settings::{Init, Machine, Network},
    spec::{self, Host},
    trust,
};

mod guard;

pub(super) use guard::{Guard, remove_container, remove_network, remove_volume};

/// Time for systemd and for the nested engine to come up.
const PATIENCE: Duration = Duration::from_secs(120);
/// What to do where systemd ends as soon as it begins.
const SYSTEMD_HELP: &str = "`guidepost engine` says whether machines with systemd can be had here";
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// A machine that is ready.
///
/// End it with [`RunningMachine::close`]. One that is dropped instead (a panic, a cancelled task, Ctrl-C) is removed all the
/// same: by a thread with a runtime of its own, for which the drop waits, commonly a few tenths of a second. What even that
/// misses (`kill -9`, an engine that is away) the [reaper](super::reap) removes at the next start.
#[derive(Debug)]
pub struct RunningMachine {
    life: Life,
    image: Image,
    user: Option<String>,
    guard: Guard,
    disk: Option<disk::Watch>,
}

/// Starts a clean machine and waits until it is ready. `site` is the folder that `build:` is relative to.
///
/// Nothing is left behind if it fails, or if the future is dropped on the way.
///
/// # Errors
/// Any of [`Error`]; none is a verdict on a guide.
pub async fn start(
    engine: &Engine,
    machine: &Machine,
    identity: &Identity,
    site: &Path,
    listener: Listener<'_>,
) -> Result<RunningMachine> {
    let image = engine.image(&machine.source, site, listener).await?;
    let mut running = RunningMachine {
        life: Life {
            engine: engine.clone(),
            name: identity.machine.to_string(),
            container: identity.resource(),
            memory: machine.memory,
            until: identity.until,
            stopped: Arc::default(),
        },
        image,
        user: machine.user.clone(),
        guard: Guard::new(engine.clone(), identity.resource()),
        disk: None,
    };
    match running.begin(machine, identity, listener).await {
        Ok(()) => Ok(running),
        Err(error) => {
            // Why it failed is worth more than that it could not be removed.
            let _ = running.guard.remove().await;
            Err(match error {
                Error::Ended { machine: name, reason, outside, .. } if machine.init == Init::Systemd => {
                    Error::Ended { machine: name, reason, help: SYSTEMD_HELP.into(), outside }
                }
                other => other,
            })
        }
    }
}

/// The newest machine of a guide that an ended process has left running, see [`RunningMachine::keep`]. It stays when it is dropped, and its
/// time is over when it was to be over.
///
/// # Errors
/// [`Error::EngineGone`], [`Error::Refused`].
pub async fn adopt(engine: &Engine, machine: &Machine, identity: &Identity) -> Result<Option<RunningMachine>> {
    let label = |key: &str, value: &dyn std::fmt::Display| format!("{key}={value}");
    let mut labels = vec![RUN.to_owned(), label(GUIDE, &identity.guide), label(MACHINE, &identity.machine)];
    labels.extend(identity.site.as_ref().map(|site| label(SITE, site)));
    let filters = HashMap::from([("label".to_owned(), labels), ("status".to_owned(), vec!["running".to_owned()])]);
    let options = ListContainersOptionsBuilder::new().filters(&filters).build();
    let mut containers = engine.docker().list_containers(Some(options)).await?;
    // A machine whose owner lives is being used, and nobody knows that of one whose owner cannot be seen.
    containers.retain(|container| {
        let labels = container.labels.as_ref();
        labels.and_then(Owner::from_labels).and_then(|owner| owner.is_gone()) == Some(true)
    });
    let resource =
        |container: &ContainerSummary| container.names.iter().flatten().find_map(|name| Identity::resource_of(name));
    let kept = containers.into_iter().filter_map(|container| Some((resource(&container)?, container)));
    let Some((resource, kept)) = kept.max_by_key(|(_, container)| container.created) else { return Ok(None) };
    let (Some(container), Some(labels)) = (kept.id, kept.labels) else { return Ok(None) };
    // If this run crashes, it is left behind like any other.
    rename(engine, &container, &resource).await?;
    let life = Life {
        engine: engine.clone(),
        name: identity.machine.to_string(),
        container,
        memory: machine.memory,
        until: until(&labels).unwrap_or(identity.until),
        stopped: Arc::default(),
    };
    let reference = kept.image.unwrap_or_default();
    let image = Image { reference, id: kept.image_id.unwrap_or_default(), digest: None, created: None };
    let mut guard = Guard::new(engine.clone(), resource);
    guard.disarm();
    let disk = Some(disk::watch(life.clone(), machine));
    Ok(Some(RunningMachine { life, image, user: machine.user.clone(), guard, disk }))
}

impl RunningMachine {
    async fn begin(&mut self, machine: &Machine, identity: &Identity, listener: Listener<'_>) -> Result<()> {
        if let Some(network) = spec::network(machine, identity) {
            self.guard.make_network(network).await?;
        }
        self.life.container = self.create(machine, identity).await?;
        self.furnish(machine).await?;
        let (engine, container, image) = (self.life.engine.clone(), self.life.container.clone(), self.image.clone());
        let network = identity.resource();
        let attach = async {
            match machine.network {
                Network::Bridge => engine.archives().attach(&engine, &container, &image, &network, listener).await,
                Network::Internal | Network::None => Ok(()),
            }
        };
        // The server of packages is made while the machine begins to run.
        let (begun, attached) = futures_util::future::join(self.boot(machine, listener), attach).await;
        begun.and(attached)
    }

    async fn boot(&mut self, machine: &Machine, listener: Listener<'_>) -> Result<()> {
        let docker = self.life.engine.docker().clone();
        docker.start_container(&self.life.container, None::<StartContainerOptions>).await?;
        self.disk = Some(disk::watch(self.life.clone(), machine));
        self.check_user().await?;
        if machine.init == Init::Systemd {
            listener(Event::Waiting("systemd"));
            let booted = |o: &Output| matches!(o.text().trim(), "running" | "degraded");
            let state = self.wait_for("systemd", &["systemctl", "is-system-running"], booted).await?;
            if state == "degraded" {
                let failed = ["systemctl", "--failed", "--plain", "--no-legend"];
                listener(Event::Degraded(self.run(&Run { command: &failed, ..Run::default() }).await?.text()));
            }
        }
        if machine.nested_docker {
            listener(Event::Waiting("its Docker engine"));
            let command = ["docker", "info", "--format", "{{.ServerVersion}}"];
            self.wait_for("its Docker engine", &command, Output::is_success).await?;
            preload(&self.life.engine, &self.life.container, &machine.images, listener).await?;
        }
        Ok(())
    }

    /// Makes the container, and gives its id. An engine that turns out not to limit disks is asked again without that.
    async fn create(&mut self, machine: &Machine, identity: &Identity) -> Result<String> {
        let host = self.life.engine.host();
        let spec = |host: Host| spec::container(machine, &self.image.id, host, identity);
        match self.guard.make_container(spec(host)).await {
            Err(Error::Refused { .. }) if host.limits_disk => {
                self.guard.make_container(spec(Host { limits_disk: false, ..host })).await
            }
            created => created,
        }
    }

    /// Files that are there before anything in the machine runs.
    async fn furnish(&self, machine: &Machine) -> Result<()> {
        let bundle = if machine.host_ca_certificates { trust::host_bundle() } else { None };
        let mut files: Vec<(String, u32, &[u8])> = Vec::new();
        if let Some(bundle) = &bundle {
            files.extend(trust::COPIES.map(|path| (path.trim_start_matches('/').to_owned(), 0o644, bundle.as_slice())));
        }
        let settings = if machine.nested_docker && machine.network == Network::Bridge && self.life.engine.is_local() {
            nested_settings(&self.life.engine, &self.life.container).await?
        } else {
            None
        };
        if let Some(settings) = &settings {
            files.push((NESTED_SETTINGS.trim_start_matches('/').to_owned(), 0o644, settings.as_bytes()));
        }
        if files.is_empty() {
            return Ok(());
        }
        file::put(&self.life.engine, &self.life.container, &files).await
    }

    async fn check_user(&self) -> Result<()> {
        let Some(user) = &self.user else { return Ok(()) };
        let name = user.split(':').next().unwrap_or(user);
        if name.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(());
        }
        let output = self.run(&Run { command: &["id", "-u", name], ..Run::default() }).await?;
        match output.status {
            Some(0) => Ok(()),
            _ => Err(Error::NoUser { machine: self.life.name.clone(), user: user.clone() }),
        }
    }

    async fn wait_for(&self, what: &str, command: &[&str], good: impl Fn(&Output) -> bool) -> Result<String> {
        let began = Instant::now();
        loop {
            let run = Run { command, timeout: Some(PATIENCE), ..Run::default() };
            let output = self.run(&run).await?;
            if good(&output) {
                return Ok(output.text());
            }
            if began.elapsed() > PATIENCE {
                let log = ["journalctl", "--boot", "--no-pager", "--output=cat", "--lines=30", "--priority=warning"];
                let log = self.run(&Run { command: &log, ..Run::default() }).await;
                return Err(Error::NotReady {
                    machine: self.life.name.clone(),
                    seconds: PATIENCE.as_secs(),
                    waited_for: format!("{what} ({})", output.text()),
                    tail: log.map(|o| o.text()).unwrap_or_default(),
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What it was made from, for reports.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The engine's id of its container; also what `docker exec` takes, to look inside.
    pub fn container(&self) -> &str {
        &self.life.container
    }

    /// Opens a terminal, by default as the machine's user.
    ///
    /// # Errors
    /// [`Error::Refused`] if the shell or the user is missing, [`Error::Ended`], [`Error::EngineGone`].
    pub async fn open(&self, options: &TerminalOptions) -> Result<(Terminal, TerminalReader, TerminalWriter)> {
        let mut options = options.clone();
        if options.user.is_none() {
            options.user.clone_from(&self.user);
        }
        self.or_ended(exec::open(&self.life, &options).await).await
    }

    /// Runs a command of ours beside the terminals, by default as root.
    ///
    /// # Errors
    /// [`Error::Ended`], [`Error::EngineGone`]; not that the command failed or could not be started, which its status tells.
    pub async fn run(&self, run: &Run<'_>) -> Result<Output> {
        self.or_ended(exec::run(&self.life.engine, &self.life.container, run).await).await
    }

    /// Writes a file. Without an owner (`reader`, `reader:staff`, `1000:1000`) or a mode, an existing file keeps its own,
    /// and a new one is root's with mode 644. Never through a symbolic link that is not root's.
    ///
    /// # Errors
    /// [`Error::File`], and as [`RunningMachine::run`].
    pub async fn write(&self, path: &str, content: &[u8], owner: Option<&str>, mode: Option<u32>) -> Result<()> {
        self.or_ended(file::write(&self.life.engine, &self.life.container, path, content, owner, mode).await).await
    }

    /// Reads a file of at most `limit` bytes, through links.
    ///
    /// # Errors
    /// [`Error::File`], and as [`RunningMachine::run`].
    pub async fn read(&self, path: &str, limit: usize) -> Result<RemoteFile> {
        self.or_ended(file::read(&self.life.engine, &self.life.container, path, limit).await).await
    }

    /// What no image holds of it: processes, mounts, names; and what a terminal is like that is opened now. `None` if it holds files
    /// that are in no image.
    ///
    /// # Errors
    /// As [`RunningMachine::run`].
    pub async fn state(&self) -> Result<Option<Vec<String>>> {
        self.or_ended(self.life.engine.state(&self.life.container, self.user.as_deref()).await).await
    }

    /// What no image holds of it: processes, mounts, names. `None` if it holds files that are in no image.
    ///
    /// # Errors
    /// As [`RunningMachine::run`].
    pub async fn held(&self) -> Result<Option<Held>> {
        self.or_ended(self.life.engine.held(&self.life.container).await).await
    }

    /// Keeps its files, as they are now, as an image: what that is called. Until [`Engine::remove_snapshot`], or until nobody answers
    /// for it any more.
    ///
    /// # Errors
    /// As [`RunningMachine::run`].
    pub async fn snapshot(&self) -> Result<String> {
        self.or_ended(self.life.engine.snapshot(&self.life.container).await).await
    }

    /// Keeps it, as it is now, for guides whose setup has this key.
    ///
    /// # Errors
    /// As [`RunningMachine::run`].
    pub async fn keep_for(&self, key: &str) -> Result<()> {
        self.or_ended(self.life.engine.keep(&self.life.container, &self.image.id, key).await).await
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// [`Error::Ended`] if not, [`Error::EngineGone`] if that cannot be known.
    pub async fn check(&self) -> Result<()> {
        self.life.check().await
    }

    async fn or_ended<T>(&self, result: Result<T>) -> Result<T> {
        self.life.or_ended(result).await
    }

    /// Removes its container, network and volume.
    ///
    /// # Errors
    /// [`Error::EngineGone`], [`Error::Refused`]; the reaper then tries again at the next start.
    pub async fn close(mut self) -> Result<()> {
        self.guard.remove().await
    }

    /// Leaves it running when this process ends, and gives its container's id: for `--keep`. It can be [adopted](adopt()), and is removed
    /// when its guide is done anew, by `guidepost clean`, and when its time is over. Where the engine cannot give it another name, the next
    /// start's reaper removes it.
    pub async fn keep(mut self) -> String {
        let _ = rename(&self.life.engine, &self.life.container, &Identity::kept(self.guard.resource())).await;
        self.guard.disarm();
        std::mem::take(&mut self.life.container)
    }
}

async fn rename(engine: &Engine, container: &str, name: &str) -> Result<()> {
    let options = RenameContainerOptionsBuilder::new().name(name).build();
    Ok(engine.docker().rename_container(container, options).await?)
}

/// Settings of the nested engine.
const NESTED_SETTINGS: &str = "/etc/docker/daemon.json";

/// Settings of a nested engine with the host's name servers; `None` if the image has settings of its own, or there is nothing
/// to say. In a private network the machine asks Docker's own name server at 127.0.0.11, which a nested engine cannot hand on
/// to its containers; it would fall back to public ones, which not every network lets through.
async fn nested_settings(engine: &Engine, container: &str) -> Result<Option<String>> {
    let options = ContainerArchiveInfoOptionsBuilder::new().path(NESTED_SETTINGS).build();
    match engine.docker().get_container_archive_info(container, Some(options)).await.map_err(Error::from) {
        Ok(_) => return Ok(None),
        Err(e) if e.is_not_found() => {}
        Err(e) => return Err(e),
    }
    let servers = |path: &str| -> Vec<String> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let named = text.lines().filter_map(|line| line.strip_prefix("nameserver")?.split_whitespace().next());
        named.filter(|s| s.parse().is_ok_and(|a: std::net::IpAddr| !a.is_loopback())).map(str::to_owned).collect()
    };
    let found = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"].map(servers);
    Ok(found.into_iter().find(|f| !f.is_empty()).map(|dns| serde_json::json!({ "dns": dns }).to_string()))
}
