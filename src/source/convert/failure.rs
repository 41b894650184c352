//! Why an image was not converted.

use std::io;
use std::time::Duration;

use crate::domain::disk_format::DiskFormatError;

/// Why an image was not converted; the words are for logs and for the message of a task.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// There is no `qemu-img`.
    #[error("qemu-img is not installed; images are converted by it")]
    Missing,
    /// The image is not what it says it is.
    #[error("the image says that it is {claimed}, but it is {detected}")]
    Mismatch {
        /// Its `disk_format`.
        claimed: String,
        /// What its bytes are.
        detected: &'static str,
    },
    /// Our inspector does not let it pass.
    #[error("the image may not be converted: {0}")]
    Inspection(#[from] DiskFormatError),
    /// It is not safe to convert.
    #[error("the image may not be converted: {0}")]
    Refused(&'static str),
    /// The disk inside is larger than this, in bytes.
    #[error("the disk in the image is larger than the {0} bytes that are allowed")]
    TooLarge(u64),
    /// It took longer than this.
    #[error("qemu-img took longer than {} seconds", .0.as_secs_f64())]
    Slow(Duration),
    /// `qemu-img` failed, and said this.
    #[error("qemu-img failed: {0}")]
    Failed(String),
    /// A path is relative.
    #[error("qemu-img is given absolute paths only")]
    Relative,
    /// A file cannot be read or written.
    #[error("the disk failed: {0}")]
    Disk(io::Error),
}
