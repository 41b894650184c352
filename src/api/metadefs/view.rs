//! Metadata definitions as the API shows them, key by key in Glance's order.

use serde::Serialize;

use crate::api::view::moment;
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::definition::Definitions;
use crate::domain::metadef::full_namespace::FullNamespace;
use crate::domain::metadef::namespace::{Contents, Namespace, NamespaceVisibility};
use crate::domain::metadef::object::MetadefObject;
use crate::domain::metadef::resource_type::Association;
use crate::domain::metadef::tag::Tag;

/// Something with its times.
#[derive(Serialize)]
pub(super) struct Timed<'a, T> {
    #[serde(flatten)]
    item: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
}

impl<'a, T> Timed<'a, T> {
    /// As it is kept.
    pub(super) fn new(kept: &'a Timestamped<T>) -> Self {
        Self {
            item: &kept.item,
            created_at: Some(moment(kept.created_at)),
            updated_at: kept.updated_at.map(moment),
        }
    }

    /// As it came with a namespace.
    fn bare(item: &'a T) -> Self {
        Self {
            item,
            created_at: None,
            updated_at: None,
        }
    }
}

/// An object, with the links that one has which is kept.
#[derive(Serialize)]
pub(super) struct ObjectView<'a> {
    #[serde(flatten)]
    object: Timed<'a, MetadefObject>,
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    itself: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
}

impl<'a> ObjectView<'a> {
    /// As it is kept in the namespace of this name.
    pub(super) fn new(namespace: &str, kept: &'a Timestamped<MetadefObject>) -> Self {
        let name = &kept.item.name;
        Self {
            object: Timed::new(kept),
            itself: Some(format!("{}/objects/{name}", path(namespace))),
            schema: Some("/v2/schemas/metadefs/object"),
        }
    }

    fn bare(object: &'a MetadefObject) -> Self {
        Self {
            object: Timed::bare(object),
            itself: None,
            schema: None,
        }
    }
}

/// A namespace, with whatever of its contents is to be shown.
#[derive(Serialize)]
pub(super) struct NamespaceView<'a> {
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    visibility: NamespaceVisibility,
    protected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type_associations: Option<Vec<Timed<'a, Association>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<&'a Definitions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<Vec<ObjectView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a [Tag]>,
    #[serde(rename = "self")]
    itself: String,
    schema: &'static str,
}

impl<'a> NamespaceView<'a> {
    /// A namespace without its contents.
    pub(super) fn new(of: &'a Namespace) -> Self {
        Self {
            namespace: &of.namespace,
            display_name: of.display_name.as_deref(),
            description: of.description.as_deref(),
            visibility: of.visibility,
            protected: of.protected,
            owner: of.owner.as_deref(),
            created_at: moment(of.created_at),
            updated_at: of.updated_at.map(moment),
            resource_type_associations: None,
            properties: None,
            objects: None,
            tags: None,
            itself: path(&of.namespace),
            schema: "/v2/schemas/metadefs/namespace",
        }
    }

    /// In a list: with the resource types it is for.
    pub(super) fn listed(of: &'a Namespace, associations: &'a [Timestamped<Association>]) -> Self {
        Self {
            resource_type_associations: all(associations.iter().map(Timed::new)),
            ..Self::new(of)
        }
    }

    /// Just made: with what came with it, even if that is nothing.
    pub(super) fn made(of: &'a Namespace, contents: &'a Contents) -> Self {
        let associations = contents.associations.as_ref();
        let objects = contents.objects.as_ref();
        Self {
            resource_type_associations: associations
                .map(|association| association.iter().map(Timed::bare).collect()),
            properties: contents.properties.as_ref(),
            objects: objects.map(|object| object.iter().map(ObjectView::bare).collect()),
            tags: contents.tags.as_deref(),
            ..Self::new(of)
        }
    }

    /// By itself: with all that there is in it.
    pub(super) fn whole(of: &'a FullNamespace) -> Self {
        let name = &of.namespace.namespace;
        let objects = of.objects.iter();
        Self {
            properties: Some(&of.properties).filter(|value| !value.is_empty()),
            objects: all(objects.map(|object| ObjectView::new(name, object))),
            tags: Some(of.tags.as_slice()).filter(|value| !value.is_empty()),
            ..Self::listed(&of.namespace, &of.associations)
        }
    }
}

/// Returns the value, if there is one.
fn all<T>(items: impl Iterator<Item = T>) -> Option<Vec<T>> {
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then_some(items)
}

/// Returns where a namespace is, in Glance's way: its name is not encoded.
pub(super) fn path(namespace: &str) -> String {
    format!("/v2/metadefs/namespaces/{namespace}")
}
