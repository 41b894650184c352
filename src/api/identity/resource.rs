//! What is alike in all resources that have an id: list, show, create, change, remove.

use std::future::Future;

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::body::{Document, Fields, object};
use super::response;
use super::token_holder::{Subject, may};
use crate::app::App;
use crate::db::identity::{ColumnFilter, Entity};
use crate::db::{Arg, Session};
use crate::identity::error::{Fault, Result};
use crate::identity::urls::Base;

/// How a list's query narrows it down.
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
    /// What a list can be narrowed down by.
    const FILTERS: &'static [By];

    /// What clients see.
    fn view(&self, base: &Base) -> Value;
    /// What clients see after a change.
    fn view_changed(&self, base: &Base) -> Value {
        self.view(base)
    }
    /// A new one of what the client says.
    fn make(id: String, fields: &mut Fields, by: &Subject) -> Result<Self>;
    /// Changes what the client says.
    fn change(&mut self, fields: &mut Fields) -> Result<()>;
    /// What is said where another has the same name.
    fn conflict(&self) -> Fault;

    /// Whether this caller may list them.
    fn listed_for(by: &Subject) -> bool {
        by.reads_all()
    }

    /// Whether this caller may see the one with this id.
    fn seen_by(by: &Subject, _id: &str) -> bool {
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

/// The routes of all resources of a kind.
pub(crate) fn all<R: Resource>() -> MethodRouter {
    get(list::<R>).post(create::<R>)
}

/// The routes of one.
pub(crate) fn one<R: Resource>() -> MethodRouter {
    get(show::<R>).patch(change::<R>).delete(remove::<R>)
}

async fn list<R: Resource>(me: Subject, OriginalUri(uri): OriginalUri) -> Result<Response> {
    may(&format!("list_{}", R::MANY), R::listed_for(&me))?;
    let itself = me.base.itself(&uri);
    let Some(filters) = filters::<R>(&uri) else {
        return Ok(response::list(R::MANY, Vec::new(), &itself));
    };
    let found = me.app.db.read().await?.entities::<R>(&filters).await?;
    let views = found.iter().map(|it| it.view(&me.base)).collect();
    Ok(response::list(R::MANY, views, &itself))
}

/// The filters of a query; none if nothing can pass them.
fn filters<R: Resource>(uri: &Uri) -> Option<Vec<ColumnFilter>> {
    narrowed(uri, R::FILTERS)
}

/// The same, of those that there are.
pub(crate) fn narrowed(uri: &Uri, known: &[By]) -> Option<Vec<ColumnFilter>> {
    let mut filters = Vec::new();
    let query = uri.query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        for by in known {
            match by {
                By::Text(column) if *column == name => {
                    filters.push((*column, Arg::from(value.as_ref())));
                }
                By::Flag(column) if *column == name => {
                    filters.push((*column, truth(&value).into()));
                }
                By::Nothing(column) if *column == name => return None,
                _ => {}
            }
        }
    }
    Some(filters)
}

/// Whether a word in a query means yes.
pub(crate) fn truth(word: &str) -> bool {
    !["0", "false", "no", "off", "n", "f"].contains(&word.to_ascii_lowercase().as_str())
}

async fn show<R: Resource>(me: Subject, Path(id): Path<String>) -> Result<Response> {
    may(&format!("get_{}", R::ONE), R::seen_by(&me, &id))?;
    let found = find::<R>(&mut me.app.db.read().await?, &id).await?;
    Ok(response::one(R::ONE, found.view(&me.base)))
}

/// The resource with this id, which has to be there.
pub(crate) async fn find<R: Resource>(session: &mut Session, id: &str) -> Result<R> {
    let found = session.entity::<R>(id).await?;
    found.ok_or_else(|| Fault::Unknown(R::ONE, id.to_owned()))
}

async fn create<R: Resource>(me: Subject, document: Document) -> Result<Response> {
    may(&format!("create_{}", R::ONE), me.admin())?;
    let mut fields = document.fields(R::ONE)?;
    R::prepare(&me.app, &mut fields).await?;
    let id = me.app.new_id().simple().to_string();
    let new = R::make(id, &mut fields, &me)?;
    let mut session = me.app.db.write().await?;
    new.refer(&mut session).await?;
    session
        .add_entities(std::slice::from_ref(&new))
        .await
        .map_err(|error| Fault::or_conflict(error, || new.conflict()))?;
    session.commit().await?;
    Ok(response::created(R::ONE, new.view(&me.base)))
}

async fn change<R: Resource>(
    me: Subject,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    may(&format!("update_{}", R::ONE), me.admin())?;
    let mut fields = document.fields(R::ONE)?;
    fields.some()?;
    R::prepare(&me.app, &mut fields).await?;
    let mut session = me.app.db.write().await?;
    let before = session.lock_entity::<R>(&id).await?;
    let before = before.ok_or_else(|| Fault::Unknown(R::ONE, id))?;
    let mut after = before.clone();
    after.change(&mut fields)?;
    after.refer(&mut session).await?;
    session
        .put_entity(&after)
        .await
        .map_err(|error| Fault::or_conflict(error, || after.conflict()))?;
    after.changed(&before, &mut session).await?;
    session.commit().await?;
    Ok(response::one(R::ONE, after.view_changed(&me.base)))
}

async fn remove<R: Resource>(me: Subject, Path(id): Path<String>) -> Result<Response> {
    may(&format!("delete_{}", R::ONE), me.admin())?;
    let mut session = me.app.db.write().await?;
    let found = session.lock_entity::<R>(&id).await?;
    let found = found.ok_or_else(|| Fault::Unknown(R::ONE, id.clone()))?;
    found.going(&mut session).await?;
    session.remove_entity::<R>(&id).await?;
    session.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A view that begins with what a resource has beyond its columns.
pub(crate) fn view(extra: &str, fields: Value, base: &Base, path: &str) -> Value {
    let mut view: Map<String, Value> = object(extra);
    if let Value::Object(fields) = fields {
        view.extend(fields);
    }
    view.insert("links".into(), json!({ "self": base.link(path) }));
    Value::Object(view)
}
