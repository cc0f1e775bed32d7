//! `guidepost clean`

use chrono::SecondsFormat;

use super::{Exit, count, print, with_engine};
use crate::machine::{self, Reaped, Scope};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Also what was made by another host or before a restart, and cannot be known to be unused
    #[arg(long)]
    all: bool,
    /// Also what runs have kept for the next ones: packages that machines have fetched, and setups
    #[arg(long)]
    kept: bool,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let scope = if arguments.all { Scope::NotKnownToLive } else { Scope::OwnerGone };
    let cleaned = with_engine(async |engine| {
        let reaped = machine::reap(&engine, scope).await?;
        let forgotten = if arguments.kept { machine::forget(&engine, true).await? } else { 0 };
        Ok((reaped, forgotten))
    });
    match cleaned {
        Ok((reaped, forgotten)) => {
            print(std::io::stdout(), &told(&reaped, forgotten));
            Exit::Ok
        }
        Err(exit) => exit,
    }
}

fn told(reaped: &Reaped, kept: usize) -> String {
    let removed = [
        (reaped.containers, "container"),
        (reaped.networks, "network"),
        (reaped.volumes, "volume"),
        (reaped.images, "image"),
        (kept, "kept thing"),
    ];
    let removed: Vec<String> =
        removed.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
    let removed =
        if removed.is_empty() { "nothing to remove".to_owned() } else { format!("removed {}", removed.join(", ")) };
    let kept =
        if reaped.kept == 0 { String::new() } else { format!("; {} of runs that may be alive stay", reaped.kept) };
    let until = reaped.until.map(|until| {
        format!(
            ", those that cannot be seen from here until {} at most",
            until.to_rfc3339_opts(SecondsFormat::Secs, true)
        )
    });
    format!("{removed}{kept}{}\n", until.unwrap_or_default())
}
