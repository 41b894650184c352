//! Other clouds than Glance: what each does differently.

mod checklist;
mod choice;
mod identity_v2;
mod made_up;
mod objects;
mod pcd;
mod rackspace;
mod rate_limit;
mod releases;
mod reopened;
mod routes;
mod tasks;

use serde_json::Value;

use crate::glance::{Glance, Request};

/// A request for a sandbox, as this document describes it.
fn sandbox(glance: &Glance, document: Value) -> Request {
    glance.control().post("/sandboxes").json(document)
}
