//! Images and the fields that describe them.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::location::Location;
use super::status::Status;
use super::string_enum;
use crate::{Error, Result};

string_enum! {
    /// The visibility of an image to others than its owner.
    Visibility {
        /// Everybody sees it, in every list.
        Public = "public",
        /// Everybody who has its ID or lists community images sees it.
        Community = "community",
        /// The projects that it is shared with see it.
        Shared = "shared",
        /// Nobody else sees it.
        Private = "private",
    }
}

/// An image as the database stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// The ID: a UUID in the case of letters in which it was given.
    pub id: String,
    /// The display name.
    pub name: Option<String>,
    /// The status.
    pub status: Status,
    /// The visibility.
    pub visibility: Visibility,
    /// The project that owns the image.
    pub owner: Option<String>,
    /// True if the image cannot be deleted.
    pub protected: bool,
    /// True if lists leave the image out by default.
    pub os_hidden: bool,
    /// The memory that an instance needs to boot from the image, in MiB.
    pub min_ram: i64,
    /// The disk that an instance needs to boot from the image, in GiB.
    pub min_disk: i64,
    /// The format of the disk, such as `qcow2`.
    pub disk_format: Option<String>,
    /// The format of the container around the disk, such as `bare`.
    pub container_format: Option<String>,
    /// The size and hashes of the data.
    pub data: Data,
    /// The time of creation.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
    /// The tags, without duplicates.
    pub tags: Vec<String>,
    /// The custom properties, in the order in which they were set.
    pub properties: IndexMap<String, String>,
    /// The locations of the data.
    pub locations: Vec<Location>,
}

/// The size and hashes of an image's data, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// The size of the data, in bytes.
    pub size: Option<i64>,
    /// The size of the virtual disk, in bytes.
    pub virtual_size: Option<i64>,
    /// The MD5 of the data, in hex.
    pub checksum: Option<String>,
    /// The algorithm of `os_hash_value`, such as `sha512`.
    pub os_hash_algo: Option<String>,
    /// The hash of the data by `os_hash_algo`, in hex.
    pub os_hash_value: Option<String>,
}

/// The fields of an image that a client can set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageSettings {
    /// See [`Image::name`].
    pub name: Option<String>,
    /// See [`Image::visibility`]; `None` if the request does not name one.
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
    /// The tags as the request lists them, with duplicates: they count for the quota.
    pub tags: Vec<String>,
}

/// The fields that only the server sets; a change of one is refused as read-only.
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

/// Returns true for a name that no custom property may have.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    matches!(name, "location" | "deleted" | "deleted_at") || name.starts_with("os_glance")
}

/// The fields that a patch can set but not remove.
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

/// The largest `min_ram` and `min_disk`: the maximum of a 32-bit column.
pub const MAX_MINIMUM: i64 = 2_147_483_647;

/// Returns the tags without duplicates, in the order in which they are read back: that of their bytes.
#[must_use]
pub fn unique_tags(tags: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        if !kept.contains(tag) {
            kept.push(tag.clone());
        }
    }
    kept.sort_unstable();
    kept
}

impl Image {
    /// Returns the document that a JSON patch changes: the fields that clients can set but for the
    /// absent ones, and the custom properties.
    #[must_use]
    pub fn document(&self, absent_fields: &[&str]) -> Map<String, Value> {
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
            if !absent_fields.contains(&name) {
                document.insert(name.to_owned(), value);
            }
        }
        document
    }

    /// Sets the fields and properties to those of a patched document. The schema has been checked
    /// before: a value of a wrong type leaves the field as it is. The names of absent fields are those of
    /// custom properties.
    pub fn apply_document(&mut self, document: Map<String, Value>, absent_fields: &[&str]) {
        let is_field = |name: &str| SETTABLE.contains(&name) && !absent_fields.contains(&name);
        let properties = document
            .iter()
            .filter(|(name, _)| !is_field(name))
            .map(|(name, value)| (name.clone(), property_text(value)));
        self.properties = properties.collect();
        for (name, value) in document.into_iter().filter(|(name, _)| is_field(name)) {
            match name.as_str() {
                "name" => self.name = into_string(value),
                "visibility" => {
                    let word = value
                        .as_str()
                        .and_then(|text| text.parse::<Visibility>().ok());
                    self.visibility = word.unwrap_or(self.visibility);
                }
                "protected" => self.protected = value.as_bool().unwrap_or(self.protected),
                "os_hidden" => self.os_hidden = value.as_bool().unwrap_or(self.os_hidden),
                "min_ram" => self.min_ram = as_integer(&value).unwrap_or(self.min_ram),
                "min_disk" => self.min_disk = as_integer(&value).unwrap_or(self.min_disk),
                "tags" => self.tags = unique_tags(&strings(&value)),
                "disk_format" => self.disk_format = into_string(value),
                "container_format" => self.container_format = into_string(value),
                // Glance keeps an empty owner as none.
                "owner" => self.owner = into_string(value).filter(|owner| !owner.is_empty()),
                _ => {}
            }
        }
    }

    /// Returns the number of bytes of the texts that a client can make large.
    #[must_use]
    pub fn text_size(&self) -> usize {
        let properties = self.properties.iter();
        let properties = properties.map(|(name, value)| name.len() + value.len());
        let tags = self.tags.iter().map(String::len);
        let locations = self.locations.iter();
        let locations = locations.map(|location| location.url.len() + location.metadata_size());
        properties.chain(tags).chain(locations).sum()
    }

    /// Returns how many custom properties count for the quota: Glance's own bookkeeping does not.
    #[must_use]
    pub fn counted_properties(&self) -> usize {
        let ours = |name: &&String| !name.starts_with("os_glance");
        self.properties.keys().filter(ours).count()
    }
}

/// Returns the text under which a custom property is stored. Only a schema of custom properties
/// allows other values than strings; true and false become `1` and `0`, as in Glance's database.
#[must_use]
pub fn property_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => u8::from(*flag).to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// Refuses a custom property that cannot be stored as text, even if its schema allows it.
pub fn check_property_value(name: &str, value: &Value) -> Result<()> {
    if value.is_array() || value.is_object() {
        let text = format!("Property '{name}' can't be a list or an object.");
        return Err(Error::Invalid(text));
    }
    Ok(())
}

/// Returns the string of a JSON value, if it is one.
#[must_use]
pub fn into_string(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Returns the strings of a JSON array.
#[must_use]
pub fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Returns an integer, also one written as `1.0` or `1e2`; the nearest `i64` for one past 64 bits.
#[must_use]
pub fn as_integer(value: &Value) -> Option<i64> {
    if let Some(integer) = value.as_i64() {
        return Some(integer);
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
            assert_eq!(as_integer(&value), number, "{text}");
        }
    }
}
