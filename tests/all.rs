//! All tests that use guidepost from outside, by its library or its binary: one program, so that it is linked once.
//!
//! `cargo test --test all bad_input::` runs a file of them.

mod bad_input;
mod browser;
mod changed;
mod commonmark;
mod data;
mod dates;
mod decided;
mod docker;
mod documentation;
mod editors;
mod external;
mod fuzz;
mod hostile;
mod hugo;
mod incremental;
mod languages;
mod layers;
mod library;
mod look;
mod lsp;
mod mathematics;
mod moved;
mod no_wasm;
mod output;
mod packaging;
mod pictures;
mod placeholders;
mod plan;
mod plans;
mod record;
mod reports;
mod schemas;
mod search;
mod seed;
mod serve;
mod session;
mod shards;
mod shortcodes;
mod site;
mod suggest;
mod support;
mod verifications;
mod verified;
mod ways;
mod writing;

use std::path::Path;

/// A file that no `mod` names is not compiled, and its tests would be missed by nobody.
#[test]
fn every_file_is_a_module() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let is_of_node = |entry: &walkdir::DirEntry| entry.file_name() == "node_modules";
    let files = walkdir::WalkDir::new(&tests).into_iter().filter_entry(|entry| !is_of_node(entry));
    let files = files.map(|entry| entry.expect("readable").into_path());
    let modules = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    for file in modules.filter(|file| *file != tests.join("all.rs")) {
        let folder = file.parent().expect("a folder");
        let is_root = file.file_name().is_some_and(|name| name == "mod.rs");
        let (name, above) =
            if is_root { (folder, folder.parent().expect("a folder")) } else { (file.as_path(), folder) };
        let parent = if above == tests { tests.join("all.rs") } else { above.join("mod.rs") };
        let name = name.file_stem().expect("a name").to_string_lossy();
        let text = std::fs::read_to_string(&parent).unwrap_or_default();
        let named = text.lines().any(|line| line.ends_with(&format!("mod {name};")));
        assert!(named, "{} has no `mod {name};`: {} is not compiled", parent.display(), file.display());
    }
}
