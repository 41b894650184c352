//! The rules of projects, and which of them a user has a role on.

use super::Identity;
use super::common::{Common, IMMUTABLE, check_tags, immutable, is_immutable, tags_of, unchanged};
use super::hierarchy::{above, below};
use super::listing::{By, ListForm, Lists, Query, ResourcePage};
use super::resource::{Resource, find};
use crate::db::Session;
use crate::db::identity::{Domain, Project, User};
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};
use crate::identity::validation::{check_id, is_true};

impl Resource for Project {
    const ONE: &'static str = "project";
    const MANY: &'static str = "projects";
    const LISTS: Lists = Lists {
        forms: &[
            ("domain_id", ListForm::Id),
            ("enabled", ListForm::Switch),
            ("name", ListForm::Name(64)),
            ("parent_id", ListForm::Uuid),
            ("is_domain", ListForm::Switch),
        ],
        filters: &[
            By::Text("name"),
            By::Text("domain_id"),
            By::Text("parent_id"),
            By::Flag("enabled"),
        ],
        paged: true,
        closed: false,
    };
    const UPDATE_NAMES_SOMETHING: bool = false;

    fn make(id: String, fields: &mut Fields, by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 64)?;
        let name = fields.required("name", name)?;
        let domain = fields.nullable("domain_id")?.flatten();
        if let Some(domain) = &domain {
            check_id("domain_id", domain)?;
        }
        let domain_id = domain.unwrap_or_else(|| by.domain());
        let parent = fields.nullable("parent_id")?.flatten();
        let mut new = Self {
            id,
            name,
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
        let was_immutable = is_immutable(&self.options);
        unchanged(
            fields,
            "domain_id",
            &self.domain_id,
            "Cannot change Domain ID",
        )?;
        let parent = fields.nullable("parent_id")?.flatten();
        if parent.is_some_and(|parent| parent != self.parent_id) {
            return Err(KeystoneError::Denied(
                "Update of `parent_id` is not allowed.".into(),
            ));
        }
        if fields
            .switch("is_domain")?
            .is_some_and(|own| own != self.is_domain())
        {
            return Err(KeystoneError::Invalid(
                "Update of `is_domain` is not allowed.".into(),
            ));
        }
        check_tags(fields)?;
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        let common = Common {
            name: &mut self.name,
            enabled: &mut self.enabled,
            options: &mut self.options,
            extra: &mut self.extra,
        };
        common.change(fields, 64, &[IMMUTABLE])?;
        // The one change that it knows then is to become mutable.
        if was_immutable && is_immutable(&self.options) {
            return Err(immutable("update", "project", &self.id));
        }
        Ok(())
    }

    fn conflict(&self, _before: Option<&Self>) -> KeystoneError {
        let Self { id, name, .. } = self;
        let words = "it is not permitted to have two projects with either the same name or same \
                     id in the same domain";
        KeystoneError::Conflict(
            "project",
            format!("{words}: name is {name}, project id {id}"),
        )
    }

    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_some_domain()
    }

    fn seen_by(by: &TokenHolder, id: &str, found: Option<&Self>) -> bool {
        by.reads_all()
            || by.token.project_id.as_deref() == Some(id)
            || found.is_some_and(|project| by.reads_domain(&project.domain_id))
    }

    fn written_by(by: &TokenHolder, found: Option<&Self>) -> bool {
        by.is_admin() || found.is_some_and(|project| by.manages_domain(&project.domain_id))
    }

    fn narrow(found: &mut Vec<Self>, query: &Query, by: &TokenHolder) {
        if let Some(own) = &by.token.domain_id {
            found.retain(|project| project.domain_id == *own);
        }
        for (name, value) in query {
            let wanted: Vec<_> = value.split(',').collect();
            let tagged = |project: &Self| {
                let tags = tags_of(&project.extra);
                let has = |tag: &&&str| tags.iter().any(|own| own == **tag);
                match name.as_str() {
                    "tags" => wanted.iter().all(|tag| has(&tag)),
                    "tags-any" => wanted.iter().any(|tag| has(&tag)),
                    "not-tags" => !wanted.iter().all(|tag| has(&tag)),
                    "not-tags-any" => !wanted.iter().any(|tag| has(&tag)),
                    _ => true,
                }
            };
            found.retain(tagged);
        }
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        let as_invalid = |error: KeystoneError| match error {
            KeystoneError::Unknown(..) => KeystoneError::Invalid(error.to_string()),
            other => other,
        };
        let domain = find::<Domain>(session, &self.domain_id).await;
        domain.map_err(as_invalid)?;
        if self.parent_id == self.domain_id {
            return Ok(());
        }
        let parent = find::<Self>(session, &self.parent_id).await;
        let parent = parent.map_err(as_invalid)?;
        if parent.domain_id != self.domain_id {
            return Err(KeystoneError::Invalid(format!(
                "Cannot create project, since it specifies its domain_id {}, but specifies a parent in a different domain ({}).",
                self.domain_id, parent.domain_id
            )));
        }
        let mut branch = above(session, &parent).await?;
        branch.push(parent);
        if let Some(off) = branch.iter().find(|project| !project.enabled)
            && self.enabled
        {
            return Err(KeystoneError::Invalid(format!(
                "cannot create a project in a branch containing a disabled project: {}",
                off.id
            )));
        }
        Ok(())
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.enabled && !self.enabled {
            let subtree = below(session, &self.id).await?;
            if subtree.iter().any(|project| project.enabled) {
                return Err(KeystoneError::Denied(format!(
                    "Cannot disable project {} since its subtree contains enabled projects.",
                    self.id
                )));
            }
            session.revoke_project(&self.id).await?;
        }
        Ok(())
    }

    async fn going(&self, session: &mut Session) -> Result<()> {
        if is_immutable(&self.options) {
            return Err(immutable("delete", "project", &self.id));
        }
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

    /// Lists the projects that a user has a role on and that pass the filters of a query.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn projects_of(
        &self,
        user: &str,
        query: &Query,
    ) -> Result<ResourcePage<Project>> {
        let mut session = self.app.db.read().await?;
        self.visible::<User>(&mut session, "list_user_projects", user)
            .await?;
        let mut projects = session.projects_of(user).await?;
        Project::LISTS.narrow_all(query, &mut projects);
        Ok(projects.into())
    }

    /// Lists projects, or, where the query asks for those that act as domains, the domains as such.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn list_projects(&self, query: &Query) -> Result<ResourcePage<Project>> {
        let asked = query.iter().find(|(name, _)| name == "is_domain");
        if !asked.is_some_and(|(_, value)| is_true(value)) {
            return self.list::<Project>(query).await;
        }
        Project::LISTS.check(query)?;
        require("list_projects", Project::listed_for(self.caller))?;
        let domains: Vec<Domain> = self.app.db.read().await?.entities(&[]).await?;
        let mut found: Vec<_> = domains.into_iter().map(Project::acting).collect();
        Project::LISTS.narrow_all(query, &mut found);
        Project::narrow(&mut found, query, self.caller);
        Project::LISTS.page(query, found)
    }

    /// Creates a project, or, where the document says that it acts as one, a domain.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn create_project(&self, document: Document) -> Result<Project> {
        let Some((domain, parents)) = document.as_domain() else {
            return self.create(document).await;
        };
        // As everywhere: the form of the document, then the rights, then what it refers to.
        Domain::make(
            String::new(),
            &mut domain.clone().fields(Domain::ONE)?,
            self.caller,
        )?;
        require("create_project", self.caller.is_admin())?;
        if parents.values().any(|parent| !parent.is_null()) {
            return Err(KeystoneError::Invalid(
                "only root projects are allowed to act as domains.".into(),
            ));
        }
        self.create::<Domain>(domain).await.map(Project::acting)
    }

    /// Changes a project, or the domain that is shown as one.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn update_project(&self, id: &str, document: Document) -> Result<Project> {
        let Some(before) = self.app.db.read().await?.entity::<Domain>(id).await? else {
            return self.update(id, document).await;
        };
        require("update_project", self.caller.is_admin())?;
        let mut project = Project::acting(before.clone());
        project.change(&mut document.clone().optional_fields(Project::ONE)?)?;
        match document.of_domain() {
            Some(changes) => self.update(id, changes).await.map(Project::acting),
            None => Ok(Project::acting(before)),
        }
    }

    /// Deletes a project, or the domain that is shown as one.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn delete_project(&self, id: &str) -> Result<()> {
        if self
            .app
            .db
            .read()
            .await?
            .entity::<Domain>(id)
            .await?
            .is_none()
        {
            return self.delete::<Project>(id).await;
        }
        require("delete_project", self.caller.is_admin())?;
        self.delete::<Domain>(id).await
    }

    /// Returns the project with this id, or the domain as the project that it also is.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn show_project(&self, id: &str) -> Result<Project> {
        if self.caller.reads_all()
            && let Some(domain) = self.app.db.read().await?.entity::<Domain>(id).await?
        {
            return Ok(Project::acting(domain));
        }
        self.show(id).await
    }
}
