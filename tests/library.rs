//! Plans of real tutorials against what careful readers do with each block, where the library lies beside the project.

use std::{path::Path, process::Command};

/// Below this share of right blocks, or above that of harmful ones, somebody has made reading worse. In percent.
const RIGHT: &str = "93";
const HARMFUL: &str = "2";

#[test]
fn plans_of_real_tutorials_are_as_right_as_they_were() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/library");
    let script = library.join("score-plans");
    if !script.exists() {
        println!("SKIPPED: there is no library of tutorials at {}", library.display());
        return;
    }
    let mut score = Command::new(script);
    score.args(["--guidepost", env!("CARGO_BIN_EXE_guidepost"), "--min", RIGHT, "--harm", HARMFUL]).arg(library);
    let scored = score.output().expect("python3 runs score-plans");
    let told = String::from_utf8_lossy(&scored.stdout);
    assert!(scored.status.success(), "{told}{}", String::from_utf8_lossy(&scored.stderr));
}
