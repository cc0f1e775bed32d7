//! Where the server listens, and by which names it may be called.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};
use tokio::net::TcpListener;

use crate::site::Failure;

/// Ports that are tried after the one that was wanted.
const TRIES: u16 = 50;

/// Listens at a port, or at the next one that is free; then says which was taken.
pub(super) async fn listen(host: IpAddr, port: u16) -> Result<(TcpListener, Option<u16>), Failure> {
    let mut last = None;
    for offset in 0..=TRIES {
        let Some(candidate) = port.checked_add(offset) else { break };
        match TcpListener::bind((host, candidate)).await {
            Ok(listener) => return Ok((listener, (offset > 0).then_some(port))),
            Err(error) if error.kind() == ErrorKind::AddrInUse => last = Some(error),
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
                return Err(Failure::Usage {
                    message: format!("this machine has no address {host}"),
                    help: "name one of its own with --host, or 0.0.0.0 for all of them".into(),
                });
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Err(Failure::Usage {
                    message: format!("port {candidate} cannot be listened at: {error}"),
                    help: "name a port of 1024 or more: --port N".into(),
                });
            }
            Err(error) => return Err(Failure::Environment { message: format!("{host}:{candidate}: {error}") }),
        }
    }
    let why = last.map_or_else(String::new, |error| format!(": {error}"));
    Err(Failure::Usage {
        message: format!("no port from {port} to {} is free{why}", port.saturating_add(TRIES)),
        help: "name another one with --port N, or 0 for any".into(),
    })
}

/// The server's own address for a browser on this machine, without a path.
pub(super) fn home(at: SocketAddr) -> String {
    let host = match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    format!("http://{host}:{}", at.port())
}

/// Names that a browser may have for this server. A name that somebody else's DNS leads here is none of them.
#[derive(Debug)]
pub(super) struct Names {
    port: u16,
    /// Whether any address may be this machine's.
    open: bool,
    host: IpAddr,
}

impl Names {
    pub(super) fn new(host: IpAddr, port: u16) -> Self {
        Self { port, open: !host.is_loopback(), host }
    }

    /// Whether a `Host` header names this server.
    pub(super) fn has(&self, header: &str) -> bool {
        let (host, port) = match header.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (header, Some(80)),
        };
        if port != Some(self.port) {
            return false;
        }
        if host.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let ip = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(host) => host.parse::<Ipv6Addr>().map(IpAddr::V6).ok(),
            None => host.parse().ok().filter(IpAddr::is_ipv4),
        };
        ip.is_some_and(|ip| ip.is_loopback() || ip == self.host || self.open)
    }

    /// Whether an `Origin` header is of a page of this server.
    pub(super) fn has_origin(&self, header: &str) -> bool {
        header.strip_prefix("http://").is_some_and(|host| self.has(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let here = Names::new([127, 0, 0, 1].into(), 8017);
        let open = Names::new([0, 0, 0, 0].into(), 8017);
        for (header, is_here, is_open) in [
            ("localhost:8017", true, true),
            ("LOCALHOST:8017", true, true),
            ("127.0.0.1:8017", true, true),
            ("127.1.2.3:8017", true, true),
            ("[::1]:8017", true, true),
            ("192.168.1.7:8017", false, true),
            ("[fe80::1]:8017", false, true),
            ("localhost", false, false),
            ("localhost:80", false, false),
            ("localhost:8017.evil.example", false, false),
            ("evil.example:8017", false, false),
            ("localhost.evil.example:8017", false, false),
            ("127.0.0.1.evil.example:8017", false, false),
            ("::1:8017", false, false),
            ("[127.0.0.1]:8017", false, false),
            ("user@localhost:8017", false, false),
            ("0x7f.1:8017", false, false),
            ("", false, false),
        ] {
            assert_eq!((here.has(header), open.has(header)), (is_here, is_open), "{header}");
        }
        assert!(here.has_origin("http://localhost:8017"));
        for origin in ["https://localhost:8017", "null", "http://evil.example", "http://localhost:8017/", ""] {
            assert!(!here.has_origin(origin), "{origin}");
        }
    }
}
