//! The requirements for bytes that are taken into a store: how many, and of which format.

use std::sync::Arc;

use crate::config::Algorithm;
use crate::domain::disk_format::{DiskFormatError, InspectionReport};
use crate::domain::signature::SignatureCheck;
use crate::store::hash::Hasher;
use crate::{Error, Result};

/// The number of bytes that Glance reads at a time.
const BLOCK: u64 = 64 << 10;

/// The limits on the number of bytes.
#[derive(Clone, Copy, Debug)]
pub struct SizeLimits {
    /// The exact number of bytes that the client announced, if it did.
    pub expected: Option<i64>,
    /// The largest number of bytes of any image.
    pub cap: u64,
    /// The number of bytes that the owner's quota has left.
    pub quota: Option<u64>,
}

/// The requirements for bytes, and what is to be learned of them.
#[derive(Clone, Debug)]
pub struct IngestPlan {
    /// The limits on the number of bytes.
    pub limits: SizeLimits,
    /// The algorithm of the second hash, besides MD5.
    pub algorithm: Algorithm,
    /// The format that the bytes must have; `None`: they are not inspected.
    pub format: Option<ClaimedFormat>,
    /// The MD5 that the bytes must have, in lower-case hex.
    pub expected_checksum: Option<String>,
    /// The signature that the bytes must fit.
    pub signed: Option<SignedImage>,
}

/// A signed image.
#[derive(Clone, Debug)]
pub struct SignedImage {
    /// The id of the image.
    pub id: String,
    /// The signature, with the key that it is checked with.
    pub check: Arc<SignatureCheck>,
}

impl SignedImage {
    /// Returns the hasher of what was signed.
    pub(super) fn hasher(&self) -> Hasher {
        Hasher::of_signature(self.check.hash)
    }

    /// Checks that the bytes that were hashed are those that were signed.
    pub(super) fn verify(&self, hasher: Hasher) -> Result<()> {
        let verified = self.check.verify(&hasher.finish_bytes());
        verified.map_err(|error| Error::Invalid(error.of_image(&self.id)))
    }
}

/// The disk format that an image claims to have.
#[derive(Clone, Debug)]
pub struct ClaimedFormat {
    /// The image's `disk_format`.
    pub name: String,
    /// Whether bytes of another format are refused.
    pub must_match: bool,
    /// The checks of a partition table that the bytes may fail.
    pub nonfatal: Vec<String>,
}

impl SizeLimits {
    /// Fails as soon as there are too many bytes. Those that the client announced are compared at the end of each
    /// block, so that the error does not depend on how the bytes came.
    pub(super) fn check(self, size: u64) -> Result<()> {
        if let Some(expected) = self.expected {
            let blocks = u64::try_from(expected).map_or(0, |expected| expected / BLOCK);
            let first_beyond = blocks.saturating_add(1).saturating_mul(BLOCK);
            if size >= first_beyond {
                return Err(exceeds(expected, first_beyond));
            }
        }
        if size > self.cap {
            return Err(Error::TooLarge(
                "The incoming image is too large: The provided image is too large.".into(),
            ));
        }
        if let Some(quota) = self.quota.filter(|quota| size > *quota) {
            return Err(Error::TooLarge(format!(
                "Image exceeds the storage quota: The size of the data {size} will exceed the \
                 limit. {quota} bytes remaining."
            )));
        }
        Ok(())
    }

    /// Fails if there were too few bytes in the end, or too many.
    pub(super) fn check_end(self, size: u64) -> Result<()> {
        match self.expected {
            Some(expected) if size > 0 && i128::from(size) > i128::from(expected) => {
                Err(exceeds(expected, size))
            }
            Some(expected) if i128::from(size) != i128::from(expected) => Err(Error::Invalid(
                format!("Size mismatch: expected {expected} bytes, got {size} bytes"),
            )),
            _ => Ok(()),
        }
    }
}

fn exceeds(expected: i64, size: u64) -> Error {
    Error::Invalid(format!(
        "Size exceeds: expected {expected} bytes, got {size} bytes"
    ))
}

impl IngestPlan {
    /// Checks that the bytes are of the claimed format, and returns the size of the disk inside in
    /// bytes, where that is known.
    pub(super) fn check_format(&self, report: &InspectionReport) -> Result<Option<i64>> {
        match &self.format {
            Some(format) => format.check(report),
            None => Ok(None),
        }
    }

    /// Checks that the MD5 of the bytes, in hex, is the expected one.
    pub(super) fn check_checksum(&self, checksum: &str) -> Result<()> {
        match &self.expected_checksum {
            Some(expected) if expected != checksum => Err(Error::ChecksumMismatch),
            _ => Ok(()),
        }
    }
}

impl ClaimedFormat {
    /// Checks that bytes are of this format, and returns the size of the disk inside in bytes, where that
    /// is known.
    pub fn check(&self, report: &InspectionReport) -> Result<Option<i64>> {
        let report = report.excusing(&self.nonfatal);
        let checked = report.check_claim(&self.name, self.must_match);
        let size = checked.map_err(|error: DiskFormatError| Error::UnsupportedMediaType {
            given: Some("application/octet-stream".into()),
            detail: error.to_string(),
            accept_patch: None,
        })?;
        Ok(size.filter(|size| *size > 0))
    }
}
