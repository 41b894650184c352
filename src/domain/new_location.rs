//! A location that a client gives to a queued image: what the request says.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::schema::Checked;
use super::text::check_nul;
use crate::{Error, Result};

/// What a request for a new location says.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLocation {
    /// Where the bytes are.
    pub url: String,
    /// What hash the client says they have: both `os_hash_algo` and `os_hash_value`, or nothing.
    pub validation: Map<String, Value>,
}

static SCHEMA: LazyLock<Result<Checked>> = LazyLock::new(|| {
    let document = serde_json::from_str(include_str!("schemas/location.json"));
    let document = document.map_err(|error| Error::Internal(error.to_string()))?;
    Checked::new(&document)
});

/// The two that need each other.
const PAIR: [&str; 2] = ["os_hash_algo", "os_hash_value"];

impl NewLocation {
    /// Reads the body of a request. What else is in it is ignored, as by Glance.
    pub fn read(body: &Value) -> Result<Self> {
        let schema = SCHEMA.as_ref();
        let schema = schema.map_err(|error| Error::Internal(error.to_string()))?;
        schema.check("location", &json!({ "add_location": body }))?;
        let url = body.get("url").and_then(Value::as_str).unwrap_or_default();
        check_nul(url)?;
        let validation = body.get("validation_data").and_then(Value::as_object);
        let validation = validation.cloned().unwrap_or_default();
        for (one, other) in [(PAIR[0], PAIR[1]), (PAIR[1], PAIR[0])] {
            if validation.contains_key(one) && !validation.contains_key(other) {
                return Err(Error::Schema {
                    schema: "location",
                    reason: format!("'{other}' is a dependency of '{one}'"),
                });
            }
        }
        Ok(Self {
            url: url.to_owned(),
            validation,
        })
    }
}
