//! Settings that change while the server runs: read as the command line reads them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches};
use serde::Serialize;
use serde_json::{Map, Value};

use super::cache::CacheOptions;
use super::keystone::ServiceTokenOptions;
use super::limits::LimitOptions;
use super::{
    AccessOptions, BodyOptions, Config, CorsOptions, DeletionOptions, DiscoveryOptions,
    FilterOptions, ImageOptions, LocationOptions, NotificationOptions, RateOptions, RuleOptions,
    SettingError, SettingsCommand, TaskOptions, instead_of, value_trouble,
};

/// Defines [`LiveConfig`] by the groups of [`Config`] that it has.
macro_rules! live_groups {
    ($($group:ident: $options:ty,)*) => {
        /// The settings that may change while the server runs: whatever is computed from one of them is computed again, or when
        /// it is needed. All other settings in [`Config`] are read once, at the start.
        #[derive(Args, Clone, Debug, Serialize)]
        struct LiveConfig {
            $(
                #[command(flatten)]
                #[serde(flatten)]
                $group: $options,
            )*
        }

        impl LiveConfig {
            fn of(config: &Config) -> Self {
                Self { $($group: config.$group.clone(),)* }
            }

            fn put_into(self, config: &mut Config) {
                $(config.$group = self.$group;)*
            }
        }
    };
}

live_groups! {
    access: AccessOptions,
    images: ImageOptions,
    cors: CorsOptions,
    deletion: DeletionOptions,
    cache: CacheOptions,
    tasks: TaskOptions,
    filter: FilterOptions,
    location: LocationOptions,
    notifications: NotificationOptions,
    service_tokens: ServiceTokenOptions,
    limits: LimitOptions,
    rules: RuleOptions,
    discovery: DiscoveryOptions,
    bodies: BodyOptions,
    rates: RateOptions,
}

/// The names of all live settings.
static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let command = LiveConfig::command();
    let names = command.get_arguments().map(Arg::get_id);
    names.map(ToString::to_string).collect()
});

impl Config {
    /// Returns these settings with some changes, each by its name and with what the command line takes for it: text, a number, a
    /// boolean, a list; null stands for the default.
    ///
    /// # Errors
    ///
    /// The first setting that cannot change so; then none changes.
    pub fn changed(&self, changes: &Map<String, Value>) -> Result<Self, SettingError> {
        let mut live = LiveConfig::of(self);
        for (name, value) in changes {
            live = live.changed(&name.replace('-', "_"), value)?;
        }
        let mut config = self.clone();
        live.put_into(&mut config);
        Ok(config)
    }

    /// Returns true for a setting that may change while the server runs.
    #[must_use]
    pub fn is_live(name: &str) -> bool {
        NAMES.contains(name)
    }
}

impl LiveConfig {
    /// Returns a command line of nothing but these settings.
    fn command() -> Command {
        Self::augment_args(Command::new("lookalike").disable_help_flag(true))
    }

    fn changed(self, name: &str, value: &Value) -> Result<Self, SettingError> {
        let command = Self::command();
        let Some(arg) = command.get_arguments().find(|arg| arg.get_id() == name) else {
            return Err(not_live(name));
        };
        let wrong = |why: String| SettingError::Value(name.to_owned(), why);
        let words = match value {
            Value::Null => default_words(arg),
            value => words(value, SettingKind::of(arg)).map_err(wrong)?,
        };
        if words.is_empty() {
            return self.without(name).map_err(wrong);
        }
        // A text is split at its commas; the members of a list are not.
        let matches = matches(line(arg, &words), value.is_array()).map_err(wrong)?;
        self.updated(matches).map_err(wrong)
    }

    fn updated(mut self, mut matches: ArgMatches) -> Result<Self, String> {
        self.update_from_arg_matches_mut(&mut matches)
            .map_err(|error| reason(&error))?;
        Ok(self)
    }

    /// Returns these settings with one that is none, or an empty list: read from a command line that says all others.
    fn without(&self, name: &str) -> Result<Self, String> {
        let Ok(Value::Object(values)) = serde_json::to_value(self) else {
            return Err("it cannot be empty".into());
        };
        let command = Self::command();
        let mut all = Vec::new();
        for arg in command.get_arguments().filter(|arg| arg.get_id() != name) {
            let value = values.get(arg.get_id().as_str());
            if let Some(value) = value.filter(|value| !value.is_null()) {
                all.extend(line(arg, &words(value, SettingKind::of(arg))?));
            }
        }
        let matches = matches(all, true)?;
        Self::from_arg_matches(&matches).map_err(|error| reason(&error))
    }
}

/// Returns the error for a name that no live setting has.
fn not_live(name: &str) -> SettingError {
    let command = SettingsCommand::command();
    let ids = command.get_arguments().map(|arg| arg.get_id().as_str());
    let known: Vec<_> = ids.filter(|id| *id != "help").collect();
    if known.contains(&name) {
        return SettingError::Fixed(name.to_owned());
    }
    SettingError::Unknown(name.to_owned(), instead_of(name, &known))
}

fn default_words(arg: &Arg) -> Vec<String> {
    let words = arg.get_default_values().iter();
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// Returns the part of a command line that gives one setting these values.
fn line(arg: &Arg, words: &[String]) -> Vec<String> {
    let long = arg.get_long().unwrap_or_default();
    words
        .iter()
        .map(|word| format!("--{long}={word}"))
        .collect()
}

/// Parses a command line that has no defaults and reads no variables; `whole`: each word is one value, whatever commas it has.
fn matches(line: Vec<String>, whole: bool) -> Result<ArgMatches, String> {
    let silent = LiveConfig::command().mut_args(|arg| {
        let arg = arg.env(None::<&str>).required(false);
        let arg = if whole {
            arg.value_delimiter(None::<char>)
        } else {
            arg
        };
        arg.default_value(None::<&str>)
    });
    let line = std::iter::once("lookalike".to_owned()).chain(line);
    silent
        .try_get_matches_from(line)
        .map_err(|error| reason(&error))
}

fn reason(error: &clap::Error) -> String {
    value_trouble(error).unwrap_or_else(|| error.kind().to_string())
}

/// The number of values of a setting.
#[derive(Clone, Copy, PartialEq)]
enum SettingKind {
    One,
    Several,
    /// Several, in one word of the command line.
    Joined,
}

impl SettingKind {
    fn of(arg: &Arg) -> Self {
        let mut names = arg.get_value_names().into_iter().flatten();
        match arg.get_action() {
            ArgAction::Append => Self::Several,
            _ if names.any(|name| *name == "LIST") => Self::Joined,
            _ => Self::One,
        }
    }
}

/// Returns the words of a command line for a value.
fn words(value: &Value, kind: SettingKind) -> Result<Vec<String>, String> {
    let Value::Array(items) = value else {
        return Ok(vec![word(value)?]);
    };
    let items: Vec<_> = items.iter().map(word).collect::<Result<_, _>>()?;
    match kind {
        SettingKind::One => Err("it is a list; one value is allowed".into()),
        SettingKind::Several => Ok(items),
        SettingKind::Joined => match items.iter().find(|item| item.contains(',')) {
            Some(wrong) => Err(format!("{wrong:?} is no member of a list")),
            None => Ok(vec![items.join(",")]),
        },
    }
}

fn word(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null => Err("null is allowed in no list".into()),
        _ => Err("text, a number, true, false or a list of those is allowed".into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(changes: Value) -> Result<Config, SettingError> {
        let Value::Object(changes) = changes else {
            panic!("{changes}");
        };
        Config::for_tests().changed(&changes)
    }

    #[test]
    fn values_are_read_as_on_the_command_line() {
        let config = changed(json!({
            "image_tag_quota": -1,
            "disk_formats": ["raw", " qcow2"],
            "container_formats": "bare,ova",
            "user_storage_quota": "1KB",
            "import_read_timeout": 0.5,
            "enabled_import_methods": ["web-download", "glance-direct"],
            "show_image_direct_url": "Yes",
            "cachemanage": 1,
            "public_url": "http://here/",
            "auth": "fake",
        }))
        .unwrap();
        let shown = config.shown();
        assert_eq!(shown["image_tag_quota"], -1);
        assert_eq!(shown["disk_formats"], json!(["raw", "qcow2"]));
        assert_eq!(shown["container_formats"], json!(["bare", "ova"]));
        assert_eq!(shown["user_storage_quota"], 1024);
        assert_eq!(shown["import_read_timeout"], 0.5);
        assert_eq!(
            shown["enabled_import_methods"],
            json!(["web-download", "glance-direct"])
        );
        assert_eq!(shown["show_image_direct_url"], true);
        assert_eq!(shown["cachemanage"], true);
        assert_eq!(shown["public_url"], "http://here");
        assert_eq!(shown["auth"], json!(["fake"]));
        let mut rest = Config::for_tests().shown();
        for (name, value) in &mut rest {
            if Config::is_live(name) {
                value.clone_from(&shown[name]);
            }
        }
        assert_eq!(rest, shown, "nothing else changed");
    }

    #[test]
    fn the_members_of_a_list_may_have_commas() {
        let config = changed(json!({
            "inject": ["os_list:a,b", "c:d"],
            "disk_formats": "raw,iso",
            "service_token_roles": ["one,two"],
        }))
        .unwrap();
        assert_eq!(
            config.tasks.inject,
            [("os_list", "a,b"), ("c", "d")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        let shown = config.shown();
        assert_eq!(shown["disk_formats"], json!(["raw", "iso"]));
        assert_eq!(shown["service_token_roles"], json!(["one,two"]));
        let Value::Object(same) = json!({ "inject": shown["inject"] }) else {
            panic!("an object");
        };
        assert_eq!(config.changed(&same).unwrap().shown(), shown);
    }

    #[test]
    fn null_is_the_default_of_every_setting_and_nothing_can_be_listed() {
        let defaults = Config::for_tests().shown();
        for name in NAMES.iter() {
            let config = changed(json!({ name: null })).unwrap_or_else(|error| panic!("{error}"));
            if name != "auth" {
                assert_eq!(config.shown()[name], defaults[name], "{name}");
            }
        }
        for name in [
            "disk_formats",
            "enabled_import_methods",
            "allowed_ports",
            "inject",
        ] {
            let config = changed(json!({ name: [] })).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(config.shown()[name], json!([]), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        let said = |changes| changed(changes).unwrap_err().to_string();
        assert_eq!(
            said(json!({ "image_tag_quote": 1 })),
            "image_tag_quote: it is no setting; did you mean image_tag_quota?"
        );
        assert!(said(json!({ "listen": "127.0.0.1:0" })).starts_with("listen: it counts from"));
        let small = said(json!({ "api_limit_max": 0 }));
        assert!(small.starts_with("api_limit_max: \"0\" is wrong: 0 is not in 1.."));
        assert!(said(json!({ "show_image_direct_url": "maybe" })).contains("1 or 0 is allowed"));
        assert!(said(json!({ "disk_formats": { "raw": true } })).contains("or a list of those"));
        assert!(said(json!({ "disk_formats": [null] })).contains("null"));
        assert!(said(json!({ "public_url": ["http://here"] })).contains("one value"));
        let joined = json!({ "enabled_import_methods": ["web-download,glance-direct"] });
        assert!(said(joined).contains("no member of a list"));
        assert!(said(json!({ "help": true })).contains("it is no setting"));
    }

    #[test]
    fn live_settings_are_some_of_all() {
        assert_eq!(NAMES.len(), 88);
        let command = SettingsCommand::command();
        for name in NAMES.iter() {
            assert!(
                command.get_arguments().any(|arg| arg.get_id() == name),
                "{name}"
            );
        }
        for fixed in [
            "listen",
            "data",
            "qemu_img",
            "image_cache_dir",
            "keystone_url",
        ] {
            assert!(!Config::is_live(fixed), "{fixed}");
        }
    }

    #[test]
    fn an_optional_setting_can_be_unset_and_the_others_stay() {
        let mut config = Config::for_tests();
        config.access.public_url = Some("http://here".into());
        config.rules.policy_dirs = vec!["a,b".into(), "c".into()];
        config.tasks.inject = vec![("a".into(), "b,c".into())];
        config.tasks.enabled_import_methods.clear();
        config.discovery.disable_by_file_path = Some("/off".into());
        let Value::Object(changes) = json!({ "public_url": null }) else {
            panic!("an object");
        };
        let after = config.changed(&changes).unwrap();
        config.access.public_url = None;
        assert_eq!(format!("{after:?}"), format!("{config:?}"));
    }
}
