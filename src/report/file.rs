//! Reports and recordings as files: looked at before they are read, and written as a whole or not at all.

use rustix::fs::OFlags;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Opens a file to read it, if it is a regular one of at most so many bytes, and no link unless `follow`. Nothing is waited for:
/// a pipe without a writer, or a device without an end, is refused.
///
/// # Errors
/// Why it is not read, in a few words.
pub fn open(path: &Path, largest: u64, follow: bool) -> io::Result<File> {
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
    let mut flags = OFlags::NONBLOCK | OFlags::CLOEXEC;
    if !follow {
        if std::fs::symlink_metadata(path)?.is_symlink() {
            return Err(refused("it is a link".into()));
        }
        flags |= OFlags::NOFOLLOW;
    }
    // Opening is harmless now, and what is open cannot become something else.
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let found = file.metadata()?;
    match found.len() {
        _ if !found.is_file() => Err(refused("it is no regular file".into())),
        bytes if bytes > largest => Err(refused(format!("it has {bytes} bytes, and {largest} are the most"))),
        _ => Ok(file),
    }
}

/// Its text, of at most `largest` bytes even if it grows meanwhile.
///
/// # Errors
/// As [`open()`], or if it is no UTF-8.
pub fn text(path: &Path, largest: u64) -> io::Result<String> {
    let mut text = String::new();
    open(path, largest, true)?.take(largest).read_to_string(&mut text)?;
    Ok(text)
}

/// Writes a file beside it and puts that in its place: whoever reads it has the old one or the new one, whole, whatever ends the
/// disk or the process. What is no regular file, `/dev/stdout` for one, is written to.
///
/// # Errors
/// If it cannot be written; the old one is as it was.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one, and what it leads to is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mode = match std::fs::metadata(&target) {
        Ok(found) if !found.is_file() => return std::fs::write(&target, text),
        Ok(found) => found.permissions().mode() & 0o7777,
        Err(_) => 0o644,
    };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".guidepost-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(PermissionsExt::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_regular_files_are_opened_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("ok"), "12345678").unwrap();
        std::fs::write(at("large"), "123456789").unwrap();
        symlink(at("ok"), at("link")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        for (name, follow, why) in [
            ("ok", false, ""),
            ("link", true, ""),
            ("link", false, "it is a link"),
            ("zero", false, "it is a link"),
            ("zero", true, "it is no regular file"),
            ("pipe", true, "it is no regular file"),
            ("pipe", false, "it is no regular file"),
            (".", true, "it is no regular file"),
            ("large", true, "it has 9 bytes, and 8 are the most"),
            ("nothing", true, "No such file"),
        ] {
            let opened = open(&at(name), 8, follow).map_err(|error| error.to_string());
            match opened {
                Ok(_) => assert_eq!(why, "", "{name}"),
                Err(error) => assert!(!why.is_empty() && error.contains(why), "{name}: {error}"),
            }
        }
        assert_eq!(text(&at("ok"), 8).unwrap(), "12345678");
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("r.json"), "old").unwrap();
        std::fs::set_permissions(at("r.json"), PermissionsExt::from_mode(0o600)).unwrap();
        symlink("r.json", at("link")).unwrap();
        replace(&at("link"), "new").unwrap();
        assert_eq!(std::fs::read_to_string(at("r.json")).unwrap(), "new");
        assert!(at("link").is_symlink());
        assert_eq!(std::fs::metadata(at("r.json")).unwrap().permissions().mode() & 0o777, 0o600);
        replace(&at("fresh"), "new").unwrap();
        replace(Path::new("/dev/null"), "gone").unwrap();
        assert!(replace(&at("no/folder"), "x").is_err());
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 3, "nothing stays beside it");
    }
}
