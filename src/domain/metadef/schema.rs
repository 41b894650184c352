//! The schemas of metadata definitions, compiled once for all clouds.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::domain::schema::{CompiledSchema, document_text};
use crate::{Error, Result};

/// The schema that a request body is checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadefSchema {
    /// A namespace.
    Namespace,
    /// An object.
    Object,
    /// A property with its name.
    Property,
    /// A property whose name is outside of the document.
    Unnamed,
    /// A tag.
    Tag,
    /// A list of tags.
    Tags,
    /// The association of a resource type with a namespace.
    Association,
}

static CHECKS: LazyLock<Result<Vec<(MetadefSchema, CompiledSchema)>>> = LazyLock::new(|| {
    let all = [
        MetadefSchema::Namespace,
        MetadefSchema::Object,
        MetadefSchema::Property,
        MetadefSchema::Unnamed,
        MetadefSchema::Tag,
        MetadefSchema::Tags,
        MetadefSchema::Association,
    ];
    all.iter()
        .map(|schema| Ok((*schema, CompiledSchema::new(&schema.document()?))))
        .collect()
});

impl MetadefSchema {
    /// Returns the schema's name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Object => "object",
            Self::Property | Self::Unnamed => "property",
            Self::Tag => "tag",
            Self::Tags => "tags",
            Self::Association => "resource_type_association",
        }
    }

    /// Checks a document against the schema.
    pub fn check(self, document: &Value) -> Result<()> {
        let checks = CHECKS
            .as_ref()
            .map_err(|error| Error::Internal(error.to_string()))?;
        for (shape, check) in checks {
            if *shape == self {
                check.check(self.name(), document)?;
            }
        }
        if document.is_object() {
            return Ok(());
        }
        // Glance's schemas say nothing of it, and what reads the document then fails.
        let value = crate::domain::text::python_repr(document);
        Err(self.broken(format!("{value} is not of type 'object'")))
    }

    /// Returns the error for a document that does not match the schema.
    #[must_use]
    pub fn broken(self, reason: String) -> Error {
        Error::Schema {
            schema: self.name(),
            reason,
        }
    }

    fn document(self) -> Result<Value> {
        let name = match self {
            Self::Namespace => "metadefs/namespace",
            Self::Object => "metadefs/object",
            Self::Property | Self::Unnamed => "metadefs/property",
            Self::Tag => "metadefs/tag",
            Self::Association => "metadefs/resource_type",
            // The one that Glance has for itself.
            Self::Tags => return Ok(tags()),
        };
        let text = document_text(name).unwrap_or_default();
        let mut document: Value = serde_json::from_str(text)
            .map_err(|error| Error::Internal(format!("schema {name}: {error}")))?;
        if self == Self::Unnamed
            && let Some(required) = document.get_mut("required").and_then(Value::as_array_mut)
        {
            required.retain(|member| member != "name");
        }
        Ok(document)
    }
}

fn tags() -> Value {
    let tag = json!({
        "type": "object",
        "properties": { "name": { "type": "string" } },
        "required": ["name"],
        "additionalProperties": false,
    });
    json!({
        "properties": { "tags": { "type": "array", "items": tag } },
        "additionalProperties": false,
    })
}
