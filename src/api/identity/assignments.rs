//! Giving roles to users and taking them back.

use axum::extract::{OriginalUri, Path};
use axum::response::Response;
use axum::routing::{MethodRouter, get, put};
use http::{StatusCode, Uri};

use super::resource::View;
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::Scope;
use crate::identity::error::Result;

/// Where roles are held, as a path says it: what goes before `/users/{user}/roles`.
pub(crate) trait GrantTarget: Send + 'static {
    /// Returns what the path captures: the place, if it has an id, and the user.
    fn scope(id: String) -> Scope;
}

/// The path names a project.
pub(crate) struct OnProject;
/// The path names a domain.
pub(crate) struct OnDomain;

impl GrantTarget for OnProject {
    fn scope(id: String) -> Scope {
        Scope::Project(id)
    }
}

impl GrantTarget for OnDomain {
    fn scope(id: String) -> Scope {
        Scope::Domain(id)
    }
}

/// The routes of one user's roles on a project or a domain.
pub(crate) fn roles<P: GrantTarget>() -> MethodRouter {
    get(
        |request: Authenticated, Path((place, user)): Path<(String, String)>, uri: OriginalUri| async move {
            list_given(&request, &P::scope(place), &user, &uri).await
        },
    )
}

/// The routes of one such role.
pub(crate) fn role<P: GrantTarget>() -> MethodRouter {
    type Ids = Path<(String, String, String)>;
    put(
        |request: Authenticated, Path((place, user, role)): Ids| async move {
            request
                .service()
                .assign_role(&P::scope(place), &user, &role)
                .await
                .map(|()| StatusCode::NO_CONTENT)
        },
    )
    .get(
        |request: Authenticated, Path((place, user, role)): Ids| async move {
            request
                .service()
                .check_role(&P::scope(place), &user, &role)
                .await
                .map(|()| StatusCode::NO_CONTENT)
        },
    )
    .delete(
        |request: Authenticated, Path((place, user, role)): Ids| async move {
            request
                .service()
                .revoke_role(&P::scope(place), &user, &role)
                .await
                .map(|()| StatusCode::NO_CONTENT)
        },
    )
}

/// The routes of one user's roles on the system.
pub(crate) fn system_roles() -> MethodRouter {
    get(
        |request: Authenticated, Path(user): Path<String>, uri: OriginalUri| async move {
            list_given(&request, &Scope::System, &user, &uri).await
        },
    )
}

/// The routes of one such role.
pub(crate) fn system_role() -> MethodRouter {
    type Ids = Path<(String, String)>;
    put(
        |request: Authenticated, Path((user, role)): Ids| async move {
            request
                .service()
                .assign_role(&Scope::System, &user, &role)
                .await
                .map(|()| StatusCode::NO_CONTENT)
        },
    )
    .get(
        |request: Authenticated, Path((user, role)): Ids| async move {
            request
                .service()
                .check_role(&Scope::System, &user, &role)
                .await
                .map(|()| StatusCode::NO_CONTENT)
        },
    )
    .delete(
        |request: Authenticated, Path((user, role)): Ids| async move {
            request
                .service()
                .revoke_role(&Scope::System, &user, &role)
                .await
                .map(|()| StatusCode::NO_CONTENT)
        },
    )
}

async fn list_given(
    request: &Authenticated,
    at: &Scope,
    user: &str,
    uri: &Uri,
) -> Result<Response> {
    let roles = request.service().roles_given(at, user).await?;
    let views = roles.iter().map(|role| role.view(&request.base)).collect();
    Ok(response::list("roles", views, &request.base.itself(uri)))
}
