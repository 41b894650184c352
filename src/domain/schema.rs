//! The JSON schemas that the API serves, and checks documents with.

use std::cmp::Reverse;
use std::fmt::Write;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};

use super::text::{python, quoted};
use crate::{Error, Result};

/// The schemas of one cloud: some name the formats that its settings allow.
#[derive(Debug)]
pub struct Schemas {
    image: Checked,
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
    /// The schemas, with these formats allowed.
    pub fn new(disk_formats: &[String], container_formats: &[String]) -> Result<Self> {
        let mut documents = Vec::with_capacity(DOCUMENTS.len());
        for (name, text) in DOCUMENTS {
            let mut document: Value = serde_json::from_str(text)
                .map_err(|error| Error::Internal(format!("schema {name}: {error}")))?;
            let image = match name {
                "image" => Some(&mut document),
                "images" => document.pointer_mut("/properties/images/items"),
                _ => None,
            };
            if let Some(image) = image {
                allow(image, "disk_format", disk_formats);
                allow(image, "container_format", container_formats);
            }
            documents.push((name, document));
        }
        let image = documents
            .iter()
            .find(|(name, _)| *name == "image")
            .map_or(&Value::Null, |(_, document)| document);
        Ok(Self {
            image: Checked::new(image)?,
            documents,
        })
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
}

/// The text of the document of this name.
pub(super) fn text(name: &str) -> Option<&'static str> {
    let found = DOCUMENTS.iter().find(|(it, _)| *it == name);
    found.map(|(_, text)| *text)
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

/// A violation in the words of Python's validator: clients see, and some read, its first line.
fn explain(error: &ValidationError<'_>) -> String {
    let instance = error.instance();
    let value = python(instance);
    let (keyword, mut said) = match error.kind() {
        ValidationErrorKind::Enum { options } => {
            ("enum", format!("{value} is not one of {}", python(options)))
        }
        ValidationErrorKind::Type { .. } => {
            ("type", format!("{value} is not of type {}", types(error)))
        }
        ValidationErrorKind::MaxLength { .. } => ("maxLength", format!("{value} is too long")),
        ValidationErrorKind::MinLength { .. } => ("minLength", format!("{value} is too short")),
        ValidationErrorKind::Minimum { limit } => {
            let limit = python(limit);
            (
                "minimum",
                format!("{value} is less than the minimum of {limit}"),
            )
        }
        ValidationErrorKind::UniqueItems => {
            ("uniqueItems", format!("{value} has non-unique elements"))
        }
        ValidationErrorKind::Pattern { pattern } => (
            "pattern",
            format!("{value} does not match {}", quoted(pattern)),
        ),
        ValidationErrorKind::Required { property } => (
            "required",
            format!("{} is a required property", python(property)),
        ),
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let names: Vec<_> = unexpected.iter().map(|it| quoted(it)).collect();
            let were = if names.len() == 1 { "was" } else { "were" };
            let names = names.join(", ");
            let text = format!("Additional properties are not allowed ({names} {were} unexpected)");
            ("additionalProperties", text)
        }
        _ => ("schema", error.to_string()),
    };
    let path: String = error
        .schema_path()
        .as_str()
        .split('/')
        .filter(|it| !it.is_empty())
        .fold(String::new(), |mut path, part| {
            let _ = write!(path, "[{}]", quoted(part));
            path
        });
    let path = path
        .strip_suffix(&format!("[{}]", quoted(keyword)))
        .unwrap_or(&path);
    let _ = write!(
        said,
        "\n\nFailed validating {} in schema{path}",
        quoted(keyword)
    );
    said
}

/// The types that were allowed, quoted: `'null', 'string'`.
fn types(error: &ValidationError<'_>) -> String {
    use jsonschema::error::TypeKind;
    match error.kind() {
        ValidationErrorKind::Type {
            kind: TypeKind::Single(it),
        } => quoted(&it.to_string()),
        ValidationErrorKind::Type {
            kind: TypeKind::Multiple(several),
        } => {
            let names: Vec<_> = several.iter().map(|it| quoted(&it.to_string())).collect();
            names.join(", ")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(document: &Value) -> String {
        let formats = ["ami", "qcow2"].map(str::to_owned);
        let schemas = Schemas::new(&formats, &formats).unwrap();
        let error = schemas.check_image(document).unwrap_err().to_string();
        error.lines().next().unwrap_or_default().to_owned()
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
