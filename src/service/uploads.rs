//! Uploads that run, of this process and of others: claimed, looked after, given up.
//!
//! A claim is a row that its server renews. So others can tell what died with its server, and no sweep
//! takes the bytes that have come so far for some that nobody needs. The bytes bear the claim in their
//! name: whoever lost it can do no harm any more.

use super::image_data::remove_named;
use super::limits::Allowance;
use crate::app::App;
use crate::app::uploads::Attempt;
use crate::domain::image::Image;
use crate::domain::limits::LimitedResource;
use crate::domain::status::Status;
use crate::store::Store;
use crate::{Error, Result};

/// Lists an attempt as one under way while this is held.
pub(super) struct Running<'a>(&'a App, &'a Attempt);

impl<'a> Running<'a> {
    pub(super) fn new(app: &'a App, attempt: &'a Attempt) -> Self {
        app.uploads.begin(attempt);
        Self(app, attempt)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.uploads.end(self.1);
    }
}

/// Makes the image this attempt's to fill, unless somebody else was faster. The store is told of that is to have the data.
pub(super) async fn claim(
    app: &App,
    image: &Image,
    attempt: &Attempt,
    (to, store): (Status, Option<&str>),
    allowance: &Allowance,
) -> Result<()> {
    let id = &image.id;
    let mut db = app.db.write_to(id).await?;
    let now = app.clock.now();
    if !db.transition_status(id, image.status, to, now).await? {
        return match db.image(id, None).await? {
            Some(found) => Err(Error::StatusTransition {
                from: found.image.status.as_str(),
                to: to.as_str(),
            }),
            None => Err(Error::ImageGoneDuringUpload(id.clone())),
        };
    }
    let (server, began) = (&app.uploads.server, app.clock.system());
    db.insert_upload(id, server, &attempt.claim, began).await?;
    // This one is counted by now.
    allowance
        .alone(&mut db, LimitedResource::Uploading, 0)
        .await?;
    let change = |image: &mut Image| (image.status, image.updated_at) = (to, now);
    app.notify_change(&mut db, image, change);
    if let Some(store) = store {
        app.notify_prepare(&mut db, image, store, change);
    }
    Ok(db.commit().await?)
}

/// Does the work that an image is claimed for, which puts bytes into this store; gives the claim up
/// if that fails.
pub(super) async fn claimed(
    app: &App,
    attempt: &Attempt,
    store: &Store,
    work: impl Future<Output = Result<()>>,
) -> Result<()> {
    let running = Running::new(app, attempt);
    let done = work.await.map_err(Error::of_data);
    let done = match done {
        Err(error) => {
            let lost = give_up(app, store, attempt).await;
            // Whatever the store said: what came was taken away, for others took this server for dead, or the
            // image was deleted.
            let lost = lost
                && matches!(
                    error,
                    Error::Store(_) | Error::StoreUnavailable(_) | Error::TaskLeaseLost
                );
            Err(if lost {
                Error::ImageGoneDuringUpload(attempt.image.clone())
            } else {
                error
            })
        }
        done => done,
    };
    drop(running);
    done
}

/// Fails if other servers may have taken this one for dead and have given an upload up: its bytes may
/// not be published any more, for by now there may be those of the next.
pub async fn still_ours(app: &App, attempt: &Attempt) -> Result<()> {
    let known = app.uploads.map().get(attempt).copied();
    let certainty = app.config().replicas.certainty();
    if known.is_some_and(|known| known.elapsed() < certainty) {
        return Ok(());
    }
    let Attempt { image, claim } = attempt;
    let mut db = app.db.write_to(image).await?;
    if !db.renew_upload(image, claim, app.clock.system()).await? {
        return Err(Error::ImageGoneDuringUpload(image.clone()));
    }
    Ok(db.commit().await?)
}

/// Puts an image back to where it was before data began to come, and removes what came. Returns `true` if the
/// claim was lost before.
pub(super) async fn give_up(app: &App, store: &Store, attempt: &Attempt) -> bool {
    let name = app.stores.name(store, &attempt.image, &attempt.claim);
    let removal = remove_named(store, &name);
    let ours_alone = name != attempt.image;
    match requeue(app, attempt, removal, ours_alone).await {
        Ok(ours) => !ours,
        Err(error) => {
            // The claim stays, nobody renews it, and so it is given up like one of a server that died.
            let cause = &error as &dyn std::error::Error;
            tracing::error!(error = cause, image = %attempt.image, "cannot cancel an upload; its lease will expire");
            false
        }
    }
}

/// Puts an image back that this server fills, when what came is removed: once it is queued, another
/// upload may begin. No session waits for the removal. `ours_alone` says that it removes only what no
/// other attempt can have written: then it does no harm when the claim is lost. Returns `false` if it was.
pub(super) async fn requeue(
    app: &App,
    attempt: &Attempt,
    removal: impl Future<Output = ()>,
    ours_alone: bool,
) -> Result<bool> {
    let Attempt { image: id, claim } = attempt;
    let mut db = app.db.write_to(id).await?;
    let ours = db.renew_upload(id, claim, app.clock.system()).await?;
    // A claim that was given up leaves no row: its id is free, and the next one's bytes may be there.
    let deleted = db.image(id, None).await?.is_none()
        && db.image_including_deleted(id, None).await?.is_some();
    let gone = !ours && deleted && !db.is_uploading(id).await?;
    db.commit().await?;
    if !(ours || gone || ours_alone) {
        // Another server took this one for dead and gave the upload up; by now the bytes may be
        // those of the next.
        return Ok(false);
    }
    // Within the lease. What is left is swept at the next start.
    let patience = app.config().replicas.removal();
    if tokio::time::timeout(patience, removal).await.is_err() {
        tracing::warn!(
            image = id,
            "the store does not answer; the next start will delete the image data"
        );
    }
    if !ours {
        return Ok(false);
    }
    let mut db = app.db.write_to(id).await?;
    db.lock_image(id).await?;
    if db.remove_upload(id, claim).await? {
        db.delete_claimed_image(id);
        let now = app.clock.now();
        // The last: it was given a location, and its bytes were read there.
        for filling in [Status::Saving, Status::Uploading, Status::Importing] {
            db.transition_status(id, filling, Status::Queued, now)
                .await?;
        }
    }
    db.commit().await?;
    Ok(true)
}
