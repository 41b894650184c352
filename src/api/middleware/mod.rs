//! The layers that every request passes.

pub mod auth;
pub mod cors;
pub mod faults;
pub mod journal;
#[cfg(feature = "otel")]
mod otel;
#[cfg(not(feature = "otel"))]
mod otel_absent;
pub mod simulated_time;
pub mod trace;
pub mod version;

use axum::Router;
use axum::middleware::from_fn;
use tower::ServiceBuilder;

use super::error;
#[cfg(not(feature = "otel"))]
use otel_absent as otel;

/// Wraps both APIs in what every request passes, from the outermost to the innermost.
pub(super) fn around_everything(routes: Router) -> Router {
    routes.layer(
        ServiceBuilder::new()
            .layer(trace::layer())
            .layer(from_fn(simulated_time::lend))
            .layer(from_fn(journal::keep))
            .layer(from_fn(faults::strike)),
    )
}

/// Wraps the Images API in what only its requests pass, from the outermost to the innermost.
///
/// The version stands before the routes, for it may change the path that they look at.
pub(super) fn around_images(routes: Router) -> Router {
    let service = ServiceBuilder::new()
        .layer(from_fn(error::write))
        .layer(from_fn(version::version))
        .layer(from_fn(auth::caller))
        .service(routes);
    Router::new().fallback_service(service)
}
