//! An OpenStack Images API v2 server for tests: to every client it looks like Glance.
//!
//! A request travels down these modules, and each knows only those below it:
//!
//! - `server`: listens, and stops gracefully; the handle a test holds
//! - `control`: the powers of a double, below `/_lookalike`
//! - `cloud`: a cloud that can be made anew, and the sandboxes
//! - `api`: what HTTP looks like: routes, extractors, bodies
//! - `identity`: who is asking; a small Keystone of its own
//! - `service`: what each caller may do, one method for each operation
//! - `double`: what a double can do that a real Glance cannot: its journal
//! - `source`: bytes from elsewhere: fetched, decompressed, converted
//! - `store` and `db`: where bytes and rows are kept
//! - `domain`: what an image is, and the rules of its life

mod api;
mod app;
mod cloud;
pub mod config;
mod control;
mod db;
mod domain;
mod error;
mod identity;
mod keystone;
mod runtime;
pub mod server;
mod service;
mod simulation;
mod source;
mod store;

pub use api::{Route, routes};
pub use cloud::error::OpenError;
pub use cloud::seed::{Counts, Planted};
pub use cloud::{SandboxError, SnapshotError};
pub use config::Config;
pub use config::client_env::Access;
#[cfg(any(test, feature = "bench"))]
#[doc(hidden)]
pub use db::benchmarks;
pub use domain::fault::FaultRuleError;
pub use domain::seed::{Seed, SeedError};
pub use error::{DatabaseError, DatabaseErrorKind, Error, Result, Shown, with_causes};
pub use server::{Builder, Powers, Sandbox, Server, StartError, TokenError, Unchanged};
pub use simulation::journal::{Expectation, Filter, Near, Recorded, Verdict};
