//! `guidepost check`

use clap::ValueEnum;
use serde_json::json;

use super::{Exit, SiteArguments, color, count, drawn, exit_of, print, progress::Bar, report};
use crate::{
    build::{self, Built},
    diagnostic::{Diagnostic, Severity},
    external::{self, Summary},
    pages::Listener,
    report::findings,
    site::Failure,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Only these: files, folders, addresses or slugs; Markdown that lies in no site, too [default: the whole site]
    #[arg(value_name = "GUIDE")]
    guides: Vec<String>,
    /// Ask for the links to other sites, too: politely, and as `external_links` in guidepost.yaml says
    #[arg(long)]
    external: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the author's lines, for people
    Human,
    /// One JSON object, for programs
    Json,
    /// Annotations for GitHub Actions
    Github,
    /// A Code Quality report for GitLab
    Gitlab,
    /// JUnit XML
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let options = arguments.site.options_for(&arguments.guides);
    let folder = options.as_ref().map(|options| options.site.to_string_lossy().into_owned()).unwrap_or_default();
    let bar = Bar::asking();
    let listener = arguments.external.then_some(&bar as &dyn Listener);
    let checked = options.and_then(|options| build::check(&options, &arguments.guides, listener));
    bar.clear();
    let (checked, exit) = match checked {
        Ok(checked) => {
            let exit = exit_for(&checked.diagnostics, arguments.site.strict);
            (checked, exit)
        }
        // A program that reads the report is told in its own language.
        Err(failure) if arguments.format != Format::Human => {
            (Built { diagnostics: failure.diagnostics(), ..Built::default() }, exit_of(&failure))
        }
        Err(failure) => return report(&failure),
    };
    let (errors, warnings) = checked.counts();
    let stdout = std::io::stdout();
    match arguments.format {
        Format::Human => {
            print(&stdout, &drawn(&checked.diagnostics, color(&stdout)));
            let notices = match checked.count(Severity::Notice) {
                0 => String::new(),
                notices => format!(", {}", count(notices, "notice")),
            };
            let found = format!("{}, {}{notices}", count(errors, "error"), count(warnings, "warning"));
            print(std::io::stderr(), &format!("checked {}: {found}\n", count(checked.guides, "guide")));
            if let Some(Summary { asked, known, left_out }) = checked.external {
                let links =
                    format!("links to other sites: {asked} asked, {known} known from before, {left_out} left out");
                print(std::io::stderr(), &format!("{links}\n"));
            }
        }
        Format::Json => {
            let mut report = json!({
                "version": 1,
                "guides": checked.guides,
                "errors": errors,
                "warnings": warnings,
                "diagnostics": checked.diagnostics,
            });
            if let Some(summary) = checked.external {
                report["external"] = json!(summary);
            }
            print(&stdout, &format!("{report:#}\n"));
        }
        Format::Github => print(&stdout, &findings::github(&checked.diagnostics, &folder)),
        Format::Gitlab => print(&stdout, &findings::gitlab(&checked.diagnostics, &folder)),
        Format::Junit => match findings::junit(&checked.diagnostics, &folder, checked.guides, arguments.site.strict) {
            Ok(xml) => print(&stdout, &xml),
            Err(error) => return report(&Failure::Environment { message: error.to_string() }),
        },
        Format::Sarif => print(&stdout, &findings::sarif(&checked.diagnostics, &folder)),
    }
    exit
}

/// A network that does not work is nobody's fault, and hides no page's.
fn exit_for(found: &[Diagnostic], strict: bool) -> Exit {
    let failing: Vec<&Diagnostic> = found.iter().filter(|problem| problem.fails(strict)).collect();
    if failing.is_empty() {
        Exit::Ok
    } else if failing.iter().all(|problem| problem.code == external::NO_NETWORK) {
        Exit::Environment
    } else {
        Exit::Guide
    }
}
