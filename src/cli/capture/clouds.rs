//! The cloud to read and how to log in to it: from clouds.yaml with secure.yaml, or from variables.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use serde_json::{Map, Value};

/// How long a cloud may take: to connect, to say the next word, and for one answer.
const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_mins(5);

/// How often an answer may lead elsewhere.
const REDIRECTS: usize = 5;

/// The settings of a client for a cloud.
#[derive(Debug)]
pub(in crate::cli) struct CloudEntry {
    /// The section `auth`: credentials and scope.
    pub(in crate::cli) auth: Map<String, Value>,
    settings: Map<String, Value>,
}

/// The variables for the settings outside of `auth`.
const SETTINGS: [(&str, &str); 6] = [
    ("OS_AUTH_TYPE", "auth_type"),
    ("OS_REGION_NAME", "region_name"),
    ("OS_INTERFACE", "interface"),
    ("OS_CACERT", "cacert"),
    ("OS_IMAGE_ENDPOINT_OVERRIDE", "image_endpoint_override"),
    ("OS_INSECURE", "insecure"),
];

/// The keys of `auth` in clouds.yaml. The variable of each is its name in capitals behind `OS_`.
const AUTH: [&str; 21] = [
    "auth_url",
    "username",
    "user_id",
    "password",
    "user_domain_name",
    "user_domain_id",
    "project_name",
    "project_id",
    "tenant_name",
    "tenant_id",
    "project_domain_name",
    "project_domain_id",
    "domain_name",
    "domain_id",
    "default_domain",
    "system_scope",
    "token",
    "endpoint",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
];

impl CloudEntry {
    /// Reads the cloud of this name from clouds.yaml.
    pub(in crate::cli) fn named(name: &str) -> Result<Self, String> {
        let path = find("clouds", "OS_CLIENT_CONFIG_FILE")
            .ok_or("there is no clouds.yaml in ., ~/.config/openstack and /etc/openstack")?;
        let mut cloud = section(&path, name)?.ok_or_else(|| {
            let path = path.display();
            format!("{path} has no cloud {name}")
        })?;
        if let Some(path) = find("secure", "OS_CLIENT_SECURE_FILE")
            && let Some(secret) = section(&path, name)?
        {
            merge(&mut cloud, secret);
        }
        if let Some(profile) = cloud.get("profile").or(cloud.get("cloud"))
            && cloud
                .get("auth")
                .and_then(|auth| auth.get("auth_url"))
                .is_none()
        {
            return Err(format!(
                "the cloud {name} uses the profile {profile}, and profiles are not supported: give its \
                 auth_url in clouds.yaml"
            ));
        }
        let auth = match cloud.remove("auth") {
            Some(Value::Object(auth)) => auth,
            _ => Map::new(),
        };
        let settings = cloud;
        Ok(Self { auth, settings })
    }

    /// Reads the cloud from the variables `OS_…`.
    pub(in crate::cli) fn from_environment() -> Result<Self, String> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let auth = AUTH.iter().filter_map(|key| {
            let value = variable(&format!("OS_{}", key.to_uppercase()))?;
            Some(((*key).to_owned(), value.into()))
        });
        let settings = SETTINGS.iter().filter_map(|(name, key)| {
            let value = variable(name)?;
            Some(((*key).to_owned(), value.into()))
        });
        let cloud = Self {
            auth: auth.collect(),
            settings: settings.collect(),
        };
        if cloud.auth.is_empty() {
            return Err(
                "which cloud? give --os-cloud NAME, or set OS_AUTH_URL and the like".into(),
            );
        }
        Ok(cloud)
    }

    /// Returns a value of the section `auth`. A number is text, too: a password may look like one.
    pub(in crate::cli) fn auth(&self, key: &str) -> Option<String> {
        text(self.auth.get(key))
    }

    /// Returns a setting outside of `auth`.
    pub(in crate::cli) fn setting(&self, key: &str) -> Option<String> {
        text(self.settings.get(key))
    }

    /// Returns a client that trusts the certificates that the settings name, and that gives up on a cloud that does not answer.
    pub(in crate::cli) fn client(&self) -> Result<Client, String> {
        let builder = Client::builder().read_timeout(SILENCE).timeout(WHOLE);
        self.complete(builder)
    }

    /// Returns a client like [`client`](Self::client) that data is sent with, too: that may take any time.
    pub(in crate::cli) fn data_client(&self) -> Result<Client, String> {
        self.complete(Client::builder())
    }

    fn complete(&self, builder: ClientBuilder) -> Result<Client, String> {
        let mut builder = builder
            .connect_timeout(CONNECT)
            .redirect(Policy::limited(REDIRECTS));
        let no = |value: &String| ["false", "no", "0"].contains(&value.to_lowercase().as_str());
        let insecure = self.setting("verify").is_some_and(|value| no(&value))
            || self.setting("insecure").is_some_and(|value| !no(&value));
        if insecure {
            builder = builder.tls_danger_accept_invalid_certs(true);
        }
        if let Some(path) = self.setting("cacert") {
            let pem = std::fs::read(&path).map_err(|error| format!("cacert {path}: {error}"))?;
            let certs = Certificate::from_pem_bundle(&pem);
            builder =
                builder.tls_certs_merge(certs.map_err(|error| format!("cacert {path}: {error}"))?);
        }
        builder.build().map_err(|error| error.to_string())
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Returns the file that a variable names, or the first that exists where clients look for it.
fn find(name: &str, variable: &str) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let home = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".config")));
    let places = [
        Some(PathBuf::from(".")),
        home.map(|home| home.join("openstack")),
        Some(PathBuf::from("/etc/openstack")),
    ];
    let files = places.into_iter().flatten().flat_map(|place| {
        ["yaml", "yml", "json"].map(|ending| place.join(format!("{name}.{ending}")))
    });
    files.into_iter().find(|file| file.is_file())
}

/// Returns the section of a cloud in a file.
fn section(path: &Path, name: &str) -> Result<Option<Map<String, Value>>, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let mut file: Value =
        serde_saphyr::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
    let cloud = file
        .get_mut("clouds")
        .and_then(|clouds| clouds.get_mut(name));
    match cloud.map(Value::take) {
        Some(Value::Object(cloud)) => Ok(Some(cloud)),
        Some(Value::Null) | None => Ok(None),
        Some(_) => Err(format!("{shown}: clouds: {name}: this is not a mapping")),
    }
}

/// Adds values to a map; maps within it are merged.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_merged_deeply() {
        let Value::Object(mut cloud) = json!({ "auth": { "username": "a" }, "region_name": "r" })
        else {
            return;
        };
        let Value::Object(secret) = json!({ "auth": { "password": 12345 } }) else {
            return;
        };
        merge(&mut cloud, secret);
        let both = json!({ "auth": { "username": "a", "password": 12345 }, "region_name": "r" });
        assert_eq!(Value::Object(cloud), both);
    }

    #[test]
    fn a_password_may_look_like_a_number() {
        assert_eq!(text(Some(&json!(12345))).as_deref(), Some("12345"));
    }
}
