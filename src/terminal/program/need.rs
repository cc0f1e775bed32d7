//! What a command needs of the machine that it is typed on, and of the world around it.

use serde::Serialize;

use super::{super::command, When, named, verbs, without};
use crate::terminal::line::{self, Run};

/// What a guide may need that a plain machine without a network does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// `sudo`, and that the user may.
    Sudo,
    /// systemd as process 1.
    Systemd,
    /// A Docker engine.
    Docker,
    /// Ubuntu: packages that Launchpad builds for it alone.
    Ubuntu,
    /// A second computer.
    Host,
    /// An account at a cloud.
    Cloud,
    /// The way out.
    Network,
}

impl Need {
    /// All of them, in the order of tables.
    pub const ALL: &[Self] =
        &[Self::Sudo, Self::Systemd, Self::Docker, Self::Ubuntu, Self::Host, Self::Cloud, Self::Network];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sudo => "sudo",
            Self::Systemd => "systemd",
            Self::Docker => "docker",
            Self::Ubuntu => "ubuntu",
            Self::Host => "host",
            Self::Cloud => "cloud",
            Self::Network => "network",
        }
    }
}

/// A need, the programs that have it, when they do, and lines with and without it.
struct Row {
    need: Need,
    programs: &'static [&'static str],
    when: When,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    with: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    without: &'static [&'static str],
}

/// What asks a program only about itself.
const ABOUT: When = without(&[], &["--version", "--help"]);

const ROWS: &[Row] = &[
    Row {
        need: Need::Systemd,
        programs: &[
            "systemctl",
            "journalctl",
            "hostnamectl",
            "timedatectl",
            "localectl",
            "loginctl",
            "networkctl",
            "resolvectl",
            "systemd-analyze",
        ],
        when: ABOUT,
        with: &["sudo systemctl enable --now nginx", "journalctl -u x | tail"],
        without: &["systemctl --version", "echo systemctl"],
    },
    Row {
        need: Need::Docker,
        programs: &["docker", "docker-compose"],
        when: ABOUT,
        with: &["docker ps", "cd x && sudo docker compose up -d", "docker exec -it a bash"],
        without: &["docker --version", "apt-cache show docker.io"],
    },
    Row {
        need: Need::Network,
        programs: &[
            "apt", "apt-get", "aptitude", "dnf", "yum", "zypper", "apk", "pip", "pip3", "pipx", "npm", "pnpm", "yarn",
            "gem", "cargo", "go", "snap", "flatpak", "brew", "conda", "bundle", "composer",
        ],
        when: verbs(&[
            "install",
            "update",
            "upgrade",
            "full-upgrade",
            "dist-upgrade",
            "add",
            "ci",
            "i",
            "get",
            "require",
            "create-project",
        ]),
        with: &["sudo apt update && sudo apt install -y nginx", "pip install flask", "npm ci"],
        without: &["apt list --installed", "npm start", "cargo test"],
    },
    Row {
        need: Need::Network,
        programs: &["git"],
        when: verbs(&["clone", "pull", "fetch", "push"]),
        with: &["git clone https://example.org/x.git"],
        without: &["git init", "git commit -m x"],
    },
    Row {
        need: Need::Network,
        programs: &["docker", "docker-compose", "podman"],
        when: verbs(&["pull", "run", "build", "up", "push", "login"]),
        with: &["docker run -d nginx", "docker-compose up -d"],
        without: &["docker ps", "docker exec a ls"],
    },
    Row {
        need: Need::Network,
        programs: &[
            "certbot",
            "add-apt-repository",
            "npx",
            "acme.sh",
            "helm",
            "ping",
            "dig",
            "nslookup",
            "whois",
            "traceroute",
            "mtr",
            "ntpdate",
        ],
        when: ABOUT,
        with: &["sudo certbot --nginx -d example.org", "dig example.org"],
        without: &["certbot --version", "ping localhost"],
    },
];

/// What a command of a shell needs.
pub(crate) fn needs(line: &str) -> Vec<Need> {
    let mut found = Vec::new();
    for one in line::commands(line) {
        if command::connects(one) {
            found.push(Need::Host);
        }
        for (name, arguments) in programs(one) {
            let row = named(&name);
            let home = is_at_home(&arguments);
            found.extend(row.and_then(|row| row.before).filter(|before| before.root).map(|_| Need::Sudo));
            found.extend(arguments.iter().any(|word| word.starts_with("ppa:")).then_some(Need::Ubuntu));
            found.extend(command::is_of_a_cloud(&name).then_some(Need::Cloud));
            found.extend(row.filter(|row| row.fetches && !home).map(|_| Need::Network));
            let rows = ROWS.iter().filter(|row| row.programs.contains(&name.as_str()) && row.when.is(&arguments));
            found.extend(rows.map(|row| row.need).filter(|need| *need != Need::Network || !home));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether all that is named is this machine itself.
fn is_at_home(arguments: &[String]) -> bool {
    arguments.iter().any(|word| ["localhost", "127.0.0.1", "[::1]"].iter().any(|home| word.contains(home)))
}

/// The programs of a command, from `sudo` to what it does in the end, each with what it is given.
fn programs(command: &str) -> Vec<(String, Vec<String>)> {
    let Some(run) = Run::of(command) else { return Vec::new() };
    let words = line::words(command);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let name = line::base(word);
        if name == run.name {
            break;
        }
        if found.is_empty() || named(name).is_some_and(|program| program.before.is_some()) {
            found.push((name.to_owned(), words[at + 1..].to_vec()));
        }
    }
    found.push((run.name, run.arguments));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_finds_its_lines() {
        for row in ROWS {
            for line in row.with {
                assert!(needs(line).contains(&row.need), "{line}: {:?}", needs(line));
            }
            for line in row.without {
                assert!(!needs(line).contains(&row.need), "{line}: {:?}", needs(line));
            }
        }
    }

    #[test]
    fn several_needs_of_a_line() {
        for (line, expected) in [
            ("sudo apt install nginx; sudo systemctl start nginx", &[Need::Sudo, Need::Systemd, Need::Network][..]),
            ("sudo docker exec -it web systemctl status", &[Need::Sudo, Need::Systemd, Need::Docker]),
            ("curl -fsSL https://example.org/x | sudo bash", &[Need::Sudo, Need::Network]),
            ("curl http://localhost:8080", &[]),
            ("ssh root@203.0.113.1", &[Need::Host]),
            ("gcloud compute instances list", &[Need::Cloud]),
            ("echo 'sudo apt install x'", &[]),
            ("ls # sudo", &[]),
            ("sudo add-apt-repository -y ppa:x/y", &[Need::Sudo, Need::Ubuntu, Need::Network]),
            ("", &[]),
        ] {
            assert_eq!(needs(line), expected, "{line}");
        }
    }
}
