//! `guidepost clean`

use super::{Exit, count, print, report, verify};
use crate::{
    machine::{self, Engine, Reaped, Scope},
    site::Failure,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Also what was made by another host or before a restart, and cannot be known to be unused
    #[arg(long)]
    all: bool,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let scope = if arguments.all { Scope::NotKnownToLive } else { Scope::OwnerGone };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::Environment { message: error.to_string() }),
    };
    match runtime.block_on(async { machine::reap(&Engine::connect().await?, scope).await }) {
        Ok(reaped) => {
            print(std::io::stdout(), &told(&reaped));
            Exit::Ok
        }
        Err(error) => verify::environment(&error),
    }
}

fn told(reaped: &Reaped) -> String {
    let removed = [(reaped.containers, "container"), (reaped.networks, "network"), (reaped.volumes, "volume")];
    let removed: Vec<String> =
        removed.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
    let removed =
        if removed.is_empty() { "nothing to remove".to_owned() } else { format!("removed {}", removed.join(", ")) };
    let kept =
        if reaped.kept == 0 { String::new() } else { format!("; {} of runs that may be alive stay", reaped.kept) };
    format!("{removed}{kept}\n")
}
