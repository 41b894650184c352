//! What a double can do that a real Glance cannot; without HTTP routes, which are `control`'s.
//!
//! Where nothing is asked of it, faults and pace cost one load of an atomic.

pub mod connection;
pub mod faults;
pub mod journal;
pub mod pacing;

/// The faults that an answer was tampered with by, as an extension of the response: their ids, with
/// commas between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit(pub String);
