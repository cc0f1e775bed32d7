//! Images of pages: smaller ones beside them, made once, and opened over the page.

use crate::support::{Ran, TestSite};

const BASE: &str = "title: Test\nbase_url: https://example.org/docs/\n";
const PAGE: &str = "---\ntitle: One\npublished: 2026-01-01\n---\n\nText.\n\n![First](wide.png)\n\n\
[![A link](wide.png)](https://example.org)\n\n<a href=\"/docs/\">![In HTML](wide.png)</a>\n\n\
{{< image src=\"wide.png\" alt=\"A figure\" width=\"400\" caption=\"Below\" >}}\n\n![Small](small.png)\n\n![Drawn](drawn.svg)\n";

/// A picture of many colours, as PNG.
fn png(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519 + seed) >> 24;
        image::Rgb([(noise / 3) as u8 + (x % 170) as u8, (y % 200) as u8, 60])
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::ImageBuffer::from_fn(width, height, pixel).write_to(&mut bytes, image::ImageFormat::Png).expect("written");
    bytes.into_inner()
}

/// A site with these settings, or with the widths that the documentation proposes.
fn site(settings: &str) -> TestSite {
    let settings = if settings.is_empty() { "images: { widths: [480, 800, 1200, 1600] }\n" } else { settings };
    let site = TestSite::new(&[
        ("guidepost.yaml", &format!("{BASE}{settings}")),
        ("content/guides/one/index.md", PAGE),
        ("content/guides/one/drawn.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n"),
        ("content/guides/plain.md", "---\ntitle: Plain\npublished: 2026-01-01\n---\n\nNo image.\n"),
    ]);
    site.write("content/guides/one/wide.png", png(1000, 600, 0));
    site.write("content/guides/one/small.png", include_bytes!("../support/2x3.png"));
    site
}

/// `<img>` with its alternative text, and what stands around it up to the ends of its lines.
fn image<'a>(page: &'a str, alt: &str) -> &'a str {
    let at = page.find(&format!("alt=\"{alt}\"")).unwrap_or_else(|| panic!("no image {alt} in {page}"));
    let start = page[..at].rfind('\n').map_or(0, |i| i + 1);
    &page[start..at + page[at..].find('\n').unwrap_or(page.len() - at)]
}

/// The bytes of a file of the output.
fn read(site: &TestSite, path: &str) -> Vec<u8> {
    std::fs::read(site.path().join("public").join(path)).expect("a file of the output")
}

/// Files below a folder of the output, with their times.
fn kept(site: &TestSite, folder: &str) -> Vec<(String, std::time::SystemTime)> {
    let mut files: Vec<_> = std::fs::read_dir(site.path().join(folder))
        .map(|entries| entries.map(|e| e.expect("a file")).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .map(|e| {
            (e.file_name().to_string_lossy().into_owned(), e.metadata().and_then(|m| m.modified()).expect("a time"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_page_has_its_images_in_several_widths() {
    let site = site("");
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let page = site.output("guides/one/index.html");
    let first = image(&page, "First");
    assert!(first.starts_with("<p><a class=\"zoom\" href=\"/docs/guides/one/wide.png\"><picture><source type=\"image/webp\" srcset=\"/docs/assets/images/wide-480."), "{first}");
    assert!(
        first.contains(".webp 480w, /docs/assets/images/wide-800.")
            && first.contains(".webp 1000w\" sizes=\"(min-width: 792px) 752px, 100vw\">"),
        "{first}"
    );
    assert!(
        first.contains("width=\"1000\" height=\"600\" decoding=\"async\"></picture></a>"),
        "what is seen at once waits: {first}"
    );
    let figure = image(&page, "A figure");
    assert!(figure.contains("width=\"400\" height=\"240\" loading=\"lazy\""), "{figure}");
    assert!(page.contains("sizes=\"auto, (min-width: 440px) 400px, 100vw\""), "{page}");
    for alt in ["A link", "In HTML"] {
        let linked = image(&page, alt);
        assert!(linked.contains("<picture>") && !linked.contains("class=\"zoom\""), "a link in a link: {linked}");
    }
    for alt in ["Small", "Drawn"] {
        let plain = image(&page, alt);
        assert!(!plain.contains("<picture>") && !plain.contains("zoom"), "{plain}");
    }
    assert_eq!(read(&site, "guides/one/wide.png"), png(1000, 600, 0), "the file as it is");
    for name in kept(&site, "public/assets/images") {
        let bytes = read(&site, &format!("assets/images/{}", name.0));
        assert_eq!(&bytes[8..12], b"WEBP", "{name:?}");
    }
    assert_eq!(kept(&site, "public/assets/images").len(), 3);
    #[cfg(unix)]
    for (name, _) in kept(&site, "public/assets/images") {
        use std::os::unix::fs::PermissionsExt;
        let about = std::fs::metadata(site.path().join("public/assets/images").join(&name)).expect("a file");
        assert_eq!(about.permissions().mode() & 0o044, 0o044, "nobody's server can read {name}");
    }
    assert!(page.contains("/assets/zoom.") && !site.output("guides/plain/index.html").contains("zoom."));
}

#[test]
fn what_is_made_is_kept_until_the_image_changes() {
    let site = site("");
    let build = || -> Ran {
        let ran = site.run(&["build"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        ran
    };
    build();
    let (cache, output) = (kept(&site, ".guidepost/images"), kept(&site, "public/assets/images"));
    assert_eq!(cache.len(), 4, "three pictures and their index: {cache:?}");
    let again = build();
    assert!(again.stdout.contains("(0 written,"), "{again:?}");
    assert_eq!(kept(&site, ".guidepost/images"), cache, "a warm build has made something");
    // A copy of the site without its times, as git makes one, is known by its bytes.
    site.write("content/guides/one/wide.png", png(1000, 600, 0));
    build();
    let unchanged: Vec<_> = kept(&site, ".guidepost/images").into_iter().filter(|f| f.0 != "index").collect();
    assert_eq!(unchanged, cache.into_iter().filter(|f| f.0 != "index").collect::<Vec<_>>());
    assert_eq!(kept(&site, "public/assets/images"), output);
    site.write("content/guides/one/wide.png", png(900, 600, 7));
    build();
    let page = site.output("guides/one/index.html");
    assert!(page.contains(".webp 900w") && !page.contains("1000w"), "{page}");
    assert_eq!(kept(&site, "public/assets/images").len(), 3, "what nobody shows any more is gone");
    assert_eq!(kept(&site, ".guidepost/images").len(), 4);
    // What somebody has removed is made again.
    let gone = kept(&site, ".guidepost/images").into_iter().find(|f| f.0 != "index").expect("a picture").0;
    std::fs::remove_file(site.path().join(".guidepost/images").join(gone)).expect("removed");
    build();
    assert_eq!(kept(&site, ".guidepost/images").len(), 4);
}

#[test]
fn settings_say_what_is_made() {
    for (settings, zoom, widths) in [
        ("images: { widths: [300, 600] }", true, 2),
        ("images: { widths: [] }", true, 0),
        ("images: { widths: [], zoom: false }", false, 0),
    ] {
        let site = site(settings);
        let ran = site.run(&["build", "--strict"]);
        assert_eq!(ran.status, 0, "{settings}\n{ran:?}");
        let page = site.output("guides/one/index.html");
        assert_eq!(page.contains("class=\"zoom\""), zoom, "{settings}");
        assert_eq!(kept(&site, "public/assets/images").len(), widths, "{settings}");
    }
    for (settings, line, message) in [
        ("images:\n  widths: [480, 9]\n", 4, "9 is no width of an image"),
        ("images:\n  quality: 0\n", 4, "0 is no quality of an image"),
        ("images:\n  sizes: [1]\n", 4, "unknown setting `sizes`"),
    ] {
        let ran = site(settings).run(&["build"]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(message) && ran.stderr.contains(&format!("guidepost.yaml:{line}:")), "{ran:?}");
    }
}

#[test]
fn an_image_that_is_none_is_told_where_it_stands() {
    let site = site("");
    site.write("content/guides/one/wide.png", "version https://git-lfs.github.com/spec/v1\n");
    for (command, status) in [(["check"].as_slice(), 1), (&["build"], 0), (&["build", "--strict"], 1)] {
        let ran = site.run(command);
        assert_eq!(ran.status, status, "{command:?}: {ran:?}");
        let told = format!("{}{}", ran.stdout, ran.stderr);
        assert!(told.contains("content/guides/one/index.md:8:1"), "{command:?}: {ran:?}");
        assert!(
            told.contains(
                "this image cannot be shown, content/guides/one/wide.png: its first bytes are those of no picture"
            ),
            "{ran:?}"
        );
    }
}
