//! Files of the site that pages include: read each time they are asked for, and never from outside of the site.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    guide::{Included, Reading, Unusable},
    render::highlight::language_of_path,
    site::options::Options,
    source::inside::{Outside, inside},
};

/// The largest file that a page can include, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Reads a file by its path relative to the site's folder.
pub(super) fn read(options: &Options, path: &str) -> Reading {
    let bytes = bytes(options, path);
    let hash = bytes.as_ref().map_or([0; 32], |bytes| *blake3::hash(bytes).as_bytes());
    let files = paths(&options.site, path).into_iter().map(|path| Included { path, hash }).collect();
    let language = language_of_path(path).unwrap_or_default().to_owned();
    Reading { files, language, text: bytes.and_then(text) }
}

/// BLAKE3 of a file as it is now; zeros if it cannot be read.
pub(super) fn hash(options: &Options, path: &str) -> [u8; 32] {
    bytes(options, path).map_or([0; 32], |bytes| *blake3::hash(&bytes).as_bytes())
}

/// Its path, and that of the file that it leads to by links.
fn paths(site: &Path, path: &str) -> Vec<String> {
    let real = || {
        let real = inside(site, Path::new(path)).ok()?;
        let real = real.strip_prefix(site.canonicalize().ok()?).ok()?.to_str()?.replace('\\', "/");
        (real != path).then_some(real)
    };
    std::iter::once(path.to_owned()).chain(real()).collect()
}

fn bytes(options: &Options, path: &str) -> Result<Vec<u8>, Unusable> {
    if let Some(text) = options.texts.get(path) {
        return Ok(text.clone().into_bytes());
    }
    let file = inside(&options.site, Path::new(path)).map_err(|outside| {
        let help = match &outside {
            Outside::Outside => "include files of the site's own folder",
            Outside::NotFound => {
                "write the path from this page's folder, or with `/` from the site's folder, where guidepost.yaml is"
            }
            Outside::Unreadable(_) => "make it readable",
        };
        unusable(outside.to_string(), help)
    })?;
    let failed = |error: io::Error| unusable(format!("cannot be read: {error}"), "make it readable");
    // What is no file, a pipe, might never end.
    let data = file.metadata().map_err(failed)?;
    if !data.is_file() {
        return Err(unusable("is no file", "include each file by itself"));
    }
    let mut bytes = Vec::new();
    File::open(&file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(unusable("is larger than 1 MiB", "link to it instead: nobody reads that much in a guide"));
    }
    Ok(bytes)
}

/// A text with `\n` line ends and no byte order mark.
fn text(bytes: Vec<u8>) -> Result<String, Unusable> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        unusable(format!("is not UTF-8: byte {:#04x} in line {line}", error.as_bytes()[at]), "save it as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n"))
}

fn unusable(why: impl Into<String>, help: &str) -> Unusable {
    Unusable { why: why.into(), help: help.to_owned() }
}
