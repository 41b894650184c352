//! What a fault does.

mod fields;

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::underneath::{DatabaseFault, ImportFault, StoreFault};
pub(super) use fields::Fields;

/// What a fault does.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Another answer.
    Status(Answer),
    /// A wait before anything else.
    Delay(Span),
    /// The connection breaks.
    Reset(Reset),
    /// A body ends before its end, and so does the connection.
    Truncate {
        /// After how many bytes.
        after: u64,
        /// Which body; nothing: that of an upload, else the answer's.
        of: Option<Side>,
    },
    /// A byte of a body is another.
    Corrupt {
        /// Which, counted from 0.
        at: u64,
        /// Of which body.
        of: Option<Side>,
    },
    /// A body goes slowly.
    Rate {
        /// Bytes in a second.
        bytes: u64,
        /// Which body.
        of: Option<Side>,
    },
    /// Nothing goes on.
    Stall(Stall),
    /// The task fails that the request asked for.
    Import(ImportFault),
    /// A store fails.
    Store(StoreFault),
    /// The database fails.
    Database(DatabaseFault),
}

/// An answer in the place of the true one.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body; nothing: what the service itself would say.
    pub body: Option<Value>,
    /// What such a body says.
    pub message: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Whether the request is carried out all the same.
    pub carry_out: bool,
}

/// A time to wait, drawn anew each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// At least.
    pub min: Duration,
    /// At most.
    pub max: Duration,
}

/// When a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Before there is an answer.
    BeforeHeaders {
        /// Whether the request is carried out all the same.
        carry_out: bool,
    },
    /// When the head of the answer is sent.
    AfterHeaders,
    /// After so many bytes of a body.
    AfterBytes {
        /// How many.
        bytes: u64,
        /// Of which body.
        of: Option<Side>,
    },
}

/// When nothing goes on, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stall {
    /// After so many bytes of a body; nothing: before there is an answer.
    pub after_bytes: Option<u64>,
    /// For how long; nothing: until the fault is removed.
    pub time: Option<Duration>,
    /// Which body.
    pub of: Option<Side>,
}

/// One of the two bodies of an exchange.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What the client sends.
    Request,
    /// What the server sends.
    Answer,
}

impl Span {
    /// The time at a place from 0 to 1.
    #[must_use]
    pub fn at(&self, place: f64) -> Duration {
        self.min
            + self
                .max
                .saturating_sub(self.min)
                .mul_f64(place.clamp(0.0, 1.0))
    }
}
