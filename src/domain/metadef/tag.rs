//! Tags of a namespace.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::body;
use super::schema::MetadefSchema;
use crate::Result;

/// A tag.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tag {
    /// The name, unique in the namespace.
    pub name: String,
}

const READ_ONLY: [&str; 2] = ["created_at", "updated_at"];

impl Tag {
    /// Parses the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        Self::take(body::members(body, MetadefSchema::Tag, &READ_ONLY)?)
    }

    /// Returns a tag with this name.
    pub fn named(name: &str) -> Result<Self> {
        Self::new(json!({ "name": name }))
    }

    /// Parses the body of a request with a list of tags.
    pub fn several(body: Value) -> Result<Vec<Self>> {
        let mut members = body::members(body, MetadefSchema::Tags, &READ_ONLY)?;
        let tags = members.shift_remove("tags");
        let tags =
            tags.ok_or_else(|| MetadefSchema::Tags.broken("'tags' is a required property".into()))?;
        Self::take_all(&tags)
    }

    /// Builds tags from a list that a schema has accepted, also within a namespace.
    pub(super) fn take_all(tags: &Value) -> Result<Vec<Self>> {
        let tags = tags.as_array().cloned().unwrap_or_default();
        let members = tags.into_iter().map(|tag| match tag {
            Value::Object(members) => members,
            _ => Map::new(),
        });
        members.map(Self::take).collect()
    }

    fn take(mut members: Map<String, Value>) -> Result<Self> {
        let name = body::name(&mut members, MetadefSchema::Tag)?;
        body::refuse_members(&members, &READ_ONLY, MetadefSchema::Tag)?;
        Ok(Self { name })
    }
}
