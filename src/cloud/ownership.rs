//! Whose bytes are in the directory and in a store: what no image needs is swept, so nobody else's may be there.

use std::fs;
use std::io::ErrorKind;

use super::error::OpenError;
use super::error::unusable;
use crate::Error;
use crate::app::App;
use crate::store::{Mark, Named};

/// Sees that the bytes in the directory are this database's: what no image needs is swept.
pub(crate) async fn claim_directory(
    app: &App,
    known: &mut Option<String>,
) -> Result<(), OpenError> {
    let directory = &app.config().data;
    let wrong = |it| unusable(directory, it);
    let cloud = cloud_name(app, known).await?;
    let mark = directory.join("cloud");
    match fs::read_to_string(&mark) {
        Ok(found) if found.trim() == cloud => Ok(()),
        Ok(_) => Err(OpenError::Foreign(directory.clone())),
        Err(error) if error.kind() == ErrorKind::NotFound => fs::write(&mark, cloud).map_err(wrong),
        Err(error) => Err(wrong(error)),
    }
}

/// Sees that the bytes in every store that was named are this database's, or that there are none.
pub(crate) async fn claim_stores(app: &App, known: &mut Option<String>) -> Result<(), OpenError> {
    if app.config().stores.store.is_empty() {
        // They are in the data directory, which bears a mark itself.
        return Ok(());
    }
    for named in app.stores.all().filter(|it| !it.read_only) {
        claim(app, named, known).await?;
    }
    Ok(())
}

async fn claim(app: &App, named: &Named, known: &mut Option<String>) -> Result<(), OpenError> {
    let place = || named.store.url("");
    let wrong = |reason| OpenError::Store {
        place: place(),
        reason,
    };
    let mark = named.store.mark().await.map_err(wrong)?;
    if matches!(mark, Mark::Needless) {
        return Ok(());
    }
    let cloud = cloud_name(app, known).await?;
    match mark {
        Mark::Of(found) if found == cloud => Ok(()),
        Mark::Of(_) => Err(OpenError::ForeignStore(place())),
        _ => {
            if holds_others(app, named).await? {
                return Err(OpenError::ForeignStore(place()));
            }
            named.store.set_mark(&cloud).await.map_err(wrong)
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
    let name = db.cloud(&wanted).await?;
    db.commit().await?;
    *known = Some(name.clone());
    Ok(name)
}

/// Whether there are images in a store that this database does not know.
async fn holds_others(app: &App, named: &Named) -> Result<bool, Error> {
    let kept = named.store.kept().await?;
    let mut db = app.db.read().await?;
    let mut known = db.images_in_upload(&kept.whole).await?;
    let locations = db.locations_of(&kept.whole).await?;
    known.extend(locations.into_iter().map(|(image, _)| image));
    Ok(kept.whole.iter().any(|it| !known.contains(it)))
}
