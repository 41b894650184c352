//! Requests to add a location to a queued image (`POST /v2/images/{image}/locations`).

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::schema::CompiledSchema;
use super::text::{check_length, check_nul};
use crate::{Error, Result};

/// A parsed request to add a location.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLocation {
    /// The URL of the data.
    pub url: String,
    /// The hash that the client declares: both `os_hash_algo` and `os_hash_value`, or nothing.
    pub validation: Map<String, Value>,
}

static SCHEMA: LazyLock<Result<CompiledSchema>> = LazyLock::new(|| {
    let document = serde_json::from_str(include_str!("schemas/location.json"));
    let document = document.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(CompiledSchema::new(&document))
});

/// The two fields that require each other.
const PAIR: [&str; 2] = ["os_hash_algo", "os_hash_value"];

impl NewLocation {
    /// Parses the body of a request. Other members are ignored, as by Glance.
    pub fn read(body: &Value) -> Result<Self> {
        let schema = SCHEMA.as_ref();
        let schema = schema.map_err(|error| Error::Internal(error.to_string()))?;
        schema.check("location", &json!({ "add_location": body }))?;
        let url = body.get("url").and_then(Value::as_str).unwrap_or_default();
        check_nul(url)?;
        check_length("The URL of a location", url)?;
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
