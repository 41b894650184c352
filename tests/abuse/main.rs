//! What a client must not be able to do to the server, to other clients and to what they store. Each
//! test has a server of its own and is named for what it forbids.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

mod advisories;
mod archives;
mod bodies;
mod connections;
#[cfg(feature = "console")]
mod console;
mod control;
mod files;
mod formats;
mod framing;
#[path = "../api/glance/mod.rs"]
#[expect(dead_code, reason = "shared with tests/api, which needs all of it")]
mod glance;
mod limits;
mod locations;
mod operator;
mod origins;
mod policy;
mod program;
mod queries;
#[path = "../s3/mod.rs"]
#[expect(dead_code, reason = "shared with tests/api, which needs all of it")]
mod s3;
mod secrets;
mod server;
mod shares;
mod ssrf;
mod stalls;
mod tenants;
mod texts;
#[path = "../api/wire.rs"]
#[expect(dead_code, reason = "shared with tests/api, which needs all of it")]
mod wire;
