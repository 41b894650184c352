//! `api_image_import`: data from somewhere into the stores of an image.
//!
//! The image is locked by the task as long as it runs. The data goes from where it is into the first
//! store, and from there into the others; it is brought to this server before that only if a plugin
//! works on a file. What is in a store and recorded is never fetched again.

mod copy;
mod fetch;
mod plugins;
mod undo;

use std::collections::HashSet;

use serde_json::Value;

use super::{Job, TaskError, TaskFailure, mine};
use crate::domain::fault::TaskStep;
use crate::domain::image::Image;
use crate::domain::import::{ImportBookkeeping, ImportMethod, ImportRequest};
use crate::domain::limits::LimitedResource;
use crate::domain::notification::EventType;
use crate::domain::status::Status;
use crate::domain::task::TaskStatus;
use crate::service::image_data;
use crate::service::limits::Allowance;
use crate::store::{Store, StoreEntry, is_uuid, name_of_url};
use fetch::TakenOver;

/// The plan of an import.
#[derive(Debug)]
struct Plan {
    image: String,
    request: ImportRequest,
    /// The stores by name; one without a name is the only one that there is.
    stores: Vec<Option<String>>,
}

/// The progress of an import.
#[derive(Debug, Default)]
struct ImportProgress {
    /// Whether the other Glance told of its image.
    described: bool,
    /// The description of the other Glance's image, which was taken over.
    taken_over: Option<TakenOver>,
    /// The store that did not take the data.
    refused: Option<String>,
    /// Whether the project may import no more.
    limited: bool,
}

pub(super) async fn run(job: &Job) -> Result<(), TaskError> {
    let plan = match Plan::read(job) {
        Ok(plan) => plan,
        Err(TaskError::Failed(failure)) => return job.fail(&failure).await,
        Err(other) => return Err(other),
    };
    let mut reached = ImportProgress::default();
    match import(job, &plan, &mut reached).await {
        Err(TaskError::Failed(failure)) => undo::put_back(job, &plan, &reached, &failure).await,
        done => done,
    }
}

impl Plan {
    fn read(job: &Job) -> Result<Self, TaskError> {
        let input = job.task.input();
        let image = input.get("image_id").and_then(Value::as_str);
        let image = image.ok_or_else(|| TaskError::said("Missing required 'image_id' field"))?;
        // Whoever may make tasks may write anything there.
        if !is_uuid(image) {
            return Err(TaskError::because("the image was deleted"));
        }
        let request = job.input("import_req")?;
        let request = ImportRequest::read(request, ImportMethod::ALL)?;
        let stores = job.input("backend")?;
        let stores = stores.as_array().into_iter().flatten();
        let stores = stores.map(|store| store.as_str().map(str::to_owned));
        Ok(Self {
            image: image.to_owned(),
            request,
            stores: stores.collect(),
        })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.stores.iter().filter_map(Option::as_deref)
    }

    /// Returns whether the image has its data already, and keeps it.
    fn copies(&self) -> bool {
        self.request.method == ImportMethod::CopyImage
    }
}

async fn import(job: &Job, plan: &Plan, reached: &mut ImportProgress) -> Result<(), TaskError> {
    if job.is_retry() {
        clear_unrecorded(job, plan).await?;
    }
    job.check_attempts()?;
    job.reach(TaskStep::Begin).await?;
    let image = begin(job, plan).await?;
    if let Err(halt) = within_limits(job, plan, &image).await {
        reached.limited = true;
        return Err(halt);
    }
    job.reach(TaskStep::Fetch).await?;
    let image = fetch::describe(job, plan, image, reached).await?;
    reached.described = true;
    let source = fetch::find_source(job, plan, &image).await?;
    job.reach(TaskStep::Convert).await?;
    let treated = plugins::run_plugins(job, plan, source).await?;
    job.reach(TaskStep::Store).await?;
    copy::copy_all(job, plan, &treated, reached).await?;
    job.reach(TaskStep::End).await?;
    end(job, plan).await
}

/// Returns the stores that the import is to fill, and staging.
fn places<'a>(job: &'a Job, plan: &'a Plan) -> impl Iterator<Item = &'a Store> {
    let stores = plan.stores.iter();
    let stores = stores.filter_map(|name| store(job, name.as_deref()).ok());
    let stores = stores.filter(|entry| !entry.read_only);
    stores
        .map(|entry| &entry.store)
        .chain([job.app.stores.staging()])
}

/// Removes what an attempt that died has written, unless it has recorded that; one that only seemed to die has
/// its files taken away, and so cannot publish them.
async fn clear_unrecorded(job: &Job, plan: &Plan) -> Result<(), TaskError> {
    for store in places(job, plan) {
        let found = store.contents_of(&plan.image).await;
        // Listed before the claim is checked: what the next attempt writes is not among it.
        let (mut db, image) = job.write(&plan.image).await?;
        let staged = db.staged_name(&plan.image).await?;
        db.commit().await?;
        let needed = if std::ptr::eq(store, job.app.stores.staging()) {
            HashSet::from([staged.unwrap_or_else(|| plan.image.clone())])
        } else {
            let locations = image.iter().flat_map(|image| &image.locations);
            let names = locations.map(|location| name_of_url(&location.url).to_owned());
            names.collect()
        };
        let cleared = async { image_data::remove_found(store, found?, &needed).await };
        if let Err(error) = cleared.await {
            let image = &plan.image;
            tracing::warn!(%error, image, "cannot delete what a former attempt has written");
        }
    }
    Ok(())
}

/// Makes the image one that is imported to.
async fn begin(job: &Job, plan: &Plan) -> Result<Image, TaskError> {
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    let now = job.app.clock.now();
    job.start(&mut db);
    let mut after = image.clone();
    if job.task.status == TaskStatus::Pending {
        ImportBookkeeping(&mut after.properties).begin(plan.names());
    }
    if !plan.copies() && !matches!(image.status, Status::Importing | Status::Active) {
        let to = image.status.transition_to(Status::Importing)?;
        db.transition_status(&image.id, image.status, to, now)
            .await?;
        after.status = to;
    }
    after.updated_at = now;
    db.update_image(&image, &after);
    job.app
        .notify_image(&mut db, EventType::ImageUpdate, &after);
    db.commit().await?;
    Ok(after)
}

/// Holds a task that begins to the unified limits; one that was begun already has passed.
async fn within_limits(job: &Job, plan: &Plan, image: &Image) -> Result<(), TaskError> {
    if job.task.status != TaskStatus::Pending {
        return Ok(());
    }
    let allowance = Allowance::of_project(&job.app, job.task.owner.clone()).await?;
    let size = image.data.size.and_then(|size| u64::try_from(size).ok());
    if plan.request.method == ImportMethod::GlanceDirect {
        return Ok(allowance
            .check_bytes(&job.app, LimitedResource::Size, size)
            .await?);
    }
    allowance
        .check_bytes(&job.app, LimitedResource::Stage, size)
        .await?;
    // This one is counted by now.
    let mut db = job.app.db.read().await?;
    Ok(allowance
        .check(&mut db, LimitedResource::Uploading, 0)
        .await?)
}

/// Returns the image as it is now: clients may have changed it since the task began.
async fn current(job: &Job, plan: &Plan) -> Result<Image, TaskError> {
    let mut db = job.app.db.read().await?;
    let found = db.image(&plan.image, None).await?;
    mine(job, found.map(|found| found.image))
}

/// Ends the task well. The staged bytes go first: whoever sees the end sees nothing left. (All data is in the
/// stores by now, so that nobody needs them.)
async fn end(job: &Job, plan: &Plan) -> Result<(), TaskError> {
    image_data::remove_staged(&job.app, &plan.image).await;
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    if image.status == Status::Importing {
        return Err(TaskError::because("no store took the data"));
    }
    let mut after = image.clone();
    ImportBookkeeping(&mut after.properties).release();
    after.updated_at = job.app.clock.now();
    db.update_image(&image, &after);
    db.record_staged_name(&image.id, None);
    job.succeed(&mut db, &image.id);
    Ok(db.commit().await?)
}

/// A store of the plan.
fn store<'a>(job: &'a Job, name: Option<&str>) -> Result<&'a StoreEntry, TaskError> {
    let stores = &job.app.stores;
    match name {
        None => Ok(stores.default()),
        Some(name) => stores
            .get(name)
            .ok_or_else(|| TaskError::because(format!("there is no store {name}"))),
    }
}
