//! The effects of faults.

mod parse;

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::backend::{DatabaseFaultEffect, ImportFaultEffect, StoreFaultEffect};
pub(super) use parse::EffectFields;

/// The effects of faults.
#[derive(Clone, Debug)]
pub enum FaultEffect {
    /// Another response in place of the real one.
    Status(ResponseOverride),
    /// A delay before the request is handled.
    Delay(DelayRange),
    /// The connection is reset.
    Reset(ConnectionReset),
    /// A body is cut off, and the connection closed.
    Truncate {
        /// The number of bytes before the cut.
        after: u64,
        /// The body; `None`: that of an upload, else that of the response.
        of: Option<BodySide>,
    },
    /// One byte of a body is changed.
    Corrupt {
        /// The offset of the byte, from 0.
        at: u64,
        /// The body.
        of: Option<BodySide>,
    },
    /// The rate of a body is limited.
    Rate {
        /// The rate in bytes per second.
        bytes: u64,
        /// The body.
        of: Option<BodySide>,
    },
    /// The exchange stops.
    Stall(Stall),
    /// The task that the request creates fails.
    Import(ImportFaultEffect),
    /// A store fails.
    Store(StoreFaultEffect),
    /// The database fails.
    Database(DatabaseFaultEffect),
}

impl FaultEffect {
    /// The names of all effects, as rules give them.
    #[cfg_attr(
        not(feature = "metrics"),
        expect(dead_code, reason = "the series of metrics begin with them")
    )]
    pub const NAMES: [&'static str; 10] = [
        "status",
        "delay_ms",
        "reset",
        "truncate_after",
        "corrupt_at",
        "bytes_per_s",
        "stall",
        "import",
        "store",
        "database",
    ];

    /// Returns the name of the effect, as a rule gives it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Delay(_) => "delay_ms",
            Self::Reset(_) => "reset",
            Self::Truncate { .. } => "truncate_after",
            Self::Corrupt { .. } => "corrupt_at",
            Self::Rate { .. } => "bytes_per_s",
            Self::Stall(_) => "stall",
            Self::Import(_) => "import",
            Self::Store(_) => "store",
            Self::Database(_) => "database",
        }
    }
}

/// A response in place of the real one.
#[derive(Clone, Debug)]
pub struct ResponseOverride {
    /// The HTTP status.
    pub status: u16,
    /// The body; `None`: the body that the service itself has for the status.
    pub body: Option<Value>,
    /// The message in the service's own body.
    pub message: Option<String>,
    /// Additional headers.
    pub headers: Vec<(String, String)>,
    /// True if the request is executed before the fault is injected.
    pub carry_out: bool,
}

/// A range of delays; each delay is drawn at random from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayRange {
    /// The minimum.
    pub min: Duration,
    /// The maximum.
    pub max: Duration,
}

/// The point at which a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionReset {
    /// Before the response.
    BeforeHeaders {
        /// True if the request is executed before the fault is injected.
        carry_out: bool,
    },
    /// After the headers of the response.
    AfterHeaders,
    /// After a number of bytes of a body.
    AfterBytes {
        /// The number of bytes.
        bytes: u64,
        /// The body.
        of: Option<BodySide>,
    },
}

/// The point at which an exchange stops, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stall {
    /// The number of bytes of a body before the stop; `None`: before the response.
    pub after_bytes: Option<u64>,
    /// The duration; `None`: until the fault is removed.
    pub time: Option<Duration>,
    /// The body.
    pub of: Option<BodySide>,
}

/// One of the two bodies of an exchange.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BodySide {
    /// The body of the request.
    Request,
    /// The body of the response.
    Answer,
}

impl DelayRange {
    /// Returns the delay at a position in the range, from 0 (minimum) to 1 (maximum).
    #[must_use]
    pub fn at(&self, place: f64) -> Duration {
        self.min
            + self
                .max
                .saturating_sub(self.min)
                .mul_f64(place.clamp(0.0, 1.0))
    }
}
