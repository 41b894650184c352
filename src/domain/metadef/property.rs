//! Properties of a namespace that belong to no object.

use serde_json::Value;

use super::definition::Definition;
use super::read;
use super::shape::Shape;
use crate::Result;

/// A property, by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its name, unique in the namespace.
    pub name: String,
    /// What it is. One that was made by itself has its name in here, too.
    pub definition: Definition,
}

impl Property {
    /// Reads the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        let members = read::members(body, Shape::Property, &["created_at", "updated_at"])?;
        let definition = Definition::read(members)?;
        let name = definition.name().unwrap_or_default().to_owned();
        Ok(Self { name, definition })
    }

    /// As it is shown by itself: with its name.
    #[must_use]
    pub fn shown(self) -> Definition {
        self.definition.named(&self.name)
    }
}
