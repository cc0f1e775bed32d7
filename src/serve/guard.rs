//! What is refused before anything is looked at.
//!
//! | asked by | refused because |
//! | --- | --- |
//! | a page of another site, through a name that leads to this machine (DNS rebinding) | `Host` is none of the server's names |
//! | a page of another site | `Origin` or `Sec-Fetch-Site` says so, on everything but plain pages |
//! | anybody who has not read a page of this server | no token, on events and on everything that runs or writes |
//! | a script of the site itself, that wants to be a service worker | it would read every page, and so the token |
//! | a client with a path that means to leave the site | `..`, NUL or backslash in the decoded path; and paths are looked up, never joined to a folder |

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use std::sync::Arc;

use super::{App, OWN};

/// The header that brings the token back; a stream of events, which cannot have headers, has another one in its query.
const TOKEN: HeaderName = HeaderName::from_static("x-guidepost-token");

/// Lets a request pass, or says why not.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match refused(&app, &request) {
        Some((status, why)) => (status, format!("{why}\n")).into_response(),
        None => {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
            headers.insert(header::X_FRAME_OPTIONS, header::HeaderValue::from_static("SAMEORIGIN"));
            headers.insert(header::REFERRER_POLICY, header::HeaderValue::from_static("same-origin"));
            headers.entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
            response
        }
    }
}

fn refused(app: &App, request: &Request) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    let mut hosts = headers.get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
    let host = request.uri().authority().map(|authority| authority.as_str());
    let named = match (host, hosts.next(), hosts.next()) {
        (_, _, Some(_)) | (None, None, None) => false,
        (host, header, None) => host.is_none_or(|host| app.names.has(host)) && header.is_none_or(|h| app.names.has(h)),
    };
    if !named {
        return Some((
            StatusCode::MISDIRECTED_REQUEST,
            "this server is called by another name: see where it said it is",
        ));
    }
    if headers.contains_key("service-worker") {
        return Some((
            StatusCode::FORBIDDEN,
            "a preview has no service workers: one would read the pages of all others",
        ));
    }
    if decoded(request.uri().path()).is_none() {
        return Some((StatusCode::BAD_REQUEST, "this path is none"));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path().strip_prefix(OWN);
    let guarded = !reads || path == Some("events");
    if !guarded {
        return None;
    }
    if foreign(app, headers) {
        return Some((StatusCode::FORBIDDEN, "pages of other sites may not ask this"));
    }
    if reads || path.is_some() {
        let query = request.uri().query().unwrap_or_default();
        let in_query = || query.split('&').find_map(|part| part.strip_prefix("token="));
        let in_header = || headers.get(TOKEN).and_then(|token| token.to_str().ok());
        let (given, wanted) = if reads { (in_query(), &app.hears) } else { (in_header(), &app.token) };
        // By hashes, so that the time it takes says nothing about the token.
        if blake3::hash(given.unwrap_or_default().as_bytes()) != blake3::hash(wanted.as_bytes()) {
            return Some((StatusCode::FORBIDDEN, "this wants the token of a page of this server: reload the page"));
        }
        return None;
    }
    Some((StatusCode::METHOD_NOT_ALLOWED, "pages can only be read"))
}

/// Whether a page of another site asks.
fn foreign(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?").to_owned());
    let origin = text(header::ORIGIN);
    let fetch_site = text(HeaderName::from_static("sec-fetch-site"));
    origin.is_some_and(|origin| !app.names.has_origin(&origin))
        || fetch_site.is_some_and(|site| site != "same-origin" && site != "none")
}

/// A path as text; `None` if it is none that a page or a file could have.
pub(super) fn decoded(path: &str) -> Option<String> {
    let is_byte = |rest: &str| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let text = percent_decode_str(path).decode_utf8().ok().filter(|_| path.split('%').skip(1).all(is_byte))?;
    let climbs = text.split('/').any(|part| part == ".." || part == ".");
    let odd = text.chars().any(|c| c.is_control() || c == '\\');
    (text.starts_with('/') && !climbs && !odd).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn paths() {
        for (path, expected) in [
            ("/", Some("/")),
            ("/a%20b/%C3%A9.png", Some("/a b/é.png")),
            ("/a..b/...", Some("/a..b/...")),
            ("/%252e%252e/x", Some("/%2e%2e/x")),
            ("/../etc/passwd", None),
            ("/a/..", None),
            ("/%2e%2e/etc/passwd", None),
            ("/.%2E/x", None),
            ("/..%2fx", None),
            ("/a%2f..%2fx", None),
            ("/a%00.png", None),
            ("/..\\x", None),
            ("/a%5cb", None),
            ("/a%0d%0ab", None),
            ("/%c0%ae%c0%ae/x", None),
            ("/a%", None),
            ("/a%2", None),
            ("/a%+1", None),
            ("a", None),
        ] {
            assert_eq!(decoded(path).as_deref(), expected, "{path}");
        }
    }
}
