//! The names of the commands that other parts of the command line refer to.

use clap::{Arg, Command};

/// The command that runs the server. It is the default command, and it has every setting.
pub(super) const SERVE: &str = "serve";

/// The prefix of the names of our environment variables.
const PREFIX: &str = "LOOKALIKE_";

/// Returns the settings: every option of `serve` except `--help`.
pub(super) fn settings(command: &Command) -> impl Iterator<Item = &Arg> {
    let serve = command.find_subcommand(SERVE);
    let args = serve.into_iter().flat_map(Command::get_arguments);
    args.filter(|arg| arg.get_id() != "help")
}

/// Returns the names of the variables that any command reads: those of the settings first.
pub(super) fn variables(command: &Command) -> Vec<&str> {
    let others = command.get_subcommands().flat_map(Command::get_arguments);
    let mut names = Vec::new();
    for arg in settings(command).chain(others) {
        let name = arg.get_env().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|name| name.starts_with(PREFIX))
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}
