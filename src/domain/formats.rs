//! Checks of `disk_format` and `container_format` against the status of an image.

use super::image::Image;
use super::status::Status;
use crate::{Error, Result};

/// Refuses a change of a format once the image has data or is receiving it.
pub fn check_formats_changeable(image: &Image, field: &str) -> Result<()> {
    if matches!(image.status, Status::Queued | Status::Importing) {
        return Ok(());
    }
    Err(Error::forbidden(format!(
        "Attribute {field} can be only replaced for a queued image."
    )))
}

/// Refuses data for an image without both formats.
pub fn check_formats_set(image: &Image) -> Result<()> {
    let missing: Vec<&str> = [
        ("disk_format", &image.disk_format),
        ("container_format", &image.container_format),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.is_none().then_some(name))
    .collect();
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err(Error::Invalid(format!(
            "Property {one} must be set prior to saving data."
        ))),
        several => Err(Error::Invalid(format!(
            "Properties {} must be set prior to saving data.",
            several.join(", ")
        ))),
    }
}
