//! A setting comes from the command line, else the environment, else the file, else a configuration of Glance, else its default;
//! and whichever of them is wrong is named.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};

use super::command::SERVE;
use super::environment;
use super::failure::{CliError, in_short, option_of, value_trouble};
use super::file::{self, FileEntry};
use super::glance_conf;
use super::line;

/// The arguments of a command, and what the user is to know of where they came from.
pub(super) struct Layers {
    /// The arguments.
    pub(super) matches: ArgMatches,
    /// Warnings about a configuration of Glance.
    pub(super) warnings: Vec<String>,
}

impl From<ArgMatches> for Layers {
    fn from(matches: ArgMatches) -> Self {
        Self {
            matches,
            warnings: Vec::new(),
        }
    }
}

/// Returns the settings of the command line, completed from the environment, the file and a configuration of
/// Glance.
///
/// Each layer is checked on its own first, so that a mistake is found even where another layer
/// hides it today. Help and version are printed here, and end the program.
pub(super) fn read(args: Vec<OsString>) -> Result<Layers, CliError> {
    let args = with_command(args);
    let command = &line::command_of(&args);
    let whole = environment::without_empty(command.clone());
    let bare = environment::without(command.clone());
    let first = match whole.clone().try_get_matches_from(&args) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => return Err(blame(&bare, &args, &error)),
    };
    let given = first
        .subcommand()
        .filter(|(name, _)| takes_settings(command, name));
    let Some((_, given)) = given else {
        return Ok(first.into());
    };
    environment::check(command, line::command)?;
    let alone = whole.clone().try_get_matches_from(["lookalike", SERVE]);
    alone.map_err(|error| of_environment(&error))?;
    let mut entries = Vec::new();
    if let Some(path) = given.get_one::<PathBuf>("config") {
        entries = file::read(path, command)?;
        check_file(&bare, path, &entries)?;
    }
    let parse = |command: Command| {
        let matches = command.try_get_matches_from(&args);
        matches.map_err(|error| CliError::usage(in_short(&error)))
    };
    let matches = match entries.as_slice() {
        [] => first,
        entries => parse(file::as_defaults(whole.clone(), entries))?,
    };
    let settings = matches.subcommand().map(|(_, settings)| settings);
    let Some(conf) = settings.map(glance_conf::of).transpose()?.flatten() else {
        return Ok(matches.into());
    };
    let below = glance_conf::entries(&conf, command, &bare)?;
    let whole = file::as_defaults(file::as_defaults(whole, &below), &entries);
    Ok(Layers {
        matches: parse(whole)?,
        warnings: conf.warnings,
    })
}

/// `lookalike --ephemeral` is `lookalike serve --ephemeral`.
fn with_command(mut args: Vec<OsString>) -> Vec<OsString> {
    if args.is_empty() {
        args.push("lookalike".into());
    }
    let own = ["-h", "--help", "-V", "--version"];
    let named = args.get(1).is_some_and(|arg| {
        let text = arg.to_string_lossy();
        !text.starts_with('-') || own.contains(&text.as_ref())
    });
    if !named {
        args.insert(1, SERVE.into());
    }
    args
}

fn takes_settings(command: &Command, name: &str) -> bool {
    let found = command.find_subcommand(name);
    found.is_some_and(|command| command.get_arguments().any(|arg| arg.get_id() == "config"))
}

/// The words on the command line are to blame, or else the environment.
fn blame(bare: &Command, args: &[OsString], error: &clap::Error) -> CliError {
    match bare.clone().try_get_matches_from(args) {
        Err(error) => of_line(&error),
        Ok(_) => of_environment(error),
    }
}

fn of_line(error: &clap::Error) -> CliError {
    match (option_of(error), value_trouble(error)) {
        (Some(option), Some(trouble)) => CliError::usage(format!("{option}: {trouble}")),
        _ => CliError::usage(in_short(error)),
    }
}

fn of_environment(error: &clap::Error) -> CliError {
    let variable = option_of(error).map(environment::variable);
    match (variable, value_trouble(error)) {
        (Some(variable), Some(trouble)) => CliError::usage(format!("{variable}: {trouble}")),
        (Some(variable), None) => CliError::usage(format!("{variable}: {}", in_short(error))),
        _ => CliError::usage(format!("in the environment: {}", in_short(error))),
    }
}

/// The file says the same as a command line would, and is judged as one.
fn check_file(bare: &Command, path: &Path, entries: &[FileEntry]) -> Result<(), CliError> {
    for entry in entries {
        let line = ["lookalike".to_owned(), SERVE.to_owned()]
            .into_iter()
            .chain(entry.as_words());
        let Err(error) = bare.clone().try_get_matches_from(line) else {
            continue;
        };
        let trouble = value_trouble(&error).unwrap_or_else(|| in_short(&error));
        let (path, key) = (path.display(), &entry.key);
        return Err(CliError::usage(format!("{path}: {key}: {trouble}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;
    use lookalike::Config;

    use super::*;

    /// Returns the settings that a file and a command line say together.
    fn settings(file: &str, args: &[&str]) -> Config {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f.toml");
        std::fs::write(&path, file).unwrap();
        let config = ["lookalike", SERVE, "--config", path.to_str().unwrap()];
        let args = config.iter().chain(args).map(OsString::from).collect();
        let layers = read(args).unwrap();
        Config::from_arg_matches(layers.matches.subcommand().unwrap().1).unwrap()
    }

    #[test]
    fn a_boolean_may_be_said_in_every_way() {
        let on = settings(
            "",
            &[
                "--ephemeral",
                "--show_image_direct_url",
                "--cachemanage",
                "yes",
            ],
        );
        assert!(on.ephemeral && on.images.show_image_direct_url && on.cache.cachemanage);
        let off = settings(
            "",
            &[
                "--do_secure_hash=OFF",
                "--require-image-format-match",
                "No",
                "--enforce_new_defaults",
                "0",
            ],
        );
        assert!(!off.location.do_secure_hash);
        assert!(!off.images.require_image_format_match && !off.images.enforce_new_defaults);
        let file = "ephemeral = 'Yes'\ndo_secure_hash = 0\ncachemanage = 'on'\nno_control = true";
        let file = settings(file, &["--no-control=false"]);
        assert!(file.ephemeral && !file.location.do_secure_hash && file.cache.cachemanage);
        assert!(!file.control.no_control);
    }
}
