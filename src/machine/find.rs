//! Finding an engine without being told where it is.
//!
//! What somebody has named (`DOCKER_HOST`, a context of `docker`) is used or is an error: another engine would be a surprise. After that
//! come the sockets where engines listen, the first that answers; and where there is only the program `podman`, its service is started.

use serde_json::Value;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::{
    connection::Address,
    engine::Engine,
    error::{Error, Result},
    service::Service,
};

/// An engine that was found, and what was looked at before it.
#[derive(Debug)]
pub struct Found {
    /// The engine.
    pub engine: Engine,
    /// What led to it: `DOCKER_HOST`, `the context ci of docker`, `the socket of rootless Podman`.
    pub by: String,
    /// What was looked at before, in order.
    pub before: Vec<Look>,
}

/// A place at which no engine was found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Look {
    /// What it is.
    pub what: String,
    /// Why there is none.
    pub why: String,
}

impl Look {
    fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

/// What of this process's surroundings says where an engine is.
#[derive(Debug, Default)]
struct Around {
    docker_host: Option<String>,
    docker_context: Option<String>,
    /// `DOCKER_TLS_VERIFY` is set.
    is_tls: bool,
    /// The settings of `docker`.
    settings: Option<PathBuf>,
    home: Option<PathBuf>,
    /// Where a user's services have their sockets.
    runtime: Option<PathBuf>,
    /// Where the system's are looked for.
    root: PathBuf,
}

/// What a socket's path is relative to.
#[derive(Debug, Clone, Copy)]
enum Base {
    Root,
    Runtime,
    Home,
}

/// Sockets where engines listen, in the order in which they are tried: the one that `docker` speaks to by default comes first.
const SOCKETS: [(&str, Base, &str); 5] = [
    ("Docker", Base::Root, "var/run/docker.sock"),
    ("rootless Docker", Base::Runtime, "docker.sock"),
    ("Docker Desktop", Base::Home, ".docker/run/docker.sock"),
    ("rootless Podman", Base::Runtime, "podman/podman.sock"),
    ("Podman", Base::Root, "run/podman/podman.sock"),
];

/// The context of `docker` that stands for its default socket.
const DEFAULT_CONTEXT: &str = "default";

impl Around {
    fn this() -> Self {
        let home = set("HOME").map(PathBuf::from);
        Self {
            docker_host: set("DOCKER_HOST"),
            docker_context: set("DOCKER_CONTEXT"),
            is_tls: set("DOCKER_TLS_VERIFY").is_some(),
            settings: docker_settings(),
            runtime: set("XDG_RUNTIME_DIR").map(PathBuf::from).or_else(runtime),
            home,
            root: "/".into(),
        }
    }

    /// The engine that somebody has named, and who has.
    fn named(&self) -> Result<Option<(Address, String)>> {
        if let Some(host) = &self.docker_host {
            if self.is_tls && host.starts_with("tcp://") {
                return Err(bad(&format!("DOCKER_HOST={host}"), "guidepost does not speak TLS with an engine"));
            }
            let address = Address::parse(host).map_err(|error| said_of(error, &format!("DOCKER_HOST={host}")))?;
            return Ok(Some((address, "DOCKER_HOST".into())));
        }
        let Some(name) = self.context()? else { return Ok(None) };
        let named = format!("the context `{name}` of docker");
        let host = self.host_of(&name).ok_or_else(|| bad(&named, "it is not there, or names no engine"))?;
        let address = Address::parse(&host).map_err(|error| said_of(error, &format!("{named}, {host},")))?;
        Ok(Some((address, named)))
    }

    /// The current context of `docker`, unless that is the default one.
    fn context(&self) -> Result<Option<String>> {
        let chosen = match (&self.docker_context, &self.settings) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(settings)) => {
                let file = settings.join("config.json");
                match fs::read(&file) {
                    Ok(bytes) => {
                        let read = serde_json::from_slice::<Value>(&bytes);
                        let said = read.map_err(|error| bad(&file.display().to_string(), &error.to_string()))?;
                        said["currentContext"].as_str().map(str::to_owned)
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    Err(error) => return Err(bad(&file.display().to_string(), &error.to_string())),
                }
            }
            (None, None) => None,
        };
        Ok(chosen.filter(|name| !name.is_empty() && name != DEFAULT_CONTEXT))
    }

    /// What a context names as its engine. Each has a folder that is named by a hash, and a file there with its name.
    fn host_of(&self, context: &str) -> Option<String> {
        let folders = fs::read_dir(self.settings.as_ref()?.join("contexts/meta")).ok()?;
        folders.flatten().find_map(|folder| {
            let said: Value = serde_json::from_slice(&fs::read(folder.path().join("meta.json")).ok()?).ok()?;
            (said["Name"] == context).then(|| said["Endpoints"]["docker"]["Host"].as_str().map(str::to_owned))?
        })
    }

    /// Where engines listen, each with whose socket it is.
    fn sockets(&self) -> Vec<(String, PathBuf)> {
        let base = |base| match base {
            Base::Root => Some(&self.root),
            Base::Runtime => self.runtime.as_ref(),
            Base::Home => self.home.as_ref(),
        };
        let rows = SOCKETS.iter();
        rows.filter_map(|(whose, from, path)| Some((format!("the socket of {whose}"), base(*from)?.join(path))))
            .collect()
    }
}

/// A variable of this process that is not empty.
fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folder that the client of Docker has its settings in.
pub(super) fn docker_settings() -> Option<PathBuf> {
    set("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(PathBuf::from(set("HOME")?).join(".docker")))
}

/// The folder of a user's services where no session has set `XDG_RUNTIME_DIR`: in a cron job, after `su`.
fn runtime() -> Option<PathBuf> {
    let folder = PathBuf::from(format!("/run/user/{}", user()?));
    folder.is_dir().then_some(folder)
}

#[cfg(unix)]
fn user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").ok().map(|own| own.uid())
}

#[cfg(not(unix))]
fn user() -> Option<u32> {
    None
}

/// A program of the search path.
fn program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn bad(address: &str, reason: &str) -> Error {
    Error::BadAddress { address: address.to_owned(), reason: reason.to_owned() }
}

/// The same error, which says who has named the address.
fn said_of(error: Error, named: &str) -> Error {
    match error {
        Error::BadAddress { reason, .. } => Error::BadAddress { address: named.to_owned(), reason },
        Error::NoEngine { address, reason } => Error::NoEngine { address: format!("{address} ({named})"), reason },
        other => other,
    }
}

/// Whether something is there, or why not.
fn is_there(path: &Path) -> Result<(), String> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err("it is not there".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// Finds an engine.
///
/// # Errors
/// [`Error::BadAddress`] or [`Error::NoEngine`] for one that is named, [`Error::NoEngineFound`].
pub async fn find() -> Result<Found> {
    let around = Around::this();
    if let Some((address, by)) = around.named()? {
        let engine = Engine::at(address).await.map_err(|error| said_of(error, &by))?;
        return Ok(Found { engine, by, before: Vec::new() });
    }
    let mut before =
        vec![Look::new("DOCKER_HOST", "it is not set"), Look::new("a context of docker", "none is chosen")];
    for (by, path) in around.sockets() {
        let what = format!("{by}, {}", path.display());
        if let Err(why) = is_there(&path) {
            before.push(Look::new(what, why));
            continue;
        }
        match Engine::at(Address::Unix(path)).await {
            Ok(engine) => return Ok(Found { engine, by, before }),
            Err(Error::NoEngine { reason, .. }) => before.push(Look::new(what, reason)),
            Err(error) => return Err(error),
        }
    }
    let Some(podman) = program("podman") else {
        before.push(Look::new("the program podman", "it is not there"));
        return Err(Error::NoEngineFound { looked: before });
    };
    match Service::start(&podman, around.runtime.as_deref()).await {
        Ok(service) => {
            let by = format!("the program {}, whose service guidepost has started", podman.display());
            let engine = service.engine().await.map_err(|error| said_of(error, "the service of podman"))?;
            Ok(Found { engine, by, before })
        }
        Err(why) => {
            before.push(Look::new(format!("the program {}", podman.display()), why));
            Err(Error::NoEngineFound { looked: before })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings of `docker` with these contexts.
    fn settings(current: &str, contexts: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("config.json"), current).expect("written");
        for (number, (name, host)) in contexts.iter().enumerate() {
            let own = folder.path().join(format!("contexts/meta/{number}"));
            fs::create_dir_all(&own).expect("folders");
            let said = serde_json::json!({ "Name": name, "Endpoints": { "docker": { "Host": host } } });
            fs::write(own.join("meta.json"), said.to_string()).expect("written");
        }
        folder
    }

    #[test]
    fn what_is_named_is_used_or_an_error() {
        const CI: (&str, &str) = ("ci", "unix:///ci.sock");
        const FAR: (&str, &str) = ("far", "ssh://host");
        let chosen = r#"{ "currentContext": "ci" }"#;
        for (host, tls, context, config, expected) in [
            (Some("unix:///a.sock"), false, Some("ci"), chosen, Ok(Some(("unix:///a.sock", "DOCKER_HOST")))),
            (None, false, None, chosen, Ok(Some(("unix:///ci.sock", "the context `ci` of docker")))),
            (None, false, Some("default"), chosen, Ok(None)),
            (None, false, Some("ci"), "{}", Ok(Some(("unix:///ci.sock", "the context `ci` of docker")))),
            (None, false, None, "{}", Ok(None)),
            (None, false, None, r#"{ "currentContext": "default" }"#, Ok(None)),
            (Some("ssh://h"), false, None, "{}", Err("DOCKER_HOST=ssh://h cannot be used: guidepost speaks")),
            (
                Some("tcp://h"),
                true,
                None,
                "{}",
                Err("DOCKER_HOST=tcp://h cannot be used: guidepost does not speak TLS"),
            ),
            (
                None,
                false,
                Some("far"),
                "{}",
                Err("the context `far` of docker, ssh://host, cannot be used: guidepost speaks"),
            ),
            (None, false, Some("lost"), "{}", Err("the context `lost` of docker cannot be used: it is not there")),
            (None, false, None, "{", Err("config.json cannot be used: EOF")),
        ] {
            let folder = settings(config, &[CI, FAR]);
            let around = Around {
                docker_host: host.map(str::to_owned),
                docker_context: context.map(str::to_owned),
                is_tls: tls,
                settings: Some(folder.path().into()),
                ..Around::default()
            };
            let named = around.named().map(|named| named.map(|(address, by)| (address.show(), by)));
            match (named, expected) {
                (Ok(named), Ok(expected)) => {
                    assert_eq!(named, expected.map(|(address, by)| (address.to_owned(), by.to_owned())));
                }
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                other => panic!("{other:?} of {host:?} {context:?} {config}"),
            }
        }
    }

    #[test]
    fn sockets_in_their_order() {
        let around = Around { runtime: Some("/run/user/7".into()), root: "/".into(), ..Around::default() };
        let shown: Vec<String> = around.sockets().iter().map(|(by, path)| format!("{by} {}", path.display())).collect();
        assert_eq!(
            shown,
            [
                "the socket of Docker /var/run/docker.sock",
                "the socket of rootless Docker /run/user/7/docker.sock",
                "the socket of rootless Podman /run/user/7/podman/podman.sock",
                "the socket of Podman /run/podman/podman.sock",
            ]
        );
    }
}
