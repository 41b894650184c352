//! The payloads of events of metadata definitions.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::iso;
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::definition::Definition;
use crate::domain::metadef::namespace::Namespace;
use crate::domain::metadef::object::MetadefObject;
use crate::domain::metadef::property::Property;
use crate::domain::metadef::resource_type::Association;
use crate::domain::metadef::tag::Tag;

/// The members of a definition that payloads have.
const MEMBERS: [&str; 16] = [
    "type",
    "title",
    "description",
    "default",
    "minimum",
    "maximum",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "confidential",
    "items",
    "uniqueItems",
    "minItems",
    "maxItems",
    "additionalItems",
];

/// Returns the payload of an event of a namespace.
#[must_use]
pub fn namespace(namespace: &Namespace) -> Value {
    namespace_update(namespace, &namespace.namespace)
}

/// Returns the payload of a change of a namespace that had this name before.
#[must_use]
pub fn namespace_update(namespace: &Namespace, old: &str) -> Value {
    json!({
        "namespace": namespace.namespace,
        "namespace_old": old,
        "display_name": namespace.display_name,
        "protected": namespace.protected,
        "visibility": namespace.visibility,
        "owner": namespace.owner,
        "description": namespace.description,
        "created_at": iso(namespace.created_at),
        "updated_at": updated(namespace.created_at, namespace.updated_at),
        "deleted": false,
        "deleted_at": null,
    })
}

/// Returns the payload of an event of an object.
#[must_use]
pub fn object(namespace: &str, object: &Timestamped<MetadefObject>) -> Value {
    object_update(namespace, object, &object.item.name)
}

/// Returns the payload of a change of an object that had this name before.
#[must_use]
pub fn object_update(namespace: &str, object: &Timestamped<MetadefObject>, old: &str) -> Value {
    let MetadefObject {
        name,
        required,
        description,
        properties,
    } = &object.item;
    let properties = properties.iter().flat_map(|properties| properties.iter());
    let properties: Vec<_> = properties
        .map(|(name, definition)| {
            let mut members = Map::new();
            members.insert("name".into(), name.clone().into());
            // As in Glance, what counts as false is null here, too.
            define(&mut members, definition, |value| !is_falsy(value));
            members
        })
        .collect();
    json!({
        "namespace": namespace,
        "name": name,
        "name_old": old,
        "properties": properties,
        "required": required,
        "description": description,
        "created_at": iso(object.created_at),
        "updated_at": updated(object.created_at, object.updated_at),
        "deleted": false,
        "deleted_at": null,
    })
}

/// Returns the payload of an event of a property.
#[must_use]
pub fn property(namespace: &str, property: &Property) -> Value {
    property_update(namespace, property, &property.name)
}

/// Returns the payload of a change of a property that had this name before.
#[must_use]
pub fn property_update(namespace: &str, property: &Property, old: &str) -> Value {
    let mut members = Map::new();
    members.insert("namespace".into(), namespace.into());
    members.insert("name".into(), property.name.clone().into());
    members.insert("name_old".into(), old.into());
    define(&mut members, &property.definition, |_| true);
    members.insert("deleted".into(), false.into());
    members.insert("deleted_at".into(), Value::Null);
    Value::Object(members)
}

/// Returns the payload of an event of an association of a namespace with a resource type.
#[must_use]
pub fn association(namespace: &str, association: &Timestamped<Association>) -> Value {
    json!({
        "namespace": namespace,
        "name": association.item.name,
        "name_old": association.item.name,
        "prefix": association.item.prefix,
        "properties_target": association.item.properties_target,
        "created_at": iso(association.created_at),
        "updated_at": updated(association.created_at, association.updated_at),
        "deleted": false,
        "deleted_at": null,
    })
}

/// Returns the payload of an event of a tag.
#[must_use]
pub fn tag(namespace: &str, tag: &Timestamped<Tag>) -> Value {
    tag_update(namespace, tag, &tag.item.name)
}

/// Returns the payload of a change of a tag that had this name before.
#[must_use]
pub fn tag_update(namespace: &str, tag: &Timestamped<Tag>, old: &str) -> Value {
    json!({
        "namespace": namespace,
        "name": tag.item.name,
        "name_old": old,
        "created_at": iso(tag.created_at),
        "updated_at": updated(tag.created_at, tag.updated_at),
        "deleted": false,
        "deleted_at": null,
    })
}

/// Returns the time of the last change, which of what came from a file is that of its creation.
fn updated(created_at: DateTime<Utc>, updated_at: Option<DateTime<Utc>>) -> String {
    iso(updated_at.unwrap_or(created_at))
}

/// Adds the members of a definition to a payload; those that it lacks, or that are not to be shown, are null.
fn define(to: &mut Map<String, Value>, definition: &Definition, shows: impl Fn(&Value) -> bool) {
    let Ok(Value::Object(members)) = serde_json::to_value(definition) else {
        return; // a definition is an object
    };
    for name in MEMBERS {
        let value = members.get(name).filter(|value| shows(value));
        to.insert(name.into(), value.cloned().unwrap_or_default());
    }
}

/// Returns whether Python takes a value for false.
fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}
