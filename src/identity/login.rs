//! Logging in: who it is is proved first, then, in one transaction, a token is made that holds
//! what is true at that moment.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::auth_request::{AuthRequest, Wish};
use super::credentials::{Proof, list, prove};
use super::error::{KeystoneError, Result};
use super::scope::grant;
use super::secrets;
use super::token::RoleName;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{NewToken, Role, Scope, Token};
use crate::domain::digest::digest;

/// A token just made: itself, and its row.
pub(crate) struct Issued {
    pub(crate) secret: String,
    pub(crate) token: Token,
}

/// Gives out the token that is asked for.
pub(crate) async fn log_in(app: &App, ask: AuthRequest) -> Result<Issued> {
    let proof = prove(app, ask.methods).await?;
    give(app, &proof, ask.wish).await
}

/// Gives a token to whoever it is that was proved.
pub(crate) async fn give(app: &App, proof: &Proof, wish: Wish) -> Result<Issued> {
    let secret = secrets::random_text::<32>(app)?;
    sweep(app, &secret).await;
    let mut session = app.db.write().await?;
    let (scope, roles) = grant(&mut session, proof, wish, app.clock.now()).await?;
    let mut new = new_token(app, &secret, proof, scope, &roles)?;
    if let Some(ends) = end_of_credential(&mut session, proof).await? {
        new.expires_at = new.expires_at.min(ends);
    }
    let hash = new.hash.clone();
    session.add_token(new).await?;
    let token = session.token(&hash, app.clock.now()).await?;
    session.commit().await?;
    let token = token.ok_or(KeystoneError::Unauthenticated)?;
    Ok(Issued { secret, token })
}

/// Returns when the application credential that was shown ends, beyond which no token of it is valid.
/// Keystone: CVE-2022-2447, `issue_token` in `keystone/token/provider.py`.
async fn end_of_credential(session: &mut Session, proof: &Proof) -> Result<Option<DateTime<Utc>>> {
    let Some(id) = proof.credential_id() else {
        return Ok(None);
    };
    let credential = session.lock_credential(id).await?;
    Ok(credential.and_then(|credential| credential.expires_at))
}

/// One log-in of 64 removes tokens that ended; which one, chance decides, so that servers that
/// share a database need not agree.
async fn sweep(app: &App, secret: &str) {
    if !secret.starts_with('A') {
        return;
    }
    let swept = async {
        let mut session = app.db.write().await?;
        session.sweep_tokens(app.clock.now()).await?;
        session.commit().await
    };
    if let Err(error) = swept.await {
        tracing::warn!(%error, "cannot delete expired tokens");
    }
}

fn new_token(
    app: &App,
    secret: &str,
    proof: &Proof,
    scope: Option<Scope>,
    roles: &[Role],
) -> Result<NewToken> {
    // Tokens tell whole seconds.
    let issued_at = app.clock.now().trunc_subsecs(0);
    let life = TimeDelta::seconds(i64::from(app.config().access.token_expiration));
    let mut audit_ids = vec![secrets::random_text::<16>(app)?];
    let mut expires_at = issued_at + life;
    if let Some(parent) = &proof.parent {
        audit_ids.extend(list(&parent.audit_ids).pop());
        expires_at = parent.expires_at;
    }
    Ok(NewToken {
        hash: digest(secret.as_bytes()),
        user: proof.user.clone(),
        scope,
        roles: names_of(roles)?,
        methods: json(&proof.methods)?,
        audit_ids: json(&audit_ids)?,
        issued_at,
        expires_at,
        credential: proof.credential_id().map(str::to_owned),
    })
}

/// Returns the roles as a token's row has them.
pub(crate) fn names_of(roles: &[Role]) -> Result<String> {
    let name = |role: &Role| RoleName {
        id: role.id.clone(),
        name: role.name.clone(),
    };
    json(&roles.iter().map(name).collect::<Vec<_>>())
}

fn json(of: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(of).map_err(|error| crate::Error::Internal(error.to_string()).into())
}
