//! Whether a line reads as a command of a shell.

use std::{collections::HashSet, sync::LazyLock};

use super::prompt;

/// Whether something is a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Yes,
    /// Its name is not known, but it has options, or goes on as commands do.
    Likely,
    Maybe,
    No,
}

/// What a line of a shell begins with, other than a program.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    ".", ":", "[", "[[", "alias", "bg", "break", "case", "cd", "command", "declare", "do", "done", "echo", "eval", "exec", "exit", "export", "false", "fg",
    "fi", "for", "function", "hash", "history", "if", "jobs", "kill", "let", "local", "logout", "popd", "printf", "pushd", "pwd", "read",
    "readonly", "return", "set", "shift", "shopt", "source", "test", "then", "time", "times", "trap", "true", "type", "ulimit", "umask", "unalias",
    "unset", "until", "wait", "while", "{", "(",
];

/// Programs that a system or a tutorial of the trade has, by the names that are typed.
#[rustfmt::skip]
const PROGRAMS: &[&str] = &[
    "7z", "a2dismod", "a2dissite", "a2enconf", "a2enmod", "a2ensite", "add-apt-repository", "addgroup", "adduser", "ansible", "ansible-playbook", "apache2ctl", "apk",
    "apt", "apt-add-repository", "apt-cache", "apt-get", "apt-key", "apt-mark", "aptitude", "arch", "artisan", "at", "awk", "aws", "az", "base64", "basename", "bash", "bc", "blkid",
    "borg", "brew", "btrfs", "bun", "bundle", "bunzip2", "bzip2", "cal", "cargo", "cat", "certbot", "cfdisk", "chattr", "chgrp", "chmod", "chown", "chpasswd", "chroot",
    "chsh", "cksum", "clang", "clear", "cmake", "cmp", "code", "column", "composer", "conda", "consul", "corepack", "cp", "cpan", "createdb", "createuser", "crontab", "cryptsetup",
    "cscli", "ctr", "curl", "cut", "date", "dd", "debconf-set-selections", "deno", "df", "diff", "dig", "dircolors", "dirname", "dmesg", "dnf", "docker", "docker-compose", "dockerd", "doctl",
    "dotnet", "dpkg", "dpkg-reconfigure", "drush", "du", "e2fsck", "easy_install", "egrep", "emacs", "env", "ethtool", "expect", "expr", "fail2ban-client", "fallocate", "fdisk",
    "ffmpeg", "fgrep", "file", "find", "firewall-cmd", "flask", "flatpak", "flyctl", "fold", "free", "fsck", "ftp", "fuser", "g++", "gcc", "gcloud", "gdb", "gem", "getent",
    "getfacl", "getenforce", "git", "gitlab-runner", "go", "gpasswd", "gpg", "gpg2", "gpgconf", "gradle", "grep", "groupadd", "groupdel", "groupmod", "groups", "growpart", "grub-install", "gsutil",
    "gunicorn", "gunzip", "gzip", "hcloud", "head", "helm", "heroku", "hexdump", "host", "hostname", "hostnamectl", "htop", "htpasswd", "iconv", "id", "ifconfig", "ifdown", "ifup",
    "influx", "init", "insmod", "install", "ip", "ip6tables", "iperf3", "ipset", "iptables", "iptables-save", "iptables-restore", "istioctl", "java", "javac", "join", "journalctl",
    "jq", "k3s", "k9s", "keytool", "killall", "kind", "knife", "kubeadm", "kubectl", "kubectx", "kubens", "last", "ldconfig", "ldd", "less", "link", "linode-cli", "ln", "locale", "locale-gen", "localectl", "locate",
    "logger", "loginctl", "logname", "losetup", "ls", "lsattr", "lsb_release", "lsblk", "lscpu", "lsmod", "lsof", "lspci", "lsusb", "ltrace", "lvcreate", "lvextend", "lvs", "lxc", "lxd",
    "make", "man", "mariadb", "mariadb-secure-installation", "mc", "md5sum", "mdadm", "meson", "micro", "minikube", "mix", "mkdir", "mkdosfs", "mke2fs", "mkfifo", "mkfs", "mkswap", "mktemp", "modprobe", "mongo",
    "mongod", "mongosh", "more", "mount", "mountpoint", "mtr", "mutt", "mv", "mvn", "mysql", "mysql_secure_installation", "mysqladmin", "mysqldump", "nano", "nc", "ncat", "ncdu", "ncu", "netplan", "netstat", "networkctl", "newgrp", "newgidmap",
    "newusers", "nft", "nginx", "nice", "nl", "nmap", "nmcli", "node", "nodejs", "nohup", "nomad", "npm", "npx", "nproc", "nslookup", "nsupdate", "nvim", "nvm", "occ", "od", "openssl", "openvpn", "pacman", "parted",
    "partprobe", "passwd", "paste", "patch", "pear", "pecl", "perl", "pg_dump", "pg_ctl", "pg_restore", "pgrep", "php", "phpenmod", "pico", "pidof", "ping", "ping6", "pip", "pip3", "pipenv", "pipx", "pkg", "pkill", "pm2",
    "pnpm", "podman", "poetry", "poweroff", "ps", "psql", "pstree", "pvcreate", "pv", "pyenv", "python", "python2", "python3", "qemu-img", "rabbitmqctl", "rails", "rake", "rbenv", "rclone", "readlink", "realpath", "reboot",
    "redis-cli", "renice", "resize2fs", "resolvectl", "restic", "rm", "rmdir", "rmmod", "rndc", "route", "rpm", "rsync", "ruby", "rustc", "rustup", "rvm", "scp", "screen", "screenfetch", "scw", "sdk", "sed", "semanage", "seq",
    "service", "setenforce", "setfacl", "setsebool", "sftp", "sfdisk", "sgdisk", "sh", "sha1sum", "sha256sum", "sha512sum", "showmount", "shred", "shuf", "shutdown", "sleep", "snap", "snapd", "sort", "split", "sqlite3", "ss", "ssh", "ssh-add",
    "ssh-agent", "ssh-copy-id", "ssh-keygen", "ssh-keyscan", "sshfs", "sshpass", "stat", "steamcmd", "strace", "strings", "strip", "stty", "su", "sudo", "sudoedit", "supervisorctl", "svn", "swapoff", "swapon", "symfony", "sync", "sysctl", "systemctl",
    "systemd-analyze", "systemd-resolve", "tac", "tail", "tar", "tc", "tcpdump", "tee", "telnet", "terraform", "timedatectl", "timeout", "tmux", "top", "touch", "tr", "traceroute", "tree", "truncate", "tsc", "tune2fs",
    "tzselect", "ufw", "udevadm", "umount", "uname", "uniq", "unlink", "unxz", "unzip", "update-alternatives", "update-ca-certificates", "update-grub", "update-initramfs", "update-rc.d", "uptime", "useradd", "userdel", "usermod", "users", "uv", "uvicorn", "vagrant", "vault",
    "vgcreate", "vi", "vim", "virsh", "virtualenv", "visudo", "vmstat", "vncserver", "w", "watch", "wc", "wg", "wg-quick", "wget", "whereis", "which", "who", "whoami", "whois", "wp", "wpscan", "xargs", "xxd", "xz", "yarn", "yes", "yum",
    "zcat", "zfs", "zip", "zpool", "zsh", "zypper",
];

/// Whether a line is a command.
pub(crate) fn known(line: &str) -> Known {
    let line = line.trim().trim_start_matches(['(', '!']).trim_start();
    let mut words = line.split_whitespace();
    let mut value = false;
    let Some(first) = words.find(|word| {
        let assigns = word.split_once('=').is_some_and(|(name, _)| is_name_of_variable(name));
        let before =
            matches!(*word, "sudo" | "doas" | "env" | "nohup" | "time" | "exec" | "then" | "do" | "else") || assigns;
        let option = value && word.starts_with('-');
        value |= before;
        !before && !option
    }) else {
        // Nothing but variables that are set.
        return if value { Known::Yes } else { Known::No };
    };
    let name = first.rsplit('/').next().unwrap_or(first).trim_end_matches(';');
    let options = || {
        line.split_whitespace().skip(1).any(|word| word.starts_with('-') && word.len() > 1 && !word.starts_with("---"))
    };
    let joins = || [" | ", " && ", " || ", " > ", " >> ", " 2>&1", " < ", " <<"].iter().any(|join| line.contains(join));
    if WORDS.contains(&first) || is_program(name) || name.starts_with("mkfs.") || versioned(name) {
        return if line.ends_with('.') && !line.ends_with("..") && !line.ends_with(" .") && !line.ends_with("/.") {
            Known::Maybe
        } else {
            Known::Yes
        };
    }
    if first.ends_with("()") && line.ends_with('{') {
        return Known::Yes;
    }
    let path = first.starts_with(['/', '~', '.', '$']) && first.len() > 1;
    let runs = [".sh", ".py", ".run", ".pl"].iter().any(|end| first.ends_with(end))
        || first.starts_with("./")
        || first.contains("/bin/")
        || first.contains("/sbin/")
        || first.contains("/init.d/");
    if path && runs {
        return Known::Yes;
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.+".contains(c);
    if !(path || first.chars().all(fits) && first.starts_with(|c: char| c.is_ascii_alphanumeric())) {
        return Known::No;
    }
    match () {
        // Of a table of file systems is `UUID=1 /srv/data ext4`.
        () if value && !path => Known::Yes,
        () if options() || joins() => Known::Likely,
        () => Known::Maybe,
    }
}

/// Whether a word is the name of a program that is known.
pub(crate) fn is_program(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| PROGRAMS.iter().copied().collect());
    NAMES.contains(name)
}

/// `python3.11`, `php8.2`, `gcc-12`: a known name with its version.
fn versioned(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    stem.len() < name.len() && is_program(stem)
}

fn is_name_of_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Command lines of clouds, which are typed where the reader's account is.
const CLOUDS: &[&str] = &[
    "aws",
    "az",
    "bq",
    "doctl",
    "eksctl",
    "exo",
    "fly",
    "flyctl",
    "gcloud",
    "gsutil",
    "hcloud",
    "heroku",
    "ibmcloud",
    "kamatera",
    "linode-cli",
    "netlify",
    "oci",
    "openstack",
    "scw",
    "upctl",
    "vercel",
    "vultr-cli",
    "wrangler",
];

/// Whether a program works in a cloud account.
pub(crate) fn is_of_a_cloud(name: &str) -> bool {
    CLOUDS.contains(&name)
}

/// Whether a command gets from one computer to another: `ssh user@host`, `scp file user@host:`. One to the same computer does
/// not.
pub(crate) fn connects(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let remote =
        |word: &&str| !word.starts_with('-') && (word.contains('@') || word.contains(':') && !word.contains("://"));
    match words.first() {
        _ if words.last().is_some_and(|last| last.ends_with("localhost") || last.ends_with("127.0.0.1")) => false,
        Some(&("ssh" | "mosh" | "ssh-copy-id")) => {
            words.iter().skip(1).any(|word| word.contains('@')) || words.len() == 2
        }
        Some(&("scp" | "sftp")) => words.iter().skip(1).any(remote),
        Some(&"rsync") => words.iter().skip(1).any(|word| word.contains('@') && word.contains(':')),
        _ => false,
    }
}

/// Whether a command goes from the reader's own computer to a server, and stays there: `ssh user@host`.
pub(crate) fn enters_a_server(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let by_cloud = words.first().is_some_and(|name| is_of_a_cloud(name)) && words.contains(&"ssh");
    // With a command behind the host, the reader stays here.
    let stays = words.last().is_some_and(|last| last.contains('@')) || words.len() == 2;
    by_cloud || matches!(words.first(), Some(&("ssh" | "mosh"))) && stays && connects(line)
}

/// Whether a command is one that people type on servers only: it installs or manages services there.
pub(crate) fn is_of_a_server(line: &str) -> bool {
    let programs = ["systemctl", "service", "ufw", "adduser", "useradd", "usermod", "journalctl"];
    let mut runs = super::line::runs(line);
    runs.any(|run| programs.contains(&run.name.as_str()) || family_of(&run.name) == Some(Family::Debian))
}

/// Programs that install what no manager of the system knows.
const OF_LANGUAGES: &[&str] =
    &["pip", "pip3", "pipx", "uv", "poetry", "npm", "npx", "yarn", "pnpm", "gem", "bundle", "cargo"];

/// Whether a line installs by the means of a language.
pub(crate) fn installs_by_language(line: &str) -> bool {
    let mut runs = super::line::runs(line);
    runs.any(|run| OF_LANGUAGES.contains(&run.name.as_str())) || line.contains(" -m pip ")
}

/// Whether a command puts something into an account of the reader's: an image, a package, a repository. A registry that is
/// named by its host may be the page's own.
pub(crate) fn publishes(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().skip_while(|word| *word == "sudo").collect();
    let is_host = |host: &str| host.contains(['.', ':', '<', '[']) || host.starts_with('$');
    let at_host = words.iter().skip(2).any(|word| word.split('/').next().is_some_and(is_host));
    match words.as_slice() {
        ["docker" | "podman", "push", ..] => {
            let image = words.last().copied().unwrap_or_default();
            !image.split_once('/').is_some_and(|(host, _)| is_host(host))
        }
        ["docker" | "podman", "login", ..] => !at_host,
        ["npm" | "yarn" | "pnpm" | "cargo", "publish" | "login", ..] | ["git", "push", ..] => true,
        _ => false,
    }
}

/// Whether a text is typed on Windows: folders of its kind, variables in its way, or programs that only it has.
pub(crate) fn is_of_windows(text: &str) -> bool {
    let variable = ["%USERPROFILE%", "%APPDATA%", "%PROGRAMFILES%", "%TEMP%", "$env:", "$Env:"];
    let drive = |word: &str| {
        let mut chars = word.trim_matches(['"', '\'']).chars();
        chars.next().is_some_and(|c| c.is_ascii_uppercase()) && chars.next() == Some(':') && chars.next() == Some('\\')
    };
    let first = |line: &str| prompt::without_prompt(line).split_whitespace().next().unwrap_or_default().to_owned();
    variable.iter().any(|name| text.contains(name))
        || text.split_whitespace().any(drive)
        || text.lines().any(|line| {
            let first = first(line);
            first.ends_with(".exe") && !first.starts_with('.') || family_of(&first) == Some(Family::Windows)
        })
}

/// Whether a line may lead into another machine, so that prompts of another host below it are no surprise.
pub(crate) fn may_enter(line: &str) -> bool {
    ["docker", "podman", "ssh", "chroot", "lxc", "exec", "enter"].iter().any(|word| line.contains(word))
}

/// A family of systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    Debian,
    RedHat,
    Arch,
    Suse,
    Alpine,
    Gentoo,
    Nix,
    Bsd,
    Mac,
    Windows,
}

/// A family, the words that prose has for it, and the programs that only it has.
struct System {
    family: Family,
    words: &'static [&'static str],
    programs: &'static [&'static str],
}

const SYSTEMS: &[System] = &[
    System {
        family: Family::Debian,
        words: &["debian", "ubuntu", "mint", "raspbian", "apt"],
        programs: &["apt", "apt-get", "aptitude", "dpkg", "add-apt-repository"],
    },
    System {
        family: Family::RedHat,
        words: &[
            "fedora",
            "centos",
            "rhel",
            "red hat",
            "redhat",
            "rocky",
            "rocky linux",
            "alma",
            "almalinux",
            "oracle linux",
            "amazon linux",
            "dnf",
            "yum",
        ],
        programs: &["dnf", "yum", "yum-config-manager", "rpm", "firewall-cmd", "setsebool", "semanage", "restorecon"],
    },
    System {
        family: Family::Arch,
        words: &["arch", "arch linux", "archlinux", "manjaro", "pacman"],
        programs: &["pacman", "yay", "paru"],
    },
    System { family: Family::Suse, words: &["suse", "opensuse", "sles", "zypper"], programs: &["zypper"] },
    System { family: Family::Alpine, words: &["alpine", "alpine linux"], programs: &["apk"] },
    System { family: Family::Gentoo, words: &["gentoo"], programs: &["emerge"] },
    System { family: Family::Nix, words: &["nixos"], programs: &["nix-env", "nixos-rebuild"] },
    System { family: Family::Bsd, words: &["freebsd", "openbsd", "netbsd"], programs: &["pkg", "pkg_add"] },
    System {
        family: Family::Mac,
        words: &["macos", "mac os", "mac", "os x", "osx", "homebrew", "brew"],
        programs: &["brew", "port", "launchctl"],
    },
    System {
        family: Family::Windows,
        words: &["windows", "powershell", "wsl", "chocolatey", "winget"],
        programs: &["choco", "winget", "scoop", "powershell"],
    },
];

/// The families that a text names, by whole words.
pub(crate) fn families(text: &str) -> Vec<Family> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let text = format!(" {} ", words.join(" "));
    let named = |system: &&System| system.words.iter().any(|word| text.contains(&format!(" {word} ")));
    SYSTEMS.iter().filter(named).map(|system| system.family).collect()
}

/// The families that a label names, such as a heading. “Windows / Linux” is for Debian as well, “Arch Linux” is not.
pub(crate) fn families_of_label(text: &str) -> Vec<Family> {
    let found = families(text);
    let of_linux = |family: &Family| !matches!(family, Family::Bsd | Family::Mac | Family::Windows);
    let is_linux = |word: &str| word.eq_ignore_ascii_case("linux");
    let linux = text.split(|c: char| !c.is_alphanumeric()).any(is_linux) && !found.iter().any(of_linux);
    if linux { [&[Family::Debian], &found[..]].concat() } else { found }
}

/// The family that only has a program.
pub(crate) fn family_of(name: &str) -> Option<Family> {
    SYSTEMS.iter().find(|system| system.programs.contains(&name)).map(|system| system.family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_shell() {
        for line in [
            "sudo apt update",
            "A=1 make",
            "cd",
            "./configure --prefix=/x",
            "python3.11 -m venv x",
            "sudo -u www-data foo",
            "/etc/init.d/x restart",
            "DOMAIN=a",
            "[ -f x ] && y",
        ] {
            assert_eq!(known(line), Known::Yes, "{line}");
        }
        for line in ["frob -v", "foo | bar"] {
            assert_eq!(known(line), Known::Likely, "{line}");
        }
        for line in ["frobnicate now", "hello", "UUID=1 /srv/data ext4"] {
            assert_eq!(known(line), Known::Maybe, "{line}");
        }
        for line in ["Status: active", "holu@host:/a /b", "x,y=z", "<lora:1>", "", "Style"] {
            assert_eq!(known(line), Known::No, "{line}");
        }
        assert_eq!(families("Red Hat/CentOS systems"), [Family::RedHat]);
        assert_eq!(families("Searching for an archive"), []);
        assert_eq!(families("Debian / Ubuntu"), [Family::Debian]);
        assert_eq!(families_of_label("Windows / Linux"), [Family::Debian, Family::Windows]);
        assert_eq!(families_of_label("Arch Linux"), [Family::Arch]);
        assert_eq!(family_of("pacman"), Some(Family::Arch));
        assert!(is_of_a_cloud("gcloud") && !is_of_a_cloud("cloud-init"));
        assert!(enters_a_server("ssh root@192.0.2.1") && enters_a_server("gcloud compute ssh web"));
        assert!(
            !enters_a_server("ssh root@192.0.2.1 uptime")
                && !enters_a_server("ssh-copy-id root@192.0.2.1")
                && !enters_a_server("ssh-keygen")
        );
        assert!(is_of_a_server("sudo apt update") && is_of_a_server("cd x && systemctl start y"));
        assert!(!is_of_a_server("mkdir x") && !is_of_a_server("docker build ."));
        assert!(
            publishes("docker push a/b")
                && !publishes("docker push a.example.org/b")
                && !publishes("docker push $REGISTRY/b")
                && !publishes("docker login $REGISTRY")
                && !publishes("docker pull a/b")
                && !publishes("git pull")
        );
        assert!(is_of_windows(r"cd C:\Users\me") && is_of_windows("choco install git") && !is_of_windows("cd /c"));
        assert!(connects("ssh -L 1:localhost:1 user@host") && connects("ssh -N [USER]@[HOST]"));
    }
}
