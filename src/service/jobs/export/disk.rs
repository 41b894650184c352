//! The disk that is exported: as the store has it if it is a VHD, else converted in a file.

use std::io;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tempfile::TempDir;
use tokio_util::io::ReaderStream;

use crate::domain::image::Image;
use crate::service::image_data;
use crate::service::jobs::files::{converter, save, scratch};
use crate::service::jobs::{Job, TaskError};
use crate::source::convert::{ConversionOutcome, ConvertError, TargetFormat};

/// The number of bytes of a file that are read at a time.
const BLOCK: usize = 256 << 10;

/// The formats that are converted.
const CONVERTED: [&str; 5] = ["raw", "qcow2", "vmdk", "vdi", "vhdx"];

/// The bytes of a VHD, which can be read once.
pub(super) struct Disk {
    pub(super) bytes: BoxStream<'static, io::Result<Bytes>>,
    /// Held as long as the bytes are in there.
    _scratch: Option<TempDir>,
}

/// Opens the disk of an image as a VHD.
pub(super) async fn open(job: &Job, image: &Image) -> Result<Disk, TaskError> {
    let content = image_data::open(&job.app, image, &[]).await?;
    let content = content.ok_or_else(|| TaskError::because("no store has the data"))?;
    let format = image.disk_format.as_deref().unwrap_or_default();
    if format == TargetFormat::Vhd.as_str() {
        return Ok(Disk {
            bytes: content.stream(),
            _scratch: None,
        });
    }
    if !CONVERTED.contains(&format) {
        let said = format!("Image cannot be converted to VHD. Disk format: {format}");
        return Err(TaskError::said(said));
    }
    let failed = |error: io::Error| TaskError::because(error.to_string());
    let scratch = scratch(job).map_err(failed)?;
    let (from, to) = (scratch.path().join("image"), scratch.path().join("vhd"));
    save(content.stream(), &from).await.map_err(failed)?;
    let converter = converter(job);
    let outcome = converter.convert(&from, format, TargetFormat::Vhd, &to);
    match outcome.await.map_err(described)? {
        ConversionOutcome::Converted { .. } => {}
        ConversionOutcome::Iso | ConversionOutcome::Unchanged { .. } => {
            return Err(TaskError::because("the disk was not converted"));
        }
    }
    // Two copies of a large disk would take much room for as long as the last one is read.
    tokio::fs::remove_file(&from).await.map_err(failed)?;
    let file = tokio::fs::File::open(&to).await.map_err(failed)?;
    Ok(Disk {
        bytes: ReaderStream::with_capacity(file, BLOCK).boxed(),
        _scratch: Some(scratch),
    })
}

/// Returns the failure of a conversion. What `qemu-img` itself says may name files of this machine, so that only
/// the log tells it.
fn described(error: ConvertError) -> TaskError {
    match error {
        ConvertError::Failed(_) | ConvertError::Io(_) | ConvertError::RelativePath => {
            TaskError::because(error.to_string())
        }
        error => TaskError::said(format!("Image cannot be converted to VHD: {error}")),
    }
}
