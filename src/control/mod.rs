//! The control API below `/_lookalike`, for tests.
//!
//! None of it is reachable through the Images API, none of it is written into the journal or hit by
//! faults, and no web page may call it.

mod access;
mod audit;
mod body;
mod clock;
mod cloud;
mod config;
#[cfg(feature = "console")]
mod console;
#[cfg(not(feature = "console"))]
mod console_absent;
mod deletions;
mod documents;
mod events;
mod extract;
mod faults;
mod health;
mod index;
mod journal;
mod metadefs;
mod openapi;
mod pace;
mod policy;
mod refusal;
mod reset;
mod sandboxes;
mod seeds;
mod simulated_time;
mod snapshots;
mod status;
mod time;
mod trace;
mod unread;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use http::{StatusCode, Uri};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::cloud::Clouds;
pub use access::check_reader_of_metrics;
pub(crate) use body::{Body, Given};
#[cfg(feature = "console")]
pub use console::Console;
#[cfg(not(feature = "console"))]
pub use console_absent::Console;
pub use documents::{DescribedApi, openapi_document};
use openapi::{DescribedParts, ServerKind};
pub use refusal::ControlError;
pub use unread::{UnreadInput, UnreadName, unread};

/// The root of the control API.
const ROOT: &str = "/_lookalike";

/// Returns whether a path is one of these.
#[must_use]
pub fn is_control(path: &str) -> bool {
    let rest = path.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the templates of all paths of the control API, parameters in braces.
#[must_use]
pub fn path_templates() -> Vec<String> {
    let parts = DescribedParts {
        kind: ServerKind::Server,
        console: true,
    };
    let (paths, _) = openapi::described(parts);
    let paths = paths.keys().map(|path| format!("{ROOT}{path}"));
    let files = ["", "/ui/{*page}", "/openapi.json"].map(|path| format!("{ROOT}{path}"));
    paths.chain(files).collect()
}

/// The control API of the main cloud, with that of the sandboxes. The cloud comes with each request.
pub fn main(clouds: Clouds, console: &Console) -> Router {
    let status = status::routes(Some(clouds.clone()));
    let sandboxes = sandboxes::routes().with_state(clouds);
    let powers = powers(ServerKind::Server, console);
    around(powers.merge(sandboxes).merge(status))
}

/// The control API of a sandbox, the same router for all of them: the cloud comes with each request.
pub fn sandbox(console: &Console) -> Router {
    around(powers(ServerKind::Sandbox, console).merge(status::routes(None)))
}

/// Returns the routes that every cloud has.
fn powers(kind: ServerKind, console: &Console) -> Router {
    let described = DescribedParts {
        kind,
        console: console.is_served(),
    };
    Router::new()
        .merge(clock::routes())
        .merge(cloud::routes())
        .merge(config::routes())
        .merge(deletions::routes())
        .merge(documents::routes())
        .merge(events::routes())
        .merge(faults::routes())
        .merge(health::routes())
        .merge(console.routes())
        .merge(index::routes(described))
        .merge(journal::routes())
        .merge(metadefs::routes())
        .merge(openapi::routes(described))
        .merge(policy::routes())
        .merge(pace::routes())
        .merge(reset::routes())
        .merge(snapshots::routes())
        .merge(unread::routes())
        .merge(seeds::routes())
}

fn around(routes: Router) -> Router {
    let routes = routes
        .fallback(async |request: Request| ControlError::no_such_path(request.uri().path()))
        .method_not_allowed_fallback(async |request: Request| {
            ControlError::no_such_method(request.method(), request.uri().path())
        })
        .layer(from_fn(simulated_time::lend))
        .layer(from_fn(access::check))
        .layer(CatchPanicLayer::custom(|_| {
            let why = "the control failed: the log of the server says where";
            ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
        }))
        .layer(trace::layer());
    // Of what is nested, axum knows the root without a slash only.
    let root = routes.clone().map_request(|mut request: Request| {
        let query = request.uri().query();
        let root = query.map_or_else(|| "/".into(), |value| format!("/?{value}"));
        if let Ok(root) = Uri::try_from(root) {
            *request.uri_mut() = root;
        }
        request
    });
    Router::new()
        .nest(ROOT, routes)
        .route_service(&format!("{ROOT}/"), root)
}
