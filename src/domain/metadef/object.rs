//! Objects: properties that go together.

use serde::Serialize;
use serde_json::{Map, Value};

use super::definition::{Definition, Definitions};
use super::read;
use super::shape::Shape;
use crate::Result;

/// An object of a namespace. What a request left out is none; what is kept always is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Object {
    /// Its name, unique in the namespace.
    pub name: String,
    /// The properties it must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Vec<String>>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The properties it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Definitions>,
}

const READ_ONLY: [&str; 4] = ["self", "schema", "created_at", "updated_at"];

impl Object {
    /// Reads the body of a request that makes one.
    pub fn new(body: Value) -> Result<Self> {
        let members = read::members(body, Shape::Object, &READ_ONLY)?;
        // Only here Glance looks at the definitions a second time, with the stricter schema.
        let properties = members.get("properties").and_then(Value::as_object);
        for definition in properties.into_iter().flat_map(Map::values) {
            Shape::Unnamed.check(definition)?;
        }
        Self::take(members)
    }

    /// Reads the body of a request that changes one.
    pub fn changed(body: Value) -> Result<Self> {
        Self::take(read::members(body, Shape::Object, &READ_ONLY)?)
    }

    /// Takes what a schema has let pass, also within a namespace.
    pub(super) fn take(mut members: Map<String, Value>) -> Result<Self> {
        let properties = members.shift_remove("properties");
        let object = Self {
            name: read::name(&mut members, Shape::Object)?,
            required: members.shift_remove("required").map(texts),
            description: read::text(&mut members, "description"),
            properties: properties.map(Definition::read_all).transpose()?,
        };
        read::nothing_else(&members, &READ_ONLY, Shape::Object)?;
        Ok(object)
    }
}

fn texts(list: Value) -> Vec<String> {
    match list {
        Value::Array(items) => {
            let items = items.into_iter();
            items
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect()
        }
        _ => Vec::new(),
    }
}
