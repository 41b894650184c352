//! Makes a disk image one of another format, by `qemu-img`, where that is installed.
//!
//! `qemu-img` believes what a file says of itself: of a backing file it would read whatever path stands
//! there. So our own inspector looks first, `qemu-img` is told the format and may not guess it, and what
//! it says of the file is judged before it converts. The steps are those of Glance's plugin
//! `image_conversion`.

mod failure;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use clap::ValueEnum;
use serde_json::Value;
use tokio::process::Command;

use crate::domain::disk_format::{FormatInspector, InspectionReport};
pub use failure::ConvertError;

/// How much of a file is inspected at a time.
const BLOCK: usize = 256 << 10;

/// The kinds of vmdk that hold their disk themselves; the others name other files. Glance's default of
/// `vmdk_allowed_types`.
const VMDK_TYPES: [&str; 2] = ["streamOptimized", "monolithicSparse"];

/// A format that images are converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The bytes of the disk.
    Raw,
    /// QEMU's.
    Qcow2,
    /// `VMware`'s.
    Vmdk,
}

impl Target {
    /// Its word in `disk_format`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
        }
    }
}

/// What became of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stays as it is: an iso is never converted.
    Iso,
    /// It stays as it is, for it is in the format already.
    Kept {
        /// The size of the disk inside, in bytes.
        virtual_size: u64,
    },
    /// The other file holds the disk now.
    Converted {
        /// The size of that file, in bytes.
        size: u64,
        /// The size of the disk inside, in bytes.
        virtual_size: u64,
    },
}

/// Converts disk images.
#[derive(Clone, Debug)]
pub struct Converter {
    /// The program and the words that come before all others.
    command: Vec<OsString>,
    /// How long a run of it may take.
    patience: Duration,
    /// How large a disk may be, in bytes: a file of a few KiB may say that it is one of a PiB.
    limit: u64,
}

impl Converter {
    /// By this `qemu-img`, which may take so long for each of two steps and meet disks of no more than
    /// so many bytes.
    #[must_use]
    pub fn new(program: &Path, patience: Duration, limit: u64) -> Self {
        Self {
            command: vec![program.into()],
            patience,
            limit,
        }
    }

    /// Converts the image in `from`, which says that it is of `disk_format`, to the file `to`, which
    /// must not be there. Both paths must be absolute, for `qemu-img` takes others for URLs. If it
    /// fails, it leaves nothing.
    pub async fn convert(
        &self,
        from: &Path,
        disk_format: &str,
        target: Target,
        to: &Path,
    ) -> Result<Outcome, ConvertError> {
        if !from.is_absolute() || !to.is_absolute() {
            return Err(ConvertError::Relative);
        }
        let found = inspect(from).await?;
        if detected(&found)? == "iso" && disk_format == "iso" {
            return Ok(Outcome::Iso);
        }
        check(&found, disk_format)?;
        let virtual_size = self.look(from, disk_format).await?;
        if disk_format == target.word() {
            return Ok(Outcome::Kept { virtual_size });
        }
        let converted = self.write(from, disk_format, target, to).await;
        if converted.is_err() {
            // It may not even have been begun.
            tokio::fs::remove_file(to).await.ok();
        }
        Ok(Outcome::Converted {
            size: converted?,
            virtual_size,
        })
    }

    /// Has `qemu-img` read the header, and judges what it says; gives the size of the disk.
    async fn look(&self, path: &Path, disk_format: &str) -> Result<u64, ConvertError> {
        let format = name(disk_format);
        let words = ["info", "-f", format, "--output=json", "--"].map(OsStr::new);
        let output = self
            .run(words.into_iter().chain([path.as_os_str()]))
            .await?;
        let said: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| ConvertError::Failed(format!("its answer is no JSON: {error}")))?;
        if said.get("format").and_then(Value::as_str) != Some(format) {
            return Err(ConvertError::Refused(
                "qemu-img takes it for another format",
            ));
        }
        // Whoever can name one can name any file of this machine.
        if said.get("backing-filename").is_some() {
            return Err(ConvertError::Refused("it has a backing file"));
        }
        if said.pointer("/format-specific/data/data-file").is_some() {
            return Err(ConvertError::Refused("it has a data file"));
        }
        let kind = said.pointer("/format-specific/data/create-type");
        if format == "vmdk" && !VMDK_TYPES.iter().any(|it| kind == Some(&Value::from(*it))) {
            return Err(ConvertError::Refused("it is a vmdk that names other files"));
        }
        let size = said.get("virtual-size").and_then(Value::as_u64);
        match size.unwrap_or(0) {
            size if size > self.limit => Err(ConvertError::TooLarge(self.limit)),
            size => Ok(size),
        }
    }

    /// Converts, and looks at what came out: bytes of a raw disk can be the header of another format.
    async fn write(
        &self,
        from: &Path,
        disk_format: &str,
        target: Target,
        to: &Path,
    ) -> Result<u64, ConvertError> {
        let words = [
            "convert",
            "-f",
            name(disk_format),
            "-O",
            target.word(),
            "--",
        ]
        .map(OsStr::new);
        let paths = [from.as_os_str(), to.as_os_str()];
        self.run(words.into_iter().chain(paths)).await?;
        check(&inspect(to).await?, target.word())?;
        let size = tokio::fs::metadata(to).await.map_err(ConvertError::Disk)?;
        Ok(size.len())
    }

    async fn run<'a>(
        &self,
        words: impl Iterator<Item = &'a OsStr>,
    ) -> Result<Output, ConvertError> {
        let (program, first) = self.command.split_first().ok_or(ConvertError::Missing)?;
        let mut command = Command::new(program);
        command
            .args(first)
            .args(words)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = match tokio::time::timeout(self.patience, command.output()).await {
            Err(_) => return Err(ConvertError::Slow(self.patience)),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ConvertError::Missing);
            }
            Ok(output) => output.map_err(ConvertError::Disk)?,
        };
        if output.status.success() {
            return Ok(output);
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(ConvertError::Failed(why.trim().to_owned()))
    }
}

/// Our own look at a file.
async fn inspect(path: &Path) -> Result<InspectionReport, ConvertError> {
    let path = path.to_owned();
    let looked = tokio::task::spawn_blocking(move || {
        let mut file = File::open(path)?;
        let mut inspector = FormatInspector::new();
        let mut block = vec![0; BLOCK];
        loop {
            match file.read(&mut block)? {
                0 => return Ok(inspector.finish()),
                came => inspector.feed(block.get(..came).unwrap_or_default()),
            }
        }
    });
    let found = looked.await.unwrap_or_else(|it| Err(io::Error::other(it)));
    found.map_err(ConvertError::Disk)
}

/// The one format of a file; a disk with a partition table counts as raw.
fn detected(found: &InspectionReport) -> Result<&'static str, ConvertError> {
    let formats: Vec<_> = found.formats().collect();
    match *formats.as_slice() {
        ["gpt"] => Ok("raw"),
        [one] | ["gpt", one @ "iso"] => Ok(one),
        _ => Err(ConvertError::Refused("it has the marks of several formats")),
    }
}

/// Refuses a file of another format, and one that is not safe.
fn check(found: &InspectionReport, disk_format: &str) -> Result<(), ConvertError> {
    let detected = detected(found)?;
    if detected != disk_format {
        return Err(ConvertError::Mismatch {
            claimed: disk_format.to_owned(),
            detected,
        });
    }
    found.judge(disk_format, true)?;
    Ok(())
}

/// What `qemu-img` calls a format.
fn name(disk_format: &str) -> &str {
    match disk_format {
        "vhd" => "vpc",
        other => other,
    }
}
