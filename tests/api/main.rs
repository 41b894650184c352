//! The API, over HTTP: each test has a server of its own and says one thing about it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

mod data;
mod glance;
mod identity;
mod races;
mod wire;
