//! `GET /status`: what runs, and how much there is of everything.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::ControlError;
use super::extract::RequestAddress;
use crate::Error;
use crate::cloud::{Cloud, Clouds};

/// Returns the route. The server's own cloud shows the number of its sandboxes; a sandbox has none.
pub(super) fn routes(clouds: Option<Clouds>) -> Router {
    let show = async move |cloud: Cloud, address: RequestAddress| {
        let url = address.base(cloud.start());
        let sandboxes = clouds.as_ref().map(|clouds| clouds.sandboxes().len());
        status(&cloud, &url, sandboxes).await
    };
    Router::new().route("/status", get(show))
}

async fn status(
    cloud: &Cloud,
    url: &str,
    sandboxes: Option<usize>,
) -> Result<Json<Value>, ControlError> {
    let app = cloud.app().await;
    let mut db = app.db.read().await.map_err(Error::from)?;
    let (images, users) = (db.count_images().await?, db.count_users().await?);
    drop(db);
    let mut status = json!({
        "url": url,
        "version": env!("CARGO_PKG_VERSION"),
        "dialect": app.dialect().name,
        "regions": cloud.start().region_names(),
        "uptime_s": cloud.uptime().as_secs(),
        "database": app.db.kind(),
        "images": images,
        // Those of an external Keystone are not counted here.
        "users": app.keystone.is_none().then_some(users),
        "uploads": app.uploads.running().len(),
        "faults": app.faults.list().len(),
        "snapshots": cloud.snapshots().len(),
    });
    if let (Some(count), Some(status)) = (sandboxes, status.as_object_mut()) {
        status.insert("sandboxes".into(), count.into());
    }
    Ok(Json(status))
}
