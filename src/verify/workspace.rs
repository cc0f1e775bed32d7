//! A project's own code in the machine, where a reader of its README would have cloned it.

use std::sync::Arc;

use super::host::Running;
use crate::{
    machine::{FileError, Machine, Result, Run},
    plan::{Plan, StepKind},
    terminal::line,
};

/// The files of a repository that git tracks.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// What a clone of it is called.
    pub name: String,
    /// Where it is cloned from, as git's own settings have it.
    pub addresses: Vec<String>,
    /// Its tracked files as they lie there, as an uncompressed tar.
    pub files: Arc<Vec<u8>>,
    /// Its last commit as a bare repository, as an uncompressed tar; empty if there is none.
    pub repository: Arc<Vec<u8>>,
}

/// Where the repository lies that clones come from.
const HIDDEN: &str = "/var/lib/guidepost";

/// How a reader comes to the code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Way {
    /// The addresses of it that the page clones, as they are typed.
    cloned: Vec<String>,
    /// The page goes into its folder.
    enters: bool,
}

impl Workspace {
    fn way(&self, plan: &Plan) -> Way {
        let mut way = Way::default();
        let steps = plan.steps.iter().filter(|step| step.skip.is_none());
        let typed = steps.flat_map(|step| match &step.kind {
            StepKind::Run { commands } => commands.as_slice(),
            _ => &[],
        });
        let lines = typed.flat_map(|command| &command.lines);
        for run in lines.flat_map(|typed| line::commands(typed)).filter_map(line::Run::of) {
            let arguments: Vec<&str> = run.arguments.iter().map(String::as_str).collect();
            match (run.name.as_str(), arguments.as_slice()) {
                ("git", ["clone", rest @ ..]) => {
                    let own = rest.iter().find(|word| self.addresses.iter().any(|known| bare(known) == bare(word)));
                    way.cloned.extend(own.map(|word| (*word).to_owned()));
                }
                ("cd", [folder]) => {
                    let folder = folder.trim_start_matches("./").trim_start_matches("~/").trim_end_matches('/');
                    way.enters |= folder == self.name;
                }
                _ => {}
            }
        }
        way
    }

    /// What the reader has before the first step, in words; as [`Workspace::put`] does it.
    pub(crate) fn told(&self, plan: &Plan) -> String {
        let Way { cloned, enters } = self.way(plan);
        match cloned.first() {
            Some(address) => format!("`git clone {address}` gets this commit"),
            None if enters => format!("the files that git tracks lie in ~/{}", self.name),
            None => format!("it begins in ~/{}, where the files that git tracks lie", self.name),
        }
    }

    /// Puts it into a machine, and gives the folder that the reader begins in; `None` is home.
    ///
    /// # Errors
    /// If the machine is gone, or the files cannot be put there.
    pub(super) async fn put(&self, plan: &Plan, machine: &impl Running, settings: &Machine) -> Result<Option<String>> {
        let Way { cloned, enters } = self.way(plan);
        if !cloned.is_empty() && !self.repository.is_empty() {
            let folder = format!("{HIDDEN}/{}.git", self.name);
            unpack(machine, &self.repository, &folder, None).await?;
            let mut configured = format!("[safe]\n\tdirectory = {folder}\n[url \"{folder}\"]\n");
            for address in &cloned {
                configured.push_str(&format!("\tinsteadOf = {address}\n"));
            }
            machine.write("/etc/gitconfig", configured.as_bytes(), None, None).await?;
            return Ok(None);
        }
        let user = settings.user.as_deref();
        let home = Run { command: &["sh", "-c", "cd && pwd"], user, ..Run::default() };
        let home = machine.run(&home).await?;
        let home = String::from_utf8_lossy(&home.stdout).trim_end().to_owned();
        let folder = format!("{}/{}", home.trim_end_matches('/'), self.name);
        unpack(machine, &self.files, &folder, user).await?;
        Ok((!enters).then_some(folder))
    }
}

/// Unpacks a tar into a folder of its own, as this user's.
async fn unpack(machine: &impl Running, tar: &[u8], folder: &str, user: Option<&str>) -> Result<()> {
    let file = format!("/tmp/.guidepost-{}.tar", blake3::hash(folder.as_bytes()).to_hex());
    machine.write(&file, tar, user, Some(0o600)).await?;
    let script =
        r#"mkdir -p -- "$1" && tar -x --no-same-owner -f "$2" -C "$1"; status=$?; rm -f -- "$2"; exit $status"#;
    let run = Run { command: &["sh", "-c", script, "sh", folder, &file], user, ..Run::default() };
    let done = machine.run(&run).await?;
    if done.status == Some(0) {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    Err(FileError::Unpack { folder: folder.to_owned(), reason }.into())
}

/// An address without what may stand there or not: `https://host/a/b.git` and `git@host:a/b` are `host/a/b`.
fn bare(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.trim_end_matches('/').trim_end_matches(".git");
    rest.replacen(':', "/", 1).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn addresses_of_one_repository() {
        for address in [
            "https://github.com/me/tool.git",
            "https://github.com/me/tool",
            "https://github.com/me/tool/",
            "git@github.com:me/tool.git",
            "ssh://git@github.com/Me/Tool",
        ] {
            assert_eq!(bare(address), "github.com/me/tool", "{address}");
        }
        assert_ne!(bare("https://github.com/me/tool-extra"), bare("https://github.com/me/tool"));
    }
}
