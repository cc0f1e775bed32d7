//! An engine that speaks Docker's interface, Docker itself or Podman: what it is.

use bollard::{Docker, models::SystemInfo};
use std::{sync::Arc, time::Duration};

use super::{
    archives::{Archives, Build},
    connection::{Address, Stream},
    error::{Error, Result, root_cause},
    find::find,
    service::Service,
    spec::Host,
};

/// Seconds for an answer to a small request: creating a container from a large image is the slowest.
const PATIENCE: u64 = 120;
/// Seconds to the first byte of what may take long: a build, a pull, an export.
const LONG_PATIENCE: u64 = 1800;
/// Time for an engine's first answer.
const FIRST_PATIENCE: Duration = Duration::from_secs(10);

/// What an engine says of itself, for reports.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EngineInfo {
    /// `Docker` or `Podman`.
    pub name: &'static str,
    /// Version, such as `20.10.24+dfsg1`.
    pub version: String,
    /// Version of the interface that guidepost speaks with it.
    pub api_version: String,
    /// Operating system and architecture: `linux/amd64`.
    pub platform: String,
    /// Kernel version.
    pub kernel: String,
    /// How many processors it has.
    pub cpus: u32,
    /// Its memory, in bytes; 0 if it does not say.
    pub memory: u64,
    /// Whether it runs without root's rights.
    pub rootless: bool,
    /// Version of the kernel's control groups, `1` or `2`; empty if it does not say.
    pub cgroup_version: String,
    /// Who manages them: `cgroupfs`, `systemd`, `none`; empty if it does not say.
    pub cgroup_driver: String,
    /// How it stores images: `overlay2`, `overlay`, `vfs`.
    pub storage: String,
}

/// An engine that answers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
    address: Address,
    info: EngineInfo,
    host: Host,
    archives: Arc<Archives>,
    /// What guidepost has started for it.
    _service: Option<Arc<Service>>,
}

impl Engine {
    /// The engine that [`find`](super::find) finds.
    ///
    /// # Errors
    /// As there.
    pub async fn connect() -> Result<Self> {
        find().await.map(|found| found.engine)
    }

    /// The engine at an address as in `DOCKER_HOST`.
    ///
    /// # Errors
    /// [`Error::NoEngine`], [`Error::BadAddress`].
    pub async fn connect_to(host: &str) -> Result<Self> {
        Self::at(Address::parse(host)?).await
    }

    pub(super) async fn at(address: Address) -> Result<Self> {
        let no_engine = |reason: String| Error::NoEngine { address: address.show(), reason };
        let docker = address.docker(PATIENCE)?;
        let first = async {
            let docker = docker.negotiate_version().await?;
            let version = docker.version().await?;
            let info = docker.info().await?;
            Ok::<_, bollard::errors::Error>((docker, version, info))
        };
        let (docker, version, info) = tokio::time::timeout(FIRST_PATIENCE, first)
            .await
            .map_err(|_| no_engine(format!("no answer for {} s", FIRST_PATIENCE.as_secs())))?
            .map_err(|e| no_engine(root_cause(&e)))?;
        let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "unknown".into());
        let mut host = host(&info);
        let is_podman = version.components.iter().flatten().any(|part| part.name.starts_with("Podman"));
        host.is_docker = !is_podman;
        if is_podman && !host.remaps_users {
            // Podman says it where Docker has nothing.
            let said = address.get(&docker.client_version(), "/info").await?;
            host.remaps_users = said["Rootless"] == true;
        }
        let says_rootless = info.security_options.iter().flatten().any(|said| said.contains("name=rootless"));
        let info = EngineInfo {
            name: if is_podman { "Podman" } else { "Docker" },
            rootless: says_rootless || is_podman && host.remaps_users,
            cgroup_version: info.cgroup_version.map(|version| version.to_string()).unwrap_or_default(),
            cgroup_driver: info.cgroup_driver.map(|driver| driver.to_string()).unwrap_or_default(),
            storage: info.driver.clone().unwrap_or_default(),
            version: or_unknown(version.version),
            api_version: docker.client_version().to_string(),
            platform: format!("{}/{}", or_unknown(version.os), or_unknown(version.arch)),
            kernel: or_unknown(version.kernel_version),
            cpus: host.cpus,
            memory: info.mem_total.and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        };
        Ok(Self { docker, address, info, host, archives: Arc::default(), _service: None })
    }

    /// The same engine, for which a service was started that ends with it.
    pub(super) fn served_by(self, service: Arc<Service>) -> Self {
        Self { _service: Some(service), ..self }
    }

    /// Where it listens, as one writes it in `DOCKER_HOST`.
    pub fn address(&self) -> String {
        self.address.show()
    }

    /// What it says of itself.
    pub fn info(&self) -> &EngineInfo {
        &self.info
    }

    /// Whether it still answers.
    ///
    /// # Errors
    /// [`Error::EngineGone`].
    pub async fn ping(&self) -> Result<()> {
        match tokio::time::timeout(FIRST_PATIENCE, self.docker.ping()).await {
            Ok(result) => result.map(drop).map_err(Error::from),
            Err(_) => Err(Error::EngineGone { reason: format!("no answer for {} s", FIRST_PATIENCE.as_secs()) }),
        }
    }

    /// The same engine, whose machines fetch packages from a server that keeps them between runs. If its image is missing, it is built, or
    /// machines go without. [`Engine::close`] ends it, and so does a time in which no machine was made: longer than any may be there.
    #[must_use]
    pub fn keeping_packages(self, builds: bool, idle: Duration) -> Self {
        let build = if builds { Build::IfMissing } else { Build::Never };
        Self { archives: Arc::new(Archives::new(build, idle)), ..self }
    }

    /// Removes what machines have shared. One that is dropped instead removes it, too.
    ///
    /// # Errors
    /// If it could not be removed; the next start removes it.
    pub async fn close(self) -> Result<()> {
        self.archives.close().await
    }

    pub(super) fn archives(&self) -> &Archives {
        &self.archives
    }

    /// The same engine without what machines share.
    pub(super) fn without_archives(&self) -> Self {
        Self { archives: Arc::default(), ..self.clone() }
    }

    /// What machines depend on.
    pub(super) fn host(&self) -> Host {
        self.host
    }

    pub(super) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// For requests whose first byte may take long.
    pub(super) fn patient(&self) -> Docker {
        self.docker.clone().with_timeout(Duration::from_secs(LONG_PATIENCE))
    }

    /// The same engine for another runtime: connections belong to the one that opened them.
    pub(super) fn reconnected(&self) -> Result<Self> {
        Ok(Self { docker: self.address.docker(PATIENCE)?, ..self.clone() })
    }

    /// Whether it runs on this host, so that the host's files tell about it.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.address, Address::Unix(_))
    }

    pub(super) async fn start_exec(&self, exec: &str, tty: bool) -> Result<Stream> {
        self.address.start_exec(&self.docker.client_version(), exec, tty).await
    }
}

/// What machines depend on, of what an engine says of itself.
fn host(info: &SystemInfo) -> Host {
    let has = |option: &str| info.security_options.iter().flatten().any(|said| said.contains(option));
    let on_xfs = || info.driver_status.iter().flatten().flatten().any(|text| text == "xfs");
    Host {
        cpus: info.ncpu.and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
        // Of xfs it does not say whether it was mounted with `pquota`: that is tried.
        limits_disk: match info.driver.as_deref() {
            Some("btrfs" | "zfs") => true,
            Some("overlay2") => on_xfs(),
            _ => false,
        },
        remaps_users: has("name=userns") || has("name=rootless"),
        is_docker: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_machines_depend_on() {
        let info = |driver: &str, files: &str, security: &str| SystemInfo {
            ncpu: Some(4),
            driver: Some(driver.into()),
            driver_status: Some(vec![vec!["Backing Filesystem".into(), files.into()]]),
            security_options: Some(vec!["name=seccomp,profile=default".into(), security.into()]),
            ..SystemInfo::default()
        };
        for (driver, files, security, limits_disk, remaps_users) in [
            ("overlay2", "extfs", "name=cgroupns", false, false),
            ("overlay2", "xfs", "name=userns", true, true),
            ("zfs", "", "name=rootless", true, true),
            ("btrfs", "btrfs", "", true, false),
            ("vfs", "xfs", "", false, false),
        ] {
            let expected = Host { cpus: 4, limits_disk, remaps_users, is_docker: false };
            assert_eq!(host(&info(driver, files, security)), expected, "{driver} {files} {security}");
        }
    }
}
