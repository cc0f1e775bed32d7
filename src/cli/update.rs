//! `guidepost verify --update`: what was really printed, written into the guides.

use super::{Exit, color, count, drawn, print};
use crate::{
    diagnostic::Diagnostic,
    proof::{self, Unwritten, Updated},
    report::Report,
    site::{Failure, Options},
    terminal::clean::clean,
};

/// Where the changes of a dry run are shown: on stdout, unless that is for programs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Out {
    Stdout,
    Stderr,
}

/// Brings the guides of a report up to date, or shows how. Gives the report in which outputs that were written hold,
/// and [`Exit::Environment`] if the system kept one from being written.
pub(super) fn update(
    options: &Options,
    mut report: Report,
    dry_run: bool,
    out: Out,
) -> Result<(Report, Exit), Failure> {
    let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
    let mut exit = Exit::Ok;
    for guide in proof::updates(options, &report)? {
        print(&stderr, &drawn(&guide.refused, color(&stderr)));
        if guide.steps.is_empty() {
            continue;
        }
        if dry_run {
            match out {
                Out::Stdout => print(&stdout, &guide.diff(color(&stdout))),
                Out::Stderr => print(&stderr, &guide.diff(color(&stderr))),
            }
            continue;
        }
        match guide.write(&options.site) {
            Ok(()) => {
                print(&stderr, &line(&guide));
                guide.note(&mut report.guides);
            }
            Err(unwritten) => {
                if matches!(unwritten, Unwritten::System { .. }) {
                    exit = Exit::Environment;
                }
                let problem = Diagnostic::error("not-updated", unwritten.to_string()).in_file(&guide.path);
                print(&stderr, &drawn(&[problem], color(&stderr)));
            }
        }
    }
    Ok((report, exit))
}

/// `content/a.md: 2 outputs updated, at lines 9 and 17`.
fn line(guide: &Updated) -> String {
    let lines: Vec<String> = guide.steps.iter().map(|(_, line)| line.to_string()).collect();
    let at = match lines.as_slice() {
        [line] => format!("line {line}"),
        [first @ .., last] => format!("lines {} and {last}", first.join(", ")),
        [] => String::new(),
    };
    format!("{}: {} updated, at {at}\n", clean(&guide.path), count(guide.steps.len(), "output"))
}
