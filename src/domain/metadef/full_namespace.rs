//! A namespace with all its contents, as a response shows it.

use super::Timestamped;
use super::definition::Definitions;
use super::namespace::Namespace;
use super::object::MetadefObject;
use super::resource_type::Association;
use super::tag::Tag;

/// A namespace and its contents, each in the order of the response.
#[derive(Clone, Debug)]
pub struct FullNamespace {
    /// The namespace.
    pub namespace: Namespace,
    /// The associations with resource types.
    pub associations: Vec<Timestamped<Association>>,
    /// The properties.
    pub properties: Definitions,
    /// The objects.
    pub objects: Vec<Timestamped<MetadefObject>>,
    /// The tags.
    pub tags: Vec<Tag>,
}

impl FullNamespace {
    /// Adds the prefix of a resource type to the names of properties.
    #[must_use]
    pub fn prefixed_for(mut self, resource_type: &str) -> Self {
        let mut associations = self.associations.iter();
        let found = associations.find(|association| association.item.name == resource_type);
        let Some(prefix) = found.and_then(|association| association.item.prefix.clone()) else {
            return self;
        };
        self.properties = prefixed(self.properties, &prefix);
        for object in &mut self.objects {
            let object = &mut object.item;
            object.properties = object
                .properties
                .take()
                .map(|properties| prefixed(properties, &prefix));
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
