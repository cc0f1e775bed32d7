//! What was done of a guide in a machine, and what its shell was like then: enough to go on behind it in another terminal.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{Stand, blank, change::Score, shell::Shell};
use crate::{
    machine,
    report::{GuideReport, StepReport},
    verify::{
        Job,
        doing::State,
        host::Running,
        live::{Live, Opening},
        shown::Shown,
    },
};

/// The past of a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Past {
    /// The text of which the steps were done.
    pub(super) score: Score,
    /// Its shell.
    pub(super) shell: Shell,
    /// What the steps had shown.
    pub(super) outputs: BTreeMap<usize, Shown>,
    /// What came of them.
    pub(super) steps: Vec<StepReport>,
}

impl Past {
    /// Opens a terminal in a machine whose files are as they were, and makes its shell what it was; or why that cannot be done.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn put_back<M: Running>(
        &self,
        machine: &M,
        job: &Job,
    ) -> machine::Result<Result<Stand<M::Terminal>, String>> {
        let Shell { folder, key, .. } = &self.shell;
        let opening = Opening {
            columns: job.plan.settings.columns,
            folder: Some(folder.clone()),
            key: Some(key.clone()),
            ..Opening::default()
        };
        let (mut live, outcome) = Live::open(machine, opening, None).await?;
        if !outcome.ready {
            return Ok(Err("the machine's shell showed no prompt".into()));
        }
        if let Err(why) = self.shell.put_back(machine, &mut live).await? {
            return Ok(Err(why));
        }
        Ok(Ok(Stand {
            state: State { outputs: self.outputs.clone(), ..State::new(live) },
            report: GuideReport { steps: self.steps.clone(), ..blank(job) },
            bent: None,
            held: machine.held().await?,
            unkept: 0.0,
            stood: None,
        }))
    }
}
