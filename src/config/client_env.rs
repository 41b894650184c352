//! What a client of OpenStack needs to find a cloud and to sign in: as lines for a shell, or as a
//! clouds.yaml.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::config::Config;

/// Older lines of these, in a shell, would outweigh what is given.
pub(super) const RIVALS: &str = "unset OS_CLOUD OS_AUTH_TYPE OS_API_KEY OS_TOKEN OS_ENDPOINT OS_USER_ID OS_USER_DOMAIN_ID \
    OS_PROJECT_ID OS_PROJECT_DOMAIN_ID OS_TENANT_NAME OS_TENANT_ID OS_DOMAIN_NAME OS_DOMAIN_ID \
    OS_SYSTEM_SCOPE OS_TRUST_ID OS_IMAGE_ENDPOINT_OVERRIDE OS_APPLICATION_CREDENTIAL_ID OS_APPLICATION_CREDENTIAL_NAME \
    OS_APPLICATION_CREDENTIAL_SECRET OS_CACERT";

/// The beginning of URLs by which a client needs certificates.
pub(super) const HTTPS: &str = "https://";

/// The addresses and credentials of a client.
#[derive(Clone, Debug)]
pub struct ClientEnv<'a> {
    /// The address of Keystone.
    pub identity: String,
    /// Nobody here knows the passwords of a Keystone elsewhere: clients ask for them.
    password: Option<&'a str>,
    /// The URL of the Images API, if the catalog may not name it.
    images: Option<&'a str>,
    region: &'a str,
    /// The file with the certificates of the CAs to trust, if not those of the machine.
    cacert: Option<String>,
}

impl<'a> ClientEnv<'a> {
    /// The way into a cloud with these settings that is reached at an address.
    #[must_use]
    pub fn to(config: &'a Config, url: &'a str) -> Self {
        let keystone = &config.keystone;
        let elsewhere = keystone.keystone_url.as_ref();
        let public = config
            .service_tokens
            .www_authenticate_uri
            .as_ref()
            .or(elsewhere);
        let public = public.filter(|_| elsewhere.is_some());
        Self {
            identity: public.cloned().unwrap_or_else(|| {
                let identity = config.dialect.in_force().paths.identity;
                format!("{url}{identity}/v3")
            }),
            password: elsewhere.is_none().then_some(&config.bootstrap_password),
            images: elsewhere.map(|_| url),
            region: config.first_region(),
            cacert: None,
        }
        .trusting(config.ca_file().filter(|_| url.starts_with(HTTPS)))
    }

    /// Returns the same for a client that is to trust the CAs in this file, and no others; `None`: those of the machine.
    #[must_use]
    pub fn trusting(self, file: Option<PathBuf>) -> Self {
        let cacert = file.map(|file| file.display().to_string());
        Self { cacert, ..self }
    }

    /// Returns the same for a client that is to use this region.
    #[must_use]
    pub fn in_region(self, region: &'a str) -> Self {
        Self { region, ..self }
    }

    /// Returns the same for a user with this password, instead of the one that all users begin with.
    #[must_use]
    pub fn with_password(self, password: &'a str) -> Self {
        Self {
            password: Some(password),
            ..self
        }
    }

    /// Returns the variables that clients read, by name, and their values.
    #[must_use]
    pub fn variables(&self, user: &str, project: &str) -> Vec<(&'static str, String)> {
        set(&[
            ("OS_AUTH_URL", Some(self.identity.as_str())),
            ("OS_USERNAME", Some(user)),
            ("OS_PASSWORD", self.password),
            ("OS_PROJECT_NAME", Some(project)),
            ("OS_USER_DOMAIN_NAME", Some("Default")),
            ("OS_PROJECT_DOMAIN_NAME", Some("Default")),
            ("OS_REGION_NAME", Some(self.region)),
            ("OS_IDENTITY_API_VERSION", Some("3")),
            ("OS_IMAGE_API_VERSION", Some("2")),
            ("OS_IMAGE_ENDPOINT_OVERRIDE", self.images),
            ("OS_CACERT", self.cacert.as_deref()),
        ])
    }

    /// Returns the names of variables that would outweigh [`variables`](Self::variables), or contradict them.
    pub fn rivals() -> impl Iterator<Item = &'static str> {
        names(RIVALS)
    }

    /// Lines for a shell to evaluate.
    #[must_use]
    pub fn openrc(&self, user: &str, project: &str) -> String {
        let lines = exports(&self.variables(user, project));
        format!("{RIVALS}\n{lines}")
    }

    /// The arguments of `openstack.connect(**…)`: what [`clouds_yaml`](Self::clouds_yaml) says of the cloud.
    #[must_use]
    pub fn connection(&self, user: &str, project: &str) -> Map<String, Value> {
        let mut auth = Map::new();
        auth.insert("auth_url".into(), self.identity.as_str().into());
        auth.insert("username".into(), user.into());
        if let Some(password) = self.password {
            auth.insert("password".into(), password.into());
        }
        auth.insert("project_name".into(), project.into());
        auth.insert("user_domain_name".into(), "Default".into());
        auth.insert("project_domain_name".into(), "Default".into());
        let mut connection = Map::new();
        connection.insert("auth".into(), auth.into());
        connection.insert("region_name".into(), self.region.into());
        connection.insert("identity_api_version".into(), json!("3"));
        connection.insert("image_api_version".into(), json!("2"));
        if let Some(images) = self.images {
            connection.insert("image_endpoint_override".into(), images.into());
        }
        if let Some(cacert) = &self.cacert {
            connection.insert("cacert".into(), cacert.as_str().into());
        }
        connection
    }

    /// The file for the directory that clients look for clouds.yaml in, with a cloud of this name.
    #[must_use]
    pub fn clouds_yaml(&self, cloud: &str, user: &str, project: &str) -> String {
        lines_of_yaml(cloud, &self.connection(user, project))
    }
}

/// Returns those of the variables that have a value.
pub(super) fn set(variables: &[(&'static str, Option<&str>)]) -> Vec<(&'static str, String)> {
    let variables = variables.iter();
    let variables = variables.filter_map(|(name, value)| Some((*name, (*value)?.to_owned())));
    variables.collect()
}

/// Returns the names in a line that unsets them.
pub(super) fn names(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.split_ascii_whitespace().skip(1)
}

/// Returns lines that export variables.
pub(super) fn exports(variables: &[(&str, String)]) -> String {
    let lines = variables
        .iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    lines.collect()
}

/// Returns a clouds.yaml with a cloud of this name, whose settings are texts and objects of texts.
pub(super) fn lines_of_yaml(cloud: &str, connection: &Map<String, Value>) -> String {
    let plain = !cloud.is_empty() && cloud.bytes().all(|c| c.is_ascii_alphabetic());
    // A string in JSON is one in YAML too.
    let cloud = if plain {
        cloud.to_owned()
    } else {
        Value::from(cloud).to_string()
    };
    let mut lines = vec![format!("clouds:\n  {cloud}:\n")];
    for (name, value) in connection {
        match value {
            Value::Object(inner) => {
                lines.push(format!("    {name}:\n"));
                let inner = inner.iter();
                lines.extend(
                    inner.map(|(name, value)| format!("      {name}: {}\n", scalar(value))),
                );
            }
            value => lines.push(format!("    {name}: {}\n", scalar(value))),
        }
    }
    lines.concat()
}

/// Returns a text as YAML: words such as `Default` without quotes.
fn scalar(value: &Value) -> String {
    match value.as_str() {
        Some("Default") => "Default".into(),
        _ => value.to_string(),
    }
}

/// In single quotes a shell takes everything as it is, except the single quote.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::yaml;

    #[test]
    fn the_arguments_of_a_connection_are_those_of_clouds_yaml() {
        let mut config = Config::default();
        for keystone in [None, Some("http://keystone.example/v3".to_owned())] {
            config.keystone.keystone_url = keystone;
            let env = ClientEnv::to(&config, "http://127.0.0.1:9292");
            let text = env.clouds_yaml("mine", "demo", "demo");
            let file: Value = yaml::parse(&text).unwrap();
            let connection = Value::Object(env.connection("demo", "demo"));
            assert_eq!(file["clouds"]["mine"], connection);
        }
    }
}
