//! Identity v2.0 over HTTP, where the cloud's dialect has it.

mod access;
mod credentials;
mod discovery;
mod error;
mod extract;
mod roles;
mod tenants;
mod tokens;
mod users;

pub(super) use discovery::document;

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post, put};
use http::StatusCode;
use serde_json::json;
use tower::Service;

use super::path_table::PathTable;
use super::response;
use crate::api::images_api::ImagesApi;
use crate::app::App;
use crate::identity::v2::error::IdentityV2Error;

/// The first parts of the paths that stand at the server's root, too, behind the version.
const AT_ROOT: [&str; 6] = ["", "tokens", "tenants", "users", "OS-KSADM", "extensions"];

/// Returns what is below `/v2.0`; in a cloud without Identity v2.0 there is nothing.
pub(super) fn router() -> Router {
    table()
        .router()
        .fallback(async || IdentityV2Error::NoSuchPath)
        .method_not_allowed_fallback(async || IdentityV2Error::BadMethod)
        .layer(from_fn(present))
}

/// Returns every path of Identity v2.0, below the version.
#[must_use]
pub fn paths() -> Vec<String> {
    table().paths()
}

/// Returns the paths of Identity v2.0, below its version.
pub(super) fn table() -> PathTable {
    const CREDENTIALS: &str = "/users/{user}/OS-KSADM/credentials";
    let kind = format!("{CREDENTIALS}/{{kind}}");
    PathTable::default()
        .route("/", get(discovery::version))
        .route("/extensions", get(discovery::extensions))
        .route("/tokens", post(tokens::issue).delete(tokens::revoke_own))
        .route(
            "/tokens/{token}",
            get(tokens::validate).delete(tokens::revoke),
        )
        .route("/tokens/{token}/endpoints", get(tokens::endpoints))
        .route("/tenants", get(tenants::list))
        .route("/users", get(users::list).post(users::create))
        .route(
            "/users/{user}",
            get(users::show)
                .post(users::update)
                .put(users::update)
                .delete(users::delete),
        )
        .route("/users/{user}/roles", get(users::roles))
        .route(
            "/users/{user}/roles/OS-KSADM/{role}",
            put(users::give_role).delete(users::take_role),
        )
        .route(CREDENTIALS, get(credentials::list))
        .route(
            &kind,
            get(credentials::show)
                .post(credentials::update)
                .delete(credentials::remove),
        )
        .route(&format!("{kind}/RAX-AUTH/reset"), post(credentials::reset))
        .route("/OS-KSADM/roles", get(roles::list))
        .route("/OS-KSADM/roles/{role}", get(roles::show))
}

/// Answers a request at the server's root: by Identity v2.0, where clients look for it, or by the Images API. That has a version
/// of the same name, and keeps its own paths below it.
pub(crate) async fn at_root(
    mut images: ImagesApi,
    mut identity: Router,
    request: Request,
) -> Result<Response, Infallible> {
    let app = request.extensions().get::<App>();
    let is_there = app.is_some_and(|app| app.dialect().identity_v2 && app.keystone.is_none());
    if is_there && stands_at_root(request.uri().path()) {
        identity.call(request).await
    } else {
        images.call(request).await
    }
}

fn stands_at_root(path: &str) -> bool {
    let rest = path.trim_start_matches('/').strip_prefix("v2.0");
    rest.is_some_and(|rest| {
        let mut parts = rest.split('/');
        let first = parts.find(|part| !part.is_empty()).unwrap_or_default();
        (rest.is_empty() || rest.starts_with('/')) && AT_ROOT.contains(&first)
    })
}

async fn present(app: App, request: Request, next: Next) -> Response {
    if app.dialect().identity_v2 {
        next.run(request).await
    } else {
        response::no_such_path().await
    }
}

/// Returns 200 with a list under its name, and the list of its links, of which there are none: a list is whole.
fn listed(name: &str, items: &serde_json::Value) -> Response {
    let links = format!("{name}_links");
    response::json(StatusCode::OK, &json!({ name: items, links: [] }))
}
