//! The layers that every request passes.

pub mod auth;
pub mod cors;
pub mod faults;
pub mod journal;
pub mod simulated_time;
pub mod trace;
pub mod version;
