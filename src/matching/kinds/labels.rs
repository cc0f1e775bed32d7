//! Values that only their surroundings tell: one table.

use std::{ops::Range, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use regex::{Regex, RegexSet};

use super::Kind;

/// So many of [`LABELS`], the first, are whole rows of tables of measures.
const ROWS: usize = 11;

/// Patterns whose groups are values of a kind. The groups of an earlier pattern win over those of a later one.
const LABELS: &[(&str, Kind)] = &[
    // ls -l: links and size; `total 12`
    (r"^\s*[-dlbcps][-rwxsStT]{9}[.+@]?\s+([0-9]+)\s+\S+\s+\S+\s+([0-9]+)\s", Kind::Size),
    (r"^total ([0-9]+)$", Kind::Size),
    // df: everything numeric before the mount point
    (
        r"^\S+\s+(?:[a-z][a-z0-9.]*\s+)?([0-9.]+[KMGTP]?i?)\s+([0-9.]+[KMGTP]?i?)\s+([0-9.]+[KMGTP]?i?)\s+(?:([0-9]+%)|-)\s+/",
        Kind::Size,
    ),
    // free
    (
        r"^(?:Mem|Swap|Total|-/\+ buffers/cache):\s+([0-9.]+[KMGTP]?i?B?)\s+([0-9.]+[KMGTP]?i?B?)(?:\s+([0-9.]+[KMGTP]?i?B?))?(?:\s+([0-9.]+[KMGTP]?i?B?))?(?:\s+([0-9.]+[KMGTP]?i?B?))?(?:\s+([0-9.]+[KMGTP]?i?B?))?$",
        Kind::Size,
    ),
    // ps aux, ps -ef, ps
    (r"^\S+\s+([0-9]+)\s+([0-9]+\.[0-9])\s+([0-9]+\.[0-9])\s+([0-9]+)\s+([0-9]+)\s+\S+\s+[A-Za-z<+]+\s", Kind::Pid),
    (r"^\s*\S+\s+([0-9]+)\s+([0-9]+)\s+([0-9]+)\s+\S+\s+(?:pts/[0-9]+|tty[0-9]+|\?)\s+[0-9:]+\s", Kind::Pid),
    (r"^\s*([0-9]+)\s+(?:pts/[0-9]+|tty[0-9]+|\?)\s+[0-9:]+\s", Kind::Pid),
    // du
    (r"^([0-9.]+[KMGTP])\s+(?:\.{1,2}|\.{0,2}/\S*)$", Kind::Size),
    // top
    (
        r"^[KMG]iB (?:Mem|Swap)\s*:\s+([0-9.]+) total,\s+([0-9.]+) free,\s+([0-9.]+) used[,.]\s+([0-9.]+) (?:buff/cache|avail Mem)",
        Kind::Size,
    ),
    (r"^%Cpu\(s\):\s+([0-9.]+) us,\s+([0-9.]+) sy,\s+([0-9.]+) ni,\s*([0-9.]+) id,\s+([0-9.]+) wa", Kind::Counter),
    (
        r"^\s*([0-9]+)\s+\S+\s+(?:rt|-?[0-9]+)\s+-?[0-9]+\s+([0-9.]+[mgt]?)\s+([0-9.]+[mgt]?)\s+([0-9.]+[mgt]?)\s+[RSDZTI]\s+([0-9.]+)\s+([0-9.]+)\s+([0-9:.]+)\s",
        Kind::Pid,
    ),
    // process ids: systemd, syslog, job control, trees of processes
    (r"(?i)\bpid(?:\s+is)?[:=]?\s*\(?([0-9]+)\b", Kind::Pid),
    (r"\b[A-Za-z][\w.()-]*\[([0-9]+)\]:", Kind::Pid),
    (r"^\[[0-9]+\][+-]?\s+([0-9]{2,})(?:\s|$)", Kind::Pid),
    (r"(?:[├└]─|[|`]-)\s*([0-9]+) \S", Kind::Pid),
    (r"(?i)\bprocess ([0-9]{2,})\b", Kind::Pid),
    // counters of interfaces, disks, processes
    (r"^\s*Memory: ([0-9.]+[KMGT]?)(?: \((?:.*\s)?peak: ([0-9.]+[KMGT]?).*\))?", Kind::Size),
    (r"\b(?:RX|TX)\s+(?:packets|bytes)[: ]\s*([0-9]+)", Kind::Counter),
    (r"\bicmp_seq=[0-9]+ ttl=([0-9]+)\b", Kind::Counter),
    (r"\bload averages?:\s+([0-9.]+),?\s+([0-9.]+),?\s+([0-9.]+)", Kind::Counter),
    (r"^\s*Tasks:\s+([0-9]+)(?: \(limit: ([0-9]+)\))?", Kind::Counter),
    (r"\bReading database \.\.\. ([0-9]+) files", Kind::Counter),
    (r"^(?:rtt|round-trip) min/avg/max/(?:mdev|stddev) = ([0-9.]+)/([0-9.]+)/([0-9.]+)/([0-9.]+) ms", Kind::Duration),
    (r"\bping statistics\b.*\btime ([0-9]+)", Kind::Duration),
    (r"\bcost=[0-9.]+ rows=([0-9]+)", Kind::Counter),
    // HTTP headers that vary by nature
    (r"(?i)^<?\s*content-length: ([0-9]+)$", Kind::Size),
    (r"(?i)^<?\s*age: ([0-9]+)$", Kind::Duration),
    (r"(?i)^<?\s*etag: (\S+)$", Kind::Id),
    (r"(?i)^<?\s*x-request-id: (\S+)$", Kind::Id),
    // names that the system makes up
    (r"\bveth([0-9a-f]{6,})\b", Kind::Id),
    (r"\b[\w.-]+@([\w.-]+):[^\s$#]*[$#](?:\s|$)", Kind::Host),
    (r"^\[[\w.-]+@([\w.-]+) [^\]\s]+\][$#]", Kind::Host),
    (r"\bSHA256:([A-Za-z0-9+/]{43}=?)", Kind::Fingerprint),
    (r"\bMD5:((?:[0-9a-f]{2}:){15}[0-9a-f]{2})\b", Kind::Fingerprint),
    (r"\b(SWMTKN-[0-9]+-[0-9a-z]+-[0-9a-z]+)\b", Kind::Fingerprint),
    (r"\b(sha(?:256|384|512)-[A-Za-z0-9+/]{43,88}={0,2})", Kind::Fingerprint),
    // keys: WireGuard's and others of 32 bytes, public ones of SSH
    (r#"(?:^|[\s="':,(\[])([A-Za-z0-9+/]{43}=)(?:$|[\s"',;)\]])"#, Kind::Fingerprint),
    (r"\b(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp[0-9]+) (AAAA[A-Za-z0-9+/]{40,}={0,2})", Kind::Fingerprint),
    // sums of packages: they move with the distribution
    (r"\b([0-9]+) upgraded, ([0-9]+) newly installed, ([0-9]+) to remove and ([0-9]+) not upgraded", Kind::Count),
    (r"\b([0-9]+) packages? (?:can be upgraded|are looking for funding)", Kind::Count),
    (r"\b(?:added|removed|changed|updated|audited) ([0-9]+) packages?", Kind::Count),
    (r"\badded ([0-9]+) packages?, and (?:audited|changed) ([0-9]+) packages?", Kind::Count),
    (r"\bfrom ([0-9]+) contributors?", Kind::Count),
];

static SET: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(LABELS.iter().map(|(p, _)| p)).expect("the table of labels is valid"));

static EACH: LazyLock<Vec<Regex>> =
    LazyLock::new(|| LABELS.iter().map(|(p, _)| Regex::new(p).expect("the table of labels is valid")).collect());

/// Whether a value is a text in base64, which is the same on each machine.
fn is_text(value: &str) -> bool {
    value.ends_with('=') && STANDARD.decode(value).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok())
}

/// Every labelled value of a line, in order, none inside another; and whether the line is a row of a table of measures.
pub(super) fn find(line: &str) -> (Vec<(Range<usize>, Kind)>, bool) {
    let mut found: Vec<(Range<usize>, Kind)> = Vec::new();
    let mut is_row = false;
    for index in SET.matches(line) {
        is_row |= index < ROWS;
        for groups in EACH[index].captures_iter(line) {
            for group in groups.iter().skip(1).flatten() {
                let range = group.range();
                if is_text(group.as_str()) {
                    continue;
                }
                if !range.is_empty() && found.iter().all(|(r, _)| range.end <= r.start || r.end <= range.start) {
                    found.push((range, LABELS[index].1));
                }
            }
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    (found, is_row)
}
