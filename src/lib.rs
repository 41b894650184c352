//! An OpenStack Images API v2 server for tests: to every client it looks like Glance, with a small Keystone beside it.
//!
//! A test starts its own cloud, in its own process and in memory, within milliseconds, and hands its URL and a token to the code under
//! test:
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use lookalike::{Expectation, Filter, Server};
//! use serde_json::json;
//!
//! let glance = Server::start().await?;
//! let token = glance.token("demo", "demo").await?;
//!
//! // The first request for images finds the server broken.
//! glance.fault(json!({ "match": { "path": "/v2/images" }, "times": 1, "fault": { "status": 503 } })).await?;
//! let images = format!("{}/v2/images", glance.url());
//! let ask = || reqwest::Client::new().get(&images).header("X-Auth-Token", &token).send();
//! assert_eq!(ask().await?.status(), 503);
//! assert_eq!(ask().await?.status(), 200);
//!
//! // What the client sent.
//! let twice = Expectation { filter: Filter::default().path("/v2/images")?, exactly: Some(2), ..Expectation::default() };
//! let verdict = glance.verify(&twice).await?;
//! assert!(verdict.holds, "{}", verdict.message);
//! glance.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! A test without `async` does the same with [`blocking::Server`].
//!
//! # What a test can do with its cloud
//!
//! A [`Server`] and each [`Sandbox`] in it are clouds; a [`CloudHandle`] has their methods.
//!
//! | | |
//! | --- | --- |
//! | settings, dialect, seeds | [`Server::builder`]: [`configure`](Builder::configure), [`dialect`](Builder::dialect), [`seed`](Builder::seed) |
//! | many clouds in one server | [`Server::sandbox`], [`Server::sandbox_builder`] |
//! | what clients are configured with | [`url`](CloudHandle::url), [`token`](CloudHandle::token), [`cloud`](CloudHandle::cloud): `OS_…` variables, an openrc, a clouds.yaml |
//! | break things | [`fault`](CloudHandle::fault), [`remove_fault`](CloudHandle::remove_fault), [`clear_faults`](CloudHandle::clear_faults) |
//! | make things slow | [`pace`](CloudHandle::pace), [`clear_pace`](CloudHandle::clear_pace) |
//! | turn the clock | [`freeze`](CloudHandle::freeze), [`freeze_at`](CloudHandle::freeze_at), [`set_clock`](CloudHandle::set_clock), [`advance`](CloudHandle::advance) |
//! | see what clients sent | [`requests`](CloudHandle::requests), [`requests_matching`](CloudHandle::requests_matching), [`verify`](CloudHandle::verify), [`clear_requests`](CloudHandle::clear_requests) |
//! | begin again | [`reset`](CloudHandle::reset), [`save`](CloudHandle::save), [`load`](CloudHandle::load), [`export`](CloudHandle::export), [`import`](CloudHandle::import) |
//! | change what it is | [`plant`](CloudHandle::plant), [`configure`](CloudHandle::configure), [`policy`](CloudHandle::policy) |
//!
//! The documents that `fault` and `pace` take are those of the control API: `docs/control` describes their fields.
//!
//! # Features
//!
//! All are on by default; a test that keeps everything in memory needs none: `default-features = false`.
//!
//! - `cli`: the program, and settings that change by name ([`CloudHandle::configure`])
//! - `console`: pages in a browser
//! - `metrics`: measurements for Prometheus
//! - `postgres`: databases on a PostgreSQL server
//! - `s3`: stores in S3 buckets
//! - `tls`: HTTPS
//!
//! # Inside
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
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub use cloud::fuzzing;
pub use cloud::seed::{Counts, SeedReport};
pub use cloud::{CloudUser, OpenError, SandboxError, SnapshotError, UnknownFaultError};
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
pub use runtime::clock::{ClockRangeError, ClockReading};
pub use runtime::log::ScrubbedWriter;
pub use server::blocking;
pub use server::{
    Builder, CloudHandle, ConfigureError, Sandbox, SandboxBuilder, Server, SnapshotInfo,
    StartError, TlsError, TokenError,
};
pub use service::purge::{Purge, PurgeScope, PurgedRows};
pub use simulation::faults::FaultView;
pub use simulation::journal::{
    ClosestMatch, Expectation, Filter, NumberedSecrets, PolicyDecision, Recorded, Verdict,
};
