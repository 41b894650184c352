//! Refusals of four-byte characters, where the database layer of Glance refuses them in metadata definitions:
//! `no_4byte_params` in `glance/common/utils.py`. It looks at texts, also those of objects within, but not into
//! lists. Tags that are created together and resource types are not checked.

use serde_json::{Map, Value};

use super::definition::Definition;
use super::namespace::{Contents, NewNamespace};
use super::object::MetadefObject;
use super::property::Property;
use super::tag::Tag;
use crate::domain::text;
use crate::{Error, Result};

/// A change of a metadata definition, as the text of an error names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadefChange {
    /// A new definition.
    Create,
    /// Other contents of a definition that exists.
    Update,
}

/// Checks the fields of a namespace itself.
pub fn check_namespace(change: MetadefChange, new: &NewNamespace) -> Result<()> {
    let checked = check_texts([
        ("namespace", Some(&new.namespace)),
        ("display_name", new.display_name.as_ref()),
        ("description", new.description.as_ref()),
        ("owner", new.owner.as_ref()),
    ]);
    in_context(change, "namespace", checked)
}

/// Checks the contents of a new namespace, in the order in which Glance creates them.
pub fn check_contents(contents: &Contents) -> Result<()> {
    let objects = contents.objects.iter().flatten();
    let tags = contents.tags.iter().flatten();
    let properties = contents.properties.iter().flat_map(|all| all.iter());
    let mut checks = objects
        .map(object)
        .chain(tags.map(tag))
        .chain(properties.map(|(name, definition)| property(name, definition)));
    in_context(
        MetadefChange::Create,
        "namespace",
        checks.find(Result::is_err).unwrap_or(Ok(())),
    )
}

/// Checks an object.
pub fn check_object(change: MetadefChange, new: &MetadefObject) -> Result<()> {
    in_context(change, "object", object(new))
}

/// Checks a property.
pub fn check_property(change: MetadefChange, new: &Property) -> Result<()> {
    in_context(change, "property", property(&new.name, &new.definition))
}

/// Checks a tag that comes alone.
pub fn check_tag(change: MetadefChange, new: &Tag) -> Result<()> {
    in_context(change, "tag", tag(new))
}

fn object(object: &MetadefObject) -> Result<()> {
    // They are stored as one text.
    let required = object.required.as_ref().map(|names| names.join(","));
    check_texts([
        ("name", Some(&object.name)),
        ("required", required.as_ref()),
        ("description", object.description.as_ref()),
    ])?;
    let mut definitions = object.properties.iter().flat_map(|all| all.values());
    definitions.try_for_each(definition)
}

fn property(name: &str, given: &Definition) -> Result<()> {
    text::check("name", name)?;
    definition(given)
}

fn tag(tag: &Tag) -> Result<()> {
    text::check("name", &tag.name)
}

fn definition(definition: &Definition) -> Result<()> {
    check_members(definition.members())
}

fn check_members(members: &Map<String, Value>) -> Result<()> {
    members.iter().try_for_each(|(name, value)| match value {
        Value::String(value) => text::check(name, value),
        Value::Object(members) => check_members(members),
        _ => Ok(()),
    })
}

fn check_texts<const N: usize>(texts: [(&str, Option<&String>); N]) -> Result<()> {
    texts
        .into_iter()
        .try_for_each(|(what, value)| value.map_or(Ok(()), |value| text::check(what, value)))
}

/// Returns the result with an error as the API says it of a definition of this kind.
fn in_context(change: MetadefChange, kind: &str, checked: Result<()>) -> Result<()> {
    let verb = match change {
        MetadefChange::Create => "create",
        MetadefChange::Update => "update",
    };
    checked.map_err(|error| match error {
        Error::Invalid(text) => Error::Invalid(format!("Couldn't {verb} metadata {kind}: {text}")),
        other => other,
    })
}
