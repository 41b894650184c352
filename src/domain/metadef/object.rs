//! Metadata objects: groups of properties.

use serde::Serialize;
use serde_json::{Map, Value};

use super::body;
use super::definition::{Definition, Definitions};
use super::schema::MetadefSchema;
use crate::Result;

/// An object of a namespace. A member that the request leaves out is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetadefObject {
    /// The name, unique in the namespace.
    pub name: String,
    /// The names of the required properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Vec<String>>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The definitions of the properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Definitions>,
}

const READ_ONLY: [&str; 4] = ["self", "schema", "created_at", "updated_at"];

impl MetadefObject {
    /// Parses the body of a request to create an object.
    pub fn new(body: Value) -> Result<Self> {
        let members = body::members(body, MetadefSchema::Object, &READ_ONLY)?;
        // Only here Glance looks at the definitions a second time, with the stricter schema.
        let properties = members.get("properties").and_then(Value::as_object);
        for definition in properties.into_iter().flat_map(Map::values) {
            MetadefSchema::Unnamed.check(definition)?;
        }
        Self::take(members)
    }

    /// Parses the body of a request to change an object.
    pub fn changed(body: Value) -> Result<Self> {
        Self::take(body::members(body, MetadefSchema::Object, &READ_ONLY)?)
    }

    /// Builds an object from members that a schema has accepted, also within a namespace.
    pub(super) fn take(mut members: Map<String, Value>) -> Result<Self> {
        let properties = members.shift_remove("properties");
        let object = Self {
            name: body::name(&mut members, MetadefSchema::Object)?,
            required: members.shift_remove("required").map(texts),
            description: body::text(&mut members, "description"),
            properties: properties.map(Definition::read_all).transpose()?,
        };
        body::refuse_members(&members, &READ_ONLY, MetadefSchema::Object)?;
        Ok(object)
    }
}

fn texts(list: Value) -> Vec<String> {
    match list {
        Value::Array(items) => {
            let items = items.into_iter();
            items
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect()
        }
        _ => Vec::new(),
    }
}
