//! The role assignments of a user on a project, a domain or the system: create, check, delete.

use super::Identity;
use super::resource::find;
use crate::db::Session;
use crate::db::identity::{Domain, Project, Role, Scope, User};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::require;

impl Identity<'_> {
    /// Lists the roles that a user was given there.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn roles_given(&self, at: &Scope, user: &str) -> Result<Vec<Role>> {
        let action = action("list", at).replace("grant", "grants");
        require(&action, self.caller.reads_all())?;
        let mut session = self.app.db.read().await?;
        exist(&mut session, at, user, None).await?;
        Ok(session.direct_roles(user, at).await?)
    }

    /// Gives a role to a user.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn assign_role(&self, at: &Scope, user: &str, role: &str) -> Result<()> {
        require(&action("create", at), self.caller.is_admin())?;
        let mut session = self.app.db.write().await?;
        exist(&mut session, at, user, Some(role)).await?;
        session.assign(&[(user, role, at)]).await?;
        Ok(session.commit().await?)
    }

    /// Checks that a user was given a role.
    ///
    /// # Errors
    ///
    /// Fails if he was not.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn check_role(&self, at: &Scope, user: &str, role: &str) -> Result<()> {
        require(&action("check", at), self.caller.reads_all())?;
        let mut session = self.app.db.read().await?;
        exist(&mut session, at, user, Some(role)).await?;
        let given = session.direct_roles(user, at).await?;
        if given.iter().any(|given| given.id == role) {
            return Ok(());
        }
        Err(not_given(role))
    }

    /// Takes a role back, and every token that has it there.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn revoke_role(&self, at: &Scope, user: &str, role: &str) -> Result<()> {
        require(&action("revoke", at), self.caller.is_admin())?;
        let mut session = self.app.db.write().await?;
        session.lock_account(user).await?;
        exist(&mut session, at, user, Some(role)).await?;
        if !session.unassign(user, role, at).await? {
            return Err(not_given(role));
        }
        session.revoke_user_at(user, at).await?;
        Ok(session.commit().await?)
    }
}

fn not_given(role: &str) -> KeystoneError {
    KeystoneError::Unknown("role assignment with role", role.to_owned())
}

/// Keystone's name of an action on a role that is held there.
fn action(verb: &str, at: &Scope) -> String {
    match at {
        Scope::System => format!("{verb}_system_grant_for_user"),
        Scope::Project(_) | Scope::Domain(_) => format!("{verb}_grant"),
    }
}

/// Fails unless all that is named is there.
async fn exist(session: &mut Session, at: &Scope, user: &str, role: Option<&str>) -> Result<()> {
    match at {
        Scope::Project(id) => drop(find::<Project>(session, id).await?),
        Scope::Domain(id) => drop(find::<Domain>(session, id).await?),
        Scope::System => {}
    }
    find::<User>(session, user).await?;
    if let Some(role) = role {
        find::<Role>(session, role).await?;
    }
    Ok(())
}
