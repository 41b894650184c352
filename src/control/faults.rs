//! Faults: added, shown, and taken back.

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Body, ControlError};
use crate::cloud::Cloud;
use crate::cloud::simulation::UnknownFaultError;
use crate::domain::fault::FaultRuleError;
use crate::simulation::faults::FaultView;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/faults", get(list).post(add).delete(clear))
        .route("/faults/{id}", get(show).delete(remove))
}

async fn add(
    cloud: Cloud,
    Body(rule): Body<Value>,
) -> Result<(StatusCode, Json<Value>), ControlError> {
    let id = cloud.app().await.add_fault(rule)?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

async fn list(cloud: Cloud) -> Json<Value> {
    let faults = cloud.app().await.faults.list();
    let faults: Vec<_> = faults.into_iter().map(view).collect();
    Json(json!({ "faults": faults }))
}

async fn show(cloud: Cloud, Path(id): Path<String>) -> Result<Json<Value>, ControlError> {
    let found = cloud.app().await.faults.find(&id);
    Ok(Json(view(found.ok_or(UnknownFaultError(id))?)))
}

async fn remove(cloud: Cloud, Path(id): Path<String>) -> Result<StatusCode, ControlError> {
    cloud.app().await.remove_fault(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn clear(cloud: Cloud) -> StatusCode {
    cloud.app().await.faults.clear();
    StatusCode::NO_CONTENT
}

/// The rule as it was written, between its id and how often it was met.
fn view(fault: FaultView) -> Value {
    let mut view = Map::new();
    view.insert("id".into(), fault.id.into());
    if let Value::Object(written) = fault.written {
        view.extend(written);
    }
    view.insert("seen".into(), fault.seen.into());
    view.insert("matched".into(), fault.struck.into());
    view.insert("spent".into(), fault.spent.into());
    view.into()
}

impl From<UnknownFaultError> for ControlError {
    fn from(unknown: UnknownFaultError) -> Self {
        Self::absent(unknown.to_string())
    }
}

impl From<FaultRuleError> for ControlError {
    fn from(wrong: FaultRuleError) -> Self {
        Self::bad(wrong.to_string())
    }
}
