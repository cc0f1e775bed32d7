//! Commands that open an editor: a reader types the file into it, so verification writes the file instead.

/// Editors that guides name.
const EDITORS: &[&str] =
    &["nano", "vi", "vim", "nvim", "emacs", "code", "pico", "gedit", "micro", "joe", "mcedit", "editor", "$EDITOR"];

/// A command that opens an editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Editor {
    /// The command, without what stands before it on the line.
    pub(crate) command: String,
    /// The file; `None` where the command names none or a folder.
    pub(crate) path: Option<String>,
    /// Whether it runs as root.
    pub(crate) root: bool,
    /// What is typed before it on the same line: `cd /etc` of `cd /etc && nano hosts`.
    pub(crate) before: Option<String>,
}

/// Reads a line as a command that opens an editor.
pub(crate) fn editor(line: &str) -> Option<Editor> {
    let line = line.trim();
    let (before, command) = match line.rsplit_once("&&") {
        Some((before, command)) => (Some(before.trim().to_owned()), command.trim()),
        None => (None, line),
    };
    if command.contains(['|', ';', '<', '>', '`']) || command.ends_with('&') {
        return None;
    }
    let mut words: Vec<&str> = command.split_whitespace().collect();
    let mut root = false;
    if words.first() == Some(&"sudoedit") {
        words.remove(0);
        root = true;
    } else {
        if words.first() == Some(&"sudo") {
            words.remove(0);
            root = true;
            if words.first() == Some(&"-e") {
                words[0] = "editor";
            }
            while words.first().is_some_and(|word| word.starts_with('-')) {
                words.remove(0);
            }
        }
        let name = words.first()?.rsplit('/').next()?;
        if !EDITORS.contains(&name) {
            return None;
        }
        words.remove(0);
    }
    let files: Vec<&str> = words.into_iter().filter(|word| !word.starts_with(['-', '+'])).collect();
    let path = files.first().map(|path| path.trim_matches(['\'', '"']).to_owned());
    let path = path.filter(|path| files.len() == 1 && path != "." && !path.ends_with('/'));
    Some(Editor { command: command.to_owned(), path, root, before })
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
            ("sudo -u root vim -n +12 '/etc/x'", None, true),
            ("sudo vim +12 /etc/x", Some("/etc/x"), true),
            ("sudoedit /etc/x", Some("/etc/x"), true),
            ("sudo -e /etc/x", Some("/etc/x"), true),
            ("/usr/bin/vi x", Some("x"), false),
            ("$EDITOR x", Some("x"), false),
            ("code .", None, false),
            ("emacs a b", None, false),
            ("cd /etc && sudo nano hosts", Some("hosts"), true),
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
}
