//! `guidepost report`

use std::path::PathBuf;

use super::{Exit, SiteArguments, report as report_failure, verify::Telling};
use crate::{report::Report, site};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Reports that `guidepost verify --report FILE` wrote, and folders of `--results`. Of a guide that is in several, the newest counts, and the older ones tell which of its values vary
    #[arg(value_name = "FILE|DIR", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    telling: Telling,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    match site::read_reports(&arguments.files) {
        Err(failure) => report_failure(&failure),
        Ok(reports) => match (arguments.telling.hindrance(), arguments.telling.baseline(), Report::merged(&reports)) {
            (Some(failure), ..) | (None, Err(failure), _) => report_failure(&failure),
            (None, Ok(baseline), Some(report)) => {
                arguments.telling.tell(&arguments.site.options(), &report, baseline.as_ref())
            }
            (None, Ok(_), None) => Exit::Usage,
        },
    }
}
