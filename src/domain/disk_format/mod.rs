//! Says what an image's bytes really are, while they pass on their way to a store.
//!
//! A disk image tells its format in its first bytes and hides its dangers a little further: a file
//! that is claimed to be `raw` and is a qcow2 with a backing file would let a hypervisor read other
//! people's disks. Glance looks at every upload with the `format_inspector` of `oslo_utils`; what is
//! recognised here, and what is refused, follows that library as Glance 33 calls it.
//!
//! Nothing here trusts the bytes: a number from the stream is never an index, an allocation or an
//! operand that may overflow, and what is kept is bounded whatever the stream says and however long
//! it is (some 64 KiB, some 200 KiB for a vhdx or vmdk).

mod bytes;
mod headers;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod vhdx;
mod vmdk;

use vhdx::Vhdx;
use vmdk::Sparse;

/// How many of the first bytes are kept: as many as Glance reads at once, and enough for the
/// volume descriptor of an ISO.
const HEAD: usize = 64 * 1024;

/// The disk formats that can be told by looking; any other (ami, ploop, …) is taken on trust.
const RECOGNISED: [&str; 10] = [
    "gpt", "iso", "luks", "qcow2", "qed", "raw", "vdi", "vhd", "vhdx", "vmdk",
];

/// Watches the bytes of a stream pass and says at the end what they are.
#[derive(Debug, Default)]
pub struct FormatInspector {
    length: u64,
    head: Vec<u8>,
    trail: Trail,
}

/// What is still to be read behind the head, in the formats that need more than it.
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

    /// Reads the bytes that stand at offset `at` of the stream.
    fn feed(&mut self, at: u64, chunk: &[u8]) {
        match self {
            Self::Nothing => {}
            Self::Vhdx(vhdx) => vhdx.feed(at, chunk),
            Self::Vmdk(vmdk) => vmdk.feed(at, chunk),
        }
    }

    fn finish(self, length: u64) -> Option<Finding> {
        match self {
            Self::Nothing => None,
            Self::Vhdx(vhdx) => Some(vhdx.finish(length)),
            Self::Vmdk(vmdk) => Some(vmdk.finish(length)),
        }
    }
}

impl FormatInspector {
    /// An inspector that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next bytes of the stream; how they are cut into chunks makes no difference.
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

    /// What the bytes were, after the last of them.
    #[must_use]
    pub fn finish(mut self) -> InspectionReport {
        if self.head.len() < HEAD {
            self.trail = Trail::of(&self.head);
        }
        let length = self.length;
        let mut found: Vec<Finding> = headers::ALL
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

/// One format that the bytes have the marks of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    format: &'static str,
    /// The size of the disk inside, in bytes; 0 where the format does not say it. `None` where it
    /// should say and cannot be made sense of.
    disk: Option<u64>,
    safety: Safety,
}

/// Whether a hypervisor may be handed these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Safety {
    Safe,
    Unsafe,
    /// The stream ended before everything that must be checked had come.
    CutShort,
}

impl Safety {
    fn when(safe: bool) -> Self {
        if safe { Self::Safe } else { Self::Unsafe }
    }
}

/// What a whole stream turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectionReport {
    length: u64,
    found: Vec<Finding>,
}

impl InspectionReport {
    /// The formats the bytes have the marks of, in alphabetical order; `raw` alone if there are none.
    pub fn formats(&self) -> impl Iterator<Item = &'static str> + '_ {
        let raw = self.found.is_empty().then_some("raw");
        self.found.iter().map(|finding| finding.format).chain(raw)
    }

    /// Decides whether an image that claims `disk_format` may hold these bytes, and gives the size
    /// of the disk inside in bytes, where that is known.
    ///
    /// Without `require_match`, bytes of another format are only logged and their size not known;
    /// what is of the claimed format (or claimed to be raw) and unsafe is refused all the same.
    /// Follows `set_data` of Glance's `location.py`.
    pub fn judge(
        &self,
        disk_format: &str,
        require_match: bool,
    ) -> Result<Option<i64>, DiskFormatError> {
        let lenient = |refusal: DiskFormatError, size| {
            if require_match {
                return Err(refusal);
            }
            tracing::warn!(disk_format, %refusal, "image accepted although its format is in doubt");
            Ok(size)
        };
        match self.measure(disk_format) {
            Ok((size, Safety::Safe)) => Ok(size),
            Ok((_, Safety::Unsafe)) => Err(DiskFormatError::Unsafe),
            Ok((size, Safety::CutShort)) => lenient(DiskFormatError::CutShort, size),
            Err(refusal) => lenient(refusal, None),
        }
    }

    /// The size of the disk inside as far as the claim lets it be known, and whether it is safe.
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

    /// The one format the bytes are taken for.
    fn detected(&self, claimed: &str) -> Result<Finding, DiskFormatError> {
        match self.found.as_slice() {
            [] => Ok(Finding {
                format: "raw",
                disk: Some(self.length),
                safety: Safety::Safe,
            }),
            [only] => Ok(only.clone()),
            // An ISO that also boots from a USB stick has a partition table in front.
            [gpt, iso] if gpt.format == "gpt" && iso.format == "iso" && claimed != "raw" => {
                Ok(iso.clone())
            }
            _ => Err(DiskFormatError::Several(self.formats().collect())),
        }
    }
}

/// Why an image's bytes are not taken (415); displayed as Glance's sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiskFormatError {
    /// The bytes have the marks of all these formats, so each reader could see another disk.
    #[error("Multiple formats detected: {}", .0.join(","))]
    Several(Vec<&'static str>),
    /// The bytes are of another format than the image says.
    #[error("Image disk_format {claimed} does not match stream data {detected}")]
    Mismatch {
        /// The image's `disk_format`.
        claimed: String,
        /// What its bytes are.
        detected: &'static str,
    },
    /// The format is the right one, but this file of it must not reach a hypervisor.
    #[error("Image failed safety checks")]
    Unsafe,
    /// The file ends before all that must be checked has been read.
    #[error("Incomplete file cannot be safety checked")]
    CutShort,
    /// The header has the right marks and no readable size of the disk.
    #[error("Image format inspection failed")]
    Unreadable,
}
