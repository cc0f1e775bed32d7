//! Cards: the pictures that links to pages show where people share them.

use crate::support::TestSite;

const BASE: &str = "title: A test\ndescription: Of cards\nbase_url: https://example.org/docs/\n";

fn site(settings: &str) -> TestSite {
    let site = TestSite::new(&[
        ("guidepost.yaml", &format!("{BASE}{settings}")),
        ("content/guides/_index.md", "---\ntitle: Guides\n---\n"),
        ("content/guides/one.md", "---\ntitle: Connect containers\npublished: 2026-01-01\n---\n\nText.\n"),
        ("content/guides/own.md", "---\ntitle: Own\npublished: 2026-01-01\nimage: /own.png\n---\n\nText.\n"),
        ("content/guides/far.md", "---\ntitle: 日本語\npublished: 2026-01-01\n---\n\nText.\n"),
    ]);
    site.write("static/own.png", include_bytes!("../support/2x3.png"));
    site
}

/// Where the link preview of a page has its picture from.
fn picture(site: &TestSite, page: &str) -> Option<String> {
    let html = site.output(page);
    let (_, rest) = html.split_once("<meta property=\"og:image\" content=\"")?;
    Some(rest.split('"').next()?.strip_prefix("https://example.org/docs/")?.to_owned())
}

#[test]
fn pages_have_cards_where_they_are_asked_for() {
    let site = site("social_cards: true\n");
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stderr.contains(
            "warning[social-card]: pages without a card, whose titles have letters that guidepost has no font for: 1"
        ),
        "{ran:?}"
    );
    let card = picture(&site, "guides/one/index.html").expect("a card");
    let png = std::fs::read(site.path().join("public").join(&card)).expect("drawn");
    let size = imagesize::blob_size(&png).expect("a picture");
    assert_eq!((size.width, size.height), (1200, 630));
    assert_eq!(picture(&site, "guides/own/index.html").as_deref(), Some("own.png"), "the author's own");
    assert_eq!(picture(&site, "guides/far/index.html"), None, "no letters for it");
    for page in ["guides/index.html", "index.html"] {
        let other = picture(&site, page).unwrap_or_else(|| panic!("no card of {page}"));
        assert!(other.starts_with("assets/cards/") && other != card && site.has_output(&other), "{page}: {other}");
    }
    let again = site.run(&["build"]);
    assert!(again.stdout.contains("(0 written,"), "{again:?}");
    // What was drawn once is not drawn again.
    std::fs::remove_dir_all(site.path().join("public")).expect("removed");
    site.write(&format!(".guidepost/{}", card.replace("assets/", "")), "kept");
    site.run(&["build"]);
    assert_eq!(site.output(&card), "kept");
    // Another title is another card, at another address; the old one is gone.
    site.write("content/guides/one.md", "---\ntitle: Connect two containers\npublished: 2026-01-01\n---\n\nText.\n");
    site.run(&["build"]);
    let new = picture(&site, "guides/one/index.html").expect("a card");
    assert!(new != card && site.has_output(&new) && !site.has_output(&card), "{new}");
}

#[test]
fn nobody_has_a_card_who_did_not_ask() {
    let site = site("");
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(picture(&site, "guides/one/index.html"), None);
    assert!(!site.path().join("public/assets/cards").exists() && !site.path().join(".guidepost/cards").exists());
}
