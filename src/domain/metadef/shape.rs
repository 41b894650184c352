//! The schemas that metadata definitions are checked with, compiled once for all clouds.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::domain::schema::{Checked, text};
use crate::{Error, Result};

/// What a body is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A namespace.
    Namespace,
    /// An object.
    Object,
    /// A property, by its name.
    Property,
    /// A property whose name stands outside.
    Unnamed,
    /// A tag.
    Tag,
    /// Several tags.
    Tags,
    /// The association of a resource type with a namespace.
    Association,
}

static CHECKS: LazyLock<Result<Vec<(Shape, Checked)>>> = LazyLock::new(|| {
    let all = [
        Shape::Namespace,
        Shape::Object,
        Shape::Property,
        Shape::Unnamed,
        Shape::Tag,
        Shape::Tags,
        Shape::Association,
    ];
    all.iter()
        .map(|it| Ok((*it, Checked::new(&it.document()?)?)))
        .collect()
});

impl Shape {
    /// The schema's name in messages.
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

    /// Whether a document is of this shape.
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
        let value = crate::domain::text::python(document);
        Err(self.broken(format!("{value} is not of type 'object'")))
    }

    /// The refusal of a document.
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
        let text = text(name).unwrap_or_default();
        let mut document: Value = serde_json::from_str(text)
            .map_err(|error| Error::Internal(format!("schema {name}: {error}")))?;
        if self == Self::Unnamed
            && let Some(required) = document.get_mut("required").and_then(Value::as_array_mut)
        {
            required.retain(|it| it != "name");
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
