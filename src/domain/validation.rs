//! Hashes that a client gives for bytes that the server has not read (`validation_data`).

use serde_json::{Map, Value};

use super::image::Image;
use super::status::Status;
use crate::{Error, Result};

/// What a client vouches for, by the names of the image's fields, in the order given.
pub type Claims = Vec<(String, String)>;

/// What the locations of a patch say of an image's bytes beyond what is known; refused where that
/// contradicts itself or the image, or comes too late. `algorithm` is the one this server hashes with.
pub fn claims(image: &Image, locations: &[Value], algorithm: &str) -> Result<Claims> {
    let mut new = Claims::new();
    for (field, value) in together(locations)? {
        match known(image, &field) {
            Some(known) if known == value => {}
            Some(known) if !known.is_empty() => {
                let text = format!("{field} is already set with a different value");
                return Err(Error::Conflict(text));
            }
            _ => new.push((field, value)),
        }
    }
    if new.is_empty() {
        return Ok(new);
    }
    if image.status != Status::Queued {
        let fields: Vec<_> = new.iter().map(|(field, _)| field.as_str()).collect();
        return Err(Error::Conflict(format!(
            "New value(s) for {} may only be provided when image status is 'queued'",
            fields.join(", ")
        )));
    }
    check(&new, algorithm)?;
    Ok(new)
}

/// Puts what was vouched for into an image.
pub fn believe(image: &mut Image, claims: Claims) {
    for (field, value) in claims {
        match field.as_str() {
            "checksum" => image.data.checksum = Some(value),
            "os_hash_algo" => image.data.os_hash_algo = Some(value),
            "os_hash_value" => image.data.os_hash_value = Some(value),
            _ => {}
        }
    }
}

/// Checks the hash that comes with a location of its own (`POST /v2/images/{image}/locations`).
pub fn check_hash(validation: &Map<String, Value>, algorithm: &str) -> Result<()> {
    let text = |field| validation.get(field).and_then(Value::as_str);
    let Some(value) = text("os_hash_value") else {
        return Ok(());
    };
    let algorithm = text("os_hash_algo").unwrap_or(algorithm);
    let wanted = digest(algorithm);
    match hex_bytes(value) {
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

/// What several locations say, each field once.
fn together(locations: &[Value]) -> Result<Claims> {
    let mut all = Claims::new();
    let said = locations.iter().filter_map(|it| it.get("validation_data"));
    for (field, value) in said.filter_map(Value::as_object).flatten() {
        let value = value.as_str().unwrap_or_default();
        match all.iter().find(|(it, _)| it == field) {
            Some((_, before)) if before != value => {
                return Err(Error::Conflict(format!("Conflicting values for {field}")));
            }
            Some(_) => {}
            None => all.push((field.clone(), value.to_owned())),
        }
    }
    Ok(all)
}

fn known<'a>(image: &'a Image, field: &str) -> Option<&'a str> {
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
        let wrong = |what: &str| Error::Conflict(format!("checksum ({checksum}) is not {what}"));
        match hex_bytes(checksum) {
            None => return Err(wrong("a valid hexadecimal value")),
            Some(16) => {}
            Some(_) => return Err(wrong("the correct size for md5 (should be 16 bytes)")),
        }
    }
    let given = claim("os_hash_algo");
    if given != Some(algorithm) {
        return Err(Error::Conflict(format!(
            "os_hash_algo must be {algorithm}, not {}",
            given.unwrap_or("None")
        )));
    }
    let value = claim("os_hash_value").unwrap_or_default();
    let wanted = digest(algorithm);
    match hex_bytes(value) {
        None => Err(Error::Conflict(format!(
            "os_hash_value ({value}) is not a valid hexadecimal value"
        ))),
        Some(bytes) if Some(bytes) != wanted => Err(Error::Conflict(format!(
            "os_hash_value ({value}) is not the correct size for {algorithm} (should be {} bytes)",
            wanted.unwrap_or(0)
        ))),
        Some(_) => Ok(()),
    }
}

/// How many bytes a hash of this algorithm has.
fn digest(algorithm: &str) -> Option<usize> {
    match algorithm {
        "md5" => Some(16),
        "sha1" => Some(20),
        "sha256" => Some(32),
        "sha512" => Some(64),
        _ => None,
    }
}

/// How many bytes this is in hex; between bytes there may be blanks, as for Python.
fn hex_bytes(text: &str) -> Option<usize> {
    let mut bytes = 0;
    for word in text.split_ascii_whitespace() {
        if word.len() % 2 != 0 || !word.bytes().all(|it| it.is_ascii_hexdigit()) {
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
            assert_eq!(hex_bytes(text), bytes, "{text:?}");
        }
    }
}
