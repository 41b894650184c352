//! Disk formats: tells from an image's bytes, on their way to a store, which format they really have.
//!
//! The first bytes of a disk image say its format, and some bytes behind them can be dangerous: a file
//! that claims to be `raw` and is a qcow2 with a backing file would let a hypervisor read the disks of
//! other people. Glance inspects every upload with the `format_inspector` of `oslo_utils`; the formats
//! that are recognised here, and those that are refused, follow that library as Glance 33 calls it.
//!
//! Nothing here trusts the bytes: a number from the stream is never used as an index, as the size of an
//! allocation, or in arithmetic that could overflow. The memory is bounded whatever the stream says and
//! however long it is: about 64 KiB, and about 200 KiB for a vhdx or vmdk.

mod bytes;
mod headers;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod vhd;
mod vhdx;
mod vmdk;

pub use vhd::{VhdCheck, VhdDisk, VhdError};
use vhdx::Vhdx;
use vmdk::Sparse;

/// The number of first bytes that are kept: as many as Glance reads at once, and enough for the volume
/// descriptor of an ISO.
const HEAD: usize = 64 * 1024;

/// The disk formats that can be recognised. Bytes that claim another format (ami, ploop, …) are accepted
/// without a check.
const RECOGNISED: [&str; 10] = [
    "gpt", "iso", "luks", "qcow2", "qed", "raw", "vdi", "vhd", "vhdx", "vmdk",
];

/// The name that oslo.utils has for the check of a partition table.
const MBR_CHECK: &str = "mbr";

/// An inspector of a stream of bytes, which reports at the end which format they have.
#[derive(Debug, Default)]
pub struct FormatInspector {
    length: u64,
    head: Vec<u8>,
    trail: Trail,
}

/// A parser of what follows the first bytes, for the formats that need it.
#[derive(Debug, Default)]
enum Trail {
    #[default]
    Nothing,
    Vhdx(Vhdx),
    Vmdk(Sparse),
}

impl Trail {
    fn of(head: &[u8]) -> Self {
        let mut trail = if let Some(vhdx) = Vhdx::open(head) {
            Self::Vhdx(vhdx)
        } else if let Some(vmdk) = Sparse::open(head) {
            Self::Vmdk(vmdk)
        } else {
            Self::Nothing
        };
        trail.feed(0, head);
        trail
    }

    /// Reads the bytes at offset `at` of the stream.
    fn feed(&mut self, at: u64, chunk: &[u8]) {
        match self {
            Self::Nothing => {}
            Self::Vhdx(vhdx) => vhdx.feed(at, chunk),
            Self::Vmdk(vmdk) => vmdk.feed(at, chunk),
        }
    }

    fn finish(self, length: u64) -> Option<DetectedFormat> {
        match self {
            Self::Nothing => None,
            Self::Vhdx(vhdx) => Some(vhdx.finish(length)),
            Self::Vmdk(vmdk) => Some(vmdk.finish(length)),
        }
    }
}

impl FormatInspector {
    /// Creates an inspector that has seen no bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next bytes of the stream. The sizes of the chunks make no difference.
    pub fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        if self.head.len() < HEAD {
            let room = HEAD - self.head.len();
            let (head, behind) = chunk.split_at(room.min(chunk.len()));
            self.head.extend_from_slice(head);
            self.advance(head);
            rest = behind;
            if self.head.len() == HEAD {
                self.trail = Trail::of(&self.head);
            }
        }
        self.trail.feed(self.length, rest);
        self.advance(rest);
    }

    /// Returns the report, after the last bytes.
    #[must_use]
    pub fn finish(mut self) -> InspectionReport {
        if self.head.len() < HEAD {
            self.trail = Trail::of(&self.head);
        }
        let length = self.length;
        let mut found: Vec<DetectedFormat> = headers::ALL
            .iter()
            .filter_map(|format| format(&self.head, length))
            .chain(vmdk::text(&self.head))
            .chain(self.trail.finish(length))
            .collect();
        found.sort_by_key(|finding| finding.format);
        InspectionReport { length, found }
    }

    fn advance(&mut self, chunk: &[u8]) {
        let passed = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.length = self.length.saturating_add(passed);
    }
}

/// A format whose signature the bytes have.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DetectedFormat {
    format: &'static str,
    /// The size of the disk inside in bytes; 0 if the format does not say it, `None` if it should and
    /// cannot be read.
    disk: Option<u64>,
    safety: Safety,
}

/// The result of the check that a hypervisor can safely open the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Safety {
    Safe,
    Unsafe,
    /// The stream ended before everything that must be checked.
    CutShort,
}

impl Safety {
    fn from_check(safe: bool) -> Self {
        if safe { Self::Safe } else { Self::Unsafe }
    }
}

/// The formats that a stream was found to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectionReport {
    length: u64,
    found: Vec<DetectedFormat>,
}

impl InspectionReport {
    /// Returns the formats whose signatures the bytes have, in alphabetical order; `raw` if there are none.
    pub fn formats(&self) -> impl Iterator<Item = &'static str> + '_ {
        let raw = self.found.is_empty().then_some("raw");
        self.found.iter().map(|finding| finding.format).chain(raw)
    }

    /// Returns the report without the failures of these checks. Only a partition table has one that may fail, `mbr`.
    ///
    /// Glance: `gpt_safety_checks_nonfatal`.
    #[must_use]
    pub fn excusing(&self, checks: &[String]) -> Self {
        let mut report = self.clone();
        if checks.iter().any(|check| check == MBR_CHECK) {
            let failed = |finding: &&mut DetectedFormat| {
                finding.format == "gpt" && finding.safety == Safety::Unsafe
            };
            for finding in report.found.iter_mut().filter(failed) {
                tracing::warn!("accepted a partition table that fails the check {MBR_CHECK}");
                finding.safety = Safety::Safe;
            }
        }
        report
    }

    /// Checks that an image that claims `disk_format` may have these bytes, and returns the size of the
    /// disk inside in bytes, where that is known.
    ///
    /// Without `require_match`, bytes of another format are accepted with a warning and without a size;
    /// unsafe bytes of the claimed format, or claimed to be raw, are refused all the same.
    ///
    /// Glance: `set_data` in `glance/location.py`.
    pub fn check_claim(
        &self,
        disk_format: &str,
        require_match: bool,
    ) -> Result<Option<i64>, DiskFormatError> {
        let warn = |error: DiskFormatError, size| {
            if require_match {
                return Err(error);
            }
            tracing::warn!(disk_format, %error, "accepted an image whose format is in doubt");
            Ok(size)
        };
        match self.measure(disk_format) {
            Ok((size, Safety::Safe)) => Ok(size),
            Ok((_, Safety::Unsafe)) => Err(DiskFormatError::Unsafe),
            Ok((size, Safety::CutShort)) => warn(DiskFormatError::CutShort, size),
            Err(error) => warn(error, None),
        }
    }

    /// Returns the size of the disk inside in bytes, as far as it can be known, and whether it is safe.
    fn measure(&self, claimed: &str) -> Result<(Option<i64>, Safety), DiskFormatError> {
        let detected = self.detected(claimed)?;
        let size = if detected.format == claimed {
            detected.disk.ok_or(DiskFormatError::Unreadable)?
        } else if claimed == "raw" {
            self.length
        } else if detected.format == "raw" && !RECOGNISED.contains(&claimed) {
            0
        } else {
            return Err(DiskFormatError::Mismatch {
                claimed: claimed.to_owned(),
                detected: detected.format,
            });
        };
        let known = i64::try_from(size).ok().filter(|size| *size > 0);
        Ok((known, detected.safety))
    }

    /// Returns the only format of the bytes.
    fn detected(&self, claimed: &str) -> Result<DetectedFormat, DiskFormatError> {
        match self.found.as_slice() {
            [] => Ok(DetectedFormat {
                format: "raw",
                disk: Some(self.length),
                safety: Safety::Safe,
            }),
            [only] => Ok(only.clone()),
            // An ISO that can also boot from a USB stick starts with a partition table.
            [gpt, iso] if gpt.format == "gpt" && iso.format == "iso" && claimed != "raw" => {
                Ok(iso.clone())
            }
            _ => Err(DiskFormatError::Several(self.formats().collect())),
        }
    }
}

/// An error of an image's bytes (415), displayed in Glance's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiskFormatError {
    /// The bytes have the signatures of several formats, so two readers could see different disks.
    #[error("Multiple formats detected: {}", .0.join(","))]
    Several(Vec<&'static str>),
    /// The bytes have another format than the image claims.
    #[error("Image disk_format {claimed} does not match stream data {detected}")]
    Mismatch {
        /// The image's `disk_format`.
        claimed: String,
        /// The format of its bytes.
        detected: &'static str,
    },
    /// The format is right, but a hypervisor must not open this file.
    #[error("Image failed safety checks")]
    Unsafe,
    /// The file ends before everything that must be checked.
    #[error("Incomplete file cannot be safety checked")]
    CutShort,
    /// The header has the right signature, but the size of the disk cannot be read.
    #[error("Image format inspection failed")]
    Unreadable,
}
