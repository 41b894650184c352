//! `location_import`: not offered yet, so a task of this kind fails.

use super::{Halt, Job};

/// Says what is missing of what it would need.
pub(super) async fn run(job: &Job) -> Result<(), Halt> {
    match missing(job) {
        Err(Halt::Failed(failure)) => job.fail(&failure).await,
        other => other,
    }
}

fn missing(job: &Job) -> Result<(), Halt> {
    for field in ["image_id", "loc_url", "validation_data"] {
        job.input(field)?;
    }
    Err(Halt::because("locations are not added yet"))
}
