//! Files that a task works on and nobody needs after it.

use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::Job;
use crate::source::convert::{ConversionRules, Converter, HelperLimits};

/// Makes a directory of its own, below one that is emptied when its server is found dead.
pub(super) fn scratch(job: &Job) -> io::Result<TempDir> {
    let config = &job.app.config();
    if config.ephemeral {
        return tempfile::tempdir();
    }
    let home = crate::service::scratch::scratch_of(&config.data, &job.app.uploads.server);
    std::fs::create_dir_all(&home)?;
    tempfile::tempdir_in(home.canonicalize()?)
}

/// Writes the data into a file.
pub(super) async fn save(
    bytes: impl Stream<Item = io::Result<Bytes>>,
    path: &Path,
) -> io::Result<()> {
    let mut file = tokio::fs::File::create_new(path).await?;
    let mut bytes = std::pin::pin!(bytes);
    while let Some(chunk) = bytes.next().await {
        file.write_all(&chunk?).await?;
    }
    file.flush().await
}

/// Returns the converter of disks that the settings describe.
pub(super) fn converter(job: &Job) -> Converter {
    let config = job.app.config();
    let options = &config.conversion;
    let limits = HelperLimits {
        timeout: options.qemu_img_timeout,
        cpu_time: options.qemu_img_cpu_time,
        memory: options.qemu_img_memory,
    };
    let rules = ConversionRules {
        vmdk_types: config.images.vmdk_allowed_types.clone(),
        nonfatal: config.images.gpt_safety_checks_nonfatal.clone(),
    };
    let cap = config.images.image_size_cap;
    Converter::new(&options.qemu_img, limits, cap, rules)
}
