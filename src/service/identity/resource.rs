//! The common operations of all resources of the identity: list, show, create, update, delete.

use std::future::Future;

use super::Identity;
use crate::app::App;
use crate::db::identity::{ColumnFilter, Entity};
use crate::db::{Arg, Session};
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};

/// A filter of a list.
pub(crate) enum By {
    /// To those with this text in the column of the same name.
    Text(&'static str),
    /// To those with this truth there.
    Flag(&'static str),
    /// To none: nothing here has such a thing.
    Nothing(&'static str),
}

/// A resource of the identity API.
pub(crate) trait Resource: Entity + Clone {
    /// Its name.
    const ONE: &'static str;
    /// The name of a list of them.
    const MANY: &'static str;
    /// The filters of the resource's lists.
    const FILTERS: &'static [By];

    /// A new one of what the client says.
    fn make(id: String, fields: &mut Fields, by: &TokenHolder) -> Result<Self>;
    /// Changes what the client says.
    fn change(&mut self, fields: &mut Fields) -> Result<()>;
    /// Returns the error that is shown where another has the same name.
    fn conflict(&self) -> KeystoneError;

    /// Returns whether this caller may list them.
    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_all()
    }

    /// Returns whether this caller may see the one with this id.
    fn seen_by(by: &TokenHolder, _id: &str) -> bool {
        by.reads_all()
    }

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

/// The parameters of a list's query, decoded, in the order given.
pub(crate) type Query = [(String, String)];

impl Identity<'_> {
    /// Lists the resources that pass the filters of a query.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn list<R: Resource>(&self, query: &Query) -> Result<Vec<R>> {
        require(&format!("list_{}", R::MANY), R::listed_for(self.caller))?;
        let Some(filters) = filters(query, R::FILTERS) else {
            return Ok(Vec::new());
        };
        Ok(self.app.db.read().await?.entities::<R>(&filters).await?)
    }

    /// Returns the resource with this id.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn show<R: Resource>(&self, id: &str) -> Result<R> {
        require(&format!("get_{}", R::ONE), R::seen_by(self.caller, id))?;
        find::<R>(&mut self.app.db.read().await?, id).await
    }

    /// Creates a resource from the document of a request.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn create<R: Resource>(&self, document: Document) -> Result<R> {
        require(&format!("create_{}", R::ONE), self.caller.is_admin())?;
        let mut fields = document.fields(R::ONE)?;
        R::prepare(self.app, &mut fields).await?;
        let id = self.app.new_id().simple().to_string();
        let new = R::make(id, &mut fields, self.caller)?;
        let mut session = self.app.db.write().await?;
        new.refer(&mut session).await?;
        session
            .add_entities(std::slice::from_ref(&new))
            .await
            .map_err(|error| KeystoneError::or_conflict(error, || new.conflict()))?;
        session.commit().await?;
        Ok(new)
    }

    /// Changes what the document of a request names, and returns the resource as it is then.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn update<R: Resource>(&self, id: &str, document: Document) -> Result<R> {
        require(&format!("update_{}", R::ONE), self.caller.is_admin())?;
        let mut fields = document.fields(R::ONE)?;
        fields.some()?;
        R::prepare(self.app, &mut fields).await?;
        let mut session = self.app.db.write().await?;
        let before = lock::<R>(&mut session, id).await?;
        let mut after = before.clone();
        after.change(&mut fields)?;
        after.refer(&mut session).await?;
        session
            .put_entity(&after)
            .await
            .map_err(|error| KeystoneError::or_conflict(error, || after.conflict()))?;
        after.changed(&before, &mut session).await?;
        session.commit().await?;
        Ok(after)
    }

    /// Deletes the resource with this id.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn delete<R: Resource>(&self, id: &str) -> Result<()> {
        require(&format!("delete_{}", R::ONE), self.caller.is_admin())?;
        let mut session = self.app.db.write().await?;
        let found = lock::<R>(&mut session, id).await?;
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

/// Translates a query to filters; returns `None` if nothing can pass them.
pub(crate) fn filters(query: &Query, known: &[By]) -> Option<Vec<ColumnFilter>> {
    let mut filters = Vec::new();
    for (name, value) in query {
        for by in known {
            match by {
                By::Text(column) if column == name => {
                    filters.push((*column, Arg::from(value.as_str())));
                }
                By::Flag(column) if column == name => {
                    filters.push((*column, is_true(value).into()));
                }
                By::Nothing(column) if column == name => return None,
                _ => {}
            }
        }
    }
    Some(filters)
}

/// Tells whether a word in a query means yes, as Keystone reads it.
pub(crate) fn is_true(word: &str) -> bool {
    !["0", "false", "no", "off", "n", "f"].contains(&word.to_ascii_lowercase().as_str())
}
