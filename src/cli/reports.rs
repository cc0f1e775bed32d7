//! `guidepost report`

use std::path::PathBuf;

use super::{Exit, SiteArguments, report as report_failure, verify::Telling};
use crate::{
    report::{Report, json},
    site::Failure,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Reports that `guidepost verify --report FILE` wrote. Of a guide that is in several, the newest counts
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    telling: Telling,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let reports: Result<Vec<Report>, Failure> = arguments.files.iter().map(read).collect();
    match reports {
        Err(failure) => report_failure(&failure),
        Ok(reports) => match (arguments.telling.hindrance(), Report::merged(reports)) {
            (Some(failure), _) => report_failure(&failure),
            (None, Some(report)) => arguments.telling.tell(&arguments.site, &report, &[]),
            (None, None) => Exit::Usage,
        },
    }
}

fn read(file: &PathBuf) -> Result<Report, Failure> {
    let unusable = |why: String| Failure::Usage {
        message: format!("the report {} cannot be used: {why}", file.display()),
        help: "make it with: guidepost verify --report FILE".into(),
    };
    let text = std::fs::read_to_string(file).map_err(|error| unusable(error.to_string()))?;
    json::read(&text).map_err(|error| unusable(error.to_string()))
}
