//! Finds the names of a caller's user and project.

use crate::app::App;
use crate::db::identity::{Project, User};
use crate::domain::caller::Caller;

/// The names of a caller's user and project, where the embedded identity knows them.
pub async fn names(app: &App, caller: &Caller) -> (Option<String>, Option<String>) {
    if app.keystone.is_some() {
        return (None, None);
    }
    let Ok(mut db) = app.db.read().await else {
        return (None, None);
    };
    let mut names = (None, None);
    if let Some(id) = &caller.user
        && let Ok(Some(user)) = db.entity::<User>(id).await
    {
        names.0 = Some(user.name);
    }
    if let Some(id) = &caller.project
        && let Ok(Some(project)) = db.entity::<Project>(id).await
    {
        names.1 = Some(project.name);
    }
    names
}
