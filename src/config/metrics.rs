//! The settings of the metrics.

use std::net::SocketAddr;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, listen};
use crate::runtime::metrics::Metrics;

/// The metrics of the server, for Prometheus.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "cli", derive(Args), command(next_help_heading = "Metrics"))]
pub struct MetricsOptions {
    /// Collect metrics and answer `GET /metrics` with them. On an address that other machines can reach, requests need the token of --control-token: as `Authorization: Bearer` or X-Lookalike-Token
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_METRICS", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub metrics: bool,

    /// Address and port to answer `GET /metrics` on, instead of the address of the server; it needs no token. Turns --metrics on
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_METRICS_LISTEN", value_parser = listen, value_name = "HOST:PORT"))]
    pub metrics_listen: Option<SocketAddr>,

    /// The measurements of the server that a cloud belongs to; nothing can be set here from outside.
    #[cfg_attr(feature = "cli", arg(skip))]
    #[serde(skip)]
    pub handle: Metrics,
}

impl MetricsOptions {
    /// Returns whether metrics are collected.
    #[must_use]
    pub fn are_on(&self) -> bool {
        self.metrics || self.metrics_listen.is_some()
    }
}
