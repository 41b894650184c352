//! What bytes must be to be taken: how many, and of which format.

use crate::config::Algorithm;
use crate::domain::disk_format::{DiskFormatError, InspectionReport};
use crate::{Error, Result};

/// How many bytes may come.
#[derive(Clone, Copy, Debug)]
pub struct SizeLimits {
    /// As many as the client said it would send, where it said so.
    pub expected: Option<i64>,
    /// No more than this for any image.
    pub cap: u64,
    /// No more than this, for the owner's quota.
    pub quota: Option<u64>,
}

/// What bytes must be, and what shall be learned of them.
#[derive(Clone, Debug)]
pub struct IngestPlan {
    /// How many may come.
    pub limits: SizeLimits,
    /// The hash to take besides MD5.
    pub algorithm: Algorithm,
    /// The format that they must have; none: they are kept unread.
    pub format: Option<ClaimedFormat>,
}

/// A disk format that is claimed.
#[derive(Clone, Debug)]
pub struct ClaimedFormat {
    /// Its name, as images have it.
    pub name: String,
    /// Whether bytes of another are refused.
    pub must_match: bool,
}

impl SizeLimits {
    /// Refuses bytes as soon as they are too many.
    pub(super) fn check(self, size: u64) -> Result<()> {
        if let Some(expected) = self.expected
            && i128::from(size) > i128::from(expected)
        {
            return Err(Error::Invalid(format!(
                "Size exceeds: expected {expected} bytes, got {size} bytes"
            )));
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

    /// Refuses them when they were too few.
    pub(super) fn check_end(self, size: u64) -> Result<()> {
        match self.expected {
            Some(expected) if i128::from(size) != i128::from(expected) => {
                // Of a negative number there are always too many.
                let what = if expected < 0 {
                    "Size exceeds"
                } else {
                    "Size mismatch"
                };
                Err(Error::Invalid(format!(
                    "{what}: expected {expected} bytes, got {size} bytes"
                )))
            }
            _ => Ok(()),
        }
    }
}

impl IngestPlan {
    /// The size of the disk that the bytes are, unless they are not what they are said to be.
    pub(super) fn judge(&self, findings: &InspectionReport) -> Result<Option<i64>> {
        let Some(format) = &self.format else {
            return Ok(None);
        };
        let judged = findings.judge(&format.name, format.must_match);
        let size = judged.map_err(|refusal: DiskFormatError| Error::UnsupportedMediaType {
            given: Some("application/octet-stream".into()),
            detail: refusal.to_string(),
            accept_patch: None,
        })?;
        Ok(size.filter(|it| *it > 0))
    }
}
