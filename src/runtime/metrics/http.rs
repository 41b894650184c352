//! Measurements of requests.

use std::sync::Arc;
use std::time::Instant;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{AnsweredRequest, RoutedRequest};
use super::route_names::RouteNames;

/// The upper bounds of the times of requests, in seconds.
const BOUNDS: [f64; 16] = [
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0, 60.0,
];

/// Measurements of the requests of a server.
#[derive(Debug)]
pub(super) struct HttpInstruments {
    routes: RouteNames,
    answered: Family<AnsweredRequest, Counter>,
    durations: Family<RoutedRequest, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    abandoned: Counter,
}

impl HttpInstruments {
    pub(super) fn register(registry: &mut Registry, routes: &[String]) -> Self {
        let new = Self {
            routes: RouteNames::new(routes),
            answered: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            in_flight: Gauge::default(),
            abandoned: Counter::default(),
        };
        registry.register(
            "http_requests",
            "Requests that were answered, by the template of their path",
            new.answered.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            new.durations.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests whose answer has not begun",
            new.in_flight.clone(),
        );
        registry.register(
            "http_requests_abandoned",
            "Requests whose connection ended before their answer began",
            new.abandoned.clone(),
        );
        new
    }
}

/// A request whose time is taken. Dropped without an answer, it counts as abandoned.
#[derive(Debug)]
pub(super) struct MeteredRequest {
    instruments: Arc<HttpInstruments>,
    route: Arc<str>,
    method: &'static str,
    started: Instant,
    is_answered: bool,
}

impl MeteredRequest {
    pub(super) fn start(instruments: &Arc<HttpInstruments>, method: &str) -> Self {
        instruments.in_flight.inc();
        Self {
            instruments: Arc::clone(instruments),
            route: instruments.routes.other(),
            method: known(method),
            started: Instant::now(),
            is_answered: false,
        }
    }

    /// Notes the path, as the routes know it.
    pub(super) fn at(&mut self, path: &str) {
        self.route = self.instruments.routes.of(path);
    }

    /// Ends the time: the head of the answer is there.
    pub(super) fn answered(mut self, status: u16) {
        self.is_answered = true;
        let (route, method) = (Arc::clone(&self.route), self.method);
        let labels = RoutedRequest { route, method };
        let seconds = self.started.elapsed().as_secs_f64();
        let instruments = &self.instruments;
        instruments
            .durations
            .get_or_create(&labels)
            .observe(seconds);
        let RoutedRequest { route, method } = labels;
        let labels = AnsweredRequest {
            route,
            method,
            status,
        };
        instruments.answered.get_or_create(&labels).inc();
    }
}

impl Drop for MeteredRequest {
    fn drop(&mut self) {
        self.instruments.in_flight.dec();
        if !self.is_answered {
            self.instruments.abandoned.inc();
        }
    }
}

/// Returns the method as a label: a client may send any word as one.
fn known(method: &str) -> &'static str {
    const METHODS: [&str; 8] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "COPY",
    ];
    let known = METHODS.into_iter().find(|known| *known == method);
    known.unwrap_or("other")
}
