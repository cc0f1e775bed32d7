//! `guidepost build`

use std::{path::PathBuf, time::Instant};

use super::{Exit, SiteArguments, color, count, drawn, print, progress::Bar, report};
use crate::build::{self, Built};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// The output folder [default: public in the site's folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where the site will be published, instead of the configuration's `base_url`
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Make a site that is opened as files: addresses are relative, and the search needs no server
    #[arg(long)]
    offline: bool,
    /// Show on the pages, and of all of them at /status/, what `guidepost verify --report FILE` found. Several, or a folder of them, make a history
    #[arg(long = "report", value_name = "FILE|DIR")]
    reports: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut options = arguments.site.options();
    options.out.clone_from(&arguments.out);
    options.base_url.clone_from(&arguments.base_url);
    options.offline = arguments.offline;
    options.reports.clone_from(&arguments.reports);
    let begin = Instant::now();
    let bar = Bar::building();
    let built = build::build(&options, &bar);
    bar.clear();
    match built {
        Ok(built) => tell(&built, begin),
        Err(failure) => report(&failure),
    }
}

fn tell(built: &Built, begin: Instant) -> Exit {
    let stderr = std::io::stderr();
    print(&stderr, &drawn(&built.diagnostics, color(&stderr)));
    let (errors, warnings) = built.counts();
    let failed = if errors == 0 { String::new() } else { format!(", {}", count(errors, "error")) };
    let warned = if warnings == 0 { String::new() } else { format!(", {}", count(warnings, "warning")) };
    let Some(written) = &built.written else {
        let faults = if errors == 0 { "--strict".to_owned() } else { count(errors, "error") };
        print(&stderr, &format!("not built: {faults}{warned}; {} is as it was\n", built.out.display()));
        return Exit::Guide;
    };
    let seconds = begin.elapsed().as_secs_f64();
    let files = format!("{} written, {} unchanged, {} removed", written.written, written.unchanged, written.removed);
    let guides = count(built.guides, "guide");
    print(
        std::io::stdout(),
        &format!("built {guides} into {} in {seconds:.2} s ({files}{failed}{warned})\n", built.out.display()),
    );
    // Pages that guidepost failed on do not hold the others back.
    if errors > 0 { Exit::Guide } else { Exit::Ok }
}
