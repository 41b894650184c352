//! `GET /metrics`: the measurements of the server, on its own address or on another.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, StatusCode};
use hyper::body::Incoming;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::cloud::{Cloud, Clouds};
use crate::control;
use crate::runtime::metrics::{Inventory, Metrics, TextFormat};
use crate::{Result, api};

/// The path.
pub(super) const PATH: &str = "/metrics";

/// The time for which the numbers of rows are kept: whoever asks often does not make the database count often.
const KEPT: Duration = Duration::from_secs(1);

/// The time that the database has to count its rows.
const COUNTING: Duration = Duration::from_secs(2);

/// Returns measurements for a server: a handle that clouds are given, before they are opened.
pub(super) fn collecting() -> Metrics {
    let mut templates = api::path_templates();
    templates.extend(control::path_templates());
    templates.push(PATH.into());
    Metrics::collecting(&templates)
}

/// Answers with the measurements of a server; cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct MetricsEndpoint(Arc<EndpointInner>);

#[derive(Debug)]
struct EndpointInner {
    clouds: Clouds,
    metrics: Metrics,
    /// The moment at which rows were counted last.
    counted: Mutex<Option<Instant>>,
}

impl MetricsEndpoint {
    pub(super) fn new(clouds: Clouds, metrics: Metrics) -> Self {
        Self(Arc::new(EndpointInner {
            clouds,
            metrics,
            counted: Mutex::default(),
        }))
    }

    /// Answers a request on the address of the server itself: whoever may control the server may read its metrics.
    pub(super) async fn answer_guarded(&self, method: &Method, headers: &HeaderMap) -> Response {
        let config = self.0.clouds.main().start();
        match control::check_reader_of_metrics(config, headers) {
            Ok(()) => self.answer(method, headers).await,
            Err(refusal) => refusal.into_response(),
        }
    }

    async fn answer(&self, method: &Method, headers: &HeaderMap) -> Response {
        if ![Method::GET, Method::HEAD].contains(method) {
            let allow = [(ALLOW, "GET, HEAD")];
            return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
        }
        self.count_rows().await;
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
        let format = TextFormat::accepted(accept.unwrap_or_default());
        let metrics = self.0.metrics.clone();
        match spawn_blocking(move || metrics.text(format)).await {
            Ok(Some(text)) => ([(CONTENT_TYPE, format.media_type())], text).into_response(),
            Ok(None) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    /// Counts the rows, unless that was done just now. While the database does not answer there are no numbers.
    async fn count_rows(&self) {
        let mut counted = self.0.counted.lock().await;
        if counted.is_some_and(|counted| counted.elapsed() < KEPT) {
            return;
        }
        let sandboxes = self.0.clouds.sandboxes().len();
        let rows = timeout(COUNTING, rows(self.0.clouds.main())).await;
        let inventory = match rows {
            Ok(Ok(inventory)) => inventory,
            Ok(Err(error)) => {
                let cause = &error as &dyn std::error::Error;
                tracing::debug!(error = cause, "cannot count rows for the metrics");
                Inventory::default()
            }
            Err(_) => Inventory::default(),
        };
        let metrics = &self.0.metrics;
        metrics.set_inventory(&Inventory {
            sandboxes,
            ..inventory
        });
        *counted = Some(Instant::now());
    }
}

async fn rows(cloud: &Cloud) -> Result<Inventory> {
    let app = cloud.app().await;
    let mut db = app.db.read().await?;
    Ok(Inventory {
        images: db.images_by_status().await?,
        tasks: db.tasks_by_kind().await?,
        sandboxes: 0,
    })
}

impl hyper::service::Service<Request<Incoming>> for MetricsEndpoint {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, std::result::Result<Response, Infallible>>;

    /// Answers a request on the address of the metrics, where nothing else is.
    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let endpoint = self.clone();
        Box::pin(async move {
            if request.uri().path() != PATH {
                let text = "Metrics are at /metrics.\n";
                return Ok((StatusCode::NOT_FOUND, text).into_response());
            }
            Ok(endpoint.answer(request.method(), request.headers()).await)
        })
    }
}
