//! `guidepost man`

use std::path::PathBuf;

use super::{Exit, print, report};
use crate::site::Failure;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Write one page a subcommand into this folder, instead of printing guidepost(1)
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let command = super::definition();
    let Some(folder) = &arguments.folder else {
        let mut page = Vec::new();
        return match clap_mangen::Man::new(command).render(&mut page) {
            Ok(()) => {
                print(std::io::stdout(), &String::from_utf8_lossy(&page));
                Exit::Ok
            }
            Err(error) => report(&Failure::Environment { message: format!("the man page cannot be made: {error}") }),
        };
    };
    match std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder)) {
        Ok(()) => Exit::Ok,
        Err(error) => {
            report(&Failure::Environment { message: format!("{} cannot be written: {error}", folder.display()) })
        }
    }
}
