//! What an import leaves behind that did not succeed: the image as it was, and the names of the
//! stores that have nothing.

use super::{ImportProgress, Job, Plan, TaskError, TaskFailure, mine, places};
use crate::domain::image::{Data, Image};
use crate::domain::import::{ImportBookkeeping, ImportMethod};
use crate::domain::location::Location;
use crate::domain::notification::EventType;
use crate::domain::status::Status;
use crate::service::image_data;

/// Puts the image back and ends the task badly.
pub(super) async fn put_back(
    job: &Job,
    plan: &Plan,
    reached: &ImportProgress,
    failure: &TaskFailure,
) -> Result<(), TaskError> {
    let (mut db, image) = job.write(&plan.image).await?;
    let deleted = image.is_none();
    let Ok(image) = mine(job, image) else {
        drop(db);
        if deleted {
            clear(job, plan).await;
        }
        return job.fail(failure).await;
    };
    let back = takes_back(plan, &image);
    if back {
        // First the rows and then the bytes, so that whoever goes on from here copies anew.
        let added: Vec<_> = added(job, plan, &image).cloned().collect();
        for location in &added {
            db.remove_location(&image.id, location);
        }
        if !plan.copies() {
            db.record_data(&image.id, &Data::default());
        }
        let staged = db.staged_name(&image.id).await?;
        db.record_staged_name(&image.id, None);
        db.commit_durably().await?;
        for location in &added {
            if let Some(entry) = job.app.stores.entry_of(location, &image.id) {
                image_data::remove_at(&entry.store, location).await;
            }
        }
        let staged = staged.unwrap_or_else(|| image.id.clone());
        image_data::remove_named(job.app.stores.staging(), &staged).await;
    } else {
        drop(db);
    }
    let (mut db, image) = job.write(&plan.image).await?;
    let Ok(image) = mine(job, image) else {
        drop(db);
        return job.fail(failure).await;
    };
    let mut after = image.clone();
    after.updated_at = job.app.clock.now();
    if let Some(taken_over) = reached.taken_over.as_ref().filter(|_| back) {
        taken_over.undo(&mut after);
    }
    mark(plan, reached, &mut after);
    if image.status == Status::Importing {
        let now = after.updated_at;
        db.transition_status(&image.id, Status::Importing, Status::Queued, now)
            .await?;
    }
    db.update_image(&image, &after);
    if image.status == Status::Importing {
        after.status = Status::Queued;
        after.data = Data::default();
    }
    job.app
        .notify_image(&mut db, EventType::ImageUpdate, &after);
    job.fail_at_commit(&mut db, failure);
    Ok(db.commit().await?)
}

/// Returns whether what was stored is taken back: of an image that is not complete, and of one that was
/// complete before.
fn takes_back(plan: &Plan, image: &Image) -> bool {
    image.status == Status::Importing || plan.copies()
}

/// The locations that this import has added.
fn added<'a>(job: &'a Job, plan: &'a Plan, image: &'a Image) -> impl Iterator<Item = &'a Location> {
    image.locations.iter().filter(move |location| {
        let store = job.app.stores.entry_of(location, &image.id);
        !plan.copies() || store.is_some_and(|store| plan.names().any(|name| name == store.id))
    })
}

/// Removes the bytes of an image that was deleted, and whose id nothing gets any more, from the stores that
/// the import was to fill, and from staging.
async fn clear(job: &Job, plan: &Plan) {
    for store in places(job, plan) {
        image_data::remove_all_of(store, &plan.image).await;
    }
}

/// The lists of stores as Glance leaves them, by method and by how far it came.
fn mark(plan: &Plan, reached: &ImportProgress, image: &mut Image) {
    let began = image
        .properties
        .contains_key(crate::domain::import::IMPORTING);
    let mut marks = ImportBookkeeping(&mut image.properties);
    marks.release();
    if reached.limited {
        // No store was tried.
        for name in plan.names() {
            marks.arrived(name);
        }
        return;
    }
    let method = plan.request.method;
    if !began || method == ImportMethod::GlanceDownload && !reached.described {
        return;
    }
    match (method, &reached.refused) {
        (ImportMethod::GlanceDirect | ImportMethod::CopyImage, Some(refused)) => {
            for name in plan.names() {
                marks.arrived(name);
            }
            marks.failed(refused);
        }
        _ => {
            for name in plan.names() {
                marks.failed(name);
            }
        }
    }
}
