//! What a log-in to a Swift object store needs: from the URL of the store, a file of Glance, or the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Serialize;

use super::ini;
use crate::domain::secret::Secret;

/// The parameters of a log-in: the names in Glance's file, and the variables of OpenStack's clients. The option of
/// Glance has `swift_store_` before the first.
const PARAMETERS: [(&str, &str); 12] = [
    ("auth_address", "OS_AUTH_URL"),
    ("auth_version", "ST_AUTH_VERSION"),
    ("user", "OS_USERNAME"),
    ("key", "OS_PASSWORD"),
    ("user_domain_id", "OS_USER_DOMAIN_ID"),
    ("user_domain_name", "OS_USER_DOMAIN_NAME"),
    ("project_id", "OS_PROJECT_ID"),
    ("project_name", "OS_PROJECT_NAME"),
    ("project_domain_id", "OS_PROJECT_DOMAIN_ID"),
    ("project_domain_name", "OS_PROJECT_DOMAIN_NAME"),
    ("application_credential_id", "OS_APPLICATION_CREDENTIAL_ID"),
    (
        "application_credential_secret",
        "OS_APPLICATION_CREDENTIAL_SECRET",
    ),
];

/// The names that parameters are looked up by.
#[derive(Clone, Copy, Debug)]
pub(super) enum ParameterNames {
    /// Those of the options of Glance.
    Options,
    /// Those in Glance's file.
    File,
    /// Those of variables.
    Environment,
}

/// The source of what a log-in needs.
#[derive(Clone, Debug, PartialEq)]
pub enum SwiftLoginSource {
    /// The file of Glance's `swift_store_config_file`.
    File(PathBuf),
    /// The URL of the store.
    Said(SwiftParameters),
    /// The variables of OpenStack's clients.
    Environment,
}

/// The parameters that are said, by their names in Glance's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SwiftParameters(BTreeMap<&'static str, Secret>);

/// A log-in.
#[derive(Clone, Debug, PartialEq)]
pub struct SwiftLogin {
    /// The URL of Keystone, or of Swift's own log-in, without a slash at its end.
    pub auth_address: String,
    /// The credential.
    pub credential: SwiftCredential,
}

/// A credential.
#[derive(Clone, Debug, PartialEq)]
pub enum SwiftCredential {
    /// A user of Swift's own log-in (version 1).
    V1 {
        /// The user, such as `account:user`.
        user: String,
        /// The key.
        key: Secret,
    },
    /// A user of Keystone.
    Password {
        /// The name of the user.
        user: String,
        /// The domain of the user.
        domain: KeystoneDomain,
        /// The password.
        key: Secret,
        /// The project.
        project: KeystoneProject,
    },
    /// An application credential of Keystone.
    Application {
        /// Its id.
        id: String,
        /// Its secret.
        secret: Secret,
    },
}

/// A domain of Keystone, in the form of its requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeystoneDomain {
    /// The domain with this id.
    Id(String),
    /// The domain of this name.
    Name(String),
}

/// A project of Keystone, in the form of its requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum KeystoneProject {
    /// The project with this id.
    Id {
        /// The id.
        id: String,
    },
    /// The project of this name.
    Name {
        /// The name.
        name: String,
        /// The domain of the project.
        domain: KeystoneDomain,
    },
}

impl SwiftLoginSource {
    /// Reads the log-in; `reference` is the section of a file.
    ///
    /// # Errors
    ///
    /// What is missing or wrong, without any value.
    pub fn read(&self, reference: &str) -> Result<SwiftLogin, String> {
        match self {
            Self::File(path) => {
                let said = section(path, reference).and_then(|said| said.login());
                said.map_err(|reason| format!("{}: [{reference}]: {reason}", path.display()))
            }
            Self::Said(said) => said
                .login()
                .map_err(|reason| format!("swift_store_…: {reason}")),
            Self::Environment => {
                let mut variable = |name: &str| env::var(name).ok().filter(|text| !text.is_empty());
                let said = SwiftParameters::read(ParameterNames::Environment, &mut variable);
                said.login().map_err(|reason| {
                    format!("neither parameters nor the variables OS_… say who logs in: {reason}")
                })
            }
        }
    }
}

impl SwiftParameters {
    /// Reads each parameter that has a value.
    pub(super) fn read(
        names: ParameterNames,
        value: &mut impl FnMut(&str) -> Option<String>,
    ) -> Self {
        let said = PARAMETERS.iter().filter_map(|(name, variable)| {
            let value = match names {
                ParameterNames::Options => value(&format!("swift_store_{name}")),
                ParameterNames::File => value(name),
                ParameterNames::Environment => value(variable),
            };
            Some((*name, Secret::new(value?)))
        });
        Self(said.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, name: &str) -> Option<String> {
        Some(self.0.get(name)?.reveal().to_owned())
    }

    fn needed(&self, name: &str) -> Result<String, String> {
        self.get(name).ok_or_else(|| format!("{name} is missing"))
    }

    fn login(&self) -> Result<SwiftLogin, String> {
        let address = self.needed("auth_address")?;
        let address = address.trim_end_matches('/');
        let scheme = if address.contains("://") {
            ""
        } else {
            "https://"
        };
        Ok(SwiftLogin {
            auth_address: format!("{scheme}{address}"),
            credential: self.credential()?,
        })
    }

    fn credential(&self) -> Result<SwiftCredential, String> {
        let version = self.get("auth_version");
        if version
            .as_deref()
            .is_some_and(|version| version.trim_end_matches(".0") == "1")
        {
            return Ok(SwiftCredential::V1 {
                user: self.needed("user")?,
                key: Secret::new(self.needed("key")?),
            });
        }
        if version.is_some_and(|version| version != "3") {
            return Err("auth_version is neither 1 nor 3".into());
        }
        if let Some(id) = self.get("application_credential_id") {
            let secret = Secret::new(self.needed("application_credential_secret")?);
            return Ok(SwiftCredential::Application { id, secret });
        }
        let user = self.needed("user")?;
        let (project, user) = match user.split_once(':') {
            Some((project, user)) => (Some(project.to_owned()), user.to_owned()),
            None => (self.get("project_name"), user),
        };
        Ok(SwiftCredential::Password {
            user,
            domain: self.domain("user_domain_id", "user_domain_name"),
            key: Secret::new(self.needed("key")?),
            project: self.project(project)?,
        })
    }

    fn project(&self, name: Option<String>) -> Result<KeystoneProject, String> {
        match (name, self.get("project_id")) {
            (Some(name), _) => Ok(KeystoneProject::Name {
                name,
                domain: self.domain("project_domain_id", "project_domain_name"),
            }),
            (None, Some(id)) => Ok(KeystoneProject::Id { id }),
            (None, None) => {
                Err("the project is missing: user = PROJECT:USER, or project_name".into())
            }
        }
    }

    fn domain(&self, id: &str, name: &str) -> KeystoneDomain {
        match (self.get(id), self.get(name)) {
            (Some(id), _) => KeystoneDomain::Id(id),
            (None, Some(name)) => KeystoneDomain::Name(name),
            (None, None) => KeystoneDomain::Id("default".into()),
        }
    }
}

/// Returns the parameters in a section of a file.
fn section(path: &Path, name: &str) -> Result<SwiftParameters, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let file = ini::parse(&text).map_err(|error| error.to_string())?;
    let mut sections = file.sections.iter().filter(|section| section.name == name);
    let section = sections.next().ok_or("there is no such section")?;
    let mut value = |key: &str| {
        let entry = section
            .entries
            .iter()
            .rev()
            .find(|entry| entry.key == key)?;
        Some(entry.value.clone())
    };
    Ok(SwiftParameters::read(ParameterNames::File, &mut value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(section: &str) -> Result<SwiftLogin, String> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("swift.conf");
        fs::write(&path, format!("[other]\nkey = x\n[ref1]\n{section}")).unwrap();
        SwiftLoginSource::File(path).read("ref1")
    }

    #[test]
    fn a_user_of_keystone_has_the_project_before_the_name() {
        let login =
            read("user = images:glance\nkey = 'hidden'\nauth_address = keystone/v3/\n").unwrap();
        assert_eq!(login.auth_address, "https://keystone/v3");
        assert!(!format!("{login:?}").contains("hidden"));
        let SwiftCredential::Password { user, project, .. } = login.credential else {
            panic!("{login:?}");
        };
        assert_eq!(user, "glance");
        let expected = json!({ "name": "images", "domain": { "id": "default" } });
        assert_eq!(serde_json::to_value(project).unwrap(), expected);
    }

    #[test]
    fn a_user_of_swift_itself_has_no_project() {
        let login = read(
            "user = test:tester\nkey = k\nauth_version = 1\nauth_address = http://h/auth/v1.0",
        );
        let expected = SwiftCredential::V1 {
            user: "test:tester".into(),
            key: Secret::new("k"),
        };
        assert_eq!(login.unwrap().credential, expected);
    }

    #[test]
    fn what_is_missing_is_said_without_a_secret() {
        for (section, said) in [
            ("key = hidden", "auth_address is missing"),
            ("auth_address = h\nkey = hidden", "user is missing"),
            ("auth_address = h\nuser = u\nkey = hidden", "PROJECT:USER"),
            (
                "auth_address = h\nuser = p:u\nkey = hidden\nauth_version = 2",
                "neither 1 nor 3",
            ),
            (
                "auth_address = h\napplication_credential_id = hidden",
                "secret is missing",
            ),
            ("hidden", "line 4"),
        ] {
            let refused = read(section).unwrap_err();
            assert!(
                refused.contains(said) && !refused.contains("hidden"),
                "{refused}"
            );
        }
    }
}
