//! What a request says of an image to be made: the checks that need no image and no caller.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::image::{
    Data, Image, Settings, Visibility, check_property_value, distinct, is_reserved, property, text,
    texts, whole,
};
use super::schema::Schemas;
use super::status::Status;
use crate::{Error, Result};

/// What a caller says of an image to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewImage {
    /// The id it is to have.
    pub id: Option<String>,
    /// The project it is to belong to.
    pub owner: Owner,
    /// Everything that a change can set as well.
    pub settings: Settings,
    /// Whatever else, in the order given.
    pub properties: IndexMap<String, String>,
    /// Those of them that were no texts, as they were given.
    pub said: Map<String, Value>,
    /// A field that was given, though only the server sets it.
    pub read_only: Option<&'static str>,
    /// Whether `locations` was given, even if empty.
    pub locations: bool,
}

/// Whom an image to be made is to belong to.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Owner {
    /// Nothing was said: the caller's project.
    #[default]
    Caller,
    /// Nobody.
    Nobody,
    /// This project.
    Project(String),
}

/// Fields that only the server sets; they are refused late, after the quota of tags.
const GIVEN_IN_VAIN: [&str; 6] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
];

/// The longest name of a custom property, in characters.
pub const LONGEST_PROPERTY: usize = 255;

impl NewImage {
    /// The image of this id that was asked for: without an owner yet, and without data.
    #[must_use]
    pub fn into_image(self, id: String, now: DateTime<Utc>) -> Image {
        let set = self.settings;
        Image {
            id,
            name: set.name,
            status: Status::Queued,
            visibility: set.visibility.unwrap_or(Visibility::Shared),
            owner: None,
            protected: set.protected,
            os_hidden: set.os_hidden,
            min_ram: set.min_ram,
            min_disk: set.min_disk,
            disk_format: set.disk_format,
            container_format: set.container_format,
            data: Data::default(),
            created_at: now,
            updated_at: now,
            tags: distinct(&set.tags),
            properties: self.properties,
            locations: Vec::new(),
        }
    }

    /// Reads the body of a request, with Glance's checks in Glance's order.
    pub fn read(body: Value, schemas: &Schemas) -> Result<Self> {
        let refused = ["direct_url", "self", "file", "schema", "stores"];
        for name in refused {
            if body.get(name).is_some() {
                return Err(Error::ReadOnly(name.to_owned()));
            }
        }
        schemas.check_image(&body)?;
        let Value::Object(fields) = body else {
            return Err(Error::Invalid("Request body must be a JSON object.".into()));
        };
        Self::collect(fields)
    }

    fn collect(fields: Map<String, Value>) -> Result<Self> {
        let mut new = Self::default();
        let set = &mut new.settings;
        for name in GIVEN_IN_VAIN {
            if new.read_only.is_none() && fields.contains_key(name) {
                new.read_only = Some(name);
            }
        }
        for (name, value) in fields {
            match name.as_str() {
                "id" => new.id = text(value),
                "owner" => new.owner = text(value).map_or(Owner::Nobody, Owner::Project),
                "name" => set.name = text(value),
                "visibility" => set.visibility = value.as_str().and_then(Visibility::from_word),
                "protected" => set.protected = value.as_bool().unwrap_or(false),
                "os_hidden" => set.os_hidden = value.as_bool().unwrap_or(false),
                "min_ram" => set.min_ram = whole(&value).unwrap_or(i64::MAX),
                "min_disk" => set.min_disk = whole(&value).unwrap_or(i64::MAX),
                "disk_format" => set.disk_format = text(value),
                "container_format" => set.container_format = text(value),
                "tags" => set.tags = texts(&value),
                "locations" => new.locations = true,
                // The server works the hashes out; Glance takes these two and never shows them.
                "os_hash_algo" | "os_hash_value" => {}
                name if GIVEN_IN_VAIN.contains(&name) => {}
                _ => {
                    check_property(&name)?;
                    check_property_value(&name, &value)?;
                    new.properties.insert(name.clone(), property(&value));
                    if !value.is_string() {
                        new.said.insert(name, value);
                    }
                }
            }
        }
        Ok(new)
    }
}

fn check_property(name: &str) -> Result<()> {
    if name.chars().count() > LONGEST_PROPERTY {
        return Err(Error::Invalid(format!(
            "Custom property should not be greater than {LONGEST_PROPERTY} characters."
        )));
    }
    if is_reserved(name) {
        return Err(Error::ReservedProperty(name.to_owned()));
    }
    Ok(())
}
