//! Whose bytes are in the directory and in a store: what no image needs is swept, so nobody else's may be there.

use std::fs;
use std::io::ErrorKind;

use super::error::OpenError;
use super::error::unusable;
use crate::Error;
use crate::app::App;
use crate::runtime::durable::replace;
use crate::store::{OwnerMarker, StoreEntry, image_of_name};

/// Sees that the bytes in the directory are this database's: what no image needs is swept.
pub(crate) async fn claim_directory(
    app: &App,
    known: &mut Option<String>,
) -> Result<(), OpenError> {
    let directory = &app.config().data;
    let wrong = |reason| unusable(directory, reason);
    let cloud = cloud_name(app, known).await?;
    let mark = directory.join("cloud");
    match fs::read_to_string(&mark) {
        Ok(found) if found.trim() == cloud => Ok(()),
        Ok(_) => Err(OpenError::Foreign(directory.clone())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            replace(&mark, cloud.as_bytes()).map_err(wrong)
        }
        Err(error) => Err(wrong(error)),
    }
}

/// Sees that the bytes in every store that was named are this database's, or that there are none.
pub(crate) async fn claim_stores(app: &App, known: &mut Option<String>) -> Result<(), OpenError> {
    if app.config().stores.store.is_empty() {
        // They are in the data directory, which bears a mark itself.
        return Ok(());
    }
    for entry in app.stores.all().filter(|store| !store.read_only) {
        claim(app, entry, known).await?;
    }
    Ok(())
}

async fn claim(app: &App, entry: &StoreEntry, known: &mut Option<String>) -> Result<(), OpenError> {
    let place = || entry.store.url("");
    let wrong = |reason| OpenError::Store {
        place: place(),
        reason,
    };
    let mark = entry.store.owner_marker().await.map_err(wrong)?;
    if matches!(mark, OwnerMarker::NotNeeded) {
        return Ok(());
    }
    let cloud = cloud_name(app, known).await?;
    match mark {
        OwnerMarker::Cloud(found) if found == cloud => Ok(()),
        OwnerMarker::Cloud(_) => Err(OpenError::ForeignStore(place())),
        _ => {
            if holds_others(app, entry).await? {
                return Err(OpenError::ForeignStore(place()));
            }
            entry.store.write_owner_marker(&cloud).await.map_err(wrong)
        }
    }
}

/// The name of this database. One in memory keeps it when it is made anew, for what bears it
/// outlives that.
async fn cloud_name(app: &App, known: &mut Option<String>) -> Result<String, Error> {
    let wanted = match known.clone() {
        Some(name) => name,
        None => app.new_id().to_string(),
    };
    let mut db = app.db.write().await?;
    let name = db.cloud_id(&wanted).await?;
    db.commit().await?;
    *known = Some(name.clone());
    Ok(name)
}

/// Returns whether there are images in a store that this database does not know.
async fn holds_others(app: &App, entry: &StoreEntry) -> Result<bool, Error> {
    let contents = entry.store.contents().await?;
    let names = contents.complete.iter();
    let images: Vec<_> = names
        .filter_map(|name| image_of_name(name).map(str::to_owned))
        .collect();
    let mut db = app.db.read().await?;
    let mut known = db.uploading_images(&images).await?;
    let locations = db.locations_of(&images).await?;
    known.extend(locations.into_iter().map(|(image, _)| image));
    Ok(images.iter().any(|image| !known.contains(image)))
}
