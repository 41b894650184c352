//! The image that a task makes, if the task does not come to a good end.

use super::{Job, TaskError, TaskFailure};
use crate::domain::status::Status;
use crate::service::image_data;

/// Deletes what was made, and ends the task badly.
pub(super) async fn put_back(job: &Job, failure: &TaskFailure) -> Result<(), TaskError> {
    discard(job).await?;
    job.fail(failure).await
}

/// Deletes the image that was made so far, if it has a row already, and its bytes.
pub(super) async fn discard(job: &Job) -> Result<(), TaskError> {
    // What this attempt has made, the task as it was taken does not know.
    let task = job.app.db.read().await?.task(&job.task.id).await?;
    let Some(made) = task.and_then(|task| task.made) else {
        return Ok(());
    };
    let (mut db, image) = job.write(&made).await?;
    if let Some(image) = image {
        let at = job.app.clock.now();
        db.delete_image(&made, at);
        job.app
            .notify_deletion(&mut db, &image, Status::Deleted, at);
    }
    db.commit_durably().await?;
    let store = &job.app.stores.default().store;
    image_data::remove_all_of(store, &made).await;
    let (mut db, _) = job.write(&made).await?;
    db.set_created_image(&job.task.id, None);
    Ok(db.commit().await?)
}
