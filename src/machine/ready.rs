//! Machines that are ready to be added to a site: the author then owns what they are made of.

use include_dir::{Dir, include_dir};

/// A machine that is ready to be added.
#[derive(Debug)]
pub struct Ready {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub says: &'static str,
    /// Its settings in guidepost.yaml; a machine that is built has `build: machines/NAME` before them.
    pub settings: &'static [&'static str],
    /// The folder that it is built from.
    pub folder: Option<&'static Dir<'static>>,
}

static SERVER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/machine/ready/server");
static DEBIAN_13: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/machine/ready/debian-13");
static DOCKER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/machine/ready/docker");

/// All of them.
pub const READY: &[Ready] = &[
    Ready {
        name: "debian",
        says: "Debian 12 as its image is: nothing but the base system",
        settings: &["image: debian:bookworm"],
        folder: None,
    },
    Ready {
        name: "server",
        says: "a Debian 12 server: systemd, sudo, sshd, cron, ufw, what cloud images have; examples' addresses lead to itself",
        settings: &["title: Debian 12", "init: systemd", "user: reader", "memory: 2GiB"],
        folder: Some(&SERVER),
    },
    Ready {
        name: "docker",
        says: "such a server with a Docker engine of its own",
        settings: &["title: Debian 12 with Docker", "init: systemd", "docker: nested", "user: reader", "memory: 3GiB"],
        folder: Some(&DOCKER),
    },
    Ready {
        name: "debian-13",
        says: "Debian 13, made from Debian's archive: nothing but the base system",
        settings: &["title: Debian 13"],
        folder: Some(&DEBIAN_13),
    },
    Ready { name: "ubuntu", says: "Ubuntu 24.04 as its image is", settings: &["image: ubuntu:24.04"], folder: None },
    Ready { name: "fedora", says: "Fedora 42 as its image is", settings: &["image: fedora:42"], folder: None },
    Ready { name: "alpine", says: "Alpine 3.22 as its image is", settings: &["image: alpine:3.22"], folder: None },
];

impl Ready {
    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        READY.iter().find(|ready| ready.name == name)
    }

    /// Its settings as lines of guidepost.yaml, if it is called so there.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let build = self.folder.map(|_| format!("build: machines/{name}"));
        build.into_iter().chain(self.settings.iter().map(|line| (*line).to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Config, machine::machines, source::Source};

    #[test]
    fn each_is_a_machine() {
        for ready in READY {
            let text = format!("machines:\n  {}:\n    {}\n", ready.name, ready.lines(ready.name).join("\n    "));
            let source = Source::new("guidepost.yaml", text);
            let (found, problems) = machines(&Config::parse(&source).expect("a configuration"), &source);
            assert!(found.len() == 1 && problems.is_empty(), "{}: {problems:?}", ready.name);
            assert!(ready.folder.is_none_or(|folder| folder.get_file("Dockerfile").is_some()), "{}", ready.name);
        }
    }
}
