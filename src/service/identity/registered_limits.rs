//! Registered limits: what a service limits, and how, for whoever has no limit of his own.

use super::Identity;
use super::listing::{By, ListForm, Lists, Query, ResourcePage};
use crate::db::Session;
use crate::db::identity::{Limit, Region, RegisteredLimit, Service};
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::require;

const LISTS: Lists = Lists {
    forms: &[
        ("service_id", ListForm::Uuid),
        ("region_id", ListForm::Name(255)),
        ("resource_name", ListForm::Name(255)),
    ],
    filters: &[
        By::Text("service_id"),
        By::Text("region_id"),
        By::Text("resource_name"),
    ],
    paged: true,
    closed: false,
};

impl Identity<'_> {
    /// Lists registered limits.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn registered_limits(
        &self,
        query: &Query,
    ) -> Result<ResourcePage<RegisteredLimit>> {
        LISTS.check(query)?;
        let filters = LISTS.exact(query).unwrap_or_default();
        let mut found = self.app.db.read().await?.entities(&filters).await?;
        LISTS.narrow(query, &mut found);
        LISTS.page(query, found)
    }

    /// Returns the registered limit with this id.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn registered_limit(&self, id: &str) -> Result<RegisteredLimit> {
        let found = self.app.db.read().await?.entity(id).await?;
        found.ok_or_else(|| unknown(id.to_owned()))
    }

    /// Registers several limits, all or none.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn create_registered_limits(
        &self,
        document: Document,
    ) -> Result<Vec<RegisteredLimit>> {
        require("create_registered_limits", self.caller.is_admin())?;
        let mut all = Vec::new();
        for mut fields in document.items("registered_limits")? {
            let id = self.app.new_id().simple().to_string();
            all.push(made(id, &mut fields)?);
        }
        let mut session = self.app.db.write().await?;
        for new in &all {
            refers(new, &mut session).await?;
        }
        session.add_entities(&all).await.map_err(duplicate)?;
        session.commit().await?;
        Ok(all)
    }

    /// Changes a registered limit, and returns it as it is then.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn update_registered_limit(
        &self,
        id: &str,
        document: Document,
    ) -> Result<RegisteredLimit> {
        require("update_registered_limit", self.caller.is_admin())?;
        let mut fields = document.required_fields("registered_limit")?;
        let mut session = self.app.db.write().await?;
        let mut limit = free(&mut session, id.to_owned()).await?;
        read(&mut limit, &mut fields)?;
        fields.nothing_else()?;
        refers(&limit, &mut session).await?;
        session.put_entity(&limit).await.map_err(duplicate)?;
        session.commit().await?;
        Ok(limit)
    }

    /// Deletes a registered limit.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn delete_registered_limit(&self, id: &str) -> Result<()> {
        require("delete_registered_limit", self.caller.is_admin())?;
        let mut session = self.app.db.write().await?;
        let limit = free(&mut session, id.to_owned()).await?;
        session.remove_entity::<RegisteredLimit>(&limit.id).await?;
        Ok(session.commit().await?)
    }
}

/// The registered limit with this id, held until the commit, if nobody has a limit of his own by it.
async fn free(session: &mut Session, id: String) -> Result<RegisteredLimit> {
    let found = session.lock_entity(&id).await?;
    let found: RegisteredLimit = found.ok_or_else(|| unknown(id))?;
    let own = [("registered_id", (&found.id).into())];
    if session.entities::<Limit>(&own).await?.is_empty() {
        return Ok(found);
    }
    Err(KeystoneError::Denied(format!(
        "Unable to update or delete registered limit {} because there are project limits \
         associated with it.",
        found.id
    )))
}

fn made(id: String, fields: &mut Fields) -> Result<RegisteredLimit> {
    let mut new = RegisteredLimit {
        id,
        service_id: String::new(),
        region_id: None,
        resource_name: String::new(),
        default_limit: -1,
        description: None,
    };
    for name in ["service_id", "resource_name", "default_limit"] {
        fields.has(name)?;
    }
    read(&mut new, fields)?;
    fields.nothing_else()?;
    Ok(new)
}

fn read(limit: &mut RegisteredLimit, fields: &mut Fields) -> Result<()> {
    if let Some(service) = fields.name("service_id", 64)? {
        ListForm::Uuid.check("service_id", &service)?;
        limit.service_id = service;
    }
    if let Some(region) = fields.nullable("region_id")? {
        limit.region_id = region;
    }
    if let Some(name) = fields.name("resource_name", 255)? {
        limit.resource_name = name;
    }
    if let Some(number) = fields.limit("default_limit")? {
        limit.default_limit = number;
    }
    if let Some(description) = fields.nullable("description")? {
        limit.description = description;
    }
    Ok(())
}

async fn refers(limit: &RegisteredLimit, session: &mut Session) -> Result<()> {
    const HERE: &str = "registered_limit";
    if session
        .entity::<Service>(&limit.service_id)
        .await?
        .is_none()
    {
        return Err(KeystoneError::Missing("service_id", HERE));
    }
    if let Some(region) = &limit.region_id
        && session.entity::<Region>(region).await?.is_none()
    {
        return Err(KeystoneError::Missing("region_id", HERE));
    }
    Ok(())
}

fn duplicate(error: sqlx::Error) -> KeystoneError {
    KeystoneError::or_conflict(error, || {
        KeystoneError::Conflict("registered_limit", "Duplicate entry".into())
    })
}

fn unknown(id: String) -> KeystoneError {
    KeystoneError::NoLimit("registered limit", id)
}
