//! `guidepost machines`: listed, added, shown.

use crate::support::{has_engine, run_in};

#[test]
fn a_machine_is_added_and_the_default_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("guidepost.yaml");
    let read = || std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(
        &config,
        "title: x\n\nmachines:\n  small:\n    image: debian:bookworm\n    network: none\n\nrelated: 2\n",
    )
    .expect("written");
    let listed = run_in(folder.path(), &["machines"]).stdout;
    assert!(
        listed.starts_with("small      debian:bookworm, no network, 2048 MiB of memory, the default\n"),
        "{listed}"
    );
    assert!(listed.contains("\nserver     a Debian 12 server"), "{listed}");

    let added = run_in(folder.path(), &["machines", "add", "server"]);
    assert_eq!(added.status, 0, "{added:?}");
    let server = "  server:\n    build: machines/server\n    title: Debian 12\n    init: systemd\n    user: reader\n    memory: 2GiB\n";
    assert_eq!(
        read(),
        format!(
            "title: x\n\nmachines:\n  small:\n    image: debian:bookworm\n    network: none\n{server}\nrelated: 2\n"
        )
    );
    for file in ["Dockerfile", "example-network", "example-network.service"] {
        assert!(folder.path().join("machines/server").join(file).is_file(), "{file}");
    }
    let listed = run_in(folder.path(), &["machines"]).stdout;
    assert!(
        listed.contains("server     built from machines/server, systemd, user reader, 2048 MiB of memory\n"),
        "{listed}"
    );
    assert!(
        listed.starts_with("server") && listed.contains(", the default\n\nguidepost machines add:\ndebian"),
        "{listed}"
    );

    // Nothing is overwritten.
    let before = read();
    let again = run_in(folder.path(), &["machines", "add", "server"]);
    assert!(again.status == 2 && again.stderr.contains("there is a machine `server`"), "{again:?}");
    std::fs::create_dir_all(folder.path().join("machines/mine")).expect("made");
    let there = run_in(folder.path(), &["machines", "add", "docker", "--name", "mine"]);
    assert!(there.status == 2 && there.stderr.contains("nothing in it is overwritten"), "{there:?}");
    assert_eq!(read(), before);
    assert_eq!(run_in(folder.path(), &["machines", "add", "docker", "--name", "engine"]).status, 0);
    assert!(
        read().contains("  engine:\n    build: machines/engine\n    title: Debian 12 with Docker\n    init: systemd\n    docker: nested\n"),
        "{}",
        read()
    );
    std::fs::write(&config, "machines: {small: {image: a}}\n").expect("written");
    let by_hand = run_in(folder.path(), &["machines", "add", "ubuntu"]);
    assert!(
        by_hand.status == 2 && by_hand.stderr.contains("add it by hand: ubuntu: {image: ubuntu:24.04}"),
        "{by_hand:?}"
    );
}

#[test]
fn a_new_site_with_a_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = run_in(folder.path(), &["new", "mine", "--machine", "server"]);
    assert_eq!(made.status, 0, "{made:?}");
    let site = folder.path().join("mine");
    assert!(site.join("machines/server/Dockerfile").is_file());
    assert!(run_in(&site, &["machines"]).stdout.contains("server     built from machines/server"));
    assert_eq!(run_in(&site, &["check", "--strict"]).status, 0);
}

#[test]
fn a_machine_says_what_is_in_it() {
    if !has_engine() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("guidepost.yaml"), "machines:\n  debian: {image: debian:bookworm}\n")
        .expect("written");
    let shown = run_in(folder.path(), &["machines", "show", "debian"]);
    assert_eq!(shown.status, 0, "{shown:?}");
    for line in
        ["debian\n  system: Debian GNU/Linux 12 (bookworm)\n", "\n  user: root, groups root\n", "\n  lacks: sudo curl"]
    {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    let built = run_in(folder.path(), &["machines", "build"]);
    assert!(built.status == 0 && built.stdout.starts_with("debian  debian:bookworm sha256:"), "{built:?}");
    let unknown = run_in(folder.path(), &["machines", "show", "nosuch"]);
    assert!(unknown.status == 2 && unknown.stderr.contains("there is no machine `nosuch`"), "{unknown:?}");
}
