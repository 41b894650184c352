//! Uploads that run, of this process and of others: claimed, looked after, given up.
//!
//! A claim is a row that its server renews. So others can tell what died with its server, and no sweep
//! takes the bytes that have come so far for some that nobody needs.

use super::image_data::remove_from;
use super::limits::Allowance;
use crate::app::App;
use crate::domain::image::Image;
use crate::domain::limits::LimitedResource;
use crate::domain::status::Status;
use crate::store::Store;
use crate::{Error, Result};

/// Lists an image as one that is filled while this is held.
pub(super) struct Running<'a>(&'a App, &'a str);

impl<'a> Running<'a> {
    pub(super) fn new(app: &'a App, image: &'a str) -> Self {
        app.uploads.begin(image);
        Self(app, image)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.uploads.end(self.1);
    }
}

/// Makes the image this process's to fill, unless somebody else was faster.
pub(super) async fn claim(
    app: &App,
    image: &Image,
    to: Status,
    allowance: &Allowance,
) -> Result<()> {
    let mut db = app.db.write().await?;
    let now = app.clock.now();
    let id = &image.id;
    if !db.transition_status(id, image.status, to, now).await? {
        return match db.image(id, None).await? {
            Some(found) => Err(Error::StatusTransition {
                from: found.image.status.as_str(),
                to: to.as_str(),
            }),
            None => Err(Error::ImageGoneDuringUpload(id.clone())),
        };
    }
    db.insert_upload(id, &app.uploads.server, app.clock.system())
        .await?;
    // This one is counted by now.
    allowance
        .alone(&mut db, LimitedResource::Uploading, 0)
        .await?;
    Ok(db.commit().await?)
}

/// Does the work that an image is claimed for, which puts bytes into this store; gives the claim up
/// if that fails.
pub(super) async fn claimed(
    app: &App,
    image: &Image,
    store: &Store,
    work: impl Future<Output = Result<()>>,
) -> Result<()> {
    let running = Running::new(app, &image.id);
    let done = work.await;
    if done.is_err() {
        give_up(app, store, image).await;
    }
    drop(running);
    done
}

/// Fails if other servers may have taken this one for dead and have given an upload up: its bytes may
/// not be published any more, for by now there may be those of the next.
pub async fn still_ours(app: &App, id: &str) -> Result<()> {
    let known = app.uploads.map().get(id).copied();
    let certainty = app.config().replicas.certainty();
    if known.is_some_and(|known| known.elapsed() < certainty) {
        return Ok(());
    }
    let mut db = app.db.write().await?;
    let (server, now) = (&app.uploads.server, app.clock.system());
    if !db.renew_upload(id, server, now).await? {
        return Err(Error::ImageGoneDuringUpload(id.to_owned()));
    }
    Ok(db.commit().await?)
}

/// Puts an image back to where it was before data began to come, and removes what came.
pub(super) async fn give_up(app: &App, store: &Store, image: &Image) {
    if let Err(error) = requeue(app, &image.id, remove_from(store, &image.id)).await {
        // The claim stays, nobody renews it, and so it is given up like one of a server that died.
        let cause = &error as &dyn std::error::Error;
        tracing::error!(error = cause, image = %image.id, "cannot cancel an upload; its lease will expire");
    }
}

/// Puts an image back that this server fills, when what came is removed: once it is queued, another
/// upload may begin. No session waits for the removal.
pub(super) async fn requeue(app: &App, id: &str, removal: impl Future<Output = ()>) -> Result<()> {
    let server = &app.uploads.server;
    let mut db = app.db.write().await?;
    let ours = db.renew_upload(id, server, app.clock.system()).await?;
    // A claim that was given up leaves no row: its id is free, and the next one's bytes may be there.
    let deleted = db.image(id, None).await?.is_none()
        && db.image_including_deleted(id, None).await?.is_some();
    let gone = !ours && deleted && !db.is_uploading(id).await?;
    db.commit().await?;
    if !ours && !gone {
        // Another server took this one for dead and gave the upload up; by now the bytes may be
        // those of the next.
        return Ok(());
    }
    // Within the lease. What is left is swept at the next start.
    let patience = app.config().replicas.removal();
    if tokio::time::timeout(patience, removal).await.is_err() {
        tracing::warn!(
            image = id,
            "the store does not answer; the next start will delete the image data"
        );
    }
    if gone {
        return Ok(());
    }
    let mut db = app.db.write().await?;
    db.lock_image(id, None).await?;
    if db.remove_upload(id, server).await? {
        db.delete_claimed_image(id);
        let now = app.clock.now();
        // The last: it was given a location, and its bytes were read there.
        for filling in [Status::Saving, Status::Uploading, Status::Importing] {
            db.transition_status(id, filling, Status::Queued, now)
                .await?;
        }
    }
    Ok(db.commit().await?)
}
