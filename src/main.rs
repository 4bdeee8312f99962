//! The program: reads the settings, starts the log, runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use zhanjian::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(&Cli::parse()).into()
}
