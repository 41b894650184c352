//! The errors of a conversion.

use std::io;
use std::time::Duration;

use crate::domain::disk_format::DiskFormatError;

/// An error of a conversion; the text is for logs and for the message of a task.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// `qemu-img` is not installed.
    #[error("qemu-img is not installed, which converts images")]
    NotInstalled,
    /// The contents have another format than `disk_format` says.
    #[error("the disk_format of the image is {claimed}, but its contents are {detected}")]
    Mismatch {
        /// The `disk_format` of the image.
        claimed: String,
        /// The format of its contents.
        detected: &'static str,
    },
    /// The inspector of disk formats finds the image unsafe.
    #[error("the image may not be converted: {0}")]
    Inspection(#[from] DiskFormatError),
    /// The image is not safe to convert.
    #[error("the image may not be converted: {0}")]
    Unsafe(&'static str),
    /// The disk inside is larger than this, in bytes.
    #[error("the disk in the image is larger than the {0} bytes that are allowed")]
    TooLarge(u64),
    /// `qemu-img` ran longer than this.
    #[error("qemu-img took longer than {} seconds", .0.as_secs_f64())]
    Timeout(Duration),
    /// `qemu-img` failed with this message.
    #[error("qemu-img failed: {0}")]
    Failed(String),
    /// A path is relative.
    #[error("qemu-img takes absolute paths only")]
    RelativePath,
    /// A file cannot be read or written.
    #[error("a file cannot be read or written: {0}")]
    Io(io::Error),
}
