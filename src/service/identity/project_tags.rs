//! The tags of a project, one by one and as a whole.

use serde_json::{Map, Value, json};

use super::Identity;
use super::common::{immutable, is_immutable, tag_list, tags_of};
use super::resource::Resource;
use crate::db::Session;
use crate::db::identity::Project;
use crate::domain::text::python_repr;
use crate::identity::document::{Document, object};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::require;
use crate::identity::validation::UNFIT_END;

impl Identity<'_> {
    /// Lists the tags of a project.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn tags(&self, id: &str) -> Result<Vec<String>> {
        let mut session = self.app.db.read().await?;
        let found = project(&mut session, id).await?;
        let allowed = Project::seen_by(self.caller, id, found.as_ref());
        require("list_project_tags", allowed)?;
        Ok(tags_of(&found.ok_or_else(|| unknown(id))?.extra))
    }

    /// Checks that a project has a tag.
    ///
    /// # Errors
    ///
    /// Fails if it has not.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn check_tag(&self, id: &str, tag: &str) -> Result<()> {
        let mut session = self.app.db.read().await?;
        let found = project(&mut session, id).await?;
        let allowed = Project::seen_by(self.caller, id, found.as_ref());
        require("get_project_tag", allowed)?;
        let tags = tags_of(&found.ok_or_else(|| unknown(id))?.extra);
        if tags.iter().any(|own| own == tag) {
            return Ok(());
        }
        Err(no_tag(tag))
    }

    /// Adds a tag to a project.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn add_tag(&self, id: &str, tag: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        let project = self
            .writable("create_project_tag", &mut session, id)
            .await?;
        let mut tags = tags_of(&project.extra);
        tags.push(tag.to_owned());
        fit(&json!(tag), &tags)?;
        put(&mut session, project, &tags).await?;
        Ok(session.commit().await?)
    }

    /// Replaces the tags of a project, and returns those that it has then.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn replace_tags(&self, id: &str, document: Document) -> Result<Vec<String>> {
        let tags = document.take("tags");
        let tags = tags.ok_or_else(|| unfit(&json!({}), "is not of type 'array'"))?;
        let list = tags_of(&json!({ "tags": tags }).to_string());
        fit(&Value::Null, &list)?;
        tag_list(&tags)?;
        let mut session = self.app.db.write().await?;
        let project = self
            .writable("update_project_tags", &mut session, id)
            .await?;
        let tags = tags_of(&json!({ "tags": tags }).to_string());
        put(&mut session, project, &tags).await?;
        session.commit().await?;
        Ok(tags)
    }

    /// Removes a tag of a project.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn remove_tag(&self, id: &str, tag: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        let project = self
            .writable("delete_project_tag", &mut session, id)
            .await?;
        let mut tags = tags_of(&project.extra);
        let place = tags.iter().position(|own| own == tag);
        tags.remove(place.ok_or_else(|| no_tag(tag))?);
        put(&mut session, project, &tags).await?;
        Ok(session.commit().await?)
    }

    /// Removes all tags of a project.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn remove_tags(&self, id: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        let project = self
            .writable("delete_project_tags", &mut session, id)
            .await?;
        put(&mut session, project, &[]).await?;
        Ok(session.commit().await?)
    }

    async fn writable(&self, action: &str, session: &mut Session, id: &str) -> Result<Project> {
        let found = match session.lock_entity::<Project>(id).await? {
            Some(found) => Some(found),
            None => session.lock_entity(id).await?.map(Project::acting),
        };
        require(action, Project::written_by(self.caller, found.as_ref()))?;
        found.ok_or_else(|| unknown(id))
    }
}

/// Returns the project with this id, or the domain that is shown as one.
async fn project(session: &mut Session, id: &str) -> Result<Option<Project>> {
    Ok(match session.entity::<Project>(id).await? {
        Some(found) => Some(found),
        None => session.entity(id).await?.map(Project::acting),
    })
}

fn unknown(id: &str) -> KeystoneError {
    KeystoneError::Unknown("project", id.to_owned())
}

async fn put(session: &mut Session, mut project: Project, tags: &[String]) -> Result<()> {
    if is_immutable(&project.options) {
        return Err(immutable("update", "project", &project.id));
    }
    let mut extra: Map<_, _> = object(&project.extra);
    extra.insert("tags".into(), json!(tags));
    project.extra = Value::Object(extra).to_string();
    if project.is_domain() {
        return Ok(session.put_entity(&project.into_domain()).await?);
    }
    Ok(session.put_entity(&project).await?)
}

/// Fails if a tag is too long, or among the tags twice.
fn fit(tag: &Value, tags: &[String]) -> Result<()> {
    if tag.as_str().is_some_and(|tag| tag.chars().count() > 255) {
        return Err(unfit(tag, "is too long"));
    }
    let twice = |(place, tag): (usize, &String)| tags.iter().take(place).any(|other| other == tag);
    if tags.iter().enumerate().any(twice) {
        return Err(unfit(&json!(tags), "has non-unique elements"));
    }
    Ok(())
}

fn unfit(value: &Value, reason: &str) -> KeystoneError {
    let value = python_repr(value);
    KeystoneError::Invalid(format!("{value} {reason}{UNFIT_END}"))
}

fn no_tag(tag: &str) -> KeystoneError {
    KeystoneError::NotFoundAs(format!("Could not find project tag: {tag}."))
}
