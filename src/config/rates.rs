//! The limit on how often a caller may send requests.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::Args;
use crate::domain::rate_limit::RateLimit;

/// The rate of the requests of a caller.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "cli", derive(Args), command(next_help_heading = "Dialect"))]
pub struct RateOptions {
    /// In the dialect rackspace: the greatest number of requests of each user in a minute, such as 60/min: log-ins by Identity v2.0, its other requests and those to the Images API count by themselves; one too many gets 413 overLimit [default: no limit]
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "rackspace-rate-limit",
            env = "LOOKALIKE_RACKSPACE_RATE_LIMIT",
            value_name = "N/min"
        )
    )]
    pub rackspace_rate_limit: Option<RateLimit>,
}
