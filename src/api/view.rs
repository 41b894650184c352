//! Images and members as the API shows them, key by key in Glance's order.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use crate::domain::caller::Caller;
use crate::domain::image::Image;
use crate::domain::location::Location;
use crate::domain::member::Member;
use crate::domain::schema::Schemas;
use crate::domain::status::Status;
use crate::store::Stores;

/// The caller that an image is shown to, and the settings of the view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewer<'a> {
    pub(super) locations_shown: bool,
    pub(super) direct_url_shown: bool,
    pub(super) caller: &'a Caller,
    pub(super) stores: &'a Stores,
    pub(super) schemas: &'a Schemas,
}

impl<'a> Viewer<'a> {
    pub(super) fn image(self, image: &'a Image) -> ImageView<'a> {
        ImageView {
            image,
            viewer: self,
            original_values: None,
        }
    }

    /// Renders an image for the client that has just set these properties; other clients see them as text.
    pub(super) fn image_echoing(
        self,
        image: &'a Image,
        original_values: &'a Map<String, Value>,
    ) -> ImageView<'a> {
        ImageView {
            image,
            viewer: self,
            original_values: Some(original_values),
        }
    }

    /// Returns where the bytes of an image are, as far as the viewer may know.
    fn locations(self, image: &Image) -> Vec<&Location> {
        if image.status == Status::Deactivated && !self.caller.admin {
            return Vec::new();
        }
        self.stores.by_weight(&image.locations)
    }

    /// The names of the stores that have the image, the heaviest first.
    fn stores(self, image: &Image) -> Option<String> {
        let locations = self.locations(image);
        if !self.stores.is_multi_store() || locations.is_empty() {
            return None;
        }
        let names = locations.into_iter();
        let names = names.filter_map(|name| self.stores.name_of(name, &image.id));
        Some(names.collect::<Vec<_>>().join(","))
    }
}

/// An image as one viewer sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImageView<'a> {
    image: &'a Image,
    viewer: Viewer<'a>,
    original_values: Option<&'a Map<String, Value>>,
}

impl ImageView<'_> {
    /// Returns true for a property whose name is that of a field. It is kept, but the field is what is shown.
    fn is_base(&self, name: &str) -> bool {
        let rules = self.viewer.schemas.rules();
        rules.is_read_only(name) || rules.is_settable(name)
    }

    /// Writes the custom properties; returns `true` if the stores were shown in the place of a property
    /// of that name.
    fn serialize_properties<M: SerializeMap>(
        &self,
        map: &mut M,
        stores: Option<&str>,
    ) -> Result<bool, M::Error> {
        let mut shown = false;
        for (name, value) in &self.image.properties {
            if name == "stores" && stores.is_some() {
                // What is shown there is where the image is, in the place of the property.
                shown = true;
                map.serialize_entry(name, &stores)?;
                continue;
            }
            if self.is_base(name) {
                continue;
            }
            match self.original_values.and_then(|values| values.get(name)) {
                Some(value) => map.serialize_entry(name, value)?,
                None if value.is_empty() && self.viewer.schemas.is_null_when_empty(name) => {
                    map.serialize_entry(name, &())?;
                }
                None => map.serialize_entry(name, value)?,
            }
        }
        Ok(shown)
    }
}

impl Serialize for ImageView<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let first = self.viewer.schemas.rules().key_order;
        if first.is_empty() {
            return self.in_glance_order(to);
        }
        let entity = self.in_glance_order(serde_json::value::Serializer);
        let Value::Object(mut entity) = entity.map_err(S::Error::custom)? else {
            return Err(S::Error::custom("an image is an object"));
        };
        let mut map = to.serialize_map(Some(entity.len()))?;
        for key in first {
            if let Some(value) = entity.shift_remove(*key) {
                map.serialize_entry(key, &value)?;
            }
        }
        for (key, value) in &entity {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl ImageView<'_> {
    fn in_glance_order<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let image = self.image;
        let data = &image.data;
        let rules = self.viewer.schemas.rules();
        let mut map = to.serialize_map(None)?;
        let stores = self.viewer.stores(image);
        let stores = stores.filter(|_| rules.has_field("stores"));
        let shown = self.serialize_properties(&mut map, stores.as_deref())?;
        map.serialize_entry("name", &image.name)?;
        map.serialize_entry("disk_format", &image.disk_format)?;
        map.serialize_entry("container_format", &image.container_format)?;
        let visibility = rules.sharing.shown(image.visibility);
        map.serialize_entry("visibility", &visibility)?;
        map.serialize_entry("size", &data.size)?;
        map.serialize_entry("virtual_size", &data.virtual_size)?;
        map.serialize_entry("status", &image.status)?;
        map.serialize_entry("checksum", &data.checksum)?;
        map.serialize_entry("protected", &image.protected)?;
        map.serialize_entry("min_ram", &image.min_ram)?;
        map.serialize_entry("min_disk", &image.min_disk)?;
        map.serialize_entry("owner", &image.owner)?;
        if rules.has_field("os_hidden") {
            map.serialize_entry("os_hidden", &image.os_hidden)?;
        }
        if rules.has_field("os_hash_value") {
            map.serialize_entry("os_hash_algo", &data.os_hash_algo)?;
            map.serialize_entry("os_hash_value", &data.os_hash_value)?;
        }
        map.serialize_entry("id", &image.id)?;
        map.serialize_entry("created_at", &moment(image.created_at))?;
        map.serialize_entry("updated_at", &moment(image.updated_at))?;
        let locations = self.viewer.locations(image);
        if self.viewer.locations_shown && rules.has_field("locations") {
            let all: Vec<_> = locations
                .iter()
                .map(|location| json!({ "url": location.url, "metadata": location.metadata }))
                .collect();
            map.serialize_entry("locations", &all)?;
        }
        if self.viewer.direct_url_shown
            && rules.has_field("direct_url")
            && let Some(first) = locations.first()
        {
            map.serialize_entry("direct_url", &first.url)?;
        }
        map.serialize_entry("tags", &image.tags)?;
        let path = format!("/v2/images/{}", image.id);
        map.serialize_entry("self", &path)?;
        map.serialize_entry("file", &format!("{path}/file"))?;
        map.serialize_entry("schema", "/v2/schemas/image")?;
        if stores.is_some() && !shown {
            map.serialize_entry("stores", &stores)?;
        }
        map.end()
    }
}

/// A moment to the second, in UTC.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A moment to the microsecond, without a word of its zone: Python prints it so.
pub(super) fn micros(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// A member.
pub(super) fn member(member: &Member) -> serde_json::Value {
    json!({
        "member_id": member.project,
        "image_id": member.image_id,
        "status": member.status,
        "created_at": moment(member.created_at),
        "updated_at": moment(member.updated_at),
        "schema": "/v2/schemas/member",
    })
}
