//! The command line: its commands and options, and what each command does.

mod address;
mod banner;
mod capture;
mod command;
mod compare;
mod control;
mod env_format;
mod environment;
mod failure;
mod file;
mod glance_conf;
mod health;
mod json_lines;
mod layers;
mod line;
mod logging;
mod man;
mod manage;
mod mimic;
mod openrc;
#[cfg(feature = "otel")]
mod otel;
#[cfg(not(feature = "otel"))]
mod otel_absent;
mod port_file;
mod proxy;
mod recording;
mod serve;
mod settings;
mod trust;

#[cfg(not(feature = "otel"))]
use otel_absent as otel;
use std::ffi::OsString;
use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use lookalike::{Config, DescribedApi};

use failure::CliError;
use line::command;

const EXAMPLES: &str = "\
Examples:
  lookalike                          serve on 127.0.0.1:9292, keep data in ./lookalike-data
  lookalike --ephemeral              the same, but leave nothing behind
  lookalike --listen 127.0.0.1:0 --port-file port
                                     take a free port and write it into a file
  eval \"$(lookalike env)\"            make `openstack image list` talk to it
  lookalike healthcheck --wait 30    wait until the server is healthy
  lookalike status                   show what runs
  lookalike --ephemeral --seed demo  begin with some images
  lookalike --glance-conf glance-api.conf
                                     be like the Glance that has this configuration
  lookalike mimic --os-cloud NAME    write settings and a seed from a real cloud
  lookalike capture --os-cloud NAME  write a seed from the images of a real Glance

Without a command, options are those of `serve`: see `lookalike serve --help`. Commands that talk to a
running server find it by --url (or LOOKALIKE_URL), --port-file or --listen.";

const LAYERS: &str = "\
Every option is also an environment variable (LOOKALIKE_…) and a key of the file that --config
names (TOML, for instance: ephemeral = true). The command line comes first, then the environment,
then the file, then the configuration of Glance that --glance-conf names. An environment variable that is empty counts as none.";

/// A self-hosted server that to every client looks like OpenStack Glance (Images API v2)
#[derive(Debug, Parser)]
#[command(name = "lookalike", version, after_help = EXAMPLES)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Serve(ServeCommand),
    /// Print what a client needs to find the server: eval "$(lookalike env)"
    Env(Box<openrc::EnvOptions>),
    /// Ask the server for its health: exit with 0 if it is healthy, with 1 if not
    Healthcheck(Box<health::HealthOptions>),
    /// Write a seed from a real Glance: all images that one may see, without their data
    Capture(capture::CaptureOptions),
    /// Stand before a real Glance and its Keystone, pass everything through, and record it
    Proxy(proxy::ProxyOptions),
    /// Play a recording of `proxy` to a fresh server, and report what it answers in another way: exit with 0 if nothing differs, with 1 if something does
    Compare(compare::CompareOptions),
    /// Ask a real cloud what it is, and write settings and a seed for a server that is like it
    Mimic(mimic::MimicOptions),
    #[command(flatten)]
    Control(control::ControlCommand),
    /// Do what glance-manage, glance-cache-manage and glance-replicator do: load definitions, fill the cache, copy images
    #[command(subcommand)]
    Manage(manage::ManageCommand),
    /// Print an OpenAPI document, as a server with the default settings has it
    Openapi {
        /// The API
        #[arg(value_parser = api)]
        api: DescribedApi,
    },
    /// Print the completions of this command line for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print what a configuration of the real Glance means here: a TOML file for --config, with a comment on each option
    GlanceConf(Box<glance_conf::GlanceConfOptions>),
    /// Write the man pages of the program and of its commands into a directory
    #[command(hide = true)]
    Man(man::ManOptions),
    /// Print the tables of docs/settings.md: every setting in Markdown
    #[command(hide = true)]
    Settings,
    /// Print the tables of docs/glance-options.md: every option of Glance in Markdown
    #[command(hide = true)]
    GlanceOptions,
}

/// The command that runs the server.
#[derive(Debug, Subcommand)]
enum ServeCommand {
    /// Run the server; the default command
    #[command(after_help = LAYERS)]
    Serve(Box<ServerSettings>),
}

/// The settings of the server, and the file that has more of them.
#[derive(Args, Debug)]
struct ServerSettings {
    /// A TOML file with more settings
    #[arg(long, env = "LOOKALIKE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    glance_conf: glance_conf::GlanceConfSettings,

    #[command(flatten)]
    rest: Config,
}

/// Runs the command that the arguments name, and reports how it ended.
pub(crate) fn run(args: Vec<OsString>) -> ExitCode {
    match execute(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn execute(args: Vec<OsString>) -> Result<(), CliError> {
    let layers = layers::read(args)?;
    let line = CommandLine::from_arg_matches(&layers.matches);
    let line = line.map_err(|error| CliError::usage(error.to_string()))?;
    match line.command {
        Command::Serve(ServeCommand::Serve(settings)) => {
            serve::serve(settings.rest, &layers.warnings)
        }
        Command::Env(options) => print(&openrc::text(&options)?),
        Command::Healthcheck(options) => health::check(&options),
        Command::Capture(options) => capture::capture(&options),
        Command::Proxy(options) => proxy::proxy(&options),
        Command::Compare(options) => compare::compare(options),
        Command::Mimic(options) => mimic::mimic(&options),
        Command::Control(command) => control::run(command),
        Command::Manage(command) => manage::run(command),
        Command::Openapi { api } => print(&document(api)?),
        Command::Completions { shell } => print(&completions(shell)),
        Command::GlanceConf(options) => print(&glance_conf::report(*options, &command())?),
        Command::Man(options) => man::write(&options, command()),
        Command::Settings => print(&settings::document(&command())),
        Command::GlanceOptions => print(&lookalike::config::glance_conf::options_document()),
    }
}

/// Parses the name of an API.
fn api(name: &str) -> Result<DescribedApi, String> {
    let names = DescribedApi::ALL.iter().map(|api| api.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    name.parse()
        .map_err(|_| format!("the documents are: {names}"))
}

fn document(api: DescribedApi) -> Result<String, CliError> {
    let document = lookalike::openapi_document(api);
    let document = document.map_err(|error| CliError::start(format!("{api}: {error}")))?;
    Ok(format!("{document:#}\n"))
}

fn completions(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "lookalike", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Runs the work of a client command to its end, on this thread.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| CliError::start(format!("cannot start: {error}")))?;
    Ok(runtime.block_on(work))
}

/// Writes to standard output. A closed pipe (`| head`) is no failure.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(CliError::start(
            format!("cannot write to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_setting_has_a_variable_named_after_it() {
        let command = command();
        for arg in command::settings(&command) {
            let id = arg.get_id().as_str();
            let long = arg.get_long().unwrap().replace('-', "_");
            let variable = arg.get_env().unwrap().to_str().unwrap();
            assert_eq!(long, id);
            assert_eq!(variable, format!("LOOKALIKE_{}", id.to_uppercase()));
        }
    }
}
