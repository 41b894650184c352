//! `/v2/info/usage`: how much the caller's project has of what is limited.

use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::extract::NoBody;
use super::json::JsonDocument;
use crate::Result;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::service::limits::Allowance;

/// Usage and limits; nothing where limits do not hold.
pub(super) async fn show(app: App, _: NoBody, caller: Caller) -> Result<impl IntoResponse> {
    let allowance = Allowance::of(&app, &caller).await?;
    let usage = allowance.usage(&mut app.db.read().await?).await?;
    let usage: Map<String, Value> = usage
        .into_iter()
        .map(|(what, used, most)| (what.to_string(), json!({ "usage": used, "limit": most })))
        .collect();
    Ok(JsonDocument(json!({ "usage": usage })))
}
