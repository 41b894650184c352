//! The users of an account.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::db::Session;
use crate::db::identity::{AssignmentFilter, Role, Scope, User};
use crate::domain::secret::Secret;
use crate::identity::document::object;
use crate::identity::secrets;
use crate::identity::token::DEFAULT_DOMAIN;
use crate::identity::v2::DEFAULT_REGION;
use crate::identity::v2::error::{IdentityV2Error, Result};
use crate::identity::validation::check_name;
use crate::service::identity::Identity;

/// The roles of a user whom the user admin of an account made.
const DEFAULT_ROLES: [&str; 3] = [
    "identity:default",
    "compute:default",
    "object-store:default",
];

/// A user to create.
#[derive(Debug)]
pub(crate) struct NewAccountUser {
    /// The name.
    pub(crate) name: String,
    /// The password; without one the server makes one.
    pub(crate) password: Option<Secret>,
    /// True if the user may log in.
    pub(crate) enabled: bool,
    /// The mail address.
    pub(crate) email: String,
    /// The default region.
    pub(crate) region: Option<String>,
}

/// The changes of a user; `None` leaves a field as it is.
#[derive(Debug, Default)]
pub(crate) struct UserChange {
    /// The name.
    pub(crate) name: Option<String>,
    /// The password.
    pub(crate) password: Option<Secret>,
    /// True if the user may log in.
    pub(crate) enabled: Option<bool>,
    /// The mail address.
    pub(crate) email: Option<String>,
    /// The default region.
    pub(crate) region: Option<String>,
}

impl Identity<'_> {
    /// Lists the users of the account to whoever manages them, and himself to everybody else.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn account_users(&self) -> Result<Vec<User>> {
        let mut session = self.app.db.read().await?;
        let own = &self.caller.token.user_id;
        let mut ids = BTreeSet::from([own.clone()]);
        if let Some(account) = self.account().filter(|_| self.manages_users()) {
            let filter = AssignmentFilter {
                scope: Some(Scope::Project(account.to_owned())),
                ..AssignmentFilter::default()
            };
            let rows = session.assignments(&filter).await?;
            ids.extend(rows.into_iter().filter_map(|row| row.user_id));
        }
        let mut users: Vec<User> = session.entities(&[]).await?;
        users.retain(|user| ids.contains(&user.id));
        Ok(users)
    }

    /// Returns a user of the account.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn account_user(&self, user: &str) -> Result<User> {
        let mut session = self.app.db.read().await?;
        self.visible_user(&mut session, user).await
    }

    /// Lists the roles of a user on the account.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn roles_of_account_user(&self, user: &str) -> Result<Vec<Role>> {
        let mut session = self.app.db.read().await?;
        let user = self.visible_user(&mut session, user).await?;
        let Some(account) = self.account() else {
            return Ok(Vec::new());
        };
        let at = Scope::Project(account.to_owned());
        Ok(session.effective_roles(&user.id, &at).await?)
    }

    /// Creates a user of the account, with the roles that every such user has. Returns the password, too, if the server
    /// made it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn create_account_user(
        &self,
        new: NewAccountUser,
    ) -> Result<(User, Option<Secret>)> {
        let account = self.account().filter(|_| self.manages_users());
        let account = account.ok_or(IdentityV2Error::Forbidden)?;
        check_name("username", &new.name, 255)?;
        let made = match &new.password {
            Some(_) => None,
            None => Some(Secret::new(secrets::random_text::<16>(self.app)?)),
        };
        let password = new.password.as_ref().or(made.as_ref());
        let password = password.map(Secret::reveal).unwrap_or_default();
        let hash = secrets::hash(self.app, password).await?;
        let mut extra = Map::from_iter([("email".to_owned(), Value::from(new.email))]);
        extra.extend(
            new.region
                .map(|region| (DEFAULT_REGION.to_owned(), region.into())),
        );
        let user = User {
            id: self.app.new_id().simple().to_string(),
            domain_id: DEFAULT_DOMAIN.into(),
            name: new.name,
            password: Some(hash),
            enabled: new.enabled,
            default_project_id: Some(account.to_owned()),
            options: "{}".into(),
            extra: Value::Object(extra).to_string(),
        };
        let mut session = self.app.db.write().await?;
        session
            .add_entities(std::slice::from_ref(&user))
            .await
            .map_err(taken)?;
        let roles: Vec<Role> = session.entities(&[]).await?;
        let at = Scope::Project(account.to_owned());
        let given = roles
            .iter()
            .filter(|role| role.domain_id.is_none() && DEFAULT_ROLES.contains(&role.name.as_str()));
        let rows: Vec<_> = given
            .map(|role| (user.id.as_str(), role.id.as_str(), &at))
            .collect();
        if !rows.is_empty() {
            session.assign(&rows).await?;
        }
        session.commit().await?;
        Ok((user, made))
    }

    /// Changes a user; only whoever manages him may rename, enable and disable him.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn update_account_user(&self, id: &str, change: UserChange) -> Result<User> {
        if (change.name.is_some() || change.enabled.is_some()) && !self.manages_users() {
            return Err(IdentityV2Error::Forbidden);
        }
        let hash = match &change.password {
            Some(password) => Some(secrets::hash(self.app, password.reveal()).await?),
            None => None,
        };
        let mut session = self.app.db.write().await?;
        session.lock_account(id).await?;
        let before = self.managed_user(&mut session, id).await?;
        if change.enabled == Some(false) && self.caller.is_user(id) {
            let words = "User cannot enable or disable his/her own account.";
            return Err(IdentityV2Error::BadRequest(words.into()));
        }
        let mut after = before.clone();
        if let Some(name) = change.name {
            check_name("username", &name, 255)?;
            after.name = name;
        }
        after.enabled = change.enabled.unwrap_or(after.enabled);
        after.password = hash.or(after.password);
        let mut extra = object(&after.extra);
        extra.extend(change.email.map(|email| ("email".to_owned(), email.into())));
        extra.extend(
            change
                .region
                .map(|region| (DEFAULT_REGION.to_owned(), region.into())),
        );
        after.extra = Value::Object(extra).to_string();
        session.put_entity(&after).await.map_err(taken)?;
        revoke_if_due(&mut session, &before, &after).await?;
        session.commit().await?;
        Ok(after)
    }

    /// Deletes a user of the account, who must not be the caller.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn delete_account_user(&self, id: &str) -> Result<()> {
        if !self.manages_users() || self.caller.is_user(id) {
            return Err(IdentityV2Error::Forbidden);
        }
        let mut session = self.app.db.write().await?;
        session.lock_account(id).await?;
        let user = self.managed_user(&mut session, id).await?;
        session.remove_entity::<User>(&user.id).await?;
        Ok(session.commit().await?)
    }
}

/// Takes back the tokens of a user whose password changed or who was disabled.
async fn revoke_if_due(session: &mut Session, before: &User, after: &User) -> Result<()> {
    if before.password != after.password || (before.enabled && !after.enabled) {
        session.revoke_user(&after.id).await?;
    }
    Ok(())
}

fn taken(error: sqlx::Error) -> IdentityV2Error {
    match &error {
        sqlx::Error::Database(cause) if cause.is_unique_violation() => IdentityV2Error::Conflict(
            "Username unavailable within Rackspace system. Please try another.".into(),
        ),
        _ => error.into(),
    }
}
