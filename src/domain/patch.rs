//! JSON patches of an image, in both media types: parsing and application. Glance:
//! `RequestDeserializer` in `glance/api/v2/images.py`.

mod pointer;

use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation};
use serde_json::{Map, Value, json};

use super::image::{Visibility, check_property_value, is_reserved};
use super::image_rules::ImageRules;
use super::schema::Schemas;
use super::string_enum;
use crate::{Error, Result};

string_enum! {
    /// The kind of a patch operation.
    Verb {
        /// Sets a value that exists or not.
        Add = "add",
        /// Removes a value.
        Remove = "remove",
        /// Sets a value that exists.
        Replace = "replace",
    }
}

/// The media type of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchFormat {
    /// `{"add": "/name", "value": …}`: `application/openstack-images-v2.0-json-patch`
    V20,
    /// `{"op": "add", "path": "/name", "value": …}`, RFC 6902:
    /// `application/openstack-images-v2.1-json-patch`
    V21,
}

/// A patch operation, checked as far as possible without the image.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The kind of the operation.
    pub verb: Verb,
    /// The field or custom property.
    pub field: String,
    /// The index among the locations: a number or `-`.
    pub position: Option<String>,
    /// The value; null for a removal.
    pub value: Value,
    form: PatchFormat,
    target: PatchTarget,
}

/// The part of an image that a patch operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchTarget {
    /// A field that every image has.
    Field,
    /// The locations.
    Locations,
    /// A custom property.
    Property,
}

/// Parses the operations of a patch; the error is about the first wrong one.
pub fn read(body: &Value, form: PatchFormat, schemas: &Schemas) -> Result<Vec<Operation>> {
    let Value::Array(operations) = body else {
        return Err(invalid(
            "Request body must be a JSON array of operation objects.",
        ));
    };
    operations
        .iter()
        .map(|operation| Operation::read(operation, form, schemas))
        .collect()
}

/// Returns the original JSON values of the custom properties that operations set to something else
/// than a string.
#[must_use]
pub fn original_values(operations: &[Operation]) -> Map<String, Value> {
    let mut original_values = Map::new();
    let custom = |operation: &&Operation| operation.target != PatchTarget::Field;
    for operation in operations.iter().filter(custom) {
        original_values.shift_remove(&operation.field);
        if operation.verb != Verb::Remove && !operation.value.is_string() {
            original_values.insert(operation.field.clone(), operation.value.clone());
        }
    }
    original_values
}

fn invalid(text: impl Into<String>) -> Error {
    Error::Invalid(text.into())
}

impl Operation {
    fn read(operation: &Value, form: PatchFormat, schemas: &Schemas) -> Result<Self> {
        let Value::Object(operation) = operation else {
            return Err(invalid("Operations must be JSON objects."));
        };
        let (verb, path) = match form {
            PatchFormat::V20 => read_v20(operation)?,
            PatchFormat::V21 => read_v21(operation)?,
        };
        let Value::String(path) = path else {
            return Err(invalid("The path of an operation must be a string."));
        };
        let parts = pointer::parts(path)?;
        let wrong = || {
            let path = parts.join("/");
            invalid(format!("Invalid JSON pointer for this resource: '/{path}'"))
        };
        let rules = schemas.rules();
        let is_list = |field: &str| field == "locations" && rules.has_field(field);
        let (field, position) = match parts.as_slice() {
            [field] if !is_list(field) || verb == Verb::Replace => (field, None),
            [field, position] if is_list(field) && verb != Verb::Replace => {
                (field, Some(position.clone()))
            }
            _ => return Err(wrong()),
        };
        let value = value_of(operation, verb)?;
        if rules.is_read_only(field) {
            return Err(Error::ReadOnly(field.clone()));
        }
        if is_reserved(field) {
            return Err(Error::reserved(field.clone()));
        }
        let target = match field.as_str() {
            field if rules.is_settable(field) => PatchTarget::Field,
            field if is_list(field) => PatchTarget::Locations,
            _ => PatchTarget::Property,
        };
        if verb != Verb::Remove {
            let value = match position {
                Some(_) => json!([value]),
                None => value.clone(),
            };
            schemas.check_image(&json!({ field.as_str(): value }))?;
            if target == PatchTarget::Property {
                check_property_value(field, &value)?;
            }
        }
        Ok(Self {
            verb,
            field: field.clone(),
            position,
            value: stored(field, value, rules),
            form,
            target,
        })
    }

    /// Returns the part of the image that the operation is about.
    #[must_use]
    pub fn target(&self) -> PatchTarget {
        self.target
    }

    /// Returns true if the operation fails where a value exists.
    #[must_use]
    pub fn only_adds(&self) -> bool {
        self.verb == Verb::Add && self.form == PatchFormat::V20
    }

    /// Refuses an operation that only adds, where a value exists.
    pub fn check_absent(&self, document: &Map<String, Value>) -> Result<()> {
        let field = &self.field;
        if self.only_adds() && document.contains_key(field) {
            let text = format!("Property {field} already present.");
            return Err(Error::conflict_detail(text));
        }
        Ok(())
    }

    /// Applies the operation to an image's document. The document is unchanged after an error.
    pub fn apply(&self, document: &mut Map<String, Value>) -> Result<()> {
        self.check_absent(document)?;
        let field = &self.field;
        if self.verb == Verb::Remove && self.target == PatchTarget::Field {
            return Err(Error::forbidden_detail(format!(
                "Property {field} may not be removed."
            )));
        }
        let place = match self.verb {
            Verb::Remove => document.keys().position(|name| name == field),
            Verb::Add | Verb::Replace => None,
        };
        let mut whole = Value::Object(std::mem::take(document));
        let done = json_patch::patch(&mut whole, &[self.rfc_6902()]);
        if let Value::Object(patched) = whole {
            *document = patched;
        }
        done.map_err(|_| Error::conflict_detail(format!("Property {field} does not exist.")))?;
        if let Some(place) = place {
            move_to_end(document, place);
        }
        Ok(())
    }

    /// Returns the operation of RFC 6902. Its path is not simply the one of the request: Glance
    /// strips blanks from names and reads some escapes of its own.
    fn rfc_6902(&self) -> PatchOperation {
        let path = jsonptr::PointerBuf::from_tokens([self.field.as_str()]);
        let value = self.value.clone();
        match self.verb {
            Verb::Add => PatchOperation::Add(AddOperation { path, value }),
            Verb::Remove => PatchOperation::Remove(RemoveOperation { path }),
            Verb::Replace => PatchOperation::Replace(ReplaceOperation { path, value }),
        }
    }
}

/// Returns the value under which a field is stored.
fn stored(field: &str, value: Value, rules: &ImageRules) -> Value {
    if field != "visibility" {
        return value;
    }
    let word = value
        .as_str()
        .and_then(|text| text.parse::<Visibility>().ok());
    word.map_or(value, |word| json!(rules.sharing.stored(word)))
}

/// Moves the member at a place to the end: a removal has put the last member into the gap.
fn move_to_end(document: &mut Map<String, Value>, place: usize) {
    if let Some(name) = document.keys().nth(place).cloned()
        && let Some(value) = document.shift_remove(&name)
    {
        document.insert(name, value);
    }
}

/// Returns the value of an operation; `null` for one that removes, which needs none.
fn value_of(operation: &Map<String, Value>, verb: Verb) -> Result<Value> {
    match (verb, operation.get("value")) {
        (Verb::Remove, _) => Ok(Value::Null),
        (_, Some(value)) => Ok(value.clone()),
        (verb, None) => Err(invalid(format!(
            "Operation \"{verb}\" requires a member named \"value\"."
        ))),
    }
}

fn read_v21(operation: &Map<String, Value>) -> Result<(Verb, &Value)> {
    let allowed = "It must be one of the following: add, remove, replace.";
    let Some(op) = operation.get("op").filter(|value| !value.is_null()) else {
        let text = format!("Unable to find `op` in JSON Schema change. {allowed}");
        return Err(invalid(text));
    };
    let verb = op
        .as_str()
        .and_then(|text| text.parse::<Verb>().ok())
        .ok_or_else(|| {
            let op = op
                .as_str()
                .map_or_else(|| super::text::python_repr(op), str::to_owned);
            invalid(format!("Invalid operation: `{op}`. {allowed}"))
        })?;
    let path = operation.get("path");
    let path = path.ok_or_else(|| invalid("Unable to find 'path' in JSON Schema change"))?;
    Ok((verb, path))
}

fn read_v20(operation: &Map<String, Value>) -> Result<(Verb, &Value)> {
    let mut found = Verb::ALL
        .iter()
        .filter_map(|verb| Some((*verb, operation.get(verb.as_str())?)));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(invalid(
            "Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\".",
        )),
        _ => Err(invalid(
            "Operation objects must contain only one member named \"add\", \"remove\", or \"replace\".",
        )),
    }
}

#[cfg(test)]
mod tests;
