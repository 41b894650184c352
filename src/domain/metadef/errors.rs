//! Glance's errors for metadata definitions that are missing, exist already, or are protected.

use crate::Error;

/// Returns the error for a missing namespace, in requests for a namespace or its objects.
#[must_use]
pub fn no_namespace(name: &str) -> Error {
    Error::NotFound(format!(
        "Metadata definition namespace={name} was not found."
    ))
}

/// Returns the error for a missing or invisible namespace, in all other requests.
#[must_use]
pub fn namespace_not_found(name: &str) -> Error {
    Error::NotFound(format!("Namespace {name} not found"))
}

/// Returns the error for a marker that the caller must not see.
#[must_use]
pub fn invisible_marker(name: &str) -> Error {
    Error::forbidden(format!(
        "Forbidding request, metadata definition namespace={name} is not visible."
    ))
}

/// Returns the error for an empty marker.
#[must_use]
pub fn empty_marker() -> Error {
    Error::NotFound("Metadata definition namespace not found for id=".into())
}

/// Returns the error for a new namespace whose name exists.
#[must_use]
pub fn namespace_exists(name: &str) -> Error {
    Error::conflict(format!(
        "The metadata definition namespace={name} already exists."
    ))
}

/// Returns the error for renaming a namespace to a name that exists.
#[must_use]
pub fn namespace_taken(name: &str) -> Error {
    Error::conflict(format!(
        "Invalid update. It would result in a duplicate metadata definition namespace with the \
         same name of {name}"
    ))
}

/// Returns the error for renaming an object or property (`kind`) to a name that exists.
#[must_use]
pub fn name_taken(kind: &str, name: &str, namespace: &str) -> Error {
    Error::conflict(format!(
        "Invalid update. It would result in a duplicate metadata definition {kind} with the same \
         name={name} in namespace={namespace}."
    ))
}

/// Returns the error for deleting a protected namespace.
#[must_use]
pub fn namespace_protected(name: &str) -> Error {
    protected("namespace", name)
}

/// Returns the error for deleting a resource (`kind`) of a protected namespace.
#[must_use]
pub fn protected(kind: &str, name: &str) -> Error {
    Error::forbidden(format!(
        "Metadata definition {kind} {name} is protected and cannot be deleted."
    ))
}

/// Returns the error for a missing object.
#[must_use]
pub fn no_object(name: &str) -> Error {
    Error::NotFound(format!("Could not find metadata object {name}"))
}

/// Returns the error for an object whose name exists.
#[must_use]
pub fn object_exists(name: &str, namespace: &str) -> Error {
    Error::conflict(format!(
        "A metadata definition object with name={name} already exists in namespace={namespace}."
    ))
}

/// Returns the error for a missing property.
#[must_use]
pub fn no_property(name: &str) -> Error {
    Error::NotFound(format!("Could not find property {name}"))
}

/// Returns the error for a property whose name exists.
#[must_use]
pub fn property_exists(name: &str, namespace: &str) -> Error {
    Error::conflict(format!(
        "A metadata definition property with name={name} already exists in namespace={namespace}."
    ))
}

/// Returns the error for a property name without the prefix of the resource type.
#[must_use]
pub fn no_prefix(name: &str, prefix: Option<&str>) -> Error {
    let prefix = prefix.unwrap_or("None");
    Error::NotFound(format!(
        "Property {name} does not start with the expected resource type association prefix of \
         '{prefix}'."
    ))
}

/// Returns the error for a missing tag.
#[must_use]
pub fn no_tag(name: &str) -> Error {
    Error::NotFound(format!("Could not find metadata tag {name}"))
}

/// Returns the error for a tag whose name exists.
#[must_use]
pub fn tag_exists(name: &str, namespace: &str) -> Error {
    Error::conflict(format!(
        "A metadata tag with name={name} already exists in namespace={namespace}. (Please note \
         that metadata tag names are case insensitive)."
    ))
}

/// Returns the error for a missing resource type.
#[must_use]
pub fn no_resource_type(name: &str) -> Error {
    Error::NotFound(format!(
        "The metadata definition resource-type with name={name}, was not found."
    ))
}

/// Returns the error for a missing association of a resource type.
#[must_use]
pub fn no_association(name: &str, namespace: &str) -> Error {
    Error::NotFound(format!(
        "The metadata definition resource-type association of resource-type={name} to \
         namespace={namespace}, was not found."
    ))
}

/// Returns the error for deleting a missing association of a resource type.
#[must_use]
pub fn no_association_to_delete(name: &str) -> Error {
    Error::NotFound(format!("Failed to find resource type {name} to delete"))
}

/// Returns the error for an association that exists.
#[must_use]
pub fn association_exists(name: &str, namespace: &str) -> Error {
    Error::conflict(format!(
        "The metadata definition resource-type association of resource-type={name} to \
         namespace={namespace} already exists."
    ))
}
