//! Messages about values that do not fit their field, as Keystone's schemas word them.

use serde_json::{Value, json};

use super::error::{KeystoneError, Result};
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

/// The end of messages where Keystone goes on with its schema and the request.
pub(crate) const UNFIT_END: &str = "\n\nFailed validating the request";

/// The words that Keystone takes for true or false, as its message lists them.
const SWITCH: [&str; 19] = [
    "True", "TRUE", "true", "False", "FALSE", "false", "", "1", "0", "y", "Y", "n", "N", "on",
    "ON", "off", "OFF", "yes", "no",
];

/// Fails if the word is none of those that Keystone takes for true or false.
pub(crate) fn check_switch(field: &str, word: &str) -> Result<()> {
    if SWITCH.contains(&word) {
        return Ok(());
    }
    Err(no_switch(field, &json!(word)))
}

/// Returns the error for a value that is none of those that Keystone takes for true or false.
pub(crate) fn no_switch(field: &str, value: &Value) -> KeystoneError {
    let quoted = |words: &[&str]| {
        let words: Vec<_> = words.iter().map(|word| text::python_str(word)).collect();
        words.join(", ")
    };
    let (yes, no) = SWITCH.split_at(3);
    let words = format!("True, {}, False, {}", quoted(yes), quoted(no));
    unfit(field, value, &format!("is not one of [{words}]"))
}

/// Returns whether a word means yes, as Keystone reads it.
pub(crate) fn is_true(word: &str) -> bool {
    !["0", "false", "no", "off", "n", "f"].contains(&word.to_ascii_lowercase().as_str())
}

/// Fails unless the text is a name of so many characters at the most.
pub(crate) fn check_name(field: &str, name: &str, most: usize) -> Result<()> {
    let refuse = |reason: &str| Err(unfit(field, &json!(name), reason));
    if name.is_empty() {
        return refuse("should be non-empty");
    }
    if name.chars().count() > most {
        return refuse("is too long");
    }
    if name.trim().is_empty() {
        return refuse("does not match '[\\\\S]+'");
    }
    Ok(())
}

/// Fails unless the text can be an id.
pub(crate) fn check_id(field: &str, id: &str) -> Result<()> {
    check_name(field, id, 64)?;
    if id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Ok(());
    }
    Err(unfit(field, &json!(id), "does not match '^[a-zA-Z0-9-]+$'"))
}
