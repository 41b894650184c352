//! Shows settings: each by the name that it is set by, and secrets as stars.

use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::Config;
use super::data_directories::{DIRECTORIES, DataDirectory};
use super::stores::{Place, StoreOption};
use crate::domain::secret::split_at_password;

const STARS: &str = "***";

impl Config {
    /// Every setting by its name. Passwords, keys and seeds are hidden.
    #[must_use]
    pub fn shown(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(settings)) => settings,
            // Every setting is text, a number, a truth or a list of those: this does not happen.
            _ => Map::new(),
        }
    }
}

impl Serialize for StoreOption {
    /// Its URL without what stands behind it, where keys may be.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let url = match &self.place {
            Place::File(path) => format!("file://{}", path.display()),
            Place::Directories(all) => {
                let word = |one: &DataDirectory| {
                    format!("{DIRECTORIES}={}:{}", one.path.display(), one.priority)
                };
                let words: Vec<_> = all.iter().map(word).collect();
                format!("file:?{}", words.join("&"))
            }
            Place::Own => "file:".to_owned(),
            Place::Memory => "memory:".to_owned(),
            Place::Web => "http:".to_owned(),
            Place::Database(space) if space.is_empty() => "database:".to_owned(),
            Place::Database(space) => format!("database:///{space}"),
            Place::S3(s3) => format!("s3://{}/{}", s3.bucket, s3.prefix),
            Place::Swift(swift) => format!("swift://{}/{}", swift.container, swift.prefix),
        };
        match &self.name {
            Some(name) => to.serialize_str(&format!("{name}={url}")),
            None => to.serialize_str(&url),
        }
    }
}

/// A secret.
pub(super) fn stars<S: Serializer>(_: &String, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(STARS)
}

/// A secret that need not be there.
#[expect(clippy::ref_option, reason = "the form that serde asks for")]
pub(super) fn stars_if_any<S: Serializer>(
    value: &Option<String>,
    to: S,
) -> Result<S::Ok, S::Error> {
    value.as_ref().map(|_| STARS).serialize(to)
}

/// A URL without the password in it.
#[expect(clippy::ref_option, reason = "the form that serde asks for")]
pub(super) fn url<S: Serializer>(value: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    value.as_deref().map(without_password).serialize(to)
}

fn without_password(url: &str) -> String {
    // A password may stand among the words behind the URL too.
    let url = url.split('?').next().unwrap_or_default();
    match split_at_password(url) {
        Some((before, after)) => format!("{before}{STARS}{after}"),
        None => url.to_owned(),
    }
}

/// A time in seconds.
pub(super) fn seconds<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
    if value.subsec_nanos() == 0 {
        return to.serialize_u64(value.as_secs());
    }
    to.serialize_f64(value.as_secs_f64())
}

/// Names and values with a colon between them.
pub(super) fn pairs<S: Serializer>(value: &[(String, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(value.iter().map(|(name, value)| format!("{name}:{value}")))
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use clap::CommandFactory;
    use serde_json::json;

    use super::*;
    use crate::config::SettingsCommand;

    #[test]
    fn every_setting_is_shown_by_its_name() {
        let shown = Config::default().shown();
        let command = SettingsCommand::command();
        for arg in command.get_arguments() {
            let name = arg.get_id().as_str();
            assert!(shown.contains_key(name), "{name}");
        }
        assert_eq!(shown["limit_param_default"], 25);
        assert_eq!(shown["hashing_algorithm"], "sha512");
        assert_eq!(shown["import_connect_timeout"], 10);
        assert_eq!(shown["policy_file"], Value::Null);
        assert_eq!(shown["auth"], json!(["keystone"]));
    }

    #[test]
    fn secrets_are_hidden() {
        let mut config = Config {
            database_url: Some("postgres://me:hidden@h/d?password=hidden".into()),
            bootstrap_password: "hidden".into(),
            ..Config::default()
        };
        config.keystone.keystone_password = Some(super::super::Secret::new("hidden"));
        config.determinism.deterministic = Some("hidden".into());
        let store = "s3://b/p?access_key_id=hidden&secret_access_key=hidden";
        let swift = "far=swift://c/p?swift_store_user=p:u&swift_store_key=hidden";
        config.stores.store = [store, swift]
            .map(|url| StoreOption::read(url).unwrap())
            .into();
        let shown = Value::Object(config.shown()).to_string();
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("postgres://me:***@h/d"), "{shown}");
    }
}
