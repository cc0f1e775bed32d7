//! Images of machines on which a setup was done: the next guides with the same setup begin there.

use bollard::{
    models::ContainerConfig,
    query_parameters::{CommitContainerOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptionsBuilder},
};
use std::{collections::HashMap, path::Path, time::Duration};

use super::{
    engine::Engine,
    error::{Error, Result},
    exec::{self, Run},
    image::Listener,
    label::{KEPT, Owner, RunId},
    settings::{ImageSource, Machine},
};

/// How long an image is used: a night. What a setup has fetched grows old.
const AGE: Duration = Duration::from_secs(12 * 60 * 60);

/// What the images are called, with a hash as their tag.
const REPOSITORY: &str = "guidepost-kept";

/// What images of machines in the middle of a guide are called.
const SNAPSHOTS: &str = "guidepost-snapshot";

/// What they are, by their label.
const SNAPSHOT: &str = "snapshot";

/// What no image holds of a machine: processes, what is mounted, the files that the engine mounts, and what lies in memory.
const STATE: &str = "for f in /proc/[0-9]*/stat; do read -r stat <\"$f\" && echo \"process $stat\"; done 2>/dev/null
cat /etc/hosts /etc/hostname /etc/resolv.conf /proc/mounts 2>&1
ls -A /dev/shm /dev/mqueue 2>&1";

/// What a terminal is like that is opened now: a guide's is opened before its own setup, and after one that was kept. So login files, and
/// the programs that they ask for, must not have made it another.
const LOGIN: &str = "id
command -v bash >/dev/null && exec bash -lic 'declare -p; declare -f; alias; shopt -p; set +o; trap; umask; ulimit -a; pwd' 2>/dev/null
exec sh -lc 'set; alias; trap; umask; ulimit -a; pwd' 2>/dev/null";

/// Variables that are others in each shell, and say nothing of it.
const VARY: [&str; 9] =
    ["_", "BASHPID", "EPOCHREALTIME", "EPOCHSECONDS", "HISTCMD", "PPID", "RANDOM", "SECONDS", "SRANDOM"];

/// A machine on which a setup was done for an earlier guide.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The same settings, with its image.
    pub machine: Machine,
    /// When the setup was done, as the engine says: RFC 3339.
    pub made: String,
}

/// What no image holds of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// What runs.
    pub processes: Vec<Process>,
    /// What is mounted, what stands in the files that the engine mounts, and what lies in memory.
    pub rest: Vec<String>,
}

/// What runs in a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// The number of the process that has started it, or of one that has taken its place.
    pub parent: u32,
    /// Its name, of 15 bytes at most.
    pub name: String,
}

impl Process {
    /// One from its line in `/proc/ID/stat` (proc(5)): `12 (a name) S 1 …`.
    fn of(stat: &str) -> Option<Self> {
        let (id, rest) = stat.split_once(" (")?;
        // A name may have brackets, too.
        let (name, rest) = rest.rsplit_once(") ")?;
        let parent = rest.split(' ').nth(1)?;
        Some(Self { id: id.parse().ok()?, parent: parent.parse().ok()?, name: name.to_owned() })
    }
}

impl Held {
    fn of(lines: Vec<String>) -> Self {
        let mut held = Self::default();
        for line in lines {
            match line.strip_prefix("process ").and_then(Process::of) {
                Some(process) => held.processes.push(process),
                None => held.rest.push(line),
            }
        }
        held
    }

    /// The processes from one to another that descends from it, without the first; none, if it does not.
    pub fn between(&self, first: u32, last: u32) -> Vec<u32> {
        let (mut found, mut at) = (Vec::new(), last);
        while at != first && found.len() < self.processes.len() {
            let Some(process) = self.processes.iter().find(|process| process.id == at) else { return Vec::new() };
            found.push(at);
            at = process.parent;
        }
        if at == first { found } else { Vec::new() }
    }

    /// A line each, in order, the same for machines that hold the same; processes are told by their names, and some of them left out.
    pub fn lines(&self, without: &[u32]) -> Vec<String> {
        let told = self.processes.iter().filter(|process| !without.contains(&process.id));
        let mut lines: Vec<String> = told.map(|process| format!("process {}", process.name)).collect();
        lines.extend(self.rest.iter().cloned());
        lines.sort_unstable();
        lines
    }
}

/// Whether a line of a shell's state sets one of [`VARY`]: `declare -i RANDOM="7"`, `PPID='1'`.
fn varies(line: &str) -> bool {
    let Some((before, _)) = line.split_once('=') else { return false };
    VARY.contains(&before.rsplit(' ').next().unwrap_or(before))
}

/// Most bytes of a state.
const LARGEST: usize = 4 << 20;

/// The image of a setup, by what stands for the setup and the image that it was done on.
fn reference(key: &str, base: &str) -> String {
    let hash = blake3::hash(format!("{key} {base}").as_bytes()).to_hex();
    format!("{REPOSITORY}:{}", &hash[..32])
}

/// Whether something is older than images are used, by the time when it was made. What has no time is.
fn is_old(made: Option<&str>) -> bool {
    let made = made.and_then(|made| chrono::DateTime::parse_from_rfc3339(made).ok());
    let age = made.and_then(|made| (chrono::Utc::now() - made.to_utc()).to_std().ok());
    age.is_none_or(|age| age > AGE)
}

impl Engine {
    /// A machine on which the setup that the key stands for was done, if there is one that is not too old.
    ///
    /// # Errors
    /// As [`Engine::image`], of the machine's own image.
    pub async fn kept(
        &self,
        machine: &Machine,
        site: &Path,
        key: &str,
        listener: Listener<'_>,
    ) -> Result<Option<Kept>> {
        let base = self.image(&machine.source, site, listener).await?;
        let reference = reference(key, &base.id);
        let found = self.find_image(&reference).await?.and_then(|image| image.created);
        Ok(found
            .filter(|made| !is_old(Some(made)))
            .map(|made| Kept { machine: Machine { source: ImageSource::Image(reference), ..machine.clone() }, made }))
    }

    /// Keeps a container as it is now, as an image of its own: what that is called. The container's labels, which say whose it is, are
    /// the image's, too.
    pub(super) async fn snapshot(&self, container: &str) -> Result<String> {
        let tag = RunId::random();
        let (repository, tag) = (SNAPSHOTS, tag.as_str());
        let options =
            CommitContainerOptionsBuilder::new().container(container).repo(repository).tag(tag).pause(true).build();
        let labels = HashMap::from([(KEPT.to_owned(), SNAPSHOT.to_owned())]);
        let config = ContainerConfig { labels: Some(labels), ..ContainerConfig::default() };
        self.patient().commit_container(options, config).await?;
        Ok(format!("{repository}:{tag}"))
    }

    /// Removes an image that `RunningMachine::snapshot` has made. One that is gone already is well.
    ///
    /// # Errors
    /// If the engine is gone, or refuses.
    pub async fn remove_snapshot(&self, reference: &str) -> Result<()> {
        let options = RemoveImageOptionsBuilder::new().force(true).build();
        match self.docker().remove_image(reference, Some(options), None).await.map_err(Error::from) {
            Err(error) if !error.is_not_found() && !error.is_conflict() => Err(error),
            _ => Ok(()),
        }
    }

    /// All images that [`Engine::snapshot`] has made, with their labels.
    pub(super) async fn snapshots(&self) -> Result<Vec<(String, HashMap<String, String>)>> {
        let filters = HashMap::from([("label".to_owned(), vec![format!("{KEPT}={SNAPSHOT}")])]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        let images = self.docker().list_images(Some(options)).await?;
        Ok(images.into_iter().map(|image| (image.id, image.labels)).collect())
    }

    /// Keeps a container as the image of a setup.
    pub(super) async fn keep(&self, container: &str, base: &str, key: &str) -> Result<()> {
        let reference = reference(key, base);
        let found = self.find_image(&reference).await?;
        if found.is_some_and(|image| !is_old(image.created.as_deref())) {
            // Another guide was quicker.
            return Ok(());
        }
        let (repository, tag) = reference.split_once(':').unwrap_or((REPOSITORY, "latest"));
        let options =
            CommitContainerOptionsBuilder::new().container(container).repo(repository).tag(tag).pause(true).build();
        let labels = HashMap::from([(KEPT.to_owned(), "setup".to_owned())]);
        let config = ContainerConfig { labels: Some(labels), ..ContainerConfig::default() };
        self.patient().commit_container(options, config).await?;
        Ok(())
    }

    /// What no image holds of a machine, and what a terminal of the user's is like, as lines; `None` if it has volumes.
    pub(super) async fn state(&self, container: &str, user: Option<&str>) -> Result<Option<Vec<String>>> {
        Ok(self.told(container, &[(STATE, None), (LOGIN, user)]).await?.map(|held| held.lines(&[])))
    }

    /// What no image holds of a machine; `None` if it has volumes.
    pub(super) async fn held(&self, container: &str) -> Result<Option<Held>> {
        self.told(container, &[(STATE, None)]).await
    }

    /// What scripts say that users run; `None` if the machine has volumes.
    async fn told(&self, container: &str, scripts: &[(&str, Option<&str>)]) -> Result<Option<Held>> {
        let found = self.docker().inspect_container(container, None).await?;
        if found.mounts.is_some_and(|mounts| !mounts.is_empty()) {
            return Ok(None);
        }
        let mut lines = Vec::new();
        for &(script, user) in scripts {
            let env = ["LC_ALL=C", "TERM=xterm-256color"];
            let run = Run { command: &["sh", "-c", script], user, env: &env, limit: LARGEST, ..Run::default() };
            let output = exec::run(self, container, &run).await?;
            if output.status.is_none() || output.dropped > 0 {
                return Ok(None);
            }
            let text = String::from_utf8_lossy(&output.stdout);
            lines.extend(text.lines().filter(|line| !varies(line)).map(str::to_owned));
        }
        Ok(Some(Held::of(lines)))
    }

    /// Removes the snapshots of this process.
    ///
    /// # Errors
    /// [`Error::EngineGone`], [`Error::Refused`].
    pub async fn forget_own_snapshots(&self) -> Result<()> {
        let this = Some(Owner::this());
        for (image, _) in self.snapshots().await?.into_iter().filter(|(_, labels)| Owner::from_labels(labels) == this) {
            self.remove_snapshot(&image).await?;
        }
        Ok(())
    }

    /// Removes images of setups that are used no longer, or all of them: how many. One that a machine has now stays.
    pub(super) async fn forget_setups(&self, all: bool) -> Result<usize> {
        let filters = HashMap::from([("label".to_owned(), vec![format!("{KEPT}=setup")])]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        let mut forgotten = 0;
        for image in self.docker().list_images(Some(options)).await? {
            let made = chrono::DateTime::from_timestamp(image.created, 0).map(|made| made.to_rfc3339());
            // One that was made anew has lost its name.
            let names = if image.repo_tags.is_empty() { vec![image.id] } else { image.repo_tags };
            for name in &names {
                if !all && !is_old(made.as_deref()) {
                    continue;
                }
                let options = RemoveImageOptionsBuilder::new().build();
                match self.docker().remove_image(name, Some(options), None).await.map_err(Error::from) {
                    Ok(_) => forgotten += 1,
                    Err(error) if error.is_conflict() || error.is_not_found() => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(forgotten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_by_nature() {
        for (line, is) in [
            ("declare -i RANDOM=\"12\"", true),
            ("declare -ir PPID=\"7\"", true),
            ("PPID='7'", true),
            ("declare -x _=\"/usr/bin/bash\"", true),
            ("declare -x PATH=\"/usr/bin\"", false),
            ("declare -x MY_RANDOM=\"1\"", false),
            ("process sleep", false),
        ] {
            assert_eq!(varies(line), is, "{line}");
        }
    }

    #[test]
    fn what_holds_a_shell() {
        let lines = |lines: &str| lines.lines().map(str::to_owned).collect::<Vec<_>>();
        let stats = "process 1 (init) S 0 1\nprocess 7 (bash) S 0 7\nprocess 9 (su) S 7 9\nprocess 12 (a) b (c) S 9 12\nproc /proc proc";
        let held = Held::of(lines(stats));
        assert_eq!(held.processes[3], Process { id: 12, parent: 9, name: "a) b (c".into() });
        assert_eq!(held.rest, ["proc /proc proc"]);
        assert_eq!(held.between(7, 12), [12, 9]);
        assert!(held.between(7, 7).is_empty() && held.between(12, 7).is_empty() && held.between(7, 99).is_empty());
        assert_eq!(held.lines(&held.between(7, 12)), ["proc /proc proc", "process bash", "process init"]);
    }

    #[test]
    fn images_grow_old() {
        let ago = |hours| (chrono::Utc::now() - chrono::TimeDelta::hours(hours)).to_rfc3339();
        for (made, old) in [(ago(1), false), (ago(11), false), (ago(13), true), ("yesterday".to_owned(), true)] {
            assert_eq!(is_old(Some(&made)), old, "{made}");
        }
        assert!(is_old(None));
    }
}
