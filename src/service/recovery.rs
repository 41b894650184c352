//! Cleans up after a crash: abandoned uploads, and bytes that no image needs.

mod sweep;

use std::convert::Infallible;
use std::time::Instant;

use super::image_data::remove_from;
use super::scratch::scratch_of;
use super::uploads::{Running, requeue};
use crate::Result;
use crate::app::App;
use crate::db::UploadLease;
pub(super) use sweep::remove_unneeded;
pub use sweep::sweep;

/// The servers that are known to be dead; their uploads need not wait for the end of the lease.
#[derive(Debug)]
pub enum DeadServers {
    /// All: no other server shares the database.
    All,
    /// The servers with these names.
    These(Vec<String>),
}

/// Puts everything right at the start, but for bytes that nobody needs: see [`sweep()`].
#[tracing::instrument(level = "debug", skip_all)]
pub async fn recover(app: &App, gone: &DeadServers) -> Result<()> {
    give_up_dead(app, |upload| match gone {
        DeadServers::All => true,
        DeadServers::These(names) => names.contains(&upload.server),
    })
    .await?;
    let mut db = app.db.write().await?;
    db.release_tasks(match gone {
        DeadServers::All => None,
        DeadServers::These(names) => Some(names),
    })
    .await?;
    db.commit().await?;
    clear_scratch(app, gone)
}

/// Removes the files that servers have left which are no more.
fn clear_scratch(app: &App, gone: &DeadServers) -> Result<()> {
    let names = match gone {
        _ if app.config().ephemeral => return Ok(()),
        // Other servers on that database may have theirs there.
        DeadServers::All if app.config().on_postgres() => vec![app.uploads.server.clone()],
        DeadServers::All => vec![String::new()],
        DeadServers::These(names) => names.clone(),
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

/// Renews this server's uploads, gives up those of servers that died, and sweeps, until it is dropped.
///
/// Side by side: a store that is slow to remove what others left must not make this server late.
pub async fn watch(app: App) {
    tokio::join!(keep_alive(&app), watch_others(&app), sweep::watch(&app));
}

/// Renews this server's uploads again and again.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn keep_alive(app: &App) -> Infallible {
    loop {
        tokio::time::sleep(app.config().replicas.renewal()).await;
        if let Err(error) = renew(app).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "cannot renew the leases of uploads");
        }
    }
}

async fn watch_others(app: &App) {
    loop {
        tokio::time::sleep(app.config().replicas.renewal()).await;
        if let Err(error) = give_up_dead(app, |_| false).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "cannot cancel uploads of dead servers");
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
#[tracing::instrument(level = "debug", skip_all)]
pub(super) async fn give_up_dead(app: &App, known: impl Fn(&UploadLease) -> bool) -> Result<()> {
    let before = app.clock.system() - app.config().replicas.lease();
    let uploads = app.db.read().await?.uploads().await?;
    for upload in uploads {
        if known(&upload) || upload.renewed_at < before {
            give_up(app, &upload).await?;
        }
    }
    Ok(())
}

async fn give_up(app: &App, upload: &UploadLease) -> Result<()> {
    let image = &upload.image_id;
    // What runs here ends by itself.
    if app.uploads.running().contains(image) {
        return Ok(());
    }
    let mut db = app.db.write().await?;
    let now = app.clock.system();
    if !db
        .take_over_upload(upload, &app.uploads.server, now)
        .await?
    {
        return Ok(());
    }
    db.commit().await?;
    let running = Running::new(app, image);
    requeue(app, image, remove_all(app, image)).await?;
    drop(running);
    tracing::info!(image, "cancelled an upload whose server died");
    Ok(())
}

/// Removes whatever an upload may have left, of which it is not known where it went.
#[tracing::instrument(level = "debug", skip_all, fields(image = image))]
pub(super) async fn remove_all(app: &App, image: &str) {
    let stores = app.stores.all().filter(|store| !store.read_only);
    let stores = stores.map(|store| &store.store);
    for store in stores.chain([app.stores.staging()]) {
        if let Err(error) = store.delete_partial(image).await {
            tracing::warn!(%error, store = store.url(""), image, "cannot delete a partial upload");
        }
        remove_from(store, image).await;
    }
}
