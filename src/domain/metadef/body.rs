//! Parsing of request bodies: read-only members, the schema, text that the databases can store.

use serde_json::{Map, Value};

use super::schema::MetadefSchema;
use crate::domain::text::{check_length, check_nul, python_str};
use crate::{Error, Result};

/// The maximum length of a name, in characters.
const MAX_NAME: usize = 80;

/// Returns the members of a body after checking it against a schema.
pub(super) fn members(
    body: Value,
    shape: MetadefSchema,
    read_only: &[&str],
) -> Result<Map<String, Value>> {
    if let Some(name) = read_only.iter().find(|name| body.get(**name).is_some()) {
        return Err(Error::ReadOnly((*name).to_owned()));
    }
    shape.check(&body)?;
    check_text(&body)?;
    match body {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

/// Refuses a value with text that one of the databases cannot store.
fn check_text(value: &Value) -> Result<()> {
    match value {
        Value::String(text) => check_nul(text).and_then(|()| check_length("A text", text)),
        Value::Array(items) => items.iter().try_for_each(check_text),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            check_nul(name)?;
            check_text(value)
        }),
        _ => Ok(()),
    }
}

/// Removes a member and returns its string.
pub(super) fn text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.shift_remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Removes the name and returns it. Within a namespace the schema allows a missing or long name, on
/// which Glance crashes; here it is refused.
pub(super) fn name(members: &mut Map<String, Value>, shape: MetadefSchema) -> Result<String> {
    let name = text(members, "name");
    let name = name.ok_or_else(|| shape.broken("'name' is a required property".into()))?;
    check_name_length(&name, shape)?;
    Ok(name)
}

/// Refuses a name that is too long.
pub(super) fn check_name_length(name: &str, shape: MetadefSchema) -> Result<()> {
    if name.chars().nth(MAX_NAME).is_some() {
        return Err(shape.broken(format!("{} is too long", python_str(name))));
    }
    Ok(())
}

/// Refuses the remaining members, except those that are ignored.
pub(super) fn refuse_members(
    members: &Map<String, Value>,
    ignored: &[&str],
    shape: MetadefSchema,
) -> Result<()> {
    match members
        .keys()
        .find(|name| !ignored.contains(&name.as_str()))
    {
        None => Ok(()),
        Some(name) => {
            let name = python_str(name);
            Err(shape.broken(format!(
                "Additional properties are not allowed ({name} was unexpected)"
            )))
        }
    }
}
