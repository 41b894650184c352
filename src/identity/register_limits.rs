//! Registers what this server limits with the embedded identity.

use crate::app::App;
use crate::db::identity::{Region, RegisteredLimit, Service};
use crate::domain::limits::LimitedResource;

/// Registers what this server limits, where that has not been done: without a limit yet, so that
/// holding to limits changes nothing until somebody sets one.
pub async fn register(app: &App) -> crate::Result<()> {
    let config = app.config();
    let options = &config.limits;
    if !options.use_keystone_limits {
        return Ok(());
    }
    let region = options.endpoint_region_name.as_ref();
    let region = region.unwrap_or(&config.bootstrap_region);
    let mut session = app.db.write().await?;
    let images = [("type", "image".into())];
    let services: Vec<Service> = session.entities(&images).await?;
    let known = session.entity::<Region>(region).await?.is_some();
    let Some(service) = services.first().filter(|_| known) else {
        return Ok(());
    };
    let limits: Vec<_> = LimitedResource::ALL
        .iter()
        .map(|what| RegisteredLimit {
            id: app.new_id().simple().to_string(),
            service_id: service.id.clone(),
            region_id: Some(region.clone()),
            resource_name: what.as_str().into(),
            default_limit: -1,
            description: None,
        })
        .collect();
    session.register_limits(&limits).await?;
    Ok(session.commit().await?)
}
