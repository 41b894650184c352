//! Quotas of an image, and the checks of its fields before it is stored. Glance:
//! `glance/quota/__init__.py`.

use super::image::{Image, MAX_MINIMUM};
use super::new_image::MAX_PROPERTY_NAME;
use super::text;
use crate::{Error, Result};

/// Refuses more of something than its quota; a negative quota is unlimited.
pub fn check(what: &'static str, attempted: usize, maximum: i64) -> Result<()> {
    match u64::try_from(maximum) {
        Ok(most) if attempted as u64 > most => Err(Error::QuotaExceeded {
            what,
            attempted,
            maximum,
        }),
        _ => Ok(()),
    }
}

/// Refuses negative numbers, with Glance's message.
pub fn check_not_negative(field: &str, value: i64) -> Result<()> {
    if value < 0 {
        return Err(Error::Invalid(format!(
            "Invalid value '{value}' for parameter '{field}': Cannot be a negative value"
        )));
    }
    Ok(())
}

/// Refuses an image that cannot be stored: text that one of the databases cannot hold, numbers that
/// are too large.
pub fn check_storable(image: &Image) -> Result<()> {
    for (field, value) in [
        ("name", &image.name),
        ("owner", &image.owner),
        ("disk_format", &image.disk_format),
        ("container_format", &image.container_format),
    ] {
        text::check(field, value.as_deref().unwrap_or_default())?;
    }
    for (name, value) in &image.properties {
        if text::has_four_bytes(name) {
            return Err(Error::Invalid(
                "Property names can't contain 4 byte unicode.".into(),
            ));
        }
        text::check_nul(name)?;
        text::check(name, value)?;
        if value.len() > text::MAX_TEXT {
            text::check_length(&format!("The value of property '{name}'"), value)?;
        }
        if name.chars().count() > MAX_PROPERTY_NAME {
            return Err(Error::Invalid(format!(
                "Custom property should not be greater than {MAX_PROPERTY_NAME} characters."
            )));
        }
    }
    for tag in &image.tags {
        check_tag(tag)?;
    }
    for (field, value) in [("min_ram", image.min_ram), ("min_disk", image.min_disk)] {
        if value > MAX_MINIMUM {
            return Err(Error::Invalid(format!(
                "'{field}' value out of range, must not exceed {MAX_MINIMUM}."
            )));
        }
    }
    Ok(())
}

/// Refuses a tag that cannot be stored.
pub fn check_tag(tag: &str) -> Result<()> {
    if text::has_four_bytes(tag) {
        return Err(Error::Invalid(
            "Param values can't contain 4 byte unicode.".into(),
        ));
    }
    text::check_nul(tag)
}
