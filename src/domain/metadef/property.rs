//! Properties of a namespace outside of objects.

use serde_json::Value;

use super::body;
use super::definition::Definition;
use super::schema::MetadefSchema;
use crate::Result;

/// A property and its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// The name, unique in the namespace.
    pub name: String,
    /// The definition. That of a property that was created on its own has the name, too.
    pub definition: Definition,
}

impl Property {
    /// Parses the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        let members = body::members(body, MetadefSchema::Property, &["created_at", "updated_at"])?;
        let definition = Definition::read(members)?;
        let name = definition.name().unwrap_or_default().to_owned();
        Ok(Self { name, definition })
    }

    /// Returns the definition with the name in it, as a response for one property shows it.
    #[must_use]
    pub fn shown(self) -> Definition {
        self.definition.named(&self.name)
    }
}
