//! `import`: an image made from what a URL gives, in one go.

use serde_json::Value;

use super::made::{discard, put_back};
use super::{Job, TaskError};
use crate::app::uploads::Attempt;
use crate::domain::fault::TaskStep;
use crate::domain::formats;
use crate::domain::image::Image;
use crate::domain::new_image::{NewImage, Owner};
use crate::domain::notification::EventType;
use crate::domain::quota;
use crate::domain::status::Status;
use crate::service::image_data;
use crate::service::image_data::StoredData;
use crate::service::images::make;
use crate::source::fetch::Fetcher;
use crate::store::ingest::SizeLimits;
use crate::{Error, Result as Fallible};

pub(super) async fn run(job: &Job) -> Result<(), TaskError> {
    match import(job).await {
        Err(TaskError::Failed(failure)) => put_back(job, &failure).await,
        done => done,
    }
}

async fn import(job: &Job) -> Result<(), TaskError> {
    job.check_attempts()?;
    let uri = job.input("import_from")?;
    job.input("import_from_format")?;
    let properties = job.input("image_properties")?;
    // What an attempt that died has made is of no use: where it broke off, nobody knows.
    discard(job).await?;
    job.reach(TaskStep::Begin).await?;
    let image = create(job, properties).await?;
    job.reach(TaskStep::Fetch).await?;
    let cap = job.app.config().images.image_size_cap;
    let uri = uri.as_str().unwrap_or_default();
    let fetched = Fetcher::new(&job.app.config().filter).get(uri, cap).await;
    let fetched = fetched.map_err(|error| TaskError::because(format!("{uri}: {error}")))?;
    job.reach(TaskStep::Store).await?;
    let bounds = SizeLimits {
        expected: None,
        cap,
        quota: None,
    };
    let store = job.app.stores.default();
    let (bytes, ours) = (fetched.into_stream(), Box::pin(job.still_ours()));
    let attempt = Attempt::new(&image.id)?;
    let stored = image_data::keep(&job.app, &image, &attempt, store, bounds, bytes, ours).await;
    let stored = stored.map_err(|error| match error {
        Error::Store(_) | Error::StoreUnavailable(_) | Error::TooLarge(_) => {
            TaskError::said(format!("Uploading the image failed due to: {error}"))
        }
        other => other.into(),
    })?;
    job.reach(TaskStep::End).await?;
    end(job, &image.id, &stored).await
}

/// Makes the image, and says so in the task: whatever happens, somebody knows of it.
async fn create(job: &Job, properties: Value) -> Result<Image, TaskError> {
    let image = read(job, properties)?;
    formats::check_formats_set(&image)?;
    let (mut db, _) = job.write(&image.id).await?;
    db.insert_image(&image);
    let store = &job.app.stores.default().id;
    job.app
        .notify_image(&mut db, EventType::ImageCreate, &image);
    job.app.notify_prepare(&mut db, &image, store, |_| ());
    db.set_created_image(&job.task.id, Some(&image.id));
    job.start(&mut db);
    match db.commit().await.map_err(Error::from) {
        Err(error) if error.is_duplicate() => {
            Err(TaskError::because("there is such an image already"))
        }
        done => Ok(done.map(|()| image)?),
    }
}

/// The image that these properties describe: being filled, and nobody's unless they name an owner.
fn read(job: &Job, properties: Value) -> Fallible<Image> {
    let mut new = NewImage::read(properties, &job.app.schemas())?;
    if let Some(name) = new.read_only {
        return Err(Error::ReadOnly(name.to_owned()));
    }
    let owner = match std::mem::replace(&mut new.owner, Owner::Nobody) {
        Owner::Project(it) => Some(it).filter(|value| !value.is_empty()),
        Owner::Caller | Owner::Nobody => None,
    };
    let mut image = make(&job.app, new, owner);
    quota::check_storable(&image)?;
    image.status = Status::Saving;
    Ok(image)
}

async fn end(job: &Job, image: &str, stored: &StoredData) -> Result<(), TaskError> {
    let (mut db, found) = job.write(image).await?;
    let Some(found) = found else {
        return Err(TaskError::because("the image was deleted"));
    };
    let now = job.app.clock.now();
    db.transition_status(image, Status::Saving, Status::Active, now)
        .await?;
    db.record_data(image, &stored.data);
    db.insert_location(image, &stored.location);
    job.app.notify_data(&mut db, &found, true, |image| {
        (image.status, image.updated_at) = (Status::Active, now);
        image.data.clone_from(&stored.data);
    });
    job.succeed(&mut db, image);
    Ok(db.commit_durably().await?)
}
