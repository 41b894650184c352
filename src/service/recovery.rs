//! What a crash left: uploads that nobody sees to, bytes that nobody needs.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::data::blocking;
use crate::Result;
use crate::app::App;
use crate::db::Upload;
use crate::domain::status::Status;

/// How often a server says that it still sees to its uploads.
const RENEWAL: Duration = Duration::from_secs(5);

/// How long after the last word of its server an upload is given up.
const LEASE: TimeDelta = TimeDelta::seconds(30);

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
    sweep(app).await
}

/// Renews this server's uploads and gives up those of servers that died, until it is dropped.
pub async fn watch(app: App) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = look_after(&app).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "uploads could not be looked after");
        }
    }
}

async fn look_after(app: &App) -> Result<()> {
    let running = app.uploads.running();
    if !running.is_empty() {
        let mut db = app.db.write().await?;
        let now = app.clock.system();
        db.renew_uploads(&app.uploads.server, &running, now).await?;
        db.commit().await?;
    }
    give_up_dead(app, |_| false).await
}

/// Gives up the uploads whose lease has ended, and those that are known to be dead.
async fn give_up_dead(app: &App, known: impl Fn(&Upload) -> bool) -> Result<()> {
    let before = app.clock.system() - LEASE;
    let uploads = app.db.read().await?.uploads().await?;
    for upload in uploads {
        if known(&upload) || upload.renewed_at < before {
            give_up(app, &upload).await?;
        }
    }
    Ok(())
}

async fn give_up(app: &App, upload: &Upload) -> Result<()> {
    let mut db = app.db.write().await?;
    let (image, now) = (&upload.image_id, app.clock.now());
    db.hold_image(image, None).await?;
    if !db.remove_dead_upload(upload).await? {
        return Ok(());
    }
    db.advance_image(image, Status::Saving, Status::Queued, now)
        .await?;
    // Before the commit: once the image is queued, another upload may begin.
    let (store, id) = (app.store.clone(), image.clone());
    blocking(move || {
        store.delete_begun(&id)?;
        store.delete(&id)
    })
    .await?;
    db.commit().await?;
    tracing::info!(image, "an upload that died was given up");
    Ok(())
}

/// Removes bytes that nobody needs.
async fn sweep(app: &App) -> Result<()> {
    let store = app.store.clone();
    let kept = blocking(move || store.kept()).await?;
    let mut db = app.db.read().await?;
    let begun = unneeded(&kept.begun, &db.images_in_upload(&kept.begun).await?);
    // In this order: an upload that ends meanwhile goes from the first list to the second.
    let mut needed = db.images_in_upload(&kept.whole).await?;
    needed.extend(db.images_with_locations(&kept.whole).await?);
    drop(db);
    let whole = unneeded(&kept.whole, &needed);
    for image in begun.union(&whole) {
        sweep_image(app, image).await?;
    }
    Ok(())
}

fn unneeded(kept: &[String], needed: &HashSet<String>) -> HashSet<String> {
    kept.iter()
        .filter(|it| !needed.contains(*it))
        .cloned()
        .collect()
}

/// Asks again while nobody can begin an upload, then removes.
async fn sweep_image(app: &App, image: &str) -> Result<()> {
    let mut db = app.db.write().await?;
    db.hold_image(image, None).await?;
    let id = [image.to_owned()];
    if !db.images_in_upload(&id).await?.is_empty() {
        return Ok(());
    }
    let needed = !db.images_with_locations(&id).await?.is_empty();
    let (store, [image]) = (app.store.clone(), id);
    blocking(move || {
        store.delete_begun(&image)?;
        if !needed {
            store.delete(&image)?;
        }
        tracing::info!(image, "bytes that nobody needs were removed");
        Ok(())
    })
    .await?;
    Ok(db.commit().await?)
}
