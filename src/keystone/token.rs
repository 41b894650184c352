//! The token document of an external Keystone.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::access_rules::fits;
use crate::domain::caller::Caller;

/// A token as Keystone describes it.
#[derive(Debug)]
pub(crate) struct KnownToken {
    /// Whose it is.
    pub(crate) caller: Caller,
    /// Its roles, by the names that they have.
    pub(crate) roles: Vec<String>,
    /// The end of the token.
    pub(crate) expires_at: DateTime<Utc>,
    /// The time at which Keystone was asked.
    pub(crate) asked_at: DateTime<Utc>,
    /// The only requests that may be made with it, if it is restricted.
    pub(crate) access_rules: Option<Vec<TokenAccessRule>>,
}

/// One thing that may be done with the token of an application credential.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenAccessRule {
    service: String,
    method: String,
    path: String,
}

impl TokenAccessRule {
    /// Returns whether it lets this request to this type of service pass.
    pub(crate) fn allows(&self, service: &str, method: &str, path: &str) -> bool {
        self.service == service && self.method == method && fits(&self.path, path)
    }
}

#[derive(Deserialize)]
struct TokenDocument {
    token: TokenBody,
}

#[derive(Deserialize)]
struct TokenBody {
    user: NamedReference,
    expires_at: Value,
    project: Option<NamedReference>,
    domain: Option<NamedReference>,
    system: Option<Value>,
    #[serde(default)]
    roles: Vec<RoleReference>,
    is_admin_project: Option<bool>,
    application_credential: Option<Credential>,
}

#[derive(Deserialize)]
struct NamedReference {
    id: String,
}

#[derive(Deserialize)]
struct RoleReference {
    name: String,
}

#[derive(Deserialize)]
struct Credential {
    access_rules: Option<Vec<TokenAccessRule>>,
}

impl KnownToken {
    /// Reads the answer to the validation of a token; nothing if it is none.
    pub(crate) fn read(body: &Value, now: DateTime<Utc>) -> Option<Self> {
        let TokenDocument { token } = TokenDocument::deserialize(body).ok()?;
        let roles: Vec<_> = token.roles.into_iter().map(|role| role.name).collect();
        let caller = Caller {
            user: Some(token.user.id),
            project: token.project.map(|project| project.id),
            domain: token.domain.map(|domain| domain.id),
            system: token
                .system
                .is_some_and(|system| system.get("all") == Some(&Value::Bool(true))),
            roles: roles.iter().map(|role| role.to_lowercase()).collect(),
            not_admin_project: token.is_admin_project == Some(false),
            ..Caller::default()
        };
        Some(Self {
            caller,
            roles,
            expires_at: moment(&token.expires_at)?,
            asked_at: now,
            access_rules: token
                .application_credential
                .and_then(|application_credential| application_credential.access_rules),
        })
    }
}

/// A moment as Keystone writes it.
pub(crate) fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(value.as_str()?);
    parsed.ok().map(|parsed| parsed.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: &Value) -> Option<KnownToken> {
        let mut token = json!({
            "user": { "id": "u", "name": "alice", "domain": { "id": "default" } },
            "expires_at": "2026-11-21T20:16:46.000000Z",
            "methods": ["password"],
        });
        for (name, value) in change.as_object().unwrap() {
            token[name] = value.clone();
        }
        KnownToken::read(&json!({ "token": token }), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_token_is_for_a_project_a_domain_the_system_or_nothing() {
        let caller = |change: Value| read(&change).unwrap().caller;
        let id = |id: &str| json!({ "id": id, "name": "n" });
        assert_eq!(
            caller(json!({ "project": id("p") })).project.as_deref(),
            Some("p")
        );
        assert_eq!(
            caller(json!({ "domain": id("d") })).domain.as_deref(),
            Some("d")
        );
        assert!(caller(json!({ "system": { "all": true } })).system);
        let nothing = caller(json!({}));
        assert_eq!(
            (nothing.project, nothing.domain, nothing.system),
            (None, None, false)
        );
        assert!(nothing.roles.is_empty());
    }

    #[test]
    fn roles_of_a_caller_are_in_lower_case() {
        let known = read(&json!({ "roles": [{ "id": "r", "name": "Member" }] })).unwrap();
        assert_eq!(known.caller.roles, ["member"]);
        assert_eq!(known.roles, ["Member"]);
    }

    #[test]
    fn only_a_token_that_says_so_is_of_no_project_for_admins() {
        let is = |change: Value| read(&change).unwrap().caller.not_admin_project;
        assert!(!is(json!({})));
        assert!(!is(json!({ "is_admin_project": true })));
        assert!(is(json!({ "is_admin_project": false })));
    }

    #[test]
    fn what_has_no_user_or_no_end_is_no_token() {
        assert!(read(&json!({ "user": null })).is_none());
        assert!(read(&json!({ "expires_at": "soon" })).is_none());
        assert!(KnownToken::read(&Value::Null, DateTime::UNIX_EPOCH).is_none());
    }
}
