//! Measurements of one server, for Prometheus: what every cloud of the server counts, times and has under way.
//!
//! The server makes a [`Metrics`] and hands it to its clouds; nothing of it is global to the process. Without the
//! feature `metrics`, or while they are switched off, all of it does nothing.

#[cfg(not(feature = "metrics"))]
mod absent;
#[cfg(feature = "metrics")]
mod gauges;
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
#[cfg(feature = "metrics")]
mod running;
#[cfg(all(test, feature = "metrics"))]
mod tests;

#[cfg(not(feature = "metrics"))]
use absent::{
    NoInstruments as BytePair, NoInstruments as CountedWork, NoInstruments as Instruments,
    NoInstruments as MeteredRequest, NoInstruments as RunningTime,
};
pub use handle::{Metrics, OngoingWork, RequestMeter, Stopwatch, Traffic};
#[cfg(feature = "metrics")]
use http::MeteredRequest;
#[cfg(feature = "metrics")]
use instruments::{BytePair, Instruments};
pub use measured::{Event, Inventory, LoginApi, Ongoing, StoreOperation, TextFormat, TimedWork};
#[cfg(feature = "otel")]
pub(crate) use route_names::RouteNames;
#[cfg(feature = "metrics")]
use running::{CountedWork, RunningTime};
