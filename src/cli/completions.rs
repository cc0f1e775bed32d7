//! `guidepost completions`

use clap_complete::Shell;

use super::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// For which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::definition(), "guidepost", &mut script);
    super::print(std::io::stdout(), &String::from_utf8_lossy(&script));
    Exit::Ok
}
