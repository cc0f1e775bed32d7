//! What a machine can reach of the host and of other machines, and how much it may write.

use super::engine::{IMAGE, identity, plain, sh, started, with_engine};
use crate::support::docker;
use guidepost::machine::{Engine, Error, Machine, Run, TerminalOptions, settings::Network, start};
use std::{
    io::Write,
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

/// Says `reached` if somebody listens at an address and port.
fn knock(address: &str, port: u16) -> String {
    format!("timeout 3 bash -c 'exec 3<>/dev/tcp/{address}/{port} && head -c 7 <&3' 2>/dev/null")
}

/// A service of the host, at all of its addresses.
fn service() -> u16 {
    let listener = TcpListener::bind(("0.0.0.0", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(b"reached"));
        }
    });
    port
}

#[test]
fn an_internal_network_leads_nowhere() {
    with_engine(|engine| async move {
        let port = service();
        let bridge = started(&engine, &plain(), "bridge").await;
        let settings = Machine { network: Network::Internal, ..plain() };
        let internal = started(&engine, &settings, "internal").await;
        let (_, route) = sh(&bridge, "root", "awk '$2 == \"00000000\" {print $3}' /proc/net/route").await;
        let number = u32::from_str_radix(&route, 16).expect("a gateway");
        let gateway = std::net::Ipv4Addr::from(number.swap_bytes()).to_string();
        // Of a plain network this is so, and documented.
        assert_eq!(sh(&bridge, "root", &knock(&gateway, port)).await.1, "reached");

        // The host by its end of the machine's own network, of another one, and of Docker's; and whoever is outside.
        let (_, own) = sh(&internal, "root", "hostname -I").await;
        let end = format!("{}.1", own.rsplit_once('.').expect("an address").0);
        for address in [end.as_str(), &gateway, "172.17.0.1", "169.254.169.254"] {
            assert_eq!(sh(&internal, "root", &knock(address, port)).await.1, "", "{address}");
        }
        let began = Instant::now();
        assert_ne!(sh(&internal, "root", "getent hosts deb.debian.org").await.0, 0);
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "a name that is not known is said soon: {:?}",
            began.elapsed()
        );
        // It knows itself.
        assert_eq!(sh(&internal, "root", "getent hosts \"$(hostname)\" | wc -l").await.1, "1");
        internal.close().await.expect("removed");
        bridge.close().await.expect("removed");
    });
}

#[test]
fn machines_do_not_reach_each_other() {
    with_engine(|engine| async move {
        let settings = plain();
        let (one, two) = tokio::join!(started(&engine, &settings, "one"), started(&engine, &settings, "two"));
        let (_, address) = sh(&one, "root", "hostname -I").await;
        // Whatever it holds, an answer or a refusal would say that it is there.
        let (_, told) = sh(&two, "root", &format!("timeout 3 bash -c 'exec 3<>/dev/tcp/{address}/7'; echo $?")).await;
        assert!(told.ends_with("124") || told.contains("No route") || told.contains("unreachable"), "{told}");
        let name = identity("one").resource();
        assert_ne!(sh(&two, "root", &format!("getent hosts {name}")).await.0, 0);
        one.close().await.expect("removed");
        two.close().await.expect("removed");
    });
}

#[test]
fn nothing_of_the_host_is_in_a_plain_machine() {
    with_engine(|engine| async move {
        let machine = started(&engine, &plain(), "plain").await;
        let (_, seen) = sh(
            &machine,
            "root",
            "ls /var/run/docker.sock /run/docker.sock 2>/dev/null; for k in kernel/core_pattern vm/swappiness fs/file-max net/ipv4/ip_forward; \
            do test -w /proc/sys/$k && echo $k; done; mknod /vda b 254 0 && head -c1 /vda; ls /dev | grep -v core | tr '\\n' ' '",
        )
        .await;
        let devices = "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero";
        let shown: Vec<&str> = seen.lines().filter(|line| !line.contains("Operation not permitted")).collect();
        assert_eq!(shown, [devices], "{seen}");
        machine.close().await.expect("removed");
    });
}

#[test]
fn a_machine_that_fills_its_disk_is_ended() {
    with_engine(|engine| async move {
        let settings = Machine { disk: 64 << 20, ..plain() };
        let machine = started(&engine, &settings, "disk").await;
        let command = ["sh", "-c", "head -c 40M /dev/zero >/a; sleep 5; head -c 100M /dev/zero >/b; sleep 60"];
        let began = Instant::now();
        let run = Run { command: &command, timeout: Some(Duration::from_secs(60)), ..Run::default() };
        // The command ends with its machine; what is asked for next says why.
        let _ = machine.run(&run).await;
        assert!((5..50).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
        let error = machine.check().await.expect_err("it was ended");
        assert!(error.to_string().contains("its disk is full") && error.to_string().contains("64MiB"), "{error}");
        assert!(error.help().is_some_and(|help| help.contains("`disk:` of machines.debian")), "{:?}", error.help());
        assert!(matches!(error, Error::Ended { .. }));
        machine.close().await.expect("removed");
    });
}

/// A way to the engine that can fall silent: what comes after that is taken, and never answered.
fn silent_after(hush: &'static std::sync::atomic::AtomicBool) -> (tempfile::TempDir, String) {
    use std::{
        io::{Read, copy},
        os::unix::net::{UnixListener, UnixStream},
        sync::atomic::Ordering,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("docker.sock");
    let listener = UnixListener::bind(&path).expect("a socket");
    std::thread::spawn(move || {
        for near in listener.incoming().filter_map(Result::ok) {
            let Ok(far) = UnixStream::connect("/var/run/docker.sock") else { return };
            let (mut from, mut to) = (near.try_clone().expect("a clone"), far.try_clone().expect("a clone"));
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    if !hush.load(Ordering::SeqCst) && to.write_all(&bytes[..count]).is_err() {
                        return;
                    }
                }
            });
            std::thread::spawn(move || copy(&mut &far, &mut &near));
        }
    });
    (folder, format!("unix://{}", path.display()))
}

#[test]
fn an_engine_that_hangs_is_found_soon() {
    static HUSH: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    with_engine(|engine| async move {
        if std::env::var_os("DOCKER_HOST").is_some() {
            eprintln!("SKIPPED: DOCKER_HOST is set");
            return;
        }
        let (_folder, address) = silent_after(&HUSH);
        let through = Engine::connect_to(&address).await.expect("it answers");
        let identity = identity("hangs");
        let machine = start(&through, &plain(), &identity, Path::new("."), &|_| {}).await.expect("it starts");
        let (terminal, _reader, _writer) = machine.open(&TerminalOptions::default()).await.expect("it opens");
        terminal.check().await.expect("all is well");
        HUSH.store(true, std::sync::atomic::Ordering::SeqCst);
        let began = Instant::now();
        let error = terminal.check().await.expect_err("it hangs");
        assert!(matches!(&error, Error::EngineGone { reason } if reason.contains("no answer for")), "{error}");
        assert!(error.exit_status() == 3 && error.help().is_some() && began.elapsed() < Duration::from_secs(30));
        let _ = machine.keep().await;
        docker(&["rm", "--force", "--volumes", &identity.resource()]);
        docker(&["network", "rm", &identity.resource()]);
        drop(engine);
    });
}

#[test]
fn a_machine_that_somebody_else_removed_is_no_error_of_cleaning() {
    with_engine(|engine| async move {
        let identity = identity("removed");
        let machine = start(&engine, &plain(), &identity, Path::new("."), &|_| {}).await.expect("it starts");
        docker(&["rm", "--force", "--volumes", machine.container()]);
        docker(&["network", "rm", &identity.resource()]);
        let error = machine.check().await.expect_err("it is gone");
        assert!(error.to_string().contains("removed by somebody else"), "{error}");
        machine.close().await.expect("nothing is left to be removed");
        assert!(docker(&["images", "--quiet", IMAGE]).len() > 3, "its image stays");
    });
}
