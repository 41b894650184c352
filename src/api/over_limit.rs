//! Counts the requests of callers where the cloud's dialect limits their rate, and refuses those that are too many.
//!
//! Rackspace put a proxy, Repose, before its services: its answer has the same form in all of them, whatever `Accept` says.

use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde_json::json;

use super::identity::response;
use crate::app::App;
use crate::domain::rate_limit::OverLimitError;
use crate::simulation::request_counts::CountedApi;

/// Counts a request of a caller.
///
/// # Errors
///
/// Fails if the caller has sent too many.
pub(super) fn count(app: &App, api: CountedApi, caller: &str) -> Result<(), OverLimitError> {
    if !app.dialect().rate_limited {
        return Ok(());
    }
    match app.config().rates.rackspace_rate_limit {
        Some(limit) => app.counts.count(limit, api, caller, app.clock.now()),
        None => Ok(()),
    }
}

/// Returns the answer to a request that is one too many. Clients read whole seconds in `Retry-After`; the body has the moment.
pub(super) fn answer(error: &OverLimitError) -> Response {
    let requests = error.limit.requests();
    let document = json!({ "overLimit": {
        "code": StatusCode::PAYLOAD_TOO_LARGE.as_u16(),
        "message": "OverLimit Retry...",
        "details": format!("Only {requests} requests are allowed every minute."),
        "retryAfter": error.until.to_rfc3339_opts(SecondsFormat::Secs, true),
    }});
    let answer = response::json(StatusCode::PAYLOAD_TOO_LARGE, &document);
    ([(RETRY_AFTER, HeaderValue::from(error.seconds()))], answer).into_response()
}
