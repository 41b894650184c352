//! Limits: those that a project or a domain has of its own, instead of the registered ones.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::body::{Document, Fields};
use super::resource::{By, narrowed, view};
use super::response;
use super::token_holder::{Subject, may};
use crate::db::Session;
use crate::db::identity::{Domain, Limit, Project};
use crate::identity::error::{Fault, Result};
use crate::identity::urls::Base;

const FILTERS: &[By] = &[
    By::Text("service_id"),
    By::Text("region_id"),
    By::Text("resource_name"),
    By::Text("project_id"),
    By::Text("domain_id"),
];

/// How limits are held to.
pub(crate) async fn model(_me: Subject) -> Response {
    let document = json!({ "model": {
        "name": "flat",
        "description": "Limit enforcement and validation does not take project hierarchy into consideration.",
    }});
    response::json(StatusCode::OK, &document)
}

/// Those that the caller may see; of another's he is not told.
pub(crate) async fn list(me: Subject, OriginalUri(uri): OriginalUri) -> Result<Response> {
    let filters = narrowed(&uri, FILTERS).unwrap_or_default();
    let mut session = me.app.db.read().await?;
    let mut found: Vec<Limit> = session.entities(&filters).await?;
    if !sees_all(&me) {
        let within = match &me.token.domain_id {
            Some(domain) => {
                let domain = [("domain_id", domain.into())];
                session.entities::<Project>(&domain).await?
            }
            None => Vec::new(),
        };
        let inside = |id: &String| within.iter().any(|it| it.id == *id);
        found.retain(|it| own(&me, it) || it.project_id.as_ref().is_some_and(inside));
    }
    let views = found.iter().map(|it| shown(it, &me.base)).collect();
    Ok(response::list("limits", views, &me.base.itself(&uri)))
}

pub(crate) async fn show(me: Subject, Path(id): Path<String>) -> Result<Response> {
    let found: Option<Limit> = me.app.db.read().await?.entity(&id).await?;
    let own = found.as_ref().is_some_and(|it| own(&me, it));
    may("get_limit", sees_all(&me) || own)?;
    let found = found.ok_or_else(|| unknown(id))?;
    Ok(response::one("limit", shown(&found, &me.base)))
}

/// Several at a time, all or none.
pub(crate) async fn create(me: Subject, document: Document) -> Result<Response> {
    may("create_limits", me.admin())?;
    let items = document.items("limits")?;
    let mut session = me.app.db.write().await?;
    let mut views = Vec::new();
    for mut fields in items {
        let id = me.app.new_id().simple().to_string();
        let new = made(id, &mut fields, &mut session).await?;
        let added = session.add_entities(std::slice::from_ref(&new)).await;
        added.map_err(|error| {
            Fault::or_conflict(error, || Fault::Conflict("limit", "Duplicate entry".into()))
        })?;
        views.push(shown(&new, &me.base));
    }
    session.commit().await?;
    Ok(response::created("limits", views.into()))
}

pub(crate) async fn change(
    me: Subject,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    may("update_limit", me.admin())?;
    let mut fields = document.required_fields("limit")?;
    let number = fields.limit("resource_limit")?;
    let description = fields.nullable("description")?;
    fields.nothing_else()?;
    let mut session = me.app.db.write().await?;
    let found: Option<Limit> = session.lock_entity(&id).await?;
    let mut limit = found.ok_or_else(|| unknown(id))?;
    limit.resource_limit = number.unwrap_or(limit.resource_limit);
    limit.description = description.unwrap_or(limit.description);
    session.put_entity(&limit).await?;
    session.commit().await?;
    Ok(response::one("limit", shown(&limit, &me.base)))
}

pub(crate) async fn remove(me: Subject, Path(id): Path<String>) -> Result<Response> {
    may("delete_limit", me.admin())?;
    let mut session = me.app.db.write().await?;
    if !session.remove_entity::<Limit>(&id).await? {
        return Err(unknown(id));
    }
    session.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Services see all limits too: they hold others to them.
fn sees_all(me: &Subject) -> bool {
    me.token.system_scope || me.admin() || me.has("service")
}

fn own(me: &Subject, limit: &Limit) -> bool {
    let same = |mine: &Option<String>, its: &Option<String>| mine.is_some() && mine == its;
    same(&me.token.project_id, &limit.project_id) || same(&me.token.domain_id, &limit.domain_id)
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
        return Err(Fault::Missing("project_id", "limit"));
    }
    if let Some(domain) = &domain
        && session.entity::<Domain>(domain).await?.is_none()
    {
        return Err(Fault::Missing("domain_id", "limit"));
    }
    let registered = session.lock_registered_limit(&service, region.as_deref(), &resource);
    let registered = registered.await?.ok_or_else(|| {
        let words = "Unable to create a limit that has no corresponding registered limit.";
        Fault::Denied(words.into())
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

fn unknown(id: String) -> Fault {
    Fault::NoLimit("limit", id)
}

fn shown(limit: &Limit, base: &Base) -> Value {
    let fields = json!({
        "id": limit.id,
        "project_id": limit.project_id,
        "domain_id": limit.domain_id,
        "resource_limit": limit.resource_limit,
        "description": limit.description,
        "service_id": limit.service_id,
        "region_id": limit.region_id,
        "resource_name": limit.resource_name,
    });
    view("{}", fields, base, &format!("/limits/{}", limit.id))
}
