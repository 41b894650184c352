//! The program `lookalike`: a command line around the library.

mod cli;

use std::process::ExitCode;

/// Its threads do not wait for each other as those of the system's allocator do.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os().collect())
}
