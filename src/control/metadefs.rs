//! Metadata definitions, loaded from Glance's JSON files while the server runs.

use axum::extract::RawQuery;
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::ControlError;
use super::body::LargeBody;
use crate::cloud::Cloud;
use crate::config::metadefs::Existing;
use crate::service::metadefs::load::{Described, load};

pub(super) fn routes() -> Router {
    Router::new().route("/metadefs", post(add))
}

/// Loads one document, or a list of them: all, or none.
async fn add(
    cloud: Cloud,
    RawQuery(query): RawQuery,
    LargeBody(document): LargeBody<Value>,
) -> Result<(StatusCode, Json<Value>), ControlError> {
    let app = cloud.app().await;
    let existing = existing(query.as_deref().unwrap_or_default())?;
    let existing = existing.unwrap_or(app.config().metadefs.metadefs_existing);
    let documents = match document {
        Value::Array(documents) => documents,
        document => vec![document],
    };
    let described = documents.into_iter().enumerate().map(|(place, document)| {
        let name = document.get("namespace").and_then(Value::as_str);
        let name = name.map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("the document in place {place}"));
        Described::read(document).map_err(|error| {
            let said = error.to_string();
            // The rest of what a schema says is for programs.
            let said = said.lines().next().unwrap_or_default();
            ControlError::bad(format!("{name}: {said}"))
        })
    });
    let described: Vec<_> = described.collect::<Result<_, _>>()?;
    let loaded = load(&app, &described, existing).await?;
    let loaded = json!({
        "made": loaded.made,
        "merged": loaded.merged,
        "skipped": loaded.skipped,
    });
    Ok((StatusCode::CREATED, Json(loaded)))
}

/// Returns what becomes of namespaces that are there already, where the query says.
fn existing(query: &str) -> Result<Option<Existing>, ControlError> {
    let mut found = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "existing" {
            return Err(ControlError::bad(format!(
                "{name}: only existing is asked here"
            )));
        }
        let how = value.parse().map_err(|_| {
            let words = "skip, merge, prefer_new or overwrite is allowed";
            ControlError::bad(format!("existing: {value:?} is wrong: {words}"))
        })?;
        found = Some(how);
    }
    Ok(found)
}
