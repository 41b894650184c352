//! The shapes that settings change: a document says those in force. `x-setting` marks them.

use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::domain::schema::Schemas;

/// The key that marks a schema as one that a setting changes.
const MARK: &str = "x-setting";

/// What the settings of a cloud make of the document.
pub(super) struct ShapesInForce {
    /// The values of enumerations, by their marks.
    enumerations: Vec<(&'static str, Vec<Value>)>,
    /// The names of the import methods.
    methods: Vec<Value>,
    /// The schemas of the custom properties.
    properties: Map<String, Value>,
    /// The names of the custom properties that an image must have.
    required: Vec<Value>,
    /// The schema of all other properties.
    others: Option<Value>,
}

impl ShapesInForce {
    pub(super) fn of(config: &Config, schemas: &Schemas) -> Self {
        let image = schemas.document("image").unwrap_or(&Value::Null);
        let formats = |name: &str| {
            let formats = image.pointer(&format!("/properties/{name}/enum"));
            formats
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let methods = config.tasks.enabled_import_methods.iter();
        let methods: Vec<_> = methods.map(|method| Value::from(method.as_str())).collect();
        let mut enumerations = vec![
            ("disk_formats", formats("disk_format")),
            ("container_formats", formats("container_format")),
            ("enabled_import_methods", methods.clone()),
        ];
        if config.stores.is_multi_store() {
            let stores = config.stores.store.iter();
            let names = stores.filter_map(|store| store.name.as_deref().map(Value::from));
            enumerations.push(("store", names.collect()));
        }
        let custom = image["properties"].as_object().into_iter().flatten();
        let custom = custom.filter(|(_, schema)| schema["is_base"] == false);
        Self {
            enumerations,
            methods,
            properties: custom
                .map(|(name, schema)| (name.clone(), plain(schema)))
                .collect(),
            required: image["required"].as_array().cloned().unwrap_or_default(),
            others: image.get("additionalProperties").cloned(),
        }
    }

    /// Adds enumerations by their marks.
    pub(super) fn add(&mut self, more: impl IntoIterator<Item = (&'static str, Vec<Value>)>) {
        self.enumerations.extend(more);
    }

    /// Changes every schema of the document that has a mark.
    pub(super) fn lay_over(&self, document: &mut Value) {
        if let Some(schemas) = document.pointer_mut("/components/schemas") {
            self.allow_methods(schemas);
            self.describe_properties(schemas);
        }
        self.enumerate(document);
    }

    /// Replaces the enumerations, here and below. A mark without one gets it.
    fn enumerate(&self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                let mark = object.get(MARK).and_then(Value::as_str);
                let values = self
                    .enumerations
                    .iter()
                    .find(|(name, _)| Some(*name) == mark);
                if let Some((_, values)) = values
                    && object.contains_key("type")
                    && !values.is_empty()
                {
                    object.insert("enum".into(), values.clone().into());
                }
                object.values_mut().for_each(|value| self.enumerate(value));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.enumerate(value)),
            _ => {}
        }
    }

    /// Leaves the methods that are allowed among those that an import may name.
    fn allow_methods(&self, schemas: &mut Value) {
        let name_of = |schemas: &Value, choice: &Value| {
            let name = choice["$ref"].as_str()?.rsplit('/').next()?;
            let method = schemas
                .get(name)?
                .pointer("/properties/method/properties/name/const")?;
            Some(method.clone())
        };
        let choices = schemas.pointer("/ImportRequest/oneOf");
        let choices = choices.and_then(Value::as_array).cloned();
        let choices = choices.unwrap_or_default();
        let allowed: Vec<_> = choices
            .into_iter()
            .filter(|choice| {
                name_of(schemas, choice).is_some_and(|name| self.methods.contains(&name))
            })
            .collect();
        if allowed.is_empty() {
            schemas["ImportRequest"] =
                json!({ "description": "No import method is enabled", "not": {} });
        } else if let Some(choices) = schemas.pointer_mut("/ImportRequest/oneOf") {
            *choices = allowed.into();
        }
    }

    /// Adds the custom properties to the images of requests and answers.
    fn describe_properties(&self, schemas: &mut Value) {
        for (name, answers) in [("Image", true), ("NewImage", false)] {
            let Some(Value::Object(image)) = schemas.get_mut(name) else {
                continue;
            };
            if let Some(Value::Object(properties)) = image.get_mut("properties") {
                for (property, schema) in &self.properties {
                    let schema = if answers {
                        json!({ "anyOf": [schema, { "type": "null" }] })
                    } else {
                        schema.clone()
                    };
                    properties.insert(property.clone(), schema);
                }
            }
            if answers || self.required.is_empty() {
                continue;
            }
            image.insert("required".into(), self.required.clone().into());
        }
        if self.others == Some(Value::Bool(false))
            && let Some(Value::Object(image)) = schemas.get_mut("NewImage")
        {
            image.insert("additionalProperties".into(), false.into());
        }
    }
}

/// Returns the schema of a custom property without what Glance adds to it.
fn plain(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(schema) = &mut schema {
        schema.shift_remove("is_base");
    }
    schema
}
