//! The JSON document of an identity request and its fields, each checked as Keystone's schemas check it.

use serde_json::{Map, Value};

use super::error::{KeystoneError, Result};
use super::validation::{UNFIT_END, check_name, check_switch, hushed, is_true, no_switch, unfit};
use crate::domain::text;

/// A request's body: JSON, an object.
#[derive(Clone, Debug)]
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

    /// Returns the fields of the resource with this name.
    ///
    /// # Errors
    ///
    /// Fails if it is not there, or not alone.
    pub(crate) fn fields(self, of: &'static str) -> Result<Fields> {
        let beside: Vec<_> = self.0.keys().filter(|name| *name != of).collect();
        if !beside.is_empty() {
            return Err(KeystoneError::Invalid(unexpected(&beside)));
        }
        self.required_fields(of)
    }

    /// Returns the document of a domain, and what it said beside it of the domain and project that it is in, if this is
    /// that of a project that acts as one.
    pub(crate) fn as_domain(&self) -> Option<(Self, Map<String, Value>)> {
        let mut domain = self.0.get("project")?.as_object()?.clone();
        if domain.shift_remove("is_domain") != Some(Value::Bool(true)) {
            return None;
        }
        let mut parents = Map::new();
        for name in ["domain_id", "parent_id"] {
            parents.extend(domain.shift_remove_entry(name));
        }
        Some((Self::with("domain", domain), parents))
    }

    /// Returns the changes of a domain, if this is the document that changes a project and it names any.
    pub(crate) fn of_domain(&self) -> Option<Self> {
        let mut domain = self.0.get("project")?.as_object()?.clone();
        for name in ["is_domain", "domain_id", "parent_id"] {
            domain.shift_remove(name);
        }
        (!domain.is_empty()).then(|| Self::with("domain", domain))
    }

    fn with(name: &str, fields: Map<String, Value>) -> Self {
        Self(Map::from_iter([(name.to_owned(), Value::Object(fields))]))
    }

    /// Returns the fields of the resource with this name; none if it is not there.
    pub(crate) fn optional_fields(self, of: &'static str) -> Result<Fields> {
        if self.0.is_empty() {
            return Ok(Fields::new(of, Map::new()));
        }
        self.fields(of)
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
const OURS: [&str; 9] = [
    "id",
    "links",
    "is_domain",
    "domain_id",
    "region",
    "password",
    "original_password",
    "password_expires_at",
    "explicit_domain_id",
];

/// The fields of one resource in a request.
#[derive(Clone, Debug)]
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
        check_name(name, &it, most)?;
        Ok(Some(it))
    }

    /// Text.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        match self.left.shift_remove(name) {
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
        match self.left.shift_remove(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(it)) => Ok(Some(Some(it))),
            Some(other) => Err(unfit(name, &other, "is not of type 'string', 'null'")),
        }
    }

    /// A whole number from −1, which stands for any number, to what a column of Keystone holds.
    pub(crate) fn limit(&mut self, name: &'static str) -> Result<Option<i64>> {
        let Some(it) = self.left.shift_remove(name) else {
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
        if self.left.is_empty() {
            return Ok(());
        }
        Err(self.invalid(&unexpected(&self.left.keys().collect::<Vec<_>>())))
    }

    /// Fails if there is anything that was not taken, without saying in what.
    pub(crate) fn nothing_else_unnamed(&self) -> Result<()> {
        if self.left.is_empty() {
            return Ok(());
        }
        let words = unexpected(&self.left.keys().collect::<Vec<_>>());
        Err(KeystoneError::Invalid(format!("{words}{UNFIT_END}")))
    }

    /// The whole of it, as Python writes it.
    pub(crate) fn python(&self) -> String {
        text::python_repr(&self.whole)
    }

    /// True or false, or one of the words that Keystone reads as such.
    pub(crate) fn switch(&mut self, name: &'static str) -> Result<Option<bool>> {
        match self.left.shift_remove(name) {
            None => Ok(None),
            Some(Value::Null) => Err(no_switch(name, &Value::Null)),
            Some(Value::Bool(it)) => Ok(Some(it)),
            Some(Value::String(word)) => {
                check_switch(name, &word)?;
                Ok(Some(is_true(&word)))
            }
            Some(other) => Err(unfit(
                name,
                &other,
                "is not of type 'boolean', 'string', 'null'",
            )),
        }
    }

    /// True or false.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<Option<bool>> {
        match self.left.shift_remove(name) {
            None => Ok(None),
            Some(Value::Bool(it)) => Ok(Some(it)),
            Some(other) => Err(unfit(name, &other, "is not of type 'boolean'")),
        }
    }

    /// True, false or null.
    pub(crate) fn flag_or_null(&mut self, name: &'static str) -> Result<Option<bool>> {
        match self.left.shift_remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(it)) => Ok(Some(it)),
            Some(other) => Err(unfit(name, &other, "is not of type 'boolean', 'null'")),
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
        self.left.shift_remove(name)
    }

    /// Puts a field in another's place.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        self.left.insert(name.to_owned(), value);
    }

    /// Merges the member `options` into those that are kept; null removes one. There are no others than
    /// `known`.
    pub(crate) fn merge_options(&mut self, kept: &mut String, known: &[&str]) -> Result<()> {
        match self.left.shift_remove("options") {
            None => Ok(()),
            Some(Value::Object(changes)) => {
                let unknown: Vec<_> = changes
                    .keys()
                    .filter(|name| !known.contains(&name.as_str()))
                    .collect();
                if !unknown.is_empty() {
                    let reason = unexpected(&unknown);
                    let value = text::python_repr(&Value::Object(changes.clone()));
                    return Err(KeystoneError::Invalid(format!(
                        "Invalid input for field/attribute options. Value: {value}. {reason}"
                    )));
                }
                let mut merged = object(kept);
                for (name, value) in changes {
                    if value.is_null() {
                        merged.remove(&name);
                    } else {
                        merged.insert(name, value);
                    }
                }
                *kept = Value::Object(merged).to_string();
                Ok(())
            }
            Some(other) => Err(unfit("options", &other, "is not of type 'object'")),
        }
    }

    /// Fails if the resource is to get another id.
    pub(crate) fn same_id(&mut self, id: &str) -> Result<()> {
        match self.left.shift_remove("id") {
            Some(other) if other != id => Err(KeystoneError::Invalid("Cannot change ID".into())),
            _ => Ok(()),
        }
    }

    /// Merges all that was not taken into what a resource has beyond its columns.
    pub(crate) fn merge_rest(&mut self, kept: &mut String) {
        let mut merged = object(kept);
        for (name, value) in std::mem::take(&mut self.left) {
            if !OURS.contains(&name.as_str()) {
                merged.insert(name, value);
            }
        }
        *kept = Value::Object(merged).to_string();
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

/// Returns Keystone's sentence about members that nobody expects.
pub(crate) fn unexpected(names: &[&String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| text::python_str(name)).collect();
    let verb = if quoted.len() == 1 { "was" } else { "were" };
    format!(
        "Additional properties are not allowed ({} {verb} unexpected)",
        quoted.join(", ")
    )
}
