//! Objects whose time is over: `X-Delete-At`. Nobody sees them any more, and they are removed with their bytes.

use super::Result;
use super::hold_container;
use super::upload::{finish, unused_after};
use crate::app::App;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::region::RegionKey;

/// Removes the objects whose time is over.
pub(in crate::service) async fn remove_expired(app: &App) -> Result<()> {
    let now = app.clock.now();
    loop {
        let expired = app.db.read().await?.expired_objects(now).await?;
        let mut removed = false;
        for (region, account, container, name) in expired {
            let app = app.in_region(RegionKey::of_row(&region));
            match remove_one(&app, &account, &container, &name).await {
                // It was deleted meanwhile, or is in a region that there is not any more.
                Err(ObjectStoreError::ContainerNotFound) => {}
                done => removed |= done?,
            }
        }
        if !removed {
            return Ok(());
        }
    }
}

/// Removes an object, if its time is over still; returns whether it has.
async fn remove_one(app: &App, account: &str, container: &str, name: &str) -> Result<bool> {
    let (mut db, container) = hold_container(app, account, container).await?;
    // It may have been replaced meanwhile.
    if db
        .stored_object(&container.id, name, app.clock.now())
        .await?
        .is_some()
    {
        return Ok(false);
    }
    let data = db.remove_stored_object(&container.id, name).await?;
    let unused = unused_after(&mut db, data.flatten()).await?;
    finish(app, db, unused).await?;
    Ok(true)
}
