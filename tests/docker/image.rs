//! The container image: it is built, and does a guide with rootless Podman inside, without root and without `--privileged`.

use crate::support::{TestSite, docker, has_engine};
use std::{os::unix::fs::PermissionsExt, path::Path, process::Command};

const IMAGE: &str = "guidepost-image-test";
/// As the reference has them.
const OPTIONS: &[&str] =
    &["--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined", "--device", "/dev/net/tun"];

/// The device of tunnels, which everybody may use where there is udev, and root alone elsewhere. It is as it was when this is dropped.
struct Tunnels(u32);

impl Tunnels {
    const DEVICE: &str = "/dev/net/tun";

    /// `None` if nobody but root may use it, and that may not be changed: on somebody's own computer.
    fn open() -> Option<Self> {
        let mode = std::fs::metadata(Self::DEVICE).expect("the device is there").permissions().mode() & 0o777;
        let may_change = std::env::var("CI").as_deref() == Ok("true") && rustix::process::geteuid().is_root();
        if mode & 0o006 != 0o006 {
            if !may_change {
                eprintln!("SKIPPED: only root may use {}", Self::DEVICE);
                return None;
            }
            Self::set(mode | 0o666);
        }
        Some(Self(mode))
    }

    fn set(mode: u32) {
        let done = std::fs::set_permissions(Self::DEVICE, std::fs::Permissions::from_mode(mode));
        done.expect("root may change it");
    }
}

impl Drop for Tunnels {
    fn drop(&mut self) {
        if self.0 & 0o006 != 0o006 {
            Self::set(self.0);
        }
    }
}

#[test]
fn a_guide_is_done_in_the_image() {
    if !has_engine() {
        return;
    }
    let Some(_tunnels) = Tunnels::open() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/image/build");
    let built = Command::new(script).args([env!("CARGO_BIN_EXE_guidepost"), IMAGE]).output().expect("a script");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let site = TestSite::new(&[
        (
            "guidepost.yaml",
            "title: A\nbase_url: https://example.org/\nmachines:\n  debian: {image: \"debian:bookworm\"}\n",
        ),
        (
            "content/a.md",
            "---\ntitle: A\n---\n\n```command\nid -un; echo $((6 * 7))\n```\n\n```output\nroot\n42\n```\n",
        ),
    ]);
    let archive = site.path().join("debian.tar");
    docker(&["save", "debian:bookworm", "--output", &archive.to_string_lossy()]);
    // Whoever the container's user is reads and writes there.
    let opened = Command::new("chmod").args(["-R", "a+rwX"]).arg(site.path()).status().expect("chmod");
    assert!(opened.success());
    let volume = format!("{}:/site", site.path().display());
    let inside =
        "podman load --quiet --input debian.tar >/dev/null && rm debian.tar && id -un && guidepost verify 2>&1";
    let arguments: Vec<&str> = ["run", "--rm", "--volume", &volume]
        .into_iter()
        .chain(OPTIONS.iter().copied())
        .chain([IMAGE, "sh", "-c", inside])
        .collect();
    let said = docker(&arguments);
    assert!(said.starts_with("guidepost\n") && said.contains("1 guide: 1 holds"), "{said}");
    let reference = include_str!("../../content/reference/machines.md");
    assert!(OPTIONS.iter().all(|option| reference.contains(option)), "the reference has the options");
    docker(&["image", "rm", IMAGE]);
}
