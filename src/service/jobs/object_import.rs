//! An image made from an object of the object store, which has to be a virtual hard disk.
//!
//! The image appears when it is complete, in the transaction that ends the task: until then only the task knows
//! its id, and keeps its bytes from being swept.

use futures_util::StreamExt;
use parking_lot::Mutex;
use serde_json::Value;

use super::made::{discard, put_back};
use super::{Job, TaskError};
use crate::app::uploads::Attempt;
use crate::db::Session;
use crate::domain::caller::Caller;
use crate::domain::disk_format::{VhdCheck, VhdDisk, VhdError};
use crate::domain::fault::TaskStep;
use crate::domain::image::{Image, Visibility};
use crate::domain::limits::{LimitedResource, mebibytes};
use crate::domain::new_image::NewImage;
use crate::domain::notification::EventType;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::{ObjectContainer, ObjectPath};
use crate::domain::quota;
use crate::domain::status::Status;
use crate::service::image_data;
use crate::service::image_data::StoredData;
use crate::service::images::make;
use crate::service::limits::Allowance;
use crate::service::object_store::{ManifestUse, ObjectStore, OpenedObject};
use crate::service::quota::{quota_takes, room};
use crate::store::ingest::SizeLimits;
use crate::{Error, Result as Fallible};

const NOT_FOUND: &str = "Image not found for import. Possible invalid location";
const UNSUPPORTED: &str =
    "Unsupported element in image_properties, please consult the documentation.";

/// The most characters of an image's name.
const NAME_LENGTH: usize = 255;

pub(super) async fn run(job: &Job) -> Result<(), TaskError> {
    match import(job).await {
        Err(TaskError::Failed(failure)) => put_back(job, &failure).await,
        done => done,
    }
}

async fn import(job: &Job) -> Result<(), TaskError> {
    job.check_attempts()?;
    // Where an attempt that died broke off, nobody knows.
    discard(job).await?;
    job.reach(TaskStep::Begin).await?;
    let id = begin(job).await?;
    job.reach(TaskStep::Fetch).await?;
    let (path, name) = read_input(job)?;
    let image = draft(job, &id, name)?;
    let allowance = Allowance::of_project(&job.app, job.task.owner.clone()).await?;
    allowance.check_count(&job.app).await?;
    let object = find(job, &path).await?;
    job.reach(TaskStep::Store).await?;
    let (stored, disk) = store(job, &path, &image, object).await?;
    job.reach(TaskStep::End).await?;
    let made = Image {
        data: stored.data.clone(),
        min_disk: gibibytes(disk.virtual_size),
        ..image
    };
    end(job, &path, made, &stored, &allowance).await
}

/// Says in the task which image is being made: whatever happens, somebody knows of its bytes.
async fn begin(job: &Job) -> Result<String, TaskError> {
    let id = job.app.new_id().to_string();
    let (mut db, _) = job.write(&id).await?;
    db.set_created_image(&job.task.id, Some(&id));
    job.start(&mut db);
    db.commit().await?;
    Ok(id)
}

/// Reads the place of the object and the name of the image.
fn read_input(job: &Job) -> Result<(ObjectPath, Option<String>), TaskError> {
    let source = job.input("import_from")?;
    let properties = job.input("image_properties")?;
    let Value::Object(mut properties) = properties else {
        return Err(TaskError::said(UNSUPPORTED));
    };
    let name = match properties.remove("name") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) if name.chars().count() <= NAME_LENGTH => Some(name),
        Some(_) => return Err(TaskError::said(UNSUPPORTED)),
    };
    if !properties.is_empty() {
        return Err(TaskError::said(UNSUPPORTED));
    }
    let path = source.as_str().and_then(|source| source.split_once('/'));
    let path = path.filter(|(container, object)| !container.is_empty() && !object.is_empty());
    let (container, object) = path.ok_or_else(|| TaskError::said(NOT_FOUND))?;
    Ok((ObjectPath::new(container, object), name))
}

/// Returns the image as it will be, still without its data.
fn draft(job: &Job, id: &str, name: Option<String>) -> Result<Image, TaskError> {
    let rules = &job.app.task_rules().object_import;
    let new = NewImage {
        id: Some(id.to_owned()),
        ..NewImage::default()
    };
    let mut image = make(&job.app, new, job.task.owner.clone());
    image.name = name;
    image.status = Status::Active;
    let sharing = job.app.schemas().rules().sharing;
    image.visibility = sharing.stored(Visibility::Private);
    image.disk_format = Some(rules.disk_format.to_owned());
    image.container_format = Some(rules.container_format.to_owned());
    let properties = rules.properties.iter();
    let properties = properties.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    image.properties = properties.collect();
    if let (Some(name), Some(user)) = (rules.creator, &job.task.user_id) {
        image.properties.insert(name.to_owned(), user.clone());
    }
    quota::check_storable(&image)?;
    Ok(image)
}

/// Opens the object, if it is not too large.
async fn find(job: &Job, path: &ObjectPath) -> Result<OpenedObject, TaskError> {
    let caller = Caller {
        project: job.task.owner.clone(),
        ..Caller::default()
    };
    let objects = ObjectStore::new(&job.app, &caller);
    let object = match objects.open(path, ManifestUse::Followed).await {
        Ok(object) => object,
        Err(ObjectStoreError::ContainerNotFound | ObjectStoreError::ObjectNotFound) => {
            return Err(TaskError::said(NOT_FOUND));
        }
        Err(ObjectStoreError::Service(error)) => return Err(error.into()),
        Err(error) => return Err(TaskError::because(error.to_string())),
    };
    let limit = job.app.task_rules().object_import.limit;
    if object.size() > limit {
        return Err(TaskError::said(VhdError::FileTooLarge(limit).to_string()));
    }
    Ok(object)
}

/// Copies the object into the default store, and checks on the way that it is a virtual hard disk.
async fn store(
    job: &Job,
    path: &ObjectPath,
    image: &Image,
    object: OpenedObject,
) -> Result<(StoredData, VhdDisk), TaskError> {
    let limits = limits(job, object.size()).await?;
    let check = Mutex::new(Some(VhdCheck::new(
        job.app.task_rules().object_import.limit,
    )));
    let verdict = Mutex::new(None);
    let bytes = object.stream().inspect(|chunk| {
        if let (Ok(chunk), Some(check)) = (chunk, &mut *check.lock()) {
            check.feed(chunk);
        }
    });
    let may_publish = Box::pin(async {
        let checked = check.lock().take().map(VhdCheck::finish);
        let failed = checked.as_ref().is_none_or(Result::is_err);
        *verdict.lock() = checked;
        if failed {
            return Err(Error::Invalid(
                "the object is no VHD that can be imported".into(),
            ));
        }
        job.still_ours().await
    });
    let entry = job.app.stores.default();
    let attempt = Attempt::new(&image.id)?;
    let kept = image_data::keep(&job.app, image, &attempt, entry, limits, bytes, may_publish).await;
    match (verdict.into_inner(), kept) {
        (Some(Err(error)), _) => Err(TaskError::said(error.to_string())),
        (Some(Ok(disk)), Ok(stored)) => Ok((stored, disk)),
        (_, Ok(_)) => Err(TaskError::because("the object was not checked")),
        (_, Err(error)) if is_gone(job, path).await? => {
            tracing::debug!(%error, "an object was deleted while it was imported");
            Err(TaskError::said(NOT_FOUND))
        }
        (_, Err(error)) => Err(error.into()),
    }
}

/// Returns how much may come: what the quota has room for.
async fn limits(job: &Job, size: u64) -> Result<SizeLimits, TaskError> {
    let mut db = job.app.db.read().await?;
    Ok(SizeLimits {
        expected: i64::try_from(size).ok(),
        cap: job.app.config().images.image_size_cap,
        quota: room(&job.app, job.task.owner.as_deref(), &mut db).await?,
    })
}

/// Returns whether the object is no longer there.
async fn is_gone(job: &Job, path: &ObjectPath) -> Fallible<bool> {
    let mut db = job.app.db.read().await?;
    let account = job.task.owner.as_deref().unwrap_or_default();
    let found = db.object_container(account, &path.container).await?;
    has(job, &mut db, found, path).await.map(|there| !there)
}

/// Returns whether a container was found and has the object.
async fn has(
    job: &Job,
    db: &mut Session,
    container: Option<ObjectContainer>,
    path: &ObjectPath,
) -> Fallible<bool> {
    let Some(container) = container else {
        return Ok(false);
    };
    let found = db.stored_object(&container.id, &path.object, job.app.clock.now());
    Ok(found.await?.is_some())
}

/// Adds the image and ends the task, unless the object was deleted meanwhile.
async fn end(
    job: &Job,
    path: &ObjectPath,
    mut image: Image,
    stored: &StoredData,
    allowance: &Allowance,
) -> Result<(), TaskError> {
    let account = job.task.owner.as_deref().unwrap_or_default();
    let (mut db, _) = job.write(&image.id).await?;
    let now = job.app.clock.now();
    let container = db.lock_object_container(account, &path.container).await?;
    if !has(job, &mut db, container, path).await? {
        return Err(TaskError::said(NOT_FOUND));
    }
    quota_takes(&job.app, job.task.owner.as_deref(), &mut db, &image.data).await?;
    allowance.alone(&mut db, LimitedResource::Count, 1).await?;
    let size = image.data.size.and_then(|size| u64::try_from(size).ok());
    let more = mebibytes(size.unwrap_or(0));
    allowance
        .alone(&mut db, LimitedResource::Size, more)
        .await?;
    (image.created_at, image.updated_at) = (now, now);
    db.insert_image(&image);
    job.app
        .notify_image(&mut db, EventType::ImageCreate, &image);
    db.insert_location(&image.id, &stored.location);
    job.succeed(&mut db, &image.id);
    Ok(db.commit_durably().await?)
}

/// Returns the least disk that takes so many bytes, in GiB.
fn gibibytes(bytes: u64) -> i64 {
    i64::try_from(bytes.div_ceil(1 << 30)).unwrap_or(i64::MAX)
}
