//! The report on a configuration of Glance: a TOML file whose comments say what each option means.

use std::fmt::Write;

use toml::{Table, Value};

use super::bus;
use super::kind::SettingValue;
use super::meaning::{AppliedSetting, GlanceConf, OptionOutcome, OptionReport};

/// The words for the outcomes, in the order of the summary.
const WORDS: [&str; 8] = [
    "applied",
    "default",
    "equivalent",
    "no effect here",
    "not supported",
    "gone from Glance",
    "overridden",
    "unknown",
];

impl GlanceConf {
    /// Returns the report: a comment for each option, and the settings that follow as TOML, which `--config` takes.
    #[must_use]
    pub fn document(&self) -> String {
        let mut text = String::new();
        let mut last = None;
        for report in &self.options {
            let place = (&report.origin.path, &report.section);
            if last != Some(place) {
                let path = report.origin.path.display();
                let _written = writeln!(text, "#\n# {path}: [{}]", report.section);
                last = Some(place);
            }
            let _written = writeln!(text, "#   {}", self.line(report));
        }
        let _written = writeln!(text, "#\n# {}\n", self.summary());
        for setting in &self.settings {
            text.push_str(&assignment(setting));
        }
        text
    }

    fn line(&self, report: &OptionReport) -> String {
        let value = report.value.as_ref().map(|value| {
            let lines: Vec<_> = value.split_whitespace().collect();
            format!(" = {}", lines.join(" "))
        });
        let (name, value) = (&report.name, value.unwrap_or_default());
        let word = word(&report.outcome);
        let line = report.origin.line;
        format!(
            "{line}: {name}{value} → {word}{}",
            self.detail(&report.outcome)
        )
    }

    /// Returns what stands behind the word for an outcome.
    fn detail(&self, outcome: &OptionOutcome) -> String {
        match outcome {
            OptionOutcome::Applied(settings) => {
                let is_named = |setting: &&AppliedSetting| settings.contains(&setting.setting);
                let settings = self.settings.iter().filter(is_named);
                let lines: Vec<_> = settings
                    .map(|setting| match &setting.value {
                        SettingValue::List(_) if setting.setting == "store" => "store".to_owned(),
                        _ => assignment(setting)
                            .trim_matches(['#', ' ', '\n'])
                            .to_owned(),
                    })
                    .collect();
                format!(": {}", lines.join("; "))
            }
            OptionOutcome::Default => String::new(),
            OptionOutcome::Equivalent(text)
            | OptionOutcome::NoEffect(text)
            | OptionOutcome::NotSupported(text) => format!(": {text}"),
            OptionOutcome::Former(text) => format!(": {text}"),
            OptionOutcome::Overridden(origin) => format!(": {origin} counts"),
            OptionOutcome::Unknown(hint) => hint.clone(),
        }
    }

    /// Returns the number of options of each outcome.
    fn summary(&self) -> String {
        let counts = WORDS.iter().filter_map(|name| {
            let outcomes = self.options.iter().map(|report| &report.outcome);
            let count = outcomes.filter(|outcome| word(outcome) == *name).count();
            (count > 0).then(|| format!("{count} {name}"))
        });
        let counts: Vec<_> = counts.collect();
        if counts.is_empty() {
            return "no options".to_owned();
        }
        counts.join(", ")
    }
}

fn word(outcome: &OptionOutcome) -> &'static str {
    match outcome {
        OptionOutcome::Applied(_) => "applied",
        OptionOutcome::Default => "default",
        OptionOutcome::Equivalent(_) => "equivalent",
        OptionOutcome::NoEffect(_) => "no effect here",
        OptionOutcome::NotSupported(_) => "not supported",
        OptionOutcome::Former(_) => "gone from Glance",
        OptionOutcome::Overridden(_) => "overridden",
        OptionOutcome::Unknown(_) => "unknown",
    }
}

/// Returns the line of a TOML file that sets a setting, or a comment in place of one that is secret.
fn assignment(setting: &AppliedSetting) -> String {
    if let Some(url) = bus::shown(setting) {
        return format!("# notification_amqp_url: {url}, with the user and password of the file\n");
    }
    let value = Value::from(&setting.value);
    Table::from_iter([(setting.setting.to_owned(), value)]).to_string()
}

impl From<&SettingValue> for Value {
    fn from(value: &SettingValue) -> Self {
        match value {
            SettingValue::Truth(value) => Self::Boolean(*value),
            SettingValue::Number(value) => Self::Integer(*value),
            SettingValue::Text(text) => Self::String(text.clone()),
            SettingValue::List(all) => Self::Array(all.iter().cloned().map(Self::String).collect()),
        }
    }
}
