//! `location_import`: a place that bytes are at, given to a queued image; and what they hash to.
//!
//! The image is locked by the task as long as it runs. Its state says how far an attempt came that
//! died: queued, nothing is decided; importing, its bytes are being held to what was claimed of them;
//! active, they are hashed only to be known.

mod hash;

use serde_json::Value;

use super::{Job, TaskError, TaskFailure, mine};
use crate::Error;
use crate::domain::fault::TaskStep;
use crate::domain::formats;
use crate::domain::image::{Data, Image};
use crate::domain::import::ImportBookkeeping;
use crate::domain::location::Location;
use crate::domain::new_location::NewLocation;
use crate::domain::notification::EventType;
use crate::domain::quota;
use crate::domain::status::Status;
use crate::service::quota::quota_takes;
use crate::store::Content;

/// The plan of a location task.
#[derive(Debug)]
struct LocationPlan {
    image: String,
    new: NewLocation,
}

pub(super) async fn run(job: &Job) -> Result<(), TaskError> {
    let plan = match LocationPlan::read(job) {
        Ok(plan) => plan,
        Err(TaskError::Failed(failure)) => return job.fail(&failure).await,
        Err(other) => return Err(other),
    };
    match add(job, &plan).await {
        Err(TaskError::Failed(failure)) => put_back(job, &plan, &failure).await,
        done => done,
    }
}

impl LocationPlan {
    fn read(job: &Job) -> Result<Self, TaskError> {
        let image = job.input("image_id")?;
        let url = job.input("loc_url")?;
        let Value::Object(validation) = job.input("validation_data")? else {
            return Err(TaskError::because("its validation_data is no object"));
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            image: text(&image),
            new: NewLocation {
                url: text(&url),
                validation,
            },
        })
    }

    fn claim(&self, name: &str) -> Option<&str> {
        self.new.validation.get(name)?.as_str()
    }

    /// Returns whether the bytes must be what the client says before the image has them.
    fn verifies(&self, job: &Job) -> bool {
        job.app.config().location.do_secure_hash && !self.new.validation.is_empty()
    }
}

async fn add(job: &Job, plan: &LocationPlan) -> Result<(), TaskError> {
    job.check_attempts()?;
    job.reach(TaskStep::Begin).await?;
    begin(job, plan).await?;
    job.reach(TaskStep::Fetch).await?;
    let (location, content) = look(job, plan).await?;
    job.reach(TaskStep::Store).await?;
    place(job, plan, &location, content.size()).await?;
    let data = learn(job, plan, &content).await?;
    job.reach(TaskStep::End).await?;
    end(job, plan, data).await
}

async fn begin(job: &Job, plan: &LocationPlan) -> Result<(), TaskError> {
    let (mut db, image) = job.write(&plan.image).await?;
    mine(job, image)?;
    job.start(&mut db);
    Ok(db.commit().await?)
}

/// The location, and what is there.
async fn look(job: &Job, plan: &LocationPlan) -> Result<(Location, Content), TaskError> {
    let url = &plan.new.url;
    let stores = &job.app.stores;
    let entry = stores.store_for_url(url);
    let entry = entry.ok_or_else(|| TaskError::because(format!("no store has {url}")))?;
    let content = entry.store.open(url).await.map_err(Error::from)?;
    let content = content.filter(|content| content.size() > 0);
    let content =
        content.ok_or_else(|| TaskError::because(format!("there is nothing at {url}")))?;
    Ok((stores.location_for(url, serde_json::Map::new()), content))
}

/// Adds the location and moves the image on, unless an attempt that died has done so.
async fn place(
    job: &Job,
    plan: &LocationPlan,
    location: &Location,
    size: u64,
) -> Result<(), TaskError> {
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    let there = image
        .locations
        .iter()
        .any(|value| value.url == location.url);
    match image.status {
        Status::Queued => {}
        Status::Importing if there => return Ok(()),
        Status::Active | Status::Deactivated if there && !plan.verifies(job) => return Ok(()),
        from => return Err(no_longer_waits(from)),
    }
    let size = i64::try_from(size).ok();
    let data = Data {
        size: image.data.size.or(size),
        ..image.data.clone()
    };
    if !there {
        let options = &job.app.config().images;
        quota_takes(&job.app, job.task.owner.as_deref(), &mut db, &data).await?;
        let count = image.locations.len() + 1;
        quota::check("locations", count, options.image_location_quota)?;
        db.insert_location(&image.id, location);
    }
    db.record_data(&image.id, &data);
    // Glance attaches the location even so.
    let complete = formats::check_formats_set(&image);
    let next = match (&complete, job.app.config().location.do_secure_hash) {
        (Ok(()), true) if plan.verifies(job) => Some(Status::Importing),
        (Ok(()), true) => Some(Status::Active),
        // What is believed comes with the last step.
        (Ok(()), false) | (Err(_), _) => None,
    };
    if let Some(next) = next {
        let now = job.app.clock.now();
        db.transition_status(&image.id, image.status, next, now)
            .await?;
    }
    job.app.notify_change(&mut db, &image, |image| {
        (image.data, image.updated_at) = (data, job.app.clock.now());
        image.status = next.unwrap_or(image.status);
    });
    db.commit().await?;
    Ok(complete?)
}

fn no_longer_waits(from: Status) -> TaskError {
    let transition = Error::StatusTransition {
        from: from.as_str(),
        to: Status::Active.as_str(),
    };
    transition.into()
}

/// Returns what the bytes hash to, or is said of them; nothing where they cannot be read and need not be.
async fn learn(
    job: &Job,
    plan: &LocationPlan,
    content: &Content,
) -> Result<Option<Data>, TaskError> {
    if !job.app.config().location.do_secure_hash {
        let believed = |name| plan.claim(name).map(str::to_owned);
        return Ok(Some(Data {
            os_hash_algo: believed("os_hash_algo"),
            os_hash_value: believed("os_hash_value"),
            ..Data::default()
        }));
    }
    if plan.verifies(job) {
        return hash::verify(job, plan, content).await.map(Some);
    }
    match hash::hash(job, plan, content).await {
        Err(TaskError::Failed(failure)) => {
            let image = &plan.image;
            tracing::warn!(error = failure.cause, image, "an image has no hashes");
            Ok(None)
        }
        done => done.map(Some),
    }
}

/// Records what was learnt, and ends the task well.
async fn end(job: &Job, plan: &LocationPlan, data: Option<Data>) -> Result<(), TaskError> {
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    let now = job.app.clock.now();
    match image.status {
        from @ (Status::Queued | Status::Importing) => {
            db.transition_status(&image.id, from, Status::Active, now)
                .await?;
        }
        Status::Active | Status::Deactivated if !plan.verifies(job) => {}
        from => return Err(no_longer_waits(from)),
    }
    let mut after = released(job, &image);
    if let Some(data) = data {
        after.data = Data {
            size: image.data.size,
            virtual_size: image.data.virtual_size,
            ..data
        };
        db.record_data(&image.id, &after.data);
    }
    db.update_image(&image, &after);
    if image.status != Status::Deactivated {
        after.status = Status::Active;
    }
    job.app
        .notify_image(&mut db, EventType::ImageUpdate, &after);
    job.succeed(&mut db, &image.id);
    Ok(db.commit().await?)
}

/// Lets the image wait again, with its location: what is there is not ours to delete. Ends the task
/// badly.
async fn put_back(job: &Job, plan: &LocationPlan, failure: &TaskFailure) -> Result<(), TaskError> {
    let (mut db, image) = job.write(&plan.image).await?;
    let Ok(image) = mine(job, image) else {
        drop(db);
        return job.fail(failure).await;
    };
    let (now, mut after) = (job.app.clock.now(), released(job, &image));
    if image.status == Status::Importing {
        (after.status, after.data) = (Status::Queued, Data::default());
        db.transition_status(&image.id, Status::Importing, Status::Queued, now)
            .await?;
        // What waits for data has no size.
        db.record_data(&image.id, &Data::default());
    }
    db.update_image(&image, &after);
    job.app
        .notify_image(&mut db, EventType::ImageUpdate, &after);
    job.fail_at_commit(&mut db, failure);
    Ok(db.commit().await?)
}

/// The image, no longer this task's.
fn released(job: &Job, image: &Image) -> Image {
    let mut after = image.clone();
    ImportBookkeeping(&mut after.properties).release();
    after.updated_at = job.app.clock.now();
    after
}
