//! Authenticates a request: the tokens in its header become a [`Caller`].

use chrono::TimeDelta;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::token::roles_in;
use crate::Result;
use crate::app::App;
use crate::config::AuthMode;
use crate::db::identity::{AccessRule, TokenSummary};
use crate::domain::caller::Caller;
use crate::domain::digest::digest;
use crate::domain::policy::Rule;
use crate::domain::secret::Secret;
use crate::identity::token::AUTH_TOKEN;
use crate::keystone::{Keystone, fits};

/// The header with the token of the service that sends a request on.
const SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");

/// The roles of such a service, where callers say themselves who they are.
const SERVICE_ROLES: HeaderName = HeaderName::from_static("x-service-roles");

/// The time after its end in which a token is accepted from a service, as in Keystone.
pub(crate) const ALLOW_EXPIRED: TimeDelta = TimeDelta::hours(48);

/// A request, as far as it matters who sent it.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path.
    pub path: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
}

/// A service that sends a request on.
struct ServiceToken {
    roles: Vec<String>,
    /// Whether a user's token may be over that comes by it.
    trusted: bool,
}

/// Whoever the token in a request is of; nobody if there is none or it is not valid.
///
/// # Errors
///
/// Where the database cannot be asked, or the Keystone elsewhere.
pub async fn identify(app: &App, asked: RequestParts<'_>) -> Result<Option<Caller>> {
    let token = asked
        .headers
        .get(AUTH_TOKEN)
        .filter(|header| !header.is_empty());
    let caller = match token {
        Some(token) => by_token(app, asked, token).await?,
        None => None,
    };
    if let Some(mut caller) = caller {
        caller.admin = app.policy.allows(Rule::ContextIsAdmin, &caller, &(), None);
        return Ok(Some(caller));
    }
    Ok(app.config().takes(AuthMode::None).then(anybody))
}

async fn by_token(
    app: &App,
    asked: RequestParts<'_>,
    token: &HeaderValue,
) -> Result<Option<Caller>> {
    let config = &app.config();
    let text = token.to_str().unwrap_or_default();
    if config.takes(AuthMode::Fake)
        && let Some(mut caller) = fake(text, config.access.fake_implied_roles)
    {
        let said = |name| {
            asked
                .headers
                .get(name)
                .and_then(|header| header.to_str().ok())
        };
        let service = said(SERVICE_TOKEN).and_then(|said| fake(said, false));
        caller.service_roles = match service {
            Some(service) => service.roles,
            None => listed(said(SERVICE_ROLES).unwrap_or_default()),
        };
        caller.token = Some(Secret::new(text));
        return Ok(Some(caller));
    }
    if !config.takes(AuthMode::Keystone) {
        return Ok(None);
    }
    let service = service(app, asked.headers).await?;
    let late = service.as_ref().is_some_and(|service| service.trusted);
    let found = match &app.keystone {
        Some(keystone) => elsewhere(app, keystone, asked, token, service.as_ref()).await?,
        None => bound(app, asked, token, late).await?.map(caller),
    };
    Ok(found.map(|mut caller| {
        let roles = service.map(|service| service.roles).unwrap_or_default();
        caller.service_roles = roles.iter().map(|role| role.to_lowercase()).collect();
        caller.token = Some(Secret::new(text.trim()));
        caller
    }))
}

/// The service that a request comes by, if its token is one. Another is as none.
async fn service(app: &App, headers: &HeaderMap) -> Result<Option<ServiceToken>> {
    let Some(token) = headers
        .get(SERVICE_TOKEN)
        .filter(|header| !header.is_empty())
    else {
        return Ok(None);
    };
    let roles = match &app.keystone {
        Some(keystone) => {
            let known = keystone.known(token, false, app.clock.now()).await?;
            known.map(|known| known.roles.clone())
        }
        None => held(app, token, false).await?.map(|held| names(&held)),
    };
    let options = &app.config().service_tokens;
    Ok(roles.and_then(|roles| {
        let trusted = roles
            .iter()
            .any(|role| options.service_token_roles.contains(role));
        (trusted || !options.service_token_roles_required)
            .then_some(ServiceToken { roles, trusted })
    }))
}

/// Whoever a token is of that a Keystone elsewhere gave out.
async fn elsewhere(
    app: &App,
    keystone: &Keystone,
    asked: RequestParts<'_>,
    token: &HeaderValue,
    service: Option<&ServiceToken>,
) -> Result<Option<Caller>> {
    let now = app.clock.now();
    let late = service.is_some_and(|service| service.trusted);
    let Some(known) = keystone.known(token, late, now).await? else {
        return Ok(None);
    };
    if let Some(rules) = &known.access_rules {
        // Such a token is of use only where the service knows what it is called.
        let Some(kind) = &app.config().service_tokens.service_type else {
            return Ok(None);
        };
        let (method, path) = (asked.method.as_str(), asked.path);
        let allowed = rules.iter().any(|rule| rule.allows(kind, method, path));
        // What a service sends on is not what the user was bound to.
        if !allowed && service.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(known.caller.clone()))
}

/// The embedded identity's row of a token that is valid; or, where that is allowed, was until
/// lately.
async fn held(app: &App, token: &HeaderValue, late: bool) -> Result<Option<TokenSummary>> {
    let hash = digest(token.as_bytes().trim_ascii());
    let now = app.clock.now();
    let since = if late { now - ALLOW_EXPIRED } else { now };
    Ok(app.db.read().await?.token_summary(&hash, since).await?)
}

/// The row of a valid token, unless its access rules forbid the request.
async fn bound(
    app: &App,
    asked: RequestParts<'_>,
    token: &HeaderValue,
    late: bool,
) -> Result<Option<TokenSummary>> {
    let Some(held) = held(app, token, late).await? else {
        return Ok(None);
    };
    if let Some(id) = &held.credential_id {
        let config = app.config();
        let kind = config.service_tokens.service_type.as_deref();
        let kind = kind.unwrap_or("image");
        if !rules_allow(app, id, kind, asked.method.as_str(), asked.path).await? {
            return Ok(None);
        }
    }
    Ok(Some(held))
}

/// Returns whether the access rules of an application credential let a request to a type of service pass.
/// Without rules, every request passes.
pub(crate) async fn rules_allow(
    app: &App,
    credential: &str,
    service: &str,
    method: &str,
    path: &str,
) -> Result<bool> {
    let rules = app.db.read().await?.rules_of_credential(credential).await?;
    let allows = |rule: &AccessRule| {
        rule.service == service && rule.method == method && fits(&rule.path, path)
    };
    Ok(rules.is_empty() || rules.iter().any(allows))
}

fn names(held: &TokenSummary) -> Vec<String> {
    let roles = roles_in(&held.roles).into_iter();
    roles.map(|role| role.name).collect()
}

/// Without tokens everybody is an admin, of no project.
fn anybody() -> Caller {
    Caller {
        roles: vec!["admin".into()],
        admin: true,
        ..Caller::default()
    }
}

fn caller(held: TokenSummary) -> Caller {
    let roles = names(&held).into_iter();
    Caller {
        user: Some(held.user_id),
        project: held.project_id,
        domain: held.domain_id,
        system: held.system_scope,
        roles: roles.map(|role| role.to_lowercase()).collect(),
        ..Caller::default()
    }
}

/// The words of a list with commas, in lower case.
fn listed(text: &str) -> Vec<String> {
    let words = text.split(',').map(|text| text.trim().to_lowercase());
    words.filter(|word| !word.is_empty()).collect()
}

/// The caller that a token says itself: `user:project:role,role`, with exactly two colons.
fn fake(token: &str, implied: bool) -> Option<Caller> {
    let mut parts = token.split(':');
    let (user, project, roles) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let mut roles = listed(roles);
    if implied {
        imply(&mut roles);
    }
    let named = |text: &str| Some(text.to_owned()).filter(|value| !value.is_empty());
    Some(Caller {
        user: named(user),
        project: named(project).filter(|named| !named.eq_ignore_ascii_case("none")),
        roles,
        ..Caller::default()
    })
}

/// Adds what Keystone's own roles imply: each one those after it.
fn imply(roles: &mut Vec<String>) {
    const CHAIN: [&str; 4] = ["admin", "manager", "member", "reader"];
    let highest = CHAIN
        .iter()
        .position(|chain| roles.iter().any(|role| role == chain));
    for implied in CHAIN.iter().skip(highest.unwrap_or(CHAIN.len())) {
        if !roles.iter().any(|role| role == implied) {
            roles.push((*implied).to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fake_token_says_who_it_is_of() {
        let caller = fake("alice:projA:Member,reader", false).unwrap();
        assert_eq!(caller.user.as_deref(), Some("alice"));
        assert_eq!(caller.project.as_deref(), Some("projA"));
        assert_eq!(caller.roles, ["member", "reader"]);
    }

    #[test]
    fn a_fake_token_has_two_colons() {
        assert_eq!(fake("alice:projA", false), None);
        assert_eq!(fake("alice:projA:member:", false), None);
        assert_eq!(fake("", false), None);
    }

    #[test]
    fn the_fake_project_none_is_no_project() {
        assert_eq!(fake("alice:NoNe:admin", false).unwrap().project, None);
    }

    #[test]
    fn a_fake_token_may_have_no_role() {
        assert!(fake("alice:projA:", true).unwrap().roles.is_empty());
    }

    #[test]
    fn fake_roles_imply_others_where_that_is_wanted() {
        let roles = |token| fake(token, true).unwrap().roles;
        assert_eq!(roles("a:p:admin"), ["admin", "manager", "member", "reader"]);
        assert_eq!(roles("a:p:reader,member"), ["reader", "member"]);
        assert_eq!(roles("a:p:other"), ["other"]);
    }
}
