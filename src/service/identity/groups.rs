//! The rules of groups, and who is a member of one.

use super::Identity;
use super::common::{domain_in, unchanged};
use super::listing::{By, ListForm, Lists, Query, ResourcePage};
use super::resource::{Resource, find};
use super::settle::settle_user;
use super::users::taken;
use crate::db::Session;
use crate::db::identity::{Domain, Group, User};
use crate::identity::document::Fields;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};

impl Resource for Group {
    const ONE: &'static str = "group";
    const MANY: &'static str = "groups";
    const LISTS: Lists = Lists {
        forms: &[("domain_id", ListForm::Id), ("name", ListForm::Name(255))],
        filters: &[By::Text("name"), By::Text("domain_id")],
        paged: true,
        closed: false,
    };

    fn make(id: String, fields: &mut Fields, by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 255)?;
        let domain = domain_in(fields)?;
        let mut new = Self {
            id,
            name: fields.required("name", name)?,
            domain_id: domain.unwrap_or_else(|| by.domain()),
            description: Some(String::new()),
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        unchanged(
            fields,
            "domain_id",
            &self.domain_id,
            "Cannot change Domain ID",
        )?;
        if let Some(name) = fields.name("name", 255)? {
            self.name = name;
        }
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self, before: Option<&Self>) -> KeystoneError {
        taken("group", &self.name, &self.domain_id, before.is_some())
    }

    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_some_domain()
    }

    fn seen_by(by: &TokenHolder, _id: &str, found: Option<&Self>) -> bool {
        by.reads_all() || found.is_some_and(|group| by.reads_domain(&group.domain_id))
    }

    fn written_by(by: &TokenHolder, found: Option<&Self>) -> bool {
        by.is_admin() || found.is_some_and(|group| by.manages_domain(&group.domain_id))
    }

    fn narrow(found: &mut Vec<Self>, _query: &Query, by: &TokenHolder) {
        if let Some(own) = &by.token.domain_id {
            found.retain(|group| group.domain_id == *own);
        }
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        find::<Domain>(session, &self.domain_id).await?;
        Ok(())
    }

    async fn going(&self, session: &mut Session) -> Result<()> {
        let members = session.members_of(&self.id).await?;
        // Before what follows from it is settled: the members have no roles by it from here on.
        session.remove_entity::<Self>(&self.id).await?;
        for member in members {
            settle_user(session, &member.id).await?;
        }
        Ok(())
    }
}

impl Identity<'_> {
    /// Lists the members of a group that pass the filters of a query.
    #[tracing::instrument(level = "debug", skip_all, fields(group = group))]
    pub(crate) async fn members(&self, group: &str, query: &Query) -> Result<ResourcePage<User>> {
        let mut session = self.app.db.read().await?;
        self.visible::<Group>(&mut session, "list_users_in_group", group)
            .await?;
        let mut members = session.members_of(group).await?;
        User::LISTS.narrow_all(query, &mut members);
        Ok(members.into())
    }

    /// Lists the groups of a user that pass the filters of a query.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn groups_of(&self, user: &str, query: &Query) -> Result<ResourcePage<Group>> {
        let mut session = self.app.db.read().await?;
        self.visible::<User>(&mut session, "list_groups_for_user", user)
            .await?;
        let mut groups = session.groups_of(user).await?;
        Group::LISTS.narrow_all(query, &mut groups);
        Ok(groups.into())
    }

    /// Adds a user to a group.
    #[tracing::instrument(level = "debug", skip_all, fields(group = group, user = user))]
    pub(crate) async fn add_member(&self, group: &str, user: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        self.may_change_members("add_user_to_group", &mut session, group, user)
            .await?;
        session.add_to_group(group, user).await?;
        Ok(session.commit().await?)
    }

    /// Checks that a user is a member of a group.
    ///
    /// # Errors
    ///
    /// Fails if the user is none.
    #[tracing::instrument(level = "debug", skip_all, fields(group = group, user = user))]
    pub(crate) async fn check_member(&self, group: &str, user: &str) -> Result<()> {
        let mut session = self.app.db.read().await?;
        let found = session.entity::<Group>(group).await?;
        let whose = session.entity::<User>(user).await?;
        let inside = found.as_ref().zip(whose.as_ref()).is_some_and(|both| {
            self.caller.reads_domain(&both.0.domain_id)
                && self.caller.reads_domain(&both.1.domain_id)
        });
        require("check_user_in_group", self.caller.reads_all() || inside)?;
        exist(&mut session, group, user).await?;
        if session.is_member(group, user).await? {
            return Ok(());
        }
        Err(no_member(group, user))
    }

    /// Removes a user from a group.
    #[tracing::instrument(level = "debug", skip_all, fields(group = group, user = user))]
    pub(crate) async fn remove_member(&self, group: &str, user: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        session.lock_account(user).await?;
        self.may_change_members("remove_user_from_group", &mut session, group, user)
            .await?;
        if !session.remove_from_group(group, user).await? {
            return Err(no_member(group, user));
        }
        settle_user(&mut session, user).await?;
        Ok(session.commit().await?)
    }

    async fn may_change_members(
        &self,
        action: &str,
        session: &mut Session,
        group: &str,
        user: &str,
    ) -> Result<()> {
        let found = session.entity::<Group>(group).await?;
        let whose = session.entity::<User>(user).await?;
        let inside = found.as_ref().zip(whose.as_ref()).is_some_and(|both| {
            self.caller.manages_domain(&both.0.domain_id)
                && self.caller.manages_domain(&both.1.domain_id)
        });
        require(action, self.caller.is_admin() || inside)?;
        exist(session, group, user).await
    }
}

async fn exist(session: &mut Session, group: &str, user: &str) -> Result<()> {
    find::<User>(session, user).await?;
    find::<Group>(session, group).await?;
    Ok(())
}

fn no_member(group: &str, user: &str) -> KeystoneError {
    KeystoneError::NotFoundAs(format!("User '{user}' not found in group '{group}'"))
}
