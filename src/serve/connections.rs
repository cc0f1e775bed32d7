//! Connections of browsers: so many at once, and none that only waits.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore};

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How many there are at once; others wait until one ends.
    pub(super) most: usize,
    /// How long the head of a request may take, from its connection or the response before it: so long may one be idle.
    pub(super) head: Duration,
    /// How long its body may take.
    pub(super) body: Duration,
}

/// Those of the preview. A browser opens six to a server, and each page keeps one of them for what it is told.
pub(super) const LIMITS: Limits = Limits { most: 256, head: Duration::from_secs(20), body: Duration::from_secs(10) };

/// Bytes of a request's body.
const BODY: usize = 64 << 10;
/// Pause after a connection that could not be taken: files may have run out for a moment.
const PAUSE: Duration = Duration::from_millis(200);

/// Answers until it is dropped.
pub(super) async fn serve(listener: TcpListener, router: Router, limits: Limits) -> std::convert::Infallible {
    let free = Arc::new(Semaphore::new(limits.most));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let service = TowerToHyperService::new(router.layer(middleware::from_fn_with_state(limits, whole)));
    loop {
        let place = Arc::clone(&free).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = http.serve_connection(TokioIo::new(stream), service.clone());
                tokio::spawn(async move {
                    // What is wrong with a connection is its client's matter; a panic ends it alone.
                    let _ = connection.await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Reads the body of a request before anything is done for it: whoever sends half of one holds up nothing else.
async fn whole(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match tokio::time::timeout(limits.body, axum::body::to_bytes(body, BODY)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(_)) => (StatusCode::PAYLOAD_TOO_LARGE, "this request is too large, or not whole\n").into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the rest of this request did not come\n").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::{get, post};
    use std::time::Instant;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    async fn answer(stream: &mut TcpStream, request: &str) -> String {
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut bytes = Vec::new();
        let _ =
            tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut bytes)).await.expect("it is closed");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    const GOOD: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    #[tokio::test]
    async fn half_requests_end_and_others_are_answered() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let fails = get(|| async {
            if std::hint::black_box(true) {
                panic!("a fault of a page")
            }
        });
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/post", post(|body: String| async move { body }))
            .route("/fails", fails);
        let limits = Limits { most: 3, head: Duration::from_millis(300), body: Duration::from_millis(300) };
        let server = tokio::spawn(serve(listener, router, limits));
        let connect = async || TcpStream::connect(at).await.expect("it listens");

        // A page that panics ends its own connection.
        assert_eq!(answer(&mut connect().await, &GOOD.replace(" / ", " /fails ")).await, "");
        assert!(answer(&mut connect().await, GOOD).await.ends_with("here"));
        // Heads that never end take all places, and give them back.
        let began = Instant::now();
        let mut half = Vec::new();
        for text in ["GET / HTTP/1.1\r\nHost: x\r\n", "G", ""] {
            let mut stream = connect().await;
            stream.write_all(text.as_bytes()).await.expect("sent");
            half.push(stream);
        }
        assert!(answer(&mut connect().await, GOOD).await.ends_with("here"));
        assert!(began.elapsed() >= Duration::from_millis(200), "it had to wait for a place");
        for stream in &mut half {
            assert!(!answer(stream, "").await.contains("here"));
        }
        // One that is kept open after an answer, too.
        assert!(answer(&mut connect().await, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.ends_with("here"));
        let head = |length: usize| {
            format!("POST /post HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n")
        };
        assert!(answer(&mut connect().await, &(head(4) + "body")).await.ends_with("body"));
        // Bodies that are not whole, or too large, are not waited for.
        let half = answer(&mut connect().await, &(head(4) + "bo")).await;
        assert!(half.starts_with("HTTP/1.1 408"), "{half}");
        let large = answer(&mut connect().await, &(head(BODY + 1) + &"x".repeat(BODY + 1))).await;
        assert!(large.starts_with("HTTP/1.1 413"), "{large}");
        assert!(!server.is_finished());
    }
}
