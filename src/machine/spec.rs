//! The one place where containers, networks and volumes are described to the engine.
//!
//! Pure: settings of `guidepost.yaml`, the engine's own facts and validated names in, a request out. No argument carries
//! anything that a guide wrote, but names that [`Name`](super::Name) has made harmless, for labels.
//!
//! What no machine ever gets, whatever its settings (a property test holds it): `privileged`, the host's network, process
//! ids, cgroups or inter-process communication, devices, other containers' volumes, published ports, a folder of the host's,
//! the host's Docker socket.

use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount, MountType,
    MountVolumeOptions, NetworkCreateRequest,
};
use std::{collections::BTreeMap, time::Duration};

use super::{
    label::{self, Identity},
    settings::{Init, Machine, Network},
    trust,
};

/// What systemd needs. The engine mounts a container's cgroups read-only unless it is privileged; systemd and a nested engine make
/// groups of their own there. Within a private cgroup namespace they are all below the container's own group, so that the
/// host's tree need not be bound in, as is the custom. One mount with version 2, one for each controller with version 1.
///
/// The engine mounts /proc/sys read-only, too, since most of it is the host's: a guide's `sysctl vm.…`, or systemd's own at
/// boot, would change the machine that guidepost runs on. What belongs to the machine's own namespaces (network, host name,
/// System V and POSIX queues) is made writable again, key by key.
pub(super) const PREPARE: &str = r#"for m in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$m" 2>/dev/null; done
cd /proc/sys && for k in net fs/mqueue kernel/hostname kernel/domainname kernel/msg* kernel/sem kernel/shm*; do
  mount --bind $k $k 2>/dev/null && mount -o remount,bind,rw $k
done
cd /"#;
/// Lets a machine have a console, as Docker's may by default: with version 1 of control groups, the containers of an engine inside can only
/// have what their machine may.
const CONSOLE: &str = "echo 'c 5:1 rwm' >/sys/fs/cgroup/devices/devices.allow 2>/dev/null";
/// The init of an image with systemd. Podman gives no control group namespace with version 1, though it is asked for one: a nested engine
/// would then look for its groups where the host has them.
const INIT: &str = "grep -qE '^0::/.|:devices:/.' /proc/self/cgroup && exec unshare --cgroup /sbin/init
exec /sbin/init";
/// Powers a machine with systemd off at once: its signal SIGRTMIN+14 (systemd(1)).
const POWER_OFF: &str = "kill -48 1";

/// Capabilities for systemd and a nested engine, all that they need where `privileged` would give everything. Not among them:
/// `DAC_READ_SEARCH`, with which files of the host's are opened by their handles; `SYSLOG` and `AUDIT_READ`, whose logs are the
/// host's.
const SYSTEMD_CAPABILITIES: [&str; 9] = [
    "SYS_ADMIN",
    "NET_ADMIN",
    "SYS_PTRACE",
    "SYS_CHROOT",
    "MKNOD",
    "LINUX_IMMUTABLE",
    "IPC_LOCK",
    "SYS_NICE",
    "AUDIT_CONTROL",
];

/// What an engine has and can, as far as machines depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Host {
    /// How many processors: asked for more, it would refuse.
    pub cpus: u32,
    /// It may be able to limit how much a container writes.
    pub limits_disk: bool,
    /// Root in its containers is another user outside: `userns-remap`, or a rootless engine.
    pub remaps_users: bool,
    /// It is Docker itself: looks at its containers as a `HEALTHCHECK` asks for, and has Docker's defaults for devices.
    pub is_docker: bool,
}

/// The engine's own limit of a disk is so much larger than the machine's, as a share: [`disk`](super::disk) then sees the
/// limit passed and can name it, where a guide would be told no more than that no space is left.
const DISK_MARGIN: u64 = 8;

/// The specification of a machine's container. `image` is the id or reference that its settings came to.
pub fn container(machine: &Machine, image: &str, engine: Host, identity: &Identity) -> ContainerCreateBody {
    let name = identity.resource();
    let systemd = machine.init == Init::Systemd;
    let memory = i64::try_from(machine.memory).unwrap_or(i64::MAX);
    let cpus = machine.cpus.min(f64::from(engine.cpus.max(1)));
    let mut host = HostConfig {
        memory: Some(memory),
        memory_swap: Some(memory),
        nano_cpus: Some((cpus * 1e9) as i64),
        pids_limit: Some(i64::from(machine.pids)),
        network_mode: Some(match machine.network {
            Network::Bridge | Network::Internal => name.clone(),
            Network::None => "none".into(),
        }),
        ipc_mode: Some("private".into()),
        privileged: Some(false),
        init: Some(!systemd),
        cap_add: Some(machine.capabilities.iter().map(|&c| c.to_owned()).collect()),
        log_config: Some(log()),
        ..HostConfig::default()
    };
    if machine.network == Network::Internal {
        // Docker's own name server knows the containers of a network, and before Docker 26 it asks outside for all other names,
        // for a network without a way out, too. Nobody is at this address (RFC 1112).
        host.dns = Some(vec!["240.0.0.1".into()]);
        host.dns_options = Some(vec!["timeout:1".into(), "attempts:1".into()]);
    }
    if engine.limits_disk {
        let most = machine.disk.saturating_add(machine.disk / DISK_MARGIN);
        host.storage_opt = Some([("size".to_owned(), most.to_string())].into());
    }
    if systemd {
        give_systemd(&mut host, engine);
    }
    if machine.nested_docker {
        host.mounts = Some(vec![Mount {
            typ: Some(MountType::VOLUME),
            source: Some(name),
            target: Some("/var/lib/docker".into()),
            volume_options: Some(MountVolumeOptions {
                labels: Some(identity.labels()),
                ..MountVolumeOptions::default()
            }),
            ..Mount::default()
        }]);
    }
    let (start, healthcheck) = start(systemd, engine, identity.lifetime);
    ContainerCreateBody {
        image: Some(image.to_owned()),
        hostname: Some(machine.hostname.clone().unwrap_or_else(|| identity.machine.to_string())),
        // Process 1 is root's; who types is decided per session.
        user: Some("0:0".into()),
        env: Some(environment(machine)),
        entrypoint: Some(start),
        healthcheck,
        cmd: Some(Vec::new()),
        labels: Some(identity.labels()),
        stop_timeout: Some(1),
        host_config: Some(host),
        ..ContainerCreateBody::default()
    }
}

/// The first process, which ends when the time of its machine is over. Below the engine's minimal init it does nothing but wait for that.
/// Beside systemd, no process of a reader's machine would: the engine itself is asked to look at the machine once, at that time.
/// Podman leaves such looks to the host's systemd, which may not be there; then a process waits.
fn start(systemd: bool, engine: Host, lifetime: Duration) -> (Vec<String>, Option<HealthConfig>) {
    let seconds = lifetime.as_secs();
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    if !systemd {
        return (words(&["sleep", &seconds.to_string()]), None);
    }
    if !engine.is_docker {
        let wait = format!("(sleep {seconds}; {POWER_OFF}) >/dev/null 2>&1 &");
        return (words(&["/bin/sh", "-c", &format!("{PREPARE}\n{CONSOLE}\n{wait}\n{INIT}")]), None);
    }
    let look = HealthConfig {
        test: Some(words(&["CMD-SHELL", POWER_OFF])),
        interval: i64::try_from(lifetime.as_nanos()).ok(),
        ..HealthConfig::default()
    };
    (words(&["/bin/sh", "-c", &format!("{PREPARE}\n{INIT}")]), Some(look))
}

/// The container that serves archives of packages to machines, under these names. It writes
/// nothing but what it keeps, in a volume that stays, has no capability, and hands nothing on from one network to another. When no machine
/// has been put beside it for the time `idle`, it ends by itself.
pub fn archives(image: &str, names: &[String], idle: Duration, identity: &Identity) -> ContainerCreateBody {
    let hash = blake3::hash(names.join(" ").as_bytes()).to_hex();
    let volume = Mount {
        typ: Some(MountType::VOLUME),
        source: Some(format!("guidepost-archives-{}", &hash[..16])),
        target: Some("/var/cache/archives".into()),
        volume_options: Some(MountVolumeOptions {
            labels: Some([(label::KEPT.to_owned(), "archives".to_owned())].into()),
            ..MountVolumeOptions::default()
        }),
        ..Mount::default()
    };
    let host = HostConfig {
        memory: Some(1 << 30),
        memory_swap: Some(1 << 30),
        pids_limit: Some(64),
        // Its name servers are the host's there. It is put on the networks of machines later.
        network_mode: Some("bridge".into()),
        ipc_mode: Some("private".into()),
        privileged: Some(false),
        init: Some(true),
        cap_drop: Some(vec!["ALL".into()]),
        security_opt: Some(vec!["no-new-privileges".into()]),
        sysctls: Some([("net.ipv4.ip_forward".to_owned(), "0".to_owned())].into()),
        readonly_rootfs: Some(true),
        tmpfs: Some([("/tmp".to_owned(), "size=64m".to_owned())].into()),
        mounts: Some(vec![volume]),
        log_config: Some(log()),
        ..HostConfig::default()
    };
    ContainerCreateBody {
        image: Some(image.to_owned()),
        cmd: Some(names.to_vec()),
        env: Some(vec![format!("IDLE_MINUTES={}", idle.as_secs().div_ceil(60))]),
        labels: Some(identity.labels()),
        stop_timeout: Some(1),
        host_config: Some(host),
        ..ContainerCreateBody::default()
    }
}

/// What a container says itself is kept in part.
fn log() -> HostConfigLogConfig {
    HostConfigLogConfig {
        typ: Some("json-file".into()),
        config: Some([("max-size", "1m"), ("max-file", "1")].map(|(k, v)| (k.into(), v.into())).into()),
    }
}

fn give_systemd(host: &mut HostConfig, engine: Host) {
    let capabilities = host.cap_add.get_or_insert_default();
    for capability in SYSTEMD_CAPABILITIES {
        if !capabilities.iter().any(|c| c == capability) {
            capabilities.push(capability.to_owned());
        }
    }
    host.security_opt = Some(vec!["seccomp=unconfined".into(), "apparmor=unconfined".into()]);
    if engine.remaps_users {
        // `systempaths=unconfined` of the command line. In a user namespace the kernel lets a nested engine mount a /proc of its
        // own only where nothing of the outer one is hidden; and there, root may not write what is the host's anyway.
        host.masked_paths = Some(Vec::new());
        host.readonly_paths = Some(Vec::new());
    }
    host.cgroupns_mode = Some(HostConfigCgroupnsModeEnum::PRIVATE);
    host.tmpfs = Some([("/run", ""), ("/run/lock", ""), ("/tmp", "exec")].map(|(k, v)| (k.into(), v.into())).into());
}

fn environment(machine: &Machine) -> Vec<String> {
    let mut variables: BTreeMap<&str, &str> = BTreeMap::new();
    if machine.init == Init::Systemd {
        // systemd's own convention: it then leaves alone what containers do not have.
        variables.insert("container", "docker");
    }
    if machine.host_ca_certificates {
        variables.extend(trust::VARIABLES.map(|name| (name, trust::BUNDLE)));
    }
    variables.extend(machine.env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    variables.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// The private network of a machine; `None` for `network: none`.
pub fn network(machine: &Machine, identity: &Identity) -> Option<NetworkCreateRequest> {
    let internal = machine.network == Network::Internal;
    // Docker's internal networks lead nowhere but to the host, at its end of the bridge: that gets no address.
    let options = internal.then(|| ("com.docker.network.bridge.inhibit_ipv4".to_owned(), "true".to_owned()));
    (machine.network != Network::None).then(|| NetworkCreateRequest {
        name: identity.resource(),
        driver: Some("bridge".into()),
        internal: Some(internal),
        enable_ipv6: internal.then_some(false),
        attachable: Some(false),
        labels: Some(identity.labels()),
        options: Some(options.into_iter().collect()),
        ..NetworkCreateRequest::default()
    })
}

#[cfg(test)]
mod tests;
