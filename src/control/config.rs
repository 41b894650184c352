//! The settings: all in force, and those that may change while the server runs.

use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{Given, Refusal};
use crate::cloud::Cloud;
use crate::cloud::settings::Unchanged;
use crate::config::SettingError;

pub(super) fn routes() -> Router {
    Router::new().route("/config", get(show).patch(change).delete(restore))
}

async fn show(cloud: Cloud) -> Json<Map<String, Value>> {
    Json(cloud.app().await.config().shown())
}

async fn change(
    cloud: Cloud,
    Given(changes): Given<Map<String, Value>>,
) -> Result<Json<Map<String, Value>>, Refusal> {
    let app = cloud.app().await;
    app.change_settings(&changes).await?;
    Ok(Json(app.config().shown()))
}

async fn restore(cloud: Cloud) -> Result<StatusCode, Refusal> {
    cloud.app().await.restore_settings().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Unchanged> for Refusal {
    fn from(error: Unchanged) -> Self {
        match error {
            Unchanged::Refused(SettingError::Fixed(_)) => {
                Self::new(StatusCode::CONFLICT, error.to_string())
            }
            Unchanged::Refused(_) | Unchanged::Unusable(_) => Self::bad(error.to_string()),
            Unchanged::Failed(error) => error.into(),
        }
    }
}
