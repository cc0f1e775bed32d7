//! Programs that read no commands, and what is known of them: whether they end, serve, page, fetch or install.

use super::{ALWAYS, Input, PLAIN, Program, When, verbs, with, without};

/// Installs packages, and may ask whether to go on.
const INSTALLS: Program = Program { tells: Some(&[0, 141]), everyday: true, ..PLAIN };
const PAGER: Program = Program { pages: &[ALWAYS], shows: &[ALWAYS], ..PLAIN };
const SHOWS: Program = Program { shows: &[ALWAYS], ..PLAIN };
const SURVEYS: Program = Program { surveys: &[ALWAYS], ..PLAIN };
const SERVES: Program = Program { serves: &[ALWAYS], ..PLAIN };
const ENDLESS: Program = Program { endless: &[ALWAYS], ..PLAIN };

#[rustfmt::skip]
pub(super) static ROWS: &[Program] = &[
    // Packages.
    Program { names: &["apt", "apt-get", "aptitude"], confirms: Some("Do you want to continue? [Y/n] "), refuses: Some((r"^E: ", "E: Unable to locate package x")), ..INSTALLS },
    Program { names: &["dpkg", "apt-key", "add-apt-repository", "rpm"], ..INSTALLS },
    Program { names: &["dnf", "yum", "microdnf"], confirms: Some("Is this ok [y/N]: "), ..INSTALLS },
    Program { names: &["zypper"], confirms: Some("Continue? [y/n/v/...? shows all options] (y): "), ..INSTALLS },
    Program { names: &["pacman", "yay", "paru"], confirms: Some(":: Proceed with installation? [Y/n] "), ..INSTALLS },
    Program { names: &["apk", "snap", "flatpak", "brew", "pkg", "emerge", "pip", "pip3"], ..INSTALLS },
    // Fetching.
    Program { names: &["curl"], fetches: true, tells: Some(&[0, 23, 141]), everyday: true, ..PLAIN },
    Program { names: &["wget"], fetches: true, tells: Some(&[0, 3, 141]), everyday: true, ..PLAIN },
    // A missing file leaves what was wanted.
    Program { names: &["rm", "rmdir", "unlink"], removes: true, everyday: true, ..PLAIN },
    // Pagers.
    Program { names: &["less", "more", "most", "man", "zless", "zmore", "info", "pg", "bat", "batcat", "delta"], ..PAGER },
    Program { names: &["git"], pages: &[ALWAYS], shows: &[verbs(&["log", "show", "diff", "grep", "blame"])], everyday: true, ..PLAIN },
    Program { names: &["journalctl"], endless: &[with(&[], &["-f", "--follow"])], everyday: true, ..PAGER },
    // What others wrote.
    Program { names: &["cat"], input: Input::WithoutFile, hands_on: true, everyday: true, ..SHOWS },
    Program { names: &["grep", "egrep", "fgrep", "zgrep", "rg"], hands_on: true, ends_with: &["-m", "-q"], everyday: true, ..SHOWS },
    Program { names: &["tail"], endless: &[with(&[], &["-f", "-F", "--follow"])], everyday: true, ..SHOWS },
    Program { names: &["sed", "awk", "gawk"], everyday: true, ..SHOWS },
    Program { names: &["jq", "yq"], hands_on: true, ..SHOWS },
    Program { names: &["head", "zcat", "diff", "strings", "last", "lastb", "history", "xxd", "hexdump", "column", "cut"], ..SHOWS },
    Program { names: &["sort", "uniq"], input: Input::WithoutFile, ..SHOWS },
    Program { names: &["wc"], input: Input::WithoutFile, ..PLAIN },
    Program { names: &["tr", "xargs", "dd"], input: Input::Always, ..PLAIN },
    Program { names: &["dmesg"], endless: &[with(&[], &["-w", "--follow"])], ..SHOWS },
    Program { names: &["service", "rc-service"], shows: &[verbs(&["status"])], ..PLAIN },
    Program { names: &["tee"], input: Input::Always, hands_on: true, everyday: true, ..PLAIN },
    // What a computer has.
    Program { names: &["lsblk", "blkid", "df", "du", "uname", "ps", "ss", "netstat"], everyday: true, ..SURVEYS },
    Program { names: &["lscpu", "lspci", "lsusb", "lsmem", "lshw", "findmnt", "nproc", "arch", "free", "uptime", "w", "who", "dmidecode", "inxi", "neofetch", "fastfetch", "sensors", "nvidia-smi"], ..SURVEYS },
    Program { names: &["swapon"], surveys: &[with(&[], &["-s", "--show", "--summary"])], ..PLAIN },
    Program { names: &["ip", "ifconfig", "hostnamectl"], everyday: true, ..SURVEYS },
    Program { names: &["timedatectl", "localectl"], ..SURVEYS },
    // Without an end.
    Program { names: &["ping", "ping4", "ping6"], endless: &[without(&[], &["-c", "-w", "--count", "-V", "-h"])], ..PLAIN },
    Program { names: &["watch", "mosquitto", "yes", "inotifywait", "tcpdump", "ngrep", "iftop", "nethogs", "bmon", "nload"], endless: &[without(&[], &["-c", "-r", "-V", "-h", "--version", "--help"])], ..PLAIN },
    Program { names: &["top", "htop", "btop", "atop", "iotop", "ctop", "glances"], endless: &[without(&[], &["-n", "-v", "-h", "--version", "--help"])], ..PLAIN },
    Program { names: &["vmstat", "iostat", "mpstat", "dstat"], endless: &[When { number: true, ..ALWAYS }], ..SURVEYS },
    Program { names: &["multitail", "lnav", "stern"], ..ENDLESS },
    // Serving until they are stopped.
    Program { names: &["nodemon", "http-server", "live-server", "uvicorn", "gunicorn", "daphne", "hypercorn", "waitress-serve", "json-server"], serves: &[without(&[], &["-D", "--daemon", "--version", "--help", "-h"])], ..SERVES },
    Program { names: &["cargo"], serves: &[verbs(&["watch"])], ..PLAIN },
    Program { names: &["hugo"], serves: &[verbs(&["server", "serve"])], ..PLAIN },
    Program { names: &["jekyll"], serves: &[verbs(&["serve", "s"])], ..PLAIN },
    Program { names: &["mkdocs", "zola", "mdbook", "eleventy"], serves: &[verbs(&["serve"])], ..PLAIN },
    // Jobs of the shell are what they are about.
    Program { names: &["jobs", "fg", "bg", "wait", "kill", "pkill", "killall", "disown"], jobs: true, ..PLAIN },
    // Names that no sentence of a comment begins with.
    Program {
        names: &[
            "adduser", "cd", "chmod", "chown", "cp", "echo", "printf", "exit", "export", "groupadd", "hostname",
            "id", "iptables", "ln", "logout", "ls", "mkdir", "mkfs", "modprobe", "mv", "nft", "nginx",
            "npm", "passwd", "pwd", "rsync", "scp", "sysctl", "tar", "ufw", "umount", "unzip", "useradd",
            "usermod", "whoami", "dirname", "basename", "touch", "which", "seq", "deluser", "userdel", "firewall-cmd", "certbot", "a2ensite", "a2enmod",
        ],
        everyday: true,
        ..PLAIN
    },
];
