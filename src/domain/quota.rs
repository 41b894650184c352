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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::new_image::NewImage;

    fn image() -> Image {
        NewImage::default().into_image("i".into(), chrono::DateTime::UNIX_EPOCH)
    }

    /// Returns the text of the error that an image with this change is refused with.
    fn refusal(change: impl FnOnce(&mut Image)) -> Option<String> {
        let mut image = image();
        change(&mut image);
        let refused = check_storable(&image).err();
        refused.map(|error| error.to_string())
    }

    #[test]
    fn a_quota_may_be_used_up_but_not_exceeded() {
        assert!(check("tags", 3, 3).is_ok());
        assert!(check("tags", 4, 3).is_err());
        assert!(check("tags", 0, 0).is_ok());
        assert!(check("tags", 1, 0).is_err());
        assert!(check("tags", usize::MAX, -1).is_ok());
    }

    #[test]
    fn a_number_may_be_zero_but_not_negative() {
        assert!(check_not_negative("min_ram", 0).is_ok());
        assert!(check_not_negative("min_ram", 1).is_ok());
        let error = check_not_negative("min_ram", -1).unwrap_err();
        let text = "Invalid value '-1' for parameter 'min_ram': Cannot be a negative value";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn an_ordinary_image_can_be_stored() {
        let ordinary = |image: &mut Image| {
            image.name = Some("ä€".into());
            image.tags = vec!["€".into()];
            image.properties.insert("€".repeat(255), "€".into());
            image
                .properties
                .insert("long".into(), "x".repeat(text::MAX_TEXT));
            image.min_ram = MAX_MINIMUM;
        };
        assert_eq!(refusal(ordinary), None);
    }

    #[test]
    fn text_that_a_database_cannot_hold_is_refused_in_each_place() {
        let fields: [fn(&mut Image, String); 7] = [
            |image, text| image.name = Some(text),
            |image, text| image.owner = Some(text),
            |image, text| image.disk_format = Some(text),
            |image, text| image.container_format = Some(text),
            |image, text| image.tags.push(text),
            |image, text| drop(image.properties.insert(text, "value".into())),
            |image, text| drop(image.properties.insert("name".into(), text)),
        ];
        for (place, set) in fields.into_iter().enumerate() {
            for bad in ["a\0", "😀"] {
                let refused = refusal(|image| set(image, bad.into()));
                assert!(refused.is_some(), "{place} {bad:?}");
            }
        }
    }

    #[test]
    fn what_is_too_long_or_too_large_is_refused() {
        let long = |image: &mut Image| {
            let value = "x".repeat(text::MAX_TEXT + 1);
            image.properties.insert("p".into(), value);
        };
        let text = "The value of property 'p' can't be longer than 65535 bytes.";
        assert_eq!(refusal(long).unwrap(), text);
        let name = |image: &mut Image| {
            image.properties.insert("€".repeat(256), String::new());
        };
        let text = "Custom property should not be greater than 255 characters.";
        assert_eq!(refusal(name).unwrap(), text);
        let text = "'min_disk' value out of range, must not exceed 2147483647.";
        let disk = |image: &mut Image| image.min_disk = MAX_MINIMUM + 1;
        assert_eq!(refusal(disk).unwrap(), text);
    }
}
