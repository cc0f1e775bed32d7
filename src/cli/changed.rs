//! `guidepost verify --changed-since`: which guides are chosen, and why.

use super::{count, print};
use crate::{
    proof,
    site::{Failure, Options},
    terminal::clean::clean,
    verify::Job,
};

/// Of these jobs, those that changed since a revision; stderr says which, and what changed.
pub(super) fn choose(options: &Options, revision: &str, jobs: Vec<Job>) -> Result<Vec<Job>, Failure> {
    let all = jobs.len();
    let chosen = proof::changed_since(options, revision, jobs)?;
    let mut text = format!("{} of {} changed since {}\n", chosen.len(), count(all, "guide"), clean(revision));
    for (job, reasons) in &chosen {
        text.push_str(&clean(&format!("  {}: {}", job.plan.path, reasons.join("; "))));
        text.push('\n');
    }
    print(std::io::stderr(), &text);
    Ok(chosen.into_iter().map(|(job, _)| job).collect())
}
