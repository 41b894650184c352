//! Limits: those that a project or a domain has of its own, instead of the registered ones.

use super::Identity;
use super::listing::{By, ListForm, Lists, Query, ResourcePage};
use crate::db::Session;
use crate::db::identity::{Domain, Limit, Project};
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};

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
        By::Text("project_id"),
        By::Text("domain_id"),
    ],
    paged: true,
    closed: false,
};

impl Identity<'_> {
    /// Lists the limits that the caller may see; those of others are left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn limits(&self, query: &Query) -> Result<ResourcePage<Limit>> {
        let caller = self.caller;
        LISTS.check(query)?;
        let filters = LISTS.exact(query).unwrap_or_default();
        let mut session = self.app.db.read().await?;
        let mut found: Vec<Limit> = session.entities(&filters).await?;
        if !sees_all(caller) {
            let within = match &caller.token.domain_id {
                Some(domain) => {
                    let domain = [("domain_id", domain.into())];
                    session.entities::<Project>(&domain).await?
                }
                None => Vec::new(),
            };
            let inside = |id: &String| within.iter().any(|project| project.id == *id);
            found.retain(|limit| {
                own(caller, limit) || limit.project_id.as_ref().is_some_and(inside)
            });
        }
        LISTS.narrow(query, &mut found);
        LISTS.page(query, found)
    }

    /// Returns the limit with this id.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn limit(&self, id: &str) -> Result<Limit> {
        let found: Option<Limit> = self.app.db.read().await?.entity(id).await?;
        let own = found.as_ref().is_some_and(|limit| own(self.caller, limit));
        require("get_limit", sees_all(self.caller) || own)?;
        found.ok_or_else(|| unknown(id.to_owned()))
    }

    /// Creates several limits, all or none.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn create_limits(&self, document: Document) -> Result<Vec<Limit>> {
        require("create_limits", self.caller.is_admin())?;
        let items = document.items("limits")?;
        let mut session = self.app.db.write().await?;
        let mut all = Vec::new();
        for mut fields in items {
            let id = self.app.new_id().simple().to_string();
            let new = made(id, &mut fields, &mut session).await?;
            let added = session.add_entities(std::slice::from_ref(&new)).await;
            added.map_err(|error| {
                KeystoneError::or_conflict(error, || {
                    KeystoneError::Conflict("limit", "Duplicate entry".into())
                })
            })?;
            all.push(new);
        }
        session.commit().await?;
        Ok(all)
    }

    /// Changes a limit, and returns it as it is then.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn update_limit(&self, id: &str, document: Document) -> Result<Limit> {
        require("update_limit", self.caller.is_admin())?;
        let mut fields = document.required_fields("limit")?;
        let number = fields.limit("resource_limit")?;
        let description = fields.nullable("description")?;
        fields.nothing_else()?;
        let mut session = self.app.db.write().await?;
        let found: Option<Limit> = session.lock_entity(id).await?;
        let mut limit = found.ok_or_else(|| unknown(id.to_owned()))?;
        limit.resource_limit = number.unwrap_or(limit.resource_limit);
        limit.description = description.unwrap_or(limit.description);
        session.put_entity(&limit).await?;
        session.commit().await?;
        Ok(limit)
    }

    /// Deletes a limit.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn delete_limit(&self, id: &str) -> Result<()> {
        require("delete_limit", self.caller.is_admin())?;
        let mut session = self.app.db.write().await?;
        if !session.remove_entity::<Limit>(id).await? {
            return Err(unknown(id.to_owned()));
        }
        Ok(session.commit().await?)
    }
}

/// Services see all limits too: they hold others to them.
fn sees_all(caller: &TokenHolder) -> bool {
    caller.token.system_scope || caller.is_admin() || caller.has("service")
}

fn own(caller: &TokenHolder, limit: &Limit) -> bool {
    let same = |mine: &Option<String>, its: &Option<String>| mine.is_some() && mine == its;
    same(&caller.token.project_id, &limit.project_id)
        || same(&caller.token.domain_id, &limit.domain_id)
}

/// A new limit of what the client says; the registered one that it is by is held until the commit.
async fn made(id: String, fields: &mut Fields, session: &mut Session) -> Result<Limit> {
    for name in ["service_id", "resource_name", "resource_limit"] {
        fields.has(name)?;
    }
    let project = fields.nullable("project_id")?.flatten();
    let domain = fields.nullable("domain_id")?.flatten();
    for_one(fields, project.is_some(), domain.is_some())?;
    let service = fields.name("service_id", 64)?.unwrap_or_default();
    let region = fields.nullable("region_id")?.flatten();
    let resource = fields.name("resource_name", 255)?.unwrap_or_default();
    let number = fields.limit("resource_limit")?.unwrap_or_default();
    let description = fields.nullable("description")?.flatten();
    fields.nothing_else()?;
    if let Some(project) = &project
        && session.entity::<Project>(project).await?.is_none()
    {
        return Err(KeystoneError::Missing("project_id", "limit"));
    }
    if let Some(domain) = &domain
        && session.entity::<Domain>(domain).await?.is_none()
    {
        return Err(KeystoneError::Missing("domain_id", "limit"));
    }
    let registered = session.lock_registered_limit(&service, region.as_deref(), &resource);
    let registered = registered.await?.ok_or_else(|| {
        let words = "Unable to create a limit that has no corresponding registered limit.";
        KeystoneError::Denied(words.into())
    })?;
    Ok(Limit {
        id,
        registered_id: registered.id,
        project_id: project,
        domain_id: domain,
        service_id: registered.service_id,
        region_id: registered.region_id,
        resource_name: registered.resource_name,
        resource_limit: number,
        description,
    })
}

/// A limit is a project's or a domain's, and not both's.
fn for_one(fields: &Fields, project: bool, domain: bool) -> Result<()> {
    let whole = fields.python();
    match (project, domain) {
        (true, true) => {
            let needs = |what: &str| {
                format!(
                    "{{'required': ['service_id', 'resource_name', 'resource_limit', '{what}']}}"
                )
            };
            Err(fields.invalid(&format!(
                "{whole} is valid under each of {}, {}",
                needs("project_id"),
                needs("domain_id")
            )))
        }
        (false, false) => Err(fields.invalid(&format!(
            "{whole} is not valid under any of the given schemas"
        ))),
        _ => Ok(()),
    }
}

fn unknown(id: String) -> KeystoneError {
    KeystoneError::NoLimit("limit", id)
}
