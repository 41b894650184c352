//! The request for a token of Identity v2.0: who asks, by what he proves it, and the tenant.

use serde_json::{Map, Value};

use super::error::{IdentityV2Error, Result};
use crate::domain::secret::Secret;
use crate::identity::auth_request::Named;
use crate::identity::claimed::ClaimedUser;
use crate::identity::token::DEFAULT_DOMAIN;

const UNREADABLE: &str =
    "Invalid request body: unable to parse Auth data. Please review XML or JSON formatting.";

/// A request for a token.
#[derive(Debug)]
pub(crate) struct TokenRequest {
    /// The proof.
    pub(crate) credentials: Credentials,
    /// The tenant that is named, if one is.
    pub(super) tenant: Option<NamedTenant>,
}

/// The ways to prove who one is.
#[derive(Debug)]
pub(crate) enum Credentials {
    /// A user's name and API key.
    ApiKey(Named, Secret),
    /// A user and the password.
    Password(Named, Secret),
    /// A token.
    Token(Secret),
}

impl Credentials {
    /// Returns who is to be logged in, as a text that is another one for everybody else.
    pub(crate) fn who(&self) -> String {
        match self {
            Self::ApiKey(user, _) | Self::Password(user, _) => match user {
                Named::Id(id) => format!("id {id}"),
                Named::Name(name, _) => format!("name {name}"),
            },
            Self::Token(token) => format!("token {}", token.reveal()),
        }
    }
}

/// A tenant as clients name it.
#[derive(Clone, Debug)]
pub(super) enum NamedTenant {
    /// The id.
    Id(String),
    /// The name.
    Name(String),
}

impl NamedTenant {
    /// Returns the id or the name.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Id(text) | Self::Name(text) => text,
        }
    }
}

/// The members of `auth` that hold credentials.
const KINDS: [&str; 3] = [
    "RAX-KSKEY:apiKeyCredentials",
    "passwordCredentials",
    "token",
];

impl TokenRequest {
    /// Returns the user that the request names.
    pub(crate) fn claimed_user(&self) -> ClaimedUser {
        match &self.credentials {
            Credentials::ApiKey(user, _) => ClaimedUser::named("api_key", user),
            Credentials::Password(user, _) => ClaimedUser::named("password", user),
            Credentials::Token(_) => ClaimedUser::unnamed("token"),
        }
    }

    /// Reads the member `auth` of a request.
    ///
    /// # Errors
    ///
    /// Fails if there is none, if it has not exactly one kind of credentials, if these are not whole, or if it names a
    /// tenant both by id and by name.
    pub(crate) fn read(auth: Option<&Value>) -> Result<Self> {
        let unreadable = || IdentityV2Error::BadRequest(UNREADABLE.into());
        let auth = auth.and_then(Value::as_object).ok_or_else(unreadable)?;
        let mut kinds = KINDS.iter().filter(|kind| auth.contains_key(**kind));
        let (Some(kind), None) = (kinds.next(), kinds.next()) else {
            return Err(unreadable());
        };
        let inner = auth.get(*kind).and_then(Value::as_object);
        let inner = inner.ok_or_else(unreadable)?;
        let tenant = tenant(auth)?;
        let credentials = match *kind {
            "token" => {
                let id = text(inner, "id").ok_or_else(|| bad("Invalid Token Id"))?;
                if tenant.is_none() {
                    return Err(bad("Invalid request. Specify tenantId or tenantName."));
                }
                Credentials::Token(Secret::new(id))
            }
            "passwordCredentials" => {
                Credentials::Password(user(inner)?, secret(inner, "password")?)
            }
            _ => Credentials::ApiKey(user(inner)?, secret(inner, "apiKey")?),
        };
        Ok(Self {
            credentials,
            tenant,
        })
    }
}

fn bad(text: &str) -> IdentityV2Error {
    IdentityV2Error::BadRequest(text.into())
}

fn tenant(auth: &Map<String, Value>) -> Result<Option<NamedTenant>> {
    match (text(auth, "tenantId"), text(auth, "tenantName")) {
        (Some(_), Some(_)) => Err(bad(
            "Invalid request. Specify tenantId OR tenantName, not both.",
        )),
        (Some(id), None) => Ok(Some(NamedTenant::Id(id))),
        (None, Some(name)) => Ok(Some(NamedTenant::Name(name))),
        (None, None) => Ok(None),
    }
}

/// Returns the user: by name in the default domain, for v2.0 knows no others; or by id, as OpenStack's form has it.
fn user(of: &Map<String, Value>) -> Result<Named> {
    let domain = ("id", DEFAULT_DOMAIN.to_owned());
    match (text(of, "username"), text(of, "userId")) {
        (Some(name), _) => Ok(Named::Name(name, domain)),
        (None, Some(id)) => Ok(Named::Id(id)),
        (None, None) => Err(bad("Expecting username")),
    }
}

fn secret(of: &Map<String, Value>, name: &str) -> Result<Secret> {
    let text = text(of, name).ok_or_else(|| bad(&format!("Expecting {name}")))?;
    Ok(Secret::new(text))
}

/// Returns a text that is not blank. Numbers of accounts come as numbers, too.
fn text(of: &Map<String, Value>, name: &str) -> Option<String> {
    match of.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
