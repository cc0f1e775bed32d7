//! What the verdict of a guide depends on, so that others can tell whether it still speaks of what is there.

use std::collections::BTreeMap;

/// Something that a guide's verdict depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Path relative to the site's folder; that of a folder ends in `/`, settings of a machine are `guidepost.yaml#NAME`, and what is said
    /// there of guides is `guidepost.yaml#verify:`.
    pub path: String,
    /// What it is to the guide.
    pub kind: InputKind,
    /// BLAKE3 of its content in hexadecimal; empty if it cannot be read, and of what is not part of a report.
    pub hash: String,
}

/// What an [`Input`] is to a guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Its own text.
    Text,
    /// A bundle or a file that it includes, directly or not.
    Include,
    /// Its `verify.yaml`.
    Sidecar,
    /// The text of a guide that it requires, or what belongs to that.
    Required,
    /// What guidepost.yaml says of its machine.
    Settings,
    /// What guidepost.yaml and its sections say of it.
    Layers,
    /// The folder that its machine is built from.
    Build,
    /// A file of its page bundle that it shows or links to. Its verdict does not depend on it.
    File,
}

impl Input {
    /// The hash of some bytes, as inputs have it.
    pub fn hash_of(bytes: &[u8]) -> String {
        blake3::hash(bytes).to_hex().to_string()
    }
}

/// Inputs as a report has them: those that the verdict depends on, by their paths.
pub fn hashes(inputs: &[Input]) -> BTreeMap<String, String> {
    let kept = inputs.iter().filter(|input| input.kind != InputKind::File);
    kept.map(|input| (input.path.clone(), input.hash.clone())).collect()
}
