//! What a crash left: uploads that nobody sees to, bytes that nobody needs.

use std::collections::HashSet;
use std::time::Instant;

use super::data::{Running, requeue};
use super::keep::remove_from;
use super::work::scratch_of;
use crate::app::App;
use crate::db::{Session, Upload};
use crate::store::{Named, Store};
use crate::{Error, Result};

/// Which servers are known to be no more; their uploads need not wait for the end of the lease.
#[derive(Debug)]
pub enum Gone {
    /// All: no other server shares the database.
    All,
    /// Those of these names.
    These(Vec<String>),
}

/// Puts everything right at the start.
pub async fn recover(app: &App, gone: &Gone) -> Result<()> {
    give_up_dead(app, |upload| match gone {
        Gone::All => true,
        Gone::These(names) => names.contains(&upload.server),
    })
    .await?;
    let mut db = app.db.write().await?;
    db.release_tasks(match gone {
        Gone::All => None,
        Gone::These(names) => Some(names),
    })
    .await?;
    db.commit().await?;
    clear_scratch(app, gone)?;
    sweep(app).await
}

/// Removes the files that servers have left which are no more.
fn clear_scratch(app: &App, gone: &Gone) -> Result<()> {
    let names = match gone {
        _ if app.config().ephemeral => return Ok(()),
        Gone::All => vec![String::new()],
        Gone::These(names) => names.clone(),
    };
    for name in names {
        let scratch = scratch_of(&app.config().data, &name);
        match std::fs::remove_dir_all(&scratch) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Renews this server's uploads and gives up those of servers that died, until it is dropped.
///
/// Side by side: a store that is slow to remove what others left must not make this server late.
pub async fn watch(app: App) {
    tokio::join!(watch_own(&app), watch_others(&app));
}

async fn watch_own(app: &App) {
    loop {
        tokio::time::sleep(app.config().replicas.renewal()).await;
        if let Err(error) = renew(app).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "uploads could not be looked after");
        }
    }
}

async fn watch_others(app: &App) {
    loop {
        tokio::time::sleep(app.config().replicas.renewal()).await;
        if let Err(error) = give_up_dead(app, |_| false).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "uploads of the dead could not be given up");
        }
    }
}

/// Says that this server still sees to its uploads.
async fn renew(app: &App) -> Result<()> {
    let running = app.uploads.running();
    if running.is_empty() {
        return Ok(());
    }
    let (now, since) = (app.clock.system(), Instant::now());
    let mut db = app.db.write().await?;
    let server = &app.uploads.server;
    let renewed = db.renew_uploads(server, &running, now).await?;
    db.commit().await?;
    app.uploads.renewed(&renewed, since);
    Ok(())
}

/// Gives up the uploads whose lease has ended, and those that are known to be dead.
async fn give_up_dead(app: &App, known: impl Fn(&Upload) -> bool) -> Result<()> {
    let before = app.clock.system() - app.config().replicas.lease();
    let uploads = app.db.read().await?.uploads().await?;
    for upload in uploads {
        if known(&upload) || upload.renewed_at < before {
            give_up(app, &upload).await?;
        }
    }
    Ok(())
}

async fn give_up(app: &App, upload: &Upload) -> Result<()> {
    let image = &upload.image_id;
    // What runs here ends by itself.
    if app.uploads.running().contains(image) {
        return Ok(());
    }
    let mut db = app.db.write().await?;
    let now = app.clock.system();
    if !db
        .take_upload_over(upload, &app.uploads.server, now)
        .await?
    {
        return Ok(());
    }
    db.commit().await?;
    let running = Running::new(app, image);
    requeue(app, image, remove_all(app, image)).await?;
    drop(running);
    tracing::info!(image, "an upload that died was given up");
    Ok(())
}

/// Removes whatever an upload may have left, of which it is not known where it went.
async fn remove_all(app: &App, image: &str) {
    let stores = app.stores.all().filter(|it| !it.read_only);
    let stores = stores.map(|it| &it.store);
    for store in stores.chain([app.stores.staging()]) {
        if let Err(error) = store.delete_begun(image).await {
            tracing::warn!(%error, ?store, image, "what was begun could not be removed");
        }
        remove_from(store, image).await;
    }
}

/// Those of these images that somebody is filling, or was when a server died: their bytes are left
/// alone, in every store and in staging, until whoever does so is done or given up.
async fn busy(db: &mut Session, images: &[String]) -> Result<HashSet<String>> {
    let mut busy = db.images_in_upload(images).await?;
    busy.extend(db.images_in_tasks().await?);
    Ok(busy)
}

/// Where bytes are swept.
#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    Store(&'a Named),
    Staging(&'a Store),
}

impl Place<'_> {
    fn store(&self) -> &Store {
        match self {
            Self::Store(it) => &it.store,
            Self::Staging(it) => it,
        }
    }

    /// Those of these images whose bytes here belong to them.
    async fn needed(&self, app: &App, db: &mut Session, ids: &[String]) -> Result<HashSet<String>> {
        match self {
            Self::Store(named) => {
                let locations = db.locations_of(ids).await?.into_iter();
                let here = locations.filter(|(id, it)| app.stores.may_lie_in(it, id, named));
                Ok(here.map(|(id, _)| id).collect())
            }
            Self::Staging(_) => db.images_staged(ids).await,
        }
    }
}

/// Removes bytes that nobody needs. A store that does not answer is left for another time.
async fn sweep(app: &App) -> Result<()> {
    let stores = app.stores.all().filter(|it| !it.read_only);
    let places = stores.map(Place::Store);
    for place in places.chain([Place::Staging(app.stores.staging())]) {
        match sweep_place(app, place).await {
            Err(error @ (Error::Store(_) | Error::StoreUnavailable(_))) => {
                tracing::warn!(%error, ?place, "a store could not be swept");
            }
            done => done?,
        }
    }
    Ok(())
}

async fn sweep_place(app: &App, place: Place<'_>) -> Result<()> {
    let kept = place.store().kept().await?;
    let mut db = app.db.read().await?;
    let begun = unneeded(&kept.begun, &busy(&mut db, &kept.begun).await?);
    // In this order: an upload that ends meanwhile goes from the first list to the second.
    let mut needed = busy(&mut db, &kept.whole).await?;
    needed.extend(place.needed(app, &mut db, &kept.whole).await?);
    drop(db);
    let whole = unneeded(&kept.whole, &needed);
    for image in begun.union(&whole) {
        match sweep_image(app, place, image).await {
            // One that cannot be removed does not keep the others.
            Err(error @ (Error::Store(_) | Error::StoreUnavailable(_))) => {
                tracing::warn!(%error, ?place, image, "bytes could not be swept");
            }
            done => done?,
        }
    }
    Ok(())
}

fn unneeded(kept: &[String], needed: &HashSet<String>) -> HashSet<String> {
    kept.iter()
        .filter(|it| !needed.contains(*it))
        .cloned()
        .collect()
}

/// Asks again while nobody can begin to fill the image, then removes.
async fn sweep_image(app: &App, place: Place<'_>, image: &str) -> Result<()> {
    let mut db = app.db.write().await?;
    db.hold_image(image, None).await?;
    let id = [image.to_owned()];
    if !busy(&mut db, &id).await?.is_empty() {
        return Ok(());
    }
    let needed = !place.needed(app, &mut db, &id).await?.is_empty();
    let store = place.store();
    // A store that is silent must not hold the image for ever.
    let removal = store.delete_within(&mut db, image, !needed);
    let done = tokio::time::timeout(app.config().replicas.removal(), removal).await;
    done.map_err(std::io::Error::from).flatten()?;
    db.commit().await?;
    tracing::info!(image, "bytes that nobody needs were removed");
    Ok(store.tidy().await?)
}

/// Removes the bytes of an image from a store that it has no location in any more, unless they are
/// needed again meanwhile. What fails here is swept at the next start.
pub(super) async fn remove_unneeded(app: &App, named: &Named, image: &str) {
    if let Err(error) = sweep_image(app, Place::Store(named), image).await {
        let cause = &error as &dyn std::error::Error;
        tracing::warn!(
            error = cause,
            image,
            "bytes could not be removed; the next start will"
        );
    }
}
