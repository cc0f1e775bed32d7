//! A project's own code in the machine, where a reader of its README would have cloned it.

use std::sync::Arc;

use super::host::Running;
use crate::{
    machine::{Error, FileError, Machine, Result, Run},
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
    /// The id of its last commit; empty if there is none.
    pub commit: String,
    /// Its last commit as a bare repository, as an uncompressed tar; empty if there is none.
    pub repository: Arc<Vec<u8>>,
}

/// Where the repository lies that clones come from.
const HIDDEN: &str = "/var/lib/guidepost/project.git";

/// The settings of git that hold for all users.
const SETTINGS: &str = "/etc/gitconfig";

/// Most bytes of these settings.
const LARGEST: usize = 1 << 20;

/// How a reader comes to the code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Way {
    /// The addresses of it that the page clones, as they are typed.
    cloned: Vec<String>,
    /// The page clones a branch or tag that it names: of the project's own, only the last commit is known.
    revision: bool,
    /// Other addresses that begin like one of it, as they are typed.
    longer: Vec<String>,
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
        for run in lines.flat_map(|typed| line::runs(typed)) {
            let begins = |word: &&String| self.addresses.iter().any(|known| bare(word).starts_with(&bare(known)));
            let longer = run.arguments.iter().filter(begins).filter(|word| !self.is_own(word));
            way.longer.extend(longer.map(|word| word.rsplit_once("git+").map_or(&**word, |(_, rest)| rest).to_owned()));
            let arguments: Vec<&str> = run.arguments.iter().map(String::as_str).collect();
            match (run.name.as_str(), arguments.as_slice()) {
                ("git", ["clone", rest @ ..]) => {
                    if let Some(own) = rest.iter().find(|word| self.is_own(word)) {
                        way.cloned.push((*own).to_owned());
                        way.revision |= rest.iter().any(|word| word.starts_with("--branch") || *word == "-b");
                    }
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

    /// Whether an address is one of the repository's.
    fn is_own(&self, address: &str) -> bool {
        self.addresses.iter().any(|known| bare(known) == bare(address))
    }

    /// Whether a clone of these addresses can get the last commit.
    fn is_cloned(&self, way: &Way) -> bool {
        !way.cloned.is_empty() && !way.revision && !self.repository.is_empty()
    }

    /// What the reader has before the first step, in words; as [`Workspace::put`] does it.
    pub(crate) fn told(&self, plan: &Plan) -> String {
        let Way { cloned, enters, revision, .. } = self.way(plan);
        match cloned.first() {
            Some(address) if revision => {
                format!("`git clone {address}` gets what is published there: it names a revision")
            }
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
        let way = self.way(plan);
        if self.is_cloned(&way) {
            unpack(machine, &self.repository, HIDDEN, None).await?;
            let mut configured = match machine.read(SETTINGS, LARGEST).await {
                Ok(found) => found.content,
                Err(Error::File(FileError::NotFound { .. })) => Vec::new(),
                Err(error) => return Err(error),
            };
            configured.extend_from_slice(way.settings().as_bytes());
            machine.write(SETTINGS, &configured, None, None).await?;
        }
        // Files of the same name would be in the way of a clone.
        if !way.cloned.is_empty() {
            return Ok(None);
        }
        let user = settings.user.as_deref();
        let home = Run { command: &["sh", "-c", "cd && pwd"], user, ..Run::default() };
        let home = machine.run(&home).await?;
        let home = String::from_utf8_lossy(&home.stdout).trim_end().to_owned();
        let folder = format!("{}/{}", home.trim_end_matches('/'), self.name);
        unpack(machine, &self.files, &folder, user).await?;
        Ok((!way.enters).then_some(folder))
    }
}

impl Way {
    /// Settings of git by which these addresses are the project's own, and longer ones stay what they are: of several that an
    /// address begins with, git takes the longest (<https://git-scm.com/docs/git-config#Documentation/git-config.txt-urlbaseinsteadOf>).
    fn settings(&self) -> String {
        let mut text = format!("\n[safe]\n\tdirectory = {HIDDEN}\n[url \"{HIDDEN}\"]\n");
        for address in &self.cloned {
            let short = address.trim_end_matches('/').trim_end_matches(".git");
            for address in [short, &format!("{short}.git")] {
                text.push_str(&format!("\tinsteadOf = {}\n", quoted(address)));
            }
        }
        for address in &self.longer {
            let address = quoted(address);
            text.push_str(&format!("[url {address}]\n\tinsteadOf = {address}\n"));
        }
        text
    }
}

/// A value of git's settings.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
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
    use super::{Way, bare};

    /// Where a clone of an address comes from, as git itself reads the settings.
    fn rewritten(settings: &str, address: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config");
        std::fs::write(&file, settings).expect("writable");
        let git = std::process::Command::new("git")
            .env("GIT_CONFIG_GLOBAL", &file)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["ls-remote", "--get-url", address])
            .output()
            .expect("git is there");
        String::from_utf8_lossy(&git.stdout).trim().to_owned()
    }

    #[test]
    fn only_addresses_of_the_project_are_its_own() {
        let own = "https://github.com/me/tool";
        let way = Way {
            cloned: vec![own.to_owned()],
            longer: vec![format!("{own}-extra.git"), format!("{own}\"#;x")],
            ..Way::default()
        };
        let settings = way.settings();
        for address in [own.to_owned(), format!("{own}.git")] {
            assert_eq!(rewritten(&settings, &address), super::HIDDEN, "{address}");
        }
        for address in ["https://github.com/me/other", &way.longer[0], &way.longer[1]] {
            assert_eq!(rewritten(&settings, address), *address);
        }
    }

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
