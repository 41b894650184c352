//! The tables of `docs/settings.md`, generated from the command line's own help.

use clap::{Arg, Command};
use lookalike::Config;

use super::command::settings;

/// The heading of the settings that have none in the help.
const FIRST_HEADING: &str = "Server";

/// Returns every setting in Markdown: a section for each heading of the help, a row for each setting.
pub(super) fn document(command: &Command) -> String {
    let mut sections: Vec<(&str, String)> = Vec::new();
    for argument in settings(command) {
        let heading = argument.get_help_heading().unwrap_or(FIRST_HEADING);
        let row = row(argument);
        // Several groups of options may share a heading: they are one section.
        match sections.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, rows)) => rows.push_str(&row),
            None => sections.push((heading, row)),
        }
    }
    let sections = sections.iter().map(|(heading, rows)| {
        format!(
            "## {heading}\n\n| Option | Variable | Default | Live | Meaning |\n|---|---|---|---|---|\n{rows}"
        )
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// Returns the row of one setting.
fn row(argument: &Arg) -> String {
    let option = format!("--{}", argument.get_long().unwrap_or_default());
    let variable = argument.get_env().unwrap_or_default().to_string_lossy();
    let live = if Config::is_live(argument.get_id().as_str()) {
        "yes"
    } else {
        ""
    };
    let (meaning, default) = meaning_and_default(argument);
    let cells = [
        code(&option),
        code(&variable),
        default,
        live.to_owned(),
        with_values(meaning, argument),
    ];
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}

/// Returns the help text and the default; a default in words stands at the end of the help text.
fn meaning_and_default(argument: &Arg) -> (String, String) {
    let help = argument
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    if let Some((meaning, default)) = help.split_once(" [default: ") {
        return (meaning.to_owned(), default.trim_end_matches(']').to_owned());
    }
    let defaults: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    (help, code(&defaults.join(",")))
}

fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

/// Appends the allowed values to the meaning unless it names them already.
fn with_values(meaning: String, argument: &Arg) -> String {
    let values = argument.get_possible_values();
    let values: Vec<_> = values
        .iter()
        .map(clap::builder::PossibleValue::get_name)
        .collect();
    let are_named = values.iter().all(|value| meaning.contains(value));
    match values.as_slice() {
        ["true", "false"] => meaning,
        _ if are_named => meaning,
        values => format!("{meaning}: {}", values.join(", ")),
    }
}
