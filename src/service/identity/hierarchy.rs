//! The hierarchy of projects: what is above one, and what is below.

use serde_json::{Map, Value};

use super::Identity;
use super::listing::Query;
use crate::db::Session;
use crate::db::identity::Project;
use crate::identity::error::{KeystoneError, Result};

/// The relatives of a project that a query asks for.
#[derive(Debug, Default)]
pub(crate) struct Relatives {
    /// The projects above that the caller has a role on.
    pub(crate) parents: Option<Vec<Project>>,
    /// The ids above, each in the one below it.
    pub(crate) parent_ids: Option<Value>,
    /// The projects below that the caller has a role on.
    pub(crate) subtree: Option<Vec<Project>>,
    /// The ids below, each in the one above it.
    pub(crate) subtree_ids: Option<Value>,
}

impl Identity<'_> {
    /// Returns the relatives of a project that a query asks for.
    #[tracing::instrument(level = "debug", skip_all, fields(id = project.id))]
    pub(crate) async fn relatives(&self, project: &Project, query: &Query) -> Result<Relatives> {
        let asked = |name: &str| {
            let said = query.iter().find(|(known, _)| known == name);
            said.is_some_and(|(_, value)| value != "0")
        };
        for kin in ["parents", "subtree"] {
            let (list, ids) = (format!("{kin}_as_list"), format!("{kin}_as_ids"));
            if asked(&list) && asked(&ids) {
                return Err(KeystoneError::Invalid(format!(
                    "Cannot use {list} and {ids} query params at the same time."
                )));
            }
        }
        let mut relatives = Relatives::default();
        let mut session = self.app.db.read().await?;
        let own = session.projects_of(&self.caller.token.user_id).await?;
        let seen = |found: Vec<Project>| {
            let mine = |project: &Project| own.iter().any(|own| own.id == project.id);
            found.into_iter().filter(mine).collect::<Vec<_>>()
        };
        if asked("parents_as_list") {
            relatives.parents = Some(seen(above(&mut session, project).await?));
        }
        if asked("parents_as_ids") {
            relatives.parent_ids = Some(ids_above(&mut session, project).await?);
        }
        if asked("subtree_as_list") {
            relatives.subtree = Some(seen(below(&mut session, &project.id).await?));
        }
        if asked("subtree_as_ids") {
            let all = below(&mut session, &project.id).await?;
            relatives.subtree_ids = Some(ids_below(&all, &project.id));
        }
        Ok(relatives)
    }
}

/// Returns the projects above one, the nearest first.
pub(super) async fn above(session: &mut Session, project: &Project) -> Result<Vec<Project>> {
    let mut found: Vec<Project> = Vec::new();
    let mut next = session.entity::<Project>(&project.parent_id).await?;
    while let Some(parent) = next {
        next = session.entity::<Project>(&parent.parent_id).await?;
        found.push(parent);
    }
    Ok(found)
}

/// Returns the projects below the one with this id, level by level.
pub(super) async fn below(session: &mut Session, id: &str) -> Result<Vec<Project>> {
    let mut found: Vec<Project> = Vec::new();
    let mut level = vec![id.to_owned()];
    while let Some(parent) = level.pop() {
        let children = [("parent_id", parent.into())];
        for child in session.entities::<Project>(&children).await? {
            level.push(child.id.clone());
            found.push(child);
        }
    }
    Ok(found)
}

async fn ids_above(session: &mut Session, project: &Project) -> Result<Value> {
    if project.is_domain() {
        return Ok(Value::Null);
    }
    let mut ids: Vec<_> = above(session, project).await?;
    let mut value = one(project.domain_id.clone(), Value::Null);
    while let Some(parent) = ids.pop() {
        value = one(parent.id, value);
    }
    Ok(value)
}

fn one(id: String, value: Value) -> Value {
    Value::Object(Map::from_iter([(id, value)]))
}

fn ids_below(all: &[Project], id: &str) -> Value {
    let children = all.iter().filter(|project| project.parent_id == id);
    let ids: Map<_, _> = children
        .map(|child| (child.id.clone(), ids_below(all, &child.id)))
        .collect();
    if ids.is_empty() {
        Value::Null
    } else {
        Value::Object(ids)
    }
}
