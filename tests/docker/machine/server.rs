//! A machine with systemd and a Docker engine of its own, built from the folder `server` beside this file.

use super::engine::{IMAGE, identity, labelled, sh, with_engine};
use crate::support::docker;
use guidepost::machine::{Error, Event, Identity, Machine, settings::ImageSource, settings::Init, start};
use std::{
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};

#[test]
fn systemd_and_a_nested_engine_work() {
    with_engine(|engine| async move {
        let settings = Machine {
            source: ImageSource::Build("server".into()),
            user: Some("reader".into()),
            init: Init::Systemd,
            nested_docker: true,
            images: vec![IMAGE.into()],
            ..Machine::default()
        };
        let identity = identity("server");
        let events = Mutex::new(Vec::new());
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docker/machine");
        let machine = start(&engine, &settings, &identity, &site, &|event| {
            if let Event::Building { line, .. } = &event {
                eprintln!("{line}");
            }
            events.lock().expect("unpoisoned").push(event);
        })
        .await
        .unwrap_or_else(|e| panic!("{e}\n{}", e.tail()));
        {
            let events = events.lock().expect("unpoisoned");
            for expected in
                [Event::Waiting("systemd"), Event::Waiting("its Docker engine"), Event::Preloading(IMAGE.to_owned())]
            {
                assert!(events.contains(&expected), "{events:?}");
            }
        }
        assert_eq!(labelled(&format!("org.guidepost.run={}", identity.run.as_str())).len(), 3);

        let (status, text) = sh(
            &machine,
            "reader",
            "sudo systemctl is-active docker; sudo systemctl restart docker && docker info --format \
            '{{.Driver}}'; docker images --format '{{.Repository}}:{{.Tag}}'",
        )
        .await;
        assert_eq!((status, text.as_str()), (0, "active\noverlay2\ndebian:bookworm"));
        // The host's engine is not the one inside.
        assert_ne!(sh(&machine, "reader", "docker ps --quiet").await.1, docker(&["ps", "--quiet"]));
        let nested =
            "docker run --rm --memory 64m --pids-limit 32 debian:bookworm sh -c 'echo inside; cat /etc/resolv.conf'";
        let (status, text) = sh(&machine, "reader", nested).await;
        assert!(status == 0 && text.starts_with("inside"), "{status} {text}");
        assert!(!text.contains("8.8.8.8"), "the network's own name servers: {text}");
        // Two containers that know each other by name.
        let pair = "docker network create n >/dev/null && docker run -d --name first --network n debian:bookworm sleep 60 >/dev/null && \
            docker run --rm --network n debian:bookworm getent hosts first";
        let (status, text) = sh(&machine, "reader", pair).await;
        assert!(status == 0 && text.ends_with(" first"), "{status} {text}");
        // Folders that only the inside sees.
        machine.write("/tmp/x", b"t", Some("reader"), None).await.expect("written");
        machine.write("/run/x", b"r", None, None).await.expect("written");
        assert_eq!(sh(&machine, "reader", "cat /tmp/x /run/x").await.1, "tr");
        // Nothing of the host's own tree of control groups is seen.
        let (_, groups) =
            sh(&machine, "root", "ls -d /sys/fs/cgroup/pids/docker/*/ /sys/fs/cgroup/docker/*/ 2>/dev/null | wc -l")
                .await;
        assert_eq!(groups, "1", "the nested engine's own container only");

        // The limits are the machine's as a whole, whatever systemd makes below it.
        let limits = "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids.max \
            /sys/fs/cgroup/memory.max 2>/dev/null";
        assert_eq!(sh(&machine, "root", limits).await.1, "1024\n2147483648");

        // What is the host's can be read, and nothing more; what is the machine's own can be written.
        let keys = "for k in vm/max_map_count kernel/core_pattern fs/file-max kernel/pid_max net/ipv4/ip_forward kernel/hostname \
            kernel/shmmax fs/mqueue/msg_max; do v=$(cat /proc/sys/$k) && (printf %s \"$v\" >/proc/sys/$k) 2>/dev/null && echo $k; done";
        let own = "net/ipv4/ip_forward\nkernel/hostname\nkernel/shmmax\nfs/mqueue/msg_max";
        assert_eq!(sh(&machine, "root", keys).await.1, own);
        let (_, closed) = sh(
            &machine,
            "root",
            "dmesg 2>&1 | tail -n 1; touch /sys/x 2>&1; grep -c '^proc /proc/[a-z-]* proc ro,' /proc/mounts",
        )
        .await;
        assert!(closed.starts_with("dmesg: read kernel buffer failed"), "{closed}");
        assert!(closed.contains("cannot touch '/sys/x': Read-only file system"), "{closed}");
        // bus, fs, irq, sys, and sysrq-trigger where the kernel has one.
        assert!(closed.ends_with('4') || closed.ends_with('5'), "{closed}");

        machine.close().await.expect("removed");
        assert_eq!(labelled(&format!("org.guidepost.run={}", identity.run.as_str())), [""; 0]);
    });
}

#[test]
fn a_server_ends_when_its_time_is_over() {
    with_engine(|engine| async move {
        let settings =
            Machine { source: ImageSource::Build("server".into()), init: Init::Systemd, ..Machine::default() };
        let lifetime = Duration::from_secs(45);
        let identity = Identity { lifetime, until: chrono::Utc::now() + lifetime, ..identity("over") };
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docker/machine");
        let machine = start(&engine, &settings, &identity, &site, &|_| {}).await.expect("it starts");
        // No process of it waits for that, so no reader sees one.
        let seen = sh(&machine, "root", "cat /proc/[0-9]*/comm; systemctl list-timers --all --no-legend").await.1;
        assert!(seen.contains("systemd") && !seen.contains("sleep") && !seen.contains("guidepost"), "{seen}");
        let begin = Instant::now();
        let error = loop {
            if let Err(error) = machine.check().await {
                break error;
            }
            assert!(begin.elapsed() < Duration::from_secs(120), "it goes on");
            tokio::time::sleep(Duration::from_millis(500)).await;
        };
        assert!(matches!(&error, Error::Ended { outside: true, .. }), "{error:?}");
        machine.close().await.expect("removed");
    });
}
