//! What a client of Identity v2.0 needs to sign in by an API key, where the dialect has it.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::client_env::{HTTPS, RIVALS, exports, lines_of_yaml, names, set};
use crate::config::Config;
use crate::dialect::ApiUser;

/// What an [`openrc`](crate::ClientEnv::openrc) for Identity v3 leaves behind.
const LEFT_BY_V3: &str = "unset OS_PASSWORD OS_PROJECT_NAME OS_USER_DOMAIN_NAME OS_PROJECT_DOMAIN_NAME OS_IDENTITY_API_VERSION";

/// The plugin of keystoneauth; the Python package `rackspaceauth` has it.
const AUTH_TYPE: &str = "rackspace_apikey";

/// The address of Identity v2.0, and the API key of a user.
#[derive(Clone, Debug)]
pub struct ApiKeyEnv<'a> {
    /// The address of Identity v2.0.
    pub identity: String,
    user: ApiUser<'a>,
    region: &'a str,
    /// The file with the certificates of the CAs to trust, if not those of the machine.
    cacert: Option<String>,
}

impl<'a> ApiKeyEnv<'a> {
    /// Returns the way into a cloud with these settings that is reached at an address, as the user that its dialect begins with.
    /// There is none without Identity v2.0, and where the identity is elsewhere.
    #[must_use]
    pub fn to(config: &'a Config, url: &str) -> Option<Self> {
        let dialect = config.dialect.dialect;
        let there = dialect.identity_v2 && config.keystone.keystone_url.is_none();
        there
            .then_some(Self {
                identity: format!("{url}/v2.0/"),
                user: dialect.api_user?,
                region: config.first_region(),
                cacert: None,
            })
            .map(|access: Self| {
                access.trusting(config.ca_file().filter(|_| url.starts_with(HTTPS)))
            })
    }

    /// Returns the same for a client that is to trust the CAs in this file, and no others; `None`: those of the machine.
    #[must_use]
    pub fn trusting(self, file: Option<PathBuf>) -> Self {
        let cacert = file.map(|file| file.display().to_string());
        Self { cacert, ..self }
    }

    /// Returns the same for this user.
    #[must_use]
    pub fn of_user(self, user: ApiUser<'a>) -> Self {
        Self { user, ..self }
    }

    /// Returns the same for a client that is to use this region.
    #[must_use]
    pub fn in_region(self, region: &'a str) -> Self {
        Self { region, ..self }
    }

    /// Returns the variables that clients with keystoneauth read, and with the prefix `CLOUD_` those that pyrax reads.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        set(&[
            ("OS_AUTH_TYPE", Some(AUTH_TYPE)),
            ("OS_AUTH_URL", Some(&self.identity)),
            ("OS_USERNAME", Some(self.user.name)),
            ("OS_API_KEY", Some(self.user.key)),
            ("OS_REGION_NAME", Some(self.region)),
            ("OS_IMAGE_API_VERSION", Some("2")),
            ("OS_CACERT", self.cacert.as_deref()),
            ("CLOUD_ID_TYPE", Some("rackspace")),
            ("CLOUD_AUTH_ENDPOINT", Some(&self.identity)),
            ("CLOUD_REGION", Some(self.region)),
        ])
    }

    /// Returns the names of variables that would outweigh [`variables`](Self::variables), or contradict them.
    pub fn rivals() -> impl Iterator<Item = &'static str> {
        names(RIVALS).chain(names(LEFT_BY_V3))
    }

    /// Returns lines for a shell to evaluate.
    #[must_use]
    pub fn openrc(&self) -> String {
        let lines = exports(&self.variables());
        format!("{RIVALS}\n{LEFT_BY_V3}\n{lines}")
    }

    /// Returns the arguments of `openstack.connect(**…)`.
    #[must_use]
    pub fn connection(&self) -> Map<String, Value> {
        let auth = json!({ "auth_url": self.identity, "username": self.user.name, "api_key": self.user.key });
        let cacert = self.cacert.as_ref().map(|file| ("cacert", json!(file)));
        let members = [
            ("auth_type", json!(AUTH_TYPE)),
            ("auth", auth),
            ("region_name", json!(self.region)),
            ("image_api_version", json!("2")),
        ];
        let members = members.into_iter().chain(cacert);
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// Returns a clouds.yaml with a cloud of this name.
    #[must_use]
    pub fn clouds_yaml(&self, cloud: &str) -> String {
        lines_of_yaml(cloud, &self.connection())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::RACKSPACE;
    use crate::domain::yaml;

    #[test]
    fn the_arguments_of_a_connection_are_those_of_clouds_yaml() {
        let mut config = Config::default();
        assert!(ApiKeyEnv::to(&config, "http://h:1").is_none());
        config.change_dialect(&RACKSPACE);
        let env = ApiKeyEnv::to(&config, "http://h:1").unwrap();
        let file: Value = yaml::parse(&env.clouds_yaml("lookalike")).unwrap();
        let connection = Value::Object(env.connection());
        assert_eq!(connection["region_name"], "ORD");
        assert_eq!(connection["auth"]["auth_url"], "http://h:1/v2.0/");
        assert_eq!(file["clouds"]["lookalike"], connection);
    }
}
