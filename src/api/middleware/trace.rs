//! One line in the log for each request.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// The path that load balancers and containers probe.
const HEALTH: &str = "/healthcheck";

/// What an inner layer learned of a request.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) project: Option<String>,
    pub(crate) request: String,
}

/// Says what was asked, by whom, and how it went. Never a query, a header or a body: they may hold
/// secrets.
pub(crate) async fn line(request: Request, next: Next) -> Response {
    if !tracing::enabled!(target: "lookalike::request", tracing::Level::INFO) {
        return next.run(request).await;
    }
    let start = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    // Probes come every few seconds, and say nothing about clients.
    if path == HEALTH || path.starts_with("/healthcheck/") {
        let status = response.status().as_u16();
        tracing::debug!(target: "lookalike::request", %method, path, status);
        return response;
    }
    let logged = response.extensions().get::<Logged>();
    tracing::info!(
        target: "lookalike::request",
        %method,
        path,
        status = response.status().as_u16(),
        ms = (start.elapsed().as_secs_f64() * 1e6).round() / 1e3,
        project = logged.and_then(|it| it.project.as_deref()).unwrap_or("-"),
        request_id = logged.map_or("-", |it| it.request.as_str()),
    );
    response
}
