//! `guidepost serve`, through its sockets: what it shows, what it tells, and whom it refuses.

use crate::support;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A server on a free port; interrupted when it is dropped.
struct Server {
    child: Child,
    port: u16,
    token: String,
    /// The token of who only hears.
    hears: String,
}

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

impl Server {
    fn start(site: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_guidepost"))
            .args(["serve", "--site"])
            .arg(site)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says something");
        let port = line.trim().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        let mut server = Self {
            child,
            port: port.unwrap_or_else(|| panic!("an address: {line}")),
            token: String::new(),
            hears: String::new(),
        };
        let home = server.get("/docs/");
        let of = |name: &str| {
            let value = home.split(&format!("data-{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
            value.unwrap_or_else(|| panic!("a page has the token: {home}")).to_owned()
        };
        (server.token, server.hears) = (of("token"), of("hears"));
        server
    }

    /// Sends bytes, and gives all that comes back before the connection is closed.
    fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn request(&self, line: &str, headers: &str, body: &str) -> String {
        let port = self.port;
        let length = body.len();
        let host = if headers.starts_with("Host:") { String::new() } else { format!("Host: localhost:{port}\r\n") };
        self.raw(&format!(
            "{line} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    fn get(&self, path: &str) -> String {
        self.request(&format!("GET {path}"), "", "")
    }

    /// Events of a page as the browser has it, read until `enough`.
    fn events(&self, page: &str, mut enough: impl FnMut(&str) -> bool) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let html = self.get(page);
        let version = html.split("data-version=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let (port, token) = (self.port, &self.hears);
        write!(
            stream,
            "GET /_guidepost/events?page={page}&version={version}&token={token} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
        )
        .expect("sent");
        let (mut all, mut buffer) = (String::new(), [0; 4096]);
        while !enough(&all) {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => panic!("the stream has ended: {all}"),
                Ok(length) => all.push_str(&String::from_utf8_lossy(&buffer[..length])),
            }
        }
        all
    }

    fn interrupt(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.interrupt();
        }
    }
}

fn status(response: &str) -> u16 {
    response.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let write = |path: &str, text: &str| {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, text).expect("written");
    };
    write("guidepost.yaml", "title: Site\nbase_url: https://example.org/docs/\n");
    write("content/_index.md", "---\ntitle: Home\n---\n\nHello.\n");
    write(
        "content/guides/a/index.md",
        "---\ntitle: A\naliases: [/old/]\n---\n\n```command\necho a\n```\n\n[b](../b/)\n",
    );
    write("content/guides/a/film.mp4", "0123456789");
    write("content/guides/b.md", "---\ntitle: B\ntags: [t]\n---\n\nText.\n");
    write("static/plain.txt", "plain\n");
    write("secret", "SECRET\n");
    folder
}

#[test]
fn everything_of_a_site_is_there() {
    let folder = site();
    let server = Server::start(folder.path(), &["--port", "0"]);
    for (path, code, kind, part) in [
        ("/", 307, "", "location: /docs/"),
        ("/docs", 307, "", "location: /docs/"),
        ("/docs/", 200, "text/html; charset=utf-8", "<h1>Home"),
        ("/docs/index.html", 200, "text/html; charset=utf-8", "<h1>Home"),
        ("/docs/guides/", 200, "text/html; charset=utf-8", "/docs/guides/b/"),
        ("/docs/guides/a/", 200, "text/html; charset=utf-8", "data-guidepost-lines=\"6-8\""),
        ("/docs/guides/a", 307, "", "location: /docs/guides/a/"),
        ("/docs/old/", 307, "", "location: /docs/guides/a/"),
        ("/docs/tags/t/", 200, "text/html; charset=utf-8", "/docs/guides/b/"),
        ("/docs/guides/a/film.mp4", 200, "video/mp4", "0123456789"),
        ("/docs/guides/a/index.md", 200, "text/markdown; charset=utf-8", "echo a"),
        ("/docs/plain.txt", 200, "text/plain; charset=utf-8", "plain"),
        ("/docs/atom.xml", 200, "text/xml; charset=utf-8", "<feed"),
        ("/docs/sitemap.xml", 200, "text/xml; charset=utf-8", "<urlset"),
        ("/docs/robots.txt", 200, "text/plain; charset=utf-8", "Sitemap"),
        ("/docs/search/meta.json", 200, "application/json; charset=utf-8", "\"pages\":4"),
        ("/_guidepost/preview.js", 200, "text/javascript; charset=utf-8", "EventSource"),
        ("/_guidepost/xterm.mjs", 200, "text/javascript; charset=utf-8", "The xterm.js authors"),
        ("/_guidepost/xterm.css", 200, "text/css; charset=utf-8", ".xterm"),
        ("/_guidepost/xterm-licence.txt", 200, "text/plain; charset=utf-8", "Permission is hereby granted"),
        ("/docs/nowhere/", 404, "text/html; charset=utf-8", "Page not found"),
        ("/elsewhere/", 404, "text/html; charset=utf-8", "Page not found"),
        ("/_guidepost/nothing", 404, "", ""),
    ] {
        let response = server.get(path);
        assert_eq!(status(&response), code, "{path}: {response}");
        assert!(response.contains(part), "{path}: {part}: {response}");
        assert!(kind.is_empty() || response.contains(&format!("content-type: {kind}\r\n")), "{path}: {response}");
    }
    // Of the theme, under the name that pages have for it.
    let home = server.get("/docs/");
    let style = home.split("href=\"").find(|rest| rest.contains(".css\"")).and_then(|rest| rest.split('"').next());
    let style = server.get(style.expect("a style sheet"));
    assert!(status(&style) == 200 && style.contains("text/css"), "{style}");
    let part = server.request("GET /docs/guides/a/film.mp4", "Range: bytes=2-4\r\n", "");
    assert!(status(&part) == 206 && part.ends_with("\r\n\r\n234"), "{part}");
    let beyond = server.request("GET /docs/guides/a/film.mp4", "Range: bytes=20-30\r\n", "");
    assert_eq!(status(&beyond), 416, "{beyond}");
}

/// What the preview draws terminals with has no WebAssembly, and no built site has it.
#[test]
fn the_terminal_is_the_previews_alone() {
    let folder = site();
    let server = Server::start(folder.path(), &["--port", "0"]);
    let script = server.get("/_guidepost/xterm.mjs");
    assert!(!script.contains("WebAssembly") && !script.contains("sourceMappingURL"));
    assert!(!server.get("/docs/guides/a/").contains("xterm"), "a page asks for it when a machine is open");
    assert_eq!(support::run_in(folder.path(), &["build"]).status, 0);
    let files = support::tree(&folder.path().join("public"));
    assert!(files.len() > 10, "the site is there");
    for (path, bytes) in files {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("xterm") && !text.contains("_guidepost"), "{}", path.display());
    }
}

#[test]
fn nothing_leaves_the_site() {
    let folder = site();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("static/link")).expect("a link");
    let server = Server::start(folder.path(), &["--port", "0"]);
    // What was a file when the site was read is a link by now.
    fs::remove_file(folder.path().join("static/plain.txt")).expect("removed");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("static/plain.txt")).expect("a link");
    for path in [
        "/../secret",
        "/docs/../secret",
        "/docs/../../secret",
        "/%2e%2e/secret",
        "/docs/%2e%2e/secret",
        "/docs/.%2e/secret",
        "/docs/..%2fsecret",
        "/docs/%2e%2e%2fsecret",
        "/docs/%252e%252e/secret",
        "/docs/..%5csecret",
        "/docs/..\\secret",
        "/docs/plain.txt%00.html",
        "/docs/%c0%ae%c0%ae/secret",
        "/docs/....//secret",
        "/docs//etc/passwd",
        "//etc/passwd",
        "/docs/file:///etc/passwd",
        "/docs/link",
        "/docs/secret",
        "/docs/guidepost.yaml",
        "/docs/content/guides/b.md",
        "/docs/.guidepost/pages",
        "/_guidepost/../secret",
        "/_guidepost/%2e%2e/secret",
    ] {
        let response = server.get(path);
        assert!([400, 404].contains(&status(&response)), "{path}: {response}");
        assert!(!response.contains("SECRET") && !response.contains("root:"), "{path}: {response}");
    }
    let inside = server.get("/docs/plain.txt");
    assert!(!inside.contains("root:"), "{inside}");
    for request in [
        "GET secret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET\r\n\r\n",
        "\0\0\0\r\n\r\n",
        "GET /docs/ HTTP/1.1\r\nConnection: close\r\n\r\n",
    ] {
        let response = server.raw(request);
        assert!(response.is_empty() || status(&response) >= 400, "{request:?}: {response}");
    }
    assert_eq!(status(&server.get("/docs/")), 200, "it is still there");
}

#[test]
fn others_are_refused() {
    let folder = site();
    let server = Server::start(folder.path(), &["--port", "0"]);
    let (port, token) = (server.port, &server.token);
    let guide = r#"{"guide": "content/guides/a/index.md"}"#;
    let good = format!("Content-Type: application/json\r\nX-Guidepost-Token: {token}\r\n");
    let own = format!("Origin: http://localhost:{port}\r\n");

    // Names that lead here and are not ours: DNS rebinding.
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        &format!("localhost.evil.example:{port}"),
        "localhost",
        "localhost:1",
        "",
    ] {
        for line in ["GET /docs/", "GET /_guidepost/preview.js", "POST /_guidepost/run"] {
            let response = server.request(line, &format!("Host: {host}\r\n{good}"), guide);
            assert!([400, 421].contains(&status(&response)), "{host} {line}: {response}");
            assert!(!response.contains(token.as_str()), "{host}: the token is told");
        }
    }
    let two = server.request("GET /docs/", &format!("Host: localhost:{port}\r\nHost: evil.example\r\n"), "");
    assert!([400, 421].contains(&status(&two)), "{two}");
    let absolute = server.request("GET http://evil.example/docs/", &format!("Host: localhost:{port}\r\n"), "");
    assert_eq!(status(&absolute), 421, "{absolute}");

    // Pages of other sites, and whoever has no token.
    let posts = ["run", "stop", "accept", "write", "anew", "retry", "keys", "take", "say", "decide", "back"];
    let posts = posts.map(|what| format!("POST /_guidepost/{what}"));
    let posts = posts.iter().map(String::as_str);
    // One token in sixteen ends with the digit that is to be wrong.
    let wrong = if token.ends_with('0') { '1' } else { '0' };
    for line in posts {
        for headers in [
            String::new(),
            own.clone(),
            format!("{own}X-Guidepost-Token: \r\n"),
            format!("{own}X-Guidepost-Token: {}\r\n", server.hears),
            format!("{own}X-Guidepost-Token: {}{wrong}\r\n", &token[..token.len() - 1]),
            format!("{good}Origin: http://evil.example\r\n"),
            format!("{good}Origin: https://localhost:{port}\r\n"),
            format!("{good}Origin: http://localhost:{}\r\n", port.wrapping_add(1)),
            format!("{good}Origin: null\r\n"),
            format!("{good}Sec-Fetch-Site: cross-site\r\n"),
            format!("{good}Sec-Fetch-Site: same-site\r\n"),
        ] {
            let response = server.request(line, &headers, guide);
            assert_eq!(status(&response), 403, "{line} {headers}: {response}");
        }
        // The token in the address counts for the stream of events only.
        let response = server.request(&format!("{line}?token={token}"), &own, guide);
        assert_eq!(status(&response), 403, "{line}: {response}");
    }
    let events = format!("GET /_guidepost/events?page=/docs/&version=x&token={}", server.hears);
    for (line, headers) in [
        ("GET /_guidepost/events?page=/docs/&version=x", ""),
        ("GET /_guidepost/events?page=/docs/&version=x&token=0", ""),
        (&events, "Origin: http://evil.example\r\n"),
        (&events, "Origin: null\r\n"),
        (&events, "Sec-Fetch-Site: cross-site\r\n"),
    ] {
        let response = server.request(line, headers, "");
        assert_eq!(status(&response), 403, "{line} {headers}: {response}");
    }
    for line in ["POST /docs/", "PUT /docs/plain.txt", "DELETE /docs/plain.txt", "OPTIONS /_guidepost/run"] {
        let response = server.request(line, &good, "x");
        assert!([403, 405].contains(&status(&response)), "{line}: {response}");
        assert!(!response.to_ascii_lowercase().contains("access-control-allow"), "{response}");
    }
    // And one who may ask is heard: the request is refused for what it says.
    for (line, body, code) in [
        ("POST /_guidepost/run", "{}", 400),
        ("POST /_guidepost/accept", "[]", 400),
        ("POST /_guidepost/accept", r#"{"guide": "../../etc/passwd", "machine": "m", "step": 1}"#, 409),
        ("POST /_guidepost/keys", r#"{"key": "ls"}"#, 400),
        ("POST /_guidepost/keys", r#"{"keys": "ls", "paste": "ls"}"#, 400),
        ("POST /_guidepost/keys", &format!(r#"{{"keys": "{}"}}"#, "a".repeat(20_000)), 413),
        ("POST /_guidepost/keys", r#"{"keys": "ls\r"}"#, 409),
        ("POST /_guidepost/say", "{}", 400),
        ("POST /_guidepost/say", r#"{"offer": 0}"#, 409),
        ("POST /_guidepost/take", "{}", 400),
        ("POST /_guidepost/take", r#"{"number": 1}"#, 409),
        ("POST /_guidepost/stop", "", 202),
    ] {
        let response = server.request(line, &format!("{good}{own}"), body);
        assert_eq!(status(&response), code, "{line}: {response}");
    }
}

#[test]
fn changes_are_told() {
    let folder = site();
    let server = Server::start(folder.path(), &["--port", "0"]);
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("written");
    let page = "/docs/guides/b/";
    let begun = |all: &str| all.contains("event: problems");

    // A mistake, with its line.
    let mut written = false;
    let events = server.events(page, |all| {
        if begun(all) && !written {
            write("content/guides/b.md", "---\ntitle: B\n---\n\n{{< notte >}}x{{< /notte >}}\n");
            written = true;
        }
        all.contains("unknown-shortcode") && all.contains("event: reload")
    });
    assert!(events.contains("\"line\":5"), "{events}");
    assert_eq!(status(&server.get(page)), 200, "a broken guide is shown");

    // Mended: no problem is left.
    let mut written = false;
    let events = server.events(page, |all| {
        if begun(all) && !written {
            write("content/guides/b.md", "---\ntitle: B\n---\n\nMended.\n");
            written = true;
        }
        all.rsplit("event: state").next().is_some_and(|last| last.contains("\"problems\":[]"))
            && written
            && server.get(page).contains("Mended.")
    });
    assert!(events.contains("event: reload"), "{events}");

    // A style sheet of the theme takes the place of the other without a reload.
    fs::create_dir_all(folder.path().join("themes/default/static")).expect("made");
    let server = Server::start(folder.path(), &["--port", "0"]);
    let mut written = false;
    let events = server.events(page, |all| {
        if begun(all) && !written {
            write("themes/default/static/style.css", "body { color: teal; }\n");
            written = true;
        }
        all.contains("event: styles")
    });
    let styles = events.split("event: styles").nth(1).unwrap_or_default();
    assert!(styles.contains("/docs/assets/style."), "{events}");

    // New, renamed and deleted files, templates, shortcodes and the configuration.
    let until = |what: &str, is_there: &dyn Fn() -> bool| {
        let begin = std::time::Instant::now();
        while !is_there() {
            assert!(begin.elapsed() < PATIENCE, "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let found = |path: &str| status(&server.get(path)) == 200;
    // The whole folder is replaced at once, as when a branch is switched.
    fs::rename(folder.path().join("content"), folder.path().join("away")).expect("renamed");
    fs::create_dir_all(folder.path().join("content/guides")).expect("made");
    write("content/_index.md", "---\ntitle: Home\n---\n\nHello.\n");
    write("content/guides/b.md", "---\ntitle: B\n---\n\nText.\n");
    std::thread::sleep(Duration::from_millis(300));
    write("content/guides/b.md", "---\ntitle: B\n---\n\nReplaced.\n");
    until("a replaced folder", &|| server.get(page).contains("Replaced."));
    write("content/guides/new.md", "---\ntitle: New\n---\n\nNew.\n");
    until("a new page", &|| found("/docs/guides/new/") && server.get("/docs/guides/").contains("/docs/guides/new/"));
    fs::rename(folder.path().join("content/guides/new.md"), folder.path().join("content/guides/newer.md"))
        .expect("renamed");
    until("a renamed page", &|| found("/docs/guides/newer/") && !found("/docs/guides/new/"));
    fs::create_dir(folder.path().join("content/guides/c")).expect("made");
    write("content/guides/c/index.md", "---\ntitle: C\n---\n\nC.\n");
    until("a page in a new folder", &|| found("/docs/guides/c/"));
    fs::remove_dir_all(folder.path().join("content/guides/c")).expect("removed");
    until("a deleted folder", &|| !found("/docs/guides/c/"));
    // A folder that was not there when the server started.
    write("content/guides/newer.md", "---\ntitle: New\n---\n\nNew.\n");
    fs::create_dir(folder.path().join("data")).expect("made");
    std::thread::sleep(Duration::from_millis(200));
    fs::create_dir_all(folder.path().join("themes/default/templates/parts")).expect("made");
    write("data/words.yaml", "word: first\n");
    write(
        "themes/default/templates/parts/footer.html",
        "<footer>{% set d = load_data(path=\"data/words.yaml\") %}{{ d.word }}</footer>\n",
    );
    until("a template that reads data", &|| server.get("/docs/").contains("<footer>first"));
    write("data/words.yaml", "word: second\n");
    until("changed data", &|| server.get("/docs/").contains("<footer>second"));
    fs::create_dir_all(folder.path().join("themes/default/shortcodes")).expect("made");
    write("themes/default/shortcodes/shout.html", "<b class=\"shout\">{{ args.text }}</b>\n");
    write("content/guides/newer.md", "---\ntitle: New\n---\n\n{{< shout text=\"hey\" >}}\n");
    until("a shortcode", &|| server.get("/docs/guides/newer/").contains("<b class=\"shout\">hey</b>"));
    write("themes/default/shortcodes/shout.html", "<i class=\"shout\">{{ args.text }}</i>\n");
    until("a changed shortcode", &|| server.get("/docs/guides/newer/").contains("<i class=\"shout\">hey</i>"));
    // What pages include may lie anywhere in the site.
    fs::create_dir_all(folder.path().join("examples/deep")).expect("made");
    write("examples/deep/app.py", "shown = 'at first'\n");
    write("content/guides/newer.md", "---\ntitle: New\n---\n\n{{< include \"/examples/deep/app.py\" >}}\n");
    until("an included file", &|| server.get("/docs/guides/newer/").contains("at first"));
    write("examples/deep/app.py", "shown = 'at last'\n");
    until("a changed included file", &|| server.get("/docs/guides/newer/").contains("at last"));
    // So may what the configuration names.
    write("examples/deep/head.html", "<meta name=\"own\" content=\"first\">\n");
    write(
        "guidepost.yaml",
        "title: A\nbase_url: https://example.org/docs/\nlook: { head: ./examples/deep/head.html }\n",
    );
    until("a snippet", &|| server.get("/docs/").contains("content=\"first\""));
    write("examples/deep/head.html", "<meta name=\"own\" content=\"second\">\n");
    until("a changed snippet", &|| server.get("/docs/").contains("content=\"second\""));
    write("guidepost.yaml", "title: Another\nbase_url: https://example.org/docs/\n");
    until("the configuration", &|| server.get("/docs/").contains("Another"));
    write("guidepost.yaml", "titel: Another\n");
    until("a broken configuration", &|| status(&server.get("/docs/")) == 500);
    let events = server.events("/docs/", |all| all.contains("titel"));
    assert!(events.contains("guidepost.yaml"), "{events}");
    write("guidepost.yaml", "title: Mended\nbase_url: https://example.org/docs/\n");
    until("the configuration is mended", &|| server.get("/docs/").contains("Mended"));
}

#[test]
fn a_port_that_is_taken_is_said() {
    let folder = site();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let mut server = Server::start(folder.path(), &["--port", &port.to_string()]);
    assert!(server.port > port && server.port - port < 50, "{} and {port}", server.port);
    let begin = std::time::Instant::now();
    assert_eq!(server.interrupt(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(20), "it ends");
    drop(taken);
    let ran = support::run_in(folder.path(), &["serve", "--site", "nowhere"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    let ran = support::run_in(folder.path(), &["serve", "--report", "nowhere"]);
    assert_eq!(ran.status, 2, "{ran:?}");
}

/// A site with one guide in a folder and one that is a file alone.
fn undecided() -> tempfile::TempDir {
    let folder = site();
    let guide = "---\ntitle: A\n---\n\n## One\n\n```bash\necho a\n```\n\n```\nsome text\n```\n\n    echo c\n";
    fs::write(folder.path().join("content/guides/a/index.md"), guide).expect("written");
    fs::write(folder.path().join("content/guides/b.md"), guide).expect("written");
    folder
}

/// What a page tells of its blocks.
fn blocks(server: &Server, page: &str) -> serde_json::Value {
    let events = server.events(page, |all| {
        all.contains("event: state") && all.split("event: state").last().is_some_and(|rest| rest.contains("\n\n"))
    });
    let data = events.split("event: state\ndata: ").nth(1).and_then(|rest| rest.lines().next()).expect("a state");
    serde_json::from_str(data).expect("JSON")
}

/// The roles of a page's blocks, a `!` behind those that the author says.
fn roles(state: &serde_json::Value) -> Vec<String> {
    let one = |block: &serde_json::Value| {
        format!("{}{}", block["role"].as_str().unwrap_or_default(), if block["said"] == true { "!" } else { "" })
    };
    state["blocks"].as_array().expect("blocks").iter().map(one).collect()
}

impl Server {
    fn post(&self, what: &str, body: &serde_json::Value) -> (u16, String) {
        let headers = format!("X-Guidepost-Token: {}\r\nContent-Type: application/json\r\n", self.token);
        let response = self.request(&format!("POST /_guidepost/{what}"), &headers, &body.to_string());
        (status(&response), response.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned())
    }
}

/// A choice for a block of a state.
fn choice(state: &serde_json::Value, index: usize, role: &str, place: &str) -> serde_json::Value {
    let block = &state["blocks"][index];
    serde_json::json!({
        "guide": state["guide"], "path": block["path"], "line": block["line"], "id": block["id"], "role": role, "place": place,
    })
}

#[test]
fn what_an_author_decides_is_written_and_taken_back() {
    let folder = undecided();
    let server = Server::start(folder.path(), &["--port", "0"]);
    let sidecar = folder.path().join("content/guides/a/verify.yaml");
    let page = folder.path().join("content/guides/a/index.md");
    let read = |file: &Path| fs::read_to_string(file).expect("there");
    let before = read(&page);
    let look = || blocks(&server, "/docs/guides/a/");
    let state = look();
    assert_eq!(roles(&state), ["command", "listing", "command"]);
    assert_eq!(state["places"]["sidecar"], "content/guides/a/verify.yaml");

    // Into a sidecar that is not there yet.
    assert_eq!(server.post("decide", &choice(&state, 1, "output", "sidecar")).0, 204);
    assert!(read(&sidecar).ends_with("steps:\n  - contains: some text\n    role: output\n"), "{}", read(&sidecar));
    assert_eq!(roles(&look()), ["command", "output!", "command"]);
    // The same entry says another thing, and where it is saved.
    let mut saved = choice(&state, 1, "file", "sidecar");
    saved["file"] = "/etc/a b.conf".into();
    assert_eq!(server.post("decide", &saved).0, 204);
    assert!(
        read(&sidecar).ends_with("steps:\n  - contains: some text\n    role: file\n    path: /etc/a b.conf\n"),
        "{}",
        read(&sidecar)
    );
    assert_eq!(look()["blocks"][1]["file"], "/etc/a b.conf");
    // What is said already is not written again.
    let kept = read(&sidecar);
    assert_eq!(server.post("decide", &saved).0, 204);
    assert_eq!(read(&sidecar), kept);
    // Into the page.
    assert_eq!(server.post("decide", &choice(&state, 0, "elsewhere", "page")).0, 204);
    assert_eq!(read(&page), before.replace("```bash", "```bash {role=elsewhere}"));
    let state = look();
    assert_eq!(roles(&state), ["elsewhere!", "file!", "command"]);
    assert_eq!(server.post("decide", &choice(&state, 2, "listing", "page")).0, 204);
    assert!(read(&page).contains("\n<!-- verify: role=listing -->\n    echo c\n"), "{}", read(&page));

    // Taken back, one after the other, until nothing is left.
    let back = || server.post("back", &serde_json::json!({ "guide": "content/guides/a/index.md" }));
    assert_eq!(look()["places"]["back"], true);
    for _ in 0..2 {
        assert_eq!(back().0, 204);
    }
    assert_eq!(read(&page), before);
    assert_eq!(back().0, 204);
    assert!(read(&sidecar).contains("role: output"));
    assert_eq!(back().0, 204);
    assert!(!sidecar.exists(), "it was not there");
    assert_eq!(back().0, 409);
    assert_eq!(roles(&look()), ["command", "listing", "command"]);
}

#[test]
fn a_decision_loses_nothing_and_is_told_why_it_cannot_be_written() {
    let folder = undecided();
    let sidecar = folder.path().join("content/guides/a/verify.yaml");
    let text = "# Mine.\nmachine: debian   # the first\n\nsteps:\n- contains: echo a # one\n  exit: 0\n\n# The end.\n";
    fs::write(&sidecar, text).expect("written");
    let server = Server::start(folder.path(), &["--port", "0"]);
    let state = blocks(&server, "/docs/guides/a/");
    // The block has an entry; another one is added behind it.
    assert_eq!(server.post("decide", &choice(&state, 0, "alternative", "sidecar")).0, 204);
    assert_eq!(server.post("decide", &choice(&state, 1, "elsewhere", "sidecar")).0, 204);
    let expected =
        text.replace("  exit: 0\n", "  exit: 0\n  role: alternative\n- contains: some text\n  role: elsewhere\n");
    assert_eq!(fs::read_to_string(&sidecar).expect("there"), expected);

    // Somebody writes the file in between: what was decided before cannot be taken back over it.
    fs::write(&sidecar, format!("{expected}# more\n")).expect("written");
    let (status, why) = server.post("back", &serde_json::json!({ "guide": "content/guides/a/index.md" }));
    assert_eq!(
        (status, why.as_str()),
        (409, "content/guides/a/verify.yaml has changed meanwhile, so it is not written")
    );
    for (broken, told) in [
        ("steps: [\n", "content/guides/a/verify.yaml:"),
        (
            "steps: &all [{contains: echo a, exit: 0}]\n",
            "is written so that guidepost does not change it: add `- line: 11`",
        ),
    ] {
        fs::write(&sidecar, broken).expect("written");
        let (status, why) = server.post("decide", &choice(&state, 1, "output", "sidecar"));
        assert_eq!(status, 409, "{why}");
        assert!(why.contains(told), "{why}");
        assert_eq!(fs::read_to_string(&sidecar).expect("there"), broken);
    }
    fs::remove_file(&sidecar).expect("removed");

    let wrong = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut asked = choice(&state, 1, "output", "sidecar");
        change(&mut asked);
        server.post("decide", &asked)
    };
    type Asked<'a> = &'a dyn Fn(&mut serde_json::Value);
    let cases: [(Asked<'_>, u16, &str); 7] = [
        (&|asked| asked["role"] = "outputs".into(), 409, "there is no role `outputs`"),
        (&|asked| asked["line"] = 12.into(), 409, "the page has changed meanwhile: choose again"),
        (&|asked| asked["id"] = "0".into(), 409, "the page has changed meanwhile: choose again"),
        (&|asked| asked["guide"] = "content/guides/c.md".into(), 409, "there is no guide content/guides/c.md"),
        (&|asked| asked["guide"] = "../../etc/passwd".into(), 409, "there is no guide ../../etc/passwd"),
        (&|asked| asked["place"] = "/etc/passwd".into(), 400, "name a guide, a block, its role, and where to say it\n"),
        (
            &|asked| {
                asked["role"] = "file".into();
                asked["file"] = " ".into();
            },
            409,
            "say where the file is saved",
        ),
    ];
    for (change, code, told) in cases {
        assert_eq!(wrong(change), (code, told.to_owned()));
    }
    assert!(!sidecar.exists());

    // A guide that is a file alone has a sidecar of its name.
    let alone = blocks(&server, "/docs/guides/b/");
    assert_eq!(alone["places"]["sidecar"], "content/guides/b.verify.yaml");
    assert_eq!(server.post("decide", &choice(&alone, 1, "output", "page")).0, 204);
    let page = fs::read_to_string(folder.path().join("content/guides/b.md")).expect("there");
    assert!(page.contains("``` {role=output}\nsome text"), "{page}");
}

#[test]
fn only_pages_of_the_server_decide() {
    let folder = undecided();
    let server = Server::start(folder.path(), &["--port", "0"]);
    let asked = choice(&blocks(&server, "/docs/guides/a/"), 1, "output", "sidecar").to_string();
    let token = format!("X-Guidepost-Token: {}\r\n", server.token);
    for what in ["decide", "back"] {
        for headers in [
            String::new(),
            format!("{token}Origin: https://evil.example\r\n"),
            format!("{token}Sec-Fetch-Site: cross-site\r\n"),
        ] {
            let response = server.request(&format!("POST /_guidepost/{what}"), &headers, &asked);
            assert_eq!(status(&response), 403, "{what} {headers}: {response}");
        }
        let response = server.request(&format!("GET /_guidepost/{what}"), &token, "");
        assert_eq!(status(&response), 405, "{response}");
    }
    assert!(!folder.path().join("content/guides/a/verify.yaml").exists());
}
