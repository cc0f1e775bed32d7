//! Extensions of editors, built and tested by their own means.

use std::{path::Path, process::Command};

#[test]
fn the_extension_of_vs_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/vscode");
    if !folder.join("node_modules/vscode-languageclient").is_dir() {
        let missing = "editors/vscode/node_modules is missing: run scripts/prepare test";
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        return eprintln!("SKIPPED: {missing}");
    }
    for script in ["build", "test"] {
        let mut npm = Command::new("npm");
        npm.args(["run", "--silent", script]).current_dir(&folder).env("GUIDEPOST", env!("CARGO_BIN_EXE_guidepost"));
        let ran = npm.output().expect("npm runs");
        let (said, wrong) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{script}: {said}{wrong}");
    }
}
