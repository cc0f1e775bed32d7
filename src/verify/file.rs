//! Files are saved where the reader would save them, as the reader's editor would leave them.

use super::{
    doing::{Doing, shown},
    fault::Fault,
    host::Running,
    stop::{Done, apart},
};
use crate::{
    edit::{self, Edited},
    machine::{Error, FileError, Result, Run},
    plan::{Edit, Owner},
    report::StepReport,
    session::{Kind, Place},
    terminal::{clean::clean, editor::Through, failure::said},
};

/// Largest file that is edited, in bytes.
const LARGEST: usize = 4 << 20;

/// Names the nearest folder above a file that there is, and some of what is in it.
pub(super) const NEAREST: &str = r#"d=${1%/*}; while [ ! -d "$d/" ]; do d=${d%/*}; done; n=$(ls "$d/" | head -n 5 | paste -s -d ' '); printf '%s has: %s' "${d:-/}" "${n:-nothing to list}""#;

/// Where the text of a file is kept until its command has taken it.
const INSTALLED: &str = "/tmp/.guidepost-file";

/// Ends with 0 if a file can be saved, with 2 if its folder is missing, with 3 if it may not be written.
const MAY_WRITE: &str =
    r#"[ -d "${1%/*}/" ] || exit 2; if [ -e "$1" ]; then [ -w "$1" ] || exit 3; else [ -w "${1%/*}/" ] || exit 3; fi"#;

impl<M: Running> Doing<'_, M> {
    /// Writes a file.
    pub(super) async fn write(
        &mut self,
        file: &str,
        text: &str,
        how: &Edit,
        owner: &Owner,
        through: Option<&Through>,
        report: &mut StepReport,
    ) -> Result<()> {
        let places = self.live.places().to_vec();
        report.place = shown(&places);
        let saved = match through {
            Some(through) => self.install(file, text, how, owner, through, &places).await,
            None => self.save(file, text, how, owner, &places).await,
        };
        match apart(saved)? {
            Ok(Saved { why, warning }) => {
                report.output = why;
                let code = if *how == Edit::Create { FILE_IS_THERE } else { OLD_LINES_DIFFER };
                self.warn(code, warning, report);
            }
            Err(fault) => fault.breaks(report),
        }
        Ok(())
    }

    async fn save(&mut self, file: &str, text: &str, how: &Edit, owner: &Owner, places: &[Place]) -> Done<Saved> {
        let (user, folder) = who(places)?;
        if let (true, Some(place)) = (self.is_inside(places).await?, places.last()) {
            return self.save_inside(file, text, how, owner, place).await;
        }
        let path = self.absolute(file, &user, &folder).await?;
        let mut by = saver(owner, &user);
        if let Owner::User(name) = owner
            && !self.machine.run(&Run { command: &["id", "-u", name], ..Run::default() }).await?.is_success()
        {
            let help = "make the user in an earlier step, or correct the name";
            return Err(Fault::new(format!("there is no user {name}, as whom the editor is opened"), help).into());
        }
        // As an editor does, through links to where they lead.
        let (existing, real) = match self.machine.read(&path, LARGEST).await {
            Ok(found) => (Some(String::from_utf8_lossy(&found.content).into_owned()), found.real),
            Err(Error::File(FileError::NotFound { real, .. })) => (None, real),
            Err(Error::File(problem)) => return Err(Fault::new(problem.to_string(), OTHER).into()),
            Err(error) => return Err(error.into()),
        };
        let real = if real.is_empty() { path.clone() } else { real };
        match self.may_write(&real, &by).await? {
            Some(2) => {
                let folder = real.rsplit_once('/').map_or("/", |(folder, _)| folder);
                let near = self.nearest(&real, &by).await?;
                return Err(no_folder(folder, &near).into());
            }
            Some(3) if by != "root" && self.may_sudo(&by).await? => by = "root".into(),
            Some(3) => {
                let help = "say how a reader becomes somebody who may: `sudo nano FILE` before the block";
                return Err(Fault::new(format!("{by} may not write {real}"), help).into());
            }
            _ => {}
        }
        let edited = edited(existing.as_deref(), text, how)?;
        let new_owner = existing.is_none().then(|| format!("{by}:"));
        match self.machine.write(&real, edited.text.as_bytes(), new_owner.as_deref(), None).await {
            Ok(()) => {}
            Err(Error::File(problem)) => return Err(Fault::new(problem.to_string(), OTHER).into()),
            Err(error) => return Err(error.into()),
        }
        let with = if by == user { String::new() } else { format!(", saved as {by}") };
        let through = if real == path { String::new() } else { format!(", which leads to {real}") };
        let why = format!("{path}{through}: {:?}: {}{with}", edited.how, edited.why);
        Ok(Saved { why, warning: warning(&path, existing.as_deref(), text, how) })
    }

    /// Saves a file that has no path of its own, by the commands that read and write it.
    async fn install(
        &mut self,
        file: &str,
        text: &str,
        how: &Edit,
        owner: &Owner,
        through: &Through,
        places: &[Place],
    ) -> Done<Saved> {
        let (user, _) = who(places)?;
        if self.is_inside(places).await? {
            let message = format!("the editor of {file} was opened in another machine, where it cannot be answered");
            return Err(Fault::new(message, "write the file there with a command, say it in `run`").into());
        }
        let by = saver(owner, &user);
        let read = ["sh", "-c", &through.read];
        let found = self.machine.run(&Run { command: &read, user: Some(&by), ..Run::default() }).await?;
        let existing = found.is_success().then(|| String::from_utf8_lossy(&found.stdout).into_owned());
        let edited = edited(existing.as_deref(), text, how)?;
        match self.machine.write(INSTALLED, edited.text.as_bytes(), Some(&format!("{by}:")), None).await {
            Ok(()) => {}
            Err(Error::File(problem)) => return Err(Fault::new(problem.to_string(), "make room in /tmp").into()),
            Err(error) => return Err(error.into()),
        }
        let write = ["sh", "-c", &through.write, "sh", INSTALLED];
        let written = self.machine.run(&Run { command: &write, user: Some(&by), ..Run::default() }).await?;
        self.machine.run(&Run { command: &["rm", "-f", INSTALLED], ..Run::default() }).await?;
        if !written.is_success() {
            let message = format!("{file} was not accepted{}", said(&written.text()));
            return Err(Fault::new(message, "mend the file, or install in an earlier step what reads it").into());
        }
        let why = format!("{file} of {by}: {:?}: {}", edited.how, edited.why);
        Ok(Saved { why, warning: warning(file, existing.as_deref(), text, how) })
    }

    /// A path as the session's shell would understand it.
    pub(super) async fn absolute(&self, file: &str, user: &str, folder: &str) -> Result<String> {
        if let Some(rest) = file.strip_prefix("~/") {
            let output = self.machine.run(&Run { command: &["getent", "passwd", user], ..Run::default() }).await?;
            let entry = String::from_utf8_lossy(&output.stdout).into_owned();
            let home = entry.trim().split(':').nth(5).unwrap_or("/root").to_owned();
            return Ok(format!("{home}/{rest}"));
        }
        if file.starts_with('/') { Ok(file.to_owned()) } else { Ok(format!("{}/{file}", folder.trim_end_matches('/'))) }
    }

    async fn may_write(&self, path: &str, user: &str) -> Result<Option<i64>> {
        let run = Run { command: &["sh", "-c", MAY_WRITE, "sh", path], user: Some(user), ..Run::default() };
        Ok(self.machine.run(&run).await?.status)
    }

    /// What there is in place of a missing folder.
    async fn nearest(&self, path: &str, user: &str) -> Result<String> {
        let run = Run { command: &["sh", "-c", NEAREST, "sh", path], user: Some(user), ..Run::default() };
        let output = self.machine.run(&run).await?;
        Ok(clean(&String::from_utf8_lossy(&output.stdout)).trim().to_owned())
    }

    async fn may_sudo(&self, user: &str) -> Result<bool> {
        let run = Run {
            command: &["sh", "-c", "id -nG | tr ' ' '\\n' | grep -qxE 'sudo|wheel|admin' || sudo -n true"],
            user: Some(user),
            ..Run::default()
        };
        Ok(self.machine.run(&run).await?.is_success())
    }
}

/// The user who saves a file, where `user` types.
fn saver(owner: &Owner, user: &str) -> String {
    match owner {
        Owner::Session => user.to_owned(),
        Owner::Root => "root".to_owned(),
        Owner::User(name) => name.clone(),
    }
}

/// What to do about a file that cannot be used.
pub(super) const OTHER: &str = "choose another file";

/// A file without a folder, and what there is near it.
pub(super) fn no_folder(folder: &str, near: &str) -> Fault {
    let help = format!("make it in an earlier step: mkdir -p; or correct the path: {near}");
    Fault::new(format!("there is no folder {folder} for this file"), help)
}

/// The warning of a file that a page says is new, and that was there.
const FILE_IS_THERE: &str = "file-is-there";

/// The warning of lines that a page tells to change, and that are others in the file.
const OLD_LINES_DIFFER: &str = "old-lines-differ";

/// What was saved.
pub(super) struct Saved {
    /// Where, how and why so.
    pub(super) why: String,
    /// What the author should look at.
    pub(super) warning: Option<Fault>,
}

/// What to look at in a file as it was before the edit.
pub(super) fn warning(path: &str, existing: Option<&str>, text: &str, how: &Edit) -> Option<Fault> {
    let existing = existing?;
    match how {
        Edit::Create => is_there(path, existing, text),
        Edit::Instead(old) if !edit::shows(existing, old) => {
            let old = old.trim().lines().next().unwrap_or_default().trim();
            Some(Fault::new(
                format!("the page tells to change `{old}` in {path}, and the file has not had it so"),
                "show the lines as the file has them by then",
            ))
        }
        _ => None,
    }
}

/// Where a page says that a file is new: it has other lines already, which a reader would see in the editor.
fn is_there(path: &str, existing: &str, text: &str) -> Option<Fault> {
    let is_lost = |line: &&str| !line.trim().is_empty() && !text.lines().any(|other| other == *line);
    let lost = existing.lines().filter(is_lost).count();
    (lost > 0).then(|| {
        let lines = if lost == 1 { "1 line".to_owned() } else { format!("{lost} lines") };
        Fault::new(
            format!("the page says that {path} is new, and it was there already, with {lines} that the block has not"),
            "say what a reader does with what is there; edit=replace, edit=append or edit=patch says it here",
        )
    })
}

/// A file with a block of the guide in it.
pub(super) fn edited(existing: Option<&str>, text: &str, how: &Edit) -> std::result::Result<Edited, Fault> {
    let help = match how {
        Edit::After(_) | Edit::Before(_) | Edit::Instead(_) => {
            "look at the file as it is by then: the line must stand in it, and only once"
        }
        _ => "show more of the file, or say edit=patch, edit=append, edit=replace, or `after=LINE`",
    };
    edit::apply(existing, text, how).map_err(|problem| Fault::new(problem.to_string(), help))
}

/// The user and the working directory of the innermost shell.
fn who(places: &[Place]) -> std::result::Result<(String, String), Fault> {
    let Some(place) = places.last() else {
        return Err(Fault::new("there is no shell", "remove an `exit` too many"));
    };
    if !matches!(place.kind, Kind::Shell { .. }) {
        let message = format!("the terminal is in {place}, where no file can be saved");
        return Err(Fault::new(message, "leave the program before the file"));
    }
    let user = place.user.clone().unwrap_or_else(|| "root".into());
    let folder = place.cwd.clone().unwrap_or_else(|| "/".into());
    Ok((user, folder))
}
