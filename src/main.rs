//! Command line in, exit status out.

use std::process::ExitCode;

/// A build allocates on all cores at once, where the system's allocator waits for itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    guidepost::cli::run()
}
