//! Files into a machine and out of it.
//!
//! A file goes in as a plain, uncompressed tar, to a new name in `/` that nobody else knows, and from there to its place by a
//! script inside the machine. So the engine's own unpacking, which resolves paths as the host's root, never meets a path that a
//! guide prepared, and folders that the engine does not see (`/tmp` and `/run` of a machine with systemd) can be reached.
//!
//! The script does not write through symbolic links: not at the path itself, nor in a folder on the way unless the link is
//! root's (`/var/run`, `/lib`). A reader's editor does follow links; whoever stands in for one asks [`read`] for the real path
//! first, and writes there.

use bollard::{body_full, query_parameters::UploadToContainerOptionsBuilder};

use super::{
    RunId,
    engine::Engine,
    error::Result,
    exec::{self, Run},
};

/// Why a file could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The path is not absolute, or has `.`, `..`, empty parts or a zero byte.
    #[error("`{0}` is not a plain absolute path")]
    BadPath(String),
    /// A symbolic link stands in the way.
    #[error("`{path}` is reached through a symbolic link, `{link}`")]
    Link {
        /// The file's path.
        path: String,
        /// The link on it.
        link: String,
    },
    /// The folder is not there.
    #[error("there is no folder `{folder}` for `{path}`")]
    NoFolder {
        /// The file's path.
        path: String,
        /// Its folder.
        folder: String,
    },
    /// No such file.
    #[error("there is no file `{path}`")]
    NotFound {
        /// The path asked for.
        path: String,
        /// Where it would be, links resolved; empty if a folder on the way is missing too.
        real: String,
    },
    /// A folder, device or other thing is there.
    #[error("`{0}` is not a file")]
    NotAFile(String),
    /// More bytes than asked for.
    #[error("`{path}` has {size} bytes, and at most {limit} are read")]
    TooLarge {
        /// The file's path.
        path: String,
        /// Its size.
        size: u64,
        /// Most bytes.
        limit: usize,
    },
    /// An archive could not be unpacked.
    #[error("files cannot be unpacked into `{folder}`: {reason}")]
    Unpack {
        /// Where.
        folder: String,
        /// What the machine said.
        reason: String,
    },
    /// The owner is not known there.
    #[error("`{owner}` cannot own a file here: {reason}")]
    BadOwner {
        /// As given.
        owner: String,
        /// What the machine said.
        reason: String,
    },
    /// The machine could not do it: its disk is full, the file is in use.
    #[error("`{path}` cannot be used: {reason}")]
    Failed {
        /// The file's path.
        path: String,
        /// What the machine said.
        reason: String,
    },
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its bytes.
    pub content: Vec<u8>,
    /// Numbers of its user and group: `1000:1000`.
    pub owner: String,
    /// Its permissions, such as `0o644`.
    pub mode: u32,
    /// Its path, links resolved.
    pub real: String,
}

/// Moves what was staged to its place. A file that exists keeps its inode, as most editors leave it, so that what watches
/// or binds it sees the change. Its words: staged, target, owner or nothing, mode or nothing.
const PLACE: &str = r#"
staged=$1 target=$2 owner=$3 mode=$4
trap 'rm -f "$staged"' EXIT
rest=${target#/} path=
while [ -n "$rest" ]; do
  part=${rest%%/*}
  case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
  path=$path/$part
  if [ -L "$path" ] && { [ -z "$rest" ] || [ "$(stat -c %u "$path")" != 0 ]; }; then
    printf %s "$path"
    exit 91
  fi
done
folder=${target%/*}
if [ ! -d "${folder:-/}" ]; then
  printf %s "$folder"
  exit 92
fi
if [ -e "$target" ]; then
  [ -f "$target" ] || exit 93
  cat "$staged" >"$target" || exit 94
  [ -z "$owner" ] || chown "$owner" "$target" || exit 95
  [ -z "$mode" ] || chmod "$mode" "$target" || exit 94
else
  chown "${owner:-0:0}" "$staged" || exit 95
  chmod "${mode:-644}" "$staged" || exit 94
  mv -f "$staged" "$target" || exit 94
fi
"#;

/// Prints the real path, owner, mode and size of a file on one line, and its bytes, at most so many.
const READ: &str = r#"
real=$(readlink -f "$1")
[ -e "$1" ] || { printf %s "$real"; exit 92; }
[ -f "$1" ] || exit 93
printf '%s\n' "$real"
stat -L -c '%u:%g %a %s' "$1" || exit 94
head -c "$2" "$1" || exit 94
"#;

/// Writes a file. Without an owner or a mode, an existing file keeps its own, and a new one is root's with mode 644.
/// An owner without a group gets its login group.
pub(super) async fn write(
    engine: &Engine,
    container: &str,
    path: &str,
    content: &[u8],
    owner: Option<&str>,
    mode: Option<u32>,
) -> Result<()> {
    check(path)?;
    let staged = format!(".guidepost-{}", RunId::random().as_str());
    put(engine, container, &[(staged.clone(), 0o600, content)]).await?;
    let owner = match owner {
        Some(owner) if !owner.contains(':') && !owner.bytes().all(|b| b.is_ascii_digit()) => format!("{owner}:"),
        other => other.unwrap_or_default().to_owned(),
    };
    let mode = mode.map(|m| format!("{:o}", m & 0o7777)).unwrap_or_default();
    let command = ["sh", "-c", PLACE, "sh", &format!("/{staged}"), path, &owner, &mode];
    let output = exec::run(engine, container, &Run { command: &command, env: &["LC_ALL=C"], ..Run::default() }).await?;
    let printed = || String::from_utf8_lossy(&output.stdout).into_owned();
    let path = path.to_owned();
    let failure = match output.status {
        Some(0) => return Ok(()),
        Some(91) => FileError::Link { path, link: printed() },
        Some(92) => FileError::NoFolder { path, folder: printed() },
        Some(93) => FileError::NotAFile(path),
        Some(95) => FileError::BadOwner { owner, reason: output.text() },
        _ => FileError::Failed { path, reason: output.text() },
    };
    Err(failure.into())
}

/// Reads a file of at most `limit` bytes, through links.
pub(super) async fn read(engine: &Engine, container: &str, path: &str, limit: usize) -> Result<RemoteFile> {
    check(path)?;
    let count = limit.saturating_add(1).to_string();
    let run = Run {
        command: &["sh", "-c", READ, "sh", path, &count],
        env: &["LC_ALL=C"],
        limit: limit.saturating_add(16 << 10),
        ..Run::default()
    };
    let output = exec::run(engine, container, &run).await?;
    let path = path.to_owned();
    let failed = |reason: &str| FileError::Failed { path: path.clone(), reason: reason.to_owned() };
    match output.status {
        Some(0) => {}
        Some(92) => {
            let real = String::from_utf8_lossy(&output.stdout).into_owned();
            return Err(FileError::NotFound { path, real }.into());
        }
        Some(93) => return Err(FileError::NotAFile(path).into()),
        _ => return Err(failed(&output.text()).into()),
    }
    let mut parts = output.stdout.splitn(3, |b| *b == b'\n');
    let mut line = || parts.next().map(|l| String::from_utf8_lossy(l).into_owned());
    let (real, facts) = line().zip(line()).ok_or_else(|| failed("it has a name that cannot be read"))?;
    let content = parts.next().unwrap_or_default().to_vec();
    let mut facts = facts.split(' ');
    let owner = facts.next().unwrap_or_default().to_owned();
    let mode = facts.next().and_then(|m| u32::from_str_radix(m, 8).ok()).ok_or_else(|| failed("no mode"))?;
    let size = facts.next().and_then(|s| s.parse().ok()).unwrap_or(0).max(content.len() as u64);
    if content.len() > limit {
        return Err(FileError::TooLarge { path, size, limit }.into());
    }
    Ok(RemoteFile { content, owner, mode, real })
}

/// Puts files into a container below `/`, with the folders that may be missing, owned by root. Only for names that no guide
/// can have prepared: in a container that has not started, or a random name.
pub(super) async fn put(engine: &Engine, container: &str, files: &[(String, u32, &[u8])]) -> Result<()> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, mode, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(*mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, *content)?;
    }
    let options = UploadToContainerOptionsBuilder::new().path("/").build();
    let body = body_full(archive.into_inner()?.into());
    Ok(engine.patient().upload_to_container(container, Some(options), body).await?)
}

fn check(path: &str) -> Result<(), FileError> {
    let plain = path.strip_prefix('/').is_some_and(|rest| {
        rest.split('/').all(|part| !matches!(part, "" | "." | ".."))
            && !path.contains(['\0', '\n'])
            && path.len() < 4096
    });
    if plain { Ok(()) } else { Err(FileError::BadPath(path.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_absolute_paths_are_taken() {
        for good in ["/x", "/home/reader/app.js", "/a b/…", "/-x"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "/", "x", "./x", "/x/", "/x/../y", "/./x", "//x", "/x\0", "/x\ny"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}
