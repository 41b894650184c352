//! Requests to create an image: parsing, and the checks that need neither image nor caller. Glance:
//! `RequestDeserializer` in `glance/api/v2/images.py`.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::image::{
    Data, Image, ImageSettings, Visibility, as_integer, check_property_value, into_string,
    is_reserved, property_text, strings, unique_tags,
};
use super::image_rules::ImageRules;
use super::schema::Schemas;
use super::status::Status;
use crate::{Error, Result};

/// A parsed request to create an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewImage {
    /// The requested ID.
    pub id: Option<String>,
    /// The requested owner.
    pub owner: Owner,
    /// The fields that a patch can set as well.
    pub settings: ImageSettings,
    /// The custom properties, in the order of the request.
    pub properties: IndexMap<String, String>,
    /// The original JSON values of custom properties that are not strings. The response shows them
    /// once; the database stores text.
    pub original_values: Map<String, Value>,
    /// The name of a read-only field in the request, if there is one.
    pub read_only: Option<&'static str>,
    /// True if the request has `locations`, even an empty list.
    pub locations: bool,
}

/// The owner that a request names for a new image.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Owner {
    /// The caller's project: the request names no owner.
    #[default]
    Caller,
    /// No owner.
    Nobody,
    /// The project with this ID.
    Project(String),
}

/// The read-only fields that are refused late, after the quota of tags.
const LATE_READ_ONLY: [&str; 6] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
];

/// The maximum length of a custom property's name, in characters.
pub const MAX_PROPERTY_NAME: usize = 255;

impl NewImage {
    /// Returns the image that the request describes, with this ID, without owner and data.
    #[must_use]
    pub fn into_image(self, id: String, now: DateTime<Utc>) -> Image {
        let settings = self.settings;
        Image {
            id,
            name: settings.name,
            status: Status::Queued,
            visibility: settings.visibility.unwrap_or(Visibility::Shared),
            owner: None,
            protected: settings.protected,
            os_hidden: settings.os_hidden,
            min_ram: settings.min_ram,
            min_disk: settings.min_disk,
            disk_format: settings.disk_format,
            container_format: settings.container_format,
            data: Data::default(),
            created_at: now,
            updated_at: now,
            tags: unique_tags(&settings.tags),
            properties: self.properties,
            locations: Vec::new(),
        }
    }

    /// Parses the body of a request, with Glance's checks in Glance's order.
    pub fn read(body: Value, schemas: &Schemas) -> Result<Self> {
        let rules = schemas.rules();
        let refused = ["direct_url", "self", "file", "schema", "stores"];
        for name in refused.into_iter().filter(|name| rules.has_field(name)) {
            if body.get(name).is_some() {
                return Err(Error::ReadOnly(name.to_owned()));
            }
        }
        schemas.check_image(&body)?;
        let Value::Object(fields) = body else {
            return Err(Error::Invalid("Request body must be a JSON object.".into()));
        };
        Self::collect(fields, rules)
    }

    fn collect(fields: Map<String, Value>, rules: &ImageRules) -> Result<Self> {
        let mut new = Self::default();
        for name in LATE_READ_ONLY {
            if new.read_only.is_none() && fields.contains_key(name) {
                new.read_only = Some(name);
            }
        }
        for (name, value) in fields {
            match name.as_str() {
                name if !rules.has_field(name) => new.put_property(name, value)?,
                "id" => new.id = into_string(value),
                "owner" => new.owner = into_string(value).map_or(Owner::Nobody, Owner::Project),
                "name" => new.settings.name = into_string(value),
                "visibility" => {
                    let word = value.as_str();
                    let word = word.and_then(|text| text.parse::<Visibility>().ok());
                    new.settings.visibility = word.map(|word| rules.sharing.stored(word));
                }
                "protected" => new.settings.protected = value.as_bool().unwrap_or(false),
                "os_hidden" => new.settings.os_hidden = value.as_bool().unwrap_or(false),
                "min_ram" => new.settings.min_ram = as_integer(&value).unwrap_or(i64::MAX),
                "min_disk" => new.settings.min_disk = as_integer(&value).unwrap_or(i64::MAX),
                "disk_format" => new.settings.disk_format = into_string(value),
                "container_format" => new.settings.container_format = into_string(value),
                "tags" => new.settings.tags = strings(&value),
                "locations" => new.locations = true,
                // The server works the hashes out; Glance takes these two and never shows them.
                "os_hash_algo" | "os_hash_value" => {}
                name if LATE_READ_ONLY.contains(&name) => {}
                name => new.put_property(name, value)?,
            }
        }
        Ok(new)
    }

    fn put_property(&mut self, name: &str, value: Value) -> Result<()> {
        check_property_name(name)?;
        check_property_value(name, &value)?;
        self.properties
            .insert(name.to_owned(), property_text(&value));
        if !value.is_string() {
            self.original_values.insert(name.to_owned(), value);
        }
        Ok(())
    }
}

fn check_property_name(name: &str) -> Result<()> {
    if name.chars().count() > MAX_PROPERTY_NAME {
        return Err(Error::Invalid(format!(
            "Custom property should not be greater than {MAX_PROPERTY_NAME} characters."
        )));
    }
    if is_reserved(name) {
        return Err(Error::reserved_detail(name.to_owned()));
    }
    Ok(())
}
