//! What was done of a guide in a machine, and what its shells were like then: enough to go on behind it in another terminal.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{Stand, blank, change::Score, held_by};
use crate::{
    machine,
    report::{GuideReport, StepReport},
    verify::{Job, doing::State, host::Running, shells::Shells, shown::Shown},
};

/// The past of a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Past {
    /// The text of which the steps were done.
    pub(super) score: Score,
    /// Its shells.
    pub(super) shells: Shells,
    /// What the steps had shown.
    pub(super) outputs: BTreeMap<usize, Shown>,
    /// What came of them.
    pub(super) steps: Vec<StepReport>,
}

impl Past {
    /// Opens a terminal in a machine whose files are as they were, and makes its shells what they were; or why that cannot be done.
    ///
    /// # Errors
    /// If the machine or the engine is gone.
    pub(super) async fn put_back<M: Running>(
        &self,
        machine: &M,
        job: &Job,
    ) -> machine::Result<Result<Stand<M::Terminal>, String>> {
        let live = match self.shells.put_back(machine, &job.plan).await? {
            Ok(live) => live,
            Err(why) => return Ok(Err(why)),
        };
        let held = held_by(machine, &live).await?;
        let waiting = Some(self.shells.waiting().to_vec());
        Ok(Ok(Stand {
            state: State { outputs: self.outputs.clone(), waiting, ..State::new(live) },
            report: GuideReport { steps: self.steps.clone(), ..blank(job) },
            bent: None,
            held,
            unkept: 0.0,
            stood: None,
        }))
    }
}
