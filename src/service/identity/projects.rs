//! The rules of projects, and which of them a user has a role on.

use super::Identity;
use super::common::{Common, unchanged};
use super::resource::{By, Resource, find};
use crate::db::Session;
use crate::db::identity::{Domain, Project, User};
use crate::identity::document::Fields;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::TokenHolder;
use crate::identity::token::require;

impl Resource for Project {
    const ONE: &'static str = "project";
    const MANY: &'static str = "projects";
    const FILTERS: &'static [By] = &[
        By::Text("name"),
        By::Text("domain_id"),
        By::Text("parent_id"),
        By::Flag("enabled"),
    ];

    fn make(id: String, fields: &mut Fields, by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 64)?;
        let domain = fields.nullable("domain_id")?.flatten();
        let domain_id = domain.unwrap_or_else(|| by.domain());
        let parent = fields.nullable("parent_id")?.flatten();
        let mut new = Self {
            id,
            name: fields.required("name", name)?,
            parent_id: parent.unwrap_or_else(|| domain_id.clone()),
            domain_id,
            description: Some(String::new()),
            enabled: true,
            options: "{}".into(),
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
        unchanged(
            fields,
            "parent_id",
            &self.parent_id,
            "Update of `parent_id` is not allowed.",
        )?;
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        let common = Common {
            name: &mut self.name,
            enabled: &mut self.enabled,
            options: &mut self.options,
            extra: &mut self.extra,
        };
        common.change(fields, 64)
    }

    fn conflict(&self) -> KeystoneError {
        let Self { id, name, .. } = self;
        let words = "it is not permitted to have two projects with either the same name or same \
                     id in the same domain";
        KeystoneError::Conflict(
            "project",
            format!("{words}: name is {name}, project id {id}"),
        )
    }

    fn seen_by(by: &TokenHolder, id: &str) -> bool {
        by.reads_all() || by.token.project_id.as_deref() == Some(id)
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        find::<Domain>(session, &self.domain_id).await?;
        if self.parent_id != self.domain_id {
            let parent = find::<Self>(session, &self.parent_id).await?;
            if parent.domain_id != self.domain_id {
                return Err(KeystoneError::Unknown("project", self.parent_id.clone()));
            }
        }
        Ok(())
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.enabled && !self.enabled {
            session.revoke_project(&self.id).await?;
        }
        Ok(())
    }

    async fn going(&self, session: &mut Session) -> Result<()> {
        let children = [("parent_id", (&self.id).into())];
        if session.entities::<Self>(&children).await?.is_empty() {
            return Ok(());
        }
        Err(KeystoneError::Denied(format!(
            "Cannot delete the project {} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.",
            self.id
        )))
    }
}

impl Identity<'_> {
    /// Lists the projects that the caller has a role on.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn own_projects(&self) -> Result<Vec<Project>> {
        let user = &self.caller.token.user_id;
        Ok(self.app.db.read().await?.projects_of(user).await?)
    }

    /// Lists the projects that a user has a role on.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn projects_of(&self, user: &str) -> Result<Vec<Project>> {
        let allowed = self.caller.reads_all() || self.caller.is_user(user);
        require("list_user_projects", allowed)?;
        let mut session = self.app.db.read().await?;
        find::<User>(&mut session, user).await?;
        Ok(session.projects_of(user).await?)
    }
}
