//! `guidepost serve`

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Exit, SiteArguments, color, count, drawn, print, report, verify::interrupted};
use crate::{
    diagnostic::Diagnostic,
    serve::{self, Options, Said},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// The port; the next free one if it is taken, any if it is 0
    #[arg(long, value_name = "N", default_value_t = 8017)]
    port: u16,
    /// The address to listen at; any but this machine's own loopback lets others read the site, and run its guides
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Open the site in the browser
    #[arg(long)]
    open: bool,
    /// Show what `guidepost verify --report FILE` found, besides what was found from pages
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut site = arguments.site.options();
    site.reports.extend(arguments.report.clone());
    if let Some(Err(failure)) = arguments.report.as_deref().map(crate::site::read_report) {
        return report(&failure);
    }
    let options = Options { site, host: arguments.host, port: arguments.port };
    let known = Mutex::default();
    let say = |said| tell(said, arguments, &known);
    match serve::run(&options, &say, interrupted()) {
        Ok(()) => {
            print(std::io::stderr(), "stopped\n");
            Exit::Ok
        }
        Err(failure) => report(&failure),
    }
}

/// Says what a person at the terminal should know; problems that are `known` were told already.
fn tell(said: Said, arguments: &Arguments, known: &Mutex<Option<Arc<Vec<Diagnostic>>>>) {
    let stderr = std::io::stderr();
    match said {
        Said::Ready { url, taken, open } => {
            if let Some(port) = taken {
                print(&stderr, &format!("port {port} is taken, so this is another one\n"));
            }
            print(std::io::stdout(), &format!("serving the site at {url}\n"));
            if open {
                let warning = "everybody who can reach this address can read the site, and run its guides on this machine's Docker engine";
                let warning = Diagnostic::warning("open", warning);
                let warning = warning.help("leave out --host unless you trust the network");
                print(&stderr, &(warning.draw(color(&stderr)) + "\n\n"));
            }
            print(&stderr, "press Ctrl-C to stop\n");
            if arguments.open
                && let Err(error) = open::that_detached(&url)
            {
                print(&stderr, &format!("no browser could be opened: {error}\n"));
            }
        }
        Said::Problems(problems) => {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            let before = known.replace(Arc::clone(&problems));
            let before = before.as_deref().map_or(&[][..], Vec::as_slice);
            let new: Vec<Diagnostic> = problems.iter().filter(|problem| !before.contains(problem)).cloned().collect();
            if !new.is_empty() {
                print(&stderr, &format!("\n{}", drawn(&new, color(&stderr))));
            }
            if problems.as_slice() != before {
                let errors = problems.iter().filter(|problem| problem.is_error()).count();
                let warnings = problems.len() - errors;
                let now = match (errors, warnings) {
                    (0, 0) => "all is well\n".to_owned(),
                    (errors, warnings) => format!("{}, {}\n", count(errors, "error"), count(warnings, "warning")),
                };
                print(&stderr, &now);
            }
        }
        Said::Unwatched(why) => {
            let problem = Diagnostic::warning("unwatched", format!("changes of files may go unseen: {why}"));
            print(&stderr, &(problem.help("reload pages by hand").draw(color(&stderr)) + "\n\n"));
        }
    }
}
