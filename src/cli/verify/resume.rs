//! `verify --resume`: going on in the machine that `--keep` has kept, and then the verdict of a clean one.

use super::{environment, interrupted, watch::Watching};
use crate::{
    cli::{Exit, print, report as report_failure},
    site::{self, Failure},
    verify::{self, Job, Options, Resumed},
};

/// Goes on with the only guide among these. It is `None` if it holds there, so that it is to be done in a clean machine.
pub(super) fn resume(site: &site::Options, jobs: &[Job], options: &Options) -> Option<Exit> {
    let usage = |message: String, help: &str| Some(report_failure(&Failure::Usage { message, help: help.to_owned() }));
    let [job] = jobs else {
        let help = "name one guide; one that is done on several machines: --machine NAME, too";
        return usage(format!("--resume goes on with one guide, and these are {}", jobs.len()), help);
    };
    if let Some((plan, problem)) = job.wrong() {
        let message = format!("the plan of {} has errors: {}", plan.path, problem.message);
        return usage(message, &format!("mend it first; `guidepost plan {}` shows all of it", plan.path));
    }
    let name = job.name();
    let watching = Watching::new(site, "in the kept machine", None);
    let done = verify::resume(job, options, &watching, interrupted());
    watching.clear();
    match done {
        Ok(Some(Resumed::Holds)) => {
            print(std::io::stderr(), &format!("{name}: it holds there, so it is done in a clean machine\n"));
            None
        }
        Ok(Some(Resumed::Broken)) => Some(Exit::Guide),
        Ok(Some(Resumed::NoMachine)) => {
            let help = format!("guidepost verify {} --keep keeps it where the guide breaks", job.plan.path);
            usage(format!("no machine of {name} is kept"), &help)
        }
        Ok(Some(Resumed::Not(why))) => {
            let help = format!("begin anew: guidepost verify {} --keep", job.plan.path);
            usage(format!("{name} cannot go on in its kept machine: {why}"), &help)
        }
        Ok(None) => {
            print(std::io::stderr(), "interrupted; the machine stays until the next run, and cannot be gone on with\n");
            Some(Exit::Environment)
        }
        Err(error) => Some(environment(&error)),
    }
}
