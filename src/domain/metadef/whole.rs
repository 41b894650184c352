//! A namespace with all that is in it, as it is shown.

use super::Kept;
use super::definition::Definitions;
use super::namespace::Namespace;
use super::object::Object;
use super::resource_type::Association;
use super::tag::Tag;

/// A namespace and its contents, each in the order that it is shown in.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The namespace.
    pub namespace: Namespace,
    /// The resource types it is for.
    pub associations: Vec<Kept<Association>>,
    /// Its properties.
    pub properties: Definitions,
    /// Its objects.
    pub objects: Vec<Kept<Object>>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Whole {
    /// The names of properties as they are on a resource of this type.
    #[must_use]
    pub fn prefixed_for(mut self, resource_type: &str) -> Self {
        let mut associations = self.associations.iter();
        let found = associations.find(|it| it.item.name == resource_type);
        let Some(prefix) = found.and_then(|it| it.item.prefix.clone()) else {
            return self;
        };
        self.properties = prefixed(self.properties, &prefix);
        for object in &mut self.objects {
            let object = &mut object.item;
            object.properties = object.properties.take().map(|it| prefixed(it, &prefix));
            for name in object.required.iter_mut().flatten() {
                name.insert_str(0, &prefix);
            }
        }
        self
    }
}

fn prefixed(definitions: Definitions, prefix: &str) -> Definitions {
    let pairs = definitions.into_iter();
    pairs
        .map(|(name, definition)| (format!("{prefix}{name}"), definition))
        .collect()
}
