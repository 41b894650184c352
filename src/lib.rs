//! An OpenStack Images API v2 server for tests: to every client it looks like Glance.
//!
//! Each module imports only from those below it, in this order; those separated by `|` do not import each other
//! (`tests/layers` checks it):
//!
//! ```text
//! cli → server → control → api | cloud → service → identity → app → store → db | source | keystone → simulation → config → dialect → runtime → domain → error
//! ```
//!
//! - `cli`: the command line
//! - `server`: listens, and stops gracefully; the handle a test holds
//! - `control`: the control API, below `/_lookalike`
//! - `api`: HTTP: routes, extractors, bodies
//! - `cloud`: a cloud from start to reset, and the sandboxes
//! - `service`: what a caller may do, one method for each operation
//! - `identity`: tokens, log-in, scopes and the catalogue of a small Keystone
//! - `app`: the state of one cloud
//! - `store` and `db`: bytes and rows
//! - `source`: bytes from elsewhere: fetched, decompressed, converted
//! - `keystone`: the client of an external Keystone
//! - `simulation`: faults, the request journal, pacing
//! - `config`: every setting once
//! - `dialect`: what each cloud does differently, as data
//! - `runtime`: clock and randomness
//! - `domain`: what an image is, and the rules of its life
//! - `error`: every failure, with its text and status

mod api;
mod app;
mod cloud;
pub mod config;
mod control;
mod db;
pub mod dialect;
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

pub use api::{Route, identity_paths, identity_v2_paths, routes};
pub use cloud::error::OpenError;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub use cloud::fuzzing;
pub use cloud::seed::{Counts, SeedReport};
pub use cloud::{CloudUser, SandboxError, SnapshotError};
pub use config::Config;
pub use config::api_key_env::ApiKeyEnv;
pub use config::client_env::ClientEnv;
pub use control::{DescribedApi, openapi_document};
pub use control::{UnreadInput, UnreadName};
#[cfg(any(test, feature = "bench"))]
#[doc(hidden)]
pub use db::benchmarks;
pub use domain::fault::FaultRuleError;
pub use domain::seed::{Seed, SeedError};
pub use error::{DatabaseError, DatabaseErrorKind, Error, Result, Shown, with_causes};
pub use runtime::log::ScrubbedWriter;
pub use server::{
    Builder, CloudHandle, ConfigureError, Sandbox, Server, StartError, TlsError, TokenError,
};
pub use simulation::journal::{
    ClosestMatch, Expectation, Filter, PolicyDecision, Recorded, Verdict,
};
