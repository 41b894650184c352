//! The bytes that a project may have together, and whether more fit.

use crate::app::App;
use crate::db::Session;
use crate::domain::image::Data;
use crate::{Error, Result};

/// Returns the number of bytes that a project's quota has left, where there is one.
pub(super) async fn room(
    app: &App,
    project: Option<&str>,
    db: &mut Session,
) -> Result<Option<u64>> {
    let quota = app.config().storage_quota();
    if quota == 0 {
        return Ok(None);
    }
    let held = db.bytes_owned_by(project).await?;
    Ok(Some(quota.saturating_sub(u64::try_from(held).unwrap_or(0))))
}

/// Returns the bytes that a project may still store, and locks them until the session commits: two uploads at once
/// cannot both fit into what was left for one.
pub(super) async fn room_alone(
    app: &App,
    project: Option<&str>,
    db: &mut Session,
) -> Result<Option<u64>> {
    if app.config().storage_quota() == 0 {
        return Ok(None);
    }
    let word = format!("quota of {}", project.unwrap_or_default());
    db.advisory_lock(&word).await?;
    room(app, project, db).await
}

pub(super) fn over_quota(size: Option<u64>, remaining: u64) -> Error {
    let size = size.map_or_else(|| "None".to_owned(), |value| value.to_string());
    Error::TooLarge(format!(
        "Image exceeds the storage quota: The size of the data {size} will exceed the limit. \
         {remaining} bytes remaining."
    ))
}

/// Checks that the quota has room for the data: asked in the transaction that adds to the sum.
pub(super) async fn quota_takes(
    app: &App,
    project: Option<&str>,
    db: &mut Session,
    data: &Data,
) -> Result<()> {
    let left = room_alone(app, project, db).await?;
    match (data.size.and_then(|size| u64::try_from(size).ok()), left) {
        (Some(size), Some(left)) if size > left => Err(over_quota(Some(size), left)),
        _ => Ok(()),
    }
}
