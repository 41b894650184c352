//! JSON Patch onto an image: what a request may say, in both media types, and what it does.

mod pointer;

use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation};
use serde_json::{Map, Value, json};

use super::image::{READ_ONLY, SETTABLE, check_property_value, is_reserved};
use super::schema::Schemas;
use super::words;
use crate::{Error, Result};

words! {
    /// What an operation does.
    Verb {
        /// Sets, whether it was there or not.
        Add = "add",
        /// Takes away.
        Remove = "remove",
        /// Sets what is there.
        Replace = "replace",
    }
}

/// How a patch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{"add": "/name", "value": …}`: `application/openstack-images-v2.0-json-patch`
    V20,
    /// `{"op": "add", "path": "/name", "value": …}`, RFC 6902:
    /// `application/openstack-images-v2.1-json-patch`
    V21,
}

/// One operation of a patch, checked as far as it can be without the image.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What to do.
    pub verb: Verb,
    /// To which field or custom property.
    pub field: String,
    /// To which of the locations: a number or `-`.
    pub position: Option<String>,
    /// What with; null for a removal.
    pub value: Value,
    form: Form,
}

/// Reads the operations of a patch; the first that is wrong is named.
pub fn read(body: &Value, form: Form, schemas: &Schemas) -> Result<Vec<Operation>> {
    let Value::Array(operations) = body else {
        return Err(invalid(
            "Request body must be a JSON array of operation objects.",
        ));
    };
    operations
        .iter()
        .map(|it| Operation::read(it, form, schemas))
        .collect()
}

/// The custom properties that operations set to something else than texts, as they were given.
#[must_use]
pub fn said(operations: &[Operation]) -> Map<String, Value> {
    let mut said = Map::new();
    let custom = |it: &&Operation| !SETTABLE.contains(&it.field.as_str());
    for operation in operations.iter().filter(custom) {
        said.shift_remove(&operation.field);
        if operation.verb != Verb::Remove && !operation.value.is_string() {
            said.insert(operation.field.clone(), operation.value.clone());
        }
    }
    said
}

fn invalid(text: impl Into<String>) -> Error {
    Error::Invalid(text.into())
}

impl Operation {
    fn read(operation: &Value, form: Form, schemas: &Schemas) -> Result<Self> {
        let Value::Object(operation) = operation else {
            return Err(invalid("Operations must be JSON objects."));
        };
        let (verb, path) = match form {
            Form::V20 => read_v20(operation)?,
            Form::V21 => read_v21(operation)?,
        };
        let Value::String(path) = path else {
            return Err(invalid("The path of an operation must be a string."));
        };
        let parts = pointer::parts(path)?;
        let value = operation.get("value");
        let wrong = || invalid(format!("Invalid JSON pointer for this resource: '{path}'"));
        let (field, position) = match parts.as_slice() {
            [field] if field != "locations" || verb == Verb::Replace => (field, None),
            [field, position] if field == "locations" && verb != Verb::Replace => {
                (field, Some(position.clone()))
            }
            _ => return Err(wrong()),
        };
        let value = match (verb, value) {
            (Verb::Remove, _) => Value::Null,
            (_, Some(value)) => value.clone(),
            (verb, None) => {
                let text = format!("Operation \"{verb}\" requires a member named \"value\".");
                return Err(invalid(text));
            }
        };
        if READ_ONLY.contains(&field.as_str()) {
            return Err(Error::ReadOnly(field.clone()));
        }
        if is_reserved(field) {
            return Err(Error::Reserved(field.clone()));
        }
        if verb != Verb::Remove {
            let value = if position.is_some() {
                json!([value])
            } else {
                value.clone()
            };
            schemas.check_image(&json!({ field.as_str(): value }))?;
            if !SETTABLE.contains(&field.as_str()) && field != "locations" {
                check_property_value(field, &value)?;
            }
        }
        Ok(Self {
            verb,
            field: field.clone(),
            position,
            value,
            form,
        })
    }

    /// Whether it fails where there is something already.
    #[must_use]
    pub fn only_adds(&self) -> bool {
        self.verb == Verb::Add && self.form == Form::V20
    }

    /// Does it to an image's document. Nothing is changed when it fails.
    pub fn apply(&self, document: &mut Map<String, Value>) -> Result<()> {
        let field = &self.field;
        let exists = document.contains_key(field);
        match self.verb {
            Verb::Add if exists && self.only_adds() => {
                let text = format!("Property {field} already present.");
                return Err(Error::PatchConflict(text));
            }
            Verb::Remove if SETTABLE.contains(&field.as_str()) => {
                return Err(Error::Denied(format!(
                    "Property {field} may not be removed."
                )));
            }
            _ => {}
        }
        let order: Vec<String> = document.keys().cloned().collect();
        let mut whole = Value::Object(std::mem::take(document));
        let done = json_patch::patch(&mut whole, &[self.rfc_6902()]);
        if let Value::Object(mut patched) = whole {
            // A removal moves the last one into the gap; put everything back into its place.
            for name in order {
                if let Some(value) = patched.get_mut(&name) {
                    document.insert(name, value.take());
                }
            }
            for (name, value) in patched {
                document.entry(name).or_insert(value);
            }
        }
        done.map_err(|_| Error::PatchConflict(format!("Property {field} does not exist.")))
    }

    /// The operation as RFC 6902 has it. (Glance strips blanks from names and reads some escapes
    /// of its own, so its path is not simply the one that came.)
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

fn read_v21(operation: &Map<String, Value>) -> Result<(Verb, &Value)> {
    let allowed = "It must be one of the following: add, remove, replace.";
    let Some(op) = operation.get("op").filter(|it| !it.is_null()) else {
        let text = format!("Unable to find `op` in JSON Schema change. {allowed}");
        return Err(invalid(text));
    };
    let verb = op.as_str().and_then(Verb::from_word).ok_or_else(|| {
        let op = op
            .as_str()
            .map_or_else(|| super::text::python(op), str::to_owned);
        invalid(format!("Invalid operation: `{op}`. {allowed}"))
    })?;
    let path = operation.get("path");
    let path = path.ok_or_else(|| invalid("Unable to find 'path' in JSON Schema change"))?;
    Ok((verb, path))
}

fn read_v20(operation: &Map<String, Value>) -> Result<(Verb, &Value)> {
    let mut found = Verb::ALL
        .iter()
        .filter_map(|verb| Some((*verb, operation.get(verb.word())?)));
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
