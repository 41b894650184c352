//! The time and the randomness of one cloud, both of which can be set so that a run can be
//! repeated, and the threads for blocking work.

pub mod blocking;
pub mod clock;
pub mod log;
pub mod random;
