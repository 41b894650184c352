//! Cleans up after a crash: abandoned uploads, and bytes that no image needs.

mod missing;
mod sweep;

use std::convert::Infallible;
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream;

use super::image_data::remove_found;
use super::scratch::scratch_of;
use super::uploads::{Running, requeue};
use crate::Result;
use crate::app::App;
use crate::app::uploads::Attempt;
use crate::db::UploadLease;
use crate::store::{Store, name_of_url};
pub(super) use sweep::remove_unneeded;
pub use sweep::sweep;

/// The number of uploads of dead servers that are given up at the same time.
const GIVEN_UP_AT_ONCE: usize = 4;

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
    let mut db = app.db.renew().await?;
    let attempts: Vec<_> = running
        .into_iter()
        .map(|Attempt { image, claim }| (image, claim))
        .collect();
    let renewed = db.renew_uploads(&attempts, now).await?;
    db.commit().await?;
    let renewed = renewed.into_iter();
    let renewed: Vec<_> = renewed
        .map(|(image, claim)| Attempt { image, claim })
        .collect();
    app.uploads.renewed(&renewed, since);
    Ok(())
}

/// Gives up the uploads whose lease has ended, and those that are known to be dead. One that cannot be given
/// up now, because a hung server holds its image, does not keep the others.
#[tracing::instrument(level = "debug", skip_all)]
pub(super) async fn give_up_dead(app: &App, known: impl Fn(&UploadLease) -> bool) -> Result<()> {
    let uploads = app.db.read().await?.uploads(app.lease_clock()).await?;
    let dead = uploads
        .into_iter()
        .filter(|upload| known(upload) || upload.expired);
    let limit = app.config().replicas.giving_up();
    stream::iter(dead)
        .for_each_concurrent(GIVEN_UP_AT_ONCE, async |upload| {
            let done = tokio::time::timeout(limit, give_up(app, &upload)).await;
            let image = &upload.image_id;
            match done {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    let cause = &error as &dyn std::error::Error;
                    tracing::warn!(
                        error = cause,
                        image,
                        "cannot cancel an upload of a dead server"
                    );
                }
                Err(_) => {
                    tracing::warn!(image, "cannot cancel an upload of a dead server in time");
                }
            }
        })
        .await;
    Ok(())
}

async fn give_up(app: &App, upload: &UploadLease) -> Result<()> {
    let image = &upload.image_id;
    // What runs here ends by itself.
    let runs_here = |attempt: &Attempt| attempt.image == *image && attempt.claim == upload.claim;
    if app.uploads.running().iter().any(runs_here) {
        return Ok(());
    }
    let attempt = Attempt::new(image)?;
    let mut db = app.db.write_to(image).await?;
    let now = app.clock.system();
    let (server, claim) = (&app.uploads.server, &attempt.claim);
    if !db.take_over_upload(upload, server, claim, now).await? {
        return Ok(());
    }
    db.commit().await?;
    let running = Running::new(app, &attempt);
    Box::pin(requeue(app, &attempt, remove_all(app, &attempt), false)).await?;
    drop(running);
    tracing::info!(image, "cancelled an upload whose server died");
    Ok(())
}

/// Removes whatever attempts before this one may have left of an image, of which it is not known where it
/// went.
#[tracing::instrument(level = "debug", skip_all, fields(image = attempt.image))]
pub(super) async fn remove_all(app: &App, attempt: &Attempt) {
    let stores = app.stores.all().filter(|store| !store.read_only);
    let stores = stores.map(|store| &store.store);
    for store in stores.chain([app.stores.staging()]) {
        if let Err(error) = remove_leftovers(app, store, attempt).await {
            let cause = &error as &dyn std::error::Error;
            let (store, image) = (store.url(""), &attempt.image);
            tracing::warn!(
                error = cause,
                store,
                image,
                "cannot delete what an upload left"
            );
        }
    }
}

/// Removes what a store has of an image that no location records. What is there is listed before the claim
/// is checked: what a later attempt writes is not among it.
async fn remove_leftovers(app: &App, store: &Store, attempt: &Attempt) -> Result<()> {
    let Attempt { image, claim } = attempt;
    let found = store.contents_of(image).await?;
    if found.complete.is_empty() && found.partial.is_empty() {
        return Ok(());
    }
    let id = [image.clone()];
    let mut db = app.db.write_to(image).await?;
    let ours = db.renew_upload(image, claim, app.clock.system()).await?;
    let locations = db.locations_of(&id).await?;
    db.commit().await?;
    if !ours {
        return Ok(());
    }
    let recorded = locations
        .iter()
        .map(|(_, location)| name_of_url(&location.url).to_owned())
        .collect();
    Ok(remove_found(store, found, &recorded).await?)
}
