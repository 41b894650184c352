//! Rackspace Cloud Images. Tests are named for the rows that they prove: `a2_…` is section A2 of the corrections to what is
//! known of the service, `c9_…` row 9 of the checklist.

mod checklist;
mod entity;
mod errors;
mod lists;
mod members;
mod properties;
mod public_face;
mod roles;
mod schemas;

use lookalike::Config;
use lookalike::dialect::RACKSPACE;
use serde_json::json;

use crate::glance::{Answer, Glance, Person, glance_with};

/// The sample image of the seed.
const SAMPLE: &str = "/v2/images/cc45237e-27d1-4592-aa0a-817904b99c70";

/// A cloud of this dialect.
async fn rackspace() -> Glance {
    rackspace_with(|_| {}).await
}

/// The same, with some other settings.
async fn rackspace_with(change: impl FnOnce(&mut Config)) -> Glance {
    glance_with(|config| {
        config.dialect.dialect = &RACKSPACE;
        change(config);
    })
    .await
}

/// A cloud without the images of its seed.
async fn empty() -> Glance {
    rackspace_with(|config| config.dialect.dialect_seed = false).await
}

/// A user of the seed, who has logged in.
pub(super) async fn user(glance: &Glance, name: &str) -> Person {
    let domain = json!({ "id": "default" });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": {
            "user": { "name": name, "password": "secret", "domain": domain } } },
        "scope": { "project": { "id": "929418" } },
    }});
    let request = glance.nobody().post("/identity/v3/auth/tokens");
    let request = request
        .header("Content-Type", "application/json")
        .json(body);
    let answer = request.await.is(201);
    glance.bearer(answer.header("x-subject-token"))
}

/// The explanation and the detail of an error, which are lines of a text.
fn message(answer: &Answer) -> String {
    let (_, message) = answer.text().split_once("\n\n").unwrap_or_default();
    message.trim().to_owned()
}
