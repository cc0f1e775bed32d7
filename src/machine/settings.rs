//! `machines:` of `guidepost.yaml`: what a machine is, typed and within limits.

use globset::{Glob, GlobBuilder};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use super::Registry;
use crate::{
    config::Config,
    diagnostic::{Diagnostic, nearest},
    source::{
        Source,
        key::{self, Form, Row, names},
        place,
    },
};

mod value;

use value::{Problem, boolean_word, list, map, number, one_of, quantity, text};

/// Where a machine's image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A reference such as `debian:bookworm`, pulled if missing.
    Image(String),
    /// A folder with a Dockerfile.
    Build(Folder),
}

/// What an image is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// A folder of the site with a Dockerfile, relative to the site's folder.
    pub path: String,
    /// Where the site shares what was built.
    pub registry: Option<Registry>,
}

impl From<&str> for Folder {
    fn from(path: &str) -> Self {
        Self { path: path.to_owned(), registry: None }
    }
}

/// What runs as process 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Init {
    /// The engine's own minimal init, which only collects ended processes.
    #[default]
    Minimal,
    /// systemd, at `/sbin/init` of the image.
    Systemd,
}

/// What a machine can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// A private network per guide, from which the outside can be reached.
    #[default]
    Bridge,
    /// A private network per guide without a way out, and without one to the host.
    Internal,
    /// Loopback only.
    None,
}

/// Kernel capabilities that `capabilities:` may add to the engine's default set: none that reaches beyond the container.
pub const CAPABILITIES: [&str; 5] = ["IPC_LOCK", "NET_ADMIN", "SYS_CHROOT", "SYS_NICE", "SYS_PTRACE"];

/// A machine's settings. Limits are always set.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// Image, or how to build it.
    pub source: ImageSource,
    /// Who types; the image's own user by default.
    pub user: Option<String>,
    /// Process 1.
    pub init: Init,
    /// Whether it has a Docker engine of its own inside; needs systemd.
    pub nested_docker: bool,
    /// Images copied from the host's engine into the nested one before a guide begins.
    pub images: Vec<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Whether it trusts the certificate authorities that the host trusts, for networks that intercept TLS.
    pub host_ca_certificates: bool,
    /// Most memory, in bytes; there is no swap beside it.
    pub memory: u64,
    /// Most processor time, in processors.
    pub cpus: f64,
    /// Most processes and threads.
    pub pids: u32,
    /// Most bytes that it writes beside its image; what its own engine holds counts.
    pub disk: u64,
    /// What it can reach.
    pub network: Network,
    /// Its host name; the machine's name by default.
    pub hostname: Option<String>,
    /// Some of [`CAPABILITIES`].
    pub capabilities: Vec<&'static str>,
    /// Guides that may choose it, by their paths; all of them if there is no list.
    pub allow: Option<Vec<Glob>>,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            source: ImageSource::Image("debian:bookworm".into()),
            user: None,
            init: Init::Minimal,
            nested_docker: false,
            images: Vec::new(),
            env: BTreeMap::new(),
            host_ca_certificates: false,
            memory: 2 << 30,
            cpus: 2.0,
            pids: 1024,
            disk: 10 << 30,
            network: Network::Bridge,
            hostname: None,
            capabilities: Vec::new(),
            allow: None,
        }
    }
}

impl Machine {
    /// It without what no guide finds in it: where its image is shared, and who may use it.
    pub(crate) fn as_found(&self) -> Self {
        let mut found = Self { allow: None, ..self.clone() };
        if let ImageSource::Build(folder) = &mut found.source {
            folder.registry = None;
        }
        found
    }

    /// Whether what a file says may be done here, by its path relative to the site's folder.
    pub fn allows(&self, path: &str) -> bool {
        self.allow.as_ref().is_none_or(|globs| globs.iter().any(|glob| glob.compile_matcher().is_match(path)))
    }
}

/// Every setting.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "title", form: Form::Text, says: "What readers are told that it is: Debian 12" },
    Row { name: "image", form: Form::Text, says: "Image reference, pulled if missing: debian:bookworm" },
    Row { name: "build", form: Form::Text, says: "A folder of the site with a Dockerfile" },
    Row { name: "user", form: Form::Text, says: "Who types; the image's own user by default" },
    Row { name: "init", form: Form::Word(|| names_of(INITS)), says: "What runs as process 1" },
    Row { name: "docker", form: Form::Word(|| names_of(ENGINES)), says: "Whether it has a Docker engine of its own inside" },
    Row { name: "images", form: Form::Texts, says: "Images copied into the engine inside" },
    Row { name: "env", form: Form::Env, says: "Environment variables" },
    Row { name: "ca_certificates", form: Form::Word(|| names_of(AUTHORITIES)), says: "Whose certificate authorities it trusts" },
    Row { name: "memory", form: Form::Size, says: "Most memory: 2GiB" },
    Row { name: "cpus", form: Form::Number(0.1, 512.0), says: "Most processor time, in processors" },
    Row { name: "pids", form: Form::Number(16.0, 1_000_000.0), says: "Most processes and threads" },
    Row { name: "disk", form: Form::Size, says: "Most that it writes beside its image: 10GiB" },
    Row { name: "network", form: Form::WordOrNone(|| names_of(NETWORKS)), says: "What it can reach" },
    Row { name: "hostname", form: Form::Text, says: "Its host name; the machine's name by default" },
    Row { name: "capabilities", form: Form::Texts, says: "Kernel capabilities beside the engine's default ones" },
    Row { name: "allow", form: Form::Texts, says: "Guides that may choose it, by patterns of paths" },
];

/// Their names, for suggestions.
const KEYS: [&str; ROWS.len()] = names::<{ ROWS.len() }>(ROWS);

const INITS: &[(&str, Init)] = &[("systemd", Init::Systemd), ("minimal", Init::Minimal)];
const ENGINES: &[(&str, bool)] = &[("nested", true), ("none", false)];
const AUTHORITIES: &[(&str, bool)] = &[("host", true), ("image", false)];
const NETWORKS: &[(&str, Network)] =
    &[("bridge", Network::Bridge), ("internal", Network::Internal), ("none", Network::None)];

fn names_of<T>(known: &'static [(&'static str, T)]) -> Vec<&'static str> {
    known.iter().map(|(name, _)| *name).collect()
}

/// The JSON Schema of a machine.
pub fn schema() -> Value {
    key::map(ROWS, false)
}

/// The machine of a site that describes none.
pub const DEFAULT: &str = "debian";

/// The machines of a site, and everything that is wrong with their settings. A machine with an error is left out. A site that
/// describes none has [`DEFAULT`], with the default settings.
pub fn machines(config: &Config, source: &Source) -> (BTreeMap<String, Machine>, Vec<Diagnostic>) {
    let mut found = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (name, value) in &config.machines {
        let mut problems = Vec::new();
        if !value::is_machine_name(name) {
            problems.push(Problem::new("", format!("`{name}` is no name for a machine"), value::MACHINE_NAME_HELP));
        }
        let mut machine = match value {
            Value::Object(settings) => machine(settings, &mut problems),
            _ => {
                problems.push(Problem::new(
                    "",
                    format!("the machine `{name}` has no settings"),
                    "at least its image: `image: debian:bookworm`",
                ));
                Machine::default()
            }
        };
        if let ImageSource::Build(folder) = &mut machine.source {
            folder.registry = config.registry.as_deref().and_then(Registry::parse);
        }
        if problems.is_empty() {
            found.insert(name.clone(), machine);
        }
        for problem in problems {
            let path: Vec<&str> =
                ["machines", name, problem.key.as_str()].into_iter().filter(|p| !p.is_empty()).collect();
            diagnostics.push(
                Diagnostic::error("machine", problem.message).at(source, place::of(source, &path)).help(problem.help),
            );
        }
    }
    if config.machines.is_empty() {
        found.insert(DEFAULT.to_owned(), Machine::default());
    }
    (found, diagnostics)
}

fn machine(settings: &Map<String, Value>, problems: &mut Vec<Problem>) -> Machine {
    let mut machine = Machine::default();
    for (key, value) in settings {
        let result = set(&mut machine, key, value);
        if let Err((message, help)) = result {
            problems.push(Problem::new(key, message, help));
        }
    }
    let has = |key| settings.contains_key(key);
    if has("image") && has("build") {
        problems.push(Problem::new("build", "a machine has either `image` or `build`", "remove one of the two"));
    } else if !has("image") && !has("build") && problems.is_empty() {
        problems.push(Problem::new("", "a machine needs an image", "add `image: debian:bookworm`, or `build: FOLDER`"));
    }
    if machine.nested_docker && machine.init != Init::Systemd {
        problems.push(Problem::new(
            "docker",
            "`docker: nested` needs something that starts the engine inside",
            "add `init: systemd`",
        ));
    }
    if !machine.images.is_empty() && !machine.nested_docker {
        problems.push(Problem::new("images", "`images` are for a nested engine", "add `docker: nested`"));
    }
    machine
}

/// Environment variables, as the setting `key` has them.
pub(crate) fn environment(key: &str, value: &Value) -> Result<BTreeMap<String, String>, (String, String)> {
    map(key, value)
}

/// A message and what to do.
type Wrong = (String, String);

fn set(machine: &mut Machine, key: &str, value: &Value) -> Result<(), Wrong> {
    match key {
        "image" => machine.source = ImageSource::Image(text(key, value, value::is_image, "debian:bookworm")?),
        "build" => {
            let path = text(key, value, value::is_inner_folder, "machines/server")?;
            machine.source = ImageSource::Build(Folder { path, registry: None });
        }
        // Readers are told it; no machine is another one by it.
        "title" => {
            text(key, value, |text| !text.trim().is_empty(), "Debian 12")?;
        }
        "user" => machine.user = Some(text(key, value, value::is_user, "reader")?),
        "init" => machine.init = one_of(key, value, INITS)?,
        "docker" => machine.nested_docker = one_of(key, value, ENGINES)?,
        "images" => machine.images = list(key, value, value::is_image, "debian:bookworm")?,
        "env" => machine.env = map(key, value)?,
        "ca_certificates" => machine.host_ca_certificates = one_of(key, value, AUTHORITIES)?,
        "memory" => machine.memory = quantity(key, value, 32 << 20, 1 << 40)?,
        "cpus" => machine.cpus = number(key, value, 0.1, 512.0)?,
        "pids" => machine.pids = number(key, value, 16.0, 1_000_000.0)? as u32,
        "disk" => machine.disk = quantity(key, value, 64 << 20, 1 << 50)?,
        "network" => machine.network = one_of(key, boolean_word(value), NETWORKS)?,
        "hostname" => machine.hostname = Some(text(key, value, value::is_hostname, "server")?),
        "capabilities" => {
            let names = list(key, value, |name| CAPABILITIES.contains(&name), "NET_ADMIN")
                .map_err(|(message, _)| (message, format!("known are {}", CAPABILITIES.join(", "))))?;
            machine.capabilities = CAPABILITIES.into_iter().filter(|c| names.iter().any(|n| n == c)).collect();
        }
        "allow" => {
            let globs = list(key, value, |text| glob(text).is_some(), "content/guides/docker/**")?;
            machine.allow = Some(globs.iter().filter_map(|text| glob(text)).collect());
        }
        _ => {
            let help = match nearest(key, KEYS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", KEYS.join(", ")),
            };
            return Err((format!("unknown machine setting `{key}`"), help));
        }
    }
    Ok(())
}

/// A pattern of paths of guides: `*` and `?` stay within a folder, `**` does not. One that no guide's path can have is none.
fn glob(text: &str) -> Option<Glob> {
    let can_match = text.starts_with("content/") || text.starts_with("**/");
    let inside = text.split('/').all(|part| part != "..");
    GlobBuilder::new(text).literal_separator(true).build().ok().filter(|_| can_match && inside)
}

#[cfg(test)]
mod tests;
