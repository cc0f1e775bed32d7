//! Disks that are full, and builds that are killed: in other processes, so that it is real.

use guidepost::site::output::{Output, OutputError, Summary};
use rayon::prelude::*;
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::site::{Site, key, tree};

/// Runs [`child`] of this test binary by a shell command that ends in `"$@"`.
fn as_child(site: &Site, shell: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", shell, "sh"]).arg(env::current_exe().unwrap());
    command
        .args(["--exact", "output::failures::child", "--nocapture", "--ignored"])
        .env("GUIDEPOST_TEST_ROOT", site.root.path());
    command
}

/// Not a test: what the tests below run in another process.
#[test]
#[ignore = "run by other tests"]
fn child() {
    let Some(root) = env::var_os("GUIDEPOST_TEST_ROOT").map(PathBuf::from) else { return };
    let (site, out) = (root.join("site"), root.join("site/public"));
    if env::var_os("GUIDEPOST_TEST_FOREVER").is_some() {
        for version in (0..).map(|n| n % 2) {
            build_version(&site, &out, version).unwrap();
        }
    }
    let output = Output::open(&site, &out).unwrap();
    output.put("small", &key("2"), b"2").unwrap();
    println!("small: written");
    match output.put("big", &key("2"), &vec![b'2'; 1 << 20]) {
        Ok(()) => println!("big: written"),
        Err(e) => println!("big: {e}"),
    }
    println!("commit: {}", output.commit().unwrap_err());
}

#[test]
fn when_a_file_cannot_be_written_the_old_site_stays_whole() {
    let site = Site::new();
    site.build(&[("small", "1"), ("big", "1"), ("gone", "1")]);
    let before = tree(&site.path("site/public"));
    let run = |shell: &str, expected: &str| {
        let output = as_child(&site, shell).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let big = site.path("site/public/big");
        assert!(text.contains("small: written"), "{text}{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains(&format!("big: cannot write `{}`: {expected}", big.display())), "{text}");
        assert!(text.contains("commit: the output folder") && text.contains("is left as it was"), "{text}");
        text
    };
    // With its signal ignored, the limit of file sizes is an error of `write`.
    run("trap '' XFSZ; ulimit -f 16; exec \"$@\"", "File too large");
    assert_eq!(tree(&site.path("site/public")), before);

    // A disk that is really full, where this system lets a test have one. It vanishes with the process.
    let mount = "mount -t tmpfs -o size=256k tmpfs \"$GUIDEPOST_TEST_ROOT/site\"";
    let mut may = Command::new("unshare");
    may.args(["-rm", "sh", "-c", mount]).env("GUIDEPOST_TEST_ROOT", site.root.path());
    if !may.status().is_ok_and(|s| s.success()) {
        eprintln!("SKIPPED: a full disk needs `unshare -rm` and `mount`");
        return;
    }
    let inner = format!(
        r#"set -e; cd "$GUIDEPOST_TEST_ROOT"; cp -a site/public saved; {mount}; cp -a saved site/public
        "$@"; diff -r saved site/public && echo the old site is whole"#
    );
    let text = run(&format!("exec unshare -rm sh -c '{inner}' sh \"$@\""), "No space left on device");
    assert!(text.contains("the old site is whole"), "{text}");
}

fn build_version(site: &Path, out: &Path, version: usize) -> Result<Summary, OutputError> {
    let output = Output::open(site, out)?;
    (0..80).into_par_iter().try_for_each(|n| {
        let path = match (n % 4, version) {
            (0, 0) => format!("page-{n}"),
            (0, _) => format!("page-{n}/index.html"),
            (1, v) => format!("only-{v}/page-{n}/index.html"),
            _ => format!("both/page-{n}/index.html"),
        };
        let text = if n % 4 == 3 { "same".into() } else { version.to_string().repeat(200) };
        if output.keep(&path, &key(&text)) { Ok(()) } else { output.put(&path, &key(&text), text.as_bytes()) }
    })?;
    output.commit()
}

#[test]
fn builds_may_be_killed_at_any_time() {
    let site = Site::new();
    let (folder, out) = (site.path("site"), site.path("site/public"));
    let clean = |version| {
        let site = Site::new();
        build_version(&site.path("site"), &site.path("site/public"), version).unwrap();
        site.public()
    };
    let mut expected = [clean(0), clean(1)];
    expected.iter_mut().for_each(|e| e.insert(0, ("CNAME".into(), "example.org".into())));
    build_version(&folder, &out, 0).unwrap();
    site.write("site/public/CNAME", "example.org");
    for round in 0..12 {
        let mut child = as_child(&site, "exec \"$@\"").env("GUIDEPOST_TEST_FOREVER", "1").spawn().unwrap();
        std::thread::sleep(Duration::from_millis(30 + 7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let version = usize::from(round % 2 == 1);
        let summary = build_version(&folder, &out, version).unwrap();
        assert_eq!(summary.left, [""; 0]);
        assert_eq!(site.public(), expected[version], "round {round}");
    }
}
