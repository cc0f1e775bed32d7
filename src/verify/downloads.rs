//! What a guide has fetched, and which it was: files by their hashes, repositories by their commits.

use std::{collections::BTreeMap, time::Duration};

use super::{doing::Doing, host::Running};
use crate::{
    machine::{Result, Run},
    report::{StepReport, world::Packages},
    terminal::{
        fetched::{Kept, fetched},
        program::is_elsewhere,
    },
};

/// Tells, a line each, which a file or a repository is; nothing where there is none.
const WHICH: &str = r#"kind=$1; shift
for path; do
  case $kind in
    file) of=$([ -f "$path" ] && sha256sum <"$path" 2>/dev/null | cut -c1-12); echo "${of:+sha256:$of}" ;;
    repository) of=$(git -c safe.directory='*' -C "$path" rev-parse --short=12 HEAD 2>/dev/null); echo "${of:+commit $of}" ;;
  esac
done"#;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of what another program has read, nobody knows which it was.
const UNKNOWN: &str = "not kept";

impl<M: Running> Doing<'_, M> {
    /// Notes what a step has fetched into this machine.
    ///
    /// # Errors
    /// If the machine is gone.
    pub(super) async fn look_at_downloads(&mut self, report: &StepReport) -> Result<()> {
        let places = self.live.places();
        if places.iter().any(|place| is_elsewhere(&place.opened_by)) {
            return Ok(());
        }
        let mut files = BTreeMap::new();
        let mut repositories = BTreeMap::new();
        for one in report.typed.iter().flat_map(|line| fetched(line)) {
            let name = |manager: &str| self.secrets.mask(&format!("{manager} {}", one.address));
            match one.kept {
                Kept::File(ref path) => _ = files.insert(name("url"), path.clone()),
                Kept::Repository(ref path) => _ = repositories.insert(name("git"), path.clone()),
                Kept::Nowhere => _ = self.fetched.borrow_mut().insert(name("url"), UNKNOWN.to_owned()),
            }
        }
        let folder = places.last().and_then(|place| place.cwd.clone());
        for (kind, kept) in [("file", files), ("repository", repositories)] {
            let known = self.which(kind, &kept, folder.as_deref()).await?;
            self.fetched.borrow_mut().extend(known);
        }
        Ok(())
    }

    async fn which(&self, kind: &str, kept: &BTreeMap<String, String>, folder: Option<&str>) -> Result<Packages> {
        if kept.is_empty() {
            return Ok(Packages::new());
        }
        let paths = kept.values().map(String::as_str);
        let command: Vec<&str> = ["sh", "-c", WHICH, "sh", kind].into_iter().chain(paths).collect();
        let run = Run { command: &command, folder, timeout: Some(PATIENCE), ..Run::default() };
        let output = self.machine.run(&run).await?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let which = told.lines().map(|which| if which.is_empty() { UNKNOWN } else { which });
        let which = which.chain(std::iter::repeat(UNKNOWN)).map(str::to_owned);
        Ok(kept.keys().cloned().zip(which).collect())
    }
}
