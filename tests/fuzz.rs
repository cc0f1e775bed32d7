//! The targets of `make fuzz`, on their corpus and on what once brought one of them down: `fuzz/corpus/TARGET/NAME` each.

#[path = "../fuzz/targets.rs"]
mod targets;

use crate::support::computed;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// What an input of a few kilobytes may take, with code that is not optimised.
const PATIENCE: Duration = Duration::from_secs(20);

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn every_input_is_taken() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for target in targets::TARGETS {
        let inputs = files(&corpus.join(target.name));
        assert!(!inputs.is_empty(), "{} has no corpus", target.name);
        for input in inputs {
            // Shown only if it fails.
            println!("{}", input.display());
            let began = computed();
            (target.run)(&fs::read(&input).expect("readable"));
            let took = computed() - began;
            assert!(took < PATIENCE, "{} took {took:?}", input.display());
        }
    }
}

/// Whole cases of others: guides, and the settings beside them. Any of them may be given to any target.
#[test]
fn every_case_is_taken() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/guides");
    if !cases.is_dir() {
        eprintln!("SKIPPED: there are no cases at {}", cases.display());
        return;
    }
    for case in files(&cases) {
        println!("{}", case.display());
        let bytes = fs::read(&case).expect("readable");
        for target in targets::TARGETS {
            (target.run)(&bytes);
        }
    }
}
