//! A folder of results: each guide's is there, whole, as soon as the guide has ended. Whatever ends a run, a signal or a lost
//! engine, loses only what was running, and the same command goes on from there.
//!
//! A file is a report of one guide, named by its key: what the verdict depends on, hashed. So a guide that has changed is done
//! again, runs on several machines may share a folder, and `guidepost report` reads it.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use super::{Job, hashes};
use crate::report::{GuideReport, Report, SCHEMA, file, json, world::Packages};

/// Most bytes of one result.
const LARGEST: u64 = 64 << 20;

/// Hexadecimal digits of a key: 128 bits.
const DIGITS: usize = 32;

/// A folder of results.
#[derive(Debug, Clone)]
pub struct Results {
    folder: PathBuf,
    /// Whether what failed is done again.
    again: bool,
}

impl Results {
    /// The folder, made if it is not there. `again`: guides that failed are not taken from it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(folder: &Path, again: bool) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), again })
    }

    /// What came of a guide, if that is final, and what was installed in its image. One that was broken in fewer attempts than it
    /// has now, or that the guide's limit has ended, is done again.
    pub(super) fn get(&self, job: &Job, retries: usize) -> Option<(GuideReport, BTreeMap<String, Packages>)> {
        self.read(&self.file(job), retries).filter(|(guide, _)| guide.path == job.plan.path)
    }

    /// Where the results of guides are, or will be.
    pub fn files(&self, jobs: &[Job]) -> Vec<PathBuf> {
        jobs.iter().map(|job| self.file(job)).collect()
    }

    /// As `Results::get`, of a file.
    pub fn read(&self, file: &Path, retries: usize) -> Option<(GuideReport, BTreeMap<String, Packages>)> {
        let text = file::text(file, LARGEST).ok()?;
        let Report { mut guides, images, .. } = json::read(&text).ok()?;
        let guide = guides.pop()?;
        let fails = guide.ends_early();
        let again = fails && (self.again || guide.attempts <= retries || guide.is_out_of_time());
        // The recording is in the folder of the run that made it.
        let guide = GuideReport { recording: None, ..guide };
        (guide.is_final() && !again).then_some((guide, images))
    }

    /// Keeps a report of one guide. One that could not be done takes the place of no result that is final: another run may have
    /// written that meanwhile.
    ///
    /// # Errors
    /// If it cannot be written; an older one is as it was.
    pub(super) fn put(&self, job: &Job, report: &Report) -> io::Result<()> {
        let file = self.file(job);
        let is_final = report.guides.iter().all(GuideReport::is_final);
        let known = || file::text(&file, LARGEST).ok().and_then(|text| json::read(&text).ok());
        let is_known = || known().is_some_and(|known| known.guides.iter().any(GuideReport::is_final));
        if is_final || !is_known() { file::replace(&file, &json::json(report)) } else { Ok(()) }
    }

    fn file(&self, job: &Job) -> PathBuf {
        self.folder.join(format!("{}.json", key(job)))
    }
}

/// What stands for a guide with all that its verdict depends on: hexadecimal digits, the same on every computer.
pub fn key(job: &Job) -> String {
    let mut hasher = blake3::Hasher::new();
    // Each with its length, so that no two lists look alike.
    let mut add = |text: &[u8]| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    add(&SCHEMA.to_le_bytes());
    add(env!("CARGO_PKG_VERSION").as_bytes());
    add(job.plan.path.as_bytes());
    add(job.plan.machine.as_bytes());
    for (path, hash) in hashes(&job.inputs) {
        add(path.as_bytes());
        add(hash.as_bytes());
    }
    // What is done: what layers say of a guide that is required, too.
    for plan in std::iter::once(&job.plan).chain(&job.requires) {
        add(&serde_json::to_vec(plan).unwrap_or_default());
    }
    add(format!("{:?}", job.machine.as_found()).as_bytes());
    if let Some(workspace) = &job.workspace {
        add(&workspace.files);
        add(workspace.commit.as_bytes());
        workspace.addresses.iter().for_each(|address| add(address.as_bytes()));
    }
    hasher.finalize().to_hex()[..DIGITS].to_owned()
}
