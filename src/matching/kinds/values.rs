//! Values that their own shape tells.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use regex::Regex;

use super::{Kind, What};

/// Shapes, best first; the first whose text passes [`accept`] wins.
const SHAPES: &[(&str, What)] = &[
    (r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", What::Value(Kind::Uuid)),
    (r"(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}", What::Value(Kind::Mac)),
    // ISO 8601 and its neighbours
    (
        r"(?:WEEKDAY,? )?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}(?:[T_ ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2}|[A-Z]{3,4}\b)){0,2}",
        What::Value(Kind::Date),
    ),
    // 12/Jan/2019:12:00:00 +0000
    (r"[0-9]{1,2}/MONTH/[0-9]{4}(?::[0-9]{2}:[0-9]{2}:[0-9]{2}(?: [+-][0-9]{4})?)?", What::Value(Kind::Date)),
    // Tue Jan  1 12:00:00 UTC 2019; Jan 1 2019; Jan  1 12:00
    (
        r"(?:WEEKDAY,? )?MONTH {1,2}[0-9]{1,2}(?:(?:,? {1,2}[0-9]{4}\b|,? {1,2}[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?))?(?: (?:[+-][0-9]{4}|UTC|GMT|[A-Z]{2,3}T))?(?: [0-9]{4}\b)?(?: [+-][0-9]{4})?",
        What::Value(Kind::Date),
    ),
    // Tue, 01 Jan 2019 12:00:00 GMT; 1 Jan 12:00
    (
        r"(?:WEEKDAY,? )?[0-9]{1,2}[ -]MONTH(?:[ -][0-9]{4})?(?:,? [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp][Mm])?)?(?: (?:[+-][0-9]{4}|UTC|GMT|[A-Z]{2,3}T))?(?: [0-9]{4}\b)?",
        What::Value(Kind::Date),
    ),
    (r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", What::Value(Kind::Date)),
    (r"(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F.]*(?:%[a-z0-9]+)?(?:/[0-9]{1,3})?", What::Value(Kind::Ipv6)),
    (r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?", What::Value(Kind::Ipv4)),
    (r"0x[0-9a-fA-F]{4,16}", What::Value(Kind::Pointer)),
    (r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?", What::Value(Kind::Date)),
    (
        r"(?:(?:About|about) an?|Less than a|less than a|an?|[0-9]+) (?:second|minute|hour|day|week|month|year)s?(?: ago)?",
        What::Value(Kind::Duration),
    ),
    (r"(?:About|about) [0-9]+ (?:second|minute|hour|day|week|month|year)s?(?: ago)?", What::Value(Kind::Duration)),
    (
        r"(?:[0-9]+ ?(?:y|years?|months?|w|weeks?|d|days?|h|hours?|hrs?|m|min|mins|minutes?),? ?){0,4}[0-9]+(?:[.,][0-9]+)?(?:ns|us|µs|ms|s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d| (?:ns|us|µs|ms|s|sec|secs|seconds?|min|mins|minutes?|hrs?|hours?|days?|weeks?|months?|years?))\b(?: ago)?",
        What::Value(Kind::Duration),
    ),
    (r"[0-9]+(?:\.[0-9]+)? ?%", What::Value(Kind::Percentage)),
    (
        r"[0-9][0-9,]*(?:\.[0-9]+)?(?: ?(?:[kKMGTP]i?[Bb](?:it)?|B|[Bb]ytes?|kbps|Mbps|Gbps)|[kKMGTP]i?)\b(?:/s(?:ec)?)?",
        What::Value(Kind::Size),
    ),
    (r"/(?:tmp|var/tmp|var/folders|run/user/[0-9]+)/[A-Za-z0-9._/+-]+", What::Value(Kind::TempPath)),
    (r"[0-9a-f]{7,64}|[0-9A-F]{7,64}", What::Value(Kind::Id)),
    (r"(?:[0-9]+:)?[vV]?[0-9]+(?:\.[0-9]+)+SUFFIX*|[vV]?[0-9]+(?:\.[0-9]+)*\.x|[vV][0-9]+", What::Value(Kind::Version)),
    (r"[0-9]+[.,][0-9][0-9.,]*[0-9]|[0-9]+[.,][0-9]", What::Decimal),
    (r"[0-9]+", What::Integer),
];

const WEEKDAY: &str = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
const MONTH: &str = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|January|February|March|April|June|July|August|September|October|November|December)";
/// What may follow the dotted numbers of a version: pieces with a digit, and a few words; never `-failed`.
const SUFFIX: &str = "(?:[.+~:-][0-9A-Za-z]*[0-9][0-9A-Za-z]*|[.+~-](?:alpha|beta|rc|dev|dfsg|git|ce|amd64|arm64|generic|lts|LTS|x)|[a-z][0-9]*)";

static REGEXES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let regex = |shape: &str| {
        let shape = shape.replace("WEEKDAY", WEEKDAY).replace("MONTH", MONTH).replace("SUFFIX", SUFFIX);
        Regex::new(&format!("^(?:{shape})")).expect("the table of shapes is valid")
    };
    SHAPES.iter().map(|(shape, _)| regex(shape)).collect()
});

/// Percentages beside these words are results, not measurements: `0% packet loss` is not `100% packet loss`.
const RESULTS: &[&str] = &["packet", "loss", "fail", "error", "pass", "success", "complet", "done", "correct", "cover"];

/// Words after which two numbers with one dot are a version, not a quantity.
const PRODUCTS: &[&str] = &[
    "version",
    "release",
    "ver",
    "python",
    "postgresql",
    "psql",
    "docker",
    "compose",
    "debian",
    "ubuntu",
    "node",
    "ruby",
    "php",
    "perl",
    "go",
    "java",
    "openjdk",
    "openssl",
    "openssh",
    "nginx",
    "apache",
    "mysql",
    "mariadb",
    "redis",
    "linux",
    "fedora",
    "centos",
    "rocky",
    "almalinux",
    "git",
    "npm",
    "gnu",
    "gcc",
    "bash",
    "api",
    "kernel",
    "alpine",
];

/// The value that begins at `at`, where a character begins: its length and what it is.
pub(super) fn at(line: &str, at: usize) -> Option<(usize, What)> {
    let (before, text) = line.split_at(at);
    let first = text.chars().next()?;
    let last = before.chars().next_back();
    if !(first.is_ascii_alphanumeric() || first == ':' || first == '/') {
        return None;
    }
    let inside = last.is_some_and(char::is_alphanumeric);
    SHAPES.iter().zip(REGEXES.iter()).find_map(|((_, what), regex)| {
        let inside_version = inside && *what == What::Value(Kind::Version) && first.is_ascii_digit();
        if inside && !inside_version {
            return None;
        }
        let found = regex.find(text)?.as_str();
        let mut len = found.len();
        if text[len..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        if *what == What::Value(Kind::Duration) || *what == What::Value(Kind::Date) {
            len = found.trim_end().len();
        }
        let found = &found[..len];
        let what = accept(*what, found, before, &text[len..])?;
        (!inside || found.contains('.')).then_some((len, what))
    })
}

/// Whether a text of the right shape is what it seems, and what it then is.
fn accept(what: What, text: &str, before: &str, after: &str) -> Option<What> {
    let has = |f: fn(&char) -> bool| text.chars().any(|c| f(&c));
    let What::Value(kind) = what else { return Some(what) };
    let good = match kind {
        Kind::Ipv4 => {
            let address = text.split('/').next().unwrap_or_default();
            let address = address.parse::<Ipv4Addr>().ok().filter(|_| !continues(after))?;
            if is_special(address.into()) {
                return Some(What::Word);
            }
            true
        }
        Kind::Ipv6 => {
            let address = text.split(['%', '/']).next().unwrap_or_default();
            let address = address.parse::<Ipv6Addr>().ok()?;
            if before.ends_with(':') {
                return None;
            }
            if is_special(address.into()) {
                return Some(What::Word);
            }
            true
        }
        Kind::Date => !before.ends_with([':', '.']) && !after.starts_with(':'),
        Kind::Id => has(char::is_ascii_digit) && has(char::is_ascii_alphabetic) && !continues(after),
        Kind::Duration => has(char::is_ascii_digit) || text.ends_with("ago") || text.contains(['A', 'L']),
        Kind::TempPath => is_random(text),
        Kind::Percentage => {
            let next = after.trim_start().to_ascii_lowercase();
            let last = before.trim_end_matches([' ', '\t', ':', '=', '(']).to_ascii_lowercase();
            let last = last.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            if RESULTS.iter().any(|result| next.starts_with(result) || last.starts_with(result)) {
                return Some(What::Decimal);
            }
            true
        }
        Kind::Version => is_version(text, before),
        _ => true,
    };
    good.then_some(what)
}

/// Whether a text may be a [`Kind::Id`] beside another one, whatever it looks like alone.
pub(in crate::matching) fn may_be_id(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Addresses that mean something of their own: a server that listens on 127.0.0.1 does not listen on 0.0.0.0. Others of the
/// loopback, such as the name server 127.0.0.53, are the machine's own affair.
fn is_special(address: IpAddr) -> bool {
    const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
    let own =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::BROADCAST), IpAddr::V6(Ipv6Addr::LOCALHOST), METADATA];
    address.is_unspecified() || own.contains(&address)
}

/// Whether dotted numbers go on after what looked like an address or an id.
fn continues(after: &str) -> bool {
    after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// `1.5` may be a quantity; `1.5.0`, `v1.5`, `nginx/1.5` and `Python 3.9` are versions.
fn is_version(text: &str, before: &str) -> bool {
    if text.starts_with(['v', 'V']) || text.contains(|c: char| !c.is_ascii_digit() && c != '.') {
        return true;
    }
    if text.matches('.').count() >= 2 {
        return true;
    }
    let mut last = before.chars().rev();
    match last.next() {
        Some('/' | '-' | '@' | '_') => last.next().is_some_and(|c| c.is_alphanumeric() || c == '/'),
        Some(':') => last.next().is_some_and(char::is_alphabetic),
        Some(c) if c.is_alphabetic() => true,
        Some(' ' | '\t') => {
            let word = before.trim_end().trim_end_matches([':', '=']).trim_end();
            let word = word.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
            PRODUCTS.contains(&word.as_str())
        }
        _ => false,
    }
}

/// Whether a path has a part that nobody would choose: letters and digits mixed, or upper and lower case.
fn is_random(path: &str) -> bool {
    path.split(['/', '.', '-', '_']).any(|part| {
        let has = |f: fn(&u8) -> bool| part.bytes().any(|b| f(&b));
        part.len() >= 6
            && has(u8::is_ascii_alphabetic)
            && (has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)))
    })
}
