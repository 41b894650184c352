//! What an image is.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::location::Location;
use super::status::Status;
use super::words;
use crate::{Error, Result};

words! {
    /// Who sees an image besides its owner.
    Visibility {
        /// Everyone, in every list.
        Public = "public",
        /// Everyone who has its id, or asks for such images.
        Community = "community",
        /// Those it is shared with.
        Shared = "shared",
        /// No one.
        Private = "private",
    }
}

/// An image as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Its name to machines: a UUID in whichever case its maker wrote it.
    pub id: String,
    /// Its name to people.
    pub name: Option<String>,
    /// Where it is in its life.
    pub status: Status,
    /// Who sees it.
    pub visibility: Visibility,
    /// The project it belongs to.
    pub owner: Option<String>,
    /// Whether it is safe from deletion.
    pub protected: bool,
    /// Whether it is left out of lists that do not ask for it.
    pub os_hidden: bool,
    /// The memory that a machine needs to start from it, in MiB.
    pub min_ram: i64,
    /// The disk that a machine needs to start from it, in GiB.
    pub min_disk: i64,
    /// How its bytes are to be read.
    pub disk_format: Option<String>,
    /// What its bytes are wrapped in.
    pub container_format: Option<String>,
    /// What is known of its bytes.
    pub data: Data,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Its labels, each once.
    pub tags: Vec<String>,
    /// Whatever else its makers say of it, in the order in which they said it.
    pub properties: IndexMap<String, String>,
    /// Where its bytes are.
    pub locations: Vec<Location>,
}

/// What is known of the bytes of an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// How many there are.
    pub size: Option<i64>,
    /// How many the disk inside has.
    pub virtual_size: Option<i64>,
    /// Their MD5, in hex.
    pub checksum: Option<String>,
    /// The name of the other hash.
    pub os_hash_algo: Option<String>,
    /// The other hash, in hex.
    pub os_hash_value: Option<String>,
}

/// The fields of an image that its maker sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// See [`Image::name`].
    pub name: Option<String>,
    /// See [`Image::visibility`]; nothing when the caller did not say.
    pub visibility: Option<Visibility>,
    /// See [`Image::protected`].
    pub protected: bool,
    /// See [`Image::os_hidden`].
    pub os_hidden: bool,
    /// See [`Image::min_ram`].
    pub min_ram: i64,
    /// See [`Image::min_disk`].
    pub min_disk: i64,
    /// See [`Image::disk_format`].
    pub disk_format: Option<String>,
    /// See [`Image::container_format`].
    pub container_format: Option<String>,
    /// As the caller listed them, repetitions and all: they count for the quota.
    pub tags: Vec<String>,
}

/// Fields that only the server sets; a change of one is refused as read-only.
pub const READ_ONLY: [&str; 13] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "id",
    "os_hash_algo",
    "os_hash_value",
];

/// Names that no custom property may have.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    matches!(name, "location" | "deleted" | "deleted_at") || name.starts_with("os_glance")
}

/// Fields that a change can set but not remove.
pub const SETTABLE: [&str; 10] = [
    "name",
    "visibility",
    "protected",
    "os_hidden",
    "min_ram",
    "min_disk",
    "tags",
    "disk_format",
    "container_format",
    "owner",
];

/// The largest `min_ram` and `min_disk`: what a 32-bit column holds.
pub const LARGEST_MINIMUM: i64 = 2_147_483_647;

/// Each of them once, in the order of their first appearance.
#[must_use]
pub fn distinct(tags: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        if !kept.contains(tag) {
            kept.push(tag.clone());
        }
    }
    kept
}

impl Image {
    /// The part of the image that a JSON patch works on: what can be set, and the custom properties.
    #[must_use]
    pub fn document(&self) -> Map<String, Value> {
        let mut document = Map::new();
        for (name, value) in &self.properties {
            document.insert(name.clone(), json!(value));
        }
        for (name, value) in [
            ("name", json!(self.name)),
            ("visibility", json!(self.visibility)),
            ("protected", json!(self.protected)),
            ("os_hidden", json!(self.os_hidden)),
            ("min_ram", json!(self.min_ram)),
            ("min_disk", json!(self.min_disk)),
            ("tags", json!(self.tags)),
            ("disk_format", json!(self.disk_format)),
            ("container_format", json!(self.container_format)),
            ("owner", json!(self.owner)),
        ] {
            document.insert(name.to_owned(), value);
        }
        document
    }

    /// Takes over what a patched document says. The schema has been checked: a value of another
    /// type leaves the field as it is.
    pub fn absorb(&mut self, document: Map<String, Value>) {
        let properties = document
            .iter()
            .filter(|(name, _)| !SETTABLE.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), property(value)));
        self.properties = properties.collect();
        for (name, value) in document {
            match name.as_str() {
                "name" => self.name = text(value),
                "visibility" => {
                    let word = value.as_str().and_then(Visibility::from_word);
                    self.visibility = word.unwrap_or(self.visibility);
                }
                "protected" => self.protected = value.as_bool().unwrap_or(self.protected),
                "os_hidden" => self.os_hidden = value.as_bool().unwrap_or(self.os_hidden),
                "min_ram" => self.min_ram = whole(&value).unwrap_or(self.min_ram),
                "min_disk" => self.min_disk = whole(&value).unwrap_or(self.min_disk),
                "tags" => self.tags = distinct(&texts(&value)),
                "disk_format" => self.disk_format = text(value),
                "container_format" => self.container_format = text(value),
                // Glance keeps an empty owner as none.
                "owner" => self.owner = text(value).filter(|it| !it.is_empty()),
                _ => {}
            }
        }
    }

    /// The custom properties that count for the quota: Glance's own bookkeeping does not.
    #[must_use]
    pub fn counted_properties(&self) -> usize {
        let ours = |name: &&String| !name.starts_with("os_glance");
        self.properties.keys().filter(ours).count()
    }
}

/// The text that a custom property is kept as. Only a schema of its own lets one be another value
/// than a text; the words for true and false are those of Glance's database.
#[must_use]
pub fn property(value: &Value) -> String {
    match value {
        Value::String(it) => it.clone(),
        Value::Bool(it) => u8::from(*it).to_string(),
        Value::Number(it) => it.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// Refuses a custom property that cannot be kept as a text, whatever its schema says.
pub fn check_property_value(name: &str, value: &Value) -> Result<()> {
    if value.is_array() || value.is_object() {
        let text = format!("Property '{name}' can't be a list or an object.");
        return Err(Error::Invalid(text));
    }
    Ok(())
}

/// The text in a value, if it is one.
#[must_use]
pub fn text(value: Value) -> Option<String> {
    match value {
        Value::String(it) => Some(it),
        _ => None,
    }
}

/// The texts in a list.
#[must_use]
pub fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|it| it.as_str().map(str::to_owned))
        .collect()
}

/// A whole number, also one written as `1.0` or `1e2`; the nearest there is for one past 64 bits.
#[must_use]
pub fn whole(value: &Value) -> Option<i64> {
    if let Some(whole) = value.as_i64() {
        return Some(whole);
    }
    let real = value.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "the nearest is wanted")]
    (real.fract() == 0.0).then_some(real as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_in_every_form() {
        for (text, number) in [
            ("5", Some(5)),
            ("5.0", Some(5)),
            ("1e2", Some(100)),
            ("1.5", None),
            ("100000000000000000000", Some(i64::MAX)),
            ("-100000000000000000000", Some(i64::MIN)),
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(whole(&value), number, "{text}");
        }
    }
}
