//! Delayed deletion: the data of a deleted image is kept until it is scrubbed, and the image can be restored until then.
//!
//! Glance: `glance/scrubber.py`, whose program `glance-scrubber` does this beside the server.

use chrono::{DateTime, TimeDelta, Utc};

use super::image_data::remove;
use crate::app::App;
use crate::db::PendingDeletion;
use crate::domain::caller::Caller;
use crate::domain::image::Image;
use crate::domain::status::Status;
use crate::{Error, Result};

/// The course of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeletionCourse {
    /// The data is removed with the image.
    Immediate,
    /// The data is kept until it is scrubbed.
    Delayed,
}

impl DeletionCourse {
    /// Returns the course of a deletion by this caller.
    ///
    /// # Errors
    ///
    /// Refuses to delete an image with data that is not active, as Glance does. Of a deactivated image it shows locations to
    /// admins alone, so nobody else has data to delay there. Glance: `Image.delete` in `glance/domain/__init__.py`.
    pub(super) fn of(app: &App, caller: &Caller, image: &Image) -> Result<Self> {
        let hidden = image.status == Status::Deactivated && !caller.admin;
        let delayed = app.config().deletion.delayed_delete;
        if !delayed || hidden || image.locations.is_empty() {
            return Ok(Self::Immediate);
        }
        match image.status.transition_to(Status::PendingDelete) {
            Ok(_) => Ok(Self::Delayed),
            Err(error) => Err(Error::Invalid(error.to_string())),
        }
    }

    /// Returns the status that the image gets.
    pub(super) fn last_status(self) -> Status {
        match self {
            Self::Immediate => Status::Deleted,
            Self::Delayed => Status::PendingDelete,
        }
    }
}

impl App {
    /// Returns the deletions that are pending, the oldest first.
    ///
    /// # Errors
    ///
    /// Fails if the database does.
    pub async fn pending_deletions(&self) -> Result<Vec<PendingDeletion>> {
        self.db.read().await?.pending_deletions(None).await
    }

    /// Returns the time from which the data of a deleted image may be scrubbed.
    #[must_use]
    pub fn scrub_time_of(&self, deletion: &PendingDeletion) -> DateTime<Utc> {
        deletion.deleted_at + self.scrub_time()
    }

    fn scrub_time(&self) -> TimeDelta {
        TimeDelta::seconds(self.config().deletion.scrub_time.into())
    }

    /// Removes the data of all images whose time has come, and returns their ids.
    ///
    /// # Errors
    ///
    /// Fails if the database does. Data that a store does not remove is swept later.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn scrub(&self) -> Result<Vec<String>> {
        let due = self.clock.now() - self.scrub_time();
        let pending = self.db.read().await?.pending_deletions(Some(due)).await?;
        let mut scrubbed = Vec::new();
        for PendingDeletion { image_id, .. } in pending {
            // A client that goes away now does not keep bytes that nothing refers to any more.
            let (app, id) = (self.clone(), image_id.clone());
            let work = async move {
                let scrub = || scrub_image(&app, &id);
                let db = &app.db;
                db.with_reserve(Error::is_database_full, scrub).await
            };
            if self.apart.run("a deletion", work).await? {
                scrubbed.push(image_id);
            }
        }
        if !scrubbed.is_empty() {
            tracing::info!(images = scrubbed.len(), "scrubbed deleted images");
        }
        Ok(scrubbed)
    }

    /// Makes an image active again whose deletion is pending, with its data, properties, tags and members.
    ///
    /// # Errors
    ///
    /// Fails if there is no such image, or if its deletion is not pending.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn restore_image(&self, id: &str) -> Result<()> {
        let mut db = self.db.write_to(id).await?;
        if db.lock_pending_deletion(id).await?.is_none() {
            return Err(match db.image_including_deleted(id, None).await? {
                Some(found) => Error::conflict(format!(
                    "cannot restore the image from {} to active (wanted from_state=pending_delete)",
                    found.image.status
                )),
                None => Error::ImageNotFound(id.to_owned()),
            });
        }
        db.restore_image(id, self.clock.now());
        Ok(db.commit().await?)
    }
}

/// Deletes an image for good whose deletion is still pending. Returns `false` if somebody else was faster.
async fn scrub_image(app: &App, id: &str) -> Result<bool> {
    let mut db = app.db.write_to(id).await?;
    if db.lock_pending_deletion(id).await?.is_none() {
        return Ok(false);
    }
    let Some(found) = db.image_including_deleted(id, None).await? else {
        return Ok(false);
    };
    db.finish_deletion(id, app.clock.now());
    db.commit_durably().await?;
    remove(app, &found.image).await;
    Ok(true)
}
