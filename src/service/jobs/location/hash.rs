//! Computes the hash of the bytes at a location and compares it with the claimed one.

use futures_util::TryStreamExt;

use super::super::{Job, TaskError};
use super::LocationPlan;
use crate::Error;
use crate::config::Algorithm;
use crate::domain::image::Data;
use crate::domain::range::ByteRange;
use crate::store::{Content, Hasher};

/// Reads the bytes and holds them to what the client said of them.
pub(super) async fn verify(
    job: &Job,
    plan: &LocationPlan,
    content: &Content,
) -> Result<Data, TaskError> {
    let data = hash(job, plan, content).await?;
    let claimed = plan.claim("os_hash_value");
    if claimed == data.os_hash_value.as_deref() {
        return Ok(data);
    }
    Err(TaskError::because(format!(
        "os_hash_value: ({}) not matched with actual os_hash_value: ({})",
        claimed.unwrap_or_default(),
        data.os_hash_value.unwrap_or_default()
    )))
}

/// Returns what the bytes hash to, and nothing else of them; tried again as often as the settings say.
pub(super) async fn hash(
    job: &Job,
    plan: &LocationPlan,
    content: &Content,
) -> Result<Data, TaskError> {
    let algorithm = match plan.claim("os_hash_algo") {
        Some(word) => Algorithm::ALL
            .iter()
            .find(|algorithm| algorithm.as_str() == word),
        None => Some(&job.app.config().images.hashing_algorithm),
    };
    let algorithm = *algorithm.ok_or_else(|| TaskError::because("no such hash"))?;
    let mut tries = job.app.config().location.http_retries;
    loop {
        tries = tries.saturating_sub(1);
        match read(content.clone(), algorithm).await {
            Ok((checksum, hash)) => {
                return Ok(Data {
                    checksum: Some(checksum),
                    os_hash_algo: Some(algorithm.as_str().to_owned()),
                    os_hash_value: Some(hash),
                    ..Data::default()
                });
            }
            Err(error) if tries == 0 => return Err(Error::from(error).into()),
            Err(error) => {
                tracing::info!(%error, image = plan.image, "hashing is tried again");
            }
        }
    }
}

/// Both hashes of the bytes.
async fn read(content: Content, algorithm: Algorithm) -> std::io::Result<(String, String)> {
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut hash = Hasher::new(algorithm);
    let end = content.size().saturating_sub(1);
    let mut bytes = std::pin::pin!(content.stream_part(ByteRange { start: 0, end }));
    while let Some(chunk) = bytes.try_next().await? {
        checksum.update(&chunk);
        hash.update(&chunk);
    }
    Ok((checksum.finish(), hash.finish()))
}
