//! The output folder, through the public API: what it refuses, what it never touches, and what it does when the disk fails.

mod failures;
mod site;

use guidepost::site::output::{Output, OutputError, Summary};
use std::{
    env, fs,
    os::unix::fs::symlink,
    time::{Duration, SystemTime},
};

use site::{Site, key, pairs, tree};

#[test]
fn a_folder_that_is_not_for_output_is_refused_and_not_touched() {
    let site = Site::new();
    fs::create_dir(site.path("notes")).unwrap();
    for name in ["f", "b", "a", "c", "g", "e", "d"] {
        site.write(&format!("notes/{name}"), "mine");
    }
    site.write("file", "mine");
    symlink("site/content", site.path("link")).unwrap();
    symlink("file", site.path("link-to-file")).unwrap();
    symlink("nowhere", site.path("dangling")).unwrap();
    symlink("site", site.path("alias")).unwrap();
    let home = env::home_dir().unwrap();
    let cases = [
        ("/", "is the root of the file system"),
        (home.to_str().unwrap(), "is the home directory"),
        ("site", "is the site's own folder"),
        ("alias", "is the site's own folder"),
        ("site/public/..", "is the site's own folder"),
        ("", "is a folder above the site"),
        ("site/content", "is the site's `content`"),
        ("site/content/new", "is inside the site's `content`"),
        ("site/public/../content/sub", "is inside the site's `content`"),
        ("link", "is the site's `content`"),
        ("link/sub", "is inside the site's `content`"),
        ("site/themes", "is the site's `themes`"),
        ("site/static", "is the site's `static`"),
        ("site/data/sub", "is inside the site's `data`"),
        ("site/machines", "is the site's `machines`"),
        ("site/.git/x", "is inside the site's `.git`"),
        ("file", "is not a folder"),
        ("link-to-file", "is not a folder"),
        ("file/below", "cannot create"),
        ("dangling", "cannot follow"),
        ("notes", "has files that guidepost did not write: a, b, c, d, e and 2 more"),
    ];
    let before = tree(site.root.path());
    for (out, expected) in cases {
        let error = Output::open(&site.path("site"), &site.path(out)).unwrap_err();
        assert!(error.to_string().contains(expected), "{out:?}: {error}");
        assert_eq!(error.diagnostics().len(), 1);
        assert_eq!(tree(site.root.path()), before, "{out:?}");
    }
}

#[test]
fn a_build_that_is_given_up_leaves_no_trace() {
    let site = Site::new();
    let before = tree(site.root.path());
    let output = Output::open(&site.path("site"), &site.path("site/public/deep/below")).unwrap();
    output.put("a/b", &key("x"), b"x").unwrap();
    drop(output);
    assert_eq!(tree(site.root.path()), before);
}

#[test]
fn only_what_changed_is_written_and_what_is_stale_is_removed() {
    let site = Site::new();
    assert_eq!(site.build(&[("index.html", "1"), ("a/b/c", "c"), ("a/d", "d")]), (3, 0, 0));
    let time = |path: &str| fs::metadata(site.path("site/public").join(path)).unwrap().modified().unwrap();
    let (index, manifest) = (time("index.html"), time(".guidepost-manifest"));
    assert_eq!(site.build(&[("index.html", "1"), ("a/b/c", "c"), ("a/d", "d")]), (0, 3, 0));
    assert_eq!((time("index.html"), time(".guidepost-manifest")), (index, manifest));
    assert_eq!(site.build(&[("index.html", "2"), ("a/d", "d")]), (1, 1, 1));
    assert_eq!(site.public(), pairs(&[("a", "/"), ("a/d", "d"), ("index.html", "2")]));
    // A file where a folder was, and a folder where a file was.
    assert_eq!(site.build(&[("index.html/x", "x"), ("a", "a")]), (2, 0, 2));
    assert_eq!(site.public(), pairs(&[("a", "a"), ("index.html", "/"), ("index.html/x", "x")]));
    assert_eq!(site.build(&[("A", "a"), ("Index.html/x", "x")]), (2, 0, 2));
    assert_eq!(site.public(), pairs(&[("A", "a"), ("Index.html", "/"), ("Index.html/x", "x")]));
    assert_eq!(site.build(&[]), (0, 0, 2));
    assert_eq!(site.public(), []);
    let summary = site.try_build(&[("x", "1234"), ("y", "56")]).unwrap();
    assert_eq!(summary, Summary { written: 2, bytes: 6, ..Summary::default() });
}

#[test]
fn a_file_is_kept_while_its_key_and_its_bytes_are_the_same() {
    let site = Site::new();
    site.build(&[("x", "x"), ("y", "y")]);
    let output = site.open().unwrap();
    assert!(!output.keep("x", &key("other")) && !output.keep("z", &key("x")));
    assert!(output.keep("x", &key("x")));
    assert!(!output.keep("x", &key("x")), "twice");
    assert_eq!(output.commit().unwrap(), Summary { unchanged: 1, removed: 1, ..Summary::default() });
    assert_eq!(site.public(), pairs(&[("x", "x")]));

    site.build(&[("x", "x"), ("y", "y")]);
    let output = site.open().unwrap();
    assert!(!output.keep_all(&["x", "y"], &key("x")), "y has another key");
    output.put("x", &key("x"), b"x").expect("none was kept");
    output.commit().unwrap();

    let touched = fs::File::options().append(true).open(site.path("site/public/x")).unwrap();
    touched.set_modified(SystemTime::now() - Duration::from_secs(99)).unwrap();
    assert!(site.open().unwrap().keep("x", &key("x")), "a new time alone changes nothing");
    site.write("site/public/x", "X");
    assert!(!site.open().unwrap().keep("x", &key("x")));
    fs::remove_file(site.path("site/public/x")).unwrap();
    assert!(!site.open().unwrap().keep("x", &key("x")));
    assert_eq!(site.build(&[("x", "x")]), (1, 0, 0));
}

#[test]
fn copies_are_made_only_of_what_changed() {
    let site = Site::new();
    let (source, public) = (site.path("site/static/a.bin"), site.path("site/public/a.bin"));
    let build = || {
        let output = site.open()?;
        output.copy("a.bin", &source)?;
        output.commit()
    };
    let (written, unchanged) =
        (Summary { written: 1, bytes: 3, ..Summary::default() }, Summary { unchanged: 1, ..Summary::default() });
    fs::write(&source, "one").unwrap();
    assert_eq!(build().unwrap(), written);
    assert_eq!(build().unwrap(), unchanged);
    fs::File::options().append(true).open(&source).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(build().unwrap(), unchanged);
    fs::write(&source, "two").unwrap();
    assert_eq!(build().unwrap(), written);
    assert_eq!(fs::read_to_string(&public).unwrap(), "two");
    fs::write(&public, "TWO").unwrap();
    assert!(matches!(build().unwrap_err(), OutputError::Obstructed { .. }));
    fs::remove_file(&source).unwrap();
    assert!(build().unwrap_err().to_string().starts_with(&format!("cannot copy `{}`", source.display())));
    fs::create_dir(&source).unwrap();
    assert!(build().unwrap_err().to_string().ends_with("it is not a regular file"));
    assert_eq!(fs::read_to_string(&public).unwrap(), "TWO");
}

#[test]
fn what_others_wrote_stays_and_is_named_where_it_is_in_the_way() {
    let site = Site::new();
    site.build(&[("x", "x"), ("y", "y"), ("z", "z"), ("old/a", "a"), ("dir/a", "a")]);
    site.write("site/public/CNAME", "example.org");
    site.write("site/public/x", "my x");
    site.write("site/public/z", "my z");
    site.write("site/public/old/mine", "m");
    site.write("site/public/dir/mine", "m");
    fs::create_dir(site.path("site/public/folder")).unwrap();
    let before = tree(&site.path("site/public"));
    let new = [("x", "2"), ("y", "2"), ("CNAME", "c"), ("folder", "f"), ("CNAME2", "c"), ("dir", "d"), ("mine/a", "a")];
    symlink("..", site.path("site/public/mine")).unwrap();
    let error = site.try_build(&new).unwrap_err();
    let messages: Vec<String> = error.diagnostics().into_iter().map(|d| d.message).collect();
    let expected = [
        "`CNAME` was not written",
        "`dir/mine` was not written",
        "`folder` was not written",
        "`mine` was not written",
        "`x` was changed since",
    ];
    assert_eq!(messages.len(), expected.len(), "{messages:?}");
    assert!(messages.iter().zip(expected).all(|(m, e)| m.starts_with(e)), "{messages:?}");
    assert!(error.help().unwrap().contains("delete it"));
    fs::remove_file(site.path("site/public/mine")).unwrap();
    assert_eq!(tree(&site.path("site/public")), before);

    let summary = site.try_build(&[("y", "2"), ("dir/a", "a")]).unwrap();
    assert_eq!(summary, Summary { written: 1, unchanged: 1, removed: 1, bytes: 1, left: vec!["x".into(), "z".into()] });
    let after = [
        ("CNAME", "example.org"),
        ("dir", "/"),
        ("dir/a", "a"),
        ("dir/mine", "m"),
        ("folder", "/"),
        ("old", "/"),
        ("old/mine", "m"),
        ("x", "my x"),
        ("y", "2"),
        ("z", "my z"),
    ];
    assert_eq!(site.public(), pairs(&after));
}

#[test]
fn links_are_never_followed() {
    let site = Site::new();
    site.build(&[("a/x", "1"), ("b/y", "1"), ("z", "1")]);
    // The author has moved what was built, and put links in its place.
    fs::rename(site.path("site/public/a"), site.path("a")).unwrap();
    fs::rename(site.path("site/public/b"), site.path("b")).unwrap();
    fs::rename(site.path("site/public/z"), site.path("z")).unwrap();
    symlink(site.path("a"), site.path("site/public/a")).unwrap();
    symlink(site.path("b"), site.path("site/public/b")).unwrap();
    symlink(site.path("z"), site.path("site/public/z")).unwrap();
    let before = tree(site.root.path());
    let error = site.try_build(&[("a/x", "2"), ("b/new", "2"), ("z", "2")]).unwrap_err();
    assert_eq!(error.diagnostics().len(), 3, "{error}");
    assert_eq!(tree(site.root.path()), before);
    site.build(&[]);
    let public = site.public();
    assert!(public.len() == 3 && public.iter().all(|(_, target)| target.starts_with("-> /")), "{public:?}");
    for file in ["a/x", "b/y", "z"] {
        assert_eq!(fs::read_to_string(site.path(file)).unwrap(), "1");
    }
}

#[test]
fn two_files_cannot_have_one_place() {
    let site = Site::new();
    let cases = [("x", "x"), ("a/Index.html", "a/index.html"), ("a", "a/b"), ("A", "a/b/c"), ("a/b/c", "A/B")];
    for (first, second) in cases {
        let error = site.try_build(&[(first, "1"), (second, "2")]).unwrap_err().to_string();
        assert!(error.contains(&format!("`{first}`")) && error.contains(&format!("`{second}`")), "{error}");
    }
    let output = site.open().unwrap();
    let error = output.put("../x", &key("x"), b"x").unwrap_err();
    assert!(matches!(error, OutputError::Path { .. }), "{error}");
    assert!(matches!(output.commit().unwrap_err(), OutputError::Unfinished { .. }));
    assert!(!site.path("site/public").exists());
}

#[test]
fn one_build_at_a_time() {
    let site = Site::new();
    let first = site.open().unwrap();
    let error = site.open().unwrap_err();
    assert!(matches!(error, OutputError::Busy { .. }), "{error}");
    first.put("x", &key("x"), b"x").unwrap();
    first.commit().unwrap();
    assert_eq!(site.build(&[("x", "x")]), (0, 1, 0));
}

#[test]
fn staging_of_killed_builds_is_removed_and_nothing_else() {
    let site = Site::new();
    site.build(&[("x", "x")]);
    let (dead, other) =
        (site.path("site/public/.guidepost-staging-dead"), site.path("site/public/.guidepost-staging-x"));
    let output = site.open().unwrap();
    let live = fs::read_dir(site.path("site/public")).unwrap().map(|f| f.unwrap().path());
    let live = live.into_iter().find(|p| p.to_str().unwrap().contains("staging")).unwrap();
    fs::create_dir_all(dead.join("files/a")).unwrap();
    fs::copy(live.join("marker"), dead.join("marker")).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(other.join("mine"), "m").unwrap();
    drop(output);
    site.build(&[("x", "x")]);
    assert!(!dead.exists() && other.join("mine").exists() && !live.exists());
}
