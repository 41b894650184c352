//! The health of the server, and whether its initial data is loaded.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::ControlError;
use crate::cloud::Cloud;

/// The path below the root of the control API.
pub(super) const PATH: &str = "/health";

pub(super) fn routes() -> Router {
    Router::new().route(PATH, get(show))
}

/// A cloud answers nothing before its seeds are loaded, so whoever reads this can begin.
async fn show(cloud: Cloud) -> Result<Json<Value>, ControlError> {
    let app = cloud.app().await;
    app.db.ping().await.map_err(crate::Error::from)?;
    let stores = app.stores.all();
    let stores: Vec<_> = stores
        .map(|store| json!({ "id": store.id, "type": store.store.kind() }))
        .collect();
    Ok(Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "database": app.db.kind(),
        "stores": stores,
    })))
}
