//! The folder of a machine as a build context: a plain tar, and the hash of its content.

use include_dir::Dir;
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Most bytes of a machine's folder: it goes through memory.
const LARGEST: u64 = 256 << 20;

/// A build context.
#[derive(Debug)]
pub(super) struct Context {
    /// Uncompressed tar.
    pub(super) tar: Vec<u8>,
    /// Of names, modes and content: 16 hexadecimal digits. Times and owners do not count, so that clones of a repository agree.
    pub(super) hash: String,
}

impl Context {
    /// What an image is called that is built from it.
    pub(super) fn tag(&self) -> String {
        built_image(&self.hash)
    }
}

/// What all images are called that are built from a machine's folder, without their tags.
pub(super) const BUILT: &str = "guidepost-machine";

/// What an image is called that is built from a folder with this [`folder_hash`].
pub fn built_image(hash: &str) -> String {
    format!("{BUILT}:{hash}")
}

/// Packs the files of a folder that is part of guidepost itself.
///
/// # Errors
/// What the system said.
pub(super) fn of(folder: &Dir<'_>) -> io::Result<Context> {
    let mut hash = blake3::Hasher::new();
    let mut archive = tar::Builder::new(Vec::new());
    for file in folder.files() {
        let name = file.path().to_string_lossy();
        for field in [name.as_bytes(), file.contents()] {
            hash.update(&(field.len() as u64).to_le_bytes());
            hash.update(field);
        }
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(file.contents().len() as u64);
        archive.append_data(&mut header, &*name, file.contents())?;
    }
    Ok(Context { tar: archive.into_inner()?, hash: hash.finalize().to_hex()[..16].to_owned() })
}

/// The hash of what a machine is built from.
///
/// # Errors
/// As for packing it: what the system said, or that the folder is too large or has no Dockerfile.
pub fn folder_hash(folder: &Path) -> io::Result<String> {
    pack(folder).map(|context| context.hash)
}

/// Packs a folder. Symbolic links are packed as links, never followed; what is no file, folder or link is left out.
///
/// # Errors
/// What the system said, with the path, or that the folder is too large or has no Dockerfile.
pub(super) fn pack(folder: &Path) -> io::Result<Context> {
    let mut hash = blake3::Hasher::new();
    let mut archive = tar::Builder::new(Vec::new());
    archive.follow_symlinks(false);
    let mut size = 0;
    for (name, path) in entries(folder)? {
        let at = |e: io::Error| io::Error::new(e.kind(), format!("{name}: {e}"));
        let meta = fs::symlink_metadata(&path).map_err(at)?;
        let mut header = tar::Header::new_gnu();
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        // What git keeps of a mode.
        let executable = meta.is_dir() || is_executable(&meta);
        header.set_mode(if executable { 0o755 } else { 0o644 });
        let mut field = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        field(name.as_bytes());
        if meta.is_symlink() {
            let target = fs::read_link(&path).map_err(at)?;
            field(b"link");
            field(target.as_os_str().as_encoded_bytes());
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            archive.append_link(&mut header, &name, &target).map_err(at)?;
        } else if meta.is_dir() {
            field(b"folder");
            header.set_entry_type(tar::EntryType::Directory);
            header.set_size(0);
            archive.append_data(&mut header, &name, io::empty()).map_err(at)?;
        } else if meta.is_file() {
            let mut content = Vec::new();
            fs::File::open(&path).and_then(|f| f.take(LARGEST + 1).read_to_end(&mut content)).map_err(at)?;
            size += content.len() as u64;
            if size > LARGEST {
                return Err(io::Error::other(format!("holds more than {} MiB", LARGEST >> 20)));
            }
            field(if executable { b"program" } else { b"file" });
            field(&content);
            header.set_size(content.len() as u64);
            archive.append_data(&mut header, &name, content.as_slice()).map_err(at)?;
        }
    }
    Ok(Context { tar: archive.into_inner()?, hash: hash.finalize().to_hex()[..16].to_owned() })
}

/// Everything below a folder, sorted by name, so that the hash does not depend on the file system.
fn entries(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let dockerfile = fs::symlink_metadata(folder.join("Dockerfile"));
    if !dockerfile.is_ok_and(|meta| meta.is_file()) {
        return Err(io::Error::new(io::ErrorKind::NotFound, "has no Dockerfile"));
    }
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).min_depth(1).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(io::Error::from)?;
        let inner = entry.path().strip_prefix(folder).map_err(io::Error::other)?;
        let name =
            inner.to_str().ok_or_else(|| io::Error::other(format!("{}: its name is not UTF-8", inner.display())))?;
        found.push((name.replace('\\', "/"), entry.into_path()));
    }
    Ok(found)
}

#[cfg(unix)]
fn is_executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn content_decides_the_hash_and_links_are_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert_eq!(pack(root).unwrap_err().to_string(), "has no Dockerfile");
        fs::write(root.join("Dockerfile"), "FROM x\n").unwrap();
        let mut seen = vec![pack(root).unwrap().hash];
        let mut changed = |what: &str| {
            let hash = pack(root).unwrap().hash;
            assert_eq!(hash, pack(root).unwrap().hash);
            assert!(!seen.contains(&hash), "{what}");
            seen.push(hash);
        };
        fs::write(root.join("start"), "#!/bin/sh\n").unwrap();
        changed("a file");
        fs::set_permissions(root.join("start"), fs::Permissions::from_mode(0o755)).unwrap();
        changed("a mode");
        fs::rename(root.join("start"), root.join("begin")).unwrap();
        changed("a name");
        fs::create_dir(root.join("empty")).unwrap();
        changed("a folder");
        symlink(outside.path(), root.join("link")).unwrap();
        changed("a link");
        let packed = pack(root).unwrap();
        assert!(!packed.tar.windows(6).any(|w| w == b"secret"));
        let names: Vec<String> = tar::Archive::new(packed.tar.as_slice())
            .entries()
            .unwrap()
            .map(|e| e.unwrap().path().unwrap().display().to_string())
            .collect();
        assert_eq!(names, ["Dockerfile", "begin", "empty", "link"]);
        fs::remove_file(root.join("Dockerfile")).unwrap();
        symlink(outside.path().join("secret"), root.join("Dockerfile")).unwrap();
        assert!(pack(root).is_err());
    }
}
