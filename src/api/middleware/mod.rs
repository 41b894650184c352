//! The layers that every request passes.

pub mod auth;
pub mod cors;
pub mod faults;
pub mod journal;
pub mod next;
#[cfg(feature = "otel")]
mod otel;
#[cfg(not(feature = "otel"))]
mod otel_absent;
mod policy_questions;
mod replay;
pub mod simulated_time;
pub mod trace;
pub mod version;

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use tower::{Layer, ServiceExt, service_fn};

use super::error;
use super::extract::take_cloud;
use crate::app::App;
use faults::is_spared;
#[cfg(not(feature = "otel"))]
use otel_absent as otel;

/// Answers a request by the routes of both APIs, within what every request passes. The cloud is in its extensions.
pub(super) async fn around_everything(request: Request, routes: Router) -> Response {
    let traced = trace::layer().layer(service_fn(|request| {
        let routes = routes.clone();
        async { Ok::<_, Infallible>(pass(request, routes).await) }
    }));
    match traced.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// Takes the steps of every request, from the outermost to the innermost.
async fn pass(mut request: Request, routes: Router) -> Response {
    let app = match take_cloud(&mut request) {
        Ok(app) => app,
        Err(error) => return error.into_response(),
    };
    let route = |app: App, request: Request| ask(app, request, routes);
    // CORS does not look at health checks.
    let share = |app: App, request: Request| async {
        if is_spared(request.uri().path()) {
            return route(app, request).await;
        }
        cors::share(app, request, route).await
    };
    let strike = |app: App, request: Request| faults::strike(app, request, share);
    let keep = |app: App, request: Request| journal::keep(app, request, strike);
    simulated_time::lend(app, request, keep).await
}

/// Answers a request by the routes of the Images API, within what only its requests pass. The cloud is in its extensions.
pub(super) async fn around_images(mut request: Request, routes: Router) -> Response {
    let app = match take_cloud(&mut request) {
        Ok(app) => app,
        Err(error) => return error.into_response(),
    };
    let route = |app: App, request: Request| policy_questions::ask(app, request, routes);
    let identify = |app: App, request: Request| auth::caller(app, request, route);
    // The version stands before the routes, for it may change the path that they look at.
    let version = |app: App, request: Request| version::version(app, request, identify);
    error::write(app, request, version).await
}

/// Asks the routes.
async fn ask(app: App, mut request: Request, routes: Router) -> Response {
    request.extensions_mut().insert(app);
    match routes.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
