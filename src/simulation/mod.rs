//! The simulation: fault rules, journal, pacing. Its HTTP routes are in `control`.
//!
//! Where nothing is asked of it, faults and pace cost one load of an atomic.

pub mod connection;
pub mod faults;
pub mod journal;
pub mod pacing;
pub mod request_counts;

/// The faults that an answer was tampered with by, as an extension of the response: their ids, with
/// commas between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InjectedFaultIds(pub String);
