//! How machines come and go: builds, labels, removal, leftovers.

use super::engine::{IMAGE, identity, label_arguments, labelled, plain, started, with_engine};
use crate::support::docker;
use guidepost::machine::{Engine, Error, Event, Identity, Owner, Run, Scope, reap, settings::ImageSource, start};
use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

fn of_run(identity: &Identity) -> Vec<String> {
    labelled(&format!("org.guidepost.run={}", identity.run.as_str()))
}

#[test]
fn everything_is_labelled_and_removed() {
    with_engine(|engine| async move {
        let identity = identity("guides/labels");
        let machine = start(&engine, &plain(), &identity, Path::new("."), &|_| {}).await.expect("it starts");
        let name = identity.resource();
        assert_eq!(of_run(&identity), [format!("container {name}"), format!("network {name}")]);
        let owner = docker(&["inspect", "--format", "{{index .Config.Labels \"org.guidepost.owner\"}}", &name]);
        assert!(owner.starts_with(&format!("{}:", std::process::id())), "{owner}");
        machine.close().await.expect("removed");
        assert_eq!(of_run(&identity), [""; 0]);
    });
}

#[test]
fn a_dropped_machine_is_removed() {
    with_engine(|engine| async move {
        let identity = identity("dropped");
        let machine = start(&engine, &plain(), &identity, Path::new("."), &|_| {}).await.expect("it starts");
        drop(machine);
        assert_eq!(of_run(&identity), [""; 0]);
        // Given up at any moment of its start, as by Ctrl-C.
        for milliseconds in [5, 20, 60, 120, 250, 500] {
            let machine = plain();
            let starting = start(&engine, &machine, &identity, Path::new("."), &|_| {});
            let _ = tokio::time::timeout(Duration::from_millis(milliseconds), starting).await;
            assert_eq!(of_run(&identity), [""; 0], "after {milliseconds} ms");
        }
    });
}

/// An engine that is asked through here carries out what makes something only after a while, whoever still waits for it.
fn slow_engine(folder: &Path) -> String {
    let path = folder.join("slow.sock");
    let listener = UnixListener::bind(&path).expect("a socket");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(engine) = UnixStream::connect("/var/run/docker.sock") else { return };
            let (mut from, mut to) = (client.try_clone().expect("a socket"), engine.try_clone().expect("a socket"));
            thread::spawn(move || {
                let mut bytes = [0; 1 << 16];
                while let Ok(length @ 1..) = from.read(&mut bytes) {
                    if bytes[..length].windows(8).any(|part| part == b"/create?" || part == b"/create ") {
                        thread::sleep(Duration::from_secs(1));
                    }
                    let _ = to.write_all(&bytes[..length]);
                }
                // Others' requests are not given up because they have hung up.
                thread::sleep(Duration::from_secs(1));
                let _ = to.shutdown(Shutdown::Write);
            });
            let (mut from, mut to) = (engine, client);
            thread::spawn(move || io::copy(&mut from, &mut to));
        }
    });
    format!("unix://{}", path.display())
}

#[test]
fn what_an_engine_makes_late_is_removed() {
    with_engine(|_| async move {
        if !Path::new("/var/run/docker.sock").exists() || std::env::var_os("DOCKER_HOST").is_some() {
            eprintln!("SKIPPED: the engine does not listen at /var/run/docker.sock");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine::connect_to(&slow_engine(folder.path())).await.expect("it answers");
        let identity = identity("late");
        let machine = plain();
        // While it makes the network, and while it makes the container.
        for milliseconds in [500, 1500] {
            let starting = start(&engine, &machine, &identity, Path::new("."), &|_| {});
            let started = tokio::time::timeout(Duration::from_millis(milliseconds), starting).await;
            assert!(started.is_err(), "{milliseconds} ms: {started:?}");
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert_eq!(of_run(&identity), [""; 0], "after {milliseconds} ms");
        }
    });
}

#[test]
fn a_machine_ends_when_its_time_is_over() {
    with_engine(|engine| async move {
        let lifetime = Duration::from_secs(3);
        let identity = Identity { lifetime, until: chrono::Utc::now() + lifetime, ..identity("over") };
        let machine = start(&engine, &plain(), &identity, Path::new("."), &|_| {}).await.expect("it starts");
        let sleep = Run { command: &["sleep", "60"], ..Run::default() };
        // What runs in it ends with it, and that is no fault of a guide's.
        let _ = machine.run(&sleep).await;
        // Its engine may hear of the process before it hears of the machine.
        let hears = async {
            while machine.check().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), hears).await.expect("it has ended");
        let error = machine.check().await.expect_err("it has ended");
        assert!(matches!(&error, Error::Ended { outside: true, .. }), "{error:?}");
        assert!(error.to_string().contains("its time was over"), "{error}");
        machine.close().await.expect("removed");
    });
}

#[test]
fn a_kept_machine_stays_until_it_is_reaped() {
    with_engine(|engine| async move {
        let identity = identity("kept");
        let machine = start(&engine, &plain(), &identity, Path::new("."), &|_| {}).await.expect("it starts");
        let container = machine.keep().await;
        assert_eq!(of_run(&identity).len(), 2);
        docker(&["rm", "--force", "--volumes", &container]);
        docker(&["network", "rm", &identity.resource()]);
    });
}

#[test]
fn a_folder_is_built_once_for_each_content() {
    with_engine(|engine| async move {
        let site = tempfile::tempdir().expect("a folder");
        let folder = site.path().join("machines/one");
        fs::create_dir_all(&folder).expect("folders");
        // A content that no run before has built.
        let greeting = identity("x").run.as_str().to_owned();
        fs::write(folder.join("greeting"), format!("{greeting}\n")).expect("written");
        fs::write(folder.join("Dockerfile"), format!("FROM {IMAGE}\nCOPY greeting /greeting\nRUN cat /greeting\n"))
            .expect("written");
        let source = ImageSource::Build("machines/one".into());
        let lines = Mutex::new(Vec::new());
        let listener = |event: Event| {
            if let Event::Building { line, .. } = event {
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        };
        let taken = || std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
        let first = engine.image(&source, site.path(), &listener).await.expect("built");
        assert!(first.reference.starts_with("guidepost-machine:") && first.id.starts_with("sha256:"), "{first:?}");
        assert!(taken().contains(&greeting), "the output of the build is heard");
        let again = engine.image(&source, site.path(), &listener).await.expect("there");
        assert_eq!((&again, taken().len()), (&first, 0));
        fs::write(folder.join("greeting"), "other").expect("written");
        let other = engine.image(&source, site.path(), &listener).await.expect("built");
        assert_ne!(other.reference, first.reference);
        docker(&["image", "rm", &first.reference, &other.reference]);

        fs::write(folder.join("Dockerfile"), format!("FROM {IMAGE}\nRUN echo before && false\n")).expect("written");
        let error = engine.image(&source, site.path(), &listener).await.expect_err("it fails");
        assert!(
            matches!(&error, Error::BuildFailed { reason, .. } if reason.contains("returned a non-zero code: 1")),
            "{error}"
        );
        assert!(error.tail().contains("before") && error.exit_status() == 2, "{error:?}");
    });
}

/// Labels of what a process has made that lives. Its name has no blank.
fn made_by(process: &Child, identity: &Identity) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.id())).expect("it lives");
    let start = stat.split_whitespace().nth(21).and_then(|ticks| ticks.parse().ok()).expect("when it started");
    let mut labels = identity.labels();
    let owner = Owner { pid: process.id(), start, ..identity.owner.clone() };
    labels.insert("org.guidepost.owner".into(), owner.to_string());
    label_arguments(&labels)
}

fn make(kind: &[&str], labels: &[String], rest: &[&str]) {
    let arguments: Vec<&str> =
        kind.iter().copied().chain(labels.iter().map(String::as_str)).chain(rest.iter().copied()).collect();
    docker(&arguments);
}

/// Whoever uses the engine at the same time reaps as well, so what is to go is kept until the moment when its process ends.
#[test]
fn only_what_no_process_answers_for_is_reaped() {
    with_engine(|engine| async move {
        let mut owner = Command::new("sleep").arg("600").spawn().expect("a process");
        let (gone, ours, foreign) = (identity("gone"), identity("ours"), identity("foreign"));
        let name = format!("gp-test-{}", gone.run.as_str());
        let named = |what: &str| format!("{name}-{what}");
        let mut elsewhere = foreign.labels();
        elsewhere.insert("org.guidepost.owner".into(), "1:1:another-host".into());
        let label_sets = [
            ("gone", made_by(&owner, &gone)),
            ("ours", label_arguments(&ours.labels())),
            ("foreign", label_arguments(&elsewhere)),
            ("plain", vec![]),
        ];
        for (what, labels) in &label_sets {
            let name = named(what);
            make(&["network", "create"], labels, &[&name]);
            make(&["volume", "create"], labels, &[&name]);
            make(&["run", "--detach", "--name", &name, "--network", &name], labels, &[IMAGE, "sleep", "600"]);
        }
        let present = || {
            let all = [
                docker(&["ps", "--all", "--format", "{{.Names}}"]),
                docker(&["network", "ls", "--format", "{{.Name}}"]),
                docker(&["volume", "ls", "--format", "{{.Name}}"]),
            ];
            ["gone", "ours", "foreign", "plain"]
                .map(|what| all.iter().filter(|list| list.lines().any(|l| l == named(what))).count())
        };
        let reaped = reap(&engine, Scope::Crashed).await.expect("reaped");
        assert!(reaped.kept >= 9, "{reaped:?}");
        assert_eq!(present(), [3, 3, 3, 3]);
        owner.kill().expect("it lives");
        owner.wait().expect("it ends");
        let reaped = reap(&engine, Scope::Crashed).await.expect("reaped");
        assert!(reaped.kept >= 6, "{reaped:?}");
        assert_eq!(present(), [0, 3, 3, 3]);
        for what in ["ours", "foreign", "plain"] {
            docker(&["rm", "--force", &named(what)]);
            docker(&["network", "rm", &named(what)]);
            docker(&["volume", "rm", &named(what)]);
        }
    });
}

/// Not a test by itself: what [`what_a_kill_leaves_is_reaped`] kills. Starts machines until then.
#[test]
#[ignore = "run by another test"]
fn start_machines_forever() {
    with_engine(|engine| async move {
        println!("RUN begun");
        loop {
            let machine = started(&engine, &plain(), "killed").await;
            println!("RUN {}", machine.container());
            machine.close().await.expect("removed");
        }
    });
}

#[test]
fn what_a_kill_leaves_is_reaped() {
    with_engine(|engine| async move {
        let program = std::env::current_exe().expect("this test");
        let mut left = 0;
        for round in 0..20 {
            let mut child = Command::new(&program)
                .args(["--ignored", "--exact", "--nocapture", "docker::machine::life::start_machines_forever"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            let pid = child.id();
            let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
            assert!(lines.any(|line| line.is_ok_and(|l| l.contains("RUN begun"))), "it runs");
            // Moments spread over the life of a machine, a few tenths of a second.
            tokio::time::sleep(Duration::from_millis(round * 37)).await;
            child.kill().expect("killed");
            let _ = child.wait();
            let found = of_process(pid);
            left += usize::from(!found.is_empty());
            // What it asked for last may still be on its way through the engine.
            let begin = Instant::now();
            loop {
                reap(&engine, Scope::Crashed).await.expect("reaped");
                tokio::time::sleep(Duration::from_millis(150)).await;
                let there = of_process(pid);
                if there.is_empty() {
                    break;
                }
                assert!(begin.elapsed() < Duration::from_secs(60), "round {round}: {found:?}, and then {there:?}");
            }
        }
        assert!(left >= 5, "only {left} of 20 kills left something behind to reap");
    });
}

/// What a process has made and is still there.
fn of_process(pid: u32) -> Vec<String> {
    let format = "{{.Names}} {{.Label \"org.guidepost.owner\"}}";
    let containers = docker(&["ps", "--all", "--filter", "label=org.guidepost.run", "--format", format]);
    let format = "{{.Name}} {{.Label \"org.guidepost.owner\"}}";
    let networks = docker(&["network", "ls", "--filter", "label=org.guidepost.run", "--format", format]);
    let owned = format!(" {pid}:");
    [containers, networks]
        .iter()
        .flat_map(|list| list.lines())
        .filter(|l| l.contains(&owned))
        .map(str::to_owned)
        .collect()
}

#[test]
fn an_engine_that_goes_away_is_no_verdict() {
    with_engine(|engine| async move {
        const SOCKET: &str = "/var/run/docker.sock";
        if !Path::new(SOCKET).exists() || std::env::var_os("DOCKER_HOST").is_some() {
            eprintln!("SKIPPED: the engine does not listen at {SOCKET}");
            return;
        }
        // A door to the engine that can be closed, as if it had died.
        let folder = tempfile::tempdir().expect("a folder");
        let door = folder.path().join("door.sock");
        let listener = tokio::net::UnixListener::bind(&door).expect("a socket");
        let doorman = tokio::spawn(async move {
            let mut guests = tokio::task::JoinSet::new();
            while let Ok((mut inner, _)) = listener.accept().await {
                guests.spawn(async move {
                    let Ok(mut outer) = tokio::net::UnixStream::connect(SOCKET).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut inner, &mut outer).await;
                });
            }
        });
        let through = Engine::connect_to(&format!("unix://{}", door.display())).await.expect("it answers");
        let identity = identity("gone-engine");
        let machine = start(&through, &plain(), &identity, Path::new("."), &|_| {}).await.expect("it starts");
        let sleep = Run { command: &["sleep", "30"], ..Run::default() };
        let running = machine.run(&sleep);
        let closing = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            doorman.abort();
            let _ = doorman.await;
        };
        let (ran, ()) = tokio::join!(running, closing);
        let error = ran.expect_err("the engine is gone");
        assert!(matches!(error, Error::EngineGone { .. }) && error.exit_status() == 3, "{error:?}");
        assert!(matches!(through.ping().await, Err(Error::EngineGone { .. })));
        let _ = machine.keep().await;
        docker(&["rm", "--force", &identity.resource()]);
        docker(&["network", "rm", &identity.resource()]);
        engine.ping().await.expect("the real one lives");
    });
}
