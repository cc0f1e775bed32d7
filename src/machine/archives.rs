//! Packages are fetched once: a server on the networks of machines keeps what the archives of Debian's kin never change.
//!
//! A machine's files know nothing of it. In a machine's network the archives' names (those that apt asks in the machine's image, over
//! plain HTTP) are the server's, so what apt prints is what a reader's prints. The server passes all requests on, and keeps two
//! kinds of files: packages, and lists that are named by their hash. What says which of them are the newest is fetched each time, and
//! apt checks the signature and every hash itself. Nothing that a guide sends decides what is kept: the server asks no other host than
//! these archives, and makes a request that it keeps without the machine's headers.
//!
//! Other registries speak TLS, and a server between them and a machine would need a certificate authority there that a reader does not
//! have, or settings that pip and npm print and write into their files.

use bollard::{
    models::{ContainerCreateBody, EndpointSettings, NetworkConnectRequest},
    query_parameters::{DownloadFromContainerOptionsBuilder, InspectContainerOptions, StartContainerOptions},
};
use futures_util::StreamExt;
use include_dir::{Dir, include_dir};
use regex::Regex;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::LazyLock,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

use super::{
    Name, context,
    engine::Engine,
    error::Result,
    exec::{self, Run},
    image::{Event, Image, Listener},
    label::{Identity, SLACK},
    running::Guard,
    spec,
};

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/machine/archives");

/// Where apt has the addresses of its archives.
const SOURCES: [&str; 2] = ["/etc/apt/sources.list", "/etc/apt/sources.list.d"];
/// Most bytes of them.
const LARGEST: usize = 1 << 20;
/// Time for the server to answer.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(100);
/// The status with which the server ends if another one has its files.
const IN_USE: i64 = 75;

/// Its time tells when the server was last put beside a machine.
const USED: &str = "/tmp/used";
/// Most time that a server is there, however long a run takes.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Asks the server for each archive, and name servers for the hosts that an archive's name stands for (RFC 2782), which apt asks instead.
const LOOK: &str = r#"
for name; do
  exec 3<>/dev/tcp/127.0.0.1/80 || exit 1
  printf 'HEAD / HTTP/1.0\r\nHost: %s\r\n\r\n' "$name" >&3
  read -r -t 15 _ status _ <&3
  printf 'status\t%s\t%s\n' "$name" "$status"
  timeout 5 /usr/lib/apt/apt-helper srv-lookup "_http._tcp.$name" 2>/dev/null | sed 's/^/host\t/'
done
exit 0"#;

/// The servers of an engine; none by default.
#[derive(Debug, Default)]
pub(super) struct Archives {
    /// Whether there are any, and whether their image is built if it is missing.
    use_them: Option<Build>,
    /// The time after the last machine's beginning in which a server may be needed.
    idle: Duration,
    /// The names of the archives that an image asks, by its id.
    named: Mutex<BTreeMap<String, Vec<String>>>,
    /// By the names that they serve; `None` for one that could not be made.
    servers: Mutex<BTreeMap<Vec<String>, Option<Server>>>,
}

/// What is done if the image of the servers is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// It is built.
    IfMissing,
    /// Machines go without.
    Never,
}

/// A server that answers.
#[derive(Debug)]
struct Server {
    guard: Guard,
    container: String,
    /// What it is called in the networks of machines.
    names: Vec<String>,
}

impl Server {
    /// Begins its time anew.
    async fn used(&self, engine: &Engine) -> Result<()> {
        let touch = Run { command: &["touch", USED], ..Run::default() };
        match exec::run(engine, &self.container, &touch).await {
            Err(error) if error.is_of_engine() => Err(error),
            // One that has ended cannot be put on a network either, which is told.
            _ => Ok(()),
        }
    }
}

impl Archives {
    /// Servers are made when they are needed.
    pub(super) fn new(build: Build, idle: Duration) -> Self {
        Self { use_them: Some(build), idle: idle.saturating_add(SLACK * 2), ..Self::default() }
    }

    /// Puts the server of a machine's archives on its network, before anything is typed there. Where there is no server, that is told
    /// once, and the machine goes without.
    ///
    /// # Errors
    /// If the engine is gone.
    pub(super) async fn attach(
        &self,
        engine: &Engine,
        container: &str,
        image: &Image,
        network: &str,
        listener: Listener<'_>,
    ) -> Result<()> {
        let Some(build) = self.use_them else { return Ok(()) };
        let names = self.named(engine, container, image).await?;
        if names.is_empty() {
            return Ok(());
        }
        let mut servers = self.servers.lock().await;
        if !servers.contains_key(&names) {
            let server = match make(engine, &names, build, self.idle, listener).await? {
                Made::Server(server) => Some(*server),
                Made::NoImage => None,
                Made::Not(why) => {
                    listener(Event::WithoutArchives(why));
                    None
                }
            };
            servers.insert(names.clone(), server);
        }
        let Some(Some(server)) = servers.get(&names) else { return Ok(()) };
        server.used(engine).await?;
        let request = NetworkConnectRequest {
            container: server.container.clone(),
            endpoint_config: Some(EndpointSettings {
                aliases: Some(server.names.clone()),
                ..EndpointSettings::default()
            }),
        };
        if let Err(error) = engine.docker().connect_network(network, request).await {
            listener(Event::WithoutArchives(error.to_string()));
            servers.insert(names, None);
        }
        Ok(())
    }

    /// The archives that apt asks in an image.
    async fn named(&self, engine: &Engine, container: &str, image: &Image) -> Result<Vec<String>> {
        let mut named = self.named.lock().await;
        if let Some(names) = named.get(&image.id) {
            return Ok(names.clone());
        }
        let mut found = BTreeSet::new();
        for path in SOURCES {
            for text in texts(&archive(engine, container, path).await?) {
                found.extend(archives(&text));
            }
        }
        let names: Vec<String> = found.into_iter().collect();
        named.insert(image.id.clone(), names.clone());
        Ok(names)
    }

    /// Removes the servers; what they have kept stays.
    ///
    /// # Errors
    /// If the engine is gone, or refuses; the reaper then tries again at the next start.
    pub(super) async fn close(&self) -> Result<()> {
        let servers = std::mem::take(&mut *self.servers.lock().await);
        let mut closed = Ok(());
        for mut server in servers.into_values().flatten() {
            closed = server.guard.remove().await.and(closed);
        }
        closed
    }
}

enum Made {
    Server(Box<Server>),
    /// Its image is not there, and is not to be built.
    NoImage,
    /// Why not.
    Not(String),
}

/// Makes a server and waits until it answers.
async fn make(engine: &Engine, names: &[String], build: Build, idle: Duration, listener: Listener<'_>) -> Result<Made> {
    let context = context::of(&FOLDER)?;
    let image = match engine.find_image(&context.tag()).await? {
        Some(image) => image,
        None if build == Build::Never => return Ok(Made::NoImage),
        None => match engine.build_from(context, "the server of packages", listener).await {
            Ok(image) => image,
            Err(error) if error.is_of_engine() => return Err(error),
            Err(error) => return Ok(Made::Not(error.to_string())),
        },
    };
    let name = Name::new("archives");
    let identity = Identity::new(name.clone(), name, LONGEST);
    let mut guard = Guard::new(engine.without_archives(), identity.resource());
    let asked = spec::archives(&image.id, names, idle, &identity);
    match begin(engine, &mut guard, asked, names).await {
        Ok(Ok((container, names))) => Ok(Made::Server(Box::new(Server { guard, container, names }))),
        Ok(Err(why)) => guard.remove().await.map(|()| Made::Not(why)),
        Err(error) if error.is_of_engine() => Err(error),
        Err(error) => guard.remove().await.map(|()| Made::Not(error.to_string())),
    }
}

/// Its container and its names in the networks of machines, or why it does not serve.
async fn begin(
    engine: &Engine,
    guard: &mut Guard,
    asked: ContainerCreateBody,
    names: &[String],
) -> Result<Result<(String, Vec<String>), String>> {
    let docker = engine.docker();
    let container = guard.make_container(asked).await?;
    docker.start_container(&container, None::<StartContainerOptions>).await?;
    let mut command = vec!["bash", "-c", LOOK, "bash"];
    command.extend(names.iter().map(String::as_str));
    let began = Instant::now();
    loop {
        let state =
            docker.inspect_container(&container, None::<InspectContainerOptions>).await?.state.unwrap_or_default();
        match (state.running, state.exit_code) {
            (Some(true), _) => {}
            (_, Some(IN_USE)) => return Ok(Err("another run has what is kept".into())),
            (_, status) => return Ok(Err(format!("its server ended with status {}", status.unwrap_or(-1)))),
        }
        let looked = exec::run(engine, &container, &Run { command: &command, ..Run::default() }).await;
        match looked {
            Ok(output) if output.is_success() => {
                return Ok(judge(names, &String::from_utf8_lossy(&output.stdout)).map(|names| (container, names)));
            }
            Err(error) if error.is_of_engine() => return Err(error),
            _ if began.elapsed() > PATIENCE => return Ok(Err("its server does not answer".into())),
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// What the server is called in the networks of machines: the archives' names, and the hosts that these stand for. Or which archive cannot
/// be reached through it.
fn judge(names: &[String], looked: &str) -> Result<Vec<String>, String> {
    let mut found: BTreeSet<String> = names.iter().cloned().collect();
    for line in looked.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["status", name, status] if !status.starts_with(['2', '3', '4']) => {
                return Err(format!("{name} cannot be reached from its server"));
            }
            ["host", target, _, _, "80"] if is_host(target) => {
                found.insert(target.to_owned());
            }
            _ => {}
        }
    }
    Ok(found.into_iter().collect())
}

/// A file or folder of a container as a tar; empty if it is not there.
async fn archive(engine: &Engine, container: &str, path: &str) -> Result<Vec<u8>> {
    let options = DownloadFromContainerOptionsBuilder::new().path(path).build();
    let mut stream = engine.docker().download_from_container(container, Some(options));
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk.map_err(super::Error::from) {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
        if bytes.len() > LARGEST {
            return Ok(Vec::new());
        }
    }
    Ok(bytes)
}

/// The files in a tar, as text.
fn texts(tar: &[u8]) -> Vec<String> {
    let mut archive = tar::Archive::new(tar);
    let Ok(entries) = archive.entries() else { return Vec::new() };
    let files = entries.flatten().filter(|entry| entry.header().entry_type().is_file());
    let read = |mut file: tar::Entry<'_, &[u8]>| {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok().map(|_| String::from_utf8_lossy(&bytes).into_owned())
    };
    files.filter_map(read).collect()
}

/// The hosts of the archives in apt's sources that are spoken to over plain HTTP, at its usual port and without a password.
fn archives(sources: &str) -> BTreeSet<String> {
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:^|\s)http://([^/\s]+)(?:/|\s|$)").expect("a pattern"));
    let lines = sources.lines().filter(|line| !line.trim_start().starts_with('#'));
    let hosts = lines.flat_map(|line| ADDRESS.captures_iter(line)).map(|found| found[1].to_ascii_lowercase());
    hosts.filter(|host| is_host(host)).collect()
}

/// Whether it is a host's full name (RFC 1123), and no address.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(fits) && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(is_label)
        && last.chars().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::context::Context;

    #[test]
    fn archives_of_sources() {
        for (sources, hosts) in [
            ("deb http://deb.debian.org/debian bookworm main\n", &["deb.debian.org"][..]),
            ("deb [signed-by=/x.gpg] http://archive.ubuntu.com/ubuntu noble main", &["archive.ubuntu.com"]),
            (
                "Types: deb\nURIs: http://DEB.debian.org/debian http://security.debian.org\nSuites: trixie\n",
                &["deb.debian.org", "security.debian.org"],
            ),
            ("# deb http://old.example.org/ x main\ndeb https://download.example.org/ x main\n", &[]),
            ("deb http://reader:secret@apt.example.org/ x main\ndeb http://apt.example.org:8080/ x main\n", &[]),
            ("deb http://192.0.2.7/debian x main\ndeb http://localhost/ x main\ndeb cdrom:[http://x.org/] x\n", &[]),
            ("deb http://a;b.example.org/ x main\ndeb http://-a.example.org/ x main\n", &[]),
        ] {
            assert_eq!(archives(sources).into_iter().collect::<Vec<_>>(), hosts, "{sources}");
        }
    }

    #[test]
    fn names_of_the_server() {
        let names = ["a.example.org".to_owned()];
        for (looked, expected) in [
            ("status\ta.example.org\t200\n", Ok(vec!["a.example.org"])),
            ("status\ta.example.org\t404\n", Ok(vec!["a.example.org"])),
            (
                "status\ta.example.org\t301\nhost\t# Target\tPriority\tWeight\tPort # for x\nhost\tcdn.example.net\t10\t1\t80\nhost\tcdn.example.com\t10\t1\t8080\n",
                Ok(vec!["a.example.org", "cdn.example.net"]),
            ),
            ("status\ta.example.org\t502\n", Err("a.example.org cannot be reached from its server")),
            ("status\ta.example.org\t\n", Err("a.example.org cannot be reached from its server")),
        ] {
            let judged = judge(&names, looked);
            let judged =
                judged.as_ref().map(|names| names.iter().map(String::as_str).collect()).map_err(String::as_str);
            assert_eq!(judged, expected, "{looked}");
        }
    }

    #[test]
    fn its_image_is_its_folder() {
        let Context { tar, hash } = context::of(&FOLDER).expect("packed");
        assert_eq!(texts(&tar).len(), 3);
        assert_eq!(hash.len(), 16);
    }
}
