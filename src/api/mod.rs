//! What HTTP looks like: every route, and every layer that a request passes.

mod actions;
mod authenticate;
mod base;
mod cors;
mod data;
mod discovery;
mod extract;
mod fault;
mod images;
mod json;
mod link;
mod locations;
mod log;
mod members;
mod metadefs;
mod negotiate;
mod refuse;
mod routes;
mod schemas;
mod stores;
mod tags;
mod usage;
mod view;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, delete, get, post, put};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::identity;
pub use routes::Route;
use routes::{Routes, hidden, known};

/// Everything the server answers.
pub fn router(app: App) -> Router {
    // From the outermost to the innermost. The version stands before the routes, for it may change
    // the path that they look at.
    let images = ServiceBuilder::new()
        .layer(from_fn(fault::write))
        .layer(from_fn_with_state(app.clone(), negotiate::version))
        .layer(from_fn_with_state(app.clone(), authenticate::caller))
        .service(images(app.clone()));
    with_identity(&app)
        .fallback_service(images)
        .layer(from_fn_with_state(app.clone(), cors::share))
        // Beside all that: even CORS does not look at it.
        .route("/healthcheck", any(discovery::health))
        .route("/healthcheck/", any(discovery::health))
        .route("/healthcheck/{*rest}", any(discovery::health))
        .with_state(app)
        .layer(from_fn(log::line))
}

/// The embedded identity, unless a Keystone elsewhere stands in its place.
fn with_identity(app: &App) -> Router<App> {
    if app.keystone.is_some() {
        return Router::new();
    }
    let identity = ServiceBuilder::new()
        .layer(CatchPanicLayer::new())
        .service(identity::router(app.clone()));
    Router::new().nest_service("/identity", identity)
}

/// The Images API.
fn images(app: App) -> Router {
    table()
        .router()
        .route("/v2", any(discovery::redirect))
        .fallback(refuse::unknown)
        .layer(CatchPanicLayer::custom(fault::panicked))
        .with_state(app)
}

/// Every call that the Images API has, in the order of the table below.
#[must_use]
pub fn routes() -> Vec<Route> {
    table().table()
}

fn table() -> Routes {
    let image = "/v2/images/{image}";
    let at = |rest: &str| format!("{image}{rest}");
    Routes::default()
        .route(
            "/v2/images",
            known("GET, POST", get(images::list).post(images::create)),
        )
        .route(
            image,
            known(
                "GET, PATCH, DELETE",
                get(images::show)
                    .patch(images::update)
                    .delete(images::delete),
            ),
        )
        .route(
            &at("/file"),
            known("GET, PUT", get(data::download).put(data::upload)),
        )
        .route(
            &at("/locations"),
            known("GET, POST", get(locations::list).post(locations::add)),
        )
        .route(
            &at("/actions/deactivate"),
            known("POST", post(actions::deactivate)),
        )
        .route(
            &at("/actions/reactivate"),
            known("POST", post(actions::reactivate)),
        )
        .route(
            &at("/tags/{tag}"),
            known("PUT, DELETE", put(tags::add).delete(tags::remove)),
        )
        .route(
            &at("/members"),
            known("GET, POST", get(members::list).post(members::add)),
        )
        .route(
            &at("/members/{member}"),
            known(
                "GET, PUT, DELETE",
                get(members::show)
                    .put(members::update)
                    .merge(delete(members::remove)),
            ),
        )
        .route("/v2/info/stores", known("GET", get(stores::info)))
        .route("/v2/info/stores/detail", known("GET", get(stores::detail)))
        .route(
            "/v2/stores/{store}/{image}",
            known("DELETE", delete(stores::delete)),
        )
        .route("/v2/schemas/{name}", known("GET", get(schemas::show)))
        .route(
            "/v2/schemas/metadefs/{name}",
            known("GET", get(schemas::show_metadef)),
        )
        // Alone among these, it knows nothing of methods that it does not have.
        .route("/v2/info/usage", hidden("GET", get(usage::show)))
        .merge(metadefs::routes())
}
