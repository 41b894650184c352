//! Messages about values that do not fit their field, as Keystone's schemas word them.

use serde_json::Value;

use super::error::KeystoneError;
use crate::domain::text;

/// A value that does not fit its field.
pub(crate) fn unfit(field: &str, value: &Value, reason: &str) -> KeystoneError {
    let value = &hushed(value);
    let quoted = text::python_repr(value);
    let plain = value.as_str().unwrap_or(&quoted);
    KeystoneError::Invalid(format!(
        "Invalid input for field/attribute {field}. Value: {plain}. {quoted} {reason}"
    ))
}

/// Returns the value with passwords and secrets masked, for messages.
pub(crate) fn hushed(value: &Value) -> Value {
    let Value::Object(map) = value else {
        return value.clone();
    };
    let hush = |(name, value): (&String, &Value)| {
        let secret = value.is_string() && (name.contains("password") || name == "secret");
        let value = if secret { "***".into() } else { hushed(value) };
        (name.clone(), value)
    };
    Value::Object(map.iter().map(hush).collect())
}
