//! A byte stream to a process in a container.
//!
//! `bollard`'s own decoder reads a terminal's bytes as if they might be framed: output that begins with a byte of 0, 1 or 2 (a
//! binary file that a guide prints) would be taken for a frame and swallowed. So the stream of an exec is opened here, over
//! hyper's upgrade, and read raw.

use bollard::{ClientVersion, Docker};
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode, body::Bytes, client::conn::http1, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use std::{path::PathBuf, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};

use super::error::{Error, Result};

/// Bytes both ways.
pub(super) type Stream = TokioIo<Upgraded>;

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

/// Where Docker listens by default.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// Time to wait for an engine's answer to an upgrade.
const PATIENCE: Duration = Duration::from_secs(60);

impl Address {
    /// From `DOCKER_HOST`; without it Docker's socket, or where only that exists a rootless engine's.
    pub(super) fn from_environment() -> Result<Self> {
        if let Some(host) = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty()) {
            if std::env::var_os("DOCKER_TLS_VERIFY").is_some_and(|v| !v.is_empty()) && host.starts_with("tcp://") {
                let reason = "guidepost does not speak TLS with an engine".into();
                return Err(Error::BadAddress { address: host, reason });
            }
            return Self::parse(&host);
        }
        let default = PathBuf::from(DEFAULT_SOCKET);
        let rootless = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("docker.sock"));
        Ok(Self::Unix(match rootless {
            Some(rootless) if !default.exists() && rootless.exists() => rootless,
            _ => default,
        }))
    }

    pub(super) fn parse(host: &str) -> Result<Self> {
        let bad = |reason: &str| Err(Error::BadAddress { address: host.to_owned(), reason: reason.to_owned() });
        match host.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            Some(("tcp" | "http", rest)) => {
                let authority = rest.trim_end_matches('/');
                if authority.is_empty() || authority.contains('/') {
                    return bad("it is not host:port");
                }
                Ok(Self::Tcp(if authority.contains(':') { authority.into() } else { format!("{authority}:2375") }))
            }
            Some(("ssh" | "https" | "npipe", _)) => bad("guidepost speaks to a Unix socket or plain TCP only"),
            _ => bad("it is no address of an engine"),
        }
    }

    /// As one writes it in `DOCKER_HOST`.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Unix(path) => format!("unix://{}", path.display()),
            Self::Tcp(authority) => format!("tcp://{authority}"),
        }
    }

    pub(super) fn docker(&self, seconds: u64) -> Result<Docker> {
        let no_engine = |e: bollard::errors::Error| Error::NoEngine { address: self.show(), reason: e.to_string() };
        match self {
            Self::Unix(path) => {
                Docker::connect_with_unix(&path.to_string_lossy(), seconds, bollard::API_DEFAULT_VERSION)
            }
            Self::Tcp(_) => Docker::connect_with_http(&self.show(), seconds, bollard::API_DEFAULT_VERSION),
        }
        .map_err(no_engine)
    }

    /// Starts an exec that was created, and takes its connection over.
    pub(super) async fn start_exec(&self, version: &ClientVersion, exec: &str, tty: bool) -> Result<Stream> {
        let attempt = async {
            match self {
                Self::Unix(path) => upgrade(UnixStream::connect(path).await?, version, exec, tty).await,
                Self::Tcp(authority) => {
                    let stream = TcpStream::connect(authority).await?;
                    stream.set_nodelay(true)?;
                    upgrade(stream, version, exec, tty).await
                }
            }
        };
        match tokio::time::timeout(PATIENCE, attempt).await {
            Ok(result) => result,
            Err(_) => Err(Error::EngineGone { reason: format!("no answer for {} s", PATIENCE.as_secs()) }),
        }
    }
}

async fn upgrade<S>(stream: S, version: &ClientVersion, exec: &str, tty: bool) -> Result<Stream>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends by itself with the stream: with the upgrade, hyper hands it over.
    tokio::spawn(connection.with_upgrades());
    let body = serde_json::json!({ "Detach": false, "Tty": tty }).to_string();
    let request = Request::post(format!("/v{version}/exec/{exec}/start"))
        .header("Host", "docker")
        .header("Connection", "Upgrade")
        .header("Upgrade", "tcp")
        .header("Content-Type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|e| Error::EngineGone { reason: e.to_string() })?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(TokioIo::new(hyper::upgrade::on(response).await?));
    }
    let body = response.into_body().collect().await?.to_bytes();
    let message = serde_json::from_slice::<serde_json::Value>(&body)
        .ok()
        .and_then(|value| value["message"].as_str().map(str::to_owned))
        .unwrap_or_else(|| String::from_utf8_lossy(&body).trim().to_owned());
    Err(Error::Refused { status: status.as_u16(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_docker_does() {
        let shown = |host| Address::parse(host).map(|a| a.show()).map_err(|e| e.to_string());
        assert_eq!(shown("unix:///x/docker.sock").as_deref(), Ok("unix:///x/docker.sock"));
        assert_eq!(shown("tcp://127.0.0.1:2375").as_deref(), Ok("tcp://127.0.0.1:2375"));
        assert_eq!(shown("tcp://engine").as_deref(), Ok("tcp://engine:2375"));
        for bad in ["ssh://host", "unix://relative", "docker.sock", "", "tcp://", "tcp://a/b"] {
            assert!(shown(bad).is_err(), "{bad}");
        }
    }
}
