//! `external_links`: how links to other sites are looked at, and what is wrong with these settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::Config;
use crate::{
    diagnostic::Diagnostic,
    plan::duration,
    source::{Source, place},
};

/// How `check --external` looks at links to other sites. Patterns are whole addresses or hosts, in which `*` stands for anything.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExternalLinks {
    /// Addresses that are asked; all, if there are none.
    pub only: Vec<String>,
    /// Addresses that are not asked.
    pub ignore: Vec<String>,
    /// Hosts of private networks that are asked all the same: `wiki.intern`, `10.0.0.*`.
    pub private_hosts: Vec<String>,
    /// Whether places in pages (`#here`) are looked for.
    pub fragments: bool,
    /// How long one answer may take: `20s`.
    pub timeout: String,
    /// Time between two questions to one host: `1s`.
    pub delay: String,
    /// Hosts that are asked at the same time.
    pub hosts: usize,
    /// How often a host is asked again that is busy, or does not answer.
    pub retries: u32,
    /// How long a good answer is believed: `7d`, `12h`; `0s` asks always.
    pub keep: String,
}

impl Default for ExternalLinks {
    fn default() -> Self {
        Self {
            only: Vec::new(),
            ignore: Vec::new(),
            private_hosts: Vec::new(),
            fragments: true,
            timeout: "20s".into(),
            delay: "1s".into(),
            hosts: 8,
            retries: 2,
            keep: "7d".into(),
        }
    }
}

/// Most hosts that may be asked at the same time.
const MOST_HOSTS: usize = 64;
/// Most repetitions.
const MOST_RETRIES: u32 = 10;

impl ExternalLinks {
    /// How long one answer may take.
    pub fn timeout(&self) -> Duration {
        span(&self.timeout).unwrap_or_default()
    }

    /// Time between two questions to one host.
    pub fn delay(&self) -> Duration {
        span(&self.delay).unwrap_or_default()
    }

    /// How long a good answer is believed.
    pub fn keep(&self) -> Duration {
        span(&self.keep).unwrap_or_default()
    }
}

/// Reads `20s`, `1h30m`, `7d`, `0s`.
fn span(text: &str) -> Result<Duration, String> {
    if text == "0s" {
        return Ok(Duration::ZERO);
    }
    match text.strip_suffix('d').map(str::parse::<u32>) {
        Some(Ok(days)) if days > 0 => Ok(Duration::from_secs(24 * 60 * 60) * days),
        _ => duration::parse(text),
    }
}

pub(super) fn validate(config: &Config, source: &Source) -> Result<(), Diagnostic> {
    let links = &config.external_links;
    let bad = |key: &str, value: &str, message: String, help: &str| {
        let at = place::of_value(source, &["external_links", key], value);
        Err(Diagnostic::error("configuration", message).at(source, at).help(help))
    };
    for (key, text) in [("timeout", &links.timeout), ("delay", &links.delay), ("keep", &links.keep)] {
        if let Err(help) = span(text) {
            return bad(key, text, format!("`{key}` is no span of time: {text:?}"), &help);
        }
    }
    if links.timeout().is_zero() {
        return bad("timeout", &links.timeout, "`timeout` leaves no time to answer".into(), "write it as 20s");
    }
    if !(1..=MOST_HOSTS).contains(&links.hosts) {
        let message = format!("`hosts` cannot be {}", links.hosts);
        return bad("hosts", &links.hosts.to_string(), message, "write a number from 1 to 64");
    }
    if links.retries > MOST_RETRIES {
        let message = format!("`retries` cannot be {}", links.retries);
        return bad("retries", &links.retries.to_string(), message, "write a number from 0 to 10");
    }
    for (key, patterns) in [("only", &links.only), ("ignore", &links.ignore)] {
        let whole = |pattern: &str| pattern.starts_with('*') || pattern.contains("://");
        if let Some(pattern) = patterns.iter().find(|pattern| !whole(pattern)) {
            let message = format!("{pattern:?} fits no address: addresses begin with their scheme");
            return bad(key, pattern, message, "write it whole, `*` stands for anything: https://example.org/*");
        }
    }
    if let Some(host) = links.private_hosts.iter().find(|host| host.is_empty() || host.contains('/')) {
        let message = format!("{host:?} is no host");
        return bad("private_hosts", host, message, "write it without a scheme and a path: wiki.intern, 10.0.0.*");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        for (text, seconds) in [("20s", 20), ("0s", 0), ("7d", 604_800), ("1h30m", 5400)] {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["7", "0d", "d", "", "1d2h", "25h"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
