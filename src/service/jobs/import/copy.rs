//! The data, copied into one store after the other.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::plugins::ProcessedImage;
use super::{ImportProgress, Job, Plan, TaskError, current, mine, store};
use crate::app::uploads::Attempt;
use crate::db::Session;
use crate::domain::image::{Data, Image};
use crate::domain::import::{ImportBookkeeping, ImportMethod};
use crate::domain::limits::{LimitedResource, mebibytes};
use crate::domain::notification::EventType;
use crate::domain::status::Status;
use crate::service::endpoint_reach;
use crate::service::image_data;
use crate::service::image_data::StoredData;
use crate::service::limits::Allowance;
use crate::service::quota::{over_quota, quota_takes, room};
use crate::store::StoreEntry;
use crate::store::ingest::SizeLimits;
use crate::{Error, Result as Fallible};

/// The reason why a store could not be filled.
enum CopyError {
    /// The store, or this attempt to fill it: the next store may be luckier.
    Store(TaskError),
    /// The source of the data failed: no store can be filled.
    Source(TaskError),
}

impl From<TaskError> for CopyError {
    fn from(halt: TaskError) -> Self {
        Self::Store(halt)
    }
}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::Store(error.into())
    }
}

pub(super) async fn copy_all(
    job: &Job,
    plan: &Plan,
    treated: &ProcessedImage,
    reached: &mut ImportProgress,
) -> Result<(), TaskError> {
    let last = plan.stores.len().saturating_sub(1);
    for (place, name) in plan.stores.iter().enumerate() {
        let name = name.as_deref();
        let done = copy(job, plan, treated, name, place == last).await;
        match done {
            Ok(()) => {}
            Err(CopyError::Store(TaskError::Failed(failure))) if !plan.request.must_succeed => {
                let task = &job.task.id;
                tracing::warn!(error = failure.cause, task, store = name, "a store failed");
                note_failure(job, plan, name).await?;
            }
            Err(CopyError::Store(TaskError::Failed(failure))) => {
                reached.refused = name.map(str::to_owned);
                return Err(TaskError::Failed(failure));
            }
            Err(CopyError::Store(other) | CopyError::Source(other)) => return Err(other),
        }
    }
    Ok(())
}

/// Copies the data into a store and records it, unless that was done before.
async fn copy(
    job: &Job,
    plan: &Plan,
    treated: &ProcessedImage,
    name: Option<&str>,
    last: bool,
) -> Result<(), CopyError> {
    let entry = store(job, name)?;
    let image = current(job, plan).await?;
    if has(job, &image, entry) {
        return Ok(());
    }
    if entry.read_only {
        return Err(Error::StoreReadOnly.into());
    }
    let bounds = bounds(job, &image).await?;
    let is_remote = treated.source.is_remote(&image);
    let bytes = match treated.source.open(job, &image).await {
        Err(halt) if is_remote => return Err(CopyError::Source(halt)),
        opened => opened?,
    };
    let (bytes, ours) = (counted(job, bytes), Box::pin(job.still_ours()));
    let described = treated.describe(&image);
    let attempt = Attempt::new(&plan.image)?;
    let app = endpoint_reach::as_requested(&job.app, &job.task.input());
    let kept = image_data::keep(&app, &described, &attempt, entry, bounds, bytes, ours).await;
    let stored = match kept {
        // Nobody uploads this: it is what the data comes from that is gone.
        Err(error @ Error::ClientDisconnected(_)) if is_remote => {
            return Err(CopyError::Source(error.into()));
        }
        kept => kept?,
    };
    let recorded = record(job, plan, treated, &stored, name, last).await;
    if let Err(TaskError::Failed(_)) = &recorded {
        image_data::remove_at(&entry.store, &stored.location).await;
    }
    Ok(recorded?)
}

/// Returns how much may come: what the quota still has room for, where it is known from the start.
async fn bounds(job: &Job, image: &Image) -> Fallible<SizeLimits, Error> {
    let mut db = job.app.db.read().await?;
    let owner = job.task.owner.as_deref();
    let quota = room(&job.app, owner, &mut db).await?;
    if let (Some(room), Some(size)) = (quota, image.data.size)
        && u64::try_from(size).is_ok_and(|try_from| try_from > room)
    {
        return Err(over_quota(u64::try_from(size).ok(), room));
    }
    Ok(SizeLimits {
        expected: None,
        cap: job.app.config().images.image_size_cap,
        quota,
    })
}

/// Returns whether an image has its data in a store.
fn has(job: &Job, image: &Image, entry: &StoreEntry) -> bool {
    let mut stores = image.locations.iter();
    stores.any(|value| {
        let store = job.app.stores.entry_of(value, &image.id);
        store.is_some_and(|store| store.id == entry.id)
    })
}

fn counted<S, E>(job: &Job, bytes: S) -> impl Stream<Item = Fallible<Bytes, E>>
where
    S: Stream<Item = Fallible<Bytes, E>>,
{
    bytes.inspect(|chunk| {
        // Of data without a byte there is nothing to tell.
        if let Ok(chunk) = chunk
            && !chunk.is_empty()
        {
            job.copied(chunk.len() as u64);
        }
    })
}

async fn record(
    job: &Job,
    plan: &Plan,
    treated: &ProcessedImage,
    stored: &StoredData,
    name: Option<&str>,
    last: bool,
) -> Result<(), TaskError> {
    let allowance = Allowance::of_project(&job.app, job.task.owner.clone()).await?;
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    // A client may have set other formats while the bytes came.
    let mut after = treated.describe(&image);
    after.updated_at = job.app.clock.now();
    let data = stored.data_of(&job.app, &after)?;
    if image.locations.is_empty() {
        db.record_data(&image.id, &data);
    } else if !same(&image.data, &data) {
        return Err(TaskError::because("the stores would hold different data"));
    }
    more_locations(job, &image)?;
    fits(job, &mut db, &data).await?;
    if image.locations.is_empty() && plan.request.method == ImportMethod::GlanceDirect {
        // Asked before the task began, but others may have been faster.
        let more = mebibytes(
            data.size
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(0),
        );
        allowance
            .alone(&mut db, LimitedResource::Size, more)
            .await?;
    }
    db.insert_location(&image.id, &stored.location);
    if let Some(name) = name {
        ImportBookkeeping(&mut after.properties).arrived(name);
    }
    if image.status == Status::Importing && (last || !plan.request.must_succeed) {
        let (id, now) = (&image.id, after.updated_at);
        db.transition_status(id, Status::Importing, Status::Active, now)
            .await?;
    }
    db.update_image(&image, &after);
    let activated = image.status == Status::Importing && (last || !plan.request.must_succeed);
    let store = name.unwrap_or_default();
    // That it began to come is told only now.
    job.app.notify_prepare(&mut db, &image, store, |_| ());
    job.app.notify_data(&mut db, &after, activated, |after| {
        if image.locations.is_empty() {
            after.data = data;
        }
        if activated {
            after.status = Status::Active;
        }
    });
    if let Some(progress) = job.progress() {
        db.update_task_message(&job.task.id, &progress, after.updated_at);
    }
    Ok(db.commit_durably().await?)
}

/// Returns whether it is the same data, as far as that is known: an image whose data came from elsewhere has
/// no hashes, or one of another kind.
fn same(one: &Data, other: &Data) -> bool {
    let differ = |one: &Option<String>, other: &Option<String>| matches!((one, other), (Some(one), Some(other)) if one != other);
    let alike = one.os_hash_algo == other.os_hash_algo;
    let size = one.size.is_none() || one.size == other.size;
    let checksums = !differ(&one.checksum, &other.checksum);
    let hashes = !alike || !differ(&one.os_hash_value, &other.os_hash_value);
    size && checksums && hashes
}

/// Returns whether the image may be in one store more. As in Glance, the first always may, and what counts is
/// how many there were before.
fn more_locations(job: &Job, image: &Image) -> Result<(), TaskError> {
    let most = usize::try_from(job.app.config().images.image_location_quota);
    if most.is_ok_and(|most| image.locations.len() > most) {
        return Err(TaskError::because("image_location_quota is used up"));
    }
    Ok(())
}

/// Returns whether the quota of whoever asked takes the data too.
async fn fits(job: &Job, db: &mut Session, data: &Data) -> Fallible<(), Error> {
    quota_takes(&job.app, job.task.owner.as_deref(), db, data).await
}

/// Writes down that the data did not get into a store.
async fn note_failure(job: &Job, plan: &Plan, name: Option<&str>) -> Result<(), TaskError> {
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    let mut after = image.clone();
    after.updated_at = job.app.clock.now();
    if let Some(name) = name {
        ImportBookkeeping(&mut after.properties).failed(name);
    }
    db.update_image(&image, &after);
    job.app
        .notify_image(&mut db, EventType::ImageUpdate, &after);
    Ok(db.commit().await?)
}
