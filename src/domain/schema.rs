//! The JSON schemas that the API serves, and checks documents with.

mod custom;
mod explain;

use std::cmp::Reverse;

use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};

use crate::{Error, Result};
pub use custom::Custom;
use explain::explain;

/// The schemas of one cloud: some name the formats that its settings allow.
#[derive(Debug)]
pub struct Schemas {
    image: Checked,
    /// Without the custom properties, and what an image must have of them.
    plain: Option<Checked>,
    /// The custom properties that may be null and may not be empty.
    nullable: Vec<String>,
    task: Checked,
    documents: Vec<(&'static str, Value)>,
}

/// A schema, and what checks with it.
#[derive(Debug)]
pub(super) struct Checked {
    validator: Validator,
}

/// Captured from Glance 33 with its default settings; the path below `/v2/schemas/` is the name.
const DOCUMENTS: [(&str, &str); 16] = [
    ("image", include_str!("schemas/image.json")),
    ("images", include_str!("schemas/images.json")),
    ("member", include_str!("schemas/member.json")),
    ("members", include_str!("schemas/members.json")),
    ("task", include_str!("schemas/task.json")),
    ("tasks", include_str!("schemas/tasks.json")),
    (
        "metadefs/namespace",
        include_str!("schemas/metadefs-namespace.json"),
    ),
    (
        "metadefs/namespaces",
        include_str!("schemas/metadefs-namespaces.json"),
    ),
    (
        "metadefs/object",
        include_str!("schemas/metadefs-object.json"),
    ),
    (
        "metadefs/objects",
        include_str!("schemas/metadefs-objects.json"),
    ),
    (
        "metadefs/properties",
        include_str!("schemas/metadefs-properties.json"),
    ),
    (
        "metadefs/property",
        include_str!("schemas/metadefs-property.json"),
    ),
    (
        "metadefs/resource_type",
        include_str!("schemas/metadefs-resource_type.json"),
    ),
    (
        "metadefs/resource_types",
        include_str!("schemas/metadefs-resource_types.json"),
    ),
    ("metadefs/tag", include_str!("schemas/metadefs-tag.json")),
    ("metadefs/tags", include_str!("schemas/metadefs-tags.json")),
];

impl Schemas {
    /// The schemas, with these formats allowed and these custom properties.
    pub fn new(
        disk_formats: &[String],
        container_formats: &[String],
        custom: &Custom,
    ) -> Result<Self> {
        let mut documents = Vec::with_capacity(DOCUMENTS.len());
        let mut plain = None;
        for (name, text) in DOCUMENTS {
            let mut document = parse(name, text)?;
            let image = match name {
                "image" => Some(&mut document),
                "images" => document.pointer_mut("/properties/images/items"),
                _ => None,
            };
            if let Some(image) = image {
                allow(image, "disk_format", disk_formats);
                allow(image, "container_format", container_formats);
                if plain.is_none() && *custom != Custom::default() {
                    plain = Some(Checked::new(image)?);
                }
                custom.merge(image);
            }
            documents.push((name, document));
        }
        let checked = |wanted: &str| {
            let found = documents.iter().find(|(name, _)| *name == wanted);
            Checked::new(found.map_or(&Value::Null, |(_, document)| document))
        };
        Ok(Self {
            image: checked("image")?,
            plain,
            nullable: nullable(custom)?,
            task: closed(&documents)?,
            documents,
        })
    }

    /// The fields that every image has, for [`Custom::read`].
    pub fn fields() -> Result<Map<String, Value>> {
        let mut fields = Map::new();
        for (name, text) in DOCUMENTS.iter().filter(|(name, _)| *name == "image") {
            let mut image = parse(name, text)?;
            if let Some(Value::Object(properties)) = image.get_mut("properties") {
                fields.append(properties);
            }
        }
        Ok(fields)
    }

    /// The document of this name, as it is served.
    #[must_use]
    pub fn document(&self, name: &str) -> Option<&Value> {
        let found = self.documents.iter().find(|(it, _)| *it == name);
        found.map(|(_, document)| document)
    }

    /// Checks an image, or a part of one, as a request gave it.
    pub fn check_image(&self, image: &Value) -> Result<()> {
        self.image.check("image", image)
    }

    /// Checks a task as a request gave it.
    pub fn check_task(&self, task: &Value) -> Result<()> {
        self.task.check("task", task)
    }

    /// Checks a part of an image where custom properties do not matter.
    pub fn check_plain_image(&self, image: &Value) -> Result<()> {
        self.plain
            .as_ref()
            .unwrap_or(&self.image)
            .check("image", image)
    }

    /// Whether an empty value of this property stands for null, which is kept as one: its schema
    /// allows that and does not allow emptiness itself.
    #[must_use]
    pub fn is_null_when_empty(&self, property: &str) -> bool {
        self.nullable.iter().any(|it| it == property)
    }
}

fn parse(name: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("schema {name}: {error}")))
}

fn nullable(custom: &Custom) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (name, schema) in &custom.properties {
        let Checked { validator } = Checked::new(schema)?;
        if validator.is_valid(&Value::Null) && !validator.is_valid(&json!("")) {
            names.push(name.clone());
        }
    }
    Ok(names)
}

/// The text of the document of this name.
pub(super) fn text(name: &str) -> Option<&'static str> {
    let found = DOCUMENTS.iter().find(|(it, _)| *it == name);
    found.map(|(_, text)| *text)
}

/// The schema of a task, with no other fields than its own: the one that is served does not say so.
fn closed(documents: &[(&'static str, Value)]) -> Result<Checked> {
    let found = documents.iter().find(|(name, _)| *name == "task");
    let mut document = found.map_or(Value::Null, |(_, document)| document.clone());
    if let Some(document) = document.as_object_mut() {
        document.insert("additionalProperties".into(), false.into());
    }
    Checked::new(&document)
}

/// Names the values that a field may have; none at all always comes first.
fn allow(image: &mut Value, field: &str, formats: &[String]) {
    let mut words = vec![Value::Null];
    words.extend(formats.iter().map(|it| json!(it)));
    if let Some(values) = image.pointer_mut(&format!("/properties/{field}/enum")) {
        *values = Value::Array(words);
    }
}

impl Checked {
    pub(super) fn new(schema: &Value) -> Result<Self> {
        let validator = jsonschema::options()
            .build(schema)
            .map_err(|error| Error::Internal(format!("a schema of ours: {error}")))?;
        Ok(Self { validator })
    }

    /// Names the violation that lies least deep, and of several the one whose path comes last: so
    /// Glance's validator chooses.
    pub(super) fn check(&self, schema: &'static str, document: &Value) -> Result<()> {
        if self.validator.is_valid(document) {
            return Ok(());
        }
        let weight = |error: &ValidationError<'_>| {
            let path: Vec<_> = error.instance_path().iter().map(step).collect();
            (path.len(), Reverse(path))
        };
        let worst = self.validator.iter_errors(document).min_by_key(weight);
        let reason = worst.map_or_else(String::new, |error| explain(&error));
        Err(Error::Schema { schema, reason })
    }
}

/// A step of a path, as it is put in order: numbers by their size.
fn step(segment: LocationSegment<'_>) -> (usize, String) {
    match segment {
        LocationSegment::Index(index) => (index, String::new()),
        LocationSegment::Property(name) => (0, name.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(document: &Value) -> String {
        let formats = ["ami", "qcow2"].map(str::to_owned);
        let schemas = Schemas::new(&formats, &formats, &Custom::default()).unwrap();
        let error = schemas.check_image(document).unwrap_err().to_string();
        error.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn so_are_those_of_custom_properties() {
        let text = r#"{
            "low": {"type": "integer", "minimum": 2, "maximum": 9},
            "above": {"type": "number", "exclusiveMinimum": 3, "exclusiveMaximum": 9},
            "three": {"type": "number", "multipleOf": 3},
            "fixed": {"const": "x"},
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "other": {"not": {"type": "string"}}
        }"#;
        let custom = Custom::read(text, &Map::new()).unwrap();
        let schemas = Schemas::new(&[], &[], &custom).unwrap();
        for (document, said) in [
            (json!({"low": 1}), "1 is less than the minimum of 2"),
            (json!({"low": 10}), "10 is greater than the maximum of 9"),
            (
                json!({"above": 3}),
                "3 is less than or equal to the minimum of 3",
            ),
            (
                json!({"above": 9}),
                "9 is greater than or equal to the maximum of 9",
            ),
            (json!({"three": 4}), "4 is not a multiple of 3"),
            (json!({"fixed": "y"}), "'x' was expected"),
            (
                json!({"either": null}),
                "None is not valid under any of the given schemas",
            ),
            (
                json!({"other": "x"}),
                "'x' should not be valid under {'type': 'string'}",
            ),
        ] {
            let error = schemas.check_image(&document).unwrap_err().to_string();
            let head = "Provided object does not match schema 'image': ";
            assert_eq!(error.lines().next(), Some(format!("{head}{said}").as_str()));
        }
    }

    #[test]
    fn violations_are_named_as_python_names_them() {
        let head = "Provided object does not match schema 'image': ";
        for (document, said) in [
            (
                json!({"disk_format": "x"}),
                "'x' is not one of [None, 'ami', 'qcow2']",
            ),
            (json!({"min_ram": "x"}), "'x' is not of type 'integer'"),
            (json!({"foo": null}), "None is not of type 'string'"),
            (json!({"name": 5}), "5 is not of type 'null', 'string'"),
            (json!({"tags": ["a", 1]}), "1 is not of type 'string'"),
            (json!({"tags": [1, 2]}), "2 is not of type 'string'"),
            (
                json!({"name": 5, "min_ram": "x", "foo": 5, "tags": [1]}),
                "5 is not of type 'null', 'string'",
            ),
            (
                json!({"id": "x"}),
                "'x' does not match '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$'",
            ),
            (
                json!({"locations": [{"url": "x"}]}),
                "'metadata' is a required property",
            ),
        ] {
            assert_eq!(says(&document), format!("{head}{said}"));
        }
    }
}
