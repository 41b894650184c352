//! Objects whose time is over: `X-Delete-At`. Nobody sees them any more, and they are removed with their bytes.

use super::Result;
use super::hold_container;
use super::upload::finish;
use crate::app::App;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::region::RegionKey;

/// Removes the objects whose time is over.
pub(in crate::service) async fn remove_expired(app: &App) -> Result<()> {
    let now = app.clock.now();
    let expired = app.db.read().await?.expired_objects(now).await?;
    for (region, account, container, name) in expired {
        let app = app.in_region(RegionKey::of_row(&region));
        match remove_one(&app, &account, &container, &name).await {
            Err(ObjectStoreError::ContainerNotFound) => {}
            done => done?,
        }
    }
    Ok(())
}

async fn remove_one(app: &App, account: &str, container: &str, name: &str) -> Result<()> {
    let (mut db, container) = hold_container(app, account, container).await?;
    // It may have been replaced meanwhile.
    if db
        .stored_object(&container.id, name, app.clock.now())
        .await?
        .is_some()
    {
        return Ok(());
    }
    let data = db.remove_stored_object(&container.id, name).await?;
    let unused = match data.flatten() {
        Some(id) => db.remove_unused_object_data(&id).await?,
        None => None,
    };
    finish(app, db, unused).await
}
