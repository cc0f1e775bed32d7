//! Names and labels: how guidepost knows its own containers, networks and volumes again.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

/// Label with the run's id; everything of a run has it.
pub const RUN: &str = "org.guidepost.run";
/// Label with the process that made it: `<pid>:<start time>:<hostname>`.
pub const OWNER: &str = "org.guidepost.owner";
/// Label with the boot of the system and the process id namespace in which the owner's process id means something.
pub const BOOT: &str = "org.guidepost.boot";
/// Label with the time after which anybody may remove it, in UTC (RFC 3339). Whoever cannot see its owner waits for that.
pub const UNTIL: &str = "org.guidepost.until";
/// Label with the guide's name.
pub const GUIDE: &str = "org.guidepost.guide";
/// Label with a hash of the site's folder: guides of two sites may have the same path.
pub const SITE: &str = "org.guidepost.site";
/// Label with the machine's name.
pub const MACHINE: &str = "org.guidepost.machine";
/// Label of images built from a machine's folder, with the hash of its content.
pub const IMAGE: &str = "org.guidepost.image";

/// Label of what is kept between runs: what it is.
pub const KEPT: &str = "org.guidepost.kept";

/// A name that is safe in the names of containers and networks: `a-z`, `0-9`, `.`, `_`, `-`, at most 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Most characters of a [`Name`].
const LONGEST: usize = 63;

impl Name {
    /// The name for any text, such as a guide's path. A text that is a name already stays as it is; others are made
    /// readable and told apart by a hash of the text.
    pub fn new(text: &str) -> Self {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_name = (1..=LONGEST).contains(&text.len())
            && text.starts_with(fits)
            && text.chars().all(|c| fits(c) || matches!(c, '.' | '_' | '-'));
        if is_name {
            return Self(text.to_owned());
        }
        let hash = blake3::hash(text.as_bytes()).to_hex();
        let readable: String = slug::slugify(text).chars().take(LONGEST - 9).collect();
        let name = format!("{readable}-{}", &hash[..8]);
        Self(name.trim_start_matches('-').to_owned())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of one run of `guidepost verify`: twelve hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunId(String);

impl RunId {
    /// A new id that no other run has.
    pub fn random() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let seed = (SystemTime::now(), std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let number = RandomState::new().hash_one(seed);
        Self(format!("{:012x}", number >> 16))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The process that answers for a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// When it started, in the kernel's ticks since boot; 0 where the system does not tell (no `/proc`).
    pub start: u64,
    /// The host's name.
    pub host: String,
    /// Boot id and process id namespace, `-` where unknown.
    pub boot: String,
}

impl Owner {
    /// This process.
    pub fn this() -> Self {
        let pid = std::process::id();
        Self { pid, start: start_of(pid).unwrap_or(0), host: host(), boot: boot() }
    }

    /// Reads the two labels back; `None` if they were not written by guidepost.
    pub fn from_labels(labels: &HashMap<String, String>) -> Option<Self> {
        let mut parts = labels.get(OWNER)?.splitn(3, ':');
        let (pid, start, host) = (parts.next()?, parts.next()?, parts.next()?);
        let boot = labels.get(BOOT).map_or("-", String::as_str);
        Some(Self { pid: pid.parse().ok()?, start: start.parse().ok()?, host: host.into(), boot: boot.into() })
    }

    /// Whether the process is known to be gone. `None` if that cannot be said from here: another host's, another
    /// namespace's, or a system without `/proc`.
    pub fn is_gone(&self) -> Option<bool> {
        if self.host != host() || self.boot != boot() || self.start == 0 {
            return None;
        }
        Some(start_of(self.pid) != Some(self.start))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.pid, self.start, self.host)
    }
}

/// When a process started, in ticks since boot (proc(5), field 22 of `stat`). A process that has ended and is only waiting to
/// be collected counts as gone.
fn start_of(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field, the program's name in parentheses, may hold spaces and parentheses itself.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.nth(18)?.parse().ok() }
}

fn host() -> String {
    let read = |path| std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    read("/proc/sys/kernel/hostname")
        .or_else(|| std::env::var("HOSTNAME").ok())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".into())
}

fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok();
    match (id, namespace) {
        (Some(id), Some(namespace)) => format!("{}/{}", id.trim(), namespace.display()),
        _ => "-".into(),
    }
}

/// What a machine's parts are called and labelled with.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The run.
    pub run: RunId,
    /// The process that answers for it.
    pub owner: Owner,
    /// The guide that is done.
    pub guide: Name,
    /// The machine's name in `guidepost.yaml`.
    pub machine: Name,
    /// The site of the guide, if it is of one: [`site_name`].
    pub site: Option<String>,
    /// How long it may be there at most: then it ends by itself.
    pub lifetime: Duration,
    /// When that is over.
    pub until: DateTime<Utc>,
}

/// Begin of all names.
const PREFIX: &str = "guidepost-";
/// Begin of the names of containers that are kept for a person. Labels cannot be changed, but names can.
const KEPT_PREFIX: &str = "guidepost.kept-";

/// Clocks of hosts that share an engine differ, and removing takes a while.
pub(super) const SLACK: Duration = Duration::from_secs(10 * 60);
/// Nothing is there longer: what outlives it is no machine of a guide.
const LONGEST_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What labels call a site, by its folder.
pub fn site_name(folder: &std::path::Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let hash = blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex();
    hash[..16].to_owned()
}

impl Identity {
    /// A new one, of this process, that is needed for so long at most.
    pub fn new(guide: Name, machine: Name, needed: Duration) -> Self {
        let lifetime = needed.saturating_add(SLACK).min(LONGEST_LIFE);
        let until = Utc::now() + TimeDelta::seconds(i64::try_from(lifetime.as_secs()).unwrap_or_default());
        Self { run: RunId::random(), owner: Owner::this(), guide, machine, site: None, lifetime, until }
    }

    /// The name of the container, and of its network and volume, which are kinds of their own.
    pub fn resource(&self) -> String {
        format!("{PREFIX}{}-{}-{}", self.run.as_str(), self.machine, self.guide)
    }

    /// The name of a machine's container that is kept for a person, by what its parts are called.
    pub(super) fn kept(resource: &str) -> String {
        format!("{KEPT_PREFIX}{}", resource.strip_prefix(PREFIX).unwrap_or(resource))
    }

    /// What the parts of a machine are called whose container, which is kept for a person, has this name; `None` if it has another one.
    pub(super) fn resource_of(kept: &str) -> Option<String> {
        Some(format!("{PREFIX}{}", kept.trim_start_matches('/').strip_prefix(KEPT_PREFIX)?))
    }

    /// The labels of all of them.
    pub fn labels(&self) -> HashMap<String, String> {
        [
            (RUN, self.run.as_str().to_owned()),
            (OWNER, self.owner.to_string()),
            (BOOT, self.owner.boot.clone()),
            (UNTIL, self.until.to_rfc3339_opts(SecondsFormat::Secs, true)),
            (GUIDE, self.guide.to_string()),
            (MACHINE, self.machine.to_string()),
        ]
        .into_iter()
        .chain(self.site.clone().map(|site| (SITE, site)))
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }
}

/// When the time of what has these labels is over; `None` if they do not say.
pub(super) fn until(labels: &HashMap<String, String>) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(labels.get(UNTIL)?).ok()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_name_of_its_own() {
        assert_eq!(Name::new("guides.first-guide").as_str(), "guides.first-guide");
        let odd = ["", "-", "Über uns", "a/b", "../../x", "host", "-host", "a b", "\0", "日本", &"x".repeat(300)];
        for text in odd {
            let name = Name::new(text);
            assert!(!name.as_str().is_empty() && name.as_str().len() <= LONGEST, "{text:?}: {name}");
            assert_eq!(Name::new(name.as_str()), name, "{text:?}");
        }
        assert_ne!(Name::new("a/b"), Name::new("a b"));
    }

    #[test]
    fn what_is_kept_for_a_person_has_another_name() {
        let resource = Identity::new(Name::new("g"), Name::new("debian"), Duration::from_secs(60)).resource();
        let kept = Identity::kept(&resource);
        assert_eq!(Identity::resource_of(&format!("/{kept}")), Some(resource.clone()));
        assert_eq!(Identity::resource_of(&resource), None);
    }

    #[test]
    fn an_owner_is_read_back_and_judged() {
        let identity = Identity::new(Name::new("g"), Name::new("debian"), Duration::from_secs(60));
        let until = until(&identity.labels()).expect("ours");
        assert_eq!(until.timestamp(), identity.until.timestamp());
        assert_eq!(identity.lifetime, Duration::from_secs(660));
        let owner = Owner::from_labels(&identity.labels()).expect("ours");
        assert_eq!(owner, identity.owner);
        assert_eq!(owner.is_gone(), Some(false));
        assert_eq!(
            Owner { start: owner.start + 1, ..owner.clone() }.is_gone(),
            Some(true),
            "the process id was used again"
        );
        assert_eq!(Owner { host: "elsewhere".into(), ..owner.clone() }.is_gone(), None);
        assert_eq!(Owner { boot: "other".into(), ..owner.clone() }.is_gone(), None);
        let mut child = std::process::Command::new("true").spawn().expect("a process");
        let started = start_of(child.id());
        let _ = child.wait();
        assert_eq!(Owner { pid: child.id(), start: started.unwrap_or(1), ..owner }.is_gone(), Some(true));
        assert!(Owner::from_labels(&HashMap::from([(OWNER.into(), "x:1:h".into())])).is_none());
    }
}
