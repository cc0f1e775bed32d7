//! What a placeholder stands for: told by its shape, by the nouns of its name, or by what the prose calls it.

use std::{net::IpAddr, sync::LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An IP address.
    Address,
    /// The name of a computer.
    Host,
    /// A domain, or the address of a site.
    Domain,
    /// An address of electronic mail.
    Mail,
    /// A user.
    User,
    /// A password or passphrase.
    Password,
    /// A key, a token or another secret that somebody else has given.
    Token,
    /// A port.
    Port,
    /// A file or folder.
    Path,
    /// Whatever else has a name: a project, a database, a container.
    Name,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Address,
        Self::Host,
        Self::Domain,
        Self::Mail,
        Self::User,
        Self::Password,
        Self::Token,
        Self::Port,
        Self::Path,
        Self::Name,
    ];

    /// As an author writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Host => "host",
            Self::Domain => "domain",
            Self::Mail => "mail",
            Self::User => "user",
            Self::Password => "password",
            Self::Token => "token",
            Self::Port => "port",
            Self::Path => "path",
            Self::Name => "name",
        }
    }

    /// What it stands for, with an article.
    pub fn said(self) -> &'static str {
        match self {
            Self::Address => "an address",
            Self::Host => "a host",
            Self::Domain => "a domain",
            Self::Mail => "a mail address",
            Self::User => "a user",
            Self::Password => "a password",
            Self::Token => "a token",
            Self::Port => "a port",
            Self::Path => "a path",
            Self::Name => "a name",
        }
    }
}

/// Values that are nobody's: addresses and names that are kept for documentation (RFC 5737, RFC 2606), of which none leads to another
/// computer, and what readers choose as they like. A token is given by somebody, a path leads to what is there, and a name may be that
/// of anything (a container, a process): of these no value is as good as any other.
const DEFAULTS: &[(Kind, &str)] = &[
    (Kind::Address, "203.0.113.1"),
    (Kind::Host, "server.example"),
    (Kind::Domain, "site.example"),
    (Kind::Mail, "reader@site.example"),
    (Kind::User, "example"),
    (Kind::Password, "Example-2718"),
    (Kind::Port, "8080"),
];

impl Kind {
    /// What stands for it where an author wants any value; none if no value does.
    pub fn default_value(self) -> Option<&'static str> {
        DEFAULTS.iter().find(|(kind, _)| *kind == self).map(|(_, value)| *value)
    }
}

/// Nouns, and what they say of the name that ends with them.
const NOUNS: &[(Kind, &[&str])] = &[
    (Kind::Address, &["ip", "ips", "ipv4", "ipv6", "address", "addresses", "addr"]),
    (Kind::Host, &["host", "hostname", "hosts", "server", "node", "machine", "instance", "vm"]),
    (Kind::Domain, &["domain", "domains", "subdomain", "fqdn", "website", "url", "endpoint", "site"]),
    (Kind::Mail, &["mail", "email", "emails", "mailbox"]),
    (Kind::User, &["user", "username", "users", "login", "account", "owner"]),
    (Kind::Password, &["password", "passwords", "passwd", "passphrase", "pass", "pwd", "pw"]),
    (
        Kind::Token,
        &["token", "tokens", "key", "keys", "secret", "secrets", "credential", "credentials", "uuid", "apikey"],
    ),
    (Kind::Port, &["port", "ports"]),
    (Kind::Path, &["path", "file", "filename", "folder", "directory", "dir", "mountpoint"]),
    (Kind::Name, &["name", "names", "id", "identifier", "project", "bucket", "database", "value"]),
];

/// Words that say nothing behind a noun.
const FILLERS: &[&str] = &["here", "placeholder", "of", "own", "the", "a", "goes"];

/// Ends of domains that stand in names; other ends are those of files.
const ENDS: &[&str] = &[
    "com", "net", "org", "tld", "io", "dev", "example", "test", "local", "eu", "de", "me", "info", "cloud", "app", "co",
];

/// The words of a name, in small letters: `YourServer_IP1` is your, server, ip.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            found.push(String::new());
        } else if c.is_uppercase() && lower || found.is_empty() {
            found.push(c.to_lowercase().collect());
        } else if let Some(word) = found.last_mut() {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase();
    }
    let mut all = Vec::new();
    for word in &found {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit() && !word.starts_with("ipv"));
        match word.strip_prefix("your").filter(|rest| !rest.is_empty() && noun(rest).is_some()) {
            Some(rest) => all.extend(["your".to_owned(), rest.to_owned()]),
            None => all.push(word.to_owned()),
        }
    }
    all.retain(|word| !word.is_empty());
    all
}

/// What a noun says.
fn noun(word: &str) -> Option<Kind> {
    NOUNS.iter().find(|(_, nouns)| nouns.contains(&word)).map(|(kind, _)| *kind)
}

/// What the nouns of a name say: the last one, but `user name` is a user and `mail address` is one of mail.
pub(super) fn by_nouns(name: &str) -> Option<Kind> {
    let words = words(name);
    let last = words.iter().rposition(|word| !FILLERS.contains(&word.as_str()))?;
    let kind = noun(&words[last])?;
    let before = last.checked_sub(1).and_then(|before| noun(&words[before]));
    let by_before = match (words[last].as_str(), before) {
        ("name" | "names", Some(Kind::User | Kind::Host | Kind::Domain | Kind::Path)) => before,
        ("address" | "addresses", Some(Kind::Mail)) => before,
        ("id" | "identifier", _) if words[last - usize::from(last > 0)] == "key" => Some(Kind::Token),
        _ => None,
    };
    Some(by_before.unwrap_or(kind))
}

/// What the first noun of a phrase that stands for it says: “your domain name, without `www`”.
pub(super) fn by_phrase(phrase: &str) -> Option<Kind> {
    let end = phrase.find([',', ';', '(', '`']).unwrap_or(phrase.len());
    let phrase = phrase[..end].replace("'s ", " ").replace("’s ", " ");
    let words: Vec<&str> = phrase.split_whitespace().collect();
    // “the name of your server”: what stands before `of` counts, unless it is a mere name.
    let of = words.iter().position(|word| *word == "of");
    let (head, of) = of.map_or((&words[..], None), |at| (&words[..at], Some(&words[at + 1..])));
    let first = |words: &[&str]| {
        let until = |count: usize| by_nouns(&words[..count].join(" "));
        let begins = (1..=words.len()).find(|count| until(*count).is_some())?;
        (begins..=words.len()).map_while(until).last()
    };
    let of = of.and_then(first).filter(|kind| matches!(kind, Kind::User | Kind::Host | Kind::Domain));
    match first(head) {
        Some(Kind::Name) => of.or(Some(Kind::Name)),
        kind => kind.or(of),
    }
}

/// What a text is by its own shape.
pub(super) fn by_shape(text: &str) -> Option<Kind> {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[\dxyzXYZ]{1,3}(?:\.[\dxyzXYZ]{1,3}){3}|[\da-fA-F]{0,4}(?::[\da-fA-F]{0,4}){2,})(?:/\d+)?$")
            .expect("a valid pattern")
    });
    if ADDRESS.is_match(text) {
        return Some(Kind::Address);
    }
    if text.starts_with(['/', '~']) || text.starts_with("./") || text.contains("path/to") {
        return Some(Kind::Path);
    }
    if text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')) {
        return Some(Kind::Mail);
    }
    if text.contains("://") {
        return Some(Kind::Domain);
    }
    let (rest, end) = text.rsplit_once('.')?;
    let is_end = end.chars().all(|c| c.is_ascii_alphanumeric()) && !end.is_empty() && !rest.is_empty();
    match ENDS.contains(&end) {
        true => Some(Kind::Domain),
        false if is_end && end.chars().any(|c| c.is_ascii_alphabetic()) && end.len() <= 4 => Some(Kind::Path),
        false => None,
    }
}

/// Whether a text is itself a value of its kind, which does on a machine of one's own what another would do: then it can be
/// typed as it stands. `saved` in a file, where nobody looks for the computer that it names.
pub(super) fn is_value(kind: Kind, text: &str, saved: bool) -> bool {
    let plain = |more: &str| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c) || more.contains(c))
    };
    let is_domain = || text.contains('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
    match kind {
        Kind::User | Kind::Name => plain(" "),
        Kind::Password => plain("!@#%+="),
        Kind::Port => text.parse::<u16>().is_ok(),
        Kind::Path => {
            text.starts_with(['/', '~', '.']) && !text.contains("path/to") || plain("/") && !text.contains("path/to")
        }
        Kind::Mail => plain("@+") && by_shape(text) == Some(Kind::Mail),
        Kind::Address => saved && text.split('/').next().is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        Kind::Host => saved && plain(""),
        Kind::Domain => saved && is_domain(),
        Kind::Token => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_say() {
        for (name, kind) in [
            ("server_ip", Kind::Address),
            ("YOUR_SERVER_IP", Kind::Address),
            ("IP_ADDRESS_1", Kind::Address),
            ("server address", Kind::Address),
            ("user_name", Kind::User),
            ("yourUserName", Kind::User),
            ("DB_USER", Kind::User),
            ("yourdomain", Kind::Domain),
            ("domain-name", Kind::Domain),
            ("your_email_address", Kind::Mail),
            ("your-password-here", Kind::Password),
            ("api_key", Kind::Token),
            ("access_key_id", Kind::Token),
            ("container-id", Kind::Name),
            ("bucket_name", Kind::Name),
            ("api-port", Kind::Port),
            ("file_name", Kind::Path),
            ("hostname", Kind::Host),
        ] {
            assert_eq!(by_nouns(name), Some(kind), "{name}");
        }
        for name in ["OPTIONS", "x", "version", "ip-in-reverse", ""] {
            assert_eq!(by_nouns(name), None, "{name}");
        }
        for (phrase, kind) in [
            ("your own domain", Kind::Domain),
            ("the IP address of your server", Kind::Address),
            ("the name of your user", Kind::User),
            ("a strong password, and note it", Kind::Password),
            ("your actual API key", Kind::Token),
            ("your email address", Kind::Mail),
            ("the port you want to use", Kind::Port),
        ] {
            assert_eq!(by_phrase(phrase), Some(kind), "{phrase}");
        }
        assert_eq!(by_phrase("the following"), None);
    }

    #[test]
    fn what_shapes_say() {
        for (text, kind) in [
            ("192.0.2.1", Some(Kind::Address)),
            ("XX.XX.XX.XX", Some(Kind::Address)),
            ("2001:db8::1", Some(Kind::Address)),
            ("10.0.0.0/24", Some(Kind::Address)),
            ("you@example.com", Some(Kind::Mail)),
            ("www.example.com", Some(Kind::Domain)),
            ("https://x/y", Some(Kind::Domain)),
            ("your-script.sh", Some(Kind::Path)),
            ("/path/to/x", Some(Kind::Path)),
            ("8080", None),
            ("name", None),
        ] {
            assert_eq!(by_shape(text), kind, "{text}");
        }
    }

    #[test]
    fn what_can_be_typed_as_it_stands() {
        for (kind, text, typed, saved) in [
            (Kind::User, "your_user", true, true),
            (Kind::User, "<user>", false, false),
            (Kind::Port, "8080", true, true),
            (Kind::Port, "YOUR_PORT", false, false),
            (Kind::Address, "203.0.113.1", false, true),
            (Kind::Address, "your_ip", false, false),
            (Kind::Domain, "example.com", false, true),
            (Kind::Domain, "<your-domain>", false, false),
            (Kind::Path, "/path/to/x", false, false),
            (Kind::Path, "~/src", true, true),
            (Kind::Token, "abc", false, false),
            (Kind::Mail, "you@example.com", true, true),
        ] {
            assert_eq!((is_value(kind, text, false), is_value(kind, text, true)), (typed, saved), "{text}");
        }
        for kind in Kind::ALL {
            assert!(kind.said().ends_with(kind.name()) || *kind == Kind::Mail, "{kind:?}");
        }
    }
}
