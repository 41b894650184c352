//! The API, over HTTP: each test has a server of its own and says one thing about it.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

mod access;
mod actions;
mod cache;
mod callers;
mod cors;
mod data;
mod discovery;
mod errors;
mod glance;
mod identity;
mod images;
mod life;
mod listing;
mod members;
mod patch;
mod races;
mod routes;
mod schemas;
mod tags;
mod wire;
