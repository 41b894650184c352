//! Reading the bodies of requests: what only the server sets, the schema, what the databases take.

use serde_json::{Map, Value};

use super::shape::Shape;
use crate::domain::text::{check_nul, quoted};
use crate::{Error, Result};

/// The longest name, in characters.
const LONGEST: usize = 80;

/// The members of a body that is of this shape.
pub(super) fn members(body: Value, shape: Shape, read_only: &[&str]) -> Result<Map<String, Value>> {
    if let Some(name) = read_only.iter().find(|it| body.get(**it).is_some()) {
        return Err(Error::ReadOnly((*name).to_owned()));
    }
    shape.check(&body)?;
    storable(&body)?;
    match body {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

/// Every text in it can be kept by both databases.
fn storable(value: &Value) -> Result<()> {
    match value {
        Value::String(text) => check_nul(text),
        Value::Array(items) => items.iter().try_for_each(storable),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            check_nul(name)?;
            storable(value)
        }),
        _ => Ok(()),
    }
}

/// Takes a member out that is a text.
pub(super) fn text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.shift_remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Takes the name out. Within a namespace the schema lets it be missing or long, and Glance crashes.
pub(super) fn name(members: &mut Map<String, Value>, shape: Shape) -> Result<String> {
    let name = text(members, "name");
    let name = name.ok_or_else(|| shape.broken("'name' is a required property".into()))?;
    not_long(&name, shape)?;
    Ok(name)
}

/// Refuses a long name.
pub(super) fn not_long(name: &str, shape: Shape) -> Result<()> {
    if name.chars().nth(LONGEST).is_some() {
        return Err(shape.broken(format!("{} is too long", quoted(name))));
    }
    Ok(())
}

/// Refuses members that are left over, but for those that go unheard.
pub(super) fn nothing_else(
    members: &Map<String, Value>,
    unheard: &[&str],
    shape: Shape,
) -> Result<()> {
    match members.keys().find(|it| !unheard.contains(&it.as_str())) {
        None => Ok(()),
        Some(name) => {
            let name = quoted(name);
            Err(shape.broken(format!(
                "Additional properties are not allowed ({name} was unexpected)"
            )))
        }
    }
}
