//! Measurements of one server, for Prometheus: what every cloud of the server counts, times and has under way.
//!
//! The server makes a [`Metrics`] and hands it to its clouds; nothing of it is global to the process. Without the
//! feature `metrics`, or while they are switched off, all of it does nothing.

#[cfg(not(feature = "metrics"))]
mod absent;
#[cfg(feature = "metrics")]
mod gauges;
#[cfg(feature = "metrics")]
mod handle;
#[cfg(feature = "metrics")]
mod http;
#[cfg(feature = "metrics")]
mod instruments;
#[cfg(feature = "metrics")]
mod labels;
mod measured;
#[cfg(feature = "metrics")]
mod process;
#[cfg(feature = "metrics")]
mod route_names;
#[cfg(all(test, feature = "metrics"))]
mod tests;

#[cfg(not(feature = "metrics"))]
pub use absent::{Metrics, OngoingWork, RequestMeter, Stopwatch, Traffic};
#[cfg(feature = "metrics")]
pub use handle::{Metrics, OngoingWork, Stopwatch, Traffic};
#[cfg(feature = "metrics")]
pub use http::RequestMeter;
pub use measured::{Event, Inventory, LoginApi, Ongoing, StoreOperation, TextFormat, TimedWork};
#[cfg(feature = "otel")]
pub(crate) use route_names::RouteNames;
