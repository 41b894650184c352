//! The JSON schemas that the API serves and checks requests against. Glance: `glance/schema.py`.

mod custom;
mod messages;

use std::cmp::Reverse;
use std::sync::OnceLock;

use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::image_rules::ImageRules;
use crate::{Error, Result};
pub use custom::CustomProperties;
use messages::explain;

/// The schemas of one cloud, with the formats that its settings allow.
#[derive(Debug)]
pub struct Schemas {
    image: CompiledSchema,
    /// The schema of an image without custom properties.
    without_custom: Option<CompiledSchema>,
    /// The names of the custom properties that may be null and must not be empty.
    nullable: Vec<String>,
    task: CompiledSchema,
    documents: Vec<(&'static str, Value)>,
    rules: &'static ImageRules,
}

/// A compiled schema.
#[derive(Debug)]
pub(super) struct CompiledSchema {
    document: Value,
    /// The compiled form: made at the first check, for most servers of a test never need it.
    validator: OnceLock<Validator>,
}

/// The schemas, captured from Glance 33 with its default settings, by their paths below
/// `/v2/schemas/`.
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
    /// Builds the schemas with these formats and custom properties.
    pub fn new(
        disk_formats: &[String],
        container_formats: &[String],
        custom: &CustomProperties,
        rules: &'static ImageRules,
    ) -> Result<Self> {
        let mut documents = Vec::with_capacity(DOCUMENTS.len());
        let mut without_custom = None;
        for (name, _) in DOCUMENTS {
            let mut document = parse(name, text(name, rules))?;
            let image = match name {
                "image" => Some(&mut document),
                "images" => document.pointer_mut("/properties/images/items"),
                _ => None,
            };
            if let Some(image) = image {
                set_allowed_formats(image, "disk_format", disk_formats);
                set_allowed_formats(image, "container_format", container_formats);
                if without_custom.is_none() && *custom != CustomProperties::default() {
                    without_custom = Some(CompiledSchema::new(image));
                }
                custom.merge(image);
            }
            documents.push((name, document));
        }
        let checked = |wanted: &str| {
            let found = documents.iter().find(|(name, _)| *name == wanted);
            CompiledSchema::new(found.map_or(&Value::Null, |(_, document)| document))
        };
        Ok(Self {
            image: checked("image"),
            without_custom,
            nullable: nullable(custom)?,
            task: without_additional_properties(&documents),
            documents,
            rules,
        })
    }

    /// Returns the schemas of the fields that every image has, for [`CustomProperties::read`].
    pub fn fields(rules: &ImageRules) -> Result<Map<String, Value>> {
        let mut image = parse("image", text("image", rules))?;
        Ok(match image.get_mut("properties") {
            Some(Value::Object(properties)) => std::mem::take(properties),
            _ => Map::new(),
        })
    }

    /// Returns the rules of images that the schemas belong to.
    #[must_use]
    pub fn rules(&self) -> &'static ImageRules {
        self.rules
    }

    /// Returns the names of all schemas, as their paths have them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        DOCUMENTS.iter().map(|(name, _)| *name)
    }

    /// Returns the schema with this name, as the API serves it.
    #[must_use]
    pub fn document(&self, name: &str) -> Option<&Value> {
        let found = self
            .documents
            .iter()
            .find(|(document, _)| *document == name);
        found.map(|(_, document)| document)
    }

    /// Checks an image, or a part of one, in a request.
    pub fn check_image(&self, image: &Value) -> Result<()> {
        self.image.check("image", image)
    }

    /// Checks a task in a request.
    pub fn check_task(&self, task: &Value) -> Result<()> {
        self.task.check("task", task)
    }

    /// Checks a part of an image without regard to custom properties.
    pub fn check_plain_image(&self, image: &Value) -> Result<()> {
        self.without_custom
            .as_ref()
            .unwrap_or(&self.image)
            .check("image", image)
    }

    /// Returns true if an empty value of this property stands for null: its schema allows null and
    /// does not allow the empty string.
    #[must_use]
    pub fn is_null_when_empty(&self, property: &str) -> bool {
        self.nullable.iter().any(|name| name == property)
    }
}

/// Returns the text of a schema where these rules hold; empty if there is none of this name.
fn text(name: &str, rules: &ImageRules) -> &'static str {
    let own = rules.documents.iter();
    let mut found = own
        .chain(&DOCUMENTS)
        .filter(|(document, _)| *document == name);
    found.next().map_or("", |(_, text)| text)
}

fn parse(name: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("schema {name}: {error}")))
}

fn nullable(custom: &CustomProperties) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (name, schema) in &custom.properties {
        let compiled = CompiledSchema::new(schema);
        let validator = compiled.validator()?;
        if validator.is_valid(&Value::Null) && !validator.is_valid(&json!("")) {
            names.push(name.clone());
        }
    }
    Ok(names)
}

/// Returns the text of the schema with this name.
pub(super) fn document_text(name: &str) -> Option<&'static str> {
    let found = DOCUMENTS.iter().find(|(document, _)| *document == name);
    found.map(|(_, text)| *text)
}

/// Returns the schema of a task without additional properties, which the served schema allows.
fn without_additional_properties(documents: &[(&'static str, Value)]) -> CompiledSchema {
    let found = documents.iter().find(|(name, _)| *name == "task");
    let mut document = found.map_or(Value::Null, |(_, document)| document.clone());
    if let Some(document) = document.as_object_mut() {
        document.insert("additionalProperties".into(), false.into());
    }
    CompiledSchema::new(&document)
}

/// Sets the values that a field may have; null always comes first.
fn set_allowed_formats(image: &mut Value, field: &str, formats: &[String]) {
    let mut words = vec![Value::Null];
    words.extend(formats.iter().map(|format| json!(format)));
    if let Some(values) = image.pointer_mut(&format!("/properties/{field}/enum")) {
        *values = Value::Array(words);
    }
}

impl CompiledSchema {
    pub(super) fn new(document: &Value) -> Self {
        Self {
            document: document.clone(),
            validator: OnceLock::new(),
        }
    }

    fn validator(&self) -> Result<&Validator> {
        if let Some(validator) = self.validator.get() {
            return Ok(validator);
        }
        let built = jsonschema::options().build(&self.document);
        let built = built.map_err(|error| Error::Internal(format!("a schema of ours: {error}")))?;
        Ok(self.validator.get_or_init(|| built))
    }

    /// Checks a document. The error is about the violation that is least deep, and of several the
    /// one whose path comes last, as Glance's validator chooses.
    pub(super) fn check(&self, schema: &'static str, document: &Value) -> Result<()> {
        let validator = self.validator()?;
        if validator.is_valid(document) {
            return Ok(());
        }
        let weight = |error: &ValidationError<'_>| {
            let path: Vec<_> = error.instance_path().iter().map(sort_key).collect();
            (path.len(), Reverse(path))
        };
        let worst = validator.iter_errors(document).min_by_key(weight);
        let reason = worst.map_or_else(String::new, |error| explain(&error));
        Err(Error::Schema { schema, reason })
    }
}

/// Returns the sort key of a path segment: numbers sort by their size.
fn sort_key(segment: LocationSegment<'_>) -> (usize, String) {
    match segment {
        LocationSegment::Index(index) => (index, String::new()),
        LocationSegment::Property(name) => (0, name.to_string()),
    }
}

#[cfg(test)]
mod tests;
