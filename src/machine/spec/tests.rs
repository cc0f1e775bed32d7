//! Whatever the settings say, the specification never gives more than it should.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    config::Config,
    machine::{
        label::{Name, Owner},
        settings::{CAPABILITIES, ImageSource, machines},
    },
    source::Source,
};

/// Every key of `HostConfig` that any machine may have; a new one must be thought about here.
const HOST_KEYS: [&str; 19] = [
    "CapAdd",
    "CgroupnsMode",
    "Dns",
    "DnsOptions",
    "Init",
    "IpcMode",
    "LogConfig",
    "MaskedPaths",
    "Memory",
    "MemorySwap",
    "Mounts",
    "NanoCpus",
    "NetworkMode",
    "PidsLimit",
    "Privileged",
    "ReadonlyPaths",
    "SecurityOpt",
    "StorageOpt",
    "Tmpfs",
];

/// The server of packages has less than any machine: it writes what it keeps and no more, and leads nowhere.
#[test]
fn the_server_of_packages_is_contained() {
    let request = serde_json::to_value(archives(
        "image",
        &["a.example.org".into()],
        Duration::from_secs(90),
        &identity("a", "b"),
    ))
    .expect("JSON");
    let host = &request["HostConfig"];
    for (key, value) in [
        ("Privileged", json!(false)),
        ("IpcMode", json!("private")),
        ("NetworkMode", json!("bridge")),
        ("CapAdd", Value::Null),
        ("CapDrop", json!(["ALL"])),
        ("SecurityOpt", json!(["no-new-privileges"])),
        ("ReadonlyRootfs", json!(true)),
        ("Binds", Value::Null),
        ("PortBindings", Value::Null),
        ("Sysctls", json!({ "net.ipv4.ip_forward": "0" })),
    ] {
        assert_eq!(host[key], value, "{key}");
    }
    let mounts = host["Mounts"].as_array().expect("mounts");
    assert!(mounts.len() == 1 && mounts[0]["Type"] == "volume", "{mounts:?}");
    let labels = request["Labels"].as_object().expect("labels");
    assert!(labels.contains_key(label::RUN) && labels.contains_key(label::OWNER), "it is reaped: {labels:?}");
    let kept = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let spec = archives("image", &names, Duration::ZERO, &identity("a", "b"));
        spec.host_config.and_then(|host| host.mounts?.first()?.source.clone()).expect("a volume")
    };
    assert_ne!(kept(&["a.example.org"]), kept(&["b.example.org"]), "each set of archives has what it keeps");
}

fn identity(guide: &str, machine: &str) -> Identity {
    let owner = Owner { pid: 1, start: 2, host: "h".into(), boot: "b".into() };
    Identity { owner, ..Identity::new(Name::new(guide), Name::new(machine), Duration::from_secs(3000)) }
}

/// What must hold for any machine, told from the request as the engine will read it.
fn assert_contained(machine: &Machine, spec: &ContainerCreateBody, engine: Host, identity: &Identity) {
    let request = serde_json::to_value(spec).expect("JSON");
    let host = request["HostConfig"].as_object().expect("an object");
    let keys: BTreeSet<&str> = host.keys().map(String::as_str).collect();
    assert!(keys.is_subset(&HOST_KEYS.into()), "{keys:?}");
    assert_eq!(host["Privileged"], json!(false));
    assert_eq!(host["IpcMode"], json!("private"));
    let network = host["NetworkMode"].as_str().expect("a text");
    assert!(network == "none" || (network.starts_with("guidepost-") && network == identity.resource()), "{network}");
    assert_eq!(network == "none", machine.network == Network::None);

    let systemd = machine.init == Init::Systemd;
    assert_eq!(host.get("CgroupnsMode"), systemd.then_some(&json!("private")));
    for key in ["SecurityOpt", "CgroupnsMode", "Tmpfs"] {
        assert_eq!(host.contains_key(key), systemd, "{key}");
    }
    assert_eq!(host.contains_key("Dns"), machine.network == Network::Internal);
    // Without a list of its own, the engine hides what Docker hides.
    for key in ["MaskedPaths", "ReadonlyPaths"] {
        assert_eq!(host.contains_key(key), systemd && engine.remaps_users, "{key}");
    }
    let most = host.get("StorageOpt").map(|options| options["size"].as_str().and_then(|size| size.parse::<u64>().ok()));
    assert_eq!(most.is_some(), engine.limits_disk);
    assert!(most.is_none_or(|most| most >= Some(machine.disk)), "{most:?}");
    for mount in host.get("Mounts").and_then(Value::as_array).into_iter().flatten() {
        assert_eq!(mount["Type"], json!("volume"));
        assert_eq!(mount["Source"], json!(identity.resource()));
        assert_eq!(mount["Target"], json!("/var/lib/docker"));
    }
    for capability in host["CapAdd"].as_array().expect("a list") {
        let name = capability.as_str().expect("a text");
        assert!(CAPABILITIES.contains(&name) || (systemd && SYSTEMD_CAPABILITIES.contains(&name)), "{name}");
    }
    assert_eq!(host["Memory"], host["MemorySwap"]);
    assert!(host["Memory"].as_i64() >= Some(0) && host["NanoCpus"].as_i64() >= Some(0));
    assert_eq!(host["PidsLimit"], json!(machine.pids));
    for key in ["Volumes", "ExposedPorts", "NetworkingConfig"] {
        assert!(request.get(key).is_none(), "{key}");
    }
    // Texts of the settings stand where they do no more than be read inside: nowhere else can one have got to.
    assert!(!serde_json::to_string(host).expect("JSON").contains("docker.sock"));
    assert_eq!(request["Labels"], json!(identity.labels()));
}

/// Texts that an attacker would try, and any others.
fn wild() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z]{1,8}",
        prop::sample::select(vec![
            "host",
            "container:x",
            "none",
            "bridge",
            "systemd",
            "nested",
            "/var/run/docker.sock:/var/run/docker.sock",
            "/:/host:rw",
            "--privileged",
            "SYS_ADMIN",
            "ALL",
            "NET_ADMIN",
            "\",\"Privileged\":true,\"x\":\"",
            "../../etc",
            "0:0",
            "2GiB",
        ])
        .prop_map(str::to_owned),
    ]
}

fn wild_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        wild().prop_map(Value::String),
        any::<i64>().prop_map(|n| json!(n)),
        any::<bool>().prop_map(Value::Bool),
        prop::collection::vec(wild(), 0..4).prop_map(|list| json!(list)),
        prop::collection::btree_map(wild(), wild(), 0..4).prop_map(|map| json!(map)),
    ]
}

fn wild_key() -> impl Strategy<Value = String> {
    let known = [
        "image",
        "build",
        "user",
        "init",
        "docker",
        "images",
        "env",
        "ca_certificates",
        "memory",
        "cpus",
        "pids",
        "disk",
        "allow",
        "network",
        "hostname",
        "capabilities",
        "privileged",
        "volumes",
        "devices",
        "pid",
        "ipc",
        "HostConfig",
        "security_opt",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), wild()]
}

prop_compose! {
    /// A machine whose texts no check has seen: the specification does not rely on the checks.
    fn unchecked()(
        texts in prop::collection::vec(wild(), 6),
        env in prop::collection::btree_map(wild(), wild(), 0..4),
        flags in any::<(bool, bool, bool, bool)>(),
        network in prop::sample::select(vec![Network::Bridge, Network::Internal, Network::None]),
        (memory, cpus, pids, disk) in (any::<u64>(), 0.0..1e6f64, any::<u32>(), any::<u64>()),
        capabilities in prop::sample::subsequence(CAPABILITIES.to_vec(), 0..=CAPABILITIES.len()),
    ) -> Machine {
        let [image, build, user, hostname, first, second] = &texts[..] else { unreachable!() };
        Machine {
            source: if flags.0 { ImageSource::Image(image.clone()) } else { ImageSource::Build(build.as_str().into()) },
            user: Some(user.clone()),
            init: if flags.1 { Init::Systemd } else { Init::Minimal },
            nested_docker: flags.2,
            images: vec![first.clone(), second.clone()],
            env,
            host_ca_certificates: flags.3,
            memory,
            cpus,
            pids,
            disk,
            network,
            hostname: Some(hostname.clone()),
            capabilities,
            allow: None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_machine_is_given_more(
        machine in unchecked(),
        image in wild(),
        guide in wild(),
        (cpus, limits_disk, remaps_users) in any::<(u32, bool, bool)>(),
    ) {
        let identity = identity(&guide, &guide);
        let host = Host { cpus, limits_disk, remaps_users, is_docker: remaps_users };
        assert_contained(&machine, &container(&machine, &image, host, &identity), host, &identity);
        if let Some(network) = super::network(&machine, &identity) {
            let internal = machine.network == Network::Internal;
            prop_assert_eq!(network.internal, Some(internal));
            let options = network.options.unwrap_or_default();
            prop_assert_eq!(options.contains_key("com.docker.network.bridge.inhibit_ipv4"), internal);
            prop_assert_eq!(network.driver.as_deref(), Some("bridge"));
            prop_assert!(network.name.starts_with("guidepost-"));
            prop_assert_eq!(network.labels, Some(identity.labels()));
        }
    }

    #[test]
    fn no_setting_is_more_than_it_says(
        settings in prop::collection::btree_map(wild_key(), wild_value(), 0..8),
        plain in any::<bool>(),
    ) {
        let mut settings: Map<String, Value> = settings.into_iter().collect();
        if plain {
            settings.remove("build");
            settings.insert("image".into(), json!("debian:bookworm"));
        }
        let config = Config { machines: [("m".to_owned(), Value::Object(settings))].into_iter().collect(), ..Config::default() };
        let (machines, diagnostics): (BTreeMap<String, Machine>, _) = machines(&config, &Source::new("guidepost.yaml", ""));
        prop_assert!(machines.contains_key("m") != diagnostics.iter().any(|d| d.is_error()));
        for machine in machines.values() {
            let identity = identity("g", "m");
            let host = Host { cpus: 2, ..Host::default() };
            assert_contained(machine, &container(machine, "sha256:1", host, &identity), host, &identity);
        }
    }
}

#[test]
fn limits_and_names_are_what_the_settings_say() {
    let identity = identity("guides/first", "debian");
    let spec =
        container(&Machine::default(), "sha256:1", Host { cpus: 1, limits_disk: true, ..Host::default() }, &identity);
    let host = spec.host_config.expect("there");
    assert_eq!((host.memory, host.nano_cpus, host.pids_limit), (Some(2 << 30), Some(1_000_000_000), Some(1024)));
    let disk = host.storage_opt.and_then(|mut options| options.remove("size"));
    assert_eq!(disk.as_deref(), Some("12079595520"), "10 GiB, and an eighth");
    assert_eq!(spec.hostname.as_deref(), Some("debian"));
    let trusting = Machine {
        host_ca_certificates: true,
        env: [("SSL_CERT_FILE".to_owned(), "/own".to_owned())].into(),
        ..Machine::default()
    };
    let env = environment(&trusting);
    assert!(env.contains(&"SSL_CERT_FILE=/own".to_owned()), "a setting of the site's comes last");
    assert!(env.contains(&format!("CURL_CA_BUNDLE={}", trust::BUNDLE)));
}

#[test]
fn machines_end_by_themselves() {
    let identity = identity("a", "b");
    assert_eq!(identity.lifetime, Duration::from_secs(3600));
    for (init, looks, entrypoint, look) in [
        (Init::Minimal, true, "sleep 3600", None),
        (Init::Minimal, false, "sleep 3600", None),
        (Init::Systemd, true, "exec /sbin/init", Some(3_600_000_000_000)),
        (Init::Systemd, false, "exec /sbin/init", None),
    ] {
        let machine = Machine { init, ..Machine::default() };
        let spec = container(&machine, "sha256:1", Host { is_docker: looks, ..Host::default() }, &identity);
        let words = spec.entrypoint.expect("an entrypoint").join(" ");
        assert!(words.ends_with(entrypoint) && words.contains("sleep 3600") != look.is_some(), "{words}");
        let interval = spec.healthcheck.map(|look| (look.test.expect("a test").join(" "), look.interval));
        assert_eq!(interval, look.map(|time| ("CMD-SHELL kill -48 1".to_owned(), Some(time))));
    }
}
