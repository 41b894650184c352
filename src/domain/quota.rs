//! Quotas: how many of something an image may have.

use super::image::{Image, LARGEST_MINIMUM};
use super::new_image::LONGEST_PROPERTY;
use super::text;
use crate::{Error, Result};

/// Refuses more of something than its quota; a negative quota is none.
pub fn check(what: &'static str, attempted: usize, maximum: i64) -> Result<()> {
    match u64::try_from(maximum) {
        Ok(most) if attempted as u64 > most => Err(Error::Quota {
            what,
            attempted,
            maximum,
        }),
        _ => Ok(()),
    }
}

/// Refuses numbers below zero, in Glance's words.
pub fn not_negative(field: &str, value: i64) -> Result<()> {
    if value < 0 {
        return Err(Error::Invalid(format!(
            "Invalid value '{value}' for parameter '{field}': Cannot be a negative value"
        )));
    }
    Ok(())
}

/// What every image must be before it is kept: text that both databases can hold, numbers that fit.
pub fn storable(image: &Image) -> Result<()> {
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
        if name.chars().count() > LONGEST_PROPERTY {
            return Err(Error::Invalid(format!(
                "Custom property should not be greater than {LONGEST_PROPERTY} characters."
            )));
        }
    }
    for tag in &image.tags {
        tag_storable(tag)?;
    }
    for (field, value) in [("min_ram", image.min_ram), ("min_disk", image.min_disk)] {
        if value > LARGEST_MINIMUM {
            return Err(Error::Invalid(format!(
                "'{field}' value out of range, must not exceed {LARGEST_MINIMUM}."
            )));
        }
    }
    Ok(())
}

/// What every tag must be.
pub fn tag_storable(tag: &str) -> Result<()> {
    if text::has_four_bytes(tag) {
        return Err(Error::Invalid(
            "Param values can't contain 4 byte unicode.".into(),
        ));
    }
    text::check_nul(tag)
}
