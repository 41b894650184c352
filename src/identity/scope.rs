//! The scopes that a user may have a token for, and the roles in each.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::auth_request::{Named, Wish};
use super::credentials::{Proof, by};
use super::error::{KeystoneError, Result};
use crate::db::Session;
use crate::db::identity::{Account, Role, Scope};

/// Returns the scope of a token, and the roles that the user has there.
///
/// All that this rests on is looked at once more and held, so that nothing is revoked from here on
/// until the token is there to be revoked too. Whoever holds several kinds of rows takes them in
/// one order, or two wait for each other: domain, user, project, application credential, token.
pub(crate) async fn grant(
    session: &mut Session,
    proof: &Proof,
    wish: Wish,
    now: DateTime<Utc>,
) -> Result<(Option<Scope>, Vec<Role>)> {
    let domain = match &wish {
        Wish::Domain(domain) => session.lock_enabled_domain(by(domain)).await?,
        _ => None,
    };
    let account = session.lock_account(&proof.user).await?;
    let account = account.filter(|account| account.active && proof.still_fits(account));
    let account = account.ok_or(KeystoneError::Unauthenticated)?;
    let by_default = matches!(wish, Wish::Default) && proof.credential_id().is_none();
    let scope = match (proof.credential_id(), wish) {
        (Some(_), wish) => Some(credential_scope(session, proof, wish).await?),
        (None, Wish::Unscoped) => None,
        (None, Wish::Default) => default_scope(session, &account).await?,
        (None, Wish::System) => Some(Scope::System),
        (None, Wish::Domain(_)) => {
            Some(Scope::Domain(domain.ok_or(KeystoneError::Unauthenticated)?))
        }
        (None, Wish::Project(project)) => Some(project_scope(session, project).await?),
    };
    still_shown(session, proof, now).await?;
    let Some(scope) = scope else {
        return Ok((None, Vec::new()));
    };
    let mut roles = session.effective_roles(&account.id, &scope).await?;
    if let Some(id) = proof.credential_id() {
        let own = session.roles_of_credential(id).await?;
        roles.retain(|role| own.iter().any(|own| own.id == role.id));
    }
    match roles.is_empty() {
        false => Ok((Some(scope), roles)),
        true if by_default => Ok((None, roles)),
        true => Err(KeystoneError::Unauthenticated),
    }
}

/// Holds the application credential and the token that were shown, if they and the API key are still valid.
async fn still_shown(session: &mut Session, proof: &Proof, now: DateTime<Utc>) -> Result<()> {
    if let Some(id) = proof.credential_id() {
        let credential = session.lock_credential(id).await?;
        let valid = credential.filter(|credential| credential.expires_at.is_none_or(|at| at > now));
        valid.ok_or(KeystoneError::Unauthenticated)?;
    }
    if let Some(key) = &proof.api_key {
        // Whoever changes a key locks its user, as was done here.
        let known = session.api_key(&proof.user).await?;
        known
            .filter(|known| known == key)
            .ok_or(KeystoneError::Unauthenticated)?;
    }
    if let Some(parent) = &proof.parent {
        let parent = session.lock_token(&parent.hash, now).await?;
        parent.ok_or(KeystoneError::Unauthenticated)?;
    }
    Ok(())
}

async fn project_scope(session: &mut Session, project: Named) -> Result<Scope> {
    let id = match project {
        Named::Id(id) => Some(id),
        Named::Name(name, domain) => session.project_by_name(&name, by(&domain)).await?,
    };
    let id = id.ok_or(KeystoneError::Unauthenticated)?;
    let open = session.lock_enabled_project(&id).await?;
    Ok(Scope::Project(open.ok_or(KeystoneError::Unauthenticated)?))
}

/// The default project, if the user has one and it is enabled.
async fn default_scope(session: &mut Session, account: &Account) -> Result<Option<Scope>> {
    let Some(id) = &account.default_project_id else {
        return Ok(None);
    };
    Ok(session.lock_enabled_project(id).await?.map(Scope::Project))
}

/// An application credential says itself what its tokens are for: its project.
async fn credential_scope(session: &mut Session, proof: &Proof, wish: Wish) -> Result<Scope> {
    let credential = proof.credential.as_ref();
    let project = credential.map(|credential| credential.project_id.clone());
    let project = project.ok_or(KeystoneError::Unauthenticated)?;
    let own = project_scope(session, Named::Id(project)).await?;
    match wish {
        Wish::Default => Ok(own),
        _ => Err(KeystoneError::Refused(
            "Error authenticating with application credential: Application credentials cannot request a scope.",
            Value::Object(serde_json::Map::new()),
        )),
    }
}
