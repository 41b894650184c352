//! Projects, and which of them a user has a role on.

use axum::extract::{OriginalUri, Path};
use axum::response::Response;
use serde_json::{Value, json};

use super::body::{Fields, object};
use super::resource::{By, Resource, find, view};
use super::response;
use super::tags::{Common, tags_apart};
use super::token_holder::{Subject, may};
use crate::db::Session;
use crate::db::identity::{Domain, Project, User};
use crate::identity::error::{Fault, Result};
use crate::identity::urls::Base;

impl Resource for Project {
    const ONE: &'static str = "project";
    const MANY: &'static str = "projects";
    const FILTERS: &'static [By] = &[
        By::Text("name"),
        By::Text("domain_id"),
        By::Text("parent_id"),
        By::Flag("enabled"),
    ];

    fn view(&self, base: &Base) -> Value {
        let (tags, extra) = tags_apart(&self.extra);
        let fields = json!({
            "id": self.id,
            "name": self.name,
            "domain_id": self.domain_id,
            "description": self.description,
            "enabled": self.enabled,
            "parent_id": self.parent_id,
            "is_domain": false,
            "tags": tags,
            "options": object(&self.options),
        });
        view(&extra, fields, base, &format!("/projects/{}", self.id))
    }

    /// Keystone shows one more member here than anywhere else.
    fn view_changed(&self, base: &Base) -> Value {
        let mut view = self.view(base);
        if let Some(fields) = view.as_object_mut() {
            let place = fields.keys().position(|it| it == "options");
            fields.shift_insert(place.unwrap_or_default(), "extra".into(), json!({}));
        }
        view
    }

    fn make(id: String, fields: &mut Fields, by: &Subject) -> Result<Self> {
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
        stays(
            fields,
            "domain_id",
            &self.domain_id,
            "Cannot change Domain ID",
        )?;
        stays(
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

    fn conflict(&self) -> Fault {
        let Self { id, name, .. } = self;
        let words = "it is not permitted to have two projects with either the same name or same \
                     id in the same domain";
        Fault::Conflict(
            "project",
            format!("{words}: name is {name}, project id {id}"),
        )
    }

    fn seen_by(by: &Subject, id: &str) -> bool {
        by.reads_all() || by.token.project_id.as_deref() == Some(id)
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        find::<Domain>(session, &self.domain_id).await?;
        if self.parent_id != self.domain_id {
            let parent = find::<Self>(session, &self.parent_id).await?;
            if parent.domain_id != self.domain_id {
                return Err(Fault::Unknown("project", self.parent_id.clone()));
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
        Err(Fault::Denied(format!(
            "Cannot delete the project {} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.",
            self.id
        )))
    }
}

/// Fails if a field that never changes is to become something else.
pub(crate) fn stays(fields: &mut Fields, name: &'static str, now: &str, words: &str) -> Result<()> {
    match fields.nullable(name)?.flatten() {
        Some(it) if it != now => Err(Fault::Invalid(words.into())),
        _ => Ok(()),
    }
}

/// The projects that the caller has a role on.
pub(crate) async fn mine(me: Subject, OriginalUri(uri): OriginalUri) -> Result<Response> {
    let user = me.token.user_id.clone();
    answer(&me, &user, &me.base.itself(&uri)).await
}

/// The projects that a user has a role on.
pub(crate) async fn of_user(
    me: Subject,
    Path(user): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    may("list_user_projects", me.reads_all() || me.is(&user))?;
    find::<User>(&mut me.app.db.read().await?, &user).await?;
    answer(&me, &user, &me.base.itself(&uri)).await
}

async fn answer(me: &Subject, user: &str, itself: &str) -> Result<Response> {
    let projects = me.app.db.read().await?.projects_of(user).await?;
    let views = projects.iter().map(|it| it.view(&me.base)).collect();
    Ok(response::list("projects", views, itself))
}
