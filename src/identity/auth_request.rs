//! The request for a token: its user, the proof, and the scope.

use serde_json::{Map, Value, json};

use super::error::{KeystoneError, Result};
use super::validation::{UNFIT_END, hushed};
use crate::domain::text;

/// The end of Keystone's messages about requests that are not whole.
const MALFORMED: &str = "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";

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
            Some(other) => return Err(wrong_type("", &other, "'object'")),
        };
        let identity = match auth.get("identity") {
            Some(Value::Object(identity)) => identity,
            Some(other) => return Err(wrong_type("identity", other, "'object'")),
            None => return Err(schema_error("", "'identity' is a required property")),
        };
        let methods = match identity.get("methods") {
            Some(Value::Array(methods)) => methods,
            Some(other) => return Err(wrong_type("identity/methods", other, "'array'")),
            None => return Err(schema_error("identity", "'methods' is a required property")),
        };
        let methods: Vec<_> = methods.iter().enumerate().collect();
        let mut names = Vec::new();
        for (place, name) in methods {
            let path = format!("identity/methods/{place}");
            let name = name
                .as_str()
                .ok_or_else(|| wrong_type(&path, name, "'string'"))?;
            if !identity.contains_key(name) {
                return Err(KeystoneError::Invalid(format!(
                    "Expecting to find {name} in identity. {MALFORMED}"
                )));
            }
            names.push(name);
        }
        let methods = names.into_iter().map(|name| method(name, identity));
        Ok(Self {
            methods: methods.collect::<Result<_>>()?,
            wish: auth.get("scope").map_or(Ok(Wish::Default), wish)?,
        })
    }
}

fn method(name: &str, identity: &Map<String, Value>) -> Result<Method> {
    match name {
        "password" => password(part(identity, "password")?),
        "token" => match part(identity, "token")?.get("id") {
            Some(Value::String(id)) => Ok(Method::Token(id.clone())),
            Some(other) => Err(wrong_type("identity/token/id", other, "'string'")),
            None => Err(schema_error(
                "identity/token",
                "'id' is a required property",
            )),
        },
        "application_credential" => credential(part(identity, "application_credential")?),
        // Whoever the web server knows: it knows nobody here.
        "external" => Err(KeystoneError::Unauthenticated),
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
    const PLACE: &str = "identity/password/user";
    let of = object(part, "user").ok_or(KeystoneError::Missing("user", "None"))?;
    let password = match of.get("password") {
        Some(Value::String(password)) => password.clone(),
        Some(other) => {
            let path = format!("{PLACE}/password");
            return Err(wrong_type(&path, other, "'string'"));
        }
        None => return Err(KeystoneError::Unauthenticated),
    };
    let user = named(of, "user", PLACE)?;
    Ok(Method::Password { user, password })
}

fn credential(part: &Map<String, Value>) -> Result<Method> {
    const HERE: &str = "application credential";
    let which = match (text(part, "id"), text(part, "name")) {
        (Some(id), _) => Which::Id(id),
        (None, Some(name)) => {
            let user = object(part, "user").ok_or(KeystoneError::Missing("user", HERE))?;
            Which::Name(
                name,
                named(user, "user", "identity/application_credential/user")?,
            )
        }
        (None, None) => return Err(KeystoneError::Missing("name or ID", HERE)),
    };
    let secret = text(part, "secret").ok_or(KeystoneError::Unauthenticated)?;
    Ok(Method::Credential { which, secret })
}

fn wish(scope: &Value) -> Result<Wish> {
    const KINDS: [&str; 5] = ["system", "project", "domain", "OS-TRUST:trust", "unscoped"];
    let none = KeystoneError::Missing(
        "system, project, domain, OS-TRUST:trust or unscoped",
        "scope",
    );
    let scope = match scope {
        Value::String(word) if word == "unscoped" => return Ok(Wish::Unscoped),
        Value::String(_) => return Err(none),
        Value::Object(scope) => scope,
        other => return Err(wrong_type("scope", other, "'object', 'string'")),
    };
    let mut kinds = KINDS.iter().filter(|kind| scope.contains_key(**kind));
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        return Err(none);
    };
    let inner = || match scope.get(*kind) {
        Some(Value::Object(inner)) => Ok(inner),
        other => {
            let other = other.cloned().unwrap_or_default();
            Err(wrong_type(&format!("scope/{kind}"), &other, "'object'"))
        }
    };
    match *kind {
        "project" => Ok(Wish::Project(named(inner()?, "project", "scope/project")?)),
        "domain" => Ok(Wish::Domain(domain(inner()?, "scope/domain")?)),
        "system" => inner().map(|_| Wish::System),
        "unscoped" => Ok(Wish::Unscoped),
        // There are no trusts here, so none has this id.
        _ => Err(KeystoneError::Unauthenticated),
    }
}

/// A user or project: a domain that stands beside an id does not count.
fn named(of: &Map<String, Value>, what: &'static str, place: &str) -> Result<Named> {
    if let Some(id) = text_at(of, "id", place)? {
        return Ok(Named::Id(id));
    }
    let name = text_at(of, "name", place)?.ok_or_else(|| neither(place))?;
    let within = object(of, "domain").ok_or(KeystoneError::Missing("domain", what))?;
    let within = domain(within, &format!("{place}/domain"))?;
    Ok(Named::Name(name, within))
}

fn domain(of: &Map<String, Value>, place: &str) -> Result<DomainReference> {
    match (text_at(of, "id", place)?, text_at(of, "name", place)?) {
        (Some(id), _) => Ok(("id", id)),
        (None, Some(name)) => Ok(("name", name)),
        (None, None) => Err(neither(place)),
    }
}

fn text_at(of: &Map<String, Value>, name: &str, place: &str) -> Result<Option<String>> {
    match of.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(wrong_type(&format!("{place}/{name}"), other, "'string'")),
    }
}

fn neither(place: &str) -> KeystoneError {
    KeystoneError::Invalid(format!(
        "Invalid input for field {place}: id or name must be present."
    ))
}

fn object<'a>(of: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    of.get(name).and_then(Value::as_object)
}

fn text(of: &Map<String, Value>, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Returns the error for a value of another type than these.
fn wrong_type(path: &str, value: &Value, types: &str) -> KeystoneError {
    let value = text::python_repr(&hushed(value));
    schema_error(path, &format!("{value} is not of type {types}"))
}

/// Returns the error for what Keystone's schema of log-ins does not allow.
fn schema_error(path: &str, reason: &str) -> KeystoneError {
    let field = if path.is_empty() {
        String::new()
    } else {
        format!("Invalid input for field '{path}': ")
    };
    KeystoneError::Invalid(format!("{field}{reason}{UNFIT_END}"))
}
