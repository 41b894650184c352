//! Custom properties described by a file like Glance's `schema-image.json`.

use serde_json::{Map, Value};

/// The schemas of custom properties, and the names of the required ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomProperties {
    /// The schemas by the names of the properties.
    pub properties: Map<String, Value>,
    /// The names of the required properties.
    pub required: Vec<Value>,
}

/// An error in a file of custom properties, with its place.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct CustomPropertiesError(String);

impl CustomProperties {
    /// Parses the text of a file: the properties themselves, or an object with `properties` and
    /// `required`. `known` has the fields of every image, which a file must not describe.
    pub fn read(text: &str, known: &Map<String, Value>) -> Result<Self, CustomPropertiesError> {
        let whole: Value =
            serde_json::from_str(text).map_err(|error| CustomPropertiesError(error.to_string()))?;
        let Value::Object(mut whole) = whole else {
            return Err(CustomPropertiesError("it is no JSON object".into()));
        };
        let (properties, required) = match whole.swap_remove("properties") {
            None => (whole, Vec::new()),
            Some(Value::Object(properties)) => (properties, required(text, whole)?),
            Some(_) => return Err(wrong(text, "properties", "is no object")),
        };
        for (name, schema) in &properties {
            if known.contains_key(name) {
                return Err(wrong(text, name, "is a field that every image has"));
            }
            if !schema.is_object() {
                return Err(wrong(text, name, "is no object"));
            }
            if let Err(error) = jsonschema::options().build(schema) {
                return Err(wrong(text, name, &format!("is no JSON schema: {error}")));
            }
        }
        Ok(Self {
            properties,
            required,
        })
    }

    /// Adds the properties to the schema of an image, after the fields that every image has.
    pub(super) fn merge(&self, image: &mut Value) {
        let Value::Object(image) = image else {
            return;
        };
        if let Some(Value::Object(properties)) = image.get_mut("properties") {
            for (name, schema) in &self.properties {
                let mut schema = schema.clone();
                if let Value::Object(schema) = &mut schema {
                    schema.insert("is_base".into(), Value::Bool(false));
                }
                properties.insert(name.clone(), schema);
            }
        }
        if self.required.is_empty() {
            return;
        }
        for (name, value) in std::mem::take(image) {
            if name == "links" {
                image.insert("required".into(), Value::Array(self.required.clone()));
            }
            image.insert(name, value);
        }
    }
}

fn required(
    text: &str,
    mut whole: Map<String, Value>,
) -> Result<Vec<Value>, CustomPropertiesError> {
    match whole.swap_remove("required") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => Ok(names),
        Some(_) => Err(wrong(text, "required", "is no list of names")),
    }
}

/// Returns the error about a key, with the line on which the key is first found.
fn wrong(text: &str, key: &str, what: &str) -> CustomPropertiesError {
    let quoted = Value::from(key).to_string();
    let lines = text.lines().zip(1..);
    let mut found = lines.filter(|(line, _)| line.contains(&quoted));
    let place = found
        .next()
        .map_or_else(String::new, |(_, number)| format!(" at line {number}"));
    CustomPropertiesError(format!("`{key}`{place} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), Value::Null)])
    }

    #[test]
    fn a_file_has_either_of_two_forms() {
        let color = r#"{"color": {"type": "string"}}"#;
        let flat = CustomProperties::read(color, &known()).unwrap();
        assert!(flat.properties.contains_key("color") && flat.required.is_empty());
        for (rest, required) in [
            ("", 0),
            (r#", "required": []"#, 0),
            (r#", "required": null"#, 0),
            (r#", "required": ["color"]"#, 1),
        ] {
            let text = format!(r#"{{"properties": {color}{rest}}}"#);
            let whole = CustomProperties::read(&text, &known()).unwrap();
            assert_eq!(whole.properties, flat.properties);
            assert_eq!(whole.required.len(), required, "{text}");
        }
    }

    #[test]
    fn errors_have_the_line() {
        for (text, message) in [
            ("{\n\"x\": ,}", "expected value at line 2 column 6"),
            ("[]", "it is no JSON object"),
            ("{\"properties\": 5}", "`properties` at line 1 is no object"),
            (
                "{\"properties\": {},\n\"required\": 5}",
                "`required` at line 2 is no list of names",
            ),
            ("{\n\n\"x\": 5}", "`x` at line 3 is no object"),
            (
                "{\"x\": {},\n\"name\": {}}",
                "`name` at line 2 is a field that every image has",
            ),
        ] {
            let error = CustomProperties::read(text, &known()).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        let error =
            CustomProperties::read("{\n\"x\": {\"type\": \"sting\"}}", &known()).unwrap_err();
        let message = error.to_string();
        assert!(
            message.starts_with("`x` at line 2 is no JSON schema: "),
            "{message}"
        );
    }
}
