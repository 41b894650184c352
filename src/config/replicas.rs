//! The settings by which servers that share a database notice that one of them died.

use std::time::Duration;

use chrono::TimeDelta;
use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, whole_seconds};

/// The time that a store may take to remove bytes, unless the lease is short.
const REMOVAL: Duration = Duration::from_secs(20);

/// The settings that servers that share a PostgreSQL agree on.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Several servers on one database")
)]
pub struct ReplicaOptions {
    /// How long a server may be silent before the others take over its uploads and tasks: seconds, or such as 90m or 1h30m; the same for all, and more than their clocks differ by
    #[cfg_attr(feature = "cli", arg(long = "lease", env = "LOOKALIKE_LEASE", default_value_t = 30, value_parser = whole_seconds(3..=u16::MAX), value_name = "DURATION"))]
    pub lease: u16,
}

impl ReplicaOptions {
    /// Returns how long a server may be silent before it is taken for dead.
    #[must_use]
    pub fn lease(&self) -> TimeDelta {
        TimeDelta::seconds(self.lease.into())
    }

    /// Returns how often a server gives a sign of life, and looks for those who do not.
    #[must_use]
    pub fn renewal(&self) -> Duration {
        self.whole() / 6
    }

    /// Returns how long after its last sign of life a server may be sure that it was not taken for dead.
    #[must_use]
    pub fn certainty(&self) -> Duration {
        self.whole() / 2
    }

    /// Returns how long the removal of bytes may take before an image goes back without it: well within the
    /// lease.
    #[must_use]
    pub fn removal(&self) -> Duration {
        REMOVAL.min(self.whole() * 2 / 3)
    }

    /// Returns how long the upload of a dead server may take to be given up before it is left for another
    /// time: the removal of its bytes, and the waits for its image before and after.
    #[must_use]
    pub fn giving_up(&self) -> Duration {
        self.removal() + self.whole()
    }

    fn whole(&self) -> Duration {
        Duration::from_secs(self.lease.into())
    }
}
