//! Tokens after roles were given or taken back: each has the roles that its user has then, or ends.

use crate::db::Session;
use crate::db::identity::Scope;
use crate::identity::error::Result;
use crate::identity::login::names_of;

/// Gives every token of a user the roles that the user has where it is for; where the user has none any
/// more, tokens and application credentials end. The user must be locked where roles are taken back.
pub(super) async fn settle_user(session: &mut Session, user: &str) -> Result<()> {
    for scope in session.scopes_in_use(user).await? {
        settle(session, user, &scope).await?;
    }
    Ok(())
}

async fn settle(session: &mut Session, user: &str, at: &Scope) -> Result<()> {
    let roles = session.effective_roles(user, at).await?;
    if roles.is_empty() {
        session.revoke_user_at(user, at).await?;
        return Ok(());
    }
    session
        .put_token_roles(user, at, &names_of(&roles)?)
        .await?;
    let Scope::Project(project) = at else {
        return Ok(());
    };
    for credential in session.credentials(user, None).await? {
        if credential.project_id == *project {
            let mut own = session.roles_of_credential(&credential.id).await?;
            own.retain(|role| roles.iter().any(|held| held.id == role.id));
            let own = names_of(&own)?;
            session
                .put_credential_token_roles(&credential.id, &own)
                .await?;
        }
    }
    Ok(())
}
