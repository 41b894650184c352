//! Settings that change while the server runs: read as the command line reads them.

use clap::{Arg, ArgAction, CommandFactory, FromArgMatches};
use serde_json::{Map, Value};

use super::{Bare, Config, instead_of, value_trouble};

/// What may change while the server runs. Whatever is computed from one of these is computed anew,
/// or when it is needed; each of the others is looked at once, at the start.
const LIVE: [&str; 61] = [
    "allow_anonymous_access",
    "allowed_hosts",
    "allowed_origin",
    "allowed_ports",
    "allowed_schemes",
    "api_limit_max",
    "auth",
    "cache_prefetcher_interval",
    "cachemanage",
    "container_formats",
    "disable_by_file_path",
    "disallowed_hosts",
    "disallowed_ports",
    "disallowed_schemes",
    "disk_formats",
    "do_secure_hash",
    "enable_proxy_headers_parsing",
    "enabled_import_methods",
    "endpoint_id",
    "endpoint_region_name",
    "enforce_new_defaults",
    "extra_properties",
    "fake_implied_roles",
    "hashing_algorithm",
    "http_retries",
    "ignore_user_roles",
    "image_cache_driver",
    "image_cache_max_size",
    "image_cache_stall_time",
    "image_import_plugins",
    "image_location_quota",
    "image_member_quota",
    "image_property_quota",
    "image_size_cap",
    "image_tag_quota",
    "import_allow_loopback",
    "import_connect_timeout",
    "import_read_timeout",
    "inject",
    "limit_param_default",
    "max_request_id_length",
    "max_workers",
    "output_format",
    "policy_dirs",
    "policy_file",
    "property_protection_file",
    "property_protection_rule_format",
    "public_endpoint",
    "public_url",
    "require_image_format_match",
    "schema_image_file",
    "service_token_roles",
    "service_token_roles_required",
    "service_type",
    "show_image_direct_url",
    "show_multiple_locations",
    "task_time_to_live",
    "token_expiration",
    "use_keystone_limits",
    "user_storage_quota",
    "www_authenticate_uri",
];

/// Why a setting stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such setting.
    #[error("{0}: it is no setting; {1}")]
    Unknown(String, String),
    /// It is looked at when the server starts, and not again.
    #[error("{0}: it counts from the start of the server, and cannot change while that runs")]
    Fixed(String),
    /// It cannot have this value.
    #[error("{0}: {1}")]
    Value(String, String),
}

impl Config {
    /// These settings with some changes, each by its name and with what the command line takes for
    /// it: text, a number, a truth, a list; null stands for the default.
    pub fn changed(&self, changes: &Map<String, Value>) -> Result<Self, Refused> {
        let mut config = self.clone();
        for (name, value) in changes {
            config.change(&name.replace('-', "_"), value)?;
        }
        Ok(config)
    }

    /// Whether a setting may change while the server runs.
    #[must_use]
    pub fn is_live(name: &str) -> bool {
        LIVE.contains(&name)
    }

    fn change(&mut self, name: &str, value: &Value) -> Result<(), Refused> {
        let command = Bare::command();
        let known: Vec<_> = command
            .get_arguments()
            .map(|it| it.get_id().as_str())
            .collect();
        let arg = command.get_arguments().find(|it| it.get_id() == name);
        let Some(arg) = arg.filter(|it| it.get_id() != "help") else {
            let instead = instead_of(name, &known);
            return Err(Refused::Unknown(name.to_owned(), instead));
        };
        if !Self::is_live(name) {
            return Err(Refused::Fixed(name.to_owned()));
        }
        let wrong = |why: String| Refused::Value(name.to_owned(), why);
        let kind = Kind::of(arg);
        let defaults = arg.get_default_values().iter();
        let words = match value {
            Value::Null => defaults
                .map(|it| it.to_string_lossy().into_owned())
                .collect(),
            value => words(value, kind).map_err(wrong)?,
        };
        if words.is_empty() && self.clear(name) {
            return Ok(());
        }
        let long = arg.get_long().unwrap_or_default();
        let line = words.iter().map(|it| format!("--{long}={it}"));
        // A text is parted at its commas; the members of a list are what they are.
        self.take(line, value.is_array()).map_err(wrong)
    }

    /// Takes over what a command line says, and nothing else; `whole`: each word is one value.
    fn take(&mut self, line: impl Iterator<Item = String>, whole: bool) -> Result<(), String> {
        let said =
            |error: clap::Error| value_trouble(&error).unwrap_or_else(|| error.kind().to_string());
        let silent = Bare::command().mut_args(|it| {
            let it = it.env(None::<&str>).required(false);
            let it = if whole {
                it.value_delimiter(None::<char>)
            } else {
                it
            };
            it.default_value(None::<&str>)
        });
        let line = std::iter::once("lookalike".to_owned()).chain(line);
        let mut matches = silent.try_get_matches_from(line).map_err(said)?;
        let mut bare = Bare {
            config: self.clone(),
        };
        bare.update_from_arg_matches_mut(&mut matches)
            .map_err(said)?;
        *self = bare.config;
        Ok(())
    }

    /// Makes a setting that may be nothing, or none of many, so; `false` if it may not.
    fn clear(&mut self, name: &str) -> bool {
        match name {
            "allowed_hosts" => self.filter.allowed_hosts.clear(),
            "allowed_origin" => self.images.allowed_origin.clear(),
            "allowed_ports" => self.filter.allowed_ports.clear(),
            "allowed_schemes" => self.filter.allowed_schemes.clear(),
            "auth" => self.auth.clear(),
            "container_formats" => self.images.container_formats.clear(),
            "disable_by_file_path" => self.discovery.disable_by_file_path = None,
            "disallowed_hosts" => self.filter.disallowed_hosts.clear(),
            "disallowed_ports" => self.filter.disallowed_ports.clear(),
            "disallowed_schemes" => self.filter.disallowed_schemes.clear(),
            "disk_formats" => self.images.disk_formats.clear(),
            "endpoint_id" => self.limits.endpoint_id = None,
            "endpoint_region_name" => self.limits.endpoint_region_name = None,
            "extra_properties" => self.tasks.extra_properties.clear(),
            "ignore_user_roles" => self.tasks.ignore_user_roles.clear(),
            "image_import_plugins" => self.tasks.image_import_plugins.clear(),
            "inject" => self.tasks.inject.clear(),
            "policy_dirs" => self.rules.policy_dirs.clear(),
            "policy_file" => self.images.policy_file = None,
            "property_protection_file" => self.rules.property_protection_file = None,
            "public_endpoint" => self.discovery.public_endpoint = None,
            "public_url" => self.public_url = None,
            "schema_image_file" => self.rules.schema_image_file = None,
            "service_token_roles" => self.keystone.service_token_roles.clear(),
            "service_type" => self.keystone.service_type = None,
            "www_authenticate_uri" => self.keystone.www_authenticate_uri = None,
            _ => return false,
        }
        true
    }
}

/// How many values a setting has.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    One,
    Several,
    /// Several, in one word of the command line.
    Joined,
}

impl Kind {
    fn of(arg: &Arg) -> Self {
        let mut names = arg.get_value_names().into_iter().flatten();
        match arg.get_action() {
            ArgAction::Append => Self::Several,
            _ if names.any(|it| *it == "LIST") => Self::Joined,
            _ => Self::One,
        }
    }
}

/// The words of a command line for a value.
fn words(value: &Value, kind: Kind) -> Result<Vec<String>, String> {
    let Value::Array(items) = value else {
        return Ok(vec![word(value)?]);
    };
    let items: Vec<_> = items.iter().map(word).collect::<Result<_, _>>()?;
    match kind {
        Kind::One => Err("it is a list; one value is allowed".into()),
        Kind::Several => Ok(items),
        Kind::Joined => match items.iter().find(|it| it.contains(',')) {
            Some(wrong) => Err(format!("{wrong:?} is no member of a list")),
            None => Ok(vec![items.join(",")]),
        },
    }
}

fn word(value: &Value) -> Result<String, String> {
    match value {
        Value::String(it) => Ok(it.clone()),
        Value::Number(it) => Ok(it.to_string()),
        Value::Bool(it) => Ok(it.to_string()),
        Value::Null => Err("null is allowed in no list".into()),
        _ => Err("text, a number, true, false or a list of those is allowed".into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(changes: Value) -> Result<Config, Refused> {
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
            [("os_list", "a,b"), ("c", "d")].map(|(it, is)| (it.to_owned(), is.to_owned()))
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
        for name in LIVE {
            let config = changed(json!({ name: null })).unwrap_or_else(|it| panic!("{it}"));
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
            let config = changed(json!({ name: [] })).unwrap_or_else(|it| panic!("{it}"));
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
    fn every_name_is_a_settings() {
        let command = Bare::command();
        for name in LIVE {
            assert!(
                command.get_arguments().any(|it| it.get_id() == name),
                "{name}"
            );
        }
    }
}
