//! No WebAssembly: neither in the tool on Linux nor in a site.

use crate::support;
use std::process::Command;

#[test]
fn the_dependency_tree_has_none() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--target",
            "x86_64-unknown-linux-gnu",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.lines().count() > 30, "the tree is read: {tree}");
    let is_wasm = |line: &&str| {
        ["wasm", "js-sys", "web-sys", "wasi "].iter().any(|name| line.starts_with(name) || line.contains("-wasm"))
    };
    let found: Vec<&str> = tree.lines().filter(is_wasm).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_site_has_none() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::tempdir().expect("a folder");
    let public = out.path().join("public");
    let ran = support::run_in(root, &["build", "--out", &public.to_string_lossy()]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let files = support::tree(&public);
    assert!(files.len() > 10, "the site is there");
    for (path, bytes) in files {
        assert!(!bytes.starts_with(b"\0asm"), "{}", path.display());
        if path.extension().is_some_and(|e| e == "js" || e == "wasm") {
            assert!(!String::from_utf8_lossy(&bytes).contains("WebAssembly"), "{}", path.display());
            assert!(path.extension().is_some_and(|e| e != "wasm"));
        }
    }
}
