//! A byte stream to a process in a container.
//!
//! `bollard`'s own decoder reads a terminal's bytes as if they might be framed: output that begins with a byte of 0, 1 or 2 (a
//! binary file that a guide prints) would be taken for a frame and swallowed. So the stream of an exec is opened here, over
//! hyper's upgrade, and read raw.

use bollard::{ClientVersion, Docker};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    http::request,
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
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

/// Time to wait for an engine's answer to an upgrade.
const PATIENCE: Duration = Duration::from_secs(60);

impl Address {
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
        let body = serde_json::json!({ "Detach": false, "Tty": tty }).to_string();
        let request = Request::post(format!("/v{version}/exec/{exec}/start"))
            .header("Connection", "Upgrade")
            .header("Upgrade", "tcp")
            .header("Content-Type", "application/json");
        let response = self.ask(request, body).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(TokioIo::new(hyper::upgrade::on(response).await?));
        }
        Err(refusal(response).await?)
    }

    /// What the engine says at a path, as it says it: of what only Podman tells, `bollard` has no type.
    pub(super) async fn get(&self, version: &ClientVersion, path: &str) -> Result<Value> {
        let response = self.ask(Request::get(format!("/v{version}{path}")), String::new()).await?;
        if !response.status().is_success() {
            return Err(refusal(response).await?);
        }
        let body = response.into_body().collect().await?.to_bytes();
        serde_json::from_slice(&body).map_err(|e| Error::EngineGone { reason: e.to_string() })
    }

    /// Makes one request on a connection of its own.
    async fn ask(&self, request: request::Builder, body: String) -> Result<Response<Incoming>> {
        let request = request
            .header("Host", "docker")
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| Error::EngineGone { reason: e.to_string() })?;
        let attempt = async {
            match self {
                Self::Unix(path) => send(UnixStream::connect(path).await?, request).await,
                Self::Tcp(authority) => {
                    let stream = TcpStream::connect(authority).await?;
                    stream.set_nodelay(true)?;
                    send(stream, request).await
                }
            }
        };
        match tokio::time::timeout(PATIENCE, attempt).await {
            Ok(result) => result,
            Err(_) => Err(Error::EngineGone { reason: format!("no answer for {} s", PATIENCE.as_secs()) }),
        }
    }
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends by itself with the stream: with an upgrade, hyper hands it over.
    tokio::spawn(connection.with_upgrades());
    Ok(sender.send_request(request).await?)
}

/// What an engine says when it does not do what was asked.
async fn refusal(response: Response<Incoming>) -> Result<Error> {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    let message = serde_json::from_slice::<Value>(&body)
        .ok()
        .and_then(|value| value["message"].as_str().map(str::to_owned))
        .unwrap_or_else(|| String::from_utf8_lossy(&body).trim().to_owned());
    Ok(Error::Refused { status, message })
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
