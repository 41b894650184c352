//! The table of all settings that the README shows, made from the command line itself.

use clap::{Arg, Command};

use super::layers::SERVE;

/// Every setting, a row each, in Markdown.
pub(super) fn table(command: &Command) -> String {
    let args = command
        .find_subcommand(SERVE)
        .into_iter()
        .flat_map(Command::get_arguments);
    let rows: String = args.filter(|it| it.get_id() != "help").map(row).collect();
    format!("| Flag | Variable | Key | Default | Meaning |\n|---|---|---|---|---|\n{rows}")
}

fn row(arg: &Arg) -> String {
    let code = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            format!("`{text}`")
        }
    };
    let flag = format!("--{}", arg.get_long().unwrap_or_default());
    let variable = arg.get_env().unwrap_or_default().to_string_lossy();
    let key = Some(arg.get_id().as_str()).filter(|it| *it != "config");
    let defaults = arg
        .get_default_values()
        .iter()
        .map(|it| it.to_string_lossy());
    let default = defaults.collect::<Vec<_>>().join(",");
    let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let (meaning, default) = match meaning.split_once(" [default: ") {
        Some((meaning, said)) => (meaning.to_owned(), said.trim_end_matches(']').to_owned()),
        None => (meaning, code(&default)),
    };
    let meaning = with_words(meaning, arg);
    let cells = [
        code(&flag),
        code(&variable),
        code(key.unwrap_or_default()),
        default,
        meaning,
    ];
    let cells = cells.map(|it| it.replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}

/// The meaning, with the words that are allowed unless it tells them already.
fn with_words(meaning: String, arg: &Arg) -> String {
    let words = arg.get_possible_values();
    let words: Vec<_> = words
        .iter()
        .map(clap::builder::PossibleValue::get_name)
        .collect();
    let told = words.iter().all(|it| meaning.contains(it));
    match words.as_slice() {
        ["true", "false"] => meaning,
        _ if told => meaning,
        words => format!("{meaning}: {}", words.join(", ")),
    }
}
