//! An image written to the object store of its owner as a virtual hard disk: segments and a manifest.
//!
//! The objects appear together, in the transaction that ends the task. Until then their bytes are claimed like
//! those of other objects that are being written, and given up like these if the server dies.

mod disk;
mod segments;

use serde_json::json;

use super::{INTERNAL, Job, TaskError, TaskFailure};
use crate::db::Session;
use crate::domain::fault::TaskStep;
use crate::domain::image::{Image, Visibility};
use crate::domain::object_store::{ObjectContainer, ObjectData, ObjectPath};
use crate::domain::status::Status;
use crate::domain::task::TaskStatus;
use crate::service::object_store::remove_unused;
use segments::Segments;

const FAILED: &str = "Unknown error occurred during image export";
const NOT_OWNER: &str = "An image may only be exported by the image owner.";

/// The characters that the name of a receiving container must not have.
const REFUSED: [char; 3] = ['/', '?', '.'];

pub(super) async fn run(job: &Job) -> Result<(), TaskError> {
    match export(job).await {
        Err(TaskError::Failed(failure)) => job.fail(&described(failure)).await,
        done => done,
    }
}

/// Returns the failure with the message that an export has for what only the log tells.
fn described(failure: TaskFailure) -> TaskFailure {
    if failure.said != INTERNAL {
        return failure;
    }
    TaskFailure {
        said: FAILED.into(),
        ..failure
    }
}

async fn export(job: &Job) -> Result<(), TaskError> {
    job.check_attempts()?;
    job.reach(TaskStep::Begin).await?;
    begin(job).await?;
    job.reach(TaskStep::Fetch).await?;
    let plan = ExportPlan::read(job)?;
    let image = plan.check(job).await?;
    job.reach(TaskStep::Convert).await?;
    let disk = disk::open(job, &image).await?;
    job.reach(TaskStep::Store).await?;
    let segments = Segments::write(job, disk).await?;
    let ended = async {
        job.reach(TaskStep::End).await?;
        end(job, &plan, &segments).await
    };
    match ended.await {
        Ok(unused) => {
            remove_unused(&job.app, unused).await;
            Ok(())
        }
        Err(error) => {
            segments.give_up().await;
            Err(error)
        }
    }
}

async fn begin(job: &Job) -> Result<(), TaskError> {
    let image = job.task.image_id.as_deref().unwrap_or_default();
    let (mut db, _) = job.write(image).await?;
    job.start(&mut db);
    Ok(db.commit().await?)
}

/// The plan of an export.
#[derive(Debug)]
struct ExportPlan {
    image: String,
    account: String,
    /// The place of the manifest.
    target: ObjectPath,
}

impl ExportPlan {
    fn read(job: &Job) -> Result<Self, TaskError> {
        let text = |field: &str| {
            let value = job.input(field)?;
            let text = value.as_str().map(str::to_owned);
            text.ok_or_else(|| TaskError::said(format!("Input field '{field}' is not a string")))
        };
        let image = text("image_uuid")?;
        let container = text("receiving_swift_container")?;
        if container.is_empty() || container.contains(REFUSED) {
            let said = format!("Container name is not valid. Container: {container}");
            return Err(TaskError::said(said));
        }
        let target = ObjectPath::new(&container, &format!("{image}.vhd"));
        let account = job.task.owner.clone().unwrap_or_default();
        Ok(Self {
            image,
            account,
            target,
        })
    }

    /// Returns the image, if it may be exported to this place now.
    async fn check(&self, job: &Job) -> Result<Image, TaskError> {
        let mut db = job.app.db.read().await?;
        let container = db.object_container(&self.account, &self.target.container);
        let container = container.await?;
        self.check_place(job, &mut db, container).await?;
        let found = db.image(&self.image, Some(&self.account)).await?;
        let missing = || TaskError::said(format!("Image not found. Image: {}", self.image));
        let found = found.ok_or_else(missing)?;
        let (image, shared) = (found.image, found.shared);
        if image.owner.as_deref() != Some(&self.account) {
            let is_open = matches!(image.visibility, Visibility::Public | Visibility::Community);
            let visible = is_open || shared || image.owner.is_none();
            return Err(if visible {
                TaskError::said(NOT_OWNER)
            } else {
                missing()
            });
        }
        let licence = job.app.task_rules().export.forbids(&image.properties);
        if let Some((name, value)) = licence {
            return Err(TaskError::said(format!(
                "Image cannot be exported due to licensing or billing restrictions ({name}: '{value}')"
            )));
        }
        if image.status != Status::Active {
            let said = format!("Image cannot be exported. Status: {}", image.status);
            return Err(TaskError::said(said));
        }
        Ok(image)
    }

    /// Returns the container, if there is one and it has no object at the place of the manifest.
    async fn check_place(
        &self,
        job: &Job,
        db: &mut Session,
        container: Option<ObjectContainer>,
    ) -> Result<ObjectContainer, TaskError> {
        let ObjectPath {
            container: name,
            object,
        } = &self.target;
        let missing = || TaskError::said(format!("Container not found. Container: {name}"));
        let found = container.ok_or_else(missing)?;
        let there = db
            .stored_object(&found.id, object, job.app.clock.now())
            .await?;
        if there.is_some() {
            return Err(TaskError::said(format!(
                "Object already exists in user's container. Container/Object: {name}/{object}"
            )));
        }
        Ok(found)
    }
}

/// Adds the segments and the manifest, and ends the task. Returns the data that nothing refers to any more.
async fn end(
    job: &Job,
    plan: &ExportPlan,
    segments: &Segments,
) -> Result<Vec<ObjectData>, TaskError> {
    let (mut db, _) = job.write(&plan.image).await?;
    let container = db.lock_object_container(&plan.account, &plan.target.container);
    let container = container.await?;
    let container = plan.check_place(job, &mut db, container).await?;
    let unused = segments
        .record(job, &mut db, &container, &plan.target)
        .await?;
    let ObjectPath { container, object } = &plan.target;
    let result = json!({ "export_location": format!("{container}/{object}") });
    job.end(&mut db, TaskStatus::Success, "", Some(result.to_string()));
    db.commit_durably().await?;
    Ok(unused)
}
