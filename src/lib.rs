//! An OpenStack Images API v2 server for tests: to every client it looks like Glance.
//!
//! A request travels down these modules, and each knows only those below it:
//!
//! - `server`: listens, and stops gracefully; the handle a test holds
//! - `api`: what HTTP looks like: routes, extractors, bodies
//! - `identity`: who is asking; a small Keystone of its own
//! - `service`: what each caller may do, one method for each operation
//! - `source`: bytes from elsewhere: fetched, decompressed, converted
//! - `store` and `db`: where bytes and rows are kept
//! - `domain`: what an image is, and the rules of its life

mod address;
mod api;
mod app;
mod clock;
pub mod config;
mod db;
mod domain;
mod error;
mod identity;
pub mod server;
mod service;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "imports will use what locations do not")
)]
mod source;
mod store;

pub use api::{Route, routes};
pub use app::OpenError;
pub use config::Config;
pub use domain::seed::{Seed, SeedError};
pub use error::{Error, Result};
pub use server::{Lookalike, StartError};
