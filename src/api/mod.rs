//! HTTP: every route, and every layer that a request passes.

mod absent_routes;
mod actions;
mod audit;
mod base;
mod cache;
mod data;
mod discovery;
mod error;
mod extract;
mod gate;
mod identity;
mod images;
mod images_api;
mod imports;
mod json;
mod json_body;
pub(crate) mod json_size;
mod key_manager;
mod link;
mod locations;
mod members;
mod metadefs;
mod middleware;
mod not_found;
mod object_store;
mod over_limit;
mod route_table;
mod schemas;
mod stores;
mod tags;
mod tasks;
mod transfer;
mod usage;
mod view;
pub(crate) mod whole_body;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{any, delete, get, post, put};
use http::StatusCode;
use tower::service_fn;
use tower_http::catch_panic::CatchPanicLayer;

use crate::dialect::Dialect;
#[cfg(feature = "console")]
pub(crate) use error::prefers_page;
pub use identity::paths as identity_paths;
pub use identity::v2::paths as identity_v2_paths;
use images_api::ImagesApi;
pub(crate) use middleware::trace::LogResponse;
pub use route_table::Route;
use route_table::{PathMethods, RouteTable, with_allow, without_allow};

/// What answers the requests of every cloud: the Images API and the embedded identity. It is built once; cloning it is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    routes: Router,
}

impl Api {
    pub(crate) fn new() -> Self {
        Self {
            routes: routes_of_all(),
        }
    }

    /// Answers a request, which brings its cloud along as an [`App`] in its extensions.
    pub(crate) async fn answer(&self, request: Request) -> Response {
        middleware::around_everything(request, self.routes.clone()).await
    }
}

fn routes_of_all() -> Router {
    let images = ImagesApi::new(images());
    let identity = identity(images.clone());
    let around = identity::slashes::around(identity.clone());
    let cdn = object_store::cdn(images.clone());
    Router::new()
        .route_service("/cdn/{*rest}", cdn.into_service())
        // Clients that take the server for Keystone look for it here, and are led to /identity/v3.
        .route_service("/v3", identity.clone().into_service())
        .route_service("/v3/", identity.clone().into_service())
        .route_service("/v3/auth/tokens", identity.clone().into_service())
        .nest_service("/identity", around.clone())
        .merge(object_store::routes(images.clone()))
        .merge(key_manager::routes(images.clone()))
        .route("/healthcheck", any(discovery::health))
        .route("/healthcheck/", any(discovery::health))
        .route("/healthcheck/{*rest}", any(discovery::health))
        .fallback_service(service_fn(move |request| {
            identity::v2::at_root(images.clone(), around.clone(), request)
        }))
}

/// The embedded identity. For a cloud whose Keystone is elsewhere its paths are the Images API's,
/// which knows none of them.
fn identity(images: ImagesApi) -> Router {
    let identity = identity::router().layer(CatchPanicLayer::new());
    gate::only_where(|app| app.keystone.is_none(), identity, images)
}

/// The Images API.
fn images() -> Router {
    table()
        .router()
        .route("/v2", any(discovery::redirect))
        .fallback(not_found::unknown)
        .layer(CatchPanicLayer::custom(error::panicked))
}

/// Returns every call of the Images API that a dialect has, in the order of the table below.
#[must_use]
pub fn routes(dialect: &Dialect) -> Vec<Route> {
    let paths = table().paths();
    let routes = paths.iter().flat_map(PathMethods::routes);
    routes
        .filter(|route| !dialect.lacks(route.method, &route.path))
        .collect()
}

/// Returns the templates of all paths of both APIs, parameters in braces: those that clients look for at two places, with both.
#[must_use]
pub fn path_templates() -> Vec<String> {
    let images = table().paths().into_iter().map(|path| path.path);
    let identity = identity::paths_of_all_versions();
    let at_root = identity.iter().filter(|path| path.starts_with("/v2.0"));
    let at_root = at_root.filter(|path| *path != "/v2.0/").cloned();
    let below = identity.iter().map(|path| format!("/identity{path}"));
    let others = [
        "/",
        "/versions",
        "/v2",
        "/healthcheck",
        "/v3",
        "/v3/auth/tokens",
        "/identity",
        "/info",
        "/v1/{account}",
        "/v1/{account}/{container}",
        "/v1/{account}/{container}/{*object}",
        "/key-manager",
        "/key-manager/v1",
        "/key-manager/v1/secrets/{id}",
        "/key-manager/v1/secrets/{id}/payload",
    ];
    let others = others.into_iter().map(str::to_owned);
    images.chain(at_root).chain(below).chain(others).collect()
}

fn table() -> RouteTable {
    cache_table(service_table(image_table()))
}

fn image_table() -> RouteTable {
    let image = "/v2/images/{image}";
    let at = |rest: &str| format!("{image}{rest}");
    RouteTable::default()
        .route(
            "/v2/images",
            with_allow("GET, POST", get(images::list).post(images::create)),
        )
        .route(
            image,
            with_allow(
                "GET, PATCH, DELETE",
                get(images::show)
                    .patch(images::update)
                    .delete(images::delete),
            ),
        )
        .route(
            &at("/file"),
            with_allow("GET, PUT", get(data::download).put(data::upload)),
        )
        .route(
            &at("/locations"),
            with_allow("GET, POST", get(locations::list).post(locations::add)),
        )
        .route(
            &at("/actions/deactivate"),
            with_allow("POST", post(actions::deactivate)),
        )
        .route(
            &at("/actions/reactivate"),
            with_allow("POST", post(actions::reactivate)),
        )
        .route(
            &at("/tags/{tag}"),
            with_allow("PUT, DELETE", put(tags::add).delete(tags::remove)),
        )
        .route(
            &at("/members"),
            with_allow("GET, POST", get(members::list).post(members::add)),
        )
        .route(
            &at("/members/{member}"),
            with_allow(
                "GET, PUT, DELETE",
                get(members::show)
                    .put(members::update)
                    .merge(delete(members::remove)),
            ),
        )
        .route(&at("/tasks"), without_allow("GET", get(tasks::of_image)))
        .route(&at("/stage"), with_allow("PUT", put(imports::stage)))
        .route(&at("/import"), with_allow("POST", post(imports::import)))
}

/// Adds what is not about one image: tasks, stores, schemas and metadata definitions.
fn service_table(routes: RouteTable) -> RouteTable {
    routes
        .route(
            "/v2/tasks",
            with_allow("GET, POST", get(tasks::list).post(tasks::create)),
        )
        .route(
            "/v2/tasks/{task}",
            with_allow("GET, DELETE", get(tasks::show).delete(tasks::delete)),
        )
        .route("/v2/info/import", with_allow("GET", get(imports::methods)))
        .route("/v2/info/stores", with_allow("GET", get(stores::info)))
        .route(
            "/v2/info/stores/detail",
            with_allow("GET", get(stores::detail)),
        )
        .route(
            "/v2/stores/{store}/{image}",
            with_allow("DELETE", delete(stores::delete)),
        )
        // Alone among these, it knows nothing of methods that it does not have.
        .route("/v2/info/usage", without_allow("GET", get(usage::show)))
        .merge(metadefs::routes())
        .merge(schemas::routes())
}

fn cache_table(routes: RouteTable) -> RouteTable {
    routes
        .route(
            "/v2/cache",
            with_allow("GET, DELETE", get(cache::show).delete(cache::clear)),
        )
        .route(
            "/v2/cache/{image}",
            with_allow("DELETE, PUT", delete(cache::remove).put(cache::add)),
        )
        .route(
            "/v2/cache/nodes/{image}",
            with_allow("GET", get(cache::nodes)),
        )
        .route("/v2/cache/clean", with_allow("POST", post(cache::clean)))
        .route("/v2/cache/prune", with_allow("POST", post(cache::prune)))
        .route(
            "/v2/cached_images",
            without_allow(
                "GET, DELETE",
                get(cache::old_cached).delete(cache::old_clear_cached),
            ),
        )
        .route(
            "/v2/cached_images/{image}",
            without_allow("DELETE", delete(cache::old_remove_cached)),
        )
        .route(
            "/v2/queued_images",
            without_allow(
                "GET, DELETE",
                get(cache::old_queued).delete(cache::old_clear_queued),
            ),
        )
        .route(
            "/v2/queued_images/{image}",
            without_allow(
                "PUT, DELETE",
                put(cache::old_queue).delete(cache::old_remove_queued),
            ),
        )
}

/// Returns whether answers of a status never have a body.
fn has_no_body(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}
