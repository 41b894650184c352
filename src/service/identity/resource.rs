//! The common operations of all resources of the identity: list, show, create, update, delete.

use std::future::Future;

use super::Identity;
use super::listing::{Lists, Query, ResourcePage};
use crate::app::App;
use crate::db::Session;
use crate::db::identity::Entity;
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};

/// A resource of the identity API.
pub(crate) trait Resource: Entity + Clone {
    /// Its name.
    const ONE: &'static str;
    /// The name of a list of them.
    const MANY: &'static str;
    /// The parameters of a list's query.
    const LISTS: Lists;
    /// `true` if an update has to name something.
    const UPDATE_NAMES_SOMETHING: bool = true;

    /// A new one of what the client says.
    fn make(id: String, fields: &mut Fields, by: &TokenHolder) -> Result<Self>;
    /// Changes what the client says.
    fn change(&mut self, fields: &mut Fields) -> Result<()>;
    /// Returns the error that is shown where another has the same name, by what this one was before.
    fn conflict(&self, before: Option<&Self>) -> KeystoneError;

    /// Returns whether this caller may list them.
    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_all()
    }

    /// Returns whether this caller may see the one with this id, which may not be there.
    fn seen_by(by: &TokenHolder, _id: &str, _found: Option<&Self>) -> bool {
        by.reads_all()
    }

    /// Returns whether this caller may create, change or delete this one, which may not be there.
    fn written_by(by: &TokenHolder, _found: Option<&Self>) -> bool {
        by.is_admin()
    }

    /// Keeps in a list what the query and the caller's token let pass, beside the filters of columns.
    fn narrow(_found: &mut Vec<Self>, _query: &Query, _by: &TokenHolder) {}

    /// Does before anything else what takes long.
    fn prepare(_app: &App, _fields: &mut Fields) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Fails if it refers to what is not there.
    fn refer(&self, _session: &mut Session) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Takes back what no longer holds after a change.
    fn changed(
        &self,
        _before: &Self,
        _session: &mut Session,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Fails if it may not go; takes back what goes with it and is not removed by itself.
    fn going(&self, _session: &mut Session) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

impl Identity<'_> {
    /// Lists the resources that pass the filters of a query.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn list<R: Resource>(&self, query: &Query) -> Result<ResourcePage<R>> {
        R::LISTS.check(query)?;
        require(&format!("list_{}", R::MANY), R::listed_for(self.caller))?;
        let Some(filters) = R::LISTS.exact(query) else {
            return Ok(Vec::new().into());
        };
        let mut found = self.app.db.read().await?.entities::<R>(&filters).await?;
        R::LISTS.narrow(query, &mut found);
        R::narrow(&mut found, query, self.caller);
        R::LISTS.page(query, found)
    }

    /// Returns the resource with this id.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn show<R: Resource>(&self, id: &str) -> Result<R> {
        let mut session = self.app.db.read().await?;
        self.visible(&mut session, &format!("get_{}", R::ONE), id)
            .await
    }

    /// Returns the resource with this id, for an action that whoever may see it may do.
    ///
    /// # Errors
    ///
    /// Fails with 403 if the caller may not see it, also where it does not exist, and else with 404.
    pub(super) async fn visible<R: Resource>(
        &self,
        session: &mut Session,
        action: &str,
        id: &str,
    ) -> Result<R> {
        let found = session.entity::<R>(id).await?;
        require(action, R::seen_by(self.caller, id, found.as_ref()))?;
        found.ok_or_else(|| KeystoneError::Unknown(R::ONE, id.to_owned()))
    }

    /// Creates a resource from the document of a request.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn create<R: Resource>(&self, document: Document) -> Result<R> {
        let mut fields = document.fields(R::ONE)?;
        let id = self.app.new_id().simple().to_string();
        // The rights come before a password is hashed, and the form of the document before the rights.
        let plain = R::make(id.clone(), &mut fields.clone(), self.caller)?;
        let allowed = R::written_by(self.caller, Some(&plain));
        require(&format!("create_{}", R::ONE), allowed)?;
        R::prepare(self.app, &mut fields).await?;
        let new = R::make(id, &mut fields, self.caller)?;
        let mut session = self.app.db.write().await?;
        new.refer(&mut session).await?;
        session
            .add_entities(std::slice::from_ref(&new))
            .await
            .map_err(|error| KeystoneError::or_conflict(error, || new.conflict(None)))?;
        session.commit().await?;
        Ok(new)
    }

    /// Changes what the document of a request names, and returns the resource as it is then.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn update<R: Resource>(&self, id: &str, document: Document) -> Result<R> {
        let mut fields = if R::UPDATE_NAMES_SOMETHING {
            let fields = document.fields(R::ONE)?;
            fields.some()?;
            fields
        } else {
            document.optional_fields(R::ONE)?
        };
        let found = self.app.db.read().await?.entity::<R>(id).await?;
        let allowed = R::written_by(self.caller, found.as_ref());
        require(&format!("update_{}", R::ONE), allowed)?;
        R::prepare(self.app, &mut fields).await?;
        let mut session = self.app.db.write().await?;
        let before = lock::<R>(&mut session, id).await?;
        fields.same_id(id)?;
        let mut after = before.clone();
        after.change(&mut fields)?;
        after.refer(&mut session).await?;
        session
            .put_entity(&after)
            .await
            .map_err(|error| KeystoneError::or_conflict(error, || after.conflict(Some(&before))))?;
        after.changed(&before, &mut session).await?;
        session.commit().await?;
        Ok(after)
    }

    /// Deletes the resource with this id.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn delete<R: Resource>(&self, id: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        let found = session.lock_entity::<R>(id).await?;
        let allowed = R::written_by(self.caller, found.as_ref());
        require(&format!("delete_{}", R::ONE), allowed)?;
        let found = found.ok_or_else(|| KeystoneError::Unknown(R::ONE, id.to_owned()))?;
        found.going(&mut session).await?;
        session.remove_entity::<R>(id).await?;
        Ok(session.commit().await?)
    }
}

/// Returns the resource with this id.
///
/// # Errors
///
/// Fails if there is none.
pub(crate) async fn find<R: Resource>(session: &mut Session, id: &str) -> Result<R> {
    let found = session.entity::<R>(id).await?;
    found.ok_or_else(|| KeystoneError::Unknown(R::ONE, id.to_owned()))
}

/// Returns the resource with this id, locked until the session commits.
async fn lock<R: Resource>(session: &mut Session, id: &str) -> Result<R> {
    let found = session.lock_entity::<R>(id).await?;
    found.ok_or_else(|| KeystoneError::Unknown(R::ONE, id.to_owned()))
}
