//! The settings: all in force, and those that may change while the server runs.

use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{ControlError, Given};
use crate::cloud::Cloud;
use crate::cloud::settings::SettingsError;
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
) -> Result<Json<Map<String, Value>>, ControlError> {
    let app = cloud.app().await;
    app.change_settings(&changes).await?;
    Ok(Json(app.config().shown()))
}

async fn restore(cloud: Cloud) -> Result<StatusCode, ControlError> {
    cloud.app().await.restore_settings().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<SettingsError> for ControlError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Refused(SettingError::Fixed(_) | SettingError::NotInThisBuild(_)) => {
                Self::new(StatusCode::CONFLICT, error.to_string())
            }
            SettingsError::Refused(_) | SettingsError::Unusable(_) => Self::bad(error.to_string()),
            SettingsError::Failed(error) => error.into(),
        }
    }
}
