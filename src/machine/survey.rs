//! What an engine can do for guides: small things are tried on it, and what cannot be tried is asked.

use bollard::query_parameters::{ListNetworksOptions, StartContainerOptions};
use std::{path::Path, time::Duration};

use super::{
    engine::{Engine, EngineInfo},
    error::{Error, Result},
    exec::{self, Run},
    find::{Found, Look},
    label::{Identity, Name},
    running::{self, Guard},
    settings::{ImageSource, Init, Machine, Network},
    spec,
};

/// What was found, and what it can.
#[derive(Debug, serde::Serialize)]
pub struct Survey {
    /// What the engine says of itself.
    pub engine: EngineInfo,
    /// Where it listens.
    pub address: String,
    /// What led to it.
    pub by: String,
    /// What was looked at before.
    pub before: Vec<Look>,
    /// What it can and cannot.
    pub abilities: Vec<Ability>,
}

/// One thing that guides may need of an engine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Ability {
    /// What: `machines with systemd`.
    pub what: &'static str,
    /// Whether it can; `None` if that is not known.
    pub can: Option<bool>,
    /// How that is known: `tried` or `asked`.
    pub how: &'static str,
    /// What was seen.
    pub seen: String,
    /// What to do if it cannot; empty if there is nothing to do.
    pub help: String,
}

/// The image of what is tried: that of the default machine.
const IMAGE: &str = "debian:bookworm";
/// Time for all that is tried.
const PATIENCE: Duration = Duration::from_secs(60);
/// Limits of what is tried.
const MEMORY: u64 = 128 << 20;
const PIDS: u32 = 128;
const CPUS: f64 = 0.5;

/// What a limit was set to, as the kernel has it: version 2 of control groups, else version 1. And whether there is a way out.
const PLAIN: &str = r#"
first() { for f; do [ -r "$f" ] && { cat "$f"; return; }; done; echo unknown; }
g=/sys/fs/cgroup
echo "memory $(first $g/memory.max $g/memory/memory.limit_in_bytes)"
echo "pids $(first $g/pids.max $g/pids/pids.max)"
echo "cpu $(first $g/cpu.max $g/cpu/cpu.cfs_quota_us)"
if timeout 5 bash -c 'exec 3<>/dev/tcp/deb.debian.org/80' 2>/dev/null; then echo out yes; else echo out no; fi"#;

/// What systemd and a nested engine do first, each with the last thing that was said against it.
const FULL: &str = r#"
try() { name=$1; shift; if said=$("$@" 2>&1); then echo "$name yes"; else echo "$name no $(echo "$said" | tail -n 1)"; fi; }
group() { mkdir "$1/guidepost-probe" && rmdir "$1/guidepost-probe"; }
g=/sys/fs/cgroup; [ -d $g/systemd ] && g=$g/systemd
try systemd group $g
try systemd mount -t tmpfs none /mnt
for g in /sys/fs/cgroup/memory /sys/fs/cgroup/pids /sys/fs/cgroup/devices; do [ ! -d $g ] || try nested group $g; done
try nested unshare --cgroup --mount --pid --net --ipc --uts --fork --mount-proc true"#;

/// Looks at an engine that was found.
///
/// # Errors
/// If it goes away meanwhile. What it cannot do is in the survey.
pub async fn survey(found: &Found) -> Result<Survey> {
    let engine = &found.engine;
    let mut abilities = tried(engine).await?;
    abilities.push(networks(engine).await?);
    abilities.push(disk(engine));
    Ok(Survey {
        engine: engine.info().clone(),
        address: engine.address(),
        by: found.by.clone(),
        before: found.before.clone(),
        abilities,
    })
}

/// Everything for which a container is needed.
async fn tried(engine: &Engine) -> Result<Vec<Ability>> {
    let Some(image) = engine.find_image(IMAGE).await? else {
        let seen = format!("not tried: it has no image {IMAGE}");
        let help = format!(
            "load or pull it: `guidepost machines build` does, if a registry can be reached; or `{} load`",
            client(engine)
        );
        return Ok(vec![Ability { what: "machines", can: None, how: "asked", seen, help }]);
    };
    let small = Machine {
        source: ImageSource::Image(IMAGE.into()),
        memory: MEMORY,
        pids: PIDS,
        cpus: CPUS,
        ..Machine::default()
    };
    let plain = plain(engine, &small).await;
    if let Err(error) = &plain
        && error.is_of_engine()
    {
        return plain.map(|_| Vec::new());
    }
    let made = |result: &Result<String>| match result {
        Ok(_) => (Some(true), "one was started".to_owned()),
        Err(error) => (Some(false), error.to_string()),
    };
    let (can, seen) = made(&plain);
    let mut abilities = vec![Ability { what: "machines", can, how: "tried", seen, help: String::new() }];
    if let Ok(said) = &plain {
        abilities.push(limits(said, engine.info()));
        abilities.push(way_out(said));
    }
    let full = full(engine, &image.id, small).await;
    let (systemd, nested) = match &full {
        Ok(said) => (of("systemd", said), of("nested", said)),
        Err(error) if error.is_of_engine() => return full.map(|_| Vec::new()),
        Err(error) => (Err(error.to_string()), Err(error.to_string())),
    };
    let more = |what, tried: Result<(), String>, seen: &str| Ability {
        what,
        can: Some(tried.is_ok()),
        how: "tried",
        help: if tried.is_ok() { String::new() } else { without_groups(engine.info()) },
        seen: tried.map_or_else(|why| why, |()| seen.to_owned()),
    };
    abilities.push(more("machines with systemd", systemd.clone(), "control groups and mounts of its own"));
    abilities.push(more("an engine inside", systemd.and(nested), "namespaces and control groups inside"));
    Ok(abilities)
}

fn client(engine: &Engine) -> String {
    engine.info().name.to_lowercase()
}

/// Starts a plain machine; what the script says in it.
async fn plain(engine: &Engine, machine: &Machine) -> Result<String> {
    let running = running::start(engine, machine, &identity(), Path::new("."), &|_| {}).await?;
    let said = running.run(&Run { command: &["sh", "-c", PLAIN], ..Run::default() }).await.map(|output| output.text());
    let closed = running.close().await;
    said.and_then(|said| closed.map(|()| said))
}

/// Starts what a machine with systemd and an engine inside would be, but for these two; what the script says in it.
async fn full(engine: &Engine, image: &str, small: Machine) -> Result<String> {
    let identity = identity();
    let machine = Machine { init: Init::Systemd, nested_docker: true, network: Network::None, ..small };
    let mut asked = spec::container(&machine, image, engine.host(), &identity);
    asked.entrypoint =
        Some(["/bin/sh", "-c", &format!("{}\nexec sleep infinity", spec::PREPARE)].map(str::to_owned).into());
    let mut guard = Guard::new(engine.clone(), identity.resource());
    let said = async {
        let container = guard.make_container(asked).await?;
        engine.docker().start_container(&container, None::<StartContainerOptions>).await?;
        let script = format!("{}\n{FULL}", spec::PREPARE);
        let run = Run { command: &["sh", "-c", &script], ..Run::default() };
        Ok::<_, Error>(exec::run(engine, &container, &run).await?.text())
    }
    .await;
    let removed = guard.remove().await;
    said.and_then(|said| removed.map(|()| said))
}

fn identity() -> Identity {
    let name = Name::new("engine");
    Identity::new(name.clone(), name, PATIENCE)
}

/// What came of all that was tried under a name: the first thing that was said against it.
fn of(name: &str, said: &str) -> Result<(), String> {
    let mut lines = said.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).peekable();
    if lines.peek().is_none() {
        return Err(format!("it said nothing of it: {}", said.lines().last().unwrap_or_default()));
    }
    lines.find_map(|line| line.strip_prefix("no ")).map_or(Ok(()), |why| Err(why.to_owned()))
}

fn limits(said: &str, engine: &EngineInfo) -> Ability {
    let value =
        |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    let expected = [
        ("memory", value("memory "), MEMORY.to_string()),
        ("processes", value("pids "), PIDS.to_string()),
        ("processors", value("cpu "), ((CPUS * 100_000.0) as u64).to_string()),
    ];
    let wrong = expected.iter().filter(|(_, is, set)| is.split(' ').next() != Some(set));
    let missing: Vec<&str> = wrong.map(|(name, ..)| *name).collect();
    let seen = match missing[..] {
        [] => "memory, processes and processors are as they were set".to_owned(),
        _ => format!("no limit of {} came to be", missing.join(", ")),
    };
    let can = Some(missing.is_empty());
    let help = if missing.is_empty() { String::new() } else { without_groups(engine) };
    Ability { what: "limits", can, how: "tried", seen, help }
}

/// What to do where an engine has no control groups of its own.
fn without_groups(engine: &EngineInfo) -> String {
    match (engine.rootless, engine.cgroup_version.as_str()) {
        (true, "2") => "give the user the controllers: `Delegate=cpu cpuset io memory pids` of user@.service".into(),
        (true, _) => {
            "without root this needs version 2 of control groups (boot with systemd.unified_cgroup_hierarchy=1), or an engine of root's"
                .into()
        }
        (false, _) => String::new(),
    }
}

fn way_out(said: &str) -> Ability {
    let is_out = said.lines().any(|line| line == "out yes");
    let seen = if is_out { "deb.debian.org answers" } else { "deb.debian.org cannot be reached within 5 s" };
    let help =
        if is_out { "" } else { "guides that install or fetch something cannot be done: look at the host's network" };
    Ability { what: "a way out", can: Some(is_out), how: "tried", seen: seen.into(), help: help.into() }
}

/// How many networks Docker has addresses for where nobody has set its pools: 172.17.0.0/16 to 172.31.0.0/16, and 192.168.0.0/16 in parts of /20.
const POOLS_OF_DOCKER: u64 = 31;
/// The same of Podman: 10.89.0.0 to 10.255.255.0, each of /24.
const POOLS_OF_PODMAN: u64 = 167 << 8;

async fn networks(engine: &Engine) -> Result<Ability> {
    let networks = engine.docker().list_networks(None::<ListNetworksOptions>).await?;
    let used = networks.iter().filter(|network| network.driver.as_deref() == Some("bridge")).count() as u64;
    let pools = engine.docker().info().await?.default_address_pools.unwrap_or_default();
    let pools: Vec<_> = pools.iter().filter_map(|pool| parts(pool.base.as_deref()?, pool.size?)).collect();
    let room = match (pools.is_empty(), engine.info().name) {
        (false, _) => pools.into_iter().sum(),
        (true, "Podman") => POOLS_OF_PODMAN,
        (true, _) => POOLS_OF_DOCKER,
    };
    let free = room.saturating_sub(used);
    let seen = format!("{used} of about {room} for which it has addresses");
    let help = if free > 4 {
        String::new()
    } else {
        "each guide has one, and waits for one: remove networks that nobody uses, or give the engine more (default-address-pools)".into()
    };
    Ok(Ability { what: "networks", can: Some(free > 0), how: "asked", seen, help })
}

/// How many networks of a size are in a pool: `10.0.0.0/8` in parts of 24 bits.
fn parts(base: &str, size: i64) -> Option<u64> {
    let bits: i64 = base.rsplit_once('/')?.1.parse().ok()?;
    1_u64.checked_shl(u32::try_from(size - bits).ok()?)
}

fn disk(engine: &Engine) -> Ability {
    let limits = engine.host().limits_disk;
    let seen =
        if limits { "the engine may limit it" } else { "guidepost looks every few seconds how much was written" };
    let help = if limits {
        ""
    } else {
        "for a limit that holds at once: the engine's files on btrfs, zfs, or xfs with pquota"
    };
    Ability { what: "a limit of the disk", can: Some(limits), how: "asked", seen: seen.into(), help: help.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tried_is_read() {
        let said = "systemd yes\nsystemd no mkdir: Permission denied\nnested yes\n";
        assert_eq!(of("systemd", said), Err("mkdir: Permission denied".into()));
        assert_eq!(of("nested", said), Ok(()));
        assert!(of("nested", "sh: not found\n").is_err_and(|why| why.contains("sh: not found")));
    }

    #[test]
    fn limits_are_those_that_were_set() {
        let engine = EngineInfo {
            name: "Podman",
            version: "4.3.1".into(),
            api_version: "1.41".into(),
            platform: "linux/amd64".into(),
            kernel: "6.1".into(),
            cpus: 2,
            memory: 1 << 30,
            rootless: true,
            cgroup_version: "1".into(),
            cgroup_driver: "cgroupfs".into(),
            storage: "overlay".into(),
        };
        for (said, can, seen) in [
            ("memory 134217728\npids 128\ncpu 50000 100000\n", true, "as they were set"),
            ("memory 134217728\npids 128\ncpu 50000\n", true, "as they were set"),
            ("memory max\npids 128\ncpu 50000\n", false, "no limit of memory came"),
            ("", false, "no limit of memory, processes, processors came"),
        ] {
            let found = limits(said, &engine);
            assert!(found.can == Some(can) && found.seen.contains(seen), "{said}: {found:?}");
            assert_eq!(found.help.is_empty(), can);
        }
    }

    #[test]
    fn pools_have_parts() {
        for (base, size, expected) in [
            ("10.0.0.0/8", 24, Some(65536)),
            ("192.168.0.0/16", 20, Some(16)),
            ("10.0.0.0/24", 16, None),
            ("x", 1, None),
        ] {
            assert_eq!(parts(base, size), expected, "{base} {size}");
        }
    }
}
