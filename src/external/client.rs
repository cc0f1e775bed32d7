//! One question to a host, by HTTP: proxies and certificates are those of the environment.

use chrono::{DateTime, Utc};
use std::{error::Error as _, io, net::SocketAddr, time::Duration};
use ureq::{
    Agent, Error, Timeout,
    config::Config,
    http::{Response, Uri},
    tls::{RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};
use url::Url;

use super::{
    gather::is_allowed,
    reserved::{Standing, of_ip},
};
use crate::config::ExternalLinks;

/// Most of a page that is read to look for a place in it, in bytes.
const LONGEST_PAGE: u64 = 8 << 20;
/// Who asks.
const NAME: &str = concat!("guidepost/", env!("CARGO_PKG_VERSION"), " (checks links)");

/// See the module.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
}

/// How a question is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Whether it is there.
    Head,
    /// The same of a host that does not know `HEAD`.
    Get,
    /// With its text.
    Read,
}

/// What a host has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Where it is said to be, as it was written.
    pub(super) location: Option<String>,
    /// How long to leave the host alone.
    pub(super) retry_after: Option<Duration>,
    /// The text of a page, where it was asked for.
    pub(super) html: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The name leads into a private network.
    Private(String),
    /// No DNS knows the name.
    UnknownName,
    /// DNS, the proxy or the way there does not work: maybe no network does.
    NoWay(String),
    /// The host takes no connection in time.
    Unreached,
    /// The host took too long to answer.
    Slow,
    /// The host does not take connections, or speaks no HTTP.
    Refused(String),
    /// The host cannot prove who it is.
    Untrusted(String),
}

impl Fault {
    /// Whether every other question to the host will come to the same.
    pub(super) fn is_of_host(&self) -> bool {
        !matches!(self, Self::Slow)
    }

    /// Whether it can be the network here that is at fault.
    pub(super) fn is_of_network(&self) -> bool {
        matches!(self, Self::NoWay(_) | Self::Unreached)
    }

    /// Whether it may go away by itself in a while.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::NoWay(_) | Self::Unreached | Self::Slow | Self::Refused(_))
    }
}

impl Client {
    pub(super) fn new(settings: &ExternalLinks) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .timeout_global(Some(settings.timeout()))
            // Shorter, so that it is known what took so long.
            .timeout_resolve(Some(settings.timeout() / 2))
            .timeout_connect(Some(settings.timeout() / 2))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(NAME)
            .accept("text/html, */*;q=0.8")
            .tls_config(tls)
            .build();
        let guard = Guard { settings: settings.clone(), inner: DefaultResolver::default() };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), guard) }
    }

    pub(super) fn ask(&self, method: Method, url: &Url) -> Result<Reply, Fault> {
        let request = match method {
            Method::Head => self.agent.head(url.as_str()),
            Method::Get | Method::Read => self.agent.get(url.as_str()),
        };
        let mut response = request.call().map_err(|error| self.fault(&error))?;
        let html = (method == Method::Read && is_html(&response)).then(|| {
            // What cannot be read to its end has the places that were read.
            response.body_mut().with_config().limit(LONGEST_PAGE).lossy_utf8(true).read_to_string().ok()
        });
        Ok(Reply {
            status: response.status().as_u16(),
            location: header(&response, "location").map(str::to_owned),
            retry_after: header(&response, "retry-after").and_then(|text| retry_after(text, Utc::now())),
            html: html.flatten(),
        })
    }

    fn fault(&self, error: &Error) -> Fault {
        match fault(error) {
            // It is the proxy that takes no connections.
            Fault::Refused(why) if self.agent.config().proxy().is_some() => {
                Fault::NoWay(format!("by the proxy: {why}"))
            }
            fault => fault,
        }
    }
}

fn header<'r, T>(response: &'r Response<T>, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

fn is_html<T>(response: &Response<T>) -> bool {
    let kind = header(response, "content-type").unwrap_or_default().to_ascii_lowercase();
    response.status().is_success() && (kind.starts_with("text/html") || kind.starts_with("application/xhtml"))
}

/// Seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((then.with_timezone(&Utc) - now).to_std().unwrap_or_default())
}

fn fault(error: &Error) -> Fault {
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => Fault::Unreached,
        Error::Timeout(_) => Fault::Slow,
        Error::HostNotFound => Fault::UnknownName,
        Error::ConnectProxyFailed(why) => Fault::NoWay(format!("the proxy refuses: {why}")),
        Error::Rustls(why) => Fault::Untrusted(why.to_string()),
        Error::Tls(why) => Fault::Untrusted((*why).to_owned()),
        Error::Io(why) => of_io(why),
        other => Fault::Refused(other.to_string()),
    }
}

fn of_io(error: &io::Error) -> Fault {
    if let Some(private) = error.get_ref().and_then(|inner| inner.downcast_ref::<PrivateAddress>()) {
        return Fault::Private(private.0.ip().to_string());
    }
    let text = error.to_string();
    // What the C libraries say of EAI_AGAIN (glibc, musl) and of a name that nobody has.
    if text.contains("failed to lookup address information") {
        let temporary = ["Temporary failure", "Try again"].iter().any(|words| text.contains(words));
        return if temporary { Fault::NoWay("names are not resolved".into()) } else { Fault::UnknownName };
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Fault::Unreached,
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown => {
            Fault::NoWay(text)
        }
        _ if text.contains("certificate") => Fault::Untrusted(text),
        _ => Fault::Refused(error.source().map_or(text, ToString::to_string)),
    }
}

/// Gives no address of a private network, whatever a name resolves to, unless the host is one that may be asked.
#[derive(Debug)]
struct Guard {
    settings: ExternalLinks,
    inner: DefaultResolver,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is in a private network")]
struct PrivateAddress(SocketAddr);

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let addresses = self.inner.resolve(uri, config, timeout)?;
        let is_proxy = config.proxy().is_some_and(|proxy| Some(proxy.host()) == uri.host());
        let is_allowed = || Url::parse(&uri.to_string()).is_ok_and(|url| is_allowed(&self.settings, &url));
        let private = addresses.iter().find(|address| of_ip(address.ip()) != Standing::Public);
        match private.filter(|_| !is_proxy && !is_allowed()) {
            Some(address) => Err(Error::Io(io::Error::other(PrivateAddress(*address)))),
            None => Ok(addresses),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait() {
        let now = DateTime::parse_from_rfc3339("2026-11-29T10:00:00Z").expect("a time").with_timezone(&Utc);
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 29 Nov 2026 10:00:30 GMT", Some(30)),
            ("Sun, 29 Nov 2026 09:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn what_is_at_fault() {
        let looked_up = |why: &str| Error::Io(io::Error::other(format!("failed to lookup address information: {why}")));
        for (error, expected) in [
            (looked_up("Name or service not known"), Fault::UnknownName),
            (looked_up("Temporary failure in name resolution"), Fault::NoWay("names are not resolved".into())),
            (Error::Io(io::ErrorKind::ConnectionRefused.into()), Fault::Refused("connection refused".into())),
            (Error::Io(io::ErrorKind::NetworkUnreachable.into()), Fault::NoWay("network unreachable".into())),
            (Error::Timeout(Timeout::Connect), Fault::Unreached),
            (Error::Timeout(Timeout::Global), Fault::Slow),
        ] {
            assert_eq!(fault(&error), expected, "{error}");
        }
    }
}
