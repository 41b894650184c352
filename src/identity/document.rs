//! The JSON document of an identity request and its fields, each checked as Keystone's schemas check it.

use serde_json::{Map, Value};

use super::error::{KeystoneError, Result};
use super::validation::{hushed, unfit};
use crate::domain::text;

/// A request's body: JSON, an object.
#[derive(Debug)]
pub(crate) struct Document(Map<String, Value>);

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(it) => it.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(map) => map
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Document {
    /// Wraps the members of a JSON object.
    ///
    /// # Errors
    ///
    /// Fails if a name or a text has a NUL character, which PostgreSQL cannot store.
    pub(crate) fn new(members: Map<String, Value>) -> Result<Self> {
        let nul = |(name, value): (&String, &Value)| name.contains('\0') || has_nul(value);
        if members.iter().any(nul) {
            return Err(KeystoneError::Invalid(
                "Text can't contain NUL characters.".into(),
            ));
        }
        Ok(Self(members))
    }

    /// Returns the document of a request without a body.
    pub(crate) fn empty() -> Self {
        Self(Map::new())
    }

    /// The member with this name, whatever it is.
    pub(crate) fn take(mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// The fields of the resource with this name; none if it is not there.
    pub(crate) fn fields(self, of: &'static str) -> Result<Fields> {
        match self.take(of) {
            None => Ok(Fields::new(of, Map::new())),
            Some(Value::Object(map)) => Ok(Fields::new(of, map)),
            Some(other) => Err(unfit(of, &other, "is not of type 'object'")),
        }
    }
}

impl Document {
    /// The fields of each resource in the list with this name, which has to be there.
    pub(crate) fn items(self, of: &'static str) -> Result<Vec<Fields>> {
        let list = self.required(of)?;
        let Value::Array(items) = &list else {
            return Err(unfit(of, &list, "is not of type 'array'"));
        };
        if items.is_empty() {
            return Err(unfit(of, &list, "should be non-empty"));
        }
        let item = |(place, value): (usize, &Value)| match value {
            Value::Object(map) => Ok(Fields::new(&place.to_string(), map.clone())),
            other => Err(unfit(&place.to_string(), other, "is not of type 'object'")),
        };
        items.iter().enumerate().map(item).collect()
    }

    /// The member with this name, which has to be there.
    pub(crate) fn required(self, name: &str) -> Result<Value> {
        let words = || format!("{} is a required property", text::python_str(name));
        self.take(name)
            .ok_or_else(|| KeystoneError::Invalid(words()))
    }

    /// Returns the fields of the resource with this name, which must be there.
    pub(crate) fn required_fields(self, of: &'static str) -> Result<Fields> {
        match self.required(of)? {
            Value::Object(map) => Ok(Fields::new(of, map)),
            other => Err(unfit(of, &other, "is not of type 'object'")),
        }
    }
}

/// The fields that the server sets itself: dropped from requests.
const OURS: [&str; 8] = [
    "id",
    "links",
    "is_domain",
    "domain_id",
    "region",
    "password",
    "original_password",
    "password_expires_at",
];

/// The fields of one resource in a request.
#[derive(Debug)]
pub(crate) struct Fields {
    of: String,
    whole: Value,
    left: Map<String, Value>,
}

impl Fields {
    fn new(of: &str, left: Map<String, Value>) -> Self {
        let whole = hushed(&Value::Object(left.clone()));
        let of = of.to_owned();
        Self { of, whole, left }
    }

    /// Fails unless there is something to change.
    pub(crate) fn some(&self) -> Result<()> {
        if self.left.is_empty() {
            return Err(self.invalid("{} should be non-empty"));
        }
        Ok(())
    }

    /// Fails unless there is a field of this name.
    pub(crate) fn has(&self, name: &str) -> Result<()> {
        self.required(name, self.left.get(name).map(drop))
    }

    /// A field that has to be there.
    pub(crate) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T> {
        let words = || format!("{} is a required property", text::python_str(name));
        value.ok_or_else(|| self.invalid(&words()))
    }

    /// Text of 1 to `most` characters.
    pub(crate) fn name(&mut self, name: &'static str, most: usize) -> Result<Option<String>> {
        let Some(it) = self.text(name)? else {
            return Ok(None);
        };
        if it.trim().is_empty() {
            return Err(unfit(name, &it.into(), "should be non-empty"));
        }
        if it.chars().count() > most {
            return Err(unfit(name, &it.into(), "is too long"));
        }
        Ok(Some(it))
    }

    /// Text.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        match self.left.remove(name) {
            None => Ok(None),
            Some(Value::String(it)) => Ok(Some(it)),
            Some(other) => Err(unfit(name, &other, "is not of type 'string'")),
        }
    }

    /// Text or null.
    #[expect(
        clippy::option_option,
        reason = "absent, null and text are three things"
    )]
    pub(crate) fn nullable(&mut self, name: &'static str) -> Result<Option<Option<String>>> {
        match self.left.remove(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(it)) => Ok(Some(Some(it))),
            Some(other) => Err(unfit(name, &other, "is not of type 'string', 'null'")),
        }
    }

    /// A whole number from −1, which stands for any number, to what a column of Keystone holds.
    pub(crate) fn limit(&mut self, name: &'static str) -> Result<Option<i64>> {
        let Some(it) = self.left.remove(name) else {
            return Ok(None);
        };
        match it.as_i64() {
            None => Err(unfit(name, &it, "is not of type 'integer'")),
            Some(number) if number < -1 => Err(unfit(name, &it, "is less than the minimum of -1")),
            Some(number) if number > i64::from(i32::MAX) => Err(unfit(
                name,
                &it,
                "is greater than the maximum of 2147483647",
            )),
            number => Ok(number),
        }
    }

    /// Fails if there is anything that was not taken.
    pub(crate) fn nothing_else(&self) -> Result<()> {
        let names: Vec<_> = self
            .left
            .keys()
            .map(|left| text::python_str(left))
            .collect();
        match names.as_slice() {
            [] => Ok(()),
            [name] => Err(self.unexpected(&format!("{name} was"))),
            names => Err(self.unexpected(&format!("{} were", names.join(", ")))),
        }
    }

    fn unexpected(&self, what: &str) -> KeystoneError {
        self.invalid(&format!(
            "Additional properties are not allowed ({what} unexpected)"
        ))
    }

    /// The whole of it, as Python writes it.
    pub(crate) fn python(&self) -> String {
        text::python_repr(&self.whole)
    }

    /// True or false.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<Option<bool>> {
        match self.left.remove(name) {
            None => Ok(None),
            Some(Value::Bool(it)) => Ok(Some(it)),
            Some(other) => Err(unfit(name, &other, "is not of type 'boolean'")),
        }
    }

    /// One of these words.
    pub(crate) fn word(&mut self, name: &'static str, of: &[&str]) -> Result<Option<String>> {
        let Some(it) = self.text(name)? else {
            return Ok(None);
        };
        if of.contains(&it.as_str()) {
            return Ok(Some(it));
        }
        let words: Vec<_> = of.iter().map(|of| text::python_str(of)).collect();
        let reason = format!("is not one of [{}]", words.join(", "));
        Err(unfit(name, &it.into(), &reason))
    }

    /// A field as it is.
    pub(crate) fn any(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    /// Puts a field in another's place.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        self.left.insert(name.to_owned(), value);
    }

    /// Merges the member `options` into those that are kept; null removes one.
    pub(crate) fn merge_options(&mut self, kept: &mut String) -> Result<()> {
        match self.left.remove("options") {
            None => Ok(()),
            Some(Value::Object(changes)) => {
                *kept = merged(kept, changes);
                Ok(())
            }
            Some(other) => Err(unfit("options", &other, "is not of type 'object'")),
        }
    }

    /// Merges all that was not taken into what a resource has beyond its columns.
    pub(crate) fn merge_rest(&mut self, kept: &mut String) {
        let mut rest = std::mem::take(&mut self.left);
        for ours in OURS {
            rest.remove(ours);
        }
        *kept = merged(kept, rest);
    }

    /// The whole of it is not as it should be.
    pub(crate) fn invalid(&self, reason: &str) -> KeystoneError {
        let value = text::python_repr(&self.whole);
        let of = &self.of;
        KeystoneError::Invalid(format!(
            "Invalid input for field/attribute {of}. Value: {value}. {reason}"
        ))
    }
}

/// The object that this text is; an empty one if it is none.
pub(crate) fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

fn merged(kept: &str, changes: Map<String, Value>) -> String {
    let mut kept = object(kept);
    for (name, value) in changes {
        if value.is_null() {
            kept.remove(&name);
        } else {
            kept.insert(name, value);
        }
    }
    Value::Object(kept).to_string()
}
