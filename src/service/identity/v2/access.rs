//! The rights of users over each other: everybody has those over himself, and the user admin of an account those over
//! the users who belong to it.

use crate::db::Session;
use crate::db::identity::{Actor, GrantPlace, Reach, Scope, User};
use crate::identity::v2::error::{IdentityV2Error, Result};
use crate::service::identity::Identity;

/// The role that manages the users of an account.
const USER_ADMIN: &str = "identity:user-admin";

/// The role of whoever may do everything in the cloud.
const ADMIN: &str = "admin";

impl Identity<'_> {
    /// Returns whether the caller manages the users of the token's account.
    pub(super) fn manages_users(&self) -> bool {
        self.caller.is_admin() || (self.account().is_some() && self.caller.has(USER_ADMIN))
    }

    /// Returns the token's project, which is the account.
    pub(super) fn account(&self) -> Option<&str> {
        self.caller.token.project_id.as_deref()
    }

    /// Returns the user with this id, if the caller may see him.
    pub(super) async fn visible_user(&self, session: &mut Session, id: &str) -> Result<User> {
        let user = self.known_user(session, id).await?;
        if self.caller.is_user(id) || self.caller.is_admin() {
            return Ok(user);
        }
        let account = self.account().ok_or(IdentityV2Error::Forbidden)?;
        let at = Scope::Project(account.to_owned());
        if session.effective_roles(id, &at).await?.is_empty() {
            return Err(IdentityV2Error::Forbidden);
        }
        Ok(user)
    }

    /// Returns the user with this id, if the caller may change him and use his secrets: himself, or a user who has roles
    /// nowhere else than on the caller's account, and there none that lets him do everything.
    pub(super) async fn managed_user(&self, session: &mut Session, id: &str) -> Result<User> {
        let user = self.visible_user(session, id).await?;
        if self.caller.is_user(id) || self.caller.is_admin() {
            return Ok(user);
        }
        let account = self.account().ok_or(IdentityV2Error::Forbidden)?;
        let at = Scope::Project(account.to_owned());
        let roles = session.effective_roles(id, &at).await?;
        let elsewhere = session.projects_of(id).await?;
        let elsewhere = elsewhere.iter().any(|project| project.id != account);
        let above = !session.domains_of(id).await?.is_empty() || on_system(session, id).await?;
        if elsewhere || above || roles.iter().any(|role| role.name == ADMIN) {
            return Err(IdentityV2Error::Forbidden);
        }
        Ok(user)
    }

    /// Returns the user with this id. Who manages nobody does not learn whether there is such a user.
    async fn known_user(&self, session: &mut Session, id: &str) -> Result<User> {
        if !self.caller.is_user(id) && !self.manages_users() {
            return Err(IdentityV2Error::Forbidden);
        }
        let user = session.entity::<User>(id).await?;
        user.ok_or_else(|| IdentityV2Error::NotFound(format!("User {id} not found")))
    }
}

async fn on_system(session: &mut Session, user: &str) -> Result<bool> {
    let place = GrantPlace {
        actor: Actor::User(user.to_owned()),
        at: Scope::System,
        reach: Reach::Here,
    };
    Ok(!session.granted_roles(&place).await?.is_empty())
}
