//! Conversion of disk images to another format by `qemu-img`, where that is installed.
//!
//! `qemu-img` trusts the header of a file: it would read any path that is given there as a backing file. So
//! our own inspector checks the file first, `qemu-img` is given the format and may not guess it, and its
//! report on the file is checked before it converts. The steps are those of Glance's plugin
//! `image_conversion`.

mod error;
mod helper;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::domain::disk_format::{FormatInspector, InspectionReport};
pub use error::ConvertError;
use helper::Helper;
pub use helper::HelperLimits;

/// The number of bytes inspected at a time.
const BLOCK_SIZE: usize = 256 << 10;

/// The most that reading a header may take, by the clock of a processor and in bytes of memory: Glance's
/// `QEMU_IMG_PROC_LIMITS`.
const INFO_CPU_TIME: Duration = Duration::from_secs(30);
const INFO_MEMORY: u64 = 1 << 30;

/// A format that images are converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFormat {
    /// The bytes of the disk.
    Raw,
    /// The format of QEMU.
    Qcow2,
    /// The format of `VMware`.
    Vmdk,
    /// The virtual hard disk of Microsoft, of the dynamic kind.
    Vhd,
}

impl TargetFormat {
    /// Returns its value of `disk_format`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
            Self::Vhd => "vhd",
        }
    }

    /// Returns the options of the format for `qemu-img`.
    const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Raw | Self::Qcow2 | Self::Vmdk => &[],
            // Without it the disk grows to a whole number of cylinders.
            Self::Vhd => &["-o", "subformat=dynamic,force_size=on"],
        }
    }
}

/// The outcome of a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionOutcome {
    /// The image is an iso, which is never converted.
    Iso,
    /// The image has the target format already.
    Unchanged {
        /// The size of the disk inside, in bytes.
        virtual_size: u64,
    },
    /// The target file holds the converted image.
    Converted {
        /// The size of that file, in bytes.
        size: u64,
        /// The size of the disk inside, in bytes.
        virtual_size: u64,
    },
}

/// What images may be converted from, in the words of Glance's options.
#[derive(Clone, Debug)]
pub struct ConversionRules {
    /// The types of vmdk: `vmdk_allowed_types`.
    pub vmdk_types: Vec<String>,
    /// The checks of a partition table that may fail: `gpt_safety_checks_nonfatal`.
    pub nonfatal: Vec<String>,
}

/// A converter of disk images.
#[derive(Clone, Debug)]
pub struct Converter {
    rules: ConversionRules,
    /// The program, and the limits of a conversion.
    helper: Helper,
    /// The greatest virtual size of a disk, in bytes: a file of a few KiB may claim to be a disk of a PiB.
    limit: u64,
}

impl Converter {
    /// Creates a converter that runs this `qemu-img` within these limits, for disks of at most `limit` bytes.
    #[must_use]
    pub fn new(program: &Path, limits: HelperLimits, limit: u64, rules: ConversionRules) -> Self {
        Self {
            rules,
            helper: Helper::new(program, limits),
            limit,
        }
    }

    /// Converts the image in the file `from`, whose format should be `disk_format`, to the new file `to`.
    /// Both paths must be absolute, for `qemu-img` takes others for URLs.
    ///
    /// # Errors
    /// Fails if the image is not safe to convert or `qemu-img` fails; then no target file is left.
    #[tracing::instrument(level = "debug", skip_all, fields(from = disk_format, to = target.as_str()))]
    pub async fn convert(
        &self,
        from: &Path,
        disk_format: &str,
        target: TargetFormat,
        to: &Path,
    ) -> Result<ConversionOutcome, ConvertError> {
        if !from.is_absolute() || !to.is_absolute() {
            return Err(ConvertError::RelativePath);
        }
        let found = self.inspect(from).await?;
        if detected(&found)? == "iso" && disk_format == "iso" {
            return Ok(ConversionOutcome::Iso);
        }
        check(&found, disk_format)?;
        let virtual_size = self.virtual_size(from, disk_format).await?;
        if disk_format == target.as_str() {
            return Ok(ConversionOutcome::Unchanged { virtual_size });
        }
        let converted = self.write(from, disk_format, target, to).await;
        if converted.is_err() {
            // The file may not exist.
            tokio::fs::remove_file(to).await.ok();
        }
        Ok(ConversionOutcome::Converted {
            size: converted?,
            virtual_size,
        })
    }

    /// Runs `qemu-img info`, checks its report and returns the virtual size in bytes.
    async fn virtual_size(&self, path: &Path, disk_format: &str) -> Result<u64, ConvertError> {
        let format = qemu_format(disk_format);
        let arguments = ["info", "-f", format, "--output=json", "--"].map(OsStr::new);
        let reader = self.helper.limited_to(INFO_CPU_TIME, INFO_MEMORY);
        let report = reader
            .run(arguments.into_iter().chain([path.as_os_str()]))
            .await?;
        let report: Value = serde_json::from_slice(&report)
            .map_err(|error| ConvertError::Failed(format!("its report is not JSON: {error}")))?;
        if report.get("format").and_then(Value::as_str) != Some(format) {
            return Err(ConvertError::Unsafe("qemu-img detects another format"));
        }
        // A backing file can be any file of this machine.
        if report.get("backing-filename").is_some() {
            return Err(ConvertError::Unsafe("it has a backing file"));
        }
        if report.pointer("/format-specific/data/data-file").is_some() {
            return Err(ConvertError::Unsafe("it has a data file"));
        }
        if format == "vmdk" {
            let kind = report.pointer("/format-specific/data/create-type");
            self.check_vmdk(kind.and_then(Value::as_str).unwrap_or_default())?;
        }
        let size = report.get("virtual-size").and_then(Value::as_u64);
        match size.unwrap_or(0) {
            size if size > self.limit => Err(ConvertError::TooLarge(self.limit)),
            size => Ok(size),
        }
    }

    /// Checks that a vmdk of this type may be converted.
    fn check_vmdk(&self, kind: &str) -> Result<(), ConvertError> {
        let types = &self.rules.vmdk_types;
        if kind.is_empty() {
            Err(ConvertError::Unsafe("its type of vmdk is not known"))
        } else if types.iter().all(String::is_empty) {
            Err(ConvertError::Unsafe("vmdk_allowed_types allows no vmdk"))
        } else if !types.iter().any(|name| name == kind) {
            Err(ConvertError::Unsafe(
                "vmdk_allowed_types does not have its type of vmdk",
            ))
        } else {
            Ok(())
        }
    }

    async fn inspect(&self, path: &Path) -> Result<InspectionReport, ConvertError> {
        Ok(inspect(path).await?.excusing(&self.rules.nonfatal))
    }

    /// Runs `qemu-img convert` and inspects the result: the bytes of a raw disk can be the header of another
    /// format.
    async fn write(
        &self,
        from: &Path,
        disk_format: &str,
        target: TargetFormat,
        to: &Path,
    ) -> Result<u64, ConvertError> {
        let (from_format, to_format) = (qemu_format(disk_format), qemu_format(target.as_str()));
        let arguments = ["convert", "-f", from_format, "-O", to_format];
        let options = target.options().iter().copied();
        let arguments = arguments.into_iter().chain(options).chain(["--"]);
        let paths = [from.as_os_str(), to.as_os_str()];
        let arguments = arguments.map(OsStr::new).chain(paths);
        self.helper.run(arguments).await?;
        check(&self.inspect(to).await?, target.as_str())?;
        let size = tokio::fs::metadata(to).await.map_err(ConvertError::Io)?;
        Ok(size.len())
    }
}

/// Inspects a file with our own inspector.
async fn inspect(path: &Path) -> Result<InspectionReport, ConvertError> {
    let path = path.to_owned();
    let inspected = tokio::task::spawn_blocking(move || {
        let mut file = File::open(path)?;
        let mut inspector = FormatInspector::new();
        let mut block = vec![0; BLOCK_SIZE];
        loop {
            match file.read(&mut block)? {
                0 => return Ok(inspector.finish()),
                count => inspector.feed(block.get(..count).unwrap_or_default()),
            }
        }
    });
    let found = inspected
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)));
    found.map_err(ConvertError::Io)
}

/// Returns the format of a file; a disk with a partition table counts as raw.
fn detected(found: &InspectionReport) -> Result<&'static str, ConvertError> {
    let formats: Vec<_> = found.formats().collect();
    match *formats.as_slice() {
        ["gpt"] => Ok("raw"),
        [one] | ["gpt", one @ "iso"] => Ok(one),
        _ => Err(ConvertError::Unsafe(
            "it has the signatures of several formats",
        )),
    }
}

/// Checks that a file has this format and is safe.
fn check(found: &InspectionReport, disk_format: &str) -> Result<(), ConvertError> {
    let detected = detected(found)?;
    if detected != disk_format {
        return Err(ConvertError::Mismatch {
            claimed: disk_format.to_owned(),
            detected,
        });
    }
    found.check_claim(disk_format, true)?;
    Ok(())
}

/// Returns the name of a format in `qemu-img`.
fn qemu_format(disk_format: &str) -> &str {
    match disk_format {
        "vhd" => "vpc",
        other => other,
    }
}
