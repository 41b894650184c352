//! The command line as the parser has it, with the final help of every command.

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory, Id, Subcommand};

use super::command::{SERVE, settings};
use super::{CommandLine, ServeCommand, address, compare, glance_conf, openrc};

/// Returns the command line with all its commands.
pub(super) fn command() -> Command {
    with_all_help(CommandLine::command())
}

/// Returns the command line with `serve` and the command that these arguments name; with all commands if they name none.
///
/// Most commands take every setting: to build and to copy all of them takes a third of the start of a server, and half of its
/// memory.
pub(super) fn command_of(args: &[OsString]) -> Command {
    let serve = || ServeCommand::augment_subcommands(Command::new("lookalike"));
    let name = args.get(1).and_then(|name| name.to_str());
    if name == Some(SERVE) {
        return with_all_help(serve());
    }
    let line = CommandLine::command();
    let named = name.and_then(|name| line.find_subcommand(name).cloned());
    with_all_help(match named {
        Some(named) => serve().subcommand(named),
        None => line,
    })
}

/// Returns the command line with its final help: options may be written with dashes and with
/// underscores, and the commands that talk to a server accept all its settings, but show those that
/// they use.
fn with_all_help(line: Command) -> Command {
    let settings: Vec<_> = settings(&line).map(|arg| arg.get_id().clone()).collect();
    line.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        with_final_help(command, &name, &settings)
    })
}

/// Returns a command with its final help, or one within it; `name` is that of the outermost.
fn with_final_help(command: Command, name: &str, settings: &[Id]) -> Command {
    let nested = command.has_subcommands();
    let command = command.mut_args(|arg| {
        let is_setting = settings.contains(arg.get_id());
        let is_target =
            is_setting || ["url", "in_sandbox", "cacert"].contains(&arg.get_id().as_str());
        let arg = if is_setting && name != SERVE {
            for_client(arg, name)
        } else {
            arg
        };
        with_dashes(arg.global(is_target && nested))
    });
    command.mut_subcommands(|within| with_final_help(within, name, settings))
}

/// Returns a setting as a client command shows it.
fn for_client(arg: Arg, command: &str) -> Arg {
    let id = arg.get_id().as_str();
    let has_own = match command {
        "env" => openrc::USES.contains(&id),
        "glance-conf" => glance_conf::USES.contains(&id),
        "compare" => compare::USES.contains(&id),
        _ => false,
    };
    if has_own {
        return arg;
    }
    if command == "compare" {
        return arg.hide(true);
    }
    match address::USES.iter().find(|(name, _)| *name == id) {
        Some((_, help)) => arg.help(*help).help_heading("Server"),
        None => arg.hide(true),
    }
}

/// Returns an option that may be written with dashes, where it has underscores.
fn with_dashes(arg: Arg) -> Arg {
    let long = arg.get_long().filter(|long| long.contains('_'));
    match long.map(|long| long.replace('_', "-")) {
        Some(dashed) => arg.alias(dashed),
        None => arg,
    }
}
