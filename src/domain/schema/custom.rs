//! The custom properties that a file like Glance's `schema-image.json` describes.

use serde_json::{Map, Value};

/// Which custom properties there are, and which of them an image must have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Custom {
    /// Their schemas by their names.
    pub properties: Map<String, Value>,
    /// The names of those that an image must have.
    pub required: Vec<Value>,
}

/// What is wrong with a file of custom properties; it says where.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

impl Custom {
    /// Reads the text of a file: the properties themselves, or an object with `properties` and
    /// `required`. `known` are the names of what every image has.
    pub fn read(text: &str, known: &Map<String, Value>) -> Result<Self, Unusable> {
        let whole: Value = serde_json::from_str(text).map_err(|it| Unusable(it.to_string()))?;
        let Value::Object(mut whole) = whole else {
            return Err(Unusable("it is no JSON object".into()));
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

    /// Puts them into the schema of an image, behind the fields that all have.
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

fn required(text: &str, mut whole: Map<String, Value>) -> Result<Vec<Value>, Unusable> {
    match whole.swap_remove("required") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => Ok(names),
        Some(_) => Err(wrong(text, "required", "is no list of names")),
    }
}

/// Says it of a key, with the line that the key is first found on.
fn wrong(text: &str, key: &str, what: &str) -> Unusable {
    let quoted = Value::from(key).to_string();
    let lines = text.lines().zip(1..);
    let mut found = lines.filter(|(line, _)| line.contains(&quoted));
    let place = found
        .next()
        .map_or_else(String::new, |(_, number)| format!(" at line {number}"));
    Unusable(format!("`{key}`{place} {what}"))
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
        let flat = Custom::read(color, &known()).unwrap();
        assert!(flat.properties.contains_key("color") && flat.required.is_empty());
        for (rest, required) in [
            ("", 0),
            (r#", "required": []"#, 0),
            (r#", "required": null"#, 0),
            (r#", "required": ["color"]"#, 1),
        ] {
            let text = format!(r#"{{"properties": {color}{rest}}}"#);
            let whole = Custom::read(&text, &known()).unwrap();
            assert_eq!(whole.properties, flat.properties);
            assert_eq!(whole.required.len(), required, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, said) in [
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
            let error = Custom::read(text, &known()).unwrap_err();
            assert_eq!(error.to_string(), said);
        }
        let error = Custom::read("{\n\"x\": {\"type\": \"sting\"}}", &known()).unwrap_err();
        let said = error.to_string();
        assert!(
            said.starts_with("`x` at line 2 is no JSON schema: "),
            "{said}"
        );
    }
}
