//! What Glance says of metadata definitions that are missing, there already, or protected.

use crate::Error;

/// A namespace that there is not, where a namespace or its objects are asked for.
#[must_use]
pub fn no_namespace(name: &str) -> Error {
    Error::NotFound(format!(
        "Metadata definition namespace={name} was not found."
    ))
}

/// A namespace that there is not for this caller, everywhere else.
#[must_use]
pub fn namespace_not_found(name: &str) -> Error {
    Error::NotFound(format!("Namespace {name} not found"))
}

/// A marker that the caller may not know of.
#[must_use]
pub fn invisible_marker(name: &str) -> Error {
    Error::Forbidden(format!(
        "Forbidding request, metadata definition namespace={name} is not visible."
    ))
}

/// A marker without a name.
#[must_use]
pub fn empty_marker() -> Error {
    Error::NotFound("Metadata definition namespace not found for id=".into())
}

/// A name that another namespace has.
#[must_use]
pub fn namespace_exists(name: &str) -> Error {
    Error::Conflict(format!(
        "The metadata definition namespace={name} already exists."
    ))
}

/// A new name that another namespace has.
#[must_use]
pub fn namespace_taken(name: &str) -> Error {
    Error::Conflict(format!(
        "Invalid update. It would result in a duplicate metadata definition namespace with the \
         same name of {name}"
    ))
}

/// A new name that another object or property has; `kind` is the word for it.
#[must_use]
pub fn name_taken(kind: &str, name: &str, namespace: &str) -> Error {
    Error::Conflict(format!(
        "Invalid update. It would result in a duplicate metadata definition {kind} with the same \
         name={name} in namespace={namespace}."
    ))
}

/// A protected namespace.
#[must_use]
pub fn namespace_protected(name: &str) -> Error {
    protected("namespace", name)
}

/// Something in a protected namespace; `kind` is the word for it.
#[must_use]
pub fn protected(kind: &str, name: &str) -> Error {
    Error::Forbidden(format!(
        "Metadata definition {kind} {name} is protected and cannot be deleted."
    ))
}

/// No such object.
#[must_use]
pub fn no_object(name: &str) -> Error {
    Error::NotFound(format!("Could not find metadata object {name}"))
}

/// An object of this name is there.
#[must_use]
pub fn object_exists(name: &str, namespace: &str) -> Error {
    Error::Conflict(format!(
        "A metadata definition object with name={name} already exists in namespace={namespace}."
    ))
}

/// No such property.
#[must_use]
pub fn no_property(name: &str) -> Error {
    Error::NotFound(format!("Could not find property {name}"))
}

/// A property of this name is there.
#[must_use]
pub fn property_exists(name: &str, namespace: &str) -> Error {
    Error::Conflict(format!(
        "A metadata definition property with name={name} already exists in namespace={namespace}."
    ))
}

/// A property is asked for without the prefix of the resource type.
#[must_use]
pub fn no_prefix(name: &str, prefix: Option<&str>) -> Error {
    let prefix = prefix.unwrap_or("None");
    Error::NotFound(format!(
        "Property {name} does not start with the expected resource type association prefix of \
         '{prefix}'."
    ))
}

/// No such tag.
#[must_use]
pub fn no_tag(name: &str) -> Error {
    Error::NotFound(format!("Could not find metadata tag {name}"))
}

/// A tag of this name is there.
#[must_use]
pub fn tag_exists(name: &str, namespace: &str) -> Error {
    Error::Conflict(format!(
        "A metadata tag with name={name} already exists in namespace={namespace}. (Please note \
         that metadata tag names are case insensitive)."
    ))
}

/// No such resource type.
#[must_use]
pub fn no_resource_type(name: &str) -> Error {
    Error::NotFound(format!(
        "The metadata definition resource-type with name={name}, was not found."
    ))
}

/// The namespace is not for this resource type.
#[must_use]
pub fn no_association(name: &str, namespace: &str) -> Error {
    Error::NotFound(format!(
        "The metadata definition resource-type association of resource-type={name} to \
         namespace={namespace}, was not found."
    ))
}

/// The namespace is not for this resource type, which it should no longer be for.
#[must_use]
pub fn no_association_to_delete(name: &str) -> Error {
    Error::NotFound(format!("Failed to find resource type {name} to delete"))
}

/// The namespace is for this resource type already.
#[must_use]
pub fn association_exists(name: &str, namespace: &str) -> Error {
    Error::Conflict(format!(
        "The metadata definition resource-type association of resource-type={name} to \
         namespace={namespace} already exists."
    ))
}
