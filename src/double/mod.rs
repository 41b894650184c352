//! What makes this a double rather than the real thing: faults, and a pace of one's own.
//!
//! Here is the state of it, without HTTP. It costs one load of an atomic where nothing is asked of it.

pub mod cut;
pub mod faults;
pub mod pace;

/// Stands in the extensions of an answer: the faults that it was tampered with by, their ids with
/// commas between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit(pub String);
