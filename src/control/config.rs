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
    check_files(&cloud, &changes)?;
    let app = cloud.app().await;
    app.change_settings(&changes).await?;
    Ok(Json(app.config().shown()))
}

/// The settings that name files which the server reads.
const FILES: [&str; 5] = [
    "policy_file",
    "policy_dirs",
    "property_protection_file",
    "schema_image_file",
    "disable_by_file_path",
];

/// Refuses settings that name files, unless the control of the server has a token: whoever can merely reach
/// the server must not have its files read.
fn check_files(cloud: &Cloud, changes: &Map<String, Value>) -> Result<(), ControlError> {
    if cloud.start().control.control_token.is_some() {
        return Ok(());
    }
    let is_file = |name: &&String| FILES.contains(&name.replace('-', "_").as_str());
    match changes.keys().find(is_file) {
        None => Ok(()),
        Some(name) => Err(ControlError::new(
            StatusCode::FORBIDDEN,
            format!(
                "{name}: it names a file, so it changes only on a server with --control-token; \
                 PUT /_lookalike/policy takes rules by their values"
            ),
        )),
    }
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
