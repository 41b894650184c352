//! The way into a cloud: its URLs, what clients are configured with, and its users.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::extract::RequestAddress;
use super::{ControlError, ROOT};
use crate::cloud::Cloud;
use crate::config::Config;
use crate::config::api_key_env::ApiKeyEnv;
use crate::config::client_env::ClientEnv;

/// The name of a cloud that has none of its own.
const NAME: &str = "lookalike";

pub(super) fn routes() -> Router {
    Router::new()
        .route("/cloud", get(show))
        .route("/servers", get(servers))
}

async fn show(
    cloud: Cloud,
    address: RequestAddress,
) -> Result<Json<Map<String, Value>>, ControlError> {
    let config = cloud.start();
    let url = address.base(config);
    let mut view = access(config, &url, None);
    view.insert("users".into(), json!(cloud.users().await?));
    Ok(Json(view))
}

/// Returns the URLs of a cloud, and the admin's way in as clients take it.
pub(super) fn access(config: &Config, url: &str, name: Option<&str>) -> Map<String, Value> {
    let access = ClientEnv::to(config, url);
    let name = name.unwrap_or(NAME);
    let members = [
        ("url", json!(url)),
        ("auth_url", json!(access.identity)),
        ("image_url", json!(url)),
        ("control_url", json!(format!("{url}{ROOT}"))),
        ("cloud", access.connection("admin", "admin").into()),
        (
            "clouds_yaml",
            access.clouds_yaml(name, "admin", "admin").into(),
        ),
        ("openrc", access.openrc("admin", "admin").into()),
    ];
    let by_key = ApiKeyEnv::to(config, url).filter(|_| config.dialect.dialect_seed);
    let by_key = by_key.map(|access| {
        let view = json!({
            "auth_url": access.identity,
            "cloud": access.connection(),
            "clouds_yaml": access.clouds_yaml(name),
            "openrc": access.openrc(),
        });
        ("identity_v2", view)
    });
    let members = members.into_iter().chain(by_key);
    members
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The names of the servers that images were made from. There is no Compute here: the images tell them.
async fn servers(cloud: Cloud) -> Result<Json<Value>, ControlError> {
    let app = cloud.app().await;
    let mut db = app.db.read().await.map_err(crate::Error::from)?;
    let servers = db.source_servers().await.map_err(crate::Error::from)?;
    Ok(Json(json!({ "servers": servers })))
}
