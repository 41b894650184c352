//! The file with settings: TOML, its keys the names of the options.

use std::path::Path;

use clap::{Arg, ArgAction, Command};
use lookalike::config::instead_of;
use toml::{Table, Value};

use super::command::settings;
use super::failure::CliError;

/// One line of the file.
#[derive(Debug)]
pub(super) struct FileEntry {
    /// The key as it is written there.
    pub(super) key: String,
    /// The option that it sets.
    id: String,
    long: String,
    values: Vec<String>,
}

impl FileEntry {
    /// Returns the line of a file that gives a setting this value.
    ///
    /// # Errors
    ///
    /// The reason why there is no such line.
    pub(super) fn new(key: &str, value: Value, command: &Command) -> Result<Self, String> {
        entry(key, value, command)
    }

    /// The words of a command line that say the same.
    pub(super) fn as_words(&self) -> impl Iterator<Item = String> {
        self.values
            .iter()
            .map(|value| format!("--{}={value}", self.long))
    }
}

/// Returns the contents of the file. Whether the values are good is not judged here.
pub(super) fn read(path: &Path, command: &Command) -> Result<Vec<FileEntry>, CliError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::usage(format!("cannot read the file {shown}: {error}")))?;
    let table: Table = toml::from_str(&text).map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or("");
        let line = before.matches('\n').count() + 1;
        CliError::usage(format!("{shown}: line {line}: {}", error.message()))
    })?;
    let mut entries: Vec<FileEntry> = Vec::new();
    for (key, value) in table {
        let entry = entry(&key, value, command);
        let entry = entry.map_err(|error| CliError::usage(format!("{shown}: {key}: {error}")))?;
        if entries.iter().any(|known| known.id == entry.id) {
            return Err(CliError::usage(format!(
                "{shown}: {key}: it is there twice, with - and with _"
            )));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn entry(key: &str, value: Value, command: &Command) -> Result<FileEntry, String> {
    let args: Vec<_> = settings(command)
        .filter(|arg| arg.get_id() != "config")
        .collect();
    let id = key.replace('-', "_");
    let Some(arg) = args.iter().find(|arg| arg.get_id() == id.as_str()) else {
        let known: Vec<_> = args.iter().map(|arg| arg.get_id().as_str()).collect();
        return Err(format!("it is no setting; {}", instead_of(&id, &known)));
    };
    let values = match value {
        Value::Array(items) if matches!(arg.get_action(), ArgAction::Append) => {
            items.into_iter().map(word).collect::<Result<_, _>>()?
        }
        // One value for clap, which holds a list: so there may be none.
        Value::Array(items) if is_list(arg) => {
            let words: Vec<_> = items.into_iter().map(word).collect::<Result<_, _>>()?;
            vec![words.join(",")]
        }
        Value::Array(_) => return Err("it is a list; one value is allowed".into()),
        value => vec![word(value)?],
    };
    let long = arg.get_long().unwrap_or_default().to_owned();
    Ok(FileEntry {
        key: key.to_owned(),
        id,
        long,
        values,
    })
}

fn is_list(arg: &Arg) -> bool {
    let mut names = arg.get_value_names().into_iter().flatten();
    names.any(|name| *name == "LIST")
}

fn word(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(value) => Ok(value.to_string()),
        other => Err(format!(
            "a {} is not allowed; text, a number, true or false is",
            other.type_str()
        )),
    }
}

/// The command line whose defaults are what the file says.
pub(super) fn as_defaults(command: Command, entries: &[FileEntry]) -> Command {
    let entry_of = |arg: &Arg| {
        let id = arg.get_id().as_str();
        entries.iter().find(|entry| entry.id == id)
    };
    command.mut_subcommands(|subcommand| {
        subcommand.mut_args(|arg| match entry_of(&arg) {
            Some(entry) => arg.default_values(entry.values.clone()),
            None => arg,
        })
    })
}
