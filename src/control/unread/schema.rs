//! The members of a document that its schema does not name.

use std::collections::BTreeMap;

use serde_json::Value;

/// The depth of references and combinations of schemas that is looked into.
const DEEPEST: usize = 16;

/// The schemas of a request's document, one for each media type, and the OpenAPI document that they refer to.
#[derive(Debug)]
pub(super) struct BodySchema<'a> {
    pub(super) document: &'a Value,
    pub(super) schemas: Vec<&'a Value>,
}

impl BodySchema<'_> {
    /// Returns the names of the members that are not described.
    pub(super) fn unread(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        collect(self.document, &self.schemas, value, "", &mut found);
        found
    }
}

/// Follows the references of a part of a document.
pub(super) fn resolved<'a>(document: &'a Value, mut part: &'a Value) -> &'a Value {
    for _ in 0..DEEPEST {
        let pointer = part.get("$ref").and_then(Value::as_str);
        let target = pointer.and_then(|pointer| document.pointer(pointer.strip_prefix('#')?));
        match target {
            Some(target) => part = target,
            None => return part,
        }
    }
    part
}

/// The members and items that schemas describe together: whatever one of several alternatives names is read.
#[derive(Debug, Default)]
struct DescribedShape<'a> {
    properties: BTreeMap<&'a str, Vec<&'a Value>>,
    /// The schemas of members with any other name.
    others: Vec<&'a Value>,
    items: Vec<&'a Value>,
    /// Whether members with any name are read.
    is_open: bool,
    /// Whether a schema forbids other members.
    is_closed: bool,
}

impl<'a> DescribedShape<'a> {
    fn add(&mut self, document: &'a Value, schema: &'a Value, depth: usize) {
        if depth == 0 {
            self.is_open = true;
            return;
        }
        let schema = resolved(document, schema);
        for kind in ["allOf", "oneOf", "anyOf"] {
            for part in schema[kind].as_array().into_iter().flatten() {
                self.add(document, part, depth - 1);
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.properties.entry(name).or_default().push(property);
        }
        match schema.get("additionalProperties") {
            None => {}
            Some(Value::Bool(false)) => self.is_closed = true,
            Some(others) => {
                self.is_open = true;
                self.others.push(others);
            }
        }
        self.is_open |= schema.get("patternProperties").is_some();
        self.items.extend(schema.get("items"));
    }

    /// Returns whether a member with a name that is not described is read: so it is where none is described.
    fn reads_others(&self) -> bool {
        self.is_open || (self.properties.is_empty() && !self.is_closed)
    }
}

fn collect(
    document: &Value,
    schemas: &[&Value],
    value: &Value,
    place: &str,
    found: &mut Vec<String>,
) {
    let mut shape = DescribedShape::default();
    for schema in schemas {
        shape.add(document, schema, DEEPEST);
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if place.is_empty() { "" } else { "." };
                let place = format!("{place}{dot}{name}");
                match shape.properties.get(name.as_str()) {
                    Some(schemas) => collect(document, schemas, member, &place, found),
                    None if !shape.reads_others() => found.push(place),
                    None if !shape.others.is_empty() => {
                        collect(document, &shape.others, member, &place, found);
                    }
                    None => {}
                }
            }
        }
        Value::Array(items) if !shape.items.is_empty() => {
            for item in items {
                collect(document, &shape.items, item, &format!("{place}[]"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_schema_does_not_name_is_not_read() {
        let document = json!({ "components": { "schemas": {
            "User": { "type": "object", "properties": { "name": { "type": "string" } } },
            "Either": { "oneOf": [
                { "properties": { "a": {} } },
                { "properties": { "b": { "$ref": "#/components/schemas/User" } } },
            ] },
            "Open": { "properties": { "a": {} }, "additionalProperties": { "type": "string" } },
            "Free": { "type": "object" },
            "List": { "type": "array", "items": { "$ref": "#/components/schemas/User" } },
            "Loop": { "allOf": [{ "$ref": "#/components/schemas/Loop" }] },
        } } });
        for (schema, value, unread) in [
            ("User", json!({ "name": "x", "nmae": "y" }), vec!["nmae"]),
            (
                "Either",
                json!({ "a": 1, "b": { "name": "x", "id": 1 } }),
                vec!["b.id"],
            ),
            ("Either", json!({ "c": { "d": 1 } }), vec!["c"]),
            ("Open", json!({ "anything": "x" }), vec![]),
            ("Free", json!({ "anything": "x" }), vec![]),
            ("List", json!([{ "name": "x" }, { "id": 1 }]), vec!["[].id"]),
            ("Loop", json!({ "anything": "x" }), vec![]),
            ("User", json!("text"), vec![]),
        ] {
            let reference = json!({ "$ref": format!("#/components/schemas/{schema}") });
            let body = BodySchema {
                document: &document,
                schemas: vec![&reference],
            };
            assert_eq!(body.unread(&value), unread, "{schema} {value}");
        }
    }
}
