//! Machines as they were in the middle of a guide: few, and only where nothing of them is lost.

use super::{change::Score, past::Past};
use crate::{report::StepReport, verify::host::Host};

/// Most snapshots of a guide.
const MOST: usize = 4;

/// Seconds of steps that are worth a snapshot.
const WORTH: f64 = 3.0;

/// A machine as it was after a step.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    /// Its files, by the name of an image.
    pub(super) image: String,
    /// The step; 0 for the setup.
    pub(super) after: usize,
    /// What was done in it, and what its shells were like.
    pub(super) past: Past,
}

/// Those of a guide, in the order in which they were taken.
#[derive(Debug, Default)]
pub(super) struct Snapshots(Vec<Snapshot>);

impl Snapshots {
    /// The one that has most of what a text begins with.
    pub(super) fn nearest(&self, score: &Score) -> Option<Snapshot> {
        let fits = |snapshot: &&Snapshot| snapshot.fits(score);
        self.0.iter().filter(fits).max_by_key(|snapshot| snapshot.after).cloned()
    }

    /// Whether there is one of a text after a step.
    pub(super) fn has(&self, score: &Score, after: usize) -> bool {
        self.0.iter().any(|snapshot| snapshot.after == after && snapshot.fits(score))
    }

    /// Adds one. Where there are too many, the one goes that is least missed: that of an older text, or else of the nearest neighbours.
    pub(super) async fn add(&mut self, host: &impl Host, snapshot: Snapshot) {
        let newest = snapshot.past.score.clone();
        self.0.push(snapshot);
        while self.0.len() > MOST {
            let stale = self.0.iter().position(|old| !old.fits(&newest));
            let gone = self.0.remove(stale.unwrap_or_else(|| self.least_missed()));
            // What stays behind is removed at the next start.
            let _ = host.forget(&gone.image).await;
        }
    }

    /// The first stays: the setup is most often the longest step.
    fn least_missed(&self) -> usize {
        let seconds = |steps: &[StepReport]| steps.iter().map(|step| step.seconds).sum::<f64>();
        let between = |index: usize| seconds(&self.0[index].past.steps) - seconds(&self.0[index - 1].past.steps);
        (1..self.0.len() - 1).min_by(|a, b| between(*a).total_cmp(&between(*b))).unwrap_or(0)
    }

    pub(super) async fn remove(&mut self, host: &impl Host, image: &str) {
        self.0.retain(|snapshot| snapshot.image != image);
        let _ = host.forget(image).await;
    }

    pub(super) async fn clear(&mut self, host: &impl Host) {
        for snapshot in std::mem::take(&mut self.0) {
            let _ = host.forget(&snapshot.image).await;
        }
    }
}

impl Snapshot {
    /// Whether a text begins with all that was done.
    fn fits(&self, score: &Score) -> bool {
        self.past.score.judged_alike(score, &self.past.steps) >= Some(self.after)
    }
}

/// Whether so many seconds of steps are worth a snapshot.
pub(super) fn is_due(unkept: f64) -> bool {
    unkept >= WORTH
}

/// What runs or is mounted now and was not before, in a sentence; `None` if nothing is.
pub(super) fn more(before: &[String], now: &[String]) -> Option<String> {
    let mut rest = before.to_vec();
    for line in now {
        match rest.iter().position(|known| known == line) {
            Some(at) => {
                rest.remove(at);
            }
            None => {
                return Some(match line.strip_prefix("process ") {
                    Some(name) => format!("`{}` runs in it", name.trim()),
                    None => format!("what no image holds has changed: {}", line.trim()),
                });
            }
        }
    }
    rest.first().map(|gone| format!("what no image holds is gone: {}", gone.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_image_holds() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        for (before, now, why) in [
            ("process bash\nproc /proc", "process bash\nproc /proc", None),
            ("process bash", "process bash\nprocess nginx", Some("`nginx` runs in it")),
            ("process bash", "process bash\nprocess bash", Some("`bash` runs in it")),
            ("process sh\ntmpfs /tmp", "process sh", Some("what no image holds is gone: tmpfs /tmp")),
            ("process sh", "process sh\ntmpfs /mnt", Some("what no image holds has changed: tmpfs /mnt")),
        ] {
            assert_eq!(more(&lines(before), &lines(now)).as_deref(), why, "{now}");
        }
    }
}
