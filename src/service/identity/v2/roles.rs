//! The roles of an account's users: given and taken back by whoever manages them.

use crate::db::Session;
use crate::db::identity::{Actor, GrantPlace, Reach, Role, Scope};
use crate::dialect::CloudRole;
use crate::identity::v2::error::{IdentityV2Error, Result};
use crate::service::identity::Identity;
use crate::service::identity::settle::settle_user;

/// The beginning of the names of roles that the identity service itself gives.
const OWN: &str = "identity:";

impl Identity<'_> {
    /// Gives a user of the account a role of the cloud; one that the user has already stays.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn give_account_role(&self, user: &str, role: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        let place = self.role_place(&mut session, user, role).await?;
        session.grant(&place, role).await?;
        Ok(session.commit().await?)
    }

    /// Takes a role of a user back; tokens that rest on it have only what is left, or end.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn take_account_role(&self, user: &str, role: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        session.lock_account(user).await?;
        let place = self.role_place(&mut session, user, role).await?;
        if !session.ungrant(&place, role).await? {
            return Err(IdentityV2Error::NotFound(format!(
                "Role {role} was not found for the user."
            )));
        }
        settle_user(&mut session, user).await?;
        Ok(session.commit().await?)
    }

    /// Returns where a user of the account holds a role, if the caller may give it.
    async fn role_place(
        &self,
        session: &mut Session,
        user: &str,
        role: &str,
    ) -> Result<GrantPlace> {
        let account = self.account().filter(|_| self.manages_users());
        let account = account.ok_or(IdentityV2Error::Forbidden)?;
        if self.caller.is_user(user) {
            return Err(IdentityV2Error::Forbidden);
        }
        let user = self.managed_user(session, user).await?;
        let found: Option<Role> = session.entity(role).await?;
        let known = self.app.dialect().roles;
        let found = found.filter(|role| {
            role.domain_id.is_none() && CloudRole::named(known, &role.name).is_some()
        });
        let missing = || IdentityV2Error::NotFound(format!("Role with ID {role} not found."));
        let found = found.ok_or_else(missing)?;
        if found.name.starts_with(OWN) && !self.caller.is_admin() {
            return Err(IdentityV2Error::Forbidden);
        }
        Ok(GrantPlace {
            actor: Actor::User(user.id),
            at: Scope::Project(account.to_owned()),
            reach: Reach::Here,
        })
    }
}
