//! Commands that open an editor: a reader types the file into it, so verification writes the file instead.

use super::line::{Run, quoted};

/// A command that opens an editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Editor {
    /// The command, without what stands before it on the line.
    pub(crate) command: String,
    /// The file; `None` where the command names none or a folder.
    pub(crate) path: Option<String>,
    /// Whether it runs as root.
    pub(crate) root: bool,
    /// The user that it runs as, if that is neither the reader nor root.
    pub(crate) user: Option<String>,
    /// How its file is read and written, if that is not done by its path.
    pub(crate) through: Option<Through>,
    /// What is typed before it on the same line: `cd /etc` of `cd /etc && nano hosts`.
    pub(crate) before: Option<String>,
}

/// Lines of a shell that read and write a file which has no path of its own, such as a user's crontab.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Through {
    /// Prints the text that there is; fails if there is none.
    pub read: String,
    /// Puts the file `$1` in its place.
    pub write: String,
}

/// Reads a line as a command that opens an editor.
pub(crate) fn editor(line: &str) -> Option<Editor> {
    let line = line.split_once(" # ").map_or(line, |(line, _)| line).trim();
    let (before, command) = match line.rsplit_once("&&") {
        Some((before, command)) => (Some(before.trim().to_owned()), command.trim()),
        None => (None, line),
    };
    if command.contains(['|', ';', '<', '>', '`']) || command.ends_with('&') {
        return None;
    }
    let run = Run::of(command).filter(|run| !run.is_elsewhere)?;
    let program = run.program?;
    let edits = program.edits.iter().find(|edits| edits.when.is(&run.arguments))?;
    let (mut files, mut rest) = (Vec::new(), run.arguments.iter().map(String::as_str));
    while let Some(word) = rest.next() {
        if program.batch.contains(&word) {
            return None;
        }
        if program.valued.contains(&word) {
            rest.next();
        } else if !word.starts_with(['-', '+']) {
            files.push(word.to_owned());
        }
    }
    let root = run.user.as_ref().map_or(run.root || edits.root, |user| user == "root");
    // Of `systemctl edit nginx`.
    let unit = files.last().map(|unit| if unit.contains('.') { unit.clone() } else { format!("{unit}.service") });
    let unit = unit.unwrap_or_default();
    let path = match edits.path {
        Some(path) => Some(path.replace("UNIT", &unit)),
        None => files.first().cloned().filter(|path| files.len() == 1 && path != "." && !path.ends_with('/')),
    };
    // `crontab -u web -e` is root's to say, and is of that user.
    let of = program.users.iter().find(|option| run.arguments.iter().any(|word| word == *option));
    let of = of.zip(run.user.as_deref()).map_or(String::new(), |(option, user)| format!("{option} {}", quoted(user)));
    let filled = |line: &str| {
        let path = path.as_deref().map_or(String::new(), quoted);
        line.replace("PATH", &path)
            .replace("UNIT", &quoted(&unit))
            .replace(" USER", &if of.is_empty() { String::new() } else { format!(" {of}") })
    };
    let through = edits.through.map(|(read, write)| Through { read: filled(read), write: filled(write) });
    let root = root || !of.is_empty();
    let user = run.user.filter(|_| !root);
    Some(Editor { command: command.to_owned(), path, root, user, through, before })
}

impl Editor {
    /// The path to write for a file block with this title; `None` if the editor opened another file.
    pub(crate) fn path_for(&self, title: Option<&str>) -> Option<String> {
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        match (&self.path, title) {
            (Some(path), None) => Some(path.clone()),
            (None, Some(title)) => Some(title.to_owned()),
            (Some(path), Some(title)) if name(path) == name(title) => Some(path.clone()),
            // A title in words, "Contents of the file", names no other file.
            (Some(path), Some(title)) if title.contains(' ') && !title.contains('/') => Some(path.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors() {
        for (line, path, root) in [
            ("nano app.js", Some("app.js"), false),
            ("sudo nano /etc/hosts", Some("/etc/hosts"), true),
            ("sudo -u root vim -n +12 '/etc/x'", Some("/etc/x"), true),
            ("doas nano /etc/x", Some("/etc/x"), true),
            ("sudo -u postgres nano '/tmp/a b'", Some("/tmp/a b"), false),
            ("sudo -upostgres nano x", Some("x"), false),
            ("EDITOR=vi nano x", Some("x"), false),
            ("time nice -n 5 vim x", Some("x"), false),
            ("sudo vim +12 /etc/x", Some("/etc/x"), true),
            ("sudoedit /etc/x", Some("/etc/x"), true),
            ("sudo -e /etc/x", Some("/etc/x"), true),
            ("/usr/bin/vi x", Some("x"), false),
            ("$EDITOR x", Some("x"), false),
            ("code .", None, false),
            ("emacs a b", None, false),
            ("cd /etc && sudo nano hosts", Some("hosts"), true),
            ("nano /etc/hosts   # as below", Some("/etc/hosts"), false),
        ] {
            match editor(line) {
                Some(found) => assert_eq!((found.path.as_deref(), found.root), (path, root), "{line}"),
                None => assert_eq!((path, root), (None, true), "{line}"),
            }
        }
        for line in
            ["ls", "echo nano x", "sudo apt install nano", "vim -c x | y", "nano && ls", "", "code --list &", "sudo"]
        {
            assert_eq!(editor(line), None, "{line}");
        }
        let opened = editor("nano /etc/hosts").expect("an editor");
        for (title, path) in [
            (None, Some("/etc/hosts")),
            (Some("hosts"), Some("/etc/hosts")),
            (Some("The new hosts"), Some("/etc/hosts")),
            (Some("/etc/passwd"), None),
        ] {
            assert_eq!(opened.path_for(title).as_deref(), path, "{title:?}");
        }
    }

    #[test]
    fn files_that_have_no_name_on_the_line() {
        for (line, path, root, write) in [
            ("crontab -e", "crontab", false, Some("crontab \"$1\"")),
            ("EDITOR=nano crontab -e", "crontab", false, Some("crontab \"$1\"")),
            ("sudo crontab -e", "crontab", true, Some("crontab \"$1\"")),
            ("sudo crontab -u www-data -e", "crontab", true, Some("crontab -u www-data \"$1\"")),
            ("sudo visudo", "/etc/sudoers", true, None),
            ("sudo EDITOR=nano visudo", "/etc/sudoers", true, None),
            ("sudo visudo -f /etc/sudoers.d/me", "/etc/sudoers.d/me", true, None),
            (
                "sudo systemctl edit nginx",
                "/etc/systemd/system/nginx.service.d/override.conf",
                true,
                Some(
                    "install -D -m 644 \"$1\" /etc/systemd/system/nginx.service.d/override.conf && { systemctl daemon-reload 2>/dev/null || true; }",
                ),
            ),
        ] {
            let found = editor(line).unwrap_or_else(|| panic!("{line} opens an editor"));
            assert_eq!((found.path.as_deref(), found.root), (Some(path), root), "{line}");
            assert_eq!(found.through.as_ref().map(|through| through.write.as_str()), write, "{line}");
        }
        for line in
            ["crontab -l", "crontab file", "sudo visudo -c", "systemctl status nginx", "sudo -l", "sudo sed -e x f"]
        {
            assert_eq!(editor(line), None, "{line}");
        }
        let crontab = editor("crontab -e").expect("an editor");
        assert_eq!(crontab.path_for(Some("crontab")).as_deref(), Some("crontab"));
    }
}
