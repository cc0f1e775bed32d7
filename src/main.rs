//! Command line in, exit status out.

use std::process::ExitCode;

fn main() -> ExitCode {
    guidepost::cli::run()
}
