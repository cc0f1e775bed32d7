//! Files of another machine that the guide has entered: a container, a host, another root. No engine reaches them there, so they
//! are typed into the terminal, where nobody is shown it.

use super::{
    doing::Doing,
    ended::Ended,
    fault::Fault,
    file::{NEAREST, OTHER, Saved, edited, no_folder, warning},
    host::Running,
    stop::{Done, apart},
};
use crate::{
    machine::{Result, Run},
    plan::{Attributes, Edit, Owner},
    session::Place,
    terminal::line::quoted,
};

/// Tells two machines apart: the device and the inode of the root folder, the kernel's boot, the mounts.
const HERE: &str = "stat -c %d:%i /; cat /proc/sys/kernel/random/boot_id; readlink /proc/self/ns/mnt";

/// Largest file that is edited here, in bytes: the session keeps so much of what `od` prints.
const LARGEST: usize = 128 << 10;

/// Prints the bytes of a file that can be saved. It ends with 10 if there is none yet, and else as [`refused`] says.
const READ: &str = r#"f=$1; d=${f%/*}/; [ -d "$d" ] || exit 2; [ -e "$f" ] || { [ -w "$d" ] || exit 3; exit 10; }; [ -f "$f" ] || exit 4; [ -r "$f" ] && [ -w "$f" ] || exit 3; [ "$(wc -c <"$f")" -le 131072 ] || exit 5; od -An -v -tx1 "$f" || exit 6"#;
const NEW: i32 = 10;

/// Bytes of a typed line: busybox takes 1023.
const LONGEST_LINE: usize = 900;

/// What a script that was typed came to: its status, and the lines that it printed.
type Came = (i32, Vec<String>);

impl<M: Running> Doing<'_, M> {
    /// Whether the terminal is in another machine than the guide's own.
    pub(super) async fn is_inside(&mut self, places: &[Place]) -> Done<bool> {
        if places.len() < 2 {
            return Ok(false);
        }
        let own = self.machine.run(&Run { command: &["sh", "-c", HERE], ..Run::default() }).await?;
        let own = String::from_utf8_lossy(&own.stdout).into_owned();
        let (_, lines) = self.script(HERE, "", false).await?;
        Ok(!own.lines().eq(&lines))
    }

    /// Saves a file where the terminal is. Gives what was done.
    pub(super) async fn save_inside(
        &mut self,
        file: &str,
        text: &str,
        how: &Edit,
        owner: &Owner,
        place: &Place,
    ) -> Done<Saved> {
        let user = place.user.as_deref().unwrap_or("root");
        let (path, word) = located(file, place.cwd.as_deref().unwrap_or("/"));
        let root = user == "root";
        let mut sudo = !root && *owner != Owner::Session && self.succeeds("command -v sudo >/dev/null").await?;
        let mut found = self.script(READ, &word, sudo).await?;
        if !root && !sudo && found.0 == 3 && self.succeeds("sudo -n true 2>/dev/null").await? {
            sudo = true;
            found = self.script(READ, &word, sudo).await?;
        }
        let existing = match found {
            (NEW, _) => None,
            (0, lines) => match bytes(&lines).map(String::from_utf8) {
                Some(Ok(text)) => Some(text),
                _ => return Err(Fault::new(format!("{path} is not a text"), OTHER).into()),
            },
            (2, _) => {
                let near = apart(self.script(NEAREST, &word, sudo).await)?.map(|(_, lines)| lines.join(" "));
                return Err(refused(2, user, &path, near.as_deref().unwrap_or_default()).into());
            }
            (status, _) => return Err(refused(status, user, &path, "").into()),
        };
        let edited = edited(existing.as_deref(), text, how)?;
        if edited.text.len() > LARGEST || edited.text.contains('\0') {
            return Err(refused(5, user, &path, "").into());
        }
        for line in lines(edited.text.as_bytes(), &word, sudo) {
            self.hidden(&line, false).await?;
        }
        match self.script(READ, &word, sudo).await? {
            (0, lines) if bytes(&lines).as_deref() == Some(edited.text.as_bytes()) => {
                let with = if sudo { ", saved as root" } else { "" };
                let why = format!("{path}: {:?}: {}, typed where the terminal is{with}", edited.how, edited.why);
                Ok(Saved { why, warning: warning(&path, existing.as_deref(), text, how) })
            }
            _ => {
                let help = "write it with a here-document: run=\"cat > FILE <<EOF …\"";
                Err(Fault::new(format!("{path} is not what was typed into it"), help).into())
            }
        }
    }

    /// Types a script with an argument, which is a word of the shell.
    async fn script(&mut self, script: &str, word: &str, sudo: bool) -> Done<Came> {
        let script = format!(r#"printf "gp-%s\n" begin; ({script}); printf "gp-%s\n" "end $?""#);
        let sudo = if sudo { "sudo " } else { "" };
        let output = self.hidden(&format!(" {sudo}sh -c {} sh {word}", quoted(&script)), true).await?;
        came(&output).ok_or_else(|| {
            let message = "the terminal is in another machine, and its shell does not say what there is";
            Fault::new(message, "leave it before the file, or write the file with `cat > FILE <<EOF`").into()
        })
    }

    async fn succeeds(&mut self, script: &str) -> Result<bool> {
        Ok(matches!(apart(self.script(script, "", false).await)?, Ok((0, _))))
    }

    /// Types a line that nobody is shown, and gives its output. A space before it keeps it out of most histories. Of a script
    /// that says itself `how_it_ends` only the end of the line is judged.
    async fn hidden(&mut self, line: &str, how_it_ends: bool) -> Done<String> {
        let step = self.session_step(vec![line.to_owned()], &Attributes::default(), None);
        let outcome = self.live.quietly(step).await?;
        let ended = Ended::new(line, &outcome);
        match if how_it_ends { ended.judge() } else { ended.fault() } {
            None => Ok(outcome.output),
            Some(Fault { message, help, .. }) => {
                Err(Fault::new(format!("the file could not be typed: {message}"), help).into())
            }
        }
    }
}

/// A path as people read it, and as a word of the shell.
fn located(file: &str, folder: &str) -> (String, String) {
    if let Some(rest) = file.strip_prefix("~/") {
        return (file.to_owned(), format!("\"$HOME\"/{}", quoted(rest)));
    }
    let path = if file.starts_with('/') { file.to_owned() } else { format!("{}/{file}", folder.trim_end_matches('/')) };
    let word = quoted(&path);
    (path, word)
}

/// Why a file cannot be saved, by the status of [`READ`].
fn refused(status: i32, user: &str, path: &str, near: &str) -> Fault {
    match status {
        2 => no_folder(path.rsplit_once('/').map_or("/", |(folder, _)| folder), near),
        3 => {
            let help = "say how a reader becomes somebody who may: `sudo nano FILE` before the block";
            Fault::new(format!("{user} may not read and write {path}"), help)
        }
        4 => Fault::new(format!("{path} is not a file"), OTHER),
        5 => {
            let message = format!("{path} is no text of at most 128 KiB, which can be typed into another machine");
            Fault::new(message, OTHER)
        }
        _ => {
            let message = format!("{path} cannot be read there (status {status})");
            Fault::new(message, "write it with `cat > FILE <<EOF`, as a command")
        }
    }
}

/// What a script printed between its marks. They are typed otherwise, so their echo is none.
fn came(output: &str) -> Option<Came> {
    let mut lines = output.lines().map(str::trim_end).skip_while(|line| *line != "gp-begin").skip(1);
    let mut printed = Vec::new();
    loop {
        let line = lines.next()?;
        if let Some(status) = line.strip_prefix("gp-end ") {
            return Some((status.parse().ok()?, printed));
        }
        printed.push(line.to_owned());
    }
}

/// What `od -An -tx1` has printed.
fn bytes(lines: &[String]) -> Option<Vec<u8>> {
    lines.iter().flat_map(|line| line.split_whitespace()).map(|byte| u8::from_str_radix(byte, 16).ok()).collect()
}

/// The lines to type that save a text: they collect it in a variable, as `printf %b` wants it, and write it at once.
fn lines(text: &[u8], word: &str, sudo: bool) -> Vec<String> {
    let mut lines = vec![" __gp_f=".to_owned()];
    let mut chunk = String::new();
    for &byte in text {
        match byte {
            b'\n' => chunk.push_str("\\n"),
            b'\\' => chunk.push_str("\\\\"),
            b' '..=b'~' if byte != b'\'' => chunk.push(char::from(byte)),
            _ => chunk.push_str(&format!("\\0{byte:03o}")),
        }
        if chunk.len() > LONGEST_LINE {
            lines.push(format!(" __gp_f=$__gp_f'{}'", std::mem::take(&mut chunk)));
        }
    }
    lines.push(format!(" __gp_f=$__gp_f'{chunk}'"));
    let to = if sudo { format!("| sudo tee {word} >/dev/null") } else { format!(">| {word}") };
    lines.push(format!(" printf %b \"$__gp_f\" {to}; unset __gp_f"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_what_a_script_printed() {
        let came = |output: &str| came(output).map(|(status, lines)| (status, lines.join("|")));
        let echo = "$ sh -c 'printf \"gp-%s\\n\" begin; (x); …'\n";
        for (output, expected) in [
            ("gp-begin\n 61 0a\n 62\ngp-end 0", Some((0, " 61 0a| 62".to_owned()))),
            ("gp-begin\r\ngp-end 10\r\n$ ", Some((10, String::new()))),
            ("gp-begin\n 61", None),
            ("sh: not found", None),
        ] {
            assert_eq!(came(output), expected, "{output:?}");
            assert_eq!(came(&format!("{echo}{output}")), expected, "{output:?}");
        }
        assert_eq!(bytes(&[" 61 0a ff".into(), " 00".into()]), Some(b"a\n\xff\0".to_vec()));
        assert_eq!(bytes(&["od: no".into()]), None);
    }

    #[test]
    fn paths_are_words() {
        for (file, path, word) in [
            ("app.js", "/srv/app.js", "/srv/app.js"),
            ("/etc/it's", "/etc/it's", r"'/etc/it'\''s'"),
            ("~/a b", "~/a b", "\"$HOME\"/'a b'"),
        ] {
            assert_eq!(located(file, "/srv"), (path.to_owned(), word.to_owned()));
        }
        assert_eq!(located("x", "/").0, "/x");
    }

    fn through(shell: &str, text: &[u8]) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("it's");
        std::fs::write(&path, "before").expect("written");
        let mut lines = lines(text, &quoted(path.to_str().expect("a path")), false);
        lines.insert(0, "set -Cu".into());
        assert!(lines.iter().all(|line| line.len() < 1000 && !line.contains('\n')), "{lines:?}");
        let status = std::process::Command::new(shell).arg("-c").arg(lines.join("\n")).status();
        assert!(status.expect("a shell").success());
        std::fs::read(path).expect("written")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn shells_write_what_is_typed(text in proptest::collection::vec(1..=255u8, 0..4000)) {
            for shell in ["sh", "bash"] {
                prop_assert_eq!(through(shell, &text), text.clone());
            }
        }
    }

    #[test]
    fn what_a_shell_could_misread() {
        for text in ["", "-n", "%s%%\\n\\c\\0101", "'\"`$(x) !!\t\n\n", "Grüße 🎉\r\n"] {
            assert_eq!(through("sh", text.as_bytes()), text.as_bytes(), "{text:?}");
        }
    }
}
