//! `guidepost record`

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    time::Duration,
};

use super::{
    Exit, SiteArguments, block_on, color, count, drawn, print, report as report_failure,
    verify::{Progress, environment, for_people, interrupted},
};
use crate::{
    diagnostic::Diagnostic,
    proof::{Recorded, Unwritten, otherwise},
    record::Draft,
    report::{Deny, Report},
    site::Failure,
    terminal::clean::clean,
    verify::{self, Event, Listener, Options, Visitor},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,
    /// The guide to make, by its folders below content/: `guides/nginx`
    #[arg(value_name = "NAME")]
    name: String,
    /// The machine to open [default: the first of guidepost.yaml]
    #[arg(long, value_name = "MACHINE")]
    machine: Option<String>,
    /// A value that stands in the draft by its name, which readers replace by their own
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    var: Vec<(String, String)>,
    /// Write the draft, and do not do it in a clean machine
    #[arg(long)]
    no_verify: bool,
    /// Use nothing that is kept: fetch packages anew, and do the setup
    #[arg(long)]
    fresh: bool,
}

/// How long somebody may be in the machine.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// How often a draft is done again whose outputs were not the same twice.
const ROUNDS: usize = 3;

pub(super) fn run(arguments: &Arguments) -> Exit {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return report_failure(&Failure::Usage {
            message: "record opens a terminal, and stdin or stdout is none".into(),
            help: "run it in a terminal without redirections".into(),
        });
    }
    let (columns, _) = Visitor::size();
    let vars: BTreeMap<String, String> = arguments.var.iter().cloned().collect();
    let made = Recorded::new(arguments.site.options(), &arguments.name, arguments.machine.as_deref(), columns, vars);
    let mut recorded = match made {
        Ok(recorded) => recorded,
        Err(failure) => return report_failure(&failure),
    };
    match attend(&mut recorded, arguments) {
        Ok(draft) if draft.is_empty() => {
            print(io::stderr(), "nothing was typed that a guide could have, and nothing is written\n");
            Exit::Ok
        }
        Ok(draft) => prove(recorded, draft, arguments),
        Err(exit) => exit,
    }
}

/// Lets the person type, and writes what comes of it.
fn attend(recorded: &mut Recorded, arguments: &Arguments) -> Result<Draft, Exit> {
    let job = recorded.job().clone();
    let options = options(recorded, arguments, LONGEST);
    let listener = Opening(Progress::new());
    let mut unwritten = None;
    let mut heard = |deed| unwritten = recorded.add(deed).err();
    let done = block_on(async {
        tokio::select! {
            done = verify::attend(&job, &options, Visitor::sized, &listener, &mut heard) => done.map(Some),
            () = interrupted() => Ok(None),
        }
    })?;
    listener.0.clear();
    let draft = recorded.draft();
    if let Some(why) = unwritten {
        return Err(not_written(recorded, &draft, &why));
    }
    let kept = if draft.is_empty() { String::new() } else { format!("; the draft so far is {}", recorded.path()) };
    match done {
        Ok(Some(None)) => Ok(draft),
        Ok(Some(Some(report))) => {
            let why = report.reason.unwrap_or_else(|| "its machine could not be prepared".into());
            let help = report.diagnostics.last().and_then(|problem| problem.help.clone()).unwrap_or_default();
            let problem = Diagnostic::error("not-recorded", why).help(help);
            print(io::stderr(), &drawn(&[problem], color(&io::stderr())));
            Err(Exit::Environment)
        }
        Ok(None) => {
            print(io::stderr(), &format!("interrupted; the machine is removed{kept}\n"));
            Err(Exit::Environment)
        }
        Err(error) => {
            let exit = environment(&error);
            print(io::stderr(), &kept.replacen("; ", "", 1));
            Err(exit)
        }
    }
}

/// Does the draft in a clean machine, makes wildcards of what is not the same twice, and tells what does not hold.
fn prove(mut recorded: Recorded, mut draft: Draft, arguments: &Arguments) -> Exit {
    if let Err(why) = recorded.write(&draft) {
        return not_written(&recorded, &draft, &why);
    }
    let path = recorded.path().to_owned();
    if arguments.no_verify {
        tell(&draft, &format!("{path} is written; `guidepost verify --drafts {path}` does it in a clean machine\n"));
        return Exit::Ok;
    }
    print(io::stderr(), &format!("{path} is written, and is now done in a clean machine\n"));
    let options = options(&recorded, arguments, Duration::from_secs(60 * 60));
    for round in 1.. {
        let report = match once(&recorded, &options) {
            Ok(report) => report,
            Err(exit) => return exit,
        };
        let settled = if round < ROUNDS { draft.settle(&otherwise(&report)) } else { 0 };
        if settled == 0 {
            let stdout = io::stdout();
            print(&stdout, &for_people(recorded.options(), &report, color(&stdout)));
            let strict = arguments.site.strict;
            let fails = report.fails(Deny { drift: strict, flaky: strict, warnings: strict, partial: strict });
            let end = match fails {
                false => "holds in a clean machine; take `draft: true` out when it is ready",
                true if draft.asks_for_secrets() => {
                    "does not hold as it is: see above. A password that was there before is not known here: say it in \
                     guidepost.yaml, `verify: {answers: {\"question\": {reply: …, secret: true}}}`"
                }
                true => "does not hold as it is: see above",
            };
            tell(&draft, &format!("{path} {end}\n"));
            return if fails { Exit::Guide } else { Exit::Ok };
        }
        if let Err(why) = recorded.write(&draft) {
            return not_written(&recorded, &draft, &why);
        }
        let what = count(settled, "output");
        print(io::stderr(), &format!("{what} showed something else this time, and got wildcards; once more\n"));
    }
    Exit::Ok
}

/// Does it once.
fn once(recorded: &Recorded, options: &Options) -> Result<Report, Exit> {
    let jobs = recorded.jobs().map_err(|failure| report_failure(&failure))?;
    let progress = Progress::new();
    let done = verify::run_until(jobs, options, &progress, interrupted());
    progress.clear();
    match done {
        Ok(Some(report)) => Ok(report),
        Ok(None) => {
            print(io::stderr(), &format!("interrupted; the draft is {}\n", recorded.path()));
            Err(Exit::Environment)
        }
        Err(error) => Err(environment(&error)),
    }
}

fn options(recorded: &Recorded, arguments: &Arguments, guide_timeout: Duration) -> Options {
    Options { fresh: arguments.fresh, ..Options::of_one(recorded.options().site.clone(), guide_timeout) }
}

/// What the draft left out, and how it ended.
fn tell(draft: &Draft, end: &str) {
    let notes: String = draft.notes.iter().map(|note| format!("  {}\n", clean(note).replace('\n', " "))).collect();
    let notes = if notes.is_empty() { notes } else { format!("Look at this:\n{notes}") };
    print(io::stderr(), &format!("{notes}{end}"));
}

/// The draft is shown instead, so that it is not lost.
fn not_written(recorded: &Recorded, draft: &Draft, why: &Unwritten) -> Exit {
    print(io::stdout(), &draft.text());
    let problem = Diagnostic::error("not-recorded", why.to_string()).in_file(recorded.path());
    print(io::stderr(), &drawn(&[problem], color(&io::stderr())));
    Exit::Environment
}

/// `NAME=VALUE`.
fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (is_name, value.is_empty()) {
        (false, _) => Err("its name has letters, digits and `_`".into()),
        (true, true) => Err("it has no value".into()),
        (true, false) => Ok((name.to_owned(), value.to_owned())),
    }
}

/// Tells how the machine is made, until it is the person's.
struct Opening(Progress);

impl Listener for Opening {
    fn event(&self, path: &str, event: Event<'_>) {
        match event {
            Event::Shell => {
                self.0.clear();
                let what = "recording: what you do here becomes the draft; `exit` or Ctrl-D ends it";
                print(io::stderr(), &format!("{what}\n"));
            }
            event => self.0.event(path, event),
        }
    }
}
