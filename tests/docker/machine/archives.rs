//! Packages that machines fetch are kept by a server on their networks.

use super::engine::{identity, plain, sh, started, with_engine};
use crate::support::docker;
use guidepost::machine::{Event, label, start};
use std::{path::Path, sync::Mutex, time::Duration};

/// Asks whoever is called deb.debian.org for a path, as a guide could that means harm: for any host.
fn ask(host: &str, path: &str) -> String {
    format!(
        "exec 3<>/dev/tcp/deb.debian.org/80; printf 'GET {path} HTTP/1.0\\r\\nHost: {host}\\r\\n\\r\\n' >&3; head -n 1 <&3 | cut -d' ' -f2"
    )
}

#[test]
fn packages_come_from_a_server_that_keeps_them() {
    with_engine(|engine| async move {
        let engine = engine.keeping_packages(true, Duration::from_secs(600));
        let without = Mutex::new(None);
        let listener = |event: Event| {
            if let Event::WithoutArchives(why) = event {
                *without.lock().expect("no panic") = Some(why);
            }
        };
        let identity = identity("packages");
        let machine = start(&engine, &plain(), &identity, Path::new("."), &listener).await.expect("a machine");
        if let Some(why) = without.into_inner().expect("no panic") {
            eprintln!("SKIPPED: packages are not kept here now: {why}");
            return machine.close().await.expect("removed");
        }
        let other = started(&engine, &plain(), "other").await;
        let prefix = |address: &str| address.rsplit_once('.').map(|(network, _)| network.to_owned());
        let (_, own) = sh(&machine, "root", "hostname -I").await;
        let (_, server) = sh(&machine, "root", "getent hosts deb.debian.org | cut -d' ' -f1").await;
        assert!(prefix(&server).is_some() && prefix(&server) == prefix(&own), "{server} is on the network of {own}");
        let (_, others) = sh(&other, "root", "hostname -I").await;
        let list = "/debian/dists/bookworm/InRelease";
        for (host, status) in [("deb.debian.org", "200"), ("169.254.169.254", ""), (&others, ""), ("example.org", "")] {
            let script = ask(host, list);
            assert_eq!(sh(&machine, "root", &format!("bash -c {script:?}")).await.1, status, "{host}");
        }
        // Other runs may have servers of their own by now.
        let (of_archives, of_network) =
            (format!("label={}=archives", label::GUIDE), format!("network={}", identity.resource()));
        let here = docker(&["ps", "--filter", &of_archives, "--filter", &of_network, "--format", "{{.ID}}"]);
        assert_eq!(here.lines().count(), 1, "{here}");
        machine.close().await.expect("removed");
        other.close().await.expect("removed");
        engine.close().await.expect("removed");
        assert_eq!(docker(&["ps", "--all", "--filter", &format!("id={here}"), "--format", "{{.Names}}"]), "");
    });
}
