//! Documents and settings that are given as arguments, in files or on standard input.

use std::fmt::Display;
use std::io::Read;
use std::path::Path;

use clap::Args;
use serde_json::{Map, Value};

use crate::cli::failure::CliError;

/// Returns the text that an argument stands for: the contents of the file behind an `@`, standard
/// input for a `-`, otherwise the argument itself.
fn text(argument: &str) -> Result<String, CliError> {
    match argument.strip_prefix('@') {
        Some(file) => read(Path::new(file)),
        None if argument == "-" => input(),
        None => Ok(argument.to_owned()),
    }
}

/// Returns the contents of a file, named with an `@` or without; `-` is standard input.
pub(super) fn file(name: &str) -> Result<String, CliError> {
    if name == "-" {
        return input();
    }
    read(Path::new(name.strip_prefix('@').unwrap_or(name)))
}

/// Parses the JSON or YAML that an argument stands for. An error names `what`.
pub(super) fn document(what: &str, argument: &str) -> Result<Value, CliError> {
    parse(what, &text(argument)?)
}

/// A document for the server, as an argument or in a file.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct DocumentArgs {
    /// JSON or YAML: as text, as @FILE, or as - for standard input
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// A file in JSON or YAML; - is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<String>,
}

impl DocumentArgs {
    /// Parses the document. An error names `what`, or the file.
    pub(super) fn parse(&self, what: &str) -> Result<Value, CliError> {
        match (&self.file, &self.text) {
            (Some(name), _) => parse(name, &file(name)?),
            (None, text) => document(what, text.as_deref().unwrap_or_default()),
        }
    }
}

/// Parses JSON, or else YAML.
fn parse(what: &str, text: &str) -> Result<Value, CliError> {
    // First as JSON: YAML refuses keys that are given twice, and tabs between tokens.
    serde_json::from_str(text)
        .or_else(|_| serde_saphyr::from_str(text))
        .map_err(|error| wrong(what, &error))
}

/// Parses a file of YAML, and so of JSON.
pub(super) fn yaml(name: &str) -> Result<Value, CliError> {
    serde_saphyr::from_str(&file(name)?).map_err(|error| wrong(name, &error))
}

/// Returns a seed as the body of a request: the name of a built-in one as JSON, or the text of a
/// file.
pub(super) fn seed(name: &str) -> Result<String, CliError> {
    // In the order of --seed: the name of a built-in seed comes first.
    if lookalike::Seed::built_in(name).is_some() {
        return Ok(Value::from(name).to_string());
    }
    let explicit = name == "-" || name.starts_with('@');
    if !explicit && !Path::new(name).exists() {
        let built_in = lookalike::Seed::built_in_names();
        return Err(CliError::usage(format!(
            "there is no file {name}, and no built-in seed of that name; these are: {built_in}"
        )));
    }
    file(name)
}

/// Returns a seed as a field of a request. The text stays as it is: only the server knows which
/// scalars are numbers, and its errors name lines.
pub(super) fn seed_value(name: &str) -> Result<Value, CliError> {
    if lookalike::Seed::built_in(name).is_some() {
        return Ok(name.into());
    }
    let mut text = seed(name)?;
    if text.trim().is_empty() {
        return Err(CliError::usage(format!("the seed {name} is empty")));
    }
    // The server takes a text without a line end for the name of a built-in seed.
    text.push('\n');
    Ok(text.into())
}

/// Returns settings as a JSON object: given one by one, or all of them in JSON or YAML.
pub(super) fn settings(arguments: &[String]) -> Result<Value, CliError> {
    if let [argument] = arguments
        && (argument == "-" || argument.starts_with(['@', '{']))
    {
        return document("the settings", argument);
    }
    let mut settings = Map::new();
    for argument in arguments {
        let (name, value) = pair(argument)
            .map_err(|why| CliError::usage(format!("{argument:?} is wrong: {why}")))?;
        if settings.insert(name.clone(), value.into()).is_some() {
            return Err(CliError::usage(format!("{name} is there twice")));
        }
    }
    Ok(settings.into())
}

/// Parses an argument such as `status=404`.
pub(super) fn pair(argument: &str) -> Result<(String, String), String> {
    let pair = argument.split_once('=');
    let pair = pair.filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("NAME=VALUE is allowed")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn read(file: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(file).map_err(|error| wrong(&file.display(), &error))
}

fn input() -> Result<String, CliError> {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut text);
    read.map_err(|error| wrong(&"standard input", &error))?;
    Ok(text)
}

fn wrong(what: &(impl Display + ?Sized), error: &dyn Display) -> CliError {
    CliError::usage(format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_given_one_by_one_or_in_json() {
        let owned = |all: &[&str]| {
            all.iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let read = |all| settings(&owned(all)).unwrap().to_string();
        assert_eq!(read(&["a=1", "b=c=d"]), r#"{"a":"1","b":"c=d"}"#);
        assert_eq!(read(&[r#"{"a": ["x=y"]}"#]), r#"{"a":["x=y"]}"#);
        for bad in [&["a=1", "a=2"][..], &["a"], &["=1"], &["{}", "a=1"], &["{"]] {
            assert!(settings(&owned(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_built_in_seed_comes_before_a_file() {
        assert_eq!(seed("demo").unwrap(), "\"demo\"");
        assert!(seed("./demo").is_err() && seed("@demo").is_err());
    }
}
