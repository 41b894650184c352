//! Hashes that a client declares for data that the server has not read (`validation_data`). Glance:
//! `glance/api/v2/images.py`.

use serde_json::{Map, Value};

use super::image::Image;
use super::status::Status;
use crate::{Error, Result};

/// The hashes that a client declares, by the names of the image's fields, in the order of the
/// request.
pub type Claims = Vec<(String, String)>;

/// Returns the hashes that the locations of a patch declare and that the image does not have yet.
/// `algorithm` is the one with which the server hashes.
///
/// # Errors
///
/// Fails if the declarations contradict each other or the image, or if the image is no longer
/// queued.
pub fn new_claims(image: &Image, locations: &[Value], algorithm: &str) -> Result<Claims> {
    let mut new = Claims::new();
    for (field, value) in merge_claims(locations)? {
        match recorded(image, &field) {
            Some(known) if known == value => {}
            Some(known) if !known.is_empty() => {
                let text = format!("{field} is already set with a different value");
                return Err(Error::conflict(text));
            }
            _ => new.push((field, value)),
        }
    }
    if new.is_empty() {
        return Ok(new);
    }
    if image.status != Status::Queued {
        let fields: Vec<_> = new.iter().map(|(field, _)| field.as_str()).collect();
        return Err(Error::conflict(format!(
            "New value(s) for {} may only be provided when image status is 'queued'",
            fields.join(", ")
        )));
    }
    check(&new, algorithm)?;
    Ok(new)
}

/// Sets the declared hashes on an image.
pub fn apply_claims(image: &mut Image, claims: Claims) {
    for (field, value) in claims {
        match field.as_str() {
            "checksum" => image.data.checksum = Some(value),
            "os_hash_algo" => image.data.os_hash_algo = Some(value),
            "os_hash_value" => image.data.os_hash_value = Some(value),
            _ => {}
        }
    }
}

/// Checks the hash of a request to add a location (`POST /v2/images/{image}/locations`).
pub fn check_hash(validation: &Map<String, Value>, algorithm: &str) -> Result<()> {
    let text = |field| validation.get(field).and_then(Value::as_str);
    let Some(value) = text("os_hash_value") else {
        return Ok(());
    };
    let algorithm = text("os_hash_algo").unwrap_or(algorithm);
    let wanted = hash_length(algorithm);
    match hex_length(value) {
        None => Err(Error::Invalid(format!(
            "os_hash_value ({value}) is not a valid hexadecimal value"
        ))),
        Some(bytes) if Some(bytes) != wanted => Err(Error::Invalid(format!(
            "os_hash_value: ({value}) is not the correct size for ({algorithm}) (should be ({}) bytes)",
            wanted.unwrap_or(0)
        ))),
        Some(_) => Ok(()),
    }
}

/// Returns the declarations of several locations, each field once.
fn merge_claims(locations: &[Value]) -> Result<Claims> {
    let mut all = Claims::new();
    let declared = locations
        .iter()
        .filter_map(|location| location.get("validation_data"));
    for (field, value) in declared.filter_map(Value::as_object).flatten() {
        let value = value.as_str().unwrap_or_default();
        match all.iter().find(|(name, _)| name == field) {
            Some((_, before)) if before != value => {
                return Err(Error::conflict(format!("Conflicting values for {field}")));
            }
            Some(_) => {}
            None => all.push((field.clone(), value.to_owned())),
        }
    }
    Ok(all)
}

fn recorded<'a>(image: &'a Image, field: &str) -> Option<&'a str> {
    match field {
        "checksum" => image.data.checksum.as_deref(),
        "os_hash_algo" => image.data.os_hash_algo.as_deref(),
        "os_hash_value" => image.data.os_hash_value.as_deref(),
        _ => None,
    }
}

fn check(new: &Claims, algorithm: &str) -> Result<()> {
    let claim = |name: &str| {
        let found = new.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    };
    if let Some(checksum) = claim("checksum") {
        let wrong = |what: &str| Error::conflict(format!("checksum ({checksum}) is not {what}"));
        match hex_length(checksum) {
            None => return Err(wrong("a valid hexadecimal value")),
            Some(16) => {}
            Some(_) => return Err(wrong("the correct size for md5 (should be 16 bytes)")),
        }
    }
    let given = claim("os_hash_algo");
    if given != Some(algorithm) {
        return Err(Error::conflict(format!(
            "os_hash_algo must be {algorithm}, not {}",
            given.unwrap_or("None")
        )));
    }
    let value = claim("os_hash_value").unwrap_or_default();
    let wanted = hash_length(algorithm);
    match hex_length(value) {
        None => Err(Error::conflict(format!(
            "os_hash_value ({value}) is not a valid hexadecimal value"
        ))),
        Some(bytes) if Some(bytes) != wanted => Err(Error::conflict(format!(
            "os_hash_value ({value}) is not the correct size for {algorithm} (should be {} bytes)",
            wanted.unwrap_or(0)
        ))),
        Some(_) => Ok(()),
    }
}

/// Returns the length of a hash of this algorithm, in bytes.
fn hash_length(algorithm: &str) -> Option<usize> {
    match algorithm {
        "md5" => Some(16),
        "sha1" => Some(20),
        "sha256" => Some(32),
        "sha512" => Some(64),
        _ => None,
    }
}

/// Returns how many bytes a hex text has. Blanks between bytes are ignored, as in Python; `None` if
/// the text is not hex.
fn hex_length(text: &str) -> Option<usize> {
    let mut bytes = 0;
    for word in text.split_ascii_whitespace() {
        if word.len() % 2 != 0 || !word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        bytes += word.len() / 2;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_counted_in_bytes() {
        for (text, bytes) in [
            ("", Some(0)),
            ("00ff", Some(2)),
            (" 00 Ff\n", Some(2)),
            ("0", None),
            ("0 0", None),
            ("zz", None),
        ] {
            assert_eq!(hex_length(text), bytes, "{text:?}");
        }
    }
}
