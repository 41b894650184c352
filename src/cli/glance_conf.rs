//! Settings from a configuration of the real Glance: `--glance-conf` and its kin, and `lookalike glance-conf`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, ArgMatches, Args, Command};
use lookalike::config::glance_conf::{AppliedSetting, ConfSources, GlanceConf};

use super::command::SERVE;
use super::failure::{CliError, in_short, value_trouble};
use super::file::FileEntry;

/// The files of Glance that settings are taken from.
#[derive(Args, Debug)]
pub(super) struct GlanceConfSettings {
    /// Configuration file of Glance (glance-api.conf) to take settings from; of several, later ones override earlier ones. All other ways to say a setting go before it
    #[arg(
        id = "glance_conf",
        long = "glance-conf",
        env = "LOOKALIKE_GLANCE_CONF",
        value_delimiter = ',',
        value_name = "FILE"
    )]
    files: Vec<PathBuf>,

    /// Directory with more such files (`*.conf`), which come after those of `--glance-conf` in the order of their names
    #[arg(
        id = "glance_conf_dir",
        long = "glance-conf-dir",
        env = "LOOKALIKE_GLANCE_CONF_DIR",
        value_delimiter = ',',
        value_name = "DIR"
    )]
    directories: Vec<PathBuf>,

    /// Directory that stands for `/` in those files: the files that they name are read there, and file stores lie there [default: files are read where they are named, and stores lie in --data]
    #[arg(
        id = "glance_conf_root",
        long = "glance-conf-root",
        env = "LOOKALIKE_GLANCE_CONF_ROOT",
        value_name = "DIR"
    )]
    root: Option<PathBuf>,

    /// Publish notifications to the message bus of those files, as Glance does there; without it that bus is not connected to
    #[arg(
        id = "glance_conf_bus",
        long = "glance-conf-bus",
        env = "LOOKALIKE_GLANCE_CONF_BUS",
        value_parser = BoolishValueParser::new(), num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true",
        value_name = "true|false"
    )]
    bus: bool,
}

/// The options of `lookalike glance-conf`.
#[derive(Args, Debug)]
pub(super) struct GlanceConfOptions {
    /// Configuration files of Glance (glance-api.conf); later ones override earlier ones
    #[arg(required_unless_present = "glance_conf_dir", value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Directory with more such files (`*.conf`)
    #[arg(long, value_name = "DIR")]
    glance_conf_dir: Vec<PathBuf>,

    /// Directory that stands for `/` in those files
    #[arg(long, value_name = "DIR")]
    glance_conf_root: Option<PathBuf>,

    /// Publish notifications to the message bus of those files
    #[arg(long)]
    glance_conf_bus: bool,

    /// Directory for the data of the server that will have the settings
    #[arg(long, default_value = "./lookalike-data", value_name = "DIR")]
    data: PathBuf,
}

/// The options of `lookalike glance-conf` that have the names of settings.
pub(super) const USES: [&str; 4] = [
    "glance_conf_bus",
    "glance_conf_dir",
    "glance_conf_root",
    "data",
];

/// Returns the settings that follow from the files which the matches name.
pub(super) fn of(matches: &ArgMatches) -> Result<Option<GlanceConf>, CliError> {
    let paths = |name: &str| {
        let paths = matches.get_many::<PathBuf>(name).into_iter().flatten();
        paths.cloned().collect::<Vec<_>>()
    };
    let ephemeral = matches.get_one::<bool>("ephemeral").copied();
    let data = matches.get_one::<PathBuf>("data").cloned();
    let sources = ConfSources {
        files: paths("glance_conf"),
        directories: paths("glance_conf_dir"),
        root: matches.get_one::<PathBuf>("glance_conf_root").cloned(),
        data: data.filter(|_| ephemeral != Some(true)),
        bus: matches.get_one::<bool>("glance_conf_bus").copied() == Some(true),
    };
    if sources.files.is_empty() && sources.directories.is_empty() {
        return Ok(None);
    }
    read(&sources).map(Some)
}

fn read(sources: &ConfSources) -> Result<GlanceConf, CliError> {
    GlanceConf::read(sources).map_err(|error| CliError::start(error.to_string()))
}

/// Returns the settings as the lines of a settings file that say the same; each is judged as a command line would be.
pub(super) fn entries(
    conf: &GlanceConf,
    command: &Command,
    bare: &Command,
) -> Result<Vec<FileEntry>, CliError> {
    let entries = conf
        .settings
        .iter()
        .map(|setting| entry(setting, command, bare));
    entries.collect()
}

fn entry(
    setting: &AppliedSetting,
    command: &Command,
    bare: &Command,
) -> Result<FileEntry, CliError> {
    let wrong = |why: String| {
        let (origin, option) = (&setting.origin, &setting.option);
        CliError::start(format!("{origin}: {option}: {why}"))
    };
    let entry = FileEntry::new(setting.setting, (&setting.value).into(), command).map_err(wrong)?;
    let line = [String::new(), SERVE.to_owned()].into_iter();
    let judged = bare
        .clone()
        .try_get_matches_from(line.chain(entry.as_words()));
    judged.map_err(|error| wrong(value_trouble(&error).unwrap_or_else(|| in_short(&error))))?;
    Ok(entry)
}

/// Returns the report on the files, and says on standard error what to be warned of.
pub(super) fn report(options: GlanceConfOptions, command: &Command) -> Result<String, CliError> {
    let conf = read(&ConfSources {
        files: options.files,
        directories: options.glance_conf_dir,
        root: options.glance_conf_root,
        data: Some(options.data),
        bus: options.glance_conf_bus,
    })?;
    entries(
        &conf,
        command,
        &super::environment::without(command.clone()),
    )?;
    for warning in &conf.warnings {
        super::failure::warn(warning);
    }
    Ok(conf.document())
}
