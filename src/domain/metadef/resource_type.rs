//! Resource types and their associations with namespaces.

use serde::Serialize;
use serde_json::{Map, Value};

use super::body;
use super::schema::MetadefSchema;
use crate::Result;

/// The association of a namespace with a resource type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Association {
    /// The name of the resource type.
    pub name: String,
    /// The prefix of each property's name on such a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The set of properties that is meant, for a resource with several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties_target: Option<String>,
}

/// A type of resource, with or without associations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceType {
    /// The name, unique in the cloud.
    pub name: String,
}

const READ_ONLY: [&str; 2] = ["created_at", "updated_at"];

impl Association {
    /// Parses the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        Self::take(body::members(body, MetadefSchema::Association, &READ_ONLY)?)
    }

    /// Builds an association from members that a schema has accepted, also within a namespace.
    pub(super) fn take(mut members: Map<String, Value>) -> Result<Self> {
        let association = Self {
            name: body::name(&mut members, MetadefSchema::Association)?,
            prefix: body::text(&mut members, "prefix"),
            properties_target: body::text(&mut members, "properties_target"),
        };
        for text in [&association.prefix, &association.properties_target] {
            body::check_name_length(
                text.as_deref().unwrap_or_default(),
                MetadefSchema::Association,
            )?;
        }
        body::refuse_members(&members, &READ_ONLY, MetadefSchema::Association)?;
        Ok(association)
    }
}
