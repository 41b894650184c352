//! The common parts of users, projects and domains.

use serde_json::{Value, json};

use crate::identity::document::{Fields, object};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::validation::{check_id, unfit};

/// The columns that all three have.
pub(crate) struct Common<'a> {
    pub(crate) name: &'a mut String,
    pub(crate) enabled: &'a mut bool,
    pub(crate) options: &'a mut String,
    pub(crate) extra: &'a mut String,
}

impl Common<'_> {
    /// Changes what the client says of them; the name has so many characters at the most. Whatever
    /// has not been taken by now is kept as it is.
    pub(crate) fn change(
        self,
        fields: &mut Fields,
        longest_name: usize,
        known_options: &[&str],
    ) -> Result<()> {
        if let Some(name) = fields.name("name", longest_name)? {
            *self.name = name;
        }
        *self.enabled = fields.switch("enabled")?.unwrap_or(*self.enabled);
        fields.merge_options(self.options, known_options)?;
        fields.merge_rest(self.extra);
        Ok(())
    }
}

/// The option that forbids changes.
pub(crate) const IMMUTABLE: &str = "immutable";

/// Returns whether these options forbid changes.
pub(crate) fn is_immutable(options: &str) -> bool {
    object(options).get(IMMUTABLE) == Some(&Value::Bool(true))
}

/// Returns the error for a change that the options of a resource forbid.
pub(crate) fn immutable(verb: &str, what: &str, id: &str) -> KeystoneError {
    KeystoneError::Denied(format!(
        "Unable to {verb} immutable {what} resource: `{id}. Set resource option \"immutable\" to false first."
    ))
}

/// Takes the tags out of the fields of a resource, checks them and puts them back.
pub(crate) fn check_tags(fields: &mut Fields) -> Result<()> {
    let Some(tags) = fields.any("tags") else {
        return Ok(());
    };
    tag_list(&tags)?;
    fields.put("tags", tags);
    Ok(())
}

/// Fails unless the value is a list of tags.
pub(crate) fn tag_list(value: &Value) -> Result<()> {
    let Value::Array(tags) = value else {
        return Err(unfit("tags", value, "is not of type 'array'"));
    };
    for (place, tag) in tags.iter().enumerate() {
        check_tag(&place.to_string(), tag)?;
    }
    let twice = |(place, tag): (usize, &Value)| tags.iter().take(place).any(|other| other == tag);
    if tags.iter().enumerate().any(twice) {
        return Err(unfit("tags", value, "has non-unique elements"));
    }
    if tags.len() > 80 {
        return Err(unfit("tags", value, "is too long"));
    }
    Ok(())
}

fn check_tag(place: &str, tag: &Value) -> Result<()> {
    let Some(text) = tag.as_str() else {
        return Err(unfit(place, tag, "is not of type 'string'"));
    };
    if text.is_empty() {
        return Err(unfit(place, tag, "should be non-empty"));
    }
    if text.chars().count() > 255 {
        return Err(unfit(place, tag, "is too long"));
    }
    if text.contains([',', '/']) {
        return Err(unfit(place, tag, "does not match '^[^,/]*$'"));
    }
    Ok(())
}

/// Fails unless the id of a domain can be one.
pub(crate) fn domain_in(fields: &mut Fields) -> Result<Option<String>> {
    let domain = fields.text("domain_id")?;
    if let Some(domain) = &domain {
        check_id("domain_id", domain)?;
    }
    Ok(domain)
}

/// The tags that are among what a resource has beyond its columns, and the rest of it.
pub(crate) fn split_tags(extra: &str) -> (Value, String) {
    let mut extra = object(extra);
    let tags = extra.remove("tags").unwrap_or_else(|| json!([]));
    (tags, Value::Object(extra).to_string())
}

/// Fails if a field that never changes is to become something else.
pub(crate) fn unchanged(
    fields: &mut Fields,
    name: &'static str,
    now: &str,
    words: &str,
) -> Result<()> {
    match fields.nullable(name)?.flatten() {
        Some(it) if it != now => Err(KeystoneError::Invalid(words.into())),
        _ => Ok(()),
    }
}

/// Returns the tags that are among what a resource has beyond its columns.
pub(crate) fn tags_of(extra: &str) -> Vec<String> {
    let tags = object(extra).remove("tags").unwrap_or_default();
    let tags = tags.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts = tags.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
