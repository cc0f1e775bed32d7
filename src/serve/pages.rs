//! Pages and files of the site.

use axum::{
    body::Body,
    extract::{OriginalUri, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use regex::Regex;
use std::sync::{Arc, LazyLock};
use tower_http::services::ServeFile;

use super::{App, OWN, guard::decoded};
use crate::{preview::Answer, render::escape};

/// A page, with what makes it a preview.
pub(super) async fn page(State(app): State<Arc<App>>, OriginalUri(uri): OriginalUri, request: Request) -> Response {
    let Some(path) = decoded(uri.path()) else { return StatusCode::BAD_REQUEST.into_response() };
    let shown = is_shown(request.headers());
    let with = |html: String, version: &str| if shown { with_preview(&html, &path, version, &app) } else { html };
    match app.get(path.clone()).await {
        Answer::Page { html, version, found } => {
            let status = if found { StatusCode::OK } else { StatusCode::NOT_FOUND };
            (status, [OPENED_ALONE], Html(with(html, &version))).into_response()
        }
        Answer::Nothing => {
            (StatusCode::INTERNAL_SERVER_ERROR, [OPENED_ALONE], Html(with(NOTHING.to_owned(), ""))).into_response()
        }
        Answer::Made(bytes, name) => ([(header::CONTENT_TYPE, content_type(&name))], bytes).into_response(),
        Answer::Moved(to) => match HeaderValue::from_str(&to) {
            Ok(to) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        },
        Answer::File(file) => {
            let kind = content_type(&file.to_string_lossy());
            let Ok(mut response) = ServeFile::new(file).try_call(request).await else {
                return StatusCode::NOT_FOUND.into_response();
            };
            if response.headers().contains_key(header::CONTENT_TYPE)
                && let Ok(kind) = HeaderValue::from_str(&kind)
            {
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            // It may be kept, and has to be asked for again.
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            response.map(Body::new).into_response()
        }
    }
}

/// A page that opens another one cannot look into it, though both are of this server: the token is there for a moment.
const OPENED_ALONE: (HeaderName, &str) =
    (HeaderName::from_static("cross-origin-opener-policy"), "noopener-allow-popups");

/// Whether a browser asks for a page to show it to a person, and not for a script or a frame of another page, which could read the token
/// in it. Browsers say so, and scripts cannot say otherwise (Fetch Metadata, W3C; forbidden request headers of the Fetch Standard).
fn is_shown(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_none_or(|destination| destination == "document")
}

/// Nothing is at an address of the preview's own.
pub(super) async fn none() -> StatusCode {
    StatusCode::NOT_FOUND
}

pub(super) async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        concat!(include_str!("terminal.js"), include_str!("deciding.js"), include_str!("preview.js")),
    )
}

pub(super) async fn chips() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("chips.css"))
}

pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("preview.css"))
}

/// xterm.js, which draws terminals: only pages with an open machine ask for it.
pub(super) async fn terminal_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("xterm/xterm.mjs"))
}

/// On what terms it may be passed on.
pub(super) async fn terminal_licence() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], include_str!("xterm/LICENSE"))
}

pub(super) async fn terminal_style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("xterm/xterm.css"))
}

/// Shown while there is no site to show.
const NOTHING: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>guidepost</title></head>\n<body></body>\n</html>\n";

/// Adds the preview's script to a page, in front of all others: it takes the tokens away before any script of the site's runs.
fn with_preview(html: &str, page: &str, version: &str, app: &App) -> String {
    let script = format!(
        "<script src=\"{OWN}preview.js\" data-page=\"{}\" data-version=\"{version}\" data-token=\"{}\" data-hears=\"{}\"></script>\n",
        escape(page),
        app.token,
        app.hears,
    );
    let at = first_in_head(html);
    format!("{}{script}{}", &html[..at], &html[at..])
}

/// Where a script is the first of a page's: behind the tag of its head, if nothing but the tags before it is there.
fn first_in_head(html: &str) -> usize {
    static START: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?is)^\s*(?:<!doctype[^>]*>)?\s*(?:<html\b[^>]*>)?\s*(?:<head\b[^>]*>)?").expect("a pattern")
    });
    START.find(html).map_or(0, |start| start.end())
}

/// The media type of a file by its name.
fn content_type(name: &str) -> String {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let is_text = kind.type_() == "text" || matches!(kind.subtype().as_str(), "json" | "javascript" | "xml");
    let is_text = is_text || kind.suffix().is_some_and(|suffix| suffix == "xml" || suffix == "json");
    if is_text { format!("{}; charset=utf-8", kind.essence_str()) } else { kind.essence_str().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        for (name, kind) in [
            ("a.css", "text/css; charset=utf-8"),
            ("a.md", "text/markdown; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.mp4", "video/mp4"),
            ("a.PNG", "image/png"),
            ("Makefile", "application/octet-stream"),
        ] {
            assert_eq!(content_type(name), kind, "{name}");
        }
    }

    #[test]
    fn the_script_comes_first() {
        for (html, at) in [
            ("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"></head>", "<meta"),
            ("<!DOCTYPE html><html><head class=\"a>\">b</head>", "\">b"),
            ("<script>x</script><head></head>", "<script>x"),
            ("<!doctype html>\n<p>text", "<p>"),
            ("", ""),
        ] {
            assert_eq!(&html[first_in_head(html)..][..at.len()], at, "{html}");
        }
    }

    #[test]
    fn the_token_is_for_who_looks() {
        for (destination, shown) in
            [(None, true), (Some("document"), true), (Some("empty"), false), (Some("iframe"), false)]
        {
            let mut headers = HeaderMap::new();
            headers.extend(
                destination.map(|destination| {
                    (HeaderName::from_static("sec-fetch-dest"), HeaderValue::from_static(destination))
                }),
            );
            assert_eq!(is_shown(&headers), shown, "{destination:?}");
        }
    }
}
