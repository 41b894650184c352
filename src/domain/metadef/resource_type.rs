//! Resource types: the kinds of things that namespaces are for, and under which prefix.

use serde::Serialize;
use serde_json::{Map, Value};

use super::read;
use super::shape::Shape;
use crate::Result;

/// That a namespace is for a type of resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Association {
    /// The resource type.
    pub name: String,
    /// What stands before each property's name on such a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Which of several sets of properties is meant, where a resource has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties_target: Option<String>,
}

/// A type of resource, whether or not a namespace is for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceType {
    /// Its name, unique in the cloud.
    pub name: String,
}

const READ_ONLY: [&str; 2] = ["created_at", "updated_at"];

impl Association {
    /// Reads the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        Self::take(read::members(body, Shape::Association, &READ_ONLY)?)
    }

    /// Takes what a schema has let pass, also within a namespace.
    pub(super) fn take(mut members: Map<String, Value>) -> Result<Self> {
        let association = Self {
            name: read::name(&mut members, Shape::Association)?,
            prefix: read::text(&mut members, "prefix"),
            properties_target: read::text(&mut members, "properties_target"),
        };
        for text in [&association.prefix, &association.properties_target] {
            read::not_long(text.as_deref().unwrap_or_default(), Shape::Association)?;
        }
        read::nothing_else(&members, &READ_ONLY, Shape::Association)?;
        Ok(association)
    }
}
