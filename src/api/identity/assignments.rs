//! Giving roles to users and taking them back.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, put};
use http::{StatusCode, Uri};

use super::resource::{Resource, find};
use super::response;
use super::token_holder::{Subject, may};
use crate::db::Session;
use crate::db::identity::{Domain, Project, Role, Scope, User};
use crate::identity::error::{Fault, Result};

/// Where roles are held, as a path says it: what goes before `/users/{user}/roles`.
pub(crate) trait Place: Send + 'static {
    /// What the path captures: the place, if it has an id, and the user.
    fn scope(id: String) -> Scope;
}

/// The path names a project.
pub(crate) struct OnProject;
/// The path names a domain.
pub(crate) struct OnDomain;

impl Place for OnProject {
    fn scope(id: String) -> Scope {
        Scope::Project(id)
    }
}

impl Place for OnDomain {
    fn scope(id: String) -> Scope {
        Scope::Domain(id)
    }
}

/// The routes of one user's roles on a project or a domain.
pub(crate) fn roles<P: Place>() -> MethodRouter {
    get(
        |me: Subject, Path((place, user)): Path<(String, String)>, uri: OriginalUri| async move {
            list_given(&me, &P::scope(place), &user, &uri).await
        },
    )
}

/// The routes of one such role.
pub(crate) fn role<P: Place>() -> MethodRouter {
    type Ids = Path<(String, String, String)>;
    put(|me: Subject, Path((place, user, role)): Ids| async move {
        give(&me, &P::scope(place), &user, &role).await
    })
    .get(|me: Subject, Path((place, user, role)): Ids| async move {
        check(&me, &P::scope(place), &user, &role).await
    })
    .delete(|me: Subject, Path((place, user, role)): Ids| async move {
        take(&me, &P::scope(place), &user, &role).await
    })
}

/// The routes of one user's roles on the system.
pub(crate) fn system_roles() -> MethodRouter {
    get(
        |me: Subject, Path(user): Path<String>, uri: OriginalUri| async move {
            list_given(&me, &Scope::System, &user, &uri).await
        },
    )
}

/// The routes of one such role.
pub(crate) fn system_role() -> MethodRouter {
    type Ids = Path<(String, String)>;
    put(|me: Subject, Path((user, role)): Ids| async move {
        give(&me, &Scope::System, &user, &role).await
    })
    .get(|me: Subject, Path((user, role)): Ids| async move {
        check(&me, &Scope::System, &user, &role).await
    })
    .delete(|me: Subject, Path((user, role)): Ids| async move {
        take(&me, &Scope::System, &user, &role).await
    })
}

/// Keystone's name of an action on a role that is held there.
fn action(verb: &str, at: &Scope) -> String {
    match at {
        Scope::System => format!("{verb}_system_grant_for_user"),
        Scope::Project(_) | Scope::Domain(_) => format!("{verb}_grant"),
    }
}

/// Fails unless all that is named is there.
async fn exist(session: &mut Session, at: &Scope, user: &str, role: Option<&str>) -> Result<()> {
    match at {
        Scope::Project(id) => drop(find::<Project>(session, id).await?),
        Scope::Domain(id) => drop(find::<Domain>(session, id).await?),
        Scope::System => {}
    }
    find::<User>(session, user).await?;
    if let Some(role) = role {
        find::<Role>(session, role).await?;
    }
    Ok(())
}

async fn list_given(me: &Subject, at: &Scope, user: &str, uri: &Uri) -> Result<Response> {
    may(
        &action("list", at).replace("grant", "grants"),
        me.reads_all(),
    )?;
    let mut session = me.app.db.read().await?;
    exist(&mut session, at, user, None).await?;
    let roles = session.direct_roles(user, at).await?;
    let views = roles.iter().map(|it| it.view(&me.base)).collect();
    Ok(response::list("roles", views, &me.base.itself(uri)))
}

async fn give(me: &Subject, at: &Scope, user: &str, role: &str) -> Result<Response> {
    may(&action("create", at), me.admin())?;
    let mut session = me.app.db.write().await?;
    exist(&mut session, at, user, Some(role)).await?;
    session.assign(&[(user, role, at)]).await?;
    session.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn check(me: &Subject, at: &Scope, user: &str, role: &str) -> Result<Response> {
    may(&action("check", at), me.reads_all())?;
    let mut session = me.app.db.read().await?;
    exist(&mut session, at, user, Some(role)).await?;
    let given = session.direct_roles(user, at).await?;
    if given.iter().any(|it| it.id == role) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Fault::Unknown("role assignment with role", role.to_owned()))
    }
}

async fn take(me: &Subject, at: &Scope, user: &str, role: &str) -> Result<Response> {
    may(&action("revoke", at), me.admin())?;
    let mut session = me.app.db.write().await?;
    session.lock_account(user).await?;
    exist(&mut session, at, user, Some(role)).await?;
    if !session.unassign(user, role, at).await? {
        return Err(Fault::Unknown("role assignment with role", role.to_owned()));
    }
    session.revoke_user_at(user, at).await?;
    session.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
