//! Machines that are built are shared in a registry, so that a guide is done on one image wherever it is done. The registry is a
//! container that is built from the folder `registry` beside this file.

use crate::support::{Ran, TestSite, docker, has_engine};
use serde_json::{Value, json};
use std::{
    os::unix::fs::PermissionsExt,
    process::Command,
    time::{Duration, Instant},
};

const IMAGE: &str = "guidepost-test-registry";
/// Each build of it has other content.
const DOCKERFILE: &str = "FROM debian:bookworm\nRUN cat /proc/sys/kernel/random/uuid >/made\n";
const GUIDE: &str = "---\ntitle: Made\n---\n\n```bash\ntest -s /made && echo made\n```\n\n```\nmade\n```\n";

/// A registry on a port of this host, which ends with it.
struct Registry {
    container: String,
    /// Its address, `127.0.0.1:PORT`.
    host: String,
}

impl Registry {
    fn start() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docker/machine/registry");
        docker(&["build", "--quiet", "--tag", IMAGE, folder]);
        let container = docker(&["run", "--detach", "--rm", "--publish", "127.0.0.1::5000", IMAGE]);
        let host = docker(&["port", &container, "5000/tcp"]);
        let registry = Self { container, host };
        let begin = Instant::now();
        while !registry.log().contains("listening on") {
            assert!(begin.elapsed() < Duration::from_secs(30), "{}", registry.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        registry
    }

    /// What it has logged: a line a request.
    fn log(&self) -> String {
        let output = Command::new("docker").args(["logs", &self.container]).output().expect("the docker command");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rm", "--force", &self.container]).output();
    }
}

/// A worker: a site whose machine is built, and what the client of Docker knows there.
struct Worker {
    site: TestSite,
    credentials: tempfile::TempDir,
}

impl Worker {
    /// One whose machine is another one than that of all other tests.
    fn new(registry: &str, unique: &str) -> Self {
        let config = format!(
            "registry: {registry}\nmachines:\n  made:\n    build: machines/made\n    ca_certificates: host\n    memory: 256MiB\n"
        );
        let dockerfile = format!("{DOCKERFILE}LABEL unique={unique}\n");
        let files =
            [("guidepost.yaml", &*config), ("machines/made/Dockerfile", &*dockerfile), ("content/guide.md", GUIDE)];
        Self { site: TestSite::new(&files), credentials: tempfile::tempdir().expect("a folder") }
    }

    fn logs_in(&self, host: &str) {
        // `reader:secret`
        let settings = json!({ "auths": { host: { "auth": "cmVhZGVyOnNlY3JldA==" } } });
        std::fs::write(self.credentials.path().join("config.json"), settings.to_string()).expect("written");
    }

    /// The same by a program that keeps what is secret, as the client of Docker asks it.
    fn logs_in_by_program(&self, host: &str) {
        let folder = self.credentials.path();
        let script = format!(
            "#!/bin/sh\nread -r host\n[ \"$1 $host\" = \"get {host}\" ] || {{ echo credentials not found; exit 1; }}\n\
             echo '{{\"ServerURL\":\"{host}\",\"Username\":\"reader\",\"Secret\":\"secret\"}}'\n"
        );
        let program = folder.join("docker-credential-test");
        std::fs::write(&program, script).expect("written");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("executable");
        std::fs::write(folder.join("config.json"), r#"{ "credsStore": "test" }"#).expect("written");
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let path = format!("{}:{}", self.credentials.path().display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new(env!("CARGO_BIN_EXE_guidepost"))
            .current_dir(self.site.path())
            .args(arguments)
            .env("NO_COLOR", "1")
            .env("DOCKER_CONFIG", self.credentials.path())
            .env("PATH", path)
            .output()
            .expect("the binary runs");
        output.into()
    }

    /// Image and digest that the guide was done on, and what was said meanwhile.
    fn verify(&self) -> (String, Option<String>, String) {
        let ran = self.run(&["verify", "--fresh", "--format", "json"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        let report: Value = ran.json();
        let guide = &report["guides"][0];
        let text = |key: &str| guide[key].as_str().map(str::to_owned);
        (text("image").expect("an image"), text("digest"), ran.stderr)
    }
}

/// Removes images by their names, with all that they were built from.
fn forget(names: &[&str]) {
    docker(&[&["rmi", "--force"], names].concat());
}

#[test]
fn two_workers_judge_a_guide_on_one_image() {
    if !has_engine() {
        return;
    }
    let registry = Registry::start();
    let prefix = format!("{}/team/guides", registry.host);
    let worker = Worker::new(&prefix, &registry.container);

    // Nobody has logged in: nothing is pushed, and it is said what to do.
    let refused = worker.run(&["machines", "build", "--push"]);
    assert_eq!(refused.status, 3, "{refused:?}");
    assert!(refused.stderr.contains("was not pushed: ") && refused.stderr.contains("docker login"), "{refused:?}");

    worker.logs_in(&registry.host);
    let pushed = worker.run(&["machines", "build", "made", "--push"]);
    assert_eq!(pushed.status, 0, "{pushed:?}");
    let words: Vec<&str> = pushed.stdout.split_whitespace().collect();
    let ["made", local, id, "pushed", digest] = words[..] else { panic!("{pushed:?}") };
    let id = id.trim_end_matches(',');
    let shared = format!("{prefix}/{local}");
    assert!(digest.starts_with(&format!("{prefix}/guidepost-machine@sha256:")), "{digest}");
    assert_eq!(worker.verify().0, id, "the worker that has built it uses it");
    let again = worker.run(&["machines", "build", "--push"]);
    assert_eq!(again.stdout, format!("made  {local} {id}, in the registry already {digest}\n"), "{again:?}");

    // Another worker: its engine has never seen the image.
    forget(&[local, &shared]);
    let (image, its_digest, said) = worker.verify();
    assert_eq!((&*image, its_digest.as_deref()), (id, Some(digest)), "{said}");
    assert!(!said.contains("Step ") && !said.contains("not used"), "nothing was built: {said}");

    // One that may not look builds its own, and says why.
    forget(&[local, &shared]);
    std::fs::remove_file(worker.credentials.path().join("config.json")).expect("it was there");
    let (image, its_digest, said) = worker.verify();
    assert!(image != id && its_digest.is_none(), "{image} {its_digest:?}");
    assert!(said.contains(&format!("the registry's image is not used: {shared}: ")), "{said}");

    // What the registry has wins over what was built here, when one pushes.
    worker.logs_in_by_program(&registry.host);
    assert_eq!(worker.run(&["machines", "build", "--push"]).stdout, again.stdout);
    forget(&[local, &shared]);

    // A registry that has no such image is nothing to speak of.
    let other = Worker::new(&format!("{}/other", registry.host), &registry.container);
    other.logs_in(&registry.host);
    let (image, its_digest, said) = other.verify();
    assert!(image != id && its_digest.is_none(), "{image} {its_digest:?}");
    assert!(!said.contains("not used"), "{said}");
    let asked = format!("/v2/other/{}", local.replace(':', "/manifests/"));
    assert!(registry.log().contains(&asked), "it was asked for {asked}: {}", registry.log());

    // An image of that name that guidepost has not built is not used, and not replaced.
    let foreign = format!("{}/other/{local}", registry.host);
    docker(&["tag", "debian:bookworm", &foreign]);
    docker(&["--config", &other.credentials.path().display().to_string(), "push", "--quiet", &foreign]);
    forget(&[local, &foreign]);
    let refused = other.run(&["machines", "build", "--push"]);
    assert!(refused.status == 3 && refused.stderr.contains("it has no label org.guidepost.image"), "{refused:?}");
    let (image, _, said) = other.verify();
    assert!(image != id && said.contains(&format!("{foreign}: it was not built by guidepost")), "{image} {said}");
    assert!(!docker(&["image", "ls", "--format", "{{.Repository}}"]).contains(&registry.host), "it is gone again");
    forget(&[local]);

    // A registry that does not answer holds nobody up.
    let lost = Worker::new("127.0.0.1:1/team", &registry.container);
    let (_, its_digest, said) = lost.verify();
    assert!(its_digest.is_none() && said.contains("connection refused"), "{its_digest:?} {said}");
    forget(&[local]);
}

#[test]
fn without_a_registry_nothing_is_pushed() {
    let site = TestSite::new(&[("guidepost.yaml", "machines:\n  made:\n    build: machines/made\n")]);
    let ran = site.run(&["machines", "build", "--push"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("registry: registry.example.org/team/guides"), "{ran:?}");
}
