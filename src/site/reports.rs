//! Reports of `guidepost verify`, and folders of them.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::report::{self, Report, json};

/// Bytes of a report that is read.
pub const LARGEST_REPORT: u64 = 512 << 20;

/// Reads a report.
///
/// # Errors
/// If it cannot be read, or is no report that this guidepost knows.
pub fn read(file: &Path) -> Result<Report, Failure> {
    let help = "make it with: guidepost verify --report FILE";
    let unusable = |why: String| Failure::usage(format!("the report {} cannot be used: {why}", file.display()), help);
    let text = report::file::text(file, LARGEST_REPORT).map_err(|error| unusable(error.to_string()))?;
    json::read(&text).map_err(|error| unusable(error.to_string()))
}

/// Reads reports, and all of folders of results, each of which is one.
///
/// # Errors
/// As [`read`], or if a folder has none.
pub fn read_all(paths: &[impl AsRef<Path>]) -> Result<Vec<Report>, Failure> {
    let mut reports = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        if path.is_dir() {
            reports.extend(read_folder(path)?);
        } else {
            reports.push(read(path)?);
        }
    }
    Ok(reports)
}

/// As [`read_all`], of results that many have brought together: a folder may have none yet, and what cannot be read of it is told,
/// since it is missed anyway.
///
/// # Errors
/// If a file that is named, or a folder, cannot be read.
pub fn read_results(paths: &[impl AsRef<Path>]) -> Result<(Vec<Report>, Vec<Failure>), Failure> {
    let (mut reports, mut problems) = (Vec::new(), Vec::new());
    for path in paths.iter().map(AsRef::as_ref) {
        if !path.is_dir() {
            reports.push(read(path)?);
            continue;
        }
        for file in files(path)? {
            match read(&file) {
                Ok(report) => reports.push(report),
                Err(problem) => problems.push(problem),
            }
        }
    }
    Ok((reports, problems))
}

/// All reports of a folder, by the names of their files.
fn read_folder(path: &Path) -> Result<Vec<Report>, Failure> {
    match files(path)?.as_slice() {
        [] => Err(unusable(path, "there is none")),
        files => files.iter().map(|file| read(file)).collect(),
    }
}

/// The files of a folder of results, by their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| unusable(path, &error.to_string()))? {
        let file = entry.map_err(|error| unusable(path, &error.to_string()))?.path();
        files.extend(Some(file).filter(|file| file.extension().is_some_and(|extension| extension == "json")));
    }
    files.sort();
    Ok(files)
}

fn unusable(path: &Path, why: &str) -> Failure {
    let message = format!("the results in {} cannot be used: {why}", path.display());
    Failure::usage(message, "make it with: guidepost verify --results DIR")
}
