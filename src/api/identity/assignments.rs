//! Grants over HTTP: the roles of a user or group on a project, a domain or the system.

use std::collections::HashMap;

use axum::extract::{OriginalUri, Path};
use axum::routing::{MethodRouter, get, put};
use http::StatusCode;

use super::resource::View;
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::{Actor, GrantPlace, Reach, Scope};
use crate::identity::error::KeystoneError;

/// What a path captures, by name: `id` of the place, `actor` and `role`.
type Ids = Path<HashMap<String, String>>;

/// The grants that a path is about.
#[derive(Clone, Copy)]
pub(crate) struct Grants {
    /// The scope of an id.
    pub(crate) scope: fn(String) -> Scope,
    /// The holder of an id.
    pub(crate) actor: fn(String) -> Actor,
    /// The projects that they hold for.
    pub(crate) reach: Reach,
}

impl Grants {
    /// Returns the routes of all roles in a place.
    pub(crate) fn roles(self) -> MethodRouter {
        get(
            move |request: Authenticated, Path(ids): Ids, OriginalUri(uri): OriginalUri| async move {
                let (place, _) = self.read(ids);
                let roles = request.service().roles_given(&place).await?;
                let views = roles.iter().map(|role| role.view(&request.base)).collect();
                let itself = request.base.itself(&uri);
                Result::<_, KeystoneError>::Ok(response::list("roles", views, &itself))
            },
        )
    }

    /// Returns the routes of one role in a place.
    pub(crate) fn role(self) -> MethodRouter {
        put(move |request: Authenticated, Path(ids): Ids| async move {
            let (place, role) = self.read(ids);
            let done = request.service().assign_role(&place, &role).await;
            done.map(|()| StatusCode::NO_CONTENT)
        })
        .get(move |request: Authenticated, Path(ids): Ids| async move {
            let (place, role) = self.read(ids);
            let done = request.service().check_role(&place, &role).await;
            done.map(|()| StatusCode::NO_CONTENT)
        })
        .delete(move |request: Authenticated, Path(ids): Ids| async move {
            let (place, role) = self.read(ids);
            let done = request.service().revoke_role(&place, &role).await;
            done.map(|()| StatusCode::NO_CONTENT)
        })
    }

    fn read(self, mut ids: HashMap<String, String>) -> (GrantPlace, String) {
        let mut take = |name: &str| ids.remove(name).unwrap_or_default();
        let place = GrantPlace {
            actor: (self.actor)(take("actor")),
            at: (self.scope)(take("id")),
            reach: self.reach,
        };
        (place, take("role"))
    }
}
