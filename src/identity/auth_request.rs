//! The request for a token: its user, the proof, and the scope.

use serde_json::{Map, Value, json};

use super::error::{KeystoneError, Result};
use super::validation::{hushed, unfit};
use crate::domain::text;

/// The ways to prove who one is.
const METHODS: [&str; 3] = ["password", "token", "application_credential"];

/// A thing as clients name it: by its id, or by its name and the domain that is in.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    /// The id.
    Id(String),
    /// The name, and the domain.
    Name(String, DomainReference),
}

/// A domain as clients name it: the column that says so (`id` or `name`), and what it says.
pub(crate) type DomainReference = (&'static str, String);

/// One way to prove who one is.
pub(crate) enum Method {
    /// By a password.
    Password {
        /// Whose.
        user: Named,
        /// The password.
        password: String,
    },
    /// By a token.
    Token(String),
    /// By an application credential.
    Credential {
        /// The resource: by its id, or else by its name and its user.
        which: Which,
        /// Its secret.
        secret: String,
    },
}

/// An application credential as clients name it.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// The id.
    Id(String),
    /// The name, and whose it is.
    Name(String, Named),
}

/// The requested scope of a token.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// The user's default project, or nothing.
    Default,
    /// Nothing.
    Unscoped,
    /// A project.
    Project(Named),
    /// A domain.
    Domain(DomainReference),
    /// The system.
    System,
}

/// A request for a token.
pub(crate) struct AuthRequest {
    /// The proofs of the user's identity: all are needed, and name the same user.
    pub(crate) methods: Vec<Method>,
    /// The requested scope.
    pub(crate) wish: Wish,
}

impl AuthRequest {
    /// Reads the member `auth` of a request.
    pub(crate) fn read(auth: Option<Value>) -> Result<Self> {
        let auth = match auth {
            None | Some(Value::Null) => return Err(KeystoneError::Missing("auth", "request body")),
            Some(Value::Object(auth)) => auth,
            Some(other) => return Err(unfit("auth", &other, "is not of type 'object'")),
        };
        let identity = object(&auth, "identity").ok_or_else(|| lacks("auth", &auth, "identity"))?;
        let methods = identity.get("methods").and_then(Value::as_array);
        let methods = methods.ok_or_else(|| lacks("identity", identity, "methods"))?;
        let methods = methods.iter().map(|value| method(value, identity));
        Ok(Self {
            methods: methods.collect::<Result<_>>()?,
            wish: auth.get("scope").map_or(Ok(Wish::Default), wish)?,
        })
    }
}

fn method(name: &Value, identity: &Map<String, Value>) -> Result<Method> {
    match name.as_str() {
        Some("password") => password(part(identity, "password")?),
        Some("token") => {
            let id = text(part(identity, "token")?, "id");
            id.map(Method::Token)
                .ok_or(KeystoneError::Missing("id", "token"))
        }
        Some("application_credential") => credential(part(identity, "application_credential")?),
        _ => Err(KeystoneError::Refused(
            "Attempted to authenticate with an unsupported method.",
            json!({ "methods": METHODS }),
        )),
    }
}

fn part<'a>(
    identity: &'a Map<String, Value>,
    name: &'static str,
) -> Result<&'a Map<String, Value>> {
    object(identity, name).ok_or(KeystoneError::Missing(name, "identity"))
}

fn password(part: &Map<String, Value>) -> Result<Method> {
    let of = object(part, "user").ok_or(KeystoneError::Missing("user", "password"))?;
    let password = text(of, "password").ok_or(KeystoneError::Missing("password", "user"))?;
    let user = named(of, "user")?;
    Ok(Method::Password { user, password })
}

fn credential(part: &Map<String, Value>) -> Result<Method> {
    const HERE: &str = "application_credential";
    let secret = text(part, "secret").ok_or(KeystoneError::Missing("secret", HERE))?;
    let which = match (text(part, "id"), text(part, "name")) {
        (Some(id), _) => Which::Id(id),
        (None, Some(name)) => {
            let user = object(part, "user").ok_or(KeystoneError::Missing("user", HERE))?;
            Which::Name(name, named(user, "user")?)
        }
        (None, None) => return Err(KeystoneError::Missing("id or name", HERE)),
    };
    Ok(Method::Credential { which, secret })
}

fn wish(scope: &Value) -> Result<Wish> {
    let scope = match scope {
        Value::Null => return Ok(Wish::Default),
        Value::String(it) if it == "unscoped" => return Ok(Wish::Unscoped),
        Value::Object(scope) => scope,
        other => return Err(unfit("scope", other, "is not of type 'object', 'string'")),
    };
    if let Some(project) = object(scope, "project") {
        return Ok(Wish::Project(named(project, "project")?));
    }
    if let Some(it) = object(scope, "domain") {
        return Ok(Wish::Domain(domain(it)?));
    }
    if let Some(system) = object(scope, "system") {
        let all = system.get("all").and_then(Value::as_bool) == Some(true);
        return if all {
            Ok(Wish::System)
        } else {
            Err(KeystoneError::Missing("all", "system"))
        };
    }
    if scope.contains_key("unscoped") {
        return Ok(Wish::Unscoped);
    }
    Err(KeystoneError::Missing("project, domain or system", "scope"))
}

/// A user or project: a domain that stands beside an id does not count.
fn named(of: &Map<String, Value>, what: &'static str) -> Result<Named> {
    if let Some(id) = text(of, "id") {
        return Ok(Named::Id(id));
    }
    let name = text(of, "name").ok_or(KeystoneError::Missing("id or name", what))?;
    let within = object(of, "domain").ok_or(KeystoneError::Missing("domain", what))?;
    Ok(Named::Name(name, domain(within)?))
}

fn domain(of: &Map<String, Value>) -> Result<DomainReference> {
    match (text(of, "id"), text(of, "name")) {
        (Some(id), _) => Ok(("id", id)),
        (None, Some(name)) => Ok(("name", name)),
        (None, None) => Err(KeystoneError::Missing("id or name", "domain")),
    }
}

fn object<'a>(of: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    of.get(name).and_then(Value::as_object)
}

fn text(of: &Map<String, Value>, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn lacks(of: &str, value: &Map<String, Value>, name: &str) -> KeystoneError {
    let value = text::python_repr(&hushed(&Value::Object(value.clone())));
    KeystoneError::Invalid(format!(
        "Invalid input for field/attribute {of}. Value: {value}. '{name}' is a required property"
    ))
}
