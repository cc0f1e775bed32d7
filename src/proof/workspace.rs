//! The repository that loose files lie in, as their reader would have cloned it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    site::{failure::Failure, git::git, loose},
    verify::Workspace,
};

/// Most bytes of a project's files: they go through memory, and into each machine.
const LARGEST: u64 = 256 << 20;

/// The repository that all of these files lie in; `None` if there is none, or several.
///
/// # Errors
/// If git cannot be run, or the files are too large.
pub(crate) fn of(folder: &Path, files: &[String]) -> Result<Option<Workspace>, Failure> {
    let Some((top, mut workspace)) = named(folder, files)? else { return Ok(None) };
    let listed = git(&top, &["ls-files", "-z"])?;
    if !listed.status.success() {
        return Ok(None);
    }
    let mut archive = tar::Builder::new(Vec::new());
    archive.follow_symlinks(false);
    archive.mode(tar::HeaderMode::Deterministic);
    let mut size = 0;
    for name in listed.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = String::from_utf8_lossy(name).into_owned();
        let path = top.join(&name);
        // What is deleted, and the repositories in it, are not there.
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        if meta.is_dir() {
            continue;
        }
        size += meta.len();
        if size > LARGEST {
            let message = format!("the files that git tracks in {} have more than 256 MiB", top.display());
            return Err(Failure::usage(message, "verify without them: --no-workspace"));
        }
        let added = archive.append_path_with_name(&path, &name);
        added.map_err(|error| Failure::environment(format!("{} cannot be read: {error}", path.display())))?;
    }
    workspace.files = Arc::new(archive.into_inner().map_err(|error| Failure::environment(error.to_string()))?);
    let commit = git(&top, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    workspace.commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
    if !workspace.addresses.is_empty() {
        workspace.repository = Arc::new(bare(&top)?);
    }
    Ok(Some(workspace))
}

/// The repository by its name and addresses, without its files; and its top.
///
/// # Errors
/// If git cannot be run.
pub(crate) fn named(folder: &Path, files: &[String]) -> Result<Option<(PathBuf, Workspace)>, Failure> {
    let mut tops: Vec<Option<PathBuf>> = files.iter().map(|file| loose::repository(&folder.join(file))).collect();
    tops.dedup();
    let [Some(top)] = &mut tops[..] else { return Ok(None) };
    let top = std::mem::take(top);
    let remotes = git(&top, &["config", "--get-regexp", r"^remote\..*\.url$"])?;
    let addresses: Vec<String> = (String::from_utf8_lossy(&remotes.stdout).lines())
        .filter_map(|line| line.split_once(' '))
        .map(|(_, address)| address.to_owned())
        .collect();
    let of_address = |address: &String| {
        let name = address.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
        name.strip_suffix(".git").unwrap_or(name).to_owned()
    };
    let of_folder = || top.file_name().map_or_else(|| "project".into(), |name| name.to_string_lossy().into_owned());
    let name = addresses.first().map(of_address).filter(|name| is_plain(name)).unwrap_or_else(of_folder);
    Ok(Some((top, Workspace { name, addresses, ..Workspace::default() })))
}

/// Whether it is a name that a folder in a machine can have.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['.', '-'])
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// The last commit as a bare repository; nothing if there is none yet.
fn bare(top: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::environment(format!("the repository cannot be copied: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let target = folder.path().join("bare.git");
    let (source, out) = (top.to_string_lossy(), target.to_string_lossy());
    // Its path is no address, in which some characters would mean another.
    let cloned = git(top, &["clone", "--quiet", "--bare", "--depth=1", "--no-local", &source, &out])?;
    if !cloned.status.success() {
        return Ok(Vec::new());
    }
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all(".", &target).map_err(failed)?;
    archive.into_inner().map_err(failed)
}
