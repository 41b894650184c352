//! The time and the randomness of one cloud: both can be set, so that a run can be repeated.

pub mod clock;
pub mod random;
