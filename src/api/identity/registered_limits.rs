//! Registered limits: what a service limits, and how, for whoever has no limit of his own.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::body::{Document, Fields};
use super::resource::{By, narrowed, view};
use super::response;
use super::token_holder::{Subject, may};
use crate::db::Session;
use crate::db::identity::{Limit, Region, RegisteredLimit, Service};
use crate::identity::error::{Fault, Result};
use crate::identity::urls::Base;

const FILTERS: &[By] = &[
    By::Text("service_id"),
    By::Text("region_id"),
    By::Text("resource_name"),
];

pub(crate) async fn list(me: Subject, OriginalUri(uri): OriginalUri) -> Result<Response> {
    let filters = narrowed(&uri, FILTERS).unwrap_or_default();
    let found = me.app.db.read().await?.entities(&filters).await?;
    let views = found.iter().map(|it| shown(it, &me.base)).collect();
    let itself = me.base.itself(&uri);
    Ok(response::list("registered_limits", views, &itself))
}

pub(crate) async fn show(me: Subject, Path(id): Path<String>) -> Result<Response> {
    let found = me.app.db.read().await?.entity(&id).await?;
    let found = found.ok_or_else(|| unknown(id))?;
    Ok(response::one("registered_limit", shown(&found, &me.base)))
}

/// Several at a time, all or none.
pub(crate) async fn create(me: Subject, document: Document) -> Result<Response> {
    may("create_registered_limits", me.admin())?;
    let mut new = Vec::new();
    for mut fields in document.items("registered_limits")? {
        let id = me.app.new_id().simple().to_string();
        new.push(made(id, &mut fields)?);
    }
    let mut session = me.app.db.write().await?;
    for it in &new {
        refers(it, &mut session).await?;
    }
    session.add_entities(&new).await.map_err(duplicate)?;
    session.commit().await?;
    let views = new.iter().map(|it| shown(it, &me.base)).collect();
    Ok(response::created("registered_limits", views))
}

pub(crate) async fn change(
    me: Subject,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    may("update_registered_limit", me.admin())?;
    let mut fields = document.required_fields("registered_limit")?;
    let mut session = me.app.db.write().await?;
    let mut limit = free(&mut session, id).await?;
    read(&mut limit, &mut fields)?;
    fields.nothing_else()?;
    refers(&limit, &mut session).await?;
    session.put_entity(&limit).await.map_err(duplicate)?;
    session.commit().await?;
    Ok(response::one("registered_limit", shown(&limit, &me.base)))
}

pub(crate) async fn remove(me: Subject, Path(id): Path<String>) -> Result<Response> {
    may("delete_registered_limit", me.admin())?;
    let mut session = me.app.db.write().await?;
    let limit = free(&mut session, id).await?;
    session.remove_entity::<RegisteredLimit>(&limit.id).await?;
    session.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The registered limit with this id, held until the commit, if nobody has a limit of his own by it.
async fn free(session: &mut Session, id: String) -> Result<RegisteredLimit> {
    let found = session.lock_entity(&id).await?;
    let found: RegisteredLimit = found.ok_or_else(|| unknown(id))?;
    let own = [("registered_id", (&found.id).into())];
    if session.entities::<Limit>(&own).await?.is_empty() {
        return Ok(found);
    }
    Err(Fault::Denied(format!(
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
        return Err(Fault::Missing("service_id", HERE));
    }
    if let Some(region) = &limit.region_id
        && session.entity::<Region>(region).await?.is_none()
    {
        return Err(Fault::Missing("region_id", HERE));
    }
    Ok(())
}

fn duplicate(error: sqlx::Error) -> Fault {
    Fault::or_conflict(error, || {
        Fault::Conflict("registered_limit", "Duplicate entry".into())
    })
}

fn unknown(id: String) -> Fault {
    Fault::NoLimit("registered limit", id)
}

fn shown(limit: &RegisteredLimit, base: &Base) -> Value {
    let fields = json!({
        "id": limit.id,
        "service_id": limit.service_id,
        "region_id": limit.region_id,
        "resource_name": limit.resource_name,
        "default_limit": limit.default_limit,
        "description": limit.description,
    });
    view(
        "{}",
        fields,
        base,
        &format!("/registered_limits/{}", limit.id),
    )
}
