//! S3 buckets in a build without the feature `s3`: they are refused.

use std::io;

use super::Store;
use crate::config::stores::S3;

/// Refuses to open a bucket.
///
/// # Errors
/// Always [`io::ErrorKind::Unsupported`].
pub(super) fn open(_: &S3) -> io::Result<Store> {
    let reason = "this build of lookalike was compiled without the feature `s3`";
    Err(io::Error::new(io::ErrorKind::Unsupported, reason))
}
