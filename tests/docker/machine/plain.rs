//! A machine from an image: terminals, commands, files, limits.

use super::engine::{identity, labelled, plain, sh, started, with_engine};
use crate::support::docker;
use guidepost::machine::{
    Ended, Engine, Error, FileError, Machine, Run, TerminalOptions, settings::ImageSource, settings::Network, start,
};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[test]
fn commands_run_and_tell_their_status() {
    with_engine(|engine| async move {
        assert!(engine.info().api_version.starts_with("1."), "{:?}", engine.info());
        let machine = started(&engine, &plain(), "commands").await;
        assert!(machine.image().id.starts_with("sha256:"), "{:?}", machine.image());
        assert_eq!(sh(&machine, "root", "id -u; hostname; echo oops >&2; exit 3").await, (3, "0\ndebian\noops".into()));
        assert_eq!(sh(&machine, "nobody", "id -un").await, (0, "nobody".into()));
        let run = Run { command: &["head", "-c", "3000000", "/dev/zero"], limit: 1000, ..Run::default() };
        let output = machine.run(&run).await.expect("it runs");
        assert_eq!((output.status, output.stdout.len(), output.dropped), (Some(0), 1000, 2_999_000));
        let run = Run { command: &["no-such-program"], ..Run::default() };
        let output = machine.run(&run).await.expect("it is answered");
        assert!(matches!(output.status, Some(126 | 127)), "{output:?}");
        let began = Instant::now();
        let run = Run { command: &["sleep", "60"], timeout: Some(Duration::from_millis(200)), ..Run::default() };
        assert_eq!(machine.run(&run).await.expect("given up").status, None);
        assert!(began.elapsed() < Duration::from_secs(10));
        // `cat` ends only once its input does.
        let run = Run { command: &["cat"], ..Run::default() };
        assert!(machine.run(&run).await.expect("it runs").is_success());
        machine.close().await.expect("removed");
    });
}

#[test]
fn a_terminal_is_one_and_every_byte_comes_through() {
    with_engine(|engine| async move {
        let machine = started(&engine, &plain(), "terminal").await;
        let options = TerminalOptions {
            user: Some("nobody".into()),
            command: vec!["bash".into(), "--norc".into()],
            folder: Some("/tmp".into()),
            ..TerminalOptions::default()
        };
        let (terminal, mut reader, mut writer) = machine.open(&options).await.expect("it opens");
        // Output that begins with bytes 0, 1 and 2 looks like a frame of Docker's to naive readers.
        let script = "stty -echo; stty size; tty; id -un; pwd; sleep 0.3; printf '\\001\\000\\000\\000\\377\\377\\377\\377raw'; sleep 0.3\n";
        writer.write_all(script.as_bytes()).await.expect("typed");
        let mut seen = Vec::new();
        let mut chunk = vec![0; 4096];
        while !seen.windows(4).any(|w| w == b"\xffraw") {
            let count = tokio::time::timeout(Duration::from_secs(20), reader.read(&mut chunk)).await;
            let count =
                count.unwrap_or_else(|_| panic!("silence after {:?}", String::from_utf8_lossy(&seen))).expect("read");
            assert!(count > 0, "it ended: {:?}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&chunk[..count]);
        }
        let text = String::from_utf8_lossy(&seen);
        for expected in ["50 200\r\n", "/dev/pts/", "nobody\r\n", "/tmp\r\n"] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(seen.windows(11).any(|w| w == b"\x01\0\0\0\xff\xff\xff\xffraw"), "{seen:?}");
        terminal.resize(80, 24).await.expect("resized");
        assert_eq!(terminal.ended().await.expect("known"), Ended::No);
        writer.write_all(b"stty size; exit 7\n").await.expect("typed");
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).await.expect("its end");
        assert!(String::from_utf8_lossy(&rest).contains("24 80\r\n"));
        assert_eq!(terminal.ended().await.expect("known"), Ended::With(7));
        let bad = TerminalOptions { command: vec!["no-such-shell".into()], ..TerminalOptions::default() };
        assert!(matches!(machine.open(&bad).await, Err(Error::Refused { .. })));
        machine.close().await.expect("removed");
    });
}

#[test]
fn files_go_in_and_come_out_and_links_are_refused() {
    with_engine(|engine| async move {
        let machine = started(&engine, &plain(), "files").await;
        let (status, text) = sh(
            &machine,
            "root",
            "useradd --create-home reader; ln -s /etc /home/reader/etc; ln -s /etc/passwd \
            /home/reader/link; mkdir /home/reader/d; chown -h reader: /home/reader/*; ln -s /home/reader /system",
        )
        .await;
        assert_eq!(status, 0, "{text}");
        let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        machine.write("/home/reader/app.js", &every_byte, Some("reader"), Some(0o640)).await.expect("written");
        let file = machine.read("/home/reader/app.js", 1 << 20).await.expect("read");
        assert_eq!((file.content, file.owner.as_str(), file.mode), (every_byte, "1000:1000", 0o640));
        assert_eq!(file.real, "/home/reader/app.js");

        // A file that is there keeps what it has: inode, owner, mode.
        let (_, inode) = sh(&machine, "root", "stat -c %i /home/reader/app.js").await;
        machine.write("/home/reader/app.js", b"new\n", None, None).await.expect("written");
        let file = machine.read("/home/reader/app.js", 4).await.expect("read");
        assert_eq!((file.content.as_slice(), file.owner.as_str(), file.mode), (&b"new\n"[..], "1000:1000", 0o640));
        assert_eq!(sh(&machine, "root", "stat -c %i /home/reader/app.js").await.1, inode);
        machine.write("/etc/new", b"", None, None).await.expect("written");
        let file = machine.read("/etc/new", 0).await.expect("read");
        assert_eq!((file.content.len(), file.owner.as_str(), file.mode), (0, "0:0", 0o644));
        machine.write("/-a b;$(touch pwned)", b"x", None, Some(0o7777)).await.expect("written");
        assert_eq!(machine.read("/-a b;$(touch pwned)", 9).await.expect("read").mode, 0o7777);
        machine.write("/system/through-a-link-of-the-systems", b"x", None, None).await.expect("written");

        let write = async |path: &str, owner: Option<&str>| match machine.write(path, b"x", owner, None).await {
            Err(Error::File(e)) => e,
            other => panic!("{path}: {other:?}"),
        };
        let link = |path: &str, link: &str| FileError::Link { path: path.into(), link: link.into() };
        assert_eq!(write("/home/reader/link", None).await, link("/home/reader/link", "/home/reader/link"));
        assert_eq!(write("/home/reader/etc/x", None).await, link("/home/reader/etc/x", "/home/reader/etc"));
        assert!(
            matches!(write("/home/reader/no/x", None).await, FileError::NoFolder { folder, .. } if folder == "/home/reader/no")
        );
        assert!(matches!(write("/home/reader/d", None).await, FileError::NotAFile(_)));
        assert!(matches!(write("/x", Some("ghost")).await, FileError::BadOwner { .. }));
        assert!(matches!(write("/x/../y", None).await, FileError::BadPath(_)));
        let (_, left) = sh(&machine, "root", "ls -A / | grep guidepost; ls /pwned /etc/x").await;
        assert!(!left.contains(".guidepost") && left.contains("cannot access '/pwned'"), "{left}");

        let file = machine.read("/home/reader/link", 1 << 16).await.expect("read through the link");
        assert_eq!(file.real, "/etc/passwd");
        let absent = machine.read("/home/reader/etc/absent", 9).await;
        assert!(
            matches!(&absent, Err(Error::File(FileError::NotFound { real, .. })) if real == "/etc/absent"),
            "{absent:?}"
        );
        assert!(matches!(
            machine.read("/etc/passwd", 10).await,
            Err(Error::File(FileError::TooLarge { limit: 10, size: 11.., .. }))
        ));
        assert!(matches!(machine.read("/etc", 10).await, Err(Error::File(FileError::NotAFile(_)))));
        machine.close().await.expect("removed");
    });
}

#[test]
fn limits_hold() {
    with_engine(|engine| async move {
        let settings = Machine { memory: 64 << 20, pids: 64, cpus: 0.5, network: Network::None, ..plain() };
        let machine = started(&engine, &settings, "limits").await;
        let (_, interfaces) = sh(&machine, "root", "ls /sys/class/net").await;
        assert_eq!(interfaces, "lo");
        // A fork bomb meets its limit, and the machine can still be used.
        let bomb = "b() { b | b & }; b; sleep 3; echo over";
        let run = Run { command: &["bash", "-c", bomb], timeout: Some(Duration::from_secs(15)), ..Run::default() };
        let output = machine.run(&run).await.expect("it is contained");
        assert!(output.dropped > 0 || output.text().contains("Resource temporarily unavailable"), "{output:?}");
        // The bomb goes on burning inside; the host is fine, and so is the removal.
        let began = Instant::now();
        machine.close().await.expect("removed");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());

        let machine = started(&engine, &settings, "memory").await;
        // The limit as the kernel has it, whichever version of control groups.
        let limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null";
        assert_eq!(sh(&machine, "root", limit).await.1, "67108864");
        let greedy = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo ${#x}";
        let (_, text) = sh(&machine, "root", &format!("sh -c \"{}\"; true", greedy.replace('$', "\\$"))).await;
        assert!(!text.contains("200000000"), "more memory than allowed was had: {text}");
        assert!(machine.check().await.is_ok());
        machine.close().await.expect("removed");
    });
}

#[test]
fn a_machine_has_a_network_of_its_own() {
    with_engine(|engine| async move {
        let settings = plain();
        let (one, two) = tokio::join!(started(&engine, &settings, "one"), started(&engine, &settings, "two"));
        let (_, addresses) = sh(&one, "root", "hostname -I").await;
        let (_, others) = sh(&two, "root", "hostname -I").await;
        let subnet = |a: &str| a.rsplit_once('.').map(|(net, _)| net.to_owned());
        assert!(subnet(&addresses).is_some() && subnet(&addresses) != subnet(&others), "{addresses} {others}");
        one.close().await.expect("removed");
        two.close().await.expect("removed");
    });
}

#[test]
fn environment_and_certificates_are_there() {
    with_engine(|engine| async move {
        let settings =
            Machine { env: [("GREETING".into(), "a b".into())].into(), host_ca_certificates: true, ..plain() };
        let machine = started(&engine, &settings, "environment").await;
        assert_eq!(sh(&machine, "nobody", "echo \"$GREETING\"").await.1, "a b");
        let host = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
        if let Some(bundle) = host.iter().find_map(|path| std::fs::read_to_string(path).ok()) {
            let run = Run {
                command: &["sh", "-c", "cat $SSL_CERT_FILE"],
                user: Some("nobody"),
                limit: 8 << 20,
                ..Run::default()
            };
            let inside = machine.run(&run).await.expect("it runs");
            assert_eq!(String::from_utf8_lossy(&inside.stdout), bundle);
            assert_eq!(sh(&machine, "nobody", "cmp $CURL_CA_BUNDLE /etc/ssl/certs/ca-certificates.crt").await.0, 0);
        }
        machine.close().await.expect("removed");
    });
}

#[test]
fn what_cannot_be_started_says_why_and_leaves_nothing() {
    with_engine(|engine| async move {
        let cases = [
            Machine { source: ImageSource::Image("guidepost-no-such-image:x".into()), ..plain() },
            Machine { source: ImageSource::Build("no-such-folder".into()), ..plain() },
            Machine { source: ImageSource::Build("../machine".into()), ..plain() },
            Machine { user: Some("ghost".into()), ..plain() },
        ];
        let mut told = Vec::new();
        for machine in cases {
            let identity = identity("broken");
            let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docker/machine");
            let error = start(&engine, &machine, &identity, &site, &|_| {}).await.expect_err("it cannot start");
            assert!(error.help().is_some());
            assert_eq!(labelled(&format!("org.guidepost.run={}", identity.run.as_str())), [""; 0]);
            told.push((error.exit_status(), error.to_string()));
        }
        assert!(told[0].0 == 3 && told[0].1.starts_with("there is no image `guidepost-no-such-image:x`: "), "{told:?}");
        assert_eq!(told[1], (2, "the machine folder `no-such-folder` does not exist".into()));
        assert_eq!(told[2], (2, "the machine folder `../machine` leads out of the site".into()));
        assert_eq!(told[3], (2, "the machine `debian` has no user `ghost`".into()));
    });
}

#[test]
fn a_machine_that_ended_says_so() {
    with_engine(|engine| async move {
        let machine = started(&engine, &plain(), "ended").await;
        docker(&["kill", machine.container()]);
        let run = Run { command: &["true"], ..Run::default() };
        let error = machine.run(&run).await.expect_err("it ended");
        assert!(matches!(&error, Error::Ended { reason, .. } if reason.contains("killed by somebody else")), "{error}");
        assert_eq!(error.exit_status(), 3);
        machine.close().await.expect("removed");
    });
}

#[test]
fn no_engine_is_an_error_of_the_environment() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("unix://{}/docker.sock", folder.path().display());
        for address in [address.as_str(), "tcp://127.0.0.1:1"] {
            let error = Engine::connect_to(address).await.expect_err("nobody is there");
            assert!(matches!(&error, Error::NoEngine { address: a, .. } if a == address), "{error}");
            assert_eq!(error.exit_status(), 3);
        }
        // A socket that accepts and never answers.
        let socket = folder.path().join("deaf.sock");
        let _deaf = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        let error = Engine::connect_to(&format!("unix://{}", socket.display())).await.expect_err("it is deaf");
        assert!(error.to_string().contains("no answer for 10 s"), "{error}");
        assert!(matches!(Engine::connect_to("ssh://host").await, Err(Error::BadAddress { .. })));
    });
}
