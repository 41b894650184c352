//! `docs/glance-options.md`: every option of Glance, and what this server makes of it.

use std::fmt::Write;

use super::options::{GlanceOption, OPTIONS};
use super::treatment::{self, Treatment, Way};

/// Returns the tables of the document, one for each section, in Markdown.
#[must_use]
pub fn options_document() -> String {
    let mut text = String::new();
    let mut groups: Vec<&str> = Vec::new();
    for option in OPTIONS.iter() {
        if !groups.contains(&option.group) {
            groups.push(option.group);
        }
    }
    for group in groups {
        let heading = match group.strip_prefix("store:") {
            Some(kind) => format!("The section of a store of the kind `{kind}`"),
            None => format!("`[{group}]`"),
        };
        let _written = writeln!(
            text,
            "## {heading}\n\n| Option | Default | Here | Meaning |\n|---|---|---|---|"
        );
        for option in OPTIONS.iter().filter(|option| option.group == group) {
            text.push_str(&row(option));
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn row(option: &GlanceOption) -> String {
    let (here, meaning) = match treatment::of(option) {
        Some(Treatment::Applied(Way::NotOnBus(text)) | Treatment::NotSupported(text)) => {
            ("not supported", text.to_owned())
        }
        Some(Treatment::Applied(way)) => ("applied", meaning_of(way)),
        Some(Treatment::Equivalent(text)) => ("equivalent", text.to_owned()),
        Some(Treatment::NoEffect(text)) => ("no effect", text.to_owned()),
        None => ("", String::new()),
    };
    let default = match option.default {
        "" => String::new(),
        long if long.len() > 60 => "a long one".to_owned(),
        default => format!("`{default}`"),
    };
    let cells = [
        format!("`{}`", option.name),
        default,
        here.to_owned(),
        meaning,
    ];
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}

/// Returns the sentence on an option that is applied.
fn meaning_of(way: Way) -> String {
    match way {
        Way::Same(setting) | Way::IfAny(setting) => {
            format!("`--{}`", long(setting))
        }
        Way::File(setting) | Way::Directories(setting) => {
            format!("`--{}`, looked for where Glance looks", long(setting))
        }
        Way::BusFile(setting) => {
            format!(
                "`--{}`, looked for where Glance looks, if `--notification-amqp-url` follows from the file and says TLS",
                long(setting)
            )
        }
        Way::Known(setting, known) => {
            format!(
                "`--{}`, as far as it is one of {}",
                long(setting),
                known().join(", ")
            )
        }
        Way::IfTrue(setting, word) => format!("`--{} {word}` if it is true", long(setting)),
        Way::Pipeline => "`--auth` and `--cachemanage`, and whether there is a cache".to_owned(),
        Way::Cache => {
            "`--image_cache_dir`, with a directory below `--data`, if the pipeline has a cache"
                .to_owned()
        }
        Way::NotOnBus(text) => text.to_owned(),
        Way::Bus => {
            "a part of `--notification-amqp-url`, with `--glance-conf-bus` and the driver `messagingv2`"
                .to_owned()
        }
        Way::Stores => "a part of `--store` and `--default_store`".to_owned(),
    }
}

/// Returns the name of the option for a setting, which has a dash where Glance has no such setting.
fn long(setting: &str) -> String {
    match setting {
        _ if setting.starts_with("notification_amqp") => setting.replace('_', "-"),
        "log_format" | "bootstrap_region" => setting.replace('_', "-"),
        _ => setting.to_owned(),
    }
}
