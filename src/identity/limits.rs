//! Unified limits: none are registered here, and clients are told so.

use axum::extract::OriginalUri;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::answer;
use super::fault::{Fault, Result};
use super::subject::{Subject, may};

/// The limits of projects: none.
pub(super) async fn limits(me: Subject, OriginalUri(uri): OriginalUri) -> Response {
    answer::list("limits", Vec::new(), &me.base.itself(&uri))
}

/// The registered limits: none.
pub(super) async fn registered(me: Subject, OriginalUri(uri): OriginalUri) -> Response {
    answer::list("registered_limits", Vec::new(), &me.base.itself(&uri))
}

/// How limits would be enforced.
pub(super) async fn model(_me: Subject) -> Response {
    let document = json!({ "model": {
        "name": "flat",
        "description": "Limit enforcement and validation does not take project hierarchy into consideration.",
    }});
    answer::json(StatusCode::OK, &document)
}

/// A project's limit needs a registered one.
pub(super) async fn create(me: Subject) -> Result<Response> {
    may("create_limits", me.admin())?;
    let words = "Unable to create a limit that has no corresponding registered limit.";
    Err(Fault::Denied(words.into()))
}
