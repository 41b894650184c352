//! The plugins: the changes to imported data before it is stored.
//!
//! Plugins work on files beside, and leave the staged bytes as they came: whoever takes the import
//! up again after a crash begins with the same.

use std::path::PathBuf;

use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::fetch::Source;
use super::{Job, Plan, TaskError, current, mine};
use crate::domain::image::Image;
use crate::domain::import::{Conversion, Plugin};
use crate::domain::notification::EventType;
use crate::service::jobs::files::{converter, save, scratch};
use crate::source::convert::{ConversionOutcome, TargetFormat};
use crate::source::decompress::{OutputLimits, decompress};

/// The data as it is to be stored.
#[derive(Debug)]
pub(super) struct ProcessedImage {
    /// The data.
    pub(super) source: Source,
    converted: Option<ConvertedFormats>,
    /// Held as long as the data is in there.
    scratch: Option<TempDir>,
}

/// The formats of an image, whose data was converted.
#[derive(Debug)]
struct ConvertedFormats {
    /// The disk and container format that the image had.
    before: (Option<String>, Option<String>),
    /// The disk format of the data now, in the container format `bare`.
    disk_format: &'static str,
}

/// Does what the settings ask for, in their order. Data that is in a store was treated before.
pub(super) async fn run_plugins(
    job: &Job,
    plan: &Plan,
    source: Source,
) -> Result<ProcessedImage, TaskError> {
    let mut treated = ProcessedImage {
        source,
        converted: None,
        scratch: None,
    };
    if plan.copies() || matches!(treated.source, Source::StoredData) {
        return Ok(treated);
    }
    for (place, plugin) in job
        .app
        .config()
        .tasks
        .image_import_plugins
        .iter()
        .enumerate()
    {
        match plugin {
            Plugin::NoOp => {}
            Plugin::InjectMetadata => inject(job, plan).await?,
            Plugin::Decompression => unpack(job, plan, &mut treated, place).await?,
            Plugin::Conversion => convert(job, plan, &mut treated, place).await?,
        }
    }
    Ok(treated)
}

/// Gives the image the properties that the settings name.
async fn inject(job: &Job, plan: &Plan) -> Result<(), TaskError> {
    let options = &job.app.config().tasks;
    let mut roles = job.task.roles.split(',');
    let spared = roles.any(|role| {
        let mut ignored = options.ignore_user_roles.iter();
        ignored.any(|ignored| ignored.eq_ignore_ascii_case(role))
    });
    if spared || options.inject.is_empty() {
        return Ok(());
    }
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    let mut after = image.clone();
    for (name, value) in &options.inject {
        if !crate::domain::image::is_reserved(name) {
            after.properties.insert(name.clone(), value.clone());
        }
    }
    after.updated_at = job.app.clock.now();
    db.update_image(&image, &after);
    job.app
        .notify_image(&mut db, EventType::ImageUpdate, &after);
    Ok(db.commit().await?)
}

/// Unpacks compressed data, unless the image says that it is meant to be so.
async fn unpack(
    job: &Job,
    plan: &Plan,
    treated: &mut ProcessedImage,
    place: usize,
) -> Result<(), TaskError> {
    let image = treated.describe(&current(job, plan).await?);
    if image.container_format.as_deref() == Some("compressed") {
        return Ok(());
    }
    let from = treated.file(job, &image, place).await?;
    let to = from.with_extension("unpacked");
    let cap = job.app.config().images.image_size_cap;
    let (source, target) = (from.clone(), to.clone());
    let unpacked = spawn_blocking(move || {
        let file = std::fs::File::open(source).map_err(|error| error.to_string())?;
        let mut into = std::fs::File::create_new(target).map_err(|error| error.to_string())?;
        decompress(file, &mut into, OutputLimits::with_size(cap)).map_err(|error| error.to_string())
    });
    let unpacked = unpacked
        .await
        .map_err(|error| TaskError::because(error.to_string()))?;
    if unpacked.map_err(TaskError::because)?.is_some() {
        treated.source = Source::File(to);
    }
    Ok(())
}

/// Converts the disk to the format that the settings name.
async fn convert(
    job: &Job,
    plan: &Plan,
    treated: &mut ProcessedImage,
    place: usize,
) -> Result<(), TaskError> {
    let image = current(job, plan).await?;
    let before = (image.disk_format.clone(), image.container_format.clone());
    let image = treated.describe(&image);
    let from = treated.file(job, &image, place).await?;
    let to = from.with_extension("converted");
    let config = job.app.config();
    let target = match config.tasks.output_format {
        Conversion::Raw => TargetFormat::Raw,
        Conversion::Qcow2 => TargetFormat::Qcow2,
        Conversion::Vmdk => TargetFormat::Vmdk,
    };
    let format = image.disk_format.unwrap_or_default();
    let outcome = converter(job).convert(&from, &format, target, &to).await;
    match outcome.map_err(|error| TaskError::because(error.to_string()))? {
        ConversionOutcome::Iso => return Ok(()),
        ConversionOutcome::Unchanged { .. } => {}
        ConversionOutcome::Converted { .. } => treated.source = Source::File(to),
    }
    treated.converted = Some(ConvertedFormats {
        before,
        disk_format: target.as_str(),
    });
    Ok(())
}

impl ProcessedImage {
    /// Returns the image in the formats that the data has after its conversion. Formats that a client has
    /// set since then stay.
    pub(super) fn describe(&self, image: &Image) -> Image {
        let mut image = image.clone();
        if let Some(converted) = &self.converted
            && (&image.disk_format, &image.container_format)
                == (&converted.before.0, &converted.before.1)
        {
            image.disk_format = Some(converted.disk_format.to_owned());
            image.container_format = Some("bare".to_owned());
        }
        image
    }

    /// The data as a file.
    async fn file(&mut self, job: &Job, image: &Image, place: usize) -> Result<PathBuf, TaskError> {
        if let Source::File(path) = &self.source {
            return Ok(path.clone());
        }
        let failed = |error: std::io::Error| TaskError::because(error.to_string());
        let scratch = match &self.scratch {
            Some(it) => it,
            None => self.scratch.insert(scratch(job).map_err(failed)?),
        };
        let path = scratch.path().join(format!("{place}"));
        let bytes = self.source.open(job, image).await?;
        save(bytes, &path).await.map_err(failed)?;
        Ok(path)
    }
}
