//! Keystone v3 over HTTP: every route of the embedded identity.

pub mod access_rules;
pub mod assignments;
mod base_url;
pub mod body;
pub mod credentials;
pub mod discovery;
pub mod domains;
mod error;
pub mod groups;
pub mod implied_roles;
pub mod limits;
mod path_table;
pub mod project_tags;
pub mod projects;
pub mod registered_limits;
pub mod resource;
pub mod response;
pub mod role_assignments;
pub mod roles;
pub mod services;
pub mod slashes;
#[cfg(test)]
mod tests;
pub mod token_holder;
pub mod tokens;
pub mod users;
pub(crate) mod v2;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post, put};

use crate::db::identity::{
    Actor, Domain, Endpoint, Group, Reach, Region, Role, Scope, Service, User,
};
use assignments::Grants;
use path_table::PathTable;
use resource::{all, one};

/// The identity API: all that is below `/identity`, where it is nested.
pub fn router() -> Router {
    table()
        .router()
        .fallback(response::no_such_path)
        .method_not_allowed_fallback(response::no_such_method)
        .nest("/v2.0", v2::router())
        .layer(from_fn(response::complete))
}

/// Returns every path of the identity API.
#[must_use]
pub fn paths() -> Vec<String> {
    table().paths()
}

/// Returns the paths of both versions below `/identity`, parameters in braces.
pub(in crate::api) fn paths_of_all_versions() -> Vec<String> {
    table().nest("/v2.0", v2::table()).paths()
}

fn table() -> PathTable {
    PathTable::default()
        .route("/", discovery::only(get(discovery::versions)))
        .route("/v3", discovery::only(get(discovery::v3)))
        .route("/v3/", discovery::only(get(discovery::v3)))
        .nest("/v3/auth", auth())
        .nest("/v3", resources())
        .nest("/v3", assigned())
}

fn auth() -> PathTable {
    PathTable::default()
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

fn resources() -> PathTable {
    PathTable::default()
        .route("/domains", all::<Domain>())
        .route("/domains/{id}", one::<Domain>())
        .route("/roles", all::<Role>())
        .route("/roles/{id}", one::<Role>())
        .route("/roles/{id}/implies", get(implied_roles::list))
        .route(
            "/roles/{prior}/implies/{implied}",
            put(implied_roles::add)
                .get(implied_roles::show)
                .head(implied_roles::check)
                .delete(implied_roles::remove),
        )
        .route("/services", all::<Service>())
        .route("/services/{id}", one::<Service>())
        .route("/endpoints", all::<Endpoint>())
        .route("/endpoints/{id}", one::<Endpoint>())
        .route("/regions", all::<Region>())
        .route("/regions/{id}", one::<Region>())
        .merge(projects_and_users())
        .merge(limit_resources())
}

fn projects_and_users() -> PathTable {
    const CREDENTIALS: &str = "/users/{user}/application_credentials";
    const CREDENTIAL: &str = "/users/{user}/application_credentials/{id}";
    PathTable::default()
        .route("/projects", get(projects::list).post(projects::create))
        .route(
            "/projects/{id}",
            get(projects::show)
                .patch(projects::update)
                .delete(projects::delete),
        )
        .route(
            "/projects/{id}/tags",
            get(project_tags::list)
                .put(project_tags::replace)
                .delete(project_tags::clear),
        )
        .route(
            "/projects/{id}/tags/{tag}",
            get(project_tags::check)
                .put(project_tags::add)
                .delete(project_tags::remove),
        )
        .route("/users", all::<User>())
        .route("/users/{id}", one::<User>())
        .route("/users/{id}/password", post(users::change_password))
        .route("/users/{id}/projects", get(projects::of_user))
        .route("/users/{id}/groups", get(groups::of_user))
        .route("/users/{user}/access_rules", get(access_rules::list))
        .route(
            "/users/{user}/access_rules/{id}",
            get(access_rules::show).delete(access_rules::remove),
        )
        .route("/groups", all::<Group>())
        .route("/groups/{id}", one::<Group>())
        .route("/groups/{id}/users", get(groups::members))
        .route(
            "/groups/{group}/users/{user}",
            put(groups::add).get(groups::check).delete(groups::remove),
        )
        .route(
            CREDENTIALS,
            get(credentials::list).post(credentials::create),
        )
        .route(
            CREDENTIAL,
            get(credentials::show).delete(credentials::remove),
        )
}

fn limit_resources() -> PathTable {
    PathTable::default()
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

fn assigned() -> PathTable {
    type Kind<T> = (&'static str, fn(String) -> T);
    const PLACES: [Kind<Scope>; 2] = [("projects", Scope::Project), ("domains", Scope::Domain)];
    const ACTORS: [Kind<Actor>; 2] = [("users", Actor::User), ("groups", Actor::Group)];
    let mut routes = PathTable::default()
        .route("/role_assignments", get(role_assignments::list))
        .route("/role_inferences", get(implied_roles::inferences));
    for (actors, actor) in ACTORS {
        for (places, scope) in PLACES {
            let grants = Grants {
                scope,
                actor,
                reach: Reach::Here,
            };
            let path = format!("/{places}/{{id}}/{actors}/{{actor}}/roles");
            routes = routes
                .route(&path, grants.roles())
                .route(&format!("{path}/{{role}}"), grants.role());
            let inherited = Grants {
                reach: Reach::Below,
                ..grants
            };
            let path = format!("/OS-INHERIT{path}");
            let one = format!("{path}/{{role}}/inherited_to_projects");
            routes = routes.route(&one, inherited.role());
            if places == "domains" {
                let all = format!("{path}/inherited_to_projects");
                routes = routes.route(&all, inherited.roles());
            }
        }
        let grants = Grants {
            scope: |_| Scope::System,
            actor,
            reach: Reach::Here,
        };
        let path = format!("/system/{actors}/{{actor}}/roles");
        routes = routes
            .route(&path, grants.roles())
            .route(&format!("{path}/{{role}}"), grants.role());
    }
    routes
}
