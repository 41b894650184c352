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
    let named = options.endpoint_region_name.as_deref();
    let regions = named.map_or_else(|| config.region_names(), |name| vec![name]);
    let mut session = app.db.write().await?;
    let images = [("type", "image".into())];
    let services: Vec<Service> = session.entities(&images).await?;
    let Some(service) = services.first() else {
        return Ok(());
    };
    let mut limits = Vec::new();
    for region in regions {
        if session.entity::<Region>(region).await?.is_none() {
            continue;
        }
        limits.extend(LimitedResource::ALL.iter().map(|what| RegisteredLimit {
            id: app.new_id().simple().to_string(),
            service_id: service.id.clone(),
            region_id: Some(region.to_owned()),
            resource_name: what.as_str().into(),
            default_limit: -1,
            description: None,
        }));
    }
    if limits.is_empty() {
        return Ok(());
    }
    session.register_limits(&limits).await?;
    Ok(session.commit().await?)
}
