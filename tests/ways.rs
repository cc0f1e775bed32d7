//! How readers find their way: the tree beside a page, lists, the page of all guides, tags. Through the binary.

use crate::support::{self, TestSite};
use std::{path::Path, time::SystemTime};

/// A library with a long section and one in another.
fn library(guides: usize) -> TestSite {
    let site = TestSite::new(&[
        ("guidepost.yaml", "title: Library\nbase_url: https://example.org/docs/\n"),
        ("content/_index.md", "---\ntitle: Library\n---\n"),
        ("content/web/_index.md", "---\ntitle: Web\n---\n"),
        ("content/web/servers/_index.md", "---\ntitle: Servers\n---\n"),
        ("content/web/servers/nginx.md", "---\ntitle: nginx\ntags: [web]\n---\n\ntext\n"),
        ("content/long/_index.md", "---\ntitle: Long\n---\n"),
    ]);
    for number in 1..=guides {
        site.write(
            &format!("content/long/{number:03}.md"),
            format!("---\ntitle: Guide {number:03}\nweight: {number}\n---\n\ntext\n"),
        );
    }
    let ran = site.run(&["build", "--strict"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    site
}

/// The tree beside a page.
fn tree(site: &TestSite, page: &str) -> String {
    let html = site.output(&format!("{page}index.html"));
    let start = html.find("data-tree").unwrap_or_else(|| panic!("{page} has a tree"));
    let end = html[start..].find("</nav>").expect("an end");
    html[start..start + end].to_owned()
}

#[test]
fn a_small_tree_has_everything_and_marks_the_page() {
    let site = library(3);
    for (page, title) in [("long/002/", "Guide 002"), ("web/servers/nginx/", "nginx"), ("web/servers/", "Overview")] {
        let tree = tree(&site, page);
        let link = format!("<a href=\"/docs/{page}\" aria-current=\"page\">{title}</a>");
        assert!(tree.contains(&link), "{page}: {tree}");
        assert_eq!(tree.matches("aria-current").count(), 1, "{page}");
        assert!(!tree.contains("data-more"), "{page}");
        for title in ["Web", "Servers", "nginx", "Long", "Guide 001", "Guide 003"] {
            assert!(tree.contains(&format!(">{title}<")), "{page}: {title}");
        }
    }
    // Of the home page and of pages outside of the tree nothing is current.
    for page in ["", "tags/web/", "all/"] {
        assert!(!tree(&site, page).contains("aria-current"), "{page}");
    }
}

#[test]
fn a_long_tree_shows_what_is_near() {
    let site = library(150);
    for (page, first, last, before, after) in [
        ("long/001/", "Guide 001", "Guide 060", None, Some(90)),
        ("long/061/", "Guide 061", "Guide 120", Some(60), Some(30)),
        ("long/150/", "Guide 121", "Guide 150", Some(120), None),
    ] {
        let tree = tree(&site, page);
        assert!(tree.contains(&format!("<a href=\"/docs/{page}\" aria-current=\"page\">")), "{page}");
        for title in [first, last] {
            assert!(tree.contains(&format!(">{title}<")), "{page}: {title}");
        }
        assert_eq!(tree.matches(">Guide ").count(), if page == "long/150/" { 30 } else { 60 }, "{page}");
        assert_eq!(tree.contains(" before these<"), before.is_some(), "{page}");
        assert_eq!(tree.contains(" more<"), after.is_some(), "{page}");
        for (count, said) in [(before, "before these"), (after, "more")] {
            assert!(count.is_none_or(|count| tree.contains(&format!(">{count} {said}<"))), "{page}: {said}");
        }
        // The other section is fetched from its page when it is opened.
        assert!(tree.contains("data-more=\"/docs/web/\"") && !tree.contains(">nginx<"), "{page}");
    }
    let all = site.output("all/index.html");
    assert_eq!(all.matches(">Guide ").count(), 150);
    assert!(all.contains(">nginx<") && all.contains(">Web / Servers<"), "each under its section");
}

/// When pages were written that one guide of a long section does not concern.
fn times(site: &TestSite) -> Vec<SystemTime> {
    let pages = ["web/index.html", "web/servers/nginx/index.html", "long/001/index.html", "long/003/index.html"];
    let written = |page| std::fs::metadata(site.path().join("public").join(page)).and_then(|facts| facts.modified());
    pages.map(|page| written(page).expect("it is there")).to_vec()
}

#[test]
fn a_page_is_written_again_when_its_tree_changes() {
    let site = library(3);
    let ran = site.run(&["build"]);
    assert!(ran.stdout.contains("(0 written"), "{ran:?}");
    site.write("content/web/servers/nginx.md", "---\ntitle: The nginx server\ntags: [web]\n---\n\ntext\n");
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(tree(&site, "long/001/").contains(">The nginx server<"));

    // What is not in a tree changes nothing beside it: other texts, and guides that are further away.
    let pages = || -> Vec<_> {
        let is_beside = |path: &Path| ["web", "tags", "long/001", "long/003"].iter().any(|page| path.starts_with(page));
        support::tree(&site.path().join("public")).into_iter().filter(|(path, _)| is_beside(path)).collect()
    };
    let (before, written) = (pages(), times(&site));
    site.write("content/long/002.md", "---\ntitle: Guide 002\nweight: 2\n---\n\nanother text\n");
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(before.len() > 6 && pages() == before, "{before:?}");
    assert_eq!(times(&site), written, "they are not even written again");
}

#[test]
fn who_has_a_page_at_all_keeps_it() {
    let site = TestSite::new(&[
        ("content/_index.md", "---\ntitle: Library\n---\n"),
        ("content/all.md", "---\ntitle: My own\n---\n\ntext\n"),
        ("content/one.md", "---\ntitle: One\n---\n\ntext\n"),
    ]);
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(site.output("all/index.html").contains("<h1>My own</h1>"));
    assert!(!site.output("index.html").contains(">All 2 guides<"));
}

#[test]
fn many_tags_stand_by_their_letters() {
    let site = TestSite::new(&[("content/few.md", "---\ntitle: Few\ntags: [one, two]\n---\n\ntext\n")]);
    assert_eq!(site.run(&["build"]).status, 0);
    assert!(!site.output("tags/index.html").contains("class=\"letters\""));
    for number in 0..100 {
        let letter = char::from(b'a' + number % 26);
        let tags = format!("[tag-{number}, {letter}{number}, {}]", if number < 30 { "frequent" } else { "rare" });
        site.write(&format!("content/{number}.md"), format!("---\ntitle: Guide {number}\ntags: {tags}\n---\n\ntext\n"));
    }
    let ran = site.run(&["build"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let page = site.output("tags/index.html");
    assert_eq!(page.matches("href=\"#gp-letter-").count(), 26, "{page}");
    let (above, below) = page.split_once("class=\"letters\"").expect("letters");
    assert!(above.contains(">rare</a> <span class=\"dim\">70<"), "{above}");
    assert!(!above.contains(">tag-9<") && below.contains(">tag-9<") && below.contains(">frequent<"));
}
