//! The seed guide, as it stands.

use crate::support::{self, TestSite};

const PAGE: &str = "content/guides/docker-container-communication/index.md";
const BUNDLE: &str = "content/shared/installing-docker-shortguide/index.md";
const PICTURE: &str = "content/guides/docker-container-communication/connect-docker-containers.jpg";

/// The smallest picture: a GIF of one pixel, whatever its name says.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

fn whole(seed: &str) -> TestSite {
    let site = TestSite::new(&[
        (PAGE, seed),
        (
            BUNDLE,
            "---\nheadless: true\n---\n\nInstall Docker from your distribution:\n\n    sudo apt install docker.io\n",
        ),
    ]);
    site.write(PICTURE, PIXEL);
    site
}

/// The part of a page from a heading to the next of its level or above.
fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let start = html.find(&format!("<h3 id=\"{id}\"")).unwrap_or_else(|| panic!("no heading {id}"));
    let rest = &html[start + 4..];
    let end = ["<h3", "<h2"].iter().filter_map(|h| rest.find(h)).min().unwrap_or(rest.len());
    &rest[..end]
}

#[test]
fn it_builds_without_an_error_and_its_procedures_are_lists() {
    let Some(seed) = support::seed() else { return };
    let site = whole(&seed);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
    let html = site.output("guides/docker-container-communication/index.html");
    assert!(html.contains("Install Docker from your distribution"), "the bundle is included");

    let install = section(&html, "install-and-configure-postgresql");
    assert_eq!(install.matches("<ol").count(), 1, "{install}");
    let items: Vec<&str> = install.split("<li>").skip(1).collect();
    assert_eq!(items.len(), 11);
    let with_files: Vec<usize> = (1..=11).filter(|i| items[i - 1].contains("class=\"block file")).collect();
    assert_eq!(with_files, [9, 10].into_iter().filter(|i| with_files.contains(i)).collect::<Vec<_>>());
    assert!(items[9].contains("class=\"block file"), "{}", items[9]);

    let hello = section(&html, "create-a-hello-world-app");
    assert_eq!(hello.matches("<ol").count(), 1, "{hello}");
    assert!(hello.contains("class=\"block file") && hello.contains("class=\"note"), "{hello}");
    let list = &hello[hello.find("<ol").unwrap_or(0)..hello.rfind("</ol>").unwrap_or(0)];
    assert!(list.contains("class=\"block file") && list.contains("class=\"note"), "{list}");

    assert!(html.contains("width=\"1\" height=\"1\""), "the picture's size is known");
    assert!(
        site.output("applications/containers/docker-container-communication/index.html")
            .contains("/guides/docker-container-communication/")
    );
    assert!(html.contains("Understanding Container Communication"), "more information");
    assert!(html.contains("How to Connect Docker Containers"), "title_meta");
}

#[test]
fn without_bundle_and_picture_both_are_named_at_their_lines() {
    let Some(seed) = support::seed() else { return };
    let site = TestSite::new(&[(PAGE, &seed)]);
    let line = |needle: &str| seed.lines().position(|l| l.contains(needle)).expect(needle) + 1;
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout.contains("there is no headless bundle `installing-docker-shortguide` to include"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("this image does not exist: connect-docker-containers.jpg"), "{}", ran.stdout);
    for needle in ["installing-docker-shortguide", "connect-docker-containers.jpg"] {
        assert!(ran.stdout.contains(&format!("{PAGE}:{}:", line(needle))), "{needle}: {}", ran.stdout);
    }
}

#[test]
fn the_page_is_light() {
    let Some(seed) = support::seed() else { return };
    let site = whole(&seed);
    assert_eq!(site.run(&["build"]).status, 0);
    let gzipped = |path: &std::path::Path| {
        let output = std::process::Command::new("gzip").args(["-9", "-c"]).arg(path).output().expect("gzip runs");
        output.stdout.len()
    };
    let public = site.path().join("public");
    let page = gzipped(&public.join("guides/docker-container-communication/index.html"));
    assert!(page <= 12_000, "HTML: {page} bytes");
    let html = site.output("guides/docker-container-communication/index.html");
    // What the page names it loads, but the search when it is opened; all else is for pages that have something of their own.
    let (mut css, mut js, mut others) = (0, 0, 0);
    for entry in std::fs::read_dir(public.join("assets")).expect("assets").filter_map(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let size = gzipped(&path);
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("css") if html.contains(&name) => css += size,
            Some("js") if name.starts_with("search.") => assert!(size <= 8_000, "{name}: {size} bytes"),
            Some("js") if html.contains(&name) => js += size,
            Some("css" | "js") => {
                assert!(size <= 6_500, "{name}: {size} bytes");
                others += 1;
            }
            _ => {}
        }
    }
    assert!(css > 0 && css <= 12_000, "CSS: {css} bytes");
    assert!(js > 0 && js <= 12_000, "JavaScript: {js} bytes");
    assert!(others > 4, "the player, the page of results, diagrams: {others}");
    assert!(!html.contains("/assets/status."));
    for attribute in ["src=\"http", "href=\"//", "src=\"//", "@import", "rel=\"preconnect\""] {
        assert!(!html.contains(attribute), "no request leaves the site: {attribute}");
    }
    assert!(!html.contains("<link rel=\"stylesheet\" href=\"http"));
}
