//! When the formats of an image may change, and when they must be known.

use super::image::Image;
use super::status::Status;
use crate::{Error, Result};

/// Refuses a change of a format once the image has, or awaits, data of that format.
pub fn formats_open(image: &Image, field: &str) -> Result<()> {
    if matches!(image.status, Status::Queued | Status::Importing) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "Attribute {field} can be only replaced for a queued image."
    )))
}

/// Refuses data for an image whose formats are not yet said.
pub fn formats_set(image: &Image) -> Result<()> {
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
