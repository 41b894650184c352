//! Keystone v3 over HTTP: every route of the embedded identity.

pub mod assignments;
mod base_url;
pub mod body;
pub mod credentials;
pub mod discovery;
pub mod domains;
mod error;
pub mod limits;
pub mod projects;
pub mod registered_limits;
pub mod resource;
pub mod response;
pub mod role_assignments;
pub mod roles;
pub mod services;
#[cfg(test)]
mod tests;
pub mod token_holder;
pub mod tokens;
pub mod users;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::db::identity::{Domain, Endpoint, Project, Region, Role, Service, User};
use assignments::{OnDomain, OnProject};
use resource::{all, one};

/// The identity API: all that is below `/identity`, where it is nested.
pub fn router() -> Router {
    Router::new()
        .route("/", get(discovery::versions))
        .route("/v3", get(discovery::v3))
        .route("/v3/", get(discovery::v3))
        .nest("/v3/auth", auth())
        .nest("/v3", resources())
        .nest("/v3", assigned())
        .fallback(response::no_such_path)
        .method_not_allowed_fallback(response::no_such_method)
        .layer(from_fn(response::complete))
}

fn auth() -> Router {
    Router::new()
        .route(
            "/tokens",
            post(tokens::issue)
                .get(tokens::validate)
                .delete(tokens::revoke),
        )
        .route("/projects", get(projects::mine))
        .route("/domains", get(tokens::domains))
        .route("/system", get(tokens::system))
        .route("/catalog", get(tokens::catalog))
}

fn resources() -> Router {
    const CREDENTIALS: &str = "/users/{user}/application_credentials";
    const CREDENTIAL: &str = "/users/{user}/application_credentials/{id}";
    Router::new()
        .route("/domains", all::<Domain>())
        .route("/domains/{id}", one::<Domain>())
        .route("/projects", all::<Project>())
        .route("/projects/{id}", one::<Project>())
        .route("/users", all::<User>())
        .route("/users/{id}", one::<User>())
        .route("/users/{id}/password", post(users::change_password))
        .route("/users/{id}/projects", get(projects::of_user))
        .route(
            CREDENTIALS,
            get(credentials::list).post(credentials::create),
        )
        .route(
            CREDENTIAL,
            get(credentials::show).delete(credentials::remove),
        )
        .route("/roles", all::<Role>())
        .route("/roles/{id}", one::<Role>())
        .route("/services", all::<Service>())
        .route("/services/{id}", one::<Service>())
        .route("/endpoints", all::<Endpoint>())
        .route("/endpoints/{id}", one::<Endpoint>())
        .route("/regions", all::<Region>())
        .route("/regions/{id}", one::<Region>())
        .route(
            "/registered_limits",
            get(registered_limits::list).post(registered_limits::create),
        )
        .route(
            "/registered_limits/{id}",
            get(registered_limits::show)
                .patch(registered_limits::change)
                .delete(registered_limits::remove),
        )
        .route("/limits", get(limits::list).post(limits::create))
        .route(
            "/limits/{id}",
            get(limits::show)
                .patch(limits::change)
                .delete(limits::remove),
        )
        .route("/limits/model", get(limits::model))
}

fn assigned() -> Router {
    Router::new()
        .route("/role_assignments", get(role_assignments::list))
        .route("/role_inferences", get(roles::inferences))
        .route(
            "/projects/{id}/users/{user}/roles",
            assignments::roles::<OnProject>(),
        )
        .route(
            "/projects/{id}/users/{user}/roles/{role}",
            assignments::role::<OnProject>(),
        )
        .route(
            "/domains/{id}/users/{user}/roles",
            assignments::roles::<OnDomain>(),
        )
        .route(
            "/domains/{id}/users/{user}/roles/{role}",
            assignments::role::<OnDomain>(),
        )
        .route("/system/users/{user}/roles", assignments::system_roles())
        .route(
            "/system/users/{user}/roles/{role}",
            assignments::system_role(),
        )
}
