//! Who sent a request: the token in its header becomes a [`Caller`].

use http::{HeaderMap, HeaderValue};

use super::secrets;
use super::subject::{AUTH_TOKEN, roles_in};
use crate::Result;
use crate::app::App;
use crate::config::AuthMode;
use crate::db::identity::Held;
use crate::domain::access::Caller;
use crate::domain::policy::Rule;

/// The header of the token of a service that acts for somebody.
const SERVICE_TOKEN: &str = "x-service-token";

/// Whoever the token in these headers is of; nobody if there is none or it is not valid.
///
/// # Errors
///
/// Where the database cannot be asked.
pub async fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Caller>> {
    let token = headers.get(AUTH_TOKEN).filter(|it| !it.is_empty());
    let caller = match token {
        Some(token) => by_token(app, token).await?,
        None => None,
    };
    if let Some(mut caller) = caller {
        caller.service_roles = service_roles(app, headers).await?;
        caller.admin = app.policy.allows(Rule::ContextIsAdmin, &caller, &());
        return Ok(Some(caller));
    }
    Ok(app.config.takes(AuthMode::None).then(anybody))
}

/// The roles of a service that vouches for the request with a token of its own, if that is valid.
async fn service_roles(app: &App, headers: &HeaderMap) -> Result<Vec<String>> {
    let Some(token) = headers.get(SERVICE_TOKEN).filter(|it| !it.is_empty()) else {
        return Ok(Vec::new());
    };
    let service = by_token(app, token).await?;
    Ok(service.map(|it| it.roles).unwrap_or_default())
}

async fn by_token(app: &App, token: &HeaderValue) -> Result<Option<Caller>> {
    let config = &app.config;
    if config.takes(AuthMode::Fake)
        && let Some(caller) = fake(
            token.to_str().unwrap_or_default(),
            config.fake_implied_roles,
        )
    {
        return Ok(Some(caller));
    }
    if !config.takes(AuthMode::Keystone) {
        return Ok(None);
    }
    let hash = secrets::digest(token.as_bytes());
    let held = app.db.read().await?.held(&hash, app.clock.now()).await?;
    Ok(held.map(caller))
}

/// Without tokens everybody is an admin, of no project.
fn anybody() -> Caller {
    Caller {
        roles: vec!["admin".into()],
        admin: true,
        ..Caller::default()
    }
}

fn caller(held: Held) -> Caller {
    let roles = roles_in(&held.roles).into_iter();
    Caller {
        user: Some(held.user_id),
        project: held.project_id,
        domain: held.domain_id,
        system: held.system_scope,
        roles: roles.map(|it| it.name.to_lowercase()).collect(),
        ..Caller::default()
    }
}

/// The caller that a token says itself: `user:project:role,role`, with exactly two colons.
fn fake(token: &str, implied: bool) -> Option<Caller> {
    let mut parts = token.split(':');
    let (user, project, roles) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let given = roles.split(',').map(|it| it.trim().to_lowercase());
    let mut roles: Vec<_> = given.filter(|it| !it.is_empty()).collect();
    if implied {
        imply(&mut roles);
    }
    let named = |it: &str| Some(it.to_owned()).filter(|it| !it.is_empty());
    Some(Caller {
        user: named(user),
        project: named(project).filter(|it| !it.eq_ignore_ascii_case("none")),
        roles,
        ..Caller::default()
    })
}

/// Adds what Keystone's own roles imply: each one those after it.
fn imply(roles: &mut Vec<String>) {
    const CHAIN: [&str; 4] = ["admin", "manager", "member", "reader"];
    let highest = CHAIN
        .iter()
        .position(|it| roles.iter().any(|role| role == it));
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
