//! Tags: words that a namespace offers.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::read;
use super::shape::Shape;
use crate::Result;

/// A tag.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tag {
    /// Its name, unique in the namespace.
    pub name: String,
}

const READ_ONLY: [&str; 2] = ["created_at", "updated_at"];

impl Tag {
    /// Reads the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        Self::take(read::members(body, Shape::Tag, &READ_ONLY)?)
    }

    /// The tag of this name.
    pub fn named(name: &str) -> Result<Self> {
        Self::new(json!({ "name": name }))
    }

    /// Reads the body of a request that brings several.
    pub fn several(body: Value) -> Result<Vec<Self>> {
        let mut members = read::members(body, Shape::Tags, &READ_ONLY)?;
        let tags = members.shift_remove("tags");
        let tags =
            tags.ok_or_else(|| Shape::Tags.broken("'tags' is a required property".into()))?;
        Self::take_all(&tags)
    }

    /// Takes what a schema has let pass, also within a namespace.
    pub(super) fn take_all(tags: &Value) -> Result<Vec<Self>> {
        let tags = tags.as_array().cloned().unwrap_or_default();
        let members = tags.into_iter().map(|it| match it {
            Value::Object(members) => members,
            _ => Map::new(),
        });
        members.map(Self::take).collect()
    }

    fn take(mut members: Map<String, Value>) -> Result<Self> {
        let name = read::name(&mut members, Shape::Tag)?;
        read::nothing_else(&members, &READ_ONLY, Shape::Tag)?;
        Ok(Self { name })
    }
}
