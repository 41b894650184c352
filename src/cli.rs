//! The command line: what may be said there, and what is done then.

mod address;
mod capture;
mod control;
mod environment;
mod failure;
mod file;
mod health;
mod layers;
mod openrc;
mod port_file;
mod serve;
mod settings;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use lookalike::Config;

use failure::Failure;

const EXAMPLES: &str = "\
Examples:
  lookalike                          serve on 127.0.0.1:9292, keep data in ./lookalike-data
  lookalike --ephemeral              the same, but leave nothing behind
  lookalike --listen 127.0.0.1:0 --port-file port
                                     take a free port and write it into a file
  eval \"$(lookalike env)\"            make `openstack image list` talk to it
  lookalike healthcheck              tell by the exit code whether it is well
  lookalike --ephemeral --seed demo  begin with some images
  lookalike capture --os-cloud NAME  write a seed of what a real Glance has

Without a command, options are those of `serve`: see `lookalike serve --help`.";

const LAYERS: &str = "\
Every option is also an environment variable (LOOKALIKE_…) and a key of the file that --config
names (TOML, for instance: ephemeral = true). The command line comes first, then the environment,
then the file. An environment variable that is empty counts as none.";

/// A self-hosted server that to every client looks like OpenStack Glance (Images API v2)
#[derive(Debug, Parser)]
#[command(name = "lookalike", version, after_help = EXAMPLES)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server; done too when no command is given
    #[command(after_help = LAYERS)]
    Serve(Box<Settings>),
    /// Print what a client needs to find the server: eval "$(lookalike env)"
    Env(Box<EnvOptions>),
    /// Ask the server whether it is well, and exit with 0 if it is, with 1 if not
    Healthcheck(Box<HealthOptions>),
    /// Write a seed of what a real Glance has: all images that one may see, without their bytes
    Capture(capture::CaptureOptions),
    #[command(flatten)]
    Power(control::Power),
    /// Print what makes a shell complete this command line
    Completions {
        /// The shell to print it for
        shell: Shell,
    },
    /// Print the tables of docs/settings.md: every setting in Markdown
    #[command(hide = true)]
    Settings,
}

/// The settings of the server, and the file that more of them are in.
#[derive(Args, Debug)]
struct Settings {
    /// A TOML file with more settings
    #[arg(long, env = "LOOKALIKE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    rest: Config,
}

#[derive(Args, Debug)]
struct EnvOptions {
    #[command(flatten)]
    client: openrc::Client,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args, Debug)]
struct HealthOptions {
    /// Where the server is [default: as --port-file and --listen say]
    #[arg(value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

/// Does what the command line says, and tells how it went.
pub(crate) fn run(args: Vec<OsString>) -> ExitCode {
    match obey(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn obey(args: Vec<OsString>) -> Result<(), Failure> {
    let matches = layers::read(&command(), args)?;
    let line = Line::from_arg_matches(&matches).map_err(|it| Failure::usage(it.to_string()))?;
    match line.command {
        Command::Serve(settings) => serve::serve(settings.rest),
        Command::Env(it) => print(&openrc::text(&it.client, &it.settings.rest)?),
        Command::Healthcheck(it) => health::check(it.url.as_deref(), &it.settings.rest),
        Command::Capture(it) => capture::capture(&it),
        Command::Power(power) => control::obey(&power),
        Command::Completions { shell } => print(&completions(shell)),
        Command::Settings => print(&settings::document(&command())),
    }
}

/// The command line as it is shown. Options may be written with dashes and with underscores; the
/// commands that ask a server take all its settings, but show those that they use.
fn command() -> clap::Command {
    let line = Line::command();
    let serve = line.find_subcommand(layers::SERVE);
    let settings = serve.into_iter().flat_map(clap::Command::get_arguments);
    let settings: Vec<_> = settings.map(|it| it.get_id().clone()).collect();
    line.mut_subcommands(|command| {
        let settings = settings.clone();
        let shown: Option<&[&str]> = match command.get_name() {
            layers::SERVE => None,
            "env" => Some(openrc::USES),
            "healthcheck" => Some(health::USES),
            _ => Some(control::USES),
        };
        command.mut_args(move |arg| {
            let of_server = settings.contains(arg.get_id());
            let shown = shown.is_none_or(|it| it.contains(&arg.get_id().as_str()));
            let hidden = arg.is_hide_set() || (of_server && !shown);
            let dashed = arg
                .get_long()
                .filter(|it| it.contains('_'))
                .map(|it| it.replace('_', "-"));
            let arg = arg.hide(hidden);
            match dashed {
                Some(dashed) => arg.alias(dashed),
                None => arg,
            }
        })
    })
}

fn completions(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "lookalike", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Writes to standard output. That nobody reads it any more (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::start(
            format!("cannot write to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_setting_has_a_variable_named_after_it() {
        let command = command();
        let serve = command.find_subcommand("serve").unwrap();
        for arg in serve.get_arguments().filter(|it| it.get_id() != "help") {
            let id = arg.get_id().as_str();
            let long = arg.get_long().unwrap().replace('-', "_");
            let variable = arg.get_env().unwrap().to_str().unwrap();
            assert_eq!(long, id);
            assert_eq!(variable, format!("LOOKALIKE_{}", id.to_uppercase()));
        }
    }
}
